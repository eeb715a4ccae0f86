"""Commits go to write-ahead files and from there to SQLite: nothing committed is lost, nothing half is read."""

import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stubs.clock import VirtualClock
from stubs.events import DccReset
from stubs.journal import Journal, Row, SqliteStore
from stubs.journal.sqlite import LOG_SUFFIXES
from stubs.journal.write_ahead import LogFile, WriteAheadFile, in_order
from stubs.wire.errors import Blocked


def rows(first: int, last: int) -> list[Row]:
    """Rows with these numbers."""
    return [
        Row(number, "2026-01-15T10:00:00+00:00", b'{"kind":"X"}' * (number % 7 + 1), bytes(32))
        for number in range(first, last + 1)
    ]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "journal.db")
    yield opened
    opened.close()


def logs(folder: Path) -> list[Path]:
    return [path for suffix in LOG_SUFFIXES if (path := folder / f"journal.db{suffix}").exists()]


def killed(store: SqliteStore, folder: Path) -> SqliteStore:
    """What another process finds that opens the files as they are now, as after a kill."""
    folder.mkdir()
    for path in (Path(store.path), Path(f"{store.path}-wal"), *logs(Path(store.path).parent)):
        if path.exists():
            shutil.copy(path, folder / path.name)
    return SqliteStore(folder / "journal.db")


def test_a_store_that_is_only_read_makes_no_files(store: SqliteStore, tmp_path: Path) -> None:
    assert store.read(0, 10) == []
    assert store.last() is None
    assert logs(tmp_path) == []


@pytest.mark.parametrize("moves", [(), (4,), (4, 8), (1, 2, 3, 4, 5, 6, 7, 8, 9)])
def test_rows_are_read_wherever_they_are(store: SqliteStore, moves: tuple[int, ...]) -> None:
    for number in range(1, 10):
        store.write(rows(10 * number - 9, 10 * number))
        if number in moves:
            store.move()
        for after in (0, 3, 10 * number - 11, 10 * number - 1, 10 * number):
            assert store.read(max(after, 0), 7) == rows(max(after, 0) + 1, min(max(after, 0) + 7, 10 * number))
        assert store.last() == rows(10 * number, 10 * number)[0]


@pytest.mark.parametrize("moves", [(), (2,), (1, 2), (3,), (1, 2, 3)])
def test_nothing_committed_is_lost_by_a_kill(store: SqliteStore, moves: tuple[int, ...], tmp_path: Path) -> None:
    for number in range(1, 4):
        store.write(rows(3 * number - 2, 3 * number))
        if number in moves:
            store.move()
    again = killed(store, tmp_path / "again")
    assert again.read(0, 100) == rows(1, 9)
    assert logs(tmp_path / "again") == [], "SQLite has them all"
    again.write(rows(10, 12))
    assert killed(again, tmp_path / "third").read(0, 100) == rows(1, 12)
    again.close()


def test_a_kill_between_sqlite_and_the_cut_of_the_file_doubles_nothing(
    store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write(rows(1, 5))
    monkeypatch.setattr(LogFile, "truncate", lambda *_: None)
    store.move()
    store.write(rows(6, 7))
    assert killed(store, tmp_path / "again").read(0, 100) == rows(1, 7)


def test_a_clean_close_leaves_the_sqlite_file_alone(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "journal.db")
    store.write(rows(1, 5))
    store.close()
    store.close()
    assert [path.name for path in tmp_path.iterdir()] == ["journal.db"]
    connection = sqlite3.connect(tmp_path / "journal.db")
    assert connection.execute("SELECT count(*) FROM entry").fetchone() == (5,)
    connection.close()


@given(groups=st.lists(st.integers(1, 4), min_size=1, max_size=6), data=st.data())
def test_a_torn_file_gives_whole_groups_only(
    tmp_path_factory: pytest.TempPathFactory, groups: list[int], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("torn") / "log"
    file = WriteAheadFile(path, sync_to_disk=False)
    ends, seq = [(0, 0)], 0
    for count in groups:
        file.append(rows(seq + 1, seq + count))
        seq += count
        ends.append((file.size, seq))
    octets = bytearray(path.read_bytes())
    cut = data.draw(st.integers(0, len(octets)))
    flipped = data.draw(st.none() | st.integers(0, len(octets) - 1))
    if flipped is not None:
        octets[flipped] ^= 0xFF
    path.write_bytes(octets[:cut])
    good = max(seq for size, seq in ends if size <= min(cut, len(octets) if flipped is None else flipped))
    assert list(in_order([WriteAheadFile(path, sync_to_disk=False)], 0)) == rows(1, good)
    file.close(remove=True)


def test_a_group_that_does_not_fit_leaves_nothing_behind(
    store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write(rows(1, 2))
    written = LogFile.write

    def half(file: LogFile, offset: int, octets: bytes) -> None:
        written(file, offset, octets[: len(octets) // 2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(LogFile, "write", half)
    with pytest.raises(Blocked, match="No space left"):
        store.write(rows(3, 4))
    monkeypatch.setattr(LogFile, "write", written)
    assert store.read(0, 10) == rows(1, 2)
    store.write(rows(3, 3))
    assert killed(store, tmp_path / "again").read(0, 100) == rows(1, 3)


def test_what_sqlite_cannot_take_stays_until_it_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = SqliteStore(tmp_path / "journal.db")
    store.write(rows(1, 2))
    with monkeypatch.context() as patch:
        patch.setattr(SqliteStore, "_insert", refuse)
        with pytest.raises(Blocked):
            store.move()
        store.write(rows(3, 4))
        assert store.read(0, 10) == rows(1, 4)
        assert killed_files(store, tmp_path / "again") == rows(1, 4)
        patch.setattr("stubs.journal.sqlite._MOST_WAITING", 1)
        with pytest.raises(Blocked):
            store.write(rows(5, 6))
    store.write(rows(5, 6))
    store.close()
    assert SqliteStore(tmp_path / "journal.db").read(0, 10) == rows(1, 6)


def refuse(store: SqliteStore, rows: list[Row]) -> None:
    raise Blocked(f"no room for {len(rows)} rows in {store.path}")


def killed_files(store: SqliteStore, folder: Path) -> list[Row]:
    """What the write-ahead files hold."""
    folder.mkdir()
    files = []
    for path in logs(Path(store.path).parent):
        shutil.copy(path, folder / path.name)
        files.append(WriteAheadFile(folder / path.name, sync_to_disk=False))
    return list(in_order(files, 0))


def test_what_stays_behind_at_the_end_is_moved_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = SqliteStore(tmp_path / "journal.db")
    store.write(rows(1, 2))
    with monkeypatch.context() as patch:
        patch.setattr(SqliteStore, "_insert", refuse)
        store.close()
        with pytest.raises(Blocked):
            SqliteStore(tmp_path / "journal.db")
    assert SqliteStore(tmp_path / "journal.db").read(0, 10) == rows(1, 2)


def test_a_full_file_is_moved_by_the_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stubs.journal.sqlite._FULL", 1)
    store = SqliteStore(tmp_path / "journal.db")
    for number in range(1, 300):
        store.write(rows(number, number))
    assert store.read(0, 1000) == rows(1, 299)
    store.close()
    assert SqliteStore(tmp_path / "journal.db").read(0, 1000) == rows(1, 299)


def test_a_copy_has_what_is_not_moved_yet(store: SqliteStore, tmp_path: Path) -> None:
    store.write(rows(1, 5))
    store.copy_to(tmp_path / "copy.db")
    assert SqliteStore(tmp_path / "copy.db").read(0, 10) == rows(1, 5)


def test_a_reader_that_waits_for_sqlite_keeps_nobody_from_appending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = VirtualClock(datetime(2026, 1, 15, 10, tzinfo=UTC), rate=0)
    with closing(Journal(SqliteStore(tmp_path / "journal.db"), clock)) as before:
        before.record(DccReset(seed="1"))
    store = SqliteStore(tmp_path / "journal.db")
    with closing(Journal(store, clock)) as journal:
        select, is_reading, may_go_on = store._select, Event(), Event()

        def waits(statement: str, values: tuple[int, ...] = ()) -> list[Any]:
            is_reading.set()
            may_go_on.wait()
            return select(statement, values)

        with monkeypatch.context() as patch, ThreadPoolExecutor(1) as reader:
            patch.setattr(store, "_select", waits)
            found = reader.submit(journal.entry, 1)
            is_reading.wait()
            journal.record(DccReset(seed="2"))
            may_go_on.set()
            entry = found.result()
    assert entry is not None
    assert entry.event == DccReset(seed="1")


def test_who_reads_does_not_wait_for_a_writer_that_waits_for_the_disk(tmp_path: Path) -> None:
    begun, let_go = Event(), Event()

    class SlowFile(LogFile):
        def sync(self) -> None:
            begun.set()
            let_go.wait()
            super().sync()

    class SlowStore(SqliteStore):
        log_file = SlowFile

    with closing(SlowStore(tmp_path / "journal.db", sync_to_disk=True)) as store, ThreadPoolExecutor(1) as writer:
        written = writer.submit(store.write, rows(1, 3))
        begun.wait()
        assert store.read(0, 10) == []
        assert store.last() is None
        let_go.set()
        written.result()
        assert store.read(0, 10) == rows(1, 3)
