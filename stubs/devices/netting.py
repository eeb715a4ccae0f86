"""Energy that a meter counts: all use, or, where the home generates too, each half hour's use less its generation.

The meter nets by the half hours of its profile log: the home uses what it needs of its own generation, exports the
surplus, and imports only what is missing; so no half hour shows both. Within a half hour both registers move evenly.
Everything is in whole register units and adds up, however an interval is cut. Source: made up; that meters net half
hour by half hour and not moment by moment is inferred.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import NamedTuple

from stubs.devices.calendars import DAY
from stubs.devices.generation import generated
from stubs.devices.profile import SLOT, used, used_at_slots

_STRETCH = 32
"""Days whose sums are kept together."""
_DAY_SLOTS = DAY // SLOT
Sums = tuple[tuple[int, ...], tuple[int, ...]]


class Element(NamedTuple):
    """An element of a meter: whose use it counts, and the peak power (W) of what the home generates behind it."""

    seed: str
    habit: str
    peak: int = 0


def counter(seed: str, habit: str, at: int) -> int:
    """Whole register units a home has used since 2000-01-01."""
    return used(seed, habit, at) // 1000


def counters_at_slots(seed: str, habit: str, slots: Iterable[int]) -> list[int]:
    """``counter`` at the start of each of several half hours."""
    return [units // 1000 for units in used_at_slots(seed, habit, slots)]


@lru_cache(maxsize=4096)
def _beginning(seed: str, habit: str, at: int) -> int:
    """``counter``, kept: reads of a log begin at the same instant again and again."""
    return counter(seed, habit, at)


def _sums(values: list[int]) -> tuple[int, ...]:
    return tuple(accumulate(values, initial=0))


@lru_cache(maxsize=2048)
def _day(element: Element, day: int) -> Sums:
    """Import and export from a day's start to the start of each of its half hours, and to its end."""
    seed, habit, peak = element
    ends = range(day * DAY, (day + 1) * DAY + 1, SLOT)
    use = pairwise(counters_at_slots(seed, habit, range(day * _DAY_SLOTS, (day + 1) * _DAY_SLOTS + 1)))
    yielded = pairwise(generated(seed, peak, at) for at in ends)
    net = [(after - before) - (more - less) for (before, after), (less, more) in zip(use, yielded, strict=True)]
    return _sums([max(0, one) for one in net]), _sums([max(0, -one) for one in net])


@lru_cache(maxsize=1024)
def _stretch(element: Element, number: int) -> Sums:
    """The same by the days of a stretch."""
    days = [_day(element, day) for day in range(number * _STRETCH, (number + 1) * _STRETCH)]
    return _sums([one[0][-1] for one in days]), _sums([one[1][-1] for one in days])


def _within(sums: tuple[int, ...], second: int) -> int:
    """Units from a day's start to one of its seconds."""
    slot, rest = divmod(second, SLOT)
    start = sums[slot]
    return start + (sums[slot + 1] - start) * rest // SLOT if rest else start


def _whole_days(element: Element, which: int, first: int, last: int) -> int:
    """Units of the days from ``first`` to before ``last``."""
    units = 0
    while first < last:
        number, place = divmod(first, _STRETCH)
        until = min(last, (number + 1) * _STRETCH)
        sums = _stretch(element, number)[which]
        units += sums[until - number * _STRETCH] - sums[place]
        first = until
    return units


def _between(element: Element, which: int, first: int, last: int) -> int:
    (day, second), (end, rest) = divmod(first, DAY), divmod(last, DAY)
    moved = _within(_day(element, end)[which], rest) - _within(_day(element, day)[which], second)
    return moved + _whole_days(element, which, day, end)


def imported(element: Element, first: int, last: int) -> int:
    """Units an element counts from ``first`` to ``last`` (seconds since 2000-01-01); adds up over any cut."""
    if not element.peak:
        return counter(element.seed, element.habit, last) - _beginning(element.seed, element.habit, first)
    return _between(element, 0, first, last)


def exported(element: Element, first: int, last: int) -> int:
    """Wh that leave the home from ``first`` to ``last``; 0 where nothing is generated."""
    return _between(element, 1, first, last) if element.peak else 0


def by_slot(element: Element, first: int, last: int, *, is_export: bool = False) -> tuple[int, ...]:
    """Units of each half hour from the one numbered ``first`` to before ``last``."""
    if not element.peak:
        readings = counters_at_slots(element.seed, element.habit, range(first, last + 1))
        return tuple(0 if is_export else after - before for before, after in pairwise(readings))
    which = int(is_export)
    found = []
    for slot in range(first, last):
        day, place = divmod(slot, _DAY_SLOTS)
        sums = _day(element, day)[which]
        found.append(sums[place + 1] - sums[place])
    return tuple(found)
