"""Key derivation, MAC, signature and encryption: the guide's worked numbers, and every guard."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, derive_private_key
from msgspec.structs import replace

from stubs.wire.errors import Misuse
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import Cra, Group, Message, OtherInformation
from stubs.wire.gbcs.crypto import (
    KeyUse,
    ProtectionError,
    SharedSecrets,
    add_mac,
    check_mac,
    check_signature,
    compute_mac,
    decrypt,
    derive_key,
    encrypt,
    encryption_key,
    gcm_tag,
    other_info,
    shared_secret,
    sign,
)

SUPPLIER = Eui64.parse("90-B3-D5-1F-30-01-00-00")
DEVICE = Eui64.parse("00-DB-12-34-56-78-90-A0")
Z_COMMAND = bytes.fromhex("ed342441df01551a6beaff3b54adc981f4c6a7e71dff4c3e1cc80b3c9f4e5ac0")
Z_RESPONSE = bytes.fromhex("42da8fad4c8c9d613976f39f1e79ccc88571efa43933d57146b533bc6d253e0f")


def key(number: int) -> EllipticCurvePrivateKey:
    return derive_private_key(number, SECP256R1())


READ_FIRMWARE_VERSION = Group(
    Cra.COMMAND,
    1000,
    SUPPLIER,
    DEVICE,
    b"",
    OtherInformation(0x59),
    bytes.fromhex("d9 200003e8 00 01 01 0001 0000000201ff 02 01 00"),
    b"",
)
FIRMWARE_VERSION = Group(
    Cra.RESPONSE,
    1000,
    DEVICE,
    SUPPLIER,
    b"",
    OtherInformation(0x59),
    bytes.fromhex("da 200003e8 00 00 01 09 04 0123abcd 01 01 00"),
    b"",
)


def test_other_info_and_key_of_the_guides_command() -> None:
    info = other_info(KeyUse.COMMAND, SUPPLIER, 1000, DEVICE)
    assert info.hex() == "6085740608030090b3d51f30010000090100000000000003e800db1234567890a0"
    assert derive_key(Z_COMMAND, KeyUse.COMMAND, SUPPLIER, 1000, DEVICE).hex() == "ec1d51bd8f8bf0cdd2314cf396cc12c0"


def test_macs_of_the_guides_command_and_response() -> None:
    assert compute_mac(READ_FIRMWARE_VERSION, Z_COMMAND).hex() == "a25a51a93bafa5c9e2b224bd"
    assert derive_key(Z_RESPONSE, KeyUse.RESPONSE, DEVICE, 1000, SUPPLIER).hex() == "d288091f13f120da8d2649c3aa543058"
    assert compute_mac(FIRMWARE_VERSION, Z_RESPONSE).hex() == "3ba27aac07f946bfd463702f"


def test_the_guides_command_as_a_whole() -> None:
    message = Message(READ_FIRMWARE_VERSION, compute_mac(READ_FIRMWARE_VERSION, Z_COMMAND))
    assert len(message.to_bytes()) == 79
    assert message.to_bytes()[:14].hex() == "dd000000000000471100000000df"


def test_token_key_and_tag_of_the_guide() -> None:
    z = bytes.fromhex("5c00001ae96494fedfd740c4679d346e913d89b978beeff76577be69c92bf3ce")
    token_key = derive_key(z, KeyUse.COMMAND, SUPPLIER, 12884901888, DEVICE)
    assert token_key.hex() == "2bffa53fcffb5a2ede5186f987b0fec5"
    authenticated = bytes.fromhex("110000000000 90b3d51f30010000 00db1234567890a0 01 0000000300000000 0001a00a")
    assert gcm_tag(token_key, SUPPLIER, authenticated).hex() == "a7aabfef5774934aecb084c69cd029e3"


def test_the_secret_is_the_same_from_both_sides() -> None:
    assert shared_secret(key(5), key(9).public_key()) == shared_secret(key(9), key(5).public_key())


def test_a_mac_is_accepted_from_the_other_side_and_adds_the_empty_signature() -> None:
    acb, device = key(5), key(9)
    message = add_mac(replace(READ_FIRMWARE_VERSION, signature=None), acb, device.public_key())
    assert message.group.signature == b""
    check_mac(message, device, acb.public_key())


def test_a_mac_under_other_keys_is_refused() -> None:
    message = add_mac(READ_FIRMWARE_VERSION, key(5), key(9).public_key())
    with pytest.raises(ProtectionError, match="MAC does not agree") as raised:
        check_mac(message, key(9), key(6).public_key())
    assert raised.value.offset == 67


def test_a_missing_mac_is_refused() -> None:
    with pytest.raises(ProtectionError, match="no MAC"):
        check_mac(Message(READ_FIRMWARE_VERSION), key(9), key(5).public_key())


def test_a_mac_covers_the_signature() -> None:
    message = add_mac(sign(READ_FIRMWARE_VERSION, key(3)), key(5), key(9).public_key())
    with pytest.raises(ProtectionError):
        check_mac(replace(message, group=READ_FIRMWARE_VERSION), key(9), key(5).public_key())


def test_a_signature_verifies_and_fills_64_octets() -> None:
    signed = sign(READ_FIRMWARE_VERSION, key(3))
    assert signed.signature is not None
    assert len(signed.signature) == 64
    check_signature(signed, key(3).public_key())
    assert signed.signed_part == READ_FIRMWARE_VERSION.signed_part


def test_a_signature_by_another_key_is_refused() -> None:
    with pytest.raises(ProtectionError, match="signature does not agree"):
        check_signature(sign(READ_FIRMWARE_VERSION, key(3)), key(4).public_key())


@pytest.mark.parametrize("signature", [None, b""])
def test_a_missing_signature_is_refused(signature: bytes | None) -> None:
    with pytest.raises(ProtectionError, match="no signature"):
        check_signature(replace(READ_FIRMWARE_VERSION, signature=signature), key(3).public_key())


@pytest.mark.parametrize("signature", [bytes(64), b"\xff" * 64])
def test_a_signature_out_of_range_is_refused(signature: bytes) -> None:
    with pytest.raises(ProtectionError):
        check_signature(replace(READ_FIRMWARE_VERSION, signature=signature), key(3).public_key())


def test_a_signature_field_of_another_size_is_misuse() -> None:
    with pytest.raises(Misuse):
        check_signature(replace(READ_FIRMWARE_VERSION, signature=bytes(63)), key(3).public_key())


def test_an_encrypted_part_has_header_and_short_tag() -> None:
    blob = encrypt(b"register", bytes(16), DEVICE)
    assert blob[:5].hex() == "3100000000"
    assert len(blob) == 5 + len(b"register") + 12
    assert decrypt(blob, bytes(16), DEVICE) == b"register"


def test_an_encrypted_part_opens_for_its_key_and_device_only() -> None:
    blob = encrypt(b"register", bytes(16), DEVICE)
    with pytest.raises(ProtectionError, match="does not agree"):
        decrypt(blob, bytes(15) + b"\x01", DEVICE)
    with pytest.raises(ProtectionError, match="does not agree"):
        decrypt(blob, bytes(16), SUPPLIER)


@pytest.mark.parametrize("blob", [b"", b"\x31", bytes.fromhex("1100000000") + bytes(20), bytes.fromhex("3100000000")])
def test_octets_that_are_no_encrypted_part_are_refused(blob: bytes) -> None:
    with pytest.raises(ProtectionError):
        decrypt(blob, bytes(16), DEVICE)


def test_the_encryption_key_of_a_known_party_follows_group() -> None:
    user, device = key(5), key(9)
    wanted = derive_key(shared_secret(user, device.public_key()), KeyUse.ENCRYPTION, DEVICE, 1000, SUPPLIER)
    assert encryption_key(FIRMWARE_VERSION, user, device.public_key()) == wanted
    assert encryption_key(FIRMWARE_VERSION, device, user.public_key()) == wanted


@pytest.mark.parametrize(("originator_counter", "counter"), [(77, 77), (None, 1000)])
def test_the_encryption_key_of_an_unknown_party_follows_the_supplementary_fields(
    originator_counter: int | None, counter: int
) -> None:
    party = Eui64.parse("A0-B1-C2-D3-E4-04-00-00")
    group = replace(FIRMWARE_VERSION, other=OtherInformation(0x33, party, 12, originator_counter))
    z = shared_secret(key(5), key(9).public_key())
    assert encryption_key(group, key(5), key(9).public_key()) == derive_key(
        z, KeyUse.ENCRYPTION, DEVICE, counter, party
    )


def test_remembered_secrets_equal_computed_ones_and_are_bounded() -> None:
    secrets = SharedSecrets(limit=2)
    private = key(5)
    publics = [key(number).public_key() for number in (7, 8, 9)]
    for public in (*publics, *publics, publics[-1]):
        assert secrets(private, public) == shared_secret(private, public)
        assert len(secrets) <= 2
    with pytest.raises(Misuse):
        SharedSecrets(0)
