"""The vocabulary of verdicts, as the journal keeps it: verdict, owner, and the finding of one check."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Verdict(StrEnum):
    """The outcome of a check, a scenario or (folded) a run. Ordered by ``harness.checks.worst``, not alphabetically."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    RETEST_PASS = "RETEST_PASS"  # noqa: S105 - likewise
    """Passed after an earlier run of the same scenario had failed; given to joined results, never by a check."""
    FAIL = "FAIL"
    BLOCKED = "BLOCKED"
    """Settings, surroundings or our own error prevent a judgement: never the party's fault."""
    NOT_RUN = "NOT_RUN"
    WARNING = "WARNING"
    REVIEW = "REVIEW"
    """A person has to look before this counts."""
    ATTESTED = "ATTESTED"
    """A person said so; the wire does not show it."""
    NOT_APPLICABLE = "NOT_APPLICABLE"


class Owner(StrEnum):
    """Owner of a verdict other than PASS: the one that has to act on it."""

    NONE = ""
    """Nobody: the rule is kept."""
    PARTY = "Party"
    """The Party's system, its driver, or a person of the Party."""
    SETTINGS = "settings"
    """The person who set up the run: run file, keys, ports, driver program, an interrupted run."""
    HARNESS = "harness"
    """This software: the simulated DCC, its devices, a scenario, a check."""
    SPECIFICATION = "specification unclear"
    """Nobody yet: the rule is inferred, and the published documents allow another reading."""


_OWNERS = {
    Verdict.FAIL: Owner.PARTY,
    Verdict.REVIEW: Owner.PARTY,
    Verdict.WARNING: Owner.PARTY,
    Verdict.ATTESTED: Owner.PARTY,
    Verdict.BLOCKED: Owner.HARNESS,
    Verdict.NOT_RUN: Owner.SETTINGS,
}


def usual_owner(verdict: Verdict) -> Owner:
    """Return the owner of a verdict when nothing more is known."""
    return _OWNERS.get(verdict, Owner.NONE)


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """Result of one check on one scenario's evidence.

    ``references`` are sequence numbers of the journal entries it rests on. While ``is_final`` is False later entries
    may still change it; ``verdict`` is then what it amounts to if nothing more comes, and one that is stored so was
    decided by the end of the wait. ``cause`` names the kind of difference in a word or two, without identities and
    values, so that failures with the same cause can be grouped.
    """

    verdict: Verdict
    expected: str
    got: str
    rule: str = ""
    references: tuple[int, ...] = ()
    is_final: bool = True
    named_owner: Owner = Owner.NONE
    """Owner of this finding, where that is not the usual owner of the verdict."""
    cause: str = ""

    @property
    def owner(self) -> Owner:
        """Return the owner, which has to act; nobody for PASS."""
        return self.named_owner or usual_owner(self.verdict)

    @property
    def lines(self) -> tuple[str, str, str]:
        """The three lines a person is shown."""
        return f"expected  {self.expected}", f"got       {self.got}", f"rule      {self.rule}"
