"""The pages of the documentation, and the published files, by name: what a message means by ``uept docs PAGE``.

An installation has the pages in ``harness/documentation``, where the build puts them; a clone has them in ``docs``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from stubs.wire.errors import InputError

_HEADING = re.compile(r"^(#{1,6}) (.*)$", re.MULTILINE)
_PUBLISHED = ("schemas", "scenarios")
"""Packages whose files a page or a message may name by path."""
_READABLE = frozenset({".md", ".json", ".csv", ".toml", ".xsd", ".feature", ".py", ".mjs"})


@dataclass(frozen=True, slots=True)
class Page:
    """One page: the name it is asked for by, its title, its first sentence."""

    name: str
    title: str


def pages() -> tuple[Page, ...]:
    """Every page, in the order of the table of contents; pages it does not list (decisions) are left out."""
    index = _folder().joinpath("index.md").read_text(encoding="utf-8")
    names = re.findall(r"^([a-z][a-z-]+)$", index, re.MULTILINE)
    return tuple(Page(name, _title(_folder().joinpath(f"{name}.md").read_text(encoding="utf-8"))) for name in names)


def page(name: str, section: str = "") -> str:
    """The text of a page, or of its section, or of a published file such as ``schemas/run/action.schema.json``.

    Args:
        name: ``drivers``, ``drivers.md``, ``docs/drivers.md``, ``drivers.md#time``, ``examples/action-read.json``.
        section: the beginning of a heading, or a heading as links spell it; empty: the whole page.

    Raises: InputError: nothing has that name, with the nearest that has.
    """
    asked, _, fragment = name.partition("#")
    file = find(asked)
    if file is None:
        near = get_close_matches(asked.lower(), [one.name for one in pages()], n=3)
        hint = f"Did you mean {', '.join(near)}? " if near else ""
        raise InputError(f"no page is called {name!r}", mend=f"{hint}`uept docs` lists the pages.")
    text = file.read_text(encoding="utf-8")
    return _section(text, asked, section or fragment) if section or fragment else text


def find(name: str) -> Traversable | None:
    """The file that a name means; None: there is none. Nothing outside the documentation and the packages is found."""
    parts = [part for part in name.split("/") if part != "."]
    if not all(parts) or ".." in parts or "\\" in name:
        return None
    for root, path in _places(parts):
        for candidate in (path, f"{path}.md"):
            file = root.joinpath(*candidate.split("/"))
            if Path(candidate).suffix in _READABLE and file.is_file():
                return file
    return None


def _places(parts: list[str]) -> Iterator[tuple[Traversable, str]]:
    if parts[0] in _PUBLISHED:
        yield files(parts[0]), "/".join(parts[1:]) or "nothing"
    yield _folder(), "/".join(parts[1:] if parts[0] == "docs" and parts[1:] else parts)


def _folder() -> Traversable:
    packaged = files("harness").joinpath("documentation")
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[1] / "docs"


def _title(text: str) -> str:
    found = _HEADING.search(text)
    return found[2].strip() if found else ""


def _section(text: str, name: str, wanted: str) -> str:
    """Return the section from the heading that begins with ``wanted`` to the next of its level or above."""
    headings = list(_HEADING.finditer(text))
    key = _slug(wanted)
    for position, one in enumerate(headings):
        if _slug(one[2]).startswith(key):
            following = (later.start() for later in headings[position + 1 :] if len(later[1]) <= len(one[1]))
            return text[one.start() : next(following, len(text))].rstrip() + "\n"
    known = ", ".join(one[2] for one in headings[1:])
    raise InputError(f"page {name} has no section {wanted!r}", mend=f"It has: {known}")


def _slug(heading: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", heading.lower()))
