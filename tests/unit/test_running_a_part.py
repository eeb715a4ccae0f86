"""Running a part of a rehearsal: by name, what failed, what was left undone; each failure says how to repeat it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import msgspec
import pytest
from rich.console import Console

from harness.checks import Verdict
from harness.cli.rehearse import _command_to_repeat, command
from harness.cli.selection import narrowed
from harness.engine.progress import Terminal
from harness.plan import parse_expression
from harness.reporting.difference import ResultFile, ScenarioOutcome
from harness.reporting.next_steps import beyond_the_plan, left_out
from stubs.wire.errors import InputError


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    verdicts = {"SR-1-IS": "PASS", "SR-2-IS": "FAIL", "SR-3-IS": "NOT_RUN", "SR-4-IS": "BLOCKED", "SR-5-IS": "FAIL"}
    rows = tuple(ScenarioOutcome(key, key, verdict) for key, verdict in verdicts.items())
    (tmp_path / "result.json").write_bytes(msgspec.json.encode(ResultFile("r", rows, not_started=("SR-6-IS",))))
    return tmp_path


def meant(expression: str) -> set[str]:
    matches = parse_expression(expression)
    keys = [f"SR-{number}-IS" for number in range(1, 8)]
    return {key for key in keys if matches(frozenset({key}))}


def test_only_what_failed_runs_again(finished: Path) -> None:
    assert meant(narrowed("", (), finished, None)) == {"SR-2-IS", "SR-5-IS"}


def test_only_what_was_left_undone_runs(finished: Path) -> None:
    assert meant(narrowed("", (), None, finished)) == {"SR-3-IS", "SR-4-IS", "SR-6-IS"}


def test_what_is_named_narrows_what_was_selected(finished: Path) -> None:
    assert meant(narrowed("not SR-2* or SR-7*", ("SR-7-IS",), finished, None)) == {"SR-5-IS", "SR-7-IS"}
    assert narrowed("SR-*", (), None, None) == "SR-*"


def test_a_run_without_failures_leaves_nothing_to_run(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_bytes(msgspec.json.encode(ResultFile("r", ())))
    with pytest.raises(InputError, match="no scenario failed"):
        narrowed("", (), tmp_path, None)
    with pytest.raises(InputError, match="every scenario ran"):
        narrowed("", (), None, tmp_path)


@pytest.mark.parametrize(
    ("verdict", "is_told"), [(Verdict.FAIL, True), (Verdict.PASS, False), (Verdict.NOT_RUN, False)]
)
def test_a_failure_ends_with_the_line_that_repeats_it(verdict: Verdict, *, is_told: bool) -> None:
    screen = io.StringIO()
    terminal = Terminal(Console(file=screen, width=200), again="uept rehearse --settings uept.toml --only")
    terminal.scenario_finished("SR-1-IS", "A title", verdict, ("expected  x",), 1.0)
    assert ("again     uept rehearse --settings uept.toml --only SR-1-IS" in screen.getvalue()) == is_told


def planned_row(key: str, services: tuple[str, ...], *, is_chosen: bool, role: str = "IS") -> dict[str, Any]:
    return {"key": key, "role": role, "srvs": services, "chosen": is_chosen}


def test_what_was_left_out_is_counted_and_the_service_that_unlocks_most_comes_first() -> None:
    rows = [
        planned_row("SR-1-IS", ("4.1.1",), is_chosen=True),
        planned_row("SR-2-IS", ("4.1.1", "2.2"), is_chosen=False),
        planned_row("SR-3-IS", ("2.2",), is_chosen=False),
        planned_row("SR-4-IS", ("2.2", "6.2.4"), is_chosen=False),
        planned_row("SR-5-IS", ("11.2",), is_chosen=False),
        planned_row("SSI-1-IS", (), is_chosen=False),
        planned_row("SR-1-GS", ("8.2",), is_chosen=False, role="GS"),
    ]
    assert left_out(rows, ["IS"]) == (5, [("2.2", 2), ("11.2", 1)])
    said = beyond_the_plan(rows, ["IS"], is_done=True)
    assert "5 more scenarios of IS are left out by `select` and count as NOT_RUN" in said
    assert "2.2 (2), 11.2 (1)" in said
    assert "build 2.2 next" in said
    assert "build" not in beyond_the_plan(rows, ["IS"], is_done=False), "first what was chosen"
    assert beyond_the_plan(rows[:1], ["IS"], is_done=True) == ""


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ([], "uept rehearse --only"),
        (["--role", "IS", "--role", "ES", "-k", "SR-1"], "uept rehearse --role IS --role ES --only"),
        (["--settings", "my run.toml", "--until-fail", "3"], "uept rehearse --settings 'my run.toml' --only"),
        (
            ["--driver", "command:our client", "--port", "0"],
            "uept rehearse --driver 'command:our client' --port 0 --only",
        ),
        (
            ["--driver", "http:http://me:word@h:1/act", "--receive-url", "http://h:2/in?token=word"],
            "uept rehearse --driver http:http://redacted@h:1/act --receive-url 'http://h:2/in?redacted' --only",
        ),
    ],
)
def test_the_line_that_repeats_a_failure_says_what_was_given(
    given: list[str], line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("UEPT_SETTINGS", raising=False)
    assert _command_to_repeat(command.make_context("rehearse", given)) == line
