"""Security credentials of parties: what a device holds, and how they are replaced (6.15.1, 6.21, 6.23, 6.24.1, 8.5).

A certificate takes a cell when it is what the cell is for (role, usage) and its path leads to a root the device knows,
see ``paths``; the test PKI has no revocation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stubs.devices.effects.context import Effect, EffectContext, EffectResult, PendingAlert
from stubs.devices.paths import is_root, is_trusted
from stubs.devices.records import Anchor
from stubs.devices.state import CELL_ROLES, highest, raised
from stubs.devices.trust import MANAGEMENT, TOP_UP, replaced
from stubs.wire.certificates import NO_EUI, Certificate
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64, eui_or_none

ROLE_CELLS = {
    "Root": "root",
    "Recovery": "recovery",
    "Supplier": "supplier",
    "NetworkOperator": "network_operator",
    "ACB": "acb",
    "TransCoS": "transitional_cos",
    "WANProvider": "wan_provider",
    "LoadController": "load_controller",
}
USAGES = {"DigitalSignature": ("DS", MANAGEMENT), "KeyAgreement": ("KA", MANAGEMENT), "PrepaymentTopUp": ("KA", TOP_UP)}
_BAD_CERTIFICATE, _NO_ANCHOR = 5, 25
_NO_KEY_ID = bytes(8).hex()
_NOT_HELD = 1


def _held(context: EffectContext, cell: str, usage: str, cell_usage: int) -> Certificate | None:
    """The certificate a cell holds."""
    state = context.state
    if (found := replaced(state, cell, usage, cell_usage)) is not None:
        return found
    name = getattr(state, cell)
    if not name or context.certificates is None:
        return None
    if cell_usage == TOP_UP:
        known = context.certificates.secondary(Eui64.parse(name), usage)
    else:
        known = context.certificates.of(Eui64.parse(name), usage, f"{CELL_ROLES[cell]:02X}")
    return known[0] if known else None


def _identity(certificate: Certificate | None, party: str) -> dict[str, str]:
    key = certificate.subject_key_id.hex().upper() if certificate is not None else _NO_KEY_ID
    return {"ExistingRemotePartyID": party or str(NO_EUI), "ExistingCertificateHash": key}


def read_credentials(context: EffectContext) -> EffectResult:
    """6.24.1: the parties in the cells asked for, their counters and certificates."""
    details = []
    for role in context.values["RemotePartyRoles"]:
        cell = ROLE_CELLS.get(role, "")
        party = context.state.party_in(cell)
        if party is None:
            details.append({"RemotePartyRole": role, "StatusCode": _NOT_HELD})
            continue
        certificates = [
            {"CertificateUsage": name} | _identity(found, str(party))
            for name, (usage, cell_usage) in USAGES.items()
            if (found := _held(context, cell, usage, cell_usage)) is not None
        ]
        floor = max(0, highest(context.state.counters, party))
        entry = {"RemotePartyRole": role, "StatusCode": 0, "RemotePartyFloorSeqNumber": floor}
        details.append(entry | {"Certificates": certificates})
    return EffectResult({"RemotePartyDetails": details})


def _problem(
    context: EffectContext, one: Mapping[str, Any], certificate: Certificate | None, path: Sequence[Certificate]
) -> int:
    """Return the reason code why a certificate cannot take its cell; 0 when it can."""
    role, name = one["RemotePartyRole"], one["CertificateUsage"]
    cell = ROLE_CELLS.get(role, "")
    if not cell or (name in USAGES and not getattr(context.state, cell) and role != "LoadController"):
        return _NO_ANCHOR
    if certificate is None or certificate.role != f"{CELL_ROLES[cell]:02X}":
        return _BAD_CERTIFICATE
    if name in USAGES and certificate.usage != USAGES[name][0]:
        return _BAD_CERTIFICATE
    return 0 if is_root(certificate) or is_path_trusted(context, certificate, path) else _BAD_CERTIFICATE


def is_path_trusted(context: EffectContext, certificate: Certificate, path: Sequence[Certificate] = ()) -> bool:
    """Whether the issuer of ``certificate`` leads to a root; ``path`` are authorities that the command brought."""
    parties = (Eui64.parse(name) for cell in CELL_ROLES if (name := getattr(context.state, cell)))
    own = (
        () if context.credentials is None else (context.credentials.ds.certificate, context.credentials.ka.certificate)
    )
    return context.certificates is None or is_trusted(certificate, path, context.certificates, parties, own)


def certificate_of(text: str) -> Certificate | None:
    """The certificate in a command (hexadecimal); None: not one of the SMKI profile."""
    try:
        return Certificate.from_der(bytes.fromhex(text))
    except PeerError:
        return None


def replace_credentials(mode: int) -> Effect:
    """6.15.1, 6.21, 6.23, 8.5 and recovery: certificates take their cells, floors their counters."""

    def effect(context: EffectContext) -> EffectResult:
        state, outcomes = context.state, []
        anchors: dict[tuple[int, str, int], Anchor] = {(a.role, a.usage, a.cell_usage): a for a in state.anchors}
        cells: dict[str, str] = {}
        given = (certificate_of(text) for text in context.values.get("CertificationPathCertificates", ()))
        path = tuple(one for one in given if one is not None)
        for one in context.values["ReplacementCertificates"]:
            certificate = certificate_of(one["Certificate"])
            status = _problem(context, one, certificate, path)
            cell = ROLE_CELLS.get(one["RemotePartyRole"], "")
            usage, cell_usage = USAGES.get(one["CertificateUsage"], ("KA", MANAGEMENT))
            before = _identity(_held(context, cell, usage, cell_usage) if cell else None, getattr(state, cell, ""))
            entry = {"RemotePartyRole": one["RemotePartyRole"], "CertificateUsage": one["CertificateUsage"]} | before
            entry |= {"StatusCode": status}
            if status or certificate is None:
                entry |= {
                    "NewRemotePartyID": before["ExistingRemotePartyID"],
                    "NewCertificateHash": before["ExistingCertificateHash"],
                }
            else:
                cells[cell] = str(certificate.eui) if certificate.eui != NO_EUI else getattr(state, cell)
                entry |= {
                    "NewRemotePartyID": str(certificate.eui),
                    "NewCertificateHash": certificate.subject_key_id.hex().upper(),
                }
                role = CELL_ROLES[cell]
                anchors[role, usage, cell_usage] = Anchor(role, usage, cell_usage, certificate.der)  # type: ignore[arg-type]
            outcomes.append(entry)
        floors, changed = _floors(context, cells)
        values = {
            "ExecutionOutcome": {
                "AuthorisingRemotePartyOriginatorCounter": context.counter,
                "CredentialsReplacementMode": mode,
                "RemotePartySeqNumberChange": changed,
                "ReplacementOutcome": outcomes,
            }
        }
        if not cells:
            return EffectResult(values, result="refused")
        changes = {**cells, "anchors": tuple(anchors.values()), "counters": floors}
        return EffectResult(values, changes, (PendingAlert("8F70", "credentials were replaced", context.party),))

    return effect


def _floors(context: EffectContext, cells: dict[str, str]) -> tuple[tuple[tuple[str, int], ...], list[dict[str, Any]]]:
    """Counters of the parties now in the cells, and what the outcome says of them."""
    counters = context.state.counters
    changed: list[dict[str, Any]] = []
    own = context.values.get("RemotePartyFloorSeqNumber")
    if own is not None and cells:
        role = context.values["ReplacementCertificates"][0]["RemotePartyRole"]
        changed.append({"RemotePartyRole": role, "RemotePartyFloorSeqNumber": int(own)})
        top_up = context.values.get("RemotePartyPrepaymentTopUpFloorSeqNumber")
        if top_up is not None:
            changed[0]["RemotePartyPrepaymentTopUpFloorSeqNumber"] = int(top_up)
    changed += [dict(one) for one in context.values.get("OtherFloors", ())]
    for one in changed:
        cell = ROLE_CELLS.get(one["RemotePartyRole"], "")
        party = eui_or_none(cells.get(cell)) or context.state.party_in(cell)
        if party is not None:
            counters = raised(counters, party, int(one["RemotePartyFloorSeqNumber"]))
    return counters, changed
