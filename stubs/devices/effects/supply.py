"""Supply: enable and disable. Registers are settled first, since a disabled supply stops them."""

from __future__ import annotations

from typing import Any

from stubs.devices.effects.context import EffectContext, EffectResult, PendingAlert
from stubs.devices.settling import settled
from stubs.devices.state import Supply

_NOTICES: dict[Supply, tuple[PendingAlert, ...]] = {
    "disabled": (PendingAlert("8F57", "supply disabled by command"),),
}
"""Inferred: the guide names no alert for enabling, and none of its own for a remote disablement."""


def _turned(context: EffectContext, to: Supply) -> tuple[dict[str, Any], tuple[PendingAlert, ...]]:
    if context.state.supply == to:
        return {}, ()
    return settled(context.state, context.at) | {"supply": to}, _NOTICES.get(to, ())


def enable(context: EffectContext) -> EffectResult:
    """7.1: close the load switch."""
    changes, notices = _turned(context, "enabled")
    return EffectResult(changes=changes, notices=notices)


def disable(context: EffectContext) -> EffectResult:
    """7.2 on electricity: open the load switch."""
    changes, notices = _turned(context, "disabled")
    return EffectResult(changes=changes, notices=notices)


def disable_valve(context: EffectContext) -> EffectResult:
    """7.2 on gas: close the valve; the response names the state reached."""
    changes, notices = _turned(context, "disabled")
    return EffectResult({"SupplyState": "Disabled"}, changes, notices)


def arm(context: EffectContext) -> EffectResult:
    """7.3 on electricity: the consumer may turn the supply on."""
    changes, notices = _turned(context, "armed")
    return EffectResult(changes=changes, notices=notices)


def arm_valve(context: EffectContext) -> EffectResult:
    """7.3 on gas; the response names the state reached."""
    changes, notices = _turned(context, "armed")
    return EffectResult({"SupplyState": "Armed"}, changes, notices)
