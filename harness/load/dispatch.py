"""Choice of the next act: send, wait or stop. Pure: instants come in, seconds since the planned start; posts nothing.

Open loop: what is due is due whatever the Party does, and waits here when every connection is busy. Waiting messages
are a range of numbers, so a backlog takes no memory; messages to be tried again keep their octets, and are bounded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from heapq import heappop, heappush

from harness.load.plan import LoadPlan
from harness.load.records import Ending, Record

MOST_RETRIES = 4096
"""Messages that wait to be tried again; one more is given up instead."""
_NOTHING = bytes(32)


@dataclass(frozen=True, slots=True)
class Send:
    """Post message ``number``; ``body`` is that of the first attempt, None when this is the first."""

    number: int
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do before an answer comes or ``until``; None: only an answer changes that."""

    until: float | None


@dataclass(frozen=True, slots=True)
class Done:
    """Every message has ended."""


Step = Send | Wait | Done


@dataclass(slots=True)
class _UnderWay:
    first_sent: float
    attempts: int


class Dispatcher:
    """One sender's part of a plan: numbers ``first``, ``first + stride`` and so on.

    Args:
        plan: of all senders.
        connections: posts at a time.
        retries: seconds before the second, third, … attempt.
        first, stride: which numbers are ours.
    """

    def __init__(
        self, plan: LoadPlan, connections: int, retries: Sequence[float], first: int = 0, stride: int = 1
    ) -> None:
        self._plan = plan
        self._connections = connections
        self._retries = tuple(retries)
        self._stride = stride
        self._next = first
        self._busy: dict[int, _UnderWay] = {}
        self._again: list[tuple[float, int, bytes]] = []
        self._attempted: dict[int, _UnderWay] = {}
        self.retries = 0
        """Posts that were not the first of their message."""

    def step(self, now: float) -> Step:
        """Return the next act at ``now``. A ``Send`` counts as begun."""
        if len(self._busy) >= self._connections:
            return Wait(None)
        if self._again and self._again[0][0] <= now:
            _, number, body = heappop(self._again)
            self._busy[number] = self._attempted.pop(number)
            self._busy[number].attempts += 1
            self.retries += 1
            return Send(number, body)
        due = self._plan.due(self._next) if self._next < self._plan.count else None
        if due is not None and due <= now:
            number = self._next
            self._next += self._stride
            self._busy[number] = _UnderWay(now, 1)
            return Send(number, None)
        moments = [moment for moment in (due, self._again[0][0] if self._again else None) if moment is not None]
        if moments:
            return Wait(min(moments))
        return Wait(None) if self._busy else Done()

    def ended(
        self, number: int, body: bytes, digest: bytes, now: float, ending: Ending, status: int = 0
    ) -> Record | None:
        """A post ended at ``now``; the record of the message, None when it is tried again."""
        under_way = self._busy.pop(number)
        is_last = under_way.attempts > len(self._retries) or len(self._again) >= MOST_RETRIES
        if ending is not Ending.ACKNOWLEDGED and not is_last:
            self._attempted[number] = under_way
            heappush(self._again, (now + self._retries[under_way.attempts - 1], number, body))
            return None
        return self._record(number, under_way, digest, now, ending, status)

    def backlog(self, now: float) -> int:
        """Messages that are due and not acknowledged: waiting, under way, or to be tried again."""
        due = self._plan.count_due(now)
        waiting = max(0, -(-(due - self._next) // self._stride))
        return waiting + len(self._busy) + len(self._again)

    def unsent(self, now: float) -> Iterator[Record]:
        """At the end of the time to drain: what was due and has not ended. The plan's rest was never due."""
        yield from self._begun(now, Ending.UNSENT)
        for number in range(self._next, self._plan.count_due(now), self._stride):
            yield Record(number, _micro(self._plan.due(number)), 0, _micro(now), 0, 0, Ending.UNSENT, _NOTHING)

    def broken_off(self, now: float) -> Iterator[Record]:
        """When a person ends the run: what was begun and has not ended. What only waited was never begun."""
        return self._begun(now, Ending.BROKEN_OFF)

    def _begun(self, now: float, ending: Ending) -> Iterator[Record]:
        digests = {number: sha256(body).digest() for _, number, body in self._again}
        for number, under_way in sorted((self._busy | self._attempted).items()):
            yield self._record(number, under_way, digests.get(number, _NOTHING), now, ending, 0)

    def _record(
        self, number: int, under_way: _UnderWay, digest: bytes, now: float, ending: Ending, status: int
    ) -> Record:
        planned = _micro(self._plan.due(number))
        return Record(
            number, planned, _micro(under_way.first_sent), _micro(now), status, under_way.attempts, ending, digest
        )


def _micro(seconds: float) -> int:
    return max(0, round(seconds * 1_000_000))
