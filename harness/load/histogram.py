"""A histogram of times with three significant digits, as HdrHistogram counts: small, and two can be added.

Our own, in some forty lines: those of the registries hold every bucket of their range in memory and have no form of
their own for a journal; here only buckets that were met are kept, and JSON is their sorted list.
"""

from __future__ import annotations

from collections.abc import Iterable

_DIGITS = 11
"""Bits kept of a value: relative error below 1/2**10."""


class Histogram:
    """Counts of whole microseconds."""

    def __init__(self, buckets: Iterable[tuple[int, int]] = ()) -> None:
        self._buckets: dict[int, int] = dict(buckets)
        self.count = sum(self._buckets.values())

    def record(self, microseconds: int, times: int = 1) -> None:
        """Count a value; one below 0 as 0."""
        value = max(0, microseconds)
        shift = max(0, value.bit_length() - _DIGITS)
        bucket = value >> shift << shift
        self._buckets[bucket] = self._buckets.get(bucket, 0) + times
        self.count += times

    def add(self, other: Histogram) -> None:
        """Count everything that another one counted."""
        for bucket, times in other._buckets.items():
            self._buckets[bucket] = self._buckets.get(bucket, 0) + times
        self.count += other.count

    def percentile(self, percent: float) -> int:
        """The least value that ``percent`` of all do not exceed, microseconds; 0 when nothing was counted."""
        wanted = max(1, -(-self.count * percent // 100))
        seen = 0
        for bucket, times in self.buckets():
            seen += times
            if seen >= wanted:
                return bucket
        return 0

    @property
    def most(self) -> int:
        """The largest value."""
        return max(self._buckets, default=0)

    def buckets(self) -> list[tuple[int, int]]:
        """Value and count, ascending."""
        return sorted(self._buckets.items())
