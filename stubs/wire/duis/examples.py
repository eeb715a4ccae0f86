"""One or more made-up examples of every body, result and DCC alert our schema describes.

For tests, documentation and `uept` demonstrations. Identities are invented and belong to nobody.
"""

from __future__ import annotations

from stubs.wire.duis.node import Node
from stubs.wire.eui64 import Eui64

SUPPLIER = Eui64.parse("A0-B1-C2-D3-E4-01-00-00")
NETWORK_OPERATOR = Eui64.parse("A0-B1-C2-D3-E4-02-00-00")
ACB = Eui64.parse("DC-C0-00-00-00-00-00-02")
ESME = Eui64.parse("DE-51-CE-00-00-00-00-E1")
GSME = Eui64.parse("DE-51-CE-00-00-00-00-61")
CHF = Eui64.parse("DE-51-CE-00-00-00-00-C1")
GPF = Eui64.parse("DE-51-CE-00-00-00-00-C2")

_REQUEST_ID = f"{SUPPLIER}:{ESME}:1768471200001"
_NOON = "2026-01-15T12:00:00Z"
_MIDNIGHT = "2026-01-16T00:00:00.00Z"
_MPAN = "1312345678111"
_PAYLOAD = "3wkBAAAA"
"""Base64 of a few octets; not GBCS."""


def leaf(name: str, value: object) -> Node:
    """An element with text."""
    return Node(name, str(value))


def branch(name: str, *children: Node) -> Node:
    """An element with elements, or an empty one."""
    return Node(name, children=children)


def _fields(name: str, **values: object) -> Node:
    return branch(name, *(leaf(key, value) for key, value in values.items()))


def _address(name: str) -> Node:
    return _fields(name, PostCode="AB12 3CD", AddressIdentifier="1")


_LATER = leaf("ExecutionDateTime", _MIDNIGHT)
_PERIOD = _fields("ReadLogPeriod", StartDateTime=_NOON, EndDateTime=_MIDNIGHT)
_CLOCK = (leaf("CurrentDateTime", _NOON), leaf("TolerancePeriod", 10))

REQUEST_BODIES: tuple[tuple[str, Node], ...] = (
    ("1.5", branch("UpdateMeterBalance", _fields("PrepaymentMode", AdjustMeterBalance=-500))),
    ("1.5", branch("UpdateMeterBalance", branch("CreditMode", branch("ResetMeterBalance")))),
    ("1.6", branch("UpdatePaymentMode", branch("Credit"))),
    (
        "1.6",
        branch(
            "UpdatePaymentMode",
            _LATER,
            _fields("Prepayment", SuspendDebtDisabled="true", SuspendDebtEmergency="false", DisablementThreshold=-100),
        ),
    ),
    ("2.2", _fields("TopUpDevice", UTRN="01234567890123456789")),
    ("3.1", _fields("DisplayMessage", SupplierMessage="Please call <us> & you'll save")),
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
    ("8.2", _fields("ReadInventory", DeviceID=ESME)),
    ("8.2", _fields("ReadInventory", MPxN=_MPAN)),
    ("8.2", _fields("ReadInventory", UPRN=123456789012)),
    ("8.2", branch("ReadInventory", _address("PropertyFilter"))),
    ("8.3", _fields("DecommissionDevice", DeviceID=ESME)),
    ("8.4", _fields("UpdateInventory", DeviceID=ESME, UpdateDeviceStatusExceptCH="InstalledNotCommissioned")),
    ("8.4", _fields("UpdateInventory", DeviceID=CHF, UpdateDeviceStatusCH="Commissioned")),
    ("8.4", branch("UpdateInventory", leaf("DeviceID", ESME), branch("DeleteDevice"))),
    (
        "8.4",
        branch(
            "UpdateInventory",
            leaf("DeviceID", ESME),
            _fields(
                "UpdateDeviceDetails",
                DeviceManufacturer="MADE",
                DeviceModel="UP",
                SMETSCHTSVersion="SMETS2 V5.1",
                FirmwareVersion="0A01",
                ESMEVariant="ADE",
            ),
        ),
    ),
    ("8.4", branch("UpdateInventory", leaf("DeviceID", ESME), _fields("UpdateMPxN", SecondaryImportMPAN=_MPAN))),
    ("8.11", _fields("UpdateHANDeviceLog", DeviceID=ESME, RequestType="Remove")),
    (
        "8.11",
        branch(
            "UpdateHANDeviceLog",
            _LATER,
            leaf("DeviceID", ESME),
            leaf("RequestType", "Add"),
            _fields(
                "AddDeviceToCHFWhitelist",
                JoinTimePeriod=3600,
                InstallCode="00112233445566778899AABBCCDDEEFF",
                ImportMPxN=_MPAN,
                SecondaryImportMPAN=_MPAN,
                ExportMPAN=_MPAN,
            ),
        ),
    ),
    (
        "8.14.1",
        _fields(
            "CHFInstallSuccessSMWAN",
            DeviceID=CHF,
            CHFInstallType="New CHF Install",
            InstallDateTime=_NOON,
            UserRefID="job 7",
            MPxN=_MPAN,
            GISData="51.5,-0.1",
            AerialInstall="false",
            CHFLocation="Deep indoors",
            AdditionalInformation="under the stairs",
        ),
    ),
    ("11.2", branch("ReadFirmwareVersion")),
    ("12.1", _fields("RequestWANMatrix", UPRN=1)),
    ("12.1", branch("RequestWANMatrix", _address("PartialAddress"))),
    (
        "12.2",
        _fields("DevicePrenotification", DeviceID=GSME, DeviceManufacturer="MADE", DeviceModel="UP", DeviceType="GSME"),
    ),
    (
        "12.2",
        _fields(
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

_DEVICE = _fields(
    "Device",
    DeviceID=ESME,
    DeviceType="ESME",
    DeviceStatus="Commissioned",
    DeviceManufacturer="MADE",
    DeviceModel="UP",
    SMETSCHTSVersion="SMETS2 V5.1",
    DeviceFirmwareVersion="0A01",
    DeviceFirmwareVersionStatus="Active",
    CPLStatus="Active",
    DateCommissioned="2026-01-15Z",
    ImportMPxN=_MPAN,
    SecondaryImportMPAN=_MPAN,
    ExportMPAN=_MPAN,
    ESMEVariant="A",
    UPRN=123456789012,
)
_INNER_SIGNATURE = branch(
    "ds:Signature",
    branch(
        "ds:SignedInfo",
        *(
            Node(f"ds:{method}", attributes=(("Algorithm", "urn:example"),))
            for method in ("CanonicalizationMethod", "SignatureMethod")
        ),
        branch(
            "ds:Reference",
            Node("ds:DigestMethod", attributes=(("Algorithm", "urn:example"),)),
            leaf("ds:DigestValue", "AAAA"),
        ),
    ),
    leaf("ds:SignatureValue", "AAAA"),
)
"""A SMETS1 service provider's: valid by the schema, not by the profile."""

SMETS1_RESPONSE = branch(
    "SMETS1ResponseMessage",
    leaf("ServiceReference", "4.1"),
    leaf("ServiceReferenceVariant", "4.1.1"),
    Node(
        "SMETS1SignedResponse",
        children=(
            branch(
                "SMETS1Response",
                branch(
                    "Header",
                    leaf("ra:BusinessOriginatorID", ESME),
                    leaf("ra:BusinessTargetID", SUPPLIER),
                    leaf("ra:OriginatorCounter", 1768471200001),
                    leaf("ra:ServiceReference", "4.1"),
                    leaf("ra:ServiceReferenceVariant", "4.1.1"),
                ),
                branch(
                    "Body",
                    branch(
                        "ResponseMessage",
                        branch(
                            "ra:SMETSData",
                            Node(
                                "ra:ReadInstantaneousImportRegistersRsp",
                                attributes=(("MessageSuccess", "true"),),
                                children=(
                                    branch(
                                        "ra:Electricity",
                                        _fields(
                                            "ra:ActiveImportRegister",
                                            **{"ra:Value": 123456, "ra:ActiveEnergyUnit": "Wh"},
                                        ),
                                    ),
                                ),
                            ),
                        ),
                    ),
                ),
            ),
            _INNER_SIGNATURE,
        ),
        attributes=(("schemaVersion", "5.4"),),
    ),
)
"""A reading of a SMETS1 meter, already decoded, inside its own signature."""

_FIRMWARE_LISTS = ("InvalidDeviceIDList", "NotCommissionedDeviceIDList", "InvalidGBCSVersionList")

RESULTS: tuple[tuple[str, Node], ...] = (
    ("4.1.1", leaf("GBCSPayload", _PAYLOAD)),
    ("7.2", _fields("PreCommand", GBCSVersion="4.2", GBCSPayload=_PAYLOAD)),
    ("7.4", _fields("LocalCommand", GBCSPayload=_PAYLOAD)),
    (
        "1.6",
        _fields(
            "FutureDatedDeviceAlertMessage",
            FutureDatedAlertCode="8F66",
            GBCSPayload=_PAYLOAD,
            InstructionNumber=2,
            TotalCommandInstructions=6,
        ),
    ),
    ("4.6.1", _fields("DSPScheduledMessage", GBCSPayload=_PAYLOAD, DSPScheduleID=34)),
    ("9.1", _fields("CINMessage", GBCSPayload=_PAYLOAD, CustomerIdentificationNumber="0427")),
    (
        "8.2",
        branch(
            "DSPInventory",
            _DEVICE,
            _fields("Device", DeviceID=CHF, DeviceType="CHF", DeviceManufacturer="", DeviceModel=""),
        ),
    ),
    (
        "12.1",
        branch(
            "DSPWANMatrix",
            branch("Request", _address("PartialAddress")),
            _fields(
                "DSPWANMatrixResponse",
                CSPRegion="4G North",
                CSPRegionResponseCode="I0",
                CoverageAvailability="true",
                AnticipatedCoverageDate="2026-02-01",
                WANTechnology="Cellular",
                ConnectivityLikelihood="High",
                AuxiliaryEquipmentRequired="aerial",
                AdditionalInformation="none",
            ),
            _fields("DSPWANMatrixResponse", CSPRegion="Unknown", CSPRegionResponseCode="E20"),
        ),
    ),
    (
        "8.6",
        _fields(
            "DSPOptIn",
            DeviceID=ESME,
            DSPBrokerSecurityCredentialsDigitalSigning="MIIB",
            DSPBrokerSecurityCredentialsKeyAgreement="MIIB",
        ),
    ),
    ("5.1", leaf("DSPScheduleID", 34)),
    (
        "5.2",
        branch(
            "DSPSchedulesRead",
            branch(
                "DSPSchedules",
                leaf("DSPScheduleID", 34),
                branch(
                    "DSPScheduleDetails",
                    *_fields(
                        "",
                        ScheduleFrequency="Half-Yearly",
                        ScheduleStartDate="2026-02-01",
                        ScheduleEndDate="2027-02-01",
                        ScheduleExecutionStartTime="02:00:00Z",
                        KAPublicSecurityCredential="MIIB",
                        DSPScheduledServiceReference="4.6",
                        DSPScheduledServiceReferenceVariant="4.6.1",
                        DeviceID=ESME,
                    ).children,
                    _fields(
                        "DSPRetrieveImportDailyReadLog",
                        StartDateOffset=-1,
                        StartTime="00:00:00Z",
                        EndDateOffset=0,
                        EndTime="00:00:00Z",
                    ),
                ),
            ),
        ),
    ),
    ("11.1", branch("DSPUpdateFirmwareWarning", *(leaf(name, f"{ESME},{GSME}") for name in _FIRMWARE_LISTS))),
    ("11.4", branch("DSPUpdatePPMIDFirmwareWarning", leaf("OtherRequestInProgressList", ESME))),
)
"""Service reference variant and result element: the thirteen there are."""


def _status(*change: Node) -> tuple[str, Node]:
    return "N1", branch("DeviceStatusChangeEvent", leaf("DeviceID", ESME), branch("DeviceStatusChange", *change))


def _hub_log(name: str) -> Node:
    return _fields(name, OldCHFDeviceID=CHF, NewCHFDeviceID=CHF, OldGPFDeviceID=GPF, NewGPFDeviceID=GPF)


def _dual_band(*content: Node) -> tuple[str, Node]:
    return "N40", branch(
        "DualBandCHAlert",
        leaf("CHFDeviceID", CHF),
        leaf("DeviceAlertCode", "8F20"),
        leaf("GBCSHexadecimalMessageCode", "0131"),
        *content,
    )


_SUPPLY_POINTS = (leaf("ImportMPxN", _MPAN), leaf("SecondaryImportMPAN", _MPAN), leaf("ExportMPAN", _MPAN))

DCC_ALERTS: tuple[tuple[str, Node], ...] = (
    ("AD1", _fields("PowerOutageEvent", CommsHubDeviceID=CHF, StartDateTime=_NOON, MPxN=_MPAN)),
    _status(branch("MeterIdentity", branch("MeterMPxNs", *_SUPPLY_POINTS), leaf("ESMEVariant", "A"))),
    _status(
        branch(
            "MeterDecommissioningOrWithdrawal",
            branch("MeterDecommissionOrWithdrawal", _SUPPLY_POINTS[0]),
            _fields("AssociatedType1Device", DeviceID=GPF, DeviceType="PPMID"),
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
    ("N2", _fields("DSPScheduleRemoval", DeviceID=ESME, DSPScheduleID=34)),
    ("N3", _fields("CommandFailure", CommandRequestID=_REQUEST_ID, DSPScheduleID=34, DeviceID=ESME)),
    ("N4", _fields("FirmwareDistributionFailure", UpdateFirmwareRequestID=_REQUEST_ID, MeterIDs=f"{ESME},{GSME}")),
    ("N24", _fields("UpdateHANDeviceLogResult", UpdateHANDeviceLogServiceRequestID=_REQUEST_ID)),
    ("N5", _fields("ChangeOfSupplier", ChangeOfSupplierServiceRequestID=_REQUEST_ID, ECoSErrorCode="E01")),
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
            leaf("Timestamp", _NOON),
            _fields("PPMIDFirmwareUpgradeAlert", FirmwareVersion="0A01", ActivateImageResultCode="ActivationSuccess"),
        ),
    ),
    (
        "N8",
        branch(
            "SecurityCredentialsUpdated",
            leaf("DeviceID", ESME),
            leaf("RemotePartyRole", "Supplier"),
            _fields(
                "RemotePartySeqNumberChange",
                RemotePartyFloorSeqNumber=1,
                RemotePartyPrepaymentTopUpFloorSeqNumber=2,
            ),
            _fields("Certificates", CertificateType="DigitalSigning", CertificateHash="AAECAwQ="),
        ),
    ),
    ("N9", _fields("PPMIDRemoval", PPMIDDeviceID=GPF, CHFDeviceID=CHF)),
    *(
        (
            "N10",
            branch("QuarantinedRequest", _fields(breach, RequestID=_REQUEST_ID, QuarantineEventRef=12345)),
        )
        for breach in ("ADUserThresholdBreach", "ADDCCThresholdBreach", "ADAttributeLimitsBreach")
    ),
    (
        "N11",
        _fields(
            "FirmwareVersionMismatch",
            DeviceID=ESME,
            DeviceType="ESME",
            FirmwareVersionSMI="0A01",
            FirmwareVersionDevice="0A02",
        ),
    ),
    _dual_band(),
    _dual_band(_fields("LimitedDutyCycleActionTaken", DeviceIDToSuspend=GSME)),
    _dual_band(
        branch(
            "SubGHzChannelChanged",
            branch("OperatingSubGHzChannel", branch("OperatingLowerBandSubGHzChannel", branch("Channel61"))),
            leaf("ScanTrigger", "SMHANFormation"),
        )
    ),
    _dual_band(
        _fields("SubGHzChannelScanRequestAssessmentOutcome", StatusCode="HHTConnected", ScanTrigger="GSMERequest")
    ),
    _dual_band(_fields("MessageDiscardedDueToDutyCycleManagement", RequestID=_REQUEST_ID, CRAFlag="Response")),
    _dual_band(_fields("NoMoreSubGHzDeviceCapacity", DeviceID=GSME, DeviceType="GSME")),
    _dual_band(
        branch(
            "SubGHzConfigurationChanged",
            branch("LowerBandSubGHzChannels0To26", branch("Channel0"), branch("Channel26")),
            branch("LowerBandSubGHzChannels27To34", branch("Channel27")),
            branch("LowerBandSubGHzChannels35To61"),
            branch("UpperBandSubGHzChannels0To26", branch("Channel3")),
            *_fields(
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
        _fields(
            "SMETS1CHFirmwareNotification",
            DeviceID=CHF,
            FirmwareVersion="0A01",
            FirmwareVersionUpdateStatus="UpdateRequested",
        ),
    ),
    (
        "N13",
        _fields("ALCSHCALCSConfigurationChange", ESMEDeviceID=ESME, ESMEVariant="AD", DeviceGBCSVersion="4.2"),
    ),
    ("N14", _fields("FirmwareUpgradeRequested", DeviceType="ESME", FirmwareVersion="0A01", DeviceList=ESME)),
    (
        "N60",
        _fields(
            "CSPFirmwareDeliveryStatus",
            UpdateFirmwareRequestID=_REQUEST_ID,
            CommsHubDeviceID=CHF,
            TargetDeviceID=ESME,
            FirmwareVersion="0A01",
            TimeStamp=_NOON,
            CommsHubTransferStatus="Success",
        ),
    ),
    (
        "N61",
        branch(
            "CommsHubAlert",
            leaf("CommsHubDeviceID", CHF),
            leaf("AlertCode", "8F1C"),
            leaf("TimeStamp", _NOON),
            _fields(
                "FirmwareTransferAlert",
                UpdateFirmwareRequestID=_REQUEST_ID,
                OtherDeviceID=ESME,
                FirmwareVersion="0A01",
                TransferResponseCode="FileTransferFailure",
            ),
        ),
    ),
    (
        "N15",
        _fields(
            "ECoSAlert",
            AlertID=_REQUEST_ID,
            RequestID=_REQUEST_ID,
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
                    leaf("RequestID", _REQUEST_ID),
                    leaf("DeviceID", ESME),
                    leaf("S1SPAlertCode", "S1VE1"),
                    leaf("AdditionalInformation", "none"),
                    leaf("UTRN", "01234567890123456789"),
                    leaf("DateTime", _NOON),
                    _INNER_SIGNATURE,
                ),
                attributes=(("schemaVersion", "5.4"),),
            ),
            leaf("DSPScheduleID", 34),
        ),
    ),
    ("N16", _fields("CommsHubFirmwareActivation", DeviceID=CHF, FirmwareVersion="0A01")),
    ("N17", _fields("CoSCertificateAlert", DeviceID=ESME, CertificateSerialNumber=12345678901234567890)),
    (
        "N999",
        branch(
            "DUISVersionMismatch",
            _fields("DCCAlertVersionMismatch", DCCAlertCode="N24", DeviceID=CHF, RequestID=_REQUEST_ID),
            leaf("ServiceUserDUISVersion", "5.1"),
        ),
    ),
    (
        "N999",
        branch(
            "DUISVersionMismatch",
            _fields(
                "ServiceResponseVersionMismatch",
                RequestID=_REQUEST_ID,
                ServiceReference="4.1",
                ServiceReferenceVariant="4.1.1",
                ServiceRequestDUISVersion="5.4",
            ),
            leaf("ServiceUserDUISVersion", "5.1"),
        ),
    ),
)
"""A code and a content. Which go together is mostly unknown: the pairs say only that each is valid."""
