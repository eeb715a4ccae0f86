"""Registers and balance at an instant: what they were at ``since``, moved by the home's consumption.

``at`` is in seconds since 2000-01-01, UTC. An instant before ``since`` reads as ``since``: registers never go back.
"""

from __future__ import annotations

from typing import Any

from stubs.devices.profile import used
from stubs.devices.state import DeviceState

_DAY = 86_400
_HABITS = {"ESME": "electricity", "GSME": "gas"}


def _moved(state: DeviceState, habit: str, at: int) -> int:
    if state.supply != "enabled" or at <= state.since:
        return 0
    return (used(state.seed, habit, at) - used(state.seed, habit, state.since)) // 1000


def import_register(state: DeviceState, at: int) -> int:
    """Active import of an ESME's first element in Wh, or consumption of a GSME in litres."""
    habit = _HABITS.get(state.device_type)
    return state.import_register + (_moved(state, habit, at) if habit else 0)


def secondary_register(state: DeviceState, at: int) -> int:
    """Active import of a twin element ESME's second element, Wh; 0 for any other meter."""
    if state.variant != "twin":
        return 0
    return state.secondary_register + _moved(state, "secondary", at)


def balance(state: DeviceState, at: int) -> int:
    """Meter balance in thousandths of a penny: less what was used and the standing charge since."""
    if not state.price and not state.standing_charge:
        return state.balance
    units = import_register(state, at) - state.import_register
    units += secondary_register(state, at) - state.secondary_register if state.variant == "twin" else 0
    days = max(0, at - state.since)
    return state.balance - units * state.price // 1000 - days * state.standing_charge // _DAY


def settled(state: DeviceState, at: int) -> dict[str, Any]:
    """Changes that move ``since`` to ``at``: to be made before supply, price or balance change."""
    if at <= state.since:
        return {}
    changes: dict[str, Any] = {
        "since": at,
        "import_register": import_register(state, at),
        "secondary_register": secondary_register(state, at),
        "balance": balance(state, at),
    }
    return {name: value for name, value in changes.items() if getattr(state, name) != value}


def first_below(state: DeviceState, threshold: int, after: int, horizon: int) -> int | None:
    """First instant in ``after`` < at <= ``horizon`` when the balance is below ``threshold``; None when it stays above.

    The balance only falls by itself, so halving the interval finds it.
    """
    if balance(state, horizon) >= threshold:
        return None
    low, high = after, horizon
    while high - low > 1:
        middle = (low + high) // 2
        if balance(state, middle) < threshold:
            high = middle
        else:
            low = middle
    return high
