"""Reading verdict events of every age: what now has a field of its own stood elsewhere in earlier journals."""

from __future__ import annotations

from dataclasses import dataclass

from harness.checks.verdict import Finding, Verdict
from stubs.events import CheckJudged, ScenarioStarted
from stubs.wire.errors import PeerError


@dataclass(frozen=True, slots=True)
class Begun:
    """Beginning of a scenario: its key, first entry of its evidence, User and party."""

    key: str
    first: int
    user: str
    party: str


def begun(event: ScenarioStarted, seq: int, boundary: int = 0) -> Begun:
    """Read a ScenarioStarted at entry ``seq``; ``key`` is empty when it names none.

    Evidence of a scenario begins after ``boundary``, the last entry of the scenario before, and at ``seq`` at the
    latest, whatever the entry says: what is shown of all scenarios together is never more than the journal.
    """
    premises = event.premises
    said = event.first or premises.get("first", seq)
    first = said if isinstance(said, int) else seq
    return Begun(
        key=event.key or str(premises.get("key", "")),
        first=min(max(first, boundary + 1), seq),
        user=event.user or str(premises.get("user", "")),
        party=event.party or str(premises.get("party", "")),
    )


def verdict_named(word: str, seq: int) -> Verdict:
    """Return the verdict of a stored word. Raises: PeerError: none of this version."""
    try:
        return Verdict(word)
    except ValueError as error:
        raise PeerError("a verdict this version does not know", where=f"entry {seq}", got=word) from error


def finding_of(event: CheckJudged, seq: int) -> Finding:
    """The finding a CheckJudged at entry ``seq`` holds. Raises: PeerError: a verdict of no known name."""
    if event.finding is not None:
        return event.finding
    verdict = verdict_named(event.verdict, seq)
    return Finding(verdict, event.expected, event.got, event.rule, references=event.references)
