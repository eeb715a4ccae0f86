"""Load limiting: the supply ends when the load stays above its limit, and is armed again after the restoration period.

Source: SMETS2, load limiting; that the meter arms rather than enables is inferred.
"""

from __future__ import annotations

from typing import Any

from stubs.devices.effects.context import EffectContext, EffectResult, PendingAlert
from stubs.devices.records import LoadLimit
from stubs.devices.settling import settled
from stubs.devices.state import DeviceState


def limit_load(state: DeviceState, at: int) -> tuple[dict[str, Any], tuple[PendingAlert, ...]]:
    """The load stayed above the limit for its period: disable (8F33)."""
    limit = state.load_limit
    changes = settled(state, at) | {"supply": "disabled", "load_limited": state.load_limited + 1, "load_seen": at}
    if limit is not None and limit.restoration:
        changes["restore_at"] = at + limit.restoration
    return changes, (PendingAlert("8F33", "the load stayed above its limit"),)


def restore_load(state: DeviceState, at: int) -> tuple[dict[str, Any], tuple[PendingAlert, ...]]:
    """The restoration period is over: arm (8F32), unless credit keeps the supply off."""
    if state.supply != "disabled" or state.is_credit_out:
        return {"restore_at": 0}, ()
    changes = settled(state, at) | {"supply": "armed", "restore_at": 0}
    return changes, (PendingAlert("8F32", "the load limit's restoration period is over"),)


def see_load(state: DeviceState, at: int) -> tuple[dict[str, Any], tuple[PendingAlert, ...]]:  # noqa: ARG001
    """A fortnight without overload."""
    return {"load_seen": at}, ()


def load_limit(context: EffectContext, threshold: int, period: int, restoration: int) -> EffectResult:
    """6.4.1: new settings; a threshold of 0 W switches load limiting off (inferred)."""
    limit = LoadLimit(threshold, period, restoration) if threshold else None
    return EffectResult(changes={"load_limit": limit, "load_seen": context.at})


def reset_load_counter(context: EffectContext) -> EffectResult:
    """6.4.2."""
    return EffectResult(changes={"load_limited": 0} if context.state.load_limited else {})
