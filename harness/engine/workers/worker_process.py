"""Starting, hearing and stopping the workers of one run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

import msgspec

from harness.engine.run_control import RunControl
from harness.engine.workers.messages import Finished, Message, Order, Stuck
from harness.plan import LibraryScenario
from harness.settings import RehearsalSettings

_STOP_SECONDS = 20.0
"""Real seconds a worker has to close its record after Ctrl-C."""
_TICK = 0.5
"""Real seconds between two looks at what a person asks."""
_LOG_SHOWN = 300


class Worker:
    """One process and its share. ``hear`` is called with each of its messages, in a thread of its own."""

    def __init__(
        self,
        number: int,
        share: Sequence[LibraryScenario],
        settings: RehearsalSettings,
        hear: Callable[[int, Message], None],
    ) -> None:
        self.number = number
        self.share = tuple(share)
        self.folder = Path(settings.out)
        self.stuck: Stuck | None = None
        self._hear = hear
        self._has_finished = False
        self._log = self.folder / "worker.log"
        self.folder.mkdir(parents=True, exist_ok=True)
        order = Order(settings=settings, keys=tuple(scenario.key for scenario in share))
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "harness.engine.workers.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path)},
                start_new_session=True,  # Ctrl-C at the terminal is for the run, which tells its workers
            )
        with suppress(BrokenPipeError):  # it died at once: seen when it is heard
            self._stdin.write(msgspec.json.encode(order) + b"\n")
            self._stdin.flush()
        self._ear = threading.Thread(target=self._listen, name=f"worker {number}", daemon=True)
        self._ear.start()

    @property
    def _stdin(self) -> IO[bytes]:
        assert self._process.stdin is not None
        return self._process.stdin

    @property
    def _stdout(self) -> IO[bytes]:
        assert self._process.stdout is not None
        return self._process.stdout

    def _listen(self) -> None:
        decode = msgspec.json.Decoder(Message).decode
        with self._stdout as lines:
            for line in lines:
                message = decode(line)
                match message:
                    case Finished():
                        self._has_finished = True
                    case Stuck():
                        self.stuck = message
                    case _:
                        self._hear(self.number, message)

    def wait(self, until: float | None = None) -> bool:
        """Until it has ended, or ``until`` of the monotonic clock; whether it has ended."""
        self._ear.join(None if until is None else max(0.0, until - time.monotonic()))
        if self._ear.is_alive():
            return False
        self._process.wait()
        return True

    def stop_after_scenario(self) -> None:
        """Ask it to end when the scenario under way has its verdict."""
        with suppress(OSError, ValueError):  # it has ended, or is stopped already
            self._stdin.write(b"\n")
            self._stdin.flush()

    def stop(self) -> None:
        """Ask it to close its record and end."""
        with suppress(OSError):
            self._stdin.close()

    def kill(self) -> None:
        """End it, and what it started."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    @property
    def fate(self) -> str:
        """Why it ended before its work was done; empty when it did its work."""
        if self.stuck is not None:
            return f"worker {self.number} could not go on: {self.stuck.what}"
        if self._has_finished:
            return ""
        status = self._process.returncode or 0
        how = f"by signal {signal.Signals(-status).name}" if status < 0 else f"with status {status}"
        said = self._log.read_bytes()[-_LOG_SHOWN:].decode("utf-8", "replace").strip()
        return f"worker {self.number} ended before its work was done, {how}" + (f"; it said: {said}" if said else "")


def wait_for(workers: Sequence[Worker], control: RunControl) -> bool:
    """Until every worker has ended; whether a person interrupted them.

    At Ctrl-C workers close their records; at a second one, or when that takes too long, they are ended.
    """
    try:
        with control.heeded():
            for worker in workers:
                while not worker.wait(time.monotonic() + _TICK):
                    _tell(workers, control)
    except KeyboardInterrupt:
        _stop(workers)
        return True
    finally:
        for worker in workers:
            worker.stop()
    return False


def _tell(workers: Sequence[Worker], control: RunControl) -> None:
    """Pass on what a person asks. Raises: KeyboardInterrupt: to end the run."""
    if control.is_interrupted:
        raise KeyboardInterrupt
    if control.stops:
        for worker in workers:
            worker.stop_after_scenario()


def _stop(workers: Sequence[Worker]) -> None:
    for worker in workers:
        worker.stop()
    until = time.monotonic() + _STOP_SECONDS
    with suppress(KeyboardInterrupt):
        for worker in workers:
            worker.wait(until)
    for worker in workers:
        worker.kill()
        worker.wait()
