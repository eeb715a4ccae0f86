"""The test certification authority: a root, an issuing authority below it, and what it issues.

Everything follows from one secret: keys by HKDF, serial numbers by HMAC, signatures by RFC 6979. A device's serial
number carries its EUI-64, so a certificate is found by serial without a register of issued certificates.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from stubs.smki import profile
from stubs.smki.keys import DeviceCredentials, KeyPair, derive_private_key, device_key, spki
from stubs.wire import tlv
from stubs.wire.certificates import Certificate, Usage
from stubs.wire.errors import Misuse
from stubs.wire.eui64 import Eui64

ROOT_ROLE, ISSUING_ROLE = "00", "07"
ROOT_NAME, ISSUING_NAME = "UEPT-R1", "UEPT-I1"

_DEVICE_MARK = {"DS": 0x5D, "KA": 0x5A}
_DEVICE_USAGE: dict[int, Usage] = {0x5D: "DS", 0x5A: "KA"}


def _serial(secret: bytes, info: str) -> int:
    """Sixteen octets, positive, never starting with a device's mark."""
    octets = hmac.digest(secret, f"serial|{info}".encode(), hashlib.sha256)[:16]
    return int.from_bytes(bytes((0x40 | octets[0] & 0x0F,)) + octets[1:], "big")


def _device_serial(secret: bytes, eui: Eui64, usage: Usage, label: str) -> int:
    """Mark (1 octet), tag (7 octets), EUI-64 (8 octets)."""
    info = f"serial|{eui.hex}|{usage}{label}"
    tag = hmac.digest(secret, info.encode(), hashlib.sha256)[:7]
    return int.from_bytes(bytes((_DEVICE_MARK[usage],)) + tag + eui.octets, "big")


def device_of_serial(serial: int) -> tuple[Eui64, Usage] | None:
    """Read device and usage from a device serial number; None: another form. Such a certificate need not exist."""
    if serial <= 0 or serial.bit_length() > 128:
        return None
    octets = serial.to_bytes(16, "big")
    usage = _DEVICE_USAGE.get(octets[0])
    return None if usage is None else (Eui64(octets[8:]), usage)


def _build(**fields: Any) -> Certificate:
    """Built, then read back: nothing is issued that our own reader would refuse."""
    return Certificate.from_der(profile.build(**fields))


@dataclass(frozen=True, slots=True)
class Authority:
    """An issuing authority: ``key_pair`` signs, ``secret`` gives serial numbers, ``name`` is its DER subject."""

    key_pair: KeyPair
    secret: bytes

    def _issue(
        self,
        serial: int,
        subject: bytes,
        public: bytes,
        validity: profile.Validity,
        extensions: Iterable[bytes],
    ) -> Certificate:
        own = self.key_pair.certificate
        return _build(
            serial=serial,
            issuer=subject_der(own),
            issuer_key=self.key_pair.private_key,
            issuer_key_id=own.subject_key_id,
            subject=subject,
            public=public,
            validity=validity,
            extensions=tuple(extensions),
        )

    def issue_organisation(
        self,
        eui: Eui64,
        role: str,
        usage: Usage,
        public: bytes,
        *,
        label: str = "",
        common_name: str | None = None,
        validity: profile.Validity = profile.ORGANISATION_VALIDITY,
    ) -> Certificate:
        """A certificate of an organisation.

        Args:
            eui: its identity.
            role: OU, two upper-case hexadecimal digits.
            usage: DS or KA.
            public: DER SubjectPublicKeyInfo.
            label: tells several certificates of the same role and usage apart (``pp-ka``).
            common_name: CN of the subject, if any.
            validity: first and last second.
        """
        serial = _serial(self.secret, f"{eui.hex}|{role}|{usage}|{label}|{public.hex()}|{validity.not_before}")
        return self._issue(
            serial,
            profile.organisation_name(role, eui, common_name),
            public,
            validity,
            (profile.key_usage(usage), profile.policy()),
        )

    def issue_device(self, eui: Eui64, usage: Usage, public: bytes, since: datetime | None = None) -> Certificate:
        """A certificate of a device.

        Args:
            eui: its identity.
            usage: DS or KA.
            public: DER SubjectPublicKeyInfo.
            since: when it was asked for, UTC: its validity begins then, and the key tells its serial number from that
                of the factory's certificate. None: the factory's.
        """
        if usage not in _DEVICE_MARK:
            raise Misuse(f"a device has no certificate for {usage}")
        validity, label = profile.DEVICE_VALIDITY, ""
        if since is not None:
            validity, label = profile.Validity(since.replace(microsecond=0), validity.not_after), f"|{public.hex()}"
        return self._issue(
            _device_serial(self.secret, eui, usage, label),
            profile.EMPTY_NAME,
            public,
            validity,
            (profile.key_usage(usage), profile.policy(), profile.hardware_module_name(eui)),
        )

    def device(self, eui: Eui64, fleet_secret: bytes) -> DeviceCredentials:
        """Both factory key pairs of a simulated device, the same for the same ``fleet_secret`` (32 octets)."""
        ds, ka = (self._device_pair(eui, usage, fleet_secret) for usage in _DEVICE_USAGE.values())
        return DeviceCredentials(ds, ka, partial(device_key, fleet_secret, eui))

    def _device_pair(self, eui: Eui64, usage: Usage, fleet_secret: bytes) -> KeyPair:
        key = device_key(fleet_secret, eui, usage)
        return KeyPair(key, self.issue_device(eui, usage, spki(key)))

    def organisation(
        self,
        eui: Eui64,
        role: str,
        usage: Usage,
        *,
        label: str = "",
        common_name: str | None = None,
    ) -> KeyPair:
        """A key pair of an organisation, its key derived from the authority's secret."""
        key = derive_private_key(self.secret, f"organisation|{eui.hex}|{role}|{usage}|{label}")
        certificate = self.issue_organisation(eui, role, usage, spki(key), label=label, common_name=common_name)
        return KeyPair(key, certificate)


def subject_der(certificate: Certificate) -> bytes:
    """The DER subject of a certificate."""
    return tlv.read(certificate.der).children()[0].children()[5].raw


def _make(secret: bytes, role: str, name: str, parent: KeyPair | None) -> KeyPair:
    key = derive_private_key(secret, f"authority|{role}")
    public = spki(key)
    subject = profile.organisation_name(role, common_name=name)
    certificate = _build(
        serial=_serial(secret, f"authority|{role}"),
        issuer=subject_der(parent.certificate) if parent else subject,
        issuer_key=parent.private_key if parent else key,
        issuer_key_id=parent.certificate.subject_key_id if parent else profile.key_identifier(public),
        subject=subject,
        public=public,
        validity=profile.ORGANISATION_VALIDITY,
        extensions=(profile.authority_constraint(), profile.key_usage("CS"), profile.policy()),
    )
    return KeyPair(key, certificate)


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Root and issuing authority with the secret they came from."""

    root: KeyPair
    issuing: Authority


def make_hierarchy(secret: bytes) -> Hierarchy:
    """The test hierarchy of ``secret`` (32 octets): root with OU 00, issuing authority with OU 07."""
    root = _make(secret, ROOT_ROLE, ROOT_NAME, None)
    return Hierarchy(root, Authority(_make(secret, ISSUING_ROLE, ISSUING_NAME, root), secret))
