"""What happens on a device by itself: held commands fall due, the balance crosses a threshold."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from stubs.devices.alerts import Elapsed, RaisedAlert, Sender, raise_notices, raise_outcome
from stubs.devices.effects import EFFECTS
from stubs.devices.effects.call import Call, Done
from stubs.devices.effects.credit import with_consequences
from stubs.devices.registers import first_below
from stubs.devices.state import DeviceState, Pending, apply, instant, merged, plain, seconds
from stubs.devices.surroundings import ALONE
from stubs.devices.trust import Credentials
from stubs.wire.certificates import CertificateStore
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.crypto import KeyAgreement, shared_secret
from stubs.wire.gbcs.use_cases import read_command

_HORIZON = 400 * 86_400
"""How far ahead a threshold is looked for, seconds."""


def _crossing(state: DeviceState, horizon: int) -> int | None:
    if state.payment_mode != "prepayment":
        return None
    found = []
    for is_past, threshold in (
        (state.is_credit_low, state.low_credit_threshold),
        (state.is_credit_out, state.disablement_threshold),
    ):
        at = None if is_past else first_below(state, threshold, state.since, horizon)
        if at is not None:
            found.append(at)
    return min(found, default=None)


def _next(state: DeviceState, horizon: int) -> tuple[int, Pending | None] | None:
    """What happens next until ``horizon``: when, and the command held for then (None: a threshold is crossed)."""
    held = min(state.pending, key=lambda pending: pending.due, default=None)
    crossing = _crossing(state, horizon)
    if held is not None and (crossing is None or held.due <= crossing):
        return held.due, held
    return None if crossing is None else (crossing, None)


def next_due(state: DeviceState, after: datetime) -> datetime | None:
    """When ``elapse`` must be called, never before ``after``; None: nothing will happen by itself in 400 days."""
    coming = _next(state, max(state.since, seconds(after)) + _HORIZON)
    return None if coming is None else max(after, instant(coming[0]))


def elapse(
    state: DeviceState,
    now: datetime,
    credentials: Credentials,
    certificates: CertificateStore,
    *,
    agree: KeyAgreement = shared_secret,
) -> Elapsed:
    """Let everything happen that was due until ``now``, in order; each at the instant it was due."""
    changes, alerts = catch_up(state, seconds(now), Sender(credentials, certificates, agree))
    return Elapsed(plain(changes), alerts)


def catch_up(state: DeviceState, until: int, sender: Sender) -> tuple[dict[str, Any], tuple[RaisedAlert, ...]]:
    """The same in the fields' own types; ``until`` in seconds since 2000. Cheap when nothing is due."""
    changes: dict[str, Any] = {}
    alerts: tuple[RaisedAlert, ...] = ()
    current = state
    while (coming := _next(current, until)) is not None and coming[0] <= until:
        at, pending = coming
        further, raised_now = _cross(current, at, sender) if pending is None else _fall_due(current, pending, sender)
        current = apply(current, further)
        changes = merged(changes, further)
        alerts += raised_now
    return changes, alerts


def _cross(state: DeviceState, at: int, sender: Sender) -> tuple[dict[str, Any], tuple[RaisedAlert, ...]]:
    changes, notices = with_consequences(state, at, {})
    further, alerts = raise_notices(apply(state, changes), notices, at, sender)
    return merged(changes, further), alerts


def _fall_due(state: DeviceState, pending: Pending, sender: Sender) -> tuple[dict[str, Any], tuple[RaisedAlert, ...]]:
    """Work off a held command. A device with a hardware fault fails it (8F67) and does not try again."""
    done = Done(result="hardware-fault") if state.hardware_fault else _work_off(state, pending)
    changes = done.changes | {"pending": tuple(other for other in state.pending if other is not pending)}
    outcome, alerts = raise_outcome(apply(state, changes), pending, sender, is_success=done.result == "success")
    changes = merged(changes, outcome)
    further, others = raise_notices(apply(state, changes), done.notices, pending.due, sender)
    return merged(changes, further), (*alerts, *others)


def _work_off(state: DeviceState, pending: Pending) -> Done:
    call = Call(
        state=state,
        at=pending.due,
        values=read_command(pending.message_code, pending.content),
        party=Eui64.parse(pending.originator),
        counter=pending.counter,
        mirrored=state,
        surroundings=ALONE,
        is_authentic=lambda _token, _counter: False,
    )
    return EFFECTS[pending.use_case].effect(call)
