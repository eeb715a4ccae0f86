"""Anomaly detection: how many requests of one service a User may send in an hour."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

WINDOW = timedelta(hours=1)


@dataclass(slots=True)
class Thresholds:
    """Times of accepted requests by User and limit; empty, and free, when no threshold is set.

    Args:
        limits: SRV, or ``*`` for all services together, to the most requests within the window.
    """

    limits: Mapping[str, int]
    seen: dict[tuple[str, str], deque[datetime]] = field(default_factory=dict)

    def _limit(self, srv: str) -> str | None:
        if srv in self.limits:
            return srv
        return "*" if "*" in self.limits else None

    def breach(self, user: str, srv: str, now: datetime) -> str | None:
        """A sentence when one more request would exceed the User's limit; None when it would not."""
        name = self._limit(srv)
        if name is None:
            return None
        times = [time for time in self.seen.get((user, name), ()) if time > now - WINDOW]
        limit = self.limits[name]
        return (
            f"expected at most {limit} requests of {name} in an hour, got {limit + 1}" if len(times) >= limit else None
        )

    def count(self, user: str, srv: str, now: datetime) -> None:
        """Remember one accepted request; fold of RequestAccepted."""
        name = self._limit(srv)
        if name is None:
            return
        times = self.seen.setdefault((user, name), deque())
        times.append(now)
        while times[0] <= now - WINDOW:
            times.popleft()
