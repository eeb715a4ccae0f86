"""Implicit checks on told stories: what is there is compared, and what a correct client may do is not held against it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from harness.checks import Owner, Verdict, implicit_checks, judge_implicit
from harness.checks.evidence_index import evidence_of
from stubs.events import DeviceChanged
from stubs.wire.duis import Node, RequestHeader, ServiceRequest, write_request
from stubs.wire.request_id import RequestId
from tests.story import METER, READING, USER, Story, read, request_id

OTHER = "DE-51-CE-00-00-00-00-E9"


def body(srv: str = "11.2", element: str = "ReadFirmwareVersion", counter: int = 1, **texts: str) -> bytes:
    header = RequestHeader(RequestId.parse(request_id(counter)), 1, srv, srv)
    children = tuple(Node(name, text) for name, text in texts.items())
    return write_request(ServiceRequest(header, Node(element, children=children)))


def failing(story: Story) -> dict[str, str]:
    evidence = evidence_of(story.entries, "SR-201", "IS", 1, len(story.entries))
    findings = judge_implicit(evidence, {"retry_limit": 4, "retry_pause": 0.1})
    return {name: finding.cause for name, finding in findings if finding.verdict is Verdict.FAIL}


def test_a_plain_reading_keeps_every_implicit_check() -> None:
    story = read()
    assert failing(story) == {}
    assert {name for name, _ in judge_implicit(evidence_of(story.entries, "SR-201", "IS", 1, 99), {})} <= set(
        implicit_checks()
    )


@pytest.mark.parametrize(
    ("claim", "check"),
    [
        ({"values": {**READING, "ActiveImportRegister": 1}}, "values-as-received"),
        ({"values": {**READING, "Made up": 4711}}, "values-as-received"),
        ({"values": {}, "code": "E19"}, "outcome-follows-messages"),
        ({"values": {}, "status": "refused"}, "outcome-follows-messages"),
        ({"values": {}, "request_id": f"{USER}:{METER}:99"}, "outcome-follows-messages"),
        ({"values": {}, "messages_processed": 2}, "messages-counted-once"),
        ({"values": {}, "alerts": [{"code": "8F3F", "device": METER}]}, "alerts-as-received"),
    ],
)
def test_a_claim_that_the_wire_does_not_bear_out(claim: dict[str, Any], check: str) -> None:
    story = Story().asked().posted().device_answered().queued().delivered().claimed(**claim)
    assert set(failing(story)) == {check}


@pytest.mark.parametrize(
    "claim", [{}, {"values": {}}, {"code": "", "values": READING}, {"code": "i0", "messages_processed": 0}]
)
def test_little_said_is_not_held_against_a_party(claim: dict[str, Any]) -> None:
    assert failing(Story().asked().posted().device_answered().queued().delivered().claimed(**claim)) == {}


def test_success_said_before_the_response_was_queued() -> None:
    assert failing(Story().asked().posted().claimed().queued().delivered())["outcome-follows-messages"]
    assert failing(Story().asked().posted().queued().claimed().delivered()) == {}, "its answer may be recorded later"


def test_values_with_a_refusal() -> None:
    assert "values-as-received" in failing(
        Story().asked().refused("E4").claimed("refused", "E4", values=READING, messages_processed=0)
    )
    assert failing(Story().asked().refused("E4").claimed("refused", "E4", messages_processed=0)) == {}


def test_a_second_request_and_a_repetition_of_an_answered_one() -> None:
    twice = Story().asked().posted(1).posted(2)
    assert failing(twice) == {"one-request-per-action": "a second request"}
    again = Story().asked().posted(1, body=b"same").posted(1, body=b"same")
    assert failing(again) == {"one-request-per-action": "sent again after it was answered"}
    refused = Story().asked().refused("E4", 1).posted(2)
    assert failing(refused) == {"one-request-per-action": "a second request"}


def test_a_repetition_after_no_answer_is_none_of_that() -> None:
    assert failing(Story().asked().refused(None, 1, status=503).posted(2)) == {}


def test_a_repetition_after_a_late_answer_is_none_of_that() -> None:
    assert failing(Story().asked().posted(1, body=b"same").late().posted(1, body=b"same")) == {}
    assert failing(Story().asked().posted(1).late(is_abandoned=False).posted(2)) == {}
    after_the_second = Story().asked().posted(1).posted(2).late()
    assert failing(after_the_second) == {"one-request-per-action": "a second request"}


def changed(counter: int, **values: Any) -> DeviceChanged:
    return DeviceChanged(device=METER, values=values, cause=request_id(counter).lower())


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        ({"balance": 1}, {"balance": 2}, Verdict.REVIEW),
        ({"counters": [1]}, {"counters": [2]}, Verdict.PASS),
        ({"balance": 1}, {"own_counter": 2}, Verdict.PASS),
    ],
)
def test_a_new_request_after_a_lost_acknowledgement_is_looked_at_where_both_were_carried_out(
    first: dict[str, Any], second: dict[str, Any], verdict: Verdict
) -> None:
    story = Story().asked().posted(1).late().add(changed(1, **first)).posted(2).add(changed(2, **second))
    found = story.judged("one-request-per-action")
    assert found.verdict is verdict, found.lines
    if verdict is Verdict.REVIEW:
        assert (found.owner, found.cause) == (Owner.SPECIFICATION, "carried out twice")


@pytest.mark.parametrize(("passes", "verdict"), [(0, Verdict.PASS), (1, Verdict.FAIL)])
def test_who_had_the_response_asks_nothing_anew(passes: int, verdict: Verdict) -> None:
    story = Story().asked().posted(1).late().queued(1).delivered()
    taken = story.entries[-1].at
    for _ in range(passes):  # the clock of a story goes by a second for each entry
        story.add(changed(9, other=1))
    story.posted(2)
    near = (
        [msgspec.structs.replace(one, at=min(one.at, taken)) for one in story.entries] if not passes else story.entries
    )
    story.entries = list(near)
    found = story.judged("one-request-per-action")
    assert found.verdict is verdict, found.lines
    assert ("acknowledged" in found.got) is (verdict is Verdict.FAIL)


def test_traffic_of_no_action_is_noted_and_not_failed() -> None:
    story = Story().posted(1).posted(2, srv="11.2")
    evidence = evidence_of(story.entries, "SR-201", "IS", 1, 99)
    noted = dict(judge_implicit(evidence, {}))["one-request-per-action"]
    assert (noted.verdict, "no action asked for" in noted.got) == (Verdict.PASS, True)


def test_what_was_sent_differs_from_what_was_asked() -> None:
    later = "2026-02-01T00:00:00Z"
    dated = Story().asked("11.2", parameters={"ExecutionDateTime": later})
    assert failing(dated.posted(srv="11.2", body=body())) == {"request-as-asked": "ExecutionDateTime"}
    kept = Story().asked("11.2", parameters={"ExecutionDateTime": "2026-02-01T01:00:00+01:00"})
    assert failing(kept.posted(srv="11.2", body=body(ExecutionDateTime=later))) == {}
    undated = Story().asked("11.2").posted(srv="11.2", body=body(ExecutionDateTime=later))
    assert failing(undated) == {"request-as-asked": "ExecutionDateTime"}
    sent_elsewhere = Story().asked().posted(target=OTHER)
    assert failing(sent_elsewhere) == {"request-as-asked": "device"}


def test_messages_turned_away_unless_they_were_bent() -> None:
    assert failing(Story().asked().posted().queued().undelivered(500)) == {"messages-acknowledged": "HTTP 500"}
    assert failing(Story().asked().posted().queued().bent("unsigned").undelivered(400)) == {}
    assert failing(Story().asked().posted().queued().undelivered(None).delivered(2)) == {}


def test_what_cannot_be_trusted_is_not_used() -> None:
    forged = Story().asked().posted().device_answered().queued().bent("unsigned").delivered()
    assert "untrusted-not-used" in failing(forged.claimed(values=READING))
    careful = Story().asked().posted().device_answered().queued().bent("unsigned").undelivered(400)
    assert failing(careful.claimed("timeout", "", messages_processed=0)) == {}


def test_counters_that_fall() -> None:
    assert "counters-never-fall" in failing(Story().asked().posted(2).asked(action="a2").posted(1))


ALERT = {"code": "8F3F", "device": METER, "kind": "device"}


def alerted(*alerts: dict[str, Any], times: int = 1, kind: str = "device-alert") -> Story:
    story = Story().asked().posted().queued().delivered()
    for _ in range(times):
        story.queued(kind=kind, alert="8F3F").delivered()
    return story.claimed(alerts=list(alerts))


@pytest.mark.parametrize(
    ("alerts", "cause"),
    [
        ([ALERT], None),
        ([{"code": "0x8f3f"}], None),
        ([{"code": ""}], None),
        ([{**ALERT, "kind": "device alert"}], None),
        ([{**ALERT, "kind": "dcc"}], "kind"),
        ([{**ALERT, "device": OTHER}], "device of an alert"),
        ([ALERT, ALERT], "alert counted twice"),
        ([{"code": "8F3F"}, {"code": "8f3f"}], "alert counted twice"),
    ],
)
def test_alerts_are_told_as_they_came(alerts: list[dict[str, Any]], cause: str | None) -> None:
    assert failing(alerted(*alerts)) == ({"alerts-as-received": cause} if cause else {})


def test_an_alert_that_its_device_raised_twice_is_told_twice() -> None:
    assert failing(alerted(ALERT, ALERT, times=2)) == {}
    assert failing(alerted(ALERT, times=2)) == {}


@pytest.mark.parametrize("device", ["", OTHER])
def test_an_alert_of_the_dcc_may_name_a_device_or_none(device: str) -> None:
    assert failing(alerted({**ALERT, "device": device, "kind": "DCC"}, kind="dcc-alert")) == {}


def test_a_time_out_or_an_acknowledgement_after_an_error() -> None:
    for status in ("timeout", "acknowledged"):
        refused = Story().asked().refused("E4").claimed(status, "", messages_processed=0)
        assert failing(refused) == {
            "outcome-follows-messages": f"error reported as {'time-out' if status == 'timeout' else 'success'}"
        }
    failed_later = Story().asked().posted().queued(code="E20").delivered().claimed("timeout", "E20")
    assert failing(failed_later) == {"outcome-follows-messages": "error reported as time-out"}
    perhaps_too_late = Story().asked().posted().queued(code="E20").claimed("timeout", "").delivered()
    assert failing(perhaps_too_late) == {}, "it may have come after the report"


def test_what_is_told_of_a_request_that_was_not_to_be_waited_for() -> None:
    unwaited = Story().asked(options={"wait": False}).posted()
    assert failing(unwaited.claimed("acknowledged", "I99")) == {"messages-counted-once": "counted more than once"}
    done = Story().asked(options={"wait": False}).posted().claimed("done", "I99", messages_processed=0)
    assert failing(done) == {"outcome-follows-messages": "done without a response"}
    waited = Story().asked().posted().queued().delivered().claimed("acknowledged", "I99")
    assert failing(waited) == {"outcome-follows-messages": "response not taken into account"}


def variant(number: int) -> bytes:
    header = RequestHeader(RequestId.parse(request_id(1)), number, "11.2", "11.2")
    return write_request(ServiceRequest(header, Node("ReadFirmwareVersion")))


def test_another_command_variant_than_asked_or_than_usual() -> None:
    for options, sent, is_right in (({}, 1, True), ({}, 3, False), ({"command_variant": 3}, 3, True)):
        story = Story().asked("11.2", options=options).posted(srv="11.2", body=variant(sent))
        assert failing(story) == ({} if is_right else {"request-as-asked": "command variant"})


@pytest.mark.parametrize("sent", ["don't switch it off", "DON'T  switch it off", "DON&apos;T switch it off"])
def test_a_message_for_people_is_sent_letter_by_letter(sent: str) -> None:
    story = Story().asked("3.1", parameters={"SupplierMessage": "DON'T switch it off"})
    assert failing(story.posted(srv="3.1", body=body("3.1", "DisplayMessage", SupplierMessage=sent))) == {
        "request-as-asked": "SupplierMessage"
    }


def test_repetitions_signed_anew_are_counted_as_repetitions() -> None:
    story = Story().asked("11.2")
    for _ in range(5):
        story.refused(None, status=503)
        story.entries[-3] = msgspec.structs.replace(
            story.entries[-3],
            event=msgspec.structs.replace(story.entries[-3].event, body=body() + b" " * len(story.entries)),
        )
    assert failing(story) == {"repetitions-bounded": "too many repetitions"}


def test_a_null_says_nothing() -> None:
    silent = dict.fromkeys(READING, None)
    assert failing(Story().asked().posted().device_answered().queued().delivered().claimed(values=silent)) == {}


@pytest.mark.parametrize(
    ("listed", "is_right"), [(METER, True), (METER.lower().replace("-", ""), True), (OTHER, False)]
)
def test_a_device_in_a_list_that_no_message_names(listed: str, is_right: bool) -> None:
    story = Story().asked("8.2").posted(service="non-device", srv="8.2", code="E1")
    claimed = story.claimed("done", "", values={"devices": [{"DeviceID": listed}]}, messages_processed=0)
    assert ("values-as-received" in failing(claimed)) is not is_right


def test_the_same_request_signed_anew_after_an_answer_uses_its_counter_again() -> None:
    twice = Story().asked("11.2").posted(srv="11.2", body=body())
    twice.asked("11.2", action="a2").posted(srv="11.2", body=body() + b" ")
    assert failing(twice)["counters-never-fall"] == "counter"


@pytest.mark.parametrize(
    ("quoted", "cause"), [(f"{METER}:{USER}:9", None), (f"{OTHER}:{USER}:8", "ResponseID of an alert")]
)
def test_an_alert_of_the_dcc_under_an_identity_that_is_not_its_own(quoted: str, cause: str | None) -> None:
    story = Story().asked().posted().queued().delivered().queued(kind="dcc-alert", alert="8F3F")
    queued = story.entries[-1]
    event = msgspec.structs.replace(queued.event, response_id=f"{METER}:{USER}:8")
    story.entries[-1] = msgspec.structs.replace(queued, event=event)
    story.delivered().claimed(alerts=[{"code": "8F3F", "response_id": quoted}])
    assert failing(story) == ({"alerts-as-received": cause} if cause else {})
