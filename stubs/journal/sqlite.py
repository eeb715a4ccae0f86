"""The default store: one SQLite file in WAL mode; ``:memory:`` for tests and short rehearsals."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Any

from stubs.journal.journal import Row
from stubs.wire.errors import Blocked

FILE_NAME = "journal.db"
"""The journal's file in a state folder."""

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS entry ("
    "seq INTEGER PRIMARY KEY, at TEXT NOT NULL, event BLOB NOT NULL, hash BLOB NOT NULL) STRICT"
)
_INSERT = "INSERT INTO entry (seq, at, event, hash) VALUES (?, ?, ?, ?)"
_MOST_AT_ONCE = 32
_INSERTS = tuple(_INSERT + ", (?, ?, ?, ?)" * more for more in range(_MOST_AT_ONCE))
"""One row by one statement, two rows by one statement, and so on: a statement is a transaction of its own, so that the
few rows of a request are spared a BEGIN and a COMMIT."""
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

    def __init__(self, path: str | Path = ":memory:", *, sync_to_disk: bool = False) -> None:
        self.path = str(path)
        try:
            self._connection = sqlite3.connect(
                self.path,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=2 * _MOST_AT_ONCE,
                timeout=1.0,
            )
        except sqlite3.Error as error:
            raise Blocked(f"cannot open the journal {self.path}: {error}", mend="Check the state folder.") from error
        try:
            self._connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute(f"PRAGMA synchronous={'FULL' if sync_to_disk else 'NORMAL'}")
            self._connection.execute("PRAGMA temp_store=MEMORY")
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute(_SCHEMA)
            self._connection.execute("COMMIT")
            self._connection.execute(_LAST)  # somebody else's table of that name has other columns
        except sqlite3.Error as error:
            self._connection.close()
            raise Blocked(
                f"cannot use the journal {self.path}: {error}",
                mend="Is another process using this state folder? Is the file a journal of this program?",
            ) from error

    def write(self, rows: Iterable[Row]) -> None:
        """Insert all rows in one transaction, or none. Raises: Blocked: SQLite refused, e.g. disk full."""
        together = list(rows)
        try:
            if 0 < len(together) <= _MOST_AT_ONCE:
                self._connection.execute(_INSERTS[len(together) - 1], list(chain.from_iterable(together)))
            else:
                self._connection.execute("BEGIN")
                self._connection.executemany(_INSERT, together)
                self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise Blocked(
                f"cannot write to the journal {self.path}: {error}", mend="Free some space on that disk."
            ) from error

    def read(self, after: int, limit: int) -> list[Row]:
        """Rows beyond ``after``, ascending. Raises: Blocked: the file is damaged."""
        return [Row(*row) for row in self._select(_SELECT, (after, limit))]

    def last(self) -> Row | None:
        """The newest row. Raises: Blocked: the file is damaged."""
        rows = self._select(_LAST)
        return Row(*rows[0]) if rows else None

    def _select(self, statement: str, values: tuple[int, ...] = ()) -> list[Any]:
        try:
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise Blocked(
                f"cannot read the journal {self.path}: {error}",
                mend="The file is damaged: bring it back from a copy, or begin with another state folder.",
            ) from error

    def copy_to(self, path: Path) -> None:
        """A consistent copy in another file, while this one is written; SQLite's backup interface.

        Raises: Blocked: the copy cannot be written.
        """
        try:
            with closing(sqlite3.connect(path)) as copy:
                self._connection.backup(copy)
        except sqlite3.Error as error:
            raise Blocked(f"cannot copy the journal to {path}: {error}", mend="Is there room?") from error

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
