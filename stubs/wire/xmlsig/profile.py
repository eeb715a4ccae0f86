"""The octets a signature of the profile stands for, shared by signer and verifier."""

from __future__ import annotations

import hashlib
from typing import Final

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

_SIGNED_INFO = (
    f'<ds:SignedInfo{{declaration}}><ds:CanonicalizationMethod Algorithm="{CanonicalizationMethod.EXCLUSIVE}"{{end_c}}'
    f'<ds:SignatureMethod Algorithm="{SignatureMethod.ECDSA_SHA256}"{{end_s}}'
    f'<ds:Reference URI=""><ds:Transforms><ds:Transform Algorithm="{TransformMethod.ENVELOPED}"{{end_t}}'
    f'</ds:Transforms><ds:DigestMethod Algorithm="{DigestMethod.SHA256}"{{end_d}}'
    "<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
)


def signed_info(digest: str) -> str:
    """SignedInfo as we write it, inside a Signature that declares ``ds``."""
    return _SIGNED_INFO.format(declaration="", end_c="/>", end_s="/>", end_t="/>", end_d="/>", digest=digest)


def canonical_signed_info(digest: str) -> bytes:
    """The exclusive canonical form of ``signed_info(digest)``: known in advance, so no library is asked."""
    return _canonical_signed_info(f' xmlns:ds="{DS}"', digest)


def signed_info_within(digest: str) -> bytes:
    """The same as part of the canonical form of a Signature, which declares ``ds``."""
    return _canonical_signed_info("", digest)


def _canonical_signed_info(declaration: str, digest: str) -> bytes:
    return _SIGNED_INFO.format(
        declaration=declaration,
        end_c="></ds:CanonicalizationMethod>",
        end_s="></ds:SignatureMethod>",
        end_t="></ds:Transform>",
        end_d="></ds:DigestMethod>",
        digest=digest,
    ).encode("ascii")


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
