"""Working days and deadlines against tables computed elsewhere from the standing rules of bank holidays.

Origin: facts about the User Entry Process gathered for this project (uep.md, section 13), England and Wales.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from harness.uep.dates import Given, deadlines
from harness.uep.working_days import WorkingCalendar

EW = WorkingCalendar("EW")
HOLIDAYS = {
    2025: "1 Jan, 18 Apr, 21 Apr, 5 May, 26 May, 25 Aug, 25 Dec, 26 Dec",
    2026: "1 Jan, 3 Apr, 6 Apr, 4 May, 25 May, 31 Aug, 25 Dec, 28 Dec",
    2027: "1 Jan, 26 Mar, 29 Mar, 3 May, 31 May, 30 Aug, 27 Dec, 28 Dec",
    2028: "3 Jan, 14 Apr, 17 Apr, 1 May, 29 May, 28 Aug, 25 Dec, 26 Dec",
    2029: "1 Jan, 30 Mar, 2 Apr, 7 May, 28 May, 27 Aug, 25 Dec, 26 Dec",
    2030: "1 Jan, 19 Apr, 22 Apr, 6 May, 27 May, 26 Aug, 25 Dec, 26 Dec",
}


def day(text: str) -> date:
    return datetime.strptime(text, "%a %d %b %Y").replace(tzinfo=UTC).date()


def found(given: Given) -> dict[str, date]:
    return {one.key: one.on for one in deadlines(given, EW)}


@pytest.mark.parametrize(("year", "days"), HOLIDAYS.items())
def test_bank_holidays_on_weekdays_are_those_of_the_standing_rules(year: int, days: str) -> None:
    expected = {datetime.strptime(f"{one} {year}", "%d %b %Y").replace(tzinfo=UTC).date() for one in days.split(", ")}
    assert {one for one in EW.holidays_of(year) if one.weekday() < 5} == expected


@pytest.mark.parametrize(
    ("start", "notice"),
    [
        ("Mon 7 Sep 2026", "Fri 12 Jun 2026"),
        ("Mon 11 Jan 2027", "Wed 14 Oct 2026"),
        ("Mon 26 Apr 2027", "Thu 28 Jan 2027"),
    ],
)
def test_the_last_day_for_notice(start: str, notice: str) -> None:
    assert found(Given(start=day(start)))["notice"] == day(notice)


def test_the_earliest_start_after_a_notice() -> None:
    assert found(Given(notice=day("Mon 1 Jun 2026")))["start"] == day("Mon 24 Aug 2026")


@pytest.mark.parametrize(
    ("report", "receipt", "strict", "lenient"),
    [
        ("Wed 1 Apr 2026", "Tue 7 Apr 2026", "Fri 10 Apr 2026", "Tue 14 Apr 2026"),
        ("Tue 22 Dec 2026", "Thu 24 Dec 2026", "Thu 31 Dec 2026", "Tue 5 Jan 2027"),
        ("Fri 28 Aug 2026", "Wed 2 Sep 2026", "Mon 7 Sep 2026", "Wed 9 Sep 2026"),
    ],
)
def test_receipt_and_review_in_both_readings(report: str, receipt: str, strict: str, lenient: str) -> None:
    dates = found(Given(report=day(report)))
    assert (dates["receipt"], dates["review-strict"], dates["review-lenient"]) == (
        day(receipt),
        day(strict),
        day(lenient),
    )


def test_the_certificate_after_the_quality_gate() -> None:
    assert found(Given(quality_gate=day("Wed 15 Apr 2026")))["certificate"] == day("Fri 17 Apr 2026")
