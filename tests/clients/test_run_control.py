"""A person controls a run while it goes on: leaves a scenario, waits longer, stops; nothing recorded is lost."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from threading import Event
from typing import TYPE_CHECKING

import pytest

from harness.checks import Verdict
from harness.drivers import Action, Outcome
from harness.engine import RunControl, RunResult, Silent, run_rehearsal
from harness.engine.run_control import signals_as_operations
from stubs.journal import verify_chain
from tests.clients.test_rehearsal_runs import Scripted

if TYPE_CHECKING:
    from tests.clients.conftest import Bench

Operation = Callable[[RunControl], None]
LONG = 3600.0
"""A time that no test waits for: an end before it is the person's doing."""


class OnceWaiting(Silent):
    """Does something when the run waits for the first time, and again whenever it waits after that."""

    def __init__(self, *operations: Callable[[], None]) -> None:
        self._operations = list(operations)
        self.limits: list[float] = []

    def awaiting(self, what: str, seconds: float) -> None:
        """The main thread of the run is about to wait."""
        self.limits.append(seconds)
        if self._operations:
            self._operations.pop(0)()


def run(
    bench: Bench,
    control: RunControl,
    progress: Silent,
    select: str = "SR-605-IS, SR-605-OU",
    released: Event | None = None,
) -> RunResult:
    """A run against a system that does not answer before it is released, or the run has ended."""
    never = released or Event()

    def hang(action: Action) -> Outcome:
        never.wait()
        return Outcome(action=action.id, status="done")

    settings = bench.settings("reference", select, deadline=LONG, grace=LONG, patience=LONG)
    try:
        return run_rehearsal(settings, dcc=bench.dcc, driver=Scripted(hang), progress=progress, control=control)
    finally:
        never.set()


def endings(result: RunResult) -> list[tuple[str, Verdict, str]]:
    return [(one.key, one.verdict, one.reason) for one in result.run.scenarios]


def test_a_cancelled_scenario_was_not_run_and_the_next_one_begins(bench: Bench) -> None:
    control = RunControl()
    result = run(bench, control, OnceWaiting(control.cancel_scenario, control.cancel_scenario))
    assert endings(result) == [
        ("SR-605-IS", Verdict.NOT_RUN, "cancelled by a person"),
        ("SR-605-OU", Verdict.NOT_RUN, "cancelled by a person"),
    ]
    assert (result.run.is_complete, result.exit_code) == (True, 3)
    verify_chain(bench.dcc.journal.rows())


def test_a_skipped_scenario_lets_the_action_end(bench: Bench) -> None:
    control, released = RunControl(), Event()

    def skip() -> None:
        control.skip_scenario()
        released.set()

    result = run(bench, control, OnceWaiting(skip), "SR-605-IS", released)
    assert endings(result) == [("SR-605-IS", Verdict.NOT_RUN, "skipped by a person")]


def test_an_extension_moves_the_end_of_the_wait(bench: Bench) -> None:
    control = RunControl()
    progress = OnceWaiting(lambda: control.extend(3 * LONG), control.cancel_scenario)
    run(bench, control, progress, "SR-605-IS")
    first, second = progress.limits[:2]
    assert second > first + LONG


def test_what_was_asked_of_one_scenario_is_not_asked_of_the_next(bench: Bench) -> None:
    control = RunControl()
    control.extend(LONG)
    control.skip_scenario()
    control.scenario_begins()
    control.heed()
    assert (control.added, control.left) == (0.0, "")
    assert bench is not None


def test_a_run_stops_after_the_scenario_under_way(bench: Bench) -> None:
    control = RunControl()

    class Stopping(Silent):
        def scenario_started(self, key: str, title: str, number: int, count: int) -> None:
            control.stop_after_scenario()

    settings = bench.settings("reference", "SR-605-IS, SR-605-OU")
    result = run_rehearsal(settings, dcc=bench.dcc, progress=Stopping(), control=control)
    assert [(one.key, one.verdict) for one in result.run.scenarios] == [("SR-605-IS", Verdict.PASS)]
    assert (result.run.is_complete, result.exit_code) == (False, 130)


def test_an_interrupted_run_does_not_wait_for_the_driver(bench: Bench) -> None:
    control = RunControl()
    result = run(bench, control, OnceWaiting(control.interrupt))
    assert endings(result) == [("SR-605-IS", Verdict.NOT_RUN, "interrupted")]
    assert (result.run.is_complete, result.exit_code) == (False, 130)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_a_finalizer_meets_is_not_lost(bench: Bench, number: signal.Signals) -> None:
    """An exception raised in ``__del__`` is dropped by Python: the run must not depend on one."""
    control = RunControl()

    class Dying:
        def __del__(self) -> None:
            os.kill(os.getpid(), number)

    with signals_as_operations(control):
        result = run(bench, control, OnceWaiting([Dying()].clear))
    assert endings(result) == [("SR-605-IS", Verdict.NOT_RUN, "interrupted")]
    assert result.exit_code == 130


def test_a_signal_before_and_after_the_scenarios_raises_at_once() -> None:
    control = RunControl()
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), signals_as_operations(control):
        os.kill(os.getpid(), signal.SIGTERM)
    assert control.is_interrupted
    assert signal.getsignal(signal.SIGTERM) is before


def test_the_same_ctrl_c_twice_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sent by a terminal and by a wrapper; a later one is a person's who will not wait."""
    now = [100.0]
    monkeypatch.setattr("harness.engine.run_control.time.monotonic", lambda: now[0])
    control = RunControl()
    with control.heeded():
        control.signalled()
        now[0] += 0.1
        control.signalled()
        now[0] += 2.0
        with pytest.raises(KeyboardInterrupt):
            control.signalled()
