"""The algorithms of the profile, by their standard identifiers. There is one of each; others are refused."""

from __future__ import annotations

from enum import StrEnum


class CanonicalizationMethod(StrEnum):
    """Canonicalisation that turns SignedInfo into octets."""

    EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"


class TransformMethod(StrEnum):
    """Transform of the document before it is digested: the signature is taken out, nothing else.

    No canonicalisation is listed, so the standard's default applies: inclusive Canonical XML 1.0 without comments.
    """

    ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"


class DigestMethod(StrEnum):
    """Digest of the document."""

    SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


class SignatureMethod(StrEnum):
    """Signature over SignedInfo: P-256, the value being r then s, 32 octets each."""

    ECDSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
