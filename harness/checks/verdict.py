"""What a check may say, and the finding it says it in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """The outcome of a check, a scenario or (folded) a run. Ordered by ``worst`` below, not alphabetically."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a password
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


_SEVERITY = (
    Verdict.NOT_APPLICABLE,
    Verdict.PASS,
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


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check says about one scenario's evidence.

    ``references`` are sequence numbers of the journal entries it rests on. While ``is_final`` is False later entries
    may still change it; ``verdict`` is then what it amounts to if nothing more comes.
    """

    verdict: Verdict
    expected: str
    got: str
    rule: str = ""
    references: tuple[int, ...] = ()
    is_final: bool = True

    @property
    def lines(self) -> tuple[str, str, str]:
        """The three lines a person is shown."""
        return f"expected  {self.expected}", f"got       {self.got}", f"rule      {self.rule}"


def passed(expected: str, got: str, *references: int) -> Finding:
    """The rule is kept, and the entries referred to show it."""
    return Finding(Verdict.PASS, expected, got, references=references)


def failed(expected: str, got: str, *references: int) -> Finding:
    """The rule is broken by the party, and the entries referred to show it."""
    return Finding(Verdict.FAIL, expected, got, references=references)


def blocked(expected: str, got: str, *references: int) -> Finding:
    """No judgement is possible, and that is not the party's doing."""
    return Finding(Verdict.BLOCKED, expected, got, references=references)


def not_run(expected: str, got: str, *references: int) -> Finding:
    """The party's system was not able to be asked."""
    return Finding(Verdict.NOT_RUN, expected, got, references=references)


def waiting(expected: str, got: str, *references: int, amounts_to: Verdict = Verdict.FAIL) -> Finding:
    """Nothing decisive yet; ``amounts_to`` is the verdict if the time runs out like this."""
    return Finding(amounts_to, expected, got, references=references, is_final=False)
