"""Running a rehearsal from a program: pytest inside, a result outside."""

from __future__ import annotations

import hashlib
import io
import os
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.checks import Verdict
from harness.drivers import Driver
from harness.engine import plugin
from harness.engine.progress import Progress
from harness.engine.rehearsal import Rehearsal
from harness.engine.results import Run
from harness.plan import library_folder
from harness.settings import RehearsalSettings, SettingsError
from stubs.app import BackgroundDcc
from stubs.wire.errors import Blocked

EXIT_PASS, EXIT_FAIL, EXIT_BLOCKED, EXIT_WARNINGS, EXIT_INTERRUPTED = 0, 1, 3, 4, 130


_NORMAL_ENDS = frozenset({pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED})


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a rehearsal came to, and where it is kept."""

    run: Run
    folder: Path
    journal: Path
    """SQLite file of the simulated DCC's journal; the run is the entries from ``run.first`` to ``run.last``."""
    exit_code: int


class _Given:
    """Puts a rehearsal into pytest's configuration."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self._rehearsal = rehearsal

    def pytest_configure(self, config: pytest.Config) -> None:
        """Before anything is collected."""
        config.stash[plugin.REHEARSAL] = self._rehearsal


def run_rehearsal(
    settings: RehearsalSettings,
    *,
    dcc: BackgroundDcc | None = None,
    driver: Driver | None = None,
    progress: Progress | None = None,
) -> RunResult:
    """Run the scenarios that the settings choose.

    Ctrl-C ends the run early and leaves a valid, partial one: ``result.run.is_complete`` is then False.

    Raises: SettingsError: nothing is chosen. Blocked: the simulated DCC or the driver does not start.
    """
    rehearsal = Rehearsal(settings, dcc=dcc, driver=driver, progress=progress)
    if not rehearsal.plan.chosen:
        reasons = "; ".join(sorted({row.reason for row in rehearsal.plan.rows})[:3])
        raise SettingsError(f"no scenario is chosen: {reasons}", mend="Widen roles, services, priorities or select.")
    rehearsal.open()  # errors of the surroundings are told before pytest starts
    output = io.StringIO()
    try:
        with redirect_stdout(output):
            status = pytest.main(_arguments(rehearsal), [plugin, _Given(rehearsal)])
    finally:
        run = rehearsal.close() or rehearsal.result
    if rehearsal.problems or run is None or status not in _NORMAL_ENDS:
        told = "\n".join(rehearsal.problems) or output.getvalue()[-2000:]
        raise Blocked(f"the scenarios could not be run: {told}", mend="This is an error of the harness: report it.")
    return RunResult(run, rehearsal.folder, rehearsal.journal_file, exit_code_of(run, is_strict=settings.strict))


def _arguments(rehearsal: Rehearsal) -> list[str]:
    """Pytest's arguments: no configuration file, no cache, the packaged steps, one module that binds the features."""
    home = library_folder()
    steps = sorted(path.stem for path in (home / "steps").glob("*.py") if path.stem != "__init__")
    loaded = [argument for step in steps for argument in ("-p", f"scenarios.steps.{step}")]
    return [
        "-c", os.devnull, "--rootdir", str(rehearsal.folder), "--import-mode=importlib", "--capture=no", "-q",
        "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning", *loaded,
        str(_binding_module(rehearsal)),
    ]  # fmt: skip


def _binding_module(rehearsal: Rehearsal) -> Path:
    """A test module that binds the run's features; made in the run's folder, since features may lie anywhere.

    Its name follows from the features' folder: a process keeps modules by name, and may run other features next.
    """
    features = str(rehearsal.scenarios_folder.resolve() / "features")
    name = hashlib.sha256(features.encode()).hexdigest()[:12]
    module = rehearsal.folder / "state" / f"test_scenarios_{name}.py"
    lines = [
        '"""Binds the features of this run to pytest."""',
        "from pytest_bdd import scenarios",
        f"scenarios({features!r})",
    ]
    module.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return module


def exit_code_of(run: Run, *, is_strict: bool = False) -> int:
    """0 pass, 1 a FAIL, 3 BLOCKED or nothing run, 4 only warnings and ``is_strict``, 130 interrupted."""
    verdicts = run.verdicts
    if not run.is_complete:
        return EXIT_INTERRUPTED
    if verdicts.get(Verdict.FAIL):
        return EXIT_FAIL
    if verdicts.get(Verdict.BLOCKED) or verdicts.get(Verdict.NOT_RUN) or not run.scenarios:
        return EXIT_BLOCKED
    if is_strict and (verdicts.get(Verdict.WARNING) or verdicts.get(Verdict.REVIEW)):
        return EXIT_WARNINGS
    return EXIT_PASS
