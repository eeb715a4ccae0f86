"""Consequences of a balance that crosses a threshold: warnings, emergency credit, the end of supply, its return.

Only in prepayment mode. Below the low-credit threshold the meter warns once (810D), below that of emergency credit it
offers some once (8119) unless none is to be had or it is in use. Below the disablement threshold
(lower by the emergency credit lent, once that is in use) it disables the supply (8F0F; 81AA before it when emergency
credit is used up), or waits for the end of the friendly hours to do so; back above it arms the supply, which the
consumer then enables (8F32). Emergency credit ends when all of it is paid back.
Source: SMETS2, prepayment mode; codes from the GBCS guide, 11.3. Which alert stands for which step is inferred.
"""

from __future__ import annotations

from typing import Any

from stubs.devices.account import balance
from stubs.devices.calendars import next_change, number_at
from stubs.devices.effects.context import PendingAlert
from stubs.devices.settling import settled
from stubs.devices.state import DeviceState, apply

_FRIENDLY = 1
_LOOKED_AT_AGAIN = 400 * 86_400
"""Seconds after which friendly hours without an end are looked at again."""


def floor_of(state: DeviceState) -> int:
    """The balance below which the supply is disabled."""
    return state.disablement_threshold - (state.emergency_credit if state.is_emergency else 0)


def with_consequences(
    state: DeviceState, at: int, changes: dict[str, Any]
) -> tuple[dict[str, Any], tuple[PendingAlert, ...]]:
    """``changes`` to ``state`` completed by what the balance they leave at ``at`` brings about, and its alerts."""
    after = apply(state, changes)
    left = balance(after, at)
    further, notices = _low(after, left)
    further |= _emergency(after, at, left)
    offered, offer = _offered(apply(after, further), left)
    further |= offered
    notices += offer
    after = apply(after, further)
    is_out = after.payment_mode == "prepayment" and left < floor_of(after)
    if is_out != after.is_credit_out:
        more, told = _ended(after, at, left) if is_out else _returned(after, at, left)
        further |= more | {"is_credit_out": is_out}
        notices += told
    return changes | further, tuple(notices)


def _low(state: DeviceState, left: int) -> tuple[dict[str, Any], list[PendingAlert]]:
    is_low = state.payment_mode == "prepayment" and left < state.low_credit_threshold
    if is_low == state.is_credit_low:
        return {}, []
    warning = [PendingAlert("810D", f"balance {left} fell below {state.low_credit_threshold}")] if is_low else []
    return {"is_credit_low": is_low}, warning


def is_offered(state: DeviceState, left: int) -> bool:
    """Whether the consumer may take emergency credit at a balance of ``left``."""
    return (
        state.payment_mode == "prepayment"
        and not state.is_emergency
        and state.emergency_credit_limit > 0
        and left < state.emergency_credit_threshold
    )


def _offered(state: DeviceState, left: int) -> tuple[dict[str, Any], list[PendingAlert]]:
    now = is_offered(state, left)
    if now == state.is_emergency_offered:
        return {}, []
    offer = [PendingAlert("8119", f"balance {left} fell below {state.emergency_credit_threshold}")] if now else []
    return {"is_emergency_offered": now}, offer


def _emergency(state: DeviceState, at: int, left: int) -> dict[str, Any]:
    """Emergency credit that is paid back, or that the mode no longer knows, ends."""
    is_over = state.payment_mode != "prepayment" or left >= state.disablement_threshold + state.emergency_credit
    if not state.is_emergency or not is_over:
        return {}
    return settled(state, at) | {"is_emergency": False, "emergency_credit": 0}


def _ended(state: DeviceState, at: int, left: int) -> tuple[dict[str, Any], list[PendingAlert]]:
    exhausted = [PendingAlert("81AA", "emergency credit is used up")] if state.is_emergency else []
    end = _put_off(state, at)
    if state.supply == "enabled" and end:
        return {"disable_at": end}, exhausted
    return _disabled(state, at, left, exhausted)


def _put_off(state: DeviceState, at: int) -> int:
    """Return the end of the friendly hours that hold at ``at``, or the next time to look; 0: it is none of them."""
    if state.friendly is None or number_at(state.friendly, at) != _FRIENDLY:
        return 0
    return next_change(state.friendly, at) or at + _LOOKED_AT_AGAIN


def _disabled(
    state: DeviceState, at: int, left: int, notices: list[PendingAlert]
) -> tuple[dict[str, Any], list[PendingAlert]]:
    notices = [*notices, PendingAlert("8F0F", f"balance {left} fell below {floor_of(state)}")]
    return settled(state, at) | {"supply": "disabled", "disable_at": 0}, notices


def _returned(state: DeviceState, at: int, left: int) -> tuple[dict[str, Any], list[PendingAlert]]:
    if state.supply != "disabled":
        return {"disable_at": 0} if state.disable_at else {}, []
    notice = PendingAlert("8F32", f"balance {left} is back above {floor_of(state)}")
    return settled(state, at) | {"supply": "armed"}, [notice]


def end_friendly_hours(state: DeviceState, at: int) -> tuple[dict[str, Any], tuple[PendingAlert, ...]]:
    """The friendly hours end while credit is out: disable now."""
    end = _put_off(state, at)
    if end:
        return {"disable_at": end}, ()
    changes, notices = _disabled(state, at, balance(state, at), [])
    return changes, tuple(notices)


def reconsidered(state: DeviceState, at: int) -> tuple[dict[str, Any], tuple[PendingAlert, ...]]:
    """Apply changed friendly hours to a supply whose end was put off until the end of the old ones."""
    return end_friendly_hours(state, at) if state.disable_at else ({}, ())
