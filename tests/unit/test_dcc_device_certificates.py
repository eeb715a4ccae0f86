"""The DCC follows a device's keys: what was issued, what is in use, and that both outlive a replay and a snapshot."""

from __future__ import annotations

import pytest

from stubs.dcc import Dcc
from stubs.dcc.state.device_certificates import MOST_ISSUED, credentials_of
from stubs.devices import DeviceState
from stubs.events import CertificateIssued, DccReset, DeviceChanged
from stubs.smki import Pki
from stubs.smki.keys import derive_private_key
from stubs.wire.certificates import Certificate
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64
from tests.certification_requests import key_usage, made, name
from tests.dcc_kit import DccFixture, a_pki


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return a_pki(tmp_path_factory.mktemp("certificates") / "pki")


@pytest.fixture
def room(pki: Pki) -> DccFixture:
    room = DccFixture(pki)
    premises, events = room.dcc.add_premises({"name": "home", "devices": [{"name": "esme", "type": "ESME"}]}, room.now)
    room.keep(events)
    room.premises = premises
    return room


def meter(room: DccFixture) -> Eui64:
    return Eui64.parse(room.premises["devices"]["esme"])


def state(room: DccFixture) -> DeviceState:
    return room.dcc.state.devices[str(meter(room))]


def issued(room: DccFixture, number: int, *, signs: bool = True) -> Certificate:
    key = room.pki.device(meter(room)).make_key("DS" if signs else "KA", number)
    request = made(key_usage(signs=signs, agrees=not signs), name(meter(room).octets), key=key)
    certificate, events = room.dcc.issue_device_certificate(request, room.now)
    room.keep(events)
    return certificate


def install(room: DccFixture, number: int) -> Certificate:
    certificate = issued(room, number)
    turned = {"own_keys": [["DS", number, number]], "own_certificates": [["DS", certificate.der]]}
    event = DeviceChanged(device=str(meter(room)), values=turned, cause="a test")
    room.keep([event])
    room.dcc.replay(room.entries[-1:])
    return certificate


def listed(room: DccFixture, usage: str = "DS") -> list[tuple[int, str]]:
    found = room.dcc.device_certificates(meter(room))
    return [(one.certificate.serial, one.status) for one in found if one.certificate.usage == usage]


def test_a_device_begins_with_the_certificates_of_the_factory(room: DccFixture) -> None:
    factory = room.pki.device(meter(room))
    assert listed(room) == [(factory.ds.serial, "I")]
    assert listed(room, "KA") == [(factory.ka.serial, "I")]
    assert credentials_of(room.pki, state(room)) == factory


def test_what_is_issued_is_pending_then_in_use_then_replaced(room: DccFixture) -> None:
    factory = room.pki.device(meter(room)).ds.serial
    first = issued(room, 1).serial
    assert listed(room) == [(factory, "I"), (first, "P")]
    install(room, 1)
    second = issued(room, 2).serial
    assert listed(room) == [(first, "I"), (second, "P"), (factory, "N")]
    install(room, 2)
    assert listed(room) == [(second, "I"), (first, "N"), (factory, "N")]
    assert listed(room, "KA") == [(room.pki.device(meter(room)).ka.serial, "I")]


def test_nobody_is_issued_a_certificate_for_a_device_that_is_not_here(room: DccFixture) -> None:
    with pytest.raises(PeerError, match="does not exist here"):
        room.dcc.issue_device_certificate(made(key_usage(), name()), room.now)
    assert room.dcc.device_certificates(Eui64.parse("00-DB-12-34-56-78-00-01")) == ()


def test_a_device_is_not_issued_certificates_without_end(room: DccFixture) -> None:
    for number in range(MOST_ISSUED):
        key = derive_private_key(bytes(32), f"foreign {number}")
        room.dcc.issue_device_certificate(made(key_usage(), name(meter(room).octets), key=key), room.now)
    with pytest.raises(PeerError, match="at most 100"):
        issued(room, 1)


def test_for_the_same_key_the_same_certificate_comes_without_a_new_event(room: DccFixture) -> None:
    first = issued(room, 1)
    count = len(room.entries)
    assert issued(room, 1) == first
    assert len(room.entries) == count


def test_replay_and_snapshot_give_the_same_keys_and_certificates(room: DccFixture) -> None:
    install(room, 1)
    issued(room, 2, signs=False)
    replayed, restored = Dcc(room.settings, room.pki), Dcc(room.settings, room.pki)
    replayed.replay(room.entries)
    restored.restore(room.dcc.snapshot())
    for dcc in (replayed, restored):
        assert dcc.device_certificates(meter(room)) == room.dcc.device_certificates(meter(room))
        device = dcc.state.devices[str(meter(room))]
        assert credentials_of(room.pki, device) == credentials_of(room.pki, state(room))
        assert dcc.snapshot() == room.dcc.snapshot()


def test_a_reset_forgets_what_was_issued(room: DccFixture) -> None:
    issued(room, 1)
    room.keep(room.dcc.reset(None, room.now))
    assert isinstance(room.entries[-1].event, DccReset)
    assert room.dcc.state.certificates == {}


def test_certificates_of_organisations_are_not_a_device_s(room: DccFixture) -> None:
    signer = room.pki.dcc_signer.certificate
    event = CertificateIssued(eui=str(signer.eui), usage="DS", role=signer.role, der=signer.der)
    room.keep([event])
    room.dcc.replay(room.entries[-1:])
    assert room.dcc.state.certificates == {}
