"""Reading files and keys for commands that take documents: clear words when they are not there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stubs.wire.errors import Blocked, InputError, PeerError

if TYPE_CHECKING:
    from stubs.wire.duis import SchemaFolder

schema_dir_option = click.option(
    "--schema-dir",
    type=click.Path(path_type=Path),
    help="Folder with other XSDs of the same interface, such as the official ones: both verdicts are told.",
)


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
        mend = f"Name {file / 'bundle.zip'}" if (file / "bundle.zip").is_file() else "Check the path"
        raise InputError(f"{file} cannot be read: {error.strerror}", mend=mend) from error


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


def schema_folder(folder: Path | None) -> SchemaFolder | None:
    """The schema in ``folder``; None when none was named.

    Raises: InputError: no such folder, or no DUIS schema that compiles in it.
    """
    if folder is None:
        return None
    from stubs.wire.duis import SchemaFolder

    try:
        return SchemaFolder(folder)
    except Blocked as error:
        raise InputError(error.what, mend=error.mend) from error
