"""However often a meter is settled and whatever changes: what was read of an instant is read of it ever after."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from stubs.devices import DeviceState, apply
from stubs.devices.account import balance, prepayment
from stubs.devices.history import PASTS
from stubs.devices.logs import snapshot
from stubs.devices.manufacture import amend
from stubs.devices.records import Billing, Calendar, Debt, Outage, Tariff
from stubs.devices.registers import counters, export_register, import_register, secondary_tou, tou_registers
from stubs.devices.settling import settled
from stubs.devices.state import seconds
from tests.device_bench import NOW, make_device_bench

BENCH = make_device_bench()
START = seconds(NOW)
HALVES = Calendar(days=((1, ((0, 101), (21_600, 2), (43_200, 1), (64_800, 103))),))
LATE = Calendar(days=((1, ((0, 1), (72_000, 2))),))
BLOCKED = Tariff(
    HALVES,
    prices=(20_111, 30_222),
    block_prices=tuple(range(1000, 33_000, 1000)),
    thresholds=((2_000, 5_000, 9_000),) * 8,
    secondary_calendar=Calendar(days=((1, ((0, 201), (30_000, 203))),)),
    secondary_prices=(7_001, 8_003, 9_007, 10_009),
)
CHANGES: tuple[dict[str, Any], ...] = (
    {"supply": "disabled"},
    {"supply": "enabled"},
    {"outages": (Outage(START, 0),)},
    {"outages": ()},
    {"price": 12_345},
    {"standing_charge": 77_777},
    {"tariff": BLOCKED},
    {"tariff": Tariff(LATE, prices=(11_113, 44_447))},
    {"tariff": None},
    {"payment_mode": "prepayment", "suspend_debt_disabled": True},
    {"payment_mode": "prepayment", "suspend_debt_disabled": False},
    {"payment_mode": "credit"},
    {"debt_1": Debt(amount=333, period=86_400), "time_debt_1": 40_000},
    {"debt_2": Debt(amount=17, period=3_600), "time_debt_2": 9_000},
    {"payment_debt": 4_321, "accumulated_debt": 99},
    {"is_emergency": True, "emergency_credit": 5_000_000},
    {"is_emergency": False, "emergency_credit": 0},
    {"balance": 123_456},
    {"generation": 2_500},
    {"generation": 0},
    {"billing": Billing(START + 3 * 86_400, 0, 7)},
    {"resets_blocks_daily": True},
)
METERS = (
    BENCH.device("ESME", "twin", tariff=BLOCKED, payment_mode="prepayment", balance=40_000_000),
    BENCH.device("ESME", generation=3_000, resets_blocks_daily=True),
    BENCH.device("GSME", tariff=BLOCKED),
)
GAPS = st.integers(1, 5 * 86_400)


def readings(state: DeviceState, at: int) -> dict[str, Any]:
    """Everything that logs and reads take of a meter's past."""
    return {
        "snapshot": snapshot(state, at),
        "counters": counters(state, at),
        "export": export_register(state, at),
        "second": secondary_tou(state, at),
        "account": prepayment(state, at),
    }


def stored(state: DeviceState) -> DeviceState:
    return msgspec.json.decode(msgspec.json.encode(state), type=DeviceState)


@settings(deadline=None)
@given(meter=st.sampled_from(METERS), gaps=st.lists(GAPS, min_size=1, max_size=8))
def test_settling_changes_nothing_that_is_read_before_or_after(meter: DeviceState, gaps: list[int]) -> None:
    state, at, seen = meter, START, []
    for gap in gaps:
        at += gap
        seen.append(at - gap // 2)
        state = stored(apply(state, settled(state, at)))
    for when in (*seen, at, at + 86_400):
        assert readings(state, when) == readings(meter, when)


@settings(deadline=None)
@given(
    meter=st.sampled_from(METERS),
    steps=st.lists(st.tuples(GAPS, st.sampled_from(CHANGES)), min_size=1, max_size=12),
)
def test_what_was_read_is_read_ever_after(meter: DeviceState, steps: list[tuple[int, dict[str, Any]]]) -> None:
    state, now, seen = meter, NOW, []
    for gap, change in steps:
        middle = seconds(now) + gap // 2
        seen.append((middle, readings(state, middle)))
        now += timedelta(seconds=gap)
        state = stored(apply(state, amend(state, now, change)))
    assert len(state.past) <= PASTS
    for at, found in seen:
        assert readings(state, at) == found


@settings(deadline=None)
@given(
    meter=st.sampled_from(METERS),
    steps=st.lists(st.tuples(GAPS, st.sampled_from(CHANGES[:7])), min_size=1, max_size=8),
)
def test_no_register_goes_back_and_rates_add_up(meter: DeviceState, steps: list[tuple[int, dict[str, Any]]]) -> None:
    state, now = meter, NOW
    for gap, change in steps:
        now += timedelta(seconds=gap)
        state = apply(state, amend(state, now, change))
    before: tuple[int, ...] = ()
    for at in range(START, seconds(now) + 86_400, 40_000):
        rates = (*tou_registers(state, at), *snapshot(state, at).blocks)
        assert sum(rates) == import_register(state, at)
        second = secondary_tou(state, at)
        found = (import_register(state, at), export_register(state, at), *tou_registers(state, at), *second)
        assert all(one >= last for one, last in zip(found, before, strict=False))
        before = found


def test_a_past_older_than_is_remembered_reads_as_its_beginning() -> None:
    state, now = METERS[0], NOW
    for step in range(PASTS + 6):
        now += timedelta(hours=5)
        state = apply(state, amend(state, now, {"price": 1000 + step, "tariff": None}))
    oldest = state.past[0]
    assert len(state.past) == PASTS
    assert state.past[0].terms == 0
    assert len(state.terms) == PASTS
    assert balance(state, START) == oldest.balance
    assert import_register(state, START) == oldest.import_register
    assert state.terms[oldest.terms].price == 1000 + 5
