"""The SMKI certificate profile, written byte by byte.

Observed on the DCC's public test certificates: P-256, ecdsa-with-SHA256, critical key usage, critical policy,
subject key identifier of 8 octets (RFC 5280, 4.2.1.2, method 2), authority key identifier. An organisation's
subject is CN (optional), OU = role, x500UniqueIdentifier = EUI-64 as BIT STRING; a device's subject is empty and
its EUI-64 is a critical hardwareModuleName. The library's own builder offers no BIT STRING attribute, hence this.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, ip_address

from cryptography.hazmat.primitives.asymmetric import ec

from stubs.smki.keys import sign_der
from stubs.wire import tlv
from stubs.wire.certificates import Usage
from stubs.wire.eui64 import Eui64

POLICY = "1.2.826.0.1.8641679.1.2.1.4"
"""Policy of the test certificates; also the hardware type in device names."""

_ECDSA_WITH_SHA256 = tlv.write(tlv.SEQUENCE, tlv.write_oid("1.2.840.10045.4.3.2"))
_CN, _OU, _UNIQUE_IDENTIFIER = "2.5.4.3", "2.5.4.11", "2.5.4.45"
USAGE_BITS: dict[Usage, bytes] = {"DS": b"\x07\x80", "KA": b"\x03\x08", "CS": b"\x01\x06"}
"""Content of the key usage extension's BIT STRING."""


@dataclass(frozen=True, slots=True)
class Validity:
    """First and last second, UTC."""

    not_before: datetime
    not_after: datetime


ORGANISATION_VALIDITY = Validity(datetime(2020, 1, 1, tzinfo=UTC), datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC))
"""Long, so that a rehearsal never stops because of a date; fixed, so that a seed gives the same bytes."""

DEVICE_VALIDITY = Validity(datetime(2020, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))
"""Devices keep their certificates for good: 99991231235959Z (RFC 5280, 4.1.2.5)."""


def key_identifier(public: bytes) -> bytes:
    """8 octets: 0100, then the last 60 bits of SHA-1 over the key (RFC 5280, 4.2.1.2, method 2)."""
    bits = tlv.read(public).children()[1].value[1:]
    digest = hashlib.sha1(bits, usedforsecurity=False).digest()[-8:]
    return bytes((0x40 | digest[0] & 0x0F,)) + digest[1:]


def _attribute(kind: str, value: bytes) -> bytes:
    return tlv.write(tlv.SET, tlv.write(tlv.SEQUENCE, tlv.write_oid(kind), value))


def organisation_name(role: str, eui: Eui64 | None = None, common_name: str | None = None) -> bytes:
    """DER name. Authorities have no EUI-64 and put the OU first, as the public ones do."""
    unit = _attribute(_OU, tlv.write(tlv.UTF8_STRING, role.encode()))
    name = _attribute(_CN, tlv.write(tlv.UTF8_STRING, common_name.encode())) if common_name else b""
    if eui is None:
        return tlv.write(tlv.SEQUENCE, unit, name)
    identifier = _attribute(_UNIQUE_IDENTIFIER, tlv.write(tlv.BIT_STRING, b"\x00", eui.octets))
    return tlv.write(tlv.SEQUENCE, name, unit, identifier)


EMPTY_NAME = tlv.write(tlv.SEQUENCE)


def extension(oid: str, value: bytes, *, is_critical: bool = False) -> bytes:
    """One extension with the DER ``value``."""
    critical = tlv.write(tlv.BOOLEAN, b"\xff") if is_critical else b""
    return tlv.write(tlv.SEQUENCE, tlv.write_oid(oid), critical, tlv.write(tlv.OCTET_STRING, value))


def key_usage(usage: Usage) -> bytes:
    """The critical key usage extension."""
    return extension("2.5.29.15", tlv.write(tlv.BIT_STRING, USAGE_BITS[usage]), is_critical=True)


def policy() -> bytes:
    """The critical certificate policies extension."""
    information = tlv.write(tlv.SEQUENCE, tlv.write_oid(POLICY))
    return extension("2.5.29.32", tlv.write(tlv.SEQUENCE, information), is_critical=True)


def hardware_module_name(eui: Eui64) -> bytes:
    """The critical alternative name of a device (RFC 4108, 5)."""
    name = tlv.write(tlv.SEQUENCE, tlv.write_oid(POLICY), tlv.write(tlv.OCTET_STRING, eui.octets))
    other = tlv.write(0xA0, tlv.write_oid("1.3.6.1.5.5.7.8.4"), tlv.write(0xA0, name))
    return extension("2.5.29.17", tlv.write(tlv.SEQUENCE, other), is_critical=True)


def authority_constraint() -> bytes:
    """The critical basic constraints of an authority."""
    return extension("2.5.29.19", tlv.write(tlv.SEQUENCE, tlv.write(tlv.BOOLEAN, b"\xff")), is_critical=True)


def host_names(names: tuple[str, ...]) -> bytes:
    """Alternative names of a TLS server: DNS names and IP addresses."""
    parts = []
    for name in names:
        try:
            address: IPv4Address | IPv6Address | None = ip_address(name)
        except ValueError:
            address = None
        parts.append(tlv.write(0x87, address.packed) if address else tlv.write(0x82, name.encode("idna")))
    return extension("2.5.29.17", tlv.write(tlv.SEQUENCE, *parts))


def extended_usage(oid: str) -> bytes:
    """The extended key usage of a TLS server or client."""
    return extension("2.5.29.37", tlv.write(tlv.SEQUENCE, tlv.write_oid(oid)))


def _time(instant: datetime) -> bytes:
    text = instant.astimezone(UTC).strftime("%Y%m%d%H%M%SZ")
    if instant.year < 2050:
        return tlv.write(tlv.UTC_TIME, text[2:].encode())
    return tlv.write(tlv.GENERALIZED_TIME, text.encode())


def build(
    *,
    serial: int,
    issuer: bytes,
    issuer_key: ec.EllipticCurvePrivateKey,
    issuer_key_id: bytes,
    subject: bytes,
    public: bytes,
    validity: Validity,
    extensions: tuple[bytes, ...],
) -> bytes:
    """A signed certificate, DER.

    Args:
        serial: positive, at most 20 octets.
        issuer: DER name of the authority.
        issuer_key: signs.
        issuer_key_id: subject key identifier of the authority, 8 octets.
        subject: DER name.
        public: DER SubjectPublicKeyInfo.
        validity: see ``Validity``.
        extensions: besides the two key identifiers, in order.
    """
    own_id = extension("2.5.29.14", tlv.write(tlv.OCTET_STRING, key_identifier(public)))
    authority_id = extension("2.5.29.35", tlv.write(tlv.SEQUENCE, tlv.write(0x80, issuer_key_id)))
    body = tlv.write(
        tlv.SEQUENCE,
        tlv.write(0xA0, tlv.write_integer(2)),
        tlv.write_integer(serial),
        _ECDSA_WITH_SHA256,
        issuer,
        tlv.write(tlv.SEQUENCE, _time(validity.not_before), _time(validity.not_after)),
        subject,
        public,
        tlv.write(0xA3, tlv.write(tlv.SEQUENCE, *extensions, own_id, authority_id)),
    )
    signature = tlv.write(tlv.BIT_STRING, b"\x00", sign_der(issuer_key, body))
    return tlv.write(tlv.SEQUENCE, body, _ECDSA_WITH_SHA256, signature)
