"""Numbers that a calendar gives at an instant, and their changes (tariffs, switches, friendly hours).

A day has one profile: that of its special day, else that of its weekday in the week of its season. Days are counted
from 2000-01-01 (a Saturday); everything is UTC. Source: SMETS2, switching tables. Inferred: that the first season also
holds before its own date; that friendly hours last from the switch time that begins them to the one that ends them, be
it days later, while every day of another calendar stands alone.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from stubs.devices.records import Calendar, Dated, Season, SpecialDay

DAY = 86_400
_FIRST = date(2000, 1, 1)
_LOOKED_BACK = 400
"""Number of days in which the latest switch time is searched."""


def day_of(at: int) -> int:
    """Days from 2000-01-01 to the day of an instant."""
    return at // DAY


def date_of(day: int) -> date:
    """The date of a day number."""
    return _FIRST + timedelta(days=day)


def _is(special: SpecialDay, when: date) -> bool:
    return (
        special.year in (0, when.year)
        and special.month in (0, when.month)
        and special.day in (0, when.day)
        and special.weekday in (0, when.isoweekday())
    )


def _week_of(seasons: tuple[Season, ...], when: date) -> int | None:
    """The week profile of the season that began last, in this year or an earlier one."""
    started = [s for s in seasons if (s.year or when.year, s.month, s.day) <= (when.year, when.month, when.day)]
    if started:
        return max(started, key=lambda season: (season.year or when.year, season.month, season.day)).week
    last = max(seasons, key=lambda season: (season.month, season.day), default=None)
    return None if last is None else last.week


def _within(dated: Dated, when: date) -> bool:
    """Whether a date lies in the range; one of every year may go over the turn of the year."""
    full, short = (when.year, when.month, when.day), (0, when.month, when.day)
    is_after = dated.first <= (full if dated.first[0] else short)
    is_before = not dated.last[1] or (full if dated.last[0] else short) <= dated.last
    is_over_the_turn = not dated.first[0] and not dated.last[0] and dated.last[1] and dated.first > dated.last
    return is_after or is_before if is_over_the_turn else is_after and is_before


def _dated(calendar: Calendar, when: date, special: int | None) -> tuple[tuple[int, int], ...]:
    """The switch times of a date, in order; those of its special day where it is one."""
    weekday = when.isoweekday()
    held = (
        one
        for one in calendar.dated
        if _within(one, when) and (weekday in one.weekdays if special is None else special in one.special)
    )
    return tuple(sorted((one.second, one.number) for one in held))


@lru_cache(maxsize=8192)
def _profile(calendar: Calendar, day: int) -> tuple[tuple[int, int], ...]:
    """The switch times of a day: (second of the day, number from then on), ascending."""
    when = date_of(day)
    number = next((special.profile for special in calendar.special if _is(special, when)), None)
    if calendar.dated:
        return _dated(calendar, when, number)
    if number is None:
        week = _week_of(calendar.seasons, when)
        days = next((row[1:] for row in calendar.weeks if row[0] == week), ())
        number = days[when.isoweekday() - 1] if len(days) == 7 else None
    if number is None and not calendar.weeks and calendar.days:
        number = calendar.days[0][0]
    return next((entries for known, entries in calendar.days if known == number), ())


@lru_cache(maxsize=8192)
def changes_of(calendar: Calendar, day: int) -> tuple[tuple[int, int], ...]:
    """The profile of a day: (second of the day, number from then on), the first at second 0.

    What holds before its first switch time is what the last one set: that of the same day, or, where it ``lasts``, of
    the days before.
    """
    profile = _profile(calendar, day)
    if profile and profile[0][0] == 0:
        return profile
    if calendar.lasts:
        earlier = (_profile(calendar, one) for one in range(day - 1, day - 1 - _LOOKED_BACK, -1))
        before = next((one[-1][1] for one in earlier if one), calendar.otherwise)
    else:
        before = profile[-1][1] if profile else calendar.otherwise
    return ((0, before), *profile)


def number_at(calendar: Calendar, at: int) -> int:
    """The number that holds at an instant."""
    day, second = divmod(at, DAY)
    found = 0
    for start, number in changes_of(calendar, day):
        if start > second:
            break
        found = number
    return found


def next_change(calendar: Calendar, after: int, horizon: int = 400) -> int | None:
    """The first instant after ``after`` at which another number holds; None: none within ``horizon`` days."""
    now = number_at(calendar, after)
    switches = _profile if calendar.lasts else changes_of
    for day in range(day_of(after), day_of(after) + horizon):
        for start, number in switches(calendar, day):
            at = day * DAY + start
            if at > after and number != now:
                return at
    return None
