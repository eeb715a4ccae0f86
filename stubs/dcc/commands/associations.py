"""Keeps in the inventory which devices of a home share keys: joins, unjoins, a proxy's restored list.

Source: GBCS use cases CS03 and CS04, by their own sides: each device is told of the other by a command of its own. 8.2
has no element for it (DUIS 5.4 schema): there, devices that belong together are those of one hub.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from stubs.inventory import InventoryRecord, RecordValue
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.envelope import Group
from stubs.wire.gbcs.use_cases import read_command

FIELD = "JoinedDeviceIDs"

CommandValues = Mapping[str, Any]
"""Values that ``read_command`` finds in a command, by the names of its use case."""
Associate = Callable[[InventoryRecord, CommandValues], tuple[Eui64, ...]]
"""The devices a device shares keys with after the command with these values."""


def joined(record: InventoryRecord, told: CommandValues) -> tuple[Eui64, ...]:
    """8.7: one more."""
    return tuple(sorted({*record.joined, Eui64.parse(str(told["OtherDeviceID"]))}))


def unjoined(record: InventoryRecord, told: CommandValues) -> tuple[Eui64, ...]:
    """8.8: one less."""
    return tuple(other for other in record.joined if other != Eui64.parse(str(told["OtherDeviceID"])))


def restored(_record: InventoryRecord, told: CommandValues) -> tuple[Eui64, ...]:
    """8.12.2: those of the proxy that was exchanged."""
    return tuple(sorted(Eui64.parse(str(one["DeviceID"])) for one in told["LogEntries"]))


def after(associate: Associate, record: InventoryRecord, group: Group) -> dict[str, RecordValue]:
    """Fields of the inventory that change once the device did what the command told it; empty: none.

    Read from the command: the body of a Signed Pre-Command does not repeat whom it is about.
    """
    others = associate(record, read_command(group.other.message_code, group.content))
    return {FIELD: [str(other) for other in others]} if others != record.joined else {}
