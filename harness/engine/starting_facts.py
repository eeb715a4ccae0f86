"""Facts in a journal before its first scenario: certificates that the judge needs, since it has no keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.engine.run_context import RunContext
from stubs.events import CertificateFiled, CertificateIssued
from stubs.wire.eui64 import Eui64

if TYPE_CHECKING:
    from stubs.app import BackgroundDcc


def certificates_of_users(run_context: RunContext) -> list[CertificateIssued]:
    """The digital signing certificates of the Users: what the judge needs to check signatures without keys."""
    return [
        CertificateIssued(eui=user, usage="DS", role=certificate.role, der=certificate.der)
        for user in dict.fromkeys(run_context.users().values())
        for certificate in run_context.dcc.pki.certificates.of(Eui64.parse(user), "DS")
    ]


_COMMANDING = frozenset({"04", "05"})
"""Roles of the DCC's parties that sign commands: access control broker, transitional change-of-supplier party."""


def certificates_of_the_dcc(dcc: BackgroundDcc) -> list[CertificateFiled]:
    """The certificates with which a reader checks the signatures of commands in the DCC's name."""
    return [
        CertificateFiled(eui=str(one.eui), role=one.role, der=one.der)
        for one in dcc.pki.certificates
        if one.usage == "DS" and one.role in _COMMANDING
    ]
