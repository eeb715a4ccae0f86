"""Keeps in the inventory which devices of a home share keys: joins, unjoins, a proxy's restored list.

Source: GBCS use cases CS03 and CS04, by their own sides: each device is told of the other by a command of its own. 8.2
has no element for it (DUIS 5.4 schema): there, devices that belong together are those of one hub.
"""

from __future__ import annotations

from collections.abc import Callable

from stubs.inventory import InventoryRecord, RecordValue
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.envelope import Group
from stubs.wire.gbcs.use_cases import read_command

FIELD = "JoinedDeviceIDs"

Associate = Callable[[InventoryRecord, tuple[Eui64, ...]], tuple[Eui64, ...]]
"""The devices a device shares keys with after a command that named some."""


def joined(record: InventoryRecord, named: tuple[Eui64, ...]) -> tuple[Eui64, ...]:
    """8.7: one more."""
    return tuple(sorted({*record.joined, *named}))


def unjoined(record: InventoryRecord, named: tuple[Eui64, ...]) -> tuple[Eui64, ...]:
    """8.8: one less."""
    return tuple(other for other in record.joined if other not in named)


def restored(_record: InventoryRecord, named: tuple[Eui64, ...]) -> tuple[Eui64, ...]:
    """8.12.2: those of the proxy that was exchanged."""
    return tuple(sorted(named))


def named_in(group: Group) -> tuple[Eui64, ...]:
    """The devices that a command of CS03 or CS04 names: the other one, or those of a device log."""
    values = read_command(group.other.message_code, group.content)
    other = values.get("OtherDeviceID")
    named = [other] if other is not None else [entry["DeviceID"] for entry in values["LogEntries"]]
    return tuple(Eui64.parse(str(device)) for device in named)


def after(associate: Associate, record: InventoryRecord, group: Group) -> dict[str, RecordValue]:
    """Fields of the inventory that change once the device did what the command told it; empty: none.

    Read from the command: the body of a Signed Pre-Command does not repeat whom it is about.
    """
    others = associate(record, named_in(group))
    return {FIELD: [str(other) for other in others]} if others != record.joined else {}
