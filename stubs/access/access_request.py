"""The facts one request is judged on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

import msgspec

from schemas.load import CommandVariant, CommandVariantRow, Service, ServiceRequestRow, UserRole, command_variants
from stubs.access.ledger import RequestLedger
from stubs.settings import DccSettings
from stubs.wire.duis import RequestHeader
from stubs.wire.eui64 import Eui64


class UserFacts(msgspec.Struct, frozen=True):
    """A registered User: its roles and whether it may send."""

    roles: frozenset[UserRole]
    status: str
    """``active`` or anything else, which means it may not send."""


class DeviceFacts(msgspec.Struct, frozen=True):
    """Facts about the target device, taken from the inventory."""

    device_type: str
    status: str
    responsible: Mapping[UserRole, frozenset[Eui64] | None]
    """Users responsible for the device now, by role; None: any User of that role; absent: nobody."""


class AccessRequest(msgspec.Struct, frozen=True):
    """One request and everything needed to judge it."""

    header: RequestHeader
    row: ServiceRequestRow
    body_element: str
    """Local name of the body's element; ``SignedPreCommand`` for a signed one."""
    service: Service
    """The web service it was posted to."""
    user: UserFacts | None
    device: DeviceFacts | None
    """None when the inventory has no such device, or for a Non-Device request."""
    acb: Eui64
    """The access control broker."""
    execution: str | None
    """ExecutionDateTime of the body as written."""
    predecessor_status: str | None
    """``pending``, ``ok`` or ``failed`` of the request named as predecessor; None when it is not known."""
    ledger: RequestLedger
    settings: DccSettings
    now: datetime

    @property
    def is_signed_pre_command(self) -> bool:
        """Whether the body is a SignedPreCommand."""
        return self.body_element == "SignedPreCommand"

    @property
    def variant(self) -> CommandVariantRow:
        """The facts of its command variant, once the rule on variants let it pass. Raises: KeyError: there is none."""
        return command_variants()[CommandVariant(self.header.command_variant)]

    @property
    def sender(self) -> Eui64:
        """The originator."""
        return self.header.request_id.originator

    @property
    def eligible_roles(self) -> tuple[UserRole, ...]:
        """The User's roles that may send this service, in the order of the catalogue; settings may add to them."""
        if self.user is None:
            return ()
        held = self.user.roles
        eligible = self.row.eligible_roles
        if self.row.srv in self.settings.eligible_roles:
            eligible = eligible.union(UserRole(role) for role in self.settings.eligible_roles[self.row.srv])
        return _in_order(held, eligible)


@lru_cache(maxsize=1024)
def _in_order(held: frozenset[UserRole], eligible: frozenset[UserRole]) -> tuple[UserRole, ...]:
    return tuple(role for role in UserRole if role in held and role in eligible)
