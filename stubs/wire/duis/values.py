"""Values inside DUIS documents: dates and times, booleans."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from stubs.wire.errors import PeerError
from stubs.wire.instants import EARLIEST, LATEST, in_utc, iso_octets, shifted

_LEAP_CYCLE = 400
"""After so many years the calendar repeats."""
_DATE_TIME = re.compile(
    r"\A(?P<year>-?(?:\d{4}|[1-9]\d{4,}))-(?P<month>\d\d)-(?P<day>\d\d)T(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
    r"(?:\.(?P<fraction>\d+))?(?P<zone>Z|[+-]\d\d:\d\d)?\Z",
    re.ASCII,
)

_USUAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z", re.ASCII)
"""The form of nearly all, which Python reads by itself."""


def read_date_time(text: str) -> datetime:
    """An ``xs:dateTime`` in UTC; without a zone it is taken as UTC, below a microsecond it is cut.

    What the schema allows and lies before the year 1 or beyond 9999 becomes that end of the range, see
    :mod:`stubs.wire.instants`.

    Raises: PeerError: another form, or an impossible date.
    Source: XML Schema 1.0 part 2, dateTime; duis.md section 4.
    """
    if _USUAL.fullmatch(text) is not None:
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass  # an impossible date, the end of a day, the year 0
    match = _DATE_TIME.match(text.strip(" \t\r\n"))
    try:
        if match is None:
            raise ValueError(text)
        hour, year = int(match["hour"]), int(match["year"])
        is_within = EARLIEST.year <= year <= LATEST.year
        # XML Schema writes the end of a day as 24:00:00, which is the beginning of the next.
        is_end_of_day = hour == 24 and int(match["minute"]) == int(match["second"]) == 0
        moment = datetime(
            year if is_within else _LEAP_CYCLE + year % _LEAP_CYCLE,
            int(match["month"]),
            int(match["day"]),
            0 if is_end_of_day else hour,
            int(match["minute"]),
            int(match["second"]),
            int(((match["fraction"] or "") + "000000")[:6]),
            tzinfo=_zone(match["zone"]),
        )
    except (ValueError, OverflowError) as error:
        raise PeerError("not a date and time", expected="YYYY-MM-DDThh:mm:ssZ", got=repr(text[:40])) from error
    if not is_within:
        return LATEST if year > LATEST.year else EARLIEST
    return shifted(moment, timedelta(days=1)) if is_end_of_day else in_utc(moment)


def _zone(text: str | None) -> timezone:
    if text is None or text == "Z":
        return UTC
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[4:6]))
    return timezone(-offset if text[0] == "-" else offset)


def write_date_time(moment: datetime) -> str:
    """``2026-01-15T10:00:00.100Z``: UTC with milliseconds, as real responses have it (duis.md, section 4)."""
    moment = in_utc(moment)
    return f"{iso_octets(moment)[:19].decode()}.{moment.microsecond // 1000:03d}Z"


def read_boolean(text: str) -> bool:
    """``true``, ``false``, ``1`` or ``0``. Raises: PeerError: anything else."""
    match text.strip(" \t\r\n"):
        case "true" | "1":
            return True
        case "false" | "0":
            return False
        case _:
            raise PeerError("not a boolean", expected="true, false, 1 or 0", got=repr(text[:40]))
