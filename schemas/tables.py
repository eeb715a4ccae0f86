"""Packaged data files below ``schemas/``, and the rows of those that are tables (CSV with a heading)."""

from __future__ import annotations

import csv
import hashlib
from importlib.resources import files
from importlib.resources.abc import Traversable


def resource(*parts: str) -> Traversable:
    """A packaged data file below ``schemas/``, e.g. ``resource("duis", "5.4", "duis.xsd")``."""
    return files("schemas").joinpath(*parts)


def table_rows(*parts: str) -> list[dict[str, str]]:
    """Rows of a table by column heading, e.g. ``table_rows("catalogue", "roles.csv")``."""
    return list(csv.DictReader(resource(*parts).read_text(encoding="utf-8").splitlines()))


def catalogue_digest() -> str:
    """SHA-256, as hex, over names and lines of the catalogue's files: which catalogue this is, on whatever platform."""
    digest = hashlib.sha256()
    for file in sorted(resource("catalogue").iterdir(), key=lambda one: one.name):
        if file.name.endswith((".csv", ".json")):
            content = b"\n".join(file.read_bytes().splitlines())
            digest.update(f"{file.name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()
