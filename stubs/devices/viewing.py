"""A device as a tester looks at it: its fields, and its registers as they stand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from stubs.devices.registers import balance, import_register, secondary_register
from stubs.devices.state import DeviceState, instant, seconds


def view(state: DeviceState, now: datetime) -> dict[str, Any]:
    """Every field in JSON's types, the registers and the balance at ``now``, instants as ISO 8601."""
    at = seconds(now)
    fields: dict[str, Any] = {name: msgspec.to_builtins(getattr(state, name)) for name in DeviceState.__struct_fields__}
    fields["import_register"] = import_register(state, at)
    fields["secondary_register"] = secondary_register(state, at)
    fields["balance"] = balance(state, at)
    fields["since"] = max(now, instant(state.since)).isoformat()
    fields["pending"] = [
        {"use_case": pending.use_case, "due": instant(pending.due).isoformat(), "originator": pending.originator}
        for pending in state.pending
    ]
    return fields
