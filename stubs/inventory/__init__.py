"""The Smart Metering Inventory, registration data, coverage, products, and the Non-Device services that use them.

State is folded from InventoryChanged, MeterPointRegistered, RegistrationChanged, CoverageSet and ProductListed. The
service functions decide and return what should change; nothing here knows devices, counters or who signed.
"""

from stubs.inventory.firmware import update_display_firmware, update_firmware, version_of
from stubs.inventory.hubs import hub_of, installed, installed_without_wan, returned, returned_faulty
from stubs.inventory.inventory import REMOVED, Inventory
from stubs.inventory.meter_points import MeterPoint, StoredMeterPoint, Term, party_of, point_of
from stubs.inventory.non_device import Change, ImageOnItsWay, NonDeviceRequest, NonDeviceResult, PendingDccAlert
from stubs.inventory.records import CoverageValue, InventoryRecord, Product, RecordValue, StoredRecord
from stubs.inventory.services import decommission, prenotify, read_inventory, update_inventory, wan_matrix
from stubs.inventory.views import COVERAGE, device_node, region_of, wan_matrix_node

__all__ = [
    "COVERAGE",
    "REMOVED",
    "Change",
    "CoverageValue",
    "ImageOnItsWay",
    "Inventory",
    "InventoryRecord",
    "MeterPoint",
    "NonDeviceRequest",
    "NonDeviceResult",
    "PendingDccAlert",
    "Product",
    "RecordValue",
    "StoredMeterPoint",
    "StoredRecord",
    "Term",
    "decommission",
    "device_node",
    "hub_of",
    "installed",
    "installed_without_wan",
    "party_of",
    "point_of",
    "prenotify",
    "read_inventory",
    "region_of",
    "returned",
    "returned_faulty",
    "update_display_firmware",
    "update_firmware",
    "update_inventory",
    "version_of",
    "wan_matrix",
    "wan_matrix_node",
]
