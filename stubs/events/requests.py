"""Requests of Users, from the POST to its answer."""

from __future__ import annotations

from stubs.events.base import Event


class RequestReceived(Event, frozen=True, kw_only=True, tag=True):
    """A POST arrived at one of the three web services, before any check."""

    exchange: str
    service: str
    peer: str
    content_type: str
    body: bytes


class RequestRefused(Event, frozen=True, kw_only=True, tag=True):
    """A rule said no. ``response_code`` is None when the refusal is a bare HTTP status."""

    exchange: str
    rule: str
    response_code: str | None
    http_status: int
    detail: str
    request_id: str | None = None
    user: str | None = None
    srv: str | None = None
    device: str | None = None


class RequestAccepted(Event, frozen=True, kw_only=True, tag=True):
    """Every check passed; processing follows."""

    exchange: str
    request_id: str
    user: str
    role: str
    srv: str
    command_variant: int
    device: str | None
    signed_by: str
    """Serial number (decimal) of the signing certificate."""
    notes: tuple[str, ...] = ()
    """Notes for a tester, e.g. that an expired certificate was let through because a setting says so."""
    schema_version: str = ""
    """Schema version that the request states; empty in journals of before it was recorded."""


class RequestAnswered(Event, frozen=True, kw_only=True, tag=True):
    """The answer in the HTTP exchange, byte for byte."""

    exchange: str
    status: int
    content_type: str
    body: bytes
    response_code: str | None


class AnswerLate(Event, frozen=True, kw_only=True, tag=True):
    """The answer in the HTTP exchange left late, or the client had already left: no fault of the User's.

    Recorded when a second or more passed although no fault rule asked for it, and when the client had closed the
    connection before the answer left.
    """

    exchange: str
    seconds: float
    """Real seconds from the head of the request to the answer."""
    is_abandoned: bool
    """Whether the client had closed the connection."""


class PreCommandIssued(Event, frozen=True, kw_only=True, tag=True):
    """Transform handed out a Pre-Command."""

    request_id: str
    srv: str
    user: str
    device: str
    use_case: str
    message_code: str
    gbcs_version: str
    payload: bytes
    execution: str | None = None
    """ExecutionDateTime of the request, as written: the device holds the command until then."""
