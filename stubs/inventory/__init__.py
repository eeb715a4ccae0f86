"""The Smart Metering Inventory, the registration data of meter points, and the Non-Device services that use them.

State is folded from InventoryChanged and MeterPointRegistered. The service functions decide and return what should
change; nothing here knows devices, counters or who signed.
"""

from stubs.inventory.inventory import Inventory
from stubs.inventory.records import InventoryRecord, MeterPoint
from stubs.inventory.services import SERVICES, Change, Decision, Notice
from stubs.inventory.views import device_node, wan_matrix_node

__all__ = [
    "SERVICES",
    "Change",
    "Decision",
    "Inventory",
    "InventoryRecord",
    "MeterPoint",
    "Notice",
    "device_node",
    "wan_matrix_node",
]
