"""Steering of a run by a person who attends it: start, run again, finish; ``run_control`` has the rest.

Every method may be called from any thread. With nobody at it, a ``Steering`` holds nothing up.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from threading import Condition

from harness.engine.run_control import RunControl

_LOOK_SECONDS = 0.5
"""Real seconds after which a held run looks whether it was interrupted."""


class Stage(Enum):
    """Stage of a run, for the person who attends it."""

    NOT_STARTED = "not started"
    RUNNING = "running"
    HELD = "held"
    """Every scenario of the plan had its turn; some may be run again before the record is closed."""
    CLOSING = "closing"
    DONE = "done"
    """The reports are written."""


class Steering:
    """A person's decisions about a run. The first group of methods is the person's, the second the run's.

    Args:
        control: what else is asked of the run; an interruption ends every wait here.
        waits_for_start: the run begins only when the person says so.
        starts_when_attended: the person says so by coming.
    """

    def __init__(
        self, control: RunControl | None = None, *, waits_for_start: bool = False, starts_when_attended: bool = False
    ) -> None:
        self._control = control or RunControl()
        self._changed = Condition()
        self._waits_for_start = waits_for_start or starts_when_attended
        self._starts_when_attended = starts_when_attended
        self._is_attended = False
        self._is_finished = False
        self._is_dismissed = False
        self._again: list[str] = []
        self._stage = Stage.NOT_STARTED
        self._told: Callable[[], None] = lambda: None
        self.was_held = False
        """Whether the plan was run to its end and then held: an interruption after that breaks nothing off."""

    # --- the person's -----------------------------------------------------------------------------------------

    @property
    def stage(self) -> Stage:
        """Return the stage of the run."""
        return self._stage

    @property
    def again(self) -> tuple[str, ...]:
        """Keys of the scenarios that will be run again."""
        with self._changed:
            return tuple(self._again)

    def when_changed(self, told: Callable[[], None]) -> None:
        """Call ``told`` after every change, in the thread that made it."""
        self._told = told

    def attend(self) -> None:
        """Note that a person attends: the run waits at its end until that person finishes it."""
        self._is_attended = True
        if self._starts_when_attended:
            self._starts_when_attended = False
            self.start()

    def start(self) -> None:
        """Let the run begin."""
        self._change(lambda: setattr(self, "_waits_for_start", False))

    def run_again(self, key: str) -> None:
        """Run a scenario of the plan once more, after the plan."""
        self._change(lambda: None if key in self._again else self._again.append(key))

    def finish(self) -> None:
        """Close the record of a held run and write its reports."""
        self._change(lambda: setattr(self, "_is_finished", True))

    def dismiss(self) -> None:
        """The person needs the page no longer."""
        self._change(lambda: setattr(self, "_is_dismissed", True))

    def _change(self, change: Callable[[], None]) -> None:
        with self._changed:
            change()
            self._changed.notify_all()
        self._told()

    # --- the run's --------------------------------------------------------------------------------------------

    def reach(self, stage: Stage) -> None:
        """The run is so far."""
        self._change(lambda: setattr(self, "_stage", stage))

    def wait_for_start(self) -> None:
        """Block until the run may begin, or is interrupted."""
        with self._changed:
            while self._waits_for_start and not self._control.is_interrupted:
                self._changed.wait(_LOOK_SECONDS)
        self.reach(Stage.RUNNING)

    def next_round(self) -> tuple[str, ...]:
        """Return what to run after the plan; empty: nothing. Blocks while a person attends and has not finished."""
        if self._control.stops or not self._is_attended:
            self.reach(Stage.CLOSING)
            return ()
        self.was_held = True
        if not self.again and not self._is_finished:
            self.reach(Stage.HELD)
        with self._changed:
            while not (self._again or self._is_finished or self._control.is_interrupted):
                self._changed.wait(_LOOK_SECONDS)
            chosen, self._again = tuple(self._again), []
        if self._control.is_interrupted:
            chosen = ()
        if chosen:
            self.was_held = False
        self.reach(Stage.RUNNING if chosen else Stage.CLOSING)
        return chosen

    def wait_until_dismissed(self) -> None:
        """Block while a person attends who has not dismissed the page. Raises: KeyboardInterrupt: Ctrl-C."""
        with self._changed:
            while self._is_attended and not self._is_dismissed:
                self._changed.wait(_LOOK_SECONDS)
