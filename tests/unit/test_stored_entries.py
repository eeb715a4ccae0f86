"""A stored journal read entry by entry says what the whole of it says, and decodes no more than is looked at."""

from __future__ import annotations

import weakref
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.evidence import slice as journal_slice
from harness.evidence.stored_entries import StoredEntries, between, of_kinds
from stubs.events import ClockMoved, DccReset, Entry, Event, OutcomeClaimed, PageViewed
from stubs.journal import Row
from stubs.recording import encode_event
from stubs.wire.errors import PeerError

NOW = datetime(2026, 1, 15, tzinfo=UTC)
EVENTS = st.lists(
    st.one_of(
        st.builds(OutcomeClaimed, action=st.text(max_size=5), content=st.dictionaries(st.text(max_size=9), st.text())),
        st.builds(DccReset, seed=st.text(max_size=9)),
        st.just(ClockMoved(mode="jump", now=NOW, rate=0.0, cause="x")),
    ),
    max_size=12,
)
KINDS = (OutcomeClaimed, DccReset, ClockMoved, PageViewed)


def lines_of(events: list[Event], numbers: list[int] | None = None) -> bytes:
    rows = [
        Row(seq, NOW.isoformat(), encode_event(event), bytes([seq % 256]) * 32)  # type: ignore[arg-type]
        for seq, event in zip(numbers or range(1, len(events) + 1), events, strict=True)
    ]
    return journal_slice.to_lines(rows)


def respelled(lines: bytes) -> bytes:
    """The same entries as another program may write them: white space, the kind at the end."""
    found = []
    for line in lines.splitlines():
        entry = msgspec.json.decode(line)
        event = entry["event"]
        entry["event"] = {**{name: value for name, value in event.items() if name != "kind"}, "kind": event["kind"]}
        found.append(msgspec.json.format(msgspec.json.encode(entry), indent=1).replace(b"\n", b"") + b"\n")
    return b"".join(found)


@given(events=EVENTS, is_foreign=st.booleans(), wanted=st.sets(st.sampled_from(KINDS)), data=st.data())
def test_stored_entries_are_the_entries_of_the_journal(
    events: list[Event], *, is_foreign: bool, wanted: set[type[Event]], data: st.DataObject
) -> None:
    lines = respelled(lines_of(events)) if is_foreign else lines_of(events)
    whole = tuple(journal_slice.entries(journal_slice.from_lines(lines)))
    stored = StoredEntries(lines)
    assert tuple(stored) == whole
    assert [stored[place] for place in range(len(whole))] == list(whole)
    assert list(of_kinds(stored, *wanted)) == list(of_kinds(whole, *wanted))
    first, last = data.draw(st.integers(-2, 14)), data.draw(st.integers(-2, 14))
    assert list(between(stored, first, last)) == list(between(whole, first, last))


@given(numbers=st.lists(st.integers(1, 9), min_size=1, max_size=9))
def test_a_slice_of_a_journal_out_of_order_is_by_number(numbers: list[int]) -> None:
    stored = StoredEntries(lines_of([DccReset(seed="x")] * len(numbers), numbers))
    assert [entry.seq for entry in stored] == numbers
    assert [entry.seq for entry in stored.between(2, 7)] == sorted(one for one in numbers if 2 <= one <= 7)


def decodings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The places of entries, as they are decoded."""
    decoded: list[int] = []
    original = StoredEntries._decoded

    def counted(self: StoredEntries, place: int) -> Entry:
        decoded.append(place)
        return original(self, place)

    monkeypatch.setattr(StoredEntries, "_decoded", counted)
    return decoded


def test_only_entries_of_the_kinds_asked_for_are_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded = decodings(monkeypatch)
    move = ClockMoved(mode="jump", now=NOW, rate=0.0, cause="x")
    stored = StoredEntries(lines_of([DccReset(seed="x"), move, DccReset(seed="y")]))
    assert decoded == []
    assert [entry.seq for entry in stored.of(ClockMoved)] == [2]
    assert decoded == [1]


def test_what_is_looked_at_again_and_again_is_decoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded = decodings(monkeypatch)
    stored = StoredEntries(lines_of([DccReset(seed="x")] * 5))
    assert stored.between(2, 4) == stored.between(2, 4) == stored[1:4]
    assert decoded == [1, 2, 3]


def test_a_journal_is_let_go_with_the_last_who_looks_at_it() -> None:
    stored = StoredEntries(lines_of([DccReset(seed="x")] * 5))
    assert len(stored.between(1, 5)) == 5
    known = weakref.ref(stored)
    del stored
    assert known() is None


def test_an_event_of_no_known_kind_is_told_when_it_is_looked_at() -> None:
    lines = lines_of([DccReset(seed="x"), DccReset(seed="y")]).replace(
        b'"DccReset","seed":"y"', b'"Unheard","seed":"y"'
    )
    stored = StoredEntries(lines)
    assert stored[0].event == DccReset(seed="x")
    with pytest.raises(PeerError, match="entry 2"):
        tuple(stored)


def test_a_line_that_is_no_entry_is_told_at_once() -> None:
    with pytest.raises(PeerError, match="line 2"):
        StoredEntries(lines_of([DccReset(seed="x")]) + b"{}\n")
