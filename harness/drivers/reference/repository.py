"""Certificates when they are needed: those we hold, else the SMKI repository's two web services; and new ones.

Shape of the services: DUIS guide, section 16 (as the DCC's public client uses them). The repository does not
filter, the client does; what it hands out is checked against what was asked for. The service that certifies a device's
key is the simulated SMKI's own.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from threading import Lock
from xml.sax.saxutils import escape

from lxml.etree import _Element

from harness.drivers.reference.transport import HttpClient, TransportFailureError
from stubs.wire import Blocked, Eui64, PeerError, xml
from stubs.wire.certificates import Certificate, CertificateIndex

_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'
_TIMEOUT = 4.0


class KnownCertificates:
    """A ``CertificateStore`` over the certificates held and those the repository knows.

    Args:
        held: certificates of organisations; those fetched are added to it.
        address: base URL of the repository; empty when there is none.
        http: how it is reached.
        check_name: a fetched certificate must name whom we asked for.
    """

    def __init__(self, held: CertificateIndex, address: str, http: HttpClient, *, check_name: bool) -> None:
        self._held = held
        self._address = address.rstrip("/")
        self._http = http
        self._check_name = check_name
        self._lock = Lock()
        self._made: dict[Eui64, Certificate] = {}

    def find(self, issuer_name: str, serial: int) -> Certificate | None:
        """The certificate an XML signature names, fetched by its serial number when we do not hold it."""
        found = self._held.find(issuer_name, serial)
        if found is None and self._fetch(f"{serial:x}") is not None:
            found = self._held.find(issuer_name, serial)
        return found

    def of(self, eui: Eui64, usage: str, role: str | None = None) -> tuple[Certificate, ...]:
        """Certificates of one identity for one use, searched at the repository when we hold none."""
        with self._lock:
            found = self._held.of(eui, usage, role)
            if found:
                return found
            return tuple(item for item in self._listed(eui) if item.usage == usage and role in {None, item.role})

    def renewed(self, device: Eui64, usage: str) -> tuple[Certificate, ...]:
        """Return the device's certificates in the repository now, that in use first; else those we hold."""
        with self._lock:
            return tuple(one for one in self._listed(device) if one.usage == usage) or self._held.of(device, usage)

    def _listed(self, eui: Eui64) -> list[Certificate]:
        """List the device's certificates. Raises: PeerError: a certificate of another device."""
        found = []
        for serial in self._search(eui):
            certificate = self._known(serial) or self._fetch(serial)
            if certificate is None:
                continue
            if self._check_name and certificate.eui != eui:
                raise PeerError(
                    "the repository handed out somebody else's certificate",
                    expected=str(eui),
                    got=str(certificate.eui),
                )
            found.append(certificate)
        return found

    def _known(self, serial: str) -> Certificate | None:
        try:
            return self._held.by_serial(int(serial, 16))
        except ValueError:
            return None

    def certify(self, request: bytes) -> Certificate:
        """Ask the SMKI to certify a device's certification request (PKCS#10); kept until it is ``installed``.

        Raises: PeerError: it does not, and why. Blocked: it cannot be reached.
        """
        text = base64.b64encode(request).decode()
        wanted = f"<CertificateSigningRequest>{text}</CertificateSigningRequest>"
        body = f"<DeviceCertificateRequest>{wanted}</DeviceCertificateRequest>"
        root = self._answer("devicecertificate", body)
        if root is None:
            raise Blocked(
                f"no SMKI answers at {self._address or 'no address'}",
                mend="Start one: uept serve; it says where it is.",
            )
        for response in _items(root, "CertificateResponse"):
            certificate = _body_of(response)
            if certificate is not None:
                with self._lock:
                    self._made[certificate.eui] = certificate
                return certificate
        raise PeerError("the SMKI issued no certificate", got=root.findtext("ResponseMessage") or "no reason")

    def made_for(self, device: Eui64) -> Certificate | None:
        """The certificate last made for a device's own request, not installed yet."""
        return self._made.get(device)

    def installed(self, device: Eui64) -> None:
        """A device took the certificate made for it."""
        with self._lock:
            self._made.pop(device, None)

    def secondary(self, eui: Eui64, usage: str) -> tuple[Certificate, ...]:
        """Return the certificates held for prepayment tokens; the repository does not distinguish them."""
        return self._held.secondary(eui, usage)

    def by_serial(self, serial: int) -> Certificate | None:
        """The certificate with this serial number."""
        return self._held.by_serial(serial) or self._fetch(f"{serial:x}")

    def _search(self, eui: Eui64) -> Iterator[str]:
        """Serial numbers (hexadecimal) of the device's certificates, those in use first; pending ones do not count."""
        request = (
            f"<CertificateSearchRequest><CertificateSubjectAltName>{eui}</CertificateSubjectAltName>"
            "</CertificateSearchRequest>"
        )
        found = [
            (result.get("CertificateStatus", "I").strip(), result.get("CertificateSerial", ""))
            for result in self._ask("certificatesearch", request, "Result")
        ]
        yield from (serial for status, serial in found if status == "I" and serial)
        yield from (serial for status, serial in found if status in {"N", "E"} and serial)

    def _fetch(self, serial: str) -> Certificate | None:
        request = (
            f"<CertificateDataRequest><CertificateSerial>{escape(serial)}</CertificateSerial></CertificateDataRequest>"
        )
        for response in self._ask("retrievecertificate", request, "CertificateResponse"):
            certificate = _body_of(response)
            if certificate is not None:
                self._held.add(certificate)
                return certificate
        return None

    def _ask(self, service: str, request: str, element: str) -> Iterator[dict[str, str]]:
        """Children of every ``element`` of the answer, by name; nothing when nothing was found or nobody answers."""
        root = self._answer(service, request)
        yield from () if root is None else _items(root, element)

    def _answer(self, service: str, request: str) -> _Element | None:
        if not self._address:
            return None
        url = f"{self._address}/services/{service}?apikey=uept-harness"
        try:
            body = self._http.post(url, (_DECLARATION + request).encode(), "application/xml", _TIMEOUT).body
        except TransportFailureError as failure:  # it may say why
            body = failure.body
        try:
            return xml.parse(body) if body else None
        except PeerError:
            return None


def _items(root: _Element, element: str) -> Iterator[dict[str, str]]:
    for item in root.iter(element):
        yield {str(child.tag): child.text or "" for child in item}


def _body_of(response: Mapping[str, str]) -> Certificate | None:
    """The certificate in an answer; one that cannot be read counts as not there."""
    try:
        return Certificate.from_der(
            base64.b64decode("".join(response.get("CertificateBody", "").split()), validate=True)
        )
    except (binascii.Error, PeerError):
        return None
