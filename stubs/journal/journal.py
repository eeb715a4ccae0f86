"""The journal: appended by any thread, hash-chained, committed in groups, read by everybody.

``append`` makes entries visible at once inside the process; ``commit`` makes everything appended so far
durable. An HTTP answer leaves only after its events are committed. A commit that fails (disk full) loses
nothing: the entries stay pending and the next commit tries them again, unless they are withdrawn.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import sha256
from threading import Condition, Lock, RLock
from typing import NamedTuple, Protocol

from stubs.clock import Clock
from stubs.events import AnyEvent, Entry
from stubs.recording import RecordedEvents, decode_event, read_back_all
from stubs.wire.errors import Blocked
from stubs.wire.instants import iso_octets

GENESIS = bytes(32)
"""The hash "before" the first entry."""

_BATCH = 256
_LOGGER = logging.getLogger("stubs.journal")

Subscriber = Callable[[tuple[Entry, ...]], None]


class Row(NamedTuple):
    """One entry as stored: the instant in ISO 8601, the event's JSON, the 32-byte hash."""

    seq: int
    at: str
    event: bytes
    hash: bytes


_row = tuple.__new__
"""Makes a ``Row`` of its values at half the cost of naming them: each request makes four."""


class Store(Protocol):
    """Storage of a journal's rows; called from any thread, ``write`` by one at a time.

    A reader or writer may wait for the disk, and nobody who appends for it.
    """

    def write(self, rows: Iterable[Row]) -> None:
        """Make rows durable, all or none. Raises: Blocked: the store cannot write (disk full, file gone)."""
        ...

    def read(self, after: int, limit: int) -> list[Row]:
        """Up to ``limit`` rows with a sequence number above ``after``, ascending."""
        ...

    def last(self) -> Row | None:
        """The row with the highest sequence number."""
        ...

    def close(self) -> None:
        """Release the store; the journal is not used afterwards."""
        ...


def chain_hash(previous: bytes, seq: int, at: str, event: bytes) -> bytes:
    """SHA-256 over previous hash (32 bytes), number (8 bytes, big-endian), instant and event JSON."""
    return _hash(previous, seq, at.encode(), event)


def _hash(previous: bytes, seq: int, at: bytes, event: bytes) -> bytes:
    return sha256(b"".join((previous, seq.to_bytes(8, "big"), at, event))).digest()


class Journal:
    """The one append-only record of a run.

    Args:
        store: keeps the rows; the journal closes it.
        clock: gives the instant of entries appended without one.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._lock = RLock()
        self._grown = Condition(self._lock)
        self._readers_waiting = 0
        self._writing = Lock()
        """Held while rows are made durable; taken before the other lock, never after it."""
        self._pending: list[Row] = []
        self._in_flight: list[Row] = []
        """Rows that are being made durable; those that are pending come after them."""
        self._is_behind = False
        self._subscribers: list[Subscriber] = []
        last = store.last()
        self._seq = last.seq if last else 0
        self._hash = last.hash if last else GENESIS
        self._at = _instant(last) if last else None

    @property
    def store(self) -> Store:
        """Return the store of the rows: for copies and checks of the whole."""
        return self._store

    @property
    def last_seq(self) -> int:
        """Sequence number of the newest entry; 0 when there is none."""
        return self._seq

    @property
    def last_hash(self) -> bytes:
        """Hash of the newest entry."""
        return self._hash

    @property
    def last_at(self) -> datetime | None:
        """Instant of the newest entry, UTC; None when there is none. The run's clock never goes behind it."""
        return self._at

    @property
    def is_behind(self) -> bool:
        """Whether a commit failed: entries wait that should be durable already."""
        return self._is_behind and bool(self._pending)

    def append(self, *events: AnyEvent, at: datetime | None = None) -> tuple[Entry, ...]:
        """Add events at the end, all or none, and tell subscribers; durable after the next ``commit``.

        Args:
            events: in the order they happened.
            at: the instant of all of them, UTC; the clock's time when not given.
        Raises: UnrecordableError: an event cannot be stored, or not be read again; none was added.
        """
        return self.append_recorded(read_back_all(events), at)

    def append_recorded(self, events: RecordedEvents, at: datetime | None = None) -> tuple[Entry, ...]:
        """Append events that were read back already: their octets are stored as they are; else like ``append``."""
        if not events:
            return ()
        instant = (at or self._clock.now()).astimezone(UTC)
        octets = iso_octets(instant)
        text = octets.decode()
        with self._lock:
            entries = []
            seq, digest, pending = self._seq, self._hash, self._pending
            for event, blob in zip(events, events.octets, strict=True):
                seq += 1
                digest = _hash(digest, seq, octets, blob)
                pending.append(_row(Row, (seq, text, blob, digest)))
                entries.append(Entry(seq=seq, at=instant, event=event, hash=digest))
            self._seq, self._hash, self._at = seq, digest, instant
            added = tuple(entries)
            self._notify_subscribers(added)
            if self._readers_waiting:
                self._grown.notify_all()
        return added

    @contextmanager
    def held(self) -> Iterator[int]:
        """Keep others from appending until the block ends: for entries that name one another. Yield the next number.

        The block must not commit.
        """
        with self._lock:
            yield self._seq + 1

    def _notify_subscribers(self, added: tuple[Entry, ...]) -> None:
        for subscriber in list(self._subscribers):
            try:
                subscriber(added)
            except Exception:
                # The entries are in the journal: a reader that fails must not make them look refused.
                _LOGGER.exception("a reader of the journal failed")

    def commit(self) -> None:
        """Make everything appended so far durable; others append meanwhile, if this is called in another thread.

        Raises: Blocked: the store cannot write; the entries stay pending for the next commit.
        """
        with self._writing:
            with self._lock:
                self._in_flight, self._pending = self._pending, []
            if not self._in_flight:
                return
            try:
                self._store.write(self._in_flight)
            except BaseException:
                with self._lock:
                    self._in_flight, self._pending = [], self._in_flight + self._pending
                    self._is_behind = True
                raise
            with self._lock:
                self._in_flight, self._is_behind = [], False

    @property
    def pending(self) -> int:
        """Return the number of entries that are not durable yet."""
        return len(self._in_flight) + len(self._pending)

    @property
    def durable_seq(self) -> int:
        """Return the sequence number of the newest entry that is durable; 0 when none is."""
        with self._lock:
            rows = self._not_durable()
            return rows[0].seq - 1 if rows else self._seq

    def withdraw(self) -> int:
        """Take back every entry that is not durable, as if it had never been appended; how many.

        For the one who folded them and could not commit: the state has to go back too. Readers may have seen them.
        """
        with self._writing, self._lock:
            count, self._pending = len(self._pending), []
            last = self._store.last()
            self._seq = last.seq if last else 0
            self._hash = last.hash if last else GENESIS
            self._at = _instant(last) if last else None
            return count

    def record(self, *events: AnyEvent) -> tuple[Entry, ...]:
        """Append and commit in one call, for writers outside the gateway's group commit."""
        entries = self.append(*events)
        self.commit()
        return entries

    def entries(self, after: int = 0, until: int | None = None, kinds: Iterable[str] | None = None) -> Iterator[Entry]:
        """Entries with ``after < seq <= until``, ascending; what is appended meanwhile is not among them.

        Args:
            after: 0 for everything.
            until: the newest entry at the time of the call when not given.
            kinds: names of the event classes wanted; others are passed over without being decoded.
        """
        last = self._seq if until is None else min(until, self._seq)
        wanted = None if kinds is None else tuple(f'{{"kind":"{kind}"'.encode() for kind in kinds)
        while after < last:
            rows = self._read(after)
            if not rows:
                return  # withdrawn meanwhile
            for row in rows:
                if row.seq > last:
                    return
                if wanted is None or row.event.startswith(wanted):
                    yield self._entry(row)
            after = rows[-1].seq

    def _read(self, after: int) -> list[Row]:
        with self._lock:
            rows = self._not_durable()
            if after + 1 >= (rows[0].seq if rows else self._seq + 1):
                start = after + 1 - rows[0].seq if rows else 0
                return rows[start : start + _BATCH]
        return self._store.read(after, _BATCH)

    def _not_durable(self) -> list[Row]:
        return self._in_flight + self._pending if self._in_flight else self._pending

    def entry(self, seq: int) -> Entry | None:
        """The entry with this number; None: there is none."""
        return next(self.entries(seq - 1, seq), None) if self._is_pending(seq) else self._stored(seq)

    def _is_pending(self, seq: int) -> bool:
        with self._lock:
            rows = self._not_durable()
            return bool(rows) and seq >= rows[0].seq

    def _stored(self, seq: int) -> Entry | None:
        rows = self._store.read(seq - 1, 1)
        return self._entry(rows[0]) if rows and rows[0].seq == seq else None

    def _entry(self, row: Row) -> Entry:
        try:
            event = decode_event(row.event)
            at = datetime.fromisoformat(row.at)
        except ValueError as error:  # msgspec's errors are among them
            raise Blocked(
                f"entry {row.seq} of the journal cannot be read: {error}",
                mend="It was written by another version of this program, or the file is damaged.",
            ) from error
        return Entry(seq=row.seq, at=at, event=event, hash=row.hash)

    def rows(self, after: int = 0, until: int | None = None) -> Iterator[Row]:
        """Yield the rows like ``entries``, undecoded: the bytes the hashes were taken over."""
        last = self._seq if until is None else min(until, self._seq)
        while after < last:
            batch = self._read(after)
            if not batch:
                return
            yield from (row for row in batch if row.seq <= last)
            after = batch[-1].seq

    def wait(
        self,
        predicate: Callable[[Entry], bool] | None = None,
        *,
        after: int = 0,
        timeout: float | None = None,
    ) -> Entry | None:
        """Block the calling thread until an entry beyond ``after`` satisfies ``predicate``.

        Args:
            predicate: any new entry will do when not given.
            after: sequence number already seen.
            timeout: real seconds; None waits for ever.
        Returns: the entry, or None after the timeout.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            seen = self._seq
            for entry in self.entries(after, seen):
                if predicate is None or predicate(entry):
                    return entry
            after = seen
            with self._grown:
                remaining = None if deadline is None else deadline - time.monotonic()
                if remaining is not None and remaining <= 0:
                    return None
                if self._seq == after:
                    self._readers_waiting += 1
                    try:
                        self._grown.wait(remaining)
                    finally:
                        self._readers_waiting -= 1

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """Call ``callback`` with each group of new entries, in order, in the appending thread.

        It must be quick and must not append. Returns a function that ends the subscription.
        """
        with self._lock:
            self._subscribers.append(callback)

        def unsubscribe() -> None:
            with self._lock, suppress(ValueError):
                self._subscribers.remove(callback)

        return unsubscribe

    def close(self) -> None:
        """Commit what is pending and close the store."""
        try:
            self.commit()
        finally:
            with self._writing:
                self._store.close()


def _instant(row: Row) -> datetime:
    try:
        instant = datetime.fromisoformat(row.at)
    except ValueError as error:
        raise Blocked(f"entry {row.seq} of the journal has no instant: {row.at!r}") from error
    return instant.astimezone(UTC)


def verify_chain(rows: Iterable[Row], previous: bytes = GENESIS, after: int = 0) -> bytes:
    """Recompute every hash of consecutive rows; the last hash.

    Args:
        rows: ascending, without gaps.
        previous: hash of the entry before the first row.
        after: sequence number of that entry.
    Raises: Blocked: an entry was altered, dropped, added or moved; says which.
    """
    for row in rows:
        if row.seq != after + 1:
            raise Blocked(f"the journal's chain is broken: entry {after + 1} is missing, found {row.seq}")
        expected = chain_hash(previous, row.seq, row.at, row.event)
        if expected != row.hash:
            raise Blocked(f"the journal's chain is broken at entry {row.seq}: its content does not match its hash")
        previous, after = row.hash, row.seq
    return previous
