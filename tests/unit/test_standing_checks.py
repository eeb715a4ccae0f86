"""Standing checks on told stories: what is there is compared, and what a correct client may do is not held against it."""

from __future__ import annotations

from typing import Any

import pytest

from harness.checks import Verdict, judge_standing, standing_checks
from harness.checks.evidence_index import evidence_of
from stubs.wire.duis import Node, RequestHeader, ServiceRequest, write_request
from stubs.wire.request_id import RequestId
from tests.unit.test_checks import METER, READING, USER, Story, read, request_id

OTHER = "DE-51-CE-00-00-00-00-E9"


def body(srv: str = "11.2", element: str = "ReadFirmwareVersion", counter: int = 1, **texts: str) -> bytes:
    header = RequestHeader(RequestId.parse(request_id(counter)), 1, srv, srv)
    children = tuple(Node(name, text) for name, text in texts.items())
    return write_request(ServiceRequest(header, Node(element, children=children)))


def failing(story: Story) -> dict[str, str]:
    evidence = evidence_of(story.entries, "SR-201", "IS", 1, len(story.entries))
    findings = judge_standing(evidence, {"retry_limit": 4, "retry_pause": 0.1})
    return {name: finding.cause for name, finding in findings if finding.verdict is Verdict.FAIL}


def test_a_plain_reading_keeps_every_standing_check() -> None:
    story = read()
    assert failing(story) == {}
    assert {name for name, _ in judge_standing(evidence_of(story.entries, "SR-201", "IS", 1, 99), {})} <= set(
        standing_checks()
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


def test_traffic_of_no_action_is_noted_and_not_failed() -> None:
    story = Story().posted(1).posted(2, srv="11.2")
    evidence = evidence_of(story.entries, "SR-201", "IS", 1, 99)
    noted = dict(judge_standing(evidence, {}))["one-request-per-action"]
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
