"""Values of commands and responses of the first services' use cases, for tests; all made up."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import use_cases

NOW = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)
USER = Eui64.parse("A0-B1-C2-D3-E4-01-00-00")
DEVICE = Eui64.parse("DE-51-CE-00-00-00-00-E1")
CONTEXT = use_cases.CommandContext(0x0102030405060708, USER, DEVICE, NOW)
START = datetime(2026, 1, 1, tzinfo=UTC)
PERIOD = {"StartDateTime": START, "EndDateTime": NOW}
PREPAYMENT = {
    "EmergencyCreditBalance": 1,
    "AccumulatedDebtRegister": 2,
    "PaymentDebtRegister": 3,
    "TimeDebtRegister1": 4,
    "TimeDebtRegister2": 5,
    "MeterBalance": -6,
}
ENTRY = {"Timestamp": START, "LogCode": "8F01"}

COMMANDS: dict[str, dict[str, Any]] = {
    "CCS01": {
        "RequestType": "Add",
        "DeviceID": str(DEVICE),
        "InstallCode": "83FED3407A939723",
        "JoinTimePeriod": 3600,
    },
    "CCS02": {"RequestType": "Remove", "DeviceID": str(DEVICE)},
    "ECS70": {"CurrentDateTime": NOW, "TolerancePeriod": 10},
    "GCS28": {"CurrentDateTime": NOW, "TolerancePeriod": 10},
    "ECS04a": {"PaymentMode": "Prepayment", "AdjustMeterBalance": -5},
    "ECS04b": {"PaymentMode": "Prepayment", "ResetMeterBalance": True},
    "GCS40a": {"PaymentMode": "Prepayment", "AdjustMeterBalance": -5},
    "GCS40b": {"PaymentMode": "Prepayment", "ResetMeterBalance": True},
    "GCS40c": {"PaymentMode": "Credit", "AdjustMeterBalance": 5},
    "GCS40d": {"PaymentMode": "Credit", "ResetMeterBalance": True},
    "ECS02": {"PaymentMode": "Credit", "IsTwinElement": True, "ExecutionDateTime": use_cases.CANCELLED},
    "ECS03": {
        "PaymentMode": "Prepayment",
        "SuspendDebtDisabled": False,
        "SuspendDebtEmergency": True,
        "DisablementThreshold": -100,
        "IsTwinElement": False,
        "ExecutionDateTime": NOW,
    },
    "GCS02": {"PaymentMode": "Credit", "ExecutionDateTime": NOW},
    "GCS03": {
        "PaymentMode": "Prepayment",
        "SuspendDebtDisabled": True,
        "SuspendDebtEmergency": True,
        "DisablementThreshold": 7,
        "ExecutionDateTime": use_cases.CANCELLED,
    },
    "CS01a": {"UTRN": "73946144332040217315"},
    "CS01b": {"UTRN": "73946144332040217315"},
    "ECS10": {"SupplierMessage": "Top up soon"},
    "GCS07": {"SupplierMessage": "Top up soon"},
    "ECS35a": {"LogToRead": "Event", **PERIOD},
    "ECS35b": {"LogToRead": "Security", **PERIOD},
    "ECS35c": {"LogToRead": "Event", **PERIOD},
    "ECS35d": {"LogToRead": "Security", **PERIOD},
    "ECS35e": {"LogToRead": "PowerEvent", **PERIOD},
    "ECS35f": {"LogToRead": "ALCSEvent", **PERIOD},
    "ECS35g": {"LogToRead": "ALCSEvent", **PERIOD},
    "CS10a": {"LogToRead": "GSMEEvent", **PERIOD},
    "CS10b": {"LogToRead": "Security", **PERIOD},
}
RESPONSES: dict[str, dict[str, Any]] = {
    "ECS70": {"DeviceTime": NOW, "TimeStatus": "invalid"},
    "GCS28": {"DeviceTime": NOW, "TimeStatus": "reliable"},
    "ECS52": {"FirmwareVersion": "00020000"},
    "GCS38": {"FirmwareVersion": "00020000"},
    "CS08": {"FirmwareVersion": "00020000", "Status": 0},
    "ECS17b": {
        "ActiveImportRegister": 1234567,
        "ReactiveImportRegister": 8910,
        "SecondaryActiveImportRegister": 42,
        "ActiveEnergyUnit": "Wh",
    },
    "GCS13a": {"ConsumptionRegister": 98765.432, "Divisor": 1000, "Unit": "m3"},
    "ECS19": PREPAYMENT,
    "GCS14": PREPAYMENT | {"Currency": 826, "TrailingDigit": 80},
    "GCS02": {"FriendlyCredit": 0, "EmergencyCreditLimit": 5},
    "GCS03": {"FriendlyCredit": 1, "FriendlyCreditCalendar": 9},
    "CS01b": {"TopUpResult": 0, "TopUpValue": 1000000, "Source": 0, "CreditRemaining": 2000000},
    "ECS35a": {"LogEntries": (ENTRY, ENTRY | {"OtherInformation": "009B"})},
    "ECS35b": {"LogEntries": (ENTRY,)},
    "ECS35c": {"LogEntries": ()},
    "ECS35d": {"LogEntries": (ENTRY, ENTRY)},
    "ECS35e": {"LogEntries": (ENTRY | {"OtherInformation": "0000000A"},)},
    "ECS35f": {"LogEntries": (ENTRY | {"Outcome": 1, "HANCommandID": 77},)},
    "ECS35g": {"LogEntries": (ENTRY | {"Outcome": 0, "HANCommandID": 0},)},
    "CS10a": {"LogEntries": (ENTRY, ENTRY | {"OtherInformation": "AA55"})},
    "CS10b": {"LogEntries": ()},
    "GCS32": {"SupplyState": "Armed"},
    "ECS45": {"SupplyState": "Enabled"},
    "GCS33": {"SupplyState": "Enabled", "RemainingBatteryCapacity": 73},
}
