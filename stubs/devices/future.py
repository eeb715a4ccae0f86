"""Events on a device that no message causes.

Held commands fall due, the balance crosses a threshold, friendly hours end, the load limit disables the supply and
gives it back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from stubs.devices.account import first_below
from stubs.devices.alerts import Elapsed, RaisedAlert, Sender, raise_notices, raise_outcome
from stubs.devices.auxiliary import next_limit_end, next_order
from stubs.devices.effects import EFFECTS
from stubs.devices.effects.auxiliary import begin_order, end_limit
from stubs.devices.effects.billing import push_billing
from stubs.devices.effects.context import EffectContext, EffectResult, PendingAlert
from stubs.devices.effects.credit import end_friendly_hours, floor_of, with_consequences
from stubs.devices.effects.load import limit_load, restore_load, see_load
from stubs.devices.network import first_overload
from stubs.devices.periods import billing_dates
from stubs.devices.state import DeviceState, Pending, apply, instant, merged, plain, seconds
from stubs.devices.surroundings import ALONE
from stubs.devices.trust import DeviceKeys
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.use_cases import read_command

_HORIZON = 400 * 86_400
"""Period in which a threshold's crossing is searched, seconds."""
_FORTNIGHT = 14 * 86_400


@dataclass(frozen=True, slots=True)
class Coming:
    """A coming event: its instant and its act; ``pending`` for a held command."""

    at: int
    happens: Callable[[DeviceState, int], tuple[dict[str, Any], tuple[PendingAlert, ...]]]
    pending: Pending | None = None


def _cross(state: DeviceState, at: int) -> tuple[dict[str, Any], tuple[PendingAlert, ...]]:
    return with_consequences(state, at, {})


def _held(state: DeviceState, horizon: int) -> Coming | None:  # noqa: ARG001
    pending = min(state.pending, key=lambda one: one.due, default=None)
    return None if pending is None else Coming(pending.due, _cross, pending)


def _crossing(state: DeviceState, horizon: int) -> Coming | None:
    if state.payment_mode != "prepayment":
        return None
    found = []
    is_lent = state.emergency_credit_limit > 0 and not state.is_emergency
    for is_past, threshold in (
        (state.is_credit_low, state.low_credit_threshold),
        (state.is_credit_out, floor_of(state)),
        (state.is_emergency_offered or not is_lent, state.emergency_credit_threshold),
    ):
        at = None if is_past else first_below(state, threshold, state.since, horizon)
        if at is not None:
            found.append(at)
    return Coming(min(found), _cross) if found else None


def _friendly_end(state: DeviceState, horizon: int) -> Coming | None:  # noqa: ARG001
    return Coming(state.disable_at, end_friendly_hours) if state.disable_at else None


def _restoration(state: DeviceState, horizon: int) -> Coming | None:  # noqa: ARG001
    return Coming(state.restore_at, restore_load) if state.restore_at else None


def _overload(state: DeviceState, horizon: int) -> Coming | None:
    """The load is compared with its limit a fortnight at a time."""
    if state.load_limit is None or not state.is_flowing:
        return None
    start = max(state.load_seen, state.since)
    end = min(horizon, start + _FORTNIGHT)
    at = first_overload(state, start, end)
    if at is not None:
        return Coming(at, limit_load)
    return Coming(end, see_load) if end == start + _FORTNIGHT else None


def _billed(state: DeviceState, horizon: int) -> Coming | None:
    """The end of a billing period, at which the registers are pushed."""
    dates = billing_dates(state, state.billed_at, min(horizon, state.billed_at + _HORIZON))
    return Coming(dates[0], push_billing) if dates else None


def _limit_end(state: DeviceState, horizon: int) -> Coming | None:  # noqa: ARG001
    ending = next_limit_end(state)
    return None if ending is None else Coming(ending[0], end_limit)


def _order(state: DeviceState, horizon: int) -> Coming | None:  # noqa: ARG001
    beginning = next_order(state)
    return None if beginning is None else Coming(beginning[0], begin_order)


_SOURCES = (_billed, _held, _crossing, _friendly_end, _restoration, _overload, _limit_end, _order)
"""Sources of events; of two events at one instant the source that is earlier in this list comes first."""


def _next(state: DeviceState, horizon: int) -> Coming | None:
    """Return the next event until ``horizon``, seconds since 2000; None: there is none."""
    found = [coming for source in _SOURCES if (coming := source(state, horizon)) is not None]
    return min(found, key=lambda coming: coming.at, default=None)


def next_due(state: DeviceState, after: datetime) -> datetime | None:
    """Return when ``elapse`` must be called, never before ``after``; None: no event by itself in 400 days."""
    coming = _next(state, max(state.since, seconds(after)) + _HORIZON)
    return None if coming is None else max(after, instant(coming.at))


def elapse(
    state: DeviceState,
    now: datetime,
    keys: DeviceKeys,
) -> Elapsed:
    """Let everything happen that was due until ``now``, in order; each at the instant it was due."""
    changes, alerts = catch_up(state, seconds(now), Sender(keys))
    return Elapsed(plain(changes), alerts)


def catch_up(state: DeviceState, until: int, sender: Sender) -> tuple[dict[str, Any], tuple[RaisedAlert, ...]]:
    """The same in the fields' own types; ``until`` in seconds since 2000. Cheap when nothing is due."""
    changes: dict[str, Any] = {}
    alerts: tuple[RaisedAlert, ...] = ()
    current = state
    while (coming := _next(current, until)) is not None and coming.at <= until:
        if coming.pending is None:
            further, raised_now = _happen(current, coming, sender)
        else:
            further, raised_now = _fall_due(current, coming.pending, sender)
        current = apply(current, further)
        changes = merged(changes, further)
        alerts += raised_now
    return changes, alerts


def _happen(state: DeviceState, coming: Coming, sender: Sender) -> tuple[dict[str, Any], tuple[RaisedAlert, ...]]:
    changes, notices = coming.happens(state, coming.at)
    further, alerts = raise_notices(apply(state, changes), notices, coming.at, sender)
    return merged(changes, further), alerts


def _fall_due(state: DeviceState, pending: Pending, sender: Sender) -> tuple[dict[str, Any], tuple[RaisedAlert, ...]]:
    """Work off a held command. A device with a hardware fault fails it (8F67) and does not try again."""
    done = _work_off(state, pending, sender)
    if state.hardware_fault:
        done = EffectResult(done.values, result="hardware-fault")
    changes = done.changes | {"pending": tuple(other for other in state.pending if other is not pending)}
    outcome, alerts = raise_outcome(
        apply(state, changes), pending, done.values, sender, is_success=done.result == "success"
    )
    changes = merged(changes, outcome)
    further, others = raise_notices(apply(state, changes), done.notices, pending.due, sender)
    return merged(changes, further), (*alerts, *others)


def _work_off(state: DeviceState, pending: Pending, sender: Sender) -> EffectResult:
    context = EffectContext(
        state=state,
        at=pending.due,
        values=read_command(pending.message_code, pending.content),
        party=Eui64.parse(pending.originator),
        counter=pending.counter,
        mirrored=state,
        surroundings=ALONE,
        is_authentic=lambda _token, _counter: False,
        certificates=sender.keys.certificates,
        credentials=sender.keys.credentials,
    )
    return EFFECTS[pending.use_case].effect(context)
