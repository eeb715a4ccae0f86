"""Results of control operations: one record for each kind of answer; JSON and OpenAPI text follow from them."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from stubs.faults import FaultRule


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """Base of the answers."""


class RegisteredUser(Result, frozen=True, kw_only=True):
    """Registration of a User."""

    user: str
    """EUI-64 of the User, dashed."""
    party: str
    """Name of the Party it belongs to."""
    roles: tuple[str, ...]
    """User Roles it holds."""
    receive_url: str | None
    """URL to which its responses and alerts are posted, without its query; null: they wait."""
    status: str
    """``active``, ``suspended`` or ``expelled``."""
    duis_version: str
    """DUIS version it uses; empty: that of the DCC."""


class ArmedFault(Result, frozen=True, kw_only=True):
    """A fault rule that is armed."""

    fault: str
    """Id of the rule."""
    rule: FaultRule
    """The rule, with the members that were left out."""
    matched: int
    """Number of messages that matched it."""
    applied: int
    """Number of messages it changed."""


class HandedOver(Result, frozen=True, kw_only=True):
    """A device's answer to a command that it was given locally."""

    response: str | None
    """The GBCS response, hexadecimal digits; null: it gave none."""
    refused: str | None
    """Reason why it gave no response; null: it gave one."""


class KeptSchedule(Result, frozen=True, kw_only=True):
    """A schedule that the DCC keeps."""

    schedule: int
    """DSPScheduleID."""
    user: str
    """EUI-64 of the User that created it, dashed."""
    role: str
    """User Role in which it did."""
    srv: str
    """Service reference variant that is run."""
    due: str
    """When it runs next, ISO 8601, UTC."""


class HeldRequest(Result, frozen=True, kw_only=True):
    """A request that anomaly detection holds."""

    reference: str
    """QuarantineEventRef: decimal digits."""
    request_id: str
    """RequestID of the request."""
    user: str
    """EUI-64 of its User, dashed."""
    role: str
    """User Role in which the User sent it."""
    srv: str
    """Service reference variant."""
    device: str | None
    """EUI-64 of the device, dashed; null for a Non-Device request."""
    breach: str
    """``ADUserThresholdBreach``, ``ADDCCThresholdBreach`` or ``ADAttributeLimitsBreach``."""
    detail: str
    """Limit that was passed."""


class WaitingMessage(Result, frozen=True, kw_only=True):
    """A message that its User has not received."""

    message: str
    """Id of the message."""
    due: str
    """When it is tried next, ISO 8601, UTC."""
    attempts: int
    """Number of delivery attempts."""
    is_held: bool
    """Whether it waits for the endpoint to come back, or to be asked for again."""


class Health(Result, frozen=True, kw_only=True):
    """The simulated DCC as a whole."""

    status: str
    """``ok``, or ``degraded`` while the journal cannot be written."""
    now: str
    """The run's time, ISO 8601, UTC."""
    busy: bool
    """Whether something is on its way: a command, what is due by then, a message that was never tried."""
    last_seq: int
    """Number of the newest journal entry."""
    users: int
    """Registered Users."""
    devices: int
    """Simulated physical devices."""
    inventory: int
    """Records of the Smart Metering Inventory."""
    agenda: int
    """Items that are due later."""
    outbox: int
    """Messages that wait for their delivery."""
    held: int
    """Messages that the DCC holds until the endpoint is back."""
    faults: int
    """Fault rules that are armed."""
    quarantine: int
    """Requests that anomaly detection holds."""


class BackedUp(Result, frozen=True, kw_only=True):
    """A copy of the state folder."""

    entries: int
    """Entries of the journal's copy."""
    head: str
    """Hash of the last of them, hexadecimal digits."""


class ClockProgress(Result, frozen=True, kw_only=True):
    """Progress of a move of the clock; the members that describe a move are left out when there is none."""

    is_moving: bool
    """Whether the clock is being moved."""
    now: str
    """The run's time, ISO 8601, UTC."""
    since: str | UnsetType = msgspec.field(default=UNSET, name="from")
    """Start of the move, ISO 8601, UTC."""
    to: str | UnsetType = UNSET
    """End of the move, ISO 8601, UTC."""
    worked: int | UnsetType = UNSET
    """Agenda items handled on the way."""


class SsiCredential(Result, frozen=True, kw_only=True):
    """A client certificate of the test authority and its key."""

    certificate: str
    """Certificate chain, PEM."""
    key: str
    """Private key, PEM."""
