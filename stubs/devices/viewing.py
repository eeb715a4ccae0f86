"""A device as a tester looks at it: its fields, and its registers as they stand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from stubs.devices.account import balance, prepayment
from stubs.devices.network import power, voltage
from stubs.devices.registers import block_matrix, export_register, import_register, secondary_register, tou_registers
from stubs.devices.state import DeviceState, instant, seconds
from stubs.devices.tariffs import trimmed

DeviceView = Mapping[str, Any]
"""A device as a tester sees it, by the fields of its state, in JSON's types."""


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
