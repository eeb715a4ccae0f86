"""The reference client over real sockets, against the least of a DCC: what it asks, and what it makes of answers."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from threading import Timer
from typing import Any

import msgspec
import pytest

from harness.drivers import Driver, UserIdentity, make_driver, running
from harness.drivers.reference import CORRECT, ReferenceDriver
from stubs.wire import Blocked, Eui64
from stubs.wire.duis import PreCommand, ServiceRequest
from stubs.wire.gbcs.envelope import OtherInformation
from tests.client_of_tiny_dcc import METER, SECOND, context_of, read, started
from tests.tiny_dcc import COMMAND, DATA, OTHER_PARTY, SUPPLIER, TRANSFORM, Received, TinyDcc

# --- what a correct client does -------------------------------------------------------------------------------------


def test_a_reading_is_what_the_meter_sent(client: Driver, dcc: TinyDcc) -> None:
    outcome = read(client)
    assert (outcome.status, outcome.response_code, outcome.messages_processed) == ("done", "I0", 1)
    assert outcome.values["ActiveImportRegister"] == dcc.meters[Eui64.parse(METER)].import_register
    assert outcome.request_id == str(dcc.received[0].request.header.request_id)
    assert dcc.answers(1) == [204]


def test_the_inventory_is_read_in_the_http_answer(client: Driver, dcc: TinyDcc) -> None:
    outcome = read(client, service="8.2")
    assert outcome.values["devices"][0]["DeviceStatus"] == "Commissioned"
    assert outcome.values["devices"][0]["DeviceID"] == METER
    assert dcc.received[0].path == DATA
    assert dcc.received[0].request.header.request_id.target == dcc.pki.acb


def test_a_critical_request_is_transformed_signed_and_sent_with_the_same_identifier(
    client: Driver, dcc: TinyDcc
) -> None:
    outcome = read(client, service="7.2")
    first, second = dcc.received
    assert outcome.status == "done"
    assert (first.path, second.path) == (TRANSFORM, COMMAND)
    assert first.request.header.request_id == second.request.header.request_id
    assert dcc.meters[Eui64.parse(METER)].supply == "disabled"


def test_a_top_up_is_a_token_made_for_this_meter_and_counter(client: Driver, dcc: TinyDcc) -> None:
    dcc.add_meter(METER, payment_mode="prepayment")
    before = dcc.meters[Eui64.parse(METER)].balance
    outcome = read(client, service="2.2", parameters={"amount_pence": 1000})
    assert outcome.status == "done", outcome.detail
    assert re.fullmatch(r"[0-9]{20}", outcome.values["UTRN"])
    assert dcc.received[0].request.header.request_id.counter % 2**32 == 0
    assert dcc.meters[Eui64.parse(METER)].balance == before + 1_000_000


def test_counters_go_on_above_the_last_after_a_restart(dcc: TinyDcc, pki: Path, tmp_path: Path) -> None:
    for _ in range(2):
        for driver in started("reference", dcc, pki, tmp_path):
            read(driver, service="2.2", parameters={"amount_pence": 1})
            read(driver)
    counters = [item.request.header.request_id.counter for item in dcc.received]
    assert counters == sorted(set(counters))


def test_a_refusal_is_reported_with_its_code_and_not_repeated(client: Driver, dcc: TinyDcc) -> None:
    dcc.answer = lambda dcc, received: dcc.document(received.request, None, "E19")
    outcome = read(client)
    assert (outcome.status, outcome.response_code) == ("refused", "E19")
    assert len(dcc.received) == 1


def test_an_error_in_the_response_is_reported_as_failed(client: Driver, dcc: TinyDcc) -> None:
    dcc.deliver = lambda dcc, _document: dcc.post(dcc.response(dcc.received[-1].request, None, "E21"))
    outcome = read(client)
    assert (outcome.status, outcome.response_code) == ("failed", "E21")


@pytest.mark.parametrize(("code", "said"), [("E65", "not public"), ("E77777", "not a listed response code")])
def test_a_code_without_meaning_is_reported_as_it_is(client: Driver, dcc: TinyDcc, code: str, said: str) -> None:
    dcc.deliver = lambda dcc, _document: dcc.post(dcc.response(dcc.received[-1].request, None, code))
    outcome = read(client)
    assert (outcome.status, outcome.response_code) == ("failed", code)
    assert said in outcome.detail


def test_no_response_is_a_time_out_after_the_deadline(client: Driver, dcc: TinyDcc) -> None:
    dcc.deliver = lambda _dcc, _document: None
    assert read(client, deadline=0.4).status == "timeout"


def test_a_late_response_can_be_collected(client: Driver, dcc: TinyDcc) -> None:
    late: list[bytes] = []
    dcc.deliver = lambda _dcc, document: late.append(document)
    outcome = read(client, deadline=0.3)
    assert outcome.status == "timeout"
    Timer(0.1, dcc.post, late).start()
    collected = read(client, kind="collect", parameters={"request_id": outcome.request_id}, service="")
    assert collected.status == "done"
    assert "ActiveImportRegister" in collected.values
    assert dcc.answers(1) == [204]


def test_a_request_that_does_not_wait_is_acknowledged(client: Driver, dcc: TinyDcc) -> None:
    outcome = read(client, options={"wait": False})
    assert (outcome.status, outcome.response_code) == ("acknowledged", "I99")
    collected = read(client, kind="collect", parameters={"request_id": outcome.request_id}, service="")
    assert collected.values == read(client).values


def test_transport_failures_are_repeated_with_the_same_bytes_until_one_gets_through(
    client: Driver, dcc: TinyDcc
) -> None:
    dcc.answer = lambda dcc, _received: (0, 503, None)[min(len(dcc.received), 3) - 1]
    assert read(client).status == "done"
    assert len({item.document for item in dcc.received}) == 1
    assert len(dcc.received) == 3


def test_transport_failures_are_repeated_three_times_and_no_more(dcc: TinyDcc, pki: Path, tmp_path: Path) -> None:
    dcc.answer = lambda _dcc, _received: 503
    with running(ReferenceDriver(replace(CORRECT, retry_pause=0.01)), context_of(dcc, pki, tmp_path)) as client:
        outcome = read(client, service="8.2")
    assert outcome.status == "failed"
    assert "4 attempt(s)" in outcome.detail
    assert len(dcc.received) == 4


def test_a_request_the_dcc_calls_malformed_is_not_repeated(client: Driver, dcc: TinyDcc) -> None:
    dcc.answer = lambda _dcc, _received: 400
    assert read(client).status == "failed"
    assert len(dcc.received) == 1


def test_a_lost_acknowledgement_does_not_lose_the_response(client: Driver, dcc: TinyDcc) -> None:
    def answer(dcc: TinyDcc, received: Received) -> bytes | int | None:
        if len(dcc.received) > 1:
            return dcc.document(received.request, None, "E100")  # a replay, says the DCC
        dcc.usual(received)
        return 0

    dcc.answer = answer
    outcome = read(client)
    assert (outcome.status, outcome.response_code) == ("done", "I0")
    assert len(dcc.received) == 2


@pytest.mark.parametrize("service", ["8.2", "7.2"])
def test_an_answer_that_was_lost_is_asked_for_again_under_a_new_identifier(
    client: Driver, dcc: TinyDcc, service: str
) -> None:
    def answer(dcc: TinyDcc, received: Received) -> bytes | int | None:
        if len(dcc.received) == 1:
            return 0
        is_replay = received.request.header.request_id == dcc.received[0].request.header.request_id
        return dcc.document(received.request, None, "E100") if is_replay else None

    dcc.answer = answer
    assert read(client, service=service).status == "done"
    assert len({item.request.header.request_id for item in dcc.received}) == 2


def test_waiting_ends_when_the_client_is_closed(client: Driver, dcc: TinyDcc) -> None:
    dcc.deliver = lambda _dcc, _document: None
    Timer(0.2, client.close).start()
    assert read(client, deadline=3600).status == "timeout"
    assert read(client, kind="wait-alert", service="", deadline=3600).status == "timeout"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"<html>busy</html>", "cannot be used"),
        (b"<sr:Response", "cannot be used"),
        (b"", "cannot be used"),
    ],
)
def test_an_answer_that_is_none_ends_a_synchronous_request(
    client: Driver, dcc: TinyDcc, answer: bytes, said: str
) -> None:
    dcc.answer = lambda _dcc, _received: answer
    outcome = read(client, service="8.2")
    assert outcome.status == "failed"
    assert said in outcome.detail


def test_a_result_without_signature_is_not_used(client: Driver, dcc: TinyDcc) -> None:
    dcc.answer = lambda dcc, received: dcc.document(received.request, dcc.data(received.request), "I0", signed=False)  # type: ignore[arg-type]
    outcome = read(client, service="8.2")
    assert outcome.status == "failed"
    assert "no signature" in outcome.detail


def test_an_answer_to_another_request_is_not_used(client: Driver, dcc: TinyDcc) -> None:
    read(client, service="8.2")
    dcc.answer = lambda dcc, _received: dcc.usual(dcc.received[0])
    outcome = read(client, service="8.2")
    assert outcome.status == "failed"
    assert "another RequestID" in outcome.detail


# --- Pre-Commands ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"counter": 1}, "counter"),
        ({"recipient": Eui64.parse(SECOND)}, "recipient"),
        ({"originator": OTHER_PARTY}, "originator"),
    ],
)
def test_a_pre_command_for_something_else_is_not_signed(
    client: Driver, dcc: TinyDcc, change: dict[str, Any], said: str
) -> None:
    _alter_pre_commands(dcc, change)
    outcome = read(client, service="7.2")
    assert outcome.status == "failed"
    assert said in outcome.detail
    assert len(dcc.received) == 1


def test_a_pre_command_of_another_service_is_not_signed(client: Driver, dcc: TinyDcc) -> None:
    _alter_pre_commands(dcc, {"other": OtherInformation(0x004F)})  # enable, when disable was asked for
    outcome = read(client, service="7.2")
    assert outcome.status == "failed"
    assert "0050" in outcome.detail


def _alter_pre_commands(dcc: TinyDcc, change: dict[str, Any]) -> None:
    def answer(dcc: TinyDcc, received: Received) -> bytes:
        assert isinstance(received.request, ServiceRequest)
        group = msgspec.structs.replace(dcc.command(received.request), **change)
        return dcc.document(received.request, PreCommand("4.2", group.to_bytes()), "I0")

    dcc.answer = answer


# --- asked wrongly --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"service": "99.9"}, "no service reference variant"),
        ({"service": "5.1", "parameters": {"Surprise": 1}}, "no parameter"),
        ({"service": "7.2", "target": ""}, "needs a target"),
        ({"user": "A0-B1-C2-D3-E4-09-00-00"}, "does not act for that User"),
        ({"parameters": {"Colour": "red"}}, "no parameter 'Colour'"),
        ({"service": "2.2", "parameters": {"amount_pence": "ten"}}, "whole number"),
        ({"service": "2.2", "parameters": {"amount_pence": 819_201}}, "8191"),
        ({"options": {"post_to": "elsewhere"}}, "elsewhere"),
        ({"options": {"command_variant": "four"}}, "whole number"),
        ({"target": "the kitchen meter"}, "EUI-64"),
        ({"kind": "wait-alert", "target": "the kitchen meter"}, "EUI-64"),
        ({"kind": "collect", "parameters": {}}, "request_id"),
        ({"kind": "sign-in-ssi"}, "address of the SSI"),
    ],
)
def test_what_the_client_cannot_do_is_unsupported_and_says_why(
    client: Driver, changes: dict[str, Any], said: str
) -> None:
    outcome = read(client, **changes)
    assert outcome.status == "unsupported"
    assert said in outcome.detail


def test_a_scenario_may_ask_for_a_wrong_variant_and_a_wrong_service(client: Driver, dcc: TinyDcc) -> None:
    dcc.answer = lambda dcc, received: dcc.document(received.request, None, "E12")
    read(client, options={"command_variant": 4, "post_to": "non-device"})
    assert dcc.received[0].path == DATA
    assert dcc.received[0].request.header.command_variant == 4


def test_an_unreachable_dcc_ends_the_action_with_the_reason(client: Driver) -> None:
    outcome = read(client, urls={"send_command": "http://127.0.0.1:9/s"}, deadline=0.8)
    assert outcome.status == "failed"
    assert "127.0.0.1:9" in outcome.detail


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (lambda context: replace(context, pki=context.state_dir / "nowhere", acb="DC-C0-00-00-00-00-00-02"), "no PKI"),
        (lambda context: replace(context, pki=context.state_dir / "nowhere"), "access control broker"),
        (lambda context: replace(context, users=(UserIdentity("00-00-00-00-00-00-00-01", ("IS",)),)), "xmlsign key"),
        (lambda context: replace(context, users=()), "no User"),
        (lambda context: replace(context, receive_host="203.0.113.1"), "cannot receive"),
    ],
)
def test_a_client_that_cannot_start_says_what_is_missing(
    dcc: TinyDcc, pki: Path, tmp_path: Path, break_it: Any, said: str
) -> None:
    with (
        pytest.raises(Blocked, match=said),
        running(make_driver("reference"), break_it(context_of(dcc, pki, tmp_path))),
    ):
        pass


def test_a_user_whose_keys_are_missing_blocks_only_its_own_actions(dcc: TinyDcc, pki: Path, tmp_path: Path) -> None:
    keyless = UserIdentity("00-00-00-00-00-00-00-01", ("OU",))
    context = context_of(dcc, pki, tmp_path)
    with running(make_driver("reference"), replace(context, users=(keyless, *context.users))) as driver:
        outcome = read(driver, service="8.2", user=keyless.eui)
        assert outcome.status == "blocked"
        assert "xmlsign key" in outcome.detail
        assert read(driver, service="8.2", user=str(SUPPLIER)).status == "done"
