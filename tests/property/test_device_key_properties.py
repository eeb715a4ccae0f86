"""Whatever is asked for and brought, in any order: a device uses a key only with its certificate, and never an old one."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stubs.devices import DeviceState, apply
from stubs.devices.trust import own_key
from stubs.wire.certificates import Certificate
from tests.device_bench import DeviceBench, bench_authority, device_credentials, make_device_bench

WORDS = {"DS": "Digital Signature", "KA": "Key Agreement"}
usages = st.sampled_from(("DS", "KA"))
steps = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), usages),
        st.tuples(st.just("bring"), usages, st.integers(0, 3)),
        st.tuples(st.just("bring factory"), usages),
    ),
    max_size=10,
)


@pytest.fixture(scope="module")
def bench() -> DeviceBench:
    bench = make_device_bench()
    bench.certificates.add(bench_authority().key_pair.certificate)
    return bench


def bring(bench: DeviceBench, state: DeviceState, certificate: Certificate) -> tuple[DeviceState, dict[str, Any], int]:
    after, execution = bench.ask(state, "CS02d", {"DeviceCertificate": certificate.der.hex()})
    said = bench.read(state, execution.response)["UpdateSecurityCredentialsResponseCode"]
    return after, execution.changes, int(said)


@settings(max_examples=40, deadline=None)
@given(steps)
def test_a_key_is_used_only_with_its_own_certificate_and_never_again(bench: DeviceBench, taken: list[Any]) -> None:
    first = state = bench.device("ESME")
    factory = device_credentials(state.id)
    issued: dict[str, list[Certificate]] = {"DS": [], "KA": []}
    waiting: dict[str, Certificate | None] = {"DS": None, "KA": None}
    in_use = {usage: factory.pair(usage).certificate for usage in WORDS}
    changes: list[dict[str, Any]] = []
    for what, usage, *which in taken:
        if what == "ask":
            after, execution = bench.ask(state, "CS02c", {"CredentialType": WORDS[usage]})
            said = bench.read(state, execution.response)
            waiting[usage] = bench.issue(said["CertificationRequest"])
            issued[usage].append(waiting[usage])  # type: ignore[arg-type]
            changes.append(execution.changes)
        else:
            known = issued[usage][-1 - which[0] :][:1] if which and issued[usage] else []
            certificate = known[0] if known else factory.pair(usage).certificate
            after, made, status = bring(bench, state, certificate)
            assert status == (0 if certificate == waiting[usage] else 4 if waiting[usage] is None else 5)
            if status == 0:
                in_use[usage], waiting[usage] = certificate, None
            changes.append(made)
        state = after
        assert {one: bench.credentials(state).pair(one).certificate for one in WORDS} == in_use
        assert all(own_key(state, one).in_use <= own_key(state, one).newest for one in WORDS)
        assert {one for one in WORDS if waiting[one]} == set(state.requested)
    keys = [one.spki for usage in WORDS for one in issued[usage]]
    assert len(keys) == len(set(keys))
    replayed = first
    for made in msgspec.json.decode(msgspec.json.encode(changes)):
        replayed = apply(replayed, made)
    assert replayed == state
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=DeviceState) == state
