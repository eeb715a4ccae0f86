"""A device as a tester looks at it: its fields, and its registers as they stand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypedDict, get_type_hints

import msgspec

from stubs.devices.account import balance, prepayment
from stubs.devices.network import power, voltage
from stubs.devices.registers import block_matrix, export_register, import_register, secondary_register, tou_registers
from stubs.devices.state import DeviceState, instant, seconds
from stubs.devices.tariffs import trimmed


class WaitingCommand(msgspec.Struct, frozen=True):
    """A future-dated command that the device holds, as a tester sees it."""

    use_case: str
    """Name of the use case."""
    due: str
    """When it is carried out, ISO 8601."""
    originator: str
    """EUI-64 of who sent it, dashed."""


class AsSeen(msgspec.Struct, frozen=True):
    """Fields of a view that the state does not have, or that the view shows in another form."""

    since: str
    """Instant for which registers and balance are told, ISO 8601."""
    tou: list[int]
    """Time-of-use registers 1, 2, ... as they stand, Wh or litres."""
    blocks: list[int]
    """The block matrix as it stands, Wh or litres, by (block - 1) * 8 + column - 1."""
    pending: list[WaitingCommand]
    """Commands the device holds for a date."""
    prepayment: dict[str, int]
    """The six prepayment registers by the names of GBCS, thousandths of a penny."""
    power: int
    """Active power import, W: the mean of the running half hour."""
    voltage: int
    """Mean RMS voltage, tenths of a volt."""


if TYPE_CHECKING:
    DeviceView = Mapping[str, Any]
    """A device as a tester sees it, by the fields of its state, in JSON's types."""
else:
    DeviceView = TypedDict("DeviceView", get_type_hints(DeviceState, include_extras=True) | get_type_hints(AsSeen))


def view(state: DeviceState, now: datetime) -> DeviceView:
    """Every field in JSON's types; registers, balance, power (W) and voltage (tenths) at ``now``; instants as ISO 8601.

    ``tou`` starts with register 1 here, and ``prepayment`` is added.
    """
    at = seconds(now)
    fields: dict[str, Any] = {name: msgspec.to_builtins(getattr(state, name)) for name in DeviceState.__struct_fields__}
    fields["import_register"] = import_register(state, at)
    fields["secondary_register"] = secondary_register(state, at)
    fields["export_register"] = export_register(state, at)
    fields["balance"] = balance(state, at)
    fields["tou"] = trimmed(list(tou_registers(state, at)))
    fields["blocks"] = trimmed(list(block_matrix(state, at)))
    fields["prepayment"] = prepayment(state, at)
    fields["power"] = power(state, at)
    fields["voltage"] = voltage(state, at)
    fields["since"] = max(now, instant(state.since)).isoformat()
    fields["pending"] = [
        {"use_case": pending.use_case, "due": instant(pending.due).isoformat(), "originator": pending.originator}
        for pending in state.pending
    ]
    return fields
