"""The journal: order, chain, durability, waiting."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from stubs.clock import VirtualClock
from stubs.events import Entry, FaultCleared, ItemDone, RequestReceived
from stubs.journal import Journal, Row, SqliteStore, verify_chain
from stubs.wire.errors import Blocked

NOW = datetime(2026, 1, 15, 10, 0, tzinfo=UTC)


def a_journal(path: str | Path = ":memory:") -> Journal:
    return Journal(SqliteStore(path), VirtualClock(NOW, rate=0))


def cleared(number: int) -> FaultCleared:
    return FaultCleared(fault=f"f{number}")


def test_entries_come_back_in_order_with_their_events() -> None:
    journal = a_journal()
    journal.append(cleared(1), cleared(2))
    journal.commit()
    journal.append(cleared(3))
    assert [(entry.seq, entry.event) for entry in journal.entries()] == [(n, cleared(n)) for n in (1, 2, 3)]
    journal.close()


def test_entries_can_be_sliced_across_committed_and_pending_rows() -> None:
    journal = a_journal()
    journal.append(*(cleared(n) for n in range(1, 301)))
    journal.commit()
    journal.append(*(cleared(n) for n in range(301, 601)))
    assert [entry.seq for entry in journal.entries(after=250, until=400)] == list(range(251, 401))
    journal.close()


def test_one_entry_is_found_by_its_number_whether_durable_or_not() -> None:
    journal = a_journal()
    journal.record(*(ItemDone(item=str(number), outcome="fired") for number in range(3)))
    journal.append(ItemDone(item="3", outcome="fired"))
    found = [journal.entry(seq) for seq in range(6)]
    assert [None if one is None else one.seq for one in found] == [None, 1, 2, 3, 4, None]
    journal.close()


def test_entries_can_be_chosen_by_kind() -> None:
    journal = a_journal()
    journal.append(cleared(1), ItemDone(item="i", outcome="x"), cleared(2))
    assert [entry.seq for entry in journal.entries(kinds={"FaultCleared"})] == [1, 3]
    journal.close()


def test_exact_bytes_survive_the_journal() -> None:
    journal = a_journal()
    body = bytes(range(256))
    received = RequestReceived(
        exchange="x1", service="transform", peer="::1", content_type="application/xml", body=body
    )
    journal.record(received)
    (entry,) = journal.entries()
    assert entry.event == received
    journal.close()


def test_a_reopened_journal_continues_the_chain(tmp_path: Path) -> None:
    first = a_journal(tmp_path / "journal.db")
    first.record(cleared(1), cleared(2))
    head = first.last_hash
    first.close()
    second = a_journal(tmp_path / "journal.db")
    second.record(cleared(3))
    rows = list(second.rows())
    assert verify_chain(rows) == second.last_hash
    assert rows[1].hash == head
    second.close()


@pytest.mark.parametrize("tamper", ["alter", "drop", "swap", "time"])
def test_a_tampered_chain_is_found(tamper: str) -> None:
    journal = a_journal()
    journal.record(cleared(1), cleared(2), cleared(3))
    rows = list(journal.rows())
    journal.close()
    match tamper:
        case "alter":
            rows[1] = rows[1]._replace(event=rows[1].event.replace(b"f2", b"f9"))
        case "drop":
            del rows[1]
        case "swap":
            rows[0], rows[1] = rows[1], rows[0]
        case _:
            rows[1] = rows[1]._replace(at="2026-01-15T10:00:01+00:00")
    with pytest.raises(Blocked, match="chain is broken"):
        verify_chain(rows)


def test_wait_returns_the_entry_that_another_thread_appends() -> None:
    journal = a_journal()
    journal.append(cleared(1))
    thread = threading.Timer(0.02, lambda: journal.append(cleared(2)))
    thread.start()
    entry = journal.wait(lambda entry: entry.event == cleared(2), timeout=60)
    thread.join()
    assert entry is not None
    assert entry.seq == 2
    journal.close()


def test_wait_gives_up_after_its_timeout() -> None:
    journal = a_journal()
    journal.append(cleared(1))
    assert journal.wait(after=1, timeout=0.01) is None
    journal.close()


def test_concurrent_appends_keep_one_chain() -> None:
    journal = a_journal()
    threads = [
        threading.Thread(target=lambda: [journal.append(ItemDone(item="i", outcome="x")) for _ in range(50)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = list(journal.rows())
    verify_chain(rows)
    assert len(rows) == 200
    journal.close()


def test_a_subscriber_sees_groups_until_it_leaves() -> None:
    journal = a_journal()
    seen: list[tuple[Entry, ...]] = []
    leave = journal.subscribe(seen.append)
    journal.append(cleared(1), cleared(2))
    leave()
    journal.append(cleared(3))
    assert [[entry.seq for entry in group] for group in seen] == [[1, 2]]
    journal.close()


class FullDisk:
    """A store whose disk is full until somebody makes room."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.is_full = True

    def write(self, rows: Iterable[Row]) -> None:
        if self.is_full:
            raise Blocked("disk full")
        self.rows.extend(rows)

    def read(self, after: int, limit: int) -> list[Row]:
        return [row for row in self.rows if row.seq > after][:limit]

    def last(self) -> Row | None:
        return self.rows[-1] if self.rows else None

    def close(self) -> None:
        pass


def test_entries_that_could_not_be_committed_are_kept_and_tried_again() -> None:
    store = FullDisk()
    journal = Journal(store, VirtualClock(NOW, rate=0))
    journal.append(cleared(1))
    with pytest.raises(Blocked):
        journal.commit()
    store.is_full = False
    journal.append(cleared(2))
    journal.commit()
    assert [row.seq for row in store.rows] == [1, 2]


@pytest.mark.parametrize("count", [1, 2, 31, 32, 33, 100])
def test_a_group_is_written_whole_or_not_at_all(count: int) -> None:
    store = SqliteStore()
    rows = [Row(number, "2026-01-15T10:00:00+00:00", b"{}", bytes(32)) for number in range(1, 2 * count + 1)]
    store.write(rows[:count])
    with pytest.raises(Blocked):
        store.write([*rows[count:], rows[0]])  # the last one's number is taken
    assert store.read(0, 1000) == rows[:count]
    store.write(rows[count:])
    assert store.read(0, 1000) == rows


def test_nothing_to_write_is_no_error() -> None:
    store = SqliteStore()
    store.write([])
    assert store.last() is None


def test_two_processes_may_not_share_a_journal(tmp_path: Path) -> None:
    first = a_journal(tmp_path / "journal.db")
    first.record(cleared(1))
    with pytest.raises(Blocked, match="cannot use the journal"):
        SqliteStore(tmp_path / "journal.db")
    first.close()


def test_a_file_that_is_no_journal_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(b"this is no database, and long enough to be read as one" * 40)
    with pytest.raises(Blocked, match="cannot use the journal"):
        SqliteStore(path)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Blocked, match="cannot open the journal"):
        SqliteStore(tmp_path / "absent" / "journal.db")


def test_a_table_of_somebody_else_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "journal.db")) as other:
        other.execute("CREATE TABLE entry (x)")
        other.commit()
    with pytest.raises(Blocked, match=r"cannot use the journal .*no such column"):
        a_journal(tmp_path / "journal.db")


def test_a_damaged_file_is_said_to_be_damaged(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = a_journal(path)
    journal.record(*(cleared(n) for n in range(2000)))
    journal.close()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 65536)
    with pytest.raises(Blocked, match=r"cannot (read|use) the journal"):
        list(a_journal(path).entries())


def test_an_event_of_another_version_is_named() -> None:
    store = SqliteStore()
    store.write([Row(1, NOW.isoformat(), b'{"kind":"FromTheFuture"}', bytes(32))])
    journal = Journal(store, VirtualClock(NOW, rate=0))
    with pytest.raises(Blocked, match=r"entry 1 of the journal cannot be read.*another version"):
        list(journal.entries())
    journal.close()


def test_the_instant_of_the_newest_entry_is_known_after_reopening(tmp_path: Path) -> None:
    journal = a_journal(tmp_path / "journal.db")
    assert journal.last_at is None
    journal.record(cleared(1))
    journal.close()
    again = a_journal(tmp_path / "journal.db")
    assert again.last_at == NOW
    again.close()
