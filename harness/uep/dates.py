"""Deadlines of the User Entry Process Tests: notice, receipt, review, certificate, assessments.

Source: SECAS User Entry Process Guidance v1.3 (2018) as rows of ``schemas/uep/facts.csv``: to be checked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from harness.uep.working_days import WorkingCalendar
from schemas.process import CHECK, facts, number


@dataclass(frozen=True, slots=True)
class Given:
    """Dates that are known or planned; None where not."""

    notice: date | None = None
    start: date | None = None
    end: date | None = None
    report: date | None = None
    receipt: date | None = None
    review: date | None = None
    quality_gate: date | None = None
    certificate: date | None = None
    assessment_applied: date | None = None
    assessment_booked: date | None = None
    mandate: date | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """One computed date.

    ``bound`` is ``latest`` or ``earliest``; ``done`` the day it was met, if it is known; ``rule`` says the counting
    and its source. ``reading`` is ``strict`` or ``lenient`` where the guidance can be read in two ways.
    """

    key: str
    text: str
    on: date
    bound: str
    who: str
    rule: str
    reading: str = ""
    done: date | None = None

    def state(self, today: date) -> str:
        """``met``, ``met late``, ``too early``, ``late`` or ``due`` at the end of ``today``."""
        if self.done is not None:
            if self.bound == "latest":
                return "met" if self.done <= self.on else "met late"
            return "met" if self.done >= self.on else "too early"
        return "late" if self.bound == "latest" and today > self.on else "due"


def deadlines(given: Given, calendar: WorkingCalendar) -> tuple[Deadline, ...]:
    """Every deadline that follows from what is given, in the order of the process.

    Raises: InputError: a date outside the years of the calendar.
    """
    return (*_notice(given, calendar), *_assessments(given), *_review(given, calendar), *_certificate(given, calendar))


def _notice(given: Given, calendar: WorkingCalendar) -> Iterator[Deadline]:
    days = number("notice_working_days")
    if given.start:
        yield Deadline(
            "notice",
            f"Last day to give DCC {days} Working Days' notice",
            calendar.before(given.start, days),
            "latest",
            "Party",
            _rule("notice_working_days", f"before the planned start {given.start:%d %b %Y}"),
            done=given.notice,
        )
    if given.notice:
        yield Deadline(
            "start",
            "Earliest start of the tests",
            calendar.after(given.notice, days),
            "earliest",
            "Party",
            _rule("notice_working_days", f"after the notice {given.notice:%d %b %Y}"),
            done=given.start,
        )


def _assessments(given: Given) -> Iterator[Deadline]:
    ahead = timedelta(weeks=number("assessment_weeks"))
    if given.assessment_applied:
        yield Deadline(
            "assessment",
            "Earliest assessment that can be booked",
            given.assessment_applied + ahead,
            "earliest",
            "Party",
            _rule("assessment_weeks", f"after the application {given.assessment_applied:%d %b %Y}"),
            done=given.assessment_booked,
        )
    elif given.assessment_booked:
        yield Deadline(
            "assessment-application",
            "Last day to apply for the assessment",
            given.assessment_booked - ahead,
            "latest",
            "Party",
            _rule("assessment_weeks", f"before the assessment {given.assessment_booked:%d %b %Y}"),
        )


def _review(given: Given, calendar: WorkingCalendar) -> Iterator[Deadline]:
    if not given.report:
        return
    receipt = calendar.after(given.report, number("receipt_working_days"))
    yield Deadline(
        "receipt",
        "DCC confirms receipt of the Test Completion Report",
        receipt,
        "latest",
        "DCC",
        _rule("receipt_working_days", f"after the report {given.report:%d %b %Y}"),
        done=given.receipt,
    )
    days = number("review_working_days")
    confirmed = given.receipt or receipt
    for reading, since, what in (
        ("strict", given.report, "the report was sent"),
        ("lenient", confirmed, "DCC confirmed receipt" if given.receipt else "receipt confirmed on its last day"),
    ):
        yield Deadline(
            f"review-{reading}",
            f"DCC says concluded or further testing ({reading} reading)",
            calendar.after(since, days),
            "latest",
            "DCC",
            _rule("review_working_days", f"after {what}, {since:%d %b %Y}"),
            reading,
            given.review,
        )


def _certificate(given: Given, calendar: WorkingCalendar) -> Iterator[Deadline]:
    if given.quality_gate:
        yield Deadline(
            "certificate",
            "DCC issues the Test Completion Certificate",
            calendar.after(given.quality_gate, number("certificate_working_days")),
            "latest",
            "DCC",
            _rule("certificate_working_days", f"after the quality gate {given.quality_gate:%d %b %Y}"),
            done=given.certificate,
        )


def _rule(key: str, since: str) -> str:
    fact = facts()[key]
    return f"{fact.value} {fact.unit} {since} ({CHECK})"
