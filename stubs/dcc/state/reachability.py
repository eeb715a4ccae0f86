"""Decides whether the DCC can reach a device: it is on its network, and the hub of that network can be reached.

A hub that is out of reach (no SM WAN, no power) takes its devices with it, whatever they do meanwhile; what they tell
waits with them and leaves, in the order it was raised, once both are back (inferred).
"""

from __future__ import annotations

from stubs.dcc.state.dcc_state import DccState
from stubs.dcc.state.device_changes import change_device
from stubs.dcc.state.transaction import Transaction
from stubs.devices import DeviceState, RaisedAlert, unsent
from stubs.wire.eui64 import Eui64

UNREACHABLE = "unreachable"
"""Reason why a device that is not on its network does not answer."""
_HUB = "CHF"


def is_in_reach(state: DccState, device: Eui64) -> bool:
    """Whether a message reaches a device and its answer returns; False for a device that does not exist."""
    physical = state.devices.get(device)
    if physical is None or not (physical.reachable and physical.sm_wan):
        return False
    hub = _hub_of(state, physical)
    return hub is None or (hub.reachable and hub.sm_wan)


def _hub_of(state: DccState, physical: DeviceState) -> DeviceState | None:
    return state.devices.get(physical.hub_id) if physical.hub_id is not None else None


def has_network(state: DccState, device: Eui64) -> bool:
    """Whether the home network of a device works: its hub, if it has one, has power."""
    physical = state.devices.get(device)
    hub = _hub_of(state, physical) if physical is not None else None
    return hub is None or not hub.outages or bool(hub.outages[-1].restored)


def behind(state: DccState, device: Eui64) -> tuple[Eui64, ...]:
    """The devices that are reached through a hub; none for what is no hub."""
    physical = state.devices.get(device)
    if physical is None or physical.device_type != _HUB:
        return ()
    listed = [entry.id for entry in physical.device_log]
    listed += [record.device for record in state.inventory.on_hub(device)]
    return tuple(one for one in dict.fromkeys(listed) if one in state.devices and state.devices[one].hub_id == device)


def released(transaction: Transaction, device: Eui64) -> list[tuple[Eui64, RaisedAlert]]:
    """Alerts that waited at a device, or behind it if it is a hub, and can leave now; oldest first, with device."""
    found = []
    for one in (device, *behind(transaction.state, device)):
        waiting = transaction.state.devices[one].unsent
        if waiting and is_in_reach(transaction.state, one):
            alerts = unsent(transaction.state.devices[one])
            found += [(kept.at, one, alert) for kept, alert in zip(waiting, alerts, strict=True)]
            change_device(transaction, one, {"unsent": []}, "in reach again: alerts leave")
    return [(one, alert) for _, one, alert in sorted(found, key=lambda entry: entry[0])]
