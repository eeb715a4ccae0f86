"""Conversations over real sockets: answers, deliveries, restarts, faults on the exchange, TLS."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest

from stubs.app import BackgroundDcc, background_dcc
from stubs.events import (
    DeliveryFailed,
    MessageDelivered,
    MessageQueued,
    RequestAnswered,
    RequestReceived,
)
from stubs.settings import Tls
from stubs.smki import Pki
from stubs.smki.tls import client_identity, server_identity
from stubs.wire.duis import ServiceResponse
from stubs.wire.errors import Blocked, InputError
from tests.dcc_kit import SUPPLIER, Party, response_of
from tests.serving_kit import FREE, WAIT, Endpoint, a_dcc, happened, home, post, raw

# --- conversations ---


def test_an_inventory_read_is_answered_signed_in_the_exchange(dcc: BackgroundDcc, pki: Pki) -> None:
    devices = home(dcc)
    status, content_type, body = post(dcc.urls.non_device, Party(pki).request("8.2", DeviceID=devices["esme"]))
    assert (status, content_type.split(";")[0]) == (200, "application/xml")
    response = response_of(body)
    assert response.header.response_code == "I0"
    answered = happened(dcc, RequestAnswered).event
    assert isinstance(answered, RequestAnswered)
    assert answered.body == body


def test_a_meter_read_is_answered_at_the_receive_url(dcc: BackgroundDcc, pki: Pki, endpoint: Endpoint) -> None:
    device = home(dcc)["esme"]
    _, _, body = post(dcc.urls.send_command, Party(pki).request("4.1.1", device))
    assert response_of(body).header.response_code == "I99"
    happened(dcc, MessageDelivered)
    response = response_of(endpoint.received[0])
    assert response.header.request_id == response_of(body).header.request_id
    assert endpoint.types == ["application/xml"]


def test_a_critical_request_goes_through_its_pre_command(dcc: BackgroundDcc, pki: Pki, endpoint: Endpoint) -> None:
    device = home(dcc)["esme"]
    party = Party(pki)
    _, _, issued = post(dcc.urls.transform, party.request("7.2", device))
    _, _, body = post(dcc.urls.send_command, party.signed_pre_command(issued))
    assert response_of(body).header.response_code == "I99"
    happened(dcc, MessageDelivered, 2)
    results = [response_of(document).body for document in endpoint.received]
    assert any(isinstance(result, ServiceResponse) for result in results)
    assert dcc.control.device(device)["supply"] == "disabled"


def test_the_certificate_of_a_device_is_found_at_the_repository(dcc: BackgroundDcc) -> None:
    device = home(dcc)["esme"]
    search = f"<CertificateSearchRequest><CertificateSubjectAltName>{device}</CertificateSubjectAltName></CertificateSearchRequest>"
    status, _, body = post(f"{dcc.urls.smki}/services/certificatesearch?apikey=x", search.encode())
    assert status == 200
    assert body.count(b"<CertificateSerial>") == 2


# --- deliveries ---


def test_a_delivery_is_tried_again_when_the_endpoint_was_down(dcc: BackgroundDcc, pki: Pki, endpoint: Endpoint) -> None:
    device = home(dcc)["esme"]
    endpoint.down()
    post(dcc.urls.send_command, Party(pki).request("11.2", device))
    failed = happened(dcc, DeliveryFailed).event
    assert isinstance(failed, DeliveryFailed)
    assert failed.status is None
    endpoint.up()
    happened(dcc, MessageDelivered)
    assert len(endpoint.received) == 1


def test_a_refused_delivery_is_held_after_the_last_try_and_goes_out_when_another_gets_through(
    dcc: BackgroundDcc, pki: Pki, endpoint: Endpoint
) -> None:
    device, party = home(dcc)["esme"], Party(pki)
    endpoint.status = 500
    post(dcc.urls.send_command, party.request("11.2", device))
    happened(dcc, DeliveryFailed, 4)
    (held,) = dcc.control.outbox(SUPPLIER)
    assert (held["is_held"], held["attempts"]) == (True, 4)
    endpoint.status = 204
    post(dcc.urls.send_command, party.request("11.2", device))
    happened(dcc, MessageDelivered, 2)
    assert dcc.control.outbox(SUPPLIER) == []
    assert len(endpoint.received) == 6
    assert len({response_of(document).header.response_id for document in endpoint.received}) == 2


def test_messages_of_one_user_keep_their_order(dcc: BackgroundDcc, pki: Pki, endpoint: Endpoint) -> None:
    device, party = home(dcc)["esme"], Party(pki)
    endpoint.status = 500
    sent = []
    for _ in range(3):
        _, _, body = post(dcc.urls.send_command, party.request("11.2", device))
        sent.append(response_of(body).header.request_id)
    happened(dcc, DeliveryFailed)
    endpoint.status = 204
    happened(dcc, MessageDelivered, 3)
    assert [response_of(document).header.request_id for document in endpoint.received[-3:]] == sent


def test_after_a_restart_deliveries_go_on_and_nothing_is_done_twice(
    pki: Pki, endpoint: Endpoint, workers: int, tmp_path: Path
) -> None:
    state = str(tmp_path / "state")
    endpoint.status = 503
    with a_dcc(pki, endpoint, workers=workers, state_dir=state, delivery_retries=(3600.0,)) as dcc:
        device = home(dcc)["esme"]
        request = Party(pki).request("11.2", device)
        post(dcc.urls.send_command, request)
        happened(dcc, DeliveryFailed)
        queued = happened(dcc, MessageQueued).event
        before = dcc.journal.last_seq
    endpoint.status = 204
    endpoint.received.clear()
    with a_dcc(pki, endpoint, workers=workers, state_dir=state, delivery_retries=(3600.0,)) as dcc:
        assert dcc.journal.last_seq >= before
        assert response_of(post(dcc.urls.send_command, request)[2]).header.response_code == "E100"
        dcc.control.advance_clock(3700)
        happened(dcc, MessageDelivered)
    assert isinstance(queued, MessageQueued)
    assert endpoint.received == [queued.body]


# --- faults on the exchange ---


def test_a_dropped_and_a_reset_answer(dcc: BackgroundDcc, pki: Pki) -> None:
    home(dcc)
    party = Party(pki)
    for effect in ("drop", "reset"):
        dcc.control.set_fault({"point": "answer", "effect": effect})
        with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
            post(dcc.urls.non_device, party.request("12.1", UPRN="1"))


def test_a_delayed_answer_comes_when_the_clock_says_so(dcc: BackgroundDcc, pki: Pki) -> None:
    home(dcc)
    dcc.control.set_fault({"point": "answer", "effect": "delay", "seconds": 3600})
    answers: list[int] = []
    thread = threading.Thread(
        target=lambda: answers.append(post(dcc.urls.non_device, Party(pki).request("12.1", UPRN="1"))[0])
    )
    thread.start()
    happened(dcc, RequestAnswered)
    assert answers == []
    dcc.control.advance_clock(3600)
    thread.join(WAIT)
    assert answers == [200]


def test_an_answer_that_never_comes_does_not_keep_the_dcc_from_stopping(
    pki: Pki, endpoint: Endpoint, workers: int
) -> None:
    with a_dcc(pki, endpoint, workers=workers) as dcc:
        home(dcc)
        dcc.control.set_fault({"point": "answer", "effect": "never-answer"})
        request = Party(pki).request("12.1", UPRN="1")
        head = f"Content-Type: application/xml\r\nContent-Length: {len(request)}\r\n"
        connection = raw(dcc.urls.non_device, head, request)
        happened(dcc, RequestAnswered)
    connection.close()


# --- TLS, ports, settings ---


def test_https_with_client_certificates(pki: Pki, endpoint: Endpoint, workers: int, tmp_path: Path) -> None:
    server, client = server_identity(pki.authority), client_identity(pki.authority, "Supplier A")
    files = {"server.pem": server.chain.encode(), "server.key": server.key, "client.pem": client.chain.encode()}
    files |= {"client.key": client.key, "ca.pem": pki.authority.key_pair.certificate.pem.encode()}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    named = {"certificate": "server.pem", "key": "server.key", "ca": "ca.pem"}
    tls = {name: str(tmp_path / file) for name, file in named.items()}
    trusting = ssl.create_default_context(cafile=tls["ca"])
    trusting.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    with a_dcc(pki, endpoint, workers=workers, tls=Tls(**tls)) as dcc:
        assert dcc.urls.non_device.startswith("https://")
        home(dcc)
        with pytest.raises((ssl.SSLError, ConnectionError, http.client.RemoteDisconnected)):
            post(dcc.urls.non_device, Party(pki).request("12.1", UPRN="1"), context=trusting)
        trusting.load_cert_chain(tmp_path / "client.pem", tmp_path / "client.key")
        assert post(dcc.urls.non_device, Party(pki).request("12.1", UPRN="1"), context=trusting)[0] == 200
        received = happened(dcc, RequestReceived).event
        assert isinstance(received, RequestReceived)
        assert "Supplier A" in received.peer


def test_all_ports_in_use_are_named_at_once_with_their_options(pki: Pki, endpoint: Endpoint) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("127.0.0.1", 0)) as other,
    ):
        ports = {"smki_port": one.getsockname()[1], "control_port": other.getsockname()[1]}
        with pytest.raises(InputError) as caught, a_dcc(pki, endpoint, **ports):
            pass
    said = str(caught.value)
    assert all(f"127.0.0.1:{port}: " in said for port in ports.values())
    assert "set smki_port (--smki-port), control_port (--control-port) to others" in said
    assert "\n" not in said
    assert caught.value.exit_code == 2


def test_a_port_in_use_is_said_clearly(pki: Pki, endpoint: Endpoint) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(Blocked, match=r"cannot listen on 127\.0\.0\.1:\d+: .*smki_port"),
        a_dcc(pki, endpoint, smki_port=taken.getsockname()[1]),
    ):
        pass


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"port": 5001, "smki_port": 5001}, "must differ"),
        ({"host": "0.0.0.0", "control_port": 5002}, "loopback"),
        ({"max_request_bytes": 5}, "max_request_bytes"),
        ({"state_dir": "/dev/null/x"}, "state folder"),
        ({"pki": "/nowhere"}, "nowhere"),
        ({"ssi": {"colour": "red"}}, "colour"),
    ],
)
def test_settings_that_cannot_work_are_said_clearly(endpoint: Endpoint, changes: dict[str, Any], says: str) -> None:
    settings = msgspec.structs.replace(FREE, **changes)
    with pytest.raises(Blocked, match=says), background_dcc(settings):
        pass


def test_a_dcc_without_settings_makes_its_own_pki(tmp_path: Path) -> None:
    settings = msgspec.structs.replace(FREE, state_dir=str(tmp_path))
    with background_dcc(settings) as dcc:
        users = dcc.control.users()
    with background_dcc(settings) as dcc:
        assert dcc.control.users() == users
        assert (tmp_path / "pki" / "pki.json").exists()


def test_a_stopped_dcc_says_so(pki: Pki, endpoint: Endpoint) -> None:
    with a_dcc(pki, endpoint) as dcc:
        control = dcc.control
    with pytest.raises(Blocked, match="stopped"):
        control.health()
