"""Balance, payment mode and tokens of a meter."""

from __future__ import annotations

from typing import Any

import pytest

from stubs.devices import DeviceState, Surroundings, apply
from stubs.devices.account import balance
from stubs.devices.state import seconds
from stubs.wire.utrn import ValueClass, generate
from tests.device_bench import PREPAYMENT, DeviceBench


@pytest.mark.parametrize(("device_type", "name"), [("ESME", "ECS04a"), ("GSME", "GCS40a"), ("GSME", "GCS40c")])
def test_a_balance_is_adjusted(bench: DeviceBench, device_type: str, name: str) -> None:
    meter = bench.device(device_type, balance=1000)
    state, execution = bench.ask(meter, name, {"AdjustMeterBalance": -400})
    assert bench.read(meter, execution.response)["MessageSuccess"]
    assert balance(state, seconds(bench.now)) == 600


@pytest.mark.parametrize(("device_type", "name"), [("ESME", "ECS04b"), ("GSME", "GCS40b"), ("GSME", "GCS40d")])
def test_a_balance_is_reset(bench: DeviceBench, device_type: str, name: str) -> None:
    meter = bench.device(device_type, balance=1000, emergency_credit=5)
    state, _ = bench.ask(meter, name, {"ResetMeterBalance": True})
    assert (balance(state, seconds(bench.now)), state.emergency_credit) == (0, 0)


def test_a_balance_beyond_32_bits_is_refused(bench: DeviceBench) -> None:
    esme = bench.device("ESME", balance=2_000_000_000)
    state, execution = bench.ask(esme, "ECS04a", {"AdjustMeterBalance": 2_000_000_000})
    assert not bench.read(esme, execution.response)["MessageSuccess"]
    assert balance(state, seconds(bench.now)) == 2_000_000_000


@pytest.mark.parametrize(("device_type", "name"), [("ESME", "ECS03"), ("GSME", "GCS03")])
def test_prepayment_mode_takes_its_settings(bench: DeviceBench, device_type: str, name: str) -> None:
    meter = bench.device(device_type)
    state, execution = bench.ask(meter, name, {**PREPAYMENT, "DisablementThreshold": 777})
    assert bench.read(meter, execution.response)["MessageSuccess"]
    assert (state.payment_mode, state.disablement_threshold) == ("prepayment", 777)
    assert (state.suspend_debt_disabled, state.suspend_debt_emergency) == (True, False)


@pytest.mark.parametrize(("device_type", "name"), [("ESME", "ECS02"), ("GSME", "GCS02")])
def test_credit_mode_returns(bench: DeviceBench, device_type: str, name: str) -> None:
    meter = bench.device(device_type, payment_mode="prepayment")
    assert bench.ask(meter, name, {"PaymentMode": "Credit"})[0].payment_mode == "credit"


def token(bench: DeviceBench, state: DeviceState, counter: int, pence: int) -> str:
    return generate(
        bench.supplier,
        state.id,
        counter << 32,
        pence,
        ValueClass.PENCE,
        bench.keys[bench.supplier, "PP"].private_key,
        bench.credentials(state.eui).ka.certificate.public_key,
    )


def top_up(bench: DeviceBench, state: DeviceState, utrn: str, counter: int) -> tuple[DeviceState, list[str], bool]:
    name = "CS01a" if state.device_type == "ESME" else "CS01b"
    command = bench.command(state, name, {"UTRN": utrn}, counter=counter << 32)
    execution = bench.execute(state, command)
    values = bench.read(state, execution.response)
    is_done = values["MessageSuccess"] and not values.get("TopUpResult")
    return apply(state, execution.changes), [alert.code for alert in execution.alerts], is_done


@pytest.mark.parametrize("device_type", ["ESME", "GSME"])
def test_a_token_adds_its_amount(bench: DeviceBench, device_type: str) -> None:
    meter = bench.device(device_type, balance=0)
    state, codes, is_done = top_up(bench, meter, token(bench, meter, 3, 1234), 3)
    assert (balance(state, seconds(bench.now)), codes, is_done) == (1_234_000, [], True)


@pytest.mark.parametrize("device_type", ["ESME", "GSME"])
def test_a_token_used_twice_is_a_duplicate(bench: DeviceBench, device_type: str) -> None:
    meter = bench.device(device_type, balance=0)
    utrn = token(bench, meter, 3, 1000)
    once, _, _ = top_up(bench, meter, utrn, 3)
    twice, codes, is_done = top_up(bench, once, utrn, 3)
    assert (balance(twice, seconds(bench.now)), codes, is_done) == (1_000_000, ["8F51"], False)


def test_a_token_older_than_the_last_is_a_duplicate(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    after, _, _ = top_up(bench, esme, token(bench, esme, 4, 1000), 4)
    assert top_up(bench, after, token(bench, esme, 3, 1000), 3)[1] == ["8F51"]


def test_a_token_with_a_wrong_check_digit_is_not_authentic(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    utrn = token(bench, esme, 3, 1000)
    wrong = utrn[:-1] + str((int(utrn[-1]) + 1) % 10)
    assert top_up(bench, esme, wrong, 3)[1:] == (["8F63"], False)


def test_another_devices_token_is_not_authentic(bench: DeviceBench) -> None:
    esme, other = bench.device("ESME", number=1), bench.device("ESME", number=2)
    assert top_up(bench, esme, token(bench, other, 3, 1000), 3)[1:] == (["8F63"], False)


def test_another_devices_token_is_told_apart_when_the_surroundings_can(bench: DeviceBench) -> None:
    esme, other = bench.device("ESME", number=1), bench.device("ESME", number=2)
    command = bench.command(esme, "CS01a", {"UTRN": token(bench, other, 3, 1000)}, counter=3 << 32)
    around = Surroundings(is_token_for_another=lambda _utrn, _supplier, _counter: True)
    execution = bench.execute(esme, command, surroundings=around)
    assert [alert.code for alert in execution.alerts] == ["8F64"]


def test_a_token_above_the_maximum_credit_is_refused(bench: DeviceBench) -> None:
    esme = bench.device("ESME", maximum_credit=999_000)
    assert top_up(bench, esme, token(bench, esme, 3, 1000), 3)[1:] == (["8F5B"], False)


def test_a_token_beyond_the_maximum_balance_is_refused(bench: DeviceBench) -> None:
    esme = bench.device("ESME", balance=500_000, maximum_balance=1_000_000)
    assert top_up(bench, esme, token(bench, esme, 3, 1000), 3)[1:] == (["8F47"], False)


def test_a_top_up_arms_a_supply_that_ran_out(bench: DeviceBench) -> None:
    past: dict[str, Any] = {"is_credit_low": True, "is_credit_out": True, "is_emergency_offered": True}
    esme = bench.device("ESME", payment_mode="prepayment", balance=-5, supply="disabled", **past)
    state, codes, _ = top_up(bench, esme, token(bench, esme, 3, 1000), 3)
    assert (state.supply, state.is_credit_out, state.is_credit_low, codes) == ("armed", False, False, ["8F32"])


def test_an_adjustment_below_the_threshold_ends_supply(bench: DeviceBench) -> None:
    esme = bench.device("ESME", payment_mode="prepayment", balance=1_000_000)
    state, execution = bench.ask(esme, "ECS04a", {"AdjustMeterBalance": -1_000_001})
    assert state.supply == "disabled"
    assert [alert.code for alert in execution.alerts] == ["810D", "8119", "8F0F"]
