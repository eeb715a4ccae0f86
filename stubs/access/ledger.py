"""The ledger of counters and outstanding Pre-Commands: what makes a request a replay."""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Literal

import msgspec

from stubs.wire.errors import Refusal
from stubs.wire.eui64 import Eui64
from stubs.wire.request_id import RequestId

MOST_USED = 65_536
"""RequestIDs of one originator that are remembered under ``unique``; counters below all of them are refused."""
MOST_ISSUED = 50_000
"""Pre-Commands that are remembered: a party that never signs must not fill the memory."""

CounterOwner = tuple[Eui64, ...]
"""Owner of a counter sequence: an originator, or under ``increasing-per-target`` an originator and its target."""


def owner_text(owner: CounterOwner) -> str:
    """Return the text for snapshots and refusals: EUIs joined by a colon."""
    return ":".join(str(eui) for eui in owner)


def owner_of(text: str) -> CounterOwner:
    """The inverse of ``owner_text``. Raises: PeerError: an identity that is none."""
    return tuple(Eui64.parse(eui) for eui in text.split(":"))


CounterRule = Literal["increasing", "increasing-per-target", "unique"]


class Issued(msgspec.Struct, frozen=True):
    """A Pre-Command that waits for its signature; its RequestID says for which device."""

    srv: str
    use_case: str
    message_code: str
    payload: bytes
    execution: str | None = None
    """ExecutionDateTime of the request that was transformed, as written."""


@dataclass(slots=True)
class RequestLedger:
    """Ledger of used counters, folded from accepted requests.

    Its size depends on the rule: one number per originator (or per originator and target), or for ``unique`` the
    ``MOST_USED`` highest RequestIDs of each originator, and the highest counter below them. Pre-Commands stay until
    they come back signed, the newest ``MOST_ISSUED`` of them.
    """

    rule: CounterRule = "increasing"
    highest: dict[CounterOwner, int] = field(default_factory=dict)
    """Highest counter used by its owner; under ``unique`` the highest that is no longer remembered."""
    used: set[RequestId] = field(default_factory=set)
    issued: dict[RequestId, Issued] = field(default_factory=dict)
    _lowest: dict[Eui64, list[tuple[int, RequestId]]] = field(default_factory=dict, compare=False)
    """Remembered counters and RequestIDs by originator, under ``unique``; a heap."""

    def owner(self, request_id: RequestId) -> CounterOwner:
        """Return the owner of the counter sequence that a RequestID continues."""
        if self.rule == "increasing-per-target":
            return (request_id.originator, request_id.target)
        return (request_id.originator,)

    def check(self, request_id: RequestId, *, is_signed: bool, require_transform: bool) -> None:
        """Refuse a RequestID that may not be used (again).

        Raises: Refusal: ``replayed-request``, ``counter`` or ``pre-command-unknown``.
        Source: DUIS guide, sections 4, 9.4 and 20 (one RequestID for transform and Signed Pre-Command, once each).
        """
        if is_signed and request_id in self.issued:
            return
        if self.rule == "unique":
            if request_id in self.used:
                raise Refusal("replayed-request", f"{request_id} was used before")
            forgotten = self.highest.get((request_id.originator,), -1)
            if request_id.counter <= forgotten:
                raise Refusal(
                    "counter",
                    f"expected a counter above {forgotten} of {request_id.originator}, got {request_id.counter}: of "
                    "lower ones it is not remembered whether they were used",
                )
        else:
            owner = self.owner(request_id)
            last = self.highest.get(owner, -1)
            if request_id.counter == last:
                raise Refusal("replayed-request", f"counter {last} of {request_id.originator} was used before")
            if request_id.counter < last:
                raise Refusal(
                    "counter",
                    f"expected a counter above {last} of {owner_text(owner)}, got {request_id.counter}",
                )
        if is_signed and require_transform:
            raise Refusal("pre-command-unknown", f"no Pre-Command was issued for {request_id}")

    def accept(self, request_id: RequestId) -> None:
        """Remember a RequestID that was accepted; fold of RequestAccepted."""
        if self.rule == "unique":
            self.remember(request_id)
            return
        key = self.owner(request_id)
        if request_id.counter > self.highest.get(key, -1):
            self.highest[key] = request_id.counter

    def remember(self, request_id: RequestId) -> None:
        """Remember a used RequestID, under ``unique``; beyond the bound the lowest counter is forgotten."""
        if request_id in self.used:
            return
        self.used.add(request_id)
        lowest = self._lowest.setdefault(request_id.originator, [])
        heappush(lowest, (request_id.counter, request_id))
        if len(lowest) > MOST_USED:
            counter, gone = heappop(lowest)
            self.used.discard(gone)
            self.highest[request_id.originator,] = max(counter, self.highest.get((request_id.originator,), -1))

    def issue(self, request_id: RequestId, issued: Issued) -> None:
        """Remember a Pre-Command; fold of PreCommandIssued."""
        self.issued[request_id] = issued
        if len(self.issued) > MOST_ISSUED:
            del self.issued[next(iter(self.issued))]

    def sign(self, request_id: RequestId) -> None:
        """A Pre-Command came back signed: it cannot come a second time."""
        self.issued.pop(request_id, None)
