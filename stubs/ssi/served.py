"""Content of a served page or file: the identities and the offered texts in it, read as words."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_IDENTITY = re.compile(r"\b[0-9A-F]{2}(?:-[0-9A-F]{2}){7}\b", re.IGNORECASE)
"""An EUI-64 in canonical form, alone or as a part of a RequestID."""
_REQUEST_ID = re.compile(r"\b(?:[0-9A-F]{2}(?:-[0-9A-F]{2}){7}:){2}[0-9]+\b", re.IGNORECASE)
_WAYS = frozenset({"a", "button", "summary"})


def identities_in(text: str) -> tuple[str, ...]:
    """Every EUI-64 and every RequestID in the text of a page or file, upper case, once each."""
    return tuple(dict.fromkeys(found.upper() for one in (_IDENTITY, _REQUEST_ID) for found in one.findall(text)))


def ways_in(html: str) -> tuple[str, ...]:
    """Texts of the links, buttons and menus of a page, in order, once each."""
    reader = _Ways()
    reader.feed(html)
    reader.close()
    return tuple(dict.fromkeys(filter(None, (" ".join(text.split()) for text in reader.texts))))


class _Ways(HTMLParser):
    """Gathers the text inside each link, button and summary."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's
        """See ``HTMLParser``."""
        if tag in _WAYS:
            self._open = tag
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        """See ``HTMLParser``."""
        if tag == self._open:
            self._open = ""

    def handle_data(self, data: str) -> None:
        """See ``HTMLParser``."""
        if self._open:
            self.texts[-1] += data
