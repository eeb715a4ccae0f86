"""Shapes of single values that the data files name: numbers, texts, identities, dates, masks.

::

    date  2014-10-27, *-12-25 (any year), 2015-06-*/1 (any Monday of that June)      5 octets, FF for *
    time  06:00:00, 06:00:00.50, *:30:00                                             4 octets
    stamp date, T, time                                                              12 octets

Days 253 and 254 and months 253 and 254 keep their special meaning as numbers. Source: the guide's sections 8.2, 8.3.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from stubs.wire.errors import Misuse
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import dlms
from stubs.wire.gbcs.dlms import Data, Tag, TypeDescription
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.gbcs.use_cases.shapes import Activation, Shape, Simple
from stubs.wire.instants import in_utc

DAYS_OF_WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ANY = 0xFF
_ANY_YEAR = 0xFFFF
_DATE = re.compile(r"(\*|\d{1,5})-(\*|\d{1,3})-(\*|\d{1,3})(?:/(\d{1,3}))?")
_TIME = re.compile(r"(\*|\d{1,3}):(\*|\d{1,3}):(\*|\d{1,3})(?:\.(\*|\d{1,3}))?")
_NO_ZONE = b"\x80\x00\xff"
_EVENT_BITS = 256


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("not an integer")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _number(part: str, any_value: int) -> int:
    number = any_value if part == "*" else int(part)
    if number > any_value:
        raise ValueError(f"{part} is out of range")
    return number


def date_octets(text: str) -> bytes:
    """A date of 5 octets. Raises: ValueError: another form."""
    found = _DATE.fullmatch(text)
    if not found:
        raise ValueError("not a date such as 2014-10-27 or *-12-25")
    year, month, day, weekday = found.groups()
    return _number(year, _ANY_YEAR).to_bytes(2, "big") + bytes(
        _number(part or "*", _ANY) for part in (month, day, weekday)
    )


def date_text(octets: bytes) -> str:
    """The inverse of :func:`date_octets`. Raises: GbcsError: not 5 octets."""
    if len(octets) != 5:
        raise GbcsError("a date of a wrong length", 0, expected="5 octets", got=str(len(octets)))
    year = int.from_bytes(octets[:2], "big")
    month, day = ("*" if part == _ANY else f"{part:02d}" for part in octets[2:4])
    weekday = "" if octets[4] == _ANY else f"/{octets[4]}"
    return f"{'*' if year == _ANY_YEAR else f'{year:04d}'}-{month}-{day}{weekday}"


def time_octets(text: str) -> bytes:
    """A time of 4 octets. Raises: ValueError: another form."""
    found = _TIME.fullmatch(text)
    if not found:
        raise ValueError("not a time such as 06:00:00")
    return bytes(_number(part or "0", _ANY) for part in found.groups())


def time_text(octets: bytes) -> str:
    """The inverse of :func:`time_octets`. Raises: GbcsError: not 4 octets."""
    if len(octets) != 4:
        raise GbcsError("a time of a wrong length", 0, expected="4 octets", got=str(len(octets)))
    hour, minute, second, hundredths = ("*" if part == _ANY else f"{part:02d}" for part in octets)
    return f"{hour}:{minute}:{second}" + ("" if octets[3] == 0 else f".{hundredths}")


def _stamp_octets(text: str) -> bytes:
    date, _, time = text.partition("T")
    return date_octets(date) + time_octets(time) + _NO_ZONE


def _stamp_text(octets: bytes) -> str:
    if len(octets) != 12 or octets[9:] != _NO_ZONE:
        raise GbcsError("not a date-time without zone", 0, expected="12 octets that end 8000FF", got=octets.hex())
    return f"{date_text(octets[:5])}T{time_text(octets[5:9])}"


def _dated_octets(when: datetime) -> bytes:
    plain = dlms.moment_octets(when)
    return plain[:4] + bytes((in_utc(when).isoweekday(),)) + plain[5:]


def _of_length(size: int, octets: bytes) -> bytes:
    if len(octets) != size:
        raise GbcsError("octets of a wrong length", 0, expected=str(size), got=str(len(octets)))
    return octets


def _weekday_bits(days: Any) -> str:
    if not set(days) <= set(DAYS_OF_WEEK):
        raise ValueError("not days of the week")
    return "".join("1" if day in days else "0" for day in DAYS_OF_WEEK)


def _weekdays(bits: str) -> tuple[str, ...]:
    if len(bits) != len(DAYS_OF_WEEK):
        raise GbcsError("days of the week", 0, expected="7 bits", got=str(len(bits)))
    return tuple(day for day, bit in zip(DAYS_OF_WEEK, bits, strict=True) if bit == "1")


def events(high: int) -> Simple:
    """Shape of the events with a behaviour: 256 bits, bit ``c`` of a big-endian number for event ``high``, ``c``.

    The value is a tuple of codes such as ``810D``. Source: the guide's section 13.3, ECS25a1.
    """

    def write(codes: Any) -> str:
        return f"{sum(1 << _event(code, high) for code in set(codes)):0{_EVENT_BITS}b}"

    def read(bits: str) -> tuple[str, ...]:
        _of_bits(bits, _EVENT_BITS)
        return tuple(f"{high:02X}{at:02X}" for at, bit in enumerate(reversed(bits)) if bit == "1")

    return Simple(Tag.BIT_STRING, write, read)


def event_changes(high: int) -> Simple:
    """Shape of behaviours to change: 256 bits name the events, 256 bits say on or off; codes to Enable or Disable."""

    def write(changes: Any) -> str:
        if not set(changes.values()) <= {"Enable", "Disable"}:
            raise ValueError("behaviours are Enable or Disable")
        named = sum(1 << _event(code, high) for code in changes)
        on = sum(1 << _event(code, high) for code, change in changes.items() if change == "Enable")
        return f"{named:0{_EVENT_BITS}b}{on:0{_EVENT_BITS}b}"

    def read(bits: str) -> dict[str, str]:
        _of_bits(bits, 2 * _EVENT_BITS)
        named, on = (int(bits[:_EVENT_BITS], 2), int(bits[_EVENT_BITS:], 2))
        if on & ~named:
            raise GbcsError("behaviours are switched on that are not named", 0, got=f"{on & ~named:X}")
        changed = [at for at in range(_EVENT_BITS) if named >> at & 1]
        return {f"{high:02X}{at:02X}": "Enable" if on >> at & 1 else "Disable" for at in changed}

    return Simple(Tag.BIT_STRING, write, read)


def _event(code: str, high: int) -> int:
    number = int(code, 16)
    if number >> 8 != high:
        raise ValueError(f"{code} is no event {high:02X}..")
    return number & 0xFF


def _of_bits(bits: str, size: int) -> None:
    if len(bits) != size:
        raise GbcsError("a bit-string of a wrong length", 0, expected=f"{size} bits", got=str(len(bits)))


@dataclass(frozen=True, slots=True)
class Choice:
    """A number that has a name: an integer, an enum or a boolean's octet."""

    tag: Tag
    names: Mapping[int, str]

    def encode(self, value: Any) -> Data:
        """See :class:`Shape`."""
        for number, name in self.names.items():
            if name == value:
                return Data(self.tag, number)
        raise Misuse(f"{value!r:.60} is none of {', '.join(self.names.values())}")

    def decode(self, data: Data) -> str:
        """See :class:`Shape`."""
        number = data.expect(self.tag)
        if number not in self.names:
            raise GbcsError("a number without a name", 0, expected=str(sorted(self.names)), got=str(number))
        return self.names[number]

    @property
    def type(self) -> TypeDescription:
        """See :class:`Shape`."""
        return TypeDescription(self.tag)


def _integer(tag: Tag) -> Simple:
    return Simple(tag, _whole, _whole)


VALUE_SHAPES: Mapping[str, Shape] = MappingProxyType(
    {
        "u8": _integer(Tag.UINT8),
        "u16": _integer(Tag.UINT16),
        "u32": _integer(Tag.UINT32),
        "i8": _integer(Tag.INT8),
        "i16": _integer(Tag.INT16),
        "i32": _integer(Tag.INT32),
        "enum": _integer(Tag.ENUM),
        "bool": Simple(Tag.BOOLEAN, lambda value: 0xFF if value else 0, bool),
        "bits": Simple(Tag.BIT_STRING, _text, _text),
        "octets": Simple(Tag.OCTET_STRING, bytes.fromhex, lambda octets: octets.hex().upper()),
        "octet": Simple(
            Tag.OCTET_STRING, lambda value: bytes((_whole(value),)), lambda octets: _of_length(1, octets)[0]
        ),
        "text": Simple(
            Tag.OCTET_STRING, lambda text: _text(text).encode("utf-8"), lambda octets: octets.decode("utf-8")
        ),
        "visible": Simple(Tag.VISIBLE_STRING, lambda text: _text(text).encode("ascii").decode("ascii"), _text),
        "utf8": Simple(Tag.UTF8_STRING, _text, _text),
        "eui64": Simple(
            Tag.OCTET_STRING, lambda text: Eui64.parse(text).octets, lambda octets: str(Eui64(_of_length(8, octets)))
        ),
        "date": Simple(Tag.OCTET_STRING, date_octets, date_text),
        "time": Simple(Tag.OCTET_STRING, time_octets, time_text),
        "stamp": Simple(Tag.OCTET_STRING, _stamp_octets, _stamp_text),
        "moment": Simple(Tag.OCTET_STRING, dlms.moment_octets, dlms.read_moment),
        "moment-with-weekday": Simple(Tag.OCTET_STRING, _dated_octets, dlms.read_moment),
        "seconds": Simple(Tag.UINT32, dlms.seconds_since_2000, dlms.known_seconds),
        "activation": Activation(),
        "hundredths": Simple(Tag.UINT16, lambda value: round(value * 100), lambda raw: raw / 100),
        "weekdays": Simple(Tag.BIT_STRING, _weekday_bits, _weekdays),
    }
)
"""By the name that the data files use."""
