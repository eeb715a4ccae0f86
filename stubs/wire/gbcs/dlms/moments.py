"""Dates and times of GBCS payloads: DLMS date-time of 12 octets, seconds since 2000, now, never, cancelled.

::

    date-time = year(2) month day weekday hour minute second hundredths deviation(2) status

Source: GBCS, dates and times; the section 8.3 of the guide. All times of GBCS are UTC, and are written so; what is read
may say how far local time is from it (COSEM Blue Book, date and time formats: UTC is local time plus the deviation).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from stubs.wire.errors import Misuse
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.instants import in_utc, shifted

DLMS_NOW = bytes(9) + b"\x80\x00\xff"
"""Act at once."""
DLMS_NEVER = b"\xff" * 9 + b"\x80\x00\xff"
"""Cancel, or never."""
CANCELLED = datetime(3000, 12, 31, tzinfo=UTC)
"""Instant with which DUIS withdraws a future-dated command (``ExecutionDateTime``)."""
EPOCH_2000 = datetime(2000, 1, 1, tzinfo=UTC)


def moment_octets(when: datetime, status: int = 0xFF) -> bytes:
    """A date-time of 12 octets: weekday and deviation not given, hundredths 0.

    Raises: Misuse: a naive time.
    """
    if when.tzinfo is None:
        raise Misuse("times carry their zone")
    utc = in_utc(when)
    return (
        utc.year.to_bytes(2, "big")
        + bytes((utc.month, utc.day, 0xFF, utc.hour, utc.minute, utc.second, 0))
        + b"\x80\x00"
        + bytes((status,))
    )


_NOT_SPECIFIED, _DEVIATION_NOT_SPECIFIED = 0xFF, -0x8000
_MOST_MINUTES = 720
_HUNDREDTHS = 100
_IN_SUMMER_TIME = 0x80
"""Bit of the clock status; of a status that is not given (FF) it says nothing."""


def deviation_of(octets: bytes) -> int | None:
    """Minutes from local time to UTC; None: not given."""
    minutes = int.from_bytes(octets[9:11], "big", signed=True)
    return None if minutes == _DEVIATION_NOT_SPECIFIED else minutes


def _to_utc(octets: bytes) -> timedelta:
    """Read the deviation to UTC. Raises: GbcsError: out of range, or summer time without a stated deviation."""
    minutes, status = deviation_of(octets), octets[11]
    if minutes is None:
        if status != _NOT_SPECIFIED and status & _IN_SUMMER_TIME:
            raise GbcsError("summer time without a deviation from UTC", 9, expected="a deviation", got=octets.hex())
        return timedelta()
    if abs(minutes) > _MOST_MINUTES:
        raise GbcsError("a deviation from UTC", 9, expected="-720 to 720 minutes", got=str(minutes))
    return timedelta(minutes=minutes)


def read_moment(octets: bytes) -> datetime:
    """The time of a date-time of 12 octets in UTC; wildcards and special values are errors here.

    Local time is converted by its deviation. Hundredths are cut.

    Raises: GbcsError: a wrong length, no such time, or local time that cannot be converted.
    """
    if len(octets) != 12:
        raise GbcsError("a DLMS date-time of a wrong length", 0, expected="12 octets", got=str(len(octets)))
    if octets[8] != _NOT_SPECIFIED and octets[8] >= _HUNDREDTHS:
        raise GbcsError("hundredths of a DLMS date-time", 8, expected="0 to 99, or FF", got=f"{octets[8]:02X}")
    try:
        local = datetime(
            int.from_bytes(octets[:2], "big"),
            octets[2],
            octets[3],
            octets[5],
            octets[6],
            octets[7],
            tzinfo=UTC,
        )
    except ValueError as broken:
        raise GbcsError("not a DLMS date-time", 0, got=octets.hex()) from broken
    return shifted(local, _to_utc(octets))


def activation_octets(when: datetime | None) -> bytes:
    """The 12 octets of an execution time: None means now, :data:`CANCELLED` means cancel."""
    if when is None:
        return DLMS_NOW
    return DLMS_NEVER if when == CANCELLED else moment_octets(when)


def activation_moment(octets: bytes) -> datetime | None:
    """The inverse of :func:`activation_octets`. Raises: GbcsError: no such time."""
    if octets == DLMS_NOW:
        return None
    return CANCELLED if octets == DLMS_NEVER else read_moment(octets)


def seconds_since_2000(when: datetime) -> int:
    """Whole seconds since 2000-01-01T00:00:00Z, as log selections and ZigBee times count.

    Raises: Misuse: a naive time, a time before 2000 or beyond 32 bits.
    """
    if when.tzinfo is None:
        raise Misuse("times carry their zone")
    seconds = int((when - EPOCH_2000).total_seconds())
    if not 0 <= seconds < NO_TIME:
        raise Misuse(f"{when.isoformat()} is outside the range of 32-bit seconds since 2000")
    return seconds


NO_TIME = 0xFFFFFFFF
"""Seconds that are no time: ZigBee's invalid UTCTime. FFFFFFFE is the last one, which stands for later than that."""


def when_seconds(seconds: int) -> datetime:
    """The time that many seconds after 2000-01-01T00:00:00Z. Raises: GbcsError: :data:`NO_TIME`."""
    if seconds == NO_TIME:
        raise GbcsError("no time", 0, expected="seconds since 2000", got=f"{seconds:08X}")
    return EPOCH_2000 + timedelta(seconds=seconds)


def known_seconds(seconds: int) -> datetime | None:
    """The same of a value that a device answers; None when it says that it has none."""
    return None if seconds == NO_TIME else when_seconds(seconds)
