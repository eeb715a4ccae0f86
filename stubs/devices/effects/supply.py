"""Supply: enable and disable. Registers are settled first, since a disabled supply stops them."""

from __future__ import annotations

from typing import Any

from stubs.devices.effects.call import Call, Done, Notice
from stubs.devices.settling import settled
from stubs.devices.state import Supply

_NOTICES: dict[Supply, tuple[Notice, ...]] = {
    "disabled": (Notice("8F57", "supply disabled by command"),),
}
"""Inferred: the guide names no alert for enabling, and none of its own for a remote disablement."""


def _turned(call: Call, to: Supply) -> tuple[dict[str, Any], tuple[Notice, ...]]:
    if call.state.supply == to:
        return {}, ()
    return settled(call.state, call.at) | {"supply": to}, _NOTICES.get(to, ())


def enable(call: Call) -> Done:
    """7.1: close the load switch."""
    changes, notices = _turned(call, "enabled")
    return Done(changes=changes, notices=notices)


def disable(call: Call) -> Done:
    """7.2 on electricity: open the load switch."""
    changes, notices = _turned(call, "disabled")
    return Done(changes=changes, notices=notices)


def disable_valve(call: Call) -> Done:
    """7.2 on gas: close the valve; the response names the state reached."""
    changes, notices = _turned(call, "disabled")
    return Done({"SupplyState": "Disabled"}, changes, notices)


def arm(call: Call) -> Done:
    """7.3 on electricity: the consumer may turn the supply on."""
    changes, notices = _turned(call, "armed")
    return Done(changes=changes, notices=notices)


def arm_valve(call: Call) -> Done:
    """7.3 on gas; the response names the state reached."""
    changes, notices = _turned(call, "armed")
    return Done({"SupplyState": "Armed"}, changes, notices)
