"""In the core, its control, its agenda and the verdicts, values of any shape stand only where foreign JSON comes in."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("stubs/dcc", "stubs/control", "stubs/scheduler", "stubs/access", "stubs/inventory", "harness/verdicts")
OPEN = re.compile(r"(?:[dD]ict|Mapping)\[str, Any\]")
FOREIGN = {
    "stubs/control/control.py": "the JSON that a caller of the control API sends and gets",
    "stubs/control/described.py": "a JSON Schema",
    "stubs/control/kinds.py": "members of a body that the core checks",
    "stubs/control/service.py": "query and body of a request before they are read",
    "stubs/dcc/core.py": "premises, fault rules, contents of alerts and states of devices as a tester writes them",
    "stubs/dcc/simulation/operations.py": "details of events and contents of alerts as a tester writes them",
    "stubs/dcc/simulation/premises_spec.py": "premises as a tester writes them, and the JSON Schema of their file",
    "stubs/inventory/records.py": "fields of a record on their way from text to values",
    "stubs/scheduler/agenda.py": "members of an item as the journal stores them",
    "stubs/scheduler/stored_items.py": "members of an item on their way from the journal's form to values",
}
"""Files of these rooms with values of any shape, and what they are."""


def test_values_of_any_shape_stand_where_foreign_json_comes_in() -> None:
    found = {
        file.relative_to(ROOT).as_posix()
        for room in ROOMS
        for file in (ROOT / room).rglob("*.py")
        if OPEN.search(file.read_text(encoding="utf-8"))
    }
    assert found == FOREIGN.keys()
