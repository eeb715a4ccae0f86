"""Running a rehearsal from a program: pytest inside, a result outside."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager, redirect_stdout
from importlib import import_module
from pathlib import Path

import pytest

from harness.drivers import Driver
from harness.engine import plugin
from harness.engine.attendance import Attendance
from harness.engine.progress import Progress, Silent
from harness.engine.rehearsal import Rehearsal
from harness.engine.run_control import RunControl
from harness.engine.run_result import RunResult, exit_code_of
from harness.engine.workers.parallel_run import run_side_by_side
from harness.plan import step_modules
from harness.settings import RehearsalSettings
from stubs.app import BackgroundDcc
from stubs.wire.errors import Blocked, Misuse

_NORMAL_ENDS = frozenset({pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED})


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
    keys: Collection[str] | None = None,
    control: RunControl | None = None,
    attendance: Attendance | None = None,
) -> RunResult:
    """Run the scenarios that the settings choose; with ``jobs`` above 1 several at a time.

    Args:
        settings: what to run, against what.
        dcc: a simulated DCC that is up already; None starts one.
        driver: a driver that is not started yet; None makes the one that the settings name.
        progress: told what happens.
        keys: run these scenarios only, of those that the settings choose; None: all.
        control: what a person asks of the run while it goes on.
        attendance: a person at the live page; None: nobody.

    Ctrl-C ends the run early and leaves a valid, partial one: ``result.run.is_complete`` is then False.

    Raises: SettingsError: nothing is chosen. Blocked: the simulated DCC or the driver does not start.
    """
    if settings.jobs > 1 or settings.cluster:
        if dcc or driver or attendance or keys is not None:
            raise Misuse("workers start their own simulated DCC and driver, and divide the whole plan")
        return run_side_by_side(settings, progress or Silent(), control or RunControl())
    rehearsal = Rehearsal(
        settings, dcc=dcc, driver=driver, progress=progress, keys=keys, control=control, attendance=attendance
    )
    rehearsal.plan.require_scenarios()
    rehearsal.open()  # errors of the surroundings are told before pytest starts
    output = io.StringIO()
    try:
        with redirect_stdout(output), _isolated_pytest(), rehearsal.control.heeded():
            rehearsal.steering.wait_for_start()
            plugins = [import_module("pytest_bdd.plugin"), *step_modules(), plugin, _Given(rehearsal)]
            status = pytest.main(_arguments(rehearsal), plugins)
    finally:
        run = rehearsal.close() or rehearsal.result
    if rehearsal.problems or run is None or status not in _NORMAL_ENDS:
        told = "\n".join(rehearsal.problems) or output.getvalue()[-2000:]
        raise Blocked(f"the scenarios could not be run: {told}", mend="This is an error of the harness: report it.")
    return RunResult(run, rehearsal.folder, rehearsal.journal_file, exit_code_of(run, is_strict=settings.strict))


@contextmanager
def _isolated_pytest() -> Iterator[None]:
    """Pytest as we know it: no options, plugins or switches that the surroundings have for their own tests."""
    theirs = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("PYTEST_")}
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        os.environ.update(theirs)


def _arguments(rehearsal: Rehearsal) -> list[str]:
    """Pytest's arguments: one module that binds the scenarios; no configuration, no cache.

    Nor what nobody reads: excerpts of source for failures, which the journal tells better, and a collection of all
    garbage at each end, which takes longer than a short scenario.
    """
    return [
        "-c", os.devnull, "--rootdir", str(rehearsal.folder), "--import-mode=importlib", "--capture=no", "-q",
        "--noconftest", "--tb=no", "-p", "no:cacheprovider", "-p", "no:unraisableexception",
        str(_binding_module(rehearsal)),
    ]  # fmt: skip


_BINDING = """\
\"\"\"Binds the scenarios of this run to pytest.\"\"\"
from pytest_bdd import scenario

CHOSEN = [
{chosen}
]
for number, (feature, name) in enumerate(CHOSEN):
    globals()[f"test_{{number}}"] = scenario(feature, name)(lambda: None)
"""


def _binding_module(rehearsal: Rehearsal) -> Path:
    """A test module that binds the plan's scenarios; made in the run's folder, since features may lie anywhere.

    Those alone: pytest makes an item of every example that is bound, and a run of one scenario would wait for all.
    Its name follows from its content: a process keeps modules by name, and may run other scenarios next.
    """
    base = rehearsal.scenarios_folder.resolve()
    chosen = dict.fromkeys((str(base / row.feature), row.name) for row in rehearsal.plan.chosen)
    text = _BINDING.format(chosen="\n".join(f"    {pair!r}," for pair in chosen))
    name = hashlib.sha256(text.encode()).hexdigest()[:12]
    module = rehearsal.folder / "state" / f"test_scenarios_{name}.py"
    module.write_text(text, encoding="utf-8")
    return module
