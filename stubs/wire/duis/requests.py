"""Requests of a User: a service request, or a signed pre-command (DUIS 5.4 schema, Request)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from stubs.wire.duis.node import Node
from stubs.wire.request_id import RequestId


class RequestHeader(msgspec.Struct, frozen=True):
    """The six header fields of a request.

    ``command_variant`` is 1 to 9, ``service_reference`` such as ``4.1``, ``srv`` such as ``4.1.1``. Nothing here
    says that the three agree with each other or with the body: the schema does not, the gateway must.
    """

    request_id: RequestId
    command_variant: int
    service_reference: str
    srv: str
    first_in_sequence: bool | None = None
    preceding: RequestId | None = None
    """``PrecedingServiceRequestID``: this request waits for that one."""


@dataclass(frozen=True, slots=True)
class ServiceRequest:
    """A request with one of the 129 service bodies; ``body.name`` is the body's element."""

    header: RequestHeader
    body: Node
    schema_version: str = "5.4"


@dataclass(frozen=True, slots=True)
class SignedPreCommand:
    """A pre-command the User has signed; ``gbcs_payload`` is the binary, decoded from base64."""

    header: RequestHeader
    gbcs_payload: bytes
    execution_date_time: str | None = None
    """Date and time as written. Whether it must repeat the date inside the pre-command is not known (duis.md, section
    9.2)."""
    schema_version: str = "5.4"


Request: TypeAlias = ServiceRequest | SignedPreCommand
