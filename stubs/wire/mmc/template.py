"""Templates: from named values to elements, in the order in which the template names them.

::

    "Element":   "Source"            an element with a value; none when there is no value
    "Element*":  "Source"            one element per item of a list, numbered by the attribute index
    "Element":   {…}                 an element with content; none when nothing in it has a value ("Element!": always)
    in a content:
      "*": "Source"                  one element per item of a list; everything within speaks of the item
      "~": "Source"                  everything within speaks of this value
      "@name": "Source"              an attribute
      ".": "Source"                  the content itself: text, or elements that a form makes
    source = "=constant" | path [ "|" form [ " " argument ] ]
    path   = "Name" | "Name.Name.0"  a value, or one within it
           | "Name#"                 the list of Name1, Name2 …
           | "Name#*"                the list of what begins with Name1, with Name2 …, those letters left out
           | "*#"                    the list of what ends in 1, in 2 …, the digit left out
           | "Name,Name"             the list of these values, those that there are
           | "." | "#"               the item itself, its number from 1 on

Forms are in :mod:`stubs.wire.mmc.forms`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from schemas.mmc_words import Template
from stubs.wire.duis.node import Node
from stubs.wire.mmc.forms import FORMS

_MOST_NUMBERS = 64


@dataclass(frozen=True, slots=True)
class _Scope:
    """Scope of a source: an item, its number, and the values of the whole message."""

    item: Any
    number: int
    root: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Content:
    text: str = ""
    children: tuple[Node, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    has_value: bool = False


def fill(template: Template, values: Mapping[str, Any]) -> tuple[Node, ...]:
    """Build a template's elements from the named values of a response or an alert."""
    return _content(template, _Scope(values, 0, values)).children


def text_of_value(value: Any) -> str:
    """A value as XML Schema writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, float):
        return format(Decimal(repr(value)).normalize(), "f")
    return str(value)


def _content(template: Template, scope: _Scope) -> _Content:
    if "~" in template:
        inner = _value(template["~"], scope)
        if inner is None:
            return _Content()
        scope = _Scope(inner, scope.number, scope.root)
    text, has_value = "", False
    children: list[Node] = []
    attributes: list[tuple[str, str]] = []
    for key, source in template.items():
        if key in ("*", "~"):
            continue
        if key == ".":
            found = _value(source, scope)
            if isinstance(found, tuple):
                children += found
            elif found is not None:
                text = text_of_value(found)
            has_value = has_value or found not in (None, ())
        elif key.startswith("@"):
            found = _value(source, scope)
            if found is not None:
                attributes.append((key[1:], text_of_value(found)))
        else:
            made = tuple(_elements(key, source, scope))
            children += made
            has_value = has_value or (bool(made) and not _is_constant(source))
    return _Content(text, tuple(children), tuple(attributes), has_value)


def _elements(key: str, source: str | Template, scope: _Scope) -> Iterator[Node]:
    name = key.rstrip("*!")
    if isinstance(source, str):
        if key.endswith("*"):
            for number, item in _items(source, scope):
                if item is not None:
                    yield Node(name, text_of_value(item), attributes=(("index", str(number)),))
        elif (value := _value(source, scope)) is not None:
            yield Node(name, text_of_value(value))
    elif "*" in source:
        for number, item in _items(source["*"], scope):
            content = _content(source, _Scope(item, number, scope.root))
            yield Node(name, content.text, content.children, content.attributes)
    else:
        content = _content(source, scope)
        if content.has_value or key.endswith("!"):
            yield Node(name, content.text, content.children, content.attributes)


def _is_constant(source: str | Template) -> bool:
    return isinstance(source, str) and source.startswith("=")


def _value(source: str, scope: _Scope) -> Any:
    if source.startswith("="):
        return source[1:]
    path, _, form = source.partition("|")
    found = _at(path, scope)
    if found is None or not form:
        return found
    name, _, argument = form.partition(" ")
    return FORMS[name](found, argument, scope.root if not isinstance(scope.item, Mapping) else scope.item)


def _items(source: str, scope: _Scope) -> Iterator[tuple[int, Any]]:
    path, _, form = source.partition("|")
    if path.endswith(("#", "#*")) and path != "#":
        name, _, argument = form.partition(" ")
        for number, item in _numbered(path, scope.item):
            shaped = FORMS[name](item, argument, scope.root) if name else item
            if shaped is not None:
                yield number, shaped
        return
    found = _value(source, scope)
    yield from enumerate(() if found is None else found, start=1)


def _numbered(path: str, values: Mapping[str, Any]) -> Iterator[tuple[int, Any]]:
    for number in range(1, _MOST_NUMBERS + 1):
        if path == "*#":
            found: Any = {name[: -len(str(number))]: values[name] for name in values if name.endswith(str(number))}
        elif path.endswith("#*"):
            head = path.removesuffix("#*") + str(number)
            found = {name.removeprefix(head): values[name] for name in values if name.startswith(head)}
        else:
            found = values.get(path.removesuffix("#") + str(number))
        if not found and found != 0:
            return
        yield number, found


def _at(path: str, scope: _Scope) -> Any:
    if path == ".":
        return scope.item
    if path == "#":
        return scope.number
    if "," in path:
        return tuple(scope.item[name] for name in path.split(",") if name in scope.item) or None
    found = scope.item
    for step in path.split("."):
        if isinstance(found, Mapping):
            found = found.get(step)
        elif step.isdigit() and isinstance(found, (tuple, list)) and int(step) < len(found):
            found = found[int(step)]
        else:
            return None
    return found
