"""Figures from records of messages: rates, times, errors, queue, order, by interval and in all. Pure.

Memory does not grow with the duration: intervals are joined in pairs when there would be too many.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from harness.load.histogram import Histogram
from harness.load.plan import LoadPlan
from harness.load.records import Ending, Record

MOST_INTERVALS = 600
_SECOND = 1_000_000


@dataclass(slots=True)
class Interval:
    """Counts of one interval; ``times`` are of messages acknowledged in it, from their planned instant."""

    sent: int = 0
    ended: int = 0
    acknowledged: int = 0
    failed: int = 0
    times: Histogram = field(default_factory=Histogram)

    def add(self, other: Interval) -> None:
        """Count what another one counted."""
        self.sent += other.sent
        self.ended += other.ended
        self.acknowledged += other.acknowledged
        self.failed += other.failed
        self.times.add(other.times)


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One interval for plots: rates are messages a second, times seconds, the backlog at its end."""

    start: float
    offered: float
    sent: float
    accepted: float
    failed: float
    backlog: int
    p50: float
    p99: float


class Measurement:
    """Everything measured of a run, from the records of its messages.

    Args:
        plan: that was followed.
    """

    def __init__(self, plan: LoadPlan) -> None:
        self.plan = plan
        self.width = 1
        """Seconds of an interval."""
        self.intervals: list[Interval] = []
        self.times = Histogram()
        """From the planned instant to the acknowledgement."""
        self.service = Histogram()
        """From the first post to the acknowledgement."""
        self.late = Histogram()
        """From the planned instant to the first post: waiting for a connection, or for the sender itself."""
        self.count = 0
        """Messages that ended; one that a person broke off did not."""
        self.acknowledged = 0
        self.posted = 0
        """Messages that ended after at least one post."""
        self.retries = 0
        self.overtaken = 0
        """Acknowledged after a later message of the same sender was."""
        self.endings: dict[Ending, int] = dict.fromkeys(Ending, 0)
        self.statuses: dict[int, int] = {}
        self.end = 0.0
        """Seconds at which the last message ended, or was broken off."""
        self._newest: dict[int, int] = {}

    @property
    def errors(self) -> int:
        """Messages that ended without acknowledgement, those never sent included."""
        return self.count - self.acknowledged

    @property
    def unsent(self) -> int:
        """Messages that waited when the time to drain was over."""
        return self.endings[Ending.UNSENT]

    @property
    def broken_off(self) -> int:
        """Messages that were begun when a person ended the run: neither acknowledged nor errors."""
        return self.endings[Ending.BROKEN_OFF]

    def take(self, records: Iterable[Record], sender: int = 0) -> None:
        """Count the records of one sender, in the order in which they ended."""
        for record in records:
            self._take(record, sender)

    def _take(self, record: Record, sender: int) -> None:
        self.endings[record.ending] += 1
        self.end = max(self.end, record.ended / _SECOND)
        if record.ending is Ending.BROKEN_OFF:
            self._interval(record.ended)
            return
        self.count += 1
        self.posted += record.attempts > 0
        self.statuses[record.status] = self.statuses.get(record.status, 0) + 1
        self.retries += max(0, record.attempts - 1)
        self._interval(record.ended)  # first: a later interval may make all of them wider
        if record.attempts:
            self._interval(record.sent).sent += 1
            self.late.record(record.sent - record.planned)
        ended = self._interval(record.ended)
        ended.ended += 1
        if not record.is_acknowledged:
            ended.failed += 1
            return
        self.acknowledged += 1
        ended.acknowledged += 1
        ended.times.record(record.ended - record.planned)
        self.times.record(record.ended - record.planned)
        self.service.record(record.ended - record.sent)
        self.overtaken += record.number < self._newest.get(sender, -1)
        self._newest[sender] = max(record.number, self._newest.get(sender, -1))

    def percentile(self, percent: float) -> float:
        """Seconds from planned instant to acknowledgement; infinite when more than the rest was never acknowledged."""
        wanted = self.count * percent / 100
        if wanted > self.acknowledged:
            return math.inf
        if not self.count:
            return 0.0
        return self.times.percentile(100 * wanted / self.acknowledged) / _SECOND if self.acknowledged else math.inf

    @property
    def most_backlog(self) -> int:
        """Most messages that were due and had not ended, at the end of an interval."""
        return max((row.backlog for row in self.timeline()), default=0)

    @property
    def backlog_gone(self) -> float:
        """Seconds from the end of the plan until nothing waited; infinite: something never ended well in time."""
        return math.inf if self.unsent or self.broken_off else max(0.0, self.end - self.plan.seconds)

    @property
    def accepted_rate(self) -> float:
        """Messages acknowledged a second, until the last ended."""
        return self.acknowledged / self.end if self.end else 0.0

    def timeline(self) -> list[TimelineRow]:
        """By interval."""
        rows = []
        ended = 0
        most_due = self.plan.count_due(self.end) if self.broken_off else self.count  # the end is within an interval
        for place, one in enumerate(self.intervals):
            start, end = place * self.width, (place + 1) * self.width
            due = min(self.plan.count_due(end), most_due)
            ended += one.ended
            rows.append(
                TimelineRow(
                    start=start,
                    offered=(self.plan.count_due(end) - self.plan.count_due(start)) / self.width,
                    sent=one.sent / self.width,
                    accepted=one.acknowledged / self.width,
                    failed=one.failed / self.width,
                    backlog=max(0, due - ended),
                    p50=one.times.percentile(50) / _SECOND,
                    p99=one.times.percentile(99) / _SECOND,
                )
            )
        return rows

    def _interval(self, moment: int) -> Interval:
        place = moment // (self.width * _SECOND)
        while place >= MOST_INTERVALS:
            self._join_pairs()
            place = moment // (self.width * _SECOND)
        while len(self.intervals) <= place:
            self.intervals.append(Interval())
        return self.intervals[place]

    def _join_pairs(self) -> None:
        joined = self.intervals[::2]
        for one, next_ in zip(joined, self.intervals[1::2], strict=False):
            one.add(next_)
        self.intervals = joined
        self.width *= 2


class Processed:
    """Count of messages that the Party says it processed: each once?

    Args:
        count: messages of the plan; one octet is kept of each.
        device_of: the device of a message; of each that spoke its newest message is kept.
    """

    def __init__(self, count: int, device_of: Callable[[int], int] = lambda _: 0) -> None:
        self._times = bytearray(count)
        self._newest: dict[int, int] = {}
        self._device_of = device_of
        self.foreign = 0
        """Names of no message of this run."""
        self.misordered = 0
        """Processed after a later message of the same device was."""

    def take(self, number: int) -> None:
        """One message, in the order in which the Party processed them; a number of none counts as foreign."""
        if not 0 <= number < len(self._times):
            self.foreign += 1
            return
        self._times[number] = min(self._times[number] + 1, 255)
        device = self._device_of(number)
        newest = self._newest.get(device, -1)
        self.misordered += number < newest
        self._newest[device] = max(newest, number)

    @property
    def once(self) -> int:
        """Messages processed exactly once."""
        return self._times.count(1)

    @property
    def duplicates(self) -> int:
        """Messages processed more than once."""
        return len(self._times) - self._times.count(0) - self.once

    def lost(self, acknowledged: Iterable[int]) -> int:
        """Return the number of acknowledged messages that were never processed."""
        return sum(self._times[number] == 0 for number in acknowledged)
