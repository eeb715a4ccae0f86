"""Throttling: how many alerts of one device and code pass in a window; the rest is counted.

Source: DUIS 5.4 schema for the two fields of a throttled alert; rule and thresholds are inferred (DUIS guide,
section 10).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(slots=True)
class Window:
    """Alerts of one device, code and User since an instant; ``last`` is the newest one withheld (GBCS octets)."""

    until: datetime
    passed: int = 0
    kept_back: int = 0
    last: bytes = b""


@dataclass(slots=True)
class Throttle:
    """Windows that are open, by device, code and User joined by spaces; none while ``most`` is None.

    Args:
        most: alerts that pass in one window.
        seconds: length of a window.
    """

    most: int | None = None
    seconds: float = 60.0
    windows: dict[str, Window] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)
    """Throttled alerts sent so far, by the same key: ThrottledAlertSequenceId."""

    def keeps_back(self, key: str, now: datetime) -> bool:
        """Return whether to withhold one more alert."""
        if self.most is None:
            return False
        window = self.windows.get(key)
        return window is not None and window.until > now and window.passed >= self.most

    def count(self, key: str, payload: bytes, now: datetime) -> None:
        """Fold of an alert that was raised."""
        if self.most is None:
            return
        window = self.windows.get(key)
        if window is None or window.until <= now:
            window = self.windows[key] = Window(now + timedelta(seconds=self.seconds))
        if window.passed >= self.most:
            window.kept_back += 1
            window.last = payload
        else:
            window.passed += 1

    def close(self, key: str) -> None:
        """Fold of the end of a window in which alerts were withheld."""
        self.windows.pop(key, None)
        self.sequences[key] = self.sequences.get(key, 0) + 1
