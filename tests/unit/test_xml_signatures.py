"""Signatures of the DUIS profile: what we sign, and what is accepted."""

from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree

from stubs.wire.duis import read_request
from stubs.wire.errors import PeerError
from stubs.wire.xml import SR, parse
from stubs.wire.xmlsig import REFERENCE_CLIENT, SignatureError, SignatureReason, sign, verify
from tests.signed_documents import (
    CERTIFICATE,
    CERTIFICATES,
    ISSUER,
    KEY,
    REQUEST,
    SIGNED,
    SIGNER,
    UNSIGNED,
    altered,
    first,
    reason,
    signed_again,
)

# What is accepted


def test_what_we_sign_verifies_and_is_what_was_signed() -> None:
    verified = verify(SIGNED, CERTIFICATES)
    assert verified.certificate == CERTIFICATE
    assert read_request(verified.element) == REQUEST


def test_signing_again_by_hand_verifies_so_that_the_refusals_below_mean_something() -> None:
    verify(signed_again(lambda root: None), CERTIFICATES)


def test_signing_changes_no_octet_of_the_document() -> None:
    start, end = SIGNED.index(b"<ds:Signature "), SIGNED.index(b"</ds:Signature>") + len(b"</ds:Signature>")
    assert SIGNED[:start] + SIGNED[end:] == UNSIGNED


def test_the_signature_is_written_as_real_ones_are() -> None:
    assert SIGNED.endswith(b"</ds:Signature></sr:Request>")
    assert SIGNED.count(b"&#13;\n") == 1
    assert SIGNED.count(b"\n") == 1


def test_a_parsed_element_is_verified_and_left_as_it_was() -> None:
    root = parse(SIGNED.replace(b"</ds:Signature>", b"</ds:Signature>"))
    before = etree.tostring(root)
    assert verify(root, CERTIFICATES).element is root
    assert etree.tostring(root) == before


def test_an_indented_document_verifies_the_text_after_the_signature_included() -> None:
    indented = UNSIGNED.replace(b"><sr:", b">\n  <sr:").replace(b"></sr:", b">\n</sr:")
    document = sign(indented, SIGNER).replace(b"</ds:Signature>", b"</ds:Signature>\n", 1)
    # The line feed after the signature was signed as part of what stood before it.
    moved = sign(indented.replace(b"</sr:Request>", b"\n</sr:Request>"), SIGNER)
    digest = moved[moved.index(b"<ds:DigestValue>") : moved.index(b"</ds:DigestValue>")]
    assert digest not in document
    verify(moved, CERTIFICATES)
    assert reason(document) is SignatureReason.DIGEST_DIFFERS
    after = signed_again(lambda root: _move_tail(root, "\n  "))
    verify(after, CERTIFICATES)


def _move_tail(root: etree._Element, tail: str) -> None:
    """Put signed white space after the signature, and the digest that goes with it."""
    bare = parse(UNSIGNED)
    bare[-1].tail = tail
    digest = hashlib.sha256(etree.tostring(bare, method="c14n")).digest()
    first(root, "DigestValue").text = base64.b64encode(digest).decode()
    first(root, "Signature").tail = tail


def test_unused_namespace_declarations_are_part_of_what_is_signed() -> None:
    document = UNSIGNED.replace(b"<sr:Request ", b'<sr:Request xmlns:ra="urn:unused" ', 1)
    signed = sign(document, SIGNER)
    verify(signed, CERTIFICATES)
    assert reason(signed.replace(b' xmlns:ra="urn:unused"', b"")) is SignatureReason.DIGEST_DIFFERS


def test_comments_between_elements_are_not_signed_and_do_no_harm() -> None:
    verify(altered("<sr:Body>", "<!-- a --><sr:Body>"), CERTIFICATES)
    verify(altered("<ds:KeyInfo>", "<!-- a --><ds:KeyInfo>"), CERTIFICATES)
    verify(b"<!-- a -->" + SIGNED[SIGNED.index(b"?>") + 2 :], CERTIFICATES)


@pytest.mark.parametrize("issuer", ["cn = Z1 , ou=07", "OU=07,CN=Z1"])
def test_another_spelling_of_the_issuer_is_understood(issuer: str) -> None:
    spelt = altered(f">{ISSUER}<", f">{issuer}<")
    if issuer.startswith("cn"):
        verify(spelt, CERTIFICATES)
    else:
        assert CERTIFICATES.find(issuer, 4711) == (verify(spelt, CERTIFICATES).certificate)


def test_any_prefix_for_the_signature_is_understood() -> None:
    for replacement in (b"x:", b""):
        document = UNSIGNED
        signed = sign(document, SIGNER)
        start = signed.index(b"<ds:Signature ")
        declaration = b"xmlns:x=" if replacement else b"xmlns="
        renamed = signed[:start] + signed[start:].replace(b"ds:", replacement).replace(b"xmlns:ds=", declaration)
        # The prefix is part of the signed octets, so the value has to be made anew.
        root = parse(renamed)
        octets = etree.tostring(first(root, "SignedInfo"), method="c14n", exclusive=True)
        r, s = decode_dss_signature(KEY.sign(octets, ec.ECDSA(SHA256())))
        first(root, "SignatureValue").text = base64.b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode()
        verify(etree.tostring(root), CERTIFICATES)


# SMETS1


def test_the_inner_signature_of_a_smets1_response_is_allowed_to_clients_only() -> None:
    inner = SIGNED[SIGNED.index(b"<ds:Signature ") : SIGNED.index(b"</sr:Request>")]
    body = b"<sr:SMETS1SignedResponse>" + b"@" + b"</sr:SMETS1SignedResponse>"
    plain = f'<sr:Response xmlns:sr="{SR}"><sr:Body>'.encode() + body + b"</sr:Body></sr:Response>"
    with_inner = plain.replace(b"@", inner)
    digest = hashlib.sha256(etree.tostring(parse(with_inner), method="c14n")).digest()
    outer = sign(plain, SIGNER).replace(b"@", inner)
    root = parse(outer)
    first(root[-1], "DigestValue").text = base64.b64encode(digest).decode()
    octets = etree.tostring(first(root[-1], "SignedInfo"), method="c14n", exclusive=True)
    r, s = decode_dss_signature(KEY.sign(octets, ec.ECDSA(SHA256())))
    first(root[-1], "SignatureValue").text = base64.b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode()
    document = etree.tostring(root)
    verify(document, CERTIFICATES, REFERENCE_CLIENT)
    assert reason(document) is SignatureReason.SEVERAL_SIGNATURES
    twice = document.replace(inner, inner * 2, 1)
    with pytest.raises(SignatureError) as caught:
        verify(twice, CERTIFICATES, REFERENCE_CLIENT)
    assert caught.value.reason is SignatureReason.SEVERAL_SIGNATURES


# Signing


def test_a_signed_document_is_not_signed_again() -> None:
    with pytest.raises(PeerError, match="already signed"):
        sign(SIGNED, SIGNER)


@pytest.mark.parametrize("document", [b"<a/>", b"<a>x</a><!-- </a> -->", b"<!-- --><a>x</a>"])
def test_a_document_that_cannot_take_a_signature_is_refused(document: bytes) -> None:
    with pytest.raises(PeerError, match="cannot be signed"):
        sign(document, SIGNER)


@pytest.mark.parametrize("document", [b"<a>x<?y?></a>", b"<a>x<!-- --></a>"])
def test_nothing_is_signed_that_would_not_verify(document: bytes) -> None:
    with pytest.raises(SignatureError):
        sign(document, SIGNER)


def test_white_space_after_the_document_stays_where_it_is() -> None:
    signed = sign(UNSIGNED + b"\n", SIGNER)
    assert signed.endswith(b"</sr:Request>\n")
    verify(signed, CERTIFICATES)
