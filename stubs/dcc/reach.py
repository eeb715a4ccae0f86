"""Whether the DCC can reach a device: it is on its network, and the hub of that network can be reached.

A hub that is out of reach (no SM WAN, no power) takes its devices with it, whatever they do meanwhile; what they tell
waits with them and leaves, in the order it was raised, once both are back (inferred).
"""

from __future__ import annotations

from stubs.dcc.changes import change_device
from stubs.dcc.state import State
from stubs.dcc.turn import Turn
from stubs.devices import RaisedAlert, unsent

UNREACHABLE = "unreachable"
"""Why a device that is not on its network does not answer."""
_HUB = "CHF"


def is_in_reach(state: State, device: str) -> bool:
    """Whether a message gets to a device and back; False for one that does not exist."""
    physical = state.fleet.get(device)
    if physical is None or not physical.reachable:
        return False
    hub = state.fleet.get(physical.hub)
    return hub is None or hub.reachable


def has_network(state: State, device: str) -> bool:
    """Whether the home network of a device works: its hub, if it has one, has power."""
    physical = state.fleet.get(device)
    hub = state.fleet.get(physical.hub) if physical is not None else None
    return hub is None or not hub.outages or bool(hub.outages[-1].restored)


def behind(state: State, device: str) -> tuple[str, ...]:
    """The devices that are reached through a hub; none for what is no hub."""
    physical = state.fleet.get(device)
    if physical is None or physical.device_type != _HUB:
        return ()
    listed = [entry.device for entry in physical.device_log]
    listed += [record.device for record in state.inventory.on_hub(device)]
    return tuple(one for one in dict.fromkeys(listed) if one in state.fleet and state.fleet[one].hub == device)


def released(turn: Turn, device: str) -> list[tuple[str, RaisedAlert]]:
    """What waited at a device, and behind it if it is a hub, and can leave now: whose, and what, oldest first."""
    found = []
    for one in (device, *behind(turn.state, device)):
        waiting = turn.state.fleet[one].unsent
        if waiting and is_in_reach(turn.state, one):
            alerts = unsent(turn.state.fleet[one])
            found += [(kept.at, one, alert) for kept, alert in zip(waiting, alerts, strict=True)]
            change_device(turn, one, {"unsent": []}, "in reach again: alerts leave")
    return [(one, alert) for _, one, alert in sorted(found, key=lambda entry: entry[0])]
