"""Contents of DCC alerts: the one element inside ``DCCAlert`` (DUIS 5.4 schema; outlines in the DUIS guide)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from stubs.wire.duis import Node, write_date_time
from stubs.wire.eui64 import Eui64

HubAndProxy = tuple[Eui64 | None, Eui64 | None]


def _named(name: str, **values: Eui64 | str | None) -> Node:
    """An element with texts; empty ones are left out."""
    return Node(name, children=tuple(Node(label, str(value)) for label, value in values.items() if value))


def _status_change(device: Eui64, *change: Node) -> Node:
    return Node(
        "DeviceStatusChangeEvent", children=(Node("DeviceID", str(device)), Node("DeviceStatusChange", children=change))
    )


def _meter_points(name: str, mpxn: str, secondary: str, export: str) -> Node:
    pairs = (("ImportMPxN", mpxn), ("SecondaryImportMPAN", secondary), ("ExportMPAN", export))
    return Node(name, children=tuple(Node(label, number) for label, number in pairs if number))


def device_log_result(request_id: str) -> Node:
    """``UpdateHANDeviceLogResult``: the outcome of an 8.11 request."""
    return Node("UpdateHANDeviceLogResult", children=(Node("UpdateHANDeviceLogServiceRequestID", request_id),))


def command_failure(request_id: str, device: Eui64, schedule: int | None = None) -> Node:
    """``CommandFailure``: a device did not answer; ``schedule`` when a schedule asked."""
    return _named("CommandFailure", CommandRequestID=request_id, DSPScheduleID=str(schedule or ""), DeviceID=device)


def meter_identity(device: Eui64, mpxn: str, variant: str = "", secondary: str = "", export: str = "") -> Node:
    """``DeviceStatusChangeEvent`` with ``MeterIdentity``: a meter was commissioned."""
    children = [_meter_points("MeterMPxNs", mpxn, secondary, export)]
    if variant:
        children.append(Node("ESMEVariant", variant))
    return _status_change(device, Node("MeterIdentity", children=tuple(children)))


def decommissioned(
    device: Eui64, device_type: str, mpxn: str = "", secondary: str = "", export: str = "",
    associated: Iterable[tuple[Eui64, str]] = (),
) -> Node:  # fmt: skip
    """``DeviceStatusChangeEvent`` for a decommissioned device.

    ``associated`` holds EUI and type of a meter's Type 1 devices; the first seven are named.
    """
    if device_type in {"CHF", "GPF"}:
        return _status_change(device, Node("CHFDecommissioning"))
    if not mpxn:
        return device_removed(device)
    others = (
        Node("AssociatedType1Device", children=(Node("DeviceID", str(eui)), Node("DeviceType", kind)))
        for eui, kind in list(associated)[:7]
    )
    points = _meter_points("MeterDecommissionOrWithdrawal", mpxn, secondary, export)
    return _status_change(device, Node("MeterDecommissioningOrWithdrawal", children=(points, *others)))


def device_removed(device: Eui64) -> Node:
    """``DeviceStatusChangeEvent`` for a device that left the inventory."""
    return _status_change(device, Node("DeviceRemovedFromInventory"))


def quarantined(request_id: str, reference: str, breach: str = "ADUserThresholdBreach") -> Node:
    """``QuarantinedRequest``: an anomaly-detection limit was exceeded; the reference has up to 20 digits."""
    held = _named(breach, RequestID=request_id, QuarantineEventRef=reference)
    return Node("QuarantinedRequest", children=(held,))


def power_outage(hub: Eui64, start: datetime, mpxn: str) -> Node:
    """``PowerOutageEvent``: a hub lost its supply for more than three minutes."""
    children = (Node("CommsHubDeviceID", str(hub)), Node("StartDateTime", write_date_time(start)), Node("MPxN", mpxn))
    return Node("PowerOutageEvent", children=children)


def status_change(device: Eui64, change: str) -> Node:
    """``DeviceStatusChangeEvent`` with an empty element: DeviceSuspended, DeviceRestored, RecoveryComplete."""
    return _status_change(device, Node(change))


def schedule_removal(device: Eui64, schedule: int) -> Node:
    """``DSPScheduleRemoval``: the DCC ended a schedule."""
    return _named("DSPScheduleRemoval", DeviceID=device, DSPScheduleID=str(schedule))


def distribution_failure(request_id: str, devices: Iterable[Eui64]) -> Node:
    """``FirmwareDistributionFailure``: an image could not be sent on its way."""
    return _named(
        "FirmwareDistributionFailure", UpdateFirmwareRequestID=request_id, MeterIDs=",".join(map(str, devices))
    )


def firmware_delivery(
    request_id: str, hub: Eui64, device: Eui64, version: str, at: datetime, *, is_delivered: bool
) -> Node:
    """``CSPFirmwareDeliveryStatus``: an image reached the hub, or did not."""
    return _named(
        "CSPFirmwareDeliveryStatus",
        UpdateFirmwareRequestID=request_id,
        CommsHubDeviceID=hub,
        TargetDeviceID=device,
        FirmwareVersion=version,
        TimeStamp=write_date_time(at),
        CommsHubTransferStatus="Success" if is_delivered else "Failure",
    )


def firmware_mismatch(device: Eui64, device_type: str, expected: str, got: str) -> Node:
    """``FirmwareVersionMismatch``: the device runs another version than the inventory says."""
    return _named(
        "FirmwareVersionMismatch",
        DeviceID=device,
        DeviceType=device_type,
        FirmwareVersionSMI=expected,
        FirmwareVersionDevice=got,
    )


def supplier_changed(device: Eui64, device_type: str, mpxn: str, secondary: str = "", export: str = "") -> Node:
    """``ChangeOfSupplier`` for the old supplier: the device trusts another one now."""
    points = _meter_points("MPxNs", mpxn, secondary, export)
    children = (Node("DeviceID", str(device)), Node("DeviceType", device_type), points)
    return Node("ChangeOfSupplier", children=(Node("DeviceChangeOfSupplier", children=children),))


def supplier_not_changed(request_id: str, code: str = "") -> Node:
    """``ChangeOfSupplier`` for the new supplier: it failed; ``code`` has three characters."""
    return _named("ChangeOfSupplier", ChangeOfSupplierServiceRequestID=request_id, ECoSErrorCode=code)


def credentials_updated(device: Eui64, role: str, hashes: Mapping[str, str], floor: str = "") -> Node:
    """``SecurityCredentialsUpdated``: ``hashes`` are base64 by CertificateType, one to three."""
    children = [Node("DeviceID", str(device)), Node("RemotePartyRole", role)]
    if floor:
        children.append(_named("RemotePartySeqNumberChange", RemotePartyFloorSeqNumber=floor))
    children.extend(
        _named("Certificates", CertificateType=kind, CertificateHash=value) for kind, value in hashes.items()
    )
    return Node("SecurityCredentialsUpdated", children=tuple(children))


def log_restored(at: datetime, log: str, old: HubAndProxy, new: HubAndProxy) -> Node:
    """``DeviceLogRestored``: ``log`` is CHFDeviceLog or GPFDeviceLog; old and new are hub and gas proxy."""
    devices = _named(log, OldCHFDeviceID=old[0], NewCHFDeviceID=new[0], OldGPFDeviceID=old[1], NewGPFDeviceID=new[1])
    return Node("DeviceLogRestored", children=(Node("RestoredDate", at.date().isoformat()), devices))


def display_removed(display: Eui64, hub: Eui64) -> Node:
    """``PPMIDRemoval``: a prepayment display left a hub's network."""
    return _named("PPMIDRemoval", PPMIDDeviceID=display, CHFDeviceID=hub)


def display_alert(
    display: Eui64, code: str, at: datetime, version: str = "", *, is_activated: bool | None = None
) -> Node:
    """``PPMIDAlert``: what a prepayment display told the DCC, in the DCC's words."""
    children = [*_named("", DeviceID=display, DeviceAlertCode=code, Timestamp=write_date_time(at)).children]
    if is_activated is not None:
        result = "ActivationSuccess" if is_activated else "ActivationFailure"
        children.append(_named("PPMIDFirmwareUpgradeAlert", FirmwareVersion=version, ActivateImageResultCode=result))
    return Node("PPMIDAlert", children=tuple(children))


def hub_alert(hub: Eui64, code: str, at: datetime) -> Node:
    """``CommsHubAlert``: what a hub told the DCC, in the DCC's words."""
    return _named("CommsHubAlert", CommsHubDeviceID=hub, AlertCode=code, TimeStamp=write_date_time(at))


def dual_band_alert(hub: Eui64, code: str, message_code: str) -> Node:
    """``DualBandCHAlert``: what a dual-band hub told the DCC of its radio; details are not repeated."""
    return _named("DualBandCHAlert", CHFDeviceID=hub, DeviceAlertCode=code, GBCSHexadecimalMessageCode=message_code)


def hub_firmware(hub: Eui64, version: str) -> Node:
    """``CommsHubFirmwareActivation``: a hub runs another firmware now."""
    return _named("CommsHubFirmwareActivation", DeviceID=hub, FirmwareVersion=version)


def load_switches_changed(meter: Eui64, variant: str = "", gbcs_version: str = "") -> Node:
    """``ALCSHCALCSConfigurationChange``: a meter's load switches got new descriptions."""
    return _named(
        "ALCSHCALCSConfigurationChange", ESMEDeviceID=meter, ESMEVariant=variant, DeviceGBCSVersion=gbcs_version
    )


def version_mismatch(code: str, device: Eui64 | None, user_version: str) -> Node:
    """``DUISVersionMismatch``: an alert that the User's version of DUIS cannot express."""
    withheld = _named("DCCAlertVersionMismatch", DCCAlertCode=code, DeviceID=device)
    return Node("DUISVersionMismatch", children=(withheld, Node("ServiceUserDUISVersion", user_version)))


def wrong_certificate(device: Eui64, serial: int | None) -> Node:
    """``CoSCertificateAlert``: a change of supplier named a certificate that cannot be used."""
    return _named("CoSCertificateAlert", DeviceID=device, CertificateSerialNumber="" if serial is None else str(serial))


def node_from(name: str, value: Any) -> Node:
    """An element from JSON: an object becomes children in its order, a list of objects repeats the element.

    Raises: ValueError: a value that is no text, number, boolean, object or null.
    """
    if isinstance(value, Mapping):
        children: list[Node] = []
        for child, inner in value.items():
            for each in inner if isinstance(inner, list) else [inner]:
                children.append(node_from(str(child), each))  # noqa: PERF401 - two levels read better as loops
        return Node(name, children=tuple(children))
    if value is None:
        return Node(name)
    if isinstance(value, bool):
        return Node(name, "true" if value else "false")
    if isinstance(value, str | int | float):
        return Node(name, str(value))
    raise ValueError(f"{name}: expected text, a number, an object or null, got {type(value).__name__}")
