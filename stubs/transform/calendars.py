"""Dates, days and schedules of request bodies, as the value shapes of the commands write them.

Dates become text such as ``2014-10-27`` or ``*-12-25``, times ``06:00:00``; see
:mod:`stubs.wire.gbcs.use_cases.value_shapes`. Source: the guide's section 13.2.
"""

from __future__ import annotations

import re
from typing import Any

from stubs.transform.fields import integer
from stubs.wire.duis import Node
from stubs.wire.errors import PeerError

_LAST_DAY = 0xFE
_SECOND_LAST_DAY = 0xFD
_TIME = re.compile(r"(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:Z|[+-]00:00)?")
_DATE = re.compile(r"(\d{4,5})-(\d{2})-(\d{2})Z?")


def required(node: Node, path: str) -> str:
    """The text at a path. Raises: PeerError: nothing is there."""
    text = node.get(path)
    if text is None:
        raise PeerError("an element is missing", where=f"{node.name}/{path}")
    return text.strip()


def number(node: Node, path: str) -> int:
    """The whole number at a path. Raises: PeerError: none is there."""
    return integer(required(node, path))


def index(node: Node, *names: str) -> int:
    """The number of a repeated element, in whichever attribute it has it. Raises: PeerError: none."""
    for name in names:
        text = node.attribute(name)
        if text is not None:
            return integer(text)
    raise PeerError("an attribute is missing", where=f"{node.name}/@{names[0]}")


def time_of(node: Node, path: str) -> str:
    """A time of day, UTC, to hundredths. Raises: PeerError: none."""
    text = required(node, path)
    found = _TIME.fullmatch(text)
    if not found:
        raise PeerError("not a time of day in UTC", where=f"{node.name}/{path}", got=repr(text[:24]))
    hour, minute, second, fraction = found.groups()
    hundredths = f"{fraction or '':0<2}"[:2]
    return f"{hour}:{minute}:{second}" + ("" if hundredths == "00" else f".{hundredths}")


def wildcard_date(node: Node) -> str:
    """A date whose parts may be not specified. Raises: PeerError: a part is missing."""
    year = _part(node, "Year/SpecifiedYear")
    month = _part(node, "Month/SpecifiedMonth")
    day = _part(node, "DayOfMonth/SpecifiedDayOfMonth")
    if node.find("DayOfMonth/LastDayOfMonth") is not None:
        day = str(_LAST_DAY)
    elif node.find("DayOfMonth/SecondLastDayOfMonth") is not None:
        day = str(_SECOND_LAST_DAY)
    weekday = _part(node, "DayOfWeek/SpecifiedDayOfWeek")
    padded = "*" if year == "*" else f"{int(year):04d}"
    return f"{padded}-{_two(month)}-{_two(day)}" + ("" if weekday == "*" else f"/{weekday}")


def plain_date(node: Node, path: str) -> str:
    """A date; the year 65535 is any year. Raises: PeerError: none."""
    text = required(node, path)
    found = _DATE.fullmatch(text)
    if not found:
        raise PeerError("not a date", where=f"{node.name}/{path}", got=repr(text[:24]))
    year, month, day = found.groups()
    return f"{'*' if int(year) == 0xFFFF else year}-{month}-{day}"


def days_of_week(schedule: Node) -> tuple[str, ...]:
    """The days that a schedule names, in its order."""
    days = schedule.all("DaysOfWeekApplicability/DayOfWeekApplicability/DayOfWeekID")
    return tuple(day.text.strip() for day in days)


def applicability(chosen: set[int], count: int) -> str:
    """One bit per special day that is defined, first day first (trap 11). Raises: PeerError: no such day."""
    if not chosen <= set(range(1, count + 1)):
        raise PeerError("a schedule names a special day that is not defined", got=str(sorted(chosen)))
    return "".join("1" if day in chosen else "0" for day in range(1, count + 1))


def special_days(nodes: tuple[Node, ...], path: str = "") -> tuple[dict[str, Any], ...]:
    """Special days that are told apart by their number only; ``path`` leads to the date."""
    rows = []
    for position, node in enumerate(nodes, 1):
        date = node.find(path) if path else node
        if date is None:
            raise PeerError("an element is missing", where=f"{node.name}/{path}")
        rows.append({"Index": position, "Date": wildcard_date(date), "DayID": position})
    return tuple(rows)


def _part(node: Node, path: str) -> str:
    holder = node.find(path.partition("/")[0])
    if holder is None:
        raise PeerError("an element is missing", where=f"{node.name}/{path}")
    text = node.get(path)
    return "*" if text is None else str(integer(text))


def _two(part: str) -> str:
    return part if part == "*" else f"{int(part):02d}"
