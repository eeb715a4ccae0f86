"""Commands, the simulated devices' answers, and what changed in a device."""

from __future__ import annotations

from typing import Any

import msgspec

from stubs.events.base import Event


class LocalCommandIssued(Event, frozen=True, kw_only=True, tag=True):
    """A finished command was handed to the User for local delivery; its answer may come back by 8.13."""

    request_id: str
    data: dict[str, Any]
    """Members that the answer will need: the same as of a command on the agenda."""


class RequestQuarantined(Event, frozen=True, kw_only=True, tag=True):
    """Anomaly detection holds an accepted request until it is released or rejected."""

    reference: str
    """QuarantineEventRef: decimal digits."""
    exchange: str
    request_id: str
    user: str
    role: str
    srv: str
    device: str | None
    breach: str
    """``ADUserThresholdBreach``, ``ADDCCThresholdBreach`` or ``ADAttributeLimitsBreach``."""
    detail: str
    document: bytes
    order: dict[str, str] | None
    """The command made of it (use case, message code, group in hexadecimal); None for a Non-Device request."""
    is_sequenced: bool = False
    """Whether other requests may wait for it."""


class QuarantineEnded(Event, frozen=True, kw_only=True, tag=True):
    """A quarantined request was released to be carried out, or rejected."""

    reference: str
    outcome: str
    """``released`` or ``rejected``."""


class CommandSent(Event, frozen=True, kw_only=True, tag=True):
    """A GBCS command left for a device over the simulated SM WAN."""

    command: str
    request_id: str | None
    srv: str
    device: str
    use_case: str
    message_code: str
    payload: bytes


class DeviceAnswered(Event, frozen=True, kw_only=True, tag=True):
    """The device's GBCS response reached the DCC."""

    command: str
    request_id: str | None
    device: str
    payload: bytes
    values: dict[str, Any] = msgspec.field(default_factory=dict)
    """Values that the device put into the answer before it was encrypted, in the names of its use case; a judge that
    holds no keys compares a party's reading with them."""


class DeviceSilent(Event, frozen=True, kw_only=True, tag=True):
    """No answer: not reachable, dropped by a fault, or the device refused to answer (its own checks failed)."""

    command: str
    request_id: str | None
    device: str
    reason: str
    response_code: str | None
    """E20 or E21 when the User is told, by settings."""


class DeviceManufactured(Event, frozen=True, kw_only=True, tag=True):
    """A simulated physical device came into being (it may not be in the inventory yet)."""

    device: str
    device_type: str
    variant: str
    seed: str
    values: dict[str, Any] = msgspec.field(default_factory=dict)


class DeviceChanged(Event, frozen=True, kw_only=True, tag=True):
    """Fields of a simulated device's state that changed, with their new values."""

    device: str
    values: dict[str, Any]
    cause: str
