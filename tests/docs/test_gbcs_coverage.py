"""The table of use cases is what the code says, and says nothing that is not so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from schemas.load import use_cases
from stubs.wire.gbcs.use_cases import USE_CASES

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "gbcs-coverage.md"


def rows() -> list[list[str]]:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_table_is_current() -> None:
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT / '.ci')!r}); import gbcs_coverage; "
        "sys.stdout.buffer.write(gbcs_coverage.page().encode('utf-8'))"
    )
    made = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, cwd=ROOT)
    assert made.stdout.decode("utf-8") == PAGE.read_text(encoding="utf-8"), "run `make docs`"


def test_every_use_case_of_the_public_list_has_its_row() -> None:
    assert [row[0] for row in rows()] == [row.use_case for row in use_cases()]
    assert len(rows()) == 241


def test_every_use_case_that_has_commands_decodes_builds_answers_and_is_given_to_the_peer() -> None:
    lacking = [row[0] for row in rows() if row[1] != "alert" and "**no**" in row]
    assert lacking == []
    assert len(USE_CASES) == 212
