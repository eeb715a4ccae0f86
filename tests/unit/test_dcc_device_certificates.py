"""The DCC follows a device's keys: what was issued, what is in use, and that both outlive a replay and a snapshot."""

from __future__ import annotations

import msgspec
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
def fixture(pki: Pki) -> DccFixture:
    fixture = DccFixture(pki)
    premises, events = fixture.dcc.add_premises(
        {"name": "home", "devices": [{"name": "esme", "type": "ESME"}]}, fixture.now
    )
    fixture.keep(events)
    fixture.premises = msgspec.to_builtins(premises)
    return fixture


def meter(fixture: DccFixture) -> Eui64:
    return Eui64.parse(fixture.premises["devices"]["esme"])


def state(fixture: DccFixture) -> DeviceState:
    return fixture.dcc.state.devices[Eui64.parse(str(meter(fixture)))]


def issued(fixture: DccFixture, number: int, *, signs: bool = True) -> Certificate:
    key = fixture.pki.device(meter(fixture)).make_key("DS" if signs else "KA", number)
    request = made(key_usage(signs=signs, agrees=not signs), name(meter(fixture).octets), key=key)
    certificate, events = fixture.dcc.issue_device_certificate(request, fixture.now)
    fixture.keep(events)
    return certificate


def install(fixture: DccFixture, number: int) -> Certificate:
    certificate = issued(fixture, number)
    turned = {"own_keys": [["DS", number, number]], "own_certificates": [["DS", certificate.der]]}
    event = DeviceChanged(device=str(meter(fixture)), values=turned, cause="a test")
    fixture.keep([event])
    fixture.dcc.replay(fixture.entries[-1:])
    return certificate


def listed(fixture: DccFixture, usage: str = "DS") -> list[tuple[int, str]]:
    found = fixture.dcc.device_certificates(meter(fixture))
    return [(one.certificate.serial, one.status) for one in found if one.certificate.usage == usage]


def test_a_device_begins_with_the_certificates_of_the_factory(fixture: DccFixture) -> None:
    factory = fixture.pki.device(meter(fixture))
    assert listed(fixture) == [(factory.ds.serial, "I")]
    assert listed(fixture, "KA") == [(factory.ka.serial, "I")]
    assert credentials_of(fixture.pki, state(fixture)) == factory


def test_what_is_issued_is_pending_then_in_use_then_replaced(fixture: DccFixture) -> None:
    factory = fixture.pki.device(meter(fixture)).ds.serial
    first = issued(fixture, 1).serial
    assert listed(fixture) == [(factory, "I"), (first, "P")]
    install(fixture, 1)
    second = issued(fixture, 2).serial
    assert listed(fixture) == [(first, "I"), (second, "P"), (factory, "N")]
    install(fixture, 2)
    assert listed(fixture) == [(second, "I"), (first, "N"), (factory, "N")]
    assert listed(fixture, "KA") == [(fixture.pki.device(meter(fixture)).ka.serial, "I")]


def test_nobody_is_issued_a_certificate_for_a_device_that_is_not_here(fixture: DccFixture) -> None:
    with pytest.raises(PeerError, match="does not exist here"):
        fixture.dcc.issue_device_certificate(made(key_usage(), name()), fixture.now)
    assert fixture.dcc.device_certificates(Eui64.parse("00-DB-12-34-56-78-00-01")) == ()


def test_a_device_is_not_issued_certificates_without_end(fixture: DccFixture) -> None:
    for number in range(MOST_ISSUED):
        key = derive_private_key(bytes(32), f"foreign {number}")
        fixture.dcc.issue_device_certificate(made(key_usage(), name(meter(fixture).octets), key=key), fixture.now)
    with pytest.raises(PeerError, match="at most 100"):
        issued(fixture, 1)


def test_for_the_same_key_the_same_certificate_comes_without_a_new_event(fixture: DccFixture) -> None:
    first = issued(fixture, 1)
    count = len(fixture.entries)
    assert issued(fixture, 1) == first
    assert len(fixture.entries) == count


def test_replay_and_snapshot_give_the_same_keys_and_certificates(fixture: DccFixture) -> None:
    install(fixture, 1)
    issued(fixture, 2, signs=False)
    replayed, restored = Dcc(fixture.settings, fixture.pki), Dcc(fixture.settings, fixture.pki)
    replayed.replay(fixture.entries)
    restored.restore(fixture.dcc.snapshot())
    for dcc in (replayed, restored):
        assert dcc.device_certificates(meter(fixture)) == fixture.dcc.device_certificates(meter(fixture))
        device = dcc.state.devices[Eui64.parse(str(meter(fixture)))]
        assert credentials_of(fixture.pki, device) == credentials_of(fixture.pki, state(fixture))
        assert dcc.snapshot() == fixture.dcc.snapshot()


def test_a_reset_forgets_what_was_issued(fixture: DccFixture) -> None:
    issued(fixture, 1)
    fixture.keep(fixture.dcc.reset(None, fixture.now))
    assert isinstance(fixture.entries[-1].event, DccReset)
    assert fixture.dcc.state.certificates == {}


def test_certificates_of_organisations_are_not_a_device_s(fixture: DccFixture) -> None:
    signer = fixture.pki.dcc_signer.certificate
    event = CertificateIssued(eui=str(signer.eui), usage="DS", role=signer.role, der=signer.der)
    fixture.keep([event])
    fixture.dcc.replay(fixture.entries[-1:])
    assert fixture.dcc.state.certificates == {}
