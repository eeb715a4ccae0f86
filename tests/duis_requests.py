"""One or more examples of every request body of the first services, by hand."""

from __future__ import annotations

from stubs.wire.duis.examples import CHF, ESME, GPF, GSME
from stubs.wire.duis.node import Node
from tests.duis_nodes import MIDNIGHT, MPAN, NOON, address, branch, fields, leaf

_LATER = leaf("ExecutionDateTime", MIDNIGHT)
_PERIOD = fields("ReadLogPeriod", StartDateTime=NOON, EndDateTime=MIDNIGHT)
_CLOCK = (leaf("CurrentDateTime", NOON), leaf("TolerancePeriod", 10))

REQUEST_BODIES: tuple[tuple[str, Node], ...] = (
    ("1.5", branch("UpdateMeterBalance", fields("PrepaymentMode", AdjustMeterBalance=-500))),
    ("1.5", branch("UpdateMeterBalance", branch("CreditMode", branch("ResetMeterBalance")))),
    ("1.6", branch("UpdatePaymentMode", branch("Credit"))),
    (
        "1.6",
        branch(
            "UpdatePaymentMode",
            _LATER,
            fields("Prepayment", SuspendDebtDisabled="true", SuspendDebtEmergency="false", DisablementThreshold=-100),
        ),
    ),
    ("2.2", fields("TopUpDevice", UTRN="01234567890123456789")),
    ("3.1", fields("DisplayMessage", SupplierMessage="Please call <us> & you'll save")),
    ("3.1", branch("DisplayMessage", _LATER, leaf("SupplierMessage", " leading space kept"))),
    ("4.1.1", branch("ReadInstantaneousImportRegisters")),
    ("4.1.1", branch("ReadInstantaneousImportRegisters", _LATER)),
    ("4.3", branch("ReadInstantaneousPrepayValues")),
    ("6.11", branch("SynchroniseClock", *_CLOCK)),
    ("6.13", branch("ReadEventOrSecurityLog", _PERIOD, leaf("LogToRead", "Event"))),
    ("7.1", branch("EnableSupply")),
    ("7.2", branch("DisableSupply")),
    ("7.4", branch("ReadSupplyStatus")),
    ("8.1.1", branch("CommissionDeviceSynchroniseClock", *_CLOCK)),
    ("8.2", fields("ReadInventory", DeviceID=ESME)),
    ("8.2", fields("ReadInventory", MPxN=MPAN)),
    ("8.2", fields("ReadInventory", UPRN=123456789012)),
    ("8.2", branch("ReadInventory", address("PropertyFilter"))),
    ("8.3", fields("DecommissionDevice", DeviceID=ESME)),
    ("8.4", fields("UpdateInventory", DeviceID=ESME, UpdateDeviceStatusExceptCH="InstalledNotCommissioned")),
    ("8.4", fields("UpdateInventory", DeviceID=CHF, UpdateDeviceStatusCH="Commissioned")),
    ("8.4", branch("UpdateInventory", leaf("DeviceID", ESME), branch("DeleteDevice"))),
    (
        "8.4",
        branch(
            "UpdateInventory",
            leaf("DeviceID", ESME),
            fields(
                "UpdateDeviceDetails",
                DeviceManufacturer="MADE",
                DeviceModel="UP",
                SMETSCHTSVersion="SMETS2 V5.1",
                FirmwareVersion="0A01",
                ESMEVariant="ADE",
            ),
        ),
    ),
    ("8.4", branch("UpdateInventory", leaf("DeviceID", ESME), fields("UpdateMPxN", SecondaryImportMPAN=MPAN))),
    ("8.11", fields("UpdateHANDeviceLog", DeviceID=ESME, RequestType="Remove")),
    (
        "8.11",
        branch(
            "UpdateHANDeviceLog",
            _LATER,
            leaf("DeviceID", ESME),
            leaf("RequestType", "Add"),
            fields(
                "AddDeviceToCHFWhitelist",
                JoinTimePeriod=3600,
                InstallCode="00112233445566778899AABBCCDDEEFF",
                ImportMPxN=MPAN,
                SecondaryImportMPAN=MPAN,
                ExportMPAN=MPAN,
            ),
        ),
    ),
    (
        "8.14.1",
        fields(
            "CHFInstallSuccessSMWAN",
            DeviceID=CHF,
            CHFInstallType="New CHF Install",
            InstallDateTime=NOON,
            UserRefID="job 7",
            MPxN=MPAN,
            GISData="51.5,-0.1",
            AerialInstall="false",
            CHFLocation="Deep indoors",
            AdditionalInformation="under the stairs",
        ),
    ),
    ("11.2", branch("ReadFirmwareVersion")),
    ("12.1", fields("RequestWANMatrix", UPRN=1)),
    ("12.1", branch("RequestWANMatrix", address("PartialAddress"))),
    (
        "12.2",
        fields("DevicePrenotification", DeviceID=GSME, DeviceManufacturer="MADE", DeviceModel="UP", DeviceType="GSME"),
    ),
    (
        "12.2",
        fields(
            "DevicePrenotification",
            DeviceID=CHF,
            DeviceManufacturer="MADE",
            DeviceModel="UP",
            DeviceType="CHF",
            SMETSCHTSVersion="CHTS V1.4",
            FirmwareVersion="00000001",
            ESMEVariant="B",
            AssociatedGPFDeviceID=GPF,
        ),
    ),
)
"""Service reference variant and body; at least one for every service our schema describes."""
