"""Events become octets before anything changes: what cannot be recorded changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stubs.clock import VirtualClock
from stubs.dcc.state.dcc_state import new_state
from stubs.dcc.state.transaction import Transaction
from stubs.events import AnyEvent, DeviceChanged, Entry, FaultCleared, RequestReceived, ThresholdSet, UserRegistered
from stubs.journal import Journal, SqliteStore
from stubs.recording import UnrecordableError, decode_event, encode_event, read_back, recordable
from stubs.settings import DccSettings

NOW = datetime(2026, 1, 15, 10, 0, tzinfo=UTC)
ANYTHING = st.text(st.characters(exclude_categories=()))


def user(**changes: Any) -> UserRegistered:
    values: dict[str, Any] = {"user": "A0-B1-C2-D3-E4-01-00-00", "party": "p", "roles": ("IS",), "receive_url": None}
    return UserRegistered(**{**values, **changes})


BAD: dict[str, AnyEvent] = {
    "a number for text": user(party=5),
    "a number for a URL": user(receive_url=5),
    "a surrogate": user(party="\udcff"),
    "a surrogate in a name of values": DeviceChanged(device="d", values={"\ud800": 1}, cause="c"),
    "an object nobody can store": DeviceChanged(device="d", values={"a": object()}, cause="c"),
    "text for a number": ThresholdSet(user="u", srv="*", limit="many"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("event", BAD.values(), ids=BAD.keys())
def test_what_cannot_be_recorded_changes_neither_state_nor_journal(event: AnyEvent) -> None:
    journal = Journal(SqliteStore(), VirtualClock(NOW, rate=0))
    with pytest.raises(UnrecordableError, match="cannot be recorded"):
        journal.append(FaultCleared(fault="f1"), event)
    assert (journal.last_seq, list(journal.entries())) == (0, [])
    transaction = Transaction(new_state(DccSettings()), NOW)
    with pytest.raises(UnrecordableError):
        transaction.emit(event)
    assert not transaction.events
    assert not transaction.state.users
    assert not transaction.state.devices
    journal.append(FaultCleared(fault="f2"))
    assert [entry.event for entry in journal.entries()] == [FaultCleared(fault="f2")]
    journal.close()


@given(ANYTHING)
def test_any_text_becomes_recordable_and_text_that_is_stays(text: str) -> None:
    safe = recordable(text)
    event = RequestReceived(exchange="x", service=safe, peer=safe, content_type=safe, body=b"")
    stored, octets = read_back(event)
    assert (stored, decode_event(octets)) == (event, event)
    if not any("\ud800" <= letter <= "\udfff" for letter in text):
        assert safe == text


PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: ANYTHING,
    bytes: st.binary(),
    int: st.integers(),
    bool: st.booleans(),
    type(None): st.none(),
}
ANY_PLAIN = st.one_of(*PLAIN.values())


@settings(max_examples=400)
@given(st.sampled_from(get_args(AnyEvent)), st.data())
def test_an_event_that_is_not_read_back_equals_what_would_be_read(kind: Any, data: st.DataObject) -> None:
    hints = get_type_hints(kind)
    is_typed = data.draw(st.booleans())
    values = {}
    for field in msgspec.structs.fields(kind):
        declared = [PLAIN[one] for one in get_args(hints[field.name]) or (hints[field.name],) if one in PLAIN]
        values[field.name] = data.draw(st.one_of(declared) if declared and is_typed else ANY_PLAIN)
    event: AnyEvent = kind(**values)
    try:
        expected = decode_event(encode_event(event))
    except ValueError:
        with pytest.raises(UnrecordableError):
            read_back(event)
    else:
        stored, octets = read_back(event)
        assert (stored, repr(stored), octets) == (expected, repr(expected), encode_event(event))


def test_octets_that_are_no_text_stay_legible() -> None:
    assert recordable(b"x=\xff".decode("utf-8", "surrogateescape")) == "x=\\xff"


def test_a_reader_that_fails_does_not_make_an_entry_look_refused() -> None:
    journal = Journal(SqliteStore(), VirtualClock(NOW, rate=0))
    seen: list[Entry] = []

    def fails(_entries: tuple[Entry, ...]) -> None:
        raise ZeroDivisionError

    journal.subscribe(fails)
    journal.subscribe(seen.extend)
    journal.append(FaultCleared(fault="f1"))
    assert [entry.seq for entry in seen] == [1]
    journal.close()
