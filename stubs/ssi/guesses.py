"""Wrong guesses at sign-in: slowed, then locked for a while. No input or output; time is handed in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

FREE = 3
"""Wrong guesses of one name that cost nothing; each later one doubles the wait, from one second."""
LOCKED_AFTER = 10
LOCK = timedelta(minutes=15)
"""Time that a name stays locked, and after which guesses are forgotten."""
_MOST_NAMES = 10_000


@dataclass(slots=True)
class _Guesses:
    count: int
    until: datetime
    last: datetime


@dataclass(slots=True)
class Guesses:
    """Wrong guesses by the name typed, known or not: so the delay does not reveal which names exist."""

    _names: dict[str, _Guesses] = field(default_factory=dict)
    _resets: int = 0

    def forget_before(self, resets: int) -> None:
        """Forget everything when the DCC was reset since the last call; ``resets``: how often it was in all."""
        if resets != self._resets:
            self._names.clear()
            self._resets = resets

    def wait_until(self, name: str, now: datetime) -> datetime | None:
        """Return when the name may be tried again; None: now."""
        known = self._names.get(_key(name))
        return known.until if known is not None and known.until > now else None

    def wrong(self, name: str, now: datetime) -> datetime | None:
        """Count a wrong guess; when it locks the name: until when."""
        key = _key(name)
        known = self._names.pop(key, None)
        count = known.count + 1 if known is not None and now - known.last < LOCK else 1
        is_locked = count >= LOCKED_AFTER
        wait = LOCK if is_locked else timedelta(seconds=2 ** (count - FREE)) if count > FREE else timedelta()
        if len(self._names) >= _MOST_NAMES:
            del self._names[next(iter(self._names))]
        self._names[key] = _Guesses(0 if is_locked else count, now + wait, now)
        return now + wait if is_locked else None

    def right(self, name: str) -> None:
        """Forget the wrong guesses of a name."""
        self._names.pop(_key(name), None)


def _key(name: str) -> str:
    return name.strip().casefold()[:200]
