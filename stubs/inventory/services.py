"""The Non-Device services of the inventory: what each answers and changes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType

from schemas.load import UserRole, device_types, roles
from stubs.inventory.inventory import REMOVED, Inventory
from stubs.inventory.non_device import Change, NonDeviceRequest, NonDeviceResult, PendingDccAlert, eui_of
from stubs.inventory.records import InventoryRecord, RecordValue
from stubs.inventory.views import MOST_DEVICES, inventory_node, place_of, wan_matrix_node
from stubs.wire.duis import Node
from stubs.wire.errors import Refusal
from stubs.wire.eui64 import Eui64


def read_inventory(inventory: Inventory, request: NonDeviceRequest) -> NonDeviceResult:
    """8.2: the hub and all its devices, whatever the criterion named.

    Raises: Refusal: ``inventory-empty``: nothing was found, or, by settings, more than the answer holds.
    """
    body = request.body
    found: list[InventoryRecord]
    if (uprn := body.get("UPRN")) is not None:
        found = inventory.by_uprn(uprn)
    elif body.get("DeviceID") is not None:
        record = inventory.get(eui_of(body, "DeviceID"))
        found = [record] if record else []
    elif (mpxn := body.get("MPxN")) is not None:
        found = inventory.by_meter_point(mpxn)
    else:
        postcode, address = body.get("PropertyFilter/PostCode"), body.get("PropertyFilter/AddressIdentifier")
        found = inventory.by_place(postcode or "", address or "")
    if not found:
        raise Refusal("inventory-empty", "no device of the inventory matches the search")
    shown = {member.device: member for record in found for member in inventory.family(record)}
    if len(shown) > MOST_DEVICES:
        if request.settings.inventory_overflow == "refuse":
            raise Refusal("inventory-empty", f"{len(shown)} devices match, the answer holds {MOST_DEVICES}")
        shown = _that_fit(shown, {record.device for record in found})
    return NonDeviceResult(result=inventory_node(shown.values()))


def _that_fit(shown: Mapping[Eui64, InventoryRecord], asked_for: Collection[Eui64]) -> dict[Eui64, InventoryRecord]:
    """Keep as many as the answer holds: hubs, then what the search named, then the rest by identity; in their order."""

    def rank(record: InventoryRecord) -> tuple[bool, bool, Eui64]:
        return (record.device_type != "CHF", record.device not in asked_for, record.device)

    kept = {record.device for record in sorted(shown.values(), key=rank)[:MOST_DEVICES]}
    return {device: record for device, record in shown.items() if device in kept}


def _model_is_known(request: NonDeviceRequest) -> bool:
    approved = request.settings.approved_models
    return not approved or f"{request.body.get('DeviceManufacturer')}/{request.body.get('DeviceModel')}" in approved


_PRENOTIFIED = {
    "DeviceManufacturer": "DeviceManufacturer",
    "DeviceModel": "DeviceModel",
    "DeviceType": "DeviceType",
    "SMETSCHTSVersion": "SMETSCHTSVersion",
    "FirmwareVersion": "DeviceFirmwareVersion",
    "ESMEVariant": "ESMEVariant",
}


def prenotify(inventory: Inventory, request: NonDeviceRequest) -> NonDeviceResult:
    """12.2: a new record, Pending; a hub brings its gas proxy along.

    Raises: Refusal: ``prenotify-duplicate``, ``prenotify-same-identity``, ``prenotify-model``.
    """
    body = request.body
    device, proxy = Eui64.parse(body.get("DeviceID") or ""), eui_of(body, "AssociatedGPFDeviceID")
    for identity in (device, proxy):
        if inventory.get(identity) is not None:
            raise Refusal("prenotify-duplicate", f"{identity} is in the inventory already")
    if device == proxy:
        raise Refusal(
            "prenotify-same-identity", f"expected different identities for hub and gas proxy, got {device} twice"
        )
    if not _model_is_known(request):
        raise Refusal("prenotify-model", f"model {body.get('DeviceModel')} is not on the simulated product list")
    values: dict[str, RecordValue] = {ours: text for theirs, ours in _PRENOTIFIED.items() if (text := body.get(theirs))}
    values |= {"DeviceStatus": "Pending", "CPLStatus": "Active", "PrenotifiedBy": str(request.sender)}
    if "DeviceFirmwareVersion" in values:
        values["DeviceFirmwareVersionStatus"] = "Active"
    if device_types()[body.get("DeviceType") or ""].has_credentials:
        values["DeviceGBCSVersion"] = "4.2"
    changes: list[Change] = [(device, values)]
    if proxy:
        values["AssociatedGPFDeviceID"] = str(proxy)
        changes.append(
            (proxy, {**values, "DeviceType": "GPF", "AssociatedCHFDeviceID": str(device), "AssociatedGPFDeviceID": ""})
        )
    return NonDeviceResult(changes=tuple(changes))


def named(inventory: Inventory, request: NonDeviceRequest) -> tuple[InventoryRecord, UserRole]:
    """The device in the body, and the sender's role that is responsible for it; the first for what it pre-notified."""
    device = eui_of(request.body, "DeviceID")
    record = inventory.get(device)
    if record is None:
        raise Refusal("inventory-device", f"{device} is not in the inventory")
    responsible = inventory.responsible(record)
    for role in request.roles:
        parties = responsible.get(role, frozenset())
        if parties is None or request.sender in parties:
            return record, role
    if record.status == "Pending" and record.prenotified_by == request.sender:
        return record, request.roles[0]
    roles = ", ".join(request.roles)
    raise Refusal("inventory-authorised", f"{request.sender} ({roles}) is not responsible for {device}")


def decommission(inventory: Inventory, request: NonDeviceRequest) -> NonDeviceResult:
    """8.3: the device, and with a hub its gas proxy, become Decommissioned; interested parties are told.

    Raises: Refusal: ``inventory-device``, ``inventory-authorised``, ``decommission-status``.
    """
    record, role = named(inventory, request)
    if record.status in {"Decommissioned", "Withdrawn"}:
        raise Refusal("decommission-status", f"{record.device} is {record.status} already")
    records = [record]
    if record.device_type == "CHF":
        records += [member for member in inventory.on_hub(record.device) if member.device_type == "GPF"]
    return NonDeviceResult(
        changes=tuple((each.device, {"DeviceStatus": "Decommissioned"}) for each in records),
        notices=(PendingDccAlert("device-decommissioned", record),),
        role=role,
    )


_DETAILS = {
    "DeviceManufacturer": "DeviceManufacturer",
    "DeviceModel": "DeviceModel",
    "SMETSCHTSVersion": "SMETSCHTSVersion",
    "FirmwareVersion": "DeviceFirmwareVersion",
    "ESMEVariant": "ESMEVariant",
}
_STATUS_CHANGES = MappingProxyType(
    {
        "Pending": frozenset({"Whitelisted", "InstalledNotCommissioned", "Suspended"}),
        "InstalledNotCommissioned": frozenset({"Pending", "Whitelisted"}),
        "Commissioned": frozenset({"Pending", "InstalledNotCommissioned"}),
        "Withdrawn": frozenset({"Decommissioned"}),
    }
)
"""8.4: wanted status to the statuses it may be asked in (inferred)."""


def _wanted_status(body: Node) -> tuple[str, bool] | None:
    """The status asked for, and whether it is asked for a hub; None: another change is."""
    for name, of_hub in (("UpdateDeviceStatusExceptCH", False), ("UpdateDeviceStatusCH", True)):
        if (wanted := body.get(name)) is not None:
            return wanted, of_hub
    return None


def _check_status(record: InventoryRecord, body: Node) -> None:
    wanted = _wanted_status(body)
    if wanted is not None and record.status not in _STATUS_CHANGES[wanted[0]]:
        raise Refusal("update-status", f"a device that is {record.status} cannot become {wanted[0]}")
    if body.find("DeleteDevice") is not None and record.status != "Pending":
        raise Refusal("update-status", f"only a Pending device may be deleted, this one is {record.status}")


def _check_kind(record: InventoryRecord, body: Node) -> None:
    wanted = _wanted_status(body)
    if wanted is not None and (record.device_type in {"CHF", "GPF"}) != wanted[1]:
        kind = "a hub" if wanted[1] else "a device other than a hub"
        raise Refusal("update-kind", f"expected {kind}, got {record.device_type}")


def update_inventory(inventory: Inventory, request: NonDeviceRequest) -> NonDeviceResult:
    """8.4: a status, details, the meter point, or the end of a record.

    Raises: Refusal: ``inventory-device``, ``inventory-authorised``, ``update-status``, ``update-rights``,
    ``update-kind``, ``update-meter-point``.
    """
    record, role = named(inventory, request)
    _check_status(record, request.body)
    if not roles()[role].is_supplier and record.prenotified_by != request.sender:
        raise Refusal("update-rights", f"role {role} may change only what it pre-notified")
    _check_kind(record, request.body)
    return replace(_update(inventory, request, record), role=role)


def _update(inventory: Inventory, request: NonDeviceRequest, record: InventoryRecord) -> NonDeviceResult:
    body = request.body
    wanted = _wanted_status(body)
    if wanted is not None:
        values = {"DeviceStatus": wanted[0]}
        if wanted[0] == "Commissioned":
            values["DateCommissioned"] = f"{request.now.date().isoformat()}Z"
        return NonDeviceResult(changes=((record.device, values),))
    if body.find("DeleteDevice") is not None:
        return NonDeviceResult(
            changes=((record.device, {REMOVED: True}),), notices=(PendingDccAlert("device-removed", record),)
        )
    details = body.find("UpdateDeviceDetails")
    if details is not None:
        given = {ours: text for theirs, ours in _DETAILS.items() if (text := details.get(theirs))}
        return NonDeviceResult(changes=((record.device, given),) if given else ())
    meter_point = body.find("UpdateMPxN")
    assert meter_point is not None, "the schema leaves no other choice"
    chosen = meter_point.children[0]
    if inventory.meter_point(chosen.text) is None:
        raise Refusal("update-meter-point", f"meter point {chosen.text} is not registered")
    return NonDeviceResult(changes=((record.device, {chosen.name: chosen.text}),))


def wan_matrix(inventory: Inventory, request: NonDeviceRequest) -> NonDeviceResult:
    """12.1: coverage for a property or address: what a tester set for it, else made up."""
    return NonDeviceResult(result=wan_matrix_node(request.body, inventory.covered(place_of(request.body))))
