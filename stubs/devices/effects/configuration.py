"""Settings with effects of their own: prepayment, debt, voltage, alert behaviours, tamper state, tenancy, PIN, logs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from stubs.devices.behaviour import AUDIBLE, HAN, LOGGED, TOLD, switched_off, switching
from stubs.devices.demand import kept_peaks
from stubs.devices.effects.context import Effect, EffectContext, EffectResult
from stubs.devices.effects.credit import reconsidered, with_consequences
from stubs.devices.effects.load import load_limit
from stubs.devices.effects.quantities import events
from stubs.devices.effects.scopes import keeping, shown
from stubs.devices.effects.tariff import money
from stubs.devices.effects.written_calendars import dated_schedule, gas_calendar, seconds_of
from stubs.devices.records import Calendar, Debt, LogName
from stubs.devices.settling import settled
from stubs.devices.state import SET, apply, merged, seconds

_PERIODS = {"HOURLY": 3600, "DAILY": 86_400}
_LIMITS = {
    "MaxMeterBalance": "maximum_balance",
    "MaxCreditThreshold": "maximum_credit",
    "LowCreditThreshold": "low_credit_threshold",
    "EmergencyCreditLimit": "emergency_credit_limit",
    "EmergencyCreditThreshold": "emergency_credit_threshold",
    "DebtRecoveryRateCap": "debt_cap",
}
_FRIENDLY = {"START": 1, "STOP": 2}
_STARTS = "NonDisablementScript"
_IN_PERIOD = {"Start": 1, "End": 2}
_DEMANDS = {
    "MaxDemandActivePowerImportValue": "demand_since",
    "MaxDemandConfigTimeActivePowerImportValue": "period_demand_since",
    "MaxDemandActivePowerExportValue": "export_demand_since",
}
"""Demand registers that 6.18.2 names, each with the field of the state that holds its last reset."""


def _configured(context: EffectContext, scope: str, friendly: Any) -> EffectResult:
    limits = {field: int(context.values[name]) for name, field in _LIMITS.items() if name in context.values}
    changes = settled(context.state, context.at) | limits | {"friendly": friendly}
    completed, notices = with_consequences(context.state, context.at, changes)
    further, told = reconsidered(apply(context.state, completed), context.at)
    kept = keeping(context.state, scope, context.values)
    return EffectResult(changes=merged(completed | further, kept), notices=(*notices, *told))


def _hours(calendar: Calendar) -> Calendar:
    """A calendar of friendly hours: what no row says is not friendly, and what a row says lasts until the next."""
    return replace(calendar, otherwise=_FRIENDLY["STOP"], lasts=True)


def configure_prepayment(context: EffectContext) -> EffectResult:
    """2.1 on electricity: limits, thresholds, and the hours in which the supply is not disabled."""
    rows = context.values["NonDisablementSchedule"]
    special = context.values.get("SpecialDays", ())
    friendly = _hours(dated_schedule(rows, special, lambda row: _FRIENDLY[row[_STARTS]])) if rows else None
    return _configured(context, "prepayment", friendly)


def _gas_hours(day: Mapping[str, Any]) -> tuple[tuple[int, int], ...]:
    return tuple(
        (seconds_of(row["StartTime"]), _FRIENDLY[row["NonDisablementAction"]]) for row in day["TimeStartActions"]
    )


def configure_gas_prepayment(context: EffectContext) -> EffectResult:
    """2.1 on gas."""
    return _configured(context, "gas prepayment", _hours(gas_calendar(context.values, _gas_hours)))


def manage_debt(context: EffectContext) -> EffectResult:
    """2.3: what is owed grows or shrinks by the amounts given; rates of recovery are set."""
    values, state = context.values, context.state
    before = settled(state, context.at)
    rates = {}
    for number in (1, 2):
        rate = int(values.get(f"DebtRecoveryRate{number}", 0))
        scale = values.get(f"DebtRecoveryRatePriceScale{number}")
        amount = rate if scale is None else money(rate, int(scale))
        rates[f"debt_{number}"] = Debt(amount=amount, period=_PERIODS[values[f"DebtRecoveryRatePeriod{number}"]])
    owed = {
        "time_debt_1": "TimeDebtRegister1",
        "time_debt_2": "TimeDebtRegister2",
        "payment_debt": "PaymentDebtRegister",
    }
    amounts = {
        field: max(0, before.get(field, getattr(state, field)) + int(values[name])) for field, name in owed.items()
    }
    share = Debt(share=int(values["DebtRecoveryPerPayment"]))
    scope = "prepayment" if state.device_type == "ESME" else "gas prepayment"
    kept = {name: value for name, value in values.items() if name not in owed.values()}
    return EffectResult(changes=merged(before | rates | amounts | {"debt_payment": share}, keeping(state, scope, kept)))


def configure_voltage(*, resets: bool) -> Effect:
    """6.5: thresholds and periods; the counters start again where the use case says so."""

    def effect(context: EffectContext) -> EffectResult:
        again = {"voltage_since": context.at} if resets else {}
        return EffectResult(changes=merged(again, keeping(context.state, "voltage", context.values)))

    return effect


def reset_voltage_counters(context: EffectContext) -> EffectResult:
    """6.27."""
    return EffectResult(changes={"voltage_since": context.at})


def reset_maximum_demand(context: EffectContext) -> EffectResult:
    """6.18.2: the registers named start again, each by itself."""
    return EffectResult(changes={field: context.at for name, field in _DEMANDS.items() if context.values.get(name)})


def set_demand_period(context: EffectContext) -> EffectResult:
    """6.18.1: the period of the day of a maximum demand register; what it found in the old one stays."""
    rows = context.values["MaximumDemandTimePeriodSchedule"]
    is_whole_day = len({row["SwitchTime"] for row in rows}) < len({row["Script"] for row in rows})
    period = Calendar() if is_whole_day else dated_schedule(rows, (), lambda row: _IN_PERIOD[row["Script"]])
    changes = {"demand_period": period, "peaks": kept_peaks(context.state, context.at, ("period",))}
    return EffectResult(
        changes=merged(changes, keeping(context.state, "demand", {"MaxDemandConfigurableTimePeriod": rows}))
    )


def configure_load_limit(context: EffectContext) -> EffectResult:
    """6.4.1."""
    values = context.values
    disables = values["LoadLimitSupplyState"] == "Disable"
    numbers = (values[f"LoadLimit{name}"] for name in ("PowerThreshold", "Period", "RestorationPeriod"))
    threshold, lasting, restoration = map(int, numbers)
    done = load_limit(context, threshold if disables else 0, lasting, restoration)
    return EffectResult(changes=merged(done.changes, keeping(context.state, "load limit", values)))


def configure_behaviour(kind: str) -> Effect:
    """6.22 on electricity: codes to enable or disable for one kind of behaviour."""

    def effect(context: EffectContext) -> EffectResult:
        changes = context.values["Behaviours"]
        on = {code for code, to in changes.items() if to == "Enable"}
        return EffectResult(changes={SET: switching(context.state, kind, on, set(changes) - on)})

    return effect


_GAS_KINDS = {"WANAlert": TOLD, "HANAlert": HAN, "EventLog": LOGGED, "Alarm": AUDIBLE}


def configure_gas_behaviours(context: EffectContext) -> EffectResult:
    """6.22 on gas: every behaviour of the events named."""
    behaviours = {kind: set(switched_off(context.state, kind)) for kind in _GAS_KINDS.values()}
    for entry in context.values["AlertBehaviours"]:
        for name, kind in _GAS_KINDS.items():
            change = behaviours[kind].discard if entry.get(name) else behaviours[kind].add
            change(entry["EventCode"])
    return EffectResult(changes={SET: {"behaviour": {kind: sorted(codes) for kind, codes in behaviours.items()}}})


def read_gas_behaviours(context: EffectContext) -> EffectResult:
    """6.2.10 on gas."""
    on = {name: set(events(kind, "8")(context)) for name, kind in _GAS_KINDS.items()}
    codes = sorted(set().union(*on.values()))
    return EffectResult(
        {
            "AlertBehaviours": [
                {"EventCode": code} | {name: code in those for name, those in on.items()} for code in codes
            ]
        }
    )


def read_network_operators_behaviours(context: EffectContext) -> EffectResult:
    """6.2.10 for the network operator's events (80..)."""
    return EffectResult(
        {"WANAlertSettings": events(TOLD, "80")(context), "LoggingSettings": events(LOGGED, "80")(context)}
    )


def set_tamper_state(context: EffectContext) -> EffectResult:
    """6.25: what a tamper does to the supply."""
    state = context.values["SupplyTamperState"]
    changes = keeping(context.state, "device", context.values)
    return EffectResult(changes={SET: changes[SET] | {"SupplyTamperState": state}})


def restrict_data(context: EffectContext) -> EffectResult:
    """3.2: the change of tenancy; consumers' devices see nothing from before."""
    return EffectResult(changes={"tenancy": seconds(context.values["RestrictionDateTime"])})


def forget_pin(_context: EffectContext) -> EffectResult:
    """3.5: the privacy PIN no longer protects the display."""
    return EffectResult(changes={SET: {"pin": ""}})


def clear_log(log: LogName, values: dict[str, Any] | None = None) -> Effect:
    """3.3: the log is empty afterwards."""

    def effect(context: EffectContext) -> EffectResult:
        left = tuple(entry for entry in context.state.event_log if entry.log != log)
        cleared = (*(one for one in context.state.cleared if one[0] != log), (log, context.device_time))
        return EffectResult(values or {}, {"event_log": left, "cleared": cleared})

    return effect


def read_identity(context: EffectContext) -> EffectResult:
    """6.2.4 in its later form: the maker's identifier is padded to four characters."""
    found = shown(context, "device", ("MeterVariant", "ModelType", "ManufacturerIdentifier", "SupplyTamperState"))
    return EffectResult(found | {"ManufacturerIdentifier": str(found["ManufacturerIdentifier"]).ljust(4)})


def configure_gas_flow(context: EffectContext) -> EffectResult:
    """6.7: uncontrolled flow, and what tamper and depletion do to the supply."""
    values = dict(context.values)
    states = {name: values.pop(name) for name in ("SupplyTamperState", "SupplyDepletionState")}
    rate = values.pop("UncontrolledGasFlowRateDecimal", None)
    if rate is not None:
        values["UncontrolledGasFlowRate"] = rate
    for name in ("StabilisationPeriod", "MeasurementPeriod"):
        values[f"Flow{name}"] = values.pop(name)
    changes = merged(keeping(context.state, "gas", values), keeping(context.state, "device", states))
    return EffectResult(changes=merged(changes, {SET: {"SupplyTamperState": states["SupplyTamperState"]}}))
