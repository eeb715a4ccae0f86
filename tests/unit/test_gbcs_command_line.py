"""``uept gbcs decode`` and ``uept gbcs mmc``: every source of messages, what keys confirm, what cannot be done."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree
from msgspec.structs import replace

from harness.cli import run
from harness.evidence import bundle
from stubs.clock import VirtualClock
from stubs.events import AlertRaised, CertificateFiled, CommandSent, DeviceAnswered, RequestReceived
from stubs.journal import Journal, SqliteStore
from stubs.smki import DEFAULT_ACB, DEFAULT_PARTIES, Pki, init_pki, load_pki
from stubs.wire.duis import RequestHeader, ServiceRequest, example, write_request
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import Cra, Group, Message, OtherInformation, use_cases
from stubs.wire.gbcs.crypto import add_mac, decrypt, encrypt, encryption_key, sign
from stubs.wire.gbcs.use_cases import CommandContext
from stubs.wire.request_id import RequestId
from stubs.wire.xml import RA

NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)
DEVICE, USER = Eui64.parse("DE-51-CE-00-00-00-00-E1"), DEFAULT_PARTIES[0].eui
VALUES = {"ActiveImportRegister": 1234567, "ReactiveImportRegister": 8910}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("pki") / "pki"
    init_pki(made, seed=b"command line")
    return made


@pytest.fixture(scope="module")
def pki(folder: Path) -> Pki:
    return load_pki(folder)


@pytest.fixture(scope="module")
def command(pki: Pki) -> bytes:
    content = use_cases.build_command("ECS17b", {}, CommandContext(1000, USER, DEVICE, NOW))
    group = Group(Cra.COMMAND, 1000, USER, DEVICE, b"", OtherInformation(0x0027), content, b"")
    return add_mac(group, pki.acb_ka.private_key, pki.device(DEVICE).ka.certificate.public_key).to_bytes()


@pytest.fixture(scope="module")
def response(pki: Pki, command: bytes) -> bytes:
    moment = use_cases.response_date_time(NOW)
    shell = Group(Cra.RESPONSE, 1000, DEVICE, USER, moment, OtherInformation(0x0027), b"", b"")
    device = pki.device(DEVICE).ka.private_key
    (certificate,) = pki.certificates.of(USER, "KA")[:1]
    key = encryption_key(shell, device, certificate.public_key)
    asked = Message.from_bytes(command).group.content
    content = use_cases.build_response("ECS17b", asked, VALUES, lambda plain: encrypt(plain, key, DEVICE))
    group = Group(Cra.RESPONSE, 1000, DEVICE, USER, moment, OtherInformation(0x0027), content, b"")
    return add_mac(group, device, certificate.public_key).to_bytes()


@pytest.fixture
def sealed(tmp_path: Path, command: bytes, response: bytes) -> Path:
    journal = Journal(SqliteStore(), VirtualClock(NOW, rate=0))
    payload = f"<GBCSPayload>{b64encode(response).decode()}</GBCSPayload>"
    journal.record(
        RequestReceived(exchange="x", service="send-command", peer="p", content_type="", body=b"not XML at all"),
        RequestReceived(exchange="y", service="send-command", peer="p", content_type="", body=payload.encode()),
        CommandSent(command="c", request_id=None, srv="4.1.1", device=str(DEVICE), use_case="ECS17b",
                    message_code="0027", payload=command),
        DeviceAnswered(command="c", request_id=None, device=str(DEVICE), payload=response, values={}),
        AlertRaised(alert_kind="device", code="8F3F", device=str(DEVICE), cause="test", recipient=str(USER),
                    payload=b"\xdf\x00"),
    )  # fmt: skip
    file = tmp_path / "bundle.zip"
    file.write_bytes(bundle.seal(bundle.gather(journal.rows()), {}, ec.derive_private_key(7, ec.SECP256R1())))
    journal.close()
    return file


def output(arguments: list[str], capsys: pytest.CaptureFixture[str], code: int = 0) -> str:
    assert run(arguments) == code, capsys.readouterr().err
    return capsys.readouterr().out


def test_every_message_of_a_bundle_is_decoded(sealed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown: list[dict[str, Any]] = json.loads(output(["gbcs", "decode", str(sealed), "--json"], capsys))
    names = [one["message"].partition("-")[2] for one in shown]
    assert names == ["request.xml", "command.gbcs", "device-response.gbcs", "device-alert.gbcs"]
    assert shown[1]["summary"].startswith("Command 0027 ECS17b")
    assert "not readable" in shown[3]["fields"][0]["value"]
    assert "checks" not in shown[0]
    text = output(["gbcs", "decode", str(sealed)], capsys)
    assert text.count("messages/0000") == 4
    assert text.count("Response 0027 ECS17b") == 2


def with_signed(path: Path, pki: Pki, *, is_altered: bool = False) -> Path:
    """A bundle with a signed and MACed command, and the public certificates that a run files."""
    context = CommandContext(1000, USER, DEVICE, NOW)
    content = use_cases.build_command("ECS43", {}, context)
    pair = pki.key_pair(USER, "DS", "02")
    assert pair is not None
    code = use_cases.use_case("ECS43").message_code
    signed = sign(Group(Cra.COMMAND, 1000, USER, DEVICE, b"", OtherInformation(code), content, b""), pair.private_key)
    if is_altered:
        signed = replace(signed, counter=1001)
    payload = add_mac(signed, pki.acb_ka.private_key, pki.device(DEVICE).ka.certificate.public_key).to_bytes()
    journal = Journal(SqliteStore(), VirtualClock(NOW, rate=0))
    journal.record(
        *(CertificateFiled(eui=str(USER), role=one.role, der=one.der) for one in pki.certificates.of(USER, "DS")),
        CommandSent(command="c", request_id=None, srv="7.3", device=str(DEVICE), use_case="ECS43",
                    message_code=f"{code:04X}", payload=payload),
    )  # fmt: skip
    path.write_bytes(bundle.seal(bundle.gather(journal.rows()), {}, ec.derive_private_key(7, ec.SECP256R1())))
    journal.close()
    assert bundle.verify(path.read_bytes()).problems == ()
    return path


def test_a_bundles_own_certificates_tell_whether_signatures_agree_and_that_a_mac_needs_keys(
    tmp_path: Path, pki: Pki, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(with_signed(tmp_path / "bundle.zip", pki))
    text = output(["gbcs", "decode", file], capsys)
    assert f"signature agrees: key of {USER}" in text
    assert "MAC not checked: needs keys (--pki)" in text
    shown = json.loads(output(["gbcs", "decode", file, "--json"], capsys))
    assert [(one["field"], one["check"]) for one in shown["checks"]] == [
        ("signature", "agrees"),
        ("MAC", "not checked"),
    ]
    assert "MAC agrees" in output(["gbcs", "decode", file, "--pki", str(folder)], capsys)


def test_a_bundles_own_certificates_tell_of_a_wrong_signature(
    tmp_path: Path, pki: Pki, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(with_signed(tmp_path / "bundle.zip", pki, is_altered=True))
    assert f"signature differs: does not verify with the key of {USER}" in output(["gbcs", "decode", file], capsys)


def test_keys_tell_whether_mac_and_encrypted_parts_agree(
    sealed: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = json.loads(output(["gbcs", "decode", str(sealed), "--pki", str(folder), "--json"], capsys))
    assert [(one["field"], one["check"]) for one in shown[1]["checks"]] == [("MAC", "agrees")]
    assert ("authentication tag", "agrees") in [(one["field"], one["check"]) for one in shown[2]["checks"]]
    assert f"keys of {DEVICE} and {USER}" in shown[2]["checks"][-1]["why"]
    text = output(["gbcs", "decode", str(sealed), "--pki", str(folder)], capsys)
    assert f"MAC agrees: keys of {DEFAULT_ACB} and {DEVICE}" in text


def test_an_altered_mac_is_told(command: bytes, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    altered = command[:-1] + bytes((command[-1] ^ 1,))
    assert "MAC differs" in output(["gbcs", "decode", altered.hex(), "--pki", str(folder)], capsys)


def document(text: str, *path: str) -> list[str]:
    root = etree.fromstring(text.encode())
    return [element.text or "" for element in root.iter(*(f"{{{RA}}}{name}" for name in path))]


def test_a_response_becomes_a_document_with_keys(
    response: bytes, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = output(["gbcs", "mmc", response.hex(), "--pki", str(folder)], capsys)
    assert document(text, "Value") == ["1234567", "8910"]
    as_json = json.loads(output(["gbcs", "mmc", response.hex(), "--pki", str(folder), "--json"], capsys))
    assert as_json == {"errors": [], "document": text}


def test_the_second_pass_takes_the_decrypted_parts(
    response: bytes, pki: Pki, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = etree.fromstring(output(["gbcs", "mmc", response.hex()], capsys).encode())
    (part,) = first.iter(f"{{{RA}}}GBCSData")
    (certificate,) = pki.certificates.of(USER, "KA")[:1]
    private = pki.private_key(certificate)
    assert private is not None
    group = Message.from_bytes(response).group
    key = encryption_key(group, private, pki.device(DEVICE).ka.certificate.public_key)
    blob = bytes.fromhex(response.hex()[response.hex().index("3100000000") :])
    length = response[response.index(blob) - 1]
    part.set("format", "plain")
    part.text = b64encode(decrypt(blob[:length], key, DEVICE)).decode()
    plain = tmp_path / "plain.xml"
    plain.write_bytes(etree.tostring(first))
    assert document(output(["gbcs", "mmc", response.hex(), "--plain", str(plain)], capsys), "Value")[0] == "1234567"


def test_the_request_tells_the_service(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    group = Group(Cra.RESPONSE, 1, DEVICE, USER, b"", OtherInformation(0x0062), b"", b"")
    command = use_cases.build_command(
        "ECS70", {"CurrentDateTime": NOW, "TolerancePeriod": 10}, CommandContext(1, USER, DEVICE, NOW)
    )
    answer = use_cases.build_response("ECS70", command, {"DeviceTime": NOW, "TimeStatus": "reliable"})
    request = tmp_path / "request.xml"
    header = RequestHeader(RequestId(USER, DEVICE, 1), 4, "8.1", "8.1.1")
    request.write_bytes(write_request(ServiceRequest(header, example("8.1.1", device_type="ESME"))))
    data = Group(group.cra, 1, DEVICE, USER, b"", group.other, answer, b"").to_bytes().hex()
    text = output(["gbcs", "mmc", data, "--request", str(request)], capsys)
    assert document(text, "ServiceReferenceVariant") == ["8.1.1"]
    assert document(text, "TimeStatus") == ["reliable"]
    assert "CommissionDeviceSynchroniseClockRsp" in text
    request.write_bytes(request.read_bytes().replace(b"<sr:CommandVariant>4", b"<sr:CommandVariant>44"))
    assert run(["gbcs", "mmc", data, "--request", str(request)]) == 2
    assert "CommandVariant" in capsys.readouterr().err


def test_an_answer_that_cannot_be_decoded_ends_with_one_however_it_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    command = use_cases.build_command("GCS60", {}, CommandContext(1, USER, DEVICE, NOW))
    answer = use_cases.build_response("GCS60", command, {"MeterBalance": 1, "MeterBalancePrepaymentMode": 2}, None)
    data = Group(Cra.RESPONSE, 1, DEVICE, USER, b"", OtherInformation(0x008D), answer[:-1], b"").to_bytes().hex()
    assert run(["gbcs", "mmc", data]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert json.loads(output(["gbcs", "mmc", data, "--json"], capsys, code=1))["errors"]


def test_what_has_no_document_is_refused_in_words_or_as_json(
    command: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["gbcs", "mmc", command.hex()]) == 2
    assert "no decoded form" in capsys.readouterr().err
    shown = json.loads(output(["gbcs", "mmc", command.hex(), "--json"], capsys, code=2))
    assert shown["errors"][0]["expected"] == "a response or an alert"


def test_documents_and_archives_without_messages_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, data, words in (
        ("none.xml", b"<a/>", "no GBCSPayload"),
        ("broken.xml", b"<GBCSPayload>!</GBCSPayload>", "not base64"),
        ("other.zip", b"PK\x03\x04junk", "not a bundle"),
    ):
        (tmp_path / name).write_bytes(data)
        assert run(["gbcs", "decode", str(tmp_path / name)]) == 2
        assert words in capsys.readouterr().err


def test_a_document_the_schema_does_not_allow_is_shown_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    # A level of 200 per cent: the message can say it, the schema cannot.
    values = {"AuxiliaryController": 0x13, "CommandedStateLevel": 200}
    content = use_cases.build_data_alert(0x0122, 0x8F87, NOW, 1, values)
    data = Group(Cra.ALERT, 1, DEVICE, USER, b"", OtherInformation(0x0122), content, b"").to_bytes().hex()
    assert run(["gbcs", "mmc", data]) == 1
    shown = capsys.readouterr()
    assert document(shown.out, "ResultingLevel") == ["200"]
    assert "MMC schema does not allow" in shown.err
    problem = json.loads(output(["gbcs", "mmc", data, "--json"], capsys, code=1))["errors"][0]
    assert problem["where"].endswith("/ResultingLevel")
    assert "200" in problem["got"]


def test_a_bundle_is_no_single_message(sealed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["gbcs", "mmc", str(sealed)]) == 2
    assert "holds 4 messages" in capsys.readouterr().err


def test_a_response_after_its_command_is_named_by_it(capsys: pytest.CaptureFixture[str]) -> None:
    asked = use_cases.build_command("ECS52", {}, CommandContext(7, USER, DEVICE, NOW))
    answer = use_cases.build_response("ECS52", asked, {"FirmwareVersion": "00020000"})
    messages = [
        Group(cra, 7, *ends, b"", OtherInformation(0x0059), content, b"").to_bytes().hex()
        for cra, ends, content in (
            (Cra.COMMAND, (USER, DEVICE), asked),
            (Cra.RESPONSE, (DEVICE, USER), answer),
        )
    ]
    alone = output(["gbcs", "decode", messages[1]], capsys)
    assert "0-0:0.2.1.255" not in alone
    both = output(["gbcs", "decode", *messages], capsys)
    assert both.rindex("0-0:0.2.1.255") > both.index("Response 0059")
