"""What a device does by itself as time passes: use of credit, and commands held until their date."""

from __future__ import annotations

from datetime import timedelta

import pytest

from stubs.devices import apply, elapse, next_due
from stubs.wire.gbcs.use_cases import CANCELLED
from tests.device_bench import DAY, DeviceBench, alert_content, hold


def test_a_balance_runs_out_by_use(bench: DeviceBench) -> None:
    esme = bench.device("ESME", payment_mode="prepayment", balance=1_000_000)
    keys = bench.device_keys(esme.eui)
    first = next_due(esme, bench.now)
    assert first is not None
    warned = elapse(esme, first, keys)
    assert [alert.code for alert in warned.alerts] == ["810D", "8119"]
    low = apply(esme, warned.changes)
    second = next_due(low, first)
    assert second is not None
    assert second > first
    ended = elapse(low, second, keys)
    assert [alert.code for alert in ended.alerts] == ["8F0F"]
    out = apply(low, ended.changes)
    assert out.supply == "disabled"
    assert next_due(out, second) is None


def test_everything_due_happens_in_order_when_time_jumps(bench: DeviceBench) -> None:
    esme = bench.device("ESME", payment_mode="prepayment", balance=1_000_000)
    elapsed = elapse(esme, bench.now + 300 * DAY, bench.device_keys(esme.eui))
    assert [alert.code for alert in elapsed.alerts] == ["810D", "8119", "8F0F"]


def test_a_command_finds_what_was_due_before_it_done(bench: DeviceBench) -> None:
    esme = bench.device("ESME", payment_mode="prepayment", balance=1_000_000)
    state, execution = bench.ask(esme, "ECS45", now=bench.now + 300 * DAY)
    assert bench.read(esme, execution.response)["SupplyState"] == "Disabled"
    assert [alert.code for alert in execution.alerts] == ["810D", "8119", "8F0F"]
    assert state == apply(esme, elapse(esme, bench.now + 300 * DAY, bench.device_keys(esme.eui)).changes)


def test_nothing_is_due_in_credit_mode(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    assert next_due(esme, bench.now) is None
    elapsed = elapse(esme, bench.now + 300 * DAY, bench.device_keys(esme.eui))
    assert (elapsed.changes, elapsed.alerts) == ({}, ())


@pytest.mark.parametrize(("device_type", "settings"), [("ESME", 2), ("GSME", 1)])
def test_a_future_dated_payment_mode_waits_and_reports(bench: DeviceBench, device_type: str, settings: int) -> None:
    meter, due = bench.device(device_type), bench.now + DAY
    held = hold(bench, meter, due)
    assert held.payment_mode == "credit"
    assert next_due(held, bench.now) == due
    elapsed = elapse(held, due + DAY, bench.device_keys(meter.eui))
    state = apply(held, elapsed.changes)
    assert (state.payment_mode, state.pending) == ("prepayment", ())
    outcomes = [alert for alert in elapsed.alerts if alert.code == "8F66"]
    assert [(alert.instruction, alert.total) for alert in outcomes] == [
        (number, settings) for number in range(1, settings + 1)
    ]
    for alert in outcomes:
        content = alert_content(bench, meter, alert.payload)
        assert (content["AlertCode"], content["Timestamp"]) == ("8F66", due)
        assert alert.command == (bench.supplier, held.pending[0].counter)
        assert alert.recipient == bench.supplier


def test_nothing_happens_before_it_is_due(bench: DeviceBench) -> None:
    held = hold(bench, bench.device("ESME"), bench.now + DAY)
    elapsed = elapse(held, bench.now + DAY - timedelta(seconds=1), bench.device_keys(held.eui))
    assert (elapsed.changes, elapsed.alerts) == ({}, ())


def test_a_faulty_device_fails_a_held_command_once(bench: DeviceBench) -> None:
    held = apply(hold(bench, bench.device("ESME"), bench.now + DAY), {"hardware_fault": True})
    elapsed = elapse(held, bench.now + DAY, bench.device_keys(held.eui))
    state = apply(held, elapsed.changes)
    assert {alert.code for alert in elapsed.alerts} == {"8F67"}
    assert (state.payment_mode, state.pending) == ("credit", ())


@pytest.mark.parametrize("device_type", ["ESME", "GSME"])
def test_a_held_command_is_cancelled_by_the_year_3000(bench: DeviceBench, device_type: str) -> None:
    held = hold(bench, bench.device(device_type), bench.now + DAY)
    state = hold(bench, held, CANCELLED)
    assert state.pending == ()
    assert state.payment_mode == "credit"


def test_a_later_command_replaces_the_one_held(bench: DeviceBench) -> None:
    held = hold(bench, hold(bench, bench.device("ESME"), bench.now + DAY), bench.now + 2 * DAY)
    assert next_due(held, bench.now) == bench.now + 2 * DAY


def test_a_date_that_has_passed_acts_at_once(bench: DeviceBench) -> None:
    assert hold(bench, bench.device("ESME"), bench.now - DAY).payment_mode == "prepayment"
