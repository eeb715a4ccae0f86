"""A file layer that loses what was not synced, for SQLite and write-ahead files: what a power cut leaves of a journal.

Writes stay in memory until somebody asks for a sync. When the power goes, a random part of the unsynced ones has reached
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
from stubs.journal.write_ahead import LogFile
from stubs.wire.errors import Blocked

NAME = "lossy"
Operation = tuple[int, bytes | None]
"""Where, and what is written there; None: the file ends there."""


class Unsynced:
    """What of one file the disk does not have; its whole content in memory."""

    def __init__(self, image: bytes) -> None:
        self.image = bytearray(image)
        self.operations: list[Operation] = []

    def write(self, offset: int, data: bytes) -> None:
        """To memory."""
        if offset > len(self.image):
            self.image += bytes(offset - len(self.image))
        self.image[offset : offset + len(data)] = data
        self.operations.append((offset, bytes(data)))

    def truncate(self, size: int) -> None:
        """In memory."""
        del self.image[size:]
        self.operations.append((size, None))

    def take(self) -> list[Operation]:
        """Everything that is to reach the disk now."""
        taken, self.operations = self.operations, []
        return taken

    def torn(self, dice: random.Random) -> tuple[list[Operation], int]:
        """Some of it, shuffled and torn; and how many operations were lost or torn."""
        kept = [operation for operation in self.operations if dice.random() < 0.5]
        dice.shuffle(kept)
        torn = [
            (offset, data if data is None or dice.random() < 0.7 else data[: dice.randrange(len(data) + 1)])
            for offset, data in kept
        ]
        return torn, len(self.operations) - sum(one == other for one, other in zip(kept, torn, strict=True))


class LossyFile(apsw.VFSFile):
    """One file of SQLite's."""

    opened: ClassVar[list[LossyFile]] = []

    def __init__(self, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        super().__init__("", name, flags)
        size = super().xFileSize()
        self.path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._unsynced = Unsynced(super().xRead(size, 0) if size else b"")
        LossyFile.opened.append(self)

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802 - apsw's names
        return bytes(self._unsynced.image[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self._unsynced.write(offset, data)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        self._unsynced.truncate(newsize)

    def xFileSize(self) -> int:  # noqa: N802
        return len(self._unsynced.image)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._write(self._unsynced.take())
        super().xSync(flags)

    def xClose(self) -> None:  # noqa: N802
        self._write(self._unsynced.take())  # no power cut: the system writes it in its own time
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
        torn, lost = self._unsynced.torn(dice)
        self._write(torn)
        return lost


class LossyLogFile(LogFile):
    """A write-ahead file."""

    opened: ClassVar[list[LossyLogFile]] = []

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._unsynced = Unsynced(super().read())
        LossyLogFile.opened.append(self)

    def read(self) -> bytes:
        """Its whole content."""
        return bytes(self._unsynced.image)

    def write(self, offset: int, octets: bytes) -> None:
        """To memory."""
        self._unsynced.write(offset, octets)

    def truncate(self, size: int) -> None:
        """In memory."""
        self._unsynced.truncate(size)

    def sync(self) -> None:
        """To the disk."""
        self._write(self._unsynced.take())
        super().sync()

    def close(self) -> None:
        """No power cut: the system writes it in its own time."""
        self._write(self._unsynced.take())
        LossyLogFile.opened.remove(self)
        super().close()

    def _write(self, operations: list[Operation]) -> None:
        for offset, data in operations:
            if data is None:
                super().truncate(offset)
            else:
                super().write(offset, data)

    def tear(self, dice: random.Random) -> int:
        """As that of ``LossyFile``."""
        torn, lost = self._unsynced.torn(dice)
        self._write(torn)
        return lost


class LossyVfs(apsw.VFS):
    """Files of this layer; everything else is the machine's own."""

    def __init__(self) -> None:
        super().__init__(NAME, "")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> LossyFile:  # noqa: N802
        return LossyFile(name, flags)


_VFS: list[LossyVfs] = []


class LossyStore(SqliteStore):
    """The journal's store, on the lossy layer."""

    log_file = LossyLogFile

    def _connect(self) -> Any:
        if not _VFS:
            _VFS.append(LossyVfs())
        connection: Any = apsw.Connection(self.path, vfs=NAME)
        try:
            for statement in (
                "PRAGMA locking_mode=EXCLUSIVE",
                "PRAGMA journal_mode=WAL",
                f"PRAGMA synchronous={'FULL' if self._sync_to_disk else 'NORMAL'}",
                "PRAGMA temp_store=MEMORY",
                "PRAGMA wal_autocheckpoint=5",  # checkpoints are written in the middle of the load, too
                _SCHEMA,
            ):
                connection.execute(statement)
        except (apsw.Error, sqlite3.Error) as error:
            raise Blocked(f"cannot use the journal {self.path}: {error}") from error
        return connection


_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS entry ("
    "seq INTEGER PRIMARY KEY, at TEXT NOT NULL, event BLOB NOT NULL, hash BLOB NOT NULL) STRICT"
)


def power_cut(seed: str) -> None:
    """What the disk has of every open file, at this instant."""
    dice = random.Random(f"{seed} {os.getpid()}")
    files: list[LossyFile | LossyLogFile] = [*LossyFile.opened, *LossyLogFile.opened]
    for file in files:
        file.tear(dice)
