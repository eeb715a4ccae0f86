"""Prepayment as it is lived: emergency credit, debts, friendly hours, load limits, top-ups at the premises."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from stubs.devices import DeviceState, Elapsed, apply, elapse, next_due, occur
from stubs.devices.account import balance, prepayment
from stubs.devices.records import Calendar, Debt, Joined, LoadLimit
from stubs.devices.state import seconds
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.use_cases.payment import charge_rows, suspended_debts
from stubs.wire.utrn import ValueClass, generate
from tests.device_bench import DeviceBench

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PREPAID: dict[str, Any] = {"payment_mode": "prepayment", "price": 0, "standing_charge": 86_400}
"""One thousandth of a penny a second."""


def lived(bench: DeviceBench, state: DeviceState, until: datetime) -> tuple[DeviceState, Elapsed]:
    elapsed = elapse(state, until, bench.device_keys(state.eui))
    return apply(state, elapsed.changes), elapsed


def codes(elapsed: Elapsed) -> list[str]:
    return [alert.code for alert in elapsed.alerts]


def token(bench: DeviceBench, state: DeviceState, pounds: int, counter: int) -> dict[str, str]:
    device = bench.credentials(state.eui).ka.certificate.public_key
    key = bench.keys[bench.supplier, "PP"].private_key
    return {"UTRN": generate(bench.supplier, state.id, counter, pounds, ValueClass.POUNDS, key, device)}


def top_up(
    bench: DeviceBench, state: DeviceState, pounds: int, round_: int = 1, now: datetime | None = None
) -> DeviceState:
    counter = round_ << 32
    command = bench.command(state, "CS01a", token(bench, state, pounds, counter), counter=counter)
    return apply(state, bench.execute(state, command, now).changes)


def test_emergency_credit_is_lent_used_up_and_then_the_supply_ends(bench: DeviceBench) -> None:
    esme = bench.device("ESME", balance=1000, emergency_credit_limit=5000, low_credit_threshold=0, **PREPAID)
    state, execution = bench.ask(esme, "ECS09")
    assert [alert.code for alert in execution.alerts] == ["8119", "81AB"]
    assert (state.is_emergency, state.emergency_credit) == (True, 5000)
    half = prepayment(state, seconds(bench.now) + 3000)
    assert (half["MeterBalance"], half["EmergencyCreditBalance"]) == (0, 3000)
    state, elapsed = lived(bench, state, bench.now + 2 * HOUR)
    assert codes(elapsed) == ["810D", "81AA", "8F0F"]
    assert state.supply == "disabled"


@pytest.mark.parametrize("device_type", ["ESME", "GSME"])
def test_emergency_credit_is_offered_once_when_the_balance_crosses_its_threshold(
    bench: DeviceBench, device_type: str
) -> None:
    limits: dict[str, Any] = {"emergency_credit_threshold": 5000, "low_credit_threshold": 0}
    meter = bench.device(device_type, balance=8600, **limits, **PREPAID)
    assert next_due(meter, bench.now) == bench.now + HOUR + timedelta(seconds=1)
    state, elapsed = lived(bench, meter, bench.now + HOUR)
    assert (codes(elapsed), state.is_emergency_offered) == ([], False)
    state, elapsed = lived(bench, state, bench.now + 2 * HOUR)
    assert (codes(elapsed), state.is_emergency_offered) == (["8119"], True)
    assert elapsed.alerts[0].recipient == bench.supplier
    paid, _ = bench.ask(state, "ECS04a" if device_type == "ESME" else "GCS40a", {"AdjustMeterBalance": 10_000})
    assert not paid.is_emergency_offered


@pytest.mark.parametrize(
    "values",
    [
        {**PREPAID, "emergency_credit_limit": 0},
        {**PREPAID, "is_emergency": True, "emergency_credit": 1_000_000},
        {**PREPAID, "payment_mode": "credit"},
    ],
    ids=["none to lend", "in use", "credit mode"],
)
def test_emergency_credit_that_is_not_to_be_had_is_not_offered(bench: DeviceBench, values: dict[str, Any]) -> None:
    esme = bench.device("ESME", balance=1000, **values)
    _, elapsed = lived(bench, esme, bench.now + HOUR)
    assert "8119" not in codes(elapsed)


def test_a_top_up_pays_emergency_credit_back_and_arms_the_supply(bench: DeviceBench) -> None:
    esme = bench.device("ESME", balance=1000, emergency_credit_limit=5000, **PREPAID)
    state, _ = bench.ask(esme, "ECS09")
    state, _ = lived(bench, state, bench.now + 2 * HOUR)
    state = top_up(bench, state, 10, now=bench.now + 3 * HOUR)
    assert (state.is_emergency, state.emergency_credit, state.supply) == (False, 0, "armed")


@pytest.mark.parametrize(
    "values",
    [
        {"payment_mode": "credit", "balance": 0},
        {"payment_mode": "prepayment", "balance": 5_000_000},
        {"payment_mode": "prepayment", "balance": 0, "emergency_credit_limit": 0},
        {"payment_mode": "prepayment", "balance": 0, "is_emergency": True, "emergency_credit": 5000},
    ],
    ids=["credit mode", "enough credit", "none to lend", "in use"],
)
@pytest.mark.parametrize(("device_type", "name"), [("ESME", "ECS09"), ("GSME", "GCS06")])
def test_emergency_credit_that_is_not_on_offer_is_refused(
    bench: DeviceBench, device_type: str, name: str, values: dict[str, Any]
) -> None:
    meter = bench.device(device_type, **values)
    assert not bench.read(meter, bench.ask(meter, name)[1].response)["MessageSuccess"]


def test_friendly_hours_put_the_end_of_supply_off(bench: DeviceBench) -> None:
    friendly = Calendar(days=((1, ((0, 1), (18 * 3600, 2))),))
    esme = bench.device("ESME", balance=1000, friendly=friendly, low_credit_threshold=0, **PREPAID)
    state, elapsed = lived(bench, esme, bench.now + HOUR)
    assert codes(elapsed) == ["8119", "810D"]
    assert (state.is_credit_out, state.supply) == (True, "enabled")
    evening = bench.now.replace(hour=18)
    assert next_due(state, bench.now) == evening
    state, elapsed = lived(bench, state, evening)
    assert (codes(elapsed), state.supply) == (["8F0F"], "disabled")


def test_a_top_up_in_friendly_hours_keeps_the_supply(bench: DeviceBench) -> None:
    friendly = Calendar(days=((1, ((0, 1), (18 * 3600, 2))),))
    esme = bench.device("ESME", balance=1000, friendly=friendly, **PREPAID)
    state, _ = lived(bench, esme, bench.now + HOUR)
    state = top_up(bench, state, 10, now=bench.now + 2 * HOUR)
    assert (state.disable_at, state.is_credit_out, state.supply) == (0, False, "enabled")


def debts(state: DeviceState, at: int) -> tuple[int, int]:
    found = prepayment(state, at)
    return found["TimeDebtRegister1"], found["AccumulatedDebtRegister"]


def test_a_time_debt_is_recovered_from_the_balance(bench: DeviceBench) -> None:
    esme = bench.device("ESME", balance=10_000_000, time_debt_1=1000, debt_1=Debt(amount=100, period=3600), **PREPAID)
    at = seconds(bench.now) + 3 * 3600
    assert debts(esme, at) == (700, 0)
    assert balance(esme, at) == 10_000_000 - 3 * 3600 - 300
    assert debts(esme, at + 100 * 86_400) == (0, 0)


@pytest.mark.parametrize(("suspended", "expected"), [(True, (1000, 0)), (False, (700, 300))])
def test_a_disabled_supply_suspends_recovery_or_lets_it_accumulate(
    bench: DeviceBench, suspended: bool, expected: tuple[int, int]
) -> None:
    debt: dict[str, Any] = {
        "time_debt_1": 1000,
        "debt_1": Debt(amount=100, period=3600),
        "suspend_debt_disabled": suspended,
    }
    esme = bench.device("ESME", balance=10_000_000, supply="disabled", **debt, **PREPAID)
    assert debts(esme, seconds(bench.now) + 3 * 3600) == expected


def test_debts_are_managed_by_command(bench: DeviceBench) -> None:
    values = {
        "TimeDebtRegister1": 5000,
        "TimeDebtRegister2": 0,
        "PaymentDebtRegister": 300,
        "DebtRecoveryRatePriceScale1": -5,
        "DebtRecoveryRate1": 24,
        "DebtRecoveryRatePriceScale2": -5,
        "DebtRecoveryRate2": 0,
        "DebtRecoveryRatePeriod1": "DAILY",
        "DebtRecoveryRatePeriod2": "HOURLY",
        "DebtRecoveryPerPayment": 2500,
    }
    state, _ = bench.ask(bench.device("ESME", **PREPAID), "ECS07", values)
    assert (state.time_debt_1, state.payment_debt, state.debt_1) == (5000, 300, Debt(amount=24, period=86_400))
    read = bench.read(state, bench.ask(state, "ECS26a")[1].response)
    assert (read["DebtRecoveryRate1"], read["DebtRecoveryPerPayment"]) == (24, 2500)


def test_a_top_up_pays_debts_first_and_is_logged(bench: DeviceBench) -> None:
    owed: dict[str, Any] = {"payment_debt": 10_000_000, "accumulated_debt": 50_000, "debt_payment": Debt(share=2000)}
    esme = bench.device("ESME", balance=0, **owed, **PREPAID)
    state = top_up(bench, esme, 10)
    assert (state.payment_debt, state.accumulated_debt) == (9_800_000, 0)
    assert state.balance == 1_000_000 - 200_000 - 50_000
    period = {"StartDateTime": bench.now - DAY, "EndDateTime": bench.now + DAY}
    for name, amount in (("ECS20d", 1_000_000), ("ECS20a", 200_000)):
        read = bench.read(state, bench.ask(state, name, period)[1].response)
        assert [entry["Amount"] for entry in read["LogEntries"]] == [amount]


def test_the_recovery_cap_limits_what_payments_take_in_a_week(bench: DeviceBench) -> None:
    owed: dict[str, Any] = {"payment_debt": 10_000_000, "debt_payment": Debt(share=5000), "debt_cap": 300_000}
    state = top_up(bench, bench.device("ESME", balance=0, **owed, **PREPAID), 5)
    assert state.payment_debt == 9_750_000
    assert top_up(bench, state, 5, round_=2).payment_debt == 9_700_000


CONFIGURATION: dict[str, Any] = {
    "SpecialDays": (),
    "MaxMeterBalance": 70_000_000,
    "MaxCreditThreshold": 9_000_000,
    "DebtRecoveryRateCap": 5000,
    "LowCreditThreshold": 123,
    "EmergencyCreditLimit": 456,
    "EmergencyCreditThreshold": 789,
    "NonDisablementSchedule": (
        {
            "Index": index,
            "NonDisablementScript": script,
            "SwitchTime": time,
            "DaysOfWeek": ("Saturday", "Sunday"),
            "SpecialDays": "",
            "StartDate": "*-*-*",
            "EndDate": "*-*-*",
        }
        for index, (script, time) in enumerate((("START", "00:00:00"), ("STOP", "23:00:00")), start=1)
    ),
}


def test_prepayment_is_configured_and_read_back(bench: DeviceBench) -> None:
    values = CONFIGURATION | {"NonDisablementSchedule": tuple(CONFIGURATION["NonDisablementSchedule"])}
    state, _ = bench.ask(bench.device("ESME"), "ECS08a", values)
    assert (state.low_credit_threshold, state.emergency_credit_limit) == (123, 456)
    assert state.friendly is not None
    read = bench.read(state, bench.ask(state, "ECS26a")[1].response)
    assert {name: read[name] for name in ("MaxMeterBalance", "MaxCreditThreshold", "DebtRecoveryRateCap")} == {
        name: values[name] for name in ("MaxMeterBalance", "MaxCreditThreshold", "DebtRecoveryRateCap")
    }
    assert len(read["NonDisablementSchedule"]) == 2


@pytest.mark.parametrize("variant", ["single", "twin"])
@pytest.mark.parametrize(("disabled", "emergency"), [(True, False), (False, True)])
def test_what_is_collected_from_which_credit_is_read_as_the_payment_mode_set_it(
    bench: DeviceBench, variant: str, *, disabled: bool, emergency: bool
) -> None:
    flags = {"SuspendDebtDisabled": disabled, "SuspendDebtEmergency": emergency}
    mode = {"PaymentMode": "Prepayment", "DisablementThreshold": 0, "IsTwinElement": variant == "twin", **flags}
    state, _ = bench.ask(bench.device("ESME", variant), "ECS03", mode)
    read = bench.read(state, bench.ask(state, "ECS26a")[1].response)
    assert suspended_debts(read["CreditChargeConfiguration"]) == flags
    assert read["CreditChargeConfiguration"] == charge_rows(mode)


def test_an_overload_disables_the_supply_and_arms_it_again(bench: DeviceBench) -> None:
    esme = bench.device("ESME", load_limit=LoadLimit(1, 1800, 3600))
    due = next_due(esme, bench.now)
    assert due is not None
    state, elapsed = lived(bench, esme, due)
    assert (codes(elapsed), state.supply, state.load_limited) == (["8F33"], "disabled", 1)
    state, elapsed = lived(bench, state, due + HOUR)
    assert (codes(elapsed), state.supply) == (["8F32"], "armed")


def test_a_load_limit_out_of_reach_is_looked_at_a_fortnight_at_a_time(bench: DeviceBench) -> None:
    esme = bench.device("ESME", load_limit=LoadLimit(1_000_000, 60, 60))
    state, elapsed = lived(bench, esme, bench.now + 40 * DAY)
    assert elapsed.alerts == ()
    assert state.load_seen == seconds(bench.now + 28 * DAY)


def test_the_load_limit_is_set_and_its_counter_reset(bench: DeviceBench) -> None:
    values = {
        "LoadLimitSupplyState": "Disable",
        "LoadLimitPowerThreshold": 5000,
        "LoadLimitPeriod": 600,
        "LoadLimitRestorationPeriod": 900,
    }
    state, _ = bench.ask(bench.device("ESME", load_limited=3), "ECS28a", values)
    assert state.load_limit == LoadLimit(5000, 600, 900)
    read = bench.read(state, bench.ask(state, "ECS27")[1].response)
    assert (read["LoadLimitCounterValue"], read["LoadLimitPeriod"]) == (3, 600)
    assert bench.ask(state, "ECS28b")[0].load_limited == 0


def at_the_premises(bench: DeviceBench) -> tuple[DeviceState, Eui64]:
    ppmid = bench.device("PPMID", number=9)
    bench.certificates.add(bench.credentials(ppmid.eui).ka.certificate)
    return bench.device("GSME", balance=0, joined=(Joined(ppmid.eui, 5, 3),), **PREPAID), ppmid.id


def test_a_ppmid_tops_a_gas_meter_up(bench: DeviceBench) -> None:
    gsme, ppmid = at_the_premises(bench)
    command = bench.command(gsme, "PCS01", token(bench, gsme, 5, 7 << 32), originator=ppmid, counter=77)
    execution = bench.execute(gsme, command)
    assert apply(gsme, execution.changes).balance == 500_000
    assert [alert.code for alert in execution.alerts][-1] == "810E"
    again = bench.command(gsme, "PCS01", token(bench, gsme, 5, 7 << 32), originator=ppmid, counter=78)
    repeated = bench.execute(apply(gsme, execution.changes), again)
    assert "balance" not in repeated.changes


def test_a_stranger_s_ppmid_is_not_heard(bench: DeviceBench) -> None:
    _, ppmid = at_the_premises(bench)
    gsme = bench.device("GSME")
    command = bench.command(gsme, "PCS02", originator=ppmid)
    assert bench.execute(gsme, command).refused == "originator"


def test_the_consumer_turns_an_armed_supply_on(bench: DeviceBench) -> None:
    esme = bench.device("ESME", supply="armed")
    done = occur(esme, "supply turned on", bench.now, bench.device_keys(esme.eui))
    assert (apply(esme, done.changes).supply, codes(done)) == ("enabled", ["8161"])
    again = occur(bench.device("ESME"), "supply turned on", bench.now, bench.device_keys(esme.eui))
    assert codes(again) == ["8162"]
