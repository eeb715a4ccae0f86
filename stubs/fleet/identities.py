"""Identities of a fleet's devices: a device's EUI-64 and type follow from its number."""

from __future__ import annotations

from stubs.wire.errors import Misuse
from stubs.wire.eui64 import Eui64

FLEET_PREFIX = bytes.fromhex("00db1f10")
"""First octets of every identity of a fleet: of simulated devices, and of no premises."""
_TYPES = ("ESME", "GSME")
_MULTIPLIER = 0x9E3779B97F4A7C15
"""Odd, so that number times this, modulo a power of two, meets every device; consecutive messages lie far apart."""


def device_type_of(number: int) -> str:
    """Electricity and gas meters in turn (inferred: most premises have both)."""
    return _TYPES[number % len(_TYPES)]


def of_type(number: int, device_type: str, devices: int) -> int:
    """The device of that type at or next to ``number`` in a fleet of ``devices``; ``number`` where there is none."""
    if device_type_of(number) == device_type or devices < len(_TYPES):
        return number
    return number - 1 if number % len(_TYPES) else (number + 1) % devices


def device_of_message(number: int, device_type: str, devices: int) -> int:
    """The device that message ``number`` of a fleet is of; ``device_type`` empty: of whichever type."""
    chosen = (number * _MULTIPLIER) % (1 << 64) % devices
    return of_type(chosen, device_type, devices) if device_type else chosen


def fleet_eui(number: int) -> Eui64:
    """Identity of device ``number`` (32 bits). Raises: Misuse: more devices than identities."""
    if not 0 <= number < 1 << 32:
        raise Misuse(f"a fleet has 2**32 identities, got number {number}")
    return Eui64(FLEET_PREFIX + number.to_bytes(4, "big"))
