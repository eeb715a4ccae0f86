"""Words for people: what inventory fields are called on the screen, what codes mean."""

from __future__ import annotations

from schemas.load import ResponseCode, Srv, dcc_alerts, device_alerts, response_codes, service_requests

INVENTORY_LABELS = {
    "DeviceID": "Device ID",
    "DeviceType": "Device type",
    "DeviceStatus": "SMI status",
    "DateCommissioned": "Date commissioned",
    "DeviceManufacturer": "Manufacturer",
    "DeviceModel": "Model",
    "SMETSCHTSVersion": "Technical specification version",
    "DeviceFirmwareVersion": "Firmware version",
    "DeviceFirmwareVersionStatus": "Firmware version status",
    "CPLStatus": "Certified Products List status",
    "DeviceGBCSVersion": "GBCS version",
    "ESMEVariant": "Electricity meter variant",
    "ImportMPxN": "Import MPAN or MPRN",
    "SecondaryImportMPAN": "Secondary import MPAN",
    "ExportMPAN": "Export MPAN",
    "MPxNs": "Meter points of the premises",
    "UPRN": "UPRN",
    "PostCode": "Post code",
    "AddressIdentifier": "Address",
    "CSPRegion": "Communications region",
    "HANVariant": "Home area network variant",
    "Connectivity": "Connectivity",
    "AssociatedCHFDeviceID": "Communications Hub Function",
    "AssociatedGPFDeviceID": "Gas Proxy Function",
}
"""Order of the device page. Fields not named here are the DCC's own and are not shown."""

METER_POINT_FIELDS = ("ImportMPxN", "SecondaryImportMPAN", "ExportMPAN")
DEVICE_FIELDS = ("AssociatedCHFDeviceID", "AssociatedGPFDeviceID")


def service_name(srv: str) -> str:
    """Name of a service reference variant; empty when there is none."""
    row = service_requests().get(Srv(srv))
    return row.name if row else ""


def code_meaning(code: str) -> str:
    """Return the meaning of a response or alert code, and our confidence in it; a sentence in any case."""
    if not code:
        return ""
    response = response_codes().get(ResponseCode(code))
    if response is not None:
        if not response.meaning:
            return "No public source says what this code means."
        return response.meaning + ("" if response.confidence == "high" else f" (Confidence: {response.confidence}.)")
    alert = dcc_alerts().get(code)
    if alert is not None and alert.meaning:
        return alert.meaning
    from_device = device_alerts().get(code)
    if from_device is not None and from_device.meaning:
        meaning = f"{from_device.meaning[:1].upper()}{from_device.meaning[1:]}."
        return meaning + ("" if from_device.confidence == "high" else f" (Confidence: {from_device.confidence}.)")
    if code.startswith("HTTP "):
        return "Answered with an HTTP status, without a response code."
    return "An alert code of the device or the DCC."
