"""One or more examples of every DCC alert our schema describes."""

from __future__ import annotations

from stubs.wire.duis.examples import CHF, ESME, GPF, GSME
from stubs.wire.duis.node import Node
from tests.duis_nodes import MPAN, NOON, REQUEST_ID, branch, fields, leaf
from tests.duis_results import INNER_SIGNATURE


def _status(*change: Node) -> tuple[str, Node]:
    return "N1", branch("DeviceStatusChangeEvent", leaf("DeviceID", ESME), branch("DeviceStatusChange", *change))


def _hub_log(name: str) -> Node:
    return fields(name, OldCHFDeviceID=CHF, NewCHFDeviceID=CHF, OldGPFDeviceID=GPF, NewGPFDeviceID=GPF)


def _dual_band(*content: Node) -> tuple[str, Node]:
    return "N40", branch(
        "DualBandCHAlert",
        leaf("CHFDeviceID", CHF),
        leaf("DeviceAlertCode", "8F20"),
        leaf("GBCSHexadecimalMessageCode", "0131"),
        *content,
    )


_SUPPLY_POINTS = (leaf("ImportMPxN", MPAN), leaf("SecondaryImportMPAN", MPAN), leaf("ExportMPAN", MPAN))

DCC_ALERTS: tuple[tuple[str, Node], ...] = (
    ("AD1", fields("PowerOutageEvent", CommsHubDeviceID=CHF, StartDateTime=NOON, MPxN=MPAN)),
    _status(branch("MeterIdentity", branch("MeterMPxNs", *_SUPPLY_POINTS), leaf("ESMEVariant", "A"))),
    _status(
        branch(
            "MeterDecommissioningOrWithdrawal",
            branch("MeterDecommissionOrWithdrawal", _SUPPLY_POINTS[0]),
            fields("AssociatedType1Device", DeviceID=GPF, DeviceType="PPMID"),
        )
    ),
    _status(branch("DeviceRemovedFromInventory")),
    _status(branch("CHFDecommissioning")),
    _status(branch("DeviceSuspended")),
    _status(branch("DeviceRestored")),
    _status(branch("RecoveryComplete")),
    _status(
        branch(
            "RecoveryCompleteACBCredentials",
            leaf("SupplierCertificateType", "KeyAgreementTopUp"),
            leaf("NetworkOperatorCertificateType", "DigitalSigning"),
        )
    ),
    ("N2", fields("DSPScheduleRemoval", DeviceID=ESME, DSPScheduleID=34)),
    ("N3", fields("CommandFailure", CommandRequestID=REQUEST_ID, DSPScheduleID=34, DeviceID=ESME)),
    ("N4", fields("FirmwareDistributionFailure", UpdateFirmwareRequestID=REQUEST_ID, MeterIDs=f"{ESME},{GSME}")),
    ("N24", fields("UpdateHANDeviceLogResult", UpdateHANDeviceLogServiceRequestID=REQUEST_ID)),
    ("N5", fields("ChangeOfSupplier", ChangeOfSupplierServiceRequestID=REQUEST_ID, ECoSErrorCode="E01")),
    (
        "N5",
        branch(
            "ChangeOfSupplier",
            branch(
                "DeviceChangeOfSupplier",
                leaf("DeviceID", ESME),
                leaf("DeviceType", "ESME"),
                branch("MPxNs", *_SUPPLY_POINTS),
            ),
        ),
    ),
    ("N6", branch("DeviceLogRestored", leaf("RestoredDate", "2026-01-15"), _hub_log("CHFDeviceLog"))),
    ("N6", branch("DeviceLogRestored", leaf("RestoredDate", "2026-01-15"), _hub_log("GPFDeviceLog"))),
    (
        "N7",
        branch(
            "PPMIDAlert",
            leaf("DeviceID", GPF),
            leaf("DeviceAlertCode", "8F72"),
            leaf("Timestamp", NOON),
            fields("PPMIDFirmwareUpgradeAlert", FirmwareVersion="0A01", ActivateImageResultCode="ActivationSuccess"),
        ),
    ),
    (
        "N8",
        branch(
            "SecurityCredentialsUpdated",
            leaf("DeviceID", ESME),
            leaf("RemotePartyRole", "Supplier"),
            fields(
                "RemotePartySeqNumberChange",
                RemotePartyFloorSeqNumber=1,
                RemotePartyPrepaymentTopUpFloorSeqNumber=2,
            ),
            fields("Certificates", CertificateType="DigitalSigning", CertificateHash="AAECAwQ="),
        ),
    ),
    ("N9", fields("PPMIDRemoval", PPMIDDeviceID=GPF, CHFDeviceID=CHF)),
    *(
        (
            "N10",
            branch("QuarantinedRequest", fields(breach, RequestID=REQUEST_ID, QuarantineEventRef=12345)),
        )
        for breach in ("ADUserThresholdBreach", "ADDCCThresholdBreach", "ADAttributeLimitsBreach")
    ),
    (
        "N11",
        fields(
            "FirmwareVersionMismatch",
            DeviceID=ESME,
            DeviceType="ESME",
            FirmwareVersionSMI="0A01",
            FirmwareVersionDevice="0A02",
        ),
    ),
    _dual_band(),
    _dual_band(fields("LimitedDutyCycleActionTaken", DeviceIDToSuspend=GSME)),
    _dual_band(
        branch(
            "SubGHzChannelChanged",
            branch("OperatingSubGHzChannel", branch("OperatingLowerBandSubGHzChannel", branch("Channel61"))),
            leaf("ScanTrigger", "SMHANFormation"),
        )
    ),
    _dual_band(
        fields("SubGHzChannelScanRequestAssessmentOutcome", StatusCode="HHTConnected", ScanTrigger="GSMERequest")
    ),
    _dual_band(fields("MessageDiscardedDueToDutyCycleManagement", RequestID=REQUEST_ID, CRAFlag="Response")),
    _dual_band(fields("NoMoreSubGHzDeviceCapacity", DeviceID=GSME, DeviceType="GSME")),
    _dual_band(
        branch(
            "SubGHzConfigurationChanged",
            branch("LowerBandSubGHzChannels0To26", branch("Channel0"), branch("Channel26")),
            branch("LowerBandSubGHzChannels27To34", branch("Channel27")),
            branch("LowerBandSubGHzChannels35To61"),
            branch("UpperBandSubGHzChannels0To26", branch("Channel3")),
            *fields(
                "",
                NormalLimitedDutyCycleThreshold="0.5",
                LimitedCriticalDutyCycleThreshold="2.4",
                MaximumSubGHzChannelChangesPerWeek=7,
                GSMECurfew=2,
                ChannelQuieterThreshold=1,
                ChannelNoisierThreshold=0,
                NonGSMEPoorCommsPercentageThreshold="99.99",
                NonGSMEPoorCommsMeasurementPeriods=150,
                LocalCHNoiseMeasurementPeriod=61,
                LocalCHFailurePercentage="1.00",
                LocalCHRetryPercentage="100",
            ).children,
        )
    ),
    (
        "N12",
        fields(
            "SMETS1CHFirmwareNotification",
            DeviceID=CHF,
            FirmwareVersion="0A01",
            FirmwareVersionUpdateStatus="UpdateRequested",
        ),
    ),
    (
        "N13",
        fields("ALCSHCALCSConfigurationChange", ESMEDeviceID=ESME, ESMEVariant="AD", DeviceGBCSVersion="4.2"),
    ),
    ("N14", fields("FirmwareUpgradeRequested", DeviceType="ESME", FirmwareVersion="0A01", DeviceList=ESME)),
    (
        "N60",
        fields(
            "CSPFirmwareDeliveryStatus",
            UpdateFirmwareRequestID=REQUEST_ID,
            CommsHubDeviceID=CHF,
            TargetDeviceID=ESME,
            FirmwareVersion="0A01",
            TimeStamp=NOON,
            CommsHubTransferStatus="Success",
        ),
    ),
    (
        "N61",
        branch(
            "CommsHubAlert",
            leaf("CommsHubDeviceID", CHF),
            leaf("AlertCode", "8F1C"),
            leaf("TimeStamp", NOON),
            fields(
                "FirmwareTransferAlert",
                UpdateFirmwareRequestID=REQUEST_ID,
                OtherDeviceID=ESME,
                FirmwareVersion="0A01",
                TransferResponseCode="FileTransferFailure",
            ),
        ),
    ),
    (
        "N15",
        fields(
            "ECoSAlert",
            AlertID=REQUEST_ID,
            RequestID=REQUEST_ID,
            ECoSAlertCode="1",
            DeviceID=ESME,
            AdditionalInformation="none",
        ),
    ),
    (
        "N18",
        branch(
            "S1SPAlertDSP",
            Node(
                "S1SPAlert",
                children=(
                    leaf("RequestID", REQUEST_ID),
                    leaf("DeviceID", ESME),
                    leaf("S1SPAlertCode", "S1VE1"),
                    leaf("AdditionalInformation", "none"),
                    leaf("UTRN", "01234567890123456789"),
                    leaf("DateTime", NOON),
                    INNER_SIGNATURE,
                ),
                attributes=(("schemaVersion", "5.4"),),
            ),
            leaf("DSPScheduleID", 34),
        ),
    ),
    ("N16", fields("CommsHubFirmwareActivation", DeviceID=CHF, FirmwareVersion="0A01")),
    ("N17", fields("CoSCertificateAlert", DeviceID=ESME, CertificateSerialNumber=12345678901234567890)),
    (
        "N999",
        branch(
            "DUISVersionMismatch",
            fields("DCCAlertVersionMismatch", DCCAlertCode="N24", DeviceID=CHF, RequestID=REQUEST_ID),
            leaf("ServiceUserDUISVersion", "5.1"),
        ),
    ),
    (
        "N999",
        branch(
            "DUISVersionMismatch",
            fields(
                "ServiceResponseVersionMismatch",
                RequestID=REQUEST_ID,
                ServiceReference="4.1",
                ServiceReferenceVariant="4.1.1",
                ServiceRequestDUISVersion="5.4",
            ),
            leaf("ServiceUserDUISVersion", "5.1"),
        ),
    ),
)
"""A code and a content. Which go together is mostly unknown: the pairs say only that each is valid."""
