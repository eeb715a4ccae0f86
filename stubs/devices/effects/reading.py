"""Reads: registers, prepayment values, supply state, firmware version, logs. They change nothing."""

from __future__ import annotations

from typing import Any

from stubs.devices.account import prepayment
from stubs.devices.effects.call import Call, Done
from stubs.devices.registers import import_register, secondary_register
from stubs.devices.state import LogEntry, LogName, instant, seconds

_SUPPLY = {"enabled": "Enabled", "armed": "Armed", "disabled": "Disabled"}
_LITRES = 1000


def firmware_version(call: Call) -> Done:
    """11.2: the version the device runs; a hub or proxy names its own."""
    return Done({"FirmwareVersion": call.state.firmware_version.upper()})


def electricity_registers(call: Call) -> Done:
    """4.1.1: import registers, both elements of a twin element meter."""
    values = {
        "ActiveImportRegister": import_register(call.state, call.at),
        "ReactiveImportRegister": import_register(call.state, call.at) // 10,
    }
    if call.state.variant == "twin":
        values["SecondaryActiveImportRegister"] = secondary_register(call.state, call.at)
    return Done(values)


def gas_register(call: Call) -> Done:
    """4.1.1: the consumption register in m³, from the meter or from its mirror."""
    return Done({"ConsumptionRegister": import_register(call.mirrored, call.at) / _LITRES})


def prepayment_registers(call: Call) -> Done:
    """4.3: balance, emergency credit and debts, from the meter or from its mirror."""
    return Done({**prepayment(call.mirrored, call.at)})


def supply_state(call: Call) -> Done:
    """7.4 on electricity."""
    return Done({"SupplyState": _SUPPLY[call.mirrored.supply]})


def valve_state(call: Call) -> Done:
    """7.4 on gas, with the battery's remaining capacity in per cent."""
    return Done({"SupplyState": _SUPPLY[call.mirrored.supply], "RemainingBatteryCapacity": 100})


def _log(call: Call, log: LogName) -> Done:
    first, last = (seconds(call.values[name]) for name in ("StartDateTime", "EndDateTime"))
    is_meter_asked = str(call.values.get("LogToRead", "")).startswith("GSME")
    keeper = call.mirrored if is_meter_asked else call.state
    found = [entry for entry in keeper.event_log if entry.log == log and first <= entry.at <= last]
    entries = tuple(_described(entry) for entry in found)
    return Done({"LogEntries": entries}, result="success" if entries else "no-entries")


def _described(entry: LogEntry) -> dict[str, Any]:
    other = {"OtherInformation": entry.other} if entry.other else {}
    return {"Timestamp": instant(entry.at), "LogCode": f"{entry.code:04X}", **other}


def event_log(call: Call) -> Done:
    """6.13: entries of the event log in the period asked for, oldest first."""
    return _log(call, "event")


def security_log(call: Call) -> Done:
    """6.13: entries of the security log."""
    return _log(call, "security")


def auxiliary_log(call: Call) -> Done:
    """6.13: entries of the log of auxiliary controllers."""
    return _log(call, "auxiliary")


def power_log(call: Call) -> Done:
    """6.13: entries of the power event log."""
    return _log(call, "power")
