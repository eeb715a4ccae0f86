"""What a client needs of an HTML page: its title, forms, links and table rows. Nothing is executed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

_EUI = re.compile(r"\b[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){7}\b")
_VOID_FIELDS = frozenset({"submit", "button", "reset", "image"})


@dataclass(slots=True)
class Form:
    """One form: where it goes, its fields with their present values, and what each choice offers."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    """Type of each field: text, password, hidden, select…"""
    choices: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """Options of a choice: value and text."""

    @property
    def has_password(self) -> bool:
        """Whether somebody is asked for a secret."""
        return "password" in self.kinds.values()

    def filled(self, wanted: Mapping[str, str]) -> dict[str, str]:
        """The fields with ``wanted`` (by lower-case name) filled in; of a choice, the option that says so."""
        filled = dict(self.fields)
        for name in (*self.fields, *(name for name in self.choices if name not in self.fields)):
            value = wanted.get(name.lower().replace("-", "_"))
            if value is None:
                continue
            offered = self.choices.get(name)
            if offered is None:
                filled[name] = value
                continue
            fitting = [option for option, text in offered if value in {option, text}]
            fitting += [option for option, text in offered if value.upper() in f"{option} {text}".upper()]
            if fitting:
                filled[name] = fitting[0]
        return filled


class PageContent(HTMLParser):
    """Reads one page as it is fed."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        """Address and text."""
        self.tables: list[list[list[str]]] = []
        """Cells of every row of every table."""
        self._text: list[str] = []
        self._form: Form | None = None
        self._select = ""
        self._option: dict[str, str] = {}
        self._sink: list[str] | None = None
        self._silent = 0
        self.feed(text)
        self.close()

    @property
    def identities(self) -> list[str]:
        """EUI-64 identities in the page's text, in order, once each."""
        return list(dict.fromkeys(match.upper() for match in _EUI.findall(" ".join(self._text))))

    @property
    def rows(self) -> list[dict[str, str]]:
        """Table rows by column heading; a table of two columns without headings is one row of names and values."""
        found = []
        for table in self.tables:
            if not table:
                continue
            if all(len(cells) == 2 for cells in table):
                found.append({cells[0]: cells[1] for cells in table})
            else:
                heading, *body = table
                found += [dict(zip(heading, cells, strict=False)) for cells in body]
        return found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what matters."""
        values = {name: value or "" for name, value in attrs}
        match tag:
            case "script" | "style":
                self._silent += 1
            case "title":
                self._sink = []
            case "form":
                self._form = Form(values.get("action", ""), values.get("method", "get").lower())
                self.forms.append(self._form)
            case "input" | "textarea" | "select":
                self._field(tag, values)
            case "option" if self._form is not None and self._select:
                self._option = values
                self._sink = []
            case "a":
                self.links.append((values.get("href", ""), ""))
                self._sink = []
            case "table":
                self.tables.append([])
            case "tr" if self.tables:
                self.tables[-1].append([])
            case "td" | "th" if self.tables and self.tables[-1]:
                self._sink = []

    def _field(self, tag: str, values: dict[str, str]) -> None:
        name, kind = values.get("name", ""), values.get("type", "text" if tag == "input" else tag).lower()
        if self._form is None or not name or kind in _VOID_FIELDS:
            return
        if kind in {"radio", "checkbox"}:
            self._form.choices.setdefault(name, []).append((values.get("value", "on"), ""))
            if "checked" in values:
                self._form.fields[name] = values.get("value", "on")
        else:
            self._form.fields[name] = values.get("value", "")
        if kind == "select":
            self._select = name
            self._form.choices[name] = []
        self._form.kinds[name] = kind

    def handle_endtag(self, tag: str) -> None:
        """Close what was open."""
        text = " ".join("".join(self._sink or ()).split())
        match tag:
            case "script" | "style":
                self._silent = max(0, self._silent - 1)
            case "title":
                self.title = text
                self._sink = None
            case "form":
                self._form = None
            case "select":
                self._close_select()
            case "option" if self._form is not None and self._select:
                value = self._option.get("value", text)
                self._form.choices[self._select].append((value, text))
                if "selected" in self._option:
                    self._form.fields[self._select] = value
            case "a" if self.links:
                self.links[-1] = (self.links[-1][0], text)
            case "td" | "th" if self.tables and self.tables[-1]:
                self.tables[-1][-1].append(text)
                self._sink = None

    def _close_select(self) -> None:
        if self._form is not None and self._select:
            offered = self._form.choices[self._select]
            if offered and not self._form.fields.get(self._select):
                self._form.fields[self._select] = offered[0][0]
        self._select = ""

    def handle_data(self, data: str) -> None:
        """Text, unless of a script or style."""
        if self._silent:
            return
        self._text.append(data)
        if self._sink is not None:
            self._sink.append(data)
