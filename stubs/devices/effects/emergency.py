"""Emergency credit: lent when the balance is low, paid back first (2.5, the meter's keys, a PPMID)."""

from __future__ import annotations

from typing import Any

from stubs.devices.account import balance
from stubs.devices.effects.context import EffectContext, EffectResult, PendingAlert
from stubs.devices.effects.credit import is_offered, with_consequences
from stubs.devices.settling import settled
from stubs.devices.state import DeviceState


def activated(state: DeviceState, at: int) -> tuple[dict[str, Any], tuple[PendingAlert, ...]] | None:
    """Activate emergency credit; None: not in prepayment mode, in use already, or the balance is too high."""
    if not is_offered(state, balance(state, at)):
        return None
    lent = {"is_emergency": True, "emergency_credit": state.emergency_credit_limit}
    changes, notices = with_consequences(state, at, settled(state, at) | lent)
    return changes, (PendingAlert("81AB", f"emergency credit of {state.emergency_credit_limit} activated"), *notices)


def activate_emergency_credit(context: EffectContext) -> EffectResult:
    """2.5: refused where it is not on offer."""
    done = activated(context.state, context.at)
    return EffectResult(result="refused") if done is None else EffectResult(changes=done[0], notices=done[1])
