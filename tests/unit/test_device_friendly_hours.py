"""Friendly hours as 2.1 writes them: weekdays, ranges of dates, seasons, special days; when a supply may end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from stubs.devices import DeviceState, apply, elapse, next_due
from stubs.devices.calendars import next_change, number_at
from stubs.devices.effects.credit import reconsidered
from stubs.devices.records import Calendar
from stubs.devices.state import seconds
from tests.device_bench import DeviceBench, make_device_bench

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PREPAID: dict[str, Any] = {
    "payment_mode": "prepayment",
    "price": 0,
    "standing_charge": 86_400,
    "low_credit_threshold": 0,
    "emergency_credit_limit": 0,
}
LIMITS: dict[str, int] = {
    "MaxMeterBalance": 50_000_000,
    "MaxCreditThreshold": 25_000_000,
    "DebtRecoveryRateCap": 0,
    "LowCreditThreshold": 0,
    "EmergencyCreditLimit": 0,
    "EmergencyCreditThreshold": 0,
}
WORKING = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
ALWAYS = ("*-*-*", "*-*-*")


def row(script: str, time: str, days: tuple[str, ...] = (), dates: tuple[str, str] = ALWAYS, special: str = "") -> Any:
    return {
        "NonDisablementScript": script,
        "SwitchTime": time,
        "DaysOfWeek": days,
        "SpecialDays": special,
        "StartDate": dates[0],
        "EndDate": dates[1],
    }


def electricity(bench: DeviceBench, *rows: Any, special: tuple[str, ...] = (), **values: Any) -> DeviceState:
    """An electricity meter told these friendly hours, and kept by a journal."""
    told = LIMITS | {
        "SpecialDays": tuple({"Index": n, "Date": date, "DayID": n} for n, date in enumerate(special, start=1)),
        "NonDisablementSchedule": tuple(one | {"Index": n} for n, one in enumerate(rows, start=1)),
    }
    state, execution = bench.ask(bench.device("ESME", **PREPAID | values), "ECS08a", told)
    assert execution.response is not None, execution.details
    return msgspec.json.decode(msgspec.json.encode(state), type=DeviceState)


def friendly(state: DeviceState, text: str) -> bool:
    assert state.friendly is not None
    return number_at(state.friendly, seconds(datetime.fromisoformat(f"{text}:00+00:00"))) == 1


WEEKEND = (row("START", "17:00:00", ("Friday",)), row("STOP", "09:00:00", ("Monday",)))


def test_friendly_hours_last_from_their_start_to_their_stop_over_days_without_rows(bench: DeviceBench) -> None:
    state = electricity(bench, *WEEKEND)
    inside = "2026-03-06T17:00 2026-03-07T00:00 2026-03-08T23:59 2026-03-09T08:59"
    outside = "2026-03-06T16:59 2026-03-09T09:00 2026-03-11T12:00"
    assert [friendly(state, text) for text in inside.split()] == [True] * 4
    assert [friendly(state, text) for text in outside.split()] == [False] * 3


def test_before_any_row_has_begun_no_hour_is_friendly(bench: DeviceBench) -> None:
    later = ("2030-01-01", "2030-12-31")
    state = electricity(bench, row("START", "00:00:00", WORKING, later), row("STOP", "08:00:00", WORKING, later))
    assert not friendly(state, "2026-03-04T07:00")
    assert friendly(state, "2030-03-04T07:00")


@pytest.mark.parametrize(
    ("dates", "inside", "outside"),
    [
        (("*-10-01", "*-03-31"), "2026-10-01T07:00 2027-03-31T07:00", "2026-09-30T07:00 2027-04-01T07:00"),
        (("2026-12-24", "2026-12-27"), "2026-12-24T07:00 2026-12-27T07:00", "2026-12-23T07:00 2026-12-28T07:00"),
        (("2026-12-24", "*-*-*"), "2027-06-01T07:00", "2026-12-23T07:00"),
    ],
)
def test_a_row_holds_in_its_range_of_dates(
    bench: DeviceBench, dates: tuple[str, str], inside: str, outside: str
) -> None:
    week = (*WORKING, "Saturday", "Sunday")
    state = electricity(bench, row("START", "06:00:00", week, dates), row("STOP", "09:00:00", week, dates))
    assert all(friendly(state, text) for text in inside.split())
    assert not any(friendly(state, text) for text in outside.split())


@pytest.mark.parametrize("dates", [ALWAYS, ("2026-01-01", "2026-12-31")])
def test_a_special_day_has_rows_of_its_own(bench: DeviceBench, dates: tuple[str, str]) -> None:
    rows = (
        row("START", "00:00:00", WORKING, dates, "00"),
        row("STOP", "08:00:00", WORKING, dates, "00"),
        row("START", "00:00:00", (), dates, "10"),
        row("STOP", "00:00:00", (), dates, "01"),
    )
    state = electricity(bench, *rows, special=("*-12-25", "*-12-26"))
    assert friendly(state, "2026-12-25T20:00"), "Christmas, a Friday: the whole day"
    assert not friendly(state, "2026-12-26T00:00")
    assert [friendly(state, f"2026-12-24T{hour}:00") for hour in ("07", "09")] == [True, False]


@pytest.mark.parametrize(
    ("out", "expected"),
    [
        ("2026-03-05T12:00", "2026-03-05T12:00"),
        ("2026-03-06T18:00", "2026-03-09T09:00"),
        ("2026-03-08T10:00", "2026-03-09T09:00"),
    ],
)
def test_the_supply_ends_at_the_end_of_the_friendly_hours_and_not_before(
    bench: DeviceBench, out: str, expected: str
) -> None:
    runs_out = datetime.fromisoformat(f"{out}:00+00:00")
    left = int((runs_out - bench.now).total_seconds())
    state = electricity(bench, *WEEKEND, balance=left)
    end = datetime.fromisoformat(f"{expected}:00+00:00") + (HOUR / 3600 if out == expected else 0 * HOUR)
    for at, supply in ((end - timedelta(seconds=1), "enabled"), (end, "disabled")):
        elapsed = elapse(state, at, bench.device_keys(state.eui))
        assert apply(state, elapsed.changes).supply == supply


def gas_date(year: int | None, month: int | None, day: int | None) -> dict[str, Any]:
    return {"Year": year, "Month": month, "DayOfMonth": day, "DayOfWeek": None}


GAS: dict[str, Any] = LIMITS | {
    "DayProfiles": (
        {"DayName": 1, "TimeStartActions": ({"StartTime": "00:00", "NonDisablementAction": "STOP"},)},
        {
            "DayName": 2,
            "TimeStartActions": (
                {"StartTime": "06:00", "NonDisablementAction": "STOP"},
                {"StartTime": "20:00", "NonDisablementAction": "START"},
            ),
        },
        {"DayName": 3, "TimeStartActions": ({"StartTime": "00:00", "NonDisablementAction": "START"},)},
    ),
    "WeekProfiles": (
        {"WeekName": 1, "ReferencedDayNames": (1,) * 7},
        {"WeekName": 2, "ReferencedDayNames": (2,) * 7},
    ),
    "Seasons": (
        {"SeasonStartDate": gas_date(None, 4, 1), "ReferencedWeekName": 1},
        {"SeasonStartDate": gas_date(None, 10, 1), "ReferencedWeekName": 2},
    ),
    "SpecialDays": ({"Date": gas_date(2026, 7, 14), "ReferencedDayName": 3},),
}


def test_a_gas_meter_follows_seasons_weeks_and_special_days(bench: DeviceBench) -> None:
    state, execution = bench.ask(bench.device("GSME", **PREPAID), "GCS05", GAS)
    assert execution.response is not None, execution.details
    winter = "2026-11-03T21:00 2026-11-04T05:59 2027-03-31T23:00 2027-04-01T00:00"
    assert [friendly(state, text) for text in winter.split()] == [True, True, True, False]
    assert not any(friendly(state, text) for text in ("2026-11-04T06:00", "2026-07-13T23:00", "2026-07-15T00:00"))
    assert friendly(state, "2026-07-14T12:00")


def test_a_new_calendar_counts_for_an_end_that_was_put_off(bench: DeviceBench) -> None:
    week = (*WORKING, "Saturday", "Sunday")
    until_evening = (row("START", "00:00:00", week), row("STOP", "18:00:00", week))
    state = electricity(bench, *until_evening, balance=60)
    soon = elapse(state, bench.now + HOUR / 2, bench.device_keys(state.eui))
    state = apply(state, soon.changes)
    assert next_due(state, bench.now) == bench.now.replace(hour=18)
    rows = (row("START", "00:00:00", week), row("STOP", "20:00:00", week))
    told = LIMITS | {"SpecialDays": (), "NonDisablementSchedule": tuple(one | {"Index": 1} for one in rows)}
    later, _ = bench.ask(state, "ECS08a", told, bench.now + HOUR)
    assert (later.supply, next_due(later, bench.now)) == ("enabled", bench.now.replace(hour=20))
    ended, execution = bench.ask(state, "ECS08a", told | {"NonDisablementSchedule": ()}, bench.now + HOUR)
    assert (ended.supply, [alert.code for alert in execution.alerts]) == ("disabled", ["8F0F"])


def test_friendly_hours_without_an_end_are_looked_at_again() -> None:
    esme = make_device_bench().device("ESME", friendly=Calendar(), **PREPAID | {"balance": -1})
    later = seconds(datetime(2027, 1, 1, tzinfo=UTC))
    assert reconsidered(esme, later) == ({}, ())
    changes, notices = reconsidered(apply(esme, {"disable_at": 1}), later)
    assert (changes, notices) == ({"disable_at": later + 400 * 86_400}, ())


def test_the_next_change_of_lasting_hours_is_that_of_their_number() -> None:
    hours = Calendar(days=((1, ((6 * 3600, 2), (20 * 3600, 1))),), otherwise=2, lasts=True)
    noon = seconds(datetime(2026, 3, 1, 12, tzinfo=UTC))
    assert next_change(hours, noon) == noon + 8 * 3600
    assert next_change(hours, noon + 9 * 3600) == noon + 18 * 3600
