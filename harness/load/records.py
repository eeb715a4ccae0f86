"""Record of one message: a row of fixed length, so that a journal entry holds many of them."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from stubs.wire.errors import PeerError

_ROW = struct.Struct(">QQQQHBB32s")


class Ending(IntEnum):
    """End of the last attempt."""

    ACKNOWLEDGED = 1
    """A 2xx status."""
    REFUSED = 2
    """Another status."""
    TIMEOUT = 3
    NO_CONNECTION = 4
    UNSENT = 5
    """Still waiting when the time to drain was over."""
    BROKEN_OFF = 6
    """Begun when a person ended the run: whether the Party would have taken it nobody knows."""


@dataclass(frozen=True, slots=True)
class Record:
    """One message; times are microseconds since the planned start.

    Args:
        number: of the plan, from 0.
        planned: when it was due.
        sent: when its first post began.
        ended: when its last attempt ended.
        status: HTTP status of the last attempt; 0: none came.
        attempts: posts, 0 when it was never sent.
        ending: of the last attempt.
        digest: SHA-256 of the document; zeros when it was never made.
    """

    number: int
    planned: int
    sent: int
    ended: int
    status: int
    attempts: int
    ending: Ending
    digest: bytes

    @property
    def is_acknowledged(self) -> bool:
        """The Party took it."""
        return self.ending is Ending.ACKNOWLEDGED


def pack(records: Iterable[Record]) -> bytes:
    """Rows of 68 octets, big-endian."""
    return b"".join(
        _ROW.pack(
            one.number, one.planned, one.sent, one.ended, one.status, min(one.attempts, 255), one.ending, one.digest
        )
        for one in records
    )


def unpack(rows: bytes) -> Iterator[Record]:
    """The records of ``pack``. Raises: PeerError: not rows."""
    if len(rows) % _ROW.size:
        raise PeerError("not rows of messages", expected=f"a multiple of {_ROW.size} octets", got=str(len(rows)))
    for number, planned, sent, ended, status, attempts, ending, digest in _ROW.iter_unpack(rows):
        try:
            yield Record(number, planned, sent, ended, status, attempts, Ending(ending), digest)
        except ValueError as error:
            raise PeerError("an unknown ending of a message", got=str(ending)) from error
