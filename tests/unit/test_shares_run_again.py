"""Which shares of a plan are run again when whoever ran them died: with a runner that only says so."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future

import msgspec
import pytest

from harness.engine.progress import Silent
from harness.engine.run_control import RunControl
from harness.engine.workers.messages import ShareRecord, ShareTask
from harness.engine.workers.parallel_run import Share, run_all
from harness.settings import load_settings

DIED = ShareRecord(fate="worker ended, by signal SIGKILL", is_lost=True)
DONE = ShareRecord(where="somewhere")


class SaidShareRunner:
    """Ends every share at once, as the test says, attempt by attempt."""

    size = 2

    def __init__(self, said: Mapping[int, list[ShareRecord]], control: RunControl, *, interrupts: bool = False) -> None:
        self.attempts: list[tuple[int, int]] = []
        self._said = said
        self._control = control
        self._interrupts = interrupts

    def submit(self, task: ShareTask) -> Future[ShareRecord]:
        self.attempts.append((task.number, task.attempt))
        if self._interrupts:
            self._control.interrupt()
        done: Future[ShareRecord] = Future()
        done.set_result(self._said[task.number][task.attempt - 1])
        return done

    def relay_stop(self, control: RunControl) -> None:
        assert control is self._control

    def hurry(self) -> None:
        raise AssertionError("nobody pressed Ctrl-C twice")

    def left(self) -> Mapping[int, list[str]]:
        return {}

    def close(self) -> None:
        """Nothing is held."""


@pytest.fixture
def team() -> dict[int, Share]:
    settings = load_settings()
    return {number: Share(ShareTask(number=number, settings=settings, keys=("k",)), ()) for number in (1, 2)}


def test_a_share_whose_worker_died_is_run_again_and_said_so(team: dict[int, Share]) -> None:
    control = RunControl()
    runner = SaidShareRunner({1: [DONE], 2: [DIED, DONE]}, control)
    assert run_all(runner, team, Silent(), control) is False
    assert sorted(runner.attempts) == [(1, 1), (2, 1), (2, 2)]
    assert team[2].record == DONE
    assert team[2].facts["run_again_after"] == [DIED.fate]
    assert team[1].facts["run_again_after"] == []


def test_a_share_that_kills_every_worker_is_given_up(team: dict[int, Share]) -> None:
    control = RunControl()
    runner = SaidShareRunner({1: [DONE], 2: [DIED, DIED]}, control)
    run_all(runner, team, Silent(), control)
    assert team[2].record == DIED
    assert len(runner.attempts) == 3


def test_what_said_why_it_could_not_go_on_is_not_run_again(team: dict[int, Share]) -> None:
    control = RunControl()
    told = msgspec.structs.replace(DIED, is_lost=False)
    runner = SaidShareRunner({1: [DONE], 2: [told]}, control)
    run_all(runner, team, Silent(), control)
    assert len(runner.attempts) == 2


def test_nothing_is_run_again_once_a_person_ended_the_run(team: dict[int, Share]) -> None:
    control = RunControl()
    runner = SaidShareRunner({1: [DIED], 2: [DIED]}, control, interrupts=True)
    assert run_all(runner, team, Silent(), control) is True
    assert len(runner.attempts) == 2
