"""History of a meter: the periods in which nothing changed that its registers are computed from.

Whatever moves a register otherwise than time does (supply, prices, tariff, payment mode, a debt's rate, a top-up) first
settles the meter: the period that ends is kept with the registers it began with and the terms that held in it.
``as_of`` restores the device of that period, and from it every register follows as exactly as from today's. Before the
oldest kept period no register moved (inferred: a log shows the registers of the oldest).
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from stubs.devices.records import Outage, Past, Terms
from stubs.devices.state import DeviceState

PASTS = 64
"""Stretches a meter remembers."""
_TERMS = Terms.__struct_fields__
_REGISTERS = tuple(name for name in Past.__struct_fields__ if name not in {"is_flowing", "is_enabled", "terms"})


def terms_of(state: DeviceState) -> Terms:
    """The terms that hold now."""
    return Terms(**{name: getattr(state, name) for name in _TERMS})


def _current(state: DeviceState, terms: int = -1) -> Past:
    registers = {name: getattr(state, name) for name in _REGISTERS}
    return Past(is_flowing=state.is_flowing, is_enabled=state.supply == "enabled", terms=terms, **registers)


def stretches(state: DeviceState) -> tuple[Past, ...]:
    """The stretches a meter remembers and the one that holds now, oldest first."""
    return (*state.past, _current(state))


def stretch_at(state: DeviceState, at: int) -> Past | DeviceState:
    """The stretch that holds at an instant: the device itself for the one that holds now."""
    if at >= state.since or not state.past:
        return state
    return next((past for past in reversed(state.past) if past.since <= at), state.past[0])


def as_of(state: DeviceState, at: int) -> DeviceState:
    """The device of the stretch that holds at an instant; itself for the one that holds now."""
    past = stretch_at(state, at)
    if isinstance(past, DeviceState):
        return state
    held: dict[str, Any] = {name: getattr(past, name) for name in _REGISTERS}
    if 0 <= past.terms < len(state.terms):
        terms = state.terms[past.terms]
        held |= {name: getattr(terms, name) for name in _TERMS}
    held["supply"] = "enabled" if past.is_enabled else "disabled"
    held["outages"] = () if past.is_flowing else (Outage(past.since, 0),)
    return replace(state, past=(), terms=(), **held)


def remembered(state: DeviceState) -> dict[str, Any]:
    """The changes by which the stretch that holds now is remembered, and the oldest forgotten."""
    terms, now = state.terms, terms_of(state)
    if not terms or terms[-1] != now:
        terms = (*terms, now)
    past = (*state.past, _current(state, len(terms) - 1))[-PASTS:]
    unused = min((one.terms for one in past if one.terms >= 0), default=0)
    if unused:
        past = tuple(replace(one, terms=max(-1, one.terms - unused)) for one in past)
    return {"past": past, "terms": terms[unused:]}
