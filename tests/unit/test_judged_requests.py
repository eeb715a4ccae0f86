"""Verdicts on requests: as asked, for whom, sent where; and the owner of a state that does not follow from them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from harness.checks import Verdict
from harness.checks.apart import apart
from harness.checks.received import is_sealed, is_success
from stubs.events import (
    ActionAsked,
    CommandSent,
    DeviceAnswered,
    DeviceChanged,
    FaultApplied,
    MessageQueued,
    RequestAccepted,
    RequestReceived,
    RequestRefused,
)
from stubs.wire.duis import (
    GbcsPayload,
    Node,
    RequestHeader,
    Response,
    ResponseHeader,
    ServiceRequest,
    ServiceResponse,
    SignedPreCommand,
    write_request,
    write_response,
)
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import use_cases
from stubs.wire.gbcs.envelope import Cra, Group, Message, OtherInformation
from stubs.wire.request_id import RequestId
from tests.story import METER, NOW, OTHER_METER, USER, Story, request_id
from tests.unit.test_implicit_checks import failing

OTHER_USER = "A0-B1-C2-D3-E4-03-00-00"
DISABLE = "ECS43"
"""Disable supply: a use case whose answer holds nothing but its success."""


def device_message(*, succeeds: bool = True, name: str = DISABLE) -> bytes:
    """A device's answer to a command, as it stands in a response."""
    context = use_cases.CommandContext(5, Eui64.parse(USER), Eui64.parse(METER), NOW)
    row = use_cases.use_case(name)
    command = use_cases.build_command(name, {}, context)
    values = {} if succeeds else {"results": use_cases.error_results(name, command)}
    group = Group(
        cra=Cra.RESPONSE, counter=5, originator=Eui64.parse(METER), recipient=Eui64.parse(USER), date_time=b"",
        other=OtherInformation(row.message_code, None, None, None, None),
        content=use_cases.build_response(name, command, values), signature=None,
    )  # fmt: skip
    return Message(group, None).to_bytes()


def response_with(payload: bytes, srv: str = "7.2") -> Response:
    header = ResponseHeader("I0", NOW, RequestId.parse(request_id(1)))
    return Response(header, ServiceResponse(srv, srv, GbcsPayload(payload)))


def test_a_device_says_whether_it_did_it() -> None:
    assert is_success(response_with(device_message()))
    assert not is_success(response_with(device_message(succeeds=False)))
    assert not is_success(response_with(b"none"))
    assert not is_success(None)
    assert not is_sealed(device_message())
    assert not is_sealed(b"none")


# --- a state that does not follow: whose fault ----------------------------------------------------------------------


def commanded(
    payload: bytes | None = None,
    *,
    counter: int = 1,
    user: str = "",
    bent: str = "",
    sent: str = "11.2",
    refused: str = "",
) -> Story:
    """A read of the firmware with nothing to change, and what its device says of it."""
    story = Story().asked("11.2", **({"user": user} if user else {}))
    header = RequestHeader(RequestId.parse(request_id(counter)), 1, sent, "11.2")
    octets = write_request(ServiceRequest(header, Node("ReadFirmwareVersion")))
    if refused:
        return story.refused(refused, srv="11.2")
    story.posted(counter, srv="11.2", body=octets)
    if payload is not None:
        story.device_answered(counter).queued(counter)
        event = msgspec.structs.replace(story.entries[-1].event, body=write_response(response_with(payload, "11.2")))
        story.entries[-1] = msgspec.structs.replace(story.entries[-1], event=event)
    if bent:
        story.add(FaultApplied(fault="f", effect="wrong-mac", subject=bent))
    return story


WHOSE = [
    (commanded(device_message()), Verdict.BLOCKED),
    (commanded(device_message(succeeds=False)), Verdict.FAIL),
    (commanded(b"none"), Verdict.FAIL),
    (commanded(), Verdict.FAIL),
    (commanded(refused="E4"), Verdict.FAIL),
    (commanded(device_message(), sent="11.3"), Verdict.FAIL),
    (commanded(device_message(), bent="x1"), Verdict.FAIL),
    (commanded(device_message(), bent="c1"), Verdict.FAIL),
    (commanded(device_message(), bent="m6"), Verdict.FAIL),
    (commanded(device_message(), bent="another"), Verdict.BLOCKED),
    (Story().asked("11.2"), Verdict.FAIL),
]


@pytest.mark.parametrize(("story", "verdict"), WHOSE)
def test_a_state_that_does_not_follow_is_ours_only_after_a_right_request_that_was_carried_out(
    story: Story, verdict: Verdict
) -> None:
    for check, parameters in (
        ("device-state-becomes", {"device": METER, "name": "supply", "value": "armed"}),
        ("inventory-status-becomes", {"device": METER, "status": "Commissioned"}),
        ("device-shows", {"device": METER, "fields": {"supply": "armed"}}),
    ):
        found = story.judged(check, **parameters)
        assert (found.verdict, found.is_final) == (verdict, False), check


def test_a_service_of_the_dcc_needs_no_device_to_carry_it_out() -> None:
    header = RequestHeader(RequestId.parse(request_id(1, USER)), 8, "8.2", "8.2")
    octets = write_request(ServiceRequest(header, Node("ReadInventory")))
    story = Story().asked("8.2").posted(service="non-device", srv="8.2", target=USER, command_variant=8, body=octets)
    found = story.judged("inventory-status-becomes", device=METER, status="Commissioned")
    assert (found.verdict, found.got) == (Verdict.BLOCKED, "no change of status")


# --- as asked -------------------------------------------------------------------------------------------------------


def sent(
    srv: str = "11.2",
    *,
    variant: int = 1,
    reference: str = "",
    element: Node | None = None,
    counter: int = 1,
    **asked: Any,
) -> Story:
    header = RequestHeader(RequestId.parse(request_id(counter)), variant, reference or srv, srv)
    octets = write_request(ServiceRequest(header, Node("Body", children=(element,) if element else ())))
    return Story().asked(srv, **asked).posted(counter, srv=srv, command_variant=variant, body=octets)


@pytest.mark.parametrize(
    ("story", "got"),
    [
        (sent(user=USER), None),
        (sent(user=USER.lower()), None),
        (sent(reference="11.3"), "service reference 11.3, not 11.2"),
        (sent(variant=2), "command variant 2, asked was 1"),
        (sent(variant=2, options={"command_variant": 2}), None),
        (sent("7.2", variant=4), None),
        (sent("7.2", variant=1), "command variant 1, asked was 4"),
        (sent("7.2", variant=4, options={"command_variant": 5}), None),
        (sent("7.2", variant=5, options={"command_variant": 5}), None),
        (sent("7.2", variant=4, options={"command_variant": 6}), None),
        (sent("7.2", variant=4, options={"command_variant": 7}), None),
        (sent("7.2", variant=7, options={"command_variant": 5}), "command variant 7, asked was 5"),
        (sent(variant=4, options={"command_variant": 8}), "command variant 4, asked was 8"),
        (sent(variant=4, options={"command_variant": 3}), "command variant 4, asked was 3"),
    ],
)  # fmt: skip
def test_user_variant_and_reference_of_a_request(story: Story, got: str | None) -> None:
    found = story.judged("request-as-asked")
    if got is None:
        assert found.verdict is Verdict.PASS, found.lines
    else:
        assert (found.verdict, found.got.partition(": ")[2], found.references) == (Verdict.FAIL, got, (2, 3))


def test_a_request_in_the_name_of_another_user_is_named() -> None:
    header = RequestHeader(RequestId.parse(f"{OTHER_USER}:{METER}:1"), 1, "11.2", "11.2")
    octets = write_request(ServiceRequest(header, Node("ReadFirmwareVersion")))
    story = Story().asked("11.2", user=USER).posted(srv="11.2", body=octets)
    found = story.judged("request-as-asked")
    assert (found.verdict, found.cause, found.got) == (
        Verdict.FAIL, "User", f"11.2 to {METER}: sent as {OTHER_USER}, asked as {USER}",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "parameters", "is_right"),
    [
        (0, {}, True),
        (60, {}, True),
        (-60, {}, True),
        (61, {}, False),
        (-61, {}, False),
        (3600, {"CurrentDateTime": "2026-01-15T11:00:03Z"}, True),
    ],
)
def test_the_current_time_is_a_minute_right_unless_another_was_asked(
    seconds: int, parameters: dict[str, str], *, is_right: bool
) -> None:
    arrived = NOW.timestamp() + 3  # the third entry of the story
    text = NOW.fromtimestamp(arrived + seconds, NOW.tzinfo).isoformat()
    story = sent(element=Node("CurrentDateTime", text), parameters=parameters)
    assert failing(story) == ({} if is_right else {"request-as-asked": "CurrentDateTime"})


def test_a_date_that_an_example_holds_is_not_held_against_a_request() -> None:
    element = Node("ExecutionDateTime", "2026-02-01T00:00:00Z")
    assert failing(sent(element=element)) == {"request-as-asked": "ExecutionDateTime"}
    assert failing(sent(element=element, options={"example": "full"})) == {}
    assert failing(sent(element=element, options={"example": "least"})) == {"request-as-asked": "ExecutionDateTime"}


# --- one request for one action -------------------------------------------------------------------------------------


def signed(counter: int) -> bytes:
    header = RequestHeader(RequestId.parse(request_id(counter)), 5, "7.2", "7.2")
    return write_request(SignedPreCommand(header, f"payload {counter}".encode()))


def transformed(counter: int) -> bytes:
    header = RequestHeader(RequestId.parse(request_id(counter)), 4, "7.2", "7.2")
    return write_request(ServiceRequest(header, Node("DisableSupply")))


def staged(*stages: tuple[str, int]) -> Story:
    story = Story().asked("7.2")
    for kind, counter in stages:
        octets = transformed(counter) if kind == "transform" else signed(counter)
        service, variant = ("transform", 4) if kind == "transform" else ("send-command", 5)
        story.posted(counter, service, srv="7.2", command_variant=variant, code="I0", body=octets)
    return story


@pytest.mark.parametrize(
    ("stages", "cause", "references"),
    [
        ((("transform", 1), ("send", 1)), None, (3, 6)),
        ((("transform", 1), ("transform", 2)), "a second request", (2, 3, 6)),
        ((("transform", 1), ("send", 1), ("send", 2)), "a second Signed Pre-Command", (2, 6, 9)),
        ((("transform", 1), ("send", 1), ("send", 1)), "sent again after it was answered", (2, 6, 9)),
        ((("transform", 1), ("transform", 1)), "sent again after it was answered", (2, 3, 6)),
    ],
)
def test_each_stage_of_a_critical_request_is_sent_once(
    stages: tuple[tuple[str, int], ...], cause: str | None, references: tuple[int, ...]
) -> None:
    found = staged(*stages).judged("one-request-per-action")
    assert found.references == references
    assert (found.verdict, found.cause) == ((Verdict.FAIL, cause) if cause else (Verdict.PASS, ""))


def test_testers_who_drive_by_themselves_may_send_what_they_like() -> None:
    observed = Story().asked().posted(1).posted(2).claimed("attested", "", observed=True)
    found = observed.judged("one-request-per-action")
    assert (found.verdict, found.got) == (Verdict.PASS, "2 posts")


def test_a_request_for_a_device_that_was_asked_at_another_time_is_not_misdirected() -> None:
    asked_too = Story().asked().asked(action="a2", target=OTHER_METER).posted(target=OTHER_METER)
    assert "request-as-asked" not in failing(asked_too)
    other_service = Story().asked().posted(srv="11.2", target=OTHER_METER)
    assert "request-as-asked" not in failing(other_service)
    before = Story().posted(target=OTHER_METER).asked()
    assert "request-as-asked" not in failing(before)
    own_too = Story().asked().posted(1).posted(2, target=OTHER_METER)
    assert "request-as-asked" not in failing(own_too)


# --- several parties ------------------------------------------------------------------------------------------------


def theirs(user: str = OTHER_USER) -> tuple[Any, ...]:
    """Events of another party, one of each kind that names it, and what belongs to them by name."""
    rid = f"{user}:{METER}:7"
    return (
        RequestReceived(exchange="y1", service="send-command", peer="", content_type="", body=b""),
        RequestAccepted(exchange="y1", request_id=rid, user=user, role="GS", device=METER, signed_by="1", srv="4.1.1", command_variant=1),
        RequestReceived(exchange="y2", service="send-command", peer="", content_type="", body=b""),
        RequestRefused(exchange="y2", rule="r", response_code="E4", http_status=200, detail="", request_id=rid, user=user, srv="4.1.1"),
        CommandSent(command="z1", request_id=rid, srv="4.1.1", device=METER, use_case="", message_code="", payload=b""),
        DeviceAnswered(command="z1", request_id=None, device=METER, payload=b"", values={}),
        MessageQueued(message="n1", user=user, message_kind="response", request_id=rid, response_id=None, response_code="I0", srv=None, alert_code=None, device=METER, body=b"", due=NOW),
        FaultApplied(fault="f", effect="drop", subject="n1"),
    )  # fmt: skip


def test_what_another_party_that_was_asked_sent_and_got_is_not_shown() -> None:
    asked = ActionAsked(
        scenario="SR-201", action="a2", content={"service": "4.1.1", "target": METER, "user": OTHER_USER}
    )
    story = Story().asked().posted().add(asked, *theirs())
    shown = [entry.event for entry in apart(story.entries)]
    assert [type(one).__name__ for one in shown] == [
        "ScenarioStarted", "ActionAsked", "RequestReceived", "RequestAccepted", "RequestAnswered", "FaultApplied",
    ]  # fmt: skip


def test_what_the_dcc_did_for_others_that_nobody_asked_is_part_of_the_scenario() -> None:
    for user in ("", USER):
        content = {"service": "4.1.1", "target": METER} | ({"user": user} if user else {})
        story = Story().asked().posted().add(ActionAsked(scenario="SR-201", action="a2", content=content), *theirs())
        assert list(apart(story.entries)) == story.entries


def test_changes_of_the_home_are_shown_to_every_party() -> None:
    asked = ActionAsked(
        scenario="SR-201", action="a2", content={"service": "4.1.1", "target": METER, "user": OTHER_USER}
    )
    story = Story().asked().add(asked, DeviceChanged(device=METER, values={"supply": "armed"}, cause=""))
    assert [entry.seq for entry in apart(story.entries)] == [1, 2, 4]
