"""DLMS payloads field by field: access request and response, data notification, and the values in them.

Source: GBCS, DLMS messages; the guide's section 8.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from schemas.gbcs_words import gbcs_name
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.gbcs.view.context import Context, encrypted_part, is_encrypted
from stubs.wire.gbcs.view.dlms_shapes import named_members
from stubs.wire.gbcs.view.field import Field, Scanner, collect
from stubs.wire.gbcs.view.words import (
    alert_words,
    date_time_words,
    is_date_time,
    object_words,
    text_words,
)

_MAX_DEPTH = 32
_NULL, _ARRAY, _STRUCTURE, _BOOLEAN, _BITS = 0x00, 0x01, 0x02, 0x03, 0x04
_OCTETS, _VISIBLE, _UTF8, _COMPACT, _ENUM, _DONT_CARE = 0x09, 0x0A, 0x0C, 0x13, 0x16, 0xFF
_NUMBERS: Final = {
    0x05: ("int32", 4, True),
    0x06: ("uint32", 4, False),
    0x0F: ("int8", 1, True),
    0x10: ("int16", 2, True),
    0x11: ("uint8", 1, False),
    0x12: ("uint16", 2, False),
    0x14: ("int64", 8, True),
    0x15: ("uint64", 8, False),
    _ENUM: ("enum", 1, False),
}
_STRINGS: Final = {_OCTETS: "octet-string", _VISIBLE: "visible-string", _UTF8: "utf8-string"}
_SPECS: Final = {1: ("get", "attribute"), 2: ("set", "attribute"), 3: ("action", "method"), 4: ("get", "attribute")}
_ALERT_MEMBERS: Final = ("alert code", "time stamp")


def access_request(scanner: Scanner, context: Context) -> Iterator[Field]:
    """The fields of a command's payload."""
    yield scanner.leaf(1, "access-request")
    yield _invoke(scanner)
    yield _date_time(scanner)
    names: list[str] = []
    yield _specifications(scanner, context, names)
    yield from _data_list(scanner, context, names)


def access_response(scanner: Scanner, context: Context) -> Iterator[Field]:
    """The fields of a response's payload; the command, when known, names the values."""
    names = request_names(context)
    yield scanner.leaf(1, "access-response")
    yield _invoke(scanner)
    yield _date_time(scanner)
    yield scanner.leaf(1, "access-request specification", "not repeated")
    yield from _data_list(scanner, context, names)
    start = scanner.at
    count = scanner.number(1, "the number of results")
    results = []
    for index in range(count):
        at = scanner.at
        kind, code = scanner.take(2, "a result")
        verb = _SPECS.get(kind, (f"kind {kind}",))[0]
        meaning = gbcs_name("dlms-result", str(code)) or "not named"
        name = f"result {index + 1} of {verb}"
        label = f"{code} {meaning}"
        results.append(scanner.field(at, name, f"{label}, {names[index]}" if index < len(names) else label))
    yield scanner.field(start, "results", str(count), children=tuple(results))


def data_notification(scanner: Scanner, context: Context) -> Iterator[Field]:
    """The fields of an alert's payload: a structure of code, time and what the alert tells."""
    yield scanner.leaf(1, "data-notification")
    yield _invoke(scanner)
    yield _date_time(scanner)
    start = scanner.at
    head = scanner.peek(2)
    if head[:1] != bytes((_STRUCTURE,)) or len(head) < 2 or head[1] >= 0x80:
        yield value(scanner, context, "alert")
        return
    scanner.take(2)
    members = []
    for index in range(head[1]):
        at = scanner.at
        name = _ALERT_MEMBERS[index] if index < len(_ALERT_MEMBERS) else f"detail {index - 1}"
        member = value(scanner, context, name)
        if index == 0 and len(member.raw) == 3:
            member = replace(member, value=alert_words(int.from_bytes(member.raw[1:], "big")))
        elif member.raw[:2] == b"\x09\x13":
            scanner.at = at
            member = _executed(scanner)
        members.append(member)
    yield scanner.field(start, "alert", f"structure of {head[1]}", children=tuple(members))


def request_names(context: Context) -> list[str]:
    """Return the name of each object that the known command asks for, in order; empty without a command."""
    names: list[str] = []
    if context.command is None or context.command.content[:1] != b"\xd9":
        return names
    scanner = Scanner.over(context.command.content)
    try:
        scanner.take(1)
        _invoke(scanner)
        _date_time(scanner)
        _specifications(scanner, context, names)
    except GbcsError:
        pass
    return names


def value(scanner: Scanner, context: Context, name: str, depth: int = 0) -> Field:
    """One value with its tag.

    Raises: GbcsError: an unknown tag, the data end, nesting without end.
    """
    if depth > _MAX_DEPTH:
        raise GbcsError("DLMS values nested too deeply", scanner.at, expected=f"at most {_MAX_DEPTH} levels")
    start = scanner.at
    tag = scanner.number(1, "a DLMS value")
    if tag in (_ARRAY, _STRUCTURE):
        count = scanner.length("a DLMS list")
        kind = "element" if tag == _ARRAY else "member"
        children = tuple(value(scanner, context, f"{kind} {index + 1}", depth + 1) for index in range(count))
        if tag == _STRUCTURE:
            children = named_members(children, tuple(child.raw[0] for child in children), has_tags=True)
        return scanner.field(start, name, f"{'array' if tag == _ARRAY else 'structure'} of {count}", children=children)
    if tag == _COMPACT:
        return _compact_array(scanner, context, name, start)
    return _simple(scanner, context, name, start, tag)


def _invoke(scanner: Scanner) -> Field:
    start = scanner.at
    number = scanner.number(4, "the long invoke id")
    return scanner.field(start, "long invoke id", f"counter {number & 0xFFFFFF}")


def _date_time(scanner: Scanner) -> Field:
    start = scanner.at
    octets = scanner.take(scanner.number(1, "the date-time"), "the date-time")
    return scanner.field(
        start, "payload date-time", date_time_words(octets) if len(octets) == 12 else octets.hex() or "none"
    )


def _specifications(scanner: Scanner, context: Context, names: list[str]) -> Field:
    """Cut the request specifications and note in ``names`` what each asks for."""
    start = scanner.at
    count = scanner.number(1, "the number of requests")
    specs = []
    for index in range(count):
        at = scanner.at
        kind = scanner.number(1, "a request")
        if kind not in _SPECS:
            raise GbcsError("unknown request", at, expected="01 to 04", got=f"{kind:02X}")
        verb, member = _SPECS[kind]
        cls = scanner.number(2, "a class")
        instance = scanner.take(6, "an instance")
        words = object_words(cls, instance, f"{member} {scanner.number(1, 'a member')}")
        names.append(words)
        selection: tuple[Field, ...] = ()
        if kind == 4:
            selection = (scanner.leaf(1, "selector"), value(scanner, context, "selection"))
        specs.append(scanner.field(at, f"request {index + 1}: {verb}", words, children=selection))
    return scanner.field(start, "requests", str(count), children=tuple(specs))


def _data_list(scanner: Scanner, context: Context, names: list[str]) -> Iterator[Field]:
    start = scanner.at
    count = scanner.number(1, "the number of values")
    values = []
    for index in range(count):
        member = value(scanner, context, f"value {index + 1}")
        about = names[index] if index < len(names) else ""
        if about:
            short = about.split(": class ", maxsplit=1)[0]
            member = replace(member, name=f"value {index + 1}: {short}")
        values.append(member)
    yield scanner.field(start, "values", str(count), children=tuple(values))


def _simple(scanner: Scanner, context: Context, name: str, start: int, tag: int) -> Field:
    if tag in (_NULL, _DONT_CARE):
        return scanner.field(start, name, "null" if tag == _NULL else "do not care")
    if tag == _BOOLEAN:
        return scanner.field(start, name, "true" if scanner.number(1, name) else "false")
    if tag in _NUMBERS:
        _, size, signed = _NUMBERS[tag]
        return scanner.field(start, name, str(int.from_bytes(scanner.take(size, name), "big", signed=signed)))
    if tag == _BITS:
        count = scanner.length(name)
        octets = scanner.take((count + 7) // 8, name)
        text = "".join(f"{octet:08b}" for octet in octets)[:count]
        return scanner.field(start, name, f"{text} (bit-string of {count})")
    if tag not in _STRINGS:
        raise GbcsError("unknown DLMS type", start, got=f"{tag:02X}", clause="GBCS, DLMS data types")
    content = scanner.within(scanner.length(name), name)
    octets = content.data[content.at : content.end]
    if tag != _OCTETS:
        return scanner.field(start, name, f'"{octets.decode("utf-8", "replace")}" ({_STRINGS[tag]})')
    if is_encrypted(octets):
        return _encrypted(scanner, context, name, start, content)
    return scanner.field(start, name, _octets_words(octets, context))


def _octets_words(octets: bytes, context: Context) -> str:
    if is_date_time(octets):
        return date_time_words(octets)
    if len(octets) == 8 and (part := context.identity(octets)):
        return f"{Eui64(octets)} ({part})"
    if len(octets) == 9 and octets[0] in (1, 2, 3, 4) and octets[1:] == context.group.counter.to_bytes(8, "big"):
        return f"use {octets[0]}, counter {context.group.counter}"
    return text_words(octets)


def _encrypted(scanner: Scanner, context: Context, name: str, start: int, content: Scanner) -> Field:
    (header, tag), inner, body = encrypted_part(content, context)
    if inner is not None:
        body = replace(body, children=collect(inner, _plaintext(inner, context)))
    return scanner.field(start, name, "encrypted part", children=(header, body, tag))


def _plaintext(scanner: Scanner, context: Context) -> Iterator[Field]:
    yield value(scanner, context, "protected values")


def _executed(scanner: Scanner) -> Field:
    """Read the 19 octets that name the activated setting and its command (guide, 11.3)."""
    start = scanner.at
    scanner.take(2)
    code_at = scanner.at
    code = scanner.number(2, "the message code")
    code_field = scanner.field(code_at, "message code of the command", f"{code:04X}")
    counter_at = scanner.at
    counter = scanner.number(8, "the counter")
    counter_field = scanner.field(counter_at, "originator counter of the command", str(counter))
    object_at = scanner.at
    cls, instance, member = scanner.number(2), scanner.take(6), scanner.number(1)
    words = object_words(cls, instance, f"attribute {member}")
    object_field = scanner.field(object_at, "activated object", words)
    return scanner.field(start, "what was executed", children=(code_field, counter_field, object_field))


def _compact_array(scanner: Scanner, context: Context, name: str, start: int) -> Field:
    described_at = scanner.at
    described = _type_description(scanner, 0)
    type_field = scanner.field(described_at, "element type", _type_words(described))
    contents_at = scanner.at
    contents = scanner.within(scanner.length(name), name)
    elements: list[Field] = []
    while contents.left:
        before = contents.at
        elements.append(_packed(contents, context, f"element {len(elements) + 1}", described))
        if contents.at == before:
            raise GbcsError("a compact array's contents do not fit its type", before)
    contents_field = scanner.field(contents_at, "contents", f"{len(elements)} elements", children=tuple(elements))
    return scanner.field(start, name, f"compact array of {len(elements)}", children=(type_field, contents_field))


_Type = tuple[int, int, tuple["_Type", ...]]
"""Tag, number of elements of an array, member types."""


def _type_description(scanner: Scanner, depth: int) -> _Type:
    if depth > _MAX_DEPTH:
        raise GbcsError("a type description nested too deeply", scanner.at)
    tag = scanner.number(1, "a type description")
    if tag == _STRUCTURE:
        count = scanner.length("a type description")
        return tag, 0, tuple(_type_description(scanner, depth + 1) for _ in range(count))
    if tag == _ARRAY:
        return tag, scanner.number(2, "a type description"), (_type_description(scanner, depth + 1),)
    return tag, 0, ()


def _type_words(described: _Type) -> str:
    tag, count, members = described
    if tag == _STRUCTURE:
        return f"structure of {', '.join(_type_words(member) for member in members)}"
    if tag == _ARRAY:
        return f"array of {count} {_type_words(members[0])}"
    if tag in _NUMBERS:
        return _NUMBERS[tag][0]
    return _STRINGS.get(tag, f"type {tag:02X}")


def _packed(scanner: Scanner, context: Context, name: str, described: _Type) -> Field:
    """One element of a compact array: content without tags."""
    tag, count, members = described
    start = scanner.at
    if tag not in (_ARRAY, _STRUCTURE):
        return _simple(scanner, context, name, start, tag)
    types = members if tag == _STRUCTURE else members * count
    children = tuple(_packed(scanner, context, f"member {at + 1}", member) for at, member in enumerate(types))
    if tag == _STRUCTURE:
        children = named_members(children, tuple(member[0] for member in members), has_tags=False)
    kind = "structure" if tag == _STRUCTURE else "array"
    return scanner.field(start, name, f"{kind} of {len(children)}", children=children)
