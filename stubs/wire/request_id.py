"""RequestID and ResponseID: ``originator:target:counter``, the key of every conversation."""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64

COUNTER_MAX = 2**64 - 1
_COUNTER = re.compile(r"\A(?:0|[1-9][0-9]{0,19})\Z")
_KEPT = 256
"""Texts whose RequestID is remembered: each is read again for every record that is kept of the request."""


class RequestId(msgspec.Struct, frozen=True, order=True):
    """Originator, target and originator counter (unsigned, 64 bit).

    Compared without regard to case, since both cases occur (DUIS guide, section 4).
    """

    originator: Eui64
    target: Eui64
    counter: int

    @classmethod
    def parse(cls, text: str) -> RequestId:
        """Read ``EUI:EUI:counter``.

        Raises: PeerError: wrong number of parts, no EUI-64, counter with leading zeros or above 2^64-1.
        Source: DUIS 5.4 schema, RequestID type.
        """
        return _parsed(text.strip())

    def __str__(self) -> str:
        return _written(self.originator.octets, self.target.octets, self.counter)

    def reversed(self) -> RequestId:
        """The ResponseID of a device response: parties swapped, same counter (DUIS guide, section 4)."""
        return RequestId(self.target, self.originator, self.counter)


@lru_cache(maxsize=_KEPT)
def _parsed(text: str) -> RequestId:
    parts = text.split(":")
    if len(parts) != 3:
        raise PeerError("not a RequestID", expected="originator:target:counter", got=repr(text[:80]))
    counter = int(parts[2]) if _COUNTER.match(parts[2]) else -1
    if not 0 <= counter <= COUNTER_MAX:
        raise PeerError(
            "not an originator counter", expected="0 to 2^64-1 without leading zeros", got=repr(parts[2][:40])
        )
    return RequestId(Eui64.parse_dashed(parts[0]), Eui64.parse_dashed(parts[1]), counter)


@lru_cache(maxsize=_KEPT)
def _written(originator: bytes, target: bytes, counter: int) -> str:
    return f"{Eui64(originator)}:{Eui64(target)}:{counter}"
