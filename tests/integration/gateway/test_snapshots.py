"""Starting from a snapshot: the same state, fewer entries to replay; a bad snapshot is passed over."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from queue import Queue
from typing import Any

import msgspec
import pytest

from stubs.app import background_dcc
from stubs.clock import VirtualClock
from stubs.dcc import FOLDED_KINDS, Dcc
from stubs.events import DccReset
from stubs.gateway.snapshots import FILE_NAME, Snapshot, Snapshots
from stubs.journal import FILE_NAME as JOURNAL
from stubs.journal import Journal, SqliteStore
from stubs.settings import DccSettings
from stubs.smki import Pki
from stubs.wire.eui64 import Eui64
from tests.dcc_kit import NOW
from tests.serving_kit import FREE, WAIT, home


def settings(folder: Path, **changes: Any) -> DccSettings:
    return msgspec.structs.replace(FREE, state_dir=str(folder), snapshot_after=10, **changes)


def grown(pki: Pki, folder: Path, **changes: Any) -> dict[str, str]:
    """A DCC that ran and stopped; its devices."""
    with background_dcc(settings(folder, **changes), VirtualClock(NOW), pki) as dcc:
        return home(dcc)


def grown_large(pki: Pki, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Dcc, Journal]:
    """A core whose state counts as large, and its journal; there is no snapshot of it."""
    monkeypatch.setattr("stubs.gateway.snapshots._LARGE", 1)
    grown(pki, folder)
    (folder / FILE_NAME).unlink()
    journal = Journal(SqliteStore(folder / JOURNAL), VirtualClock(NOW))
    dcc = Dcc(settings(folder), pki)
    dcc.replay(journal.entries(kinds=FOLDED_KINDS))
    return dcc, journal


def replayed(folder: Path, pki: Pki, **changes: Any) -> tuple[int, Dcc]:
    """How many entries a start replays, and the core it gives."""
    wanted = settings(folder, **changes)
    journal = Journal(SqliteStore(folder / JOURNAL), VirtualClock(NOW))
    dcc = Dcc(wanted, pki)
    counted: list[int] = []
    replay = dcc.replay

    def counting(entries: Any) -> int:
        kept = list(entries)
        counted.append(len(kept))
        return replay(kept)

    dcc.replay = counting  # type: ignore[method-assign]
    Snapshots(folder, wanted).replay(dcc, journal)
    journal.close()
    return counted[0], dcc


def test_a_start_replays_only_what_came_after_the_snapshot(pki: Pki, tmp_path: Path) -> None:
    devices = grown(pki, tmp_path)
    assert (tmp_path / FILE_NAME).exists()
    count, dcc = replayed(tmp_path, pki)
    assert count == 0
    assert set(map(Eui64.parse, devices.values())) <= set(dcc.state.inventory.records)
    assert dcc.state.devices[Eui64.parse(devices["esme"])].supplier
    with background_dcc(settings(tmp_path), VirtualClock(NOW), pki) as again:
        assert again.control.device(devices["esme"])["device_type"] == "ESME"
        assert len(again.control.users()) == 4


def damaged(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def of_another_journal(path: Path) -> None:
    snapshot = msgspec.msgpack.decode(path.read_bytes())
    path.write_bytes(msgspec.msgpack.encode({**snapshot, "hash": bytes(32)}))


def from_the_future(path: Path) -> None:
    snapshot = msgspec.msgpack.decode(path.read_bytes())
    path.write_bytes(msgspec.msgpack.encode({**snapshot, "seq": 10**6}))


@pytest.mark.parametrize("spoil", [Path.unlink, damaged, emptied, of_another_journal, from_the_future])
def test_a_bad_snapshot_is_passed_over(pki: Pki, tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    devices = grown(pki, tmp_path)
    spoil(tmp_path / FILE_NAME)
    count, dcc = replayed(tmp_path, pki)
    assert count > 0
    assert Eui64.parse(devices["esme"]) in dcc.state.devices


def test_a_snapshot_of_other_settings_is_passed_over(pki: Pki, tmp_path: Path) -> None:
    grown(pki, tmp_path)
    assert replayed(tmp_path, pki, counter_rule="unique")[0] > 0


def test_a_short_journal_needs_no_snapshot(pki: Pki, tmp_path: Path) -> None:
    wanted = msgspec.structs.replace(settings(tmp_path), snapshot_after=10_000)
    with background_dcc(wanted, VirtualClock(NOW), pki) as dcc:
        home(dcc)
    assert not (tmp_path / FILE_NAME).exists()


def test_a_disk_that_takes_no_snapshot_ends_nothing(pki: Pki, tmp_path: Path) -> None:
    grown(pki, tmp_path)
    (tmp_path / FILE_NAME).unlink()
    (tmp_path / "snapshot.new").mkdir()
    assert replayed(tmp_path, pki)[0] > 0
    assert not (tmp_path / FILE_NAME).exists()


def test_a_journal_in_memory_has_none(pki: Pki) -> None:
    journal = Journal(SqliteStore(), VirtualClock(NOW))
    dcc = Dcc(DccSettings(), pki)
    Snapshots(None, DccSettings()).replay(dcc, journal)
    assert list(journal.entries(kinds=FOLDED_KINDS)) == []
    journal.close()


def test_a_snapshot_is_taken_while_the_dcc_runs(pki: Pki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a DCC that is killed after weeks begins with all of its journal."""
    taken: Queue[int] = Queue()
    write = Snapshots._write

    def written(self: Snapshots, snapshot: Snapshot, path: Path) -> None:
        write(self, snapshot, path)
        taken.put(snapshot.seq)

    monkeypatch.setattr(Snapshots, "_write", written)
    with background_dcc(settings(tmp_path), VirtualClock(NOW), pki) as dcc:
        before = dcc.journal.last_seq
        home(dcc)
        while taken.get(timeout=WAIT) <= before:
            pass


def test_a_large_state_is_written_by_a_child_that_has_it_as_it_was(
    pki: Pki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dcc, journal = grown_large(pki, tmp_path, monkeypatch)
    snapshots, then = Snapshots(tmp_path, settings(tmp_path)), journal.last_seq
    with monkeypatch.context() as patch:
        patch.setattr(Snapshots, "keep", lambda *_: pytest.fail("this process did it itself"))
        snapshots.keep_beside(dcc, journal)
    journal.record(DccReset(seed="later"))
    assert not snapshots._is_writing(options=0)
    kept = msgspec.msgpack.decode((tmp_path / FILE_NAME).read_bytes(), type=Snapshot)
    assert kept.seq == then
    journal.close()
    assert replayed(tmp_path, pki)[0] == 1


def test_where_no_process_can_be_forked_this_one_makes_the_snapshot(
    pki: Pki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dcc, journal = grown_large(pki, tmp_path, monkeypatch)
    for name in ("fork", "WNOHANG"):
        monkeypatch.delattr(os, name)
    Snapshots(tmp_path, settings(tmp_path)).keep_beside(dcc, journal)
    kept = msgspec.msgpack.decode((tmp_path / FILE_NAME).read_bytes(), type=Snapshot)
    assert kept.seq == journal.last_seq
    journal.close()


def test_the_end_waits_for_the_child(pki: Pki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An older snapshot must not replace the last one."""
    monkeypatch.setattr("stubs.gateway.snapshots._LARGE", 1)
    with background_dcc(settings(tmp_path), VirtualClock(NOW), pki) as dcc:
        home(dcc)
        home(dcc)
    assert replayed(tmp_path, pki)[0] < 10
