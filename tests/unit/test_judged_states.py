"""What the judge says of a device's state after a command: tokens that are credited, lists, and commands of later."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from harness.checks import Verdict
from schemas.load import state_effects
from schemas.rows import StateEffectRow
from stubs.events import CertificateIssued, DeviceChanged, OutcomeClaimed
from stubs.wire.duis import Node, RequestHeader, ServiceRequest, write_request
from stubs.wire.request_id import RequestId
from tests.story import METER, OTHER_METER, Story, request_id, taken
from tests.unit.test_judged_branches import told
from tests.unit.test_judged_requests import staged
from tests.unit.test_restarts import acknowledged, restarted

PASS, FAIL, BLOCKED, NONE = Verdict.PASS, Verdict.FAIL, Verdict.BLOCKED, Verdict.NOT_APPLICABLE
TOKEN = "74521451339273755295"
"""Ten pounds."""
TEN_POUNDS = 1_000_000
(CREDITED,) = state_effects()["2.2"]
(JOINED,) = state_effects()["8.7.2"]
(GONE,) = state_effects()["8.8.2"]

pytestmark = pytest.mark.usefixtures("carried_out")


@pytest.fixture
def carried_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The device says it did it, which its answer shows elsewhere."""
    monkeypatch.setattr("harness.checks.device_state.was_carried_out", lambda _evidence, _action: True)


@pytest.mark.parametrize(
    ("sent", "entries", "verdict"),
    [
        (TOKEN, [[TOKEN, TEN_POUNDS]], PASS),
        ("7452 1451 3392 7375 5295", [[TOKEN, TEN_POUNDS]], PASS),
        (TOKEN, [["other", TEN_POUNDS], [TEN_POUNDS, TOKEN]], PASS),
        (TOKEN, [[TOKEN, TEN_POUNDS - 1]], BLOCKED),
        (TOKEN, [[TOKEN, TEN_POUNDS], [TOKEN, TEN_POUNDS]], BLOCKED),
        (TOKEN, [["other", TEN_POUNDS]], BLOCKED),
        (TOKEN, [], BLOCKED),
        ("123", [], NONE),
    ],
)
def test_a_token_is_credited_once_with_what_it_is_worth(sent: str, entries: list[Any], verdict: Verdict) -> None:
    found = told("2.2", CREDITED, sent, entries).judged("device-took-what-was-sent")
    assert found.verdict is verdict, found.lines
    if verdict is BLOCKED:
        shown = [one for one in entries if TOKEN in one] or "nothing"
        assert found.got == f"2.2 to {METER}: the UTRN is worth 1000 pence, credited was {shown}"


@pytest.mark.parametrize(
    ("row", "state", "verdict"),
    [
        (JOINED, [{"device": OTHER_METER}], PASS),
        (JOINED, ({"group": [OTHER_METER.lower()]},), PASS),
        (JOINED, [{"device": METER}], BLOCKED),
        (GONE, [{"device": METER}], PASS),
        (GONE, [{"device": OTHER_METER}], BLOCKED),
    ],
)
def test_a_list_holds_what_was_told_however_it_is_written(row: StateEffectRow, state: Any, verdict: Verdict) -> None:
    srv = "8.7.2" if row is JOINED else "8.8.2"
    found = told(srv, row, OTHER_METER, state).judged("device-took-what-was-sent")
    assert found.verdict is verdict, found.lines
    if verdict is BLOCKED:
        assert found.got.endswith(f"told was {row.how} {OTHER_METER}")


def body_of(*children: Node) -> bytes:
    header = RequestHeader(RequestId.parse(request_id(1)), 1, "1.5", "1.5")
    return write_request(ServiceRequest(header, Node("Body", children=children)))


@pytest.mark.parametrize("kind", ["dated", "never sent", "asked twice", "named twice"])
def test_a_state_says_nothing_of_a_command_that_is_not_one_at_once(kind: str) -> None:
    row = state_effects()["1.5"][0]
    story = told("1.5", row, "17", 3, 99)
    at = next(number for number, one in enumerate(story.entries) if type(one.event).__name__ == "RequestReceived")
    element = Node(row.element, "17")
    events: list[Any] = [one.event for one in story.entries]
    match kind:
        case "dated":
            events[at] = msgspec.structs.replace(
                events[at], body=body_of(element, Node("ExecutionDateTime", "2026-02-01T00:00:00Z"))
            )
        case "named twice":
            events[at] = msgspec.structs.replace(events[at], body=body_of(element, element))
        case "never sent":
            events = [one for one in events if type(one).__name__ != "CommandSent"]
        case _:
            events[at + 3 : at + 3] = [one.event for one in again_posted(events[at].body).entries[2:]]
    again = Story()
    again.entries = []
    found = again.add(*events).judged("device-took-what-was-sent")
    assert found.verdict is NONE, found.lines


def again_posted(octets: bytes) -> Story:
    story = Story().asked("1.5")
    story._exchange = 8
    return story.posted(2, srv="1.5", body=octets.replace(b":1<", b":2<"))


def test_a_certificate_that_another_device_took_is_not_taken() -> None:
    issued = CertificateIssued(eui=METER, usage="DS", role=None, der=b"n")
    other = msgspec.structs.replace(taken(b"n"), device=OTHER_METER)
    assert isinstance(other, DeviceChanged)
    found = Story().asked().add(issued, other).judged("new-certificate-taken", device=METER)
    assert (found.verdict, found.is_final) == (FAIL, False)


def test_what_a_person_attests_after_a_restart_is_attested() -> None:
    story = acknowledged().queued().delivered()
    restarted(story)
    story.asked(kind="collect", action="c", service="", target="", parameters={"request_id": request_id(1)})
    assert story.claimed("attested", "", action="c").judged("nothing-lost-by-restart").verdict is Verdict.ATTESTED


def test_who_does_not_count_messages_is_asked_by_a_person() -> None:
    story = Story().asked().posted().queued().delivered().delivered(2)
    story.add(OutcomeClaimed(scenario="SR-201", action="a1", content={"status": "done", "response_code": "I0"}))
    found = story.judged("duplicate-processed-once")
    assert (found.verdict, found.cause) == (Verdict.REVIEW, "did not say how many messages it processed")


def test_to_whom_a_request_was_sent_too_often_is_said() -> None:
    twice = staged(("transform", 1), ("transform", 2)).judged("one-request-per-action")
    assert twice.got == f"7.2 to {METER}: a second request"
    nowhere = Story().asked("8.2", target="").posted(1, "non-device", srv="8.2").posted(2, "non-device", srv="8.2")
    assert nowhere.judged("one-request-per-action").got == "8.2 to the DCC: a second request"
