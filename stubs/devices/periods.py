"""The billing calendar: when periods end, and with them what the block counters count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from stubs.devices.calendars import DAY
from stubs.devices.state import EPOCH, DeviceState, instant, seconds

_MOST = 400
"""Ends of periods listed at once."""


def _month_later(start: datetime, months: int) -> datetime:
    """``start`` so many months on; a day the month does not have becomes its last."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    following = datetime(year + (month + 1) // 12, (month + 1) % 12 + 1, 1, tzinfo=UTC)
    last = (following - timedelta(days=1)).day
    return start.replace(year=year, month=month + 1, day=min(start.day, last))


def billing_dates(state: DeviceState, first: int, last: int) -> tuple[int, ...]:
    """Ends of billing periods after ``first`` and up to ``last``, oldest first; the latest 400 of them."""
    if state.billing is None or last <= first:
        return ()
    start, months, days = state.billing.start, state.billing.months, state.billing.days
    if not months:
        step = max(1, days) * DAY
        number = max(0, (first - start) // step + 1)
        number = max(number, (last - start) // step - _MOST + 1)
        return tuple(range(start + number * step, last + 1, step))
    begun = instant(start)
    between = (max(instant(first), EPOCH) - begun).days // 31
    number = max(0, between // months - 1)
    found = []
    while (at := seconds(_month_later(begun, number * months))) <= last:
        if at > first:
            found.append(at)
        number += 1
    return tuple(found[-_MOST:])


def boundaries(state: DeviceState, first: int, last: int) -> tuple[int, ...]:
    """Instants after ``first`` and up to ``last`` at which the block counters go back to zero."""
    if state.resets_blocks_daily:
        return tuple(range((first // DAY + 1) * DAY, last + 1, DAY))
    return billing_dates(state, first, last)
