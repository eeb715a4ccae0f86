"""Values in words: times, identities, object names, text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from schemas.gbcs_words import alert_meanings, gbcs_name
from stubs.wire.errors import PeerError
from stubs.wire.gbcs.dlms.moments import DLMS_NEVER, DLMS_NOW, NO_TIME, deviation_of, read_moment

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_CLOCK_STATUS = ("invalid value", "doubtful value", "different clock base", "invalid clock status")
_BEYOND = 0xFFFFFFFE


def iso(when: datetime) -> str:
    """``2015-01-01T00:00:00Z``."""
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds_words(seconds: int) -> str:
    """A time of 32-bit seconds since 2000-01-01 UTC, with its two special values."""
    if seconds == 0:
        return "0: now, or no time given"
    if seconds == NO_TIME:
        return "no time, never, or cancel"
    if seconds == _BEYOND:
        return "never, or cancel"
    return iso(_EPOCH + timedelta(seconds=seconds))


def is_date_time(octets: bytes) -> bool:
    """Whether 12 octets look like a DLMS date-time rather than like anything else."""
    if len(octets) != 12:
        return False
    if octets in (DLMS_NOW, DLMS_NEVER):
        return True
    year, (month, day, weekday), (hour, minute, second, _) = octets[:2], octets[2:5], octets[5:9]
    is_year = year == b"\xff\xff" or 1990 <= int.from_bytes(year, "big") <= 3100
    is_day = (month <= 12 or month >= 0xFD) and (day <= 31 or day >= 0xFD) and (weekday <= 7 or weekday == _ANY)
    is_time = all(part < limit or part == _ANY for part, limit in ((hour, 24), (minute, 60), (second, 60)))
    minutes = deviation_of(octets)
    return is_year and is_day and is_time and (minutes is None or abs(minutes) <= _MOST_MINUTES)


_ANY = 0xFF
_MOST_MINUTES = 720
_PLAIN_END = b"\x80\x00"


def date_time_words(octets: bytes) -> str:
    """A DLMS date-time of 12 octets; with the octets when they are not as GBCS writes a time of UTC."""
    if octets == DLMS_NOW:
        return "now"
    if octets == DLMS_NEVER:
        return "never, or cancel"
    try:
        text = iso(read_moment(octets))
        if (octets[4], octets[8], octets[9:11]) != (_ANY, 0, _PLAIN_END):
            text += f" read of {octets.hex()}"
    except PeerError as problem:
        parts = (f"{octets[0]:02X}{octets[1]:02X}", *(f"{part:02X}" for part in octets[2:9]))
        text = f"year-month-day-weekday-time {'-'.join(parts)} (FF is any)"
        if not is_wildcard(octets):
            text = f"{octets.hex()}: {problem.what}"
    status = octets[11]
    flags = [word for bit, word in enumerate(_CLOCK_STATUS) if status != 0xFF and status >> bit & 1]
    return f"{text} ({', '.join(flags)})" if flags else text


def is_wildcard(octets: bytes) -> bool:
    """Whether a part of a date-time is left open."""
    return octets[:2] == b"\xff\xff" or any(part >= _OPEN for part in octets[2:4]) or _ANY in octets[5:8]


_OPEN = 0xFD
"""From here on a month or a day is not a number: begin or end of summer time, last day, any."""


def generalized_time_words(octets: bytes) -> str:
    """A GeneralizedTime ``YYYYMMDDhhmmssZ``."""
    text = octets.decode("ascii", "replace")
    if text.startswith("99991231"):
        return "never, or cancel"
    try:
        return iso(datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC))
    except ValueError:
        return text


def instance_words(instance: bytes) -> str:
    """Six octets as an instance name: ``0-0:1.0.0.255``."""
    a, b, c, d, e, f = instance
    return f"{a}-{b}:{c}.{d}.{e}.{f}"


def object_words(cls: int, instance: bytes, member: str) -> str:
    """Class, instance and member (``attribute 2``), with their names where they are known."""
    place = instance_words(instance)
    names = [gbcs_name("object", place), gbcs_name("member", f"{cls} {member}")]
    known = ", ".join(name for name in names if name)
    class_name = gbcs_name("class", str(cls))
    text = f"class {cls}{f' ({class_name})' if class_name else ''} {place} {member}"
    return f"{known}: {text}" if known else text


def alert_words(code: int) -> str:
    """An alert code with its meaning."""
    meaning = alert_meanings().get(f"{code:04X}", "")
    return f"{code:04X} {meaning}".rstrip()


def text_words(octets: bytes) -> str:
    """Octets in hexadecimal, and as text when they are printable."""
    if not octets:
        return "empty"
    if octets.isascii() and octets.decode("ascii").isprintable():
        return f'"{octets.decode("ascii")}"'
    return octets.hex()
