"""Shapes: how a named value becomes a DLMS value and is read back.

A shape encodes a plain value (number, text, list, mapping of names) and decodes what it encoded. The data files write
shapes as text, see :mod:`stubs.wire.gbcs.use_cases.shape_language`. Encoding raises Misuse for a value that does not
fit, decoding PeerError for DLMS data that are not of the shape.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from stubs.wire.errors import Misuse, PeerError
from stubs.wire.gbcs import dlms
from stubs.wire.gbcs.dlms import CompactArray, Data, Tag, TypeDescription
from stubs.wire.gbcs.octets import GbcsError

MERGED = "."
"""Name of a member whose own members belong to the mapping around it."""
CONSTANT = "="
"""Name of a member that is always the same and no value."""
_UNFIT = (AttributeError, IndexError, KeyError, TypeError, ValueError)


class Shape(Protocol):
    """One form of DLMS data and the plain value that stands for it."""

    def encode(self, value: Any) -> Data:
        """The DLMS value. Raises: Misuse: the value does not fit."""
        ...

    def decode(self, data: Data) -> Any:
        """The plain value. Raises: PeerError: other data than this shape's."""
        ...

    @property
    def type(self) -> TypeDescription:
        """Return the shape's type description in a compact array. Raises: Misuse: it cannot stand in one."""
        ...


@dataclass(frozen=True, slots=True)
class Simple:
    """One DLMS value of a simple type; ``write`` and ``read`` convert its content."""

    tag: Tag
    write: Callable[[Any], Any]
    read: Callable[[Any], Any]

    def encode(self, value: Any) -> Data:
        """See :class:`Shape`."""
        try:
            content = self.write(value)
            if self.tag in dlms.INTEGERS:
                _within(content, self.tag)
            return Data(self.tag, content)
        except _UNFIT as broken:
            raise Misuse(f"{value!r:.60} does not fit {self.tag.name}: {broken}") from broken

    def decode(self, data: Data) -> Any:
        """See :class:`Shape`."""
        raw = data.expect(self.tag)
        try:
            return self.read(raw)
        except PeerError:
            raise
        except (*_UNFIT, Misuse) as broken:
            raise GbcsError(f"an unusable {self.tag.name}", 0, got=repr(raw)[:60]) from broken

    @property
    def type(self) -> TypeDescription:
        """See :class:`Shape`."""
        return TypeDescription(self.tag)


def _within(number: int, tag: Tag) -> None:
    """Check a number. Raises: ValueError: beyond the limits of its type, which it names."""
    size, is_signed = dlms.INTEGERS[tag]
    least = -(1 << 8 * size - 1) if is_signed else 0
    most = least + (1 << 8 * size) - 1
    if not least <= number <= most:
        raise ValueError(f"{least} to {most}")


@dataclass(frozen=True, slots=True)
class Constant:
    """Data that never change; they stand for no value."""

    data: Data

    def encode(self, value: Any) -> Data:  # noqa: ARG002
        """See :class:`Shape`."""
        return self.data

    def decode(self, data: Data) -> Any:
        """See :class:`Shape`; nothing is left over."""
        if data != self.data:
            raise GbcsError("another value where a constant belongs", 0, expected=_brief(self.data), got=_brief(data))

    @property
    def type(self) -> TypeDescription:
        """See :class:`Shape`."""
        return TypeDescription(self.data.tag)


@dataclass(frozen=True, slots=True)
class Flag:
    """Constant data whose presence is the value: True."""

    data: Data

    def encode(self, value: Any) -> Data:
        """See :class:`Shape`."""
        if value is not True:
            raise Misuse("a flag is True or absent")
        return self.data

    def decode(self, data: Data) -> Any:
        """See :class:`Shape`."""
        Constant(self.data).decode(data)
        return True

    @property
    def type(self) -> TypeDescription:
        """See :class:`Shape`."""
        return TypeDescription(self.data.tag)


@dataclass(frozen=True, slots=True)
class Activation:
    """When a setting takes effect, 12 octets: None is now, the year 3000 withdraws (the guide's section 8.3)."""

    def encode(self, value: datetime | None) -> Data:
        """See :class:`Shape`."""
        return dlms.octets(dlms.activation_octets(value))

    def decode(self, data: Data) -> Any:
        """See :class:`Shape`."""
        return dlms.activation_moment(data.octets)

    @property
    def type(self) -> TypeDescription:
        """See :class:`Shape`."""
        return TypeDescription(Tag.OCTET_STRING)


@dataclass(frozen=True, slots=True)
class Member:
    """A named place: in a structure, in an access-request, or of an alert.

    Args:
        name: of its value; :data:`MERGED` and :data:`CONSTANT` are no names.
        shape: of its data.
        is_optional: it may be missing (at the end of a structure; anywhere among the rows of a command).
        default: used when there is no value; None for none.
    """

    name: str
    shape: Shape
    is_optional: bool = False
    default: Any = None

    def is_in(self, values: Mapping[str, Any]) -> bool:
        """Whether the values call for it."""
        return not self.is_optional or values.get(self.name) is not None

    def encode(self, values: Mapping[str, Any]) -> Data:
        """Its data from the values around it. Raises: Misuse: no value, or one that does not fit."""
        if self.name in (MERGED, CONSTANT):
            return self.shape.encode(values)
        value = values.get(self.name, self.default)
        if value is None and not isinstance(self.shape, Activation):
            raise Misuse(f"no value for {self.name}")
        try:
            return self.shape.encode(value)
        except Misuse as broken:
            raise Misuse(f"{self.name}: {broken}") from broken

    def decode(self, data: Data) -> dict[str, Any]:
        """Return the values that its data add to the values around it."""
        value = self.shape.decode(data)
        if self.name == MERGED:
            merged: dict[str, Any] = value
            return merged
        return {} if value is None else {self.name: value}


@dataclass(frozen=True, slots=True)
class Record:
    """A structure (or an array of fixed make-up) whose members have names: a mapping."""

    members: tuple[Member, ...]
    tag: Tag = Tag.STRUCTURE

    def encode(self, value: Any) -> Data:
        """See :class:`Shape`."""
        if not isinstance(value, Mapping):
            raise Misuse(f"{value!r:.60} is no mapping of names to values")
        return Data(self.tag, tuple(member.encode(value) for member in self.members if member.is_in(value)))

    def decode(self, data: Data) -> dict[str, Any]:
        """See :class:`Shape`."""
        data.expect(self.tag)
        items = data.items
        least = sum(not member.is_optional for member in self.members)
        if not least <= len(items) <= len(self.members):
            expected = str(least) if least == len(self.members) else f"{least} to {len(self.members)}"
            raise GbcsError("a structure of another size", 0, expected=f"{expected} members", got=str(len(items)))
        found: dict[str, Any] = {}
        for member, item in zip(self.members, items, strict=False):
            merge(found, member.decode(item))
        return found

    @property
    def type(self) -> TypeDescription:
        """See :class:`Shape`."""
        return TypeDescription(self.tag, tuple(member.shape.type for member in self.members))

    @property
    def names(self) -> frozenset[str]:
        """Names of its own values."""
        return frozenset(member.name for member in self.members) - {MERGED, CONSTANT}


@dataclass(frozen=True, slots=True)
class Repeated:
    """An array of any number of elements of one shape: a tuple."""

    element: Shape

    def encode(self, value: Any) -> Data:
        """See :class:`Shape`."""
        return dlms.array(*(self.element.encode(item) for item in _listed(value)))

    def decode(self, data: Data) -> tuple[Any, ...]:
        """See :class:`Shape`."""
        data.expect(Tag.ARRAY)
        return tuple(self.element.decode(item) for item in data.items)

    @property
    def type(self) -> TypeDescription:
        """See :class:`Shape`."""
        raise Misuse("an array of any size cannot stand in a compact array")


@dataclass(frozen=True, slots=True)
class Fixed:
    """An array of ``count`` elements of one shape: a tuple; of one element: that element's value."""

    count: int
    element: Shape

    def encode(self, value: Any) -> Data:
        """See :class:`Shape`."""
        items = (value,) if self.count == 1 else _listed(value)
        if len(items) != self.count:
            raise Misuse(f"{self.count} values belong here, not {len(items)}")
        return dlms.array(*(self.element.encode(item) for item in items))

    def decode(self, data: Data) -> Any:
        """See :class:`Shape`."""
        data.expect(Tag.ARRAY)
        if len(data.items) != self.count:
            raise GbcsError("an array of another size", 0, expected=str(self.count), got=str(len(data.items)))
        found = tuple(self.element.decode(item) for item in data.items)
        return found[0] if self.count == 1 else found

    @property
    def type(self) -> TypeDescription:
        """See :class:`Shape`."""
        return TypeDescription(Tag.ARRAY, (self.element.type,), self.count)


@dataclass(frozen=True, slots=True)
class Log:
    """A compact array of records: a tuple of mappings."""

    entry: Record

    def encode(self, value: Any) -> Data:
        """See :class:`Shape`."""
        rows = tuple(self.entry.encode(entry) for entry in _listed(value))
        return Data(Tag.COMPACT_ARRAY, CompactArray(self.entry.type, rows))

    def decode(self, data: Data) -> tuple[Any, ...]:
        """See :class:`Shape`."""
        compact: CompactArray = data.expect(Tag.COMPACT_ARRAY)
        if compact.element != self.entry.type:
            raise GbcsError("a log whose entries are of another type", 0)
        return tuple(self.entry.decode(row) for row in compact.items)

    @property
    def type(self) -> TypeDescription:
        """See :class:`Shape`."""
        raise Misuse("no log inside a log")


@dataclass(frozen=True, slots=True)
class Either:
    """One of several logs, fewest columns first: entries of single and of twin element meters."""

    logs: tuple[Log, ...]

    def encode(self, value: Any) -> Data:
        """See :class:`Shape`; the fullest log that the first entry has all values for, else the first one."""
        entries = _listed(value)
        names = set(entries[0]) if entries else set()
        fitting = [log for log in self.logs if log.entry.names <= names]
        return (fitting[-1] if fitting else self.logs[0]).encode(entries)

    def decode(self, data: Data) -> tuple[Any, ...]:
        """See :class:`Shape`."""
        compact: CompactArray = data.expect(Tag.COMPACT_ARRAY)
        for log in self.logs:
            if compact.element == log.entry.type:
                return log.decode(data)
        raise GbcsError("a log whose entries are of another type", 0)

    @property
    def type(self) -> TypeDescription:
        """See :class:`Shape`."""
        raise Misuse("no log inside a log")


def merge(values: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Add values read elsewhere in the same message.

    Raises: PeerError: the same name with another value; one setting cannot be built back from two.
    """
    for name, value in more.items():
        if values.setdefault(name, value) != value:
            raise GbcsError(f"two values of {name}", 0, expected=str(values[name])[:60], got=str(value)[:60])


def _listed(value: Any) -> tuple[Any, ...]:
    if not isinstance(value, (list, tuple)):
        raise Misuse(f"{value!r:.60} is no list")
    return tuple(value)


def _brief(data: Data) -> str:
    return f"{data.tag.name} {data.plain()}"[:60]
