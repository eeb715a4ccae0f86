"""Reads: registers, prepayment values, supply state, firmware version, logs. They change nothing."""

from __future__ import annotations

from typing import Any

from stubs.devices.account import prepayment
from stubs.devices.effects.context import EffectContext, EffectResult
from stubs.devices.registers import import_register, secondary_register
from stubs.devices.state import LogEntry, LogName, instant, seconds

_SUPPLY = {"enabled": "Enabled", "armed": "Armed", "disabled": "Disabled"}
_LITRES = 1000


def firmware_version(context: EffectContext) -> EffectResult:
    """11.2: the version the device runs; a hub or proxy names its own."""
    return EffectResult({"FirmwareVersion": context.state.firmware_version.upper()})


def electricity_registers(context: EffectContext) -> EffectResult:
    """4.1.1: import registers, both elements of a twin element meter."""
    values = {
        "ActiveImportRegister": import_register(context.state, context.at),
        "ReactiveImportRegister": import_register(context.state, context.at) // 10,
    }
    if context.state.variant == "twin":
        values["SecondaryActiveImportRegister"] = secondary_register(context.state, context.at)
    return EffectResult(values)


def gas_register(context: EffectContext) -> EffectResult:
    """4.1.1: the consumption register in m³, from the meter or from its mirror."""
    return EffectResult({"ConsumptionRegister": import_register(context.mirrored, context.at) / _LITRES})


def prepayment_registers(context: EffectContext) -> EffectResult:
    """4.3: balance, emergency credit and debts, from the meter or from its mirror."""
    return EffectResult({**prepayment(context.mirrored, context.at)})


def supply_state(context: EffectContext) -> EffectResult:
    """7.4 on electricity."""
    return EffectResult({"SupplyState": _SUPPLY[context.mirrored.supply]})


def valve_state(context: EffectContext) -> EffectResult:
    """7.4 on gas, with the battery's remaining capacity in per cent."""
    return EffectResult({"SupplyState": _SUPPLY[context.mirrored.supply], "RemainingBatteryCapacity": 100})


def _log(context: EffectContext, log: LogName) -> EffectResult:
    first, last = (seconds(context.values[name]) for name in ("StartDateTime", "EndDateTime"))
    is_meter_asked = str(context.values.get("LogToRead", "")).startswith("GSME")
    keeper = context.mirrored if is_meter_asked else context.state
    found = [entry for entry in keeper.event_log if entry.log == log and first <= entry.at <= last]
    entries = tuple(_described(entry) for entry in found)
    return EffectResult({"LogEntries": entries}, result="success" if entries else "no-entries")


def _described(entry: LogEntry) -> dict[str, Any]:
    other = {"OtherInformation": entry.other} if entry.other else {}
    return {"Timestamp": instant(entry.at), "LogCode": f"{entry.code:04X}", **other}


def event_log(context: EffectContext) -> EffectResult:
    """6.13: entries of the event log in the period asked for, oldest first."""
    return _log(context, "event")


def security_log(context: EffectContext) -> EffectResult:
    """6.13: entries of the security log."""
    return _log(context, "security")


def auxiliary_log(context: EffectContext) -> EffectResult:
    """6.13: entries of the log of auxiliary controllers."""
    return _log(context, "auxiliary")


def power_log(context: EffectContext) -> EffectResult:
    """6.13: entries of the power event log."""
    return _log(context, "power")
