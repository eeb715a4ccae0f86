"""Documents with one value or one number of elements of our choosing, anywhere in the grammar.

A place is written ``UpdateDebt/ElecDebtRecovery1/DebtRecoveryRate`` or ``…/ALCSHCALCSDescription/@index``: request bodies and
decoded answers from their own name on, everything else from the document element on.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lxml import etree

from stubs.wire.duis import Node
from stubs.wire.duis.samples import duis_grammar, sample
from stubs.wire.grammar import Element, elements_in
from stubs.wire.xml import DS, RA, SR

_BODY = ("Request", "Body")
_ANSWER = ("GBCSResponse", "Body", "ResponseMessage", "SMETSData")
_SPACES = {"ra:": RA, "ds:": DS}


@dataclass(frozen=True, slots=True)
class TextCase:
    """A place with a value, and values the schema accepts and refuses there."""

    place: str
    accepted: tuple[str, ...]
    refused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CountCase:
    """A place with children, and how many there may be of each when the others are as few as possible."""

    place: str
    children: tuple[tuple[str, int, int], ...]


def text_cases(file: Path) -> list[TextCase]:
    with file.open(encoding="utf-8", newline="") as opened:
        return [
            TextCase(row["place"], _values(row["accepted"]), _values(row["refused"])) for row in csv.DictReader(opened)
        ]


def count_cases(file: Path) -> list[CountCase]:
    with file.open(encoding="utf-8", newline="") as opened:
        return [CountCase(row["place"], tuple(_counts(row["children"]))) for row in csv.DictReader(opened)]


def _values(cell: str) -> tuple[str, ...]:
    """Values between bars; ``x*30`` is thirty times x, ``<empty>`` is nothing."""
    return tuple(expanded(value) for value in cell.split("|")) if cell else ()


def expanded(value: str) -> str:
    unit, star, times = value.rpartition("*")
    if star and times.isdigit() and unit:
        return unit * int(times)
    return "" if value == "<empty>" else value


def shortened(value: str) -> str:
    """The way a value is written in the file."""
    for size in (1, 2):
        if len(value) > 24 and value == value[:size] * (len(value) // size):
            return f"{value[:size]}*{len(value) // size}"
    return value or "<empty>"


def _counts(cell: str) -> Iterator[tuple[str, int, int]]:
    for part in cell.split("; "):
        name, _, numbers = part.partition(" ")
        least, _, most = numbers.partition("..")
        yield name, int(least), int(most or least) if most != "*" else -1


def names_of(place: str) -> tuple[str, ...]:
    """Names from the document element on."""
    names = tuple(place.split("/"))
    if names[0] in _documents():
        return names
    return (*(_ANSWER if names[0].endswith("Rsp") else _BODY), *names)


def place_of(names: tuple[str, ...]) -> str:
    for prefix in (_BODY, _ANSWER):
        if names[: len(prefix)] == prefix and len(names) > len(prefix):
            names = names[len(prefix) :]
    return "/".join(names)


@cache
def _documents() -> dict[str, Element]:
    return {element.name: element for element in duis_grammar().documents.values()}


def document_with(place: str) -> tuple[etree._Element, etree._Element]:
    """A small valid document that has the place, and the element there (without a last ``@name``)."""
    names = tuple(name for name in names_of(place) if not name.startswith("@"))
    root = tree_of(sample(_documents()[names[0]], through=names[1:]))
    return root, root.getroottree().getroot() if len(names) == 1 else _at(root, names[1:])


def _at(element: etree._Element, names: tuple[str, ...]) -> etree._Element:
    for name in names:
        element = next(child for child in element.iterchildren("{*}*") if etree.QName(child).localname == name)
    return element


def tree_of(node: Node) -> etree._Element:
    """The element of a node, as it would be read."""
    prefix = next((prefix for prefix in _SPACES if node.name.startswith(prefix)), "")
    space = _SPACES.get(prefix, SR)
    element = etree.Element(f"{{{space}}}{node.name.removeprefix(prefix)}", dict(node.attributes))
    element.text = node.text or None
    for child in node.children:
        element.append(tree_of(child))
    return element


def with_value(place: str, value: str) -> etree._Element:
    root, element = document_with(place)
    last = place.rpartition("/")[2]
    if last.startswith("@"):
        element.set(last[1:], value)
    else:
        element.text = value
    return root


def with_count(place: str, name: str, count: int) -> etree._Element:
    """The document with exactly ``count`` children of that name, side by side."""
    root, element = document_with(f"{place}/{name}")
    parent = element.getparent()
    if parent is None:
        raise ValueError(place)
    alike = [child for child in parent if child.tag == element.tag]
    for surplus in alike[count:] if count else alike:
        parent.remove(surplus)
    if count:
        written = etree.tostring(alike[0])
        for _ in range(count - len(alike)):
            alike[0].addnext(etree.fromstring(written))
    return root


def places() -> tuple[list[tuple[str, Element]], list[tuple[str, Element]]]:
    """Every place with a value, and every place with children; each type of content once."""
    texts: dict[object, tuple[str, Element]] = {}
    parents: dict[object, tuple[str, Element]] = {}
    # A signature property must hold something foreign, which a sample cannot make up.
    waiting: list[tuple[tuple[str, ...], Element]] = [
        ((element.name,), element)
        for element in duis_grammar().documents.values()
        if not element.name.startswith("SignatureProp")
    ]
    waiting.sort(key=lambda item: item[0] != ("Request",))
    while waiting:
        names, element = waiting.pop(0)
        for attribute in element.attributes:
            key = (element.tag, attribute.name, attribute.text)
            texts.setdefault(key, (place_of((*names, f"@{attribute.name}")), element))
        if element.text is not None:
            texts.setdefault((element.tag, "", element.text), (place_of(names), element))
        # Bodies and answers are told one by one, though some share a type.
        is_body = names[:-1] in {_BODY, _ANSWER}
        kind = (id(element.type), names if is_body else ())
        if element.children is not None and kind not in parents:
            parents[kind] = (place_of(names), element)
            waiting += [((*names, child.name), child) for child in elements_in(element.children)]
    return sorted(texts.values(), key=lambda item: item[0]), sorted(parents.values(), key=lambda item: item[0])
