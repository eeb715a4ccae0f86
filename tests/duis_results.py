"""One or more examples of every result a response can hold, and of a SMETS1 response."""

from __future__ import annotations

from stubs.wire.duis.examples import CHF, ESME, GSME, SUPPLIER
from stubs.wire.duis.node import Node
from tests.duis_nodes import MPAN, PAYLOAD, address, branch, fields, leaf

_DEVICE = fields(
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
    ImportMPxN=MPAN,
    SecondaryImportMPAN=MPAN,
    ExportMPAN=MPAN,
    ESMEVariant="A",
    UPRN=123456789012,
)
INNER_SIGNATURE = branch(
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
                                        fields(
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
            INNER_SIGNATURE,
        ),
        attributes=(("schemaVersion", "5.4"),),
    ),
)
"""A reading of a SMETS1 meter, already decoded, inside its own signature."""

_FIRMWARE_LISTS = ("InvalidDeviceIDList", "NotCommissionedDeviceIDList", "InvalidGBCSVersionList")

RESULTS: tuple[tuple[str, Node], ...] = (
    ("4.1.1", leaf("GBCSPayload", PAYLOAD)),
    ("7.2", fields("PreCommand", GBCSVersion="4.2", GBCSPayload=PAYLOAD)),
    ("7.4", fields("LocalCommand", GBCSPayload=PAYLOAD)),
    (
        "1.6",
        fields(
            "FutureDatedDeviceAlertMessage",
            FutureDatedAlertCode="8F66",
            GBCSPayload=PAYLOAD,
            InstructionNumber=2,
            TotalCommandInstructions=6,
        ),
    ),
    ("4.6.1", fields("DSPScheduledMessage", GBCSPayload=PAYLOAD, DSPScheduleID=34)),
    ("9.1", fields("CINMessage", GBCSPayload=PAYLOAD, CustomerIdentificationNumber="0427")),
    (
        "8.2",
        branch(
            "DSPInventory",
            _DEVICE,
            fields("Device", DeviceID=CHF, DeviceType="CHF", DeviceManufacturer="", DeviceModel=""),
        ),
    ),
    (
        "12.1",
        branch(
            "DSPWANMatrix",
            branch("Request", address("PartialAddress")),
            fields(
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
            fields("DSPWANMatrixResponse", CSPRegion="Unknown", CSPRegionResponseCode="E20"),
        ),
    ),
    (
        "8.6",
        fields(
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
                    *fields(
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
                    fields(
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
