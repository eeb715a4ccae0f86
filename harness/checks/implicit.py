"""Checks that every scenario owes without naming them: whatever the evidence holds is compared at its end.

An implicit check speaks of what is there. What is missing is the business of the checks that a scenario names, so
an implicit check without anything to look at is NOT_APPLICABLE, and is not journalled.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from harness.checks.evidence import Evidence
from harness.checks.registry import checks, judge
from harness.checks.verdict import Finding, Verdict


def implicit_checks() -> tuple[str, ...]:
    """Ids of the implicit checks, in the order they are judged in."""
    return tuple(known.id for known in checks().values() if known.is_implicit)


def judge_implicit(
    evidence: Evidence, parameters: Mapping[str, Any], *, but: Container[str] = ()
) -> tuple[tuple[str, Finding], ...]:
    """The findings of all implicit checks that found something to look at.

    Args:
        evidence: of the whole scenario.
        parameters: limits of the run, the same for each check.
        but: checks that are left out.
    """
    found = ((name, judge(name, evidence, parameters)) for name in implicit_checks() if name not in but)
    return tuple((name, finding) for name, finding in found if finding.verdict is not Verdict.NOT_APPLICABLE)


def not_applicable(expected: str) -> Finding:
    """Nothing to look at."""
    return Finding(Verdict.NOT_APPLICABLE, expected, "nothing to look at")
