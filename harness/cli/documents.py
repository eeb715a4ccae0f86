"""Reading files and keys for commands that take documents: clear words when they are not there."""

from __future__ import annotations

import sys
from pathlib import Path

from stubs.wire.errors import Blocked


class SettingsProblem(Blocked):
    """What the person at the keyboard can mend in the command itself: exit code 2."""

    exit_code = 2


def read(file: Path) -> bytes:
    """The bytes of ``file``; ``-`` is standard input.

    Raises: SettingsProblem: it cannot be read, saying which and why.
    """
    if str(file) == "-":
        return sys.stdin.buffer.read()
    try:
        return file.read_bytes()
    except OSError as error:
        raise SettingsProblem(f"{file} cannot be read: {error.strerror}", mend="Check the path") from error


def write(file: Path | None, data: bytes) -> None:
    """Write to ``file``, or to standard output when None.

    Raises: SettingsProblem: it cannot be written (no such folder, no right, no space), saying which and why.
    """
    if file is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        file.write_bytes(data)
    except OSError as error:
        raise SettingsProblem(f"{file} cannot be written: {error.strerror}", mend="Choose another place") from error
