"""Edges of the judge's parts: what is left out, what is told twice, what stands at a limit, and what is unreadable."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from harness.checks import Verdict, evidence_of, judge_again, worst
from harness.checks.asked_anew import TWICE, asked_anew
from harness.checks.comparing import Difference, Kind, _nearest, compare, is_same
from harness.checks.evidence import Evidence
from harness.checks.evidence_index import EvidenceIndex
from harness.checks.received import Received, is_success, plain, values_received
from harness.checks.reported import _wrong
from harness.checks.requests import unreported
from harness.checks.ssi_told import identities_told, served_until, unshown
from harness.checks.ssi_views import untold
from harness.checks.stored import begun
from schemas.ssi_tables import ssi_actions
from stubs.events import (
    AnyEvent,
    CertificateIssued,
    CheckJudged,
    DeviceChanged,
    InventoryChanged,
    OutcomeClaimed,
    PageViewed,
    RequestReceived,
    ScenarioStarted,
)
from stubs.wire.errors import PeerError
from tests.story import METER, OTHER_METER, USER, Story, read, request_id
from tests.unit.test_judged_branches import with_body


def evidence(story: Story) -> Evidence:
    return evidence_of(story.entries, "SR-201", "IS", 1, len(story.entries))


CERTIFICATE = CertificateIssued(eui=METER, usage="DS", role=None, der=b"new")


def garbage(name: str = "garbage") -> RequestReceived:
    return RequestReceived(exchange=name, service="send-command", peer="", content_type="", body=b"no request")


# --- asked anew -----------------------------------------------------------------------------------------------------


def anew(story: Story) -> list[str]:
    known = evidence(story)
    return [what for what, _, _ in asked_anew(known, known.exchanges)]


def test_who_had_an_answer_in_time_does_not_ask_anew() -> None:
    assert anew(Story().asked().posted(1).queued().delivered().posted(2)) == []


def changed(cause: str) -> list[AnyEvent]:
    return [
        DeviceChanged(device=METER, values={"supply": "armed"}, cause=cause),
        InventoryChanged(device=METER, values={"status": "Pending"}, cause=cause),
    ]


@pytest.mark.parametrize("kind", [0, 1])
@pytest.mark.parametrize(
    ("causes", "found"),
    [
        (("another", "one"), []),
        ((request_id(1), "another"), []),
        (("another", request_id(2)), []),
        ((request_id(1), request_id(2)), [TWICE]),
    ],
)
def test_carried_out_twice_is_what_both_requests_changed(kind: int, causes: tuple[str, str], found: list[str]) -> None:
    story = Story().asked().posted(1).late().posted(2)
    for cause in causes:
        story.add(changed(cause)[kind])
    assert anew(story) == found


def test_what_cannot_be_read_changed_nothing() -> None:
    story = Story().asked().posted(1).late().add(*changed(request_id(1))).add(garbage())
    assert anew(story) == []


# --- received -------------------------------------------------------------------------------------------------------


def test_what_was_not_handed_over_or_cannot_be_read_has_no_values() -> None:
    after = Story().asked().posted().device_answered().claimed().queued()
    assert values_received(evidence(after), asked(after)) == Received({}, (), True)
    story = with_body(Story().asked().posted().device_answered().queued(), b"no response").delivered()
    assert values_received(evidence(story), asked(story)) == Received({}, (), True)


def asked(story: Story) -> Any:
    return evidence(story).actions[0]


def test_a_record_is_written_as_a_mapping_and_what_is_plain_stays() -> None:
    assert plain(Received({"a": b"\x01"}, (3,), True)) == {"values": {"a": "01"}, "references": [3], "is_whole": True}
    assert plain(5) == 5
    assert plain(Received) is Received


def test_an_answer_of_nothing_is_no_success() -> None:
    assert not is_success(None)


# --- slices of a run ------------------------------------------------------------------------------------------------


def test_certificates_are_known_before_the_slice_and_not_after_its_end() -> None:
    story = Story().add(*(CERTIFICATE for _ in range(4)))
    index = EvidenceIndex(story.entries)
    assert [one.seq for one in index.evidence("SR-201", "IS", 9, 3).entries] == [2, 3]
    assert [one.seq for one in index.evidence("SR-201", "IS", 4, 5).entries] == [2, 3, 4, 5]


def test_a_check_that_is_not_known_cannot_be_judged_again() -> None:
    story = read().add(
        CheckJudged(
            scenario="SR-201", role="IS", check="no-such", parameters={}, first=1, last=3, verdict="PASS",
            expected="", got="", rule="", references=(),
        )
    )  # fmt: skip
    with pytest.raises(PeerError, match="a check this version does not know"):
        list(judge_again(story.entries))


def test_evidence_begins_where_the_beginning_says() -> None:
    start = Story().entries[0].event
    assert isinstance(start, ScenarioStarted)
    assert begun(msgspec.structs.replace(start, first=1), 5).first == 1


def test_verdicts_in_their_order() -> None:
    order = [Verdict.PASS, Verdict.ATTESTED, Verdict.REVIEW, Verdict.WARNING, Verdict.NOT_RUN, Verdict.BLOCKED]
    for index, verdict in enumerate(order):
        assert worst((*order[:index], verdict)) is verdict


def test_messages_of_another_user_and_answers_that_never_left() -> None:
    story = Story().asked().queued().queued(2)
    event = msgspec.structs.replace(story.entries[-1].event, user=OTHER_METER)
    story.entries[-1] = msgspec.structs.replace(story.entries[-1], event=event)
    assert len(evidence(story).messages) == 1
    refused = Story().asked().refused("E4")
    refused.entries.pop()
    assert [one.code for one in evidence(refused).exchanges] == ["E4"]


# --- comparing ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "claimed", "is_told"),
    [
        (0, None, False),
        (None, 0, False),
        ("1000", "1,000", True),
        ("2026-01-15 10:00:00 Z", "2026-01-15T10:00:00Z", True),
        ("2026-01-15 10:00:00 +01:00", "2026-01-15T09:00:00Z", True),
        (True, "true", True),
        (True, "yes it is", False),
        ("12", "13", False),
        ("no number", "none either", False),
        ("AB", "A--B", False),
        ("E10", "0xE10", True),
        ("0xE10", "E10", True),
        ("A--B", "AB", False),
    ],
)
def test_values_are_compared_by_what_was_sent(sent: Any, claimed: Any, *, is_told: bool) -> None:
    assert is_same(sent, claimed) is is_told


def test_an_item_is_compared_with_the_one_that_differs_least() -> None:
    whole, part = {"a": 1, "b": 2}, {"a": 1}
    assert list(compare("", [whole, part], [part, whole])) == []
    ten = {str(number): number for number in range(10)}
    assert _nearest({**ten, "a": 1}, [{**ten, "a": 2}, {"a": 1, **dict(list(ten.items())[:4])}]) == {
        "a": 1, "0": 0, "1": 1, "2": 2, "3": 3,
    }  # fmt: skip
    assert _nearest({**ten, "a": 1}, [{**ten, "a": 2}, {"a": 1}]) == {**ten, "a": 2}


# --- requests and alerts --------------------------------------------------------------------------------------------


def test_nothing_is_what_was_not_reported() -> None:
    action = asked(read())
    assert unreported(action, "e", "it", data=False) is None
    found = unreported(action, "e", "it", data=None)
    assert found is not None
    assert found.verdict is Verdict.REVIEW


def test_a_limit_of_no_posts_is_kept_by_who_posts_nothing() -> None:
    found = Story().asked().judged("retries-bounded", limit=0)
    assert (found.got, found.is_final) == ("no request", False)


def test_a_driver_that_could_not_go_on_is_no_flood() -> None:
    story = Story().asked().posted().claimed("blocked", "", detail="gone")
    assert story.judged("retries-bounded").verdict is Verdict.BLOCKED


def test_a_request_that_cannot_be_read_has_no_counter() -> None:
    found = Story().asked().add(garbage()).posted().judged("counters-increase", requests=1)
    assert (found.verdict, found.got) == (Verdict.PASS, "1 different RequestIDs, rising")


def test_an_alert_is_expected_with_its_note() -> None:
    expected = "alert N27 acknowledged with a 2xx of the outage"
    assert Story().asked().judged("alert-acknowledged", code="N27", note="of the outage").expected == expected


def evidenced(story: Story, **fields: Any) -> Story:
    """The story with other fields in its last entry."""
    event = msgspec.structs.replace(story.entries[-1].event, **fields)
    story.entries[-1] = msgspec.structs.replace(story.entries[-1], event=event)
    return story


ID = f"{METER}:{USER}:8"
OTHER_ID = f"{METER}:{USER}:9"


@pytest.mark.parametrize(
    ("came", "told", "is_twice"),
    [
        ((ID, OTHER_ID), (ID, OTHER_ID), False),
        ((ID, OTHER_ID), (ID, ID), True),
        ((ID, OTHER_ID), (None, ID), False),
        ((ID, OTHER_ID), (ID, None), False),
        ((ID, OTHER_ID), (None, None, None), True),
        ((None,), (ID,), False),
        ((None,), (ID, ID), True),
        ((None, None), (ID, ID), False),
    ],
)
def test_an_alert_is_told_twice_under_its_own_response_id(
    came: tuple[str | None, ...], told: tuple[str | None, ...], *, is_twice: bool
) -> None:
    story = Story().asked().posted()
    for one in came:
        evidenced(story.queued(kind="device-alert", alert="8F3F"), response_id=one).delivered()
    alerts = [{"code": "8F3F"} | ({"response_id": one} if one else {}) for one in told]
    found = story.claimed(alerts=alerts).judged("alerts-as-received")
    assert (found.cause == "alert counted twice") is is_twice, found.lines


@pytest.mark.parametrize(("invented", "is_wrong"), [("Strange", True), ("Multiplier", False)])
def test_of_what_cannot_be_read_whole_only_its_form_may_be_added(invented: str, *, is_wrong: bool) -> None:
    found = [Difference("A", Kind.MISSING, 1), Difference(invented, Kind.INVENTED, None, 1)]
    assert (_wrong(found, is_whole=False) is not None) is is_wrong
    assert _wrong(found, is_whole=True) == found[1]
    other = Difference("Multiplier", Kind.DIFFERENT, 1, 2)
    assert _wrong([other], is_whole=False) == other


# --- pages ----------------------------------------------------------------------------------------------------------


def page(user: str = USER, *identities: str) -> PageViewed:
    return PageViewed(
        session="s", person="p", user=user, role="IS", path="/devices", status=200, title="t", query={}, shown=(),
        identities=identities,
    )  # fmt: skip


def test_only_pages_of_the_partys_people_up_to_then_count() -> None:
    story = Story().add(page(), page(OTHER_METER), page())
    assert [seq for seq, _ in served_until(evidence(story), 4)] == [2]


def test_a_request_id_has_two_identities() -> None:
    third = "A0-B1-C2-D3-E4-99-00-03"
    assert identities_told({"one": f"{USER}:{METER}:{third}"}) == {USER, METER}
    story = Story().asked(target=METER).add(page(USER, f"1:2:{third}"))
    story.queued(target=OTHER_METER).claimed(values={"seen": [third, OTHER_METER]})
    assert unshown(evidence(story), asked(story)) == [third]


def test_the_device_of_a_response_is_known_by_its_request_id() -> None:
    story = Story().asked().add(page(USER, METER)).queued(target=OTHER_METER)
    event = msgspec.structs.replace(story.entries[-1].event, device=METER)
    story.entries[-1] = msgspec.structs.replace(story.entries[-1], event=event)
    story.claimed(values={"seen": [OTHER_METER]})
    assert unshown(evidence(story), asked(story)) == []


def test_what_a_person_attests_of_a_page_is_not_judged_by_what_was_shown() -> None:
    story = Story().asked(kind=next(iter(ssi_actions())), service="").add(page(USER, METER))
    story.add(
        OutcomeClaimed(
            scenario="SR-201", action="a1", content={"status": "attested", "values": {"seen": [OTHER_METER]}}
        )
    )
    assert story.judged("ssi-told-as-shown").verdict is Verdict.NOT_APPLICABLE


def test_a_number_is_told_as_a_whole_and_a_word_as_a_part() -> None:
    assert untold({"values": {"state": "reconnected"}}, ["connect"]) == []
    assert untold({"values": {"state": "A123"}}, ["123"]) == ["123"]
