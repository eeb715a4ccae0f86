"""Whom a device trusts: its own keys, and the certificates its trust-anchor cells name.

A cell holds a party's identity; the certificates themselves come from the store of the test PKI, which stands for the
copies a real device keeps. Cells: supplier, network operator, access control broker (GBCS, trust anchor cells).
"""

from __future__ import annotations

from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey

from stubs.devices.state import DeviceState
from stubs.wire.certificates import CertificateStore
from stubs.wire.eui64 import Eui64


class KeyPair(Protocol):
    """One key of a device."""

    @property
    def private_key(self) -> EllipticCurvePrivateKey:
        """P-256."""
        ...


class Credentials(Protocol):
    """The two key pairs of a device."""

    @property
    def ds(self) -> KeyPair:
        """Digital signature."""
        ...

    @property
    def ka(self) -> KeyPair:
        """Key agreement."""
        ...


_CELL_ROLES = {"supplier": "02", "network_operator": "03", "acb": "04"}
"""Trust-anchor cells and the certificate role (OU) each takes."""


def cell_of(state: DeviceState, party: Eui64) -> str | None:
    """The trust-anchor cell that names ``party``; None: the device does not know it."""
    name = str(party)
    return next((cell for cell in _CELL_ROLES if getattr(state, cell) == name), None)


def key_agreement(certificates: CertificateStore, party: Eui64) -> EllipticCurvePublicKey | None:
    """The public key with which messages to and from ``party`` are protected: the first the store gives."""
    known = certificates.of(party, "KA")
    return known[0].public_key if known else None


def signature_keys(certificates: CertificateStore, party: Eui64, cell: str) -> tuple[EllipticCurvePublicKey, ...]:
    """The keys with which ``party`` may sign commands: of the cell's role only, never its XML signing key."""
    return tuple(certificate.public_key for certificate in certificates.of(party, "DS", _CELL_ROLES[cell]))


def top_up_keys(certificates: CertificateStore, supplier: Eui64) -> tuple[EllipticCurvePublicKey, ...]:
    """Keys with which a top-up token of ``supplier`` may be authenticated, likeliest first.

    Nothing in a certificate says that it is for top-up tokens; a store gives such a one last, so that is tried first.
    """
    return tuple(certificate.public_key for certificate in reversed(certificates.of(supplier, "KA")))
