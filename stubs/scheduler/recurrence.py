"""Computes when a schedule runs: daily to yearly, at one time of day, until a last day. Constant cost.

Source: DUIS 5.4 schema, CreateSchedule, for the frequencies; that a month without the day runs on its last day, and
that a value without zone is UTC, is inferred.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from types import MappingProxyType

_MONTHS: Mapping[str, int] = MappingProxyType({"Monthly": 1, "Quarterly": 3, "Half-Yearly": 6, "Yearly": 12})
_DAYS: Mapping[str, int] = MappingProxyType({"Daily": 1, "Weekly": 7})
FREQUENCIES = (*_DAYS, *_MONTHS)
"""Values of ScheduleFrequency."""

_ZONE = r"(Z|[+-]\d\d:\d\d)?"
_DATE = re.compile(rf"\s*(\d{{4}})-(\d\d)-(\d\d){_ZONE}\s*\Z", re.ASCII)
_TIME = re.compile(rf"\s*(\d\d):(\d\d):(\d\d)(\.\d+)?{_ZONE}\s*\Z", re.ASCII)


def day_of(text: str) -> date:
    """An ``xs:date``; its zone, if any, is passed over. Raises: ValueError: no date between the years 1 and 9999."""
    found = _DATE.match(text)
    if found is None:
        raise ValueError(f"expected a date with a year of four digits, got {text[:40]!r}")
    return date(int(found[1]), int(found[2]), int(found[3]))


def time_of(text: str) -> time:
    """An ``xs:time`` as an aware time of day, UTC when it has no zone; parts of a second are dropped.

    Raises: ValueError: no time of day.
    """
    found = _TIME.match(text)
    if found is None:
        raise ValueError(f"expected a time of day, got {text[:40]!r}")
    hour, minute, second = (int(found[number]) for number in (1, 2, 3))
    if (hour, minute, second) == (24, 0, 0):
        hour = 0
    return time(hour, minute, second, tzinfo=_zone(found[5]))


def _zone(text: str | None) -> timezone:
    if text in {None, "Z"}:
        return UTC
    assert text is not None, "narrowed above"
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[4:6]))
    return timezone(-offset if text[0] == "-" else offset)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Days and the time on them.

    Args:
        frequency: one of ``FREQUENCIES``.
        start: first day.
        at: time of day, aware.
        end: last day; None: for ever.
    """

    frequency: str
    start: date
    at: time
    end: date | None = None

    def after(self, instant: datetime) -> datetime | None:
        """The first run later than ``instant`` (aware), UTC; None: there is none.

        Raises: ValueError: a run beyond the year 9999.
        """
        number = max(0, self._near(instant.astimezone(self.at.tzinfo).date()))
        try:
            while (run := self._run(number)) <= instant:
                number += 1
        except (OverflowError, ValueError):
            return None
        return run if self.end is None or self._day(number) <= self.end else None

    def _near(self, day: date) -> int:
        """A number of a run not after ``day``; at most one before the last such."""
        if self.frequency in _DAYS:
            return (day - self.start).days // _DAYS[self.frequency]
        months = (day.year - self.start.year) * 12 + day.month - self.start.month
        return (months - 1) // _MONTHS[self.frequency]

    def _day(self, number: int) -> date:
        if self.frequency in _DAYS:
            return self.start + timedelta(days=number * _DAYS[self.frequency])
        months = self.start.month - 1 + number * _MONTHS[self.frequency]
        year, month = self.start.year + months // 12, months % 12 + 1
        if year > date.max.year:
            raise ValueError("a run beyond the year 9999")
        return date(year, month, min(self.start.day, monthrange(year, month)[1]))

    def _run(self, number: int) -> datetime:
        return datetime.combine(self._day(number), self.at).astimezone(UTC)
