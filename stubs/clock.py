"""Time as something you hold: the one clock of a run, real or virtual. UTC everywhere.

Cores never read it: they are given ``now``. Only edges and the application hold a clock.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import NamedTuple, Protocol

LATEST = datetime(2100, 1, 1, tzinfo=UTC)
"""Last instant of every virtual clock: dates that are computed from it must stay dates."""
FASTEST = 1_000_000.0
"""Run seconds per real second: eleven days in one."""


class Clock(Protocol):
    """Source of the time for every edge."""

    def now(self) -> datetime:
        """The run's time: aware, UTC."""
        ...

    def real_seconds_until(self, instant: datetime) -> float | None:
        """Real seconds until the run's clock reaches ``instant``; 0 when it has; None when it will not by itself."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Now, UTC."""
        return datetime.now(tz=UTC)  # noqa: TID251 - the one home of the wall clock

    def real_seconds_until(self, instant: datetime) -> float | None:
        """Seconds until ``instant``, at least 0."""
        return max(0.0, (instant - self.now()).total_seconds())


class _Course(NamedTuple):
    """Course of a virtual clock: from ``base`` at ``real`` (the machine's monotonic seconds) for ``left`` seconds."""

    base: datetime
    left: float
    real: float
    rate: float


class VirtualClock:
    """A clock that starts at a given instant, runs at a rate, and can be moved forward.

    Args:
        start: first value of ``now()``; aware, UTC.
        rate: run seconds per real second; 0 freezes it (it then moves by ``jump`` only), 1 runs like a wall clock.

    It never goes back: a jump to the past raises ValueError, since counters and journals only go forward. It stops at
    ``LATEST``.
    """

    def __init__(self, start: datetime, rate: float = 1.0) -> None:
        if start.tzinfo is None:
            raise ValueError("a clock starts at an aware date-time")
        self._lock = Lock()
        """Held to change the course; it is read whole, by one look at one attribute, so that ``now`` needs none."""
        self._rebase(min(start.astimezone(UTC), LATEST), _checked(rate))

    def now(self) -> datetime:
        """The virtual time, UTC."""
        course = self._course
        if not course.rate:
            return course.base
        passed = (time.monotonic() - course.real) * course.rate
        return course.base + timedelta(seconds=min(passed, course.left))

    def _rebase(self, instant: datetime, rate: float) -> None:
        self._course = _Course(instant, (LATEST - instant).total_seconds(), time.monotonic(), rate)

    @property
    def rate(self) -> float:
        """Run seconds per real second."""
        return self._course.rate

    def set_rate(self, rate: float) -> None:
        """Change the rate from now on; 0 freezes. Raises: ValueError: below 0 or above ``FASTEST``."""
        checked = _checked(rate)
        with self._lock:
            self._rebase(self.now(), checked)

    def jump(self, instant: datetime) -> None:
        """Move forward to ``instant`` at once.

        Raises: ValueError: ``instant`` is in the past of this clock, or after ``LATEST``.
        """
        if instant > LATEST:
            raise ValueError(f"the clock goes to {LATEST.isoformat()} at most, not to {instant.isoformat()}")
        with self._lock:
            now = self.now()
            if instant < now:
                raise ValueError(f"the clock cannot go back from {now.isoformat()} to {instant.isoformat()}")
            self._rebase(instant.astimezone(UTC), self.rate)

    def move_to(self, instant: datetime) -> None:
        """Move forward to ``instant``, or stay where the clock has passed it meanwhile.

        Whoever computes a target from ``now()`` races with the running clock; here that never fails.

        Raises: ValueError: ``instant`` is after ``LATEST``.
        """
        if instant > LATEST:
            raise ValueError(f"the clock goes to {LATEST.isoformat()} at most, not to {instant.isoformat()}")
        with self._lock:
            self._rebase(max(instant.astimezone(UTC), self.now()), self.rate)

    def advance(self, by: timedelta) -> None:
        """Move forward by a duration. Raises: ValueError: a negative one, or it ends after ``LATEST``."""
        if by < timedelta():
            raise ValueError(f"the clock only goes forward, not by {by.total_seconds():g} s")
        self.move_to(self.now() + by)

    def real_seconds_until(self, instant: datetime) -> float | None:
        """Real seconds until the virtual time reaches ``instant``; None while frozen before it."""
        remaining = (instant - self.now()).total_seconds()
        if remaining <= 0:
            return 0.0
        return remaining / self.rate if self.rate else None


def _checked(rate: float) -> float:
    if not 0 <= rate <= FASTEST:
        raise ValueError(f"rate must be 0 or more and at most {FASTEST:.0f}, got {rate}")
    return rate
