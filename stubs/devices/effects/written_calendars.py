"""Calendars as commands write them, to ``Calendar``: the DLMS forms of an ESME, and those of a gas meter.

Dates are ``2014-10-27`` or ``*-12-25`` with ``/1`` for a weekday, times ``06:00:00``; what has no number (``*``, last
day of the month) counts as any. Schedules name an action, a time, weekdays and a range of dates per row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from stubs.devices.records import Calendar, Dated, Season, SpecialDay

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SPECIAL_FROM = 253
"""Months and days from here on have a meaning of their own and count as any."""
Entries = tuple[tuple[int, int], ...]


def _part(text: str) -> int:
    number = 0 if text == "*" else int(text)
    return 0 if _SPECIAL_FROM <= number < 1900 else number


def date_parts(text: str) -> tuple[int, int, int, int]:
    """Year, month, day, weekday of a written date; 0 for any."""
    date, _, weekday = text.partition("/")
    year, month, day = date.split("-")
    return _part(year), _part(month), _part(day), _part(weekday or "*")


def seconds_of(text: str) -> int:
    """Second of the day of a written time (``06:00`` or ``06:00:00``); any counts as 0."""
    parts = [_part(part) for part in text.split(".", maxsplit=1)[0].split(":")]
    hour, minute, second = (*parts, 0, 0)[:3]
    return min(hour, 23) * 3600 + min(minute, 59) * 60 + min(second, 59)


def _ascending(entries: Iterable[tuple[int, int]]) -> Entries:
    return tuple(sorted(entries))


def _season(written: Mapping[str, Any]) -> Season:
    year, month, day, _ = date_parts(str(written["SeasonStartDate"]).partition("T")[0])
    return Season(year, month or 1, day or 1, int(written["ReferencedWeekName"]))


def _special(written: Mapping[str, Any]) -> SpecialDay:
    return SpecialDay(*date_parts(written["Date"]), int(written["DayID"]))


def switching_table(values: Mapping[str, Any], rate_of: Callable[[int], int]) -> Calendar:
    """An ESME's switching table; ``rate_of`` turns a script's number into a rate."""
    return Calendar(
        tuple(map(_season, values["Seasons"])),
        tuple((int(week["WeekName"]), *(int(week[day]) for day in WEEKDAYS)) for week in values["WeekProfiles"]),
        tuple(
            (
                int(day["DayName"]),
                _ascending(
                    (seconds_of(row["StartTime"]), rate_of(int(row["Script"]))) for row in day["ProfileSchedule"]
                ),
            )
            for day in values["DayProfiles"]
        ),
        tuple(map(_special, values.get("SpecialDays", ()))),
    )


def _gas_date(written: Mapping[str, Any]) -> tuple[int, int, int, int]:
    year, month, day, weekday = (int(written.get(name) or 0) for name in ("Year", "Month", "DayOfMonth", "DayOfWeek"))
    return year, month, day, weekday


def gas_calendar(values: Mapping[str, Any], entries_of: Callable[[Mapping[str, Any]], Entries]) -> Calendar:
    """A gas meter's tariff or non-disablement calendar."""
    seasons = []
    for written in values["Seasons"]:
        year, month, day, _ = _gas_date(written["SeasonStartDate"])
        seasons.append(Season(year, month or 1, day or 1, int(written["ReferencedWeekName"])))
    return Calendar(
        tuple(seasons),
        tuple((int(week["WeekName"]), *map(int, week["ReferencedDayNames"])) for week in values["WeekProfiles"]),
        tuple((int(day["DayName"]), entries_of(day)) for day in values["DayProfiles"]),
        tuple(
            SpecialDay(*_gas_date(written["Date"]), int(written["ReferencedDayName"]))
            for written in values.get("SpecialDays", ())
        ),
    )


def schedule(
    rows: Iterable[Mapping[str, Any]], special: Iterable[Mapping[str, Any]], number_of: Callable[[Any], int | None]
) -> Calendar:
    """A schedule of switch times as a calendar with one day profile per weekday (1 to 7) and per special day (8...)."""
    rows = [row for row in rows if number_of(row) is not None]
    days: list[tuple[int, Entries]] = []

    def entries(wanted: Callable[[Mapping[str, Any]], bool]) -> Entries:
        return _ascending((seconds_of(row["SwitchTime"]), number_of(row) or 0) for row in rows if wanted(row))

    for number, name in enumerate(WEEKDAYS, start=1):
        days.append((number, entries(lambda row, name=name: name in row["DaysOfWeek"])))  # type: ignore[misc]
    found = []
    for place, written in enumerate(special):
        profile = entries(lambda row, place=place: row["SpecialDays"][place : place + 1] == "1")  # type: ignore[misc]
        if profile:
            days.append((len(WEEKDAYS) + 1 + place, profile))
            found.append(SpecialDay(*date_parts(written["Date"]), len(WEEKDAYS) + 1 + place))
    return Calendar((Season(0, 1, 1, 1),), ((1, 1, 2, 3, 4, 5, 6, 7),), tuple(days), tuple(found))


_ALWAYS = (0, 0, 0)
_YEAR_START, _YEAR_END = (0, 1, 1), (0, 12, 31)


def _bound(text: str, otherwise: int) -> tuple[int, int, int]:
    """A bound of a range of dates; a month without a day means its first or last day, no month no bound."""
    year, month, day, _ = date_parts(text)
    return (year, month, day or otherwise) if month else _ALWAYS


def dated_schedule(
    rows: Iterable[Mapping[str, Any]], special: Iterable[Mapping[str, Any]], number_of: Callable[[Any], int | None]
) -> Calendar:
    """The same with the range of dates of each row; outside of all ranges the calendar gives 1."""
    rows, special = [row for row in rows if number_of(row) is not None], tuple(special)
    found = []
    for row in rows:
        first, last = _bound(row["StartDate"], 1), _bound(row["EndDate"], 31)
        weekdays = tuple(number for number, name in enumerate(WEEKDAYS, start=1) if name in row["DaysOfWeek"])
        days = tuple(
            len(WEEKDAYS) + 1 + place for place in range(len(special)) if row["SpecialDays"][place : place + 1] == "1"
        )
        found.append(Dated(seconds_of(row["SwitchTime"]), number_of(row) or 0, weekdays, days, first, last))
    if all(one.first in (_ALWAYS, _YEAR_START) and one.last in (_ALWAYS, _YEAR_END) for one in found):
        return schedule(rows, special, number_of)
    used = {day for one in found for day in one.special}
    places = ((len(WEEKDAYS) + 1 + place, written) for place, written in enumerate(special))
    named = tuple(SpecialDay(*date_parts(written["Date"]), number) for number, written in places if number in used)
    return Calendar(special=named, dated=tuple(found))
