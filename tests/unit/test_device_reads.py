"""A reading command given to a device: the values and logs that it sends, and to whom."""

from __future__ import annotations

from datetime import datetime

import pytest

from stubs.devices.registers import import_register, secondary_register
from stubs.devices.state import LogEntry, seconds
from stubs.wire.gbcs.envelope import Cra, Message
from tests.device_bench import DAY, DeviceBench


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


@pytest.mark.parametrize("name", ["ECS35f", "ECS35g"])
def test_a_meter_without_auxiliary_controller_sends_an_empty_log(bench: DeviceBench, name: str) -> None:
    esme = bench.device("ESME")
    values = {"LogToRead": "ALCSEvent", **log_period(bench)}
    assert bench.read(esme, bench.ask(esme, name, values)[1].response)["LogEntries"] == ()


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
