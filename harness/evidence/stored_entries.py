"""The entries of a journal as they are stored: each decoded when it is looked at, so that a long run fits in memory.

A run of a thousand scenarios takes five times its journal's size when all of its entries are decoded at once.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from sys import intern
from typing import TypeGuard, overload

import msgspec

from harness.evidence import slice as journal_slice
from stubs.events import AnyEvent, Entry, Event
from stubs.journal import Row

_KEPT = 2048
"""Entries that stay decoded: those of the scenario that is judged are looked at by each of its checks."""
_KIND = b'{"kind":"'


class _Typed(msgspec.Struct, frozen=True):
    seq: int
    at: str
    hash: str
    event: AnyEvent


class StoredEntries(Sequence[Entry]):
    """The entries of an NDJSON slice of a journal, in its order.

    Whoever looks at an entry gets PeerError where it holds an event that this version does not know.

    Args:
        lines: of ``harness.evidence.slice.to_lines``.
    Raises: PeerError: a line is not an entry.
    """

    def __init__(self, lines: bytes) -> None:
        self._lines = lines
        self._starts = [0]
        self._numbers: list[int] = []
        self._kinds: list[str] = []
        for row, end in journal_slice.placed(lines):
            self._starts.append(end)
            self._numbers.append(row.seq)
            self._kinds.append(intern(_kind_of(row.event)))
        ascending = all(one < then for one, then in zip(self._numbers, self._numbers[1:], strict=False))
        order: Sequence[int] = range(len(self._numbers))
        self._order = order if ascending else sorted(order, key=self._numbers.__getitem__)
        self._ordered = self._numbers if ascending else sorted(self._numbers)
        self._kept: dict[int, Entry] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, place: int) -> Entry: ...

    @overload
    def __getitem__(self, place: slice) -> list[Entry]: ...

    def __getitem__(self, place: int | slice) -> Entry | list[Entry]:
        places = range(len(self))[place]
        return self._remembered(places) if isinstance(places, int) else [self._remembered(one) for one in places]

    def __iter__(self) -> Iterator[Entry]:
        return map(self._decoded, range(len(self)))

    def between(self, first: int, last: int) -> list[Entry]:
        """The entries whose numbers are ``first`` to ``last``, both included, by number."""
        places = self._order[bisect_left(self._ordered, first) : bisect_right(self._ordered, last)]
        return [self._remembered(place) for place in places]

    def of(self, *kinds: type[Event]) -> Iterator[Entry]:
        """The entries of some kinds; others are not decoded."""
        names = {kind.__name__ for kind in kinds}
        for place, name in enumerate(self._kinds):
            if name in names or not name:
                entry = self._decoded(place)
                if isinstance(entry.event, kinds):
                    yield entry

    def rows(self) -> Iterator[Row]:
        """The entries undecoded, as the hashes were taken over them."""
        return journal_slice.from_lines(self._lines)

    def _remembered(self, place: int) -> Entry:
        found = self._kept.get(place)
        if found is None:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            found = self._kept[place] = self._decoded(place)
        return found

    def _decoded(self, place: int) -> Entry:
        line = self._lines[self._starts[place] : self._starts[place + 1]]
        try:
            typed = _DECODE(line)
            at = datetime.fromisoformat(typed.at)
            digest = bytes.fromhex(typed.hash)
        except (ValueError, RecursionError):  # of msgspec, too: what is wrong is said below
            at = None
        if at is None or at.tzinfo is None:
            return next(journal_slice.entries(journal_slice.from_lines(line)))
        return Entry(seq=typed.seq, at=at, event=typed.event, hash=digest)


_DECODE = msgspec.json.Decoder(_Typed).decode


def _kind_of(event: bytes) -> str:
    """Which kind of event this is, if it is written as the journal writes it; else empty."""
    if not event.startswith(_KIND):
        return ""
    return event[len(_KIND) : event.index(b'"', len(_KIND))].decode("ascii", "replace")


def of_kinds(entries: Iterable[Entry], *kinds: type[Event]) -> Iterator[Entry]:
    """The entries of some kinds, in their order; of stored ones no others are decoded."""
    if _is_stored(entries):
        return entries.of(*kinds)
    return (entry for entry in entries if isinstance(entry.event, kinds))


def _is_stored(entries: Iterable[Entry]) -> TypeGuard[StoredEntries]:
    return isinstance(entries, StoredEntries)


def between(entries: Sequence[Entry], first: int, last: int) -> Sequence[Entry]:
    """The entries whose numbers are ``first`` to ``last``, both included; ``entries`` ascend by their number."""
    if isinstance(entries, StoredEntries):
        return entries.between(first, last)
    start = bisect_left(entries, first, key=_seq)
    return entries[start : bisect_right(entries, last, lo=start, key=_seq)]


def _seq(entry: Entry) -> int:
    return entry.seq
