"""Output for pipelines: annotations as GitHub reads them, a Markdown summary, a badge a role."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from lxml import etree

from harness.cli import run
from harness.reporting.difference import ResultFile, RoleOutcome, ScenarioOutcome
from harness.reporting.pipeline import badge, github_annotations, summary

RESULT = ResultFile(
    "run-1",
    (
        ScenarioOutcome("SR-1-IS", "A title", "FAIL", "expected 1,\ngot 2 | 100%"),
        ScenarioOutcome("SR-2-IS", "Another", "PASS"),
        ScenarioOutcome("SR-3-IS", "A third", "NOT_RUN", "unsupported"),
        ScenarioOutcome("SR-4-IS", "A fourth", "REVIEW", "look"),
    ),
    (RoleOutcome("IS", "FURTHER_TESTING", "1 failed"),),
)


def test_annotations_are_one_line_each_and_escaped() -> None:
    told = list(github_annotations(RESULT))
    assert told[0] == "::error title=FAIL SR-1-IS::A title: expected 1,%0Agot 2 | 100%25"
    assert [line.split(" ")[0] for line in told] == ["::error", "::warning"]


def test_the_summary_has_roles_counts_and_failures() -> None:
    told = summary(RESULT)
    assert "| IS | FURTHER_TESTING | 1 failed |" in told
    assert "1 FAIL, 1 NOT_RUN, 1 PASS, 1 REVIEW" in told
    assert "| SR-1-IS | A title | expected 1, got 2 \\| 100% |" in told
    assert "no entitlement" in told


@pytest.mark.parametrize("verdict", ["READY", "READY_WITH_DEVIATIONS", "FURTHER_TESTING", "NOT_ASSESSED", "new & odd"])
def test_a_badge_is_an_svg_that_says_its_text(verdict: str) -> None:
    root = etree.fromstring(badge(RoleOutcome("IS", verdict)).encode())
    assert root.get("aria-label") == f"UEPT rehearsal IS: {verdict.replace('_', ' ').lower()}"


def test_the_command_writes_badges_and_the_step_summary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "result.json").write_bytes(msgspec.json.encode(RESULT))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "page.md"))
    assert run(["summary", str(tmp_path), "--github", "--badges", str(tmp_path / "badges")]) == 0
    assert capsys.readouterr().out.startswith("::error")
    assert "FURTHER_TESTING" in (tmp_path / "page.md").read_text()
    assert (tmp_path / "badges" / "IS.svg").is_file()
    assert run(["summary", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["failed"] == ["SR-1-IS"]
