"""Messages to Users: queued, delivered, failed; alerts raised."""

from __future__ import annotations

from datetime import datetime

from stubs.events.base import Event


class MessageQueued(Event, frozen=True, kw_only=True, tag=True):
    """A signed response or alert entered a User's outbox. ``body`` is what will be posted."""

    message: str
    user: str
    message_kind: str
    """``response``, ``device-alert`` or ``dcc-alert``."""
    request_id: str | None
    response_id: str | None
    response_code: str
    srv: str | None
    alert_code: str | None
    device: str | None
    body: bytes
    due: datetime


class MessageDelivered(Event, frozen=True, kw_only=True, tag=True):
    """The User's endpoint answered with a 2xx."""

    message: str
    attempt: int
    status: int


class DeliveryFailed(Event, frozen=True, kw_only=True, tag=True):
    """One attempt failed; ``next_attempt`` is None when the message is now held."""

    message: str
    attempt: int
    status: int | None
    reason: str
    next_attempt: datetime | None


class AlertRaised(Event, frozen=True, kw_only=True, tag=True):
    """A device or the DCC raised an alert; the message to the User follows as MessageQueued."""

    alert_kind: str
    """``device`` or ``dcc``."""
    code: str
    device: str | None
    recipient: str
    cause: str
    payload: bytes = b""
