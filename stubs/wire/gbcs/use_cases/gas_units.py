"""In what a gas meter counts: unit, multiplier and divisor of its registers, read and never assumed.

Source: ZigBee Cluster Library, metering cluster: unit of measure 01 is m³ (00 kWh, 02 ft³, 03 ccf…); a register is the
number times multiplier over divisor. The MMC schema has cubic metres alone, so other units are refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stubs.wire.gbcs.octets import GbcsError

CUBIC_METRES = 1
_UNITS = {
    0x00: "kWh",
    0x01: "m³",
    0x02: "ft³",
    0x03: "ccf",
    0x04: "US gallons",
    0x05: "imperial gallons",
    0x06: "BTU",
    0x07: "litres",
    0x08: "kPa",
    0x09: "kPa absolute",
    0x0C: "MJ",
}
"""The unit in the lower seven bits; the eighth says that numbers are binary coded decimals."""
_SCALE = frozenset({"Divisor", "Multiplier", "UnitOfMeasure"})


def needs(raw: Mapping[str, Any], wanted: str, unit: int, word: str) -> None:
    """Require a unit. Raises: GbcsError: the attribute ``wanted`` was read and has another unit than ``unit``."""
    if wanted in raw and raw[wanted] != unit:
        number = int(raw[wanted])
        raise GbcsError(
            f"{wanted} is not {word}", 0, expected=f"{unit:02X}", got=f"{number:02X} {_UNITS.get(number, '')}"
        )


def factor(raw: Mapping[str, Any]) -> tuple[int, int] | None:
    """Multiplier and divisor to cubic metres; None when one of them, or the unit, could not be read.

    Raises: GbcsError: another unit, or a multiplier or divisor of zero.
    """
    needs(raw, "UnitOfMeasure", CUBIC_METRES, "cubic metres")
    for name in ("Divisor", "Multiplier"):
        if name in raw and not raw[name]:
            raise GbcsError(f"a {name.lower()} of zero", 0, expected="1 or more", got="0")
    return (raw["Multiplier"], raw["Divisor"]) if raw.keys() >= _SCALE else None
