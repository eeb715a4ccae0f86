"""Packaged data files below ``schemas/``, and the rows of those that are tables (CSV with a heading)."""

from __future__ import annotations

import csv
from importlib.resources import files
from importlib.resources.abc import Traversable


def resource(*parts: str) -> Traversable:
    """A packaged data file below ``schemas/``, e.g. ``resource("duis", "5.4", "duis.xsd")``."""
    return files("schemas").joinpath(*parts)


def table_rows(*parts: str) -> list[dict[str, str]]:
    """Rows of a table by column heading, e.g. ``table_rows("catalogue", "roles.csv")``."""
    return list(csv.DictReader(resource(*parts).read_text(encoding="utf-8").splitlines()))
