"""Items of the agenda: one record for each kind of item, identities and GBCS groups as values.

How they are stored (``ItemScheduled.what`` and ``.data``): ``stored_items``.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from schemas.load import UserRole
from stubs.events import DeviceAnswered
from stubs.wire.duis import Node
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.envelope import Group
from stubs.wire.request_id import RequestId


class PendingCommand(msgspec.Struct, frozen=True, kw_only=True):
    """A command for a device on its way: whose it is, the group before protection, and what its answer will need."""

    request_id: RequestId
    srv: str
    service_reference: str
    user: Eui64
    role: UserRole
    device: Eui64
    use_case: str
    message_code: str
    """Four upper-case hexadecimal digits."""
    group: Group
    parameters: dict[str, str] = {}
    """Innermost elements of the request's body, by name; empty for a Signed Pre-Command."""
    sequence: bool = False
    """Whether the request is part of a sequence."""
    customer_number: str = ""
    """The number that the DCC made up for 9.1."""
    execution: str = ""
    """The date until which the device holds the command, as written."""
    held: bool = False
    """Whether the DCC holds the command until its date, so that it may be cancelled."""
    preceding: RequestId | None = None
    """The request it waits for."""
    schedule: int | None = None
    """Number of the schedule that it is a run of."""
    schedule_request: RequestId | None = None
    """The request that created the schedule."""
    former_supplier: Eui64 | None = None
    """The supplier that the device trusted before a change of supplier."""

    @property
    def key(self) -> str:
        """Return the key under which a held command is found, to be cancelled."""
        return f"held|{self.user}|{self.srv}|{self.device}"


class DueCommand(msgspec.Struct, frozen=True, tag="command"):
    """A command leaves for its device."""

    command: PendingCommand


class WaitingFollower(msgspec.Struct, frozen=True, tag="follower"):
    """A command waits for its predecessor, at the longest until the item is due."""

    command: PendingCommand


class AwaitedOutcome(msgspec.Struct, frozen=True, tag="outcome"):
    """A device holds a command until its date; by the time the item is due its outcome must have come."""

    command: PendingCommand


class OutcomeCame(msgspec.Struct, frozen=True, tag="outcome-came"):
    """The outcome of a held command came; what follows it follows now."""

    command: PendingCommand = msgspec.field(name="order")
    is_done: bool


class LateAnswer(msgspec.Struct, frozen=True, tag="late-answer"):
    """A fault rule delays a device's response."""

    command: PendingCommand = msgspec.field(name="order")
    answer: DeviceAnswered
    is_done: bool


class ReturnedAnswer(msgspec.Struct, frozen=True, tag="returned"):
    """A User brought back (8.13) what a device answered to a local command: ``payload``, a GBCS message."""

    command: PendingCommand = msgspec.field(name="order")
    payload: bytes


class ResponseTimeout(msgspec.Struct, frozen=True, tag="silence"):
    """No answer came to a command: the response code for it, and why."""

    command: PendingCommand = msgspec.field(name="order")
    sent: str = msgspec.field(name="command")
    """Id of the command that was sent."""
    code: str
    reason: str


class ScheduleRun(msgspec.Struct, frozen=True, tag="schedule"):
    """A schedule that the DCC keeps, due at its next run; ``details`` is the body of the request that created it."""

    schedule: int
    user: Eui64
    role: UserRole
    device: Eui64
    srv: str
    request_id: RequestId
    details: Node


class FirmwareDelivery(msgspec.Struct, frozen=True, tag="firmware"):
    """An image is on its way to a device: its version and SHA-256, hexadecimal."""

    request_id: RequestId
    user: Eui64
    srv: str
    device: Eui64
    version: str
    hash: str


class JoinCheck(msgspec.Struct, frozen=True, tag="join"):
    """Check whether a device has joined its hub's network; repeated until ``until``."""

    device: Eui64
    hub: Eui64
    until: datetime
    command: PendingCommand = msgspec.field(name="order")


class ThrottleWindow(msgspec.Struct, frozen=True, tag="throttle"):
    """End of a window in which device alerts were withheld; ``key`` names it."""

    key: str


class RegistrationDate(msgspec.Struct, frozen=True, tag="registration"):
    """The date of a change of registration comes."""

    mpxn: str
    is_new_tenancy: bool = False


class DeviceActivity(msgspec.Struct, frozen=True, tag="device"):
    """A device does something by itself."""

    device: Eui64


class PowerOutage(msgspec.Struct, frozen=True, tag="outage"):
    """Check of a hub that lost its power at ``started`` (seconds since 2000): the DCC then reports the outage."""

    device: Eui64
    started: int


AgendaItem = (
    DueCommand
    | WaitingFollower
    | AwaitedOutcome
    | OutcomeCame
    | LateAnswer
    | ReturnedAnswer
    | ResponseTimeout
    | ScheduleRun
    | FirmwareDelivery
    | JoinCheck
    | ThrottleWindow
    | RegistrationDate
    | DeviceActivity
    | PowerOutage
)


def follower_key(request_id: RequestId) -> str:
    """Return the key under which items that wait for a request are found."""
    return f"after|{request_id}"


def schedule_key(device: Eui64) -> str:
    """Return the key under which the schedules of a device are found."""
    return f"schedule|{device}"


def firmware_key(device: Eui64) -> str:
    """Return the key under which images on their way to a device are found."""
    return f"firmware|{device}"


def outcome_key(device: Eui64) -> str:
    """Return the key under which the outcomes awaited of a device are found."""
    return f"outcome|{device}"
