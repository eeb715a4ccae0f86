"""Certificates with which a reader of the evidence checks signatures: the public ones in its journal, no key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from harness.evidence.stored_entries import of_kinds
from stubs.events import CertificateFiled, CertificateIssued, Entry
from stubs.wire.certificates import NO_EUI, Certificate, CertificateIndex
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.view import ViewKeys


def public_keys(entries: Iterable[Entry]) -> ViewKeys | None:
    """Signing certificates of parties and devices, for looking up keys; None when the journal holds none.

    A certificate is read when a key of its owner is asked for, since few of a rehearsal's thousands are. The look-up
    raises: PeerError: what the journal holds of that owner is no certificate.
    """
    filed: defaultdict[str, list[bytes]] = defaultdict(list)
    for entry in of_kinds(entries, CertificateFiled, CertificateIssued):
        match entry.event:
            case CertificateFiled(eui=eui, der=der) | CertificateIssued(eui=eui, der=der, usage="DS"):
                filed[eui].append(der)
            case _:
                pass

    @cache
    def public_ds(eui: Eui64) -> tuple[EllipticCurvePublicKey, ...]:
        index = CertificateIndex(map(Certificate.from_der, filed.get(str(eui), ())))
        return tuple(certificate.public_key for certificate in index.of(eui, "DS"))

    return ViewKeys(NO_EUI, lambda _: (), lambda _: (), public_ds) if filed else None
