"""Figures of the journals beside verdicts: durations, retries, codes. Times are of the run's own clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil

from harness.reporting.completion.model import CodeCount, Met, Observations, Timing
from schemas import load
from schemas.ssi_tables import functions
from stubs.events import (
    ClockMoved,
    DeliveryFailed,
    Entry,
    Event,
    MessageDelivered,
    MessageQueued,
    OutcomeClaimed,
    PageViewed,
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
    device_alerts: Counter[str] = field(default_factory=Counter)
    dcc_alerts: Counter[str] = field(default_factory=Counter)
    functions: Counter[str] = field(default_factory=Counter)
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
        met=_met(seen),
    )


def _met(seen: _Seen) -> tuple[Met, ...]:
    """Codes, alerts and functions of the Self-Service Interface: how many of those that our tables list were met."""
    tables: tuple[tuple[str, Counter[str], dict[str, str]], ...] = (
        ("Response codes", seen.codes, {str(code): row.meaning for code, row in load.response_codes().items()}),
        ("DCC Alerts", seen.dcc_alerts, {code: row.meaning for code, row in load.dcc_alerts().items()}),
        ("Device Alerts", seen.device_alerts, {code: row.meaning for code, row in load.device_alerts().items()}),
        ("Self-Service functions", seen.functions, {row.function: row.title for row in functions().values()}),
    )
    return tuple(
        Met(
            kind=kind,
            known=len(table),
            seen=tuple(
                CodeCount(code=code, meaning=table.get(code, "not listed"), count=count)
                for code, count in sorted(counted.items())
            ),
            not_seen=tuple(code for code in table if code not in counted),
        )
        for kind, counted, table in tables
    )


def _function(path: str) -> str | None:
    """The function of the Self-Service Interface that a page belongs to: the longest path that it begins with."""
    fitting = [row for row in functions().values() if path == row.path or path.startswith(f"{row.path.rstrip('/')}/")]
    fitting = [row for row in fitting if row.path != "/" or path == "/"]
    return max(fitting, key=lambda row: len(row.path)).function if fitting else None


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
        _count(entry.event, seen)
        match entry.event:
            case ClockMoved():
                clock.jumps += 1
            case RequestReceived() as event:
                received[event.exchange] = now
            case RequestAccepted() as event:
                seen.ids[event.request_id] += 1
                request_of[event.exchange] = event.request_id
            case RequestAnswered() as event:
                _add(seen, REQUEST_TO_ACK, clock.since(received.pop(event.exchange, None), entry.at))
                answered[request_of.get(event.exchange, "")] = now
            case MessageQueued() as event:
                queued[event.message] = event.request_id
            case MessageDelivered() as event:
                start = answered.pop(queued.get(event.message) or "", None)
                if start is not None:
                    _add(seen, ACK_TO_RESPONSE, clock.since(start, entry.at))
                last_delivery = now
            case OutcomeClaimed() if last_delivery is not None:
                _add(seen, RESPONSE_TO_REPORT, clock.since(last_delivery, entry.at))
                last_delivery = None
            case _:
                pass


def _count(event: Event, seen: _Seen) -> None:
    match event:
        case RequestReceived():
            seen.requests += 1
        case RequestAnswered(response_code=str(code)) if code:
            seen.codes[code] += 1
        case MessageQueued():
            if event.response_code:
                seen.codes[event.response_code] += 1
            if event.alert_code is not None:
                seen.alerts += 1
                known = seen.dcc_alerts if event.message_kind == "dcc-alert" else seen.device_alerts
                known[event.alert_code] += 1
        case PageViewed(status=200) if event.role:
            if function := _function(event.path):
                seen.functions[function] += 1
        case DeliveryFailed():
            seen.failed_deliveries += 1
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
