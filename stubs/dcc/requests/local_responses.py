"""8.13: takes the response of a device to a command that a User delivered locally."""

from __future__ import annotations

import base64

import msgspec

from stubs.dcc.context import DccContext
from stubs.dcc.state.dcc_state import DccState
from stubs.dcc.state.device_certificates import certificates_of
from stubs.dcc.state.transaction import item_scheduled
from stubs.inventory import NonDeviceRequest, NonDeviceResult
from stubs.scheduler import read_command_data
from stubs.scheduler.items import PendingCommand, ReturnedAnswer
from stubs.wire.errors import PeerError, Refusal
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.crypto import check_mac, check_signature
from stubs.wire.gbcs.envelope import Cra, Group, Message
from stubs.wire.request_id import RequestId


def asked_by(context: DccContext, response: Group) -> RequestId:
    """The request that a device's response answers; the broker's own when it asked for itself."""
    user, counter = response.recipient, response.counter
    other = response.other
    if user == context.pki.acb and other.party is not None and other.counter is not None:
        user, counter = other.party, other.counter
    return RequestId(user, response.originator, counter)


def return_response(context: DccContext, state: DccState, request: NonDeviceRequest) -> NonDeviceResult:
    """8.13: what a device answered to a command that was delivered locally; what follows an answer follows now.

    Raises: Refusal: ``local-command-unknown``, ``local-response-broken``, ``local-response-forged``.
    """
    given = request.body.get("OriginalRequestID")
    if given is not None:
        _awaited(state, RequestId.parse(given), request.sender)
    message = _message_of(request.body.get("DeviceGBCSResponse") or "")
    asked = asked_by(context, message.group)
    if given is not None and RequestId.parse(given) != asked:
        raise Refusal("local-command-unknown", f"the response answers {asked}, not {given}")
    command = _awaited(state, asked, request.sender)
    if message.group.cra is not Cra.RESPONSE:
        raise Refusal("local-response-broken", f"expected a response, got {message.group.cra.name.lower()}")
    _check_protection(context, state, message)
    returned = ReturnedAnswer(command, message.to_bytes())
    return NonDeviceResult(events=(item_scheduled(f"returned {asked}", request.now, returned),))


def _message_of(text: str) -> Message:
    try:
        return Message.from_bytes(base64.b64decode("".join(text.split())))
    except PeerError as error:
        raise Refusal("local-response-broken", f"not a GBCS response: {error}") from error


def _awaited(state: DccState, asked: RequestId, sender: Eui64) -> PendingCommand:
    """The command that was handed out to this User for that request, and whose response has not come back."""
    data = state.local.get(asked)
    command = read_command_data(msgspec.json.decode(data)) if data is not None else None
    if command is None or command.user != sender:
        raise Refusal("local-command-unknown", f"no local command of {sender} waits for an answer to {asked}")
    return command


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
