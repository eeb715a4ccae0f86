"""Settings that commands give and reads give back: kept by scope, under the names of DUIS.

Before anything was set a device has what its maker gave it (``FACTORY``): made up, of the shapes of the reference data.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from stubs.devices.effects.context import Effect, EffectContext, EffectResult
from stubs.devices.effects.quantities import QUANTITIES
from stubs.devices.state import SET, DeviceState, given_back, kept

_NEVER_KEPT = frozenset({"ExecutionDateTime"})
_ANY_DAY = "*-*-*"
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NOTHING = 0xFFFFFFFF
_ALL_DAY = ({"StartTime": "00:00:00", "Script": 1},)
_ALL_DAY_SECONDARY = ({"StartTime": "00:00:00", "Script": 201},)
_WEEK = ({"WeekName": 1} | dict.fromkeys(_WEEKDAYS, 1),)
_SEASON = ({"SeasonName": "all", "SeasonStartDate": "*-01-01T00:00:00", "ReferencedWeekName": 1},)
_PRIMARY = {
    "Seasons": _SEASON,
    "WeekProfiles": _WEEK,
    "DayProfiles": ({"DayName": 1, "ProfileSchedule": _ALL_DAY},),
    "SpecialDays": (),
    "CurrencyUnits": "GBP",
    "StandingChargeScale": -4,
    "PriceScale": -5,
    "BlockPrices": ((0,) * 4,) * 8,
} | {f"BlockThresholds{column}": (_NOTHING,) * 3 for column in range(1, 9)}
_SECONDARY = {
    "Seasons": _SEASON,
    "WeekProfiles": _WEEK,
    "DayProfiles": ({"DayName": 1, "ProfileSchedule": _ALL_DAY_SECONDARY},),
    "SpecialDays": (),
    "PriceScale": -5,
    **{f"SecondaryTOUPrice{number}": 20_000 for number in range(1, 5)},
}
_GAS_TARIFF = {
    "CurrencyUnits": "GBP",
    "DayProfiles": ({"DayName": 1, "TOUTariffAction": 1},),
    "WeekProfiles": ({"WeekName": 1, "ReferencedDayNames": (1,) * 7},),
    "Seasons": ({"SeasonStartDate": {"Year": 2000, "Month": 1, "DayOfMonth": 1}, "ReferencedWeekName": 1},),
    "SpecialDays": (),
    **{f"TOUPrice{number}": 0 for number in range(2, 5)},
    **{f"BlockPrice{number}": 0 for number in range(1, 5)},
    **{f"BlockThreshold{number}": 0 for number in range(1, 4)},
}
_PREPAYMENT = {
    "SpecialDays": (),
    "NonDisablementSchedule": (),
    "DebtRecoveryRatePriceScale1": -5,
    "DebtRecoveryRatePriceScale2": -5,
    "DebtRecoveryRate1": 0,
    "DebtRecoveryRate2": 0,
    "DebtRecoveryRatePeriod1": "DAILY",
    "DebtRecoveryRatePeriod2": "DAILY",
    "DebtRecoveryPerPayment": 0,
    "DebtRecoveryRateCap": 0,
    "DebtRecoveryRateCapPeriod": 604_800,
}
_GAS_PREPAYMENT = {
    name: _PREPAYMENT[name] for name in _PREPAYMENT if name.startswith("DebtRecovery") and "Scale" not in name
} | {
    "DayProfiles": ({"DayName": 1, "TimeStartActions": ({"StartTime": "00:00", "NonDisablementAction": "STOP"},)},),
    "WeekProfiles": ({"WeekName": 1, "ReferencedDayNames": (1,) * 7},),
    "Seasons": ({"SeasonStartDate": {"Year": 2000, "Month": 1, "DayOfMonth": 1}, "ReferencedWeekName": 1},),
    "SpecialDays": (),
}
_VOLTAGE = {
    "RMSExtremeOverVoltageThreshold": 2_640,
    "RMSExtremeUnderVoltageThreshold": 2_070,
    "RMSVoltageSagThreshold": 2_070,
    "RMSVoltageSwellThreshold": 2_640,
    **{
        f"RMS{name}MeasurementPeriod": 30
        for name in ("ExtremeOverVoltage", "ExtremeUnderVoltage", "VoltageSag", "VoltageSwell")
    },
    **{f"{phase}AverageRMSOverVoltageThreshold": 2_530 for phase in ("", "Phase1", "Phase2", "Phase3")},
    **{f"{phase}AverageRMSUnderVoltageThreshold": 2_160 for phase in ("", "Phase1", "Phase2", "Phase3")},
    **{f"{phase}AverageRMSVoltageMeasurementPeriod": 3_600 for phase in ("", "Phase1", "Phase2", "Phase3")},
}
_BAND = {"Page": 28, "Channels": (0, 1)}
_SUB_GHZ = {
    "LowerBandSubGHzChannels0To26": _BAND,
    "LowerBandSubGHzChannels27To34": {"Page": 29, "Channels": (0, 1)},
    "LowerBandSubGHzChannels35To61": {"Page": 30, "Channels": (0, 1)},
    "UpperBandSubGHzChannels0To26": {"Page": 31, "Channels": (0, 1)},
    "NormalLimitedDutyCycleThreshold": 1.0,
    "LimitedCriticalDutyCycleThreshold": 2.0,
    "MaximumSubGHzChannelChangesPerWeek": 7,
    "GSMECurfew": 120,
    "ChannelQuieterThreshold": 10,
    "ChannelNoisierThreshold": 10,
    "NonGSMEPoorCommsPercentageThreshold": 5.0,
    "NonGSMEPoorCommsMeasurementPeriods": 4,
    "LocalCHNoiseMeasurementPeriod": 60,
    "LocalCHFailurePercentage": 5.0,
    "LocalCHRetryPercentage": 10.0,
    "OperatingSubGHzChannel": {"Page": 28, "Channels": (0,)},
}
FACTORY: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "tariff": _PRIMARY,
        "secondary tariff": _SECONDARY,
        "gas tariff": _GAS_TARIFF,
        "prepayment": _PREPAYMENT,
        "gas prepayment": _GAS_PREPAYMENT,
        "voltage": _VOLTAGE,
        "sub-ghz": _SUB_GHZ,
        "power": {"LowMediumPowerThreshold": 1_000, "MediumHighPowerThreshold": 3_000},
        "load limit": {
            "LoadLimitSupplyState": "Unchanged",
            "LoadLimitPowerThreshold": 0,
            "LoadLimitPeriod": 0,
            "LoadLimitRestorationPeriod": 0,
        },
        "device": {
            "MeterVariant": "B",
            "ModelType": "UEPT0001",
            "ManufacturerIdentifier": "UPT",
            "HardwareVersion": 1,
            "SupplyTamperState": "Unchanged",
            "SupplyDepletionState": "Unchanged",
            "RandomisedOffsetLimit": 1_000,
        },
        "identity": {},
        "gas": {
            "CalorificValue": 39.0,
            "ConversionFactor": 1.02264,
            "UncontrolledGasFlowRate": 0.01,
            "FlowStabilisationPeriod": 1,
            "FlowMeasurementPeriod": 10,
        },
        "auxiliary": {"SpecialDays": (), "Schedule": ()},
        "boost": {f"BoostFunctionControl{number}Value": False for number in range(1, 6)},
        "demand": {"MaxDemandConfigurableTimePeriod": ()},
        "billing": {"BillingCalendar": ({"BillingTime": "00:00:00", "BillingDate": "*-*-01"},)},
        "gas billing": {},
    }
)


def setting(state: DeviceState, scope: str, name: str, default: Any = None) -> Any:
    """Return the last value of a setting, else the factory's, else ``default``."""
    given = state.settings.get(scope, {})
    return given_back(given[name]) if name in given else FACTORY.get(scope, {}).get(name, default)


def keeping(state: DeviceState, scope: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The change that keeps ``values`` in a scope."""
    given = {name: kept(value) for name, value in values.items() if name not in _NEVER_KEPT}
    return {SET: {scope: state.settings.get(scope, {}) | given}}


def keep(scope: str, **renamed: str) -> Effect:
    """An effect that keeps all values of the command; ``renamed`` are names the reads use instead."""

    def effect(context: EffectContext) -> EffectResult:
        values = {renamed.get(name, name): value for name, value in context.values.items()}
        return EffectResult(changes=keeping(context.state, scope, values))

    return effect


def shown(context: EffectContext, scope: str, names: tuple[str, ...]) -> dict[str, Any]:
    """Return the values that a read asks for: computed quantities, else settings of the scope."""
    found: dict[str, Any] = {}
    for name in names:
        quantity = QUANTITIES.get(name)
        value = quantity(context) if quantity is not None else setting(context.mirrored, scope, name)
        if value is not None:
            found[name] = value
    return found


def show(scope: str, *names: str) -> Effect:
    """An effect that answers with these values."""
    return lambda context: EffectResult(shown(context, scope, names))
