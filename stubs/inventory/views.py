"""Inventory records and coverage as the elements of DUIS answers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from stubs.inventory.records import CoverageValue, InventoryRecord
from stubs.wire.duis import Node
from stubs.wire.identifiers import like, read_place

_SIMPLE_BEFORE_PLACE = (
    ("DeviceID", "device"),
    ("DeviceType", "told_type"),
    ("DeviceStatus", "status"),
    ("DeviceManufacturer", "manufacturer"),
    ("DeviceModel", "model"),
    ("SMETSCHTSVersion", "smets_version"),
    ("DeviceFirmwareVersion", "firmware_version"),
    ("DeviceFirmwareVersionStatus", "firmware_status"),
    ("CPLStatus", "cpl_status"),
    ("DateCommissioned", "date_commissioned"),
    ("ImportMPxN", "import_mpxn"),
    ("SecondaryImportMPAN", "secondary_import_mpan"),
    ("ExportMPAN", "export_mpan"),
    ("ESMEVariant", "esme_variant"),
    ("UPRN", "uprn"),
)
_SIMPLE_AFTER_PLACE = (
    ("CSPRegion", "csp_region"),
    ("DeviceGBCSVersion", "gbcs_version"),
    ("HANVariant", "han_variant"),
    ("Connectivity", "connectivity"),
)
_MANDATORY = frozenset({"DeviceID", "DeviceType", "DeviceManufacturer", "DeviceModel"})

MOST_DEVICES = 17
"""DSPInventory holds 1 to 17 devices (DUIS 5.4 schema)."""

_REGIONS = ("North", "Central", "South")


def _simple(record: InventoryRecord, names: Iterable[tuple[str, str]]) -> list[Node]:
    nodes = []
    for name, attribute in names:
        value = getattr(record, attribute)
        if value or name in _MANDATORY:
            nodes.append(Node(name, str(value)))
    return nodes


def device_node(record: InventoryRecord) -> Node:
    """``Device`` of a DSPInventory answer; unknown fields are left out (DUIS 5.4 schema, order as there)."""
    children = _simple(record, _SIMPLE_BEFORE_PLACE)
    if record.postcode:
        place = (Node("PostCode", record.postcode), Node("AddressIdentifier", record.address))
        children.append(Node("PropertyFilter", children=place))
    children += _simple(record, _SIMPLE_AFTER_PLACE)
    return Node("Device", children=tuple(children))


def inventory_node(records: Iterable[InventoryRecord]) -> Node:
    """``DSPInventory``; at most 17 devices."""
    return Node("DSPInventory", children=tuple(device_node(record) for record in records))


def region_of(place: str) -> str:
    """The region that serves a post code or property, made up but always the same for the same text."""
    return _REGIONS[hashlib.sha256(place.encode()).digest()[0] % len(_REGIONS)]


COVERAGE = MappingProxyType(
    {
        "CSPRegion": "",
        "CSPRegionResponseCode": "I0",
        "CoverageAvailability": "true",
        "AnticipatedCoverageDate": "",
        "WANTechnology": "Cellular",
        "ConnectivityLikelihood": "High",
        "AuxiliaryEquipmentRequired": "",
        "AdditionalInformation": "",
    }
)
"""Elements of one region's coverage in order, with their values for a place without data."""


def place_of(request: Node) -> str:
    """The UPRN or post code that 12.1 asks for."""
    return request.get("UPRN") or request.get("PartialAddress/PostCode") or ""


def wan_matrix_node(request: Node, known: Mapping[str, CoverageValue]) -> Node:
    """``DSPWANMatrix``: the request repeated, and coverage: as set for the place, else made up."""
    region = region_of(like(read_place, place_of(request)).replace(" ", ""))
    made_up = {"CSPRegion": region, "WANTechnology": "Long Range Radio" if region == "North" else "Cellular"}
    values = {**COVERAGE, **made_up, **known}
    coverage = tuple(Node(name, text_of(values[name])) for name in COVERAGE if text_of(values[name]))
    return Node(
        "DSPWANMatrix",
        children=(Node("Request", children=request.children), Node("DSPWANMatrixResponse", children=coverage)),
    )


def text_of(value: object) -> str:
    """A value from JSON as XML has it."""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
