"""A command given to a device: what it accepts, refuses, changes, answers and reports."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from stubs.devices import DeviceState, Surroundings, apply, elapse, next_due, raise_alert, view
from stubs.devices.account import balance
from stubs.devices.registers import import_register, secondary_register
from stubs.devices.state import LogEntry, seconds
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.crypto import check_mac, check_signature
from stubs.wire.gbcs.envelope import Cra, Message
from stubs.wire.gbcs.use_cases import CANCELLED
from stubs.wire.gbcs.use_cases.alerts import read_alert
from stubs.wire.utrn import ValueClass, generate
from tests.device_bench import DeviceBench

DAY = timedelta(days=1)


def alert_content(bench: DeviceBench, state: DeviceState, payload: bytes) -> dict[str, Any]:
    """Verify an alert as its recipient would, and read it."""
    message = Message.from_bytes(payload)
    group, device = message.group, bench.credentials(state.eui)
    assert group.cra is Cra.ALERT
    assert group.originator == state.id
    if message.mac is None:
        check_signature(group, device.ds.certificate.public_key)
    else:
        check_mac(message, bench.keys[group.recipient, "KA"].private_key, device.ka.certificate.public_key)
    return read_alert(group.other.message_code, group.content)


# --- reads ----------------------------------------------------------------------------------------------------------


def test_a_single_element_meter_sends_its_register(bench: DeviceBench) -> None:
    esme, later = bench.device("ESME"), bench.now + DAY
    state, execution = bench.ask(esme, "ECS17b", now=later)
    values = bench.read(esme, execution.response)
    assert values["ActiveImportRegister"] == import_register(esme, seconds(later))
    assert "SecondaryActiveImportRegister" not in values
    assert state == esme


def test_a_twin_element_meter_sends_both_registers(bench: DeviceBench) -> None:
    esme, later = bench.device("ESME", "twin"), bench.now + DAY
    values = bench.read(esme, bench.ask(esme, "ECS17b", now=later)[1].response)
    assert values["SecondaryActiveImportRegister"] == secondary_register(esme, seconds(later))


def test_a_gas_meter_sends_cubic_metres(bench: DeviceBench) -> None:
    gsme = bench.device("GSME")
    values = bench.read(gsme, bench.ask(gsme, "GCS13a")[1].response)
    assert values["ConsumptionRegister"] == pytest.approx(gsme.import_register / 1000)


def test_a_gas_proxy_mirrors_its_meter(bench: DeviceBench) -> None:
    gsme = bench.device("GSME", number=1)
    gpf = bench.device("GPF", number=2, mirrors=gsme.eui)
    command = bench.command(gpf, "GCS13a")
    execution = bench.execute(gpf, command, surroundings=bench.surroundings(gsme))
    assert bench.read(gpf, execution.response)["ConsumptionRegister"] == pytest.approx(gsme.import_register / 1000)


def test_a_gas_proxy_shows_its_meters_balance(bench: DeviceBench) -> None:
    gsme = bench.device("GSME", number=1, balance=123_000)
    gpf = bench.device("GPF", number=2, mirrors=gsme.eui)
    execution = bench.execute(gpf, bench.command(gpf, "GCS14"), surroundings=bench.surroundings(gsme))
    assert bench.read(gpf, execution.response)["MeterBalance"] == 123_000


def test_a_meter_sends_its_prepayment_registers(bench: DeviceBench) -> None:
    esme = bench.device("ESME", balance=5, emergency_credit=4, accumulated_debt=3, payment_debt=2, time_debt_1=1)
    values = bench.read(esme, bench.ask(esme, "ECS19")[1].response)
    assert [values[name] for name in ("MeterBalance", "EmergencyCreditBalance", "AccumulatedDebtRegister")] == [5, 4, 3]
    assert [values[name] for name in ("PaymentDebtRegister", "TimeDebtRegister1", "TimeDebtRegister2")] == [2, 1, 0]


@pytest.mark.parametrize(
    ("device_type", "name"), [("ESME", "ECS52"), ("CHF", "ECS52"), ("GSME", "GCS38"), ("PPMID", "CS08")]
)
def test_a_device_names_its_firmware_version(bench: DeviceBench, device_type: str, name: str) -> None:
    device = bench.device(device_type, firmware_version="0123abcd")
    assert bench.read(device, bench.ask(device, name)[1].response)["FirmwareVersion"] == "0123ABCD"


@pytest.mark.parametrize(("supply", "shown"), [("enabled", "Enabled"), ("armed", "Armed"), ("disabled", "Disabled")])
@pytest.mark.parametrize(("device_type", "name"), [("ESME", "ECS45"), ("GSME", "GCS33")])
def test_a_meter_shows_its_supply_state(
    bench: DeviceBench, device_type: str, name: str, supply: str, shown: str
) -> None:
    meter = bench.device(device_type, supply=supply)
    assert bench.read(meter, bench.ask(meter, name)[1].response)["SupplyState"] == shown


def log_period(bench: DeviceBench) -> dict[str, datetime]:
    return {"StartDateTime": bench.now - DAY, "EndDateTime": bench.now + DAY}


@pytest.mark.parametrize(("device_type", "name"), [("ESME", "ECS35a"), ("GSME", "CS10a"), ("CHF", "ECS35c")])
def test_a_device_sends_the_log_of_the_period(bench: DeviceBench, device_type: str, name: str) -> None:
    at = seconds(bench.now)
    log = (LogEntry("event", at - 9 * 86_400, 1), LogEntry("event", at, 0x8F32), LogEntry("security", at, 0x8F3D))
    device = bench.device(device_type, event_log=log)
    values = bench.read(device, bench.ask(device, name, {"LogToRead": "Event", **log_period(bench)})[1].response)
    assert [(entry["Timestamp"], entry["LogCode"]) for entry in values["LogEntries"]] == [(bench.now, "8F32")]


def test_an_empty_gas_log_is_answered(bench: DeviceBench) -> None:
    gsme = bench.device("GSME")
    values = bench.read(gsme, bench.ask(gsme, "CS10a", {"LogToRead": "Event", **log_period(bench)})[1].response)
    assert not values.get("LogEntries")


def test_a_proxy_sends_the_log_of_its_meter_when_asked(bench: DeviceBench) -> None:
    gsme = bench.device("GSME", number=1, event_log=(LogEntry("event", seconds(bench.now), 0x8F32),))
    gpf = bench.device("GPF", number=2, mirrors=gsme.eui)
    command = bench.command(gpf, "CS10a", {"LogToRead": "GSMEEvent", **log_period(bench)})
    execution = bench.execute(gpf, command, surroundings=bench.surroundings(gsme))
    assert [entry["LogCode"] for entry in bench.read(gpf, execution.response)["LogEntries"]] == ["8F32"]


def test_a_party_the_meter_does_not_know_reads_through_the_acb(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    command = bench.command(esme, "ECS17b", party=bench.stranger, with_certificate=True)
    execution = bench.execute(esme, command)
    values = bench.read(esme, execution.response)
    assert values["ActiveImportRegister"] == esme.import_register
    assert execution.response is not None
    other = Message.from_bytes(execution.response).group.other
    assert (other.party, other.originator_counter) == (bench.stranger, esme.own_counter + 1)
    assert execution.changes == {"own_counter": esme.own_counter + 1}


def test_the_network_operator_reads_directly(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    command = bench.command(esme, "ECS17b", originator=bench.network_operator)
    assert bench.read(esme, bench.execute(esme, command).response)["MessageSuccess"]


def test_a_response_repeats_counter_and_swaps_parties(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    execution = bench.execute(esme, bench.command(esme, "ECS52", counter=77))
    assert execution.response is not None
    group = Message.from_bytes(execution.response).group
    assert (group.cra, group.counter) == (Cra.RESPONSE, 77)
    assert (group.originator, group.recipient) == (esme.id, bench.supplier)


def test_the_same_command_gives_the_same_bytes(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    command = bench.command(esme, "ECS43")
    assert bench.execute(esme, command) == bench.execute(esme, command)


# --- checks -----------------------------------------------------------------------------------------------------


def refused(bench: DeviceBench, state: DeviceState, command: bytes) -> str | None:
    execution = bench.execute(state, command)
    assert execution.response is None
    return execution.refused


def test_an_unreachable_device_is_silent(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    assert refused(bench, apply(esme, {"reachable": False}), bench.command(esme, "ECS52")) == "unreachable"


def test_bytes_that_are_no_message_are_refused(bench: DeviceBench) -> None:
    assert refused(bench, bench.device("ESME"), b"\xdd\x00") == "malformed"


def test_a_response_is_no_command(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    response = bench.execute(esme, bench.command(esme, "ECS52")).response
    assert response is not None
    assert refused(bench, esme, response) == "not-a-command"


def test_a_command_for_another_device_is_refused(bench: DeviceBench) -> None:
    command = bench.command(bench.device("ESME", number=1), "ECS52")
    assert refused(bench, bench.device("ESME", number=2), command) == "recipient"


def test_a_wrong_mac_is_refused_and_reported(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    command = bench.command(esme, "ECS52")
    execution = bench.execute(esme, command[:-1] + bytes((command[-1] ^ 1,)))
    assert (execution.response, execution.refused) == (None, "mac")
    assert [alert.code for alert in execution.alerts] == ["8F3D"]


def test_a_command_without_mac_is_refused(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    command = bench.group(esme, "ECS52").to_bytes()
    assert refused(bench, esme, command) == "mac-missing"


def test_an_unknown_originator_is_refused_and_reported(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    execution = bench.execute(esme, bench.command(esme, "ECS52", originator=bench.stranger))
    assert (execution.refused, [alert.code for alert in execution.alerts]) == ("originator", ["8F30"])
    assert execution.alerts[0].recipient == bench.supplier


def test_the_network_operator_may_not_switch_supply(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    execution = bench.execute(esme, bench.command(esme, "ECS43", originator=bench.network_operator))
    assert (execution.refused, [alert.code for alert in execution.alerts]) == ("authority", ["8F30"])
    assert "supply" not in execution.changes


def test_a_use_case_of_another_device_type_is_refused(bench: DeviceBench) -> None:
    gsme = bench.device("GSME")
    assert refused(bench, gsme, bench.command(gsme, "ECS42")) == "use-case"


def test_an_unknown_message_code_is_refused(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    group = bench.group(esme, "ECS52")
    group = replace(group, other=replace(group.other, message_code=0x7777))
    assert refused(bench, esme, bench.protect(group)) == "use-case"


def test_a_critical_command_without_signature_is_refused(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    assert refused(bench, esme, bench.protect(bench.group(esme, "ECS43"))) == "signature-missing"


def test_a_critical_command_signed_by_another_party_is_refused(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    command = bench.protect(bench.group(esme, "ECS43"), signer=bench.network_operator, is_critical=True)
    execution = bench.execute(esme, command)
    assert (execution.refused, [alert.code for alert in execution.alerts]) == ("signature", ["8F3D"])


def test_the_key_that_signs_xml_does_not_sign_commands(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    keys = dict(bench.keys) | {(bench.supplier, "DS"): bench.keys[bench.supplier, "XML"]}
    command = replace(bench, keys=keys).command(esme, "ECS43")
    assert refused(bench, esme, command) == "signature"


def test_a_replayed_critical_command_is_refused(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    command = bench.command(esme, "ECS43")
    after = apply(esme, bench.execute(esme, command).changes)
    assert refused(bench, after, command) == "counter"


def test_a_critical_command_with_a_lower_counter_is_refused(bench: DeviceBench) -> None:
    esme = bench.device("ESME", counters=[[str(bench.device("ESME").supplier), 500]])
    assert refused(bench, esme, bench.command(esme, "ECS43", counter=499)) == "counter"


def test_a_read_may_repeat_its_counter(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    command = bench.command(esme, "ECS52")
    assert bench.execute(esme, command) == bench.execute(esme, command)


def test_a_device_without_acb_refuses_everything(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    assert refused(bench, apply(esme, {"acb": ""}), bench.command(esme, "ECS52")) == "mac"


def test_content_that_cannot_be_read_is_refused_and_reported(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    group = bench.group(esme, "ECS52")
    execution = bench.execute(esme, bench.protect(replace(group, content=group.content[:-3])))
    assert (execution.refused, [alert.code for alert in execution.alerts]) == ("content", ["8F1E"])


def test_a_recipient_without_a_known_key_gets_nothing(bench: DeviceBench) -> None:
    unknown = Eui64.parse("A0-B1-C2-D3-E4-09-00-00")
    esme = bench.device("ESME", supplier=str(unknown))
    command = bench.command(esme, "ECS52", originator=unknown)
    assert refused(bench, esme, command) == "recipient-key"


def test_a_faulty_device_answers_with_an_error(bench: DeviceBench) -> None:
    esme = bench.device("ESME", hardware_fault=True)
    state, execution = bench.ask(esme, "ECS43")
    values = bench.read(esme, execution.response)
    assert (values["MessageSuccess"], state.supply) == (False, "enabled")


def test_a_faulty_device_answers_a_protected_read_with_an_error(bench: DeviceBench) -> None:
    for device_type, name in (("ESME", "ECS17b"), ("GSME", "GCS13a")):
        device = bench.device(device_type, hardware_fault=True)
        assert not bench.read(device, bench.ask(device, name)[1].response)["MessageSuccess"]


@pytest.mark.parametrize("name", ["ECS35f", "ECS35g"])
def test_a_meter_without_auxiliary_controller_sends_an_empty_log(bench: DeviceBench, name: str) -> None:
    esme = bench.device("ESME")
    values = {"LogToRead": "ALCSEvent", **log_period(bench)}
    assert bench.read(esme, bench.ask(esme, name, values)[1].response)["LogEntries"] == ()


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


# --- money ------------------------------------------------------------------------------------------------------


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


PREPAYMENT = {"PaymentMode": "Prepayment", "SuspendDebtDisabled": True, "SuspendDebtEmergency": False}


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


# --- what happens by itself -------------------------------------------------------------------------------------


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


def hold(bench: DeviceBench, meter: DeviceState, when: datetime) -> DeviceState:
    name = "ECS03" if meter.device_type == "ESME" else "GCS03"
    values = {**PREPAYMENT, "DisablementThreshold": 0, "ExecutionDateTime": when}
    state, execution = bench.ask(meter, name, values)
    assert bench.read(meter, execution.response)["MessageSuccess"]
    return state


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
