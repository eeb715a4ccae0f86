"""The hub's device log: which devices may join its network, and which have (8.11)."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from stubs.devices.effects.context import EffectContext, EffectResult, PendingAlert
from stubs.devices.state import DeviceState, LoggedDevice
from stubs.wire.eui64 import Eui64

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


def add_device(context: EffectContext) -> EffectResult:
    """CCS01: enter a device with its install code; it joins at once when it is there and its code agrees.

    A full log refuses (joining of a 17th device). Adding a device again replaces its entry.
    """
    device, code = str(context.values["DeviceID"]), str(context.values["InstallCode"]).lower()
    others = _without(context.state, device)
    if len(others) >= _LIMIT:
        return EffectResult(result="refused")
    neighbour = context.surroundings.devices.get(Eui64.parse(device))
    joins = neighbour is not None and neighbour.reachable and neighbour.install_code == code
    entry = LoggedDevice(
        device=device,
        install_code=code,
        added=context.at,
        join_until=context.at + int(context.values["JoinTimePeriod"]),
        joined=joins,
    )
    notices = [PendingAlert("8F12", f"{device} added to the device log")]
    other_changes: dict[Eui64, dict[str, Any]] = {}
    if neighbour is not None and joins:
        notices.append(PendingAlert("8183", f"{device} joined the home network"))
        other_changes[neighbour.id] = {"hub": context.state.eui}
    log = (*others, entry)
    changes = {"device_log": log, "former_devices": former_devices(context.state, log, context.at)}
    return EffectResult(changes=changes, notices=tuple(notices), other_changes=other_changes)


def remove_device(context: EffectContext) -> EffectResult:
    """CCS02: take a device out of the log; it leaves the network. Refused when it is not in the log."""
    device = str(context.values["DeviceID"])
    others = _without(context.state, device)
    if len(others) == len(context.state.device_log):
        return EffectResult(result="refused")
    neighbour = context.surroundings.devices.get(Eui64.parse(device))
    left = {neighbour.id: {"hub": ""}} if neighbour is not None and neighbour.hub_id == context.state.id else {}
    return EffectResult(
        changes={"device_log": others, "former_devices": former_devices(context.state, others, context.at)},
        notices=(PendingAlert("8F12", f"{device} removed from the device log"),),
        other_changes=left,
    )
