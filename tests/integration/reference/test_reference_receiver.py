"""The reference client's endpoint over real sockets: what arrives there, and how it is answered."""

from __future__ import annotations

import gzip
import re
import socket
import urllib.error
import urllib.request

import pytest

from harness.drivers import Action, Driver
from harness.drivers.reference.receiver import BODY_LIMIT
from stubs.wire import Eui64
from stubs.wire.duis import Node
from tests.client_of_tiny_dcc import METER, SECOND, read, sign_as_other_party, two_reads_answered_in_reverse, unsigned
from tests.tiny_dcc import TinyDcc


def test_a_response_with_a_wrong_signature_is_answered_400_and_not_used(client: Driver, dcc: TinyDcc) -> None:
    dcc.deliver = lambda dcc, document: dcc.post(document.replace(b"I0<", b"I99<"))
    outcome = read(client, deadline=1.5)
    assert outcome.status == "timeout"
    assert "rejected" in outcome.detail
    assert dcc.answers(1) == [400]


def test_a_response_signed_by_another_party_is_answered_400(client: Driver, dcc: TinyDcc) -> None:
    sign_as_other_party(dcc)
    outcome = read(client, deadline=1.5)
    assert outcome.status == "timeout"
    assert "not signed by the DCC" in outcome.detail
    assert dcc.answers(1) == [400]


def test_an_unsigned_response_is_answered_400(client: Driver, dcc: TinyDcc) -> None:
    dcc.deliver = lambda dcc, document: dcc.post(unsigned(document))
    assert read(client, deadline=0.5).status == "timeout"
    assert dcc.answers(1) == [400]


def test_a_response_that_does_not_fit_the_schema_is_answered_400(client: Driver, dcc: TinyDcc) -> None:
    dcc.deliver = lambda dcc, document: dcc.post(
        dcc.signed(unsigned(document).replace(b"</sr:Header>", b"<sr:Extra/></sr:Header>"))
    )
    assert read(client, deadline=0.5).status == "timeout"
    assert dcc.answers(1) == [400]


def test_a_response_delivered_twice_counts_once(client: Driver, dcc: TinyDcc) -> None:
    dcc.deliver = lambda dcc, document: [dcc.post(document), dcc.post(document)]
    outcome = read(client, options={"settle": 0.4})
    assert outcome.messages_processed == 1
    assert dcc.answers(2) == [204, 204]


def test_responses_that_overtake_one_another_go_to_their_own_requests(client: Driver, dcc: TinyDcc) -> None:
    outcomes = two_reads_answered_in_reverse(client, dcc)
    expected = {eui: dcc.meters[Eui64.parse(eui)].import_register for eui in (METER, SECOND)}
    assert {eui: outcome.values["ActiveImportRegister"] for eui, outcome in outcomes.items()} == expected


def test_a_response_of_another_device_is_not_used(client: Driver, dcc: TinyDcc) -> None:
    wrong: list[bytes] = []
    dcc.deliver = lambda _dcc, document: wrong.append(document)
    read(client, target=SECOND, deadline=0.3)
    payload = re.search(rb"<sr:GBCSPayload>(.*?)</sr:GBCSPayload>", wrong[0])
    assert payload is not None
    dcc.deliver = lambda dcc, document: dcc.post(
        dcc.signed(re.sub(rb"(<sr:GBCSPayload>).*?(<)", rb"\g<1>" + payload[1] + rb"\2", unsigned(document)))
    )
    outcome = read(client)
    assert outcome.status == "failed"
    assert "another originator" in outcome.detail


def test_a_device_message_that_was_altered_is_not_used(client: Driver, dcc: TinyDcc) -> None:
    def alter(dcc: TinyDcc, document: bytes) -> None:
        changed = re.sub(rb"(.)(.)(={0,2}</sr:GBCSPayload>)", rb"\2\1\3", unsigned(document))
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
