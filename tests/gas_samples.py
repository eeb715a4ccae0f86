"""Values of commands and responses of every gas and ASN.1 use case, for tests; all made up."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from stubs.wire.gbcs import der
from stubs.wire.gbcs.use_cases import CANCELLED

NOW = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)
START = datetime(2026, 1, 1, tzinfo=UTC)
PERIOD = {"StartDateTime": START, "EndDateTime": NOW}
DEVICE = "DE-51-CE-00-00-00-00-E1"
PARTY = "A0-B1-C2-D3-E4-01-00-00"
KEY_ID = "0123456789ABCDEF"
CERTIFICATE = der.sequence(*(der.sequence(der.integer(part)) for part in range(3))).to_bytes().hex().upper()
"""Not a certificate, but shaped as one."""

ANY_YEAR = {"Year": None, "Month": 3, "DayOfMonth": 20, "DayOfWeek": None}
ONE_DAY = {"Year": 2026, "Month": 12, "DayOfMonth": 25, "DayOfWeek": None}
CALENDAR = {
    "WeekProfiles": (
        {"WeekName": 1, "ReferencedDayNames": (1, 1, 1, 1, 1, 2, 2)},
        {"WeekName": 2, "ReferencedDayNames": (2,) * 7},
    ),
    "Seasons": (
        {"SeasonStartDate": ANY_YEAR, "ReferencedWeekName": 1},
        {"SeasonStartDate": ONE_DAY, "ReferencedWeekName": 2},
    ),
    "SpecialDays": ({"Date": ONE_DAY, "ReferencedDayName": 2},),
}
TARIFF_DAYS = {"DayProfiles": ({"DayName": 1, "TOUTariffAction": 1}, {"DayName": 2, "TOUTariffAction": 2})}
PREPAYMENT_DAYS = {
    "DayProfiles": (
        {
            "DayName": 1,
            "TimeStartActions": (
                {"StartTime": "00:00", "NonDisablementAction": "START"},
                {"StartTime": "08:30", "NonDisablementAction": "STOP"},
            ),
        },
        {"DayName": 2, "TimeStartActions": ({"StartTime": "00:00", "NonDisablementAction": "START"},)},
    )
}
PRICES = {"CurrencyUnits": "GBP", "StandingCharge": 54794}
BEHAVIOURS = (
    {"EventCode": "81AA", "WANAlert": True, "HANAlert": True, "EventLog": True, "Alarm": True},
    {"EventCode": "810E", "WANAlert": True, "HANAlert": False, "EventLog": False, "Alarm": False},
    {"EventCode": "8119", "WANAlert": False, "HANAlert": False, "EventLog": False, "Alarm": False},
)
FLOW = {
    "SupplyDepletionState": "Unchanged",
    "SupplyTamperState": "Locked",
    "StabilisationPeriod": 60,
    "MeasurementPeriod": 300,
}
REPLACEMENT = {
    "ApplyTimeBasedCPVChecks": False,
    "RemotePartyFloorSeqNumber": 1000,
    "RemotePartyPrepaymentTopUpFloorSeqNumber": 1 << 40,
    "OtherFloors": ({"RemotePartyRole": "LoadController", "RemotePartyFloorSeqNumber": 7},),
    "ReplacementCertificates": (
        {"Certificate": CERTIFICATE, "RemotePartyRole": "Supplier", "CertificateUsage": "DigitalSignature"},
        {"Certificate": CERTIFICATE, "RemotePartyRole": "Supplier", "CertificateUsage": "PrepaymentTopUp"},
    ),
    "CertificationPathCertificates": (CERTIFICATE,),
    "ExecutionDateTime": CANCELLED,
}
HELD = {"AskingPartyRole": "ACB", "AskingPartyUsage": "KeyAgreement", "RemotePartyRoles": ("Supplier", "TransCoS")}
JOIN = {"OtherDeviceID": DEVICE, "OtherDeviceType": "PPMID", "Certificate": CERTIFICATE}
LOG = {"LogEntries": ({"DeviceID": DEVICE, "DeviceType": "Type2"}, {"DeviceID": PARTY, "DeviceType": "HCALCS"})}
BILLING = {"BillingPeriodStart": START, "Periodicity": "Quarterly"}

COMMANDS: dict[str, dict[str, Any]] = {
    "GCS01a": PRICES | TARIFF_DAYS | CALENDAR | {"TOUPrices": (1, 2, 3), "ExecutionDateTime": NOW},
    "GCS01b": PRICES | {"BlockPrices": (9600, 10200), "ExecutionDateTime": CANCELLED},
    "GCS04": {
        "TimeDebtRegister1": -1,
        "DebtRecoveryRate1": 500,
        "DebtRecoveryRatePeriod1": "DAILY",
        "TimeDebtRegister2": 2,
        "DebtRecoveryRate2": 600,
        "DebtRecoveryRatePeriod2": "HOURLY",
        "PaymentDebtRegister": 3,
        "DebtRecoveryPerPayment": 100,
    },
    "GCS05": PREPAYMENT_DAYS
    | CALENDAR
    | {
        "DebtRecoveryRateCap": 1,
        "EmergencyCreditLimit": 2,
        "EmergencyCreditThreshold": 3,
        "LowCreditThreshold": 4,
        "MaxMeterBalance": 5,
        "MaxCreditThreshold": 6,
        "ExecutionDateTime": CANCELLED,
    },
    "GCS09": {"RestrictionDateTime": START},
    "GCS15b": PERIOD,
    "GCS15c": PERIOD,
    "GCS15d": PERIOD,
    "GCS15e": {"StartDateTime": START, "EndDateTime": datetime(3000, 12, 31, tzinfo=UTC)},
    "GCS16a": PERIOD,
    "GCS16b": PERIOD,
    "GCS17": {"StartDateTime": START, "EndDateTime": datetime(2026, 1, 3, tzinfo=UTC)},
    "GCS61": {"StartDateTime": START, "EndDateTime": datetime(2026, 1, 11, tzinfo=UTC)},
    "GCS20": {"AlertBehaviours": BEHAVIOURS},
    "GCS23": {"CalorificValue": 39.5, "ConversionFactor": 1.02264},
    "GCS24": FLOW | {"UncontrolledGasFlowRate": 61},
    "GCS24a": FLOW | {"UncontrolledGasFlowRateDecimal": 6.168},
    "GCS25": BILLING,
    "GCS25a": BILLING,
    "GCS36": {"CustomerIdentificationNumber": "0042"},
    "GCS41": {"ImportMPRN": "1234567890"},
    "GCS44": {"SupplierName": "Supplier", "SupplierTelephoneNumber": "0333 000 0000"},
    "PCS01": {"UTRN": "73946144332040217315"},
    "CS02aMAC": HELD,
    "CS02aSignature": HELD,
    "CS02fMAC": HELD,
    "CS02fSignature": HELD,
    "CS02c": {"CredentialType": "Digital Signature"},
    "CS02d": {"DeviceCertificate": CERTIFICATE},
    "CS02e": {"CredentialType": "Key Agreement"},
    "CS03A1": JOIN,
    "CS03A2Critical": JOIN,
    "CS03A2NonCritical": JOIN,
    "CS03B": {"OtherDeviceID": DEVICE, "OtherDeviceType": "GPF"},
    "CS03CCritical": JOIN,
    "CS03CNonCritical": JOIN,
    "CS04ACCritical": {"OtherDeviceID": DEVICE},
    "CS04ACNonCritical": {"OtherDeviceID": DEVICE},
    "CS04B": {"OtherDeviceID": DEVICE},
    "CS06": {"FirmwareHash": "AB" * 32, "ExecutionDateTime": NOW},
    "GCS59": LOG,
}
CREDENTIALS = (
    "CS02bSupplierBySupplier",
    "CS02bSupplierBySupplierHandover",
    "CS02bNOByNO",
    "CS02bNOByNOHandover",
    "CS02bACBByACB",
    "CS02bWPByWP",
    "CS02bTransCoSByTransCoS",
    "CS02bSupplierByTransCoS",
    "CS02bAnyExceptAbnormalRootByRecovery",
    "CS02bAnyByContingency",
    "CS02gLoadControllerByLoadController",
    "CS02gLoadControllerBySupplier",
)
COMMANDS |= dict.fromkeys(CREDENTIALS, REPLACEMENT)
COMMANDS["CS02bAnyByContingency"] = REPLACEMENT | {
    "PlaintextSymmetricKey": "AB" * 16,
    "AuthorisingRemotePartyCell": {"RemotePartyRole": "Root", "CertificateUsage": "CertificateSigning"},
}

VOLUMES = {
    "Timestamp": START,
    "ActiveImportRegister": 12345.678,
    "TOURegisters": (0.001, 1.0, 2.0, 3.0),
    "BlockCounters": (4.0, 5.0, 6.0, 7.0),
}
MONEY = {
    "Timestamp": START,
    "AccumulatedDebtRegister": 1,
    "TimeDebtRegister1": 2,
    "TimeDebtRegister2": 3,
    "PaymentDebtRegister": 4,
    "EmergencyCreditBalance": 5,
    "MeterBalance": -6,
}
OUTCOME = {
    "AuthorisingRemotePartyOriginatorCounter": 1 << 40,
    "CredentialsReplacementMode": 2,
    "RemotePartySeqNumberChange": (
        {
            "RemotePartyRole": "Supplier",
            "RemotePartyFloorSeqNumber": 5,
            "RemotePartyPrepaymentTopUpFloorSeqNumber": 6,
        },
    ),
    "ReplacementOutcome": (
        {
            "RemotePartyRole": "Supplier",
            "CertificateUsage": "KeyAgreement",
            "StatusCode": 0,
            "ExistingRemotePartyID": PARTY,
            "ExistingCertificateHash": KEY_ID,
            "NewRemotePartyID": PARTY,
            "NewCertificateHash": KEY_ID,
        },
    ),
}
DETAILS = {
    "RemotePartyDetails": (
        {
            "RemotePartyRole": "Supplier",
            "StatusCode": 0,
            "RemotePartyFloorSeqNumber": 9,
            "Certificates": (
                {
                    "CertificateUsage": "PrepaymentTopUp",
                    "ExistingRemotePartyID": PARTY,
                    "ExistingCertificateHash": KEY_ID,
                },
            ),
        },
    )
}
TARIFF = {
    "BlockThreshold1": 1,
    "BlockThreshold2": 2,
    "BlockThreshold3": 3,
    **{f"BlockPrice{place}": place for place in range(1, 5)},
    **{f"TOUPrice{place}": place for place in range(1, 5)},
    "StandingCharge": 22465,
    "PrimaryActiveTariffPrice": 9600,
}
SAMPLES = {"LogEntries": tuple({"Timestamp": START, "Value": value} for value in (0.001,))}

RESPONSES: dict[str, dict[str, Any]] = {
    "GCS13b": {f"BlockCounter{place}": place / 8 for place in range(1, 5)},
    "GCS13c": {f"TOURegister{place}": place / 8 for place in range(1, 5)},
    "GCS15b": {"LogEntries": (VOLUMES,), "PrepaymentLogEntries": (MONEY, MONEY)},
    "GCS15c": {"LogEntries": (VOLUMES, VOLUMES), "PrepaymentLogEntries": ()},
    "GCS15d": {"LogEntries": ({"Timestamp": START, "Amount": 163000},)},
    "GCS15e": {"LogEntries": ({"Timestamp": START, "UTRN": "73946144332040217315", "Amount": 1000000},)},
    "GCS16a": {"LogEntries": (VOLUMES,) * 31},
    "GCS16b": {"PrepaymentLogEntries": (MONEY,)},
    "GCS17": SAMPLES,
    "GCS18": SAMPLES,
    "GCS61": SAMPLES,
    "GCS20r": {"AlertBehaviours": BEHAVIOURS},
    "GCS21a": {
        "CalorificValue": 39.5,
        "ConversionFactor": 1.02264,
        "UncontrolledGasFlowRate": 0.1234,
        "FlowStabilisationPeriod": 60,
        "FlowMeasurementPeriod": 300,
    },
    "GCS21b": PREPAYMENT_DAYS
    | CALENDAR
    | {
        "DebtRecoveryPerPayment": 1,
        "DebtRecoveryRateCap": 2,
        "DebtRecoveryRate1": 3,
        "DebtRecoveryRatePeriod1": "DAILY",
        "DebtRecoveryRate2": 4,
        "DebtRecoveryRatePeriod2": "HOURLY",
        "DisablementThreshold": -5,
        "EmergencyCreditLimit": 6,
        "EmergencyCreditThreshold": 7,
        "LowCreditThreshold": 8,
        "MaxMeterBalance": 9,
        "MaxCreditThreshold": 10,
    },
    "GCS21d": BILLING,
    "GCS21k": BILLING,
    "GCS21e": {
        "ManufacturerIdentifier": "Maker",
        "ModelType": "Model   ",
        "DeviceIdentifier": "00-DB-12-34-56-78-90-A1",
        "HardwareVersion": 3,
        "SupplyTamperState": "Unchanged",
        "SupplyDepletionState": "Locked",
    },
    "GCS21f": TARIFF | TARIFF_DAYS | CALENDAR,
    "GCS21j": {"PaymentMode": "Prepayment", "SuspendDebtDisabled": False, "SuspendDebtEmergency": True},
    "GCS21m": {
        "ManufacturerIdentifier": "Maker",
        "ModelType": "Model",
        "SupplyTamperState": "Unchanged",
        "SupplyDepletionState": "Locked",
    },
    "GCS31": {"SampleID": 2},
    "GCS39": {"SupplyState": "Armed"},
    "GCS46": {"ImportMPRN": "1234567890"},
    "GCS60": {"MeterBalance": 1, "MeterBalancePrepaymentMode": -2},
    "GCS60a": {"MeterBalance": 1, "MeterBalancePrepaymentMode": -2},
    "CS11": {"ClearedLogs": 8},
    "PCS01": {"TopUpResult": 0, "TopUpValue": 1000000, "Source": 2, "CreditRemaining": -1},
    "CS02aMAC": DETAILS,
    "CS02aSignature": DETAILS,
    "CS02fMAC": DETAILS,
    "CS02fSignature": DETAILS,
    "CS02c": {"CertificationRequest": CERTIFICATE},
    "CS02d": {"UpdateSecurityCredentialsResponseCode": 0},
    "CS02e": {"Certificate": CERTIFICATE},
    "CS06": {"ActivateImageResponseCode": 0, "FirmwareVersion": "0123ABCD"},
    "CS07": LOG,
    "GCS59": {"RestoreDeviceLogOutcome": ({"DeviceID": DEVICE, "DeviceType": "PPMID", "JoinResponseCode": 0},)},
}
RESPONSES |= {name: {"ExecutionOutcome": OUTCOME} for name in CREDENTIALS}

ALERTS: dict[int, dict[str, Any]] = {
    0x00CA: {
        "FutureDatedCommandOriginatorCounter": 7,
        "ActivateImageResponseCode": 0,
        "FirmwareVersion": "0123ABCD",
    },
    0x00CB: {"ExecutionOutcome": OUTCOME},
    0x0124: {"ExecutionOutcome": OUTCOME},
    0x00B2: LOG,
    0x0128: {"DeviceID": DEVICE, "FirmwareVersion": "0123ABCD", "ResultCode": 3},
    0x012B: {"FirmwareVersion": "0123ABCD", "ResultCode": 0},
    0x00CF: {"FirmwareHash": "AB" * 32},
    0x00F2: {"IntegrityReason": 5},
    0x008B: {"LogEntries": (VOLUMES,)},
}
