"""Generation of a home, as a closed-form function of seed, peak power and time: constant cost, like its use.

Energy is counted in mWh since 2000-01-01, in slots of half an hour. A day's yield follows the month, moved by a seeded
weather at every midnight that is smaller than the poorest day's yield, so that the total never decreases; it spreads
over the hours of daylight. Half an hour never yields more than the peak power would. All integers.

Source: made up; the proportions are those of a roof in the middle of Great Britain. No document prescribes them.
``netting`` computes the part that the home exports.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from itertools import accumulate

from stubs.devices.calendars import DAY
from stubs.devices.profile import SLOT, cumulative_days

_HOUR_WEIGHTS = (0, 0, 0, 0, 0, 0, 1, 3, 6, 9, 11, 12, 12, 11, 9, 6, 3, 1, 0, 0, 0, 0, 0, 0)
_MONTH_WEIGHTS = (2, 4, 8, 12, 15, 17, 16, 14, 10, 6, 3, 2)
_SLOT_PREFIX = (0, *accumulate(weight for weight in _HOUR_WEIGHTS for _ in range(2)))
_BEST = max(_MONTH_WEIGHTS) + min(_MONTH_WEIGHTS)
"""Weight of the best day: its month's, and all that the weather can add."""


def _until_midnight(seed: str, unit: int, day: int) -> int:
    """Return the energy generated up to the start of a day; ``unit`` is the yield per weight of a day, mWh."""
    weather = int.from_bytes(blake2b(f"export:{seed}:{day}".encode(), digest_size=4).digest(), "big")
    return cumulative_days(_MONTH_WEIGHTS, day) * unit + weather % max(1, min(_MONTH_WEIGHTS) * unit)


SHARE = 6
"""Percentage of homes that generate where the specification does not say (made up: about that of Great Britain)."""


@lru_cache(maxsize=4096)
def _day(seed: str, peak: int, day: int) -> tuple[int, int]:
    """Return the energy generated up to the start of a day, and the yield of that day, mWh."""
    best = peak * 1000 * _SLOT_PREFIX[-1] // (2 * max(_HOUR_WEIGHTS))
    unit = best // _BEST
    start = _until_midnight(seed, unit, day)
    return start, _until_midnight(seed, unit, day + 1) - start


def generated(seed: str, peak: int, at: int) -> int:
    """Whole Wh generated since 2000-01-01 by a home that generates ``peak`` W at most; 0 for a peak of 0.

    Never decreases with ``at`` (seconds since 2000-01-01, UTC).
    """
    if peak <= 0:
        return 0
    day, second = divmod(at, DAY)
    start, whole = _day(seed, peak, day)
    slot, rest = divmod(second, SLOT)
    spread = _SLOT_PREFIX[slot] * SLOT + (_SLOT_PREFIX[slot + 1] - _SLOT_PREFIX[slot]) * rest
    return (start + whole * spread // (_SLOT_PREFIX[-1] * SLOT)) // 1000


def typical_peak(seed: str) -> int:
    """Return the peak power, W, of a home specified to export: 1 to 4 kW in steps of 100 W, from the seed."""
    return 1000 + 100 * (int.from_bytes(blake2b(f"roof:{seed}".encode(), digest_size=2).digest(), "big") % 31)


def drawn_peak(seed: str) -> int:
    """Return the peak power, W, of a home whose specification does not say: most have no roof, and 0."""
    drawn = int.from_bytes(blake2b(f"has roof:{seed}".encode(), digest_size=2).digest(), "big")
    return typical_peak(seed) if drawn % 100 < SHARE else 0
