"""Dates with parts left open, as the MMC schema writes them; and billing calendars, which are made of such dates.

Dates come as ``2014-10-27``, ``*-12-25`` or ``*-*-*/1`` (electricity, see the value shapes of the use cases) and as
``{Year, Month, DayOfMonth, DayOfWeek}`` with None for a part left open (gas).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from stubs.wire.duis.node import Node

_DATE = re.compile(r"(\*|\d+)-(\*|\d+)-(\*|\d+)(?:/(\d+))?")
_PLAIN = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{2}:\d{2}(:\d{2})?(\.\d+)?")
_PARTS = ("Year", "Month", "DayOfMonth", "DayOfWeek")
_LAST, _SECOND_LAST = "254", "253"
_SPECIAL_DAYS = {_LAST: "LastDayOfMonth", _SECOND_LAST: "SecondLastDayOfMonth"}
_FIRST_YEAR = 2014
"""The schema knows no earlier one; devices come with calendars that begin in 2000."""
_BILLING_DAYS = range(1, 29)
_PERIODS = {4: "Quarterly", 2: "SixMonthly", 1: "Yearly"}
"""By the number of dates in a year."""


def electricity_date(text: str) -> tuple[Node, ...]:
    """Year, month, day of month and day of week of a date; any time behind it does not count.

    An earlier year than the schema knows is left open.
    """
    found = _DATE.fullmatch(text.partition("T")[0])
    year, month, day, weekday = found.groups() if found else (None, None, None, None)
    return (
        _part("Year", None if _is_too_early(year) else _plain(year)),
        _part("Month", _plain(month)),
        Node("DayOfMonth", children=(Node(_SPECIAL_DAYS[day]),))
        if day in _SPECIAL_DAYS
        else _part("DayOfMonth", _plain(day)),
        _part("DayOfWeek", _plain(weekday)),
    )


def gas_date(parts: Mapping[str, Any]) -> tuple[Node, ...]:
    """The same for gas, under the names gas has; an earlier year than the schema knows is left out."""
    written = {name: None if parts.get(name) is None else str(parts[name]) for name in _PARTS}
    return tuple(
        _part(name, value, f"Gas{name}WithWildcards", gas_day=True)
        for name, value in written.items()
        if not (name == "Year" and _is_too_early(value))
    )


def plain_date(text: str) -> str | None:
    """A date of which no part is open, or None."""
    return text if _PLAIN.fullmatch(text) else None


def whole_time(text: str) -> str | None:
    """A time of day with seconds, or None when a part is open."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    return text if found[1] else f"{text}:00"


def billing_calendar(entries: Sequence[Mapping[str, Any]]) -> tuple[Node, ...] | None:
    """Time of day and period of the dates on which a meter bills, or None when they are no such period."""
    dates = [_DATE.fullmatch(entry["BillingDate"]) for entry in entries]
    time = whole_time(entries[0]["BillingTime"]) if entries else None
    if not dates or dates[0] is None or time is None:
        return None
    _, month, day, weekday = dates[0].groups()
    if day != "*" and int(day) not in _BILLING_DAYS:
        return None
    if month != "*" and len(dates) in _PERIODS:
        start = (Node("DayOfMonth", str(int(day))), Node("BillingPeriodStartMonth", str(int(month))))
        period = Node(_PERIODS[len(dates)], children=start)
    elif day != "*":
        period = Node("Monthly", str(int(day)))
    else:
        period = Node("Weekly", weekday) if weekday else Node("Daily")
    return Node("BillingTime", time), period


def _is_too_early(year: str | None) -> bool:
    return year is not None and year.isdigit() and int(year) < _FIRST_YEAR


def _plain(part: str | None) -> str | None:
    return None if part in (None, "*") else str(int(str(part)))


def _part(name: str, value: str | None, element: str = "", *, gas_day: bool = False) -> Node:
    special = "Gas" if gas_day and name == "DayOfMonth" else ""
    inner = Node(f"{special}NonSpecified{name}") if value is None else Node(f"Specified{name}", value)
    return Node(element or name, children=(inner,))
