"""Blocks of most pages: tables, records, forms and texts as values; the template ``sheet.html`` shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from stubs.ssi.fields import Form


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads somewhere on this site."""

    text: str
    href: str
    is_identity: bool = False


@dataclass(frozen=True, slots=True)
class Tag:
    """A short state; ``tone`` is ``good``, ``bad`` or ``open``, always beside the words that say the same."""

    text: str
    tone: str


Cell = str | Link | Tag | datetime
"""A datetime is an instant, UTC."""


@dataclass(frozen=True, slots=True)
class Text:
    """A heading, if any, and paragraphs."""

    paragraphs: Sequence[str]
    heading: str = ""
    tone: str = ""
    """``lead``, ``notice`` or empty."""
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under column headings; the first cell of a row is its heading."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    empty: str
    """Text shown instead of a table without rows."""
    heading: str = ""
    keys: Sequence[str] = ()
    """One for each row: what ``data-key`` says, for scripts of testers."""
    kind: str = "table"


@dataclass(frozen=True, slots=True)
class Record:
    """Names and values of one thing."""

    caption: str
    rows: Sequence[tuple[str, str, Cell]]
    """Name for scripts (``data-field``), label, value. Empty values are left out."""
    kind: str = "record"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. ``control`` is an input type, ``textarea``, ``select``, ``checkboxes`` or ``file``."""

    name: str
    label: str
    hint: str = ""
    control: str = "text"
    options: Sequence[tuple[str, str]] = ()
    is_wide: bool = False


@dataclass(frozen=True, slots=True)
class FormBlock:
    """A form; ``post`` forms carry the token of the session."""

    action: str
    fields: Sequence[Field]
    button: str
    form: Form = field(default_factory=Form)
    heading: str = ""
    method: str = "post"
    hint: str = ""
    kind: str = "form"

    @property
    def takes_files(self) -> bool:
        """Whether it is sent as multipart."""
        return any(item.control == "file" for item in self.fields)

    @property
    def labels(self) -> dict[str, str]:
        """Label by field name."""
        return {item.name: item.label for item in self.fields}


@dataclass(frozen=True, slots=True)
class Links:
    """Ways onward."""

    links: Sequence[Link]
    kind: str = "links"


Block = Text | Table | Record | FormBlock | Links
