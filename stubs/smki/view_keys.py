"""The keys of a PKI, as the view of GBCS messages looks them up."""

from __future__ import annotations

from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey

from stubs.smki.pki import Pki
from stubs.wire.certificates import Usage
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.crypto import SharedSecrets
from stubs.wire.gbcs.view import ViewKeys

_REMEMBERED = 1024
"""Identities whose keys are kept at hand."""


def view_keys(pki: Pki) -> ViewKeys:
    """Keys that check MACs and signatures and open encrypted parts of any message within ``pki``.

    A party may have several certificates for one use, and a simulated device several keys one after the other (6.17,
    6.15.2); the view tries them all. One set serves one thread: shared secrets are remembered in it.
    """

    def later(eui: Eui64, usage: Usage) -> tuple[EllipticCurvePrivateKey, ...]:
        return () if pki.certificates.of(eui, usage) else pki.later_keys(eui, usage)

    @lru_cache(_REMEMBERED)
    def public(eui: Eui64, usage: Usage) -> tuple[EllipticCurvePublicKey, ...]:
        known = (certificate.public_key for certificate in pki.certificates_of(eui, usage))
        return (*known, *(key.public_key() for key in later(eui, usage)))

    @lru_cache(_REMEMBERED)
    def private_ka(eui: Eui64) -> tuple[EllipticCurvePrivateKey, ...]:
        keys = (pki.private_key(certificate) for certificate in pki.certificates_of(eui, "KA"))
        return (*(key for key in keys if key is not None), *later(eui, "KA"))

    return ViewKeys(pki.acb, private_ka, lambda eui: public(eui, "KA"), lambda eui: public(eui, "DS"), SharedSecrets())
