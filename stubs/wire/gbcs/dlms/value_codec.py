"""DLMS values to bytes and back: A-XDR, big-endian, lengths in their shortest form.

Source: DLMS/COSEM data types as GBCS uses them; the guide's section 8.2.
"""

from __future__ import annotations

from stubs.wire.errors import Misuse
from stubs.wire.gbcs.dlms.values import EMPTY, INTEGERS, LISTS, CompactArray, Data, Tag, TypeDescription
from stubs.wire.gbcs.octets import GbcsError, decode_length, encode_length, ends_early

MAX_DEPTH = 32
"""Nesting deeper than any message needs: a bound against input made to exhaust the stack."""
_TAGS = {tag.value: tag for tag in Tag}
_OCTETS = {tag: bytes((tag,)) for tag in Tag}
_NAMES = {tag: tag.name for tag in Tag}
"""For errors; an Enum's own ``name`` is Python, and would be asked for every value of every message."""


def encode_value(data: Data) -> bytes:
    """The value with its tag.

    Raises: Misuse: a number that does not fit its type, a bit-string of other characters.
    """
    tag = data.tag
    if tag in LISTS:
        items = data.items
        return _OCTETS[tag] + encode_length(len(items)) + b"".join([encode_value(item) for item in items])
    if tag is Tag.COMPACT_ARRAY:
        compact: CompactArray = data.value
        packed = b"".join(_encode_content(item, compact.element) for item in compact.items)
        return b"\x13" + _encode_type(compact.element) + encode_length(len(packed)) + packed
    return _OCTETS[tag] + _encode_simple(data)


def decode_value(data: bytes, offset: int = 0, depth: int = 0) -> tuple[Data, int]:
    """The value at ``offset`` and the offset after it.

    Raises: GbcsError: an unknown tag, the data end, nesting deeper than :data:`MAX_DEPTH`.
    """
    tag = _tag(data, offset, depth)
    offset += 1
    if tag in LISTS:
        count, offset = decode_length(data, offset, what="a DLMS list")
        if count > len(data) - offset:
            raise ends_early(data, "a DLMS list", expected=f"{count} members")
        items = []
        for _ in range(count):
            item, offset = decode_value(data, offset, depth + 1)
            items.append(item)
        return Data(tag, tuple(items)), offset
    if tag is Tag.COMPACT_ARRAY:
        element, offset = _decode_type(data, offset, depth + 1)
        length, offset = decode_length(data, offset, what="a compact array")
        end = offset + length
        if end > len(data):
            raise ends_early(data, "a compact array", expected=f"{length} octets")
        rows = []
        while offset < end:
            before = offset
            row, offset = _decode_content(data, offset, element)
            if offset == before or offset > end:
                raise GbcsError("a compact array's contents do not fit its type", before)
            rows.append(row)
        return Data(tag, CompactArray(element, tuple(rows))), offset
    return _decode_simple(data, offset, tag)


def _tag(data: bytes, offset: int, depth: int) -> Tag:
    if depth > MAX_DEPTH:
        raise GbcsError("DLMS values nested too deeply", offset, expected=f"at most {MAX_DEPTH} levels")
    if offset >= len(data):
        raise ends_early(data, "a DLMS value", expected="a tag")
    tag = _TAGS.get(data[offset])
    if tag is None:
        raise GbcsError("unknown DLMS type", offset, got=f"{data[offset]:02X}", clause="GBCS, DLMS data types")
    return tag


def _encode_simple(data: Data) -> bytes:
    tag, value = data.tag, data.value
    if tag in EMPTY:
        return b""
    if tag in INTEGERS:
        size, signed = INTEGERS[tag]
        try:
            return int(value).to_bytes(size, "big", signed=signed)
        except OverflowError:
            least = -(1 << 8 * size - 1) if signed else 0
            raise Misuse(f"{value} does not fit {tag.name}: {least} to {least + (1 << 8 * size) - 1}") from None
    if tag is Tag.BIT_STRING:
        if set(value) - {"0", "1"}:
            raise Misuse("a bit-string is written with 0 and 1")
        size = (len(value) + 7) // 8
        packed = int(value.ljust(size * 8, "0"), 2).to_bytes(size, "big") if value else b""
        return encode_length(len(value)) + packed
    content: bytes = value if isinstance(value, bytes) else value.encode("utf-8")
    return encode_length(len(content)) + content


def _decode_simple(data: bytes, offset: int, tag: Tag) -> tuple[Data, int]:
    if tag in EMPTY:
        return Data(tag), offset
    if tag in INTEGERS:
        size, signed = INTEGERS[tag]
        octets, end = _take(data, offset, size, tag)
        return Data(tag, int.from_bytes(octets, "big", signed=signed)), end
    length, start = decode_length(data, offset, what=_NAMES[tag])
    if tag is Tag.BIT_STRING:
        packed, end = _take(data, start, (length + 7) // 8, tag)
        text = "".join(f"{octet:08b}" for octet in packed)
        if "1" in text[length:]:
            raise GbcsError("unused bits of a bit-string are set", end - 1, expected="0", got=text[length:])
        return Data(tag, text[:length]), end
    content, end = _take(data, start, length, tag)
    if tag is Tag.OCTET_STRING:
        return Data(tag, content), end
    try:
        return Data(tag, content.decode("ascii" if tag is Tag.VISIBLE_STRING else "utf-8")), end
    except UnicodeDecodeError as broken:
        raise GbcsError(f"not the characters of {tag.name}", start + broken.start) from broken


def _take(data: bytes, offset: int, size: int, tag: Tag) -> tuple[bytes, int]:
    end = offset + size
    if end > len(data):
        raise ends_early(data, _NAMES[tag], expected=f"{size} octets from octet {offset}")
    return data[offset:end], end


def _encode_type(described: TypeDescription) -> bytes:
    tag = bytes((described.tag,))
    inner = b"".join(_encode_type(member) for member in described.members)
    if described.tag is Tag.STRUCTURE:
        return tag + encode_length(len(described.members)) + inner
    if described.tag is Tag.ARRAY:
        return tag + described.count.to_bytes(2, "big") + inner
    return tag


def _decode_type(data: bytes, offset: int, depth: int) -> tuple[TypeDescription, int]:
    tag = _tag(data, offset, depth)
    offset += 1
    if tag is Tag.STRUCTURE:
        count, offset = decode_length(data, offset, what="a type description")
        if count > len(data) - offset:
            raise ends_early(data, "a type description", expected=f"{count} member types")
        members = []
        for _ in range(count):
            member, offset = _decode_type(data, offset, depth + 1)
            members.append(member)
        return TypeDescription(tag, tuple(members)), offset
    if tag is Tag.ARRAY:
        if offset + 2 > len(data):
            raise ends_early(data, "a type description", expected=f"2 octets from octet {offset}")
        count_octets, offset = data[offset : offset + 2], offset + 2
        member, offset = _decode_type(data, offset, depth + 1)
        return TypeDescription(tag, (member,), int.from_bytes(count_octets, "big")), offset
    if tag is Tag.COMPACT_ARRAY:
        raise GbcsError("a compact array inside a type description", offset - 1)
    return TypeDescription(tag), offset


def _encode_content(item: Data, described: TypeDescription) -> bytes:
    if item.tag is not described.tag:
        raise Misuse(f"a compact array of {described.tag.name} cannot hold {item.tag.name}")
    if described.tag is Tag.STRUCTURE:
        pairs = zip(item.items, described.members, strict=True)
        return b"".join(_encode_content(member, of) for member, of in pairs)
    if described.tag is Tag.ARRAY:
        if len(item.items) != described.count:
            raise Misuse(f"an array of {described.count} cannot hold {len(item.items)} elements")
        return b"".join(_encode_content(member, described.members[0]) for member in item.items)
    return _encode_simple(item)


def _decode_content(data: bytes, offset: int, described: TypeDescription) -> tuple[Data, int]:
    if described.tag in LISTS:
        members = described.members if described.tag is Tag.STRUCTURE else described.members * described.count
        items = []
        for member in members:
            item, offset = _decode_content(data, offset, member)
            items.append(item)
        return Data(described.tag, tuple(items)), offset
    return _decode_simple(data, offset, described.tag)
