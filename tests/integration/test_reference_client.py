"""The reference client over real sockets, against the least of a DCC; and what each defect does to it."""

from __future__ import annotations

import base64
import gzip
import re
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread, Timer
from typing import Any
from urllib.parse import parse_qs

import msgspec
import pytest

from harness.drivers import DEFECTS, Action, Driver, DriverContext, Outcome, UserIdentity, make_driver, running
from harness.drivers.reference import CORRECT, ReferenceDriver
from harness.drivers.reference.client import DEFAULT_PASS_PHRASE
from harness.drivers.reference.receiver import BODY_LIMIT
from stubs.smki import init_pki
from stubs.wire import Blocked, Eui64
from stubs.wire.duis import Node, OtherResult, PreCommand, ServiceRequest, SignedPreCommand
from stubs.wire.gbcs.crypto import check_signature
from stubs.wire.gbcs.envelope import Group, OtherInformation
from stubs.wire.xmlsig import SignatureError, verify
from tests.tiny_dcc import COMMAND, DATA, NOW, OTHER_PARTY, SUPPLIER, TRANSFORM, Received, TinyDcc, tiny_dcc

METER = "DE-51-CE-00-00-00-00-E1"
SECOND = "DE-51-CE-00-00-00-00-E2"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pki")
    init_pki(folder, seed=b"reference client")
    return folder


@pytest.fixture
def dcc(pki: Path) -> Iterator[TinyDcc]:
    with tiny_dcc(pki) as dcc:
        dcc.add_meter(METER)
        dcc.add_meter(SECOND)
        yield dcc


def context_of(dcc: TinyDcc, pki: Path, state: Path) -> DriverContext:
    user = UserIdentity(str(SUPPLIER), ("IS", "GS"))
    return DriverContext(pki=pki, users=(user,), urls=dcc.urls, state_dir=state, now=lambda: NOW)


@pytest.fixture
def client(dcc: TinyDcc, pki: Path, tmp_path: Path) -> Iterator[Driver]:
    yield from started("reference", dcc, pki, tmp_path)


def started(name: str, dcc: TinyDcc, pki: Path, state: Path) -> Iterator[Driver]:
    with running(make_driver(name), context_of(dcc, pki, state)) as driver:
        dcc.receive_url = driver.receive_url or ""
        yield driver


def read(driver: Driver, **changes: Any) -> Outcome:
    fields: dict[str, Any] = {"id": "a1", "service": "4.1.1", "target": METER, "deadline": 30.0} | changes
    return driver.perform(Action(**fields))


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
        group = replace(dcc.command(received.request), **change)
        return dcc.document(received.request, PreCommand("4.2", group.to_bytes()), "I0")

    dcc.answer = answer


# --- what arrives ---------------------------------------------------------------------------------------------------


def test_a_response_with_a_wrong_signature_is_answered_400_and_not_used(client: Driver, dcc: TinyDcc) -> None:
    dcc.deliver = lambda dcc, document: dcc.post(document.replace(b"I0<", b"I99<"))
    outcome = read(client, deadline=1.5)
    assert outcome.status == "timeout"
    assert "rejected" in outcome.detail
    assert dcc.answers(1) == [400]


def test_a_response_signed_by_another_party_is_answered_400(client: Driver, dcc: TinyDcc) -> None:
    _sign_as_other_party(dcc)
    outcome = read(client, deadline=1.5)
    assert outcome.status == "timeout"
    assert "not signed by the DCC" in outcome.detail
    assert dcc.answers(1) == [400]


def _sign_as_other_party(dcc: TinyDcc) -> None:
    pair = dcc.pki.key_pair(OTHER_PARTY, "DS", "87")
    dcc.deliver = lambda dcc, document: dcc.post(dcc.signed(_unsigned(document), pair))


def _unsigned(document: bytes) -> bytes:
    return re.sub(rb"<ds:Signature.*</ds:Signature>", b"", document, flags=re.DOTALL)


def test_an_unsigned_response_is_answered_400(client: Driver, dcc: TinyDcc) -> None:
    dcc.deliver = lambda dcc, document: dcc.post(_unsigned(document))
    assert read(client, deadline=0.5).status == "timeout"
    assert dcc.answers(1) == [400]


def test_a_response_that_does_not_fit_the_schema_is_answered_400(client: Driver, dcc: TinyDcc) -> None:
    dcc.deliver = lambda dcc, document: dcc.post(
        dcc.signed(_unsigned(document).replace(b"</sr:Header>", b"<sr:Extra/></sr:Header>"))
    )
    assert read(client, deadline=0.5).status == "timeout"
    assert dcc.answers(1) == [400]


def test_a_response_delivered_twice_counts_once(client: Driver, dcc: TinyDcc) -> None:
    dcc.deliver = lambda dcc, document: [dcc.post(document), dcc.post(document)]
    outcome = read(client, options={"settle": 0.4})
    assert outcome.messages_processed == 1
    assert dcc.answers(2) == [204, 204]


def test_responses_that_overtake_one_another_go_to_their_own_requests(client: Driver, dcc: TinyDcc) -> None:
    outcomes = _two_reads_answered_in_reverse(client, dcc)
    expected = {eui: dcc.meters[Eui64.parse(eui)].import_register for eui in (METER, SECOND)}
    assert {eui: outcome.values["ActiveImportRegister"] for eui, outcome in outcomes.items()} == expected


def _two_reads_answered_in_reverse(client: Driver, dcc: TinyDcc) -> dict[str, Outcome]:
    held: list[bytes] = []

    def hold(dcc: TinyDcc, document: bytes) -> None:
        held.append(document)
        if len(held) == 2:
            first, second = sorted(held, key=lambda item: METER.encode() in item)
            dcc.post(first)
            dcc.post(second)

    dcc.deliver = hold
    outcomes: dict[str, Outcome] = {}
    threads = []
    for sent, eui in enumerate((METER, SECOND), start=1):
        threads.append(Thread(target=lambda eui=eui: outcomes.update({eui: read(client, id=eui, target=eui)})))
        threads[-1].start()
        while len(dcc.received) < sent:
            time.sleep(0.01)
    for thread in threads:
        thread.join()
    return outcomes


def test_a_response_of_another_device_is_not_used(client: Driver, dcc: TinyDcc) -> None:
    wrong: list[bytes] = []
    dcc.deliver = lambda _dcc, document: wrong.append(document)
    read(client, target=SECOND, deadline=0.3)
    payload = re.search(rb"<sr:GBCSPayload>(.*?)</sr:GBCSPayload>", wrong[0])
    assert payload is not None
    dcc.deliver = lambda dcc, document: dcc.post(
        dcc.signed(re.sub(rb"(<sr:GBCSPayload>).*?(<)", rb"\g<1>" + payload[1] + rb"\2", _unsigned(document)))
    )
    outcome = read(client)
    assert outcome.status == "failed"
    assert "another originator" in outcome.detail


def test_a_device_message_that_was_altered_is_not_used(client: Driver, dcc: TinyDcc) -> None:
    def alter(dcc: TinyDcc, document: bytes) -> None:
        changed = re.sub(rb"(.)(.)(={0,2}</sr:GBCSPayload>)", rb"\2\1\3", _unsigned(document))
        dcc.post(dcc.signed(changed))

    dcc.deliver = alter
    outcome = read(client)
    assert outcome.status == "failed"
    assert "MAC" in outcome.detail or "base64" in outcome.detail


def test_a_device_alert_is_acknowledged_and_understood(client: Driver, dcc: TinyDcc) -> None:
    dcc.post(dcc.device_alert(Eui64.parse(METER), "8F3F"))
    outcome = read(client, kind="wait-alert", parameters={"code": "8f3f"}, service="")
    assert dcc.answers(1) == [204]
    assert outcome.status == "done"
    assert outcome.alerts[0]["code"] == "8F3F"
    assert outcome.alerts[0]["device"] == METER
    assert outcome.alerts[0]["verified"]


def test_an_alert_of_the_dcc_is_found_by_the_device_it_names(client: Driver, dcc: TinyDcc) -> None:
    content = Node(
        "PowerOutageEvent",
        children=(
            Node("CommsHubDeviceID", SECOND),
            Node("StartDateTime", "2026-01-15T09:55:00Z"),
            Node("MPxN", "1312345678111"),
        ),
    )
    dcc.post(dcc.dcc_alert("AD1", content, 501))
    assert read(client, kind="wait-alert", service="", deadline=0.2).status == "timeout"
    outcome = read(client, kind="wait-alert", service="", target=SECOND)
    assert outcome.alerts[0]["kind"] == "dcc"
    assert outcome.alerts[0]["values"]["MPxN"] == "1312345678111"
    assert read(client, kind="wait-alert", service="", target=SECOND, deadline=0.2).status == "timeout"


def test_an_alert_during_a_request_stands_in_its_outcome(client: Driver, dcc: TinyDcc) -> None:
    alert = dcc.device_alert(Eui64.parse(METER), "8F3F")
    dcc.deliver = lambda dcc, document: [dcc.post(alert), dcc.post(document)]
    assert [item["code"] for item in read(client).alerts] == ["8F3F"]


def test_an_endpoint_taken_down_is_up_again_at_the_same_address(client: Driver, dcc: TinyDcc) -> None:
    alert = dcc.device_alert(Eui64.parse(METER), "8F3F")
    client.perform(Action(id="a1", kind="stop-receiving"))
    assert dcc.post(alert) == 0
    client.perform(Action(id="a2", kind="start-receiving"))
    assert dcc.post(alert) == 204
    assert client.receive_url == dcc.receive_url


def test_a_kept_alive_connection_ends_when_the_endpoint_is_taken_down(client: Driver, dcc: TinyDcc) -> None:
    port = int((client.receive_url or "").partition("127.0.0.1:")[2].partition("/")[0])
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n")
        assert b"415" in connection.recv(4096)
        client.perform(Action(id="a1", kind="stop-receiving"))
        assert connection.recv(4096) == b""


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (b"Content-Length: 5\r\nContent-Type: application/json\r\n", b"415"),
        (b"Content-Length: %d\r\nContent-Type: application/xml\r\n" % (BODY_LIMIT + 1), b"413"),
        (b"Content-Type: application/xml\r\n", b"400"),
        (b"Content-Length: 5\r\nContent-Type: application/xml\r\n", b"400"),
        (b"Content-Length: 5\r\nContent-Encoding: gzip\r\nContent-Type: application/xml\r\n", b"400"),
    ],
)
def test_the_endpoint_answers_bad_posts_with_a_status(client: Driver, headers: bytes, status: bytes) -> None:
    port = int((client.receive_url or "").partition("127.0.0.1:")[2].partition("/")[0])
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.sendall(b"POST /smartdcc/duis HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\nhello")
        assert status in connection.recv(4096).partition(b"\r\n")[0]


def test_a_gzipped_message_is_understood(client: Driver, dcc: TinyDcc) -> None:
    alert = gzip.compress(dcc.device_alert(Eui64.parse(METER), "8F3F"))
    headers = {"Content-Type": "application/xml", "Content-Encoding": "gzip"}
    with urllib.request.urlopen(urllib.request.Request(dcc.receive_url, alert, headers), timeout=60) as answer:
        assert answer.status == 204


def test_a_chunked_message_is_understood(client: Driver, dcc: TinyDcc) -> None:
    alert = dcc.device_alert(Eui64.parse(METER), "8F3F")
    pieces = [alert[:7], alert[7:]]
    headers = {"Content-Type": "application/xml", "Transfer-Encoding": "chunked"}
    request = urllib.request.Request(dcc.receive_url, iter(pieces), headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.status == 204


def test_a_gzipped_message_that_grows_past_the_limit_is_turned_away(client: Driver, dcc: TinyDcc) -> None:
    headers = {"Content-Type": "application/xml", "Content-Encoding": "gzip"}
    request = urllib.request.Request(dcc.receive_url, gzip.compress(b" " * (BODY_LIMIT + 1)), headers)
    with pytest.raises(urllib.error.HTTPError, match="413"):
        urllib.request.urlopen(request, timeout=60)


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


# --- defects --------------------------------------------------------------------------------------------------------


@pytest.fixture
def broken(request: pytest.FixtureRequest, dcc: TinyDcc, pki: Path, tmp_path: Path) -> Iterator[Driver]:
    yield from started(f"broken:{request.param}", dcc, pki, tmp_path)


def broken_by(name: str) -> pytest.MarkDecorator:
    assert name in DEFECTS
    return pytest.mark.parametrize("broken", [name], indirect=True)


@broken_by("does-not-verify-signatures")
def test_broken_a_forged_response_is_acknowledged_and_used(broken: Driver, dcc: TinyDcc) -> None:
    dcc.deliver = lambda dcc, document: dcc.post(_unsigned(document))
    assert read(broken).status == "done"
    assert dcc.answers(1) == [204]


@broken_by("trusts-wrong-party")
def test_broken_a_response_signed_by_another_party_is_used(broken: Driver, dcc: TinyDcc) -> None:
    _sign_as_other_party(dcc)
    assert read(broken).status == "done"


@broken_by("accepts-duplicates")
def test_broken_a_response_delivered_twice_counts_twice(broken: Driver, dcc: TinyDcc) -> None:
    dcc.deliver = lambda dcc, document: [dcc.post(document), dcc.post(document)]
    assert read(broken, options={"settle": 0.4}).messages_processed == 2


@broken_by("correlates-by-order")
def test_broken_values_change_owners_when_responses_overtake(broken: Driver, dcc: TinyDcc) -> None:
    outcomes = _two_reads_answered_in_reverse(broken, dcc)
    swapped = dcc.meters[Eui64.parse(SECOND)].import_register
    assert outcomes[METER].values["ActiveImportRegister"] == swapped


@broken_by("reuses-counter")
def test_broken_the_second_request_to_a_device_repeats_the_counter(broken: Driver, dcc: TinyDcc) -> None:
    read(broken)
    read(broken)
    assert len({item.request.header.request_id for item in dcc.received}) == 1


def signed_pre_command(dcc: TinyDcc) -> Group:
    request = dcc.received[-1].request
    assert isinstance(request, SignedPreCommand)
    return Group.from_bytes(request.gbcs_payload)


def refuse_signed(dcc: TinyDcc, received: Received) -> bytes | None:
    is_signed = isinstance(received.request, SignedPreCommand)
    return dcc.document(received.request, None, "E65") if is_signed else None


@broken_by("sends-critical-unsigned")
def test_broken_the_pre_command_comes_back_unsigned(broken: Driver, dcc: TinyDcc) -> None:
    dcc.answer = refuse_signed
    assert read(broken, service="7.2").status == "refused"
    assert signed_pre_command(dcc).signature == b""


@broken_by("alters-pre-command")
def test_broken_the_pre_command_comes_back_altered(broken: Driver, dcc: TinyDcc) -> None:
    dcc.answer = refuse_signed
    read(broken, service="7.2")
    issued = dcc.issued[dcc.received[0].request.header.request_id]
    assert signed_pre_command(dcc).content != issued.content


@broken_by("signs-with-wrong-key")
def test_broken_the_pre_command_is_signed_with_another_key(broken: Driver, dcc: TinyDcc) -> None:
    dcc.answer = refuse_signed
    read(broken, service="7.2")
    check_signature(signed_pre_command(dcc), dcc.pki.certificates.of(SUPPLIER, "DS", "87")[0].public_key)


@broken_by("sends-to-wrong-service")
def test_broken_a_critical_request_goes_to_the_wrong_service(broken: Driver, dcc: TinyDcc) -> None:
    read(broken, service="7.2")
    assert [item.path for item in dcc.received] == [COMMAND, TRANSFORM]


@broken_by("leaves-old-certificate")
def test_broken_the_certificate_installed_is_the_one_the_meter_had(broken: Driver, dcc: TinyDcc) -> None:
    assert "was issued for its request" in read(broken, service="6.17").detail
    dcc.deliver = lambda _dcc, _document: None
    read(broken, service="6.15.2", deadline=0.2)
    asked = dcc.received[-2].request
    assert isinstance(asked, ServiceRequest)
    installed = asked.body.get("DeviceCertificate")
    assert installed == base64.b64encode(dcc.pki.device(Eui64.parse(METER)).ds.certificate.der).decode()


@broken_by("treats-acknowledgement-as-done")
def test_broken_an_acknowledgement_is_taken_for_the_end(broken: Driver, dcc: TinyDcc) -> None:
    dcc.deliver = lambda _dcc, _document: None
    assert (read(broken).status, read(broken).response_code) == ("done", "I99")


@broken_by("ignores-error-codes")
@pytest.mark.parametrize("service", ["4.1.1", "8.2", "7.2"])
def test_broken_an_error_is_taken_for_success(broken: Driver, dcc: TinyDcc, service: str) -> None:
    dcc.answer = lambda dcc, received: dcc.document(received.request, None, "E5")
    outcome = read(broken, service=service)
    assert (outcome.status, outcome.response_code) == ("done", "I0")


@broken_by("retries-forever")
def test_broken_a_refused_request_is_sent_again_and_again(broken: Driver, dcc: TinyDcc) -> None:
    dcc.answer = lambda dcc, received: dcc.document(received.request, None, "E5")
    assert read(broken).status == "refused"
    assert len(dcc.received) > 4


@broken_by("mis-scales-reading")
def test_broken_a_reading_is_ten_times_too_high(broken: Driver, dcc: TinyDcc) -> None:
    assert read(broken).values["ActiveImportRegister"] == 10 * dcc.meters[Eui64.parse(METER)].import_register


@broken_by("answers-500-to-alerts")
def test_broken_alerts_are_answered_500(broken: Driver, dcc: TinyDcc) -> None:
    assert dcc.post(dcc.device_alert(Eui64.parse(METER), "8F3F")) == 500
    assert broken.perform(Action(id="a1", kind="wait-alert", deadline=1)).status == "done"


@broken_by("forgets-alerts")
def test_broken_alerts_are_acknowledged_and_forgotten(broken: Driver, dcc: TinyDcc) -> None:
    assert dcc.post(dcc.device_alert(Eui64.parse(METER), "8F3F")) == 204
    assert broken.perform(Action(id="a1", kind="wait-alert", deadline=0.2)).status == "timeout"


@broken_by("answers-500-to-responses")
def test_broken_responses_are_answered_500(broken: Driver, dcc: TinyDcc) -> None:
    assert read(broken).status == "done"
    assert dcc.answers(1) == [500]


@broken_by("signs-documents-with-wrong-key")
def test_broken_a_document_is_signed_with_another_key(
    broken: Driver, dcc: TinyDcc, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted: list[bytes] = []

    def refuse(_dcc: TinyDcc, _path: str, document: bytes) -> int:
        posted.append(document)
        return 400

    monkeypatch.setattr(TinyDcc, "handle", refuse)
    assert read(broken).status == "failed"
    with pytest.raises(SignatureError):
        verify(posted[0], dcc.pki.certificates)


@broken_by("takes-http-errors-for-success")
def test_broken_an_http_error_is_taken_for_success(broken: Driver, dcc: TinyDcc) -> None:
    dcc.answer = lambda _dcc, _received: 400
    assert (read(broken).status, read(broken).response_code) == ("done", "I0")


@broken_by("overlooks-devices")
def test_broken_only_the_first_device_of_an_inventory_is_reported(broken: Driver, dcc: TinyDcc) -> None:
    def two_devices(dcc: TinyDcc, received: Received) -> bytes:
        assert isinstance(received.request, ServiceRequest)
        usual = dcc.data(received.request)
        assert isinstance(usual, OtherResult)
        return dcc.document(
            received.request, OtherResult(msgspec.structs.replace(usual.node, children=usual.node.children * 2)), "I0"
        )

    dcc.answer = two_devices
    assert len(read(broken, service="8.2").values["devices"]) == 1


@broken_by("uses-wrong-pass-phrase")
def test_broken_the_pass_phrase_is_another(broken: Driver, dcc: TinyDcc) -> None:
    typed: list[dict[str, list[str]]] = []

    class SignIn(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            form = b'<form method="post" action="/"><input name="person"><input name="password" type="password"></form>'
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(form)))
            self.end_headers()
            self.wfile.write(form)

        def do_POST(self) -> None:
            typed.append(parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), SignIn) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        urls = {"ssi": f"http://127.0.0.1:{server.server_port}/"}
        outcome = broken.perform(Action(id="a1", kind="sign-in-ssi", urls=urls, user=str(SUPPLIER), deadline=5))
        server.shutdown()
    assert outcome.status == "refused"
    assert [form["password"] for form in typed] != [[DEFAULT_PASS_PHRASE]]
    assert len(typed) == 1


def test_every_defect_of_the_policy_has_a_test_here() -> None:
    """Others edit what an unchanged client says or sends; ``tests/clients/test_broken_clients.py`` runs each of them."""
    text = Path(__file__).read_text(encoding="utf-8")
    first = {name for name, one in DEFECTS.items() if f'@broken_by("{name}")' in text}
    assert len(first) >= 20
    assert first <= set(DEFECTS)
