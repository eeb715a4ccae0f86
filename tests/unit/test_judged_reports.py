"""Verdicts of the implicit checks on a party's report: its code, status, values, alerts and counts, branch by branch."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from harness.checks import Verdict, evidence_of
from harness.checks.received import values_received
from stubs.events import OutcomeClaimed
from stubs.wire.duis import GbcsPayload, LocalCommand, Node, OtherResult, Result, write_response
from tests.story import METER, OTHER_METER, USER, Story, request_id
from tests.unit.test_judged_branches import answer, with_body
from tests.unit.test_judged_requests import device_message

DONE_AT_ONCE = "success reported as failure"


def came(
    code: str = "I0", *, service: str = "send-command", options: dict[str, Any] | None = None, **asked: Any
) -> Story:
    """Asked (2), posted (3 to 5), its response queued (6) and taken (7)."""
    return Story().asked(options=options or {}, **asked).posted(service=service).queued(code=code).delivered()


def said(story: Story, check: str = "outcome-follows-messages") -> tuple[Verdict, str, str, tuple[int, ...]]:
    found = story.judged(check)
    return found.verdict, found.cause, found.got, found.references


def success(story: Story, payload: bytes | None = None) -> Story:
    """The newest entry with a device's message in it that says it was done."""
    return with_body(story, write_response(answer(GbcsPayload(payload or device_message()), "4.1.1")))


@pytest.mark.parametrize(
    ("story", "cause", "what"),
    [
        (came().claimed(), "", ""),
        (came().claimed(code="I00"), "", ""),
        (came().claimed(code=""), "", ""),
        (came().claimed(code="E1"), "response code", "the party reports code E1; given were I99, I0"),
        (came().claimed(code="I99"), "response code", "the party reports code I99; given were I99, I0"),
        (came().claimed("failed", "I99"), "", ""),
        (came().claimed(request_id=request_id(9)), "RequestID", f"the party names RequestID {request_id(9)}, which it did not use"),
        (came().claimed(request_id=request_id(1).lower()), "", ""),
        (Story().asked().claimed("refused", request_id=request_id(9)), "response code", "the party reports code I0; given were none"),
        (Story().asked().claimed("done", ""), "done without an answer", "the party says done; no answer reached it"),
        (Story().asked().claimed("timeout", ""), "", ""),
        (came("E20").claimed("done", "E20"), "error reported as success", "the party says done; the last code is E20"),
        (came("W5").claimed("done", "W5"), "", ""),
        (came("E20").claimed("failed", "E20"), "", ""),
        (Story().asked().posted().claimed("done", "I99"), "done without a response",
         "the party says done; no usable response had reached it"),
        (Story().asked().posted(service="non-device", code="I0").claimed("done", "I0"), "", ""),
        (Story().asked().posted(service="non-device", code="I0").claimed("failed", "I0"), DONE_AT_ONCE,
         "the party says failed; the DCC answered I0"),
        (Story().asked().posted(service="non-device", code="I0").claimed("timeout", "I0"), DONE_AT_ONCE,
         "the party says timeout; the DCC answered I0"),
        (Story().asked().posted(service="non-device", code="E1").claimed("failed", "E1"), "", ""),
        (Story().asked().posted(service="non-device", code="I0").claimed("refused", "I0"), "success reported as refusal",
         "the party says refused; the DCC answered I0"),
        (Story().asked().refused("E4").claimed("refused", "E4"), "", ""),
        (Story().asked().refused("E4").claimed("acknowledged", "E4"), "error reported as success",
         "the party says acknowledged; the last code is E4"),
        (Story().asked().refused("E4").claimed("timeout", "E4"), "error reported as time-out",
         "the party says timeout; it had been answered E4"),
        (came().claimed("acknowledged", "I99"), "response not taken into account",
         "the party says acknowledged; a response had reached it"),
        (came(options={"wait": False}).claimed("acknowledged", "I99"), "", ""),
        (came(options={"wait": True}).claimed("acknowledged", "I99"), "response not taken into account",
         "the party says acknowledged; a response had reached it"),
        (came().claimed("refused", "I0"), "success reported as refusal", "the party says refused; the DCC answered I99, I0"),
        (came("E20").claimed("refused", "E20"), "", ""),
        (Story().asked().claimed("refused", ""), "", ""),
        (came().claimed("attested", "E1"), None, ""),
        (came().claimed("done", "E1", observed=True), None, ""),
        (Story().asked("", kind="wait-alert").claimed("done", "E1"), None, ""),
    ],
)  # fmt: skip
def test_an_outcome_follows_from_the_messages(story: Story, cause: str | None, what: str) -> None:
    verdict, found, got, references = said(story)
    if cause is None:
        assert verdict is Verdict.NOT_APPLICABLE
    elif cause:
        assert (verdict, found, got.partition(": ")[2]) == (Verdict.FAIL, cause, what)
        assert references == (2, len(story.entries))
    else:
        assert (verdict, got) == (Verdict.PASS, "1 outcomes follow from the messages"), got
        assert references == (len(story.entries),)


def test_a_collected_outcome_is_held_to_its_own_request() -> None:
    parameters = {"request_id": request_id(1)}
    story = Story().asked().posted().claimed("acknowledged", "I99", messages_processed=0)
    story.asked("", "a2", "", kind="collect", parameters=parameters).queued(code="E20").delivered()
    verdict, cause, got, _ = said(story.claimed("done", "E20", "a2"))
    assert (verdict, cause, got) == (
        Verdict.FAIL, "error reported as success", "collect : the party says done; the last code is E20",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "deadline", "options", "cause"),
    [
        ("failed", 60, {}, DONE_AT_ONCE),
        ("timeout", 60, {}, DONE_AT_ONCE),
        ("timeout", None, {}, DONE_AT_ONCE),
        ("failed", None, {"wait_for_outcome": True}, ""),
        ("done", 60, {}, ""),
    ],
)
def test_a_success_that_was_taken_is_no_failure(
    status: str, deadline: int | None, options: dict[str, Any], cause: str
) -> None:
    told: dict[str, Any] = {"options": options} | ({} if deadline is None else {"deadline": deadline})
    story = Story().asked(**told).posted().queued()
    story = success(story).delivered().claimed(status, "")
    verdict, found, got, _ = said(story)
    assert (verdict, found) == ((Verdict.FAIL, cause) if cause else (Verdict.PASS, "")), got
    if cause:
        assert got == f"4.1.1 {METER}: the party says {status}; it had taken a response I0"


@pytest.mark.parametrize(
    ("claim", "is_blamed"),
    [
        ({"code": ""}, False),
        ({"code": "I99"}, False),
        ({"code": "I0"}, True),
        ({"code": "", "values": {"a": "b"}}, True),
        ({"code": "", "values": {"UTRN": "1"}}, False),
    ],
)
def test_a_response_taken_after_the_report_is_known_where_the_report_tells_of_it(
    claim: dict[str, Any], *, is_blamed: bool
) -> None:
    code = claim.pop("code")
    story = success(Story().asked().posted().queued()).claimed("failed", code, **claim).delivered()
    assert (said(story)[1] == DONE_AT_ONCE) is is_blamed


@pytest.mark.parametrize(("deadline", "is_early"), [(9, False), (10, False), (11, True), ("11", False), (11.5, True)])
def test_a_time_out_long_before_the_deadline_is_none(deadline: Any, *, is_early: bool) -> None:
    """The claim is made five seconds after the action was asked."""
    story = Story().asked(deadline=deadline).posted().queued().claimed("timeout", "")
    assert said(story)[1] == (DONE_AT_ONCE if is_early else "")
    waited = Story().asked(deadline=deadline, options={"wait_for_outcome": True}).posted().queued()
    assert said(waited.claimed("timeout", ""))[1] == ""


def test_of_an_answer_that_left_late_only_a_success_that_was_taken_counts() -> None:
    late = Story().asked().posted().late().queued()
    taken = success(late).delivered().claimed("failed", "")
    assert said(taken)[1:3] == (DONE_AT_ONCE, f"4.1.1 {METER}: the party says failed; it had taken a response I0")
    open_one = success(Story().asked().posted().late().queued()).claimed("failed", "").delivered()
    assert said(open_one)[0] is Verdict.PASS
    unsaid = success(Story().asked().posted().late().queued()).delivered().claimed("acknowledged", "")
    assert said(unsaid)[0] is Verdict.PASS


def test_what_a_garbled_answer_means_is_not_decided_here() -> None:
    story = Story().asked().posted()
    story.message = "x1"
    assert said(story.bent("code").claimed("done", "E77"))[0] is Verdict.PASS


# --- values ---------------------------------------------------------------------------------------------------------


def of_the_dcc(result: Result, srv: str = "8.2") -> Story:
    story = Story().asked(srv).posted(service="non-device", srv=srv, code="I0")
    return with_body(story, write_response(answer(result, srv)))


DEVICE = Node("Device", children=(Node("DeviceID", METER), Node("DeviceStatus", "Commissioned")))
INVENTORY = OtherResult(Node("DSPInventory", children=(DEVICE,)))


@pytest.mark.parametrize(
    ("story", "values", "problem"),
    [
        (of_the_dcc(INVENTORY), {"devices": [{"DeviceID": METER}]}, None),
        (of_the_dcc(INVENTORY), {"devices": [{"DeviceID": METER.lower(), "DeviceStatus": "commissioned"}]}, None),
        (of_the_dcc(INVENTORY), {"devices": [{"DeviceID": METER, "DeviceStatus": "Pending"}]},
         (f"devices[{METER}]/DeviceStatus is 'Pending', sent was 'Commissioned'", "different")),
        (of_the_dcc(INVENTORY), {"devices": []}, ("devices has 0 entries, the message 1", "entries left out")),
        (of_the_dcc(INVENTORY), {"rows": [{"DeviceID": OTHER_METER}]},
         (f"{OTHER_METER} is listed, no message names it", "not in the message")),
        (of_the_dcc(INVENTORY), {"rows": [[METER.lower()], {"a": "x"}]}, None),
        (of_the_dcc(INVENTORY), {"rows": OTHER_METER}, None),
        (of_the_dcc(OtherResult(Node("R", "text"))), {"R": "text"}, None),
        (of_the_dcc(OtherResult(Node("R", "text"))), {"R": "other"}, ("R is 'other', sent was 'text'", "different")),
        (of_the_dcc(LocalCommand(b"\x01\xab")), {"LocalCommand": "01ab"}, None),
        (of_the_dcc(LocalCommand(b"\x01\xab")), {"LocalCommand": "01ac"},
         ("LocalCommand is '01ac', sent was '01AB'", "different")),
        (of_the_dcc(OtherResult(Node("R", children=(Node("A", " 5 "), Node("B", children=(Node("C", "7"),)))))),
         {"A": 5, "C": 7}, None),
        (of_the_dcc(OtherResult(Node("R", children=(Node("A", "5"),)))), {"X": 9}, ("X 9 is not in the message", "not in the message")),
        (of_the_dcc(OtherResult(Node("R", children=(Node("A", "5"),)))), {"A": 5, "detail": 9, "NOTE": 8, "utrn": 7}, None),
    ],
)  # fmt: skip
def test_each_reported_value_is_as_it_was_received(
    story: Story, values: dict[str, Any], problem: tuple[str, str] | None
) -> None:
    verdict, cause, got, references = said(story.claimed("done", "I0", values=values), "values-as-received")
    if problem is None:
        assert (verdict, got, references) == (Verdict.PASS, "the values of the messages", (5, 6))
    else:
        assert (verdict, got, cause) == (Verdict.FAIL, f"8.2 {METER}: {problem[0]}", problem[1])
        assert references == (2, 5, 6)


def test_a_parameter_that_was_asked_is_no_value_that_was_received() -> None:
    asked = Story().asked("8.2", parameters={"UPRN": "77"}).posted(service="non-device", srv="8.2", code="I0")
    assert said(asked.claimed(values={"uprn": 78}), "values-as-received")[0] is Verdict.NOT_APPLICABLE
    named = (
        Story().asked("8.2", parameters={"DeviceID": OTHER_METER}).posted(service="non-device", srv="8.2", code="I0")
    )
    with_body(named, write_response(answer(INVENTORY, "8.2")))
    assert said(named.claimed(values={"rows": [OTHER_METER]}), "values-as-received")[0] is Verdict.PASS


@pytest.mark.parametrize(
    ("name", "is_sealed", "is_right"),
    [("Multiplier", True, True), ("multiplier", True, True), ("Register", True, False), ("Multiplier", False, False)],
)
def test_how_an_encrypted_number_is_written_need_not_be_in_the_journal(
    name: str, *, is_sealed: bool, is_right: bool
) -> None:
    story = Story().asked().posted().device_answered(Register=5).queued()
    with_body(story, write_response(answer(GbcsPayload(b"sealed" if is_sealed else device_message()), "4.1.1")))
    payload = msgspec.structs.replace(story.entries[5].event, payload=b"sealed" if is_sealed else device_message())
    story.entries[5] = msgspec.structs.replace(story.entries[5], event=payload)
    found = said(
        story.delivered().claimed(values={"Register": 5, name: 9} if name != "Register" else {name: 9}),
        "values-as-received",
    )
    assert (found[0] is Verdict.PASS) is is_right, found


def test_later_messages_count_over_earlier_ones_and_bent_ones_not_at_all() -> None:
    def result(text: str) -> bytes:
        return write_response(answer(OtherResult(Node("R", children=(Node("A", text),))), "4.1.1"))

    story = Story().asked().posted()
    with_body(story.queued(), result("1")).delivered()
    with_body(story.queued(), result("2")).delivered()
    with_body(story.queued(), result("3")).bent("unsigned").delivered()
    evidence_story = story.claimed(values={"A": 2})
    assert said(evidence_story, "values-as-received")[0] is Verdict.PASS
    evidence = evidence_of(story.entries, "SR-201", "IS", 1, len(story.entries))
    received = values_received(evidence, evidence.actions[0])
    assert (received.values, received.references, received.is_whole) == ({"A": "2"}, (6, 8), True)


# --- alerts ---------------------------------------------------------------------------------------------------------


def raised(*codes: str, kind: str = "device-alert", response_id: str | None = None, device: str = METER) -> Story:
    story = Story().asked().posted().queued().delivered()
    for code in codes:
        story.queued(kind=kind, alert=code, target=device)
        event = msgspec.structs.replace(story.entries[-1].event, response_id=response_id)
        story.entries[-1] = msgspec.structs.replace(story.entries[-1], event=event)
        story.delivered()
    return story


ID = f"{METER}:{USER}:8"


@pytest.mark.parametrize(
    ("story", "alerts", "got"),
    [
        (raised("8F3F"), [{"code": "8F3F"}], None),
        (raised("8F3F", "8F40"), [{"code": "8f40", "device": METER}], None),
        (raised(), [{"code": "8F3F"}], "alert 8F3F is reported, none was handed over"),
        (raised("8F40"), [{"code": "8F3F"}], "alert 8F3F is reported, none was handed over"),
        (raised("8F3F"), [{"code": "8F3F", "kind": "dcc"}], "alert 8F3F is reported as one of kind dcc, it is of kind device"),
        (raised("8F3F"), [{"code": "8F3F", "kind": "strange"}], None),
        (raised("8F3F"), [{"code": "8F3F", "device": OTHER_METER}], f"alert 8F3F is reported of {OTHER_METER}, it came from another device"),
        (raised("N27", kind="dcc-alert"), [{"code": "N27", "device": OTHER_METER}], None),
        (raised("8F3F", response_id=ID), [{"code": "8F3F", "response_id": ID.lower()}], None),
        (raised("8F3F", response_id=ID), [{"code": "8F3F", "response_id": f"{METER}:{USER}:9"}],
         f"alert 8F3F is reported under {METER}:{USER}:9, it did not come under that"),
        (raised("8F3F"), [{"code": "8F3F", "response_id": f"{METER}:{USER}:9"}], None),
        (raised("8F3F"), [{"code": "8F3F"}, {"code": "8F3F"}], "alert 8F3F is reported 2 times, 1 came"),
        (raised("8F3F"), [{"code": "8F3F", "device": METER}] * 2, f"alert 8F3F ({METER}) is reported 2 times, 1 came"),
        (raised("8F3F", "8F3F"), [{"code": "8F3F"}, {"code": "8F3F"}], None),
        (raised("8F3F", "8F40"), [{"code": "8F3F"}, {"code": "8F40"}], None),
        (raised("8F3F", "8F3F", response_id=ID), [{"code": "8F3F", "response_id": ID}] * 2,
         f"alert 8F3F ({ID}) is reported 2 times, 1 came"),
        (raised("8F3F"), ["8F3F", {"code": "8F3F"}], None),
        (raised("8F3F"), [{"code": ""}], None),
    ],
)  # fmt: skip
def test_each_reported_alert_is_one_that_came(story: Story, alerts: list[Any], got: str | None) -> None:
    claimed = story.claimed("done", "I0", alerts=alerts)
    verdict, _, words, references = said(claimed, "alerts-as-received")
    last = len(claimed.entries)
    told = [one for one in alerts if isinstance(one, dict)]
    if got is None:
        assert (verdict, words, references) == (Verdict.PASS, f"{len(told)} alerts as they came", (last,) * len(told))
    else:
        assert (verdict, words, references) == (Verdict.FAIL, got, (last,))


def test_an_alert_that_was_bent_or_not_handed_over_did_not_come() -> None:
    bent = Story().asked().posted().queued(kind="device-alert", alert="8F3F").bent("unsigned").delivered()
    assert said(bent.claimed(alerts=[{"code": "8F3F"}]), "alerts-as-received")[0] is Verdict.FAIL
    lost = Story().asked().posted().queued(kind="device-alert", alert="8F3F").undelivered(None)
    assert said(lost.claimed(alerts=[{"code": "8F3F"}]), "alerts-as-received")[0] is Verdict.FAIL
    turned_away = Story().asked().posted().queued(kind="device-alert", alert="8F3F").undelivered(500)
    assert said(turned_away.claimed(alerts=[{"code": "8F3F"}]), "alerts-as-received")[0] is Verdict.PASS


# --- counts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("story", "count", "most"),
    [
        (came(), 1, 1),
        (came().delivered(2), 1, 1),
        (came().queued(code="E30").delivered(), 2, 2),
        (Story().asked().posted(code="I0").queued().delivered(), 2, 2),
        (Story().asked().posted(), 0, 0),
        (Story().asked().posted().queued().bent("unsigned").delivered(), 0, 0),
        (Story().asked().posted().queued().bent("wrong-mac").delivered(), 1, 1),
    ],
)
def test_no_more_messages_are_counted_than_came(story: Story, count: int, most: int) -> None:
    kept = Story()
    kept.entries = list(story.entries)
    verdict, _, got, references = said(kept.claimed(messages_processed=count), "messages-counted-once")
    assert (verdict, got, references) == (Verdict.PASS, "1 counts within what came", (len(kept.entries),))
    verdict, cause, got, references = said(story.claimed(messages_processed=count + 1), "messages-counted-once")
    assert (verdict, cause) == (Verdict.FAIL, "counted more than once")
    assert got == f"{count + 1} messages counted for 4.1.1, {most} different ones came"
    assert references[-1] == len(story.entries)


def test_who_counts_nothing_is_not_judged_by_counts() -> None:
    story = came()
    content = {"status": "done", "response_code": "I0"}
    story.add(OutcomeClaimed(scenario="SR-201", action="a1", content=content))
    assert said(story, "messages-counted-once")[0] is Verdict.NOT_APPLICABLE
