"""Branches of checks that a story of a usual run does not reach: what is passed over, what is quoted, what is ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from harness.checks import Finding, Owner, Verdict, evidence_of, judge
from harness.checks.apart import apart
from harness.checks.critical import own_signature_problem
from harness.checks.effects import local_command_in, schedule_in
from harness.checks.stored import begun
from schemas.load import state_effects
from schemas.rows import StateEffectRow
from stubs.events import (
    ActionAsked,
    CommandSent,
    DeviceChanged,
    PreCommandIssued,
    RequestAccepted,
    RequestReceived,
    ScenarioStarted,
)
from stubs.wire.duis import (
    LocalCommand,
    Node,
    OtherResult,
    RequestHeader,
    Response,
    ResponseHeader,
    Result,
    ServiceRequest,
    ServiceResponse,
    write_request,
    write_response,
)
from stubs.wire.gbcs.crypto import sign
from stubs.wire.gbcs.envelope import Message
from stubs.wire.request_id import RequestId
from tests.story import METER, NOW, OTHER_METER, USER, Story, critical, pre_command, request_id
from tests.unit.test_implicit_checks import body, failing

OTHER_USER = "A0-B1-C2-D3-E4-03-00-00"
OWN, ANOTHERS = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())


def answer(result: Result, srv: str = "5.1", code: str = "I0") -> Response:
    header = ResponseHeader(code, NOW, RequestId.parse(request_id(1)))
    return Response(header, ServiceResponse(srv, srv, result))


def with_body(story: Story, octets: bytes) -> Story:
    """The newest entry, an answer or a message, with a document in it."""
    event = msgspec.structs.replace(story.entries[-1].event, body=octets)
    story.entries[-1] = msgspec.structs.replace(story.entries[-1], event=event)
    return story


# --- what was asked and what was sent -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "sent", "is_right"),
    [
        (True, "", True),
        (True, "true", True),
        (True, "false", False),
        ("5", "", False),
        ("5", "5", True),
        (False, None, True),
        ("", None, True),
        (None, None, True),
        (True, None, False),
        ("5", None, False),
        (0, None, True),
    ],
)
def test_a_parameter_is_an_element_that_is_there_or_says_it(asked: Any, sent: str | None, *, is_right: bool) -> None:
    texts = {} if sent is None else {"Flag": sent}
    story = (
        Story()
        .asked("11.2", parameters={"Flag": asked})
        .posted(srv="11.2", body=body("11.2", "ReadFirmwareVersion", 1, **texts))
    )
    assert failing(story) == ({} if is_right else {"request-as-asked": "Flag"})


@pytest.mark.parametrize(("named", "is_right"), [(METER, True), (OTHER_METER, False), (None, True)])
def test_a_service_of_the_dcc_names_the_device_that_was_asked_for(named: str | None, *, is_right: bool) -> None:
    header = RequestHeader(RequestId.parse(request_id(1, USER)), 8, "8.2", "8.2")
    children = () if named is None else (Node("DeviceID", named),)
    octets = write_request(ServiceRequest(header, Node("ReadInventory", children=children)))
    story = Story().asked("8.2").posted(service="non-device", srv="8.2", target=USER, body=octets)
    assert failing(story).get("request-as-asked") == (None if is_right else "DeviceID")


def test_requests_as_asked_are_counted_once_each() -> None:
    story = Story().asked("11.2").posted(srv="11.2", body=body())
    found = story.judged("request-as-asked")
    assert (found.verdict, found.got, found.references) == (Verdict.PASS, "1 requests as asked", (2, 3))


# --- repetitions ----------------------------------------------------------------------------------------------------


def repeated(times: int, **parameters: Any) -> Finding:
    """Posts of the same octets, three seconds apart, none of them answered."""
    story = Story().asked("11.2")
    for _ in range(times):
        story.refused(None, status=503)
        story.entries[-3] = msgspec.structs.replace(
            story.entries[-3], event=RequestReceived(exchange=f"x{len(story.entries) // 3}", service="send-command",
                                                     peer="", content_type="", body=body()),
        )  # fmt: skip
    return story.judged("repetitions-bounded", **parameters)


@pytest.mark.parametrize(
    ("times", "limit", "pause", "verdict"),
    [
        (1, 1, 0.1, Verdict.NOT_APPLICABLE),
        (4, 4, 0.1, Verdict.PASS),
        (5, 4, 0.1, Verdict.FAIL),
        (2, 1, 0.1, Verdict.FAIL),
        (2, 2, 2.999, Verdict.PASS),
        (2, 2, 3.0, Verdict.PASS),
        (2, 2, 3.001, Verdict.FAIL),
    ],
)
def test_repetitions_are_held_to_their_number_and_their_pause(
    times: int, limit: int, pause: float, verdict: Verdict
) -> None:
    assert repeated(times, retry_limit=limit, retry_pause=pause).verdict is verdict


def test_a_failure_of_many_repetitions_quotes_ten() -> None:
    found = repeated(12, retry_limit=4)
    assert (found.cause, found.got, len(found.references)) == (
        "too many repetitions", f"12 posts of {request_id(1)}", 10,
    )  # fmt: skip
    hasty = repeated(2, retry_limit=4, retry_pause=60)
    assert (hasty.cause, hasty.got) == ("no pause before a repetition", "sent again after 3.000 seconds")


# --- HTTP errors ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("story", "got"),
    [
        (Story().asked().posted(code=None), "answered without a code"),
        (Story().asked().posted(code="I99"), "answered I99"),
        (Story().asked().refused("E4"), "answered E4"),
        (Story().asked().refused(None, status=500), "answered HTTP 500"),
    ],
)
def test_an_answer_that_is_not_the_http_error(story: Story, got: str) -> None:
    found = story.claimed("failed", "", messages_processed=0).judged("http-error-noticed", http_status=503)
    assert (found.verdict, found.got) == (Verdict.FAIL, got)


@pytest.mark.parametrize(("status", "verdict"), [("failed", Verdict.PASS), ("done", Verdict.FAIL)])
def test_an_http_error_is_no_success(status: str, verdict: Verdict) -> None:
    story = Story().asked().refused(None, status=503).claimed(status, "", messages_processed=0)
    found = story.judged("http-error-noticed", http_status=503)
    assert (found.verdict, found.got) == (verdict, f"1 times HTTP 503, then said {status!r}")
    unsent = Story().asked().claimed(status, "", messages_processed=0)
    assert unsent.judged("http-error-noticed", http_status=503, or_unsent=True).verdict is verdict


# --- critical requests ----------------------------------------------------------------------------------------------


def test_an_unsigned_request_for_execution_is_named() -> None:
    header = RequestHeader(RequestId.parse(request_id(1)), 1, "7.2", "7.2")
    unsigned = write_request(ServiceRequest(header, Node("DisableSupply")))
    story = Story().asked("7.2").posted(srv="7.2", body=unsigned)
    found = story.judged("critical-signed")
    assert (found.verdict, found.got) == (Verdict.FAIL, "an unsigned Service Request, command variant 1")


def test_a_signed_pre_command_is_held_to_the_one_issued_last() -> None:
    story = critical(sign(pre_command(), OWN), pre_command(b"\x07"))
    newer = PreCommandIssued(
        request_id=request_id(1), srv="7.2", user=USER, device=METER, use_case="ECS43", message_code="0050",
        gbcs_version="4.1", payload=Message(pre_command(), None).to_bytes(),
    )  # fmt: skip
    at = next(i for i, one in enumerate(story.entries) if isinstance(one.event, PreCommandIssued))
    story.entries.insert(at + 1, msgspec.structs.replace(story.entries[at], event=newer))
    story.entries = [msgspec.structs.replace(one, seq=seq) for seq, one in enumerate(story.entries, 1)]
    found = story.judged("signed-pre-command-as-issued")
    assert (found.verdict, found.got, found.references[0]) == (Verdict.PASS, "the same octets", at + 2)


@pytest.mark.parametrize(
    ("content", "got"),
    [
        (b"\x01\x02\x03\x04", "the content differs at length"),
        (b"\x00\x02\x03", "the content differs at octet 0: issued 01, sent 00"),
    ],
)
def test_what_differs_from_the_pre_command_as_issued(content: bytes, got: str) -> None:
    found = critical(sign(pre_command(content), OWN)).judged("signed-pre-command-as-issued")
    assert (found.verdict, found.got) == (Verdict.FAIL, got)


def certificate(key: ec.EllipticCurvePrivateKey, role: str, eui: str = USER, usage: str = "DS") -> Any:
    return SimpleNamespace(eui=eui, usage=usage, role=role, public_key=key.public_key(), serial=1)


@pytest.mark.parametrize(
    ("certificates", "problem"),
    [
        ((certificate(OWN, "2"),), ""),
        ((certificate(ANOTHERS, "2"),), "a signature of no certificate of the party"),
        ((certificate(OWN, "89"), certificate(ANOTHERS, "2")), "a signature of the certificate with role 89"),
        ((certificate(OWN, "89"),), ""),
        ((certificate(ANOTHERS, "2"), certificate(OWN, "2", OTHER_USER)), "a signature of no certificate of the party"),
        ((certificate(ANOTHERS, "2"), certificate(OWN, "2", usage="KA")), "a signature of no certificate of the party"),
        ((certificate(OWN, "2", OTHER_USER),), ""),
    ],
)
def test_whose_the_signature_of_a_command_is(certificates: tuple[Any, ...], problem: str) -> None:
    story = critical(sign(pre_command(), OWN))
    evidence = evidence_of(story.entries, "SR-201", "IS", 1, len(story.entries))
    evidence.__dict__["certificates"] = certificates
    assert own_signature_problem(evidence, evidence.exchanges[-1]) == problem


@pytest.mark.parametrize("signature", [b"", None])
def test_a_command_without_a_signature_is_none(signature: bytes | None) -> None:
    story = critical(pre_command(signature=signature))
    evidence = evidence_of(story.entries, "SR-201", "IS", 1, len(story.entries))
    assert own_signature_problem(evidence, evidence.exchanges[-1]) == "0 octets of signature, not 64"


# --- inventory, correlation, schedules ------------------------------------------------------------------------------


def inventory(told: list[dict[str, Any]]) -> Story:
    device = Node("Device", children=(Node("DeviceID", METER), Node("DeviceStatus", "Commissioned")))
    octets = write_response(answer(OtherResult(Node("DSPInventory", children=(device,))), "8.2"))
    story = Story().asked("8.2").posted(service="non-device", srv="8.2", code="I0")
    return with_body(story, octets).claimed(values={"devices": told})


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        ([{"DeviceID": METER, "DeviceStatus": "Commissioned"}], Verdict.PASS),
        ([{"DeviceID": METER, "DeviceStatus": "Pending"}], Verdict.FAIL),
        ([{"DeviceID": METER}], Verdict.REVIEW),
        ([{"DeviceID": OTHER_METER, "DeviceStatus": "Commissioned"}], Verdict.FAIL),
        ([], Verdict.FAIL),
    ],
)
def test_devices_and_statuses_are_those_of_the_answer(told: list[dict[str, Any]], verdict: Verdict) -> None:
    found = inventory(told).judged("inventory-agrees")
    assert found.verdict is verdict, found.lines


def two(first: Any, second: Any) -> Story:
    story = Story().asked().asked(action="a2", target=OTHER_METER)
    story.posted(1).posted(2, target=OTHER_METER)
    story.device_answered(2, OTHER_METER, value=2).queued(2, target=OTHER_METER).delivered()
    story.device_answered(1, METER, value=1).queued(1).delivered()
    return story.claimed(values=first).claimed(action="a2", values=second)


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        ({"value": 1}, {"value": 2}, Verdict.PASS),
        ({"value": 2}, {"value": 1}, Verdict.FAIL),
        ({"value": 1}, {"value": 1}, Verdict.FAIL),
        ({"value": 1}, {}, Verdict.REVIEW),
    ],
)
def test_each_outcome_is_of_its_own_device(first: Any, second: Any, verdict: Verdict) -> None:
    found = two(first, second).judged("correlated-by-request-id", actions=2)
    assert found.verdict is verdict, found.lines
    if verdict is Verdict.PASS:
        assert found.got == "2 outcomes agree with their own devices"
        assert found.references == (13, 16, 10, 17)


def test_the_number_of_a_schedule_is_that_of_its_own_answer() -> None:
    assert schedule_in(answer(OtherResult(Node("DSPScheduleID", " 12 ")))) == "12"
    assert schedule_in(answer(OtherResult(Node("DSPScheduleID", "12")), "5.2")) == ""
    assert schedule_in(answer(None)) == ""
    assert local_command_in(answer(LocalCommand(b"x"))) == b"x"
    assert local_command_in(answer(None)) == b""


def scheduled(number: str) -> bytes:
    return write_response(answer(OtherResult(Node("R", children=(Node("DSPScheduleID", number),))), "4.1.1"))


def readings(*numbers: str, taken: int) -> Finding:
    story = Story().asked("5.1")
    for index, number in enumerate(numbers):
        with_body(story.queued(index + 1), scheduled(number))
        if index < taken:
            story.delivered()
    return story.judged("scheduled-readings-taken", schedule="12", count=2)


def test_every_reading_of_a_schedule_is_taken() -> None:
    assert readings("12", "12", taken=2).verdict is Verdict.PASS
    for numbers, taken in ((("12", "12"), 1), (("12", "13"), 2), (("12",), 1)):
        found = readings(*numbers, taken=taken)
        assert (found.verdict, found.is_final) == (Verdict.FAIL, False)


@pytest.mark.parametrize("status", [500, 503, 400])
def test_a_reading_of_a_schedule_that_is_turned_away(status: int) -> None:
    story = Story().asked("5.1")
    with_body(story.queued(), scheduled("12")).undelivered(status)
    found = story.judged("scheduled-readings-taken", schedule="12", count=1)
    assert (found.verdict, found.got) == (Verdict.FAIL, "a reading was turned away")
    other = Story().asked("5.1")
    with_body(other.queued(), scheduled("13")).undelivered(status)
    assert other.judged("scheduled-readings-taken", schedule="12", count=1).got == "0 of 0 readings"


# --- the state of a device follows its request ----------------------------------------------------------------------

_KEPT_ASIDE = {"2.2", "8.7.1"}
"""A token and a list of joined devices: shown by tests/clients/test_device_state_follows.py."""
WRITTEN = [
    (srv, row) for srv, rows in state_effects().items() for row in rows if row.element and srv not in _KEPT_ASIDE
]


def told(srv: str, row: StateEffectRow, sent: str, *states: Any) -> Story:
    """A request with one element, carried out, after which a field of the device took these values in turn."""
    header = RequestHeader(RequestId.parse(request_id(1)), 1, srv, srv)
    octets = write_request(ServiceRequest(header, Node("Body", children=(Node(row.element, sent),))))
    story = Story().asked(srv)
    for state in states[:-1]:
        story.add(DeviceChanged(device=METER, values={"set": {row.field: state}}, cause="x"))
    story.posted(srv=srv, body=octets)
    story.add(
        CommandSent(command="c1", request_id=request_id(1), srv=srv, device=METER, use_case="", message_code="",
                    payload=b"")
    )  # fmt: skip
    for state in states[-1:]:
        story.add(DeviceChanged(device=METER, values={"set": {row.field: state}}, cause=request_id(1)))
    return story.device_answered().queued()


@pytest.fixture
def carried_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The device says it did it, which its answer shows elsewhere."""
    monkeypatch.setattr("harness.checks.device_state.was_carried_out", lambda _evidence, _action: True)


def states(row: StateEffectRow) -> tuple[str, tuple[Any, ...], tuple[Any, ...]]:
    """What is sent, the states that follow from it, and states that do not."""
    match row.how:
        case "equals":
            return "17", (17,), (18,)
        case "rises by":
            return "50000", (3, 50003), (3, 3)
        case "holds":
            return OTHER_METER, ([["x", OTHER_METER]],), ([],)
        case "lacks":
            return OTHER_METER, ([],), ([["x", OTHER_METER]],)
        case how:
            return "", (how.removeprefix("is "),), ("another",)


@pytest.mark.usefixtures("carried_out")
@pytest.mark.parametrize(("srv", "row"), WRITTEN, ids=lambda one: one if isinstance(one, str) else one.field)
def test_every_written_setting_is_read_back_from_the_device(srv: str, row: StateEffectRow) -> None:
    sent, right, wrong = states(row)
    kept = told(srv, row, sent, *right).judged("device-took-what-was-sent")
    assert kept.verdict is Verdict.PASS, kept.lines
    assert f"{len(kept.references) // 2} values as told" == kept.got
    lost = told(srv, row, sent, *wrong).judged("device-took-what-was-sent")
    assert (lost.verdict, lost.owner, lost.cause) == (Verdict.BLOCKED, Owner.HARNESS, f"state: {row.field}")


@pytest.mark.usefixtures("carried_out")
@pytest.mark.parametrize(
    ("seconds", "balance", "verdict"),
    [
        (0, 50_002, Verdict.PASS),
        (0, 50_004, Verdict.BLOCKED),
        (0, 50_003 - 101, Verdict.BLOCKED),
        (9, 50_003 - 1000, Verdict.PASS),
        (9, 50_003 - 1001, Verdict.BLOCKED),
        (3600, 50_004, Verdict.BLOCKED),
        (3600, 50_003 - 560_100, Verdict.PASS),
        (3600, 50_003 - 560_101, Verdict.BLOCKED),
    ],
)
def test_a_balance_may_fall_by_what_the_home_uses_meanwhile(seconds: int, balance: int, verdict: Verdict) -> None:
    (row,) = state_effects()["1.5"]
    entries = told("1.5", row, "50000", 3, balance).entries
    times = iter((NOW + timedelta(minutes=30), NOW + timedelta(minutes=30, seconds=seconds)))
    told_then = [
        msgspec.structs.replace(entry, at=next(times)) if isinstance(entry.event, DeviceChanged) else entry
        for entry in entries
    ]
    evidence = evidence_of(told_then, "SR-201", "IS", 1, len(entries))
    finding = judge("device-took-what-was-sent", evidence, {})
    assert finding.verdict is verdict, finding.lines


@pytest.mark.usefixtures("carried_out")
def test_a_state_that_does_not_tell_of_it_says_nothing() -> None:
    (row,) = state_effects()["1.5"]
    for before in ((), (20,), ("unknown", 20), (20, "unknown")):
        found = told("1.5", row, "17", *before).judged("device-took-what-was-sent")
        assert found.verdict is Verdict.NOT_APPLICABLE, found.lines


# --- one party of several -------------------------------------------------------------------------------------------


def test_nothing_of_another_party_is_shown_not_even_what_names_no_user() -> None:
    story = Story().asked().posted(1)
    content = {"service": "4.1.1", "target": METER, "kind": "send", "user": OTHER_USER}
    story.add(
        ActionAsked(scenario="SR-201", action="a2", content=content),
        RequestReceived(exchange="y1", service="send-command", peer="", content_type="", body=b"theirs"),
        RequestAccepted(
            exchange="y1", request_id=f"{OTHER_USER}:{METER}:1", user=OTHER_USER, role="GS", device=METER,
            signed_by="1", srv="4.1.1", command_variant=1,
        ),
    ).claimed(action="a2")  # fmt: skip
    assert [one.seq for one in apart(story.entries)] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("premises", "boundary", "first"),
    [({}, 0, 9), ({"first": 4}, 0, 4), ({"first": 4}, 5, 6), ({"first": "4"}, 0, 9), ({"first": 12}, 0, 9)],
)
def test_where_the_evidence_of_a_scenario_begins(premises: dict[str, Any], boundary: int, first: int) -> None:
    started = ScenarioStarted(
        scenario="S", attempt=1, role="IS", title="", scope="", priority="", srvs=(), feature="", premises=premises
    )
    assert begun(started, 9, boundary).first == first


@pytest.mark.parametrize("name", ["key", "user", "party"])
def test_what_a_scenario_says_itself_comes_before_its_premises(name: str) -> None:
    started = ScenarioStarted(
        scenario="S", attempt=1, role="IS", title="", scope="", priority="", srvs=(), feature="",
        premises={name: "older"},
    )  # fmt: skip
    assert getattr(begun(started, 9), name) == "older"
    assert getattr(begun(msgspec.structs.replace(started, **{name: "own"}), 9), name) == "own"


# --- winter and summer ----------------------------------------------------------------------------------------------


def dated(at: datetime, story: Story) -> Story:
    story.entries = [msgspec.structs.replace(one, at=at + (one.at - NOW)) for one in story.entries]
    return story


WINTER, SUMMER = datetime(2026, 1, 15, 10, tzinfo=UTC), datetime(2026, 7, 15, 10, tzinfo=UTC)


@pytest.mark.parametrize("at", [WINTER, SUMMER], ids=["winter", "summer"])
@pytest.mark.parametrize(
    ("hours", "offset", "is_right"),
    [(0, "Z", True), (1, "+01:00", True), (1, "Z", False), (0, "+01:00", False), (-1, "Z", False)],
)
def test_instants_are_judged_by_the_clock_of_the_run(at: datetime, hours: int, offset: str, *, is_right: bool) -> None:
    """The current time, an execution time and the time of a reading: in British Summer Time an hour off is wrong."""
    asked, written = f"{at:%Y-%m-%dT%H:%M:%SZ}", f"{at:%Y-%m-%d}T{at.hour + hours:02}:00:00{offset}"
    for name, parameters in (
        ("CurrentDateTime", {}),
        ("ExecutionDateTime", {"ExecutionDateTime": asked}),
        ("ReadLogPeriod", {"ReadLogPeriod": asked}),
    ):
        sent = (
            Story()
            .asked("11.2", parameters=parameters)
            .posted(srv="11.2", body=body("11.2", "ReadFirmwareVersion", 1, **{name: written}))
        )
        assert failing(dated(at, sent)) == ({} if is_right else {"request-as-asked": name})
    read = Story().asked().posted().device_answered(Timestamp=asked, Value=5).queued().delivered()
    read.claimed(values={"Timestamp": written, "Value": 5})
    assert ("values-as-received" in failing(dated(at, read))) is not is_right
    assert (read.judged("reading-agrees", names=["Timestamp"]).verdict is Verdict.PASS) is is_right
