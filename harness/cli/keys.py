"""Single keys at the terminal while a rehearsal goes on: wait longer, leave a scenario, stop after it.

Only where standard input is a terminal whose foreground we are in; elsewhere, and on systems without ``termios``,
there are no keys and nothing changes. While a person is asked something, keys are the answer's letters.
"""

from __future__ import annotations

import os
import select
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING

from harness.engine import RunControl
from harness.engine.run_control import EXTENSION

if TYPE_CHECKING:
    from harness.engine import Terminal

HELP = f"keys: + waits {EXTENSION:.0f} s longer, s skips the scenario, c cancels it at once, e ends the run after it"
Operation = tuple[Callable[[], None], str]


def _operations(control: RunControl) -> dict[str, Operation]:
    """Return what each key does, and the text that says so."""
    return {
        "+": (control.extend, f"waits of this scenario last {EXTENSION:.0f} s longer"),
        "s": (control.skip_scenario, "this scenario is skipped; what your system does just now may come to its end"),
        "c": (control.cancel_scenario, "this scenario is cancelled"),
        "e": (control.stop_after_scenario, "the run ends after this scenario"),
        "?": (lambda: None, HELP),
    }


@contextmanager
def terminal_keys(control: RunControl, terminal: Terminal) -> Iterator[None]:
    """Listen to the keys until the block ends, then restore the terminal."""
    if not _is_ours():
        yield
        return
    keys = _Keys(sys.stdin.fileno(), control, terminal.say)
    terminal.asking = keys.paused
    terminal.say(f"{HELP}, Ctrl-C stops now")
    try:
        with keys.listening():
            yield
    finally:
        terminal.asking = nullcontext


def _is_ours() -> bool:
    """Whether there is a terminal to read keys from: one in the background would stop us for touching it."""
    try:
        import termios  # noqa: F401 - is there one?

        descriptor = sys.stdin.fileno()
        return sys.stderr.isatty() and os.isatty(descriptor) and os.tcgetpgrp(descriptor) == os.getpgrp()
    except (ImportError, AttributeError, OSError, ValueError):
        return False


class _Keys:
    """A thread that reads one key at a time; ``paused`` gives the terminal back for a while."""

    def __init__(self, descriptor: int, control: RunControl, say: Callable[[str], None]) -> None:
        import termios

        self._descriptor = descriptor
        self._operations = _operations(control)
        self._say = say
        self._before = termios.tcgetattr(descriptor)
        self._lock = threading.Lock()
        self._reads = threading.Event()
        self._has_ended = False
        self._wake, self._woken = os.pipe()[::-1]

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Keys come without the Enter key and are not shown; Ctrl-C stays what it is."""
        self._take()
        thread = threading.Thread(target=self._listen, name="keys", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._has_ended = True
            self._reads.set()
            os.write(self._wake, b".")
            thread.join()
            self._give_back()
            os.close(self._wake)
            os.close(self._woken)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """A person answers by whole lines."""
        with self._lock:
            self._reads.clear()
            self._give_back()
        os.write(self._wake, b".")
        try:
            yield
        finally:
            self._take()

    def _take(self) -> None:
        import termios
        import tty

        tty.setcbreak(self._descriptor, termios.TCSANOW)
        self._reads.set()

    def _give_back(self) -> None:
        import termios

        with suppress(termios.error):  # the terminal is gone
            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._before)

    def _listen(self) -> None:
        while not self._has_ended:
            self._reads.wait()
            ready, _, _ = select.select([self._descriptor, self._woken], [], [])
            if self._woken in ready:
                os.read(self._woken, 1)
                continue
            with self._lock:
                if not self._reads.is_set():
                    continue
                try:
                    key = os.read(self._descriptor, 1).decode("ascii", "replace").lower()
                except OSError:
                    return
            if not key:  # the terminal is gone
                return
            if key in self._operations:
                act, said = self._operations[key]
                act()
                self._say(said)
