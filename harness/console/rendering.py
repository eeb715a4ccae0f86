"""The live page's templates."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined

from schemas import load
from stubs.page_style import with_shared_style


@cache
def _environment() -> Environment:
    folder = files("harness.console") / "templates"
    sources = {item.name: item.read_text(encoding="utf-8") for item in folder.iterdir() if item.name.endswith(".html")}
    environment = Environment(
        loader=DictLoader(sources), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["clock"] = lambda at: f"{at:%H:%M:%S}.{at.microsecond // 1000:03d}"
    environment.filters["instant"] = instant
    environment.filters["duration"] = duration
    environment.filters["service"] = service
    environment.filters["verdict_class"] = verdict_class
    return environment


def render(template: str, **context: Any) -> str:
    """The HTML of a page."""
    return _environment().get_template(template).render(**context).replace("\0", "\N{REPLACEMENT CHARACTER}")


@cache
def static(name: str) -> bytes:
    """A file that goes with the pages. Raises: LookupError: there is none."""
    found = files("harness.console") / "static" / name
    if not found.is_file():
        raise LookupError(name)
    text = found.read_text(encoding="utf-8")
    return (with_shared_style(text) if name.endswith(".css") else text).encode()


def instant(value: datetime | None) -> str:
    """Date and time, UTC."""
    return f"{value:%Y-%m-%d %H:%M:%S} UTC" if value else ""


def duration(seconds: float | None) -> str:
    """``45 s``, ``3 min 20 s``, ``1 h 5 min``; empty for None."""
    if seconds is None:
        return ""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def service(srv: str) -> str:
    """``4.1.1 Read Instantaneous Import Registers``."""
    row = load.service_requests().get(load.Srv(srv))
    return f"{row.srv} {row.name}" if row else srv


_CLASSES = {"PASS": "good", "FAIL": "bad", "BLOCKED": "bad", "running": "now", "waiting": "quiet", "NOT_RUN": "quiet"}


def verdict_class(verdict: str) -> str:
    """The style class of a verdict or state; colour is never all that tells it."""
    return _CLASSES.get(verdict, "open")
