"""The text in which the data files write shapes.

::

    member = "=" CONSTANT | name ["?"] ["|" default] SHAPE | "." SHAPE          "." merges, "?" may be missing
    shape  = u8 u16 … text octets date moment activation …                      see value_shapes, electricity_shapes
           | a named shape of gbcs-dlms-shapes.csv
           | record(member, …) | items(member, …)           a structure, an array, of named members
           | list(shape) | fixed(count, shape) | one(shape) arrays
           | log(member, …) | either(log(…), log(…))        compact arrays
           | choice(type, number name, …)                   numbers with names
           | events(81) | event-changes(81)                 256-bit masks of event codes
           | flag(constant)                                 constant whose presence is the value
    constant = type:literal, such as u16:65535, octets:00000a0067ff, bits:, enum:2, null:
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from schemas.load import dlms_shapes
from stubs.wire.errors import Misuse
from stubs.wire.gbcs.dlms import Data, Tag
from stubs.wire.gbcs.use_cases.electricity_shapes import ELECTRICITY_SHAPES
from stubs.wire.gbcs.use_cases.shapes import (
    CONSTANT,
    Constant,
    Either,
    Fixed,
    Flag,
    Log,
    Member,
    Record,
    Repeated,
    Shape,
)
from stubs.wire.gbcs.use_cases.value_shapes import VALUE_SHAPES, Choice, event_changes, events

_CALL = re.compile(r"([a-z0-9-]+)(?:\((.*)\))?", re.DOTALL)
_MEMBER = re.compile(r"(=|\.|[A-Za-z0-9]+)(\?)?(?:\|(-?\d+))?\s+(.+)", re.DOTALL)
_CONSTANT = re.compile(r"([a-z0-9]+):(.*)")
_TAGS = {
    "u8": Tag.UINT8,
    "u16": Tag.UINT16,
    "u32": Tag.UINT32,
    "i8": Tag.INT8,
    "i16": Tag.INT16,
    "i32": Tag.INT32,
    "enum": Tag.ENUM,
    "bool": Tag.BOOLEAN,
}


@cache
def shape_of(text: str) -> Shape:
    """The shape that a text describes. Raises: Misuse: it describes none."""
    found = _CALL.fullmatch(text.strip())
    if not found:
        raise Misuse(f"no shape: {text}")
    name, inner = found.groups()
    if inner is None:
        return _named(name)
    if name not in _MAKERS:
        raise Misuse(f"no shape is called {name}")
    return _MAKERS[name](inner)


@cache
def members_of(text: str) -> tuple[Member, ...]:
    """The members that a text lists. Raises: Misuse: it lists none."""
    return tuple(member_of(part) for part in _parts(text))


@cache
def member_of(text: str) -> Member:
    """The member that a text describes. Raises: Misuse: it describes none."""
    found = _MEMBER.fullmatch(text.strip())
    if not found:
        raise Misuse(f"no member: {text}")
    name, optional, default, shape = found.groups()
    if name == CONSTANT:
        return Member(CONSTANT, Constant(constant_of(shape)))
    return Member(name, shape_of(shape), bool(optional), None if default is None else int(default))


def constant_of(text: str) -> Data:
    """The data of a constant such as ``u16:65535``. Raises: Misuse: another form."""
    found = _CONSTANT.fullmatch(text.strip())
    if not found:
        raise Misuse(f"no constant: {text}")
    kind, literal = found.groups()
    match kind:
        case "null":
            return Data(Tag.NULL)
        case "octets":
            return Data(Tag.OCTET_STRING, bytes.fromhex(literal))
        case "bits":
            return Data(Tag.BIT_STRING, literal)
    return Data(_TAGS[kind], int(literal))


def _named(name: str) -> Shape:
    for shapes in (VALUE_SHAPES, ELECTRICITY_SHAPES):
        if name in shapes:
            return shapes[name]
    text = dlms_shapes().get(name)
    if text is None:
        raise Misuse(f"no shape is called {name}")
    return shape_of(text)


def _choice(inner: str) -> Choice:
    kind, *names = _parts(inner)
    numbered = dict(name.split(maxsplit=1) for name in names)
    return Choice(_TAGS[kind], {int(number): name for number, name in numbered.items()})


def _fixed(inner: str) -> Fixed:
    count, element = _parts(inner)
    return Fixed(int(count), shape_of(element))


def _either(inner: str) -> Either:
    logs = tuple(shape_of(part) for part in _parts(inner))
    return Either(tuple(log for log in logs if isinstance(log, Log)))


_MAKERS: dict[str, Callable[[str], Shape]] = {
    "record": lambda inner: Record(members_of(inner)),
    "items": lambda inner: Record(members_of(inner), Tag.ARRAY),
    "list": lambda inner: Repeated(shape_of(inner)),
    "one": lambda inner: Fixed(1, shape_of(inner)),
    "fixed": _fixed,
    "log": lambda inner: Log(Record(members_of(inner))),
    "either": _either,
    "choice": _choice,
    "events": lambda inner: events(int(inner, 16)),
    "event-changes": lambda inner: event_changes(int(inner, 16)),
    "flag": lambda inner: Flag(constant_of(inner)),
}


def _parts(text: str) -> list[str]:
    """Split at the commas outside parentheses."""
    parts, depth, start = [], 0, 0
    for at, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == "," and not depth:
            parts.append(text[start:at].strip())
            start = at + 1
    return [*parts, text[start:].strip()]
