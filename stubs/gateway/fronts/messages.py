"""Messages between front processes and the core: one typed message a frame, MessagePack.

Strings are ``recordable`` when they come from outside. ``number`` is chosen by the front and comes back with the
answer.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

import msgspec

from schemas.load import Service
from stubs.dcc import CheckedRequest, Reply
from stubs.settings import DccSettings
from stubs.wire.certificates import Certificate
from stubs.wire.duis import Node, Request, RequestHeader, ServiceRequest, SignedPreCommand


class Message(msgspec.Struct, frozen=True, array_like=True):
    """One frame."""


# --- from a front to the core ---


class Ready(Message, frozen=True, tag=1):
    """The front listens."""


class Checked(Message, frozen=True):
    """A ``CheckedRequest``: ``body`` of a Service Request, or ``gbcs_payload`` of a Signed Pre-Command."""

    header: RequestHeader
    schema_version: str
    body: Node | None
    gbcs_payload: bytes | None
    execution_date_time: str | None
    signer: int
    """Place of the signer's certificate among those of ``Begin``."""
    schemas: tuple[str, ...]


class Handle(Message, frozen=True, tag=2):
    """One whole POST; ``checked`` when nothing wrong was found."""

    number: int
    service: Service
    content_type: str
    peer: str
    body: bytes
    checked: Checked | None
    left: tuple[int, ...] = ()
    """Numbers whose answers have left for their clients since the last message of this kind."""


class Refuse(Message, frozen=True, tag=3):
    """A POST that was not read to its end; answered like ``Handle``."""

    number: int
    rule: str
    why: str
    service: str
    peer: str


class RefusedUnread(Message, frozen=True, tag=4):
    """A request was refused before its head was read."""

    rule: str
    why: str
    service: str
    peer: str


class Note(Message, frozen=True, tag=6):
    """An event that changes no state, as the journal stores it."""

    event: bytes


class Sleep(Message, frozen=True, tag=7):
    """Wait for an instant of the run's clock; answered with ``Slept``."""

    number: int
    until: datetime


class Logged(Message, frozen=True, tag=8):
    """A record of the logging module."""

    logger: str
    level: int
    text: str


FromFront: TypeAlias = Ready | Handle | Refuse | RefusedUnread | Note | Sleep | Logged

# --- from the core to a front ---


class Begin(Message, frozen=True, tag=1):
    """The first message: how to behave, and what the core knows."""

    settings: DccSettings
    certificates: tuple[bytes, ...]
    """Of those whose signatures are known: DER, in the order of the core."""
    not_simulated: dict[str, str]
    """Services that the core does not simulate (SRV), by the tag of their request."""


class Answer(Message, frozen=True, tag=2):
    """The reply; its events are durable."""

    number: int
    reply: Reply


class Unavailable(Message, frozen=True, tag=3):
    """Nothing can be recorded (``Blocked``); nothing was handled, and the core has noted that."""

    number: int
    what: str


class Failed(Message, frozen=True, tag=4):
    """A mistake of ours, logged by the core."""

    number: int


class Slept(Message, frozen=True, tag=5):
    """The clock has reached the instant, or stops."""

    number: int


class Stop(Message, frozen=True, tag=6):
    """Stop listening, answer what is under way, and end."""


FromCore: TypeAlias = Begin | Answer | Unavailable | Failed | Slept | Stop


def told(found: CheckedRequest, signer: int) -> Checked:
    """A finding as it is sent; ``signer``: place of its certificate."""
    document = found.document
    body, payload, date = None, None, None
    if isinstance(document, ServiceRequest):
        body = document.body
    else:
        payload, date = document.gbcs_payload, document.execution_date_time
    return Checked(document.header, document.schema_version, body, payload, date, signer, found.schemas)


def read(checked: Checked, certificates: tuple[Certificate, ...]) -> CheckedRequest:
    """A finding as the core takes it."""
    document: Request
    if checked.body is not None:
        document = ServiceRequest(checked.header, checked.body, checked.schema_version)
    else:
        assert checked.gbcs_payload is not None, "a front sends one of both"
        document = SignedPreCommand(
            checked.header, checked.gbcs_payload, checked.execution_date_time, checked.schema_version
        )
    return CheckedRequest(document, certificates[checked.signer], checked.schemas)
