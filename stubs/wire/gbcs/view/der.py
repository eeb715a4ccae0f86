"""ASN.1 payloads field by field, named by the shape of their message code where one is written down.

Lengths longer than needed are read; some reference messages have them. Source: ITU-T X.690; GBCS, ASN.1 messages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from schemas.gbcs_words import DerShape, MessageKind, der_shapes
from stubs.wire.certificates import Certificate
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.envelope import Cra
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.gbcs.view.context import Context
from stubs.wire.gbcs.view.field import Field, Scanner, collect
from stubs.wire.gbcs.view.words import alert_words, generalized_time_words, text_words

_MAX_DEPTH = 32
_CONSTRUCTED = 0x20
_INTEGERS: Final = (0x02, 0x0A)
_TAG_NAMES: Final = {
    0x01: "BOOLEAN",
    0x02: "INTEGER",
    0x03: "BIT STRING",
    0x04: "OCTET STRING",
    0x05: "NULL",
    0x06: "OBJECT IDENTIFIER",
    0x0A: "ENUMERATED",
    0x0C: "UTF8String",
    0x18: "GeneralizedTime",
    0x30: "SEQUENCE",
    0x31: "SET",
}
_KINDS: Final[dict[Cra, MessageKind]] = {Cra.COMMAND: "command", Cra.RESPONSE: "response", Cra.ALERT: "alert"}
_KEY_USAGES: Final = {"0780": "digital signature", "0308": "key agreement", "0204": "certificate signing"}


def der(scanner: Scanner, context: Context) -> Iterator[Field]:
    """The fields of an ASN.1 payload."""
    shape = der_shapes().get((context.group.other.message_code, _KINDS[context.group.cra]))
    yield _node(scanner, shape, 0)


def _node(scanner: Scanner, shape: DerShape | None, depth: int) -> Field:
    if depth > _MAX_DEPTH:
        raise GbcsError("ASN.1 values nested too deeply", scanner.at, expected=f"at most {_MAX_DEPTH} levels")
    start = scanner.at
    tag = scanner.number(1, "an ASN.1 value")
    body = scanner.within(_length(scanner), "an ASN.1 value")
    content = body.data[body.at : body.end]
    name = shape.name if shape else _TAG_NAMES.get(tag, f"[{tag & 0x1F}]")
    if shape and shape.kind == "certificate" and tag == 0x30:
        return scanner.field(start, name, _certificate_words(scanner.data[start : scanner.at]))
    if not tag & _CONSTRUCTED:
        return scanner.field(start, name, _primitive_words(tag, content, shape))
    children = collect(body, _members(body, shape, depth))
    return scanner.field(start, name, _summary(children, shape), children=children)


def _members(scanner: Scanner, shape: DerShape | None, depth: int) -> Iterator[Field]:
    expected: Sequence[DerShape] = shape.members if shape else ()
    position = 0
    while scanner.left:
        member = shape.each if shape else None
        tag = scanner.peek()[0]
        for index in range(position, len(expected)):
            if expected[index].tag in (None, tag):
                member, position = expected[index], index + 1
                break
        yield _node(scanner, member, depth + 1)


def _summary(children: tuple[Field, ...], shape: DerShape | None) -> str:
    if shape and shape.each:
        return f"{len(children)} of {shape.each.name}"
    return ""


def _length(scanner: Scanner) -> int:
    first = scanner.number(1, "an ASN.1 length")
    if first < 0x80:
        return first
    if not 0x81 <= first <= 0x84:
        raise GbcsError("an unusable ASN.1 length", scanner.at - 1, expected="81 to 84", got=f"{first:02X}")
    return scanner.number(first & 0x7F, "an ASN.1 length")


def _primitive_words(tag: int, content: bytes, shape: DerShape | None) -> str:
    kind = shape.kind if shape else ""
    if tag in _INTEGERS or kind == "number":
        number = int.from_bytes(content, "big", signed=tag in _INTEGERS)
        if kind == "alert-code":
            return alert_words(number)
        meaning = shape.words.get(str(number), "") if shape else ""
        return f"{number} {meaning}".rstrip()
    if kind == "key-usage" or tag == 0x03:
        return _KEY_USAGES.get(content.hex(), content.hex())
    if kind == "eui" and len(content) == 8:
        return str(Eui64(content))
    if tag == 0x18:
        return generalized_time_words(content)
    if tag == 0x05:
        return "null"
    if tag == 0x01:
        return "true" if any(content) else "false"
    return text_words(content)


def _certificate_words(raw: bytes) -> str:
    try:
        certificate = Certificate.from_der(raw)
    except PeerError as error:
        return f"not read: {error.what}"
    role = "device" if certificate.is_device else f"role {certificate.role}"
    return f"{certificate.usage} of {certificate.eui}, {role}, serial {certificate.serial:X}"
