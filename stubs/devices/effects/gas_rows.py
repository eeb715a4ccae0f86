"""Effects of the use cases of GSME and GPF beyond the first twenty services."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from stubs.devices.account import balance
from stubs.devices.effects import configuration, gas_logs, tariff
from stubs.devices.effects.context import EffectContext, EffectResult
from stubs.devices.effects.emergency import activate_emergency_credit
from stubs.devices.effects.prepayment import local_top_up
from stubs.devices.effects.row import GAS, GAS_AND_PROXY, NEIGHBOUR, SUPPLIER, Row
from stubs.devices.effects.scopes import keep, show, shown
from stubs.devices.effects.supply import arm_valve

_TARIFF = (
    *(f"BlockThreshold{number}" for number in range(1, 4)),
    *(f"BlockPrice{number}" for number in range(1, 5)),
    *(f"TOUPrice{number}" for number in range(1, 5)),
    "StandingCharge",
    "DayProfiles",
    "WeekProfiles",
    "Seasons",
    "SpecialDays",
    "PrimaryActiveTariffPrice",
)
_PREPAYMENT = (
    "DebtRecoveryPerPayment",
    "DebtRecoveryRateCap",
    "DebtRecoveryRatePeriod1",
    "DebtRecoveryRatePeriod2",
    "DisablementThreshold",
    "EmergencyCreditLimit",
    "EmergencyCreditThreshold",
    "LowCreditThreshold",
    "MaxMeterBalance",
    "MaxCreditThreshold",
    "DebtRecoveryRate1",
    "DebtRecoveryRate2",
    "DayProfiles",
    "WeekProfiles",
    "Seasons",
    "SpecialDays",
)
_CONFIGURATION = (
    "CalorificValue",
    "ConversionFactor",
    "UncontrolledGasFlowRate",
    "FlowStabilisationPeriod",
    "FlowMeasurementPeriod",
)
_IDENTITY = ("ManufacturerIdentifier", "ModelType", "HardwareVersion", "SupplyTamperState", "SupplyDepletionState")
_ZIGBEE = frozenset({"GSME", "GPF", "PPMID", "HCALCS"})
_SIGNED_LIMIT = 1 << 31


def _tariff(context: EffectContext) -> EffectResult:
    found = shown(context, "gas tariff", _TARIFF)
    state = context.mirrored
    prices = {"TOUPrice1": state.price}
    return EffectResult(prices | found)


def _balances(context: EffectContext) -> EffectResult:
    """The balance in both modes; what is owed in credit mode counts positive."""
    left = balance(context.mirrored, context.at)
    is_prepaid = context.mirrored.payment_mode == "prepayment"
    values: dict[str, Any] = {"MeterBalance": 0 if is_prepaid else max(0, -left) % (1 << 24)}
    return EffectResult(values | {"MeterBalancePrepaymentMode": max(1 - _SIGNED_LIMIT, left) if is_prepaid else 0})


ROWS: Mapping[str, Row] = MappingProxyType(
    {
        "GCS01a": Row(tariff.set_gas_tariff, GAS, SUPPLIER, holds="tariff"),
        "GCS01b": Row(tariff.set_gas_prices, GAS, SUPPLIER, holds="price"),
        "GCS04": Row(configuration.manage_debt, GAS, SUPPLIER),
        "GCS05": Row(configuration.configure_gas_prepayment, GAS, SUPPLIER, holds="prepayment"),
        "GCS06": Row(activate_emergency_credit, GAS, SUPPLIER),
        "GCS09": Row(configuration.restrict_data, GAS_AND_PROXY),
        "GCS11": Row(configuration.forget_pin, GAS),
        "GCS20": Row(configuration.configure_gas_behaviours, GAS),
        "GCS23": Row(keep("gas"), GAS, SUPPLIER),
        "GCS24": Row(configuration.configure_gas_flow, GAS, SUPPLIER),
        "GCS24a": Row(configuration.configure_gas_flow, GAS, SUPPLIER),
        "GCS25": Row(tariff.set_gas_billing, GAS, SUPPLIER),
        "GCS25a": Row(tariff.set_gas_billing, GAS, SUPPLIER),
        "GCS31": Row(gas_logs.start_network_log, GAS),
        "GCS36": Row(keep("customer"), GAS_AND_PROXY),
        "GCS39": Row(arm_valve, GAS, SUPPLIER),
        "GCS41": Row(keep("identity"), GAS),
        "GCS44": Row(keep("supplier"), GAS_AND_PROXY),
        "CS11": Row(configuration.clear_log("event"), _ZIGBEE),
        "PCS01": Row(local_top_up, GAS, NEIGHBOUR),
        "PCS02": Row(activate_emergency_credit, GAS, NEIGHBOUR),
        "GCS13b": Row(show("", *(f"BlockCounter{number}" for number in range(1, 5))), GAS_AND_PROXY),
        "GCS13c": Row(show("", *(f"TOURegister{number}" for number in range(1, 5))), GAS_AND_PROXY),
        "GCS15b": Row(gas_logs.gas_billing_by_event, GAS_AND_PROXY),
        "GCS15c": Row(gas_logs.gas_billing_by_calendar, GAS_AND_PROXY),
        "GCS15d": Row(gas_logs.gas_debt_payments, GAS_AND_PROXY),
        "GCS15e": Row(gas_logs.gas_prepayment_credits, GAS_AND_PROXY),
        "GCS16a": Row(gas_logs.gas_daily_reads, GAS_AND_PROXY),
        "GCS16b": Row(gas_logs.gas_daily_prepayment, GAS_AND_PROXY),
        "GCS17": Row(gas_logs.gas_profile, GAS_AND_PROXY),
        "GCS18": Row(gas_logs.gas_network_log, GAS_AND_PROXY),
        "GCS20r": Row(configuration.read_gas_behaviours, GAS),
        "GCS21a": Row(show("gas", *_CONFIGURATION), GAS_AND_PROXY),
        "GCS21b": Row(show("gas prepayment", *_PREPAYMENT), GAS_AND_PROXY),
        "GCS21d": Row(tariff.read_gas_billing, GAS_AND_PROXY),
        "GCS21e": Row(show("device", "DeviceIdentifier", *_IDENTITY), GAS_AND_PROXY),
        "GCS21f": Row(_tariff, GAS_AND_PROXY),
        "GCS21j": Row(show("", "PaymentMode", "SuspendDebtDisabled", "SuspendDebtEmergency"), GAS_AND_PROXY),
        "GCS21k": Row(tariff.read_gas_billing, GAS_AND_PROXY),
        "GCS21m": Row(show("device", *_IDENTITY), GAS_AND_PROXY),
        "GCS46": Row(show("identity", "ImportMPRN"), GAS_AND_PROXY),
        "GCS60": Row(_balances, GAS_AND_PROXY),
        "GCS60a": Row(_balances, GAS_AND_PROXY),
        "GCS61": Row(gas_logs.gas_daily_consumption, GAS_AND_PROXY),
    }
)
