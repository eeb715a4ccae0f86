"""GBZ payloads field by field: components, ZigBee commands, attribute records, alerts.

Big-endian outside the ZigBee payloads, little-endian inside. Source: GBCS, GBZ messages; the guide's section 9.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from schemas.gbcs_words import LayoutField, ZclLayout, gbcs_name, zcl_layouts
from schemas.zcl_types import no_value_of, zcl_types
from stubs.wire.gbcs.envelope import Cra
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.gbcs.view.context import Context, encrypted_part, is_encrypted
from stubs.wire.gbcs.view.field import Field, Scanner, collect
from stubs.wire.gbcs.view.words import alert_words, seconds_words, text_words

_LAST, _ENCRYPTED, _FROM_TIME = 0x01, 0x02, 0x10
_TYPES: Final = {
    **{f"u{8 * size}": (size, False) for size in range(1, 7)},
    **{f"i{8 * size}": (size, True) for size in (1, 2, 3, 4, 6)},
    "hex16": (2, False),
    "time": (4, False),
    "date": (4, False),
    "currency": (2, False),
    "supply": (1, False),
}
_CURRENCIES: Final = {826: "GBP", 978: "EUR"}
_SUPPLY: Final = {0: "off", 1: "off, armed", 2: "on"}
_UTC_TIME: Final = 0xE2
_NO_VALUE: Final = "no value"
_QUANTITIES: Final = frozenset({"u24", "u32", "u40", "u48", "i24", "i32", "i48"})
"""Kinds of fields in which the largest number, or the most negative one, stands for no value."""


@dataclass(frozen=True, slots=True)
class _Header:
    """Facts that the ZCL header states about its payload."""

    cluster: int
    is_from_server: bool
    is_cluster_command: bool
    command: int


def gbz(scanner: Scanner, context: Context) -> Iterator[Field]:
    """The fields of a GBZ payload, alert or not."""
    yield scanner.leaf(2, "profile", "Smart Energy")
    start = scanner.at
    count = scanner.number(1, "the number of components")
    yield scanner.field(start, "number of components", str(count))
    if context.group.cra is Cra.ALERT:
        start = scanner.at
        code = scanner.number(2, "the alert code")
        yield scanner.field(start, "alert code", alert_words(code))
        yield _time(scanner, "time stamp")
        if scanner.left:
            yield from _alert_body(scanner, context)
        return
    for index in range(count):
        yield _component(scanner, context, f"component {index + 1}")


def _component(scanner: Scanner, context: Context, name: str) -> Field:
    start = scanner.at
    control_at = scanner.at
    control = scanner.number(1, "the component's control")
    flags = [
        word
        for bit, word in ((_LAST, "last"), (_ENCRYPTED, "encrypted"), (_FROM_TIME, "with from-time"))
        if control & bit
    ]
    control_field = scanner.field(control_at, "control", ", ".join(flags) or "more follow")
    cluster_at = scanner.at
    cluster = scanner.number(2, "the cluster")
    cluster_words = f"{cluster:04X} {gbcs_name('cluster', f'{cluster:04X}')}".rstrip()
    cluster_field = scanner.field(cluster_at, "cluster", cluster_words)
    length_at = scanner.at
    length = scanner.number(2, "the component's length")
    length_field = scanner.field(length_at, "length", str(length))
    body = scanner.within(length, "the component")
    children = collect(body, _component_body(body, context, control, cluster))
    title = _title(children)
    return scanner.field(start, name, title, children=(control_field, cluster_field, length_field, *children))


def _title(children: tuple[Field, ...]) -> str:
    return next((child.value for child in children if child.name == "ZCL header"), "")


def _component_body(scanner: Scanner, context: Context, control: int, cluster: int) -> Iterator[Field]:
    if control & _FROM_TIME:
        start = scanner.at
        seconds = scanner.number(4, "the from-time")
        yield scanner.field(start, "from-time", seconds_words(seconds))
    if control & _ENCRYPTED:
        yield scanner.leaf(1, "additional header control")
        yield scanner.leaf(1, "additional header frame counter")
    start = scanner.at
    frame, sequence, command = scanner.take(3, "the ZCL header")
    header = _Header(cluster, bool(frame & 0x08), bool(frame & 0x03), command)
    yield scanner.field(start, "ZCL header", f"{_command_name(header)}, sequence {sequence}")
    if not control & _ENCRYPTED:
        yield from _payload(scanner, header)
        return
    start = scanner.at
    length = scanner.number(2, "the length of the ciphered information")
    yield scanner.field(start, "length of ciphered information", str(length))
    blob = scanner.within(length, "the ciphered information")
    if not is_encrypted(blob.data[blob.at : blob.end]):
        raise GbcsError("not an encrypted part", blob.at)
    (security, tag), inner, body = encrypted_part(blob, context)
    yield security
    if inner is not None:
        body = replace(body, children=collect(inner, _payload(inner, header)))
    yield body
    yield tag


def _command_name(header: _Header) -> str:
    if not header.is_cluster_command:
        return gbcs_name("zcl-command", f"{header.command:02X}") or f"profile-wide command {header.command:02X}"
    layout = _layout(header)
    sender = "server" if header.is_from_server else "client"
    return layout.name if layout else f"command {header.command:02X} of the {sender}"


def _layout(header: _Header) -> ZclLayout | None:
    return zcl_layouts().get((header.cluster, header.command, header.is_from_server))


def _payload(scanner: Scanner, header: _Header) -> Iterator[Field]:
    if not header.is_cluster_command:
        yield from _profile_wide(scanner, header)
        return
    layout = _layout(header)
    if layout is None:
        return
    yield from _fields(scanner, layout.fixed)
    while layout.repeated and scanner.left:
        start = scanner.at
        entry = tuple(_fields(scanner, layout.repeated))
        yield scanner.field(start, "entry", children=entry)


def _profile_wide(scanner: Scanner, header: _Header) -> Iterator[Field]:
    if header.command == 0x00:
        while scanner.left:
            yield _attribute_id(scanner, header.cluster, "attribute")
    elif header.command == 0x01:
        while scanner.left:
            yield _attribute_record(scanner, header.cluster)
    elif header.command == 0x0B:
        yield scanner.leaf(1, "command answered", scanner.peek().hex().upper())
        yield _status(scanner)


def _fields(scanner: Scanner, layout: tuple[LayoutField, ...]) -> Iterator[Field]:
    """The fields of a layout, as far as there are octets: trailing fields are optional in ZigBee commands."""
    previous = 0
    for field in layout:
        if field.repeat == "*":
            while scanner.left:
                yield _typed(scanner, field)
            return
        times = previous & 0x0F if field.repeat == "*low" else int(field.repeat[1:] or 1)
        for _ in range(times):
            if not scanner.left:
                return
            cut = _typed(scanner, field)
            previous = cut.raw[0]
            yield cut


def _typed(scanner: Scanner, field: LayoutField) -> Field:
    name = field.name.replace("_", " ")
    start = scanner.at
    if field.type == "text":
        octets = scanner.take(scanner.number(1, name), name)
        return scanner.field(start, name, text_words(octets))
    size, signed = _TYPES[field.type]
    number = int.from_bytes(scanner.take(size, name), "little", signed=signed)
    if field.type in _QUANTITIES and number == no_value_of(size, is_signed=signed):
        return scanner.field(start, name, f"{number} ({_NO_VALUE})")
    return scanner.field(start, name, _number_words(number, field.type))


def _number_words(number: int, kind: str) -> str:
    if kind == "time":
        return seconds_words(number)
    if kind == "hex16":
        return f"{number:04X}"
    if kind == "date":
        year, month, day, weekday = number.to_bytes(4, "little")
        return (
            f"year {year + 1900 if year != 0xFF else 'any'}, month {month}, day {day}, weekday {weekday} (255 is any)"
        )
    if kind == "currency":
        return f"{number} {_CURRENCIES.get(number, '')}".rstrip()
    if kind == "supply":
        return f"{number} {_SUPPLY.get(number, '')}".rstrip()
    return str(number)


def _attribute_id(scanner: Scanner, cluster: int, name: str) -> Field:
    start = scanner.at
    attribute = int.from_bytes(scanner.take(2, name), "little")
    known = gbcs_name("zcl-attribute", f"{cluster:04X} {attribute:04X}")
    return scanner.field(start, name, f"{attribute:04X} {known}".rstrip())


def _attribute_record(scanner: Scanner, cluster: int) -> Field:
    start = scanner.at
    attribute = _attribute_id(scanner, cluster, "attribute id")
    status = _status(scanner)
    children = [attribute, status]
    summary = status.value
    if status.raw == b"\x00":
        type_at = scanner.at
        kind = scanner.number(1, "the type")
        type_name = gbcs_name("zcl-type", f"{kind:02X}")
        children.append(scanner.field(type_at, "type", f"{kind:02X} {type_name}".rstrip()))
        children.append(_typed_value(scanner, kind))
        summary = children[-1].value
    name = attribute.value.partition(" ")[2] or f"attribute {attribute.value}"
    return scanner.field(start, name, summary, children=tuple(children))


def _typed_value(scanner: Scanner, kind: int) -> Field:
    start = scanner.at
    of = zcl_types().get(kind)
    if of is None:
        raise GbcsError("unknown ZigBee type", start - 1, got=f"{kind:02X}")
    if of.is_string:
        length = scanner.number(1, "the value")
        octets = b"" if length == of.no_value else scanner.take(length, "the value")
        return scanner.field(start, "value", _NO_VALUE if length == of.no_value else text_words(octets))
    number = int.from_bytes(scanner.take(of.octets, "the value"), "little", signed=of.is_signed)
    if number == of.no_value:
        return scanner.field(start, "value", _NO_VALUE)
    return scanner.field(start, "value", seconds_words(number) if kind == _UTC_TIME else str(number))


def _status(scanner: Scanner) -> Field:
    start = scanner.at
    status = scanner.number(1, "the status")
    meaning = gbcs_name("zcl-status", f"{status:02X}")
    return scanner.field(start, "status", f"{status:02X} {meaning}".rstrip())


def _time(scanner: Scanner, name: str) -> Field:
    start = scanner.at
    seconds = scanner.number(4, name)
    return scanner.field(start, name, seconds_words(seconds))


def _alert_body(scanner: Scanner, context: Context) -> Iterator[Field]:
    """Read the data after code and time: an executed command (0E), an octet string, or an encrypted component."""
    if context.group.other.message_code == 0x008B:
        yield _component(scanner, context, "component 1")
        return
    if scanner.peek() == b"\x0e" and scanner.left == 15:
        yield scanner.leaf(1, "length")
        start = scanner.at
        yield scanner.field(start, "message code of the command", f"{scanner.number(2):04X}")
        start = scanner.at
        counter = scanner.number(8)
        yield scanner.field(start, "originator counter of the command", str(counter))
        start = scanner.at
        cluster, frame, command = scanner.number(2), scanner.number(1), scanner.number(1)
        header = _Header(cluster, bool(frame & 0x08), bool(frame & 0x03), command)
        cluster_name = gbcs_name("cluster", f"{cluster:04X}")
        yield scanner.field(start, "executed command", f"{cluster_name or f'{cluster:04X}'}: {_command_name(header)}")
        return
    detail = scanner.peek(scanner.left)
    if len(detail) > 1 and detail[0] == len(detail) - 1:
        yield scanner.leaf(1, "length")
        detail = detail[1:]
    yield scanner.rest("detail", text_words(detail))
