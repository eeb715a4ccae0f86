"""The Smart Metering Inventory, registration data, coverage, products, and the Non-Device services that use them.

State is folded from InventoryChanged, MeterPointRegistered, RegistrationChanged, CoverageSet and ProductListed. The
service functions decide and return what should change; nothing here knows devices, counters or who signed.
"""

from collections.abc import Mapping
from types import MappingProxyType

from schemas.load import Srv
from stubs.inventory.firmware import FIRMWARE_SERVICES, version_of
from stubs.inventory.hubs import HUB_SERVICES
from stubs.inventory.inventory import REMOVED, Inventory
from stubs.inventory.non_device import Change, NonDeviceRequest, NonDeviceResult, PendingDccAlert, Service
from stubs.inventory.records import InventoryRecord, MeterPoint, Product, Term
from stubs.inventory.services import SERVICES as RECORD_SERVICES
from stubs.inventory.views import COVERAGE, device_node, wan_matrix_node

SERVICES: Mapping[Srv, Service] = MappingProxyType({**RECORD_SERVICES, **HUB_SERVICES, **FIRMWARE_SERVICES})
"""The Non-Device services that inventory, coverage and products answer."""

__all__ = [
    "COVERAGE",
    "REMOVED",
    "SERVICES",
    "Change",
    "Inventory",
    "InventoryRecord",
    "MeterPoint",
    "NonDeviceRequest",
    "NonDeviceResult",
    "PendingDccAlert",
    "Product",
    "Service",
    "Term",
    "device_node",
    "version_of",
    "wan_matrix_node",
]
