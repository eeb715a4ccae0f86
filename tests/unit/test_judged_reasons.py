"""Words of the checks about what they find, the entries they rest on, and what is left open or is ours."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from harness.checks import Finding, Verdict, evidence_of, judge
from harness.checks.apart import apart
from harness.checks.critical import altered, own_signature_problem
from schemas.load import state_effects
from stubs.events import ActionAsked, CheckJudged, CommandSent, PageViewed
from stubs.wire.duis import Node, RequestHeader, ServiceRequest, SignedPreCommand, write_request
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.crypto import sign
from stubs.wire.request_id import RequestId
from tests.story import METER, OTHER_METER, USER, Story, critical, pre_command, request_id
from tests.unit.test_implicit_checks import body, failing
from tests.unit.test_judged_branches import (
    ANOTHERS,
    OTHER_USER,
    OWN,
    certificate,
    inventory,
    repeated,
    told,
    two,
)

TEN_POUNDS = "74521451339273755295"


def sending(srv: str, variant: int, *children: Node, **content: Any) -> Story:
    """An action of a service, and one request of it with these elements."""
    header = RequestHeader(RequestId.parse(request_id(1)), variant, srv, srv)
    octets = write_request(ServiceRequest(header, Node("Body", children=children)))
    return Story().asked(srv, **content).posted(service="transform", srv=srv, command_variant=variant, body=octets)


@pytest.mark.parametrize(
    ("token", "is_right"), [(TEN_POUNDS, True), ("7452 1451 3392 7375 5295", True), (None, False), ("123", False)]
)
@pytest.mark.parametrize(("pence", "is_ten_pounds"), [(1000, True), ("1000", True), (999, False), (1001, False)])
def test_a_top_up_is_worth_what_was_asked(
    token: str | None, *, is_right: bool, pence: Any, is_ten_pounds: bool
) -> None:
    children = () if token is None else (Node("UTRN", token),)
    story = sending("2.2", 1, *children, parameters={"amount_pence": pence})
    assert failing(story).get("request-as-asked") == (None if is_right and is_ten_pounds else "amount_pence")


@pytest.mark.parametrize(
    ("element", "is_right"),
    [(Node("Prepayment"), True), (Node("Credit"), False), (Node("PaymentMode", "prepayment"), True), (None, False)],
)
def test_a_payment_mode_is_the_element_of_that_mode(element: Node | None, *, is_right: bool) -> None:
    story = sending("1.6", 4, *([element] if element else []), parameters={"mode": "Prepayment"})
    assert failing(story).get("request-as-asked") == (None if is_right else "PaymentMode")


@pytest.mark.parametrize("parameters", [{"DeviceID": OTHER_METER}, {}])
def test_a_request_may_name_another_device_where_that_was_asked(parameters: dict[str, str]) -> None:
    srv = "8.2" if parameters else "11.2"
    story = sending(srv, 8 if parameters else 1, Node("DeviceID", OTHER_METER), parameters=parameters)
    assert "request-as-asked" not in failing(story)


def test_whom_a_request_was_asked_for_and_where_it_went() -> None:
    elsewhere = Story().asked().posted(target=OTHER_METER).judged("request-as-asked")
    assert elsewhere.got == f"4.1.1 was asked for {METER}; it was sent to {OTHER_METER}"
    dated = Story().asked("11.2").posted(srv="11.2", body=body(ExecutionDateTime="2026-02-01T00:00:00Z"))
    assert dated.judged("request-as-asked").got.startswith(f"11.2 to {METER}: no date was asked")
    header = RequestHeader(RequestId.parse(f"{USER}:{OTHER_METER}:1"), 8, "8.2", "8.2")
    octets = write_request(ServiceRequest(header, Node("ReadInventory", children=(Node("UPRN", "1"),))))
    nowhere = Story().asked("8.2", target="", parameters={"UPRN": "2"})
    nowhere.posted(service="non-device", srv="8.2", target=OTHER_METER, body=octets)
    assert nowhere.judged("request-as-asked").got.startswith("8.2 to the DCC: UPRN")


def test_without_settings_four_repetitions_a_tenth_of_a_second_apart_are_allowed() -> None:
    assert (repeated(4).verdict, repeated(4).references) == (Verdict.PASS, (3,))
    assert repeated(5).verdict is Verdict.FAIL


def test_a_request_that_was_never_sent_is_said_so() -> None:
    story = Story().asked().claimed("failed", "", messages_processed=0)
    found = story.judged("http-error-noticed", http_status=503, or_unsent=True)
    assert found.got == "the party sent nothing, then said 'failed'"
    assert story.judged("http-error-noticed", http_status=503).verdict is Verdict.FAIL


# --- critical requests ----------------------------------------------------------------------------------------------


def no_message() -> Story:
    """A Signed Pre-Command whose payload is no GBCS message."""
    header = RequestHeader(RequestId.parse(request_id(1)), 5, "7.2", "7.2")
    octets = write_request(SignedPreCommand(header, b"none"))
    return Story().asked("7.2").posted(srv="7.2", command_variant=5, body=octets)


def test_a_payload_that_is_no_message_is_named_by_each_rule() -> None:
    story = no_message()
    found = story.judged("critical-signed")
    assert (found.verdict, found.got) == (Verdict.FAIL, "a payload that is no GBCS message")
    evidence = evidence_of(story.entries, "SR-201", "IS", 1, len(story.entries))
    assert altered(evidence, evidence.exchanges[-1]) == "a payload that is no GBCS message"
    assert own_signature_problem(evidence, evidence.exchanges[-1]) == "a payload that is no GBCS message"


def test_without_a_pre_command_or_a_signed_one_nothing_is_compared() -> None:
    unsigned = Story().asked("7.2").posted(service="transform", srv="7.2", command_variant=4, code="I0")
    assert unsigned.judged("signed-pre-command-as-issued").got == "no Pre-Command"
    story = critical(sign(pre_command(), OWN))
    story.entries = story.entries[:-3]
    for check in ("signed-pre-command-as-issued", "signed-pre-command-signature"):
        found = story.judged(check)
        assert (found.got, found.is_final) == ("no Signed Pre-Command", False)


@pytest.mark.parametrize(
    ("field", "value"), [("originator", Eui64.parse(OTHER_USER)), ("recipient", Eui64.parse(OTHER_METER))]
)
def test_a_part_of_the_command_around_its_content_is_altered(field: str, value: Eui64) -> None:
    changes: dict[str, Any] = {field: value}
    found = critical(sign(replace(pre_command(), **changes), OWN)).judged("signed-pre-command-as-issued")
    assert (found.verdict, found.got) == (Verdict.FAIL, f"different {field}")


@pytest.mark.parametrize(
    ("certificates", "verdict", "got"),
    [
        ((certificate(OWN, "2"),), Verdict.PASS, "role 2"),
        ((certificate(OWN, "89"), certificate(ANOTHERS, "2")), Verdict.FAIL, "role 89"),
        ((certificate(ANOTHERS, "2"),), Verdict.FAIL, "of no certificate of the party"),
        ((certificate(ANOTHERS, "2"), certificate(OWN, "2", OTHER_USER)), Verdict.FAIL, "of no certificate"),
        ((certificate(OWN, "87"),), Verdict.FAIL, "the journal holds no certificate of the party"),
    ],
)
def test_a_command_is_signed_with_the_partys_own_key(certificates: Any, verdict: Verdict, got: str) -> None:
    story = critical(sign(pre_command(), OWN))
    evidence = evidence_of(story.entries, "SR-201", "IS", 1, len(story.entries))
    evidence.__dict__["certificates"] = certificates
    found = judge("signed-pre-command-signature", evidence, {})
    assert got in found.got
    assert found.verdict in {verdict, Verdict.BLOCKED}
    assert (found.verdict is Verdict.BLOCKED) is (certificates[0].role == "87")


@pytest.mark.parametrize(
    ("service", "variant", "is_right"),
    [
        ("transform", 4, True),
        ("send-command", 4, False),
        ("non-device", 4, False),
        ("send-command", 1, True),
        ("transform", 1, False),
        ("non-device", 1, False),
    ],
)
def test_where_a_request_of_each_variant_goes(service: str, variant: int, *, is_right: bool) -> None:
    srv = "7.2" if variant == 4 else "4.1.1"
    story = Story().asked(srv).posted(service=service, srv=srv, command_variant=variant)
    assert ("posts-at-right-service" in failing(story)) is not is_right


# --- the state of a device ------------------------------------------------------------------------------------------


def test_what_a_state_is_and_what_was_told_stands_in_the_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.checks.device_state.was_carried_out", lambda _evidence, _action: True)
    (row,) = state_effects()["1.5"]
    lost = told("1.5", row, "17", 3, 21).judged("device-took-what-was-sent")
    assert lost.got == f"1.5 to {METER}: balance is '21', told was 20 after 3"
    assert lost.references == (2, 8)
    assert told("1.5", row, "17", 3, 20).judged("device-took-what-was-sent").references == (2, 8)
    row = state_effects()["3.1"][0]
    assert f"is {'x' * 80!r}, told" in told("3.1", row, "y", "x" * 200).judged("device-took-what-was-sent").got


# --- inventory and correlation --------------------------------------------------------------------------------------


def test_what_is_said_of_an_inventory() -> None:
    whole = [{"DeviceID": METER, "DeviceStatus": "Commissioned"}]
    absent = inventory(whole).judged("inventory-agrees", device=OTHER_METER)
    assert (absent.verdict, absent.is_final, absent.references) == (Verdict.BLOCKED, False, (5,))
    assert (absent.expected, absent.got) == (f"{OTHER_METER} in the inventory", METER)
    right = inventory(whole).judged("inventory-agrees", device=METER)
    assert (right.verdict, right.references) == (Verdict.PASS, (5, 6))
    assert (right.expected, right.got) == (f"{METER} Commissioned", f"{METER} Commissioned")
    assert inventory([{"DeviceID": METER}]).judged("inventory-agrees").got.endswith(f"{METER} without status")
    assert inventory([]).judged("inventory-agrees").got == "no device"
    story = inventory(whole)
    story.entries.pop()
    assert story.claimed("attested", values={}).judged("inventory-agrees").verdict is Verdict.ATTESTED
    story.entries.pop()
    assert story.claimed("done", values={}).judged("inventory-agrees").verdict is Verdict.REVIEW


def correlation(first: Any, second: Any, **parameters: int) -> Finding:
    return two(first, second).judged("correlated-by-request-id", **{"actions": 2} | parameters)


def test_what_is_said_of_outcomes_and_their_devices() -> None:
    assert correlation({"value": 1}, {}).references == (10, 17)
    assert correlation({}, {"value": 2}).references == (13, 16)
    crossed = correlation({"value": 2}, {"value": 2})
    assert (crossed.references, f"4.1.1 to {METER}: " in crossed.got) == ((13, 16), True)
    few = Story().asked().posted().claimed().judged("correlated-by-request-id", actions=1)
    assert (few.verdict, few.is_final, few.got) == (Verdict.FAIL, True, "0 outcomes could be compared")
    more = correlation({"value": 1}, {"value": 2}, actions=3)
    assert (more.verdict, more.is_final, more.got) == (Verdict.FAIL, False, "2 outcomes so far")
    unable = Story().asked().posted().claimed("blocked", "", detail="no program")
    assert unable.judged("correlated-by-request-id", actions=1).verdict is Verdict.BLOCKED
    partial = two({"value": 1}, {"other": "x"}).judged("correlated-by-request-id", actions=2)
    assert (partial.verdict, partial.references) == (Verdict.REVIEW, (10, 17)), partial.lines
    assert correlation({}, {"value": 2}).got == "the party's system did not say what it read; a person must look"
    one = (
        Story()
        .asked()
        .posted()
        .device_answered()
        .queued()
        .delivered()
        .claimed(values={"ActiveImportRegister": 1234567})
    )
    one.asked(action="a2", target=OTHER_METER).posted(2, target=OTHER_METER).claimed("failed", action="a2")
    assert one.judged("correlated-by-request-id", actions=2).got == "1 outcomes could be compared"
    refused = two({"value": 1}, {"value": 2})
    refused.entries.pop()
    refused.claimed("failed", action="a2", values={"other": "x"})
    assert refused.judged("correlated-by-request-id", actions=2).verdict is Verdict.FAIL


# --- one party of several -------------------------------------------------------------------------------------------


def test_what_names_another_party_is_hidden_and_so_is_what_was_judged_of_it() -> None:
    story = Story().asked()
    content = {"service": "4.1.1", "target": METER, "kind": "send", "user": OTHER_USER}
    known: dict[str, Any] = {"scenario": "SR-201", "role": "IS", "check": "c", "parameters": {}, "first": 1, "last": 2,
                             "verdict": "PASS", "expected": "e", "got": "g", "rule": "r", "references": ()}  # fmt: skip
    shown: dict[str, Any] = {"path": "/", "status": 200, "shown": (), "session": "s", "person": "p", "role": "IS",
                             "title": "t", "query": {}}  # fmt: skip
    sent: dict[str, Any] = {"srv": "4.1.1", "device": METER, "use_case": "", "message_code": "", "payload": b""}
    story.add(
        ActionAsked(scenario="SR-201", action="a2", content=content),
        CheckJudged(**known),
        CheckJudged(**known, user="A0-B1-C2-D3-E4-09-00-00"),
        PageViewed(**shown, user=USER),
        PageViewed(**shown, user=OTHER_USER.lower()),
        CommandSent(command="c1", request_id=request_id(1), **sent),
        CommandSent(command="c2", request_id=f"{OTHER_USER.lower()}:{METER}:1", **sent),
    )
    assert [one.seq for one in apart(story.entries)] == [1, 2, 4, 6, 8]
