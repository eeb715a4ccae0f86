"""Control of a run by a person while it goes on: by a key, a button or a signal. The engine looks; nobody is cut off.

Make one, hand it to ``run_rehearsal(..., control=control)``, and call its operations from any thread:

    control = RunControl()
    Thread(target=listen_to_buttons, args=(control,)).start()
    result = run_rehearsal(settings, progress=progress, control=control)

An operation only notes what is wanted. The thread of the run looks at it before every step and, while it waits, at
least twice a second; a scenario thus ends between two of its own lines, never within one. ``Progress`` tells what is
awaited and when a scenario begins and ends. An exception raised at any line instead (what Python does at Ctrl-C) is
lost when a finalizer or a callback happens to run just then.

Several workers at a time heed ``interrupt`` and ``stop_after_scenario``; the other three are about one scenario and
have no effect on them.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from harness.engine.scenario_errors import ScenarioLeft

EXTENSION = 60.0
"""Real seconds that one ``extend`` adds to the waits of a scenario, unless said otherwise."""
_IMPATIENT_AFTER = 1.0
"""Real seconds. Two signals closer together are one Ctrl-C: a terminal and a wrapper such as ``npx`` both send it."""


class RunControl:
    """Five operations, each callable from any thread, any number of times; and what the engine asks in return."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a signal handler may interrupt an operation of the same thread
        self._interrupted_at: float | None = None
        self._stops = False
        self._left = ""
        self._is_cut = False
        self._added = 0.0
        self._is_heeded = False

    # --- operations ---------------------------------------------------------------------------------------------

    def interrupt(self) -> None:
        """End the run now: the scenario under way is NOT_RUN, those behind it are not started, the record is kept."""
        with self._lock:
            self._interrupted_at = self._interrupted_at or time.monotonic()

    def stop_after_scenario(self) -> None:
        """End the run when the scenario under way has its verdict; those behind it are not started."""
        self._stops = True

    def skip_scenario(self) -> None:
        """Leave the scenario under way: NOT_RUN. What the party's system is asked just now may come to its end."""
        with self._lock:
            self._left = self._left or "skipped by a person"

    def cancel_scenario(self) -> None:
        """Leave the scenario under way at once: NOT_RUN. The driver is not waited for, and is started afresh."""
        with self._lock:
            self._left, self._is_cut = "cancelled by a person", True

    def extend(self, seconds: float = EXTENSION) -> None:
        """Let every wait of the scenario under way end so many real seconds later; adds up."""
        with self._lock:
            self._added += seconds

    # --- what the engine asks -----------------------------------------------------------------------------------

    @property
    def is_interrupted(self) -> bool:
        """Whether the run is to end now."""
        return self._interrupted_at is not None

    @property
    def stops(self) -> bool:
        """Whether no further scenario is to begin."""
        return self._stops or self.is_interrupted

    @property
    def left(self) -> str:
        """Return the way in which a person left the scenario under way; empty: nobody did."""
        return self._left

    @property
    def is_cut(self) -> bool:
        """Whether the driver is not to be waited for in this scenario."""
        return self._is_cut or self.is_interrupted

    @property
    def added(self) -> float:
        """Real seconds that waits of this scenario last longer."""
        return self._added

    def scenario_begins(self) -> None:
        """Forget what was asked of the scenario before."""
        with self._lock:
            self._left, self._is_cut, self._added = "", False, 0.0

    def heed(self) -> None:
        """Obey the person. Raises: KeyboardInterrupt: the run is to end. ScenarioLeft: the scenario is."""
        if self.is_interrupted:
            raise KeyboardInterrupt
        if self._left:
            raise ScenarioLeft(self._left)

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """While inside, the run looks at this by itself: a first signal raises nothing."""
        before, self._is_heeded = self._is_heeded, True
        try:
            yield
        finally:
            self._is_heeded = before

    def signalled(self) -> None:
        """Note a signal to end the run. Raises: KeyboardInterrupt: no run looks at it, or it is the second one."""
        first, now = self._interrupted_at, time.monotonic()
        self.interrupt()
        if not self._is_heeded or (first is not None and now - first >= _IMPATIENT_AFTER):
            raise KeyboardInterrupt


@contextmanager
def signals_as_operations(control: RunControl) -> Iterator[None]:
    """SIGINT (Ctrl-C) and SIGTERM (a pipeline that runs out of time) interrupt the run; only in the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(_number: int, _frame: object) -> None:
        control.signalled()

    before: dict[int, Callable[..., object] | int | None] = {
        number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
