"""Parameters of each control operation. Route, validation, OpenAPI text and command line follow from these structs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from schemas.load import UserRole
from stubs.control.kinds import (
    AlertCode,
    Digest,
    Eui,
    EuiOrNobody,
    Hexadecimal,
    Mpxn,
    Name,
    Parameters,
    Postcode,
    Text,
    Uprn,
    Url,
    Values,
)
from stubs.devices.state import FIXED, DeviceState
from stubs.inventory import COVERAGE, REMOVED, InventoryRecord
from stubs.urls import check_url
from stubs.wire.eui64 import Eui64

UserStatus = Literal["active", "suspended", "expelled"]
Srv = Annotated[str, Meta(pattern=r"^(\*|[0-9]{1,2}(\.[0-9]{1,2}){1,2})$", description="service reference variant")]


class OfDevice(Parameters, frozen=True, kw_only=True):
    """One device."""

    device: Eui
    """The device's identity."""


class NewestRefusals(Parameters, frozen=True, kw_only=True):
    """Number of refusals wanted."""

    limit: Annotated[int, Meta(ge=1, le=1000, description="1 to 1000")] = 20
    """At most so many, the newest first."""


class OfUser(Parameters, frozen=True, kw_only=True):
    """One User."""

    user: Eui
    """The User's identity."""


class RegisterUser(Parameters, frozen=True, kw_only=True):
    """A User, and what is registered of it."""

    user: Eui
    """The User's identity."""
    party: Text
    """Name of the Party the User belongs to."""
    roles: tuple[UserRole, ...]
    """User Roles it holds."""
    receive_url: Url | None = None
    """URL to which its responses and alerts are posted; null: they wait."""
    status: UserStatus = "active"
    """Only requests of an active User are accepted."""
    duis_version: Text = ""
    """DUIS version it uses; empty: that of the DCC."""

    def __post_init__(self) -> None:
        if self.receive_url is not None:
            check_url(self.receive_url)


class ClearFault(Parameters, frozen=True, kw_only=True):
    """One armed fault rule."""

    fault: Name
    """Its id, as setting it returned."""


class AdvanceClock(Parameters, frozen=True, kw_only=True):
    """A stretch of time."""

    seconds: Annotated[float, Meta(ge=0, description="0 or more seconds of the run's clock, which only goes forward")]
    """Distance in seconds; what falls due on the way happens at its own time."""


class SetRate(Parameters, frozen=True, kw_only=True):
    """Speed of the run's clock."""

    rate: float
    """Seconds of the run's clock per real second; 0 freezes it."""


class RaiseDeviceAlert(OfDevice, frozen=True, kw_only=True):
    """An alert of a device."""

    code: AlertCode
    """Alert code, four hexadecimal digits."""
    recipient: Eui | None = None
    """The User it goes to; null: as the device is configured."""
    request_id: Text | None = None
    """Accepted for symmetry and not used: an alert answers no request."""


class RaiseDccAlert(OfUser, frozen=True, kw_only=True):
    """An alert of the DCC for one User."""

    code: Text
    """Code of the DCC alert, such as ``N999``."""
    content: Values | None = None
    """One element as an object with one member; null: content of ``structure`` is made."""
    structure: Text = ""
    """Structure of the content to make; empty: the one the code has here."""


class RaiseSmets1(OfUser, frozen=True, kw_only=True):
    """A SMETS1 message: an answer or an alert."""

    device: Eui
    """The SMETS1 device."""
    srv: Text = ""
    """Service it answers; or empty, for an alert."""
    alert_code: Text = ""
    """Alert code; or empty, for an answer."""
    request_id: Text = ""
    """RequestID the answer quotes."""


class LetHappen(OfDevice, frozen=True, kw_only=True):
    """A physical event at a device."""

    what: Name
    """Name of the event, such as ``cover removed``."""
    detail: Values = msgspec.field(default_factory=dict)
    """Details that the event takes, by name."""


class HandOver(OfDevice, frozen=True, kw_only=True):
    """A command given to a device as a hand-held terminal does."""

    command: Hexadecimal
    """The GBCS command, hexadecimal."""


class RegisterMeterPoint(Parameters, frozen=True, kw_only=True):
    """Registration data of a meter point."""

    mpxn: Mpxn
    """MPAN or MPRN."""
    fuel: Literal["electricity", "gas"] = "electricity"
    """Fuel."""
    supplier: EuiOrNobody = ""
    """Registered supplier."""
    network_operator: EuiOrNobody = ""
    """Network operator or gas transporter."""
    postcode: Postcode = ""
    """Post code of the premises."""
    address: Text = ""
    """First line of the address."""
    uprn: Uprn = ""
    """Unique Property Reference Number."""


class OfMeterPoint(Parameters, frozen=True, kw_only=True):
    """One meter point."""

    mpxn: Annotated[str, Meta(max_length=40, description="MPAN or MPRN")]
    """MPAN or MPRN."""


class ChangeRegistration(OfMeterPoint, frozen=True, kw_only=True):
    """A change of supplier, network operator or tenancy."""

    since: datetime | None = None
    """Start, ISO 8601 with zone; null: at once."""
    supplier: EuiOrNobody | None = None
    """The new supplier; null: as before."""
    network_operator: EuiOrNobody | None = None
    """The new network operator; null: as before."""
    new_tenancy: bool = False
    """Whether the tenant changes too."""


Scalar = str | int | float | bool


CoverageValues = msgspec.defstruct(
    "CoverageValues",
    [(name, Scalar | UnsetType, UNSET) for name in COVERAGE],
    bases=(Parameters,),
    kw_only=True,
    frozen=True,
    namespace={"__doc__": "Elements of the answer to 12.1; none: coverage is made up again."},
    module=__name__,
)


class SetCoverage(Parameters, frozen=True, kw_only=True):
    """SM WAN coverage of a place."""

    place: Name
    """UPRN or post code."""
    values: CoverageValues  # type: ignore[valid-type]  # made from the table of elements
    """Elements of the answer to 12.1."""


class ListProduct(Parameters, frozen=True, kw_only=True):
    """A firmware version of a device model on the certified products list."""

    manufacturer: Name
    """Manufacturer identifier."""
    model: Name
    """Model identifier."""
    firmware_version: Name
    """Firmware version, hexadecimal."""
    device_type: Text = ""
    """Device type, such as ``ESME``."""
    gbcs_version: Text = ""
    """GBCS version."""
    hash: Digest = ""
    """SHA-256 of the image."""
    status: Text = "Active"
    """Status on the list."""


class SetThreshold(OfUser, frozen=True, kw_only=True):
    """A User's own anomaly-detection threshold."""

    srv: Srv
    """Service reference variant; ``*``: all together."""
    limit: Annotated[int, Meta(ge=0, le=10**9, description="requests in an hour, 0 or more")] | None
    """Requests in an hour; null takes the threshold away."""
    warning: bool = False
    """The User is warned above it, and nothing is held."""


class PublishServiceAlert(Parameters, frozen=True, kw_only=True):
    """A service alert on the Self-Service Interface, or its newest state."""

    title: Name
    """One line."""
    components: tuple[Name, ...]
    """Names of ``schemas/ssi/components.csv``."""
    state: Literal["degraded", "unavailable", "information"] = "degraded"
    """State of the components meanwhile."""
    impact: Text = "Great Britain"
    """Geographic impact."""
    update: Text = "Under investigation."
    """Latest update."""
    is_major: bool = False
    """Whether it belongs to a Major Incident."""
    expected: datetime | None = None
    """Expected resolution, with zone."""
    is_closed: bool = False
    """Whether it is over."""
    alert: Text = ""
    """Reference of the alert to change; empty: a new one."""


class PublishMaintenance(Parameters, frozen=True, kw_only=True):
    """Maintenance on the Self-Service Interface."""

    title: Name
    """One line."""
    services: tuple[Name, ...]
    """Services affected."""
    starts: datetime
    """With zone."""
    ends: datetime
    """With zone."""
    detail: Text = ""
    """More about it."""
    is_planned: bool = True
    """Whether it was planned."""


class RaiseIncident(OfUser, frozen=True, kw_only=True):
    """An incident that a User raises."""

    title: Name
    """One line."""
    description: Name
    """Description of the incident."""
    category: Annotated[int, Meta(ge=1, le=5, description="1 (the worst) to 5")] = 3
    """1, the worst, to 5."""
    device: EuiOrNobody = ""
    """Device it is about; empty: none."""
    interested: tuple[Eui, ...] = ()
    """Users that may see it too."""


class AnswerIncident(Parameters, frozen=True, kw_only=True):
    """The DCC's answer to an incident."""

    reference: Name
    """Reference of the incident."""
    text: Name
    """Text that is added."""
    status: Text = ""
    """``open``, ``in progress``, ``resolved`` or ``closed``; empty: as it is."""
    interested: tuple[Eui, ...] = ()
    """Users that become interested parties."""


class AnswerManagementRequest(Parameters, frozen=True, kw_only=True):
    """The DCC's answer to a service management request."""

    reference: Name
    """Reference of the request."""
    text: Name
    """Text of the answer."""
    status: Text = ""
    """New status; empty: as it is."""


class ChangeHubOrder(Parameters, frozen=True, kw_only=True):
    """A new status of a hub order."""

    reference: Name
    """Reference of the order."""
    status: Name
    """Such as ``accepted``, ``dispatched`` or ``delivered``."""
    detail: Text = ""
    """Such as the number of the delivery note."""


class IssueSsiCredential(Parameters, frozen=True, kw_only=True):
    """A client certificate for a person."""

    person: Name
    """The person's name, as typed at sign-in."""


class OfQuarantine(Parameters, frozen=True, kw_only=True):
    """One held request."""

    reference: Name
    """Its QuarantineEventRef."""


class BackUp(Parameters, frozen=True, kw_only=True):
    """Target folder of a copy of the state."""

    to: Name
    """A folder that does not exist yet, on this machine; absolute."""


class Reset(Parameters, frozen=True, kw_only=True):
    """Seed from which the next identities are computed."""

    seed: Text | None = None
    """Seed of later identities; null: that of the settings."""


_AS_TEXT = {Eui64: Eui, Eui64 | None: EuiOrNobody, tuple[Eui64, ...]: tuple[Eui, ...]}
"""Types of identities in the structs, and their types in JSON."""


def _fields_of(struct: type[msgspec.Struct], without: frozenset[str]) -> list[tuple[str, Any, Any]]:
    known = [field for field in msgspec.structs.fields(struct) if field.name not in without]
    return [
        (
            field.name,
            _AS_TEXT.get(field.type, field.type) | UnsetType,
            msgspec.field(default=UNSET, name=field.encode_name),
        )
        for field in known
    ]


DeviceValues = msgspec.defstruct(
    "DeviceValues",
    _fields_of(DeviceState, FIXED),
    bases=(Parameters,),
    kw_only=True,
    frozen=True,
    namespace={
        "__doc__": "New values of a device's state. Instants are seconds since 2000-01-01T00:00:00Z, energy Wh, gas "
        "litres, money thousandths of a penny, power W, identities EUI-64."
    },
    module=__name__,
)

InventoryValues = msgspec.defstruct(
    "InventoryValues",
    [
        *_fields_of(InventoryRecord, frozenset({"device"})),
        ("removed", bool | UnsetType, msgspec.field(default=UNSET, name=REMOVED)),
    ],
    bases=(Parameters,),
    kw_only=True,
    frozen=True,
    namespace={"__doc__": "New values of an inventory record, by DUIS names."},
    module=__name__,
)


class ChangeDevice(OfDevice, frozen=True, kw_only=True):
    """New values of some fields of a device's state."""

    values: DeviceValues  # type: ignore[valid-type]  # made from DeviceState
    """Fields by name."""


class ChangeInventory(OfDevice, frozen=True, kw_only=True):
    """New values of some fields of an inventory record."""

    values: InventoryValues  # type: ignore[valid-type]  # made from InventoryRecord
    """Fields by DUIS names."""


def given(values: msgspec.Struct) -> Values:
    """The members that were given, in JSON's types."""
    members: Values = msgspec.to_builtins(values)
    return members
