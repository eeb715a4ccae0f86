"""Asking the party's system in a thread of its own, so that a driver that hangs is cut at its deadline and grace."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event, Lock, Thread

from harness.drivers import Action, Driver, Outcome

_TICK = 0.5
"""Real seconds between two looks at whether a wait lasts longer."""
Report = Callable[[Action, Outcome], None]
"""Called once per action, from whichever thread knows first."""


class DriverRunner:
    """One driver, and the actions it is busy with.

    Args:
        driver: whom to ask.
        grace: real seconds beyond an action's deadline until the driver counts as hung.
        report: told of each outcome.
        added: real seconds that a person has added to the deadlines by now.
    """

    def __init__(self, driver: Driver, grace: float, report: Report, added: Callable[[], float] = lambda: 0.0) -> None:
        self.driver = driver
        self.hung = False
        self._grace = grace
        self._report = report
        self._added = added
        self._lock = Lock()
        self._busy: dict[str, tuple[Action, Event]] = {}
        self._ended: set[str] = set()

    @property
    def is_busy(self) -> bool:
        """Whether an action has no outcome yet."""
        with self._lock:
            return bool(self._busy)

    def ask(self, action: Action) -> None:
        """Begin an action; the outcome is reported when it comes."""
        done = Event()
        with self._lock:
            self._busy[action.id] = (action, done)
        Thread(target=self._perform, args=(action,), name=f"driver {action.id}", daemon=True).start()
        Thread(target=self._watch, args=(action, done), name=f"watch {action.id}", daemon=True).start()

    def settle(self, timeout: float, concerns: Callable[[Action], bool] = lambda _: True) -> bool:
        """Wait until none of the actions it ``concerns`` is open, at most ``timeout`` real seconds; whether none is."""
        end = time.monotonic() + timeout
        with self._lock:
            waiting = [done for action, done in self._busy.values() if concerns(action)]
        return all(done.wait(max(0.0, end - time.monotonic())) for done in waiting)

    def cut_off(self, why: str) -> None:
        """End every open action as blocked, because of ``why``; the driver counts as hung."""
        with self._lock:
            open_actions = [action for action, _ in self._busy.values()]
        for action in open_actions:
            self.hung = True
            self._end(action, Outcome(action=action.id, status="blocked", detail=why))

    def _perform(self, action: Action) -> None:
        try:
            outcome = self.driver.perform(action)
        except Exception as error:  # noqa: BLE001 - a driver is foreign code: whatever it raises is BLOCKED, never FAIL
            detail = f"the driver broke: {type(error).__name__}: {error}"
            outcome = Outcome(action=action.id, status="blocked", detail=detail)
        self._end(action, outcome)

    def _watch(self, action: Action, done: Event) -> None:
        began = time.monotonic()
        while (left := began + action.deadline + self._grace + self._added() - time.monotonic()) > 0:
            if done.wait(min(_TICK, left)):
                return
        detail = f"the driver gave no outcome within {action.deadline:.0f} s and {self._grace:.0f} s of grace"
        self.hung = True
        self._end(action, Outcome(action=action.id, status="blocked", detail=detail))

    def _end(self, action: Action, outcome: Outcome) -> None:
        with self._lock:
            if action.id not in self._busy or action.id in self._ended:
                return  # it was cut already, and comes too late to count
            self._ended.add(action.id)
        try:
            self._report(action, outcome)
        finally:
            # Not before the outcome is recorded: whoever waits for the end looks for it next.
            with self._lock:
                _, done = self._busy.pop(action.id)
            done.set()
