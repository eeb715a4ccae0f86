"""A decoded field with its place, and the scanner that cuts fields out of a message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from stubs.wire.gbcs.octets import GbcsError, decode_length, ends_early


class Check(StrEnum):
    """Result of checking a field against keys; empty when there was nothing to check."""

    NONE = ""
    AGREES = "agrees"
    DIFFERS = "differs"
    NOT_CHECKED = "not checked"
    UNREADABLE = "unreadable"


class Field(msgspec.Struct, frozen=True, gc=False):
    """One field of a message.

    Children lie inside their parent, in order, without gap, up to its end; the octets before the first child are
    the parent's own tag and length. Within a decrypted part ``raw`` is plaintext, which lies octet for octet where
    the ciphertext is.

    Args:
        offset: first octet, counted from the start of the message.
        length: number of octets.
        raw: the octets.
        name: the standard's name.
        value: in words.
        unit: such as Wh; empty when there is none or it is not known.
        children: what the field consists of.
        check: whether keys confirm it.
    """

    offset: int
    length: int
    raw: bytes
    name: str
    value: str = ""
    unit: str = ""
    children: tuple[Field, ...] = ()
    check: Check = Check.NONE

    @property
    def header(self) -> bytes:
        """The field's own octets: those before its first child, all when it has none."""
        return self.raw[: self.children[0].offset - self.offset] if self.children else self.raw


@dataclass(slots=True)
class Scanner:
    """Moves over octets and cuts fields out of them.

    Args:
        data: the octets of a message, or the plaintext of one of its parts.
        base: place of ``data`` in the message.
        at: next octet, as an index into ``data``.
        end: where to stop; reading beyond it raises.
    """

    data: bytes
    base: int
    at: int
    end: int

    @classmethod
    def over(cls, data: bytes, base: int = 0) -> Scanner:
        """A scanner over all of ``data``."""
        return cls(data, base, 0, len(data))

    @property
    def left(self) -> int:
        """Octets not read yet."""
        return self.end - self.at

    def take(self, size: int, what: str = "the field") -> bytes:
        """The next ``size`` octets. Raises: GbcsError: fewer are left."""
        if size > self.left:
            raise ends_early(self.data[: self.end], what, expected=f"{size} octets, {self.left} are left")
        start = self.at
        self.at += size
        return self.data[start : self.at]

    def number(self, size: int, what: str = "the field") -> int:
        """The next big-endian number. Raises: GbcsError: the data end."""
        return int.from_bytes(self.take(size, what), "big")

    def peek(self, size: int = 1) -> bytes:
        """Return up to ``size`` of the next octets, without moving."""
        return self.data[self.at : min(self.at + size, self.end)]

    def length(self, what: str = "the field") -> int:
        """The next length. Raises: GbcsError: not a length."""
        length, self.at = decode_length(self.data[: min(self.at + 5, self.end)], self.at, what=what)
        return length

    def within(self, size: int, what: str = "the field") -> Scanner:
        """A scanner over the next ``size`` octets; this one goes on behind them. Raises: GbcsError: fewer left."""
        start = self.at
        self.take(size, what)
        return Scanner(self.data, self.base, start, self.at)

    def field(
        self,
        start: int,
        name: str,
        value: str = "",
        unit: str = "",
        children: tuple[Field, ...] = (),
        check: Check = Check.NONE,
    ) -> Field:
        """The field from ``start`` to where the scanner stands."""
        raw = self.data[start : self.at]
        return Field(self.base + start, len(raw), raw, name, value, unit, children, check)

    def leaf(self, size: int, name: str, value: str = "", unit: str = "") -> Field:
        """The field of the next ``size`` octets. Raises: GbcsError: fewer are left."""
        start = self.at
        self.take(size, name)
        return self.field(start, name, value, unit)

    def rest(self, name: str, value: str = "", check: Check = Check.NONE) -> Field:
        """All that is left, as one field."""
        start, self.at = self.at, self.end
        return self.field(start, name, value, check=check)


def collect(scanner: Scanner, fields: Iterator[Field]) -> tuple[Field, ...]:
    """All ``fields`` cut from ``scanner``; what cannot be read, and what is left over, becomes a raw field.

    A raw field of no octets says that something is missing at the end.
    """
    collected = []
    mark = scanner.at
    try:
        for field in fields:
            collected.append(field)
            mark = scanner.at
    except GbcsError as error:
        scanner.at = mark
        collected.append(scanner.rest("not understood", error.what, Check.UNREADABLE))
    if scanner.left:
        collected.append(scanner.rest("octets left over", "nothing is known about them", Check.UNREADABLE))
    return tuple(collected)
