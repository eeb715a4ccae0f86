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
