"""Certificates with which a reader of the evidence checks signatures: the public ones in its journal, no key."""

from __future__ import annotations

from collections.abc import Iterable

from harness.evidence.stored_entries import of_kinds
from stubs.events import CertificateFiled, CertificateIssued, Entry
from stubs.wire.certificates import Certificate, CertificateIndex
from stubs.wire.gbcs.view import ViewKeys


def public_keys(entries: Iterable[Entry]) -> ViewKeys | None:
    """Certificates of parties and devices; None when the journal holds none.

    Raises: PeerError: one of them is no certificate.
    """
    events = (entry.event for entry in of_kinds(entries, CertificateFiled, CertificateIssued))
    found = [
        Certificate.from_der(event.der) for event in events if isinstance(event, CertificateFiled | CertificateIssued)
    ]
    return ViewKeys.public(CertificateIndex(found)) if found else None
