"""Working days beyond the vectors: other calendars, the end of the data, counting as a property."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.uep.calendar_file import ics
from harness.uep.dates import Given, deadlines
from harness.uep.working_days import WorkingCalendar
from schemas.process import calendars
from stubs.wire.errors import InputError

EW, SCO, UK = (WorkingCalendar(code) for code in ("EW", "SCO", "UK_ALL"))
AT = datetime(2026, 1, 15, 10, tzinfo=UTC)
DAYS = st.dates(date(2025, 7, 1), date(2030, 6, 1))


def test_scotland_differs() -> None:
    for day in (date(2026, 1, 2), date(2026, 8, 3), date(2026, 11, 30)):
        assert EW.is_working_day(day)
        assert not SCO.is_working_day(day)
    for day in (date(2026, 4, 6), date(2026, 8, 31)):
        assert not EW.is_working_day(day)
        assert SCO.is_working_day(day)


@given(DAYS)
def test_the_union_works_only_where_everyone_does(day: date) -> None:
    assert UK.is_working_day(day) <= (EW.is_working_day(day) and SCO.is_working_day(day))


@given(DAYS, st.integers(1, 60), st.sampled_from(sorted(calendars())))
def test_forward_and_back_are_each_other_s_inverse_from_a_working_day(day: date, count: int, code: str) -> None:
    calendar = WorkingCalendar(code)
    start = calendar.after(day, 1)
    end = calendar.after(start, count)
    assert calendar.before(end, count) == start
    assert calendar.between(start, end) == count
    assert calendar.is_working_day(end)


def test_christmas_on_a_weekend_is_no_working_day_either() -> None:
    assert not EW.is_working_day(date(2027, 12, 25))
    assert not EW.is_working_day(date(2028, 1, 1))


@pytest.mark.parametrize("day", [date(2031, 1, 9), date(2024, 12, 1), date(2030, 12, 30)])
def test_nothing_is_computed_beyond_the_data(day: date) -> None:
    with pytest.raises(InputError, match="2025 to 2030"):
        EW.after(day, 60)


def test_an_unknown_calendar_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="EW, SCO, UK_ALL"):
        WorkingCalendar("NI")


def test_a_receipt_on_an_earlier_day_moves_the_lenient_reading() -> None:
    given_dates = Given(report=date(2026, 9, 7), receipt=date(2026, 9, 8))
    found = {one.key: one for one in deadlines(given_dates, EW)}
    assert found["review-lenient"].on == date(2026, 9, 15)
    assert found["receipt"].state(date(2026, 9, 30)) == "met"


def test_states_tell_late_from_due_and_met_late() -> None:
    found = {one.key: one for one in deadlines(Given(start=date(2026, 9, 7), notice=date(2026, 6, 15)), EW)}
    assert found["notice"].state(date(2026, 6, 1)) == "met late"
    assert found["start"].state(date(2026, 6, 1)) == "too early"
    due = deadlines(Given(report=date(2026, 9, 7)), EW)[0]
    assert (due.state(date(2026, 9, 9)), due.state(date(2026, 9, 10))) == ("due", "late")


def test_an_assessment_is_booked_twelve_weeks_ahead() -> None:
    found = deadlines(Given(assessment_applied=date(2026, 1, 5)), EW)
    assert [(one.on, one.bound) for one in found] == [(date(2026, 3, 30), "earliest")]
    back = deadlines(Given(assessment_booked=date(2026, 3, 30)), EW)
    assert [(one.on, one.bound) for one in back] == [(date(2026, 1, 5), "latest")]


def test_a_calendar_file_says_which_calendar_and_keeps_identities() -> None:
    from icalendar import Calendar  # noqa: PLC0415

    found = deadlines(Given(report=date(2026, 4, 1)), EW)
    once, again = (ics(found, EW.name, AT, "OU") for _ in range(2))
    assert once == again
    events = Calendar.from_ical(once).walk("VEVENT")
    assert [event.decoded("dtstart") for event in events] == [one.on for one in found]
    assert len({str(event["uid"]) for event in events}) == 3
    assert all("England and Wales" in str(event["description"]) for event in events)
