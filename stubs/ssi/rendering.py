"""Pages to HTML: one template environment, everything escaped, nothing from outside loaded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from jinja2 import DictLoader, Environment, StrictUndefined

from schemas.ssi_tables import functions
from stubs.page_style import with_shared_style
from stubs.ssi.fields import KIND_NAMES
from stubs.ssi.labels import service_name
from stubs.ssi.pages.page import Page, instant_text
from stubs.ssi.sources import Viewer

REVISION = "2"
"""Of this simulation; printed on every page."""


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A way to a page."""

    title: str
    path: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class MenuSection:
    """Entries under one name; the first section has none."""

    name: str
    entries: tuple[MenuEntry, ...]

    @property
    def is_here(self) -> bool:
        """Whether the page shown is one of its own."""
        return any(entry.is_here for entry in self.entries)


@cache
def _environment() -> Environment:
    folder = files("stubs.ssi") / "templates"
    sources = {item.name: item.read_text(encoding="utf-8") for item in folder.iterdir() if item.name.endswith(".html")}
    environment = Environment(
        loader=DictLoader(sources), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["instant"] = instant_text
    environment.filters["service"] = service_name
    environment.globals["kind_names"] = KIND_NAMES
    environment.globals["revision"] = REVISION
    environment.globals["menu"] = menu
    return environment


def menu(viewer: Viewer, path: str) -> list[MenuSection]:
    """Return the pages that the viewer may open, by section; home first."""
    sections: dict[str, list[MenuEntry]] = {}
    for row in functions().values():
        if row.function not in viewer.functions or not (row.section or row.path == "/"):
            continue
        is_here = path == row.path or (row.path != "/" and path.startswith(f"{row.path}/"))
        sections.setdefault(row.section, []).append(MenuEntry(row.title, row.path, is_here))
    for entries in sections.values():  # of two that fit, such as /service and /service/maintenance, the longer
        here = max((entry for entry in entries if entry.is_here), key=lambda entry: len(entry.path), default=None)
        entries[:] = [replace(entry, is_here=entry is here) for entry in entries]
    return [MenuSection(name, tuple(entries)) for name, entries in sections.items()]


@cache
def stylesheet() -> str:
    """The one style sheet."""
    return with_shared_style((files("stubs.ssi") / "static" / "ssi.css").read_text(encoding="utf-8"))


def render(page: Page, *, viewer: Viewer | None, csrf: str, path: str) -> str:
    """The HTML of a page, for a signed-in viewer or for nobody."""
    template = _environment().get_template(page.template)
    return template.render(**page.context, title=page.title, status=page.status, viewer=viewer, csrf=csrf, path=path)
