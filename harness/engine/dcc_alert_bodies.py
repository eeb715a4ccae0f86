"""Bodies of the DCC alerts that scenarios raise on demand: code to the one element of the alert, about one device.

Which code goes with which structure is inferred except for AD1 (``schemas/catalogue/dcc-alert-occasions.csv``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from stubs.wire.errors import Misuse


def alert_content(code: str, device: str, mpxn: str, user: str, now: datetime, device_type: str = "") -> dict[str, Any]:
    """The content of a DCC alert, as the control API takes it.

    Args:
        code: DCC alert code.
        device: EUI the alert is about.
        mpxn: meter point of the home; empty when it has none.
        user: EUI of the party, originator of the request that an alert is about.
        now: the run's clock.
        device_type: of the device, as the catalogue names it.

    Raises: Misuse: no content is known for the code.
    """
    started = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    contents: dict[str, Mapping[str, Any]] = {
        "AD1": {"PowerOutageEvent": {"CommsHubDeviceID": device, "StartDateTime": started, "MPxN": mpxn}},
        "N1": _change(device, {"MeterDecommissioningOrWithdrawal": _points("MeterDecommissionOrWithdrawal", mpxn)}),
        "N10": {"CommandFailure": {"CommandRequestID": f"{user}:{device}:1", "DeviceID": device}},
        "N16": _change(device, {"MeterIdentity": _points("MeterMPxNs", mpxn)}),
        "N8": _change(device, {"DeviceSuspended": ""}),
        "N9": _change(device, {"DeviceRestored": ""}),
        "N17": {"DSPScheduleRemoval": {"DeviceID": device, "DSPScheduleID": 417}},
        "N18": {"FirmwareDistributionFailure": {"UpdateFirmwareRequestID": f"{user}:{device}:1", "MeterIDs": device}},
        "N27": {"ChangeOfSupplier": {"DeviceChangeOfSupplier": _supplied(device, mpxn)}},
        "N28": {"DeviceLogRestored": {"RestoredDate": f"{now:%Y-%m-%d}", "CHFDeviceLog": _exchanged(device)}},
        "N42": {"SecurityCredentialsUpdated": {"DeviceID": device, "RemotePartyRole": "Supplier", **_credentials()}},
        "N46": {"QuarantinedRequest": {"ADUserThresholdBreach": _quarantined(f"{user}:{device}:1")}},
        "N49": {
            "FirmwareVersionMismatch": {
                "DeviceID": device,
                "DeviceType": "GSME" if device_type == "GSME" else "ESME",
                "FirmwareVersionSMI": "01020304",
                "FirmwareVersionDevice": "01020A0B",
            }
        },
        "N60": {"CSPFirmwareDeliveryStatus": _delivered(device, f"{user}:{device}:1", started, "Success")},
        "N61": {"CSPFirmwareDeliveryStatus": _delivered(device, f"{user}:{device}:1", started, "Failure")},
        "N999": {
            "DUISVersionMismatch": {
                "DCCAlertVersionMismatch": {"DCCAlertCode": "N62"},
                "ServiceUserDUISVersion": "5.1",
            }
        },
        "N24": {"UpdateHANDeviceLogResult": {"UpdateHANDeviceLogServiceRequestID": f"{user}:{device}:1"}},
    }
    if code not in contents:
        raise Misuse(f"no content is written down for DCC alert {code}; known: {', '.join(contents)}")
    return dict(contents[code])


def _change(device: str, what: Mapping[str, Any]) -> dict[str, Any]:
    return {"DeviceStatusChangeEvent": {"DeviceID": device, "DeviceStatusChange": what}}


def _points(name: str, mpxn: str) -> dict[str, Any]:
    return {name: {"ImportMPxN": mpxn}}


def _supplied(device: str, mpxn: str) -> dict[str, Any]:
    return {"DeviceID": device, "DeviceType": "ESME", "MPxNs": {"ImportMPxN": mpxn}}


def _exchanged(hub: str) -> dict[str, Any]:
    names = ("OldCHFDeviceID", "NewCHFDeviceID", "OldGPFDeviceID", "NewGPFDeviceID")
    return dict.fromkeys(names, hub)


def _credentials() -> dict[str, Any]:
    return {"Certificates": {"CertificateType": "DigitalSigning", "CertificateHash": "q83vASNFZ4k="}}


def _quarantined(request_id: str) -> dict[str, Any]:
    return {"RequestID": request_id, "QuarantineEventRef": 27}


def _delivered(device: str, request_id: str, at: str, status: str) -> dict[str, Any]:
    return {
        "UpdateFirmwareRequestID": request_id,
        "CommsHubDeviceID": device,
        "TargetDeviceID": device,
        "FirmwareVersion": "01020A0B",
        "TimeStamp": at,
        "CommsHubTransferStatus": status,
    }
