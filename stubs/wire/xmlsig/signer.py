"""Signing in the profile of DUIS."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from stubs.wire.errors import PeerError
from stubs.wire.xml import DS, parse
from stubs.wire.xmlsig.policy import STRICT
from stubs.wire.xmlsig.profile import (
    COORDINATE,
    ECDSA_WITH_SHA256,
    canonical,
    canonical_signed_info,
    digest_of,
    signed_info,
)
from stubs.wire.xmlsig.structure import SIGNATURE, check_contents

_LINE = 76
"""Characters of a line of base64; a signature value has two."""
_SIGNATURE = f'<ds:Signature xmlns:ds="{DS}">%s<ds:SignatureValue>%s</ds:SignatureValue>%s</ds:Signature>'.encode()


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key and the name under which its certificate is found: issuer and serial number."""

    private_key: EllipticCurvePrivateKey
    issuer_name: str
    """RFC 2253 style, such as ``CN=Z1,OU=07``."""
    serial: int


def sign(unsigned: bytes, signer: Signer, canonical_form: bytes | None = None) -> bytes:
    """The document with a signature as its last child; every other octet stays as it was.

    Args:
        unsigned: a whole document in its final form. Nothing may change afterwards, white space included.
        signer: whose signature.
        canonical_form: Canonical XML of ``unsigned``, of a writer that knows it (``stubs.wire.duis``): parsing its
            own document again would cost more than the signature. Nobody checks it here.

    Raises:
        XmlError: not XML we accept.
        SignatureError: a comment inside a value or a processing instruction: nobody would accept it signed.
        PeerError: already signed, or an empty document element.
    """
    if canonical_form is not None:
        return _signed(unsigned, unsigned.rindex(b"</"), canonical_form, signer)
    root = parse(unsigned)
    if next(root.iter(SIGNATURE), None) is not None:
        raise PeerError("the document is already signed", expected="a document without ds:Signature")
    check_contents(root, STRICT)
    end = _end_of_document_element(unsigned, root.getprevious() is not None or root.getnext() is not None)
    return _signed(unsigned, end, canonical(root), signer)


def _signed(unsigned: bytes, end: int, octets: bytes, signer: Signer) -> bytes:
    """Return the document with the signature over the canonical ``octets`` inserted at offset ``end``."""
    digest = base64.b64encode(digest_of(octets))
    r, s = decode_dss_signature(signer.private_key.sign(canonical_signed_info(digest), ECDSA_WITH_SHA256))
    value = r.to_bytes(COORDINATE, "big") + s.to_bytes(COORDINATE, "big")
    return unsigned[:end] + _signature(digest, value, signer) + unsigned[end:]


def _end_of_document_element(document: bytes, has_siblings: bool) -> int:  # noqa: FBT001
    """Offset of the end tag of the document element."""
    stripped = document.rstrip()
    end = stripped.rfind(b"</")
    if has_siblings or end < 0 or not stripped.endswith(b">") or stripped.find(b">", end) != len(stripped) - 1:
        raise PeerError(
            "the document cannot be signed", expected="a document element with content, and nothing beside it"
        )
    return end


def _signature(digest: bytes, value: bytes, signer: Signer) -> bytes:
    encoded = base64.b64encode(value)
    # Real documents break the value after 76 characters with a carriage return, written as a reference because a
    # parser would otherwise drop it, and a line feed (duis.md, section 14; public-client.md).
    broken = encoded[:_LINE] + b"&#13;\n" + encoded[_LINE:]
    return _SIGNATURE % (signed_info(digest), broken, _key_info(signer.issuer_name, signer.serial))


@lru_cache(maxsize=64)
def _key_info(issuer_name: str, serial: int) -> bytes:
    """Return the KeyInfo that names a certificate: the same in all that it signs."""
    issuer = issuer_name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return (
        f"<ds:KeyInfo><ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>{issuer}</ds:X509IssuerName>"
        f"<ds:X509SerialNumber>{serial}</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data></ds:KeyInfo>"
    ).encode()
