"""The ledger of counters and outstanding Pre-Commands: what makes a request a replay."""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Literal

import msgspec

from stubs.wire.errors import Refusal
from stubs.wire.request_id import RequestId

MOST_USED = 65_536
"""RequestIDs of one originator that are remembered under ``unique``; counters below all of them are refused."""
MOST_ISSUED = 50_000
"""Pre-Commands that are remembered: a party that never signs must not fill the memory."""

CounterRule = Literal["increasing", "increasing-per-target", "unique"]


class Issued(msgspec.Struct, frozen=True):
    """A Pre-Command that waits for its signature."""

    srv: str
    device: str
    use_case: str
    message_code: str
    payload: bytes
    execution: str | None = None
    """ExecutionDateTime of the request that was transformed, as written."""


@dataclass(slots=True)
class RequestLedger:
    """Which counters were used, folded from accepted requests.

    Its size depends on the rule: one number per originator (or per originator and target), or for ``unique`` the
    ``MOST_USED`` highest RequestIDs of each originator, and the highest counter below them. Pre-Commands stay until
    they come back signed, the newest ``MOST_ISSUED`` of them.
    """

    rule: CounterRule = "increasing"
    highest: dict[str, int] = field(default_factory=dict)
    """Highest counter used by originator (and target); under ``unique`` the highest that is no longer remembered."""
    used: set[str] = field(default_factory=set)
    issued: dict[str, Issued] = field(default_factory=dict)
    _lowest: dict[str, list[tuple[int, str]]] = field(default_factory=dict, compare=False)
    """Under ``unique``, by originator: counters and texts of what is remembered, a heap."""

    def _key(self, request_id: RequestId) -> str:
        if self.rule == "increasing-per-target":
            return f"{request_id.originator}:{request_id.target}"
        return str(request_id.originator)

    def check(self, request_id: RequestId, *, is_signed: bool, require_transform: bool) -> None:
        """Refuse a RequestID that may not be used (again).

        Raises: Refusal: ``replayed-request``, ``counter`` or ``pre-command-unknown``.
        Source: DUIS guide, sections 4, 9.4 and 20 (one RequestID for transform and Signed Pre-Command, once each).
        """
        text = str(request_id)
        if is_signed and text in self.issued:
            return
        if self.rule == "unique":
            if text in self.used:
                raise Refusal("replayed-request", f"{text} was used before")
            forgotten = self.highest.get(str(request_id.originator), -1)
            if request_id.counter <= forgotten:
                raise Refusal(
                    "counter",
                    f"expected a counter above {forgotten} of {request_id.originator}, got {request_id.counter}: of "
                    "lower ones it is not remembered whether they were used",
                )
        else:
            last = self.highest.get(self._key(request_id), -1)
            if request_id.counter == last:
                raise Refusal("replayed-request", f"counter {last} of {request_id.originator} was used before")
            if request_id.counter < last:
                raise Refusal(
                    "counter",
                    f"expected a counter above {last} of {self._key(request_id)}, got {request_id.counter}",
                )
        if is_signed and require_transform:
            raise Refusal("pre-command-unknown", f"no Pre-Command was issued for {text}")

    def accept(self, request_id: RequestId) -> None:
        """Remember a RequestID that was accepted; fold of RequestAccepted."""
        if self.rule == "unique":
            self.remember(request_id)
            return
        key = self._key(request_id)
        if request_id.counter > self.highest.get(key, -1):
            self.highest[key] = request_id.counter

    def remember(self, request_id: RequestId) -> None:
        """Under ``unique``: a RequestID that was used; beyond the bound the lowest counter is forgotten."""
        text, originator = str(request_id), str(request_id.originator)
        if text in self.used:
            return
        self.used.add(text)
        lowest = self._lowest.setdefault(originator, [])
        heappush(lowest, (request_id.counter, text))
        if len(lowest) > MOST_USED:
            counter, gone = heappop(lowest)
            self.used.discard(gone)
            self.highest[originator] = max(counter, self.highest.get(originator, -1))

    def issue(self, request_id: str, issued: Issued) -> None:
        """Remember a Pre-Command; fold of PreCommandIssued."""
        self.issued[request_id] = issued
        if len(self.issued) > MOST_ISSUED:
            del self.issued[next(iter(self.issued))]

    def sign(self, request_id: str) -> None:
        """A Pre-Command came back signed: it cannot come a second time."""
        self.issued.pop(request_id, None)
