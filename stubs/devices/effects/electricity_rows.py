"""Effects of the use cases of ESME, auxiliary controllers and hub beyond the first twenty services."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from stubs.devices.behaviour import AUDIBLE, HAN, LOGGED, TOLD
from stubs.devices.effects import auxiliary, configuration, electricity_logs, joining, load, tariff
from stubs.devices.effects.emergency import activate_emergency_credit
from stubs.devices.effects.network_log import configure_channels, read_channel_log, request_scan
from stubs.devices.effects.row import ACB, AUXILIARY, ELECTRICITY, HUB, SUPPLIER, Row
from stubs.devices.effects.scopes import keep, show
from stubs.devices.effects.supply import arm

_TARIFF = (
    "PrimaryActiveTariffPrice",
    "PrimaryActiveTariffPriceScale",
    "Seasons",
    "WeekProfiles",
    "DayProfiles",
    "SpecialDays",
    *(f"BlockThresholds{column}" for column in range(1, 9)),
    "CurrencyUnits",
    "StandingChargeScale",
    "StandingCharge",
    "PriceScale",
    "TOUPrices",
    "BlockPrices",
)
_SECONDARY_TARIFF = (
    "PriceScale",
    *(f"SecondaryTOUPrice{number}" for number in range(1, 5)),
    "SecondaryActiveTariffPrice",
    "SecondaryActiveTariffPriceScale",
    "SpecialDays",
    "Seasons",
    "WeekProfiles",
    "DayProfiles",
)
_PREPAYMENT = (
    *(f"DebtRecoveryRatePriceScale{number}" for number in (1, 2)),
    *(f"DebtRecoveryRate{number}" for number in (1, 2)),
    *(f"DebtRecoveryRatePeriod{number}" for number in (1, 2)),
    "SpecialDays",
    "DebtRecoveryPerPayment",
    "MaxCreditThreshold",
    "DisablementThreshold",
    "MaxMeterBalance",
    "LowCreditThreshold",
    "DebtRecoveryRateCap",
    "DebtRecoveryRateCapPeriod",
    "EmergencyCreditLimit",
    "EmergencyCreditThreshold",
    "NonDisablementSchedule",
    "CreditChargeConfiguration",
)
_DEMAND = tuple(
    f"MaxDemand{which}{what}"
    for which in ("ActiveEnergyImport", "ConfigurableTimeActivePowerImport")
    for what in ("", "CaptureTime", "LastResetDateTime")
)
_EXPORT_DEMAND = tuple(f"MaxDemandActiveEnergyExport{what}" for what in ("", "CaptureTime", "LastResetDateTime"))
_EXTREMES = tuple(
    f"RMS{which}{what}"
    for which in ("ExtremeOverVoltage", "ExtremeUnderVoltage", "VoltageSag", "VoltageSwell")
    for what in ("Threshold", "MeasurementPeriod")
)
_AVERAGES = ("AverageRMSOverVoltageThreshold", "AverageRMSUnderVoltageThreshold")
_PHASES = ("Phase1", "Phase2", "Phase3")
_PHASE_AVERAGES = tuple(f"{phase}{name}" for phase in _PHASES for name in _AVERAGES)
_LOAD_LIMIT = ("SupplyState", "CounterValue", "PowerThreshold", "Period", "RestorationPeriod")
_BEHAVIOURS = ("WANAlertSettings", "HANAlertSettings", "AlarmSettings", "LoggingSettings")
_SUB_GHZ = (
    "LowerBandSubGHzChannels0To26",
    "LowerBandSubGHzChannels27To34",
    "LowerBandSubGHzChannels35To61",
    "UpperBandSubGHzChannels0To26",
    "NormalLimitedDutyCycleThreshold",
    "LimitedCriticalDutyCycleThreshold",
    "MaximumSubGHzChannelChangesPerWeek",
    "GSMECurfew",
    "ChannelQuieterThreshold",
    "ChannelNoisierThreshold",
    "NonGSMEPoorCommsPercentageThreshold",
    "NonGSMEPoorCommsMeasurementPeriods",
    "LocalCHNoiseMeasurementPeriod",
    "LocalCHFailurePercentage",
    "LocalCHRetryPercentage",
)
_LATER_IDENTITY = frozenset({"ESME", "SAPC", "CHF"})

SETS: Mapping[str, Row] = MappingProxyType(
    {
        "ECS01a": Row(tariff.set_tariff, ELECTRICITY, SUPPLIER, holds="tariff"),
        "ECS01b": Row(tariff.set_prices, ELECTRICITY, SUPPLIER, holds="price"),
        "ECS01c": Row(tariff.set_secondary_tariff, ELECTRICITY, SUPPLIER, holds="secondary tariff"),
        "ECS01d": Row(tariff.set_secondary_prices, ELECTRICITY, SUPPLIER, holds="secondary price"),
        "ECS05": Row(tariff.reset_block_counters, ELECTRICITY, SUPPLIER),
        "ECS07": Row(configuration.manage_debt, ELECTRICITY, SUPPLIER),
        "ECS08": Row(configuration.configure_prepayment, ELECTRICITY, SUPPLIER, holds="prepayment"),
        "ECS08a": Row(configuration.configure_prepayment, ELECTRICITY, SUPPLIER, holds="prepayment"),
        "ECS09": Row(activate_emergency_credit, ELECTRICITY, SUPPLIER),
        "ECS12": Row(configuration.restrict_data, ELECTRICITY),
        "ECS14": Row(configuration.forget_pin, ELECTRICITY),
        "ECS15a": Row(configuration.clear_log("event"), ELECTRICITY),
        "ECS15c": Row(configuration.clear_log("auxiliary"), AUXILIARY),
        "ECS16": Row(keep("supplier"), ELECTRICITY),
        "ECS28a": Row(configuration.configure_load_limit, ELECTRICITY, SUPPLIER, holds="load limit"),
        "ECS28b": Row(load.reset_load_counter, ELECTRICITY),
        "ECS29a": Row(configuration.configure_voltage(resets=True), ELECTRICITY),
        "ECS29b": Row(configuration.configure_voltage(resets=True), ELECTRICITY),
        "ECS29c": Row(configuration.configure_voltage(resets=False), ELECTRICITY),
        "ECS29d": Row(configuration.configure_voltage(resets=False), ELECTRICITY),
        "ECS29e": Row(configuration.reset_voltage_counters, ELECTRICITY),
        "ECS29f": Row(configuration.reset_voltage_counters, ELECTRICITY),
        "ECS30": Row(tariff.set_billing_calendar, ELECTRICITY, SUPPLIER),
        "ECS30a": Row(tariff.set_billing_calendar, ELECTRICITY, SUPPLIER),
        "ECS34": Row(keep("power"), ELECTRICITY),
        "ECS37": Row(configuration.set_demand_period, ELECTRICITY),
        "ECS38": Row(keep("device"), AUXILIARY, SUPPLIER),
        "ECS39a": Row(keep("identity"), ELECTRICITY),
        "ECS39b": Row(keep("identity"), ELECTRICITY),
        "ECS25a": Row(configuration.configure_behaviour(TOLD), ELECTRICITY),
        "ECS25a1": Row(configuration.configure_behaviour(HAN), ELECTRICITY),
        "ECS25a2": Row(configuration.configure_behaviour(AUDIBLE), ELECTRICITY),
        "ECS25a3": Row(configuration.configure_behaviour(LOGGED), ELECTRICITY),
        "ECS25b": Row(configuration.configure_behaviour(TOLD), ELECTRICITY),
        "ECS25b3": Row(configuration.configure_behaviour(LOGGED), ELECTRICITY),
        "ECS44": Row(arm, ELECTRICITY, SUPPLIER),
        "ECS46a": Row(auxiliary.describe_switches, AUXILIARY, SUPPLIER),
        "ECS46c": Row(auxiliary.configure_switches, AUXILIARY, SUPPLIER, holds="auxiliary"),
        "ECS46d": Row(auxiliary.configure_switches, AUXILIARY, SUPPLIER, holds="auxiliary"),
        "ECS47": Row(auxiliary.command_switch, AUXILIARY, SUPPLIER),
        "ECS47a": Row(auxiliary.set_level, AUXILIARY, SUPPLIER | {"load_controller"}),
        "ECS47e": Row(auxiliary.limit_level, AUXILIARY, SUPPLIER | {"load_controller"}),
        "ECS48": Row(tariff.reset_blocks_daily, ELECTRICITY, SUPPLIER),
        "ECS50": Row(keep("customer"), ELECTRICITY),
        "ECS57": Row(configuration.reset_maximum_demand, ELECTRICITY),
        "ECS62": Row(keep("boost"), AUXILIARY),
        "ECS81": Row(configuration.set_tamper_state, ELECTRICITY, SUPPLIER),
        "CCS03": Row(joining.restore_hub, HUB, ACB),
        "DBCH04": Row(configure_channels, HUB),
        "DBCH05": Row(request_scan, HUB),
    }
)

READS: Mapping[str, Row] = MappingProxyType(
    {
        "ECS17a": Row(show("", "ActiveExportRegister", "ReactiveExportRegister"), ELECTRICITY),
        "ECS17c": Row(show("", "ActivePowerImport", "PrimaryActivePowerImportValue"), ELECTRICITY),
        "ECS17d": Row(show("", "TOURegisters", "SecondaryTOURegisters"), ELECTRICITY),
        "ECS17e": Row(show("", "TariffBlockTOURegisters"), ELECTRICITY),
        "ECS18a": Row(show("demand", *_EXPORT_DEMAND), ELECTRICITY),
        "ECS18b": Row(show("demand", *_DEMAND, "MaxDemandConfigurableTimePeriod"), ELECTRICITY),
        "ECS20a": Row(electricity_logs.debt_payments, ELECTRICITY),
        "ECS20b": Row(electricity_logs.billing_by_event, ELECTRICITY),
        "ECS20c": Row(electricity_logs.billing_by_calendar, ELECTRICITY),
        "ECS20d": Row(electricity_logs.prepayment_credits, ELECTRICITY),
        "ECS21a": Row(electricity_logs.daily_reads, ELECTRICITY),
        "ECS21b": Row(electricity_logs.daily_prepayment, ELECTRICITY),
        "ECS21c": Row(electricity_logs.export_by_day, ELECTRICITY),
        "ECS22a": Row(electricity_logs.exported_half_hours, ELECTRICITY),
        "ECS22b": Row(electricity_logs.half_hours("PrimaryValue", "SecondaryValue"), ELECTRICITY),
        "ECS22c": Row(electricity_logs.reactive_half_hours, ELECTRICITY),
        "ECS23": Row(electricity_logs.voltage_data(""), ELECTRICITY),
        "ECS23b": Row(electricity_logs.voltage_data(*_PHASES), ELECTRICITY),
        "ECS24": Row(show("tariff", *_TARIFF), ELECTRICITY),
        "ECS24b": Row(show("secondary tariff", *_SECONDARY_TARIFF), ELECTRICITY),
        "ECS25r1": Row(show("", *_BEHAVIOURS), ELECTRICITY),
        "ECS25r2": Row(configuration.read_network_operators_behaviours, ELECTRICITY),
        "ECS26a": Row(show("prepayment", *_PREPAYMENT), ELECTRICITY),
        "ECS26b": Row(show("voltage", *_EXTREMES, *_AVERAGES), ELECTRICITY),
        "ECS26k": Row(show("voltage", *_EXTREMES, *_PHASE_AVERAGES), ELECTRICITY),
        "ECS26c": Row(show("device", "RandomisedOffset", "RandomisedOffsetNumber", "RandomisedOffsetLimit"), AUXILIARY),
        "ECS26d": Row(show("billing", "BillingCalendar"), ELECTRICITY),
        "ECS26l": Row(show("billing", "BillingCalendar"), ELECTRICITY),
        "ECS26e": Row(
            show(
                "device", "DeviceIdentifier", "MeterVariant", "ModelType", "ManufacturerIdentifier", "SupplyTamperState"
            ),
            AUXILIARY,
        ),
        "ECS26i": Row(show("device", "DeviceIdentifier", "ModelType", "ManufacturerIdentifier"), HUB),
        "ECS26m": Row(configuration.read_identity, AUXILIARY),
        "ECS26n": Row(configuration.read_identity, _LATER_IDENTITY),
        "ECS26f": Row(show("power", "LowMediumPowerThreshold", "MediumHighPowerThreshold"), ELECTRICITY),
        "ECS26j": Row(show("", "PaymentMode", "PaymentModeStatus"), ELECTRICITY),
        "ECS27": Row(show("load limit", *(f"LoadLimit{name}" for name in _LOAD_LIMIT)), ELECTRICITY),
        "ECS40": Row(show("identity", "ImportMPAN", "SecondaryImportMPAN", "ExportMPAN"), ELECTRICITY),
        "ECS61a": Row(auxiliary.read_switches, AUXILIARY),
        "ECS61c": Row(auxiliary.read_boost, AUXILIARY),
        "ECS61d": Row(auxiliary.read_switches, AUXILIARY),
        "ECS61e": Row(auxiliary.read_switches, AUXILIARY),
        "ECS66": Row(electricity_logs.daily_consumption, ELECTRICITY),
        "ECS82": Row(show("", "MeterBalance"), ELECTRICITY),
        "CCS05CCS04": Row(joining.read_hub, HUB),
        "CCS06": Row(joining.read_hub, HUB),
        "CCS07": Row(joining.read_hub_backup, HUB),
        "DBCH01": Row(show("sub-ghz", "OperatingSubGHzChannel"), HUB),
        "DBCH02": Row(read_channel_log, HUB),
        "DBCH03": Row(show("sub-ghz", *_SUB_GHZ), HUB),
    }
)
