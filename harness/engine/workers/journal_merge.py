"""One journal of many: the workers' entries in the order of the plan, every number in them moved with its entry.

Pure. An entry keeps its instant, by the clock of its worker; only the end of the run is later than all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from harness.checks import Finding, Owner, Verdict, begun
from harness.plan import LibraryScenario
from stubs.events import (
    AnyEvent,
    CertificateFiled,
    CertificateIssued,
    CheckJudged,
    Entry,
    RunFinished,
    RunStarted,
    ScenarioFinished,
    ScenarioStarted,
)

_CERTIFICATES = (CertificateIssued, CertificateFiled)


@dataclass(frozen=True, slots=True)
class Record:
    """Record of one worker: its share, its journal from the first entry, and why it ended early, if it did."""

    share: tuple[LibraryScenario, ...]
    entries: tuple[Entry, ...]
    fate: str = ""

    @property
    def started(self) -> RunStarted | None:
        """Return the first entry of its run; None when it never began."""
        return next((entry.event for entry in self.entries if isinstance(entry.event, RunStarted)), None)


@dataclass(slots=True)
class _Joined:
    """The joined journal while it is put together: events with instants, and where each worker's entry went."""

    events: list[tuple[datetime, AnyEvent]] = field(default_factory=list)
    numbers: dict[tuple[int, int], int] = field(default_factory=dict)
    """Worker and its sequence number to the joined one."""
    sources: dict[int, int] = field(default_factory=dict)
    """Position in ``events`` to the worker it came from."""
    certificates: dict[AnyEvent, int] = field(default_factory=dict)
    start: int = 0
    """Number of the entry before the first."""

    def take(self, worker: int, entries: Iterable[Entry]) -> None:
        for entry in entries:
            if isinstance(entry.event, _CERTIFICATES):
                if entry.event in self.certificates:  # the same, of the same PKI, in every worker's record
                    self.numbers[worker, entry.seq] = self.certificates[entry.event]
                    continue
                self.certificates[entry.event] = self.start + len(self.events) + 1
            self.add(entry.at, entry.event)
            self.numbers[worker, entry.seq] = self.start + len(self.events)
            self.sources[len(self.events) - 1] = worker

    def add(self, at: datetime, event: AnyEvent) -> None:
        self.events.append((at, event))

    def moved(self) -> Iterator[tuple[datetime, AnyEvent]]:
        for position, (at, event) in enumerate(self.events):
            worker = self.sources.get(position)
            yield at, event if worker is None else _moved(event, worker, self.numbers)


def join(
    records: Sequence[Record], order: Sequence[LibraryScenario], facts: Mapping[str, Any], *, is_interrupted: bool
) -> tuple[tuple[datetime, AnyEvent], ...]:
    """Instants and events of the joined run; the sequence number of each is its place, from 1.

    A scenario that its worker left unfinished is NOT_RUN with the worker's fate as reason; so is one it never began,
    unless a person interrupted the run: those are then merely not started, as in a run of one worker.

    Args:
        records: of the workers, at least one of which began its run.
        order: the chosen scenarios of the whole plan.
        facts: of the whole run: replace those of a share.
        is_interrupted: by a person.
    """
    begun = [(number, record) for number, record in enumerate(records) if record.started is not None]
    sliced = {number: _slices(record) for number, record in begun}
    joined = _Joined()
    for number, _ in begun:
        before, after = sliced[number].prologue
        joined.take(number, before)
        if number == begun[0][0]:
            started = records[number].started
            assert started is not None
            name = f"{facts['run']}-{len(joined.events) + 1}"
            kept = {**started.facts, **facts, "run": name}
            joined.add(sliced[number].at, RunStarted(run=name, facts=kept))
        joined.take(number, after)
    for scenario in order:
        worker = next(number for number, record in enumerate(records) if scenario in record.share)
        entries = sliced[worker].scenarios.get(scenario.key, ()) if worker in sliced else ()
        reason = "interrupted" if is_interrupted else records[worker].fate or "broken off"
        joined.take(worker, entries)
        if not entries and not is_interrupted:
            joined.add(joined.events[-1][0], _never_began(scenario, len(joined.events) + 1, kept))
        has_ended = any(isinstance(entry.event, ScenarioFinished) for entry in entries)
        if not has_ended and (entries or not is_interrupted):
            joined.add(joined.events[-1][0], _broken_off(scenario, reason))
    is_complete = not is_interrupted and not any(record.fate for record in records)
    joined.add(max(at for at, _ in joined.events), RunFinished(run=name, complete=is_complete))
    return tuple(joined.moved())


def taken_over(
    entries: Sequence[Entry], first: int, known: Iterable[Entry], number: int
) -> tuple[tuple[datetime, AnyEvent], ...]:
    """Instants and events that a journal takes from another, every number in them moved with its entry.

    Args:
        entries: of the other journal, from its first on.
        first: number there from which they are taken; of those before it only certificates are, where they are needed.
        known: entries that the taking journal holds, certificates among them.
        number: that the next entry gets there.
    """
    held: dict[AnyEvent, int] = {entry.event: entry.seq for entry in known if isinstance(entry.event, _CERTIFICATES)}
    joined = _Joined(certificates=held, start=number - 1)
    before = [entry for entry in entries if entry.seq < first and isinstance(entry.event, _CERTIFICATES)]
    joined.take(0, [*before, *(entry for entry in entries if entry.seq >= first)])
    return tuple(joined.moved())


@dataclass(frozen=True, slots=True)
class _Slices:
    """A worker's entries, cut: before and after its RunStarted, then by scenario."""

    at: datetime
    prologue: tuple[tuple[Entry, ...], tuple[Entry, ...]]
    scenarios: Mapping[str, tuple[Entry, ...]]


def _slices(record: Record) -> _Slices:
    starts = [
        (begun(entry.event, entry.seq).first, begun(entry.event, entry.seq).key)
        for entry in record.entries
        if isinstance(entry.event, ScenarioStarted)
    ]
    run = next(entry for entry in record.entries if isinstance(entry.event, RunStarted))
    kept = tuple(entry for entry in record.entries if not isinstance(entry.event, RunStarted | RunFinished))
    end = record.entries[-1].seq + 1
    bounds = [first for first, _ in starts] + [end]
    return _Slices(
        at=run.at,
        prologue=(
            tuple(entry for entry in kept if entry.seq < run.seq),
            tuple(entry for entry in kept if run.seq < entry.seq < bounds[0]),
        ),
        scenarios={
            key: tuple(entry for entry in kept if first <= entry.seq < bounds[index + 1])
            for index, (first, key) in enumerate(starts)
        },
    )


def _moved(event: AnyEvent, worker: int, numbers: Mapping[tuple[int, int], int]) -> AnyEvent:
    match event:
        case ScenarioStarted():
            return msgspec.structs.replace(event, first=numbers[worker, event.first])
        case CheckJudged():
            return msgspec.structs.replace(
                event,
                first=numbers[worker, event.first],
                last=numbers[worker, event.last],
                finding=_renumbered(event.finding, worker, numbers),
            )
        case _:
            return event


def _renumbered(finding: Finding | None, worker: int, numbers: Mapping[tuple[int, int], int]) -> Finding | None:
    if finding is None:
        return None
    references = tuple(numbers[worker, seq] for seq in finding.references)
    return msgspec.structs.replace(finding, references=references)


def _never_began(scenario: LibraryScenario, seq: int, facts: Mapping[str, Any]) -> ScenarioStarted:
    user = str(facts.get("users", {}).get(scenario.role, ""))
    return ScenarioStarted(
        scenario=scenario.id,
        attempt=1,
        role=scenario.role,
        title=scenario.title,
        scope=scenario.scope,
        priority=scenario.priority,
        srvs=scenario.srvs,
        feature=scenario.feature,
        premises={"devices": {}},
        key=scenario.key,
        first=seq,
        user=user,
    )


def _broken_off(scenario: LibraryScenario, reason: str) -> ScenarioFinished:
    return ScenarioFinished(
        scenario=scenario.id,
        attempt=1,
        role=scenario.role,
        verdict=Verdict.NOT_RUN.value,
        reason=reason,
        owner=(Owner.SETTINGS if reason == "interrupted" else Owner.HARNESS).value,
    )
