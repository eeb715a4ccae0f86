"""A service request made into the GROUP of a device command."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from stubs.transform.asn1_bodies import ASN1_LISTS, USUAL_OTHERS
from stubs.transform.bodies import command_values, content_of
from stubs.transform.dispatch import NOT_TRANSFORMABLE, POLYPHASE, use_case_for
from stubs.transform.electricity import ELECTRICITY_LISTS
from stubs.transform.fields import field_values
from stubs.transform.gas_bodies import GAS_LISTS
from stubs.transform.looked_up import looked_up_values
from stubs.wire.duis import ServiceRequest
from stubs.wire.errors import Misuse, PeerError, Refusal
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.envelope import Cra, Group, OtherInformation
from stubs.wire.gbcs.use_cases import CommandContext, UseCase, build_command, use_case
from stubs.wire.request_id import RequestId

_LISTS = {**ELECTRICITY_LISTS, **GAS_LISTS, **ASN1_LISTS}
_IN_OWN_NAME = frozenset({"6.21", "6.24.1", "8.5", "8.12.2"})
"""Services whose command the broker sends in its own name (the guide's section 3)."""
_BY_TRANS_COS = frozenset({"6.23"})
"""Services whose command comes from the transitional change-of-supplier party."""
_JOINS = frozenset({"8.7.1", "8.7.2"})
"""Services whose use case depends on the type of the other device."""

_TYPE_2 = {"IHD": "Type2", "CAD": "Type2"}
"""Devices that a command calls Type 2."""


class Target(msgspec.Struct, frozen=True):
    """Facts that the DCC has about the target device.

    Args:
        eui: the device.
        device_type: ``ESME``, ``GSME``, ``CHF``, ``GPF``, ``PPMID``, ``HCALCS``, ``SAPC``.
        variant: ``single``, ``twin`` or ``polyphase``, or a DUIS ESMEVariant (B… has two elements, C… three phases).
        gbcs_version: such as ``4.2``; empty when not known.
        known_parties: organisations whose certificates the device holds.
        network_operator: the one among them that runs the network; it asks for other values in 6.2.10.
        looked_up: named values of the command that no request holds and the DCC knows: a stored device log (8.12.1:
            ``ExtendedPanID``, ``Devices``; 8.12.2: ``LogEntries``), a generated number (9.1:
            ``CustomerIdentificationNumber``), the other device of a join (8.7.1, 8.7.2: ``OtherDeviceType`` and, for
            method C, ``Certificate``, its key-agreement certificate in hexadecimal).
        use_case: which of the use cases that fit a request, whatever ``gbcs_version``; empty leaves it to that.
    """

    eui: Eui64
    device_type: str
    variant: str = ""
    gbcs_version: str = ""
    known_parties: frozenset[Eui64] = frozenset()
    network_operator: Eui64 | None = None
    looked_up: Mapping[str, Any] = msgspec.field(default_factory=dict)
    use_case: str = ""

    @property
    def is_twin_element(self) -> bool:
        """Whether an ESME has a secondary element."""
        return self.variant == "twin" or self.variant.startswith("B")

    @property
    def is_polyphase(self) -> bool:
        """Whether an ESME measures three phases."""
        return self.variant == POLYPHASE or self.variant.startswith("C")


class Acb(msgspec.Struct, frozen=True):
    """The access control broker and the next value of its own originator counter."""

    eui: Eui64
    counter: int


class Command(msgspec.Struct, frozen=True):
    """A command that is not yet protected.

    Args:
        use_case: its name.
        message_code: 16 bits.
        group: signature None; the bare pre-command of a critical use case.
        is_in_own_name: the broker, or the transitional change-of-supplier party, speaks in its own name.
    """

    use_case: str
    message_code: int
    group: Group
    is_in_own_name: bool = False

    @property
    def is_by_acb(self) -> bool:
        """Return whether the broker sends the command, for the User or in its own name, and so uses up its counter."""
        return self.is_in_own_name or self.group.other.party is not None


def transform(
    request: ServiceRequest, target: Target, acb: Acb, now: datetime, trans_cos: Acb | None = None
) -> Command:
    """The command of a service request.

    A critical command, and one to a device that knows the User, is from the User with the request's counter. Any
    other is from the broker with its own counter, the User and the request's counter in the supplementary fields.

    Args:
        request: valid against the schema.
        target: the device that the RequestID names.
        acb: the broker.
        now: UTC; issuer event ids of ZigBee commands.
        trans_cos: the transitional change-of-supplier party with its counter; None takes the broker's.
    Raises: Refusal: rule ``not-transformable``; NotLookedUp: the same, values that are looked up are missing.
    Source: the guide's sections 3 and 13.
    """
    srv = request.header.srv
    try:
        asker = request.header.request_id
        name = use_case_for(
            srv,
            target.device_type,
            _content(srv, request, target),
            target.gbcs_version,
            is_polyphase=target.is_polyphase,
            by_network_operator=asker.originator == target.network_operator,
            named=target.use_case,
        )
        row = use_case(name)
        values = _values(name, srv, request, target)
        in_own_name = srv in _IN_OWN_NAME or srv in _BY_TRANS_COS
        is_known = row.is_critical or asker.originator in target.known_parties or asker.originator == acb.eui
        is_direct = is_known or in_own_name
        speaker = trans_cos if srv in _BY_TRANS_COS and trans_cos else acb
        originator = asker.originator if is_known and not in_own_name else speaker.eui
        counter = asker.counter if is_known and not in_own_name else speaker.counter
        other = OtherInformation(row.message_code) if is_direct else _for_user(row, request, asker)
        user = None if is_direct else asker.originator
        content = build_command(name, values, CommandContext(counter, originator, target.eui, now, user))
    except (PeerError, Misuse) as broken:
        # Values that the schema lets through and no command can hold, such as a time before 2000.
        raise Refusal(NOT_TRANSFORMABLE, f"{srv} to {target.eui}: {broken}") from broken
    group = Group(Cra.COMMAND, counter, originator, target.eui, b"", other, content, None)
    return Command(name, row.message_code, group, in_own_name)


def _content(srv: str, request: ServiceRequest, target: Target) -> str:
    """Return the content of the request, or of what was looked up for it, that decides the use case."""
    if srv in _JOINS:
        other = target.looked_up.get("OtherDeviceType", "")
        return str(other) if (srv, target.device_type) == ("8.7.2", "PPMID") else ""
    return content_of(srv, request.body)


def _values(name: str, srv: str, request: ServiceRequest, target: Target) -> dict[str, Any]:
    """Return the named values of the command, from the body and from what was looked up."""
    known = looked_up_values(name, target.looked_up)
    values = {**known, **command_values(srv, request.body), **field_values(name, request.body)}
    if name in _LISTS:
        values |= _LISTS[name](request.body)
    if name in USUAL_OTHERS:
        other = values.get("OtherDeviceType", USUAL_OTHERS[name])
        values["OtherDeviceType"] = _TYPE_2.get(other, other)
    if target.is_twin_element:
        values["IsTwinElement"] = True
    return values


def _for_user(row: UseCase, request: ServiceRequest, asker: RequestId) -> OtherInformation:
    """Supplementary fields; a sensitive read needs the User's certificate, which only some bodies can hold."""
    if not row.is_sensitive:
        return OtherInformation(row.message_code, asker.originator, asker.counter)
    text = request.body.get("KAPublicSecurityCredentials")
    if text is None:
        raise Refusal(
            NOT_TRANSFORMABLE,
            f"{asker.originator} is not known to the device and the request holds no key-agreement certificate",
        )
    try:
        certificate = base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error as broken:
        raise PeerError("not base64", where="KAPublicSecurityCredentials") from broken
    return OtherInformation(row.message_code, asker.originator, asker.counter, certificate=certificate)
