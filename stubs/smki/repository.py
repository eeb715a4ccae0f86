"""The SMKI repository: its two look-ups as the DCC's public client uses them, and issuing for devices.

Request octets in, answer out. No XML namespace; the client sends one identity or one serial and filters by usage,
status and role itself. HTTP status: 200 found, 402 nothing found, 401 bad search parameters; 400 for what is not XML at
all (ours, inferred). The production repository's interface is not described in any public source. The request for a
device's certificate is ours in form; that a party asks the SMKI for one with the device's PKCS#10 is known.
"""

from __future__ import annotations

import base64
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from xml.sax.saxutils import escape

from lxml import etree

from schemas.load import certificate_roles
from stubs.smki.pki import Pki
from stubs.wire.certificates import Certificate
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.identifiers import read_serial_hex
from stubs.wire.xml import Limits, parse

FOUND, MALFORMED, BAD_SEARCH, NOT_FOUND = 200, 400, 401, 402

_LIMITS = Limits(size=64 * 1024)
_SERIAL = re.compile(r"\A[0-9A-Fa-f]{1,40}\Z")
_ZIP_DATE = (2020, 1, 1, 0, 0, 0)


Status = Literal["P", "I", "N"]
"""Pending, in use, not in use."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A device's certificate, and whether the device uses it."""

    certificate: Certificate
    status: Status


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer of the repository: HTTP status and an XML document."""

    status: int
    body: bytes


class Repository:
    """Every certificate somebody may look up: organisations of the PKI, and devices that exist.

    Args:
        pki: organisations and authorities.
        device: certificates of a simulated device, those in use first; none when there is no such device.
        issue: certifies a device's request (PKCS#10), or raises PeerError; None: nobody does.
        now: the run's clock when validity is checked; expired certificates then have status ``E``. None: all are
            in use, as a client of the public, long expired test certificates needs.
    """

    def __init__(
        self,
        pki: Pki,
        device: Callable[[Eui64], Sequence[Listed]],
        now: Callable[[], datetime] | None = None,
        issue: Callable[[bytes], Certificate] | None = None,
    ) -> None:
        self._pki = pki
        self._device = device
        self._now = now
        self._issue = issue

    def search(self, request: bytes, audit_reference: int = 1) -> Answer:
        """``CertificateSearchRequest``: certificates of one device, or of one organisation those of the set in use."""
        root = "CertificateSearchResponse"
        try:
            element = _read(request, "CertificateSearchRequest")
        except PeerError as error:
            return _answer(root, MALFORMED, str(error), audit_reference)
        wanted = {name: _child(element, name) for name in ("CertificateSubjectName", "CertificateSubjectAltName")}
        given = [(name, text) for name, text in wanted.items() if text is not None]
        if len(given) != 1:
            return _answer(
                root,
                BAD_SEARCH,
                "Give one of CertificateSubjectName (an organisation) and CertificateSubjectAltName (a device).",
                audit_reference,
            )
        name, text = given[0]
        try:
            eui = Eui64.parse(text)
        except PeerError as error:
            return _answer(root, BAD_SEARCH, f"{name}: {error}", audit_reference)
        found = self._of_device(eui) if name == "CertificateSubjectAltName" else self._of_organisation(eui)
        if not found:
            return _answer(root, NOT_FOUND, f"No certificate of {eui}", audit_reference)
        results = (f"<Result>{self._describe(item, with_body=False)}</Result>" for item in found)
        return _answer(root, FOUND, "Success", audit_reference, results)

    def retrieve(self, request: bytes, audit_reference: int = 1) -> Answer:
        """``CertificateDataRequest``: one certificate by its hexadecimal serial number."""
        root = "CertificateDataResponse"
        try:
            element = _read(request, "CertificateDataRequest")
        except PeerError as error:
            return _answer(root, MALFORMED, str(error), audit_reference)
        text = (_child(element, "CertificateSerial") or "").strip()
        try:
            certificate = self._by_serial(read_serial_hex(text))
        except PeerError:
            return _answer(root, BAD_SEARCH, "Give CertificateSerial: 1 to 40 hexadecimal digits.", audit_reference)
        if certificate is None:
            return _answer(root, NOT_FOUND, f"No certificate with serial {text}", audit_reference)
        content = f"<CertificateResponse>{self._describe(certificate, with_body=True)}</CertificateResponse>"
        return _answer(root, FOUND, "Success", audit_reference, (content,))

    def certify(self, request: bytes, audit_reference: int = 1) -> Answer:
        """``DeviceCertificateRequest``: a certificate for the PKCS#10 (base64) that a device made (6.17)."""
        root = "DeviceCertificateResponse"
        try:
            text = _child(_read(request, "DeviceCertificateRequest"), "CertificateSigningRequest")
        except PeerError as error:
            return _answer(root, MALFORMED, str(error), audit_reference)
        try:
            asked = base64.b64decode("".join((text or "").split()), validate=True)
            if self._issue is None:
                raise PeerError("this repository issues no certificates")
            certificate = self._issue(asked)
        except (PeerError, ValueError) as error:
            return _answer(root, BAD_SEARCH, f"CertificateSigningRequest: {error}", audit_reference)
        content = f"<CertificateResponse>{self._describe(certificate, with_body=True)}</CertificateResponse>"
        return _answer(root, FOUND, "Success", audit_reference, (content,))

    def organisations_zip(self) -> bytes:
        """All certificates of organisations and authorities, PEM, in one zip file."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for item in sorted(self._pki.certificates, key=lambda item: (item.eui, item.serial)):
                name = f"{item.eui.hex}-{item.role}-{item.usage.lower()}-{item.serial_hex}.pem"
                archive.writestr(zipfile.ZipInfo(name, _ZIP_DATE), item.pem)
        return buffer.getvalue()

    def _of_organisation(self, eui: Eui64) -> tuple[Certificate, ...]:
        index = self._pki.certificates
        found = index.of(eui, "DS") + index.of(eui, "KA")
        return tuple(one for one in found if self._pki.is_in_use(one))

    def _of_device(self, eui: Eui64) -> tuple[Certificate, ...]:
        return tuple(listed.certificate for listed in self._device(eui))

    def _by_serial(self, serial: int) -> Certificate | None:
        found = self._pki.certificates.by_serial(serial)
        if found is not None:
            return found
        owner = self._pki.device_of_serial(serial)
        if owner is None:
            return None
        return next((item for item in self._of_device(owner) if item.serial == serial), None)

    def _status(self, certificate: Certificate) -> str:
        """``I`` in use, ``E`` expired, ``P`` not valid yet or not in its device yet (inferred), ``N`` not in use."""
        if self._now is not None and not certificate.is_valid_at(now := self._now()):
            return "E" if now > certificate.not_after else "P"
        if not self._pki.is_in_use(certificate):
            return "N"
        listed = self._device(certificate.eui) if certificate.is_device else ()
        return next((one.status for one in listed if one.certificate == certificate), "I")

    def _describe(self, certificate: Certificate, *, with_body: bool) -> str:
        name = "CertificateSubjectAltName" if certificate.is_device else "CertificateSubjectName"
        fields = [
            ("CertificateSerial", certificate.serial_hex),
            (name, str(certificate.eui)),
            ("CertificateStatus", self._status(certificate)),
        ]
        if with_body:
            fields.append(("CertificateBody", base64.b64encode(certificate.der).decode("ascii")))
        if certificate.role is not None:
            fields.append(("CertificateRole", str(_decimal_role(certificate.role))))
        fields += [("CertificateUsage", certificate.usage), ("ManufacturingFlag", "false")]
        return "".join(f"<{key}>{escape(value)}</{key}>" for key, value in fields)


def _decimal_role(role: str) -> int:
    row = certificate_roles().get(role)
    if row is not None:
        return row.repository_role
    return int(role, 16) if _SERIAL.match(role) else 0


def _read(request: bytes, name: str) -> etree._Element:
    element = parse(request, _LIMITS)
    if element.tag != name:
        raise PeerError("another request was expected", where="document element", expected=name, got=str(element.tag))
    return element


def _child(element: etree._Element, name: str) -> str | None:
    """Text of the child ``name``; several of them, or one with children, say nothing."""
    found = element.findall(name)
    if not found:
        return None
    return (found[0].text or "") if len(found) == 1 and len(found[0]) == 0 else ""


def _answer(root: str, status: int, message: str, audit_reference: int, content: Iterable[str] = ()) -> Answer:
    body = (
        f'<?xml version="1.0" encoding="utf-8"?><{root}><ResponseCode>{status}</ResponseCode>'
        f"<ResponseMessage>{escape(_printable(message))}</ResponseMessage>"
        f"<AuditReference>{audit_reference}</AuditReference>{''.join(content)}</{root}>"
    )
    return Answer(status, body.encode())


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)[:400]
