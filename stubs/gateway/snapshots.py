"""Snapshots of the folded state beside a long journal, so that a start replays only what came after.

A snapshot is a convenience: one that is missing, damaged, of another version, of other settings or of another journal
is passed over, and everything is replayed. It says which journal entry it was taken after, and that entry's hash.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

from stubs.dcc import FOLDED_KINDS, Dcc
from stubs.dcc.state.snapshot import FORMAT
from stubs.gateway.garbage import no_collections
from stubs.journal import Journal
from stubs.redaction import redacted
from stubs.settings import DccSettings

FILE_NAME = "snapshot.bin"
"""The snapshot's file in a state folder."""


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """A state, and after which entry of which journal it was taken."""

    made_by: str
    seq: int
    hash: bytes
    image: bytes
    digest: bytes
    """SHA-256 of the image."""


class Snapshots:
    """Reads and writes the snapshot of one journal.

    Args:
        folder: the state folder; None: the journal is in memory and there are no snapshots.
        settings: ``snapshot_after``; and those the state depends on.
    """

    def __init__(self, folder: Path | None, settings: DccSettings) -> None:
        self._path = folder / FILE_NAME if folder is not None and settings.snapshot_after else None
        self._after = settings.snapshot_after
        self._made_by = _fingerprint(settings)
        self._newest = 0

    def replay(self, dcc: Dcc, journal: Journal) -> None:
        """Bring the core to the journal's end, from the snapshot when there is a good one."""
        self._newest = self._restore(dcc, journal)
        dcc.replay(journal.entries(self._newest, kinds=FOLDED_KINDS))
        self.keep(dcc, journal)

    def again(self, dcc: Dcc, journal: Journal) -> None:
        """Bring the core back to the journal's end after entries were withdrawn that it had folded."""
        dcc.forget()
        dcc.replay(journal.entries(self._restore(dcc, journal), kinds=FOLDED_KINDS))

    def keep(self, dcc: Dcc, journal: Journal) -> None:
        """Write a snapshot when the journal has grown long since the last one."""
        if self._path is None or journal.last_seq - self._newest < self._after:
            return
        image = dcc.snapshot()
        snapshot = Snapshot(
            made_by=self._made_by,
            seq=journal.last_seq,
            hash=journal.last_hash,
            image=image,
            digest=hashlib.sha256(image).digest(),
        )
        self._newest = journal.last_seq  # also when there is no room: it is tried again when there is more to keep
        self._write(snapshot, self._path)

    def _write(self, snapshot: Snapshot, path: Path) -> None:
        scratch = path.with_suffix(".new")
        with suppress(OSError):  # a full disk must not end a run: the journal has everything
            scratch.write_bytes(msgspec.msgpack.encode(snapshot))
            scratch.replace(path)

    def _restore(self, dcc: Dcc, journal: Journal) -> int:
        """The entry after which the replay begins: that of a good snapshot, else 0."""
        snapshot = self._read()
        if snapshot is None or not 0 < snapshot.seq <= journal.last_seq:
            return 0
        row = next(journal.rows(snapshot.seq - 1, snapshot.seq), None)
        if row is None or row.hash != snapshot.hash:
            return 0
        try:
            with no_collections():
                dcc.restore(snapshot.image)
        except ValueError:
            return 0
        return snapshot.seq

    def _read(self) -> Snapshot | None:
        if self._path is None:
            return None
        try:
            snapshot = msgspec.msgpack.decode(self._path.read_bytes(), type=Snapshot)
        except (OSError, ValueError):
            return None
        is_whole = hashlib.sha256(snapshot.image).digest() == snapshot.digest
        return snapshot if is_whole and snapshot.made_by == self._made_by else None


def _fingerprint(settings: DccSettings) -> str:
    """What a snapshot depends on beside the journal: format, version of the program, settings."""
    try:
        program = version("uept-harness")
    except PackageNotFoundError:
        program = "unpacked"
    digest = hashlib.sha256(msgspec.json.encode(redacted(settings), order="deterministic")).hexdigest()
    return f"{FORMAT} {program} {digest}"
