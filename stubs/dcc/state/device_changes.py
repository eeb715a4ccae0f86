"""Changes the state of a physical device, and schedules its next action of its own."""

from __future__ import annotations

from collections.abc import Mapping

from stubs.dcc.state.transaction import Transaction
from stubs.devices import next_due
from stubs.events import DeviceChanged
from stubs.scheduler.items import DeviceActivity
from stubs.wire.eui64 import Eui64


def change_device(transaction: Transaction, device: Eui64, changes: Mapping[str, object], cause: str) -> None:
    """Change a device's state, and put on the agenda what will happen to it by itself."""
    if not changes:
        return
    transaction.emit(DeviceChanged(device=str(device), values=dict(changes), cause=cause))
    due = next_due(transaction.state.devices[device], transaction.now)
    name = f"device {device}"
    waiting = transaction.state.agenda.items.get(name)
    if due is not None and (waiting is None or waiting.due != due):
        transaction.schedule(due, DeviceActivity(device), name)
    elif due is None and waiting is not None:
        transaction.done(name, "nothing due")
