"""A program of the party, such as its receive endpoint: started before the first scenario, stopped after the last."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO
from urllib.parse import urlsplit

from stubs.wire.errors import Blocked, InputError

START_SECONDS = 20.0
"""Real seconds until the program must answer at the receive URL, or at least still run when there is none."""
STOP_SECONDS = 5.0
_LOOK = 0.05
_SHOWN = 300


@contextmanager
def party_program(command_line: str, receive_url: str) -> Iterator[None]:
    """Run ``command_line`` without a shell until the block ends; wait first until ``receive_url`` can be connected to.

    Raises: InputError: the program cannot be found. Blocked: it ended, or nobody listens at the URL in time.
    """
    try:
        command = shlex.split(command_line)
    except ValueError as error:
        raise InputError(f"party_program {command_line!r} cannot be read: {error}", mend="Close the quotes.") from error
    if not command or shutil.which(command[0]) is None:
        raise InputError(
            f"party_program: the program {command[0] if command else ''!r} cannot be found or is not executable",
            mend="Give its path, and make it executable (chmod +x), or name the interpreter first.",
        )
    with tempfile.TemporaryFile() as errors:
        program = subprocess.Popen(  # noqa: S603 - the party's own program, named in its own run file
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True
        )
        try:
            _await(program, receive_url, command_line, errors)
            yield
        finally:
            _stop(program)


def _await(program: subprocess.Popen[bytes], receive_url: str, command_line: str, errors: IO[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    parts = urlsplit(receive_url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    while program.poll() is None:
        if not receive_url:
            return
        with suppress(OSError), socket.create_connection((parts.hostname or "", port), timeout=_LOOK * 10):
            return
        if time.monotonic() > until:
            raise Blocked(
                f"party_program {command_line!r} runs, but nobody listens at receive_url {receive_url}",
                mend="Let both name the same address.",
            )
        time.sleep(_LOOK)
    raise Blocked(
        f"party_program {command_line!r} ended with status {program.returncode}: {_last_words(errors)}",
        mend="Start it by hand in this folder to see why.",
    )


def _last_words(errors: IO[bytes]) -> str:
    errors.seek(0)
    said = errors.read().decode("utf-8", "replace").strip()
    return said[-_SHOWN:] or "it said nothing"


def _stop(program: subprocess.Popen[bytes]) -> None:
    """Ask it to end, with all it started; after a while make it."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(program.pid, sign)
        with suppress(subprocess.TimeoutExpired):
            program.wait(STOP_SECONDS)
            return
