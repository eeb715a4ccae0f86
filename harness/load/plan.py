"""Times at which messages are due: an open-loop plan. Pure; seconds count from the planned start."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate

from schemas.load_profiles import LoadMessageRow, LoadProfile

_GOLDEN = 0.6180339887498949
"""Multiples of it, modulo 1, spread evenly over 0 to 1 from the first on: kinds are mixed by their shares."""


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """Messages 0, 1, 2, … of a profile.

    Args:
        profile: kinds with shares, and the shape over time.
        rate: messages a second, mean over the plan.
        seconds: how long it lasts.
    """

    profile: LoadProfile
    rate: float
    seconds: float
    count: int = field(init=False)
    _ends: tuple[float, ...] = field(init=False)
    """Of each section of the shape: seconds at its end."""
    _sent: tuple[float, ...] = field(init=False)
    """Of each section: messages due by its end."""
    _kinds: tuple[float, ...] = field(init=False)

    def __post_init__(self) -> None:
        lengths = [length for length, _ in self.profile.shape]
        weights = [length * height for length, height in self.profile.shape]
        count = max(1, round(self.rate * self.seconds))
        shares = [row.share for row in self.profile.messages]
        set_ = object.__setattr__
        set_(self, "count", count)
        set_(self, "_ends", tuple(self.seconds * end / sum(lengths) for end in accumulate(lengths)))
        set_(self, "_sent", tuple(count * end / sum(weights) for end in accumulate(weights)))
        set_(self, "_kinds", tuple(end / sum(shares) for end in accumulate(shares)))

    def due(self, number: int) -> float:
        """Seconds at which a message is planned."""
        section = min(bisect_right(self._sent, number), len(self._sent) - 1)
        before, since = self._before(section)
        share = (number - before) / (self._sent[section] - before)
        return since + share * (self._ends[section] - since)

    def count_due(self, elapsed: float) -> int:
        """Return the number of messages due at ``elapsed``: of all with ``due(number) <= elapsed``."""
        if elapsed < 0:
            return 0
        if elapsed >= self.seconds:
            return self.count
        section = bisect_right(self._ends, elapsed)
        before, since = self._before(section)
        share = (elapsed - since) / (self._ends[section] - since)
        guess = min(self.count, int(before + share * (self._sent[section] - before)) + 1)
        while guess < self.count and self.due(guess) <= elapsed:  # rounding, at most once or twice
            guess += 1
        while guess > 0 and self.due(guess - 1) > elapsed:
            guess -= 1
        return guess

    def kind(self, number: int) -> LoadMessageRow:
        """Return the kind of a message."""
        place = bisect_right(self._kinds, (number * _GOLDEN) % 1.0)
        return self.profile.messages[min(place, len(self._kinds) - 1)]

    @property
    def peak(self) -> float:
        """Messages a second in the busiest section."""
        return max(
            (self._sent[place] - self._before(place)[0]) / (self._ends[place] - self._before(place)[1])
            for place in range(len(self._ends))
        )

    def _before(self, section: int) -> tuple[float, float]:
        """Messages and seconds before a section."""
        return (self._sent[section - 1], self._ends[section - 1]) if section else (0.0, 0.0)
