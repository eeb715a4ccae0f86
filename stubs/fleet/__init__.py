"""A fleet of very many devices that only speak: signed responses and alerts with real GBCS, made from a number.

A device is its number: identity and keys follow from it, nothing is kept of it, so a million of them need no memory.
What they say was said once by full simulated devices (``stubs.devices``) and is protected anew with each device's own
keys. Knows no socket, no plan and no clock: numbers and instants come in, octets go out.
"""

from stubs.fleet.fleet import Fleet, FleetMessage, FleetMessageKind
from stubs.fleet.identities import FLEET_PREFIX, device_of_message, device_type_of, fleet_eui

__all__ = [
    "FLEET_PREFIX",
    "Fleet",
    "FleetMessage",
    "FleetMessageKind",
    "device_of_message",
    "device_type_of",
    "fleet_eui",
]
