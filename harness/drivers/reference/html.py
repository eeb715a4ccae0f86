"""Parts of an HTML page that a client needs: title, forms, links and table rows, read by lxml. Nothing is executed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import lxml.html
from lxml import etree

_EUI = re.compile(r"\b[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){7}\b")
_VOID_FIELDS = frozenset({"submit", "button", "reset", "image"})
_EMPTY = b"<html><body></body></html>"


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
        """Return whether the form asks for a pass phrase."""
        return "password" in self.kinds.values()

    def filled(self, wanted: Mapping[str, str]) -> dict[str, str]:
        """The fields with ``wanted`` (by lower-case name) filled in; of a choice, the option that says so.

        Of check boxes, those whose values ``wanted`` names, separated by spaces.
        """
        filled = dict(self.fields)
        for name in (*self.fields, *(name for name in self.choices if name not in self.fields)):
            value = wanted.get(name.lower().replace("-", "_"))
            if value is None:
                continue
            offered = self.choices.get(name)
            if offered is None:
                filled[name] = value
                continue
            if self.kinds.get(name) == "checkbox":
                filled[name] = " ".join(option for option, _ in offered if option in value.split())
                continue
            fitting = [option for option, text in offered if value in {option, text}]
            fitting += [option for option, text in offered if value.upper() in f"{option} {text}".upper()]
            if fitting:
                filled[name] = fitting[0]
        return filled


class PageContent:
    """One page. Whatever the text, it is read as far as HTML can be told from it."""

    def __init__(self, text: str) -> None:
        page = _parsed(text)
        self.title: str = next((_text(title) for title in page.iter("title")), "")
        self.forms = [_form(element) for element in page.iter("form")]
        self.links: list[tuple[str, str]] = [(link.get("href", ""), _text(link)) for link in page.iter("a")]
        """Address and text."""
        self.tables: list[list[list[str]]] = [
            [[_text(cell) for cell in row.iterchildren("td", "th")] for row in table.xpath("./tr | ./*/tr")]
            for table in page.iter("table")
        ]
        """Cells of every row of every table."""
        self.alerts = [_text(element) for element in page.xpath("//*[@role='alert']")]
        """Texts of elements with the role ``alert``: what is wrong with a form."""
        self.headings = [_text(element) for element in page.iter("h2", "h3")]
        """Texts of the headings below the first one."""
        self._texts: list[str] = page.xpath("//text()[not(ancestor::script or ancestor::style)]")

    @property
    def identities(self) -> list[str]:
        """EUI-64 identities in the page's text, in order, once each."""
        return list(dict.fromkeys(match.upper() for match in _EUI.findall(" ".join(self._texts))))

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


def _parsed(text: str) -> lxml.html.HtmlElement:
    parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True)
    try:
        return lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:  # nothing in it
        return lxml.html.document_fromstring(_EMPTY, parser=parser)


def _text(element: lxml.html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def _form(element: lxml.html.HtmlElement) -> Form:
    form = Form(element.get("action", ""), element.get("method", "get").lower())
    for entry in element.iter("input", "textarea", "select"):
        name = entry.get("name", "")
        kind = entry.get("type", "text").lower() if entry.tag == "input" else str(entry.tag)
        if not name or kind in _VOID_FIELDS:
            continue
        form.kinds[name] = kind
        if kind in {"radio", "checkbox"}:
            form.choices.setdefault(name, []).append((entry.get("value", "on"), ""))
            if "checked" in entry.attrib:
                form.fields[name] = entry.get("value", "on")
        elif kind == "select":
            _choice(form, name, entry)
        else:
            form.fields[name] = (entry.text or "") if kind == "textarea" else entry.get("value", "")
    return form


def _choice(form: Form, name: str, entry: lxml.html.HtmlElement) -> None:
    """A list to choose from: what is selected, else its first option, as in a browser."""
    options = list(entry.iter("option"))
    offered = [(option.get("value", _text(option)), _text(option)) for option in options]
    selected = [value for option, (value, _) in zip(options, offered, strict=True) if "selected" in option.attrib]
    form.choices[name] = offered
    form.fields[name] = next(iter(selected), offered[0][0] if offered else "")
