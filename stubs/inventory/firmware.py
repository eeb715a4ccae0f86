"""Firmware images on their way to devices (11.1, 11.4): which devices take them, by the certified products list.

Source: DUIS 5.4 schema for the five lists of a warning; what puts a device on which list is inferred from their names.
That the hash of the list is the SHA-256 of the whole image is inferred.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import timedelta

from stubs.inventory.inventory import Inventory
from stubs.inventory.non_device import ImageOnItsWay, NonDeviceRequest, NonDeviceResult, PendingDccAlert
from stubs.inventory.records import InventoryRecord, Product
from stubs.wire.duis import Node
from stubs.wire.errors import Refusal
from stubs.wire.eui64 import Eui64

_LISTS = (
    "InvalidDeviceIDList",
    "NotCommissionedDeviceIDList",
    "NotApplicableFirmwareDeviceIDList",
    "OtherRequestInProgressList",
    "InvalidGBCSVersionList",
)
_INVALID, _NOT_COMMISSIONED, _NOT_APPLICABLE, _IN_PROGRESS, _OLDER_GBCS = _LISTS


@dataclass(frozen=True, slots=True)
class Distribution:
    """One of the two services: which devices it is for, its warning."""

    srv: str
    device_types: frozenset[str]
    warning: str
    code: str


METER_FIRMWARE = Distribution("11.1", frozenset({"ESME", "GSME"}), "DSPUpdateFirmwareWarning", "W110101")
DISPLAY_FIRMWARE = Distribution("11.4", frozenset({"PPMID", "HCALCS"}), "DSPUpdatePPMIDFirmwareWarning", "W110401")


@dataclass(frozen=True, slots=True)
class Image:
    """Identity of an image: the version, eight hexadecimal digits, and the SHA-256 of the octets, hexadecimal."""

    version: str
    hash: str


@dataclass(slots=True)
class Sorted:
    """Devices that take the image, and the others by the list that says why not."""

    taken: list[InventoryRecord] = field(default_factory=list)
    left_out: dict[str, list[Eui64]] = field(default_factory=dict)

    def warning(self, name: str) -> Node:
        """The element that lists who was left out."""
        lists = (Node(each, ",".join(map(str, self.left_out[each]))) for each in _LISTS if each in self.left_out)
        return Node(name, children=tuple(lists))


def version_of(text: str) -> str:
    """A firmware version as compared and as a device holds it: eight upper-case hexadecimal digits."""
    return text.strip().upper().zfill(8)


def _products(inventory: Inventory, image: Image) -> list[Product] | None:
    """Entries the image goes by; None: the list is empty, so that every image is on it."""
    if not inventory.products:
        return None
    return [
        product
        for product in inventory.products.values()
        if version_of(product.firmware_version) == image.version
        and product.status == "Active"
        and (not product.hash or product.hash.upper() == image.hash)
    ]


def _is_responsible(inventory: Inventory, request: NonDeviceRequest, record: InventoryRecord) -> bool:
    responsible = inventory.responsible(record)
    return any(
        role in responsible and ((parties := responsible[role]) is None or request.sender in parties)
        for role in request.roles
    )


def _gbcs(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())


def _why_not(
    inventory: Inventory,
    request: NonDeviceRequest,
    kind: Distribution,
    record: InventoryRecord | None,
    products: list[Product] | None,
) -> str:
    """The list a device belongs on; empty: it takes the image."""
    if record is None or record.device_type not in kind.device_types:
        return _INVALID
    if not _is_responsible(inventory, request, record):
        return _INVALID
    if record.status != "Commissioned":
        return _NOT_COMMISSIONED
    if products is not None:
        fitting = [p for p in products if (p.manufacturer, p.model) == (record.manufacturer, record.model)]
        if not fitting:
            return _NOT_APPLICABLE
        if all(_gbcs(p.gbcs_version) < _gbcs(record.gbcs_version) for p in fitting if p.gbcs_version) and all(
            p.gbcs_version for p in fitting
        ):
            return _OLDER_GBCS
    return _IN_PROGRESS if request.is_busy(record.device) else ""


def _sort(inventory: Inventory, request: NonDeviceRequest, kind: Distribution, image: Image) -> Sorted:
    products = _products(inventory, image)
    if products == []:
        raise Refusal(
            "firmware-unlisted",
            f"no active entry of the certified products list has version {image.version} and this image's hash",
            response_code=f"E{kind.srv.split('.')[0]}0{kind.srv.split('.')[1]}01",
        )
    found = Sorted()
    for text in dict.fromkeys((request.body.get("DeviceIDList") or "").upper().split(",")):
        device = Eui64.parse(text)
        record = inventory.get(device)
        why = _why_not(inventory, request, kind, record, products)
        if why:
            found.left_out.setdefault(why, []).append(device)
        elif record is not None:
            found.taken.append(record)
    return found


def _distribute(kind: Distribution, inventory: Inventory, request: NonDeviceRequest) -> NonDeviceResult:
    octets = base64.b64decode("".join((request.body.get("FirmwareImage") or "").split()))
    image = Image(version_of(request.body.get("FirmwareVersion") or ""), hashlib.sha256(octets).hexdigest().upper())
    found = _sort(inventory, request, kind, image)
    if not found.taken:
        raise Refusal(
            "firmware-devices",
            f"no device takes the image: {', '.join(found.left_out)}",
            response_code=f"E{kind.srv.split('.')[0]}0{kind.srv.split('.')[1]}02",
        )
    is_warned = bool(found.left_out) and request.settings.firmware_warning
    return NonDeviceResult(
        result=found.warning(kind.warning) if is_warned else None,
        code=kind.code if is_warned else "",
        images=tuple(_on_its_way(request, image, record) for record in found.taken),
        notices=tuple(_requested(kind, request, found)),
    )


def _on_its_way(request: NonDeviceRequest, image: Image, record: InventoryRecord) -> ImageOnItsWay:
    due = request.now + timedelta(seconds=request.settings.firmware_time)
    return ImageOnItsWay(record.device, due, image.version, image.hash)


def _requested(kind: Distribution, request: NonDeviceRequest, found: Sorted) -> list[PendingDccAlert]:
    """``FirmwareUpgradeRequested``, one for each type of device, to the others who are responsible for them."""
    if kind is not METER_FIRMWARE:
        return []
    notices = []
    for device_type in sorted({record.device_type for record in found.taken}):
        records = [record for record in found.taken if record.device_type == device_type]
        content = Node(
            "FirmwareUpgradeRequested",
            children=(
                Node("DeviceType", device_type),
                Node("FirmwareVersion", request.body.get("FirmwareVersion") or ""),
                Node("DeviceList", ",".join(str(record.device) for record in records)),
            ),
        )
        notices.append(PendingDccAlert("firmware-requested", records[0], content))
    return notices


def update_firmware(inventory: Inventory, request: NonDeviceRequest) -> NonDeviceResult:
    """11.1: an image for meters. Raises: Refusal: ``firmware-unlisted``, ``firmware-devices``."""
    return _distribute(METER_FIRMWARE, inventory, request)


def update_display_firmware(inventory: Inventory, request: NonDeviceRequest) -> NonDeviceResult:
    """11.4: an image for prepayment displays and load switches. Raises: Refusal: as 11.1."""
    return _distribute(DISPLAY_FIRMWARE, inventory, request)
