"""The worker's process: ``python -m harness.engine.workers.worker``; only ``worker_process`` starts it."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import BinaryIO

import msgspec

from harness.checks import Verdict
from harness.engine.run import run_rehearsal
from harness.engine.run_control import RunControl
from harness.engine.workers.messages import (
    Awaiting,
    Begun,
    Done,
    Finished,
    Message,
    Order,
    Said,
    Stepping,
    Stuck,
)
from stubs.wire.errors import Blocked


class ProgressMessages:
    """Progress as messages to the run that started this worker."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = Lock()

    def send(self, message: Message) -> None:
        """Write one line, whole."""
        line = msgspec.json.encode(message) + b"\n"
        with self._lock:
            while line:
                line = line[os.write(self._descriptor, line) :]

    def run_started(self, count: int, facts: Mapping[str, str]) -> None:
        """Known already."""

    def scenario_started(self, key: str, title: str, number: int, count: int) -> None:  # noqa: ARG002 - the run counts
        """Send ``Begun``."""
        self.send(Begun(key=key, title=title))

    def step_started(self, text: str) -> None:
        """Send ``Stepping``."""
        self.send(Stepping(text=text))

    def awaiting(self, what: str, seconds: float) -> None:
        """Send ``Awaiting``."""
        self.send(Awaiting(what=what, seconds=seconds))

    def say(self, text: str) -> None:
        """Send ``Said``."""
        self.send(Said(text=text))

    def ask(self, question: str) -> str:
        """Several workers cannot ask one person. Raises: EOFError: always."""
        raise EOFError(question)

    def scenario_finished(self, key: str, title: str, verdict: Verdict, lines: Sequence[str], seconds: float) -> None:
        """Send ``Done``."""
        self.send(Done(key=key, title=title, verdict=verdict.value, lines=tuple(lines), seconds=seconds))

    def workers(self, lines: Sequence[str]) -> None:
        """A worker has none."""

    def run_finished(self, *, complete: bool) -> None:
        """Seen in the journal."""


def main() -> int:
    """Run one share of a plan; report an error in its record, and in full on standard error."""
    told = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever a driver prints is no message
    messages = ProgressMessages(told)
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=Order)
    control = RunControl()
    threading.Thread(target=_heed_the_run, args=(sys.stdin.buffer, control), daemon=True).start()
    try:
        run_rehearsal(order.settings, progress=messages, keys=order.keys, control=control)
    except Blocked as error:
        messages.send(Stuck(what=error.what, mend=error.mend, exit_code=error.exit_code))
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    messages.send(Finished())
    return 0


def _heed_the_run(lines: BinaryIO, control: RunControl) -> None:
    """Stop after the scenario at each line; at once when the run that started this closes its end, or is no more."""
    for _ in lines:
        control.stop_after_scenario()
    control.interrupt()


if __name__ == "__main__":
    sys.exit(main())
