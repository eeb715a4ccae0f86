"""Anomaly detection: how many requests of one service may be sent in an hour, and which values are harmless."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from stubs.wire.eui64 import Eui64

WINDOW = timedelta(hours=1)
ALL = "*"
EVERYBODY = None
"""Key of the count over all Users together."""

USER, DCC, ATTRIBUTE = "ADUserThresholdBreach", "ADDCCThresholdBreach", "ADAttributeLimitsBreach"
"""Branches of QuarantinedRequest (DUIS 5.4 schema)."""


@dataclass(frozen=True, slots=True)
class Breach:
    """Breach of a limit: its kind, and a sentence."""

    kind: str
    detail: str


def _limit(limits: Mapping[str, int], srv: str) -> str | None:
    if srv in limits:
        return srv
    return ALL if ALL in limits else None


@dataclass(slots=True)
class Thresholds:
    """Times of accepted requests by User and limit; empty, and free, when no threshold is set.

    Args:
        limits: SRV, or ``*`` for all services together, to the most requests of one User within the window.
        dcc_limits: the same for all Users together.
        attributes: SRV to named values of a command and their least and greatest harmless value.
    """

    limits: Mapping[str, int]
    dcc_limits: Mapping[str, int] = field(default_factory=dict)
    attributes: Mapping[str, Mapping[str, tuple[float, float]]] = field(default_factory=dict)
    own: dict[Eui64, dict[str, int]] = field(default_factory=dict)
    """Limits that a User set for itself; they hold instead of ``limits``."""
    seen: dict[tuple[Eui64 | None, str], deque[datetime]] = field(default_factory=dict)
    warnings: dict[Eui64, dict[str, int]] = field(default_factory=dict)
    """Lower limits of a User: the DCC warns a User that passes one, and stops no request."""

    def _counted(self, user: Eui64, srv: str) -> Iterator[tuple[Eui64 | None, str, int, str]]:
        """Yield each limit on ``srv``: the User counted (None: all together), its name, the limit, kind of breach."""
        own = self.own.get(user, {})
        limits = own if _limit(own, srv) else self.limits
        for who, held, kind in ((user, limits, USER), (EVERYBODY, self.dcc_limits, DCC)):
            name = _limit(held, srv)
            if name is not None:
                yield who, name, held[name], kind

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to detect."""
        return not (self.limits or self.dcc_limits or self.own or self.warnings)

    def breach(self, user: Eui64, srv: str, now: datetime) -> Breach | None:
        """The limit that one more request would exceed; None when it would not."""
        if self.is_idle:
            return None
        for who, name, limit, kind in self._counted(user, srv):
            times = sum(time > now - WINDOW for time in self.seen.get((who, name), ()))
            if times >= limit:
                of = "all Users" if who is EVERYBODY else who
                return Breach(kind, f"expected at most {limit} requests of {name} by {of} in an hour, got {times + 1}")
        return None

    def abnormal(self, srv: str, values: Mapping[str, object]) -> Breach | None:
        """The first value of a command that lies outside its limits, at whatever depth; None: all are harmless."""
        limits = self.attributes.get(srv, {})
        for name, value in _leaves(values):
            least, most = limits.get(name, (value, value))
            if not least <= value <= most:
                return Breach(ATTRIBUTE, f"expected {name} between {least:g} and {most:g}, got {value:g}")
        return None

    def count(self, user: Eui64, srv: str, now: datetime) -> None:
        """Remember one accepted request; fold of RequestAccepted."""
        if self.is_idle:
            return
        for who, name, _, _ in self._counted(user, srv):
            self._note(who, name, now)
        warned = _limit(self.warnings.get(user, {}), srv)
        if warned is not None:
            self._note(user, f"warning {warned}", now)

    def _note(self, who: Eui64 | None, name: str, now: datetime) -> None:
        times = self.seen.setdefault((who, name), deque())
        times.append(now)
        while times[0] <= now - WINDOW:
            times.popleft()

    def warned(self, user: Eui64, srv: str) -> tuple[str, int] | None:
        """Name and value of the warning threshold that the request counted last has just passed; None: none."""
        limits = self.warnings.get(user, {})
        name = _limit(limits, srv)
        if name is None or len(self.seen.get((user, f"warning {name}"), ())) != limits[name] + 1:
            return None
        return name, limits[name]

    def set_own(self, user: Eui64, srv: str, limit: int | None, *, is_warning: bool = False) -> None:
        """Fold of ThresholdSet."""
        held = self.warnings if is_warning else self.own
        if is_warning:  # it counts from now on
            self.seen.pop((user, f"warning {srv}"), None)
        own = held.setdefault(user, {})
        own.pop(srv, None)
        if limit is not None:
            own[srv] = limit
        if not own:
            del held[user]


def _leaves(values: Mapping[str, object]) -> Iterator[tuple[str, float]]:
    waiting: list[tuple[str, object]] = list(values.items())
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, Mapping):
            waiting.extend(value.items())
        elif isinstance(value, list | tuple):
            waiting.extend((name, each) for each in value)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield name, value
