"""A state folder looked after: its journal checked whole, copied while it runs, and repaired without losing anything.

The chain proves that no entry before the last one was altered or lost. That nothing is missing at the end is told by
``journal.head``, which every clean stop writes: the number and the hash of the entry that was the last one then.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec

from stubs.journal.journal import GENESIS, Journal, Row, chain_hash
from stubs.journal.sqlite import FILE_NAME, LOG_SUFFIXES, SqliteStore
from stubs.wire.errors import Blocked, InputError

HEAD_NAME = "journal.head"
"""In the state folder: the last entry at the last clean stop."""
SNAPSHOT_NAME = "snapshot.bin"
_BATCH = 4096
_MEND = (
    "See `uept state check`; `uept state repair --from-backup FOLDER` brings a copy back, `--cut-at N` keeps the "
    "entries before N and puts the others aside."
)


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The last entry of a journal."""

    seq: int
    hash: bytes


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Fault of a journal: ``what`` is wrong from entry ``seq`` on."""

    seq: int
    what: str

    @property
    def sentence(self) -> str:
        """Return the fault as a sentence."""
        return f"entry {self.seq}: {self.what}"


class CheckReport(msgspec.Struct, frozen=True, kw_only=True):
    """A whole journal checked."""

    entries: int
    head: str
    """Hash of the last good entry, hexadecimal."""
    finding: Finding | None = None


def check_store(store: SqliteStore, head: Head | None = None) -> CheckReport:
    """Recompute every hash of the chain; nothing is decoded.

    Args:
        store: the journal's rows.
        head: an entry that must be there: the last one at the last clean stop.
    """
    previous, seq, finding = GENESIS, 0, None
    try:
        for row in _rows(store):
            finding = _problem(row, previous, seq, head)
            if finding is not None:
                break
            previous, seq = row.hash, row.seq
    except Blocked as blocked:
        finding = Finding(seq=seq + 1, what=f"cannot be read: {blocked.what}")
    if finding is None and head is not None and head.seq > seq:
        finding = Finding(seq=seq + 1, what=f"missing: entry {head.seq} was the last one at the last clean stop")
    return CheckReport(entries=seq, head=previous.hex(), finding=finding)


def _rows(store: SqliteStore) -> Iterator[Row]:
    """Every row; where many cannot be read together, one by one up to the first that cannot."""
    after, limit = 0, _BATCH
    while True:
        try:
            rows = store.read(after, limit)
        except Blocked:
            if limit == 1:
                raise
            limit = 1
            continue
        if not rows:
            return
        yield from rows
        after = rows[-1].seq


def _is_of(value: object, kind: type) -> bool:
    """A damaged file gives values of any type."""
    return isinstance(value, kind)


def _problem(row: Row, previous: bytes, seq: int, head: Head | None) -> Finding | None:
    if row.seq != seq + 1:
        return Finding(seq=seq + 1, what=f"missing, entry {row.seq} follows")
    if not (_is_of(row.at, str) and _is_of(row.event, bytes) and _is_of(row.hash, bytes)):
        return Finding(seq=row.seq, what="its fields are of other types than were written")
    if chain_hash(previous, row.seq, row.at, row.event) != row.hash:
        return Finding(seq=row.seq, what="its content does not match its hash")
    if head is not None and head.seq == row.seq and head.hash != row.hash:
        return Finding(seq=row.seq, what="another entry stood here at the last clean stop")
    return None


def check_at_start(store: SqliteStore, folder: Path) -> None:
    """Refuse a journal that was damaged or altered. Raises: InputError: with the entry's number and what to do."""
    report = check_store(store, read_head(folder))
    if report.finding is not None:
        raise InputError(f"the journal in {folder} is damaged: {report.finding.sentence}", mend=_MEND)


def read_head(folder: Path) -> Head | None:
    """The last entry at the last clean stop; None: none is known."""
    try:
        return msgspec.json.decode((folder / HEAD_NAME).read_bytes(), type=Head)
    except (OSError, ValueError):
        return None


def write_head(folder: Path, journal: Journal) -> None:
    """Say which entry is the last one, at a clean stop."""
    scratch = folder / f"{HEAD_NAME}.new"
    try:
        scratch.write_bytes(msgspec.json.encode(Head(seq=journal.last_seq, hash=journal.last_hash)))
        scratch.replace(folder / HEAD_NAME)
    except OSError:
        return  # a full disk must not end a run: without it the chain is checked all the same


def check(folder: Path) -> CheckReport:
    """Check the journal of a state folder nobody uses. Raises: Blocked: it cannot be opened."""
    store = _open(folder)
    try:
        return check_store(store, read_head(folder))
    finally:
        store.close()


def _open(folder: Path) -> SqliteStore:
    if not (folder / FILE_NAME).is_file():
        raise InputError(f"{folder} holds no journal", mend=f"Name a state folder, which has a {FILE_NAME}.")
    return SqliteStore(folder / FILE_NAME)


_JOURNAL_FILES = tuple(f"{FILE_NAME}{suffix}" for suffix in ("", "-wal", "-shm", *LOG_SUFFIXES))
_LEFT_OUT = frozenset({*_JOURNAL_FILES, "control.json", SNAPSHOT_NAME, HEAD_NAME, "backups"})


def backup(folder: Path, to: Path, store: SqliteStore | None = None) -> CheckReport:
    """Copy a state folder, its journal consistently even while it is written; the copy checked.

    Args:
        folder: the state folder.
        to: a folder that does not exist yet.
        store: the journal's store when this process has it open.
    Raises: InputError: ``to`` exists or cannot be made; Blocked: the journal cannot be copied.
    """
    mine = store or _open(folder)
    try:
        try:
            to.mkdir(parents=True)
            for each in sorted(folder.iterdir()):
                if each.name in _LEFT_OUT or to.is_relative_to(each):
                    continue
                if each.is_dir():
                    shutil.copytree(each, to / each.name)
                elif each.is_file():
                    shutil.copy2(each, to / each.name)
        except OSError as error:
            mend = "Name a new folder, on a disk with room."
            raise InputError(f"cannot copy to {to}: {error.strerror or error}", mend=mend) from error
        mine.copy_to(to / FILE_NAME)
    finally:
        if store is None:
            mine.close()
    return check(to)


def restore(folder: Path, source: Path) -> CheckReport:
    """Put a backup's journal in the place of a damaged one, which is kept. Raises: InputError: the backup is none."""
    report = check(source)
    if report.finding is not None:
        raise InputError(f"the backup {source} is damaged: {report.finding.sentence}", mend="Use another.")
    _put_aside(folder)
    store = _open(source)
    try:
        store.copy_to(folder / FILE_NAME)
    finally:
        store.close()
    return check(folder)


def cut(folder: Path, at: int) -> CheckReport:
    """Keep the entries before number ``at``; the whole journal as it was is put aside.

    Raises: InputError: no such entry, or the entries before it are damaged too.
    """
    store = _open(folder)
    try:
        report = check_store(store)
        if not 1 <= at <= report.entries + 1:
            mend = f"Entries 1 to {report.entries} are good: --cut-at {report.entries + 1} keeps them all."
            raise InputError(f"cannot cut at entry {at}", mend=mend)
        scratch = folder / f"{FILE_NAME}.cut"
        scratch.unlink(missing_ok=True)
        kept = SqliteStore(scratch)
        try:
            for rows in _batches(store, at):
                kept.write(rows)
        finally:
            kept.close()
    finally:
        store.close()
    _put_aside(folder)
    scratch.replace(folder / FILE_NAME)
    return check(folder)


def _batches(store: SqliteStore, before: int) -> Iterator[list[Row]]:
    after = 0
    while rows := [row for row in store.read(after, _BATCH) if row.seq < before]:
        yield rows
        after = rows[-1].seq


def _put_aside(folder: Path) -> Path:
    """Keep the journal, and all that was derived from it, in a folder of its own."""
    number = 1
    while (aside := folder / f"damaged-{number}").exists():
        number += 1
    aside.mkdir()
    for name in (*_JOURNAL_FILES, HEAD_NAME, SNAPSHOT_NAME):
        if (folder / name).exists():
            (folder / name).rename(aside / name)
    return aside
