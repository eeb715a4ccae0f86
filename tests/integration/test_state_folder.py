"""A state folder: checked whole at every start, copied while it runs, repaired without losing anything."""

from __future__ import annotations

import json
import random
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from harness.cli import run
from stubs.clock import VirtualClock
from stubs.events import FaultCleared
from stubs.journal import Journal, SqliteStore
from stubs.journal.maintenance import check, write_head
from stubs.smki import Pki
from stubs.wire.errors import Blocked
from tests.dcc_kit import NOW, Party, a_pki
from tests.service_trips import schedule_body
from tests.serving_kit import Endpoint, a_dcc, home, post
from tests.state_picture import is_same_after_replay


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    endpoint = Endpoint()
    endpoint.up()
    yield endpoint
    endpoint.down()


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return a_pki(tmp_path_factory.mktemp("pki"))


def a_state(folder: Path, entries: int = 40) -> Path:
    """A folder with a journal that was stopped cleanly."""
    folder.mkdir(parents=True, exist_ok=True)
    journal = Journal(SqliteStore(folder / "journal.db"), VirtualClock(NOW, rate=0))
    journal.record(*(FaultCleared(fault=f"f{number}") for number in range(1, entries + 1)))
    write_head(folder, journal)
    journal.close()
    return folder


def altered(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "journal.db")) as connection, connection:
        connection.execute(statement)


DAMAGE = {
    "an edited event": ("UPDATE entry SET event = CAST(replace(event, 'f7', 'f9') AS BLOB) WHERE seq = 7", 7),
    "an edited instant": ("UPDATE entry SET at = '2026-01-15T10:00:01+00:00' WHERE seq = 8", 8),
    "an edited hash": ("UPDATE entry SET hash = zeroblob(32) WHERE seq = 9", 9),
    "a missing row": ("DELETE FROM entry WHERE seq = 10", 10),
    "a missing beginning": ("DELETE FROM entry WHERE seq < 4", 1),
    "a missing end": ("DELETE FROM entry WHERE seq > 30", 31),
    "everything missing": ("DELETE FROM entry", 1),
    "a row too many": ("INSERT INTO entry SELECT 41, at, event, hash FROM entry WHERE seq = 40", 41),
}


@pytest.mark.parametrize(("statement", "seq"), DAMAGE.values(), ids=DAMAGE.keys())
def test_what_was_altered_is_refused_at_start_by_number_and_can_be_cut_off(
    pki: Pki, endpoint: Endpoint, tmp_path: Path, statement: str, seq: int, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = a_state(tmp_path / "state")
    altered(folder, statement)
    settings = {"state_dir": str(folder)}
    with pytest.raises(Blocked, match=rf"entry {seq}: .*state repair"), a_dcc(pki, endpoint, **settings):
        pass
    assert run(["state", "check", str(folder), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["finding"]["seq"] == seq
    before = (folder / "journal.db").read_bytes()
    assert run(["state", "repair", str(folder), "--cut-at", str(seq)]) == 0
    assert (folder / "damaged-1" / "journal.db").read_bytes() == before
    assert run(["state", "check", str(folder)]) == 0
    assert check(folder).entries == seq - 1
    with a_dcc(pki, endpoint, **settings) as dcc:
        assert dcc.journal.last_seq >= seq - 1


def test_no_flipped_bit_of_an_entry_starts_silently(pki: Pki, tmp_path: Path) -> None:
    folder = a_state(tmp_path / "state")
    whole = (folder / "journal.db").read_bytes()
    chance = random.Random(4711)
    silent = []
    for _ in range(60):
        at, bit = chance.randrange(len(whole)), chance.randrange(8)
        damaged = bytearray(whole)
        damaged[at] ^= 1 << bit
        (folder / "journal.db").write_bytes(damaged)
        try:
            report = check(folder)
        except Blocked:
            continue
        if report.finding is None and _rows(damaged, tmp_path) != _rows(whole, tmp_path):
            silent.append((at, bit))
    assert silent == []


def _rows(octets: bytes | bytearray, folder: Path) -> list[tuple[object, ...]]:
    file = folder / "copy.db"
    file.write_bytes(octets)
    with closing(sqlite3.connect(file)) as connection:
        return list(connection.execute("SELECT seq, at, event, hash FROM entry"))


def test_a_running_state_is_copied_and_the_copy_takes_over(
    pki: Pki, endpoint: Endpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, copy = tmp_path / "state", tmp_path / "copy"
    with a_dcc(pki, endpoint, state_dir=str(folder)) as dcc:
        device = home(dcc)["esme"]
        assert run(["state", "check", str(folder)]) == 3, "it is in use"
        assert run(["state", "backup", str(folder), str(copy), "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["entries"] == dcc.journal.last_seq
        assert run(["state", "backup", str(folder), str(copy)]) == 2, "it is there already"
        assert not (copy / "control.json").exists()
    altered(folder, "UPDATE entry SET event = x'00' WHERE seq = 5")
    assert run(["state", "repair", str(folder), "--from-backup", str(copy)]) == 0
    with a_dcc(pki, endpoint, state_dir=str(folder)) as dcc:
        assert len(dcc.control.device(device)) > 1
        assert post(dcc.urls.send_command, Party(pki).request("11.2", device))[0] == 200


def test_wrong_ways_to_call_it_are_one_line_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = a_state(tmp_path / "state")
    for arguments in (
        ("check", str(tmp_path)),
        ("backup", str(tmp_path), str(tmp_path / "x")),
        ("backup", str(folder), str(folder)),
        ("repair", str(folder)),
        ("repair", str(folder), "--cut-at", "0"),
        ("repair", str(folder), "--cut-at", "42"),
        ("repair", str(folder), "--from-backup", str(tmp_path)),
        ("repair", str(folder), "--from-backup", str(folder), "--cut-at", "1"),
    ):
        capsys.readouterr()
        assert run(["state", *arguments]) == 2, arguments
        assert len(capsys.readouterr().err.splitlines()) == 1


# --- long moves of the clock ---


def test_a_long_move_of_the_clock_is_watched_and_stopped_while_requests_are_answered(
    pki: Pki, endpoint: Endpoint
) -> None:
    with a_dcc(pki, endpoint) as dcc:
        dcc.control.set_rate(0)
        device, party = home(dcc)["esme"], Party(pki)
        for _ in range(3):
            body = schedule_body(device)
            last, name = body.pop("DSPReadActivePowerImport"), body.pop("element", "DSPReadActivePowerImport")
            assert post(dcc.urls.non_device, party.request("5.1", **body, **{name: last}))[0] == 200
        before = dcc.control.now()
        ended: list[str] = []
        mover = threading.Thread(target=lambda: ended.append(dcc.control.advance_clock(10 * 366 * 86400)))
        mover.start()
        progress: dict[str, Any] = {}
        while not progress.get("worked"):
            progress = dcc.control.call("clock-progress")
            assert not ended, "three schedules in ten years are 10,000 commands"
        assert (progress["is_moving"], progress["from"]) == (True, before)
        with pytest.raises(Blocked, match="on its way"):
            dcc.control.advance_clock(1)
        assert post(dcc.urls.non_device, party.request("12.1", UPRN="1"))[0] == 200, "others have their turn"
        dcc.control.call("stop-clock")
        mover.join()
        assert before < ended[0] < progress["to"]
        assert dcc.control.call("clock-progress")["is_moving"] is False
        assert is_same_after_replay(dcc)


def test_every_item_on_the_way_of_a_long_move_is_worked_off(pki: Pki, endpoint: Endpoint) -> None:
    with a_dcc(pki, endpoint) as dcc:
        dcc.control.set_rate(0)
        device, party = home(dcc)["esme"], Party(pki)
        for _ in range(20):
            body = schedule_body(device)
            last, name = body.pop("DSPReadActivePowerImport"), body.pop("element", "DSPReadActivePowerImport")
            assert post(dcc.urls.non_device, party.request("5.1", **body, **{name: last}))[0] == 200
        dcc.control.advance_clock(60 * 86400)
        sent = sum(1 for _ in dcc.journal.entries(kinds={"CommandSent"}))
        assert 20 * 59 <= sent <= 20 * 61
