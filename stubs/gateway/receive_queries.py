"""Queries of receive URLs, stored beside the journal in a file that only its owner can read."""

from __future__ import annotations

from pathlib import Path

import msgspec

from stubs.private_files import write_private
from stubs.urls import KeptQueries
from stubs.wire.errors import Blocked

FILE_NAME = "receive-queries.json"
"""File in the state folder: the placeholder of each query in the journal, and the query."""


def kept_queries(folder: Path | None) -> KeptQueries:
    """Return the kept queries of a state folder; None: in memory only, like the journal.

    A file that is lost or damaged is no reason not to start: messages for its addresses wait until a User is registered
    again.
    """
    if folder is None:
        return KeptQueries()
    path = folder / FILE_NAME
    try:
        known = msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    except (OSError, ValueError):
        known = {}
    return KeptQueries(known, lambda queries: _write(path, queries))


def _write(path: Path, queries: dict[str, str]) -> None:
    try:
        write_private(path, msgspec.json.encode(queries) + b"\n")
    except OSError as error:
        raise Blocked(f"cannot write {path}: {error.strerror}", mend="Free some space on that disk.") from error
