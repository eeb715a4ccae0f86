"""A file layer that loses what was not synced, for SQLite: what a power cut leaves of the journal's file.

Writes stay in memory until SQLite asks for a sync. When the power goes, a random part of the unsynced ones has reached
the disk, in any order, some of them torn in the middle; the rest never did.
"""

from __future__ import annotations

import os
import random
import sqlite3
from pathlib import Path
from typing import Any, ClassVar

import apsw

from stubs.journal import SqliteStore
from stubs.wire.errors import Blocked

NAME = "lossy"
Operation = tuple[int, bytes | None]
"""Where, and what is written there; None: the file ends there."""


class LossyFile(apsw.VFSFile):
    """One file: its whole content in memory, and what of it the disk does not have."""

    opened: ClassVar[list[LossyFile]] = []

    def __init__(self, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        super().__init__("", name, flags)
        size = super().xFileSize()
        self.path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self.image = bytearray(super().xRead(size, 0)) if size else bytearray()
        self.unsynced: list[Operation] = []
        LossyFile.opened.append(self)

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802 - apsw's names
        return bytes(self.image[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        if offset > len(self.image):
            self.image += bytes(offset - len(self.image))
        self.image[offset : offset + len(data)] = data
        self.unsynced.append((offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        del self.image[newsize:]
        self.unsynced.append((newsize, None))

    def xFileSize(self) -> int:  # noqa: N802
        return len(self.image)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._write(self.unsynced)
        self.unsynced = []
        super().xSync(flags)

    def xClose(self) -> None:  # noqa: N802
        self._write(self.unsynced)  # no power cut: the system writes it in its own time
        LossyFile.opened.remove(self)
        super().xClose()

    def _write(self, operations: list[Operation]) -> None:
        for offset, data in operations:
            if data is None:
                super().xTruncate(offset)
            else:
                super().xWrite(data, offset)

    def tear(self, dice: random.Random) -> int:
        """Let some of what was not synced reach the disk; how many operations were lost or torn."""
        kept = [operation for operation in self.unsynced if dice.random() < 0.5]
        dice.shuffle(kept)
        torn = [
            (offset, data if data is None or dice.random() < 0.7 else data[: dice.randrange(len(data) + 1)])
            for offset, data in kept
        ]
        self._write(torn)
        return len(self.unsynced) - sum(one == other for one, other in zip(kept, torn, strict=True))


class LossyVfs(apsw.VFS):
    """Files of this layer; everything else is the machine's own."""

    def __init__(self) -> None:
        super().__init__(NAME, "")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> LossyFile:  # noqa: N802
        return LossyFile(name, flags)


_VFS: list[LossyVfs] = []


class LossyStore(SqliteStore):
    """The journal's store, on the lossy layer."""

    def __init__(self, path: str | Path = ":memory:", *, sync_to_disk: bool = False) -> None:
        if not _VFS:
            _VFS.append(LossyVfs())
        self.path = str(path)
        connection: Any = apsw.Connection(self.path, vfs=NAME)
        self._connection = connection
        try:
            for statement in (
                "PRAGMA locking_mode=EXCLUSIVE",
                "PRAGMA journal_mode=WAL",
                f"PRAGMA synchronous={'FULL' if sync_to_disk else 'NORMAL'}",
                "PRAGMA temp_store=MEMORY",
                "PRAGMA wal_autocheckpoint=50",  # checkpoints are written in the middle of the load, too
                _SCHEMA,
            ):
                connection.execute(statement)
        except (apsw.Error, sqlite3.Error) as error:
            raise Blocked(f"cannot use the journal {self.path}: {error}") from error

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS entry ("
    "seq INTEGER PRIMARY KEY, at TEXT NOT NULL, event BLOB NOT NULL, hash BLOB NOT NULL) STRICT"
)


def power_cut(seed: str) -> None:
    """What the disk has of every open file, at this instant."""
    dice = random.Random(f"{seed} {os.getpid()}")
    for file in list(LossyFile.opened):
        file.tear(dice)
