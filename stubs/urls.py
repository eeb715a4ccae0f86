"""Addresses to which messages may be posted, checked where they enter."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit, urlunsplit

from stubs.recording import recordable

_SPACE = re.compile(r"[\x00-\x20\x7f]")


class UnusableUrlError(ValueError):
    """An address nothing can be posted to; the message never quotes credentials."""


def check_url(text: str) -> str:
    """A URL to which messages may be posted, as it was given.

    Raises: UnusableUrlError: another scheme, no host, a port that is none, credentials in it, white space.
    """
    try:
        parts = urlsplit(text)
        port = parts.port
        host = parts.hostname
    except ValueError as error:
        raise UnusableUrlError(_expected(text)) from error
    if parts.username is not None or parts.password is not None:
        raise UnusableUrlError("expected a URL without user name and password: they would stand in the evidence")
    if parts.scheme not in {"http", "https"} or not host or port == 0:
        raise UnusableUrlError(_expected(text))
    if _SPACE.search(text) or recordable(text) != text:
        raise UnusableUrlError(f"expected a URL without white space and control characters, got {text[:80]!r}")
    try:
        host.encode("idna")
    except UnicodeError as error:
        raise UnusableUrlError(f"expected a host name that can be looked up, got {host[:80]!r}") from error
    return text


def _expected(text: str) -> str:
    shown = recordable(text)[:80] if "@" not in text else "this"
    return f"{shown!r} is no web address: expected http://host:port/path or https://…"


def why_unusable(text: str, allowed: Sequence[str] = ()) -> str:
    """Return the reason why messages cannot be posted to a URL; empty: they can.

    Args:
        text: the URL.
        allowed: host names (``*`` stands for any part), addresses or networks; empty: any host.
    """
    try:
        check_url(text)
    except UnusableUrlError as error:
        return str(error)
    host = urlsplit(text).hostname or ""
    if allowed and not any(_is_in(host, each) for each in allowed):
        return f"host {host!r} is not one of receive_url_allow: {', '.join(allowed)}"
    return ""


def _is_in(host: str, allowed: str) -> bool:
    try:
        return ip_address(host) in ip_network(allowed, strict=False)
    except ValueError:
        return fnmatchcase(host.lower(), allowed.lower())


KEPT = "kept-outside-the-journal-"
"""Stands, with a number, in the journal for the query of a receive URL: tokens of endpoints are in such queries."""


class KeptQueries:
    """The queries of receive URLs, by what stands for them in the journal.

    A replay needs them, a bundle must not hold them: so they are kept beside the journal.

    Args:
        known: those of before.
        write: keeps all of them, before anything refers to a new one.
    """

    def __init__(
        self, known: Mapping[str, str] | None = None, write: Callable[[dict[str, str]], None] = lambda _: None
    ) -> None:
        self._known = dict(known or {})
        self._write = write

    def hide(self, url: str) -> str:
        """A URL as the journal may hold it; one that is hidden already stays so. Raises: what ``write`` raises."""
        parts = urlsplit(url)
        if not parts.query or parts.query in self._known:
            return url
        mark = next((mark for mark, query in self._known.items() if query == parts.query), "")
        if not mark:
            mark = f"{KEPT}{len(self._known) + 1}"
            self._write({**self._known, mark: parts.query})
            self._known[mark] = parts.query
        return urlunsplit(parts._replace(query=mark, fragment=""))

    def whole(self, url: str) -> str | None:
        """The URL that is posted to; None: its query is not known any more. One of an older journal is whole."""
        parts = urlsplit(url)
        if not parts.query.startswith(KEPT):
            return url
        query = self._known.get(parts.query)
        return None if query is None else urlunsplit(parts._replace(query=query))
