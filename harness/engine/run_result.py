"""Result of a rehearsal, its folder, and the exit code it ends with."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from harness.checks import Verdict
from harness.engine.assessment import tally_of
from harness.engine.results import Run

EXIT_PASS, EXIT_FAIL, EXIT_BLOCKED, EXIT_WARNINGS, EXIT_INTERRUPTED = 0, 1, 3, 4, 130


@dataclass(frozen=True, slots=True)
class RunResult:
    """Result of a rehearsal, and where it is kept."""

    run: Run
    folder: Path
    journal: Path
    """SQLite file of the run's journal; the run is the entries from ``run.first`` to ``run.last``."""
    exit_code: int


def exit_code_of(
    run: Run, *, is_strict: bool = False, is_interrupted: bool | None = None, passed_over: Collection[str] = ()
) -> int:
    """0 pass, 1 a FAIL, 3 BLOCKED or not everything run, 4 only warnings and ``is_strict``, 130 interrupted.

    Args:
        run: what happened.
        is_strict: warnings count.
        passed_over: keys of scenarios whose failure does not count (``harness.allowed_failures``).
        is_interrupted: by a person; None: when it is not complete, nothing else having been told.
    """
    verdicts = tally_of(run).scenarios.by_verdict
    if is_interrupted or (is_interrupted is None and not run.is_complete):
        return EXIT_INTERRUPTED
    is_failed = any(one.verdict is Verdict.FAIL and one.key not in passed_over for one in run.scenarios)
    if verdicts.get(Verdict.FAIL) and is_failed:
        return EXIT_FAIL
    is_whole = run.is_complete and run.scenarios
    if verdicts.get(Verdict.BLOCKED) or verdicts.get(Verdict.NOT_RUN) or not is_whole:
        return EXIT_BLOCKED
    if is_strict and (verdicts.get(Verdict.WARNING) or verdicts.get(Verdict.REVIEW)):
        return EXIT_WARNINGS
    return EXIT_PASS
