"""Current keys and certificates of simulated devices: those in use, those issued, and issuing new ones.

The DCC is taken to know at once which certificate a device uses; how the real one learns it is not public (inferred).
"""

from __future__ import annotations

from collections.abc import Iterator

from stubs.dcc.state.dcc_state import DccState
from stubs.dcc.state.transaction import Transaction
from stubs.devices import DeviceState
from stubs.devices.trust import own_key
from stubs.events import CertificateIssued
from stubs.smki import DeviceCredentials, Installed, Pki
from stubs.smki.certification import read_device_request
from stubs.smki.repository import Listed, Status
from stubs.wire.certificates import Certificate, Usage
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64

MOST_ISSUED = 100
"""Certificates that one device may be issued."""

_USAGES: tuple[Usage, ...] = ("DS", "KA")


def credentials_of(pki: Pki, device: DeviceState) -> DeviceCredentials:
    """The key pairs a device uses now."""
    return pki.device(device.id, installed_in(device))


def installed_in(device: DeviceState) -> dict[Usage, Installed]:
    """The certificates a device took since it left the factory, by usage, and which of its keys they are for."""
    held: dict[str, bytes] = dict(device.own_certificates)
    return {usage: Installed(own_key(device, usage).in_use, held[usage]) for usage in _USAGES if usage in held}


def credentials_by_name(pki: Pki, state: DccState, device: Eui64) -> DeviceCredentials:
    """The same by identity; the factory's for one that does not exist as a physical device."""
    physical = state.devices.get(device)
    return pki.device(device) if physical is None else credentials_of(pki, physical)


def certificates_of(pki: Pki, state: DccState, device: Eui64) -> tuple[Listed, ...]:
    """Every certificate of a device: for each usage the one in use, then the others, newest first.

    Issued later than the one in use: pending; earlier: not in use (inferred).
    """
    in_use = credentials_by_name(pki, state, device)
    found: list[Listed] = []
    for usage in _USAGES:
        now = in_use.pair(usage).certificate
        history = list(_history(pki, state, device, usage))
        place = history.index(now) if now in history else len(history)
        found.append(Listed(now, "I"))
        for number, one in reversed(list(enumerate(history))):
            status: Status = "P" if number > place else "N"
            if number != place:
                found.append(Listed(one, status))
    return tuple(found)


def _history(pki: Pki, state: DccState, device: Eui64, usage: Usage) -> Iterator[Certificate]:
    yield pki.device(device).pair(usage).certificate
    issued = (Certificate.from_der(one) for one in state.certificates.get(device, ()))
    yield from (one for one in issued if one.usage == usage)


def issue(pki: Pki, transaction: Transaction, request: bytes) -> Certificate:
    """The certificate for a device's certification request (PKCS#10, DER or PEM); for the same key again the same one.

    Raises: PeerError: not such a request, a device nobody knows, or one that was issued too many.
    """
    wanted = read_device_request(request)
    state, device = transaction.state, str(wanted.eui)
    if wanted.eui not in state.devices and state.inventory.get(wanted.eui) is None:
        raise PeerError("the request is for a device that does not exist here", got=device)
    issued = state.certificates.get(wanted.eui, ())
    for der in issued:
        known = Certificate.from_der(der)
        if (known.spki, known.usage) == (wanted.public, wanted.usage):
            return known
    if len(issued) >= MOST_ISSUED:
        raise PeerError(f"{device} was issued {len(issued)} certificates already", expected=f"at most {MOST_ISSUED}")
    made = pki.authority.issue_device(wanted.eui, wanted.usage, wanted.public, since=transaction.now)
    transaction.emit(CertificateIssued(eui=device, usage=wanted.usage, role=None, der=made.der))
    return made
