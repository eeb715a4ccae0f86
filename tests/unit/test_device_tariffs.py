"""Tariffs, block counters, billing: what a meter's rate registers do, and what reads of them say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from stubs.devices import DeviceState, apply, elapse, next_due
from stubs.devices.account import balance
from stubs.devices.calendars import number_at
from stubs.devices.netting import Element
from stubs.devices.periods import billing_dates
from stubs.devices.records import Billing, Calendar, SpecialDay
from stubs.devices.registers import block_matrix, import_register, tou_registers
from stubs.devices.settling import settled
from stubs.devices.state import instant, seconds
from stubs.devices.tariffs import into_blocks, use_by_rate
from tests.device_bench import DeviceBench

DAY = timedelta(days=1)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NO_BLOCKS = {f"BlockThresholds{column}": (4_294_967_295,) * 3 for column in range(1, 9)}
EVENING: dict[str, Any] = {
    "Seasons": ({"SeasonName": "all", "SeasonStartDate": "*-01-01T00:00:00", "ReferencedWeekName": 1},),
    "WeekProfiles": ({"WeekName": 1} | dict.fromkeys(WEEKDAYS, 1),),
    "DayProfiles": (
        {
            "DayName": 1,
            "ProfileSchedule": (
                {"StartTime": "00:00:00", "Script": 1},
                {"StartTime": "16:00:00", "Script": 2},
                {"StartTime": "20:00:00", "Script": 1},
            ),
        },
    ),
    "SpecialDays": (),
    "CurrencyUnits": "GBP",
    "StandingChargeScale": -5,
    "StandingCharge": 30_000,
    "PriceScale": -5,
    "TOUPrices": (20_000, 30_000) + (0,) * 46,
    "BlockPrices": ((0,) * 4,) * 8,
    **NO_BLOCKS,
}
BLOCKED = EVENING | {
    "DayProfiles": ({"DayName": 1, "ProfileSchedule": ({"StartTime": "00:00:00", "Script": 101},)},),
    "BlockThresholds1": (100_000, 200_000, 4_294_967_295),
    "BlockPrices": ((10_000, 20_000, 30_000, 0),) + ((0,) * 4,) * 7,
}


def set_to(bench: DeviceBench, tariff: dict[str, Any], variant: str = "", **values: Any) -> DeviceState:
    state, execution = bench.ask(bench.device("ESME", variant, **values), "ECS01a", tariff)
    assert execution.response is not None
    return state


@pytest.mark.parametrize("tariff", [EVENING, BLOCKED], ids=["time of use", "blocks"])
@pytest.mark.parametrize("days", [0, 1, 40, 400])
def test_rate_registers_add_up_to_the_import_register(bench: DeviceBench, tariff: dict[str, Any], days: int) -> None:
    state = set_to(bench, tariff)
    at = seconds(bench.now + days * DAY)
    assert sum(tou_registers(state, at)) + sum(block_matrix(state, at)) == import_register(state, at)
    state = apply(state, settled(state, at))
    assert sum(tou_registers(state, at)) + sum(block_matrix(state, at)) == import_register(state, at)


def test_use_of_an_hour_falls_to_the_rate_that_holds(bench: DeviceBench) -> None:
    state = set_to(bench, EVENING)
    midnight = seconds(bench.now.replace(hour=0) + DAY)
    six, seven = (tou_registers(state, midnight + hour * 3600) for hour in (18, 19))
    assert seven[1] - six[1] > 0
    assert seven[0] == six[0]


def test_every_rate_costs_its_own_price(bench: DeviceBench) -> None:
    state = set_to(bench, EVENING)
    at = seconds(bench.now + 30 * DAY)
    used = [
        later - before
        for later, before in zip(tou_registers(state, at), tou_registers(state, state.since), strict=True)
    ]
    cost = (used[0] * 20_000 + used[1] * 30_000) // 1000
    assert state.balance - balance(state, at) == cost + 30 * 30_000


def test_a_meter_in_its_first_block_stays_there_until_the_threshold(bench: DeviceBench) -> None:
    state = set_to(bench, BLOCKED)
    cells = block_matrix(state, seconds(bench.now + 100 * DAY))
    assert cells[0] == 100_000
    assert cells[8] == 100_000
    assert cells[16] > 0


def test_block_counters_begin_again_after_a_reset(bench: DeviceBench) -> None:
    state = set_to(bench, BLOCKED)
    later = bench.now + 100 * DAY
    state, _ = bench.ask(state, "ECS05", now=later)
    cells = block_matrix(state, seconds(later + DAY))
    assert cells[0] > 100_000


def test_a_quarter_of_use_falls_into_blocks() -> None:
    assert into_blocks(50, 200, (100, 200)) == (50, 100, 50, 0)
    assert into_blocks(0, 10, ()) == (10, 0, 0, 0)


def test_the_tariff_that_was_set_is_read_back(bench: DeviceBench) -> None:
    state = set_to(bench, EVENING)
    values = bench.read(state, bench.ask(state, "ECS24")[1].response)
    for name in ("Seasons", "DayProfiles", "StandingCharge", "TOUPrices", "CurrencyUnits"):
        assert values[name] == EVENING[name], name
    assert values["PrimaryActiveTariffPrice"] == 20_000  # noon


def test_a_price_change_keeps_the_calendar(bench: DeviceBench) -> None:
    state = set_to(bench, EVENING)
    prices = {name: EVENING[name] for name in ("StandingChargeScale", "StandingCharge", "PriceScale", "BlockPrices")}
    state, _ = bench.ask(state, "ECS01b", {**prices, "TOUPrices": (1,) * 48})
    assert state.tariff is not None
    assert state.tariff.prices == (1,) * 48
    assert state.tariff.calendar.days[0][1][1] == (57_600, 2)


def test_a_single_element_meter_refuses_a_second_tariff(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    values = {name: EVENING[name] for name in ("Seasons", "WeekProfiles", "DayProfiles", "SpecialDays", "PriceScale")}
    values |= {f"SecondaryTOUPrice{number}": number for number in range(1, 5)}
    response = bench.ask(esme, "ECS01c", values)[1].response
    assert not bench.read(esme, response)["MessageSuccess"]


def test_a_tariff_falls_due_and_reports_each_setting(bench: DeviceBench) -> None:
    esme, due = bench.device("ESME"), bench.now + 3 * DAY
    state, _ = bench.ask(esme, "ECS01a", EVENING | {"ExecutionDateTime": due})
    assert state.tariff is None
    assert next_due(state, bench.now) == due
    elapsed = elapse(state, due, bench.device_keys(state.eui))
    assert [alert.code for alert in elapsed.alerts] == ["8F66"] * 6
    assert apply(state, elapsed.changes).tariff is not None


def test_a_tariff_change_leaves_a_billing_snapshot(bench: DeviceBench) -> None:
    state = set_to(bench, EVENING)
    period = {"StartDateTime": bench.now - DAY, "EndDateTime": bench.now + DAY}
    values = bench.read(state, bench.ask(state, "ECS20b", period)[1].response)
    assert [entry["ActiveImportRegister"] for entry in values["LogEntries"]] == [state.import_register]


def test_a_billing_period_ends_with_a_pushed_snapshot(bench: DeviceBench) -> None:
    calendar = {"BillingCalendar": ({"BillingTime": "00:00:00", "BillingDate": "*-*-01"},)}
    state, _ = bench.ask(bench.device("ESME"), "ECS30a", calendar)
    due = datetime(2026, 4, 1, tzinfo=UTC)
    assert next_due(state, bench.now) == due
    elapsed = elapse(state, due, bench.device_keys(state.eui))
    assert [alert.code for alert in elapsed.alerts] == ["8F0A"]
    assert next_due(apply(state, elapsed.changes), due) == datetime(2026, 5, 1, tzinfo=UTC)
    period = {"StartDateTime": bench.now, "EndDateTime": due + 40 * DAY}
    read = bench.ask(apply(state, elapsed.changes), "ECS20c", period, now=due + DAY)[1].response
    assert [entry["Timestamp"] for entry in bench.read(state, read)["LogEntries"]] == [due]


def test_billing_dates_follow_the_months(bench: DeviceBench) -> None:
    start = datetime(2026, 1, 31, tzinfo=UTC)
    state = bench.device("ESME", billing=Billing(seconds(start), 1, 0))
    dates = [instant(at) for at in billing_dates(state, seconds(start), seconds(start + 100 * DAY))]
    assert [(one.month, one.day) for one in dates] == [(2, 28), (3, 31), (4, 30)]


def test_billing_dates_far_in_the_past_are_not_walked_through(bench: DeviceBench) -> None:
    state = bench.device("ESME", billing=Billing(0, 0, 1))
    at = seconds(bench.now)
    assert billing_dates(state, at - 3 * 86_400, at)[-1] <= at
    assert len(billing_dates(state, 0, at)) <= 401


def test_a_special_day_overrides_the_week() -> None:
    calendar = Calendar(
        weeks=((1, *(1,) * 7),),
        days=((1, ((0, 1),)), (2, ((0, 5),))),
        special=(SpecialDay(0, 12, 25, 0, 2),),
    )
    assert number_at(calendar, seconds(datetime(2026, 12, 25, 9, tzinfo=UTC))) == 5


def test_the_first_entry_of_a_profile_that_starts_late_is_preceded_by_the_last() -> None:
    calendar = Calendar(days=((1, ((3600, 1), (7200, 2))),))
    assert number_at(calendar, 0) == 2


@pytest.mark.parametrize("peak", [0, 3000])
def test_use_by_rate_is_the_same_in_one_piece_and_in_many(peak: int) -> None:
    element = Element("seed", "electricity", peak)
    calendar = Calendar(days=((1, ((0, 1), (30_000, 2), (60_000, 1))),))
    start, end = 830_000_000, 830_000_000 + 75 * 86_400 + 12_345
    whole = use_by_rate(element, calendar, start, end)
    pieces = [use_by_rate(element, calendar, at, min(at + 100_000, end)) for at in range(start, end, 100_000)]
    assert whole == {rate: sum(piece.get(rate, 0) for piece in pieces) for rate in whole}
