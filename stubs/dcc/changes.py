"""A physical device changes: its state, and when it will next do something by itself."""

from __future__ import annotations

from typing import Any

from stubs.dcc.turn import Turn
from stubs.devices import next_due
from stubs.events import DeviceChanged


def change_device(turn: Turn, device: str, changes: dict[str, Any], cause: str) -> None:
    """Change a device's state, and put on the agenda what will happen to it by itself."""
    if not changes:
        return
    turn.emit(DeviceChanged(device=device, values=changes, cause=cause))
    due = next_due(turn.state.fleet[device], turn.now)
    name = f"device {device}"
    waiting = turn.state.agenda.items.get(name)
    if due is not None and (waiting is None or waiting.due != due):
        turn.schedule("device", due, {"device": device}, name)
    elif due is None and waiting is not None:
        turn.done(name, "nothing due")
