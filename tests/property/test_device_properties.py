"""Whatever a device is sent, in whatever order: it never crashes, never goes back, and is rebuilt from its changes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from stubs.devices import PHYSICAL_EVENTS, DeviceState, apply, elapse, manufacture, next_due, occur
from stubs.devices.profile import SLOT, used
from stubs.devices.registers import (
    block_matrix,
    import_register,
    secondary_register,
    secondary_tou,
    tou_registers,
)
from stubs.devices.state import highest, seconds
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.use_cases import CANCELLED
from tests.device_bench import NOW, DeviceBench, make_device_bench

BENCH = make_device_bench()


def through_json(changes: dict[str, Any]) -> dict[str, Any]:
    decoded: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(changes))
    return decoded


def rebuilt(state: DeviceState) -> DeviceState:
    return msgspec.json.decode(msgspec.json.encode(state), type=DeviceState)


@given(seed=st.text(max_size=8), habit=st.sampled_from(["electricity", "secondary", "gas"]), data=st.data())
def test_consumption_never_decreases(seed: str, habit: str, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, 2**32))
    later = first + data.draw(st.integers(0, 3 * SLOT))
    assert used(seed, habit, first) <= used(seed, habit, later)


@given(eui=st.binary(min_size=8, max_size=8), seed=st.text(max_size=20))
def test_manufacture_is_repeatable_and_serialisable(eui: bytes, seed: str) -> None:
    state = manufacture(Eui64(eui), "ESME", "twin", seed, NOW)
    assert rebuilt(state) == state == manufacture(Eui64(eui), "ESME", "twin", seed, NOW)


ESME = BENCH.device("ESME", commissioned=True)
COMMAND = BENCH.command(ESME, "ECS43")


@settings(max_examples=300)
@example(b"")
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_not_crashed_on(data: bytes) -> None:
    execution = BENCH.execute(ESME, data)
    assert (execution.response, execution.refused) == (None, "malformed")


@given(st.integers(0, len(COMMAND) - 1), st.integers(1, 255))
def test_a_command_with_an_altered_octet_never_acts(place: int, flip: int) -> None:
    altered = bytearray(COMMAND)
    altered[place] ^= flip
    execution = BENCH.execute(ESME, bytes(altered))
    assert execution.response is None
    assert "supply" not in execution.changes


_MONEY = st.integers(1 - 2**31, 2**31 - 1)
"""What 32 bits hold; of a gas meter the most negative number says that there is no value."""
_MODE = {"PaymentMode": "Prepayment", "SuspendDebtDisabled": False, "SuspendDebtEmergency": True}
_LOG = {"LogToRead": "Event", "StartDateTime": NOW, "EndDateTime": NOW + timedelta(days=900)}
_ESME_READS = ("ECS52", "ECS17b", "ECS19", "ECS45")
_GSME_READS = ("GCS38", "GCS13a", "GCS14", "GCS33")


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _tariff(*scripts: tuple[str, int]) -> dict[str, Any]:
    """A switching table with one day profile, and prices."""
    rows = tuple({"StartTime": time, "Script": script} for time, script in scripts)
    return {
        "Seasons": ({"SeasonName": "all", "SeasonStartDate": "*-01-01T00:00:00", "ReferencedWeekName": 1},),
        "WeekProfiles": ({"WeekName": 1} | dict.fromkeys(_DAYS, 1),),
        "DayProfiles": ({"DayName": 1, "ProfileSchedule": rows},),
        "SpecialDays": (),
        "CurrencyUnits": "GBP",
        "StandingChargeScale": -5,
        "StandingCharge": 100,
        "PriceScale": -5,
        "TOUPrices": tuple(range(100, 148)),
        "BlockPrices": ((10, 20, 30, 40),) * 8,
        **{f"BlockThresholds{column}": (50_000, 90_000, 4_294_967_295) for column in range(1, 9)},
    }


TARIFFS = (
    _tariff(("00:00:00", 1)),
    _tariff(("00:30:00", 2), ("07:00:00", 1), ("16:00:00", 48)),
    _tariff(("00:00:00", 101), ("12:00:00", 108), ("18:00:00", 3)),
)


class DeviceMachine(RuleBasedStateMachine):
    """Random commands, faults and time on one meter."""

    bench: DeviceBench
    state: DeviceState

    @initialize(device_type=st.sampled_from(["ESME", "GSME"]), is_twin=st.booleans())
    def begin(self, device_type: str, is_twin: bool) -> None:
        self.bench = make_device_bench()
        variant = "twin" if is_twin and device_type == "ESME" else ""
        self.state = self.first = self.bench.device(device_type, variant)
        self.now = self.bench.now
        self.replayed = self.first
        self.highest_register = (0, 0)
        self.own_counter = 0
        self.accepted = -1
        self.token = 0
        self.last_command = b""

    @property
    def electric(self) -> bool:
        return self.state.device_type == "ESME"

    def take(self, changes: dict[str, Any]) -> None:
        self.state = apply(self.state, changes)
        self.replayed = apply(self.replayed, through_json(changes))

    def send(self, name: str, values: dict[str, Any] | None = None, counter: int | None = None) -> bool:
        self.last_command = self.bench.command(self.state, name, values, counter=counter)
        self.catch_up()
        before = self.state
        execution = self.bench.execute(self.state, self.last_command, self.now)
        assert self.bench.execute(before, self.last_command, self.now) == execution
        self.take(execution.changes)
        if execution.response is None:
            assert execution.refused is not None
            return False
        return bool(self.bench.read(before, execution.response)["MessageSuccess"])

    def catch_up(self) -> None:
        elapsed = elapse(self.state, self.now, self.bench.device_keys(self.state.eui))
        self.take(elapsed.changes)

    @rule(days=st.floats(0, 40), by_itself=st.booleans())
    def let_time_pass(self, days: float, by_itself: bool) -> None:
        self.now += timedelta(days=days)
        if by_itself:
            self.catch_up()
            due = next_due(self.state, self.now)
            assert due is None or due > self.now - timedelta(seconds=1)

    @rule(amount=_MONEY)
    def adjust(self, amount: int) -> None:
        self.send("ECS04a" if self.electric else "GCS40a", {"AdjustMeterBalance": amount})

    @rule()
    def reset(self) -> None:
        self.send("ECS04b" if self.electric else "GCS40b", {"ResetMeterBalance": True})

    @rule(threshold=_MONEY, ahead=st.sampled_from([None, 0, 1, 30, 3000]))
    def set_prepayment(self, threshold: int, ahead: int | None) -> None:
        dated: dict[str, Any] = {}
        if ahead is not None:
            dated["ExecutionDateTime"] = CANCELLED if ahead == 3000 else self.now + timedelta(days=ahead)
        name = "ECS03" if self.electric else "GCS03"
        self.send(name, {**_MODE, "DisablementThreshold": threshold, **dated})

    @rule()
    def set_credit(self) -> None:
        self.send("ECS02" if self.electric else "GCS02", {"PaymentMode": "Credit"})

    @rule()
    def disable(self) -> None:
        self.send("ECS43" if self.electric else "GCS32")

    @precondition(lambda self: self.electric)
    @rule()
    def enable(self) -> None:
        self.send("ECS42")

    @rule(offset=st.integers(-100_000, 100_000))
    def set_clock(self, offset: int) -> None:
        values = {"CurrentDateTime": self.now + timedelta(seconds=offset), "TolerancePeriod": 86_400}
        self.send("ECS70" if self.electric else "GCS28", values)

    @rule(which=st.integers(0, 3))
    def read(self, which: int) -> None:
        self.catch_up()
        before = self.state
        done = self.send((_ESME_READS if self.electric else _GSME_READS)[which])
        assert done is not self.state.hardware_fault
        assert self.state == before

    @rule()
    def read_log(self) -> None:
        self.send("ECS35a" if self.electric else "CS10a", _LOG)

    @rule(text=st.text(alphabet="abc xyz", max_size=100))
    def show(self, text: str) -> None:
        self.send("ECS10" if self.electric else "GCS07", {"SupplierMessage": text})

    @rule(digits=st.from_regex(r"\A7394[0-9]{16}\Z"))
    def enter_made_up_token(self, digits: str) -> None:
        self.token += 1
        before = self.state.token_counters
        self.send("CS01a" if self.electric else "CS01b", {"UTRN": digits}, self.token << 32)
        assert self.state.token_counters == before

    @precondition(lambda self: self.last_command)
    @rule()
    def replay(self) -> None:
        """The same bytes again: reads answer again, anything else does not act twice."""
        self.catch_up()
        before = self.state
        execution = self.bench.execute(self.state, self.last_command, self.now)
        self.take(execution.changes)
        assert self.state.balance == before.balance or execution.refused is None

    @precondition(lambda self: self.electric)
    @rule(which=st.integers(0, 2), ahead=st.sampled_from([None, 1, 20]))
    def set_tariff(self, which: int, ahead: int | None) -> None:
        dated = {} if ahead is None else {"ExecutionDateTime": self.now + timedelta(days=ahead)}
        self.send("ECS01a", {**TARIFFS[which], **dated})

    @precondition(lambda self: self.electric)
    @rule()
    def reset_blocks(self) -> None:
        self.send("ECS05")

    @rule(days=st.sampled_from(["*-*-01", "*-*-*", "*-*-*/1"]))
    def set_billing(self, days: str) -> None:
        if self.electric:
            self.send("ECS30a", {"BillingCalendar": ({"BillingTime": "00:00:00", "BillingDate": days},)})
        else:
            self.send("GCS25a", {"BillingPeriodStart": self.now, "Periodicity": "Monthly"})

    @rule()
    def take_emergency_credit(self) -> None:
        self.send("ECS09" if self.electric else "GCS06")

    @rule(amount=st.integers(0, 10**6), rate=st.integers(0, 30_000))
    def owe(self, amount: int, rate: int) -> None:
        owed = {"TimeDebtRegister1": amount, "TimeDebtRegister2": 0, "PaymentDebtRegister": amount}
        rates: dict[str, Any] = {"DebtRecoveryRate1": rate, "DebtRecoveryRate2": 0, "DebtRecoveryPerPayment": 1000}
        periods = {"DebtRecoveryRatePeriod1": "HOURLY", "DebtRecoveryRatePeriod2": "DAILY"}
        scales = {"DebtRecoveryRatePriceScale1": -5, "DebtRecoveryRatePriceScale2": -5} if self.electric else {}
        self.send("ECS07" if self.electric else "GCS04", {**owed, **rates, **periods, **scales})

    @precondition(lambda self: self.electric)
    @rule(threshold=st.sampled_from([1, 1500, 1_000_000]))
    def limit_load(self, threshold: int) -> None:
        periods = {"LoadLimitPeriod": 1800, "LoadLimitRestorationPeriod": 900}
        self.send("ECS28a", {"LoadLimitSupplyState": "Disable", "LoadLimitPowerThreshold": threshold, **periods})

    @rule(what=st.sampled_from(sorted(PHYSICAL_EVENTS)))
    def something_happens(self, what: str) -> None:
        if self.state.device_type not in PHYSICAL_EVENTS[what].devices:
            return
        self.catch_up()
        keys = self.bench.device_keys(self.state.eui)
        self.take(occur(self.state, what, self.now, keys).changes)
        self.take({"reachable": True})

    @rule(name=st.sampled_from(["daily", "profile", "billing"]), days=st.integers(0, 40))
    def read_history(self, name: str, days: int) -> None:
        use_cases = {"daily": ("ECS21a", "GCS16a"), "profile": ("ECS22b", "GCS17"), "billing": ("ECS20c", "GCS15c")}
        period = {"StartDateTime": self.now - timedelta(days=days), "EndDateTime": self.now}
        self.catch_up()
        before = self.state
        self.send(use_cases[name][0 if self.electric else 1], period)
        assert self.state == before

    @rule(broken=st.booleans())
    def break_or_mend(self, broken: bool) -> None:
        self.take({"hardware_fault": broken})

    @invariant()
    def registers_never_decrease(self) -> None:
        due = next_due(self.state, self.now)
        if due is not None and due <= self.now:
            return  # the supply may have ended since the device was last looked at
        at = seconds(self.now)
        registers = (import_register(self.state, at), secondary_register(self.state, at))
        assert registers[0] >= self.highest_register[0]
        assert registers[1] >= self.highest_register[1]
        self.highest_register = registers

    @invariant()
    def energy_of_all_rates_is_the_import_registers(self) -> None:
        at = max(seconds(self.now), self.state.since)
        rates = sum(tou_registers(self.state, at)) + sum(block_matrix(self.state, at))
        assert rates == import_register(self.state, at)
        assert sum(secondary_tou(self.state, at)) == secondary_register(self.state, at)
        assert min(tou_registers(self.state, at)) >= 0

    @invariant()
    def counters_only_grow(self) -> None:
        accepted = highest(self.state.counters, self.bench.supplier)
        assert self.state.own_counter >= self.own_counter
        assert accepted >= self.accepted
        self.own_counter, self.accepted = self.state.own_counter, accepted

    @invariant()
    def replaying_the_changes_gives_the_state(self) -> None:
        assert self.replayed == self.state
        assert rebuilt(self.state) == self.state


DeviceMachine.TestCase.settings = settings(
    max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestDeviceMachine = DeviceMachine.TestCase
