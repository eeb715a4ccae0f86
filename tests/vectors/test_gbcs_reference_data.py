"""Every visible message of the industry's reference data set, against our envelope and cryptography.

Origin: Reference Test Data Set (RTDS) 4.5.0 and the public test PKI ZAZ1, read from ``../shared/rtds``; see its
README for licence. Nothing of it is copied here. The counts below are what the visible part held when this was
written: fewer would mean that something is passed over in silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from stubs.wire.certificates import Certificate
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import Cra, Message
from stubs.wire.gbcs.crypto import (
    ProtectionError,
    SharedSecrets,
    check_mac,
    check_signature,
    compute_mac,
    decrypt,
    encryption_key,
)
from stubs.wire.gbcs.view import Check, Field, ViewKeys, describe, render_text, summary, to_json
from tests.reference_data import ABSENT, FEWEST, IS_THERE, KEYSTORE, gbcs_files, octets_of

Key = TypeVar("Key")


pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not IS_THERE, reason=ABSENT),
]

ACB = Eui64.parse("90-B3-D5-1F-30-00-00-02")


@dataclass(frozen=True, slots=True)
class KeyStore:
    """Keys by EUI; certificates are taken for what they contain, not for how their file is named."""

    private_ds: dict[Eui64, EllipticCurvePrivateKey]
    private_ka: dict[Eui64, EllipticCurvePrivateKey]
    public_ds: dict[Eui64, EllipticCurvePublicKey]
    public_ka: dict[Eui64, EllipticCurvePublicKey]


@pytest.fixture(scope="module")
def keys() -> KeyStore:
    store = KeyStore({}, {}, {}, {})
    for path in sorted(KEYSTORE.glob("*.pem")):
        if path.stem.endswith("-pp-ka"):
            continue
        pem = path.read_bytes()
        if b"BEGIN CERTIFICATE" not in pem:
            continue  # a bare public key of a stand-alone example
        certificate = Certificate.from_pem(pem)
        public = store.public_ds if certificate.usage == "DS" else store.public_ka
        public[certificate.eui] = certificate.public_key
    for path in sorted(KEYSTORE.glob("*.key")):
        if path.stem.endswith("-pp-ka"):
            continue
        eui = Eui64(bytes.fromhex(path.stem[:16]))
        key = load_pem_private_key(path.read_bytes(), None)
        assert isinstance(key, EllipticCurvePrivateKey)
        (store.private_ds if path.stem.endswith("-ds") else store.private_ka)[eui] = key
    return store


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    found = {path.stem: octets_of(path) for path in gbcs_files()}
    assert len(found) >= FEWEST
    return found


@pytest.fixture(scope="module")
def messages(files: dict[str, bytes]) -> dict[str, Message]:
    return {name: Message.from_bytes(data) for name, data in files.items()}


def failures(names: dict[str, Message], attempt: Callable[[Message], None]) -> list[str]:
    """Names and reasons of all messages that fail, so that one report shows them all."""
    failed = []
    for name, message in names.items():
        try:
            attempt(message)
        except PeerError as error:
            failed.append(f"{name}: {error}")
    return failed


def test_every_message_is_rebuilt_byte_for_byte(files: dict[str, bytes]) -> None:
    different = [name for name, data in files.items() if Message.from_bytes(data).to_bytes() != data]
    assert different == []


def test_the_kind_in_the_file_name_is_the_kind_in_the_message(messages: dict[str, Message]) -> None:
    kinds = {"PRECOMMAND": Cra.COMMAND, "COMMAND": Cra.COMMAND, "RESPONSE": Cra.RESPONSE, "ALERT": Cra.ALERT}
    counts = dict.fromkeys(kinds, 0)
    for name, message in messages.items():
        kind = re.findall("PRECOMMAND|COMMAND|RESPONSE|ALERT", name)[-1]
        counts[kind] += 1
        assert message.group.cra is kinds[kind], name
        assert (message.group.signature is None) == (kind == "PRECOMMAND"), name
    assert counts["PRECOMMAND"] >= 117
    assert counts["COMMAND"] >= 346
    assert counts["RESPONSE"] >= 348
    assert counts["ALERT"] >= 51


def test_every_precommand_is_the_signed_part_of_its_command(messages: dict[str, Message]) -> None:
    compared = 0
    for name, message in messages.items():
        if message.group.signature is None:
            command = messages[name.replace("_PRECOMMAND_", "_COMMAND_")]
            assert message.group.to_bytes()[1:] == command.group.signed_part, name
            compared += 1
    assert compared >= 117


def test_every_mac_is_recomputed(messages: dict[str, Message], keys: KeyStore) -> None:
    secrets = SharedSecrets()
    macs = {name: message for name, message in messages.items() if message.mac is not None}
    device_to_device = {
        name
        for name, message in macs.items()
        if message.group.originator.hex.startswith("00db") and message.group.recipient.hex.startswith("00db")
    }
    assert all(name.startswith("PCS") for name in device_to_device), "no device private key is published"
    for name in device_to_device:
        del macs[name]

    def attempt(message: Message) -> None:
        group = message.group
        if group.cra is Cra.COMMAND:
            private, public = keys.private_ka[ACB], keys.public_ka[group.recipient]
        else:
            private, public = keys.private_ka[group.recipient], keys.public_ka[group.originator]
        check_mac(message, private, public, secrets)

    assert failures(macs, attempt) == []
    assert sum(message.group.cra is Cra.COMMAND for message in macs.values()) >= 341
    assert sum(message.group.cra is Cra.RESPONSE for message in macs.values()) >= 217
    assert sum(message.group.cra is Cra.ALERT for message in macs.values()) >= 10


def test_every_signature_is_verified(messages: dict[str, Message], keys: KeyStore) -> None:
    signed = {name: message for name, message in messages.items() if message.group.signature}

    def attempt(message: Message) -> None:
        check_signature(message.group, keys.public_ds[message.group.originator])

    assert failures(signed, attempt) == []
    assert sum(message.group.cra is Cra.COMMAND for message in signed.values()) >= 127
    assert sum(message.group.cra is Cra.RESPONSE for message in signed.values()) >= 129
    assert sum(message.group.cra is Cra.ALERT for message in signed.values()) >= 41


def blobs(content: bytes) -> list[bytes]:
    """Encrypted parts found by their header and the length before it: one octet (DLMS) or two (GBZ)."""
    found = []
    for match in re.finditer(b"\x31\x00\x00\x00\x00", content):
        start = match.start()
        if content[start - 2] == 0x09 or content[start - 3 : start - 1] == b"\x09\x81":
            found.append(content[start : start + content[start - 1]])
        elif content[start - 4 : start - 2] == b"\x09\x82" or content[:2] == b"\x01\x09":
            found.append(content[start : start + int.from_bytes(content[start - 2 : start], "big")])
    return found


def test_every_encrypted_part_is_decrypted(messages: dict[str, Message], keys: KeyStore) -> None:
    secrets = SharedSecrets()
    encrypted = {
        name: message
        for name, message in messages.items()
        if message.group.cra is not Cra.COMMAND and blobs(message.group.content)
    }
    opened = 0

    def attempt(message: Message) -> None:
        nonlocal opened
        group = message.group
        party = group.other.party or group.recipient
        key = encryption_key(group, keys.private_ka[party], keys.public_ka[group.originator], secrets)
        for blob in blobs(group.content):
            assert decrypt(blob, key, group.originator)
            opened += 1

    assert failures(encrypted, attempt) == []
    assert len(encrypted) >= 37
    assert opened >= 47


def test_the_mac_of_a_command_is_not_that_of_the_originators_own_keys(
    messages: dict[str, Message], keys: KeyStore
) -> None:
    message = next(
        message
        for message in messages.values()
        if message.mac is not None
        and message.group.cra is Cra.COMMAND
        and message.group.originator in keys.private_ka
        and message.group.originator != ACB
    )
    group = message.group
    with pytest.raises(ProtectionError, match="MAC"):
        check_mac(message, keys.private_ka[group.originator], keys.public_ka[group.recipient])


def test_the_worked_example_of_the_guide(messages: dict[str, Message], keys: KeyStore) -> None:
    stem = "ECS52_11.2_"
    names = [name for name in messages if name.startswith(stem)]
    assert names, "the ECS52 example is missing"
    secrets = SharedSecrets()
    device = Eui64.parse("00-DB-12-34-56-78-90-A0")
    supplier = Eui64.parse("90-B3-D5-1F-30-01-00-00")
    command_secret = secrets(keys.private_ka[ACB], keys.public_ka[device])
    assert command_secret.hex() == "ed342441df01551a6beaff3b54adc981f4c6a7e71dff4c3e1cc80b3c9f4e5ac0"
    response_secret = secrets(keys.private_ka[supplier], keys.public_ka[device])
    assert response_secret.hex() == "42da8fad4c8c9d613976f39f1e79ccc88571efa43933d57146b533bc6d253e0f"
    wanted = {Cra.COMMAND: "a25a51a93bafa5c9e2b224bd", Cra.RESPONSE: "3ba27aac07f946bfd463702f"}
    seen = {
        message.group.cra: compute_mac(
            message.group, command_secret if message.group.cra is Cra.COMMAND else response_secret
        ).hex()
        for message in (messages[name] for name in names)
        if message.group.counter == 1000 and message.group.originator in (supplier, device)
    }
    assert seen == wanted


@pytest.fixture(scope="module")
def described(files: dict[str, bytes], keys: KeyStore) -> dict[str, tuple[Field, ...]]:
    view_keys = ViewKeys(ACB, one(keys.private_ka), one(keys.public_ka), one(keys.public_ds), SharedSecrets())
    return {name: describe(data, view_keys) for name, data in files.items()}


def one(store: dict[Eui64, Key]) -> Callable[[Eui64], tuple[Key, ...]]:
    return lambda eui: (store[eui],) if eui in store else ()


def flat(fields: tuple[Field, ...]) -> list[Field]:
    return [inner for field in fields for inner in (field, *flat(field.children))]


def test_described_fields_tile_every_message(files: dict[str, bytes], described: dict[str, tuple[Field, ...]]) -> None:
    for name, fields in described.items():
        assert b"".join(field.raw for field in fields) == files[name], name
        at = 0
        for field in fields:
            assert (field.offset, field.length) == (at, len(field.raw)), name
            at += field.length
        for field in flat(fields):
            if field.children:
                inner = field.offset + len(field.header)
                for child in field.children:
                    assert child.offset == inner, name
                    inner += child.length
                assert inner == field.offset + field.length, name


def test_described_messages_have_no_unreadable_octets(described: dict[str, tuple[Field, ...]]) -> None:
    unreadable = [
        (name, field.name, field.value)
        for name, fields in described.items()
        for field in flat(fields)
        if field.check in (Check.UNREADABLE, Check.DIFFERS)
    ]
    assert unreadable == []


def test_described_protections_agree(described: dict[str, tuple[Field, ...]]) -> None:
    found = [field for fields in described.values() for field in flat(fields) if field.check is Check.AGREES]
    assert sum(field.name == "MAC" for field in found) >= 568
    assert sum(field.name == "signature" for field in found) >= 297
    assert sum(field.name == "authentication tag" for field in found) >= 47
    unchecked = {
        name.split("_", maxsplit=1)[0]
        for name, fields in described.items()
        for field in flat(fields)
        if field.check is Check.NOT_CHECKED
    }
    assert unchecked <= {"PCS01", "PCS02"}, "no device private key is published"


def test_every_message_has_a_summary_text_and_json(
    files: dict[str, bytes], described: dict[str, tuple[Field, ...]]
) -> None:
    for name, fields in described.items():
        line = summary(files[name])
        assert "no use case known" not in line, name
        assert " counter " in line, name
        text = render_text(fields, is_full=True)
        shown = "".join(row[7:39].strip() for row in text.splitlines())
        assert len(shown) == 2 * len(files[name]), name
        assert "".join(field["raw"] for field in to_json(fields)) == files[name].hex(), name
