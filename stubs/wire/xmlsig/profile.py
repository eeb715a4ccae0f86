"""The octets a signature of the profile stands for, shared by signer and verifier."""

from __future__ import annotations

import hashlib
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree

from stubs.wire.xml import DS
from stubs.wire.xmlsig.algorithms import (
    CanonicalizationMethod,
    DigestMethod,
    SignatureMethod,
    TransformMethod,
)
from stubs.wire.xmlsig.errors import SignatureError, SignatureReason

COORDINATE: Final = 32
"""Octets of r and of s on P-256."""
ECDSA_WITH_SHA256: Final = ECDSA(SHA256())
"""Holds no state: one for all."""
ECDSA_OF_DIGEST: Final = ECDSA(Prehashed(SHA256()))
"""The same over a digest that was computed before, which the standard library does for less."""

_SIGNED_INFO = (
    f'<ds:SignedInfo{{declaration}}><ds:CanonicalizationMethod Algorithm="{CanonicalizationMethod.EXCLUSIVE}"{{end_c}}'
    f'<ds:SignatureMethod Algorithm="{SignatureMethod.ECDSA_SHA256}"{{end_s}}'
    f'<ds:Reference URI=""><ds:Transforms><ds:Transform Algorithm="{TransformMethod.ENVELOPED}"{{end_t}}'
    f'</ds:Transforms><ds:DigestMethod Algorithm="{DigestMethod.SHA256}"{{end_d}}'
    "<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
)


_IN_FULL = {
    "end_c": "></ds:CanonicalizationMethod>",
    "end_s": "></ds:SignatureMethod>",
    "end_t": "></ds:Transform>",
    "end_d": "></ds:DigestMethod>",
}
"""Canonical XML has no short form of empty elements."""
_AS_WRITTEN = _SIGNED_INFO.format(declaration="", **dict.fromkeys(_IN_FULL, "/>"), digest="%s").encode("ascii")
_CANONICAL = _SIGNED_INFO.format(declaration=f' xmlns:ds="{DS}"', **_IN_FULL, digest="%s").encode("ascii")
_CANONICAL_WITHIN = _SIGNED_INFO.format(declaration="", **_IN_FULL, digest="%s").encode("ascii")


def signed_info(digest: bytes) -> bytes:
    """SignedInfo as we write it, inside a Signature that declares ``ds``; the digest in base64, here and below."""
    return _AS_WRITTEN % digest


def canonical_signed_info(digest: bytes) -> bytes:
    """The exclusive canonical form of ``signed_info(digest)``: known in advance, so no library is asked."""
    return _CANONICAL % digest


def signed_info_within(digest: bytes) -> bytes:
    """The same as part of the canonical form of a Signature, which declares ``ds``."""
    return _CANONICAL_WITHIN % digest


def canonical(element: etree._Element, *, exclusive: bool = False) -> bytes:
    """Canonical XML 1.0 without comments of the subtree, namespaces in scope included as the method says.

    Raises: SignatureError: there is no canonical form, as with a relative namespace name (Canonical XML, 1.3).
    """
    try:
        octets: bytes = etree.tostring(element, method="c14n", exclusive=exclusive, with_comments=False)
    except etree.C14NError as error:
        raise SignatureError(
            SignatureReason.NOT_CANONICAL, "the document has no canonical form", expected="absolute namespace names"
        ) from error
    return octets


def digest_of(octets: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(octets).digest()
