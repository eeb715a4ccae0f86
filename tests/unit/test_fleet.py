"""The fleet of load rehearsals: real documents with real GBCS, under each device's own keys, and nothing kept."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace

from schemas.load_profiles import LoadMessageRow, load_profiles
from stubs.fleet import Fleet, FleetMessageKind, device_type_of, fleet_eui
from stubs.smki import Pki, init_pki, load_pki
from stubs.wire.duis import DeviceAlert, GbcsPayload, ServiceResponse, read_response, schema_problems
from stubs.wire.errors import InputError
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.crypto import check_mac, check_signature, decrypt, encryption_key
from stubs.wire.gbcs.envelope import Message
from stubs.wire.gbcs.use_cases import read_alert
from stubs.wire.gbcs.use_cases import read_response as read_gbcs
from stubs.wire.xmlsig import STRICT, verify

SINCE = datetime(2026, 3, 1, 6, tzinfo=UTC)
ROWS = [row for profile in load_profiles().values() for row in profile.messages]


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    folder: Path = tmp_path_factory.mktemp("fleet") / "pki"
    init_pki(folder)
    return load_pki(folder)


@pytest.fixture(scope="module")
def fleet(pki: Pki) -> Fleet:
    return Fleet(pki, pki.parties()[0].eui, 1_000_000, SINCE)


@cache
def kind_of(row: LoadMessageRow) -> FleetMessageKind:
    return FleetMessageKind(row.kind, row.device_type, row.code, row.srv, row.use_case)


def payload_of(body: object) -> Message | None:
    match body:
        case ServiceResponse(result=GbcsPayload(payload=payload)):
            return Message.from_bytes(payload)
        case DeviceAlert(gbcs_payload=payload):
            return Message.from_bytes(payload)
    return None


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.profile}-{row.code or row.use_case}")
def test_every_kind_of_every_profile_is_real(pki: Pki, fleet: Fleet, row: LoadMessageRow) -> None:
    number = 12_345
    made = fleet.message(number, kind_of(row), SINCE)
    assert schema_problems(made.body) == ()
    verified = verify(made.body, pki.certificates, STRICT)
    assert verified.certificate.eui == pki.acb
    response = read_response(verified.element)
    assert str(response.header.response_id) == made.response_id
    assert fleet.number(made.response_id) == number
    message = payload_of(response.body)
    if message is None:
        assert row.kind == "dcc-alert"
        return
    group, device = message.group, fleet.device(number, row.device_type)
    assert str(group.originator) == made.device == str(fleet_eui(device))
    assert not row.device_type or device_type_of(device) == row.device_type
    signing, agreement = fleet.certificates(device)
    own = pki.key_pair(group.recipient, "KA")
    assert own is not None
    if message.mac is None:
        check_signature(group, signing.public_key)
    else:
        check_mac(message, own.private_key, agreement.public_key)

    def opened(blob: bytes) -> bytes:
        key = encryption_key(replace(group, content=b""), own.private_key, agreement.public_key)
        return decrypt(blob, key, group.originator)

    read = read_gbcs if row.kind == "response" else read_alert
    assert read(group.other.message_code, group.content, opened)


def test_each_device_has_keys_of_its_own(fleet: Fleet) -> None:
    keys = {certificate.spki for device in range(6) for certificate in fleet.certificates(device)}
    assert len(keys) == 12


def test_messages_reach_every_device_and_counters_rise(pki: Pki) -> None:
    small = Fleet(pki, pki.parties()[0].eui, 64, SINCE)
    assert {small.device(number) for number in range(64)} == set(range(64))
    assert {device_type_of(small.device(number, "GSME")) for number in range(64)} == {"GSME"}
    assert [small.counter(number + 1) - small.counter(number) for number in range(3)] == [1, 1, 1]


def test_a_fleet_of_one_device_speaks(pki: Pki) -> None:
    lone = Fleet(pki, pki.parties()[0].eui, 1, SINCE)
    assert lone.device(7, "ESME") == 0


def test_a_user_without_key_is_refused(pki: Pki) -> None:
    with pytest.raises(InputError, match="no key agreement certificate"):
        Fleet(pki, Eui64.parse("AA-AA-AA-AA-AA-AA-AA-AA"), 1, SINCE)
