"""Signatures made by others verify with our code, ours verify with others'.

Origin: four responses of a public emulator of the DCC and the public test identities that sign DUIS, read from
``../shared/rtds``; see its README for licence. Nothing of them is copied here. Second opinion: the signxml library.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key
from lxml import etree
from signxml.exceptions import InvalidSignature
from signxml.verifier import XMLVerifier

from stubs.wire.certificates import Certificate, CertificateIndex
from stubs.wire.duis import read_request, read_response, schema_problems, write_request
from stubs.wire.eui64 import Eui64
from stubs.wire.xml import parse
from stubs.wire.xmlsig import SignatureError, SignatureReason, Signer, is_signed, sign, verify

RTDS = Path(__file__).resolve().parents[2].parent / "shared" / "rtds"
TEMPLATES = sorted((RTDS / "duis-requests").glob("*.XML"))

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(
        not (RTDS / "xmlsign").is_dir(), reason="../shared/rtds is absent: put the reference data set there"
    ),
]

USERS = ("xml-sign-90B3D51F30010000-ds", "xml-sign-90B3D51F30020000-ds", "xml-sign-00DB123456780004-ds")
ACB = Eui64.parse("90-B3-D5-1F-30-00-00-02")


@cache
def certificates() -> CertificateIndex:
    return CertificateIndex(Certificate.from_pem(path.read_bytes()) for path in (RTDS / "xmlsign").glob("*.pem"))


@cache
def signer(name: str) -> tuple[Signer, Certificate]:
    certificate = Certificate.from_pem((RTDS / "xmlsign" / f"{name}.pem").read_bytes())
    key = load_der_private_key((RTDS / "xmlsign" / f"{name}.key").read_bytes(), None)
    assert isinstance(key, EllipticCurvePrivateKey)
    return Signer(key, certificate.issuer_name, certificate.serial), certificate


def received(name: str) -> bytes:
    return (RTDS / "duis-responses" / name).read_bytes()


@pytest.mark.parametrize(("name", "role"), [("read-inventory-response-4g.xml", "89"), ("readfw-response.xml", "137")])
def test_a_response_signed_by_the_dcc_verifies(name: str, role: str) -> None:
    verified = verify(received(name), certificates())
    assert (verified.certificate.eui, verified.certificate.role) == (ACB, role)
    assert schema_problems(verified.element) == ()
    read_response(verified.element)


def test_the_altered_response_does_not() -> None:
    with pytest.raises(SignatureError) as caught:
        verify(received("readfw-response-badsignature.xml"), certificates())
    assert caught.value.reason is SignatureReason.SIGNATURE_DIFFERS


def test_the_unsigned_error_is_unsigned_and_readable() -> None:
    root = parse(received("acknowledgement-error.xml"))
    assert not is_signed(root)
    assert read_response(root).header.response_code == "E65"


def test_every_octet_of_a_signed_response_counts() -> None:
    document = received("readfw-response.xml")
    before = document.index(b"<sr:GBCSPayload>") + len(b"<sr:GBCSPayload>")
    for at in range(before, document.index(b"</sr:GBCSPayload>"), 7):
        changed = document[:at] + (b"A" if document[at : at + 1] != b"A" else b"B") + document[at + 1 :]
        with pytest.raises(SignatureError):
            verify(changed, certificates())


@pytest.mark.parametrize("name", ["read-inventory-response-4g.xml", "readfw-response.xml"])
def test_a_real_response_rewritten_and_signed_anew_has_the_real_digest(name: str) -> None:
    """Taking the signature out and signing again gives octet for octet the document, but for the random value."""
    document = received(name)
    start, end = document.index(b"<ds:Signature "), document.index(b"</ds:Signature>") + len(b"</ds:Signature>")
    real = document[start:end]
    serial = int(real.partition(b"SerialNumber>")[2].partition(b"<")[0])
    made = sign(document[:start] + document[end:], Signer(signer(USERS[0])[0].private_key, "CN=Z1,OU=07", serial))
    ours = made[start : made.index(b"</ds:Signature>") + len(b"</ds:Signature>")]
    value = b"<ds:SignatureValue>"
    assert ours.partition(value)[0] == real.partition(value)[0]
    assert ours.partition(b"</ds:SignatureValue>")[2] == real.partition(b"</ds:SignatureValue>")[2]
    assert len(ours) - len(real) in {0, len("\n") - len(" ")}


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("path", TEMPLATES[::12], ids=lambda path: path.stem.removesuffix("_REQUEST_DUIS"))
def test_what_we_sign_verifies_here_and_with_signxml(path: Path, user: str) -> None:
    key, certificate = signer(user)
    request = read_request(parse(path.read_bytes()))
    document = sign(write_request(request), key)
    verified = verify(document, certificates())
    assert verified.certificate == certificate
    assert read_request(verified.element) == request
    second_opinion(document, certificate)


def second_opinion(document: bytes, certificate: Certificate) -> None:
    XMLVerifier().verify(etree.fromstring(document), x509_cert=certificate.pem, ignore_ambiguous_key_info=True)


def test_the_second_opinion_refuses_what_we_refuse() -> None:
    key, certificate = signer(USERS[0])
    request = read_request(parse(TEMPLATES[0].read_bytes()))
    document = sign(write_request(request), key).replace(b"</sr:Body>", b" </sr:Body>")
    with pytest.raises(InvalidSignature):
        second_opinion(document, certificate)
    with pytest.raises(SignatureError):
        verify(document, certificates())
