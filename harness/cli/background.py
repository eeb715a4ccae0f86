"""A simulated DCC that outlives its command: started until ready, and ended by its state folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import click

from stubs.wire.errors import Blocked, InputError

LOG = "serve.log"
"""In the state folder: what it writes to standard error, one line a refusal."""
_SECONDS = 60.0
_LOOK = 0.05


def detached(flags: Mapping[str, Any]) -> str:
    """Start `uept serve` with these flags in a session of its own; the line it prints when it is ready.

    Raises: InputError: no state folder is named. click.exceptions.Exit: it did not start; its own line was shown.
    """
    state = flags.get("state")
    if state is None:
        raise InputError(
            "--detach needs --state: address, log and journal are kept there", mend="Add --state dcc, for example."
        )
    folder = Path(state)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / LOG).open("ab") as log:
            begin = log.tell()
            process = subprocess.Popen(  # noqa: S603 - ourselves
                [sys.executable, "-P", "-c", "from harness.cli import main; main()", "serve", *_arguments(flags)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path)},
                start_new_session=True,  # Ctrl-C at this terminal is not for it
            )
    except OSError as error:
        raise InputError(f"{folder}: {error.strerror}", mend="Name a folder that can be written.") from error
    line = _first_line(process)
    if not line:
        code = process.wait()
        click.echo((folder / LOG).read_bytes()[begin:].decode("utf-8", "replace").rstrip(), err=True)
        raise click.exceptions.Exit(code)
    process.returncode = 0  # it goes on, and nobody here waits for it
    return line


def _first_line(process: subprocess.Popen[bytes]) -> str:
    """The line that says it is ready; empty when it ended before. Ctrl-C meanwhile ends it too."""
    assert process.stdout is not None
    output: IO[bytes] = process.stdout
    try:
        with output:
            return output.readline().decode("utf-8", "replace").rstrip()
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        raise


def _arguments(flags: Mapping[str, Any]) -> list[str]:
    given = {name: value for name, value in flags.items() if value is not None}
    return [text for name, value in given.items() for text in (f"--{name.replace('_', '-')}", str(value))]


def stop(folder: Path) -> bool:
    """End the simulated DCC of a state folder as SIGTERM does, and wait until it has ended; False: none ran.

    Raises: InputError: no such folder, or one of an earlier version. Blocked: it does not end.
    """
    from harness.cli.control import ask_running
    from stubs.app import read_access

    if not folder.is_dir():
        raise InputError(f"no state folder {folder}", mend="Name the folder given to `uept serve --state`.")
    try:
        access = read_access(folder)
        ask_running(f"{access.url}/health", "GET", {}, access.token)
    except (InputError, Blocked):
        return False  # never begun, ended, or killed
    if not access.pid:
        raise InputError(
            f"the simulated DCC on {folder} does not say which process it is", mend="End it with Ctrl-C, once."
        )
    os.kill(access.pid, signal.SIGTERM)
    until = time.monotonic() + _SECONDS
    while _is_there(access.pid):
        if time.monotonic() >= until:
            raise Blocked(
                f"process {access.pid} has not ended within {_SECONDS:.0f} s", mend=f"kill -9 {access.pid} ends it."
            )
        time.sleep(_LOOK)
    return True


def _is_there(pid: int) -> bool:
    """Return whether a process runs; one that has ended and waits for its parent does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] != b"Z"
    except OSError:
        return True  # no /proc here
