"""Logs, settings, network data, auxiliary controllers and what happens to a device from outside."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from schemas.load import device_alerts
from stubs.devices import PHYSICAL_EVENTS, DeviceState, Elapsed, apply, elapse, next_due, occur, raise_alert, view
from stubs.devices.auxiliary import level
from stubs.devices.effects import EFFECTS
from stubs.devices.effects.electricity_rows import READS
from stubs.devices.profile import SLOT
from stubs.devices.registers import import_register, import_registers
from stubs.devices.state import LogEntry, given_back, kept, seconds
from stubs.wire.errors import Misuse, PeerError
from stubs.wire.gbcs.use_cases import USE_CASES
from tests.device_bench import DeviceBench

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
CHANNEL = {"Page": 29, "Channels": (3, 5)}


def read(
    bench: DeviceBench, state: DeviceState, name: str, now: datetime | None = None, **values: Any
) -> dict[str, Any]:
    after, execution = bench.ask(state, name, values, now)
    assert execution.response is not None, execution.details
    assert after == state
    return bench.read(state, execution.response)


def period(first: datetime, last: datetime) -> dict[str, Any]:
    return {"StartDateTime": first, "EndDateTime": last}


def happens(bench: DeviceBench, state: DeviceState, what: str, now: datetime | None = None, **detail: Any) -> Elapsed:
    return occur(state, what, now or bench.now, bench.device_keys(state.eui), detail=detail)


# --- logs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("device_type", "name", "value"), [("ESME", "ECS22b", "PrimaryValue"), ("GSME", "GCS17", "Value")]
)
def test_the_profile_log_adds_up_to_the_register(bench: DeviceBench, device_type: str, name: str, value: str) -> None:
    meter, later = bench.device(device_type), bench.now + DAY
    entries = read(bench, meter, name, later, **period(bench.now, later))["LogEntries"]
    assert len(entries) == 48
    assert [one["Timestamp"] for one in entries][::47] == [bench.now, later - HOUR / 2]
    scale = 1 if device_type == "ESME" else 1000
    used = import_register(meter, seconds(later)) - meter.import_register
    assert round(scale * sum(one[value] for one in entries)) == used


def test_a_disabled_supply_leaves_zeros_in_the_profile(bench: DeviceBench) -> None:
    state, _ = bench.ask(bench.device("ESME"), "ECS43", now=bench.now + HOUR)
    later = bench.now + 4 * HOUR
    state, _ = bench.ask(state, "ECS42", now=bench.now + 3 * HOUR)
    values = [
        one["PrimaryValue"] for one in read(bench, state, "ECS22b", later, **period(bench.now, later))["LogEntries"]
    ]
    assert all(values[:2])
    assert values[2:6] == [0, 0, 0, 0]
    assert all(values[6:])


def test_the_profile_log_begins_with_the_meter(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    entries = read(bench, esme, "ECS22b", bench.now + HOUR, **period(bench.now - DAY, bench.now + DAY))["LogEntries"]
    assert entries[0]["Timestamp"] == bench.now
    assert len(entries) == 2


@pytest.mark.parametrize("device_type", ["ESME", "GSME", "CHF"])
@pytest.mark.parametrize("generation", [0, 3000])
@pytest.mark.parametrize("begin", [-3, 0, 0.5, 1, 2, 3, 5])
def test_registers_of_several_half_hours_are_those_of_each(
    bench: DeviceBench, device_type: str, generation: int, begin: float
) -> None:
    """Before the meter, within one stretch, with the supply off, and across changes."""
    meter = apply(bench.device(device_type), {"generation": generation})
    if device_type == "ESME":
        meter, _ = bench.ask(meter, "ECS43", now=bench.now + HOUR)
        meter, _ = bench.ask(meter, "ECS42", now=bench.now + 3 * HOUR)
    first = seconds(bench.now + begin * HOUR) // SLOT
    for number in (1, 2, 8):
        slots = range(first, first + number)
        assert import_registers(meter, slots) == [import_register(meter, slot * SLOT) for slot in slots]


@pytest.mark.parametrize("name", ["ECS21a", "ECS21b", "ECS21c", "GCS16a", "GCS16b"])
def test_daily_logs_have_an_entry_for_each_midnight(bench: DeviceBench, name: str) -> None:
    meter, later = bench.device("GSME" if name.startswith("GCS") else "ESME"), bench.now + 5 * DAY
    values = read(bench, meter, name, later, **period(bench.now, later))
    entries = values["PrepaymentLogEntries" if name == "GCS16b" else "LogEntries"]
    assert len(entries) == 5
    assert {one["Timestamp"].hour for one in entries} == {0}


def test_a_daily_read_is_the_register_at_midnight(bench: DeviceBench) -> None:
    esme, later = bench.device("ESME", "twin"), bench.now + 2 * DAY
    entry = read(bench, esme, "ECS21a", later, **period(bench.now, later))["LogEntries"][0]
    assert entry["ActiveImportRegister"] == import_register(esme, seconds(entry["Timestamp"]))
    assert sum(entry["TOURegisters"]) == entry["ActiveImportRegister"]
    assert len(entry["SecondaryTOURegisters"]) == 4


def test_daily_consumption_is_that_of_whole_days(bench: DeviceBench) -> None:
    esme, later = bench.device("ESME"), bench.now + 3 * DAY
    entries = read(bench, esme, "ECS66", later, **period(bench.now, later))["LogEntries"]
    midnight = seconds(entries[0]["Timestamp"])
    assert len(entries) == 2
    assert entries[0]["Value"] == import_register(esme, midnight + 86_400) - import_register(esme, midnight)


def test_the_gas_network_log_runs_after_it_was_started(bench: DeviceBench) -> None:
    gsme = bench.device("GSME")
    assert read(bench, gsme, "GCS18")["LogEntries"] == ()
    state, execution = bench.ask(gsme, "GCS31")
    assert bench.read(gsme, execution.response)["SampleID"] == 2
    assert len(read(bench, state, "GCS18", bench.now + DAY)["LogEntries"]) == 41


@pytest.mark.parametrize(("device_type", "name", "log"), [("ESME", "ECS15a", "event"), ("GSME", "CS11", "event")])
def test_a_cleared_log_is_empty_and_others_are_not(bench: DeviceBench, device_type: str, name: str, log: Any) -> None:
    entries = (LogEntry(log, 5, 0x8F32), LogEntry("security", 6, 0x8F3D))
    state, _ = bench.ask(bench.device(device_type, event_log=entries), name)
    assert state.event_log == entries[1:]


# --- network --------------------------------------------------------------------------------------------------------


def test_voltage_is_logged_counted_and_reset(bench: DeviceBench) -> None:
    esme, later = bench.device("ESME", voltage_offset=300), bench.now + DAY
    values = read(bench, esme, "ECS23", later, **period(bench.now, later))
    assert len(values["AvgRMSVoltageProfileDataLog"]) == 24
    assert (values["AvgRMSOverVoltageCounter"], values["AvgRMSUnderVoltageCounter"]) == (48, 0)
    state, _ = bench.ask(esme, "ECS29e", now=later)
    assert read(bench, state, "ECS23", later, **period(bench.now, later))["AvgRMSOverVoltageCounter"] == 0


def test_a_polyphase_meter_has_three_voltages(bench: DeviceBench) -> None:
    esme, later = bench.device("ESME", "polyphase"), bench.now + DAY
    values = read(bench, esme, "ECS23b", later, **period(bench.now, later))
    first, second = (values[f"Phase{phase}AvgRMSVoltageProfileDataLog"][0]["Value"] for phase in (1, 2))
    assert first != second


def test_power_is_twice_the_running_half_hour(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    used = import_register(esme, seconds(bench.now) + 1800) - esme.import_register
    assert read(bench, esme, "ECS17c")["ActivePowerImport"] == 2 * used


# --- settings -------------------------------------------------------------------------------------------------------

SET_AND_READ: list[tuple[str, str, dict[str, Any], str, dict[str, Any]]] = [
    ("ESME", "ECS34", {"LowMediumPowerThreshold": 5, "MediumHighPowerThreshold": 9}, "ECS26f", {}),
    ("ESME", "ECS38", {"RandomisedOffsetLimit": 77}, "ECS26c", {}),
    ("ESME", "ECS39a", {"ImportMPAN": "1234567890123"}, "ECS40", {}),
    ("ESME", "ECS39b", {"ExportMPAN": "3210987654321"}, "ECS40", {}),
    ("ESME", "ECS81", {"SupplyTamperState": "Locked"}, "ECS26e", {}),
    ("GSME", "GCS41", {"ImportMPRN": "1234567890"}, "GCS46", {}),
    ("GSME", "GCS23", {"CalorificValue": 40.1, "ConversionFactor": 1.02}, "GCS21a", {}),
    (
        "GSME",
        "GCS25a",
        {"BillingPeriodStart": datetime(2026, 4, 1).astimezone(), "Periodicity": "Quarterly"},
        "GCS21k",
        {},
    ),
]


@pytest.mark.parametrize(
    ("device_type", "set_", "values", "read_", "asked"), SET_AND_READ, ids=lambda one: str(one)[:20]
)
def test_what_was_set_is_read_back(
    bench: DeviceBench, device_type: str, set_: str, values: dict[str, Any], read_: str, asked: dict[str, Any]
) -> None:
    state, execution = bench.ask(bench.device(device_type), set_, values)
    assert bench.read(state, execution.response)["MessageSuccess"]
    found = read(bench, state, read_, **asked)
    assert {name: found[name] for name in values} == values


def test_settings_survive_the_journal() -> None:
    value = {"when": datetime(2026, 1, 1).astimezone(), "rows": ({"a": 1}, {"b": "2"}), "flag": True}
    stored = msgspec.json.decode(msgspec.json.encode(kept(value)))
    assert stored == kept(value)
    assert given_back(stored) == value | {"rows": [{"a": 1}, {"b": "2"}]}


def test_the_hub_s_channels_are_set_and_read_back(bench: DeviceBench) -> None:
    hub = bench.device("CHF")
    values = {
        name: value for name, value in read(bench, hub, "DBCH03").items() if name not in ("results", "MessageSuccess")
    }
    values["LowerBandSubGHzChannels27To34"] = CHANNEL
    state, _ = bench.ask(hub, "DBCH04", values)
    assert read(bench, state, "DBCH03")["LowerBandSubGHzChannels27To34"] == CHANNEL
    state, _ = bench.ask(state, "DBCH05")
    log = read(bench, state, "DBCH02", **period(bench.now - DAY, bench.now + DAY))["LogEntries"]
    assert [one["EventCode"] for one in log] == [0x8F26]


def test_a_switched_off_alert_is_neither_sent_nor_logged(bench: DeviceBench) -> None:
    esme = bench.device("ESME", payment_mode="prepayment", balance=0, price=0, emergency_credit_threshold=1)
    off = {"Behaviours": {"81AB": "Disable"}}
    state, _ = bench.ask(esme, "ECS25a", off)
    assert bench.ask(state, "ECS09")[1].alerts == ()
    state, _ = bench.ask(state, "ECS25a3", off)
    assert "81AB" not in read(bench, state, "ECS25r1")["LoggingSettings"]
    after, _ = bench.ask(state, "ECS09")
    assert [entry.code for entry in after.event_log] == [entry.code for entry in state.event_log]
    state, _ = bench.ask(state, "ECS25a", {"Behaviours": {"81AB": "Enable"}})
    assert [alert.code for alert in bench.ask(state, "ECS09")[1].alerts] == ["81AB"]


def test_gas_behaviours_are_set_and_read_back(bench: DeviceBench) -> None:
    quiet = {"EventCode": "810D", "WANAlert": False, "HANAlert": True, "EventLog": False, "Alarm": False}
    state, _ = bench.ask(bench.device("GSME"), "GCS20", {"AlertBehaviours": (quiet,)})
    found = {one["EventCode"]: one for one in read(bench, state, "GCS20r")["AlertBehaviours"]}
    assert {name: found["810D"][name] for name in quiet} == quiet
    assert found["810E"]["WANAlert"]


# --- auxiliary controllers ------------------------------------------------------------------------------------------

ROW: dict[str, Any] = {
    "Index": 1,
    "AuxiliaryController": 2,
    "Action": "Activate",
    "SwitchTime": "06:00:00",
    "DaysOfWeek": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "SpecialDays": "",
    "StartDate": "*-*-*",
    "EndDate": "*-*-*",
}
SCHEDULE: dict[str, Any] = {
    "SwitchTypeAndId2": "ALCS",
    "SpecialDays": (),
    "Schedule": (ROW, ROW | {"Index": 2, "Action": "Deactivate", "SwitchTime": "08:00:00"}),
}


def levels(state: DeviceState, *times: datetime) -> list[int]:
    (switch,) = state.switches
    return [level(switch, seconds(at)) for at in times]


def test_a_controller_follows_its_calendar_and_commands(bench: DeviceBench) -> None:
    state, _ = bench.ask(bench.device("ESME"), "ECS46c", SCHEDULE)
    seven, noon = bench.now.replace(hour=7), bench.now
    assert levels(state, seven, noon) == [100, 0]
    state, _ = bench.ask(state, "ECS47", {"AuxiliaryController": 2, "Action": "Activate", "Duration": 60})
    assert levels(state, noon + HOUR / 2, noon + HOUR) == [100, 0]
    assert read(bench, state, "ECS61a")["SwitchState2"]
    log = read(bench, state, "ECS35f", LogToRead="ALCS Event", **period(noon - DAY, noon + DAY))["LogEntries"]
    assert [entry["LogCode"] for entry in log] == ["0221"]
    state, _ = bench.ask(state, "ECS47", {"AuxiliaryController": 2, "Action": "Reset"})
    assert levels(state, noon + HOUR / 2) == [0]


def test_a_controller_that_is_not_there_refuses(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    response = bench.ask(esme, "ECS47", {"AuxiliaryController": 3, "Action": "Reset"})[1].response
    assert not bench.read(esme, response)["MessageSuccess"]


def test_a_limit_holds_a_level_down_and_is_reported(bench: DeviceBench) -> None:
    sapc = bench.device("SAPC", supplier=str(bench.supplier))
    until = bench.now + HOUR
    times = {"StartDateTime": bench.now, "EndDateTime": until}
    state, _ = bench.ask(sapc, "ECS47a", {"AuxiliaryController": 1, "CommandedStateLevel": 80, **times})
    state, execution = bench.ask(state, "ECS47e", {"AuxiliaryController": 1, "CommandedStateLevel": 30, **times})
    assert levels(state, bench.now, until) == [30, 0]
    assert [alert.code for alert in execution.alerts] == ["8F86"]
    assert next_due(state, bench.now) == until
    elapsed = elapse(state, until, bench.device_keys(state.eui))
    assert [alert.code for alert in elapsed.alerts] == ["8F87"]
    assert next_due(apply(state, elapsed.changes), until) is None


def test_a_level_and_a_limit_are_held_until_they_begin(bench: DeviceBench) -> None:
    sapc = bench.device("SAPC", supplier=str(bench.supplier))
    start, middle, end = (bench.now + hours * HOUR for hours in (2, 3, 4))
    order = {"AuxiliaryController": 1, "EndDateTime": end}
    state, _ = bench.ask(sapc, "ECS47a", {**order, "CommandedStateLevel": 80, "StartDateTime": start})
    state, execution = bench.ask(state, "ECS47e", {**order, "CommandedStateLevel": 30, "StartDateTime": middle})
    assert (execution.alerts, levels(state, bench.now), next_due(state, bench.now)) == ((), [0], start)
    lived = elapse(state, middle, bench.device_keys(state.eui))
    assert [alert.code for alert in lived.alerts] == ["8F86"]
    assert levels(apply(state, lived.changes), middle, end) == [30, 0]
    begun = elapse(state, start, bench.device_keys(state.eui))
    assert levels(apply(state, begun.changes), start) == [80]


def test_a_later_order_takes_the_place_of_the_one_held(bench: DeviceBench) -> None:
    sapc = bench.device("SAPC", supplier=str(bench.supplier))
    times = {"AuxiliaryController": 1, "EndDateTime": bench.now + DAY}
    state, _ = bench.ask(sapc, "ECS47a", {**times, "CommandedStateLevel": 80, "StartDateTime": bench.now + HOUR})
    state, _ = bench.ask(state, "ECS47a", {**times, "CommandedStateLevel": 20, "StartDateTime": bench.now})
    assert (levels(state, bench.now + 2 * HOUR), next_due(state, bench.now)) == ([20], None)


@pytest.mark.parametrize(
    ("start", "end", "inside", "outside"),
    [
        ("*-04-01", "*-09-30", "2027-04-01 2026-09-30", "2026-03-31 2026-10-01"),
        ("*-10-01", "*-02-28", "2026-10-01 2027-01-01 2027-02-28", "2026-03-01 2026-09-30"),
        ("2026-04-01", "2026-09-30", "2026-04-01 2026-09-30", "2025-05-01 2027-05-01"),
        ("2026-04-01", "*-*-*", "2026-04-01 2027-01-01", "2026-03-31"),
        ("*-*-*", "2026-09-30", "2026-01-01 2026-09-30", "2026-10-01"),
    ],
)
def test_rows_of_a_schedule_hold_in_their_range_of_dates(
    bench: DeviceBench, start: str, end: str, inside: str, outside: str
) -> None:
    rows = tuple(row | {"StartDate": start, "EndDate": end} for row in SCHEDULE["Schedule"])
    state, _ = bench.ask(bench.device("ESME"), "ECS46c", SCHEDULE | {"Schedule": rows})
    state = msgspec.json.decode(msgspec.json.encode(state), type=DeviceState)
    for days, expected in ((inside, 100), (outside, 0)):
        sevens = [datetime.fromisoformat(f"{day}T07:00:00+00:00") for day in days.split()]
        assert levels(state, *sevens) == [expected] * len(sevens)


def test_special_days_of_a_dated_schedule_have_switch_times_of_their_own(bench: DeviceBench) -> None:
    on, off = SCHEDULE["Schedule"]
    dated = {"StartDate": "2026-01-01", "EndDate": "2026-12-31"}
    holiday = on | dated | {"Index": 3, "SwitchTime": "00:00:00", "DaysOfWeek": (), "SpecialDays": "1"}
    rows = (on | dated | {"SpecialDays": "0"}, off | dated | {"SpecialDays": "0"}, holiday)
    values = SCHEDULE | {"Schedule": rows, "SpecialDays": ({"Index": 1, "Date": "2026-12-25", "DayID": 0},)}
    state, _ = bench.ask(bench.device("ESME"), "ECS46c", values)
    christmas = datetime.fromisoformat("2026-12-25T12:00:00+00:00")
    assert levels(state, christmas, christmas + DAY) == [100, 0]


def test_a_boost_turns_its_controllers_on_and_is_listed(bench: DeviceBench) -> None:
    state, _ = bench.ask(bench.device("ESME"), "ECS46c", SCHEDULE)
    controls = {f"BoostFunctionControl{number}Value": number == 2 for number in range(1, 6)}
    state, _ = bench.ask(state, "ECS62", controls)
    state = apply(state, happens(bench, state, "boost", minutes=30).changes)
    assert read(bench, state, "ECS61a")["SwitchState2"]
    assert not read(bench, state, "ECS61a", bench.now + HOUR)["SwitchState2"]
    entries = read(bench, state, "ECS61c", **period(bench.now - DAY, bench.now + DAY))["LogEntries"]
    assert [one["BoostEnd"] - one["BoostStart"] for one in entries] == [HOUR / 2]


# --- occurrences ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("device_type", "what", "code"),
    [
        ("ESME", "cover removed", "8F74"),
        ("GSME", "terminal cover removed", "8F76"),
        ("ESME", "magnet", "8F75"),
        ("PPMID", "tamper", "8F3F"),
        ("GSME", "gas power lost", "8F1D"),
        ("GSME", "battery low", "8F1F"),
        ("ESME", "integrity warning", "81A0"),
        ("ESME", "message not delivered", "8F84"),
        ("ESME", "clock not adjusted", "8F0C"),
        ("ESME", "network command done", "8154"),
        ("ESME", "network command failed", "8155"),
        ("ESME", "emergency credit taken", "8162"),
    ],
)
def test_a_cause_raises_its_alert(bench: DeviceBench, device_type: str, what: str, code: str) -> None:
    device = bench.device(device_type)
    assert [alert.code for alert in happens(bench, device, what).alerts] == [code]


def test_a_locked_meter_disables_its_supply_when_tampered_with(bench: DeviceBench) -> None:
    state, _ = bench.ask(bench.device("ESME"), "ECS81", {"SupplyTamperState": "Locked"})
    after = apply(state, happens(bench, state, "cover removed").changes)
    assert (after.supply, after.tampers) == ("disabled", ("cover removed",))
    assert apply(after, happens(bench, after, "covers closed").changes).tampers == ()


@pytest.mark.parametrize(("minutes", "code"), [(1, "8F35"), (3, "8F36")])
def test_power_back_is_told_to_the_network_operator(bench: DeviceBench, minutes: int, code: str) -> None:
    esme = bench.device("ESME")
    lost = apply(esme, happens(bench, esme, "power lost").changes)
    assert not lost.reachable
    assert happens(bench, lost, "power lost").changes == {}
    back = happens(bench, lost, "power restored", bench.now + timedelta(minutes=minutes))
    assert [(alert.code, alert.recipient) for alert in back.alerts] == [(code, bench.network_operator)]
    state = apply(lost, back.changes)
    assert state.reachable
    assert happens(bench, state, "power restored").changes == {}


def test_nothing_is_used_and_nothing_demanded_while_the_mains_are_out(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    lost, back, later = (bench.now + hours * HOUR for hours in (0.25, 2.25, 3))
    state = apply(esme, happens(bench, esme, "power lost", lost).changes)
    assert view(state, lost + HOUR)["power"] == 0
    assert next_due(apply(state, {"load_limit": [1, 1800, 3600]}), lost) is None
    state = apply(state, happens(bench, state, "power restored", back).changes)
    state = msgspec.json.decode(msgspec.json.encode(state), type=DeviceState)
    entries = read(bench, state, "ECS22b", later, **period(bench.now, later))["LogEntries"]
    assert [one["PrimaryValue"] > 0 for one in entries] == [True, False, False, False, True, True]
    assert state.supply == "enabled"


@pytest.mark.parametrize(("volts", "codes"), [(2700, ["8002"]), (2000, ["8003"]), (2400, [])])
def test_a_voltage_beyond_its_threshold_is_told(bench: DeviceBench, volts: int, codes: list[str]) -> None:
    alerts = happens(bench, bench.device("ESME"), "voltage", voltage=volts).alerts
    assert [alert.code for alert in alerts] == codes


def test_what_cannot_happen_is_refused_with_what_can(bench: DeviceBench) -> None:
    with pytest.raises(PeerError, match="battery low"):
        happens(bench, bench.device("GSME"), "power lost")
    with pytest.raises(PeerError, match="voltage"):
        happens(bench, bench.device("ESME"), "voltage", volts=5)


@pytest.mark.parametrize("what", sorted(PHYSICAL_EVENTS))
def test_every_occurrence_changes_only_what_a_journal_can_keep(bench: DeviceBench, what: str) -> None:
    for device_type in sorted(PHYSICAL_EVENTS[what].devices):
        device = bench.device(device_type)
        changes = happens(bench, device, what).changes
        assert apply(device, msgspec.json.decode(msgspec.json.encode(changes))) == apply(device, changes)


@pytest.mark.parametrize("code", sorted(device_alerts()))
@pytest.mark.parametrize("device_type", ["ESME", "GSME", "GPF", "CHF", "PPMID", "HCALCS", "SAPC"])
def test_every_alert_of_the_catalogue_can_be_raised_by_hand(bench: DeviceBench, device_type: str, code: str) -> None:
    device = bench.device(device_type)
    elapsed = raise_alert(device, code, bench.now, bench.device_keys(device.eui))
    assert [alert.code for alert in elapsed.alerts] == [code]


def test_a_device_is_shown_as_it_stands(bench: DeviceBench) -> None:
    shown = view(bench.device("ESME"), bench.now + DAY)
    assert sum(shown["tou"]) == shown["import_register"]
    assert shown["prepayment"]["MeterBalance"] == shown["balance"]
    assert shown["power"] > 0
    assert 2200 < shown["voltage"] < 2600
    assert msgspec.json.encode(shown)


# --- every use case that asks for nothing but a period ----------------------------------------------------------------


def _simple() -> list[tuple[str, str, str]]:
    variants = {"ESME": ("single", "twin", "polyphase")}
    return [
        (name, device_type, variant)
        for name, row in sorted(EFFECTS.items())
        if name in READS or name.startswith(("GCS1", "GCS2", "GCS46", "GCS6", "CS07", "CS08", "ECS5"))
        for device_type in sorted(row.devices)
        for variant in variants.get(device_type, ("",))
        if "supplier" in row.cells or "acb" in row.cells
    ]


@pytest.mark.parametrize(("name", "device_type", "variant"), _simple())
def test_a_new_device_of_any_kind_answers_every_read(
    bench: DeviceBench, name: str, device_type: str, variant: str
) -> None:
    cells: dict[str, Any] = {"supplier": str(bench.supplier)} if device_type in {"SAPC", "HCALCS"} else {}
    device = bench.device(device_type, variant, **cells)
    values = {**period(bench.now, bench.now + 3 * DAY), "LogToRead": "Event"}
    try:
        command = bench.command(device, name, values, originator=None if device.supplier else bench.acb)
    except Misuse:
        return  # it sets something
    execution = bench.execute(device, command, bench.now + 5 * DAY)
    if USE_CASES[name].is_critical:
        assert execution.response is not None
        return
    assert bench.read(device, execution.response)["MessageSuccess"]
