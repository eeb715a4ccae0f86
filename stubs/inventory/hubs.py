"""Notices about communications hubs: installed with and without SM WAN, returned with and without a fault (8.14.x).

What each does to the inventory is inferred: an installed hub is Commissioned once it has SM WAN, a returned one is
Decommissioned with its gas proxy.
"""

from __future__ import annotations

from stubs.inventory.inventory import Inventory
from stubs.inventory.non_device import Change, NonDeviceRequest, NonDeviceResult, PendingDccAlert, eui_of
from stubs.inventory.records import InventoryRecord, RecordValue
from stubs.wire.errors import Refusal
from stubs.wire.eui64 import Eui64

_ENDED = frozenset({"Decommissioned", "Withdrawn"})


def hub_of(inventory: Inventory, request: NonDeviceRequest) -> InventoryRecord:
    """8.14: the hub that the notice is about. Raises: Refusal: ``hub-unknown``, ``hub-status``."""
    device = eui_of(request.body, "DeviceID")
    record = inventory.get(device)
    if record is None or record.device_type != "CHF":
        raise Refusal("hub-unknown", f"{device} is not a communications hub of the inventory")
    if record.status in _ENDED:
        raise Refusal("hub-status", f"the hub is {record.status}")
    return record


def _proxies(inventory: Inventory, hub: Eui64) -> list[InventoryRecord]:
    return [member for member in inventory.on_hub(hub) if member.device_type == "GPF"]


def _installed(inventory: Inventory, request: NonDeviceRequest, status: str) -> tuple[Change, ...]:
    record = hub_of(inventory, request)
    mpxn = request.body.get("MPxN") or ""
    point = inventory.meter_point(mpxn)
    values: dict[str, RecordValue] = {"DeviceStatus": status, "MPxNs": sorted({*record.meter_points, mpxn})}
    if status == "Commissioned" and record.status != "Commissioned":
        values["DateCommissioned"] = f"{request.now.date().isoformat()}Z"
    if point is not None and point.postcode:
        values |= {"PostCode": point.postcode, "AddressIdentifier": point.address, "UPRN": point.uprn}
    shared = {name: value for name, value in values.items() if name != "MPxNs"}
    proxies = _proxies(inventory, record.device)
    return ((record.device, values), *((proxy.device, shared) for proxy in proxies))


def installed(inventory: Inventory, request: NonDeviceRequest) -> NonDeviceResult:
    """8.14.1: a hub was installed and has SM WAN: it is Commissioned, with its gas proxy, for that meter point.

    Raises: Refusal: ``hub-unknown``, ``hub-status``.
    """
    return NonDeviceResult(changes=_installed(inventory, request, "Commissioned"))


def installed_without_wan(inventory: Inventory, request: NonDeviceRequest) -> NonDeviceResult:
    """8.14.2: a hub was installed and found no SM WAN: it waits for it.

    Raises: Refusal: ``hub-unknown``, ``hub-status``.
    """
    return NonDeviceResult(changes=_installed(inventory, request, "InstalledNotCommissioned"))


def _returned(inventory: Inventory, request: NonDeviceRequest) -> NonDeviceResult:
    record = hub_of(inventory, request)
    gone = (record, *_proxies(inventory, record.device))
    return NonDeviceResult(
        changes=tuple((each.device, {"DeviceStatus": "Decommissioned"}) for each in gone),
        notices=(PendingDccAlert("device-decommissioned", record),),
    )


def returned_faulty(inventory: Inventory, request: NonDeviceRequest) -> NonDeviceResult:
    """8.14.3: a hub goes back because of a fault; the other device named was there when it was found.

    Raises: Refusal: ``hub-unknown``, ``hub-status``, ``hub-other-device``.
    """
    other = eui_of(request.body, "OtherDeviceID")
    if inventory.get(other) is None:
        raise Refusal("hub-other-device", f"{other} is not in the inventory")
    return _returned(inventory, request)


def returned(inventory: Inventory, request: NonDeviceRequest) -> NonDeviceResult:
    """8.14.4: a hub goes back, or was lost, without a fault. Raises: Refusal: ``hub-unknown``, ``hub-status``."""
    return _returned(inventory, request)
