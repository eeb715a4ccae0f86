"""Messages of the DCC: service responses, acknowledgements, device alerts, DCC alerts (DUIS 5.4 schema, Response)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import msgspec

from stubs.wire.duis.node import Node
from stubs.wire.request_id import RequestId


class ResponseHeader(msgspec.Struct, frozen=True):
    """Code, time (aware; UTC when we write it) and identifiers.

    Acknowledgements and synchronous results quote the RequestID only, device responses both, alerts the ResponseID
    only (duis.md, section 4).
    """

    response_code: str
    response_date_time: datetime
    request_id: RequestId | None = None
    response_id: RequestId | None = None


@dataclass(frozen=True, slots=True)
class GbcsPayload:
    """A device's answer, still in GBCS."""

    payload: bytes


class PreCommand(msgspec.Struct, frozen=True):
    """The answer to a transform: the binary to check, sign and send back."""

    gbcs_version: str
    gbcs_payload: bytes


@dataclass(frozen=True, slots=True)
class LocalCommand:
    """A finished command, with MAC, for delivery by the User's own means."""

    gbcs_payload: bytes


@dataclass(frozen=True, slots=True)
class FutureDatedDeviceAlert:
    """The outcome of one instruction of a command the device held until its time.

    ``code`` is 8F66 (success) or 8F67 (failure); ``instruction`` of ``total``.
    """

    code: str
    gbcs_payload: bytes
    instruction: int
    total: int


@dataclass(frozen=True, slots=True)
class OtherResult:
    """Any other result element: DSPInventory, DSPWANMatrix, DSPScheduleID, CINMessage, firmware warnings and so on."""

    node: Node


Result: TypeAlias = GbcsPayload | PreCommand | LocalCommand | FutureDatedDeviceAlert | OtherResult | None
"""None is an acknowledgement, or an error: the response code says which."""


class ServiceResponse(msgspec.Struct, frozen=True):
    """``ResponseMessage``: the answer to a service request."""

    service_reference: str
    srv: str
    result: Result = None


@dataclass(frozen=True, slots=True)
class DeviceAlert:
    """An alert of a device; ``alert_code`` is four hexadecimal digits, repeated inside the payload."""

    alert_code: str
    gbcs_payload: bytes
    throttled_sequence_id: int | None = None
    throttled_count: int | None = None


@dataclass(frozen=True, slots=True)
class DccAlert:
    """An alert of the DCC itself; ``content`` is the one element inside ``DCCAlert``, such as CommandFailure."""

    code: str
    content: Node
    throttled_sequence_id: int | None = None
    throttled_count: int | None = None


@dataclass(frozen=True, slots=True)
class Smets1Response:
    """``SMETS1ResponseMessage`` whole: its inner part carries a signature of its own."""

    node: Node


ResponseBody: TypeAlias = ServiceResponse | DeviceAlert | DccAlert | Smets1Response


class Response(msgspec.Struct, frozen=True):
    """Everything the DCC sends has this shape; there is no separate alert document."""

    header: ResponseHeader
    body: ResponseBody
    schema_version: str = "5.4"
