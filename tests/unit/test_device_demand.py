"""Maximum demand registers: import, import in a period of the day, export; each reset by itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from stubs.devices import DeviceState, apply
from stubs.devices.demand import maximum_demand
from stubs.devices.manufacture import amend
from stubs.devices.state import instant, seconds
from tests.device_bench import DeviceBench

DAY, HALF_HOUR = timedelta(days=1), timedelta(minutes=30)
IMPORT, PERIOD, EXPORT = (
    "MaxDemandActiveEnergyImport",
    "MaxDemandConfigurableTimeActivePowerImport",
    "MaxDemandActiveEnergyExport",
)


def read(bench: DeviceBench, state: DeviceState, name: str, now: datetime, **values: Any) -> dict[str, Any]:
    return bench.read(state, bench.ask(state, name, values, now)[1].response)


def schedule(start: str, end: str) -> dict[str, Any]:
    """What 6.18.1 becomes: a row for either end of the period."""
    return {
        "MaximumDemandTimePeriodSchedule": tuple(
            {
                "Index": index,
                "Script": script,
                "SwitchTime": time,
                "DaysOfWeek": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
                "SpecialDays": "",
                "StartDate": "0000-01-*",
                "EndDate": "*-*-*",
            }
            for index, (script, time) in enumerate((("Start", start), ("End", end)))
        )
    }


def half_hours(bench: DeviceBench, state: DeviceState, first: datetime, last: datetime) -> list[tuple[datetime, int]]:
    """Ends of half hours, and twice their use: mean power."""
    entries = read(bench, state, "ECS22b", last, StartDateTime=first, EndDateTime=last)["LogEntries"]
    return [(one["Timestamp"] + HALF_HOUR, 2 * one["PrimaryValue"]) for one in entries]


def greatest(found: list[tuple[datetime, int]]) -> tuple[int, datetime]:
    end, power = max(found, key=lambda one: one[1])
    return power, end


def shown(bench: DeviceBench, state: DeviceState, register: str, now: datetime) -> tuple[int, datetime]:
    values = read(bench, state, "ECS18a" if register is EXPORT else "ECS18b", now)
    return values[register], values[f"{register}CaptureTime"]


def test_maximum_demand_is_the_greatest_half_hour(bench: DeviceBench) -> None:
    esme, later = bench.device("ESME"), bench.now + 40 * DAY
    expected = greatest(half_hours(bench, esme, bench.now, later))
    assert shown(bench, esme, IMPORT, later) == expected
    assert shown(bench, esme, PERIOD, later) == expected, "nobody has set a period: the whole day counts"


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("11:00:00", "16:00:00", range(11, 16)),
        ("22:00:00", "05:00:00", (22, 23, 0, 1, 2, 3, 4)),
        ("00:00:00", "06:00:00", range(6)),
        ("07:00:00", "07:00:00", range(24)),
    ],
)
def test_the_period_of_the_day_counts_and_no_other(bench: DeviceBench, start: str, end: str, hours: Any) -> None:
    state, _ = bench.ask(bench.device("ESME"), "ECS37", schedule(start, end))
    later = bench.now + 40 * DAY
    found = half_hours(bench, state, bench.now, later)
    inside = [(when, power) for when, power in found if (when - HALF_HOUR).hour in hours]
    assert shown(bench, state, PERIOD, later) == greatest(inside)
    assert shown(bench, state, IMPORT, later) == greatest(found)


def test_a_half_hour_that_lies_only_partly_in_the_period_does_not_count(bench: DeviceBench) -> None:
    state, _ = bench.ask(bench.device("ESME"), "ECS37", schedule("17:10:00", "18:20:00"))
    later = bench.now + DAY
    found = [
        one
        for one in half_hours(bench, state, bench.now, later)
        if one[0] - HALF_HOUR == bench.now.replace(hour=17, minute=30)
    ]
    assert len(found) == 1
    assert shown(bench, state, PERIOD, later) == greatest(found)


def test_a_new_period_keeps_what_the_old_one_found(bench: DeviceBench) -> None:
    day, night = schedule("17:00:00", "21:00:00"), schedule("01:00:00", "03:00:00")
    state, _ = bench.ask(bench.device("ESME"), "ECS37", day)
    changed, later = bench.now + 10 * DAY, bench.now + 30 * DAY
    before = shown(bench, state, PERIOD, changed)
    state, _ = bench.ask(state, "ECS37", night, changed)
    state = msgspec.json.decode(msgspec.json.encode(state), type=DeviceState)
    assert shown(bench, state, PERIOD, later) == before
    state, _ = bench.ask(state, "ECS57", {"MaxDemandConfigTimeActivePowerImportValue": True}, changed)
    found = half_hours(bench, state, changed, later)
    assert shown(bench, state, PERIOD, later) == greatest([one for one in found if (one[0] - HALF_HOUR).hour in (1, 2)])


@pytest.mark.parametrize(
    ("named", "reset"),
    [
        ("MaxDemandActivePowerImportValue", IMPORT),
        ("MaxDemandConfigTimeActivePowerImportValue", PERIOD),
        ("MaxDemandActivePowerExportValue", EXPORT),
    ],
)
def test_each_register_is_reset_by_itself(bench: DeviceBench, named: str, reset: str) -> None:
    esme, later = bench.device("ESME", generation=3000), bench.now + 20 * DAY
    before = {register: shown(bench, esme, register, later) for register in (IMPORT, PERIOD, EXPORT)}
    state, _ = bench.ask(esme, "ECS57", {named: True}, later)
    for register, found in before.items():
        expected = (0, later) if register is reset else found
        assert shown(bench, state, register, later) == expected
    values = read(bench, state, "ECS18b", later) | read(bench, state, "ECS18a", later)
    resets = {register: values[f"{register}LastResetDateTime"] for register in before}
    assert resets == dict.fromkeys(before, bench.now) | {reset: later}


def test_export_has_its_own_greatest_half_hour(bench: DeviceBench) -> None:
    esme, later = bench.device("ESME", generation=3000), bench.now + 20 * DAY
    asked = {"StartDateTime": bench.now, "EndDateTime": later}
    entries = read(bench, esme, "ECS22a", later, **asked)["LogEntries"]
    found = [(one["Timestamp"] + HALF_HOUR, 2 * one["ActiveEnergyExportedValue"]) for one in entries]
    assert shown(bench, esme, EXPORT, later) == greatest(found)
    assert shown(bench, bench.device("ESME"), EXPORT, later) == (0, bench.now)


def test_a_supply_that_is_off_has_no_demand(bench: DeviceBench) -> None:
    state, _ = bench.ask(bench.device("ESME"), "ECS43")
    assert shown(bench, state, IMPORT, bench.now + 5 * DAY)[0] == 0
    state, _ = bench.ask(state, "ECS42", now=bench.now + 5 * DAY + timedelta(minutes=40))
    later = bench.now + 7 * DAY
    found = half_hours(bench, state, bench.now, later)
    assert shown(bench, state, IMPORT, later) == greatest(found)


def test_what_a_meter_forgets_of_its_past_stays_in_its_registers(bench: DeviceBench) -> None:
    state, _ = bench.ask(bench.device("ESME", generation=3000), "ECS37", schedule("16:00:00", "21:00:00"))
    now = bench.now
    for step in range(70):
        now = bench.now + step * timedelta(hours=7, minutes=13)
        state = apply(state, amend(state, now, {"price": 20_000 + step}))
    assert len(state.past) == 64
    assert state.past[0].since > seconds(bench.now)
    whole = bench.device("ESME", generation=3000, demand_period=state.demand_period)
    for register in ("import", "period", "export"):
        expected = maximum_demand(whole, register, seconds(now))
        assert maximum_demand(state, register, seconds(now)) == expected
        assert instant(expected[1]) > bench.now


def test_forgetting_does_not_bring_a_new_period_to_half_hours_of_the_old_one(bench: DeviceBench) -> None:
    state, _ = bench.ask(bench.device("ESME"), "ECS37", schedule("01:00:00", "03:00:00"))
    now = bench.now
    for step in range(60):
        now += timedelta(hours=5, minutes=7)
        state = apply(state, amend(state, now, {"price": 20_000 + step}))
    state, _ = bench.ask(state, "ECS37", schedule("02:00:00", "02:30:00"), now)
    expected = maximum_demand(state, "period", seconds(now))
    evening, _ = bench.ask(state, "ECS37", schedule("17:00:00", "20:00:00"), now)
    for step in range(6):
        now += timedelta(minutes=1)
        evening = apply(evening, amend(evening, now, {"price": 30_000 + step}))
    assert evening.past[0].since > seconds(bench.now)
    assert maximum_demand(evening, "period", seconds(now)) == expected
