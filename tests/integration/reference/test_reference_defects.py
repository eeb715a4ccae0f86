"""The reference client with each of its defects: what that does to its traffic and outcomes."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs

import msgspec
import pytest

from harness.drivers import DEFECTS, Action, Driver
from harness.drivers.reference.client import DEFAULT_PASS_PHRASE
from stubs.wire import Eui64
from stubs.wire.duis import OtherResult, ServiceRequest, SignedPreCommand
from stubs.wire.gbcs.crypto import check_signature
from stubs.wire.gbcs.envelope import Group
from stubs.wire.xmlsig import SignatureError, verify
from tests.client_of_tiny_dcc import (
    METER,
    SECOND,
    read,
    sign_as_other_party,
    started,
    two_reads_answered_in_reverse,
    unsigned,
)
from tests.tiny_dcc import COMMAND, SUPPLIER, TRANSFORM, Received, TinyDcc


@pytest.fixture
def broken(request: pytest.FixtureRequest, dcc: TinyDcc, pki: Path, tmp_path: Path) -> Iterator[Driver]:
    yield from started(f"broken:{request.param}", dcc, pki, tmp_path)


def broken_by(name: str) -> pytest.MarkDecorator:
    assert name in DEFECTS
    return pytest.mark.parametrize("broken", [name], indirect=True)


@broken_by("does-not-verify-signatures")
def test_broken_a_forged_response_is_acknowledged_and_used(broken: Driver, dcc: TinyDcc) -> None:
    dcc.deliver = lambda dcc, document: dcc.post(unsigned(document))
    assert read(broken).status == "done"
    assert dcc.answers(1) == [204]


@broken_by("trusts-wrong-party")
def test_broken_a_response_signed_by_another_party_is_used(broken: Driver, dcc: TinyDcc) -> None:
    sign_as_other_party(dcc)
    assert read(broken).status == "done"


@broken_by("accepts-duplicates")
def test_broken_a_response_delivered_twice_counts_twice(broken: Driver, dcc: TinyDcc) -> None:
    dcc.deliver = lambda dcc, document: [dcc.post(document), dcc.post(document)]
    assert read(broken, options={"settle": 0.4}).messages_processed == 2


@broken_by("correlates-by-order")
def test_broken_values_change_owners_when_responses_overtake(broken: Driver, dcc: TinyDcc) -> None:
    outcomes = two_reads_answered_in_reverse(broken, dcc)
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
