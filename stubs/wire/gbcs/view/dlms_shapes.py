"""Structures of DLMS payloads that tell by the types of their members what they are, so that members get names.

Names are for the reader only. Source: the guide's sections 7.9, 8.4 and 10; RTDS 4.5.0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from schemas.gbcs_words import gbcs_name
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.view.field import Field
from stubs.wire.gbcs.view.words import alert_words, instance_words, seconds_words

_NAMES: Final[dict[tuple[int, ...], tuple[str, ...]]] = {
    (0x12, 0x09, 0x0F, 0x12, 0x02): ("class", "instance", "attribute", "data index", "restriction"),
    (0x12, 0x09, 0x0F, 0x12): ("class", "instance", "attribute", "data index"),
    (0x12, 0x09, 0x0F): ("class", "instance", "attribute"),
    (0x09, 0x09, 0x09, 0x09, 0x02): (
        "transaction id",
        "originator",
        "recipient",
        "other information",
        "key information",
    ),
    (0x0F, 0x16): ("scaler", "unit"),
    (0x09, 0x16, 0x09, 0x16): ("device identity", "key type", "install code", "member 4"),
    (0x06, 0x12, 0x09): ("time", "event", "detail"),
    (0x09, 0x10): ("index", "price"),
}
"""Names of members by their type tags."""


def _identity(content: bytes) -> str:
    return str(Eui64(content)) if len(content) == 8 else ""


def _instance(content: bytes) -> str:
    return instance_words(content) if len(content) == 6 else ""


def _class(content: bytes) -> str:
    number = int.from_bytes(content, "big")
    return f"{number} {gbcs_name('class', str(number))}".rstrip()


def _unit(content: bytes) -> str:
    number = int.from_bytes(content, "big")
    return f"{number} {gbcs_name('dlms-unit', str(number))}".rstrip()


_WORDS: Final[dict[str, Callable[[bytes], str]]] = {
    "class": _class,
    "instance": _instance,
    "device identity": _identity,
    "unit": _unit,
    "time": lambda content: seconds_words(int.from_bytes(content, "big")),
    "event": lambda content: alert_words(int.from_bytes(content, "big")),
}


def named_members(children: tuple[Field, ...], tags: tuple[int, ...], *, has_tags: bool) -> tuple[Field, ...]:
    """The members of a structure with the names and words their types tell; numbers with the unit that follows.

    Args:
        children: the members.
        tags: their type tags.
        has_tags: whether ``raw`` of a member begins with its tag (false inside compact arrays).
    """
    names = _NAMES.get(tags)
    if names is not None:
        children = tuple(
            _named(child, name, _content(child, tag, has_tags=has_tags))
            for child, name, tag in zip(children, names, tags, strict=True)
        )
    return _with_units(children)


def _content(child: Field, tag: int, *, has_tags: bool) -> bytes:
    raw = child.raw[1:] if has_tags else child.raw
    is_short_string = tag == 0x09 and raw and raw[0] == len(raw) - 1
    return raw[1:] if is_short_string else raw


def _named(child: Field, name: str, content: bytes) -> Field:
    words = _WORDS[name](content) if name in _WORDS else ""
    return replace(child, name=name, value=words or child.value)


def _with_units(children: tuple[Field, ...]) -> tuple[Field, ...]:
    """A structure {scaler, unit} gives its unit to the number before it."""
    members = list(children)
    for index, member in enumerate(members[1:]):
        parts = [child.name for child in member.children]
        if parts == ["scaler", "unit"] and not members[index].children:
            scaler = int.from_bytes(member.children[0].raw[-1:], "big", signed=True)
            unit = gbcs_name("dlms-unit", str(member.children[1].raw[-1]))
            members[index] = replace(members[index], unit=f"x 10^{scaler} {unit}".strip() if scaler else unit)
    return tuple(members)
