"""Every rule of acceptance in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from stubs.wire.xml import SR
from stubs.wire.xmlsig.algorithms import (
    CanonicalizationMethod,
    DigestMethod,
    SignatureMethod,
    TransformMethod,
)

CLAUSE: Final = "DUIS XML signature profile"


@dataclass(frozen=True, slots=True)
class SignaturePolicy:
    """Requirements that a signature must meet to be verified at all. The defaults are the interface's profile."""

    canonicalization_methods: frozenset[str] = frozenset(CanonicalizationMethod)
    """
    Identifiers accepted for SignedInfo. Adding one needs code in the verifier; an identifier without code would
    be canonicalised as if it were the exclusive one.
    """

    signature_methods: frozenset[str] = frozenset(SignatureMethod)
    """
    Identifiers accepted. Never add an HMAC: a public key used as an HMAC secret lets anybody sign.
    """

    digest_methods: frozenset[str] = frozenset(DigestMethod)
    """Identifiers accepted for the reference. SHA-1 would let a collision stand for the signed document."""

    transforms: tuple[str, ...] = tuple(TransformMethod)
    """
    The exact list of transforms. A further transform (XPath, XSLT, Base64) can change what is digested into
    something the receiver never reads.
    """

    reference_uri: str = ""
    """The whole document. Any other URI may point at an element that is not the one processed (wrapping)."""

    allow_comments_in_values: bool = False
    """
    Comments are not signed, so anybody can put one into a value on the way. Readers differ in what they then see;
    ours would read on, others stop at the comment. If allowed, the value is read as it was signed: joined.
    """

    allow_processing_instructions: bool = False
    """
    DUIS has none. They are signed, but inside a value they have the same effect as comments, and before the
    document element they belong to the digest in one library and not in another.
    """

    inner_signatures: frozenset[str] = frozenset()
    """
    Elements (``{namespace}name``) whose direct child may be a further Signature, which is not verified here: the
    SMETS1 wrappers. Anything else with a second signature is ambiguous and refused.
    """


STRICT: Final = SignaturePolicy()
"""For requests: exactly one signature, the last child of the document element."""

REFERENCE_CLIENT: Final = SignaturePolicy(
    inner_signatures=frozenset({f"{{{SR}}}SMETS1SignedResponse", f"{{{SR}}}S1SPAlert"})
)
"""For responses: as strict, but a SMETS1 response or alert holds the service provider's own signature as well."""
