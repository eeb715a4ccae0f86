"""A person who attends a run opens and ends it; with nobody there nothing is held up."""

from __future__ import annotations

from threading import Event, Thread

import pytest

from harness.engine.run_control import RunControl
from harness.engine.steering import Stage, Steering


def test_with_nobody_at_it_nothing_is_held() -> None:
    steering = Steering()
    steering.wait_for_start()
    assert steering.next_round() == ()
    steering.wait_until_dismissed()
    assert not steering.was_held


def test_a_run_that_waits_for_its_start_begins_when_it_is_started() -> None:
    steering = Steering(waits_for_start=True)
    begun = Event()

    def run() -> None:
        steering.wait_for_start()
        begun.set()

    Thread(target=run, daemon=True).start()
    assert not begun.is_set()
    steering.start()
    assert begun.wait(60)
    assert steering.stage is Stage.RUNNING


def test_an_attended_run_is_held_until_it_is_finished_and_runs_again_what_was_chosen() -> None:
    steering = Steering()
    steering.attend()
    held, rounds = Event(), []
    steering.when_changed(lambda: held.set() if steering.stage is Stage.HELD else None)

    def run() -> None:
        while chosen := steering.next_round():
            rounds.append(chosen)

    thread = Thread(target=run, daemon=True)
    thread.start()
    assert held.wait(60)
    steering.run_again("A")
    steering.finish()
    thread.join(60)
    assert not thread.is_alive()
    assert rounds == [("A",)]
    assert steering.stage is Stage.CLOSING
    assert steering.was_held


@pytest.mark.parametrize("wait", ["wait_for_start", "next_round"])
def test_an_interruption_ends_every_wait(wait: str) -> None:
    control = RunControl()
    steering = Steering(control, waits_for_start=True)
    steering.attend()
    thread = Thread(target=getattr(steering, wait), daemon=True)
    thread.start()
    control.interrupt()
    thread.join(60)
    assert not thread.is_alive()


def test_an_interruption_of_a_held_run_breaks_nothing_off() -> None:
    control = RunControl()
    steering = Steering(control)
    steering.attend()
    held = Event()
    steering.when_changed(lambda: held.set() if steering.stage is Stage.HELD else None)
    thread = Thread(target=steering.next_round, daemon=True)
    thread.start()
    assert held.wait(60)
    control.interrupt()
    thread.join(60)
    assert steering.was_held


def test_a_run_may_begin_when_somebody_comes() -> None:
    steering = Steering(starts_when_attended=True)
    begun = Event()
    steering.when_changed(lambda: begun.set() if steering.stage is Stage.RUNNING else None)
    Thread(target=steering.wait_for_start, daemon=True).start()
    assert not begun.is_set()
    steering.attend()
    assert begun.wait(60)
