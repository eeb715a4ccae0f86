"""Computes the result from the journal of a load rehearsal: the same for the run and for a later judge. Pure."""

from __future__ import annotations

import math
import struct
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from harness.load.histogram import Histogram
from harness.load.limits import LimitResult, Measured, judge, parse_limit, verdict_of
from harness.load.measure import Measurement, Processed, TimelineRow
from harness.load.plan import LoadPlan
from harness.load.records import Ending, unpack
from schemas.load_profiles import LoadMessageRow, LoadProfile
from schemas.published import published_schema
from stubs.app import device_of_message
from stubs.events import AnyEvent, LoadAsked, LoadEnded, LoadFinished, LoadProcessed, LoadStarted
from stubs.wire.errors import PeerError

FOREIGN = (1 << 64) - 1
"""Number of a message that is none of the run's."""
ORDER_WITHIN = "device"
"""Scope within which order matters: a Party may process the messages of two devices in any order."""
PERCENTILES = (50.0, 90.0, 95.0, 99.0, 99.9, 100.0)
_ENDINGS = {
    Ending.ACKNOWLEDGED: "acknowledged",
    Ending.REFUSED: "refused with a status",
    Ending.TIMEOUT: "no answer in time",
    Ending.NO_CONNECTION: "no connection",
    Ending.UNSENT: "waiting when the run ended",
    Ending.BROKEN_OFF: "begun when a person ended the run",
}


def json_schema() -> dict[str, Any]:
    """The JSON Schema of ``load-result.json``."""
    return published_schema(
        LoadResult,
        id_="https://uept-harness.invalid/schemas/run/load-result.schema.json",
        title="Result of a load rehearsal",
    )


class LoadResult(msgspec.Struct, frozen=True, kw_only=True):
    """``load-result.json``. Times are seconds; null is never, or of nothing."""

    run: str
    complete: bool
    reason: str
    """Fault of the measurement itself; empty: none."""
    verdict: str
    """PASS, FAIL, BLOCKED, or NOT_RUN when it ended before its plan, or a limit was never put to the test."""
    facts: dict[str, Any]
    limits: list[dict[str, str]]
    planned: int
    """Messages of the whole plan."""
    due: int
    """Messages that ended, acknowledged or not."""
    acknowledged: int
    errors: int
    retries: int
    overtaken: int
    offered_rate: float
    accepted_rate: float
    most_backlog: int
    backlog_gone: float | None
    percentiles: dict[str, float | None]
    """From the planned instant to the acknowledgement."""
    service_percentiles: dict[str, float | None]
    """From the first post to the acknowledgement."""
    late_percentiles: dict[str, float | None]
    """From the planned instant to the first post: waiting for a free connection, or for this program."""
    endings: dict[str, int]
    statuses: dict[str, int]
    processed: dict[str, int] | None
    """Counts that the Party states: once, duplicates, lost, misordered, foreign; null: it was not asked."""
    client: dict[str, Any] | None
    """The Party's client meanwhile: requests by status, seconds by share; null: it was not asked."""
    timeline: list[TimelineRow]
    note: str = "Rehearsal against a simulated fleet. Rates derived from meters are inferred. Not a DCC test."

    @property
    def totals(self) -> Mapping[str, int]:
        """Number of limits of each verdict that one has."""
        return Counter(one["verdict"] for one in self.limits)


def profile_facts(profile: LoadProfile) -> dict[str, Any]:
    """A profile in JSON's types, so that a journal says what its plan was whatever the catalogue becomes."""
    plain: dict[str, Any] = msgspec.to_builtins(profile)
    return plain


def plan_of(facts: Mapping[str, Any]) -> LoadPlan:
    """The plan that the facts of a run describe. Raises: PeerError: they describe none."""
    try:
        given = facts["profile"]
        profile = LoadProfile(
            **{
                **given,
                "shape": tuple((float(length), float(height)) for length, height in given["shape"]),
                "messages": tuple(LoadMessageRow(**row) for row in given["messages"]),
            }
        )
        return LoadPlan(profile, float(facts["rate"]), float(facts["seconds"]))
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise PeerError("the journal does not say what the plan of the load rehearsal was", got=repr(error)) from error


def result_of(events: Iterable[AnyEvent]) -> LoadResult:
    """Return the result of a load rehearsal. Raises: PeerError: no journal of one."""
    started: LoadStarted | None = None
    finished: LoadFinished | None = None
    run: Measurement | None = None
    processed: Processed | None = None
    asked: list[LoadAsked] = []
    acknowledged = bytearray()  # by number, up to the last that ended: a plan may be far longer than its run
    for event in events:
        match event:
            case LoadStarted():
                started = event
                run = Measurement(plan_of(event.facts))
            case LoadEnded() if run is not None:
                for record in unpack(event.rows):
                    if record.number >= run.plan.count:
                        raise PeerError("a message that is not of the plan", got=str(record.number))
                    acknowledged.extend(bytes(max(0, record.number + 1 - len(acknowledged))))
                    acknowledged[record.number] = record.is_acknowledged
                    run.take([record], event.sender)
            case LoadProcessed() if run is not None:
                processed = processed or _processed(run.plan, started)
                for (number,) in struct.iter_unpack(">Q", event.numbers):
                    processed.take(number)
            case LoadAsked():
                asked.append(event)
            case LoadFinished():
                finished = event
            case _:
                pass
    if started is None or run is None:
        raise PeerError("no load rehearsal", expected="an entry LoadStarted", got="none")
    is_complete = finished is not None and finished.complete
    return _result(
        started,
        run,
        processed,
        acknowledged,
        asked,
        is_complete=is_complete,
        reason=finished.reason if finished else "",
    )


def _processed(plan: LoadPlan, started: LoadStarted | None) -> Processed:
    """Return an empty count of processed messages, with the order that the run asks for: within each device.

    Journals of earlier versions do not say so: of theirs, the order of all messages is counted.
    """
    facts = started.facts if started is not None else {}
    if facts.get("order_within") != ORDER_WITHIN:
        return Processed(plan.count)
    devices = facts.get("devices")
    if not isinstance(devices, int) or devices < 1:
        raise PeerError("the journal does not say how many devices there were", got=repr(devices))
    return Processed(plan.count, lambda number: device_of_message(number, plan.kind(number).device_type, devices))


def _result(
    started: LoadStarted,
    run: Measurement,
    processed: Processed | None,
    acknowledged: bytearray,
    asked: Sequence[LoadAsked],
    *,
    is_complete: bool,
    reason: str,
) -> LoadResult:
    said = None
    failed = sum(one.status != "done" for one in asked) if asked else None
    measured = Measured(run, failed=failed, is_complete=is_complete)
    if processed is not None:
        lost = processed.lost(number for number, is_so in enumerate(acknowledged) if is_so)
        measured = Measured(run, lost, processed.duplicates, processed.misordered, failed, is_complete)
        said = {
            "once": processed.once,
            "duplicates": processed.duplicates,
            "lost": lost,
            "misordered": processed.misordered,
            "foreign": processed.foreign,
        }
    results = judge([parse_limit(str(text)) for text in started.facts.get("limits", ())], measured)
    return LoadResult(
        run=started.run,
        complete=is_complete,
        reason=reason,
        verdict=_verdict(results, is_complete=is_complete),
        facts=started.facts,
        limits=[{"limit": one.limit, "verdict": one.verdict, "measured": one.measured} for one in results],
        planned=run.plan.count,
        due=run.count,
        acknowledged=run.acknowledged,
        errors=run.errors,
        retries=run.retries,
        overtaken=run.overtaken,
        offered_rate=run.plan.count / run.plan.seconds,
        accepted_rate=run.accepted_rate,
        most_backlog=run.most_backlog,
        backlog_gone=_finite(run.backlog_gone) if is_complete else None,
        percentiles={_named(each): _finite(run.percentile(each)) if run.count else None for each in PERCENTILES},
        service_percentiles=_percentiles(run.service),
        late_percentiles=_percentiles(run.late),
        endings={_ENDINGS[ending]: count for ending, count in run.endings.items() if count},
        statuses={str(status): count for status, count in sorted(run.statuses.items()) if status},
        processed=said,
        client=_client(asked),
        timeline=run.timeline(),
    )


def _client(asked: Sequence[LoadAsked]) -> dict[str, Any] | None:
    if not asked:
        return None
    times = Histogram()
    for one in asked:
        times.record(round(one.seconds * 1e6))
    statuses: dict[str, int] = {}
    for one in asked:
        statuses[one.status] = statuses.get(one.status, 0) + 1
    return {
        "asked": len(asked),
        "statuses": dict(sorted(statuses.items())),
        "percentiles": _percentiles(times),
    }


def _verdict(results: tuple[LimitResult, ...], *, is_complete: bool) -> str:
    said = verdict_of(results)
    return said if is_complete or said == "FAIL" else "NOT_RUN"


def _percentiles(times: Histogram) -> dict[str, float | None]:
    """Seconds by share; null when nothing was counted."""
    return {_named(each): times.percentile(each) / 1e6 if times.count else None for each in PERCENTILES}


def _named(percent: float) -> str:
    return f"p{percent:g}"


def _finite(value: float) -> float | None:
    return None if math.isinf(value) else value
