"""Consumption at each rate: exact, without a loop over half hours.

An element's consumption counter is a function of seed and time, so the use of a rate is the sum of the counter's
differences over the spans in which the rate held. Spans are added up once per stretch of 32 days and kept; a read of
ten years touches one kept sum and two parts of days. Registers of all rates together move exactly as the import
register does, since both are differences of the same counter in whole units.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from stubs.devices.calendars import DAY, changes_of
from stubs.devices.netting import Element, imported
from stubs.devices.records import Calendar, Tariff

_STRETCH = 32
"""Days whose sums are kept together."""
TOU_REGISTERS = 48
COLUMNS, BLOCKS = 8, 4
BLOCK_RATES = range(101, 101 + COLUMNS)
FLAT = Calendar()


def _day(element: Element, calendar: Calendar, day: int, first: int, last: int) -> dict[int, int]:
    """Use by rate between two seconds of one day."""
    spans = changes_of(calendar, day)
    ends = [start for start, _ in spans[1:]] + [DAY]
    found: Counter[int] = Counter()
    before = 0
    for (start, rate), end in zip(spans, ends, strict=True):
        low, high = max(start, first), min(end, last)
        if low < high:
            # Spans follow each other without a gap, so each needs its end only.
            until = imported(element, day * DAY + first, day * DAY + high)
            found[rate] += until - before
            before = until
    return found


@lru_cache(maxsize=2048)
def _stretch(element: Element, calendar: Calendar, number: int) -> tuple[dict[int, int], ...]:
    """Use by rate from the start of a stretch to the start of each of its days, and to its end."""
    found: Counter[int] = Counter()
    sums = [dict(found)]
    for day in range(number * _STRETCH, (number + 1) * _STRETCH):
        found.update(_day(element, calendar, day, 0, DAY))
        sums.append(dict(found))
    return tuple(sums)


@lru_cache(maxsize=512)
def _sums_from(_element: Element, _calendar: Calendar, _number: int) -> list[dict[int, int]]:
    """Use by rate from the start of a stretch to its start, to that of the next, and so on; longer with each need."""
    return [{}]


def _whole(element: Element, calendar: Calendar, first: int, last: int) -> dict[int, int]:
    """Use by rate from the start of one stretch to the start of another."""
    sums = _sums_from(element, calendar, first)
    while len(sums) <= last - first:
        total = Counter(sums[-1])
        total.update(_stretch(element, calendar, first + len(sums) - 1)[-1])
        sums.append(dict(total))
    return sums[last - first]


@lru_cache(maxsize=256)
def use_by_rate(element: Element, calendar: Calendar, first: int, last: int) -> Mapping[int, int]:
    """Register units used in ``first`` to ``last`` (seconds since 2000), by rate. Empty when ``last <= first``.

    Kept, since one read of a meter's registers and balance asks four times.
    """
    if last <= first:
        return {}
    if calendar == FLAT:
        return {1: imported(element, first, last)}
    day, second = divmod(first, DAY)
    end, rest = divmod(last, DAY)
    if day == end:
        return _day(element, calendar, day, second, rest)
    found: Counter[int] = Counter(_day(element, calendar, day, second, DAY)) if second else Counter()
    day += bool(second)
    if day < end:
        number, place = divmod(day, _STRETCH)
        last_number, last_place = divmod(end, _STRETCH)
        # From the start of the first stretch to ``end``, less what was used in that stretch before ``day``.
        found.update(_whole(element, calendar, number, last_number))
        if last_place:
            found.update(_stretch(element, calendar, last_number)[last_place])
        found.subtract(_stretch(element, calendar, number)[place])
    if rest:
        found.update(_day(element, calendar, end, 0, rest))
    return found


def into_blocks(before: int, use: int, thresholds: tuple[int, ...]) -> tuple[int, ...]:
    """Split ``use`` after ``before`` in the same block period into the four blocks."""
    limits = (*thresholds[: BLOCKS - 1], *(1 << 60,) * (BLOCKS - len(thresholds[: BLOCKS - 1])))
    found, low = [], 0
    for limit in limits:
        found.append(max(0, min(before + use, limit) - max(before, low)))
        low = limit
    return tuple(found)


def block_use(before: Mapping[int, int], use: Mapping[int, int], tariff: Tariff) -> list[int]:
    """The 32 cells of the block matrix that ``use`` by rate adds after ``before`` in the block period."""
    cells = [0] * (BLOCKS * COLUMNS)
    for rate in BLOCK_RATES:
        column = rate - BLOCK_RATES.start
        thresholds = tariff.thresholds[column] if column < len(tariff.thresholds) else ()
        for block, units in enumerate(into_blocks(before.get(rate, 0), use.get(rate, 0), thresholds)):
            cells[block * COLUMNS + column] += units
    return cells


def trimmed(values: list[int]) -> tuple[int, ...]:
    """Without the zeros at the end."""
    while values and values[-1] == 0:
        values.pop()
    return tuple(values)
