"""How checks begin: nothing asked, nothing answered, what is expected in words; and answers of the DCC, value by value."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from harness.checks import Finding, Verdict
from harness.checks.comparing import Difference, Kind
from harness.checks.device_state import _at as states_of
from stubs.events import DeviceChanged, FileSubmitted, IncidentRaised, QuarantineEnded, ThresholdSet
from stubs.wire.duis import Node, OtherResult, write_response
from tests.story import METER, USER, Story, request_id
from tests.unit.test_checks import NAMED
from tests.unit.test_implicit_checks import body
from tests.unit.test_judged_branches import answer, with_body

PASS, FAIL, REVIEW, BLOCKED, NOT_RUN = Verdict.PASS, Verdict.FAIL, Verdict.REVIEW, Verdict.BLOCKED, Verdict.NOT_RUN
ALL: dict[str, Any] = {
    "code": "E4", "device": METER, "status": "Pending", "name": "supply", "value": "x", "devices": [METER],
    "identities": [METER], "http_status": 503, "fields": {"supply": "disabled"}, "schedule": "1", "count": 3,
    "facts": ["Degraded"], "outcome": "empty", "job_type": "",
}  # fmt: skip
"""Parameters of every named check."""
OF_THE_WORLD = {
    "alert-acknowledged": BLOCKED, "correlated-by-request-id": FAIL, "counters-increase": FAIL,
    "device-state-becomes": BLOCKED, "device-still-has": BLOCKED, "inventory-status-becomes": BLOCKED,
    "new-certificate-taken": FAIL, "scheduled-readings-taken": FAIL, "volume-warned": FAIL,
}  # fmt: skip
"""Checks of what the world did or sent, which no single action has to come before."""


@pytest.mark.parametrize("check", NAMED)
def test_while_nothing_was_asked_a_check_waits_and_amounts_to_not_run(check: str) -> None:
    found = Story().judged(check, **ALL)
    assert (found.verdict, found.is_final, found.references) == (OF_THE_WORLD.get(check, NOT_RUN), False, ())
    assert (found.got == "nothing was asked") is (check not in OF_THE_WORLD or check == "counters-increase")


@pytest.mark.parametrize(
    ("check", "parameters", "expected"),
    [
        ("error-code-understood", {}, "the party reports the refusal and no success"),
        ("error-code-understood", {"code": "E4"}, "the party reports E4 and no success"),
        ("request-refused", {}, "the request refused with an error code"),
        ("request-refused", {"code": "E4"}, "the request refused with E4"),
        ("response-received", {}, "a response I0 at the party's receive endpoint"),
        ("retries-bounded", {}, "at most 4 posts of one request, then an end"),
        ("retries-bounded", {"limit": 2}, "at most 2 posts of one request, then an end"),
        ("counters-increase", {}, "at least 2 requests, each with a higher counter than the one before"),
        ("counters-increase", {"requests": 3}, "at least 3 requests, each with a higher counter than the one before"),
        ("correlated-by-request-id", {}, "2 requests, each with what its own device sent"),
        ("scheduled-readings-taken", {"schedule": "7"}, "1 readings of schedule 7 taken"),
        ("nothing-lost-by-restart", {}, "a restart after the response, and the request's end told after it"),
        ("device-shows", {"device": "D", "fields": {"a": 1, "b": "x"}}, "D shows a 1, b x"),
    ],
)
def test_what_is_expected_in_words(check: str, parameters: dict[str, Any], expected: str) -> None:
    assert Story().judged(check, **parameters).expected == expected


def says(found: Finding) -> tuple[Verdict, bool, str, tuple[int, ...]]:
    return found.verdict, found.is_final, found.got, found.references


# --- answers of the DCC ---------------------------------------------------------------------------------------------


def answered(*leaves: tuple[str, str], srv: str = "8.2") -> Story:
    node = Node("R", children=tuple(Node(name, text) for name, text in leaves))
    story = Story().asked(srv).posted(service="non-device", srv=srv, code="I0")
    return with_body(story, write_response(answer(OtherResult(node), srv)))


SEVEN = tuple((f"N{number}", f"v{number}") for number in range(7))


@pytest.mark.parametrize(
    ("story", "finding"),
    [
        (answered(("A", "1"), ("B", "x")), (FAIL, False, "the party has not said what became of it", (5,))),
        (answered(("A", "1"), ("B", "x")).claimed(values={"a": 1, "b": "X"}), (PASS, True, "the same", (5, 6))),
        (answered(("A", "1"), ("B", "x")).claimed(values={"a": 1}), (REVIEW, True, "the party's system did not say: no B x", (5, 6))),
        (answered(("A", "1"), ("B", "x")).claimed(values={"a": 2}), (FAIL, True, "no A 1; no B x", (5, 6))),
        (answered(("A", "1"), ("B", "x")).claimed(values={"a": 1, "b": "y"}), (FAIL, True, "no B x", (5, 6))),
        (answered(("A", "1"), ("A", "2")).claimed(values={"a": [2, 1]}), (PASS, True, "the same", (5, 6))),
        (answered(("A", "1"), ("A", "2")).claimed(values={"a": [1]}), (FAIL, True, "no A 2", (5, 6))),
        (answered(("A", "1"), ("E", " ")).claimed(values={"rows": [{"a": 1}]}), (PASS, True, "the same", (5, 6))),
        (answered(*SEVEN).claimed(values={}), (REVIEW, True,
         f"the party's system did not say: {'; '.join(f'no {name} {text}' for name, text in SEVEN[:6])}", (5, 6))),
        (answered(*SEVEN).claimed(values={"n0": "other"}), (FAIL, True, "; ".join(f"no {name} {text}" for name, text in SEVEN[:6]), (5, 6))),
        (answered(("A", "1")).claimed("attested", values={}), (Verdict.ATTESTED, True, "a person says so", (5, 6))),
        (Story().asked("8.2").posted(service="non-device", srv="8.2"), (FAIL, False, "the DCC has not answered with values", ())),
    ],
)  # fmt: skip
def test_every_value_of_an_answer_of_the_dcc_is_told(
    story: Story, finding: tuple[Verdict, bool, str, tuple[int, ...]]
) -> None:
    assert says(story.judged("dcc-answer-agrees")) == finding


def test_the_expected_values_of_an_answer_are_named_up_to_six() -> None:
    assert answered(*SEVEN[:6]).judged("dcc-answer-agrees").expected == ", ".join(f"{a} {b}" for a, b in SEVEN[:6])
    assert answered(*SEVEN).judged("dcc-answer-agrees").expected == ", ".join(f"{a} {b}" for a, b in SEVEN[:6]) + " …"


def test_the_newest_answer_counts_and_one_without_values_is_passed_over() -> None:
    story = answered(("A", "1"))
    story.posted(2, service="non-device", srv="8.2", code="I0")
    with_body(story, write_response(answer(OtherResult(Node("R", children=(Node("A", "2"),))), "8.2")))
    assert says(story.claimed(values={"a": 2}).judged("dcc-answer-agrees")) == (PASS, True, "the same", (8, 9))
    unread = answered(("A", "1")).posted(2, service="non-device", srv="8.2", code="E1").claimed(values={"a": 1})
    assert says(unread.judged("dcc-answer-agrees")) == (PASS, True, "the same", (5, 9))
    read_back = answered(("A", "1"), ("A", "2")).claimed(values={"a": ["1"]})
    assert says(read_back.judged("reading-shows", fields={"A": "2"})) == (
        FAIL,
        True,
        "the party reports A ['1']",
        (5, 6),
    )
    assert says(read_back.judged("reading-shows", fields={"A": "1"})) == (PASS, True, "the same", (5, 6))


@pytest.mark.parametrize("octets", [b"none", write_response(answer(None, "8.2"))])
def test_an_answer_that_is_no_inventory_lists_no_device(octets: bytes) -> None:
    story = with_body(Story().asked("8.2").posted(service="non-device", srv="8.2", code="I0"), octets)
    assert says(story.judged("inventory-agrees")) == (FAIL, False, "no inventory in the DCC's answer", ())
    done = story.claimed(values={"devices": []}).judged("inventory-agrees")
    assert done.got == "no inventory in the DCC's answer; the party said 'done'"


@pytest.mark.parametrize(
    ("value", "wanted", "is_shown"),
    [
        ([], "", True), ((), "", True), ({}, "", True), ("", "", True), ([1], "", False), (0, "", False),
        ({"k": ["X", 5]}, "x", True), ({"k": ["X", 5]}, 5, True), ({"k": ["X", 5]}, "without x", False),
        ({"k": ["X", 5]}, "without y", True), ([["AB"]], "AB", True), ("AB", "A", False),
    ],
)  # fmt: skip
def test_a_field_shows_a_value_that_it_holds(value: Any, wanted: Any, *, is_shown: bool) -> None:
    story = Story().asked().add(DeviceChanged(device=METER, values={"f": value}, cause=""))
    found = story.judged("device-shows", device=METER, fields={"f": wanted})
    assert (found.verdict is PASS) is is_shown


def test_a_field_of_a_state_is_found_at_any_depth() -> None:
    state = {"a": 1, "set": [{"a": 2}, ({"b": {"a": 3}},)], "c": "a"}
    assert list(states_of(state, "a")) == [1, 2, 3]
    assert list(states_of(state, "set")) == [state["set"]]
    assert list(states_of("a", "a")) == []


def test_differences_are_shortened_from_eighty_signs_on() -> None:
    assert Difference("a", Kind.DIFFERENT, 1, "x" * 78).words == f"a is '{'x' * 78}', sent was 1"
    assert Difference("a", Kind.DIFFERENT, 1, "x" * 79).words == f"a is '{'x' * 76}…, sent was 1"


def test_a_request_without_a_readable_variant_is_no_post_at_a_wrong_service() -> None:
    story = Story().asked().refused(None, service="transform")
    assert says(story.judged("posts-at-right-service")) == (PASS, True, "1 posts", (3,))


def test_ten_posts_of_too_many_are_quoted_and_all_the_same_octets_may_be_repeated() -> None:
    story = Story().asked()
    for counter in range(1, 13):
        story.posted(counter)
    found = story.judged("retries-bounded")
    assert (found.got, found.references) == ("12 posts so far", tuple(range(3, 33, 3)))


def test_a_request_signed_anew_may_be_repeated_where_it_got_no_answer() -> None:
    story = Story().asked("11.2").refused(None, status=503)
    story.entries[-3] = msgspec.structs.replace(
        story.entries[-3], event=msgspec.structs.replace(story.entries[-3].event, body=body())
    )
    assert story.posted(1, srv="11.2", body=body() + b" ").judged("counters-never-fall").verdict is PASS
    other = Story().asked("11.2").refused(None, status=503).posted(1, srv="11.2", body=body())
    assert other.judged("counters-never-fall").got == "counter 1 used again"


# --- acts on the Self-Service Interface -------------------------------------------------------------------------------


def act(kind: str, *events: Any, values: dict[str, Any] | None = None, status: str = "done", **asked: Any) -> Finding:
    story = Story().asked("", kind=kind, parameters=asked).add(*events)
    if values is not None:
        story.claimed(status, "", values=values)
    return story.judged("ssi-file-accepted" if kind.startswith("submit") else "ssi-act-recorded")


def incident(category: int = 3, title: str = "No answer", user: str = USER) -> IncidentRaised:
    return IncidentRaised(
        reference="INC0000001", user=user, party="P", person="p", category=category, title=title, description="d",
        target=Story().entries[0].at,
    )  # fmt: skip


def filed(octets: bytes, *, accepted: bool = True, user: str = USER) -> FileSubmitted:
    return FileSubmitted(
        reference="F", user=user, person="p", file_kind="f", name="f.csv", request="S", body=octets, signature=b"",
        signed_by="1", accepted=accepted, detail="d",
    )  # fmt: skip


ROWS = b"\xef\xbb\xbfService,Limit\r\n 11.2 , 5\r\nshort\r\n"
LIMITS = {"11.2": 5}
SET = ThresholdSet(user=USER, srv="11.2", limit=5)


@pytest.mark.parametrize(
    ("found", "finding"),
    [
        (act("raise-incident", category=3), (FAIL, False, "nothing of it was recorded", ())),
        (act("raise-incident", incident(), category=3), (FAIL, False, "the party has not said what became of it", (3,))),
        (act("raise-incident", incident(), category=3, values={}), (REVIEW, True,
         "the party's system did not say the reference; a person must look", (3, 4))),
        (act("raise-incident", incident(title="a  b"), incident(), category=3, title="No  answer", values={"reference": "INC0000001"}),
         (FAIL, True, "recorded 2 times", (3, 4))),
        (act("raise-incident", incident(5, "x"), category=3, title="y", values={"a": 1}),
         (FAIL, True, "recorded with category '5' and not 3; title 'x' and not 'y'", (3,))),
        (act("raise-incident", incident(4), incident(5), category=3, values={"a": 1}),
         (FAIL, True, "recorded with category '5' and not 3", (4,))),
        (act("raise-incident", incident(), category=3, values={"reference": "INC0000001"}, status="attested"),
         (PASS, True, "recorded as INC0000001, which the party knows", (3, 4))),
        (act("view-audit", values={"a": 1}), (FAIL, True, "view-audit is no act on the SSI; the party said 'done'", (3,))),
        (act("submit-thresholds", thresholds=LIMITS), (FAIL, False, "no file was submitted", ())),
        (act("submit-thresholds", filed(ROWS, user="x"), SET, thresholds=LIMITS), (FAIL, False, "no file was submitted", ())),
        (act("submit-thresholds", filed(ROWS), SET, thresholds=LIMITS, values={"a": 1}), (PASS, True, "recorded as asked", (3, 5))),
        (act("submit-thresholds", filed(ROWS, accepted=False), filed(ROWS), SET, thresholds=LIMITS, values={"a": 1}),
         (PASS, True, "recorded as asked", (4, 6))),
        (act("submit-thresholds", filed(ROWS), SET, thresholds={"11.2": 6}, values={"a": 1}),
         (FAIL, True, "accepted with {'11.2': '5'}", (3,))),
        (act("submit-thresholds", filed(ROWS), ThresholdSet(user="x", srv="11.2", limit=5), thresholds=LIMITS),
         (FAIL, False, "accepted, and nothing came of 11.2", (3,))),
        (act("submit-thresholds", filed(ROWS), ThresholdSet(user=USER, srv="11.2", limit=6), thresholds=LIMITS),
         (FAIL, False, "accepted, and nothing came of 11.2", (3,))),
        (act("submit-quarantine-actions", filed(b"Q,A\r\n1,Delete\r\n"), QuarantineEnded(reference="1", outcome="rejected"),
             actions={"1": "Delete"}, values={"a": 1}), (PASS, True, "recorded as asked", (3, 5))),
        (act("submit-quarantine-actions", filed(b"Q,A\r\n1,Release\r\n"), QuarantineEnded(reference="1", outcome="expired"),
             actions={"1": "release"}), (FAIL, False, "accepted, and nothing came of 1", (3,))),
    ],
)  # fmt: skip
def test_what_is_found_of_an_act_and_of_a_file(
    found: Finding, finding: tuple[Verdict, bool, str, tuple[int, ...]]
) -> None:
    assert says(found) == finding


def test_an_answer_of_another_request_is_none_of_this_action() -> None:
    story = Story().asked().posted().device_answered(2, METER, a=1)
    assert story.judged("reading-agrees").got == "the device has not answered"
    lower = Story().asked().posted().device_answered(a=1)
    lower.entries[-1] = msgspec.structs.replace(
        lower.entries[-1], event=msgspec.structs.replace(lower.entries[-1].event, request_id=request_id(1).lower())
    )
    assert lower.claimed(values={"a": 1}).judged("reading-agrees").verdict is PASS
