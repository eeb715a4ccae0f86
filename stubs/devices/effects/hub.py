"""The hub's device log: which devices may join its network, and which have (8.11)."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from stubs.devices.effects.call import Call, Done, Notice
from stubs.devices.state import DeviceState, LoggedDevice

_LIMIT = 16
"""Devices a hub's log holds, and as many that left it (inferred from the fixed sizes of public hubs)."""


def _without(state: DeviceState, device: str) -> tuple[LoggedDevice, ...]:
    return tuple(entry for entry in state.device_log if entry.device != device)


def former_devices(state: DeviceState, log: tuple[LoggedDevice, ...], at: int) -> tuple[LoggedDevice, ...]:
    """The devices that were in the hub's log once, when ``log`` takes its place at ``at``; the oldest are forgotten."""
    listed = {entry.device for entry in log}
    gone = tuple(replace(entry, joined=False, removed=at) for entry in state.device_log if entry.device not in listed)
    again = listed | {entry.device for entry in gone}
    return (*(entry for entry in state.former_devices if entry.device not in again), *gone)[-_LIMIT:]


def add_device(call: Call) -> Done:
    """CCS01: enter a device with its install code; it joins at once when it is there and its code agrees.

    A full log refuses (joining of a 17th device). Adding a device again replaces its entry.
    """
    device, code = str(call.values["DeviceID"]), str(call.values["InstallCode"]).lower()
    others = _without(call.state, device)
    if len(others) >= _LIMIT:
        return Done(result="refused")
    neighbour = call.surroundings.devices.get(device)
    joins = neighbour is not None and neighbour.reachable and neighbour.install_code == code
    entry = LoggedDevice(
        device=device,
        install_code=code,
        added=call.at,
        join_until=call.at + int(call.values["JoinTimePeriod"]),
        joined=joins,
    )
    notices = [Notice("8F12", f"{device} added to the device log")]
    other_changes: dict[str, dict[str, Any]] = {}
    if joins:
        notices.append(Notice("8183", f"{device} joined the home network"))
        other_changes[device] = {"hub": call.state.eui}
    log = (*others, entry)
    changes = {"device_log": log, "former_devices": former_devices(call.state, log, call.at)}
    return Done(changes=changes, notices=tuple(notices), other_changes=other_changes)


def remove_device(call: Call) -> Done:
    """CCS02: take a device out of the log; it leaves the network. Refused when it is not in the log."""
    device = str(call.values["DeviceID"])
    others = _without(call.state, device)
    if len(others) == len(call.state.device_log):
        return Done(result="refused")
    neighbour = call.surroundings.devices.get(device)
    left = {device: {"hub": ""}} if neighbour is not None and neighbour.hub == call.state.eui else {}
    return Done(
        changes={"device_log": others, "former_devices": former_devices(call.state, others, call.at)},
        notices=(Notice("8F12", f"{device} removed from the device log"),),
        other_changes=left,
    )
