"""Consumption of a home, as a closed-form function of seed and time: constant cost, however old the meter is.

Consumption is counted in thousandths of a register unit (mWh for electricity, cm³ for gas) since 2000-01-01, in slots
of half an hour. Three parts, all integers so that every machine computes the same:

- a weekly pattern (336 slots), scaled to the home's yearly use;
- a seasonal pattern (each day weighted by its month), scaled likewise;
- a seeded deviation at every slot boundary that is smaller than the smallest slot, so the total never goes back.

Source: made up; the proportions are those of a typical home. No document prescribes them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import accumulate
from typing import NamedTuple

SLOT = 1800
"""Seconds of one slot."""
_SLOTS_A_DAY = 48
_DAYS_A_CYCLE = 1461
"""Four years with their leap day; the cycle starts with 2000-01-01."""
_HOUR_WEIGHTS = {
    "working day": (4, 3, 3, 3, 3, 4, 7, 11, 9, 7, 6, 6, 7, 7, 6, 7, 10, 15, 17, 15, 13, 11, 9, 6),
    "weekend": (5, 4, 3, 3, 3, 3, 5, 8, 11, 12, 11, 11, 12, 11, 10, 10, 12, 14, 15, 14, 12, 11, 9, 7),
}
_WEEK = ("weekend", "weekend", *("working day",) * 5)
"""2000-01-01 was a Saturday."""
_HEATING_HOURS = (1, 1, 1, 1, 2, 6, 12, 12, 8, 5, 4, 4, 4, 4, 4, 6, 10, 12, 12, 10, 8, 5, 2, 1)
_MONTH_WEIGHTS = (20, 18, 15, 10, 5, 2, 1, 1, 3, 9, 15, 19)
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_CYCLE_YEARS = (1, 0, 0, 0)
"""Extra February days of the four years of a cycle."""


def _prefix(weights: tuple[int, ...]) -> tuple[int, ...]:
    return (0, *accumulate(weights))


_WEEK_PREFIX = _prefix(tuple(w for day in _WEEK for hour in _HOUR_WEIGHTS[day] for w in (hour, hour)))


def _by_day(months: tuple[int, ...]) -> tuple[int, ...]:
    """The weights of months, day by day of a cycle."""
    return tuple(
        weight
        for leap in _CYCLE_YEARS
        for month, weight in enumerate(months)
        for _ in range(_MONTH_DAYS[month] + (leap if month == 1 else 0))
    )


@lru_cache(maxsize=8)
def _cycle(months: tuple[int, ...]) -> tuple[int, ...]:
    return _prefix(_by_day(months))


def cumulative_days(months: tuple[int, ...], day: int) -> int:
    """The sum of the weights of all days from 2000-01-01 up to a day number, each weighted by its month."""
    cycles, cycle_day = divmod(day, _DAYS_A_CYCLE)
    prefix = _cycle(months)
    return cycles * prefix[-1] + prefix[cycle_day]


_DAY_WEIGHTS = _by_day(_MONTH_WEIGHTS)
_CYCLE_PREFIX = _prefix(_DAY_WEIGHTS)
_HEATING_PREFIX = _prefix(tuple(w for hour in _HEATING_HOURS for w in (hour, hour)))
_WEEKLY_WEIGHT_A_YEAR = _WEEK_PREFIX[-1] * 365 // 7
_SEASONAL_WEIGHT_A_YEAR = _CYCLE_PREFIX[-1] * _HEATING_PREFIX[-1] // 4


@dataclass(frozen=True, slots=True)
class Home:
    """Scales of one element of one home: thousandths of a register unit per weight, and the greatest deviation."""

    weekly: int
    seasonal: int
    deviation: int
    keyed: blake2b
    """The hash of a slot's deviation, before the slot."""
    steps: bool
    """A battery-powered meter moves its register at slot boundaries only."""


@dataclass(frozen=True, slots=True)
class Habit:
    """Range of a year's use in register units, and the share (per cent) that follows the season."""

    least: int
    most: int
    seasonal: int
    steps: bool


HABITS = {
    "electricity": Habit(1_800_000, 4_500_000, 20, steps=False),
    "secondary": Habit(600_000, 2_400_000, 80, steps=False),
    "gas": Habit(500_000, 1_500_000, 85, steps=True),
}
"""Wh a year for the elements of an ESME, litres a year for a GSME."""


@lru_cache(maxsize=4096)
def home(seed: str, habit: str) -> Home:
    """The scales that follow from a seed; kept for the meters read most recently."""
    digest = blake2b(f"{habit}:{seed}".encode(), digest_size=24).digest()
    ranges = HABITS[habit]
    yearly = 1000 * (ranges.least + int.from_bytes(digest[:4], "big") % (ranges.most - ranges.least))
    seasonal = yearly * ranges.seasonal // 100
    weekly_scale = max(1, (yearly - seasonal) // _WEEKLY_WEIGHT_A_YEAR)
    seasonal_scale = seasonal // _SEASONAL_WEIGHT_A_YEAR
    return Home(
        weekly=weekly_scale,
        seasonal=seasonal_scale,
        deviation=weekly_scale * min(_HOUR_WEIGHTS["working day"]),
        keyed=blake2b(digest_size=4, key=digest[8:]),
        steps=ranges.steps,
    )


class _Day(NamedTuple):
    """Sums of weights from 2000-01-01 on, the same for every home, and what the slots of the day add."""

    weekly: int
    """Up to the start of the day's week."""
    week_place: int
    """Of its first slot in ``_WEEK_PREFIX``."""
    seasonal: int
    """Up to the day's start."""
    seasonal_weight: int


@lru_cache(maxsize=4096)
def _weights(day: int) -> _Day:
    weeks, week_day = divmod(day, 7)
    cycles, cycle_day = divmod(day, _DAYS_A_CYCLE)
    seasonal = (cycles * _CYCLE_PREFIX[-1] + _CYCLE_PREFIX[cycle_day]) * _HEATING_PREFIX[-1]
    return _Day(weeks * _WEEK_PREFIX[-1], week_day * _SLOTS_A_DAY, seasonal, _DAY_WEIGHTS[cycle_day])


def _at_slot(scales: Home, slot: int) -> int:
    day, day_slot = divmod(slot, _SLOTS_A_DAY)
    weekly, week_place, seasonal, weight = _weights(day)
    weekly += _WEEK_PREFIX[week_place + day_slot]
    seasonal += weight * _HEATING_PREFIX[day_slot]
    noise = scales.keyed.copy()  # three quarters of the time of a new one
    noise.update(slot.to_bytes(8, "big", signed=True))
    deviation = int.from_bytes(noise.digest(), "big") % scales.deviation
    return weekly * scales.weekly + seasonal * scales.seasonal + deviation


def used_at_slots(seed: str, habit: str, slots: Iterable[int]) -> list[int]:
    """``used`` at the start of each of several slots."""
    scales = home(seed, habit)
    return [_at_slot(scales, slot) for slot in slots]


def used(seed: str, habit: str, at: int) -> int:
    """Consumption since 2000-01-01 in thousandths of a register unit; ``at`` in seconds since then, UTC.

    Never decreases with ``at``. Cost: two hashes and a dozen integer operations.
    """
    scales = home(seed, habit)
    slot, second = divmod(at, SLOT)
    start = _at_slot(scales, slot)
    if scales.steps or second == 0:
        return start
    return start + (_at_slot(scales, slot + 1) - start) * second // SLOT
