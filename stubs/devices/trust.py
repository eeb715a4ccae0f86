"""Whom a device trusts: its own keys, and the certificates its trust-anchor cells name.

A cell holds a party's identity; the certificates themselves come from the store of the test PKI, which stands for the
copies a real device keeps. Roles of cells: supplier, network operator, access control broker (GBCS, trust anchor cells).
"""

from __future__ import annotations

from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey

from stubs.devices.state import DeviceState
from stubs.wire.certificates import Certificate, CertificateStore
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


CELLS = ("supplier", "network_operator", "acb")


def cell_of(state: DeviceState, party: Eui64) -> str | None:
    """The trust-anchor cell that names ``party``; None: the device does not know it."""
    name = str(party)
    return next((cell for cell in CELLS if getattr(state, cell) == name), None)


def key_agreement(certificates: CertificateStore, party: Eui64) -> EllipticCurvePublicKey | None:
    """The public key with which messages to and from ``party`` are protected; never its top-up key.

    A store that does not tell top-up certificates apart gives both; then the one issued first is taken, since the
    public test PKI made its top-up keys later.
    """
    known = certificates.of(party, "KA")
    top_up = {certificate.serial for certificate in certificates.of(party, "PP")}
    usable = [certificate for certificate in known if certificate.serial not in top_up]
    if not usable:
        return None
    return (usable[0] if top_up else usable[-1]).public_key


def signature_keys(certificates: CertificateStore, party: Eui64) -> tuple[Certificate, ...]:
    """The digital-signature certificates of ``party``, newest first."""
    return certificates.of(party, "DS")


def top_up_keys(certificates: CertificateStore, supplier: Eui64) -> tuple[EllipticCurvePublicKey, ...]:
    """Keys with which a top-up token of ``supplier`` may be authenticated, likeliest first."""
    found = certificates.of(supplier, "PP") or certificates.of(supplier, "KA")
    return tuple(certificate.public_key for certificate in found)
