"""Signatures of the DUIS profile: every way of cheating, and why it is refused."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree

from stubs.wire.duis import Node, read_request, write_request
from stubs.wire.errors import PeerError
from stubs.wire.xml import DS, parse
from stubs.wire.xmlsig import STRICT, SignatureError, SignatureReason, Signer, is_signed, sign, verify
from tests.signed_documents import (
    CERTIFICATES,
    EXCLUSIVE,
    ISSUER,
    KEY,
    OTHER_KEY,
    REQUEST,
    SIGNED,
    SIGNER,
    UNSIGNED,
    altered,
    first,
    reason,
    signed_again,
)

# Altered


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1768471200001", "1768471200002"),
        ("4.1.1", "4.1.2"),
        ("<sr:Body>", "<sr:Body> "),
        ('schemaVersion="5.4"', 'schemaVersion="5.3"'),
        ("<sr:ReadInstantaneousImportRegisters/>", "<sr:ReadInstantaneousImportRegisters a=''/>"),
    ],
)
def test_an_altered_document_is_refused(old: str, new: str) -> None:
    assert reason(altered(old, new)) is SignatureReason.DIGEST_DIFFERS


def test_an_altered_digest_is_refused() -> None:
    root = parse(altered("1768471200001", "1768471200002"))
    unsigned = parse(UNSIGNED.replace(b"1768471200001", b"1768471200002"))
    digest = hashlib.sha256(etree.tostring(unsigned, method="c14n")).digest()
    first(root, "DigestValue").text = base64.b64encode(digest).decode()
    assert reason(etree.tostring(root)) is SignatureReason.SIGNATURE_DIFFERS


def test_the_signature_of_another_key_is_refused() -> None:
    assert reason(sign(UNSIGNED, Signer(OTHER_KEY, ISSUER, 4711))) is SignatureReason.SIGNATURE_DIFFERS


@pytest.mark.parametrize("value", [bytes(64), b"\xff" * 64, bytes(32) + b"\x01" * 32])
def test_a_signature_out_of_range_is_refused(value: bytes) -> None:
    root = parse(SIGNED)
    first(root, "SignatureValue").text = base64.b64encode(value).decode()
    assert reason(etree.tostring(root)) is SignatureReason.SIGNATURE_DIFFERS


# Who signed


def test_an_unsigned_document_is_refused() -> None:
    assert reason(UNSIGNED) is SignatureReason.UNSIGNED
    assert not is_signed(parse(UNSIGNED))
    assert is_signed(parse(SIGNED))


@pytest.mark.parametrize(
    ("serial", "expected"),
    [
        ("", SignatureReason.SERIAL_MISSING),
        ("4712", SignatureReason.SIGNATURE_DIFFERS),
        ("4713", SignatureReason.NOT_A_SIGNING_CERTIFICATE),
        ("999", SignatureReason.UNKNOWN_SIGNER),
        ("-4711", SignatureReason.BAD_VALUE),
        ("0x1267", SignatureReason.BAD_VALUE),
        ("9" * 5000, SignatureReason.BAD_VALUE),
        ("\u0664\u0667\u0661\u0661", SignatureReason.BAD_VALUE),
    ],
)
def test_a_missing_or_wrong_serial_is_refused(serial: str, expected: SignatureReason) -> None:
    assert reason(altered(">4711<", f">{serial}<")) is expected


def test_a_serial_with_leading_zeros_is_the_same_number() -> None:
    verify(altered(">4711<", ">004711<"), CERTIFICATES)


def test_a_signature_without_serial_element_is_refused() -> None:
    document = altered("<ds:X509SerialNumber>4711</ds:X509SerialNumber>", "")
    assert reason(document) is SignatureReason.SERIAL_MISSING


@pytest.mark.parametrize("issuer", ["CN=Z2,OU=07", "CN=Z1", "not a name", ""])
def test_another_issuer_is_an_unknown_signer(issuer: str) -> None:
    assert reason(altered(f">{ISSUER}<", f">{issuer}<")) is SignatureReason.UNKNOWN_SIGNER


@pytest.mark.parametrize(
    "key_info",
    [
        "<ds:KeyValue/>",
        "<ds:KeyName>me</ds:KeyName>",
        "<ds:X509Data><ds:X509Certificate>AAAA</ds:X509Certificate></ds:X509Data>",
        '<ds:RetrievalMethod URI="http://example.org/"/>',
        '<x:Key xmlns:x="urn:x"/>',
        "<Key/>",
    ],
)
def test_a_signature_that_brings_its_own_key_is_refused(key_info: str) -> None:
    assert reason(altered("</ds:KeyInfo>", key_info + "</ds:KeyInfo>")) is SignatureReason.KEY_MATERIAL


def test_a_certificate_beside_the_issuer_is_refused() -> None:
    extra = "<ds:X509Certificate>AAAA</ds:X509Certificate></ds:X509Data>"
    assert reason(altered("</ds:X509Data>", extra)) is SignatureReason.KEY_MATERIAL


# Other places, other profiles


def test_two_signatures_are_refused() -> None:
    signature = SIGNED[SIGNED.index(b"<ds:Signature ") : SIGNED.index(b"</sr:Request>")]
    assert reason(SIGNED.replace(b"</sr:Request>", signature + b"</sr:Request>")) is SignatureReason.SEVERAL_SIGNATURES
    assert reason(SIGNED.replace(b"</sr:Body>", signature + b"</sr:Body>")) is SignatureReason.SEVERAL_SIGNATURES


def test_a_signature_that_is_not_the_last_child_is_refused() -> None:
    assert reason(altered("</ds:Signature>", "</ds:Signature><sr:More/>")) is SignatureReason.NOT_LAST_CHILD
    signature = SIGNED[SIGNED.index(b"<ds:Signature ") : SIGNED.index(b"</sr:Request>")]
    inside = SIGNED.replace(signature, b"").replace(b"</sr:Body>", signature + b"</sr:Body>")
    assert reason(inside) is SignatureReason.NOT_LAST_CHILD


def test_a_wrapped_document_is_refused() -> None:
    """The signed request moved aside, its signature kept, another request in its place."""
    inner = SIGNED[SIGNED.index(b"<sr:Request") :]
    signature = inner[inner.index(b"<ds:Signature ") : inner.index(b"</sr:Request>")]
    forged = write_request(replace(REQUEST, body=Node("DisableSupply")))
    original = inner.replace(signature, b"").replace(b"<sr:Request ", b'<sr:Request Id="original" ', 1)
    wrapped = signature.replace(b"</ds:Signature>", b"<ds:Object>" + original + b"</ds:Object></ds:Signature>")
    document = forged.replace(b"</sr:Request>", wrapped + b"</sr:Request>")
    assert reason(document) is SignatureReason.OTHER_STRUCTURE
    pointing = (
        document.replace(b'URI=""', b'URI="#original"').replace(b"<ds:Object>", b"").replace(b"</ds:Object>", b"")
    )
    assert reason(pointing) is SignatureReason.OTHER_STRUCTURE
    nested = forged.replace(b"</sr:Body>", inner + b"</sr:Body>")
    assert reason(nested) is SignatureReason.NOT_LAST_CHILD


@pytest.mark.parametrize("uri", ["#x", "#xpointer(/)", "http://example.org/", " "])
def test_a_signature_over_another_element_is_refused(uri: str) -> None:
    document = signed_again(lambda root: first(root, "Reference").set("URI", uri))
    assert reason(document) is SignatureReason.OTHER_REFERENCE


def test_a_reference_without_uri_or_with_more_is_refused() -> None:
    assert reason(altered(' URI=""', "")) is SignatureReason.OTHER_REFERENCE
    assert reason(altered(' URI=""', ' URI="" Type="urn:x"')) is SignatureReason.OTHER_REFERENCE


def test_an_element_of_a_document_cannot_be_verified() -> None:
    root = parse(b"<all>" + SIGNED[SIGNED.index(b"<sr:Request") :] + b"</all>")
    with pytest.raises(SignatureError) as caught:
        verify(root[0], CERTIFICATES)
    assert caught.value.reason is SignatureReason.NOT_THE_DOCUMENT


@pytest.mark.parametrize(
    "transform",
    [
        EXCLUSIVE,
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
        "http://www.w3.org/2000/09/xmldsig#base64",
        "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
    ],
)
def test_a_foreign_or_repeated_transform_is_refused(transform: str) -> None:
    def add(root: etree._Element) -> None:
        etree.SubElement(first(root, "Transforms"), f"{{{DS}}}Transform", Algorithm=transform)

    assert reason(signed_again(add)) is SignatureReason.OTHER_TRANSFORMS


def test_no_transform_is_refused() -> None:
    def drop(root: etree._Element) -> None:
        first(root, "Transforms").remove(first(root, "Transform"))

    assert reason(signed_again(drop)) is SignatureReason.OTHER_TRANSFORMS


def test_a_transform_with_parameters_is_refused() -> None:
    def add(root: etree._Element) -> None:
        etree.SubElement(first(root, "Transform"), f"{{{DS}}}XPath").text = "1"

    assert reason(signed_again(add)) is SignatureReason.OTHER_ALGORITHM


@pytest.mark.parametrize(
    ("element", "algorithm"),
    [
        ("CanonicalizationMethod", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
        ("CanonicalizationMethod", EXCLUSIVE + "WithComments"),
        ("DigestMethod", "http://www.w3.org/2000/09/xmldsig#sha1"),
        ("DigestMethod", "http://www.w3.org/2001/04/xmlenc#sha512"),
        ("SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1"),
        ("SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"),
        ("SignatureMethod", "http://www.w3.org/2000/09/xmldsig#hmac-sha1"),
        ("SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"),
    ],
)
def test_another_algorithm_is_refused_hmac_above_all(element: str, algorithm: str) -> None:
    document = signed_again(lambda root: first(root, element).set("Algorithm", algorithm))
    assert reason(document) is SignatureReason.OTHER_ALGORITHM


def test_an_hmac_output_length_is_refused() -> None:
    def add(root: etree._Element) -> None:
        etree.SubElement(first(root, "SignatureMethod"), f"{{{DS}}}HMACOutputLength").text = "1"

    assert reason(signed_again(add)) is SignatureReason.OTHER_ALGORITHM


def test_two_references_are_refused() -> None:
    def add(root: etree._Element) -> None:
        reference = first(root, "Reference")
        first(root, "SignedInfo").append(parse(etree.tostring(reference, with_tail=False)))

    assert reason(signed_again(add)) is SignatureReason.OTHER_STRUCTURE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<ds:SignedInfo>", '<ds:SignedInfo Id="a">'),
        ("<ds:SignedInfo>", "<ds:SignedInfo>text"),
        ("</ds:KeyInfo>", "</ds:KeyInfo><ds:Object/>"),
        ("</ds:X509IssuerSerial>", "text</ds:X509IssuerSerial>"),
        ("<ds:DigestValue>", '<ds:DigestValue a="b">'),
        ("<ds:DigestValue>", "<ds:DigestValue><ds:X/>"),
    ],
)
def test_a_signature_built_differently_is_refused(old: str, new: str) -> None:
    assert reason(altered(old, new)) is SignatureReason.OTHER_STRUCTURE


@pytest.mark.parametrize("value", ["AAAA", "====", "A" * 44, ""])
def test_a_digest_that_is_none_is_refused(value: str) -> None:
    root = parse(SIGNED)
    first(root, "DigestValue").text = value
    assert reason(etree.tostring(root)) is SignatureReason.BAD_VALUE


def test_a_signature_value_in_der_is_refused() -> None:
    root = parse(SIGNED)
    first(root, "SignatureValue").text = base64.b64encode(KEY.sign(b"", ec.ECDSA(SHA256()))).decode()
    assert reason(etree.tostring(root)) is SignatureReason.BAD_VALUE


# Comments, instructions, declarations


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1768471200001", "176847<!-- -->1200001"),
        ("4.1.1<", "4.1.1<!-- -->4<"),
        ("<ds:DigestValue>", "<ds:DigestValue><!-- -->"),
        (">4711<", ">47<!-- -->11<"),
        (f">{ISSUER}<", f">CN=Z1<!-- -->{ISSUER[5:]}<"),
    ],
)
def test_a_comment_inside_a_value_is_refused(old: str, new: str) -> None:
    assert reason(altered(old, new)) is SignatureReason.COMMENT_IN_VALUE


def test_a_comment_inside_a_value_if_allowed_is_read_as_it_was_signed() -> None:
    document = altered("1768471200001", "176847<!-- -->1200001")
    verified = verify(document, CERTIFICATES, replace(STRICT, allow_comments_in_values=True))
    assert read_request(verified.element) == REQUEST


@pytest.mark.parametrize("place", ["1768471200001", "<sr:Body>", "<sr:Request ", "</ds:Signature>"])
def test_a_processing_instruction_is_refused(place: str) -> None:
    assert reason(altered(place, "<?x y?>" + place)) is SignatureReason.PROCESSING_INSTRUCTION


def test_a_document_with_a_doctype_is_refused() -> None:
    with pytest.raises(PeerError, match="document type declaration"):
        verify(altered("<sr:Request ", "<!DOCTYPE x><sr:Request "), CERTIFICATES)


def test_a_character_reference_in_a_value_is_the_same_value() -> None:
    verify(altered("1768471200001", "&#49;768471200001"), CERTIFICATES)


@pytest.mark.parametrize("place", ["<sr:Body>", "<ds:SignedInfo>"])
def test_a_relative_namespace_name_leaves_nothing_to_verify_or_sign(place: str) -> None:
    declared = place.replace(">", ' xmlns:a="relative">')
    assert reason(altered(place, declared)) is SignatureReason.NOT_CANONICAL
    with pytest.raises(SignatureError, match="canonical"):
        sign(UNSIGNED.replace(b"<sr:Body>", b'<sr:Body xmlns:a="relative">'), SIGNER)


def test_an_error_says_where_what_was_expected_and_what_was_found() -> None:
    with pytest.raises(SignatureError) as caught:
        verify(altered('URI=""', 'URI="#x"'), CERTIFICATES)
    text = str(caught.value)
    assert "/Request/Signature/SignedInfo/Reference" in text
    assert "expected URI=''" in text
    assert "URI='#x'" in text


# Kept as data: the reasons are ids that settings and the journal rely on.
def test_reasons_are_stable() -> None:
    assert sorted(SignatureReason) == [
        "bad-value",
        "comment-in-value",
        "digest-differs",
        "key-material",
        "not-a-signing-certificate",
        "not-canonical",
        "not-last-child",
        "not-the-document",
        "other-algorithm",
        "other-reference",
        "other-structure",
        "other-transforms",
        "processing-instruction",
        "serial-missing",
        "several-signatures",
        "signature-differs",
        "unknown-signer",
        "unsigned",
    ]
