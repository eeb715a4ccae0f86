"""Pages to HTML: one template environment, everything escaped, nothing from outside loaded."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from jinja2 import DictLoader, Environment, StrictUndefined

from stubs.ssi.fields import KIND_NAMES
from stubs.ssi.labels import service_name
from stubs.ssi.pages import Page, instant_text
from stubs.ssi.sources import Viewer

REVISION = "1"
"""Of this simulation; printed on every page."""


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
    return environment


@cache
def stylesheet() -> str:
    """The one style sheet."""
    return (files("stubs.ssi") / "static" / "ssi.css").read_text(encoding="utf-8")


def render(page: Page, *, viewer: Viewer | None, csrf: str, path: str) -> str:
    """The HTML of a page, for a signed-in viewer or for nobody."""
    template = _environment().get_template(page.template)
    return template.render(**page.context, title=page.title, status=page.status, viewer=viewer, csrf=csrf, path=path)
