"""A small DER: tag, length, value, for the ASN.1 payloads of GBCS.

Reading takes lengths longer than needed, as some reference messages have them (trap 9 of the guide); writing uses
the shortest. Only low tag numbers (one tag octet) occur. Source: ITU-T X.690; GBCS, ASN.1 messages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from stubs.wire.errors import Misuse
from stubs.wire.gbcs.octets import GbcsError, encode_length, ends_early
from stubs.wire.instants import in_utc

INTEGER = 0x02
BIT_STRING = 0x03
OCTET_STRING = 0x04
NULL = 0x05
ENUMERATED = 0x0A
GENERALIZED_TIME = 0x18
SEQUENCE = 0x30
_CONSTRUCTED = 0x20
_MAX_DEPTH = 32
_TIME_FORM = "%Y%m%d%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Tlv:
    """One DER value: primitive (``content`` set, no members) or constructed (``members``).

    ``content`` of a constructed value that was read is what its members were read from.
    """

    tag: int
    content: bytes = b""
    members: tuple[Tlv, ...] = ()

    @property
    def is_constructed(self) -> bool:
        """Whether the value holds other values."""
        return bool(self.tag & _CONSTRUCTED)

    def to_bytes(self) -> bytes:
        """Write the value with lengths in their shortest form."""
        inner = b"".join(member.to_bytes() for member in self.members) if self.is_constructed else self.content
        return bytes((self.tag,)) + encode_length(len(inner)) + inner

    def expect(self, tag: int) -> Tlv:
        """The value itself. Raises: GbcsError: another tag."""
        if self.tag != tag:
            raise GbcsError("an ASN.1 value of a wrong type", 0, expected=f"{tag:02X}", got=f"{self.tag:02X}")
        return self

    def __getitem__(self, index: int) -> Tlv:
        """Member ``index``. Raises: GbcsError: no such member."""
        if index >= len(self.members):
            raise GbcsError(
                "an ASN.1 sequence is too short", 0, expected=f"member {index}", got=f"{len(self.members)} members"
            )
        return self.members[index]

    @property
    def number(self) -> int:
        """The number of an INTEGER or ENUMERATED. Raises: GbcsError: another type or no octets."""
        if self.tag not in (INTEGER, ENUMERATED) or not self.content:
            raise GbcsError("not an ASN.1 number", 0, expected="02 or 0A", got=f"{self.tag:02X}")
        return int.from_bytes(self.content, "big", signed=True)

    @property
    def time(self) -> datetime:
        """The time of a GeneralizedTime. Raises: GbcsError: another type or form."""
        text = self.expect(GENERALIZED_TIME).content
        try:
            return datetime.strptime(text.decode("ascii"), _TIME_FORM).replace(tzinfo=UTC)
        except ValueError as broken:
            raise GbcsError("not a GeneralizedTime", 0, expected="YYYYMMDDhhmmssZ", got=repr(text[:24])) from broken


def integer(number: int) -> Tlv:
    """An INTEGER in its shortest form."""
    size = (number + (number < 0)).bit_length() // 8 + 1
    return Tlv(INTEGER, number.to_bytes(size, "big", signed=True))


def octet_string(content: bytes) -> Tlv:
    """An OCTET STRING."""
    return Tlv(OCTET_STRING, content)


def null() -> Tlv:
    """A NULL."""
    return Tlv(NULL)


def sequence(*members: Tlv) -> Tlv:
    """A SEQUENCE."""
    return Tlv(SEQUENCE, members=members)


def generalized_time(when: datetime) -> Tlv:
    """A GeneralizedTime in UTC, whole seconds. Raises: Misuse: a naive time."""
    if when.tzinfo is None:
        raise Misuse("times carry their zone")
    utc = in_utc(when)
    # strftime leaves out the leading zeros of a year before 1000.
    return Tlv(GENERALIZED_TIME, f"{utc.year:04}{utc:%m%d%H%M%S}Z".encode("ascii"))


def decode(data: bytes) -> Tlv:
    """The one value that fills ``data``. Raises: GbcsError: anything that does not fit, anything left over."""
    value, end = _decode(data, 0, len(data), 0)
    if end != len(data):
        raise GbcsError("octets after the ASN.1 value", end, got=data[end:][:16].hex())
    return value


def _decode(data: bytes, offset: int, limit: int, depth: int) -> tuple[Tlv, int]:
    if depth > _MAX_DEPTH:
        raise GbcsError("ASN.1 values nested too deeply", offset, expected=f"at most {_MAX_DEPTH} levels")
    if offset + 2 > limit:
        raise ends_early(data[:limit], "an ASN.1 value", expected="tag and length")
    tag = data[offset]
    if tag & 0x1F == 0x1F:
        raise GbcsError("an ASN.1 tag of more than one octet", offset, got=f"{tag:02X}")
    length, start = _length(data, offset + 1, limit)
    end = start + length
    if end > limit:
        raise ends_early(data[:limit], "an ASN.1 value", expected=f"{length} octets from octet {start}")
    content = data[start:end]
    if not tag & _CONSTRUCTED:
        return Tlv(tag, content), end
    members = []
    while start < end:
        member, start = _decode(data, start, end, depth + 1)
        members.append(member)
    return Tlv(tag, content, tuple(members)), end


def _length(data: bytes, offset: int, limit: int) -> tuple[int, int]:
    first = data[offset]
    if first < 0x80:
        return first, offset + 1
    count = first & 0x7F
    end = offset + 1 + count
    if not 1 <= count <= 4 or end > limit:
        raise GbcsError("an ASN.1 length", offset, expected="1 to 4 length octets", got=f"{first:02X}")
    return int.from_bytes(data[offset + 1 : end], "big"), end
