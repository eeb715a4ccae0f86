"""Verifying a signature of the DUIS profile: structure, digest, signer's certificate, signature value, its usage."""

from __future__ import annotations

import base64
import copy
import hmac

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from lxml import etree

from stubs.wire.certificates import Certificate, CertificateStore
from stubs.wire.errors import PeerError
from stubs.wire.xml import parse, path_of
from stubs.wire.xmlsig.errors import SignatureError, SignatureReason
from stubs.wire.xmlsig.policy import STRICT, SignaturePolicy
from stubs.wire.xmlsig.profile import COORDINATE, ECDSA_OF_DIGEST, canonical, canonical_signed_info, digest_of
from stubs.wire.xmlsig.received import ReceivedDocument, usual_form
from stubs.wire.xmlsig.structure import (
    SIGNATURE,
    Parts,
    check_contents,
    only_signature,
    read_signature,
)


class Verified(msgspec.Struct, frozen=True):
    """The signer's certificate, and the document element that the signature covers.

    That the certificate's EUI and role fit the document is for the caller to decide: a request's originator, or
    the DCC for a response.
    """

    certificate: Certificate
    element: etree._Element


def is_signed(element: etree._Element) -> bool:
    """Whether the document element has a Signature child, in any state."""
    return any(child.tag == SIGNATURE for child in element)


def verify(
    data: bytes | etree._Element | ReceivedDocument, certificates: CertificateStore, policy: SignaturePolicy = STRICT
) -> Verified:
    """Check the signature of a whole document. A parsed element is left exactly as it was.

    Args:
        data: the bytes received, or their document element as ``stubs.wire.xml.parse`` returned it, or both.
        certificates: where the signer's certificate is looked up, by issuer and serial number.
        policy: what is accepted.

    Raises:
        XmlError: ``data`` is bytes and not XML we accept.
        SignatureError: anything about the signature, with its reason.
    Source: duis.md, section 14; XML Signature Syntax and Processing, core validation.
    """
    if isinstance(data, bytes):
        data = ReceivedDocument(parse(data), data)
    if isinstance(data, ReceivedDocument):
        return Verified(signer_of(data, certificates, policy), data.element)
    return Verified(_signer(certificates, *_read(data, policy)), data)


def signer_of(
    document: ReceivedDocument, certificates: CertificateStore, policy: SignaturePolicy = STRICT
) -> Certificate:
    """The same for a caller that needs no element: one that was not parsed is not parsed for it.

    Raises: SignatureError: as ``verify``.
    """
    usual = document.usual
    if usual is not None and _allows_profile(policy):
        return _signer(certificates, usual.parts, _signed_octets(usual.parts))
    return _signer(certificates, *_read(document.element, policy))


def _signer(certificates: CertificateStore, parts: Parts, signed_octets: bytes) -> Certificate:
    certificate = _certificate(certificates, parts)
    _check_signature(certificate, parts, signed_octets)
    _check_usage(certificate)
    return certificate


def _read(root: etree._Element, policy: SignaturePolicy) -> tuple[Parts, bytes]:
    """Read the signature; return its parts and the signed octets.

    Raises: SignatureError: about the structure of the document or its signature, or its digest.
    """
    if root.getparent() is not None:
        raise SignatureError(
            SignatureReason.NOT_THE_DOCUMENT, "only a whole document can be verified", where=path_of(root)
        )
    signature = only_signature(root, policy)
    check_contents(root, policy)
    if _allows_profile(policy) and (form := usual_form(canonical(root))) is not None:
        return form.parts, _signed_octets(form.parts)
    parts = read_signature(signature, policy)
    digest = digest_of(canonical(_without_signature(root, signature)))
    if not hmac.compare_digest(digest, parts.digest):
        raise SignatureError(
            SignatureReason.DIGEST_DIFFERS,
            "the document is not the one that was signed",
            expected=f"SHA-256 {parts.digest.hex()}",
            got=digest.hex(),
        )
    signed_info = next(signature.iterchildren("*"))
    return parts, canonical(signed_info, exclusive=True)


def _signed_octets(parts: Parts) -> bytes:
    return canonical_signed_info(base64.b64encode(parts.digest))


def _allows_profile(policy: SignaturePolicy) -> bool:
    return policy is STRICT or (
        policy.canonicalization_methods >= STRICT.canonicalization_methods
        and policy.signature_methods >= STRICT.signature_methods
        and policy.digest_methods >= STRICT.digest_methods
        and policy.transforms == STRICT.transforms
        and policy.reference_uri == STRICT.reference_uri
    )


def _certificate(certificates: CertificateStore, parts: Parts) -> Certificate:
    if parts.serial is None:
        raise SignatureError(
            SignatureReason.SERIAL_MISSING,
            "the certificate's serial number is missing",
            expected="X509SerialNumber",
        )
    try:
        certificate = certificates.find(parts.issuer_name, parts.serial)
    except PeerError as error:
        raise SignatureError(
            SignatureReason.BAD_VALUE, "the issuer is not a name", got=repr(parts.issuer_name[:80])
        ) from error
    if certificate is None:
        raise SignatureError(
            SignatureReason.UNKNOWN_SIGNER,
            "the signer's certificate is not known",
            expected="a certificate of the repository",
            got=f"{parts.issuer_name[:80]} serial {parts.serial}",
        )
    return certificate


def _check_usage(certificate: Certificate) -> None:
    if certificate.usage != "DS":
        raise SignatureError(
            SignatureReason.NOT_A_SIGNING_CERTIFICATE,
            "the certificate is not for signing",
            expected="usage DS",
            got=f"usage {certificate.usage}, serial {certificate.serial}",
        )


def _without_signature(root: etree._Element, signature: etree._Element) -> etree._Element:
    """A copy of the document element without its signature, white space around it kept."""
    position = root.index(signature)
    copied = copy.copy(root)  # lxml copies the whole subtree either way; deepcopy asks more questions first
    take_out(copied, copied[position])
    return copied


def take_out(parent: etree._Element, child: etree._Element) -> None:
    """Remove ``child``; the text after it stays where it is."""
    tail, previous = child.tail, child.getprevious()
    # lxml removes the text after an element together with it, although that text is signed.
    parent.remove(child)
    if tail:
        if previous is None:
            parent.text = (parent.text or "") + tail
        else:
            previous.tail = (previous.tail or "") + tail


def _check_signature(certificate: Certificate, parts: Parts, signed_info: bytes) -> None:
    encoded = encode_dss_signature(
        int.from_bytes(parts.value[:COORDINATE], "big"), int.from_bytes(parts.value[COORDINATE:], "big")
    )
    try:
        certificate.public_key.verify(encoded, digest_of(signed_info), ECDSA_OF_DIGEST)
    except InvalidSignature as error:
        raise SignatureError(
            SignatureReason.SIGNATURE_DIFFERS,
            "the signature was not made with the key of the certificate it names",
            got=f"{parts.issuer_name[:80]} serial {parts.serial}",
        ) from error
