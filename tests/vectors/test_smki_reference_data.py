"""The public test certificates, against our reader, our import and our idea of the profile.

Origin: the public test PKI ZAZ1 of the DCC (certificates, and private keys of organisations), read from
``../shared/rtds``; see its README for licence. Nothing of it is copied here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from stubs.smki import Pki, import_pki, load_pki
from stubs.smki.keys import read_private_key, spki
from stubs.smki.profile import key_identifier
from stubs.wire import tlv
from stubs.wire.certificates import Certificate
from stubs.wire.eui64 import Eui64

RTDS = Path(__file__).resolve().parents[2].parent / "shared" / "rtds"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(
        not (RTDS / "keystore").is_dir(), reason="../shared/rtds is absent: put the reference data set there"
    ),
]

MISFILED = "90b3d51f30000007-ka.pem"
"""Holds another party's certificate; the data set's own note says so."""

NOT_A_CERTIFICATE = "fffffffffffffffe-ka.pem"
"""The bare public key of a stand-alone example."""

NAME = re.compile(r"\A([0-9a-f]{16})(?:-pp)?-(ds|ka)\.pem\Z")
SUPPLIER = Eui64.parse("90-B3-D5-1F-30-01-00-00")
NETWORK_OPERATOR = Eui64.parse("90-B3-D5-1F-30-02-00-00")
ACB = Eui64.parse("90-B3-D5-1F-30-00-00-02")
ROLES = {
    "90b3d51f30000001": "01",
    "90b3d51f30000002": "04",
    "90b3d51f30000004": "05",
    "90b3d51f30000007": "06",
    "90b3d51f30010000": "02",
    "90b3d51f30010008": "08",
    "90b3d51f30020000": "03",
    "90b3d51f30030000": "02",
}


def _certificates() -> Iterator[tuple[str, Certificate]]:
    for path in sorted((RTDS / "keystore").glob("*.pem")):
        if path.name != NOT_A_CERTIFICATE:
            yield path.name, Certificate.from_pem(path.read_bytes())


def test_every_certificate_says_what_its_file_name_says() -> None:
    seen = 0
    for name, certificate in _certificates():
        match = NAME.match(name)
        assert match is not None, name
        seen += 1
        if name == MISFILED:
            assert certificate.eui.hex == "90b3d51f30030000"
            continue
        assert certificate.eui.hex == match.group(1), name
        assert certificate.usage == match.group(2).upper(), name
        assert certificate.role == ROLES.get(match.group(1)), name
        assert certificate.is_device == (certificate.role is None), name
    assert seen > 400


def test_every_certificate_keeps_to_the_profile_we_write() -> None:
    for name, certificate in _certificates():
        assert len(certificate.subject_key_id) == 8, name
        assert isinstance(certificate.public_key.curve, ec.SECP256R1), name
        if certificate.is_device:
            assert certificate.subject_name == "", name
            assert certificate.not_after.year == 9999, name


def test_key_identifiers_follow_the_method_we_use() -> None:
    """Most do; those that do not were drawn freely, which the profile allows."""
    agree = [certificate.subject_key_id == key_identifier(certificate.spki) for _, certificate in _certificates()]
    assert sum(agree) > 0.9 * len(agree)


def test_private_keys_belong_to_the_certificates_beside_them() -> None:
    seen = 0
    for path in sorted((RTDS / "keystore").glob("*.key")) + sorted((RTDS / "xmlsign").glob("*.key")):
        beside = path.with_suffix(".pem")
        if not beside.exists() or beside.name in {MISFILED, NOT_A_CERTIFICATE}:
            continue
        certificate = Certificate.from_pem(beside.read_bytes())
        key = read_private_key(path.read_bytes())
        assert spki(key) == certificate.spki, path.name
        certificate.public_key.verify(key.sign(b"x", ec.ECDSA(hashes.SHA256())), b"x", ec.ECDSA(hashes.SHA256()))
        seen += 1
    assert seen > 15


def test_identities_that_sign_xml_have_their_own_roles() -> None:
    roles = {
        path.stem: Certificate.from_pem(path.read_bytes()).role for path in sorted((RTDS / "xmlsign").glob("*.pem"))
    }
    assert {role for name, role in roles.items() if name.startswith("xml-sign")} == {"87"}
    assert {role for name, role in roles.items() if "dsp" in name.lower()} == {"89", "137"}


def test_issuers_are_written_as_signatures_quote_them() -> None:
    certificate = Certificate.from_pem((RTDS / "xmlsign/xml-sign-90B3D51F30010000-ds.pem").read_bytes())
    assert certificate.issuer_name == "CN=Z1,OU=07"


def test_reading_and_writing_asn1_agree_on_every_certificate() -> None:
    for name, certificate in _certificates():
        assert _rewrite(tlv.read(certificate.der)) == certificate.der, name


def _rewrite(element: tlv.Tlv) -> bytes:
    if element.tag & 0x20:
        return tlv.write(element.tag, *(_rewrite(child) for child in element.children()))
    return tlv.write(element.tag, element.value)


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    folder = tmp_path_factory.mktemp("imported") / "pki"
    import_pki(RTDS / "keystore", folder)
    import_pki(RTDS / "xmlsign", folder)
    return load_pki(folder)


def test_the_imported_folders_make_a_working_pki(imported: Pki) -> None:
    assert imported.acb == ACB
    assert imported.dcc_signer.certificate.role == "89"
    assert imported.acb_ka.certificate.issuer_name == "CN=Z1,OU=07"
    parties = {party.eui: party.roles for party in imported.parties()}
    assert parties[SUPPLIER] == ("IS", "GS", "ES")
    assert parties[NETWORK_OPERATOR] == ("ED", "GT")
    assert imported.notes == []


def test_the_suppliers_token_key_is_told_by_its_file_name(imported: Pki) -> None:
    pair, tokens = imported.key_pair(SUPPLIER, "KA", "02"), imported.prepayment_key(SUPPLIER)
    assert pair is not None
    assert tokens is not None
    assert pair.certificate.spki != tokens.certificate.spki
    beside = Certificate.from_pem((RTDS / "keystore" / f"{SUPPLIER.hex}-pp-ka.pem").read_bytes())
    assert tokens.certificate == beside


def test_device_certificates_without_keys_are_replaced_by_our_own(imported: Pki) -> None:
    device = imported.device(Eui64.parse("00-DB-12-34-56-78-90-A0"))
    assert device.ds.certificate.issuer_name == "CN=UEPT-I1,OU=07"
