"""Checks of a device's own keys: it uses the certificate that was issued for the key it made."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from harness.checks.evidence import Evidence
from harness.checks.registry import check
from harness.checks.requests import unable
from harness.checks.verdict import Finding, passed, waiting
from stubs.events import CertificateIssued, DeviceChanged


@check(
    "new-certificate-taken",
    rule="A device ends with the certificate that the SMKI issued for the key pair it made when it was asked to",
    clause="GBCS, Issue Security Credentials (CS02c) and Update Device Certificates on Device (CS02d)",
)
def new_certificate_taken(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """A device took a certificate (6.15.2) that was issued for it after the first action."""
    device = str(parameters["device"])
    expected = f"{device} takes a certificate issued for its new key"
    since = evidence.actions[0].seq if evidence.actions else 0
    issued = {event.der: seq for seq, event in evidence.of(CertificateIssued) if event.eui == device and seq > since}
    for seq, event in evidence.of(DeviceChanged):
        if event.device != device or seq <= since:
            continue
        held = [base64.b64decode(octets) for _, octets in event.values.get("own_certificates", ())]
        taken = next((issued[der] for der in held if der in issued), None)
        if taken is not None:
            return passed(expected, "it did", taken, seq)
    got = f"{len(issued)} certificate(s) issued for it, none taken" if issued else "no certificate was issued for it"
    action = evidence.action(parameters.get("action"))
    cannot = unable(action, expected) if action else None
    return cannot or waiting(expected, got, *issued.values())
