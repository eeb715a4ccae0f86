"""Trust anchors of a device: its own keys, and the certificates that its trust-anchor cells name.

A cell holds a party's identity. The certificates of the factory come from the store of the test PKI, which stands for
the copies a real device keeps; those that a credentials replacement brought are held in the state and hold instead.
Source: GBCS, trust anchor cells.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey

from stubs.devices.records import OwnKey
from stubs.devices.state import CELL_ROLES, DeviceState
from stubs.wire.certificates import Certificate, CertificateStore, Usage
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.crypto import KeyAgreement, shared_secret

_PPMID = 5
MANAGEMENT, TOP_UP = 0, 1
"""Cell usages."""


class KeyPair(Protocol):
    """One key of a device."""

    @property
    def private_key(self) -> EllipticCurvePrivateKey:
        """P-256."""
        ...

    @property
    def certificate(self) -> Certificate:
        """Certificate of the public key."""
        ...


class Credentials(Protocol):
    """The two key pairs that a device uses, and those it would make."""

    @property
    def ds(self) -> KeyPair:
        """Digital signature."""
        ...

    @property
    def ka(self) -> KeyPair:
        """Key agreement."""
        ...

    @property
    def make_key(self) -> Callable[[Usage, int], EllipticCurvePrivateKey]:
        """Usage and generation (from 1) to a key of the device; the factory's, generation 0, is in the pairs."""
        ...


@dataclass(frozen=True, slots=True)
class DeviceKeys:
    """Keys with which a device protects its messages and checks those of others.

    Args:
        credentials: its own key pairs.
        certificates: those of the parties, as the device was made with.
        agree: makes a shared secret of two keys; one that remembers saves time.
    """

    credentials: Credentials
    certificates: CertificateStore
    agree: KeyAgreement = shared_secret


CELLS = {role: cell for cell, role in CELL_ROLES.items()}


def cell_of(state: DeviceState, party: Eui64) -> str | None:
    """The cell that names ``party``, ``ppmid`` for one it has joined; None: the device does not know it."""
    name = str(party)
    if any(one.device == name and one.device_type == _PPMID for one in state.joined):
        return "ppmid"
    return next((cell for cell in CELL_ROLES if getattr(state, cell) == name), None)


def own_key(state: DeviceState, usage: str) -> OwnKey:
    """Return the key of its own that a device uses for ``DS`` or ``KA``, with the newest that it made."""
    made = (one for one in state.own_keys if one.usage == usage)
    return next(made, OwnKey("DS" if usage == "DS" else "KA"))


def replaced(state: DeviceState, cell: str | None, usage: str, cell_usage: int = MANAGEMENT) -> Certificate | None:
    """The certificate that a replacement put into a cell; None: still that of the factory."""
    if cell not in CELL_ROLES:
        return None
    slot = CELL_ROLES[cell], usage, cell_usage
    held = (a.der for a in state.anchors if (a.role, a.usage, a.cell_usage) == slot)
    return next((Certificate.from_der(der) for der in held), None)


def _certificate_of_joined(state: DeviceState, device: str) -> Certificate | None:
    """The certificate of a neighbour that came with the command to join it."""
    held = (one.certificate for one in state.joined if one.device == device and one.certificate)
    return next((Certificate.from_der(der) for der in held), None)


def key_agreement(state: DeviceState, certificates: CertificateStore, party: Eui64) -> EllipticCurvePublicKey | None:
    """The public key with which messages to and from ``party`` are protected.

    That of the cell; of a device that was joined, that of the certificate the command brought; else the store's first.
    """
    if state.anchors and (held := replaced(state, cell_of(state, party), "KA")) is not None:
        return held.public_key
    if (brought := _certificate_of_joined(state, str(party))) is not None:
        return brought.public_key
    known = certificates.of(party, "KA")
    return known[0].public_key if known else None


def signature_keys(
    state: DeviceState, certificates: CertificateStore, party: Eui64, cell: str
) -> tuple[EllipticCurvePublicKey, ...]:
    """The keys with which ``party`` may sign commands: of the cell's role only, never its XML signing key."""
    if state.anchors and (held := replaced(state, cell, "DS")) is not None:
        return (held.public_key,)
    return tuple(one.public_key for one in certificates.of(party, "DS", f"{CELL_ROLES[cell]:02X}"))


def top_up_keys(
    state: DeviceState, certificates: CertificateStore, supplier: Eui64
) -> tuple[EllipticCurvePublicKey, ...]:
    """Keys with which a top-up token of ``supplier`` may be authenticated, likeliest first.

    Nothing in a certificate says that it is for top-up tokens: those that the store knows as such are tried first.
    """
    if state.anchors and (held := replaced(state, cell_of(state, supplier), "KA", TOP_UP)) is not None:
        return (held.public_key,)
    known = dict.fromkeys((*certificates.secondary(supplier, "KA"), *reversed(certificates.of(supplier, "KA"))))
    return tuple(certificate.public_key for certificate in known)
