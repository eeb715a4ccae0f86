"""Value types of the ZigBee Cluster Library: size, sign, and the value that says that there is none.

One table for everybody who reads such values: ``catalogue/zcl-types.csv``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from schemas.tables import table_rows


@dataclass(frozen=True, slots=True)
class ZclType:
    """One type. ``octets`` is 0 for strings, whose first octet is their length.

    ``no_value`` is the number that stands for no value (of a string: its length); None: every number is a value.
    """

    code: int
    name: str
    octets: int
    is_signed: bool
    no_value: int | None

    @property
    def is_string(self) -> bool:
        """Whether it is a string of octets or characters."""
        return self.octets == 0


@cache
def zcl_types() -> Mapping[int, ZclType]:
    """By code. Source: ZigBee Cluster Library, data types and their invalid values."""
    found = {}
    for row in table_rows("catalogue", "zcl-types.csv"):
        code, octets, is_signed = int(row["code"], 16), int(row["octets"]), row["signed"] == "yes"
        raw = bytes.fromhex(row["no_value"])
        no_value = int.from_bytes(raw, "big", signed=is_signed) if raw else None
        found[code] = ZclType(code, row["name"], octets, is_signed, no_value)
    return MappingProxyType(found)


def no_value_of(octets: int, *, is_signed: bool) -> int:
    """The number of that size that stands for no value."""
    return -(1 << 8 * octets - 1) if is_signed else (1 << 8 * octets) - 1
