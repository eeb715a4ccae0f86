"""SMKI certificates as values, and the look-up everybody uses.

A certificate says who somebody is (EUI-64), in which capacity (``role``, the OU of an organisation's subject)
and what the key is for (``usage``). The profile was observed on the DCC's public test
certificates. Signatures on certificates are not checked here; ``is_issued_by`` does that where it matters.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal, Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from stubs.wire import tlv
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.names import Name, canonical, escape, issuer_names_equal, short_name

__all__ = [
    "NO_EUI",
    "Certificate",
    "CertificateIndex",
    "CertificateStore",
    "Usage",
    "device_eui",
    "is_issued_by",
    "issuer_names_equal",
]

Usage = Literal["DS", "KA", "CS"]
"""Digital signature, key agreement, certificate signing (authorities only)."""

NO_EUI = Eui64(bytes(8))
"""The ``eui`` of authorities, whose subjects carry none."""

_CLAUSE = "SMKI certificate profile (SEC Appendix B)"
_OU, _UNIQUE_IDENTIFIER = "2.5.4.11", "2.5.4.45"
_KEY_USAGE, _SUBJECT_KEY_ID, _ALT_NAME = "2.5.29.15", "2.5.29.14", "2.5.29.17"
_AUTHORITY_KEY_ID = "2.5.29.35"
_HARDWARE_MODULE_NAME = "1.3.6.1.5.5.7.8.4"
_OTHER_NAME = 0xA0
_KEY_IDENTIFIER = 0x80
_USAGE_BITS: tuple[tuple[int, Usage], ...] = ((0x80, "DS"), (0x08, "KA"), (0x04, "CS"))
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate. Times are UTC, ``subject_key_id`` is 8 octets in SMKI, ``spki`` the DER public key."""

    der: bytes
    eui: Eui64
    role: str | None
    """OU as two upper-case hexadecimal digits, such as ``02`` or ``87``; None for a device."""
    usage: Usage
    serial: int
    issuer_name: str
    """RFC 4514, such as ``CN=Z1,OU=07``."""
    subject_name: str
    subject_key_id: bytes
    not_before: datetime
    not_after: datetime
    is_device: bool
    spki: bytes
    authority_key_id: bytes = b""
    """Key identifier of the issuer, 8 octets in SMKI; empty: the certificate does not say."""

    @property
    def public_key(self) -> ec.EllipticCurvePublicKey:
        """The P-256 key. Raises: PeerError: another kind of key."""
        return _public_key(self.spki)

    @property
    def serial_hex(self) -> str:
        """The serial as the repository writes it: lower case, no leading zeros."""
        return f"{self.serial:x}"

    @property
    def pem(self) -> str:
        """The certificate as PEM text."""
        body = base64.b64encode(self.der).decode("ascii")
        lines = [body[start : start + 64] for start in range(0, len(body), 64)]
        return "\n".join(("-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""))

    def is_valid_at(self, now: datetime) -> bool:
        """Whether ``now`` lies in the validity period, both ends included."""
        return self.not_before <= now <= self.not_after

    @classmethod
    def from_der(cls, data: bytes) -> Certificate:
        """Read DER octets.

        Raises: PeerError: not an X.509 certificate of the SMKI profile, with the octet where reading stopped.
        """
        _, serial, _, issuer, validity, subject, spki, extensions = _body(data)
        role, eui = _subject_identity(subject)
        module = device_eui(extensions.get(_ALT_NAME))
        is_device = role is None and module is not None
        usage = _usage(extensions.get(_KEY_USAGE))
        if is_device:
            eui = module
        elif role is None:
            raise PeerError(
                "a certificate names neither an organisation nor a device",
                expected="a subject with OU, or a hardwareModuleName",
                got=_name_text(subject) or "an empty subject",
                clause=_CLAUSE,
            )
        if eui is None and usage != "CS":
            raise PeerError("an organisation certificate has no x500UniqueIdentifier", clause=_CLAUSE)
        not_before, not_after = (_instant(item) for item in _sized(validity, 2, "validity"))
        key_id = extensions.get(_SUBJECT_KEY_ID)
        return cls(
            der=bytes(data),
            eui=NO_EUI if eui is None else eui,
            role=role,
            usage=usage,
            serial=int.from_bytes(serial.expect(tlv.INTEGER, "the serial number").value, "big"),
            issuer_name=_name_text(issuer),
            subject_name=_name_text(subject),
            subject_key_id=tlv.read(key_id).value if key_id else b"",
            not_before=not_before,
            not_after=not_after,
            is_device=is_device,
            spki=spki.raw,
            authority_key_id=_authority_key_id(extensions.get(_AUTHORITY_KEY_ID)),
        )

    @classmethod
    def from_pem(cls, data: bytes | str) -> Certificate:
        """Read the first PEM certificate in ``data``. Raises: PeerError: none there, or it is malformed."""
        match = _PEM.search(data.encode("ascii", "replace") if isinstance(data, str) else data)
        if match is None:
            raise PeerError("no PEM certificate", expected="-----BEGIN CERTIFICATE-----", got=repr(data[:40]))
        try:
            der = base64.b64decode(b"".join(match.group(1).split()), validate=True)
        except binascii.Error as error:
            raise PeerError("a PEM certificate is not base64", got=str(error)) from error
        return cls.from_der(der)


class CertificateStore(Protocol):
    """Look-up of certificates."""

    def find(self, issuer_name: str, serial: int) -> Certificate | None:
        """The certificate an XML signature names; issuers compare after parsing, serials as numbers."""
        ...

    def of(self, eui: Eui64, usage: str, role: str | None = None) -> tuple[Certificate, ...]:
        """All certificates of one identity for one use; any role when None.

        The preferred key set comes first, then the latest; secondary ones come last, in the same order.
        """
        ...

    def secondary(self, eui: Eui64, usage: str) -> tuple[Certificate, ...]:
        """Return those of ``of`` that were added as secondary: a supplier's for prepayment tokens."""
        ...

    def by_serial(self, serial: int) -> Certificate | None:
        """The certificate with this serial number."""
        ...


class CertificateIndex:
    """A ``CertificateStore`` in memory. The last certificate added with an issuer and serial wins."""

    def __init__(self, certificates: Iterable[Certificate] = ()) -> None:
        self._by_name: dict[tuple[Name, int], Certificate] = {}
        self._by_serial: dict[int, Certificate] = {}
        self._by_identity: dict[tuple[Eui64, str], list[Certificate]] = defaultdict(list)
        self._secondary: set[bytes] = set()
        self._preference: dict[bytes, int] = {}
        for certificate in certificates:
            self.add(certificate)

    def add(self, certificate: Certificate, *, is_secondary: bool = False, preference: int = 0) -> None:
        """Make ``certificate`` known; adding the same one again changes nothing.

        A secondary one, such as a supplier's key agreement for prepayment tokens, comes last in ``of``: nothing in
        the certificate itself tells it from the ordinary one. Of others of its kind it comes before those of less
        ``preference``, whatever their dates.
        """
        key = (canonical(certificate.issuer_name), certificate.serial)
        previous = self._by_name.get(key)
        if previous == certificate:
            return
        if previous is not None:
            self._by_identity[previous.eui, previous.usage].remove(previous)
        self._by_name[key] = certificate
        self._by_serial[certificate.serial] = certificate
        identity = self._by_identity[certificate.eui, certificate.usage]
        identity.append(certificate)
        if is_secondary:
            self._secondary.add(certificate.der)
        if preference:
            self._preference[certificate.der] = preference
        identity.sort(key=self._rank, reverse=True)

    def _rank(self, certificate: Certificate) -> tuple[bool, int, datetime, int]:
        der = certificate.der
        return der not in self._secondary, self._preference.get(der, 0), certificate.not_before, certificate.serial

    def secondary(self, eui: Eui64, usage: str) -> tuple[Certificate, ...]:
        """See ``CertificateStore.secondary``."""
        return tuple(item for item in self._by_identity.get((eui, usage), ()) if item.der in self._secondary)

    def find(self, issuer_name: str, serial: int) -> Certificate | None:
        """See ``CertificateStore.find``; a text that is no name finds nothing."""
        try:
            return self._by_name.get((canonical(issuer_name), serial))
        except PeerError:
            return None

    def of(self, eui: Eui64, usage: str, role: str | None = None) -> tuple[Certificate, ...]:
        """See ``CertificateStore.of``."""
        found = self._by_identity.get((eui, usage), ())
        return tuple(item for item in found if role is None or item.role == role.upper())

    def by_serial(self, serial: int) -> Certificate | None:
        """See ``CertificateStore.by_serial``."""
        return self._by_serial.get(serial)

    def __iter__(self) -> Iterator[Certificate]:
        """All certificates, in the order they were added."""
        return iter(tuple(self._by_name.values()))

    def __len__(self) -> int:
        return len(self._by_name)


def is_issued_by(certificate: Certificate, authority: Certificate) -> bool:
    """Whether ``authority`` is the issuer named and its key signed ``certificate`` (ECDSA with SHA-256)."""
    if not issuer_names_equal(certificate.issuer_name, authority.subject_name):
        return False
    body, _, signature = _sized(tlv.read(certificate.der), 3, "the certificate")
    try:
        authority.public_key.verify(signature.value[1:], body.raw, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=8192)
def _public_key(spki: bytes) -> ec.EllipticCurvePublicKey:
    try:
        key = load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise PeerError("a certificate's public key cannot be read", got=str(error), clause=_CLAUSE) from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise PeerError("a certificate's key is not P-256", got=type(key).__name__, clause=_CLAUSE)
    return key


def _sized(element: tlv.Tlv, count: int, what: str) -> tuple[tlv.Tlv, ...]:
    children = element.children()
    if len(children) != count:
        raise PeerError(
            f"{what} has the wrong number of parts",
            where=f"byte {element.offset}",
            expected=str(count),
            got=str(len(children)),
            clause="RFC 5280, 4.1",
        )
    return children


_Body = tuple[tlv.Tlv, tlv.Tlv, tlv.Tlv, tlv.Tlv, tlv.Tlv, tlv.Tlv, tlv.Tlv, dict[str, bytes]]


def _body(data: bytes) -> _Body:
    """Version, serial, algorithm, issuer, validity, subject, key, extensions by dotted OID."""
    whole = tlv.read(bytes(data)).expect(tlv.SEQUENCE, "the certificate")
    parts = _sized(whole, 3, "the certificate")[0].expect(tlv.SEQUENCE, "the certificate's body").children()
    if len(parts) < 8 or parts[0].tag != 0xA0 or parts[-1].tag != 0xA3:
        raise PeerError("not an X.509 version 3 certificate with extensions", got=f"{len(parts)} parts", clause=_CLAUSE)
    extensions = {}
    for extension in _sized(parts[-1], 1, "the extensions")[0].children():
        fields = extension.children()
        if len(fields) not in {2, 3}:
            raise PeerError("an extension has the wrong number of parts", where=f"byte {extension.offset}")
        identifier = fields[0].expect(tlv.OID, "an extension's identifier")
        extensions[tlv.oid_text(identifier.value)] = fields[-1].expect(tlv.OCTET_STRING, "an extension").value
    version, serial, algorithm, issuer, validity, subject, spki = parts[:7]
    return version, serial, algorithm, issuer, validity, subject, spki, extensions


def _relative_names(name: tlv.Tlv) -> Iterator[list[tuple[str, tlv.Tlv]]]:
    for rdn in name.expect(tlv.SEQUENCE, "a name").children():
        pairs = (_sized(attribute, 2, "an attribute of a name") for attribute in rdn.children())
        yield [(tlv.oid_text(kind.expect(tlv.OID, "an attribute's type").value), value) for kind, value in pairs]


def _attributes(name: tlv.Tlv) -> Iterator[tuple[str, tlv.Tlv]]:
    for attributes in _relative_names(name):
        yield from attributes


def _text(value: tlv.Tlv) -> str:
    if value.tag in {tlv.UTF8_STRING, tlv.PRINTABLE_STRING, 0x14, 0x16}:
        return escape(value.value.decode("utf-8", "replace"))
    return f"#{value.raw.hex()}"


def _name_text(name: tlv.Tlv) -> str:
    relative = reversed(list(_relative_names(name)))
    return ",".join("+".join(f"{short_name(kind)}={_text(value)}" for kind, value in pairs) for pairs in relative)


def _subject_identity(subject: tlv.Tlv) -> tuple[str | None, Eui64 | None]:
    role, eui = None, None
    for kind, value in _attributes(subject):
        if kind == _OU:
            role = _text(value).upper()
        elif kind == _UNIQUE_IDENTIFIER:
            octets = value.expect(tlv.BIT_STRING, "x500UniqueIdentifier").value
            if len(octets) != 9 or octets[0] != 0:
                raise PeerError("x500UniqueIdentifier is not 64 bits", got=octets.hex(), clause=_CLAUSE)
            eui = Eui64(octets[1:])
    return role, eui


def device_eui(extension: bytes | None) -> Eui64 | None:
    """The EUI-64 in an alternative name (DER GeneralNames); None: none there, or no such extension.

    Raises: PeerError: a hardwareModuleName with something else, or broken DER.
    """
    if extension is None:
        return None
    for name in tlv.read(extension).children():
        if name.tag != _OTHER_NAME:
            continue
        kind, wrapped = _sized(name, 2, "otherName")
        if tlv.oid_text(kind.value) != _HARDWARE_MODULE_NAME:
            continue
        _, serial = _sized(_sized(wrapped, 1, "hardwareModuleName")[0], 2, "hardwareModuleName")
        if serial.tag != tlv.OCTET_STRING or len(serial.value) != 8:
            raise PeerError("hardwareModuleName is not an EUI-64", got=serial.value.hex(), clause=_CLAUSE)
        return Eui64(serial.value)
    return None


def _authority_key_id(extension: bytes | None) -> bytes:
    """``keyIdentifier`` of the extension (RFC 5280, 4.2.1.1); empty: none."""
    parts = tlv.read(extension).children() if extension is not None else ()
    return next((part.value for part in parts if part.tag == _KEY_IDENTIFIER), b"")


def _usage(extension: bytes | None) -> Usage:
    bits = tlv.read(extension).value[1:] if extension else b""
    for bit, usage in _USAGE_BITS:
        if bits and bits[0] & bit:
            return usage
    raise PeerError(
        "a certificate's key usage is none of the profile's",
        expected="digitalSignature, keyAgreement or keyCertSign",
        got=bits.hex() or "nothing",
        clause=_CLAUSE,
    )


def _instant(element: tlv.Tlv) -> datetime:
    text = element.value.decode("ascii", "replace")
    if element.tag == tlv.UTC_TIME and len(text) == 13:
        text = ("20" if text[:2] < "50" else "19") + text
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise PeerError("a validity date cannot be read", got=text[:20], clause="RFC 5280, 4.1.2.5") from error
