"""A meter's keys are renewed over real sockets: 6.17, a certificate from the SMKI, 6.15.2; then everything goes on."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from harness.cli import run
from harness.drivers import Action, Driver, DriverContext, Outcome, TlsFiles, UserIdentity, make_driver, running
from stubs.app import BackgroundDcc, DccSettings, background_dcc, init_pki, load_pki, view_keys
from stubs.clock import VirtualClock
from stubs.events import CertificateIssued, CommandSent, DeviceAnswered
from stubs.wire.certificates import Certificate
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import Message
from stubs.wire.gbcs.crypto import ProtectionError, check_signature
from stubs.wire.gbcs.view import Check, checks, describe
from stubs.wire.xml import parse
from tests.cli_kit import refuser
from tests.dcc_kit import NETWORK_OPERATOR, NOW, OTHER_USER, SUPPLIER

ROLES = {SUPPLIER: ["IS", "GS"], NETWORK_OPERATOR: ["ED", "GT"], OTHER_USER: ["OU"]}
WORDS = {"DS": "Digital Signature", "KA": "Key Agreement"}
both = pytest.mark.parametrize("usage", ["DS", "KA"])


@dataclass(slots=True)
class Together:
    """A simulated DCC and the Users' systems."""

    dcc: BackgroundDcc
    driver: Driver
    pki: Path

    def meter(self, name: str) -> str:
        devices = [{"name": kind, "type": kind} for kind in ("CHF", "ESME")]
        return str(self.dcc.control.add_premises({"name": name, "devices": devices})["devices"]["ESME"])

    def send(self, srv: str, meter: str, user: str = SUPPLIER, **fields: Any) -> Outcome:
        action = Action(id=srv, service=srv, target=meter, target_type="ESME", user=user, deadline=30.0, **fields)
        return self.driver.perform(action)

    def done(self, srv: str, meter: str, user: str = SUPPLIER, **fields: Any) -> Outcome:
        outcome = self.send(srv, meter, user, **fields)
        assert outcome.status == "done", (srv, outcome.response_code, outcome.detail)
        return outcome

    def renew(self, meter: str, usage: str) -> None:
        asked = self.done("6.17", meter, parameters={"CredentialType": WORDS[usage]})
        assert "was issued for its request" in asked.detail
        self.done("6.15.2", meter)

    def ask_smki(self, path: str, body: str) -> tuple[int, Any]:
        wanted = urllib.request.Request(
            f"{self.dcc.urls.smki}/services/{path}", body.encode(), {"Content-Type": "application/xml"}
        )
        try:
            with urllib.request.urlopen(wanted, timeout=60) as answer:
                return answer.status, parse(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, parse(error.read())

    def listed(self, meter: str, usage: str) -> list[tuple[str, str]]:
        """Serial and status of the meter's certificates for a use, as the repository gives them."""
        body = f"<CertificateSearchRequest><CertificateSubjectAltName>{meter}</CertificateSubjectAltName>"
        status, answer = self.ask_smki("certificatesearch", f"{body}</CertificateSearchRequest>")
        assert status == 200
        rows = [{child.tag: child.text for child in row} for row in answer.iter("Result")]
        return [
            (row["CertificateSerial"], row["CertificateStatus"]) for row in rows if row["CertificateUsage"] == usage
        ]

    def certify(self, request: str) -> tuple[int, Any]:
        text = base64.b64encode(bytes.fromhex(request)).decode()
        wanted = f"<CertificateSigningRequest>{text}</CertificateSigningRequest>"
        return self.ask_smki("devicecertificate", f"<DeviceCertificateRequest>{wanted}</DeviceCertificateRequest>")

    def retrieve(self, serial: str) -> Certificate:
        body = f"<CertificateDataRequest><CertificateSerial>{serial}</CertificateSerial></CertificateDataRequest>"
        answer = self.ask_smki("retrievecertificate", body)[1]
        return Certificate.from_der(base64.b64decode(answer.findtext("CertificateResponse/CertificateBody") or ""))

    def said(self, kind: type[CommandSent | DeviceAnswered], meter: str) -> list[bytes]:
        events = (entry.event for entry in self.dcc.journal.entries())
        return [one.payload for one in events if isinstance(one, kind) and one.device == meter]


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Together]:
    folder = tmp_path_factory.mktemp("renewal")
    pki = folder / "pki"
    init_pki(pki, seed=b"new device keys")
    settings = DccSettings(
        port=0, smki_port=0, ssi_port=0, control_port=0, pki=str(pki), device_latency=0.0, validity_checks=True
    )
    with (
        background_dcc(settings, VirtualClock(NOW)) as dcc,
        running(make_driver("reference"), _context(dcc, pki, folder)) as driver,
    ):
        for eui, roles in ROLES.items():
            dcc.control.register_user(eui, eui, roles, driver.receive_url)
        yield Together(dcc, driver, pki)


def _context(dcc: BackgroundDcc, pki: Path, folder: Path) -> DriverContext:
    return DriverContext(
        pki=pki,
        users=tuple(UserIdentity(eui, ()) for eui in ROLES),
        urls=msgspec.to_builtins(dcc.urls),
        state_dir=folder / "state",
        now=dcc.clock.now,
        tls=TlsFiles(ca=pki / "authorities" / "issuing.pem"),
    )


@both
def test_critical_and_sensitive_services_work_before_and_after_new_keys(together: Together, usage: str) -> None:
    meter = together.meter(f"working {usage}")
    known = together.dcc.pki.certificates.of(Eui64.parse(OTHER_USER), "KA")
    stranger = base64.b64encode(known[0].der).decode()
    for renewals in range(3):
        if renewals:
            together.renew(meter, usage)
        assert together.done("4.1.1", meter).values
        together.done("7.1", meter)
        together.done("1.5", meter, parameters={"AdjustMeterBalance": 1000})
        together.done("2.2", meter, parameters={"amount_pence": 500})
        together.done("4.10", meter, NETWORK_OPERATOR)
        together.done("4.8.1", meter, OTHER_USER, parameters={"KAPublicSecurityCredentials": stranger})


@both
def test_the_repository_finds_the_old_certificate_beside_the_new_one(together: Together, usage: str) -> None:
    meter = together.meter(f"listed {usage}")
    ((factory, status),) = together.listed(meter, usage)
    assert status == "I"
    together.done("6.17", meter, parameters={"CredentialType": WORDS[usage]})
    (before, pending) = together.listed(meter, usage)
    assert (before, pending[1]) == ((factory, "I"), "P")
    together.done("6.15.2", meter)
    assert together.listed(meter, usage) == [(pending[0], "I"), (factory, "N")]
    for serial in (factory, pending[0]):
        certificate = together.retrieve(serial)
        assert (certificate.serial_hex, str(certificate.eui), certificate.usage) == (serial, meter, usage)


def test_the_same_request_is_certified_once(together: Together) -> None:
    meter = together.meter("twice")
    request = str(
        together.done("6.17", meter, parameters={"CredentialType": WORDS["DS"]}).values["CertificationRequest"]
    )
    serials = {together.certify(request)[1].findtext("CertificateResponse/CertificateSerial") for _ in range(2)}
    issued = [entry.event for entry in together.dcc.journal.entries() if isinstance(entry.event, CertificateIssued)]
    assert len(serials) == len([event for event in issued if event.eui == meter]) == 1


def test_what_is_no_request_of_a_device_here_is_not_certified(together: Together) -> None:
    status, answer = together.certify("3000")
    assert (status, answer.findtext("CertificateResponse")) == (401, None)
    assert "not a certification request" in answer.findtext("ResponseMessage")


def test_only_the_certificate_of_the_newest_key_is_taken(together: Together) -> None:
    meter = together.meter("wrong key")
    first = together.done("6.17", meter, parameters={"CredentialType": WORDS["KA"]}).values["CertificationRequest"]
    together.done("6.17", meter, parameters={"CredentialType": WORDS["KA"]})
    body = together.certify(str(first))[1].findtext("CertificateResponse/CertificateBody")
    refused = together.send("6.15.2", meter, parameters={"DeviceCertificate": body})
    assert (refused.status, refused.values["UpdateSecurityCredentialsResponseCode"]) == ("failed", 5)
    assert together.done("4.1.1", meter).values
    together.done("6.15.2", meter)
    assert together.done("4.1.1", meter).values


def test_a_command_protected_for_the_old_key_is_not_heard_any_more(together: Together) -> None:
    meter = together.meter("old mac")
    local = together.send("7.4", meter, options={"command_variant": 2}).values["LocalCommand"]
    assert together.dcc.control.hand_over(meter, local)["refused"] is None
    together.renew(meter, "KA")
    assert together.dcc.control.hand_over(meter, local)["refused"] == "mac"


def test_an_answer_made_before_the_new_key_may_be_returned_after(together: Together) -> None:
    meter = together.meter("late answer")
    local = together.send("7.4", meter, options={"command_variant": 2})
    answered = bytes.fromhex(together.dcc.control.hand_over(meter, local.values["LocalCommand"])["response"])
    together.renew(meter, "DS")
    together.renew(meter, "KA")
    together.done("8.13", "", parameters={"DeviceGBCSResponse": base64.b64encode(answered).decode()})


def test_messages_of_before_and_after_verify_with_the_pki_folder_alone(together: Together) -> None:
    meter = together.meter("decoded")
    for usage in ("DS", "KA"):
        together.renew(meter, usage)
        together.done("4.1.1", meter)
        together.done("7.1", meter)
    keys = view_keys(load_pki(together.pki))
    commands, answers = together.said(CommandSent, meter), together.said(DeviceAnswered, meter)
    assert len(commands) == len(answers) == 8
    for payload in (*commands, *answers):
        judged = checks(describe(payload, keys))
        assert judged, "a message without protection"
        assert {field.check for field in judged} == {Check.AGREES}
    first, last = (Message.from_bytes(answers[number]).group for number in (0, -1))
    old, new = (together.retrieve(serial).public_key for serial, _ in reversed(together.listed(meter, "DS")))
    check_signature(first, old)
    check_signature(last, new)
    with pytest.raises(ProtectionError):
        check_signature(last, old)


def test_a_meter_reads_back_the_certificate_it_took(together: Together) -> None:
    meter = together.meter("read back")
    together.renew(meter, "KA")
    held = together.done("6.24.2", meter, parameters={"CredentialType": WORDS["KA"]}).values["Certificate"]
    assert Certificate.from_der(bytes.fromhex(held)).serial_hex == together.listed(meter, "KA")[0][0]


def test_new_keys_outlive_a_restart(tmp_path: Path) -> None:
    pki = tmp_path / "pki"
    init_pki(pki, seed=b"restarted")
    settings = DccSettings(
        port=0, smki_port=0, ssi_port=0, control_port=0, pki=str(pki), device_latency=0.0, state_dir=str(tmp_path / "d")
    )
    meter = ""
    for life in range(2):
        with (
            background_dcc(settings, VirtualClock(NOW)) as dcc,
            running(make_driver("reference"), _context(dcc, pki, tmp_path)) as driver,
        ):
            for eui, roles in ROLES.items():
                dcc.control.register_user(eui, eui, roles, driver.receive_url)
            room = Together(dcc, driver, pki)
            if not life:
                meter = room.meter("restarted")
                room.renew(meter, "DS")
                room.renew(meter, "KA")
            else:
                assert [status for _, status in room.listed(meter, "DS")] == ["I", "N"]
            assert room.done("4.1.1", meter).values
            room.done("7.1", meter)


# --- an engineer at the command line --------------------------------------------------------------------------------


def as_pem(request: bytes) -> bytes:
    return x509.load_der_x509_csr(request).public_bytes(Encoding.PEM)


FORMS: dict[str, Callable[[bytes], bytes]] = {
    "DER": lambda request: request,
    "PEM": as_pem,
    "hexadecimal": lambda request: request.hex().upper().encode() + b"\n",
    "base64": base64.encodebytes,
}


@pytest.mark.parametrize("form", FORMS)
def test_an_engineer_has_a_request_certified(
    together: Together, tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    meter = together.meter(f"engineer {form}")
    request = together.done("6.17", meter, parameters={"CredentialType": WORDS["DS"]}).values["CertificationRequest"]
    file = tmp_path / "request"
    file.write_bytes(FORMS[form](bytes.fromhex(request)))
    assert run(["pki", "issue-device", str(file), "--smki", together.dcc.urls.smki]) == 0
    certificate = Certificate.from_pem(capsys.readouterr().out)
    assert run(["pki", "issue-device", str(file), "--smki", together.dcc.urls.smki, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert base64.b64decode(told["certificate"]) == certificate.der
    assert (told["eui"], told["usage"], told["serial"]) == (meter, "DS", certificate.serial_hex)
    together.done("6.15.2", meter, parameters={"DeviceCertificate": told["certificate"]})
    assert together.listed(meter, "DS")[0] == (certificate.serial_hex, "I")


def test_what_cannot_be_certified_is_said_in_one_line(
    together: Together, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refused, file = refuser(capsys), tmp_path / "request"
    file.write_bytes(b"nonsense")
    said = refused("pki", "issue-device", file, "--smki", together.dcc.urls.smki)
    assert "not a certification request" in said
    assert "no SMKI answers" in refused("pki", "issue-device", file, "--smki", "http://127.0.0.1:9", code=3)
    assert "request2" in refused("pki", "issue-device", tmp_path / "request2")
