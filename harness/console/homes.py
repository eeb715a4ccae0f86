"""View of a device for the live page: the state in groups that a person knows, and the acts that it allows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.console.index import JournalIndex
from harness.console.sources import Source
from schemas.load import device_alerts
from stubs.app import OCCURRENCES
from stubs.events import MessageQueued
from stubs.wire.eui64 import Eui64

_GROUPS: Mapping[str, tuple[str, ...]] = {
    "State": (
        "reachable", "commissioned", "supply", "hardware_fault", "payment_mode", "firmware_version", "clock_status",
        "clock_offset", "hub", "supplier", "network_operator", "tamper", "joined", "display_message",
    ),
    "Registers": (
        "import_register", "secondary_register", "export_register", "generation", "tou", "secondary_tou", "blocks",
        "block_counters", "power", "voltage", "volume", "flow", "conversion_factor", "calorific_value",
    ),
    "Balance": (
        "balance", "prepayment", "price", "standing_charge", "emergency_credit", "accumulated_debt", "payment_debt",
        "time_debt_1", "time_debt_2", "is_credit_low", "is_credit_out", "is_emergency", "is_emergency_offered",
        "emergency_exhausted", "disablement_threshold", "low_credit_threshold", "suspend_debt_emergency",
        "suspend_debt_disabled",
    ),
}  # fmt: skip
"""Fields of a device's state that come first, under the heading that a person looks for."""
_HIDDEN = frozenset({"eui", "device_type", "seed", "install_code", "own_keys", "image"})


@dataclass(frozen=True, slots=True)
class CertificateShown:
    """One certificate of a device or one it trusts."""

    serial: str
    usage: str
    subject: str
    not_after: str


@dataclass(frozen=True, slots=True)
class AlertShown:
    """One alert a device raised."""

    seq: int
    at: str
    code: str
    meaning: str
    user: str


@dataclass(frozen=True, slots=True)
class DeviceDetail:
    """Everything about one device."""

    eui: str
    device_type: str
    groups: dict[str, list[tuple[str, str]]]
    certificates: tuple[CertificateShown, ...]
    alerts: tuple[AlertShown, ...]
    inventory: list[tuple[str, str]]
    changeable: tuple[str, ...]
    occurrences: tuple[str, ...]


def device_detail(source: Source, index: JournalIndex, eui: str) -> DeviceDetail:
    """Return the present state of a device. Raises: LookupError: there is none; Blocked: the simulated DCC stopped."""
    control = source.live_control
    state = control.device(eui)
    inventory = control.inventory(eui) or {}
    shown = index.devices.get(eui)
    return DeviceDetail(
        eui=eui,
        device_type=str(state.get("device_type", "")),
        groups=_groups(state),
        certificates=_certificates(source, eui),
        alerts=_alerts(source, shown.alerts if shown else []),
        inventory=[(name, text(value)) for name, value in inventory.items()],
        changeable=tuple(sorted(name for name in state if name not in _HIDDEN)),
        occurrences=tuple(sorted(OCCURRENCES)),
    )


def _groups(state: Mapping[str, Any]) -> dict[str, list[tuple[str, str]]]:
    groups = {title: [(name, text(state[name])) for name in names if name in state] for title, names in _GROUPS.items()}
    known = {name for names in _GROUPS.values() for name in names} | _HIDDEN
    groups["Everything else"] = [(name, text(value)) for name, value in state.items() if name not in known]
    return {title: rows for title, rows in groups.items() if rows}


def text(value: Any) -> str:
    """A value of a device's state for people."""
    if value is True or value is False:
        return "yes" if value else "no"
    if value is None or value == "":
        return "—"
    if isinstance(value, list | tuple) and not value:
        return "none"
    if isinstance(value, list | tuple):
        return ", ".join(text(one) for one in value)
    if isinstance(value, dict):
        return "; ".join(f"{name} {text(one)}" for name, one in value.items()) or "none"
    return value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)


def _certificates(source: Source, eui: str) -> tuple[CertificateShown, ...]:
    identity = Eui64.parse(eui)
    return tuple(
        CertificateShown(str(one.serial), one.usage, one.subject_name, f"{one.not_after:%Y-%m-%d}")
        for usage in ("DS", "KA")
        for one in source.pki.certificates_of(identity, usage)
    )


def _alerts(source: Source, seqs: list[int]) -> tuple[AlertShown, ...]:
    known = device_alerts()
    shown = []
    for seq in reversed(seqs[-10:]):
        entry = source.journal.entry(seq)
        if entry is None or not isinstance(entry.event, MessageQueued):
            continue
        code = entry.event.alert_code or ""
        row = known.get(code)
        shown.append(
            AlertShown(seq, f"{entry.at:%Y-%m-%d %H:%M:%S}", code, row.meaning if row else "", entry.event.user)
        )
    return tuple(shown)
