"""The table of checks: id, rule, source, the defects it catches, and the pure function that decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from msgspec.structs import replace

from harness.checks.evidence import Evidence
from harness.checks.lateness import excused_by_answer
from harness.checks.verdict import Finding, Verdict
from schemas.load import defects
from stubs.wire.errors import Misuse

Judge = Callable[[Evidence, Mapping[str, Any]], Finding]
"""Evidence and the parameters of the step to a finding; pure, raises nothing on purpose."""


@dataclass(frozen=True, slots=True)
class Check:
    """One rule that can be judged from the journal alone.

    ``rule`` is one sentence for people, ``clause`` names the document and heading, ``provenance`` is ``stated`` or
    ``inferred``.
    """

    id: str
    rule: str
    clause: str
    provenance: str
    judge: Judge
    is_implicit: bool
    """Judged at the end of every scenario, whether its steps name it or not."""

    @property
    def caught_by(self) -> tuple[str, ...]:
        """The broken clients that this check has to catch (``schemas/catalogue/defects.csv``)."""
        return tuple(row.name for row in defects().values() if self.id in row.caught_by)

    @property
    def rule_text(self) -> str:
        """Rule and source as one line of a report."""
        return f"{self.rule} [{self.id}; {self.clause}; {self.provenance}]"


_CHECKS: dict[str, Check] = {}


def check(
    check_id: str,
    *,
    rule: str,
    clause: str,
    provenance: str = "stated",
    implicit: bool = False,
) -> Callable[[Judge], Judge]:
    """Enter a function into the table of checks."""

    def enter(judge: Judge) -> Judge:
        if check_id in _CHECKS:
            raise Misuse(f"two checks are called {check_id}")
        _CHECKS[check_id] = Check(check_id, rule, clause, provenance, judge, implicit)
        return judge

    return enter


def checks() -> Mapping[str, Check]:
    """All checks by id."""
    return MappingProxyType(_CHECKS)


def judge(check_id: str, evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """The finding of one check, with its rule filled in.

    Raises: Misuse: no check has that id (a scenario names something that does not exist).
    """
    known = _CHECKS.get(check_id)
    if known is None:
        raise Misuse(f"no check is called {check_id!r}; known: {', '.join(sorted(_CHECKS))}")
    finding = replace(known.judge(evidence, parameters), rule=known.rule_text)
    finding = excused_by_answer(finding, evidence, parameters)
    if finding.verdict is Verdict.FAIL and evidence.mistake is not None:
        # Whatever the party did after our own error is no evidence against it.
        seq, detail = evidence.mistake
        got = f"an error of the simulated DCC: {detail} (and: {finding.got})"
        return replace(finding, verdict=Verdict.BLOCKED, got=got, references=(*finding.references, seq))
    return finding
