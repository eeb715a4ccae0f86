"""Snapshots of the folded state beside a long journal, so that a start replays only what came after.

A snapshot is a convenience: one that is missing, damaged, of another version, of other settings or of another journal
is passed over, and everything is replayed. It says which journal entry it was taken after, and that entry's hash.
"""

from __future__ import annotations

import gc
import hashlib
import os
import warnings
from collections.abc import Callable
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


_LARGE = 1000
"""Devices and items of the agenda from which on a snapshot is taken by a child process: 15 ms for as many."""
_MOST_FILES = 65_536


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
        self._child = 0
        """The process that writes a snapshot; 0: none does."""

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
        self._is_writing(options=0)  # an older one must not replace this one
        if self._path is not None and self._is_due(journal):
            self._newest = journal.last_seq  # also when there is no room: it is tried again when there is more to keep
            self._write(self._snapshot_of(dcc, journal), self._path)

    def keep_beside(self, dcc: Dcc, journal: Journal) -> None:
        """Keep a snapshot like ``keep``; a child process makes it when the state is large, so that this one goes on.

        The child begins with a copy of this process's memory, and changes nothing of the original. Where the platform
        has no such children (Windows), this process makes it.
        """
        path = self._path
        if not hasattr(os, "fork"):
            self.keep(dcc, journal)
            return
        if path is None or not self._is_due(journal) or self._is_writing(options=os.WNOHANG):
            return
        if len(dcc.state.devices) + len(dcc.state.agenda.items) < _LARGE:
            self.keep(dcc, journal)
            return
        self._newest = journal.last_seq
        self._child = _in_child(lambda: self._write(self._snapshot_of(dcc, journal), path))

    def _is_due(self, journal: Journal) -> bool:
        return journal.last_seq - self._newest >= self._after

    def _is_writing(self, options: int) -> bool:
        """Whether the child is still at it; with no ``options`` it is waited for."""
        if self._child:
            with suppress(ChildProcessError):
                if os.waitpid(self._child, options)[0] == 0:
                    return True
            self._child = 0
        return False

    def _snapshot_of(self, dcc: Dcc, journal: Journal) -> Snapshot:
        image = dcc.snapshot()
        return Snapshot(
            made_by=self._made_by,
            seq=journal.last_seq,
            hash=journal.last_hash,
            image=image,
            digest=hashlib.sha256(image).digest(),
        )

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
    """Return what a snapshot depends on beside the journal: format, version of the program, digest of settings."""
    try:
        program = version("uept-harness")
    except PackageNotFoundError:
        program = "unpacked"
    digest = hashlib.sha256(msgspec.json.encode(redacted(settings), order="deterministic")).hexdigest()
    return f"{FORMAT} {program} {digest}"


def _in_child(action: Callable[[], object]) -> int:
    """Let a child process do something that only reads memory and writes a file; its process id.

    It takes over nothing that is open: neither ports, which it would keep from a restart, nor the journal.
    """
    with warnings.catch_warnings():
        # Forbidden where other threads may hold locks: the child takes none.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child:
        return child
    try:
        gc.disable()  # a collection would touch, and so copy, every page
        os.closerange(3, _MOST_FILES)
        action()
    finally:
        os._exit(0)
