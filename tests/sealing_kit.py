"""Bundles made of events: a run cut out of a longer journal, numbered anew, chained and sealed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import ec
from msgspec.structs import replace

from harness.evidence import bundle
from harness.reporting.write import make_reports
from stubs.events import AnyEvent, CheckJudged, Entry, ScenarioStarted
from stubs.journal import Row, chain_hash, encode_event


def cut_out(entries: Iterable[Entry], first: int, last: int) -> tuple[tuple[datetime, AnyEvent], ...]:
    """The entries from ``first`` to ``last``, as in a journal that begins with the run."""
    kept = [entry for entry in entries if first <= entry.seq <= last]
    return tuple((entry.at, renumbered(entry.event, first - 1)) for entry in kept)


def renumbered(event: AnyEvent, shift: int) -> AnyEvent:
    """The event as in a journal that begins with the run."""
    if isinstance(event, ScenarioStarted):
        return replace(event, first=event.first - shift)
    if isinstance(event, CheckJudged) and event.finding is not None:
        finding = replace(event.finding, references=tuple(seq - shift for seq in event.finding.references))
        return replace(event, first=event.first - shift, last=event.last - shift, finding=finding)
    return event


def chained(events: Sequence[tuple[datetime, AnyEvent]]) -> list[Row]:
    """The rows of a journal of these events, from its first entry."""
    previous, rows = bytes(32), []
    for seq, (at, event) in enumerate(events, start=1):
        stored = encode_event(event)
        previous = chain_hash(previous, seq, at.isoformat(), stored)
        rows.append(Row(seq, at.isoformat(), stored, previous))
    return rows


def sealed(events: Sequence[tuple[datetime, AnyEvent]], key: ec.EllipticCurvePrivateKey) -> bytes:
    """A bundle of these events, with reports that agree."""
    evidence = bundle.gather(chained(events))
    return bundle.seal(evidence, make_reports(evidence)[1], key)
