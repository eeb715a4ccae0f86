"""The walk-through of the completion report, run as it stands in the documentation, and what it leaves behind."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import openpyxl
import pytest
from jsonschema import Draft202012Validator

from harness.campaign.folder import open_campaign
from harness.evidence.bundle import read_journal
from harness.reporting.completion import review
from schemas.load import resource
from stubs.events import CheckAttested, ScenarioFinished
from tests.cli_kit import environment

PAGE = Path(__file__).resolve().parents[2] / "docs" / "completion-report.md"
WAIT = 600.0
"""Seconds until the walk-through counts as hanging: many times what it takes."""


def script() -> str:
    """All blocks of the page as one program; a command may state the exit code that it ends with."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    lines = ["set -eu"]
    for line in "".join(blocks).splitlines():
        command, marker, code = line.partition("  # exit code ")
        lines.append(f"code=0; {command} || code=$?; test $code = {code}" if marker else line)
    return "\n".join(lines)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    try:
        import weasyprint  # noqa: F401, PLC0415 - needs system libraries
    except (ImportError, OSError) as error:
        pytest.skip(f"no PDF here: {error}; to enable: apt-get install libpango-1.0-0 libpangoft2-1.0-0")
    folder = tmp_path_factory.mktemp("walk")
    tools = folder / "tools"
    tools.mkdir()
    uept = tools / "uept"
    uept.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "from harness.cli import main; main()" "$@"\n')
    uept.chmod(0o755)
    free = {"UEPT_DCC_CONTROL_PORT": "0"}  # of other tests at the same time
    variables = environment(PATH=f"{tools}{os.pathsep}{os.environ['PATH']}", **free)
    done = subprocess.run(
        ["bash", "-c", script()], cwd=folder, env=variables, capture_output=True, text=True, timeout=WAIT, check=False
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return folder


def test_the_fault_is_found_mended_and_shown(place: Path) -> None:
    (issue,) = open_campaign(place / "acme").issues
    assert issue.status == "closed"
    assert (issue.found_in_build, issue.fixed_in_build) == ("1.4.0", "1.4.1")
    report = json.loads((place / "acme" / "report" / "completion-report.json").read_bytes())
    retested = {row["key"] for row in report["results"] if row["verdict"] == "RETEST_PASS"}
    assert retested == set(issue.scenarios)
    inventory = next(row for row in report["results"] if row["key"] == "SR-601-OU")
    assert (inventory["verdict"], inventory["build"]) == ("PASS", "1.4.0")


def test_what_a_person_said_is_attested_and_no_pass(place: Path) -> None:
    report = json.loads((place / "acme" / "report" / "completion-report.json").read_bytes())
    assert {row["key"] for row in report["results"] if row["verdict"] == "ATTESTED"} == {"SR-605-OU"}
    (role,) = report["roles"]
    assert role["attested"] > 0
    assert b"attested by a person" in (place / "acme" / "report" / "completion-report.html").read_bytes()


def test_the_report_counts_what_the_journals_hold(place: Path) -> None:
    report = json.loads((place / "acme" / "report" / "completion-report.json").read_bytes())
    events = [
        entry.event
        for file in (place / "acme" / "runs").glob("*/bundle.zip")
        for entry in read_journal(file.read_bytes())
    ]
    told = [event for event in events if isinstance(event, ScenarioFinished)]
    words = sum(isinstance(event, CheckAttested) for event in events)
    assert sum(len(row["attempts"]) for row in report["results"]) == len(told)
    attempts = Counter(one["verdict"].replace("RETEST_", "") for row in report["results"] for one in row["attempts"])
    assert words == 1
    settled = Counter(REVIEW=words)
    assert attempts == Counter(event.verdict for event in told) - settled + Counter(ATTESTED=words)
    schema = json.loads(resource("campaign", "completion-report.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(report)


def test_every_format_is_there(place: Path) -> None:
    folder = place / "acme" / "report"
    assert (folder / "completion-report.pdf").read_bytes().startswith(b"%PDF")
    assert b"DEV-1" in (folder / "completion-report.html").read_bytes()
    book = openpyxl.load_workbook(io.BytesIO((folder / "completion-report.xlsx").read_bytes()), read_only=True)
    assert "Traceability" in book.sheetnames
    assert (place / "acme" / "dates.ics").read_bytes().startswith(b"BEGIN:VCALENDAR")
    assert (place / "acme" / "timeline.svg").read_bytes().startswith(b"<svg ")


def test_the_review_recomputes_everything_and_asks_for_further_testing(place: Path) -> None:
    record = json.loads((place / "review" / "review-record.json").read_bytes())
    Draft202012Validator(review.json_schema()).validate(record)
    assert record["differences_in_all"] == 0
    assert record["reported_manifest"] == record["recomputed_manifest"]
    assert all(not bundle["problems"] and not bundle["differing"] for bundle in record["bundles"])
    assert all(not bundle["contradictions"] for bundle in record["bundles"])
    assert sum(bundle["checks"] for bundle in record["bundles"]) > 0
    assert record["conclusion"] == "further testing"
