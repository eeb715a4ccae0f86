"""Drivers that answer, break or hang."""

from __future__ import annotations

from threading import Event
from typing import Any

import pytest

from harness.drivers import Action, DriverContext, Outcome
from harness.engine.driver_runner import DriverRunner
from harness.engine.surroundings import RunClock, is_reported_early


class Scripted:
    """A driver that does what it is told to."""

    receive_url = None

    def __init__(self, behaviour: Any) -> None:
        self._behaviour = behaviour

    def describe(self) -> dict[str, Any]:
        return {}

    def start(self, context: DriverContext) -> None:
        """Nothing."""

    def perform(self, action: Action) -> Outcome:
        outcome = self._behaviour(action)
        assert isinstance(outcome, Outcome)
        return outcome

    def close(self) -> None:
        """Nothing."""


def performed(behaviour: Any, *, deadline: float = 5.0, grace: float = 0.0) -> tuple[DriverRunner, list[Outcome]]:
    outcomes: list[Outcome] = []
    driver_runner = DriverRunner(Scripted(behaviour), grace, lambda _action, outcome: outcomes.append(outcome))
    driver_runner.ask(Action(id="a1", deadline=deadline))
    driver_runner.settle(500)
    return driver_runner, outcomes


def test_an_outcome_is_reported_once() -> None:
    driver_runner, outcomes = performed(lambda action: Outcome(action=action.id, status="done"))
    assert [outcome.status for outcome in outcomes] == ["done"]
    assert not driver_runner.is_busy
    assert not driver_runner.hung


@pytest.mark.parametrize("error", [RuntimeError("no"), KeyError("a1"), AssertionError()])
def test_a_driver_that_breaks_is_blocked(error: Exception) -> None:
    def breaks(_action: Action) -> Outcome:
        raise error

    _, outcomes = performed(breaks)
    assert outcomes[0].status == "blocked"
    assert type(error).__name__ in outcomes[0].detail


def test_a_driver_that_hangs_is_cut_at_deadline_and_grace() -> None:
    release = Event()

    def hangs(action: Action) -> Outcome:
        release.wait(5)
        return Outcome(action=action.id, status="done")

    driver_runner, outcomes = performed(hangs, deadline=0.05, grace=0.05)
    assert driver_runner.hung
    assert [outcome.status for outcome in outcomes] == ["blocked"]
    assert "no outcome within" in outcomes[0].detail
    release.set()


def test_an_outcome_that_comes_too_late_does_not_count() -> None:
    release, ended = Event(), Event()

    def hangs(action: Action) -> Outcome:
        release.wait(5)
        ended.set()
        return Outcome(action=action.id, status="done")

    _, outcomes = performed(hangs, deadline=0.02)
    release.set()
    assert ended.wait(2)
    assert [outcome.status for outcome in outcomes] == ["blocked"]


def test_an_action_is_open_until_its_outcome_is_recorded() -> None:
    recording, may_go_on = Event(), Event()

    def report(_action: Action, _outcome: Outcome) -> None:
        recording.set()
        may_go_on.wait()

    runner = DriverRunner(Scripted(lambda action: Outcome(action=action.id, status="done")), 0.0, report)
    runner.ask(Action(id="a1", deadline=60.0))
    recording.wait()
    assert runner.is_busy
    assert not runner.settle(0.0), "what waits for the end would not find the outcome"
    may_go_on.set()
    assert runner.settle(60.0)
    assert not runner.is_busy


def test_one_waits_for_the_actions_that_concern_one() -> None:
    """An outcome that is due with the acknowledgement is recorded before the clock moves; others may stay open."""
    may_end = {"early": Event(), "late": Event()}
    told: list[str] = []

    def answers(action: Action) -> Outcome:
        may_end[action.id].wait(500)
        return Outcome(action=action.id, status="acknowledged")

    driver_runner = DriverRunner(Scripted(answers), 0.0, lambda action, _outcome: told.append(action.id))
    driver_runner.ask(Action(id="late", deadline=600))
    driver_runner.ask(Action(id="early", deadline=600, options={"wait": False}))
    assert not driver_runner.settle(0.0, is_reported_early)

    class Clock:
        def advance_clock(self, seconds: float) -> None:
            told.append(f"moved by {seconds:g} s")

    def before() -> None:
        may_end["early"].set()
        driver_runner.settle(500, is_reported_early)

    RunClock(Clock(), before).advance(60)  # type: ignore[arg-type]  # it only moves the clock
    assert told == ["early", "moved by 60 s"]
    may_end["late"].set()
    assert driver_runner.settle(500)
    assert told[-1] == "late"
