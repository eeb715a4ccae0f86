"""Reading files and keys for commands that take documents: clear words when they are not there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stubs.wire.errors import InputError, PeerError


@contextmanager
def reading(file: Path) -> Iterator[None]:
    """Put the name of ``file`` before whatever is found wrong with its content.

    Raises: InputError: the content is not what the command takes.
    """
    try:
        yield
    except PeerError as error:
        raise InputError(f"{file}: {error}") from error


def read(file: Path) -> bytes:
    """The bytes of ``file``; ``-`` is standard input.

    Raises: InputError: it cannot be read, saying which and why.
    """
    if str(file) == "-":
        if sys.stdin is None:  # closed by whoever started us (`<&-`)
            raise InputError("standard input is closed", mend="Name a file, or pipe a document in")
        return sys.stdin.buffer.read()
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}", mend="Check the path") from error


def write(file: Path | None, data: bytes) -> None:
    """Write to ``file``, or to standard output when None.

    Raises: InputError: it cannot be written (no such folder, no right, no space), saying which and why.
    """
    if file is None:
        if sys.stdout is None:  # closed by whoever started us (`>&-`)
            raise InputError("standard output is closed", mend="Name a file with --out")
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        file.write_bytes(data)
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}", mend="Choose another place") from error
