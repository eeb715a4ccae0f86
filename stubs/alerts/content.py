"""Contents of DCC alerts: the one element inside ``DCCAlert`` (DUIS 5.4 schema; outlines in the DUIS guide)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from stubs.wire.duis import Node, write_date_time


def _status_change(device: str, *change: Node) -> Node:
    return Node(
        "DeviceStatusChangeEvent", children=(Node("DeviceID", device), Node("DeviceStatusChange", children=change))
    )


def _meter_points(name: str, mpxn: str, secondary: str, export: str) -> Node:
    pairs = (("ImportMPxN", mpxn), ("SecondaryImportMPAN", secondary), ("ExportMPAN", export))
    return Node(name, children=tuple(Node(label, number) for label, number in pairs if number))


def device_log_result(request_id: str) -> Node:
    """``UpdateHANDeviceLogResult``: the outcome of an 8.11 request."""
    return Node("UpdateHANDeviceLogResult", children=(Node("UpdateHANDeviceLogServiceRequestID", request_id),))


def command_failure(request_id: str, device: str) -> Node:
    """``CommandFailure``: a device did not answer."""
    return Node("CommandFailure", children=(Node("CommandRequestID", request_id), Node("DeviceID", device)))


def meter_identity(device: str, mpxn: str, variant: str = "", secondary: str = "", export: str = "") -> Node:
    """``DeviceStatusChangeEvent`` with ``MeterIdentity``: a meter was commissioned."""
    children = [_meter_points("MeterMPxNs", mpxn, secondary, export)]
    if variant:
        children.append(Node("ESMEVariant", variant))
    return _status_change(device, Node("MeterIdentity", children=tuple(children)))


def decommissioned(
    device: str, device_type: str, mpxn: str = "", secondary: str = "", export: str = "",
    associated: Iterable[tuple[str, str]] = (),
) -> Node:  # fmt: skip
    """``DeviceStatusChangeEvent`` for a decommissioned device.

    ``associated`` holds EUI and type of a meter's Type 1 devices; the first seven are named.
    """
    if device_type in {"CHF", "GPF"}:
        return _status_change(device, Node("CHFDecommissioning"))
    if not mpxn:
        return device_removed(device)
    others = (
        Node("AssociatedType1Device", children=(Node("DeviceID", eui), Node("DeviceType", kind)))
        for eui, kind in list(associated)[:7]
    )
    points = _meter_points("MeterDecommissionOrWithdrawal", mpxn, secondary, export)
    return _status_change(device, Node("MeterDecommissioningOrWithdrawal", children=(points, *others)))


def device_removed(device: str) -> Node:
    """``DeviceStatusChangeEvent`` for a device that left the inventory."""
    return _status_change(device, Node("DeviceRemovedFromInventory"))


def quarantined(request_id: str, reference: int) -> Node:
    """``QuarantinedRequest``: a User's anomaly-detection threshold was exceeded; up to 20 digits of reference."""
    breach = (Node("RequestID", request_id), Node("QuarantineEventRef", str(reference)))
    return Node("QuarantinedRequest", children=(Node("ADUserThresholdBreach", children=breach),))


def power_outage(hub: str, start: datetime, mpxn: str) -> Node:
    """``PowerOutageEvent``: a hub lost its supply for more than three minutes."""
    children = (Node("CommsHubDeviceID", hub), Node("StartDateTime", write_date_time(start)), Node("MPxN", mpxn))
    return Node("PowerOutageEvent", children=children)


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


CONTENTS: Mapping[str, Callable[[str, datetime, str], Node]] = MappingProxyType(
    {
        "AD1": power_outage,
        "N1": lambda device, _now, _mpxn: device_removed(device),
        "N2": lambda device, _now, _mpxn: device_removed(device),
        "N16": lambda device, _now, mpxn: meter_identity(device, mpxn),
        "N999": lambda _device, _now, _mpxn: Node(
            "DUISVersionMismatch",
            children=(
                Node(
                    "DCCAlertVersionMismatch",
                    children=(Node("DCCAlertCode", "AD1"),),
                ),
                Node("ServiceUserDUISVersion", "5.1"),
            ),
        ),
    }
)
"""Default content of a DCC alert raised by hand, by code: from device, time and meter point."""
