"""A program per action: the action as JSON on its standard input, the outcome as JSON on its standard output.

The program may take as long as the action's deadline, may write what it likes to standard error, and ends with
status 0. Whatever else it does is ``blocked`` with the reason: our trouble in asking, never the party's failure.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from threading import Lock
from typing import IO, Any

import msgspec

from harness.drivers.action import KINDS, Action, Outcome, decode_outcome, encode_action
from harness.drivers.driver import DriverContext
from stubs.wire import Blocked, InputError, PeerError

GRACE = 2.0
"""Seconds beyond the deadline before a program is stopped: time to say ``timeout`` itself."""

OUTPUT_LIMIT = 4 * 1024 * 1024
ENDLESS = 64 * 1024 * 1024
"""Octets on standard output or standard error that no program writes on purpose: it is stopped at once."""
_LOOK = 0.1
"""Seconds between two looks at a running program."""
_SHOWN = 300


class CommandDriver:
    """Runs ``command_line`` once per action; several at once when several are asked.

    Args:
        command_line: program and arguments, quoted as for a shell; no shell is used.
    """

    def __init__(self, command_line: str) -> None:
        try:
            self._command = shlex.split(command_line)
        except ValueError as error:
            raise InputError(
                f"the command line {command_line!r} cannot be read: {error}", mend="Close the quotes."
            ) from error
        if not self._command:
            raise InputError("the command driver needs a program", mend="Write command:./client.py, for example.")
        self._context: DriverContext | None = None
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = Lock()

    def describe(self) -> dict[str, Any]:
        """Name and command line."""
        return {"driver": "command", "command": self._command, "kinds": list(KINDS)}

    @property
    def receive_url(self) -> str | None:
        """None: the program's system receives by itself."""
        return None

    def start(self, context: DriverContext) -> None:
        """Find the program. Raises: InputError: it is not there, or cannot be run."""
        if shutil.which(self._command[0]) is None:
            raise InputError(
                f"the program {self._command[0]!r} cannot be found or is not executable",
                mend="Give its path, and make it executable (chmod +x), or name the interpreter first.",
            )
        self._context = context

    def perform(self, action: Action) -> Outcome:
        """Run the program for one action."""
        if self._context is None:
            raise Blocked("the command driver has not been started")
        complete = msgspec.structs.replace(action, urls={**self._context.urls, **action.urls})
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            try:
                process = self._spawn(output, errors)
            except OSError as error:
                return _blocked(action, f"cannot be run: {error.strerror}")
            try:
                problem = _watch(process, encode_action(complete), action.deadline, (output, errors))
                if problem:
                    return _blocked(action, problem, errors)
            finally:
                _stop(process)
                with self._lock:
                    self._running.discard(process)
            return _outcome(action, process.returncode, output, errors)

    def _spawn(self, output: IO[bytes], errors: IO[bytes]) -> subprocess.Popen[bytes]:
        with self._lock:
            process = subprocess.Popen(  # noqa: S603 - the tester's own program, without a shell
                self._command, stdin=subprocess.PIPE, stdout=output, stderr=errors, start_new_session=True
            )
            self._running.add(process)
        return process

    def close(self) -> None:
        """Stop the programs that still run."""
        with self._lock:
            running = tuple(self._running)
        for process in running:
            _stop(process)


def _watch(process: subprocess.Popen[bytes], data: bytes, deadline: float, files: tuple[IO[bytes], IO[bytes]]) -> str:
    """Feed the program and wait for its end; what it did wrong meanwhile, empty when nothing.

    What it writes is looked at while it runs: an endless writer would fill the disk long before its deadline.
    """
    until = time.monotonic() + deadline + GRACE
    given: bytes | None = data
    while True:
        try:
            process.communicate(given, timeout=max(0.0, min(_LOOK, until - time.monotonic())))
        except subprocess.TimeoutExpired:
            given = None  # what is left of it is still written
        else:
            return ""
        if any(os.fstat(file.fileno()).st_size > ENDLESS for file in files):
            return f"wrote more than {ENDLESS} octets and was stopped"
        if time.monotonic() >= until:
            return f"gave no outcome within {deadline:g} s and was stopped"


def _outcome(action: Action, status: int, output: IO[bytes], errors: IO[bytes]) -> Outcome:
    output.seek(0)
    written = output.read(OUTPUT_LIMIT + 1)
    if len(written) > OUTPUT_LIMIT:
        return _blocked(action, f"wrote more than {OUTPUT_LIMIT} octets to its standard output", errors)
    if status != 0:
        how = f"was ended by signal {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
        return _blocked(action, how, errors)
    try:
        return decode_outcome(written, action)
    except PeerError as error:
        return _blocked(action, f"did not write an outcome: {error}", errors)


def _blocked(action: Action, what: str, errors: IO[bytes] | None = None) -> Outcome:
    said = ""
    if errors is not None:
        errors.seek(0)
        said = errors.read(1024 * 1024)[-_SHOWN:].decode("utf-8", "replace").strip()
    detail = f"the client program {what}" + (f"; it said: {said}" if said else "")
    return Outcome(action=action.id, status="blocked", detail=detail)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the program and what it started; its session is its own, so nobody else is hit."""
    with suppress(ProcessLookupError, PermissionError):  # it had ended, and nothing of it was left
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin is not None:
        process.stdin.close()
