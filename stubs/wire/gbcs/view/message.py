"""A whole message field by field, and in one line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from schemas.gbcs_words import message_titles
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.envelope import (
    CIPHERING_HEADER,
    MAC_LENGTH,
    SECURITY_HEADER,
    SIGNATURE_LENGTH,
    Group,
    Message,
)
from stubs.wire.gbcs.view.context import Context
from stubs.wire.gbcs.view.der import der
from stubs.wire.gbcs.view.dlms import access_request, access_response, data_notification
from stubs.wire.gbcs.view.field import Check, Field, Scanner, collect
from stubs.wire.gbcs.view.gbz import gbz
from stubs.wire.gbcs.view.keys import ViewKeys, judge_mac, judge_signature
from stubs.wire.gbcs.view.words import date_time_words

_PAYLOADS: Final = {
    b"\xd9": ("DLMS access-request", access_request),
    b"\xda": ("DLMS access-response", access_response),
    b"\x0f": ("DLMS data-notification", data_notification),
    b"\x01": ("GBZ (ZigBee)", gbz),
    b"\x30": ("ASN.1 (DER)", der),
    b"\x02": ("ASN.1 (DER)", der),
    b"\x04": ("ASN.1 (DER)", der),
    b"\x05": ("ASN.1 (DER)", der),
}


def describe(data: bytes, keys: ViewKeys | None = None, command: Group | None = None) -> tuple[Field, ...]:
    """Every field of a message, in order; the fields tile ``data`` without gap or overlap.

    Never raises: what cannot be read is a raw field whose ``check`` is ``unreadable``.

    Args:
        data: a GBCS message: MACed, signed, or a bare pre-command.
        keys: with them MAC and signature are checked and encrypted parts opened.
        command: GROUP of the command this message answers: names the values of a response.
    """
    try:
        message = Message.from_bytes(data)
    except PeerError as error:
        return (Field(0, len(data), data, "message", f"not readable: {error}", check=Check.UNREADABLE),)
    return tuple(_message(Scanner.over(data), message, Context(message.group, keys, command)))


def summary(data: bytes) -> str:
    """One line: ``Command 0059 ECS52 Read Firmware Version from … to … counter 1000, MAC``."""
    try:
        message = Message.from_bytes(data)
    except PeerError as error:
        return f"{len(data)} octets that are no GBCS message: {error.what}"
    group = message.group
    protections = [name for present, name in ((group.signature, "signature"), (message.mac, "MAC")) if present]
    kind = "Pre-command" if group.signature is None else group.cra.name.capitalize()
    other = group.other
    behalf = f" for {other.party}" if other.party is not None else ""
    return (
        f"{kind} {_code_words(other.message_code)} from {group.originator}{behalf} to {group.recipient}"
        f" counter {group.counter}, {' and '.join(protections) or 'unprotected'}"
    )


def _code_words(code: int) -> str:
    return f"{code:04X} {message_titles().get(code, '(no use case known)')}"


def _message(scanner: Scanner, message: Message, context: Context) -> Iterator[Field]:
    group = message.group
    if message.mac is not None:
        yield scanner.leaf(len(CIPHERING_HEADER), "general-ciphering", "six empty fields")
        start = scanner.at
        length = scanner.length("the MACed message")
        yield scanner.field(start, "length", f"{length} octets follow")
        yield scanner.leaf(len(SECURITY_HEADER), "security header", "authenticated, suite 1, counter 0")
    yield scanner.leaf(1, "general-signing", "GROUP starts")
    yield _transaction_id(scanner, group)
    yield scanner.leaf(9, "originator", str(group.originator))
    yield scanner.leaf(9, "recipient", str(group.recipient))
    time = date_time_words(group.date_time) if group.date_time else "none"
    yield scanner.leaf(1 + len(group.date_time), "date-time", time)
    yield _other_information(scanner, group)
    yield _content(scanner, context)
    if group.signature is not None:
        yield _signature(scanner, group, context.keys)
    if message.mac is not None:
        check, remark = judge_mac(message, context.keys)
        yield replace(scanner.leaf(MAC_LENGTH, "MAC", remark), check=check)


def _transaction_id(scanner: Scanner, group: Group) -> Field:
    start = scanner.at
    scanner.take(1)
    flag = scanner.leaf(1, "CRA flag", group.cra.name.lower())
    counter = scanner.leaf(8, "originator counter", str(group.counter))
    value = f"{group.cra.name.lower()}, counter {group.counter}"
    return scanner.field(start, "transaction id", value, children=(flag, counter))


def _other_information(scanner: Scanner, group: Group) -> Field:
    start = scanner.at
    scanner.length()
    other = group.other
    children = [scanner.leaf(2, "message code", _code_words(other.message_code))]
    if other.party is not None:
        children.append(scanner.leaf(8, "supplementary remote party", str(other.party)))
    if other.counter is not None:
        children.append(scanner.leaf(8, "supplementary remote party counter", str(other.counter)))
    if other.originator_counter is not None:
        counter = str(other.originator_counter)
        children.append(scanner.leaf(8, "supplementary originator counter", counter))
    if other.certificate is not None:
        party = Eui64(other.party.octets) if other.party is not None else None
        children.append(scanner.leaf(len(other.certificate), "supplementary certificate", f"key agreement, of {party}"))
    return scanner.field(start, "other information", children=tuple(children))


def _content(scanner: Scanner, context: Context) -> Field:
    start = scanner.at
    body = scanner.within(scanner.length("the content"))
    kind, walk = _PAYLOADS.get(body.peek(), ("empty" if not body.left else "unknown payload", None))
    if walk is None:
        rest = [body.rest("payload")] if body.left else []
        return scanner.field(start, "content", kind, children=tuple(rest))
    return scanner.field(start, "content", kind, children=collect(body, walk(body, context)))


def _signature(scanner: Scanner, group: Group, keys: ViewKeys | None) -> Field:
    if not group.signature:
        return scanner.leaf(1, "signature", "none")
    start = scanner.at
    scanner.take(1)
    half = SIGNATURE_LENGTH // 2
    children = (scanner.leaf(half, "r"), scanner.leaf(half, "s"))
    check, remark = judge_signature(group, keys)
    return scanner.field(start, "signature", remark, children=children, check=check)
