"""Working Days of the Code: neither weekend nor bank holiday, by a calendar that is always named.

The holidays come from the library ``holidays``; which subdivisions join, and the years for which its dates were
compared with the standing rules, stand in ``schemas/uep``. Counting: the day of an event is day 0, the last permitted
day of "within n Working Days" is the n-th Working Day after it (our reading; a cut-off hour is not known).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from schemas.process import calendars, number
from stubs.wire.errors import InputError

_SATURDAY = 5
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """One calendar: ``code`` is EW, SCO or UK_ALL."""

    code: str = "EW"

    def __post_init__(self) -> None:
        if self.code not in calendars():
            raise InputError(f"{self.code!r} is no calendar", mend=f"Choose one of {', '.join(calendars())}")

    @property
    def name(self) -> str:
        """In words, as every deadline shows it."""
        return calendars()[self.code].name

    def holidays_of(self, year: int) -> frozenset[date]:
        """Bank holidays of a year, Christmas Day and Good Friday included; those on a weekend too.

        Raises: InputError: the year was not compared with any published list.
        """
        return _holidays(self.code, year)

    def is_working_day(self, day: date) -> bool:
        """Whether ``day`` counts. Raises: InputError: outside the years of the data."""
        return day not in self.holidays_of(day.year) and day.weekday() < _SATURDAY

    def after(self, day: date, count: int) -> date:
        """The ``count``-th Working Day after ``day``; ``day`` itself need not be one."""
        return self._walk(day, count, lambda one: one + _DAY)

    def before(self, day: date, count: int) -> date:
        """The ``count``-th Working Day before ``day``."""
        return self._walk(day, count, lambda one: one - _DAY)

    def between(self, first: date, last: date) -> int:
        """Working Days after ``first`` up to and with ``last``; 0 when ``last`` is not after ``first``."""
        return sum(self.is_working_day(first + _DAY * step) for step in range(1, (last - first).days + 1))

    def _walk(self, day: date, count: int, onward: Callable[[date], date]) -> date:
        self.holidays_of(day.year)
        while count:
            day = onward(day)
            count -= self.is_working_day(day)
        return day


@cache
def _holidays(code: str, year: int) -> frozenset[date]:
    first, last = number("calendar_checked_from"), number("calendar_checked_until")
    if not first <= year <= last:
        raise InputError(
            f"bank holidays are known from {first} to {last}, not for {year}",
            mend="Use a date in those years, or a version of this program with newer data",
        )
    from holidays import country_holidays  # noqa: PLC0415 - a slow import that most commands do not need

    found: set[date] = set()
    for subdivision in calendars()[code].subdivisions:
        found.update(country_holidays("GB", subdiv=subdivision, years=year))
    return frozenset(found)
