"""The test specification holds a script for every scenario of the roles asked for, in every format the same."""

from __future__ import annotations

import csv
import io

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from harness.cli import cli
from harness.plan import load_library, specification
from harness.plan.specification import COLUMNS
from harness.reporting.specification import written

LIBRARY = load_library()
ROWS = specification(LIBRARY, ("GT",))


def test_every_scenario_of_the_role_has_a_whole_script() -> None:
    assert [row.scenario for row in ROWS] == [one.key for one in LIBRARY if one.role == "GT"]
    for row in ROWS:
        assert row.preconditions, row.scenario
        assert row.expected, row.scenario
        assert row.steps, row.scenario
        assert "<" not in row.steps + row.preconditions + row.expected, "every example is filled in"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_table_holds_the_scripts_row_by_row(kind: str) -> None:
    data = written(ROWS, kind)
    if kind == "csv":
        lines = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    else:
        sheet = load_workbook(io.BytesIO(data)).active
        assert sheet is not None
        lines = [[str(cell) for cell in line] for line in sheet.iter_rows(values_only=True)]
    assert [name.replace(" ", "_") for name in lines[0]] == list(COLUMNS)
    assert [line[0] for line in lines[1:]] == [row.scenario for row in ROWS]


def test_the_document_has_a_chapter_for_each_scenario() -> None:
    text = written(ROWS, "md").decode()
    assert all(f"\n## {row.scenario}: " in text for row in ROWS)


def test_the_command_says_of_each_catalogue_row_whether_this_version_runs_it() -> None:
    result = CliRunner().invoke(cli, ["catalogue", "scenarios", "IC-001"])
    assert result.exit_code == 0
    assert "yes" in result.output


def test_a_workbook_needs_a_file() -> None:
    result = CliRunner().invoke(cli, ["catalogue", "scenarios", "--format", "xlsx"])
    assert result.exit_code != 0
    assert "--out" in result.output
