"""Non-Device services that need more than inventory and agenda: opting in (8.6), returned local answers (8.13)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from schemas.load import Srv
from stubs.dcc.context import DccContext
from stubs.dcc.state.dcc_state import DccState
from stubs.dcc.state.device_certificates import certificates_of
from stubs.events import ItemScheduled
from stubs.inventory import NonDeviceRequest, NonDeviceResult
from stubs.scheduler import day_of
from stubs.wire.duis import Node
from stubs.wire.errors import PeerError, Refusal
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.crypto import check_mac, check_signature
from stubs.wire.gbcs.envelope import Cra, Group, Message
from stubs.wire.request_id import RequestId

StandingService = Callable[[DccContext, DccState, NonDeviceRequest], NonDeviceResult]

_GONE = frozenset({"Withdrawn", "Decommissioned"})
_METER_POINTS = ("ImportMPxN", "SecondaryImportMPAN", "ExportMPAN")


def opt_in(context: DccContext, state: DccState, request: NonDeviceRequest) -> NonDeviceResult:
    """8.6: a device comes back to the DCC; the answer holds the broker's certificates for it.

    It can be commissioned then: InstalledNotCommissioned (inferred).
    Raises: Refusal: ``opt-in-status``, ``opt-in-date``, ``opt-in-meter-point``.
    """
    body, inventory = request.body, state.inventory
    device = str(Eui64.parse(body.get("DeviceID") or ""))
    record = inventory.get(device)
    if record is not None and record.status not in _GONE:
        raise Refusal("opt-in-status", f"{device} is {record.status} already")
    try:
        day = day_of(body.get("OptInDate") or "")
    except ValueError as error:
        raise Refusal("opt-in-date", str(error)) from error
    if day < request.now.date():
        raise Refusal("opt-in-date", f"expected today or later, got {day.isoformat()}")
    values: dict[str, Any] = {"DeviceType": body.get("DeviceType") or "", "DeviceStatus": "InstalledNotCommissioned"}
    for name in _METER_POINTS:
        mpxn = body.get(f"MPxNs/{name}")
        if mpxn is None:
            continue
        point = inventory.meter_points.get(mpxn)
        if point is None or point.supplier != request.sender:
            raise Refusal("opt-in-meter-point", f"meter point {mpxn} is not registered to {request.sender}")
        values[name] = mpxn
    if record is None:
        values |= {"DeviceManufacturer": "Unknown", "DeviceModel": "Unknown", "DeviceGBCSVersion": "4.2"}
    answer = Node(
        "DSPOptIn",
        children=(
            Node("DeviceID", device),
            Node("DSPBrokerSecurityCredentialsDigitalSigning", _base64(context.pki.acb_ds.certificate.der)),
            Node("DSPBrokerSecurityCredentialsKeyAgreement", _base64(context.pki.acb_ka.certificate.der)),
        ),
    )
    return NonDeviceResult(result=answer, changes=((device, values),))


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def asked_by(context: DccContext, response: Group) -> RequestId:
    """The request that a device's response answers; the broker's own when it asked for itself."""
    user, counter = response.recipient, response.counter
    other = response.other
    if user == context.pki.acb and other.party is not None and other.counter is not None:
        user, counter = other.party, other.counter
    return RequestId(user, response.originator, counter)


def return_response(context: DccContext, state: DccState, request: NonDeviceRequest) -> NonDeviceResult:
    """8.13: what a device answered to a command that was delivered locally; what follows an answer follows now.

    Raises: Refusal: ``local-response-broken``, ``local-command-unknown``, ``local-response-forged``.
    """
    text = request.body.get("DeviceGBCSResponse") or ""
    try:
        message = Message.from_bytes(base64.b64decode("".join(text.split())))
    except PeerError as error:
        raise Refusal("local-response-broken", f"not a GBCS response: {error}") from error
    if message.group.cra is not Cra.RESPONSE:
        raise Refusal("local-response-broken", f"expected a response, got {message.group.cra.name.lower()}")
    asked = asked_by(context, message.group)
    given = request.body.get("OriginalRequestID")
    if given is not None and RequestId.parse(given) != asked:
        raise Refusal("local-command-unknown", f"the response answers {asked}, not {given}")
    order = state.local.get(str(asked))
    if order is None or order["user"] != request.sender:
        raise Refusal("local-command-unknown", f"no local command of {request.sender} waits for an answer to {asked}")
    _check_protection(context, state, message)
    data = {"order": order, "payload": message.to_bytes().hex()}
    return NonDeviceResult(
        events=(ItemScheduled(item=f"returned {asked}", what="returned", due=request.now, data=data),)
    )


def _check_protection(context: DccContext, state: DccState, message: Message) -> None:
    """A response to the broker carries a MAC it can check, a critical one the device's signature.

    Any key that the device has had will do: it may have answered before it changed it. A response with a MAC for the
    User only the User can check.
    """
    group, reasons = message.group, []
    usage = "DS" if message.mac is None else "KA"
    if usage == "KA" and group.recipient != context.pki.acb:
        return
    for known in certificates_of(context.pki, state, group.originator):
        if known.certificate.usage != usage or known.status == "P":
            continue
        try:
            if usage == "DS":
                check_signature(group, known.certificate.public_key)
            else:
                check_mac(message, context.pki.acb_ka.private_key, known.certificate.public_key)
        except PeerError as error:
            reasons.append(str(error))
        else:
            return
    raise Refusal("local-response-forged", reasons[0])


STANDING_SERVICES: Mapping[Srv, StandingService] = MappingProxyType({Srv("8.6"): opt_in, Srv("8.13"): return_response})
"""Services decided with keys and outstanding planning."""
