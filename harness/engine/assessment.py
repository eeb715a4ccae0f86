"""The verdict of a role: what a test manager may conclude from a run, and what stands in the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from harness.checks import Verdict
from harness.engine.results import Run, ScenarioRun
from schemas.load import UserRole, service_requests


class RoleVerdict(StrEnum):
    """The four conclusions (completion report, verdict rules; the rules themselves are inferred)."""

    READY = "READY"
    READY_WITH_DEVIATIONS = "READY_WITH_DEVIATIONS"
    FURTHER_TESTING = "FURTHER_TESTING"
    NOT_ASSESSED = "NOT_ASSESSED"


_ACCEPTED = frozenset({Verdict.PASS, Verdict.WARNING, Verdict.ATTESTED, Verdict.NOT_APPLICABLE})
"""Verdicts of a scenario run that need no repetition."""
_UNDECIDED = frozenset({Verdict.REVIEW, Verdict.NOT_RUN})


@dataclass(frozen=True, slots=True)
class RoleAssessment:
    """One role's verdict with everything it rests on; counts are of scenario runs, never averaged over roles."""

    role: str
    verdict: RoleVerdict
    reason: str
    counts: Mapping[Verdict, int]
    to_repeat: tuple[str, ...]
    """Keys of the scenario runs that failed or were blocked."""
    services_passed: tuple[str, ...]
    """Services of the role with at least one scenario run that passed."""
    services_declared_unused: tuple[str, ...]
    services_uncovered: tuple[str, ...]
    """Services the role may use, neither passed nor declared unused."""


def assess(run: Run) -> tuple[RoleAssessment, ...]:
    """One assessment per role of the run."""
    return tuple(assess_role(run, role) for role in run.roles)


def assess_role(run: Run, role: str) -> RoleAssessment:
    """The verdict of one role.

    FURTHER_TESTING when anything failed or was blocked; NOT_ASSESSED when something did not run, waits for a person's
    review, or when services of the role are neither shown nor declared unused; READY_WITH_DEVIATIONS when services are
    declared unused or warnings remain; READY otherwise. Source: completion report, verdict rules (inferred).
    """
    runs = run.of_role(role)
    counts = Counter(scenario.verdict for scenario in runs)
    unstarted = [row for row in run.not_started if row["role"] == role]
    counts[Verdict.NOT_RUN] += len(unstarted)
    services = _eligible(role)
    declared = tuple(srv for srv in run.facts.get("declared_unused", ()) if srv in services)
    shown = {srv for scenario in runs if scenario.verdict is Verdict.PASS for srv in scenario.srvs}
    uncovered = tuple(srv for srv in services if srv not in shown and srv not in declared)
    to_repeat = tuple(scenario.key for scenario in runs if scenario.verdict not in _ACCEPTED | _UNDECIDED)
    verdict, reason = _conclude(run, runs, counts, to_repeat, declared, uncovered)
    return RoleAssessment(
        role=role,
        verdict=verdict,
        reason=reason,
        counts=counts,
        to_repeat=to_repeat,
        services_passed=tuple(srv for srv in services if srv in shown),
        services_declared_unused=declared,
        services_uncovered=uncovered,
    )


def _eligible(role: str) -> tuple[str, ...]:
    if role not in UserRole.__members__:
        return ()
    return tuple(row.srv for row in service_requests().values() if UserRole(role) in row.eligible_roles)


def _conclude(
    run: Run,
    runs: tuple[ScenarioRun, ...],
    counts: Mapping[Verdict, int],
    to_repeat: tuple[str, ...],
    declared: tuple[str, ...],
    uncovered: tuple[str, ...],
) -> tuple[RoleVerdict, str]:
    if to_repeat:
        failures, blocks = counts.get(Verdict.FAIL, 0), counts.get(Verdict.BLOCKED, 0)
        return RoleVerdict.FURTHER_TESTING, f"{failures} failed, {blocks} blocked: repeat {', '.join(to_repeat)}"
    if not runs:
        return RoleVerdict.NOT_ASSESSED, "no scenario ran"
    undecided = counts.get(Verdict.NOT_RUN, 0) + counts.get(Verdict.REVIEW, 0)
    if undecided or not run.is_complete:
        return (
            RoleVerdict.NOT_ASSESSED,
            f"{undecided} of {sum(counts.values())} scenarios did not run or wait for review",
        )
    if uncovered:
        total = len(_eligible(runs[0].role))
        open_services = f"{len(uncovered)} of the role's {total} services are neither shown nor declared unused"
        return RoleVerdict.NOT_ASSESSED, f"all {len(runs)} scenarios passed; {open_services}"
    warnings = counts.get(Verdict.WARNING, 0)
    if declared or warnings:
        return RoleVerdict.READY_WITH_DEVIATIONS, f"{len(declared)} services declared unused, {warnings} warnings"
    return RoleVerdict.READY, f"all {len(runs)} scenarios passed and every service of the role is shown"
