"""Judging again from entries alone: the same checks over the same slices give the same findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from harness.checks.evidence_index import EvidenceIndex
from harness.checks.lateness import excused_by_run
from harness.checks.registry import checks, judge
from harness.checks.stored import finding_of
from harness.checks.verdict import Finding
from harness.evidence.stored_entries import StoredEntries, of_kinds
from stubs.events import CheckJudged, Entry
from stubs.wire.errors import PeerError


@dataclass(frozen=True, slots=True)
class Rejudged:
    """Finding of a check in the run, and its finding now."""

    seq: int
    judged: CheckJudged
    was: Finding
    finding: Finding

    @property
    def agrees(self) -> bool:
        """Whether verdict and references are those of the run."""
        return (self.was.verdict, self.was.references) == (self.finding.verdict, self.finding.references)


def judge_again(entries: Iterable[Entry], index: EvidenceIndex | None = None) -> Iterator[Rejudged]:
    """Judge every check of a run once more. Needs no key, no network and no simulator.

    Args:
        entries: of the run.
        index: over the same entries; made when not given.
    Raises: PeerError: an entry names a check that this version does not have, or cannot be judged as it stands.
    """
    known = entries if isinstance(entries, StoredEntries) else tuple(entries)
    index = index or EvidenceIndex(known)
    for entry in of_kinds(known, CheckJudged):
        event = entry.event
        if isinstance(event, CheckJudged):
            yield Rejudged(entry.seq, event, finding_of(event, entry.seq), _finding(index, entry.seq, event))


def _finding(index: EvidenceIndex, seq: int, event: CheckJudged) -> Finding:
    where = f"entry {seq}"
    if event.check not in checks():
        known = "one that `uept judge` of this version knows"
        raise PeerError("a check this version does not know", where=where, expected=known, got=event.check)
    evidence = index.evidence(event.scenario, event.role, event.first, event.last, event.user)
    try:
        return excused_by_run(judge(event.check, evidence, event.parameters), event.late)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        # What the run itself judged can be judged: these parameters or messages are not those of a run.
        got = f"{type(error).__name__}: {error}"
        raise PeerError(f"the check {event.check} cannot be judged as it stands", where=where, got=got) from error
