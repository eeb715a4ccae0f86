"""Decoded fields as JSON values and as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from stubs.wire.gbcs.view.field import Check, Field

_OCTETS_SHOWN = 16
_INDENT = "  "


def checks(fields: Iterable[Field]) -> Iterator[Field]:
    """The fields that say something of a check, in order, however deep they lie."""
    for field in fields:
        if field.check is not Check.NONE:
            yield field
        yield from checks(field.children)


def to_json(fields: Iterable[Field]) -> list[dict[str, Any]]:
    """The fields as JSON values: octets in hexadecimal; empty value, unit, check and children are left out."""
    return [_to_json(field) for field in fields]


def _to_json(field: Field) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "offset": field.offset,
        "length": field.length,
        "raw": field.raw.hex(),
        "name": field.name,
    }
    if field.value:
        shown["value"] = field.value
    if field.unit:
        shown["unit"] = field.unit
    if field.check is not Check.NONE:
        shown["check"] = field.check.value
    if field.children:
        shown["children"] = to_json(field.children)
    return shown


def render_text(fields: Iterable[Field], *, is_full: bool = False) -> str:
    """One line per field: offset, its own octets, name and value; children are indented.

    Every octet stands once: a field with children shows only the octets before the first of them.

    Args:
        fields: as ``describe`` gives them.
        is_full: all octets of long fields on further lines, instead of the first 16 and their number.
    """
    return "\n".join(_lines(fields, 0, is_full=is_full))


def _lines(fields: Iterable[Field], depth: int, *, is_full: bool) -> Iterator[str]:
    for field in fields:
        octets = field.header
        first = octets[:_OCTETS_SHOWN].hex()
        if len(octets) > _OCTETS_SHOWN and not is_full:
            first = f"{octets[: _OCTETS_SHOWN - 2].hex()}…"
        value = f"{field.value} {field.unit}".rstrip()
        label = f"{_INDENT * depth}{field.name}{f': {value}' if value else ''}"
        if len(octets) > _OCTETS_SHOWN and not is_full:
            label = f"{label} ({len(octets)} octets)"
        if field.check is not Check.NONE:
            label = f"{label} [{field.check}]"
        yield f"{field.offset:5d}  {first:<{2 * _OCTETS_SHOWN}}  {label}"
        if is_full:
            for start in range(_OCTETS_SHOWN, len(octets), _OCTETS_SHOWN):
                yield f"{field.offset + start:5d}  {octets[start : start + _OCTETS_SHOWN].hex()}"
        yield from _lines(field.children, depth + 1, is_full=is_full)
