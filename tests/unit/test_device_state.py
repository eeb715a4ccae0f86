"""The state of a device: made from a seed, moved by time, rebuilt from changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from stubs.devices.account import balance, first_below
from stubs.devices.manufacture import amend, manufacture
from stubs.devices.profile import SLOT, used
from stubs.devices.registers import import_register, secondary_register
from stubs.devices.settling import settled
from stubs.devices.state import LOG_CAPACITY, DeviceState, LogEntry, apply, instant, plain, seconds
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
EUI = Eui64.parse("00-DB-12-34-56-78-90-A0")


def esme(variant: str = "single", **values: object) -> DeviceState:
    return manufacture(EUI, "ESME", variant, "s1", NOW, **values)


def test_the_same_seed_makes_the_same_device() -> None:
    assert esme() == esme()


def test_another_seed_makes_another_install_code() -> None:
    other = manufacture(EUI, "ESME", "single", "s2", NOW)
    assert other.install_code != esme().install_code


def test_an_esme_without_a_variant_is_single() -> None:
    assert manufacture(EUI, "ESME", "", "s1", NOW).variant == "single"


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(PeerError, match="no such simulated device type"):
        manufacture(EUI, "TOASTER", "", "s1", NOW)


def test_an_unknown_variant_is_refused() -> None:
    with pytest.raises(PeerError, match="no such variant"):
        manufacture(EUI, "GSME", "twin", "s1", NOW)


def test_a_commissioned_meter_has_a_reliable_clock() -> None:
    assert esme(commissioned=True).clock_status == "reliable"
    assert esme().clock_status == "unreliable"


def test_an_unknown_field_is_refused_by_name() -> None:
    with pytest.raises(PeerError, match="no field of a device"):
        apply(esme(), {"colour": "red"})


@pytest.mark.parametrize("name", ["eui", "device_type", "variant", "seed"])
def test_what_never_changes_cannot_be_changed(name: str) -> None:
    with pytest.raises(PeerError, match="no field of a device"):
        apply(esme(), {name: "x"})


def test_a_value_of_the_wrong_type_is_refused() -> None:
    with pytest.raises(PeerError, match="cannot have this value"):
        apply(esme(), {"supply": "sideways"})


def test_a_state_survives_json() -> None:
    state = apply(esme("twin"), {"logged": [LogEntry("event", 1, 0x8F32)], "counters": (("a", 1),)})
    assert msgspec.json.decode(msgspec.json.encode(state), type=DeviceState) == state


def test_changes_may_come_as_json_or_as_values() -> None:
    changes = {"logged": (LogEntry("event", 1, 0x8F32),), "counters": (("a", 1),), "supply": "armed"}
    through_json = msgspec.json.decode(msgspec.json.encode(plain(changes)))
    assert apply(esme(), through_json) == apply(esme(), changes)


def test_each_log_keeps_its_newest_hundred_entries() -> None:
    events = tuple(LogEntry("event", at, 1) for at in range(LOG_CAPACITY + 5))
    state = apply(esme(), {"logged": (LogEntry("security", 0, 2), *events)})
    assert len(state.event_log) == LOG_CAPACITY + 1
    assert state.event_log[0] == LogEntry("security", 0, 2)
    assert state.event_log[1].at == 5


def test_consumption_never_goes_back_at_the_slots() -> None:
    start = seconds(NOW)
    for habit in ("electricity", "secondary", "gas"):
        totals = [used("s", habit, start + step * 601) for step in range(2000)]
        assert totals == sorted(totals)


def test_a_year_of_electricity_is_that_of_a_home() -> None:
    year = 365 * 86_400
    kilowatt_hours = (used("s", "electricity", seconds(NOW) + year) - used("s", "electricity", seconds(NOW))) / 1e6
    assert 1500 < kilowatt_hours < 5000


def test_winter_uses_more_gas_than_summer() -> None:
    january, july = seconds(datetime(2026, 1, 1, tzinfo=UTC)), seconds(datetime(2026, 7, 1, tzinfo=UTC))
    month = 30 * 86_400
    winter = used("s", "gas", january + month) - used("s", "gas", january)
    assert winter > 3 * (used("s", "gas", july + month) - used("s", "gas", july))


def test_a_gas_register_moves_at_half_hours_only() -> None:
    state = manufacture(EUI, "GSME", "", "s1", NOW)
    start = seconds(NOW) + 3600
    within = {import_register(state, start + second) for second in range(0, SLOT, 100)}
    assert len(within) == 1


def test_registers_move_with_the_clock() -> None:
    state = esme("twin")
    later = seconds(NOW + timedelta(days=1))
    assert import_register(state, later) > state.import_register
    assert secondary_register(state, later) > state.secondary_register


def test_a_single_element_meter_has_no_second_register() -> None:
    assert secondary_register(esme(), seconds(NOW + timedelta(days=1))) == 0


def test_a_disabled_supply_stops_the_register() -> None:
    state = esme(supply="disabled")
    assert import_register(state, seconds(NOW + timedelta(days=9))) == state.import_register


def test_settling_does_not_move_a_register() -> None:
    state, then = esme("twin"), seconds(NOW + timedelta(days=3, seconds=77))
    settled_state = apply(state, settled(state, then))
    assert import_register(settled_state, then) == import_register(state, then)
    assert secondary_register(settled_state, then) == secondary_register(state, then)
    assert balance(settled_state, then) == balance(state, then)


def test_a_past_instant_reads_as_the_settled_one() -> None:
    state = esme()
    assert import_register(state, state.since - 1000) == state.import_register
    assert settled(state, state.since - 1000) == {}


def test_the_balance_falls_by_use_and_standing_charge() -> None:
    state, later = esme(), seconds(NOW + timedelta(days=1))
    energy = (import_register(state, later) - state.import_register) * state.price // 1000
    assert balance(state, later) == state.balance - energy - state.standing_charge


def test_the_first_instant_below_a_threshold_is_found() -> None:
    state = esme()
    horizon = seconds(NOW + timedelta(days=400))
    found = first_below(state, 0, state.since, horizon)
    assert found is not None
    assert balance(state, found) < 0 <= balance(state, found - 1)


def test_a_balance_that_stays_above_gives_no_instant() -> None:
    state = esme(price=0, standing_charge=0)
    assert first_below(state, 0, state.since, seconds(NOW + timedelta(days=400))) is None


def test_amending_supply_settles_the_registers_first() -> None:
    state, then = esme(), NOW + timedelta(days=2)
    changed = apply(state, amend(state, then, {"supply": "disabled"}))
    assert import_register(changed, seconds(then)) == import_register(state, seconds(then))
    assert import_register(changed, seconds(then) + 86_400) == import_register(state, seconds(then))


def test_amending_a_register_sets_what_is_read() -> None:
    state, then = esme(), NOW + timedelta(days=2)
    changed = apply(state, amend(state, then, {"import_register": 123}))
    assert import_register(changed, seconds(then)) == 123


def test_amending_an_unknown_field_is_refused() -> None:
    with pytest.raises(PeerError):
        amend(esme(), NOW, {"colour": "red"})


def test_seconds_and_instants_are_inverse() -> None:
    assert instant(seconds(NOW)) == NOW
