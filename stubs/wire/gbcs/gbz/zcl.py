"""ZCL payloads: read attributes, default response, and cluster commands by layout. Little-endian throughout.

Source: ZigBee Cluster Library as GBCS uses it; the guide's section 9.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from schemas.zcl_types import ZclType, no_value_of, zcl_types
from stubs.wire.errors import Misuse
from stubs.wire.gbcs.octets import GbcsError, ends_early

READ_ATTRIBUTES = 0x00
READ_ATTRIBUTES_RESPONSE = 0x01
DEFAULT_RESPONSE = 0x0B


@dataclass(frozen=True, slots=True)
class AttributeRecord:
    """One attribute of a read-attributes response.

    ``type_code`` and ``value`` (int, or bytes for a string) are there when ``status`` is 0; ``value`` is None when the
    device says, in the way of the type, that it has none (FF… and the like).
    """

    attribute: int
    status: int = 0
    type_code: int = 0
    value: int | bytes | None = 0


class Kind(Enum):
    """Format of one field of a cluster command: octets, and whether signed."""

    __hash__ = object.__hash__  # Enum's own is Python, and layouts are looked up for every message

    def __init__(self, octets: int, is_signed: bool) -> None:  # noqa: FBT001 - a pair, written below
        self.octets = octets
        self.is_signed = is_signed

    U8 = (1, False)
    U16 = (2, False)
    U24 = (3, False)
    U32 = (4, False)
    U48 = (6, False)
    I32 = (4, True)
    TEXT = (0, False)
    """One length octet, then that many octets."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a layout."""

    name: str
    kind: Kind


Layout = tuple[Field, ...]


def read_attribute_ids(payload: bytes) -> tuple[int, ...]:
    """The attributes a read-attributes command asks for. Raises: GbcsError: an odd number of octets."""
    if len(payload) % 2:
        raise ends_early(payload, "a list of attributes", expected="an even number of octets")
    return tuple(int.from_bytes(payload[at : at + 2], "little") for at in range(0, len(payload), 2))


def write_attribute_ids(attributes: tuple[int, ...]) -> bytes:
    """The payload of a read-attributes command."""
    return b"".join(attribute.to_bytes(2, "little") for attribute in attributes)


def read_attribute_records(payload: bytes) -> tuple[AttributeRecord, ...]:
    """The records of a read-attributes response.

    Raises: GbcsError: an unknown value type, the data end.
    """
    records = []
    offset = 0
    while offset < len(payload):
        head = _take(payload, offset, 3)
        attribute, status = int.from_bytes(head[:2], "little"), head[2]
        offset += 3
        if status:
            records.append(AttributeRecord(attribute, status))
            continue
        type_code = _take(payload, offset, 1)[0]
        value, offset = _read_typed(payload, offset + 1, type_code)
        records.append(AttributeRecord(attribute, 0, type_code, value))
    return tuple(records)


def write_attribute_records(records: tuple[AttributeRecord, ...]) -> bytes:
    """The payload of a read-attributes response. Raises: Misuse: a value that does not fit its type."""
    parts = []
    for record in records:
        parts.append(record.attribute.to_bytes(2, "little") + bytes((record.status,)))
        if not record.status:
            parts.append(bytes((record.type_code,)) + _write_typed(record))
    return b"".join(parts)


def decode_fields(layout: Layout, payload: bytes) -> dict[str, Any]:
    """The fields of a cluster command by name; text fields are bytes.

    Raises: GbcsError: the data end, or octets are left over.
    """
    values, offset = decode_fields_at(layout, payload, 0)
    if offset != len(payload):
        raise GbcsError("octets after the last field of a ZCL command", offset, got=payload[offset:][:16].hex())
    return values


def decode_fields_at(layout: Layout, payload: bytes, offset: int) -> tuple[dict[str, Any], int]:
    """The fields from ``offset`` on, and the offset after them. Raises: GbcsError: the data end."""
    values: dict[str, Any] = {}
    for field in layout:
        kind = field.kind
        size = kind.octets
        if kind is Kind.TEXT:
            size = _take(payload, offset, 1)[0]
            offset += 1
            values[field.name] = _take(payload, offset, size)
        else:
            values[field.name] = int.from_bytes(_take(payload, offset, size), "little", signed=kind.is_signed)
        offset += size
    return values, offset


def encode_fields(layout: Layout, values: dict[str, Any]) -> bytes:
    """The payload of a cluster command. Raises: Misuse: a missing value, or one that does not fit."""
    parts = []
    for field in layout:
        if field.name not in values:
            raise Misuse(f"no value for the ZCL field {field.name}")
        value = values[field.name]
        if field.kind is Kind.TEXT:
            parts.append(bytes((len(value),)) + value)
            continue
        try:
            parts.append(_integer(value, field.kind.octets, signed=field.kind.is_signed))
        except Misuse as broken:
            raise Misuse(f"{field.name}: {broken}") from broken
    return b"".join(parts)


def known(kind: Kind, number: int) -> int | None:
    """The value of a field; None when the number stands for no value. Not for fields whose FF… has a meaning."""
    return None if number == no_value_of(kind.octets, is_signed=kind.is_signed) else number


def unknown(kind: Kind) -> int:
    """The number of a field that stands for no value."""
    return no_value_of(kind.octets, is_signed=kind.is_signed)


def _type_of(code: int, offset: int) -> ZclType:
    found = zcl_types().get(code)
    if found is None:
        raise GbcsError("unknown ZCL value type", offset, got=f"{code:02X}")
    return found


def _read_typed(payload: bytes, offset: int, type_code: int) -> tuple[int | bytes | None, int]:
    kind = _type_of(type_code, offset - 1)
    if kind.is_string:
        length = _take(payload, offset, 1)[0]
        if length == kind.no_value:
            return None, offset + 1
        return _take(payload, offset + 1, length), offset + 1 + length
    number = int.from_bytes(_take(payload, offset, kind.octets), "little", signed=kind.is_signed)
    return None if number == kind.no_value else number, offset + kind.octets


def _write_typed(record: AttributeRecord) -> bytes:
    kind = zcl_types().get(record.type_code)
    value = record.value
    if value is None and kind is not None and kind.no_value is not None:
        return (
            bytes((kind.no_value,)) if kind.is_string else _integer(kind.no_value, kind.octets, signed=kind.is_signed)
        )
    if isinstance(value, bytes):
        if kind is None or not kind.is_string:
            raise Misuse(f"ZCL type {record.type_code:02X} holds a number, not octets")
        return bytes((len(value),)) + value
    if kind is None or kind.is_string or value is None:
        raise Misuse(f"ZCL type {record.type_code:02X} holds no {'missing value' if value is None else 'number'}")
    return _integer(value, kind.octets, signed=kind.is_signed)


def _integer(value: int, size: int, *, signed: bool) -> bytes:
    try:
        return int(value).to_bytes(size, "little", signed=signed)
    except OverflowError:
        least = -(1 << 8 * size - 1) if signed else 0
        raise Misuse(f"{value} does not fit {size} octets: {least} to {least + (1 << 8 * size) - 1}") from None


def _take(payload: bytes, offset: int, size: int) -> bytes:
    if offset + size > len(payload):
        raise ends_early(payload, "a ZCL payload", expected=f"{size} octets from octet {offset}")
    return payload[offset : offset + size]
