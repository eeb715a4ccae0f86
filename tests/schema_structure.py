"""Any XSD set as one comparable structure: types dissolved, groups and extensions unfolded, redundant nesting removed.

Reads more of XML Schema than ``stubs.wire.grammar`` does, and another way, so that one checks the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from lxml import etree

SCHEMA = "http://www.w3.org/2001/XMLSchema"
XS = f"{{{SCHEMA}}}"
MANY = 2**31
INTEGERS: dict[str, tuple[int | None, int | None]] = {
    "int": (-(2**31), 2**31 - 1),
    "integer": (None, None),
    "nonNegativeInteger": (0, None),
    "nonPositiveInteger": (None, 0),
    "positiveInteger": (1, None),
    "short": (-(2**15), 2**15 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedShort": (0, 2**16 - 1),
}


@dataclass(frozen=True)
class Value:
    """A simple type: what it is made of, and its facets as effective limits."""

    base: str
    values: frozenset[str] = frozenset()
    patterns: tuple[str, ...] = ()
    shortest: int = 0
    longest: int = MANY
    low: tuple[Decimal, bool] | None = None
    high: tuple[Decimal, bool] | None = None
    decimals: int = MANY

    @property
    def form(self) -> tuple[tuple[str, ...], int, int]:
        """What limits the characters: patterns, shortest, longest."""
        return self.patterns, self.shortest, self.longest

    @property
    def apart_from_form(self) -> Value:
        return replace(self, patterns=(), shortest=0, longest=MANY)


@dataclass(frozen=True)
class Part:
    """An element, a reference to one, a wildcard, or a sequence or choice of parts."""

    kind: str
    least: int
    most: int
    name: str = ""
    parts: tuple[Part, ...] = ()
    type: Value | Shape | None = None
    default: str | None = None


@dataclass(frozen=True)
class Shape:
    """A complex type: attributes by name, then text or parts."""

    attributes: tuple[tuple[str, Value, bool], ...] = ()
    text: Value | None = None
    content: Part | None = None
    is_mixed: bool = False


ANYTHING = Shape(content=Part("anything", 0, MANY), is_mixed=True)


class Structure:
    """The document elements of a set of modules, each a ``Value`` or a ``Shape``."""

    def __init__(self, entry: Path) -> None:
        self._declared: dict[tuple[str, str, str], tuple[etree._Element, str]] = {}
        self._loaded: set[tuple[Path, str]] = set()
        self._known: dict[tuple[str, str], Value | Shape] = {}
        self._load(entry.resolve(), "")

    @cached_property
    def documents(self) -> dict[str, Value | Shape]:
        """By tag in Clark notation."""
        return {
            f"{{{space}}}{name}": self._type_of(node, home)
            for (kind, space, name), (node, home) in self._declared.items()
            if kind == "element"
        }

    def _load(self, path: Path, includer: str) -> None:
        parser = etree.XMLParser(no_network=True, load_dtd=False, remove_comments=True)
        root = etree.parse(str(path), parser).getroot()
        space = root.get("targetNamespace") or includer
        if (path, space) in self._loaded:
            return
        self._loaded.add((path, space))
        for node in root.iterchildren(f"{XS}*"):
            if kind_of(node) in {"include", "import"}:
                self._load((path.parent / str(node.get("schemaLocation"))).resolve(), space)
            else:
                self._declared[kind_of(node), space, str(node.get("name"))] = (node, space)

    def _key(self, node: etree._Element, home: str, written: str) -> tuple[str, str]:
        prefix, _, name = written.rpartition(":")
        default = node.nsmap.get(None)
        return str(node.nsmap[prefix]) if prefix else (default or home), name

    # --- types ---

    def _type_of(self, node: etree._Element, home: str) -> Value | Shape:
        if written := node.get("type"):
            return self._named(node, home, written)
        for inside in node.iterchildren(f"{XS}*"):
            return self._shape(inside, home) if kind_of(inside) == "complexType" else self._value(inside, home)
        return ANYTHING

    def _named(self, node: etree._Element, home: str, written: str) -> Value | Shape:
        key = self._key(node, home, written)
        if key[0] == SCHEMA:
            return ANYTHING if key[1] == "anyType" else Value(key[1])
        if key not in self._known:
            kind = "simpleType" if ("simpleType", *key) in self._declared else "complexType"
            target, space = self._declared[kind, *key]
            self._known[key] = self._value(target, space) if kind == "simpleType" else self._shape(target, space)
        return self._known[key]

    def _value(self, node: etree._Element, home: str) -> Value:
        restriction = next(node.iterchildren(f"{XS}restriction"))
        base = self._named(restriction, home, str(restriction.get("base")))
        assert isinstance(base, Value)
        facets = [(kind_of(facet), str(facet.get("value"))) for facet in restriction.iterchildren(f"{XS}*")]
        value = base
        if values := frozenset(text for kind, text in facets if kind == "enumeration"):
            value = replace(value, values=values)
        if patterns := [text for kind, text in facets if kind == "pattern"]:
            value = replace(value, patterns=(*value.patterns, "|".join(patterns)))
        for kind, text in facets:
            value = limited(value, kind, text)
        return tidy(value)

    def _shape(self, node: etree._Element, home: str) -> Shape:
        shape = Shape(is_mixed=node.get("mixed") == "true")
        for part in node.iterchildren(f"{XS}*"):
            kind = kind_of(part)
            if kind in {"simpleContent", "complexContent"}:
                extension = next(part.iterchildren(f"{XS}extension"))
                base = self._named(extension, home, str(extension.get("base")))
                below = Shape(text=base) if isinstance(base, Value) else base
                more = self._shape(extension, home)
                content = normal(Part("sequence", 1, 1, parts=tuple(p for p in (below.content, more.content) if p)))
                shape = Shape(tuple(sorted({*below.attributes, *more.attributes})), below.text, content, below.is_mixed)
            elif kind not in {"attribute", "attributeGroup"}:
                shape = replace(shape, content=normal(self._part(part, home)))
        attributes = {*shape.attributes, *self._attributes(node, home)}
        return replace(shape, attributes=tuple(sorted(attributes, key=lambda attribute: attribute[0])))

    def _attributes(self, node: etree._Element, home: str) -> Iterator[tuple[str, Value, bool]]:
        for part in node.iterchildren(f"{XS}attribute"):
            value = self._type_of(part, home)
            assert isinstance(value, Value)
            yield str(part.get("name")), value, part.get("use") == "required"
        for part in node.iterchildren(f"{XS}attributeGroup"):
            yield from self._attributes(*self._declared["attributeGroup", *self._key(part, home, str(part.get("ref")))])

    def _part(self, node: etree._Element, home: str) -> Part:
        least = int(node.get("minOccurs", "1"))
        written = node.get("maxOccurs", "1")
        most = MANY if written == "unbounded" else int(written)
        match kind_of(node):
            case "element" if node.get("ref"):
                space, name = self._key(node, home, str(node.get("ref")))
                return Part("reference", least, most, f"{{{space}}}{name}")
            case "element":
                kind = self._type_of(node, home)
                return Part("element", least, most, f"{{{home}}}{node.get('name')}", (), kind, node.get("default"))
            case "any":
                return Part("any", least, most, f"{node.get('namespace', '##any')} {node.get('processContents', '')}")
            case "group":
                group, space = self._declared["group", *self._key(node, home, str(node.get("ref")))]
                inside = self._part(next(group.iterchildren(f"{XS}*")), space)
                return Part("sequence", least, most, parts=(inside,))
            case kind:
                assert kind in {"sequence", "choice"}, kind
                return Part(kind, least, most, parts=tuple(self._part(p, home) for p in node.iterchildren(f"{XS}*")))


def kind_of(node: etree._Element) -> str:
    return str(node.tag).removeprefix(XS)


def limited(value: Value, kind: str, text: str) -> Value:
    match kind:
        case "length":
            return replace(value, shortest=int(text), longest=int(text))
        case "minLength":
            return replace(value, shortest=int(text))
        case "maxLength":
            return replace(value, longest=int(text))
        case "minInclusive" | "minExclusive":
            return replace(value, low=(Decimal(text), kind == "minInclusive"))
        case "maxInclusive" | "maxExclusive":
            return replace(value, high=(Decimal(text), kind == "maxInclusive"))
        case "fractionDigits":
            return replace(value, decimals=int(text))
        case "totalDigits":
            bound = Decimal(10) ** int(text) - 1
            high = min(value.high[0], bound) if value.high else bound
            return replace(value, high=(high, True))
        case _:
            assert kind in {"enumeration", "pattern"}, kind
            return value


def tidy(value: Value) -> Value:
    """Limits as narrow as they are in effect: those of the built-in type, and whole numbers always inclusive."""
    if value.values and value.longest != MANY and all(len(text) <= value.longest for text in value.values):
        value = replace(value, longest=MANY)
    if value.base not in INTEGERS:
        return value
    lowest, highest = INTEGERS[value.base]
    low, high = value.low, value.high
    if value.values and all(text.isdigit() for text in value.values):
        numbers = sorted(map(int, value.values))
        if numbers == list(range(numbers[0], numbers[-1] + 1)):
            value = replace(value, values=frozenset())
            low, high = (Decimal(numbers[0]), True), (Decimal(numbers[-1]), True)
    least = int(low[0]) + (not low[1]) if low else lowest
    most = int(high[0]) - (not high[1]) if high else highest
    if high and low is None and value.base == "integer":
        least = -int(high[0])
    return replace(
        value,
        low=None if least is None or least == lowest else (Decimal(least), True),
        high=None if most is None or most == highest else (Decimal(most), True),
    )


def may_be_empty(part: Part) -> bool:
    if part.least == 0:
        return True
    if part.kind == "sequence":
        return all(map(may_be_empty, part.parts))
    return part.kind == "choice" and any(map(may_be_empty, part.parts))


def first_name(part: Part) -> str:
    """What a part begins with: tells the branches of a choice apart, since a schema must be deterministic."""
    return part.name or (first_name(part.parts[0]) if part.parts else "")


def normal(part: Part | None) -> Part | None:
    """The same language with the least nesting; branches of a choice in order of name."""
    if part is None or part.kind not in {"sequence", "choice"}:
        return part
    parts: list[Part] = []
    for inside in part.parts:
        tidied = normal(inside)
        if tidied is None:
            continue
        parts += tidied.parts if tidied.kind == part.kind and tidied.least == tidied.most == 1 else (tidied,)
    least, most = part.least, part.most
    if part.kind == "choice":
        if most == 1 and any(map(may_be_empty, parts)):
            # One branch may be empty, so the whole may be missing.
            least, parts = 0, [replace(inside, least=max(inside.least, 1)) for inside in parts]
        parts.sort(key=first_name)
    elif (least, most) == (0, 1) and parts and all(map(may_be_empty, parts)):
        least = 1
    if not parts:
        return None
    if len(parts) == 1:
        (inside,) = parts
        if (least, most) == (1, 1):
            return inside
        if inside.least == inside.most == 1:
            return replace(inside, least=least, most=most)
        if (least, most) == (0, 1) and inside.least <= 1:
            return replace(inside, least=0)
    return Part(part.kind, least, most, parts=tuple(parts))
