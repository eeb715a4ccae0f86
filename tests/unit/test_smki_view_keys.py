"""The keys of a PKI check and open messages of its parties and devices."""

from __future__ import annotations

from pathlib import Path

import pytest

from stubs.smki import DEFAULT_ACB, DEFAULT_PARTIES, Pki, init_pki, load_pki, view_keys
from stubs.smki.pki import GENERATIONS
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import Cra, Group, Message, OtherInformation
from stubs.wire.gbcs.crypto import add_mac, encrypt, encryption_key, sign
from stubs.wire.gbcs.view import Check, Field, describe

DEVICE = Eui64.parse("00-11-22-33-44-55-66-77")
SUPPLIER = DEFAULT_PARTIES[0].eui
RTDS = Path(__file__).resolve().parents[2].parent / "shared" / "rtds"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    folder = tmp_path_factory.mktemp("pki") / "pki"
    init_pki(folder, seed=b"view keys")
    return load_pki(folder)


def flat(fields: tuple[Field, ...]) -> list[Field]:
    return [inner for field in fields for inner in (field, *flat(field.children))]


def checks(data: bytes, pki: Pki) -> dict[str, Check]:
    return {field.name: field.check for field in flat(describe(data, view_keys(pki))) if field.check}


def test_a_signed_command_agrees(pki: Pki) -> None:
    group = Group(Cra.COMMAND, 7, SUPPLIER, DEVICE, b"", OtherInformation(0x4F), b"\x05\x00", None)
    supplier = pki.key_pair(SUPPLIER, "DS")
    assert supplier is not None
    signed = sign(group, supplier.private_key)
    message = add_mac(signed, pki.acb_ka.private_key, pki.device(DEVICE).ka.certificate.public_key)
    assert pki.acb == DEFAULT_ACB
    assert checks(message.to_bytes(), pki) == {"signature": Check.AGREES, "MAC": Check.AGREES}


def test_an_encrypted_response_opens(pki: Pki) -> None:
    head = bytes.fromhex("da 20000007 00 00 01 09")
    group = Group(Cra.RESPONSE, 7, DEVICE, SUPPLIER, b"", OtherInformation(0x27), b"", b"")
    supplier, device = pki.key_pair(SUPPLIER, "KA"), pki.device(DEVICE).ka
    assert supplier is not None
    key = encryption_key(group, device.private_key, supplier.certificate.public_key)
    blob = encrypt(b"\x06\x00\x00\x00\x0a", key, DEVICE)
    content = head + bytes((len(blob),)) + blob + bytes.fromhex("01 0300")
    whole = Group(Cra.RESPONSE, 7, DEVICE, SUPPLIER, b"", OtherInformation(0x27), content, b"")
    message = add_mac(whole, device.private_key, supplier.certificate.public_key)
    assert checks(message.to_bytes(), pki) == {"authentication tag": Check.AGREES, "MAC": Check.AGREES}


@pytest.mark.parametrize("generation", [1, GENERATIONS - 1])
def test_messages_of_a_device_s_later_keys_are_confirmed_too(pki: Pki, generation: int) -> None:
    group = Group(Cra.RESPONSE, 7, DEVICE, SUPPLIER, b"", OtherInformation(0x4F), b"\x05\x00", None)
    make, supplier = pki.device(DEVICE).make_key, pki.key_pair(SUPPLIER, "KA")
    assert supplier is not None
    signed = sign(group, make("DS", generation))
    message = add_mac(signed, make("KA", generation), supplier.certificate.public_key)
    assert checks(message.to_bytes(), pki) == {"signature": Check.AGREES, "MAC": Check.AGREES}


def test_a_device_s_key_beyond_those_tried_is_not_confirmed(pki: Pki) -> None:
    group = Group(Cra.RESPONSE, 7, DEVICE, SUPPLIER, b"", OtherInformation(0x4F), b"\x05\x00", None)
    signed = sign(group, pki.device(DEVICE).make_key("DS", GENERATIONS))
    assert checks(Message(signed, None).to_bytes(), pki) == {"signature": Check.DIFFERS}


def test_an_organisation_is_never_taken_for_a_device(pki: Pki) -> None:
    assert {certificate.is_device for certificate in pki.certificates_of(SUPPLIER, "KA")} == {False}
    assert {certificate.is_device for certificate in pki.certificates_of(DEVICE, "KA")} == {True}


@pytest.mark.shared
@pytest.mark.skipif(not RTDS.is_dir(), reason="../shared/rtds is absent: put the reference data set there")
def test_imported_device_certificates_check_although_their_keys_are_not_held() -> None:
    reference = load_pki(RTDS / "keystore")
    command = next(iter((RTDS / "gbcs" / "7.1_ECS42").glob("*_COMMAND_GBCS.HEX")))
    response = command.with_name(command.name.replace("_COMMAND_", "_RESPONSE_"))
    assert checks(bytes.fromhex(command.read_text("ascii")), reference) == {
        "signature": Check.AGREES,
        "MAC": Check.AGREES,
    }
    assert checks(bytes.fromhex(response.read_text("ascii")), reference) == {"signature": Check.AGREES}
