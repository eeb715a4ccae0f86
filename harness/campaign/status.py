"""Status of each role, what is missing, what is due next: one screen, computed anew each time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from harness.campaign.campaign_results import CampaignResults, RoleResults
from harness.campaign.checking import user_id_notes
from harness.campaign.dates import deadlines_of
from harness.campaign.issues import proposals
from harness.uep.checklist import checklist
from harness.uep.dates import Deadline

_SHOWN = 6


@dataclass(frozen=True, slots=True)
class RoleStatus:
    """One role in a line: counts always with their whole."""

    role: str
    verdict: str
    reason: str
    required: int
    filled: int
    attested: int
    planned: int
    passed: int
    failed: int
    blocked: int
    not_run: int
    steps_done: int
    steps: int
    missing: tuple[str, ...]
    due: tuple[Deadline, ...]
    """Deadlines that are next or late, earliest first."""


@dataclass(frozen=True, slots=True)
class Status:
    """The whole campaign."""

    roles: tuple[RoleStatus, ...]
    open_issues: int
    open_issues_of_party: int
    proposed_issues: int
    open_deviations: tuple[str, ...]


def status_of(campaign_results: CampaignResults, today: date) -> Status:
    """The status of a campaign on a day."""
    issues = campaign_results.folder.issues
    return Status(
        roles=tuple(_role(campaign_results, role, today) for role in campaign_results.roles),
        open_issues=sum(one.is_open for one in issues),
        open_issues_of_party=sum(one.counts_against_party for one in issues),
        proposed_issues=sum(not one.covered_by for one in proposals(campaign_results)),
        open_deviations=tuple(one.id for one in campaign_results.campaign.deviations if not one.is_agreed),
    )


def _role(campaign_results: CampaignResults, own: RoleResults, today: date) -> RoleStatus:
    assessed, counts = own.assessment, own.assessment.tally.scenarios
    absent = [name for name, _ in campaign_results.folder.missing_evidence]
    lines = [line for line in checklist(own.role, today, campaign_results.folder.steps_of(own.role), absent)
             if line.kind == "step" and line.state != "not applicable"]  # fmt: skip
    deadlines = [one for one in deadlines_of(campaign_results.campaign, own.role) if one.done is None]
    return RoleStatus(
        role=own.role,
        verdict=assessed.verdict.value,
        reason=assessed.reason,
        required=len(assessed.required),
        filled=len(assessed.required) - len(assessed.missing),
        attested=assessed.attested,
        planned=counts.planned,
        passed=counts.passed,
        failed=counts.failed,
        blocked=counts.blocked,
        not_run=counts.not_run,
        steps_done=sum(line.state == "done" for line in lines),
        steps=len(lines),
        missing=tuple(_missing(campaign_results, own)),
        due=tuple(sorted(deadlines, key=lambda one: one.on))[:_SHOWN],
    )


def _missing(campaign_results: CampaignResults, own: RoleResults) -> Iterator[str]:
    campaign = campaign_results.campaign
    if not any(one.counts for one in campaign_results.runs):
        yield "no run that counts: `uept rehearse --settings uept.toml`"
    if not campaign.roles[own.role].user_ids:
        yield f"no User ID for {own.role}"
    tested = {str(dict(one.run.facts.get("users") or {}).get(own.role, "")) for one in campaign_results.runs if one.run}
    yield from user_id_notes(campaign, own.role, tested - {""})
    for run in campaign_results.runs:
        if run.counts and not run.build:
            yield f"run {run.name} does not state its build: name it under [[runs]]"
    yield from own.inputs.open_criteria
    for key in own.assessment.to_repeat:
        yield f"repeat {key}"
    if not campaign.people.test_manager:
        yield "no test manager (people.test_manager)"
    if not campaign.plan.reference:
        yield "no approved test plan (plan.reference)"
