"""Deadlines and the five steps of the User Entry Process, as the report shows them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from harness.campaign.campaign_file import Campaign
from harness.campaign.dates import deadlines_of, given_dates
from harness.campaign.folder import CampaignFolder
from harness.reporting.completion import model
from harness.uep.checklist import checklist
from harness.uep.timeline import marks
from schemas.load import UserRole
from schemas.process import disputes


def deadline_rows(campaign: Campaign, role: UserRole, today: date) -> Iterator[model.DeadlineRow]:
    """Section 12, one role."""
    for one in deadlines_of(campaign, role):
        yield model.DeadlineRow(
            role=role,
            text=one.text,
            on=one.on,
            bound=one.bound,
            who=one.who,
            state=one.state(today),
            reading=one.reading,
            rule=one.rule,
        )


def timeline_marks(campaign: Campaign, role: UserRole, today: date) -> Iterator[model.TimelineMark]:
    """The picture's marks, one role."""
    for mark in marks(given_dates(campaign, role), deadlines_of(campaign, role), today):
        yield model.TimelineMark(role=role, text=mark.text, on=mark.on, state=mark.state)


def dispute_rows(campaign: Campaign) -> Iterator[model.DisputeRow]:
    """Disputes as people recorded them."""
    for one in campaign.disputes:
        yield model.DisputeRow(
            subject=disputes()[one.subject].name,
            role=one.role or "",
            opened_on=one.opened_on,
            stage=one.stage,
            outcome=one.outcome,
        )


def sign_off_rows(campaign: Campaign) -> Iterator[model.SignOffRow]:
    """Yield the rows for signatures: the Party once, DCC by role, with the day due and the facts of the campaign."""
    yield model.SignOffRow(who="Party: test manager", reference=campaign.people.test_manager)
    yield model.SignOffRow(who="Party: approver", reference=campaign.people.approver)
    for role, entry in campaign.roles.items():
        due: dict[str, list[str]] = {}
        for one in deadlines_of(campaign, role):
            reading = f" ({one.reading})" if one.reading else ""
            due.setdefault(one.key.partition("-")[0], []).append(f"{one.on:%d %b %Y}{reading}")
        dates = entry.dates
        for who, key, on, reference in (
            ("DCC: receipt of this report", "receipt", dates.receipt, ""),
            ("DCC: concluded / further testing / refused", "review", dates.review, dates.review_result),
            ("DCC: scenario runs to repeat", "", None, ""),
            ("Test Completion Certificate", "certificate", dates.certificate, dates.certificate_reference),
        ):
            yield model.SignOffRow(who=who, role=role, due=" or ".join(due.get(key, [])), on=on, reference=reference)


def step_rows(folder: CampaignFolder, role: UserRole, today: date) -> Iterator[model.StepRow]:
    """The five steps of a role."""
    absent = [name for name, _ in folder.missing_evidence]
    for line in checklist(role, today, folder.steps_of(role), absent):
        if line.kind == "step":
            yield model.StepRow(
                role=role,
                name=line.name,
                state=line.state,
                decided_by=line.decided_by,
                clause=line.clause,
                missing=line.missing,
            )
