"""Messages handed to a party: the values of every message it was given for a request, by name."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from harness.checks.evidence import ActionRecord, Evidence, read_answer
from harness.checks.evidence import Message as Queued
from stubs.wire.duis import (
    DccAlert,
    DeviceAlert,
    FutureDatedDeviceAlert,
    GbcsPayload,
    LocalCommand,
    Node,
    OtherResult,
    Response,
    Result,
    ServiceResponse,
)
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.envelope import Message
from stubs.wire.gbcs.use_cases import read_alert, read_response

_LISTS = {"DSPInventory": ("Device", "devices"), "DSPWANMatrix": ("DSPWANMatrixResponse", "coverage")}
"""Results that are lists (DUIS schema): the repeated element, and the name of the list in an outcome's values."""


@dataclass(frozen=True, slots=True)
class Received:
    """Values by name, the entries they rest on, and whether all that was sent could be read."""

    values: dict[str, Any]
    references: tuple[int, ...]
    is_whole: bool


def values_received(evidence: Evidence, action: ActionRecord) -> Received:
    """The values of all usable messages and answers of an action, later ones over earlier ones.

    What a device encrypted is taken from the journal's record of what it put in, so that no key is needed.
    """
    values: dict[str, Any] = {}
    references: list[int] = []
    is_whole = True
    sent = {event.payload: (seq, event.values) for seq, event in evidence.answers_of(action)}
    for seq, known_values in sent.values():
        if any(evidence.was_given(one, action) and not one.queued.body for one in evidence.responses_of(action)):
            values |= known_values  # a journal that keeps no bodies
            references.append(seq)
    for seq, result in _results(evidence, action):
        references.append(seq)
        payload = _payload(result)
        if payload is not None:
            known = sent.get(payload)
            plainly = _plain_values(payload)
            is_whole = is_whole and plainly is not None
            values |= (plainly or {}) | (known[1] if known else {})
        values |= _written(result)
    return Received(values, tuple(references), is_whole)


def _results(evidence: Evidence, action: ActionRecord) -> Iterator[tuple[int, Result]]:
    for exchange in evidence.exchanges_of(action):
        if exchange.answered is not None and evidence.is_answered(exchange):
            response = read_answer(exchange.answered[1].body)
            if response is not None and isinstance(response.body, ServiceResponse):
                yield exchange.answered[0], response.body.result
    for message in evidence.responses_of(action):
        response = read_answer(message.queued.body)
        is_usable = evidence.was_given(message, action) and evidence.is_trusted(message)
        if is_usable and response is not None and isinstance(response.body, ServiceResponse):
            yield message.seq, response.body.result


def _payload(result: Result) -> bytes | None:
    match result:
        case GbcsPayload():
            return result.payload
        case OtherResult() if (text := result.node.get("GBCSPayload")) is not None:
            return base64.b64decode("".join(text.split()))
    return None


def _plain_values(payload: bytes) -> dict[str, Any] | None:
    """Return the values of a device's answer that can be read without keys; None when none can."""
    try:
        group = Message.from_bytes(payload).group
        read = read_response(group.other.message_code, group.content, _needs_a_key)
    except PeerError:
        return None
    return {name: plain(value) for name, value in read.items() if name not in {"results", "MessageSuccess"}}


def payload_of(response: Response | None) -> bytes | None:
    """The device's message in a response; None when it holds none."""
    is_answer = response is not None and isinstance(response.body, ServiceResponse)
    return _payload(response.body.result) if is_answer else None  # type: ignore[union-attr]  # just asked


def is_sealed(payload: bytes) -> bool:
    """Return whether a device's message is whole and can only be read in part without a key."""
    asked: list[bytes] = []

    def note(blob: bytes) -> bytes:
        asked.append(blob)
        return _needs_a_key(blob)

    try:
        group = Message.from_bytes(payload).group
        read_response(group.other.message_code, group.content, note)
    except PeerError:
        return bool(asked)
    return bool(asked)


def is_success(response: Response | None) -> bool:
    """Whether a response brings a device's answer that can be read without keys and reports success."""
    payload = payload_of(response)
    if payload is None:
        return False
    try:
        group = Message.from_bytes(payload).group
        read = read_response(group.other.message_code, group.content, _needs_a_key)
    except PeerError:
        return False
    return bool(read.get("MessageSuccess", True))


def was_carried_out(evidence: Evidence, action: ActionRecord) -> bool:
    """Return whether a device confirms the act that an action asked for, and no message on the way was altered."""
    responses = evidence.responses_of(action)
    own = {one.received.exchange for one in evidence.exchanges_of(action)} | {one.queued.message for one in responses}
    commands = {event.command for _, event in evidence.answers_of(action)}
    if evidence.bent.keys() & (own | commands):
        return False
    return any(is_success(read_answer(one.queued.body)) for one in responses)


def _needs_a_key(_blob: bytes) -> bytes:
    raise PeerError("an encrypted part: a judge holds no keys")


def plain(value: Any) -> Any:
    """A decoded value as an outcome writes it: instants as text in UTC, octets as hex, records as mappings."""
    match value:
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        case bytes():
            return value.hex()
        case Mapping():
            return {str(name): plain(one) for name, one in value.items()}
        case list() | tuple():
            return [plain(one) for one in value]
        case Eui64():
            return str(value)
        case Enum():
            return plain(value.value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    return value


def alert_values(message: Queued) -> dict[str, Any]:
    """The values of an alert by name, as far as they can be read without keys; empty: none can, or it has none."""
    response = read_answer(message.queued.body)
    match response.body if response is not None else None:
        case DccAlert() as alert:
            return {"structure": alert.content.name, **leaves(alert.content)}
        case DeviceAlert() as alert:
            return _alert_values(alert.gbcs_payload)
        case ServiceResponse(result=FutureDatedDeviceAlert() as alert):
            return _alert_values(alert.gbcs_payload)
    return {}


def _alert_values(payload: bytes) -> dict[str, Any]:
    try:
        group = Message.from_bytes(payload).group
        read = read_alert(group.other.message_code, group.content, _needs_a_key)
    except PeerError:
        return {}
    return {name: plain(value) for name, value in read.items()}


def _written(result: Result) -> dict[str, Any]:
    match result:
        case LocalCommand():
            return {"LocalCommand": result.gbcs_payload.hex().upper()}
        case OtherResult() if result.node.name in _LISTS:
            element, name = _LISTS[result.node.name]
            return {name: [leaves(item) for item in result.node.all(element)]}
        case OtherResult():
            return leaves(result.node) or {result.node.name: result.node.text.strip()}
    return {}


def leaves(node: Node) -> dict[str, str]:
    """Texts of the elements without children, by name; of elements with the same name the last."""
    found: dict[str, str] = {}
    for child in node.children:
        found |= leaves(child) if child.children else {child.name: child.text.strip()}
    return found
