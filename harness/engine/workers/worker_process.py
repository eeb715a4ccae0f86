"""Starting, hearing and stopping one worker: a process with a simulated DCC of its own."""

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

from harness.engine.workers.messages import Finished, Message, Order, Stuck
from harness.settings import RehearsalSettings

_LOG_SHOWN = 300


class Worker:
    """One process and its share. ``hear`` is called with each of its messages, in a thread of its own."""

    def __init__(
        self,
        number: int,
        keys: Sequence[str],
        settings: RehearsalSettings,
        hear: Callable[[int, Message], None],
    ) -> None:
        self.number = number
        self.folder = Path(settings.out)
        self.stuck: Stuck | None = None
        self._hear = hear
        self._has_finished = False
        self._log = self.folder / "worker.log"
        self.folder.mkdir(parents=True, exist_ok=True)
        order = Order(settings=settings, keys=tuple(keys))
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
        """Wait until it has ended, or ``until`` of the monotonic clock; return whether it has ended."""
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

    @property
    def is_lost(self) -> bool:
        """It ended, by a signal or a status, and said nothing of why."""
        return self.stuck is None and not self._has_finished

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
        """Return the reason why it ended before its work was done; empty when it did its work."""
        if self.stuck is not None:
            return f"worker {self.number} could not go on: {self.stuck.what}"
        if self._has_finished:
            return ""
        status = self._process.returncode or 0
        how = f"by signal {signal.Signals(-status).name}" if status < 0 else f"with status {status}"
        said = self._log.read_bytes()[-_LOG_SHOWN:].decode("utf-8", "replace").strip()
        return f"worker {self.number} ended before its work was done, {how}" + (f"; it said: {said}" if said else "")
