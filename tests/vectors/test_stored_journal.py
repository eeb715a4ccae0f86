"""A journal and a snapshot of an earlier version are read today, and what waited in them goes on as it did then."""

from __future__ import annotations

import lzma
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import msgspec
import pytest

from stubs.clock import VirtualClock
from stubs.dcc import Dcc, DccState
from stubs.dcc.state.state_parts import PARTS
from stubs.events import AnyEvent, Entry
from stubs.gateway.snapshots import Snapshot
from stubs.journal import FILE_NAME, Journal, SqliteStore
from stubs.smki import Pki
from tests.busy_dcc import BUSY, make_busy
from tests.dcc_kit import NOW, DccFixture, a_pki
from tests.state_picture import picture

STORED = Path(__file__).parent / "stored"
CUT = 245
"""The last entry before the clock was let go; the snapshot was taken here."""
COMPARED = {
    "ItemScheduled": ("item", "what", "due"),
    "ItemDone": ("item", "outcome"),
    "CommandSent": ("command", "request_id", "srv", "use_case"),
    "DeviceAnswered": ("command", "request_id"),
    "DeviceSilent": ("command", "reason", "response_code"),
    "MessageQueued": ("message", "user", "message_kind", "request_id", "response_code", "srv", "alert_code"),
    "AlertRaised": ("alert_kind", "code", "recipient", "cause"),
}
"""What of an event must be as it was; payloads and signatures are left to tests of their own."""


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return a_pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def entries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Entry]]:
    path = tmp_path_factory.mktemp("journal") / FILE_NAME
    path.write_bytes(lzma.decompress((STORED / "journal.db.xz").read_bytes()))
    journal = Journal(SqliteStore(path), VirtualClock(NOW))
    yield list(journal.entries())
    journal.close()


def replayed(pki: Pki, entries: list[Entry]) -> Dcc:
    dcc = Dcc(BUSY, pki)
    dcc.replay(entries[:CUT])
    return dcc


def restored(pki: Pki) -> Dcc:
    stored = msgspec.msgpack.decode(lzma.decompress((STORED / "snapshot.bin.xz").read_bytes()), type=Snapshot)
    assert stored.seq == CUT
    dcc = Dcc(BUSY, pki)
    dcc.restore(stored.image)
    return dcc


def story(events: list[AnyEvent]) -> list[tuple[Any, ...]]:
    told = []
    for event in events:
        name = type(event).__name__
        if name in COMPARED:
            told.append((name, *(getattr(event, field) for field in COMPARED[name])))
    return told


def test_the_stored_snapshot_holds_what_the_stored_journal_tells(pki: Pki, entries: list[Entry]) -> None:
    assert picture(restored(pki).state) == picture(replayed(pki, entries).state)


@pytest.mark.parametrize("source", ["journal", "snapshot"])
def test_what_waited_goes_on_as_it_did(pki: Pki, entries: list[Entry], source: str) -> None:
    dcc = replayed(pki, entries) if source == "journal" else restored(pki)
    happened: list[AnyEvent] = []
    for at in dict.fromkeys(entry.at for entry in entries[CUT:]):
        happened += dcc.tick(at)
    assert story(happened) == story([entry.event for entry in entries[CUT:]])


def test_every_kind_of_item_waits_in_it(pki: Pki, entries: list[Entry]) -> None:
    """The fixture would prove little otherwise; a later kind needs a fixture of its own."""
    busy = DccFixture(pki, BUSY)
    make_busy(busy)
    waiting = {item.what for item in busy.dcc.state.agenda.items.values()}
    assert waiting == {item.what for item in replayed(pki, entries).state.agenda.items.values()}


def test_every_attribute_of_the_state_is_one_part() -> None:
    assert [part.attribute for part in PARTS] == list(dict.fromkeys(part.attribute for part in PARTS))
    assert {part.attribute for part in PARTS} == {field.name for field in fields(DccState)}
