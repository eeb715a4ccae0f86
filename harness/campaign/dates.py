"""Dates and amounts of a campaign, computed by the rules of ``harness.uep``."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from harness.campaign.campaign_file import FILE_NAME, Campaign
from harness.uep import timeline
from harness.uep.credit_cover import Exposure, Instrument
from harness.uep.dates import Deadline, Given, deadlines
from harness.uep.working_days import WorkingCalendar
from schemas.load import UserRole, roles
from stubs.wire.errors import InputError


def given_dates(campaign: Campaign, role: UserRole) -> Given:
    """The dates of one role; the last assessment of the role that has a date."""
    dates = campaign.roles[role].dates
    own = [one for one in campaign.assessments if one.role == role and (one.applied_on or one.booked_for)]
    last = own[-1] if own else None
    return Given(
        notice=dates.notice,
        start=dates.start,
        end=dates.end,
        report=dates.report,
        receipt=dates.receipt,
        review=dates.review,
        quality_gate=dates.quality_gate,
        certificate=dates.certificate,
        assessment_applied=last.applied_on if last else None,
        mandate=campaign.roles[role].mandate_date,
        assessment_booked=last.booked_for if last else None,
    )


def deadlines_of(campaign: Campaign, role: UserRole, calendar: WorkingCalendar | None = None) -> tuple[Deadline, ...]:
    """Deadlines of one role, by the campaign's calendar if no other is given.

    Raises: InputError: a date beyond the calendar's years.
    """
    try:
        return deadlines(given_dates(campaign, role), calendar or WorkingCalendar(campaign.calendar))
    except InputError as error:
        raise InputError(f"{FILE_NAME}: roles.{role}.dates: {error}") from error


def timeline_of(campaign: Campaign, role: UserRole, today: date) -> str:
    """The role's process as an SVG picture."""
    rows = timeline.marks(given_dates(campaign, role), deadlines_of(campaign, role), today)
    name = WorkingCalendar(campaign.calendar).name
    return timeline.draw(rows, today, f"User Entry Process of {roles()[role].name}, Working Days of {name}")


def exposure_of(campaign: Campaign, today: date | None = None) -> Exposure:
    """Return the amounts from which Credit Cover is computed. Raises: InputError: the campaign has no ``[credit]``."""
    credit = campaign.credit
    if credit is None:
        raise InputError("the campaign has no [credit] table", mend="Add one, or give --unpaid and --estimate")
    exposure = Exposure(
        as_of=credit.as_of,
        unpaid=credit.unpaid,
        estimate=credit.estimate,
        maximum_credit_value=credit.maximum_credit_value,
        unsecured_factor=credit.unsecured_factor,
        factor=credit.factor,
        apply_to=credit.apply_to,
        cpi=credit.cpi,
        base_cpi=credit.base_cpi,
        instruments=tuple(Instrument(one.kind, one.amount, one.expiry) for one in credit.instruments),
    )
    return replace(exposure, as_of=today) if today else exposure
