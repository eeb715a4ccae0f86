"""Logs of an ESME: profile, daily reads, billing data, payments (4.4, 4.6, 4.8, 4.14, 4.17), voltage (4.10)."""

from __future__ import annotations

from typing import Any

from stubs.devices.account import prepayment
from stubs.devices.effects.context import Effect, EffectContext, EffectResult
from stubs.devices.effects.scopes import setting
from stubs.devices.logs import (
    REACTIVE,
    calendar_snapshots,
    daily_use,
    event_snapshots,
    export_log,
    midnights,
    profile_log,
    snapshot,
)
from stubs.devices.network import voltage_counts, voltage_log
from stubs.devices.records import Snapshot
from stubs.devices.registers import export_register
from stubs.devices.state import DeviceState, instant, seconds
from stubs.devices.tariffs import BLOCKS, COLUMNS, TOU_REGISTERS

_VOLTAGE_ENTRIES = 4320
_PREPAID = "prepayment"
_SECOND_TOU = 4


def period(context: EffectContext) -> tuple[int, int]:
    """The period a log read asks for, seconds since 2000."""
    return seconds(context.values["StartDateTime"]), seconds(context.values["EndDateTime"])


def _padded(values: tuple[int, ...], size: int) -> tuple[int, ...]:
    return (*values, *(0,) * (size - len(values)))


def consumption(state: DeviceState, taken: Snapshot) -> dict[str, Any]:
    """A consumption entry of a billing or daily log."""
    entry: dict[str, Any] = {
        "Timestamp": instant(taken.at),
        "ActiveImportRegister": taken.import_register,
        "TOURegisters": _padded(taken.tou, TOU_REGISTERS),
    }
    blocks = _padded(taken.blocks, BLOCKS * COLUMNS)
    for block in range(BLOCKS):
        entry[f"Block{block + 1}Registers"] = blocks[block * COLUMNS : (block + 1) * COLUMNS]
    if state.variant == "twin":
        entry["SecondaryActiveImportRegister"] = taken.secondary_register
        entry["SecondaryTOURegisters"] = _padded(taken.secondary_tou, _SECOND_TOU)
    return entry


def _prepaid(state: DeviceState, at: int) -> dict[str, Any]:
    return {"Timestamp": instant(at), **prepayment(state, at)}


def half_hours(*names: str, share: int = 1) -> Effect:
    """4.8: the profile log: use of the first element under the first name, of the second under another."""

    def effect(context: EffectContext) -> EffectResult:
        is_twin = context.state.variant == "twin" and share == 1
        entries = []
        for at, main, second in profile_log(context.state, *period(context), context.at):
            entry = {"Timestamp": instant(at), names[0]: main // share}
            if is_twin and len(names) > 1:
                entry[names[1]] = second
            entries.append(entry)
        return EffectResult({"LogEntries": entries})

    return effect


def export_by_day(context: EffectContext) -> EffectResult:
    """4.6.2: the export register at each midnight."""
    days = midnights(context.state, *period(context), context.at)
    return EffectResult(
        {
            "LogEntries": [
                {"Timestamp": instant(at), "ActiveExportRegister": export_register(context.state, at)} for at in days
            ]
        }
    )


def exported_half_hours(context: EffectContext) -> EffectResult:
    """4.8.3: the profile log of export."""
    entries = [
        {
            "Timestamp": instant(at),
            "ActiveEnergyExportedValue": exported,
            "ReactiveEnergyExportedValue": exported // REACTIVE,
        }
        for at, exported in export_log(context.state, *period(context), context.at)
    ]
    return EffectResult({"LogEntries": entries})


reactive_half_hours = half_hours("ReactiveEnergyImportedValue", share=REACTIVE)


def daily_reads(context: EffectContext) -> EffectResult:
    """4.6.1: registers at each midnight."""
    state = context.state
    days = midnights(state, *period(context), context.at)
    return EffectResult({"LogEntries": [consumption(state, snapshot(state, at)) for at in days]})


def daily_prepayment(context: EffectContext) -> EffectResult:
    """4.14: prepayment registers at each midnight."""
    days = midnights(context.state, *period(context), context.at)
    return EffectResult({"LogEntries": [_prepaid(context.state, at) for at in days]})


def daily_consumption(context: EffectContext) -> EffectResult:
    """4.17: use of each whole day."""
    days = daily_use(context.state, *period(context), context.at)
    return EffectResult({"LogEntries": [{"Timestamp": instant(at), "Value": used} for at, used in days]})


def billing_by_calendar(context: EffectContext) -> EffectResult:
    """4.4.3: snapshots at the billing calendar's dates; prepayment registers in prepayment mode."""
    taken = calendar_snapshots(context.state, *period(context), context.at)
    prepaid = taken if context.state.payment_mode == _PREPAID else []
    return EffectResult(
        {
            "LogEntries": [consumption(context.state, one) for one in taken],
            "PrepaymentLogEntries": [_prepaid(context.state, one.at) for one in prepaid],
        }
    )


def billing_by_event(context: EffectContext) -> EffectResult:
    """4.4.2: snapshots that a change of tariff or mode left."""
    entries = []
    for taken in event_snapshots(context.state, *period(context)):
        registers = dict(taken.prepayment) or prepayment(context.state, taken.at)
        entries.append(consumption(context.state, taken) | registers)
    return EffectResult({"LogEntries": entries})


def _amounts(kind: bool) -> Effect:  # noqa: FBT001 - which of the two logs
    def effect(context: EffectContext) -> EffectResult:
        first, last = period(context)
        found = [one for one in context.state.credits if first <= one.at <= last and (one.source == "payment") is kind]
        return EffectResult({"LogEntries": [{"Timestamp": instant(one.at), "Amount": one.amount} for one in found]})

    return effect


debt_payments, prepayment_credits = _amounts(True), _amounts(False)  # noqa: FBT003


def voltage_data(*phases: str) -> Effect:
    """4.10: counters and the log of mean voltages, per phase (`` `` for a single one)."""

    def effect(context: EffectContext) -> EffectResult:
        found: dict[str, Any] = {}
        for number, phase in enumerate(phases, start=1):
            state = context.state
            above = setting(state, "voltage", f"{phase}AverageRMSOverVoltageThreshold")
            below = setting(state, "voltage", f"{phase}AverageRMSUnderVoltageThreshold")
            length = setting(state, "voltage", f"{phase}AverageRMSVoltageMeasurementPeriod")
            over, under = voltage_counts(state, above, below, context.at, number)
            log = voltage_log(state, context.at, max(1, length), _VOLTAGE_ENTRIES, number)
            first, last = period(context)
            entries = [{"Timestamp": instant(at), "Value": one} for at, one in log if first <= at <= last]
            found |= {
                f"{phase}AvgRMSOverVoltageCounter": over,
                f"{phase}AvgRMSUnderVoltageCounter": under,
                f"{phase}AvgRMSVoltageProfileDataLog": entries,
                f"{phase}MeasurementPeriod": length,
            }
        return EffectResult(found)

    return effect
