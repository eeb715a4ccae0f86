"""Certificates when they are needed: those we hold, else the SMKI repository's two web services.

Shape of the services: DUIS guide, section 16 (as the DCC's public client uses them). The repository does not
filter, the client does; what it hands out is checked against what was asked for.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from threading import Lock
from xml.sax.saxutils import escape

from harness.drivers.reference.transport import HttpClient, TransportFailureError
from stubs.wire import Eui64, PeerError, xml
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
            fetched = [certificate for serial in self._search(eui) if (certificate := self._fetch(serial))]
            for certificate in fetched:
                if self._check_name and certificate.eui != eui:
                    raise PeerError(
                        "the repository handed out somebody else's certificate",
                        expected=str(eui),
                        got=str(certificate.eui),
                    )
            return tuple(item for item in fetched if item.usage == usage and role in {None, item.role})

    def by_serial(self, serial: int) -> Certificate | None:
        """The certificate with this serial number."""
        return self._held.by_serial(serial) or self._fetch(f"{serial:x}")

    def _search(self, eui: Eui64) -> Iterator[str]:
        """Serial numbers (hexadecimal) of the device's certificates."""
        request = (
            f"<CertificateSearchRequest><CertificateSubjectAltName>{eui}</CertificateSubjectAltName>"
            "</CertificateSearchRequest>"
        )
        for result in self._ask("certificatesearch", request, "Result"):
            usable = result.get("CertificateStatus", "I").strip() in {"I", "N", "E"}
            if usable and result.get("CertificateSerial"):
                yield result["CertificateSerial"]

    def _fetch(self, serial: str) -> Certificate | None:
        request = (
            f"<CertificateDataRequest><CertificateSerial>{escape(serial)}</CertificateSerial></CertificateDataRequest>"
        )
        for response in self._ask("retrievecertificate", request, "CertificateResponse"):
            try:
                der = base64.b64decode("".join(response.get("CertificateBody", "").split()), validate=True)
                certificate = Certificate.from_der(der)
            except (binascii.Error, PeerError):
                continue  # not a certificate: as if it were not there
            self._held.add(certificate)
            return certificate
        return None

    def _ask(self, service: str, request: str, element: str) -> Iterator[dict[str, str]]:
        """Children of every ``element`` of the answer, by name; nothing when nothing was found or nobody answers."""
        if not self._address:
            return
        url = f"{self._address}/services/{service}?apikey=uept-harness"
        try:
            answer = self._http.post(url, (_DECLARATION + request).encode(), "application/xml", _TIMEOUT)
            root = xml.parse(answer.body)
        except (TransportFailureError, PeerError):
            return
        for item in root.iter(element):
            yield {str(child.tag): child.text or "" for child in item}
