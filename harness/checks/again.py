"""Judging again from entries alone: the same checks over the same slices give the same findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from harness.checks.evidence import evidence_of
from harness.checks.registry import judge
from harness.checks.verdict import Finding
from stubs.events import CheckJudged, Entry


@dataclass(frozen=True, slots=True)
class Rejudged:
    """A check as it was judged in the run, and as it is judged now."""

    seq: int
    judged: CheckJudged
    finding: Finding

    @property
    def agrees(self) -> bool:
        """Whether verdict and references are those of the run."""
        return (self.judged.verdict, self.judged.references) == (self.finding.verdict.value, self.finding.references)


def judge_again(entries: Iterable[Entry]) -> Iterator[Rejudged]:
    """Judge every check of a run once more. Needs no key, no network and no simulator.

    Raises: Misuse: the entries name a check that this version does not have.
    """
    known = tuple(entries)
    for entry in known:
        event = entry.event
        if isinstance(event, CheckJudged):
            evidence = evidence_of(known, event.scenario, event.role, event.first, event.last)
            yield Rejudged(entry.seq, event, judge(event.check, evidence, event.parameters))
