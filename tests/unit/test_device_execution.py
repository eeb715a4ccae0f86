"""A command given to a device: what it changes in supply, clock, hub and display, and the alerts it raises."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from stubs.devices import DeviceState, apply, raise_alert, view
from stubs.devices.registers import import_register
from stubs.devices.state import LogEntry, seconds
from stubs.wire.errors import PeerError
from stubs.wire.gbcs.envelope import Message
from tests.device_bench import DAY, DeviceBench, alert_content, hold

# --- supply -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("device_type", "name"), [("ESME", "ECS43"), ("GSME", "GCS32")])
def test_disabling_supply_stops_the_register_and_is_reported(bench: DeviceBench, device_type: str, name: str) -> None:
    meter, then = bench.device(device_type), bench.now + DAY
    state, execution = bench.ask(meter, name, now=then)
    assert bench.read(meter, execution.response)["MessageSuccess"]
    assert state.supply == "disabled"
    stopped = import_register(meter, seconds(then))
    assert import_register(state, seconds(then + 30 * DAY)) == stopped
    (alert,) = execution.alerts
    assert alert_content(bench, meter, alert.payload)["AlertCode"] == "8F57"
    assert (alert.recipient, Message.from_bytes(alert.payload).mac) == (bench.supplier, None)


def test_enabling_supply_lets_the_register_move_again(bench: DeviceBench) -> None:
    esme = bench.device("ESME", supply="disabled")
    then = bench.now + DAY
    state, _ = bench.ask(esme, "ECS42", now=then)
    assert import_register(state, seconds(then)) == esme.import_register
    assert import_register(state, seconds(then + DAY)) > esme.import_register


def test_disabling_a_disabled_supply_raises_nothing(bench: DeviceBench) -> None:
    esme = bench.device("ESME", supply="disabled")
    assert bench.ask(esme, "ECS43")[1].alerts == ()


def test_an_alert_enters_the_log_and_takes_a_counter(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    state, execution = bench.ask(esme, "ECS43")
    assert state.event_log == (LogEntry("event", seconds(bench.now), 0x8F57),)
    assert Message.from_bytes(execution.alerts[0].payload).group.counter == state.own_counter == 1


# --- clock ------------------------------------------------------------------------------------------------------


def clock_values(when: datetime) -> dict[str, Any]:
    return {"CurrentDateTime": when - timedelta(seconds=5), "TolerancePeriod": 10}


@pytest.mark.parametrize(("device_type", "name"), [("ESME", "ECS70"), ("GSME", "GCS28")])
def test_the_first_clock_setting_commissions_a_meter(bench: DeviceBench, device_type: str, name: str) -> None:
    meter = bench.device(device_type)
    state, execution = bench.ask(meter, name, clock_values(bench.now))
    values = bench.read(meter, execution.response)
    assert (values["DeviceTime"], values["TimeStatus"]) == (bench.now, "reliable")
    assert (state.commissioned, state.clock_status) == (True, "reliable")
    assert [alert.code for alert in execution.alerts] == ["8F69"]


def test_a_drifted_clock_is_adjusted_and_reported(bench: DeviceBench) -> None:
    esme = bench.device("ESME", commissioned=True, clock_offset=90)
    state, execution = bench.ask(esme, "ECS70", clock_values(bench.now))
    assert state.clock_offset == 0
    (alert,) = execution.alerts
    assert (alert.code, Message.from_bytes(alert.payload).mac is not None) == ("8145", True)
    assert alert_content(bench, esme, alert.payload)["AlertCode"] == "8145"


def test_a_clock_outside_the_interval_stays(bench: DeviceBench) -> None:
    esme = bench.device("ESME", clock_offset=90)
    state, execution = bench.ask(esme, "ECS70", clock_values(bench.now - DAY))
    values = bench.read(esme, execution.response)
    assert (values["DeviceTime"], values["TimeStatus"]) == (bench.now + timedelta(seconds=90), "invalid")
    assert (state.commissioned, state.clock_offset) == (False, 90)
    assert [alert.code for alert in execution.alerts] == ["81C6"]


# --- hub --------------------------------------------------------------------------------------------------------


def join_values(state: DeviceState, code: str | None = None) -> dict[str, Any]:
    return {
        "RequestType": "Add",
        "DeviceID": state.eui,
        "InstallCode": (code or state.install_code).upper(),
        "JoinTimePeriod": 600,
    }


def to_hub(bench: DeviceBench, hub: DeviceState, name: str, values: dict[str, Any], *around: DeviceState) -> Any:
    command = bench.command(hub, name, values, party=bench.supplier)
    return bench.execute(hub, command, surroundings=bench.surroundings(*around))


def test_a_device_with_the_right_code_joins(bench: DeviceBench) -> None:
    hub, esme = bench.device("CHF", number=1), bench.device("ESME", number=2)
    execution = to_hub(bench, hub, "CCS01", join_values(esme), esme)
    assert bench.read(hub, execution.response)["MessageSuccess"]
    (entry,) = apply(hub, execution.changes).device_log
    assert (entry.device, entry.joined, entry.join_until) == (esme.eui, True, seconds(bench.now) + 600)
    assert execution.other_changes == {esme.id: {"hub": hub.eui}}
    assert [(alert.code, alert.recipient) for alert in execution.alerts] == [("8F12", bench.acb), ("8183", bench.acb)]
    for alert in execution.alerts:
        assert alert_content(bench, hub, alert.payload)["AlertCode"] == alert.code
    assert Message.from_bytes(execution.alerts[0].payload).group.other.message_code == 0x0018


def test_a_device_with_another_code_is_listed_but_does_not_join(bench: DeviceBench) -> None:
    hub, esme = bench.device("CHF", number=1), bench.device("ESME", number=2)
    execution = to_hub(bench, hub, "CCS01", join_values(esme, "00" * 16), esme)
    (entry,) = apply(hub, execution.changes).device_log
    assert (entry.joined, execution.other_changes) == (False, {})
    assert [alert.code for alert in execution.alerts] == ["8F12"]


def test_a_device_that_is_not_there_is_listed(bench: DeviceBench) -> None:
    hub, esme = bench.device("CHF", number=1), bench.device("ESME", number=2)
    (entry,) = apply(hub, to_hub(bench, hub, "CCS01", join_values(esme)).changes).device_log
    assert not entry.joined


def test_a_device_added_again_has_one_entry(bench: DeviceBench) -> None:
    hub, esme = bench.device("CHF", number=1), bench.device("ESME", number=2)
    once = apply(hub, to_hub(bench, hub, "CCS01", join_values(esme)).changes)
    twice = apply(once, to_hub(bench, once, "CCS01", join_values(esme), esme).changes)
    assert [(entry.device, entry.joined) for entry in twice.device_log] == [(esme.eui, True)]


def test_a_full_device_log_refuses(bench: DeviceBench) -> None:
    log = [{"device": f"00-00-00-00-00-00-00-{number:02X}"} for number in range(16)]
    hub, esme = bench.device("CHF", number=1, device_log=log), bench.device("ESME", number=2)
    execution = to_hub(bench, hub, "CCS01", join_values(esme), esme)
    assert not bench.read(hub, execution.response)["MessageSuccess"]
    assert execution.changes == {}


def test_a_removed_device_leaves(bench: DeviceBench) -> None:
    hub = bench.device("CHF", number=1)
    esme = bench.device("ESME", number=2, hub=hub.eui)
    hub = apply(hub, {"device_log": [{"device": esme.eui, "joined": True}]})
    execution = to_hub(bench, hub, "CCS02", {"RequestType": "Remove", "DeviceID": esme.eui}, esme)
    assert apply(hub, execution.changes).device_log == ()
    assert execution.other_changes == {esme.id: {"hub": ""}}
    assert [alert.code for alert in execution.alerts] == ["8F12"]


def test_removing_a_device_that_is_not_listed_is_refused(bench: DeviceBench) -> None:
    hub, esme = bench.device("CHF", number=1), bench.device("ESME", number=2)
    execution = to_hub(bench, hub, "CCS02", {"RequestType": "Remove", "DeviceID": esme.eui})
    assert not bench.read(hub, execution.response)["MessageSuccess"]


# --- the rest ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("device_type", "name"), [("ESME", "ECS10"), ("GSME", "GCS07")])
def test_a_message_is_shown(bench: DeviceBench, device_type: str, name: str) -> None:
    meter = bench.device(device_type)
    assert bench.ask(meter, name, {"SupplierMessage": "Hello"})[0].display_message == "Hello"


@pytest.mark.parametrize("device_type", ["ESME", "GSME", "GPF", "CHF", "PPMID"])
@pytest.mark.parametrize("code", ["8F3F", "810d", "8F66", "8F35", "8FFF"])
def test_a_tester_has_any_device_raise_any_alert(bench: DeviceBench, device_type: str, code: str) -> None:
    device = bench.device(device_type)
    elapsed = raise_alert(device, code, bench.now, bench.device_keys(device.eui))
    (alert,) = elapsed.alerts
    content = alert_content(bench, device, alert.payload)
    assert (content["AlertCode"], content["Timestamp"]) == (code.upper(), bench.now)
    assert apply(device, elapsed.changes).own_counter == 1


def test_power_alerts_go_to_the_network_operator(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    elapsed = raise_alert(esme, "8F35", bench.now, bench.device_keys(esme.eui))
    assert elapsed.alerts[0].recipient == bench.network_operator


def test_an_alert_may_be_given_another_recipient(bench: DeviceBench) -> None:
    esme, other = bench.device("ESME"), bench.network_operator
    raised = raise_alert(esme, "8F3F", bench.now, bench.device_keys(esme.eui), recipient=other)
    assert raised.alerts[0].recipient == other


def test_a_word_is_no_alert_code(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    with pytest.raises(PeerError, match="not an alert code"):
        raise_alert(esme, "tamper", bench.now, bench.device_keys(esme.eui))


def test_a_device_that_knows_nobody_cannot_raise_an_alert(bench: DeviceBench) -> None:
    esme = bench.device("ESME", supplier="", acb="")
    with pytest.raises(PeerError, match="nobody to tell"):
        raise_alert(esme, "8F3F", bench.now, bench.device_keys(esme.eui))


def test_a_view_shows_registers_as_they_stand(bench: DeviceBench) -> None:
    esme, later = bench.device("ESME"), bench.now + DAY
    shown = view(hold(bench, esme, later + DAY), later)
    assert shown["import_register"] == import_register(esme, seconds(later))
    assert shown["pending"][0]["due"] == (later + DAY).isoformat()
