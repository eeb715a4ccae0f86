"""Certificates take cells only when their path leads to a root the device knows, as far as the store can tell."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from stubs.devices.paths import is_root, is_trusted
from stubs.smki.authority import Hierarchy, make_hierarchy
from stubs.wire.certificates import Certificate, CertificateIndex
from stubs.wire.eui64 import Eui64
from tests.device_bench import DeviceBench, make_device_bench

OURS, FOREIGN = make_hierarchy(bytes(range(32))), make_hierarchy(b"foreign" * 5)
PARTY = Eui64.parse("A0-B1-C2-D3-E4-01-00-00")
ROOT, ISSUING = OURS.root.certificate, OURS.issuing.key_pair.certificate


def of(hierarchy: Hierarchy) -> Certificate:
    return hierarchy.issuing.organisation(PARTY, "02", "DS", label="next").certificate


def trusted(certificate: Certificate, *held: Certificate, brought: tuple[Certificate, ...] = ()) -> bool:
    return is_trusted(certificate, brought, CertificateIndex(held), (PARTY,))


def test_a_certificate_of_the_store_s_authority_is_trusted() -> None:
    assert trusted(of(OURS), ROOT, ISSUING)


def test_a_certificate_that_only_names_the_store_s_authority_is_not_trusted() -> None:
    assert ISSUING.subject_name == FOREIGN.issuing.key_pair.certificate.subject_name
    assert not trusted(of(FOREIGN), ROOT, ISSUING)


def test_an_authority_whose_root_the_store_lacks_ends_the_path() -> None:
    assert trusted(of(OURS), ISSUING)
    assert not trusted(of(FOREIGN), ISSUING)


def test_an_authority_under_a_root_that_did_not_sign_it_is_not_trusted() -> None:
    assert not trusted(of(OURS), FOREIGN.root.certificate, ISSUING)


def test_an_authority_that_comes_along_counts_when_the_root_signed_it() -> None:
    assert trusted(of(OURS), ROOT, brought=(ISSUING,))
    assert not trusted(of(FOREIGN), ROOT, brought=(FOREIGN.issuing.key_pair.certificate, FOREIGN.root.certificate))


def test_without_authorities_a_certificate_of_the_issuer_of_known_parties_is_taken() -> None:
    assert trusted(of(OURS), OURS.issuing.organisation(PARTY, "02", "KA").certificate)


def test_without_authorities_a_certificate_of_the_device_s_own_issuer_is_taken() -> None:
    factory = OURS.issuing.device(PARTY, bytes(32)).ds.certificate
    assert is_trusted(of(OURS), (), CertificateIndex(), (), (factory,))


def test_without_authorities_one_of_an_issuer_nobody_has_is_not_taken() -> None:
    assert not trusted(of(OURS))


def test_the_authority_that_a_command_brings_does_not_stand_in_the_way_of_what_parties_hold() -> None:
    """As with the public key store, which has no authorities, and the public requests, which bring theirs."""
    held = OURS.issuing.organisation(PARTY, "02", "KA").certificate
    assert trusted(of(OURS), held, brought=(ISSUING,))
    assert trusted(of(OURS), held, brought=(ISSUING, ROOT))
    assert trusted(of(OURS), held, brought=(FOREIGN.issuing.key_pair.certificate,))


def test_an_authority_of_the_same_name_that_did_not_issue_what_parties_hold_is_foreign() -> None:
    held = OURS.issuing.organisation(PARTY, "02", "KA").certificate
    theirs = FOREIGN.issuing.key_pair.certificate
    assert not trusted(of(FOREIGN), held, brought=(theirs,))
    assert not trusted(of(FOREIGN), held, brought=(theirs, ISSUING))
    assert not trusted(of(FOREIGN), held), "the identifier of the issuer's key is another"


def test_certificates_without_the_identifier_of_the_issuers_key_go_by_its_name() -> None:
    held = replace(OURS.issuing.organisation(PARTY, "02", "KA").certificate, authority_key_id=b"")
    assert trusted(of(OURS), held)
    assert trusted(of(FOREIGN), held)
    assert not trusted(replace(of(FOREIGN), issuer_name="CN=Z9,OU=07"), held)


def test_only_a_self_signed_root_is_a_root() -> None:
    assert (is_root(ROOT), is_root(ISSUING), is_root(of(OURS))) == (True, False, False)


@pytest.fixture
def bench() -> DeviceBench:
    bench = make_device_bench()
    for authority in (ROOT, ISSUING):
        bench.certificates.add(authority)
    return bench


def replacement(certificate: Certificate, role: str = "Supplier") -> dict[str, Any]:
    one = {"Certificate": certificate.der.hex(), "RemotePartyRole": role, "CertificateUsage": "DigitalSignature"}
    return {
        "ApplyTimeBasedCPVChecks": False,
        "ReplacementCertificates": (one,),
        "CertificationPathCertificates": (certificate.der.hex(),),
    }


def status(bench: DeviceBench, certificate: Certificate) -> int:
    esme = bench.device("ESME")
    state, execution = bench.ask(esme, "CS02bSupplierBySupplier", replacement(certificate))
    (outcome,) = bench.read(esme, execution.response)["ExecutionOutcome"]["ReplacementOutcome"]
    assert (state.anchors == esme.anchors) == (outcome["StatusCode"] != 0)
    return int(outcome["StatusCode"])


def test_a_cell_takes_a_certificate_of_the_right_role_and_path(bench: DeviceBench) -> None:
    assert status(bench, of(OURS)) == 0


def test_a_cell_refuses_a_certificate_of_another_authority_as_bad(bench: DeviceBench) -> None:
    assert status(bench, of(FOREIGN)) == 5


def test_a_cell_refuses_a_certificate_of_another_role_as_bad(bench: DeviceBench) -> None:
    assert status(bench, OURS.issuing.organisation(PARTY, "03", "DS").certificate) == 5
