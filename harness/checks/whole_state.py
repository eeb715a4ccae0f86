"""The whole state of a scenario's home at an entry: every device and every record of the inventory, folded from events.

A refusal is proved by it: what was before the request is compared with what is afterwards, field by field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec

from harness.checks.evidence import Evidence
from stubs.events import DeviceChanged, DeviceManufactured, InventoryChanged

_OF_TIME_AND_TESTERS = ("time", "raised by a tester", "set by a tester", "out of reach", "in reach again", "premises")
"""Beginnings of causes that belong to no request."""
_BY_A_TESTER = ", by a tester"
NOTES_OF_A_DEVICE = frozenset({"counters", "own_counter", "logged", "event_log", "pending"})
"""Fields in which a device notes that a command came, whatever becomes of it: no effect of the command."""


@dataclass(frozen=True, slots=True)
class WholeState:
    """Devices and inventory records by EUI, each as names to values."""

    devices: Mapping[str, Mapping[str, Any]]
    inventory: Mapping[str, Mapping[str, Any]]

    @property
    def digest(self) -> str:
        """SHA-256, as hex, over all of it in a fixed order."""
        return sha256(msgspec.json.encode((self.devices, self.inventory), order="deterministic")).hexdigest()

    @property
    def words(self) -> str:
        """Return the number of devices and records, in words."""
        return f"{len(self.devices)} devices and {len(self.inventory)} records of the inventory"


def whole_state(evidence: Evidence, until: int) -> WholeState:
    """Fold the entries up to ``until``, included, into the state of the scenario's home."""
    devices: dict[str, dict[str, Any]] = {}
    inventory: dict[str, dict[str, Any]] = {}
    for entry in evidence.entries:
        if entry.seq > until:
            break
        match entry.event:
            case DeviceManufactured(device=device, values=values) | DeviceChanged(device=device, values=values):
                devices[device] = devices.get(device, {}) | values
            case InventoryChanged(device=device, values=values):
                inventory[device] = inventory.get(device, {}) | values
            case _:
                pass
    return WholeState(devices, inventory)


def differences(before: WholeState, after: WholeState) -> Iterator[str]:
    """Fields that differ, in words."""
    for kind, old, new in (
        ("device", before.devices, after.devices),
        ("inventory record", before.inventory, after.inventory),
    ):
        for eui in sorted(old.keys() | new.keys()):
            one, other = old.get(eui, {}), new.get(eui, {})
            yield from (
                f"{name} of {kind} {eui}"
                for name in sorted(one.keys() | other.keys())
                if one.get(name) != other.get(name)
            )


def changes_without_another_cause(
    evidence: Evidence, after: int, wanted: frozenset[str], notes: frozenset[str] = frozenset()
) -> list[int]:
    """Entries beyond ``after`` that changed a device or a record, but for those of time, testers and other requests.

    Args:
        evidence: of the scenario.
        after: entry at which the request was refused.
        wanted: RequestIDs of the refused request.
        notes: fields of devices whose changes do not count.
    """
    found = []
    for entry in evidence.entries:
        event = entry.event
        if entry.seq <= after or not isinstance(event, DeviceChanged | InventoryChanged):
            continue
        if isinstance(event, DeviceChanged) and event.values and event.values.keys() <= notes:
            continue
        is_of_another = event.cause.count(":") == 2 and event.cause not in wanted
        if not (is_of_another or event.cause.startswith(_OF_TIME_AND_TESTERS) or event.cause.endswith(_BY_A_TESTER)):
            found.append(entry.seq)
    return found
