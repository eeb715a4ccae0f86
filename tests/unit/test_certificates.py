"""Certificates as values and the index over them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography import x509

from stubs.smki.authority import make_hierarchy
from stubs.smki.keys import derive_private_key, spki
from stubs.smki.profile import Validity
from stubs.wire import tlv
from stubs.wire.certificates import (
    NO_EUI,
    Certificate,
    CertificateIndex,
    is_issued_by,
    issuer_names_equal,
)
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.names import MAX_LENGTH, canonical

HIERARCHY = make_hierarchy(b"certificates".ljust(32, b"."))
SUPPLIER = Eui64.parse("A0-B1-C2-D3-E4-01-00-00")
METER = Eui64.parse("A0-B1-C2-D3-E4-55-00-01")
SUPPLIER_DS = HIERARCHY.issuing.organisation(SUPPLIER, "02", "DS", common_name="A, B + C").certificate
SUPPLIER_KA = HIERARCHY.issuing.organisation(SUPPLIER, "02", "KA").certificate
METER_KA = HIERARCHY.issuing.issue_device(METER, "KA", spki(derive_private_key(b"meter", "KA")))


def _issue(not_before: datetime, label: str = "") -> Certificate:
    validity = Validity(not_before, datetime(2049, 1, 1, tzinfo=UTC))
    public = spki(derive_private_key(b"later", f"{not_before}{label}"))
    return HIERARCHY.issuing.issue_organisation(SUPPLIER, "02", "KA", public, label=label, validity=validity)


def test_an_organisation_certificate_says_who_and_what_for() -> None:
    assert (SUPPLIER_DS.eui, SUPPLIER_DS.role, SUPPLIER_DS.usage) == (SUPPLIER, "02", "DS")
    assert SUPPLIER_DS.issuer_name == "CN=UEPT-I1,OU=07"
    assert SUPPLIER_DS.subject_name.endswith(r"OU=02,CN=A\, B \+ C")
    assert not SUPPLIER_DS.is_device


def test_a_device_certificate_has_no_role_and_never_ends() -> None:
    assert (METER_KA.eui, METER_KA.role, METER_KA.usage) == (METER, None, "KA")
    assert METER_KA.is_device
    assert METER_KA.subject_name == ""
    assert METER_KA.not_after == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_an_authority_has_no_identity() -> None:
    assert HIERARCHY.root.certificate.eui == NO_EUI
    assert (HIERARCHY.root.certificate.role, HIERARCHY.root.certificate.usage) == ("00", "CS")


def test_the_chain_holds_and_a_stranger_does_not_belong_to_it() -> None:
    issuing = HIERARCHY.issuing.key_pair.certificate
    assert is_issued_by(SUPPLIER_DS, issuing)
    assert is_issued_by(issuing, HIERARCHY.root.certificate)
    assert not is_issued_by(SUPPLIER_DS, HIERARCHY.root.certificate)
    assert not is_issued_by(SUPPLIER_DS, make_hierarchy(b"another".ljust(32, b".")).issuing.key_pair.certificate)


def test_pem_and_der_read_the_same() -> None:
    assert Certificate.from_pem(SUPPLIER_DS.pem) == Certificate.from_der(SUPPLIER_DS.der) == SUPPLIER_DS


def test_the_serial_is_written_without_leading_zeros() -> None:
    assert SUPPLIER_DS.serial_hex == SUPPLIER_DS.serial_hex.lstrip("0").lower()
    assert int(SUPPLIER_DS.serial_hex, 16) == SUPPLIER_DS.serial


def test_validity_includes_both_ends() -> None:
    assert SUPPLIER_DS.is_valid_at(SUPPLIER_DS.not_before)
    assert SUPPLIER_DS.is_valid_at(SUPPLIER_DS.not_after)
    assert not SUPPLIER_DS.is_valid_at(datetime(2019, 12, 31, 23, 59, 59, tzinfo=UTC))


@pytest.mark.parametrize("cut", [0, 1, 2, 10, 100, 300])
def test_a_cut_certificate_is_a_peers_error(cut: int) -> None:
    with pytest.raises(PeerError):
        Certificate.from_der(SUPPLIER_DS.der[:cut])


def test_octets_after_a_certificate_are_refused() -> None:
    with pytest.raises(PeerError, match="octets follow"):
        Certificate.from_der(SUPPLIER_DS.der + b"\x00")


def test_text_without_a_certificate_is_refused() -> None:
    with pytest.raises(PeerError, match="no PEM certificate"):
        Certificate.from_pem("hello")


def test_an_organisation_without_identity_is_refused() -> None:
    named = SUPPLIER_DS.der.replace(bytes.fromhex("0603 55042d".replace(" ", "")), bytes.fromhex("060355042e"))
    with pytest.raises(PeerError, match="x500UniqueIdentifier"):
        Certificate.from_der(named)


def test_a_certificate_of_neither_organisation_nor_device_is_refused() -> None:
    with pytest.raises(PeerError, match="neither an organisation nor a device"):
        Certificate.from_der(METER_KA.der.replace(bytes.fromhex("0603551d11"), bytes.fromhex("0603551d12")))


def test_a_key_usage_outside_the_profile_is_refused() -> None:
    with pytest.raises(PeerError, match="key usage"):
        Certificate.from_der(SUPPLIER_DS.der.replace(bytes.fromhex("03020780"), bytes.fromhex("03020720")))


def test_find_compares_issuers_after_parsing_and_serials_as_numbers() -> None:
    index = CertificateIndex([SUPPLIER_DS])
    for name in ("CN=UEPT-I1,OU=07", "OU=07, CN=UEPT-I1", "ou = 07 ;cn= UEPT-I1 ", "2.5.4.3=UEPT-I1,OID.2.5.4.11=07"):
        assert index.find(name, SUPPLIER_DS.serial) == SUPPLIER_DS
    assert index.find("CN=UEPT-I2,OU=07", SUPPLIER_DS.serial) is None
    assert index.find("CN=UEPT-I1,OU=07", SUPPLIER_DS.serial + 1) is None
    assert index.find("no name at all", SUPPLIER_DS.serial) is None
    assert index.by_serial(SUPPLIER_DS.serial) == SUPPLIER_DS


def test_of_gives_the_latest_first_and_secondary_ones_last() -> None:
    older, newer = _issue(datetime(2021, 1, 1, tzinfo=UTC)), _issue(datetime(2022, 1, 1, tzinfo=UTC))
    tokens = _issue(datetime(2023, 1, 1, tzinfo=UTC), "pp-ka")
    index = CertificateIndex([older])
    index.add(tokens, is_secondary=True)
    index.add(newer)
    assert index.of(SUPPLIER, "KA") == (newer, older, tokens)
    assert index.of(SUPPLIER, "KA", "87") == ()
    assert index.of(SUPPLIER, "DS") == ()


def test_adding_twice_changes_nothing() -> None:
    index = CertificateIndex([SUPPLIER_KA, SUPPLIER_KA])
    assert len(index) == 1
    assert list(index) == [SUPPLIER_KA]


def test_names_with_quotes_and_escapes_compare_by_what_they_say() -> None:
    assert issuer_names_equal('CN="A, B",OU=07', r"OU=07,CN=A\, B")
    assert issuer_names_equal(r"CN=A\2C B", r"CN=A\, B")
    assert not issuer_names_equal("CN=A", "CN=B")
    assert not issuer_names_equal("CN=A", "CN=A,OU=07")


@pytest.mark.parametrize("text", ["CN", "=x", "CN=a,", '"CN=a', "C N=a", "CN=" + "a" * MAX_LENGTH])
def test_what_is_no_name_is_refused_and_equals_nothing(text: str) -> None:
    with pytest.raises(PeerError):
        canonical(text)
    assert not issuer_names_equal(text, text)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x30",
        b"\x30\x80\x00\x00",
        b"\x1f\x81\x01\x00",
        b"\x30\x85\x01\x01\x01\x01\x01",
        b"\x30\x05\x00",
        b"\x30\x00\x00",
    ],
)
def test_malformed_asn1_is_a_peers_error(data: bytes) -> None:
    with pytest.raises(PeerError):
        tlv.read(data)


def test_object_identifiers_survive_the_round_trip() -> None:
    for dotted in ("1.2.826.0.1.8641679.1.2.1.4", "2.5.4.45", "2.999.1", "0.9.2342.19200300.100.1.25"):
        assert tlv.oid_text(tlv.read(tlv.write_oid(dotted)).value) == dotted


def test_certificates_are_written_as_a_foreign_reader_wants_them() -> None:
    foreign = x509.load_der_x509_certificate(METER_KA.der)
    assert foreign.serial_number == METER_KA.serial
    assert foreign.extensions.get_extension_for_oid(x509.oid.ExtensionOID.SUBJECT_ALTERNATIVE_NAME).critical
    assert foreign.extensions.get_extension_for_class(x509.KeyUsage).critical
    assert foreign.extensions.get_extension_for_class(x509.CertificatePolicies).critical
    assert len(foreign.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest) == 8
    foreign.verify_directly_issued_by(x509.load_der_x509_certificate(HIERARCHY.issuing.key_pair.certificate.der))


@pytest.mark.parametrize(
    "other",
    [
        "CN=#0c025a31,OU=07",  # UTF8String Z1
        "CN=#13025A31,OU=07",  # PrintableString
        "CN=#1e04005a0031,2.5.4.11=#13023037",  # BMPString, and the other attribute by its number
        "OU=07,CN=Z1",
        "OU = 07 ; CN = Z1",
        r"CN=\5a1,OU=07",
        'CN="Z1",OU=07',
        "cn=z1,ou=07",
        "commonName=Z1,organizationalUnitName=07",
        "OID.2.5.4.3=Z1,oid.2.5.4.11=07",
    ],
)
def test_issuer_names_are_compared_by_what_they_say(other: str) -> None:
    assert issuer_names_equal("CN=Z1,OU=07", other)


@pytest.mark.parametrize(
    "other",
    ["CN=Z1", "CN=Z2,OU=07", "CN=Z1+OU=07", "CN=#03025a31,OU=07", "CN=Z1,OU=07,OU=07", "CN=#zz,OU=07", "CN=#0c05,OU=07",
     r"CN=\#0c025a31,OU=07"],
)  # fmt: skip
def test_other_issuer_names_are_not_the_same(other: str) -> None:
    assert not issuer_names_equal("CN=Z1,OU=07", other)
