"""The style that the Self-Service Interface's pages and the live page share; each adds its own rules."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def with_shared_style(own: str) -> str:
    """A whole style sheet: what is shared, a page's ``own`` rules, and what paper and more contrast need."""
    first, last = ((files(__name__) / name).read_text(encoding="utf-8") for name in ("pages.css", "print.css"))
    return f"{first}{own}{last}"
