"""Asking the party's system in a thread of its own, so that a driver that hangs is cut at its deadline and grace."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Lock, Thread

from harness.drivers import Action, Driver, Outcome

Report = Callable[[Action, Outcome], None]
"""Called once per action, from whichever thread knows first."""


class DriverRunner:
    """One driver, and the actions it is busy with. ``restart`` makes a new driver after one hung."""

    def __init__(self, driver: Driver, grace: float, report: Report) -> None:
        self.driver = driver
        self.hung = False
        self._grace = grace
        self._report = report
        self._lock = Lock()
        self._busy: dict[str, tuple[Action, Event]] = {}

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

    def settle(self, timeout: float) -> None:
        """Wait until no action is open, at most ``timeout`` real seconds."""
        with self._lock:
            waiting = [done for _, done in self._busy.values()]
        for done in waiting:
            done.wait(timeout)

    def _perform(self, action: Action) -> None:
        try:
            outcome = self.driver.perform(action)
        except Exception as error:  # noqa: BLE001 - a driver is foreign code: whatever it raises is BLOCKED, never FAIL
            detail = f"the driver broke: {type(error).__name__}: {error}"
            outcome = Outcome(action=action.id, status="blocked", detail=detail)
        self._end(action, outcome)

    def _watch(self, action: Action, done: Event) -> None:
        limit = action.deadline + self._grace
        if done.wait(limit):
            return
        detail = f"the driver gave no outcome within {action.deadline:.0f} s and {self._grace:.0f} s of grace"
        self.hung = True
        self._end(action, Outcome(action=action.id, status="blocked", detail=detail))

    def _end(self, action: Action, outcome: Outcome) -> None:
        with self._lock:
            entry = self._busy.pop(action.id, None)
        if entry is not None:  # else it was cut already, and comes too late to count
            self._report(action, outcome)
            entry[1].set()
