"""Scenarios that send another service than their catalogue row names: a table with reasons."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from stubs.wire.errors import Blocked

FILE = Path("data") / "departures.csv"
"""Below the library's folder."""
_COLUMNS = ["id", "roles", "service", "why"]


@cache
def load_departures(folder: Path) -> Mapping[tuple[str, str, str], str]:
    """Catalogue row, User Role and service of the row that is not sent, to the reason; empty when there is no table.

    Raises: Blocked: other columns; with the file.
    """
    path = folder / FILE
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if reader.fieldnames != _COLUMNS:
            raise Blocked(f"{path}: columns are not {', '.join(_COLUMNS)}", mend="Mend the first line.")
        return {
            (row["id"], role, service): row["why"]
            for row in reader
            for role in row["roles"].split(";")
            for service in row["service"].split(";")
        }


def departures_of(folder: Path, scenario: str, role: str) -> list[str]:
    """In words, what a scenario of a catalogue row does otherwise in a role."""
    found = load_departures(folder)
    return [
        f"{service} is not sent: {why}" for (row, of, service), why in found.items() if (row, of) == (scenario, role)
    ]
