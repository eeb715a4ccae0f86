"""DLMS values: a tag and its content.

Source: DLMS/COSEM data types as GBCS uses them; the guide's section 8.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import msgspec

from stubs.wire.gbcs.octets import GbcsError


class Tag(IntEnum):
    """The first octet of a value."""

    __hash__ = int.__hash__  # Enum's own is Python, and every value of every message is looked up several times

    NULL = 0x00
    ARRAY = 0x01
    STRUCTURE = 0x02
    BOOLEAN = 0x03
    BIT_STRING = 0x04
    INT32 = 0x05
    UINT32 = 0x06
    OCTET_STRING = 0x09
    VISIBLE_STRING = 0x0A
    UTF8_STRING = 0x0C
    INT8 = 0x0F
    INT16 = 0x10
    UINT8 = 0x11
    UINT16 = 0x12
    COMPACT_ARRAY = 0x13
    INT64 = 0x14
    UINT64 = 0x15
    ENUM = 0x16
    DONT_CARE = 0xFF


INTEGERS: dict[Tag, tuple[int, bool]] = {
    Tag.INT8: (1, True),
    Tag.INT16: (2, True),
    Tag.INT32: (4, True),
    Tag.INT64: (8, True),
    Tag.UINT8: (1, False),
    Tag.UINT16: (2, False),
    Tag.UINT32: (4, False),
    Tag.UINT64: (8, False),
    Tag.ENUM: (1, False),
    Tag.BOOLEAN: (1, False),
}
"""Types of fixed size: octets, and whether signed."""
EMPTY = frozenset({Tag.NULL, Tag.DONT_CARE})
"""Types without content."""
LISTS = frozenset({Tag.ARRAY, Tag.STRUCTURE})
"""Types whose content is a list of values."""


@dataclass(frozen=True, slots=True)
class TypeDescription:
    """The type of one element of a compact array.

    Args:
        tag: its type.
        members: member types of a structure, or the one element type of an array.
        count: number of elements of an array, 16 bits; 0 otherwise.
    """

    tag: Tag
    members: tuple[TypeDescription, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class CompactArray:
    """An array whose elements share one type, which is written once."""

    element: TypeDescription
    items: tuple[Data, ...]


class Data(msgspec.Struct, frozen=True):
    """One DLMS value.

    ``value`` is None (null, don't care), int (integers, enum; a boolean's octet: 0 or 255), bytes (octet string),
    str (visible and UTF-8 string; a bit-string as its ``0`` and ``1``), a tuple of Data (array, structure) or
    a :class:`CompactArray`.
    """

    tag: Tag
    value: Any = None

    def __getitem__(self, index: int) -> Data:
        """Member ``index`` of an array, a structure or a compact array.

        Raises: GbcsError: not a list, or no such member.
        """
        items = self.items
        if index >= len(items):
            raise GbcsError("a DLMS list is too short", 0, expected=f"member {index}", got=f"{len(items)} members")
        return items[index]

    @property
    def items(self) -> tuple[Data, ...]:
        """The members of an array, a structure or a compact array.

        Raises: GbcsError: not a list.
        """
        if self.tag in LISTS:
            members: tuple[Data, ...] = self.value
            return members
        if self.tag is Tag.COMPACT_ARRAY:
            compact: CompactArray = self.value
            return compact.items
        raise GbcsError("a DLMS value of a wrong type", 0, expected="array or structure", got=self.tag.name)

    def expect(self, *tags: Tag) -> Any:
        """The content, when the tag is one of ``tags``.

        Raises: GbcsError: another tag.
        """
        if self.tag not in tags:
            raise GbcsError(
                "a DLMS value of a wrong type",
                0,
                expected=" or ".join(tag.name for tag in tags),
                got=self.tag.name,
            )
        return self.value

    @property
    def integer(self) -> int:
        """The number of an integer, an enum or a boolean.

        Raises: GbcsError: another type.
        """
        number: int = self.expect(*INTEGERS)
        return number

    @property
    def octets(self) -> bytes:
        """The bytes of an octet string.

        Raises: GbcsError: another type.
        """
        found: bytes = self.expect(Tag.OCTET_STRING)
        return found

    def plain(self) -> Any:
        """The value as JSON has it: lists, numbers, text, hexadecimal."""
        if isinstance(self.value, bytes):
            return self.value.hex()
        if self.tag in LISTS or self.tag is Tag.COMPACT_ARRAY:
            return [item.plain() for item in self.items]
        return self.value


def null() -> Data:
    """Null data."""
    return Data(Tag.NULL)


def array(*items: Data) -> Data:
    """An array."""
    return Data(Tag.ARRAY, items)


def structure(*items: Data) -> Data:
    """A structure."""
    return Data(Tag.STRUCTURE, items)


def boolean(*, is_true: bool) -> Data:
    """A boolean; true is FF (trap 7 of the guide)."""
    return Data(Tag.BOOLEAN, 0xFF if is_true else 0)


def bits(text: str) -> Data:
    """A bit-string from its ``0`` and ``1``, first bit first."""
    return Data(Tag.BIT_STRING, text)


def int8(number: int) -> Data:
    """A signed integer of 8 bits."""
    return Data(Tag.INT8, number)


def int16(number: int) -> Data:
    """A signed integer of 16 bits."""
    return Data(Tag.INT16, number)


def int32(number: int) -> Data:
    """A signed integer of 32 bits."""
    return Data(Tag.INT32, number)


def uint8(number: int) -> Data:
    """An unsigned integer of 8 bits."""
    return Data(Tag.UINT8, number)


def uint16(number: int) -> Data:
    """An unsigned integer of 16 bits."""
    return Data(Tag.UINT16, number)


def uint32(number: int) -> Data:
    """An unsigned integer of 32 bits."""
    return Data(Tag.UINT32, number)


def enum(number: int) -> Data:
    """An enumerated value of 8 bits."""
    return Data(Tag.ENUM, number)


def octets(content: bytes) -> Data:
    """An octet string."""
    return Data(Tag.OCTET_STRING, content)


def compact_array(members: tuple[Tag, ...], rows: tuple[tuple[Data, ...], ...]) -> Data:
    """A compact array of structures whose members are all of simple types."""
    element = TypeDescription(Tag.STRUCTURE, tuple(TypeDescription(tag) for tag in members))
    return Data(Tag.COMPACT_ARRAY, CompactArray(element, tuple(Data(Tag.STRUCTURE, row) for row in rows)))
