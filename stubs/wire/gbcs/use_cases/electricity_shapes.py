"""Shapes that only electricity meters, auxiliary controllers and hubs have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from stubs.wire.errors import Misuse
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import dlms
from stubs.wire.gbcs.dlms import Data, Tag, TypeDescription
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.gbcs.use_cases.model import given
from stubs.wire.gbcs.use_cases.shapes import Shape, Simple
from stubs.wire.gbcs.use_cases.value_shapes import VALUE_SHAPES

TOU_PRICES = 48
BLOCKS = 4
BLOCK_COLUMNS = 8
_COLUMN_STEP = 0x10
_FIRST_BLOCK = 0xA0
MPAN_DIGITS = 13
TOU_SCRIPTS, BLOCK_SCRIPTS, SECONDARY_SCRIPTS = 0, 100, 200
"""Offsets of the scripts of a switching table: 1 to 48 time-of-use registers of the primary element, 101 to 108 columns
of its block matrix, 201 to 204 registers of the secondary one. Source: ECS01a, ECS01c of the reference data."""
_NO_DEVICE = bytes(8)
_CHANNELS = 27
_CHANNEL_EVENT = 7
_ONE_OCTET = bytes((9, 1))
_CHANNEL_MASK = (1 << _CHANNELS) - 1
_LEVEL = 0x80
_OUTPUT, _INPUT = 1, 2
_SWITCHED = {0x01: "Activate", 0x02: "Deactivate"}


@dataclass(frozen=True, slots=True)
class Prices:
    """The primary price matrix: 48 time-of-use prices (01 to 30), then 4 blocks of 8 columns (A1 to D8).

    ``TOUPrices`` is a tuple of 48, ``BlockPrices`` a tuple of 8 columns of 4 blocks each, as DUIS groups them; prices
    that are not set are 0. Source: the guide's section 13.3, ECS01b.
    """

    def encode(self, value: Any) -> Data:
        """See :class:`Shape`."""
        tou, columns = given(value, "TOUPrices"), given(value, "BlockPrices")
        if len(tou) != TOU_PRICES or [len(column) for column in columns] != [BLOCKS] * BLOCK_COLUMNS:
            raise Misuse("48 time-of-use prices and 8 columns of 4 block prices belong here")
        blocks = [columns[column][block] for block in range(BLOCKS) for column in range(BLOCK_COLUMNS)]
        rows = zip(_PRICE_INDEXES, (*tou, *blocks), strict=True)
        return dlms.array(
            *(dlms.structure(dlms.octets(bytes((index,))), VALUE_SHAPES["i16"].encode(price)) for index, price in rows)
        )

    def decode(self, data: Data) -> dict[str, Any]:
        """See :class:`Shape`."""
        data.expect(Tag.ARRAY)
        if tuple(row[0].octets for row in data.items) != tuple(bytes((index,)) for index in _PRICE_INDEXES):
            raise GbcsError("the indexes of a price matrix", 0, expected="01 to 30, A1 to D8")
        prices = tuple(row[1].expect(Tag.INT16) for row in data.items)
        tou, blocks = prices[:TOU_PRICES], prices[TOU_PRICES:]
        return {"TOUPrices": tou, "BlockPrices": tuple(blocks[at::BLOCK_COLUMNS] for at in range(BLOCK_COLUMNS))}

    @property
    def type(self) -> TypeDescription:
        """See :class:`Shape`."""
        raise Misuse("a price matrix does not stand in a log")


_PRICE_INDEXES = (
    *range(1, TOU_PRICES + 1),
    *(
        _FIRST_BLOCK + _COLUMN_STEP * block + column
        for block in range(BLOCKS)
        for column in range(1, BLOCK_COLUMNS + 1)
    ),
)


@dataclass(frozen=True, slots=True)
class Mpans:
    """The import MPAN, and that of the secondary element straight behind it: 13 or 26 digits."""

    def encode(self, value: Any) -> Data:
        """See :class:`Shape`."""
        first, second = given(value, "ImportMPAN"), value.get("SecondaryImportMPAN", "")
        if len(first) != MPAN_DIGITS or len(second) not in (0, MPAN_DIGITS):
            raise Misuse("an MPAN is 13 digits")
        return VALUE_SHAPES["text"].encode(first + second)

    def decode(self, data: Data) -> dict[str, Any]:
        """See :class:`Shape`."""
        digits: str = VALUE_SHAPES["text"].decode(data)
        if len(digits) not in (MPAN_DIGITS, 2 * MPAN_DIGITS):
            raise GbcsError("import MPANs", 0, expected="13 or 26 digits", got=str(len(digits)))
        second = {"SecondaryImportMPAN": digits[MPAN_DIGITS:]} if len(digits) > MPAN_DIGITS else {}
        return {"ImportMPAN": digits[:MPAN_DIGITS], **second}

    @property
    def type(self) -> TypeDescription:
        """See :class:`Shape`."""
        raise Misuse("MPANs do not stand in a log")


@dataclass(frozen=True, slots=True)
class AuxiliaryAction:
    """Action of a calendar on auxiliary controller n, as the number of a script (u16).

    ``AuxiliaryController`` 1 to 5, and ``Action`` Activate or Deactivate (n, 01 or 02) or ``CommandedStateLevel`` 0 to
    100 (10 + n, 80 + level; 20 + n with ``InputFromControlledLoad``), all hexadecimal. Read off ECS46c and ECS46d.
    """

    def encode(self, value: Any) -> Data:
        """See :class:`Shape`."""
        number = given(value, "AuxiliaryController")
        if "CommandedStateLevel" in value:
            way, level = (_INPUT if value.get("InputFromControlledLoad") else _OUTPUT), value["CommandedStateLevel"]
            if not 0 <= level < _LEVEL:
                raise Misuse(f"a level is 0 to 100, not {level}")
            return dlms.uint16(way << 12 | number << 8 | _LEVEL | level)
        for script, action in _SWITCHED.items():
            if value.get("Action") == action:
                return dlms.uint16(number << 8 | script)
        raise Misuse("an action is Activate, Deactivate or a CommandedStateLevel")

    def decode(self, data: Data) -> dict[str, Any]:
        """See :class:`Shape`."""
        script = data.expect(Tag.UINT16)
        way, number, low = script >> 12, script >> 8 & 0x0F, script & 0xFF
        if way == 0 and low in _SWITCHED:
            return {"AuxiliaryController": number, "Action": _SWITCHED[low]}
        if way not in (_OUTPUT, _INPUT) or low < _LEVEL:
            raise GbcsError("an unknown script of an auxiliary controller", 0, got=f"{script:04X}")
        level = {"AuxiliaryController": number, "CommandedStateLevel": low - _LEVEL}
        return level | ({"InputFromControlledLoad": True} if way == _INPUT else {})

    @property
    def type(self) -> TypeDescription:
        """See :class:`Shape`."""
        return TypeDescription(Tag.UINT16)


def read_channel_event(other: str) -> dict[str, Any]:
    """Read the other information of a channel log entry (6.32), in hexadecimal; empty when it has another form.

    The channel in use as 32 bits, then an octet string (09, length 1) with what had the hub scan: as the reference data
    has it, and the alert of the same event (8F26) tells it.
    """
    octets = bytes.fromhex(other)
    if len(octets) != _CHANNEL_EVENT or octets[4:6] != _ONE_OCTET:
        return {}
    bits = f"{int.from_bytes(octets[:4], 'big'):032b}"
    return {"OperatingSubGHzChannel": _channels(bits), "ScanTrigger": octets[6]}


def _channels_text(value: Any) -> str:
    """Page in the top 5 bits, then one bit per channel, channel 0 last."""
    page, channels = value["Page"], set(value["Channels"])
    if not 0 <= page < 1 << 5 or not channels <= set(range(_CHANNELS)):
        raise ValueError("a page has 5 bits, channels are 0 to 26 of their page")
    return f"{page << _CHANNELS | sum(1 << channel for channel in channels):032b}"


def _channels(bits: str) -> dict[str, Any]:
    if len(bits) != 32:
        raise GbcsError("a channel mask", 0, expected="32 bits", got=str(len(bits)))
    number = int(bits, 2)
    return {
        "Page": number >> _CHANNELS,
        "Channels": tuple(at for at in range(_CHANNELS) if (number & _CHANNEL_MASK) >> at & 1),
    }


def _switch_octets(value: Any) -> bytes:
    return _NO_DEVICE if value == "ALCS" else Eui64.parse(value).octets


def _switch(octets: bytes) -> str:
    if len(octets) != 8:
        raise GbcsError("type and identifier of a switch", 0, expected="8 octets", got=str(len(octets)))
    return "ALCS" if octets == _NO_DEVICE else str(Eui64(octets))


def _reference_octets(value: Any) -> bytes:
    code = bytes.fromhex(value["MessageCode"])
    if len(code) != 2:
        raise ValueError("a message code is 2 octets")
    return code + int(value["OriginatorCounter"]).to_bytes(8, "big")


def _reference(octets: bytes) -> dict[str, Any]:
    if len(octets) != 10:
        raise GbcsError("a reference to a command", 0, expected="10 octets", got=str(len(octets)))
    return {"MessageCode": octets[:2].hex().upper(), "OriginatorCounter": int.from_bytes(octets[2:], "big")}


ELECTRICITY_SHAPES: Mapping[str, Shape] = MappingProxyType(
    {
        "prices": Prices(),
        "mpans": Mpans(),
        "auxiliary-action": AuxiliaryAction(),
        "channels": Simple(Tag.BIT_STRING, _channels_text, _channels),
        "switch": Simple(Tag.OCTET_STRING, _switch_octets, _switch),
        "command-reference": Simple(Tag.OCTET_STRING, _reference_octets, _reference),
    }
)
"""By the name that the data files use."""
