"""Instants of time that no arithmetic takes out of range: aware, UTC, in the years 1 to 9999.

XML Schema knows years before 1 and beyond 9999, and a zone moves an instant across either end; :class:`datetime` knows
neither. What lies outside is taken as the end it lies beyond, which orders it rightly against everything inside.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

EARLIEST = datetime.min.replace(tzinfo=UTC)
LATEST = datetime.max.replace(tzinfo=UTC)
_ENCODE = msgspec.json.Encoder().encode


def in_utc(moment: datetime) -> datetime:
    """``moment`` (aware) in UTC; the nearest end of the range when its zone takes it beyond."""
    if moment.tzinfo is UTC:
        return moment
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return LATEST if moment.year > 1 else EARLIEST


def iso_octets(moment: datetime) -> bytes:
    """``moment`` (UTC) as :meth:`datetime.isoformat` writes it, at a tenth of the time: every record has one."""
    return _ENCODE(moment)[1:-2] + b"+00:00"


def shifted(moment: datetime, by: timedelta | float) -> datetime:
    """``moment`` later (or, negative, earlier) by a span or by seconds; never beyond the ends of the range."""
    try:
        return in_utc(moment) + (by if isinstance(by, timedelta) else timedelta(seconds=by))
    except OverflowError:
        return LATEST if _is_forward(by) else EARLIEST


def _is_forward(by: timedelta | float) -> bool:
    return by > timedelta() if isinstance(by, timedelta) else by > 0
