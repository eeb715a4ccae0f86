"""Live progress: plain lines without a terminal, a status line with one."""

from __future__ import annotations

import io

from rich.console import Console

from harness.checks import Verdict
from harness.engine import Terminal


def run_on(console: Console, *, complete: bool = True) -> None:
    progress = Terminal(console)
    progress.run_started(1, {"driver": "reference"})
    progress.scenario_started("SR-201-IS", "A reading [of a meter]", 1, 1)
    progress.step_started("Then the request is accepted")
    progress.awaiting("4.1.1 accepted with I0 or I99", 30)
    progress.scenario_finished("SR-201-IS", "A reading [of a meter]", Verdict.FAIL, ["expected  a", "got       b"], 1.2)
    progress.run_finished(complete=complete)


def test_without_a_terminal_there_are_plain_lines() -> None:
    output = io.StringIO()
    run_on(Console(file=output, width=100))
    assert output.getvalue().splitlines() == [
        "1 scenarios: driver reference",
        "FAIL           SR-201-IS   A reading [of a meter] (1.2 s)",
        "    expected  a",
        "    got       b",
    ]


def test_on_a_terminal_what_is_awaited_is_shown() -> None:
    output = io.StringIO()
    run_on(Console(file=output, width=200, force_terminal=True, highlight=False))
    assert "FAIL" in output.getvalue()


def test_an_interrupted_run_says_that_it_is_partial() -> None:
    output = io.StringIO()
    run_on(Console(file=output, width=100), complete=False)
    assert "the run is partial" in output.getvalue()
