"""The default store: one SQLite file in WAL mode; ``:memory:`` for tests and short rehearsals.

While a file is written, two write-ahead files beside it take the commits in turn, and a thread moves their rows into
SQLite: whoever commits waits neither for pages nor for SQLite's checkpoints. A clean close leaves the SQLite file
alone; after a crash, whoever opens the store next moves what the files hold.
"""

from __future__ import annotations

import sqlite3
import threading
from bisect import bisect_right
from collections.abc import Iterable
from contextlib import closing, suppress
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import Any

from stubs.journal.journal import Row
from stubs.journal.write_ahead import LogFile, WriteAheadFile, in_order
from stubs.wire.errors import Blocked

FILE_NAME = "journal.db"
"""The journal's file in a state folder."""

LOG_SUFFIXES = ("-log0", "-log1")
"""Names of the write-ahead files after the journal's."""
_SEQ = attrgetter("seq")

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS entry ("
    "seq INTEGER PRIMARY KEY, at TEXT NOT NULL, event BLOB NOT NULL, hash BLOB NOT NULL) STRICT"
)
_INSERT = "INSERT INTO entry (seq, at, event, hash) VALUES (?, ?, ?, ?)"
_MOST_AT_ONCE = 32
_INSERTS = tuple(_INSERT + ", (?, ?, ?, ?)" * more for more in range(_MOST_AT_ONCE))
"""One row by one statement, two rows by one statement, and so on: a statement is a transaction of its own, so that the
few rows of a request are spared a BEGIN and a COMMIT."""
_FULL = 256 * 1024
"""Octets of a write-ahead file from which on its rows are moved."""
_MOST_WAITING = 64 * 1024 * 1024
"""Octets of a write-ahead file, whose rows are in memory too, from which on SQLite has to take them first."""
_SELECT = "SELECT seq, at, event, hash FROM entry WHERE seq > ? ORDER BY seq LIMIT ?"
_LAST = "SELECT seq, at, event, hash FROM entry ORDER BY seq DESC LIMIT 1"


class SqliteStore:
    """Rows in one SQLite file.

    Args:
        path: file to open or create, or ``:memory:``.
        sync_to_disk: wait for the disk at each commit. Without it (default) a commit survives the death of
            the process, kill -9 included, though not a power cut.
    Raises: Blocked: the file cannot be opened, is no journal, or another process writes to it.
    """

    log_file: type[LogFile] = LogFile
    """Opens a write-ahead file."""

    def __init__(self, path: str | Path = ":memory:", *, sync_to_disk: bool = False) -> None:
        self.path = str(path)
        self._sync_to_disk = sync_to_disk
        self._database = threading.RLock()
        """Held while SQLite is used."""
        self._file = threading.Lock()
        """Held while a write-ahead file takes rows, which may wait for the disk, and while the files change places."""
        self._rows = threading.Lock()
        """Held for moments: which rows are where. Who needs several locks takes them in this order."""
        self._moved: list[Row] = []
        """Rows that SQLite has since the last move: the newest are read most."""
        self._moving: list[Row] = []
        self._waiting: list[Row] = []
        self._files: list[WriteAheadFile] = []
        """Two once something is written: the first takes commits, the rows of the other one are being moved."""
        self._mover = threading.Thread(target=self._move_when_full, name="journal-mover", daemon=True)
        self._wake = threading.Event()
        self._is_closing = False
        self._connection = self._connect()
        self._recover()

    def _connect(self) -> Any:
        """The database, this process its only user."""
        try:
            connection = sqlite3.connect(
                self.path,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=2 * _MOST_AT_ONCE,
                timeout=1.0,
            )
        except sqlite3.Error as error:
            raise Blocked(f"cannot open the journal {self.path}: {error}", mend="Check the state folder.") from error
        try:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(f"PRAGMA synchronous={'FULL' if self._sync_to_disk else 'NORMAL'}")
            connection.execute("PRAGMA temp_store=MEMORY")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(_SCHEMA)
            connection.execute("COMMIT")
            connection.execute(_LAST)  # somebody else's table of that name has other columns
        except sqlite3.Error as error:
            connection.close()
            is_in_use = error.sqlite_errorcode == sqlite3.SQLITE_BUSY
            raise Blocked(
                f"cannot use the journal {self.path}: {'another process uses it' if is_in_use else error}",
                mend="Wait until that ends: a run that goes on, or another report."
                if is_in_use
                else "Is the file a journal of this program?",
            ) from error
        return connection

    # --- write-ahead files ---

    def _log_paths(self) -> list[Path]:
        return [] if self.path == ":memory:" else [Path(f"{self.path}{suffix}") for suffix in LOG_SUFFIXES]

    def _open_file(self, path: Path) -> WriteAheadFile:
        try:
            return WriteAheadFile(path, sync_to_disk=self._sync_to_disk, file=self.log_file)
        except OSError as error:
            raise Blocked(f"cannot open {path}: {error.strerror}", mend="Check the state folder.") from error

    def _recover(self) -> None:
        """Move what a crash left in write-ahead files. Raises: Blocked: SQLite cannot write; the files stay."""
        paths = [path for path in self._log_paths() if path.exists()]
        if not paths:
            return
        try:
            last = self.last()
            files = [self._open_file(path) for path in paths]
            self._insert(list(in_order(files, last.seq if last else 0)))
        except Blocked:
            self._connection.close()
            raise
        for file in files:
            file.close(remove=True)

    def _move_when_full(self) -> None:
        while not self._is_closing:
            self._wake.wait()
            self._wake.clear()
            with suppress(Blocked):  # the rows stay where they are, and are moved with the next ones
                self.move()

    def move(self) -> None:
        """Bring the rows of the write-ahead files into SQLite. Raises: Blocked: SQLite cannot write."""
        with self._database:
            with self._file, self._rows:
                if not self._moving:
                    self._moving, self._waiting = self._waiting, []
                    self._files.reverse()
            self._insert(self._moving)
            with self._rows:
                self._moved, self._moving = self._moving, []
            self._files[1].clear()

    def write(self, rows: Iterable[Row]) -> None:
        """Make all rows durable, or none. Raises: Blocked: the disk is full, or SQLite has refused rows for long."""
        together = list(rows)
        if self.path == ":memory:":
            with self._database:
                self._insert(together)
            return
        with self._file:
            if not self._files:
                self._files = [self._open_file(path) for path in self._log_paths()]
                self._mover.start()
            file = self._files[0]
            is_full = file.size >= _MOST_WAITING
            if not is_full:
                file.append(together)
                with self._rows:
                    self._waiting += together
        if is_full:
            self.move()  # raises what the mover cannot tell
            self.write(together)
        elif file.size >= _FULL:
            self._wake.set()

    def _insert(self, rows: list[Row]) -> None:
        """Insert all rows in one transaction, or none. Raises: Blocked: SQLite refused, e.g. disk full."""
        try:
            if 0 < len(rows) <= _MOST_AT_ONCE:
                self._connection.execute(_INSERTS[len(rows) - 1], list(chain.from_iterable(rows)))
            elif rows:
                self._connection.execute("BEGIN")
                for at in range(0, len(rows), _MOST_AT_ONCE):
                    some = rows[at : at + _MOST_AT_ONCE]
                    self._connection.execute(_INSERTS[len(some) - 1], list(chain.from_iterable(some)))
                self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise Blocked(
                f"cannot write to the journal {self.path}: {error}", mend="Free some space on that disk."
            ) from error

    # --- reading ---

    def _newest(self) -> list[Row]:
        """The newest rows, without a gap up to the last one, if they are in memory."""
        with self._rows:
            return [*self._moved, *self._moving, *self._waiting]

    def read(self, after: int, limit: int) -> list[Row]:
        """Rows beyond ``after``, ascending. Raises: Blocked: the file is damaged."""
        newest = self._newest()
        if newest and newest[0].seq <= after + 1:
            at = bisect_right(newest, after, key=_SEQ)
            return newest[at : at + limit]
        with self._database:
            found = [Row(*row) for row in self._select(_SELECT, (after, limit))]
            last = found[-1].seq if found else after
            with self._rows:
                waiting = [row for row in (*self._moving, *self._waiting) if row.seq > last]
        return [*found, *waiting[: limit - len(found)]]

    def last(self) -> Row | None:
        """The newest row. Raises: Blocked: the file is damaged."""
        newest = self._newest()
        if newest:
            return newest[-1]
        with self._database:
            rows = self._select(_LAST)
        return Row(*rows[0]) if rows else None

    def _select(self, statement: str, values: tuple[int, ...] = ()) -> list[Any]:
        try:
            return list(self._connection.execute(statement, values).fetchall())
        except sqlite3.Error as error:
            raise Blocked(
                f"cannot read the journal {self.path}: {error}",
                mend="The file is damaged: bring it back from a copy, or begin with another state folder.",
            ) from error

    def copy_to(self, path: Path) -> None:
        """A consistent copy in another file, while this one is written; SQLite's backup interface.

        Raises: Blocked: the copy cannot be written.
        """
        with self._database:
            self._move_all()
            try:
                with closing(sqlite3.connect(path)) as copy:
                    self._connection.backup(copy)
            except sqlite3.Error as error:
                raise Blocked(f"cannot copy the journal to {path}: {error}", mend="Is there room?") from error

    def _move_all(self) -> None:
        """Move every row that was committed until now: those of a move that failed, and those after it."""
        while self._moving or self._waiting:
            self.move()

    def close(self) -> None:
        """Close the file. Rows that SQLite cannot take stay in the write-ahead files, for whoever opens it next."""
        self._is_closing = True
        if self._files:
            self._wake.set()
            self._mover.join()
        with suppress(Blocked):
            self._move_all()
        is_moved = not (self._moving or self._waiting)
        self._connection.close()
        files, self._files = self._files, []
        for file in files:
            file.close(remove=is_moved)
