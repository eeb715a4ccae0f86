"""What the journals tell beside verdicts: how long things took, retries, codes. Times are of the run's own clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil

from harness.reporting.completion.model import CodeCount, Observations, Timing
from schemas import load
from stubs.events import (
    ClockMoved,
    DeliveryFailed,
    Entry,
    MessageDelivered,
    MessageQueued,
    OutcomeClaimed,
    RequestAccepted,
    RequestAnswered,
    RequestReceived,
)

REQUEST_TO_ACK = "request to acknowledgement"
ACK_TO_RESPONSE = "acknowledgement to response"
RESPONSE_TO_REPORT = "response or alert to the Party's report"
_KINDS = (REQUEST_TO_ACK, ACK_TO_RESPONSE, RESPONSE_TO_REPORT)
_EDGES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
"""Seconds: upper ends of the bars of a plot; one more holds what is longer."""


@dataclass(slots=True)
class _Seen:
    seconds: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in _KINDS})
    left_out: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    ids: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    failed_deliveries: int = 0
    alerts: int = 0


def observe(journals: Iterable[Iterable[Entry]], by_hand: tuple[str, ...] = ()) -> Observations:
    """Observations over the journals of the runs that count; a journal at a time is held."""
    seen = _Seen()
    repeated = 0
    for entries in journals:
        seen.ids.clear()
        _walk(entries, seen)
        repeated += sum(count - 1 for count in seen.ids.values())
    return Observations(
        timings=tuple(_timing(kind, seen.seconds[kind], seen.left_out[kind]) for kind in _KINDS),
        codes=tuple(
            CodeCount(code=code, meaning=_meaning(code), count=count) for code, count in sorted(seen.codes.items())
        ),
        requests=seen.requests,
        repeated_requests=repeated,
        deliveries_failed=seen.failed_deliveries,
        alerts=seen.alerts,
        by_hand=by_hand,
    )


class _Clock:
    """Pairs of instants, and whether the clock jumped between them."""

    def __init__(self) -> None:
        self.jumps = 0

    def since(self, start: tuple[datetime, int] | None, at: datetime) -> float | None:
        """Seconds; None when the clock jumped meanwhile."""
        if start is None or start[1] != self.jumps:
            return None
        return max((at - start[0]).total_seconds(), 0.0)


def _walk(entries: Iterable[Entry], seen: _Seen) -> None:
    clock = _Clock()
    received: dict[str, tuple[datetime, int]] = {}
    answered: dict[str, tuple[datetime, int]] = {}
    request_of: dict[str, str] = {}
    queued: dict[str, str | None] = {}
    last_delivery: tuple[datetime, int] | None = None
    for entry in entries:
        now = (entry.at, clock.jumps)
        match entry.event:
            case ClockMoved():
                clock.jumps += 1
            case RequestReceived() as event:
                seen.requests += 1
                received[event.exchange] = now
            case RequestAccepted() as event:
                seen.ids[event.request_id] += 1
                request_of[event.exchange] = event.request_id
            case RequestAnswered() as event:
                _add(seen, REQUEST_TO_ACK, clock.since(received.pop(event.exchange, None), entry.at))
                answered[request_of.get(event.exchange, "")] = now
                if event.response_code:
                    seen.codes[event.response_code] += 1
            case MessageQueued() as event:
                queued[event.message] = event.request_id
                seen.codes[event.response_code] += bool(event.response_code)
                seen.alerts += event.alert_code is not None
            case MessageDelivered() as event:
                start = answered.pop(queued.get(event.message) or "", None)
                if start is not None:
                    _add(seen, ACK_TO_RESPONSE, clock.since(start, entry.at))
                last_delivery = now
            case DeliveryFailed():
                seen.failed_deliveries += 1
            case OutcomeClaimed() if last_delivery is not None:
                _add(seen, RESPONSE_TO_REPORT, clock.since(last_delivery, entry.at))
                last_delivery = None
            case _:
                pass


def _add(seen: _Seen, kind: str, seconds: float | None) -> None:
    if seconds is None:
        seen.left_out[kind] += 1
    else:
        seen.seconds[kind].append(seconds)


def _timing(what: str, seconds: list[float], left_out: int) -> Timing:
    ordered = sorted(seconds)
    bars = Counter(next((edge for edge in _EDGES if value <= edge), None) for value in ordered)
    labels = [*((edge, f"≤ {edge:g} s") for edge in _EDGES), (None, f"> {_EDGES[-1]:g} s")]
    return Timing(
        what=what,
        count=len(ordered),
        left_out=left_out,
        median=_rank(ordered, 0.5),
        p95=_rank(ordered, 0.95),
        longest=round(ordered[-1], 3) if ordered else 0.0,
        histogram=tuple((label, bars[edge]) for edge, label in labels),
    )


def _rank(ordered: list[float], share: float) -> float:
    """Nearest rank; 0 when there is nothing."""
    return round(ordered[max(ceil(share * len(ordered)) - 1, 0)], 3) if ordered else 0.0


def _meaning(code: str) -> str:
    row = load.response_codes().get(load.ResponseCode(code))
    return row.meaning if row else ""
