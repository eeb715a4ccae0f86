"""XSD modules to rules: the part of XML Schema that our own modules use, and no more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Sequence as Names
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from stubs.wire.errors import Misuse
from stubs.wire.grammar.rules import (
    UNBOUNDED,
    Attribute,
    Choice,
    Content,
    Element,
    Particle,
    Sequence,
    Text,
    Type,
    Wildcard,
    elements_in,
)

_SCHEMA = "http://www.w3.org/2001/XMLSchema"
_XS = f"{{{_SCHEMA}}}"


class _Home(NamedTuple):
    """A declaration and the namespace of the module it was included into."""

    node: etree._Element
    namespace: str


class Grammar:
    """The document elements, and whatever can be reached from them."""

    def __init__(self, documents: Mapping[str, Element]) -> None:
        self.documents = documents
        """By tag, in Clark notation."""

    def find(self, tags: Names[str]) -> Element | None:
        """The rule for the element at a path of tags from the document element on, or None.

        A name has one rule within one parent, so the path is enough (XML Schema, declarations consistent).
        """
        if not tags or (found := self.documents.get(tags[0])) is None:
            return None
        for tag in tags[1:]:
            inside = found.children
            if (below := next((child for child in elements_in(inside) if child.tag == tag), None)) is None:
                return None
            found = below
        return found


def read_grammar(entry: Path, read: Callable[[Path], bytes] = Path.read_bytes) -> Grammar:
    """The rules of a module and of all it includes and imports.

    Args:
        entry: the module.
        read: gives a module's bytes.
    Raises: Misuse: a part of XML Schema that our modules do not use.
    """
    reader = _Reader(read)
    reader.load(entry.resolve(), "")
    return Grammar({element.tag: element for element in reader.documents()})


class _Reader:
    """Declarations by kind, namespace and name; types already read are kept."""

    def __init__(self, read: Callable[[Path], bytes]) -> None:
        self._read = read
        self._declared: dict[tuple[str, str, str], _Home] = {}
        self._loaded: set[tuple[Path, str]] = set()
        self._types: dict[tuple[str, str], Type] = {}

    def load(self, path: Path, includer: str) -> None:
        """Take in a module; one without a namespace lives in that of whoever includes it."""
        root = etree.fromstring(self._read(path))
        namespace = root.get("targetNamespace") or includer
        if (path, namespace) in self._loaded:
            return
        self._loaded.add((path, namespace))
        for node in _children(root):
            kind = _kind(node)
            if kind in {"include", "import"}:
                self.load((path.parent / str(node.get("schemaLocation"))).resolve(), namespace)
            else:
                self._declared[kind, namespace, str(node.get("name"))] = _Home(node, namespace)

    def documents(self) -> Iterator[Element]:
        for (kind, _, _), (node, namespace) in self._declared.items():
            if kind == "element":
                yield self._element(node, namespace)

    def _named(self, node: etree._Element, namespace: str, written: str) -> tuple[str, str]:
        prefix, _, name = written.rpartition(":")
        return (str(node.nsmap[prefix]) if prefix else namespace), name

    def _home(self, kind: str, node: etree._Element, namespace: str, written: str) -> _Home:
        key = (kind, *self._named(node, namespace, written))
        if key not in self._declared:
            raise Misuse(f"{written} is used in a schema module that does not declare or include it")
        return self._declared[key]

    # --- elements and their order ---

    def _element(self, node: etree._Element, namespace: str) -> Element:
        least, most = _occurrence(node)
        if reference := node.get("ref"):
            target, home = self._home("element", node, namespace, reference)
            return replace(self._element(target, home), least=least, most=most)
        tag = f"{{{namespace}}}{node.get('name')}"
        return Element(tag, self._type_of(node, namespace), least, most, node.get("default"))

    def _type_of(self, node: etree._Element, namespace: str) -> Type:
        if written := node.get("type"):
            return self._type(node, namespace, written)
        for inside in _children(node):
            return self._content(inside, namespace) if _kind(inside) == "complexType" else self._text(inside, namespace)
        raise Misuse(f"an element without a type in line {node.sourceline}")

    def _type(self, node: etree._Element, namespace: str, written: str) -> Type:
        space, name = self._named(node, namespace, written)
        if space == _SCHEMA:
            return Text(name)
        if (space, name) not in self._types:
            kind = "simpleType" if ("simpleType", space, name) in self._declared else "complexType"
            target, home = self._home(kind, node, namespace, written)
            read = self._text if kind == "simpleType" else self._content
            self._types[space, name] = read(target, home)
        return self._types[space, name]

    def _content(self, node: etree._Element, namespace: str) -> Content:
        attributes: tuple[Attribute, ...] = ()
        text: Text | None = None
        children: Particle | None = None
        for part in _children(node):
            match _kind(part):
                case "simpleContent":
                    extension = _children(part)[0]
                    base = self._type(part, namespace, str(extension.get("base")))
                    text = base if isinstance(base, Text) else None
                    attributes += tuple(self._attributes(extension, namespace))
                case "attribute" | "attributeGroup":
                    pass
                case _:
                    children = self._particle(part, namespace)
        attributes += tuple(self._attributes(node, namespace))
        return Content(attributes, text, children, node.get("mixed") == "true")

    def _attributes(self, node: etree._Element, namespace: str) -> Iterator[Attribute]:
        for part in _children(node):
            if _kind(part) == "attributeGroup":
                yield from self._attributes(*self._home("attributeGroup", part, namespace, str(part.get("ref"))))
            elif _kind(part) == "attribute":
                kind = self._type_of(part, namespace)
                if not isinstance(kind, Text):
                    raise Misuse(f"an attribute with content in line {part.sourceline}")
                yield Attribute(str(part.get("name")), kind, part.get("use") == "required")

    def _particle(self, node: etree._Element, namespace: str) -> Particle:
        least, most = _occurrence(node)
        match _kind(node):
            case "element":
                return self._element(node, namespace)
            case "sequence":
                return Sequence(tuple(self._particle(part, namespace) for part in _children(node)), least, most)
            case "choice":
                return Choice(tuple(self._particle(part, namespace) for part in _children(node)), least, most)
            case "group":
                group, home = self._home("group", node, namespace, str(node.get("ref")))
                return replace(self._particle(_children(group)[0], home), least=least, most=most)
            case "any":
                return Wildcard(least, most)
            case kind:
                raise Misuse(f"our schema modules do not use {kind}")

    # --- text ---

    def _text(self, node: etree._Element, namespace: str) -> Text:
        restriction = _children(node)[0]
        base = self._type(restriction, namespace, str(restriction.get("base")))
        if not isinstance(base, Text):
            raise Misuse(f"a value made of elements in line {node.sourceline}")
        values = tuple(str(facet.get("value")) for facet in restriction.iterchildren(f"{_XS}enumeration"))
        patterns = tuple(str(facet.get("value")) for facet in restriction.iterchildren(f"{_XS}pattern"))
        text = replace(base, values=values or base.values, patterns=patterns or base.patterns)
        for facet in _children(restriction):
            text = _limited(text, _kind(facet), str(facet.get("value")))
        return text


def _limited(text: Text, facet: str, value: str) -> Text:
    match facet:
        case "enumeration" | "pattern":
            return text
        case "length":
            return replace(text, shortest=int(value), longest=int(value))
        case "minLength":
            return replace(text, shortest=int(value))
        case "maxLength":
            return replace(text, longest=int(value))
        case "minInclusive" | "minExclusive":
            return replace(text, smallest=Decimal(value), smallest_excluded=facet == "minExclusive")
        case "maxInclusive" | "maxExclusive":
            return replace(text, largest=Decimal(value), largest_excluded=facet == "maxExclusive")
        case "totalDigits":
            return replace(text, digits=int(value))
        case "fractionDigits":
            return replace(text, decimals=int(value))
        case _:
            raise Misuse(f"our schema modules do not use {facet}")


def _kind(node: etree._Element) -> str:
    return str(node.tag).removeprefix(_XS)


def _children(node: etree._Element) -> list[etree._Element]:
    return list(node.iterchildren(f"{_XS}*"))


def _occurrence(node: etree._Element) -> tuple[int, int]:
    most = node.get("maxOccurs", "1")
    return int(node.get("minOccurs", "1")), UNBOUNDED if most == "unbounded" else int(most)
