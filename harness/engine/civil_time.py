"""British civil time as scenarios speak of it: summer time, local midnights, and days worth a test.

Source: Summer Time Order 2002: from 01:00 UTC on the last Sunday of March to 01:00 UTC on the last Sunday of October.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from types import MappingProxyType

from stubs.wire.errors import Misuse

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_NOON = time(12, tzinfo=UTC)
_SPRING, _AUTUMN = 3, 10


def last_sunday(year: int, month: int) -> date:
    """The last Sunday of a month of 31 days."""
    last = date(year, month, 31)
    return last - _DAY * ((last.weekday() + 1) % 7)


def offset_at(instant: datetime) -> timedelta:
    """Local time less UTC: an hour in summer, else nothing."""
    at = instant.astimezone(UTC)
    begins, ends = (datetime.combine(last_sunday(at.year, month), time(1, tzinfo=UTC)) for month in (_SPRING, _AUTUMN))
    return _HOUR if begins <= at < ends else timedelta(0)


def local_midnight(instant: datetime, days: int) -> datetime:
    """UTC of the local midnight with which the local day begins, so many days after that of ``instant``."""
    day = (instant + offset_at(instant)).astimezone(UTC).date() + _DAY * days
    midnight = datetime.combine(day, time(tzinfo=UTC))
    return midnight - offset_at(midnight - timedelta(minutes=1))


def _each_year(day_of: Callable[[int], date | None]) -> Callable[[date], Iterator[date]]:
    def days(since: date) -> Iterator[date]:
        return (day for year in count(since.year) if (day := day_of(year)) is not None)

    return days


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


DAYS: Mapping[str, Callable[[date], Iterator[date]]] = MappingProxyType(
    {
        "the day before the clocks go forward": _each_year(lambda year: last_sunday(year, _SPRING) - _DAY),
        "the day after the clocks go forward": _each_year(lambda year: last_sunday(year, _SPRING) + _DAY),
        "the day before the clocks go back": _each_year(lambda year: last_sunday(year, _AUTUMN) - _DAY),
        "the day after the clocks go back": _each_year(lambda year: last_sunday(year, _AUTUMN) + _DAY),
        "the 30th of January": _each_year(lambda year: date(year, 1, 30)),
        "the 1st of March of a leap year": _each_year(lambda year: date(year, 3, 1) if _is_leap(year) else None),
        "a day in June": _each_year(lambda year: date(year, 6, 17)),
        "a day in December": _each_year(lambda year: date(year, 12, 9)),
    }
)
"""By the words of a scenario: the days so called, of the years from that of a given day on."""


def next_day_called(words: str, now: datetime) -> datetime:
    """Noon, UTC, of the next day that the words mean. Raises: Misuse: unknown words."""
    if words not in DAYS:
        raise Misuse(f"no day is called {words!r}; known: {', '.join(DAYS)}")
    noons = (datetime.combine(day, _NOON) for day in DAYS[words](now.date()))
    return next(noon for noon in noons if noon > now)


def special_day(text: str) -> str:
    """Converter of steps: words for a day, and nothing else."""
    return text


special_day.pattern = "|".join(DAYS)  # type: ignore[attr-defined]  # how the parse library finds it
