"""The rules of a document as immutable values: elements, their order and number, and what text they may hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

UNBOUNDED = 2**31


@dataclass(frozen=True, slots=True)
class Text:
    """Permitted values: a built-in type of XML Schema and the limits set on it.

    ``base`` has no prefix, such as ``unsignedShort``. ``smallest`` and ``largest`` are inclusive where the schema
    says so and exclusive where ``*_excluded`` is set; those of the built-in type itself are not repeated here.
    """

    base: str
    values: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    shortest: int | None = None
    longest: int | None = None
    smallest: Decimal | None = None
    smallest_excluded: bool = False
    largest: Decimal | None = None
    largest_excluded: bool = False
    digits: int | None = None
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute, without namespace."""

    name: str
    text: Text
    is_required: bool


@dataclass(frozen=True, slots=True)
class Content:
    """Permitted content of an element with attributes, children or both.

    ``text`` and ``children`` exclude each other; both None means nothing at all.
    """

    attributes: tuple[Attribute, ...] = ()
    text: Text | None = None
    children: Particle | None = None
    is_mixed: bool = False


Type: TypeAlias = Text | Content


@dataclass(frozen=True, slots=True)
class Element:
    """An element and how often it may stand here. ``tag`` is in Clark notation, ``{namespace}name``."""

    tag: str
    type: Type
    least: int = 1
    most: int = 1
    default: str | None = None

    @property
    def name(self) -> str:
        """Local name."""
        return self.tag.rpartition("}")[2]

    @property
    def text(self) -> Text | None:
        """Return the type of the element's text; None when it holds elements or nothing."""
        return self.type if isinstance(self.type, Text) else self.type.text

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """Its attributes, if any."""
        return () if isinstance(self.type, Text) else self.type.attributes

    @property
    def children(self) -> Particle | None:
        """Its children, if it may have any."""
        return None if isinstance(self.type, Text) else self.type.children


@dataclass(frozen=True, slots=True)
class Sequence:
    """All of the parts, in this order."""

    parts: tuple[Particle, ...]
    least: int = 1
    most: int = 1


@dataclass(frozen=True, slots=True)
class Choice:
    """Exactly one of the parts."""

    parts: tuple[Particle, ...]
    least: int = 1
    most: int = 1


@dataclass(frozen=True, slots=True)
class Wildcard:
    """Elements that are described elsewhere or nowhere."""

    least: int = 1
    most: int = 1


Particle: TypeAlias = Element | Sequence | Choice | Wildcard


def elements_in(particle: Particle | None) -> Iterator[Element]:
    """The elements that may stand directly in this content, whatever the branch."""
    match particle:
        case Element():
            yield particle
        case Sequence(parts=parts) | Choice(parts=parts):
            for part in parts:
                yield from elements_in(part)
        case _:
            return
