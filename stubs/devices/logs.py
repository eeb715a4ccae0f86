"""Profile, daily and billing logs: read off the registers as functions of time, for the period asked for.

Nothing is stored but billing snapshots that an event caused. A log begins with the meter; what it keeps at most is
SMETS2's: 13 months of half hours, 731 days, 12 calendar snapshots.
"""

from __future__ import annotations

from msgspec.structs import replace

from stubs.devices.account import balance, prepayment
from stubs.devices.calendars import DAY
from stubs.devices.history import as_of
from stubs.devices.periods import billing_dates
from stubs.devices.profile import SLOT
from stubs.devices.records import Snapshot
from stubs.devices.registers import (
    block_matrix,
    export_register,
    import_register,
    import_registers,
    secondary_register,
    secondary_tou,
    tou_registers,
)
from stubs.devices.state import DeviceState
from stubs.devices.tariffs import trimmed

_HALF_HOURS = 13 * 31 * 48
_DAYS = 731
_SNAPSHOTS = 12
REACTIVE = 10
"""Reactive energy is a tenth of active (made up)."""


def _slots(state: DeviceState, first: int, last: int, now: int, step: int, most: int) -> range:
    """Starts of whole steps from ``first`` to ``last`` that the log holds at ``now``."""
    end = now // step
    begin = max(-(-max(first, state.made) // step), end - most)
    return range(begin * step, min(last // step + 1, end) * step, step)


def profile_log(state: DeviceState, first: int, last: int, now: int) -> list[tuple[int, int, int]]:
    """Half hours that ended by ``now``: start, use of the first and of the second element."""
    slots = _slots(state, first, last, now, SLOT, _HALF_HOURS)
    if not slots:
        return []
    ends = [*slots, slots[-1] + SLOT]
    main = import_registers(state, range(ends[0] // SLOT, ends[-1] // SLOT + 1))
    second = [secondary_register(state, at) for at in ends] if state.variant == "twin" else [0] * len(ends)
    return [
        (at, main[number + 1] - main[number], second[number + 1] - second[number]) for number, at in enumerate(slots)
    ]


def export_log(state: DeviceState, first: int, last: int, now: int) -> list[tuple[int, int]]:
    """Half hours that ended by ``now``: start and export."""
    slots = _slots(state, first, last, now, SLOT, _HALF_HOURS)
    return [(at, export_register(state, at + SLOT) - export_register(state, at)) for at in slots]


def midnights(state: DeviceState, first: int, last: int, now: int) -> range:
    """Midnights, UTC, in the period for which the daily logs have entries; that of today included."""
    begin = max(-(-max(first, state.made) // DAY), now // DAY - _DAYS)
    return range(begin * DAY, (min(last, now) // DAY + 1) * DAY, DAY)


def daily_use(state: DeviceState, first: int, last: int, now: int) -> list[tuple[int, int]]:
    """Whole days: start and use."""
    days = _slots(state, first, last, now, DAY, _DAYS)
    return [(day, import_register(state, day + DAY) - import_register(state, day)) for day in days]


def snapshot(state: DeviceState, at: int, cause: str = "calendar") -> Snapshot:
    """The billing registers at an instant."""
    state = as_of(state, at)
    return Snapshot(
        at,
        cause,  # type: ignore[arg-type]
        import_register(state, at),
        secondary_register(state, at),
        balance(state, at),
        trimmed(list(tou_registers(state, at))),
        trimmed(list(block_matrix(state, at))),
        trimmed(list(secondary_tou(state, at))),
    )


def calendar_snapshots(state: DeviceState, first: int, last: int, now: int) -> list[Snapshot]:
    """Snapshots at the billing calendar's dates in the period, newest twelve, oldest first."""
    dates = billing_dates(state, max(first, state.made) - 1, min(last, now))
    return [snapshot(state, at) for at in dates[-_SNAPSHOTS:]]


def event_snapshots(state: DeviceState, first: int, last: int) -> list[Snapshot]:
    """Stored snapshots: change of tariff or payment mode."""
    return [kept for kept in state.snapshots if first <= kept.at <= last]


def with_snapshot(state: DeviceState, at: int, cause: str) -> tuple[Snapshot, ...]:
    """``snapshots`` with one more; the oldest goes."""
    taken = replace(snapshot(state, at, cause), prepayment=tuple(prepayment(state, at).items()))
    return (*state.snapshots, taken)[-_SNAPSHOTS:]
