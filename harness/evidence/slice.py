"""A slice of the journal as text, one entry a line, with the very bytes that its hashes were taken over."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from stubs.events import AnyEvent, Entry
from stubs.journal import GENESIS, Row, verify_chain
from stubs.wire.errors import Blocked, PeerError


class _Line(msgspec.Struct, frozen=True):
    seq: int
    at: str
    hash: str
    event: msgspec.Raw


def to_lines(rows: Iterable[Row]) -> bytes:
    """NDJSON of journal rows: ``{"seq", "at", "hash" (hex), "event"}``."""
    lines = io.BytesIO()
    for _ in _writing(rows, lines):
        pass
    return lines.getvalue()


def checked_lines(rows: Iterable[Row]) -> tuple[bytes, bytes]:
    """Return the lines of a whole journal and the hash of its last entry. Raises: PeerError: as ``check_chain``."""
    lines = io.BytesIO()
    head = check_chain(_writing(rows, lines))
    return lines.getvalue(), head


def _writing(rows: Iterable[Row], lines: io.BytesIO) -> Iterator[Row]:
    encode = msgspec.json.Encoder().encode
    for row in rows:
        line = _Line(seq=row.seq, at=row.at, hash=row.hash.hex(), event=msgspec.Raw(row.event))
        lines.write(encode(line))
        lines.write(b"\n")
        yield row


def from_lines(data: bytes) -> Iterator[Row]:
    """The rows of an NDJSON slice. Raises: PeerError: a line is not an entry; says which."""
    return (row for row, _ in placed(data))


def placed(data: bytes) -> Iterator[tuple[Row, int]]:
    """Yield the rows like ``from_lines``, each with the place where its line ends."""
    decode = msgspec.json.Decoder(_Line).decode
    end = 0
    for number, line in enumerate(io.BytesIO(data), start=1):
        end += len(line)
        try:
            entry = decode(line)
            row = Row(entry.seq, entry.at, bytes(entry.event), bytes.fromhex(entry.hash))
        except (ValueError, RecursionError) as error:  # of msgspec, too; and octets that are no UTF-8
            raise PeerError("not a journal entry", where=f"journal.ndjson line {number}", got=str(error)) from error
        yield row, end


def entries(rows: Iterable[Row]) -> Iterator[Entry]:
    """Typed entries of rows. Raises: PeerError: an event this version does not know."""
    decode = msgspec.json.Decoder(AnyEvent).decode
    for row in rows:
        try:
            event = decode(row.event)
            instant = datetime.fromisoformat(row.at)
            if instant.tzinfo is None:
                raise ValueError(f"the instant {row.at} has no zone")
        except (ValueError, RecursionError) as error:  # of msgspec, too; and octets that are no UTF-8
            raise PeerError("an event this version does not know", where=f"entry {row.seq}", got=str(error)) from error
        yield Entry(seq=row.seq, at=instant, event=event, hash=row.hash)


def check_chain(rows: Iterable[Row]) -> bytes:
    """Recompute the hash chain from its beginning; the head hash. Raises: PeerError: altered, dropped or moved."""
    try:
        return verify_chain(rows, GENESIS)
    except Blocked as error:
        raise PeerError(error.what, where="journal.ndjson") from error
