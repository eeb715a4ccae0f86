"""The keys of a PKI, as the view of GBCS messages looks them up."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey

from stubs.smki.pki import Pki
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.crypto import SharedSecrets
from stubs.wire.gbcs.view import ViewKeys


def view_keys(pki: Pki) -> ViewKeys:
    """Keys that check MACs and signatures and open encrypted parts of any message within ``pki``.

    A party may have several certificates for one use; the view tries them all. One set serves one thread: shared
    secrets are remembered in it.
    """

    def public_ka(eui: Eui64) -> tuple[EllipticCurvePublicKey, ...]:
        return tuple(certificate.public_key for certificate in pki.certificates_of(eui, "KA"))

    def public_ds(eui: Eui64) -> tuple[EllipticCurvePublicKey, ...]:
        return tuple(certificate.public_key for certificate in pki.certificates_of(eui, "DS"))

    def private_ka(eui: Eui64) -> tuple[EllipticCurvePrivateKey, ...]:
        keys = (pki.private_key(certificate) for certificate in pki.certificates_of(eui, "KA"))
        return tuple(key for key in keys if key is not None)

    return ViewKeys(pki.acb, private_ka, public_ka, public_ds, SharedSecrets())
