"""Test data of the library: the parameters of each service in a scenario, a table by service and device."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from schemas.load import service_requests
from stubs.wire.errors import Blocked

FILE = Path("data") / "test-data.csv"
"""Below the library's folder."""
_COLUMNS = ["srv", "role", "device", "parameter", "value", "provenance", "why"]


@dataclass(frozen=True, slots=True)
class TestDatum:
    """One parameter of a service: a DUIS element name, and its value as scenarios write values."""

    __test__ = False  # pytest would take the class for tests

    srv: str
    role: str
    """User Role; empty: any."""
    device: str
    """Name of a device of a home; empty: of any."""
    parameter: str
    value: str
    provenance: str
    """``schema``: a value that the DUIS schema lists; ``run``: clock, home or keys of the run; else ``made up``."""
    why: str


@cache
def load_test_data(folder: Path) -> tuple[TestDatum, ...]:
    """The table of the library in ``folder``; empty when it has none.

    Raises: Blocked: other columns, or a service that does not exist; with file and line.
    """
    path = folder / FILE
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if reader.fieldnames != _COLUMNS:
            raise Blocked(f"{path}: columns are not {', '.join(_COLUMNS)}", mend="Mend the first line.")
        rows = tuple(TestDatum(**row) for row in reader)
    for number, row in enumerate(rows, start=2):
        if row.srv not in service_requests():
            raise Blocked(f"{path}:{number}: no service {row.srv!r}", mend="Name a service reference variant.")
    return rows


def test_data_for(rows: tuple[TestDatum, ...], srv: str, role: str, device: str) -> Mapping[str, str]:
    """Return the parameters of a service in a role to a device; rows for this role or device replace general ones."""
    return {row.parameter: row.value for row in data_for(rows, srv, role, device)}


def data_for(rows: tuple[TestDatum, ...], srv: str, role: str, device: str) -> list[TestDatum]:
    """Return the rows of ``test_data_for`` whole, one for each parameter."""
    fitting = [row for row in rows if row.srv == srv and row.role in {"", role} and row.device in {"", device}]
    ordered = sorted(fitting, key=lambda row: bool(row.role) + bool(row.device))
    return list({row.parameter: row for row in ordered}.values())


test_data_for.__test__ = False  # type: ignore[attr-defined]  # pytest would take it for a test
