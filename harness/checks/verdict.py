"""Results of a check: verdicts in their order, and the findings that carry them."""

from __future__ import annotations

from stubs.findings import Finding, Owner, Verdict, usual_owner

__all__ = [
    "Finding", "Owner", "Verdict", "blocked", "failed", "not_run", "passed", "review", "usual_owner", "waiting",
    "worst",
]  # fmt: skip

_SEVERITY = (
    Verdict.NOT_APPLICABLE,
    Verdict.PASS,
    Verdict.RETEST_PASS,
    Verdict.ATTESTED,
    Verdict.REVIEW,
    Verdict.WARNING,
    Verdict.NOT_RUN,
    Verdict.BLOCKED,
    Verdict.FAIL,
)


def worst(verdicts: tuple[Verdict, ...]) -> Verdict:
    """The verdict that decides a whole; NOT_RUN when there is none, since missing evidence is never PASS."""
    return max(verdicts, key=_SEVERITY.index, default=Verdict.NOT_RUN)


def passed(expected: str, got: str, *references: int) -> Finding:
    """The rule is kept, and the entries referred to show it."""
    return Finding(Verdict.PASS, expected, got, references=references)


def failed(expected: str, got: str, *references: int, cause: str = "") -> Finding:
    """The rule is broken by the party, and the entries referred to show it."""
    return Finding(Verdict.FAIL, expected, got, references=references, cause=cause)


def blocked(expected: str, got: str, *references: int, owner: Owner = Owner.HARNESS, cause: str = "") -> Finding:
    """No judgement is possible, and that is not the party's doing."""
    return Finding(Verdict.BLOCKED, expected, got, references=references, named_owner=owner, cause=cause)


def not_run(expected: str, got: str, *references: int, owner: Owner = Owner.PARTY) -> Finding:
    """The party's system was not able to be asked."""
    return Finding(Verdict.NOT_RUN, expected, got, references=references, named_owner=owner)


def review(expected: str, got: str, *references: int, cause: str = "") -> Finding:
    """The wire's part is kept; what the party's system made of it a person has to look at."""
    return Finding(Verdict.REVIEW, expected, got, references=references, cause=cause)


def waiting(expected: str, got: str, *references: int, amounts_to: Verdict = Verdict.FAIL, cause: str = "") -> Finding:
    """Nothing decisive yet; ``amounts_to`` is the verdict if the time runs out like this."""
    return Finding(amounts_to, expected, got, references=references, is_final=False, cause=cause)
