"""The client's copy on disk of received messages, so that a restart loses nothing that was acknowledged."""

from __future__ import annotations

import hashlib
from pathlib import Path
from threading import Lock

import msgspec

NAME = "received.ndjson"


class _Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """A message as it came, or the digest of an alert that was reported."""

    message: bytes = b""
    reported: str = ""


class MessageFile:
    """Messages in the order they came, one line of JSON each. Methods may be called from any thread.

    Args:
        folder: the client's own; the file is made with the first message.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._lock = Lock()

    def clear(self) -> None:
        """Begin anew: nothing of an earlier run is read again."""
        self._path.unlink(missing_ok=True)

    def add(self, message: bytes) -> None:
        """Keep a message; on return it survives the end of this process."""
        self._append(_Line(message=message))

    def note_reported(self, digest: str) -> None:
        """Keep that an alert was reported, so that it is not reported again."""
        self._append(_Line(reported=digest))

    def _append(self, line: _Line) -> None:
        with self._lock, self._path.open("ab") as file:
            file.write(msgspec.json.encode(line) + b"\n")

    def read(self) -> tuple[list[bytes], frozenset[str]]:
        """The messages kept, and digests of the alerts that were reported."""
        if not self._path.is_file():
            return [], frozenset()
        decode = msgspec.json.Decoder(_Line).decode
        lines = [decode(line) for line in self._path.read_bytes().splitlines()]
        return [one.message for one in lines if one.message], frozenset(one.reported for one in lines if one.reported)


def digest_of(message: bytes) -> str:
    """Return the SHA-256 of a message, hex, under which it is known."""
    return hashlib.sha256(message).hexdigest()
