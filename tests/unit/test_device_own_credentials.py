"""A device makes new keys, takes the certificates for them, and uses them from then on (6.17, 6.15.2, 6.24.2)."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from stubs.devices import DeviceState, Execution, apply, raise_alert
from stubs.devices.records import OwnKey
from stubs.smki.authority import make_hierarchy
from stubs.smki.keys import device_key, spki
from stubs.wire.certificates import Certificate
from stubs.wire.gbcs.crypto import ProtectionError, check_signature
from stubs.wire.gbcs.envelope import Message
from tests.device_bench import DeviceBench, bench_authority, device_credentials, make_device_bench

WORDS = {"DS": "Digital Signature", "KA": "Key Agreement"}
FLEET = bytes(32)
usages = pytest.mark.parametrize("usage", ["DS", "KA"])


@pytest.fixture
def bench() -> DeviceBench:
    bench = make_device_bench()
    bench.certificates.add(bench_authority().key_pair.certificate)
    return bench


def asked(bench: DeviceBench, state: DeviceState, usage: str) -> tuple[DeviceState, str]:
    """After 6.17: the device, and its certification request."""
    after, execution = bench.ask(state, "CS02c", {"CredentialType": WORDS[usage]})
    return after, str(bench.read(state, execution.response)["CertificationRequest"])


def given(bench: DeviceBench, state: DeviceState, certificate: Certificate) -> tuple[DeviceState, Execution, int]:
    """After 6.15.2: the device, what came, and the status it answered; the response is checked with the keys before."""
    after, execution = bench.ask(state, "CS02d", {"DeviceCertificate": certificate.der.hex()})
    said = bench.read(state, execution.response)
    return after, execution, int(said["UpdateSecurityCredentialsResponseCode"])


def switched(bench: DeviceBench, state: DeviceState, usage: str) -> DeviceState:
    state, request = asked(bench, state, usage)
    state, _, status = given(bench, state, bench.issue(request))
    assert status == 0
    return state


def public(request: str) -> bytes:
    key = x509.load_der_x509_csr(bytes.fromhex(request)).public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def test_the_factory_keys_are_generation_0_and_later_ones_differ() -> None:
    eui = make_device_bench().device("ESME").id
    own = device_credentials(eui)
    assert spki(device_key(FLEET, eui, "DS")) == own.ds.certificate.spki
    keys = {spki(own.make_key(usage, number)) for usage in ("DS", "KA") for number in (1, 2, 3)}
    assert len(keys | {own.ds.certificate.spki, own.ka.certificate.spki}) == 8


@usages
def test_a_request_is_for_a_new_key_and_the_old_one_stays_in_use(bench: DeviceBench, usage: str) -> None:
    esme = bench.device("ESME")
    state, request = asked(bench, esme, usage)
    assert x509.load_der_x509_csr(bytes.fromhex(request)).is_signature_valid
    assert public(request) != device_credentials(esme.id).pair(usage).certificate.spki
    assert (state.requested, state.own_keys) == ((usage,), (OwnKey(usage, 0, 1),))  # type: ignore[arg-type]
    assert bench.credentials(state) == device_credentials(esme.id)
    assert bench.execute(state, bench.command(state, "ECS43")).refused is None


@usages
def test_the_new_key_is_used_once_its_certificate_is_there(bench: DeviceBench, usage: str) -> None:
    esme = bench.device("ESME")
    state, request = asked(bench, esme, usage)
    certificate = bench.issue(request)
    state, execution, status = given(bench, state, certificate)
    assert (status, [alert.code for alert in execution.alerts]) == (0, ["8F70"])
    assert (state.requested, state.own_certificates) == ((), ((usage, certificate.der),))
    assert bench.credentials(state).pair(usage).certificate == certificate
    held = bench.read(state, bench.ask(state, "CS02e", {"CredentialType": WORDS[usage]})[1].response)
    assert bytes.fromhex(held["Certificate"]) == certificate.der


def test_after_a_new_signing_key_responses_and_alerts_carry_its_signature(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    state = switched(bench, esme, "DS")
    response = bench.ask(state, "ECS43")[1].response
    alert = raise_alert(state, "8F0C", bench.now, bench.device_keys(state))
    new, old = (one.ds.certificate.public_key for one in (bench.credentials(state), bench.credentials(esme)))
    for message in (response, alert.alerts[0].payload):
        assert message is not None
        check_signature(Message.from_bytes(message).group, new)
        with pytest.raises(ProtectionError):
            check_signature(Message.from_bytes(message).group, old)


def test_after_a_new_agreement_key_the_old_mac_is_refused(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    state = switched(bench, esme, "KA")
    assert bench.execute(state, bench.command(esme, "ECS43")).refused == "mac"
    assert bench.execute(state, bench.command(state, "ECS43")).refused is None


def test_after_a_new_agreement_key_sensitive_answers_open_with_the_new_certificate(bench: DeviceBench) -> None:
    esme = bench.device("ESME", import_register=1234)
    state = switched(bench, esme, "KA")
    execution = bench.ask(state, "ECS17b")[1]
    assert bench.read(state, execution.response)["MessageSuccess"]
    with pytest.raises(ProtectionError):
        bench.read(esme, execution.response)


def test_a_second_request_replaces_the_waiting_key(bench: DeviceBench) -> None:
    state, first = asked(bench, bench.device("ESME"), "DS")
    state, second = asked(bench, state, "DS")
    assert public(first) != public(second)
    state, _, status = given(bench, state, bench.issue(first))
    assert (status, state.requested, state.own_certificates) == (5, ("DS",), ())
    state, _, status = given(bench, state, bench.issue(second))
    assert (status, state.own_keys) == (0, (OwnKey("DS", 2, 2),))


def test_a_key_is_never_made_twice(bench: DeviceBench) -> None:
    state, seen = bench.device("ESME"), set()
    for _ in range(3):
        state, request = asked(bench, state, "KA")
        state, _, status = given(bench, state, bench.issue(request))
        assert status == 0
        seen.add(public(request))
    assert len(seen) == 3


def test_both_usages_wait_side_by_side(bench: DeviceBench) -> None:
    state, signing = asked(bench, bench.device("ESME"), "DS")
    state, agreement = asked(bench, state, "KA")
    state, _, status = given(bench, state, bench.issue(agreement))
    assert (status, state.requested) == (0, ("DS",))
    state, _, status = given(bench, state, bench.issue(signing))
    assert (status, sorted(state.own_keys, key=lambda one: one.usage)) == (0, [OwnKey("DS", 1, 1), OwnKey("KA", 1, 1)])


def test_a_certificate_nobody_asked_for_is_refused(bench: DeviceBench) -> None:
    state, request = asked(bench, bench.device("ESME"), "KA")
    factory = device_credentials(state.id).ds.certificate
    state, _, status = given(bench, state, factory)
    assert (status, state.own_certificates, state.requested) == (4, (), ("KA",))
    certificate = bench.issue(request)
    state = given(bench, state, certificate)[0]
    assert given(bench, state, certificate)[2] == 4


@usages
def test_a_certificate_of_another_key_is_refused_and_the_old_key_stays(bench: DeviceBench, usage: str) -> None:
    esme = bench.device("ESME")
    state, _ = asked(bench, esme, usage)
    state, execution, status = given(bench, state, device_credentials(esme.id).pair(usage).certificate)
    assert (status, execution.alerts, state.requested) == (5, (), (usage,))
    assert bench.credentials(state) == device_credentials(esme.id)


def test_another_device_s_certificate_is_refused(bench: DeviceBench) -> None:
    state, _ = asked(bench, bench.device("ESME"), "DS")
    other = device_credentials(bench.device("ESME", number=2).id).ds.certificate
    state, _, status = given(bench, state, other)
    assert (status, state.own_certificates) == (2, ())


def test_a_certificate_of_an_unknown_authority_is_refused(bench: DeviceBench) -> None:
    state, request = asked(bench, bench.device("ESME"), "DS")
    foreign = make_hierarchy(b"foreign" * 5).issuing.issue_device(state.id, "DS", public(request), since=bench.now)
    state, _, status = given(bench, state, foreign)
    assert (status, state.own_certificates, state.requested) == (1, (), ("DS",))


def test_an_organisation_s_certificate_is_refused_even_if_it_names_the_device(bench: DeviceBench) -> None:
    state, _ = asked(bench, bench.device("ESME"), "DS")
    assert given(bench, state, bench.keys[bench.supplier, "DS"].certificate)[2] == 2
    assert given(bench, state, bench_authority().organisation(state.id, "02", "DS").certificate)[2] == 3


def test_a_request_of_an_older_journal_is_answered_with_the_key_it_was_for(bench: DeviceBench) -> None:
    """Then a request was for the key the device had, and no generations were kept."""
    esme = bench.device("ESME", requested=["DS"])
    own = device_credentials(esme.id).ds
    renewed = bench_authority().issue_device(esme.id, "DS", own.certificate.spki, since=bench.now)
    state, _, status = given(bench, esme, renewed)
    assert (status, state.own_keys) == (0, ())
    assert bench.credentials(state).ds.private_key == own.private_key


def test_what_a_device_became_follows_from_its_changes_in_json(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    execution = bench.ask(esme, "CS02c", {"CredentialType": "Key Agreement"})[1]
    assert list(execution.changes["own_keys"]) == [["KA", 0, 1]]
    assert apply(esme, execution.changes).own_keys == (OwnKey("KA", 0, 1),)
