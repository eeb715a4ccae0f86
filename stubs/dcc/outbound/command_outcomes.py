"""Sends the outcome of a command that a device held until its date, as a response to the request of that command."""

from __future__ import annotations

from schemas.load import Srv, service_requests, use_cases
from stubs.dcc.context import DccContext
from stubs.dcc.outbound.messages import OutboundMessage
from stubs.dcc.state.transaction import Transaction
from stubs.devices import RaisedAlert
from stubs.scheduler import read_item
from stubs.scheduler.items import AwaitedOutcome, OutcomeCame, PendingCommand, outcome_key
from stubs.wire.duis import FutureDatedDeviceAlert, ServiceResponse
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.envelope import Message
from stubs.wire.gbcs.use_cases import FUTURE_DATED_DONE
from stubs.wire.gbcs.use_cases.alerts import read_alert
from stubs.wire.request_id import RequestId


def awaited_by(transaction: Transaction, device: Eui64, alert: RaisedAlert) -> tuple[str, PendingCommand] | None:
    """The item that waits for the outcome of this command, and the command; None: none does, or it is no outcome."""
    if alert.command is None:
        return None
    for waiting in transaction.state.agenda.named(outcome_key(device)):
        item = read_item(waiting.what, waiting.data)
        assert isinstance(item, AwaitedOutcome), "its key says so"
        if (item.command.group.originator, item.command.group.counter) == alert.command:
            return waiting.item, item.command
    return None


def respond_with_outcome(
    context: DccContext, transaction: Transaction, name: str, command: PendingCommand, alert: RaisedAlert
) -> str:
    """Queue an outcome as the response to its request, and schedule what follows it; the message's id."""
    if (alert.instruction or 1) >= (alert.total or 1):
        transaction.done(name, "the outcome came")
        is_done = alert.code == f"{FUTURE_DATED_DONE:04X}"
        transaction.schedule(transaction.now, OutcomeCame(command, is_done))
    service = ServiceResponse(command.service_reference, command.srv, _outcome_result(alert))
    whose = (command.user, command.device, command.request_id)
    return _queue_outcome(context, transaction, whose, service, alert)


def respond_unawaited(
    context: DccContext, transaction: Transaction, device: Eui64, user: Eui64, alert: RaisedAlert
) -> str:
    """Queue an outcome that came after its time was up; the message's id.

    The message code tells the service, the User's own counter the request.
    """
    assert alert.command is not None
    originator, counter = alert.command
    srv, service_reference = _service_of(alert.payload)
    service = ServiceResponse(service_reference, srv, _outcome_result(alert))
    request_id = RequestId(originator, device, counter)
    return _queue_outcome(context, transaction, (user, device, request_id), service, alert)


def _outcome_result(alert: RaisedAlert) -> FutureDatedDeviceAlert:
    return FutureDatedDeviceAlert(alert.code, alert.payload, alert.instruction or 1, alert.total or 1)


def _queue_outcome(
    context: DccContext,
    transaction: Transaction,
    whose: tuple[Eui64, Eui64, RequestId],
    service: ServiceResponse,
    alert: RaisedAlert,
) -> str:
    user, device, request_id = whose
    counter = Message.from_bytes(alert.payload).group.counter
    outbound = OutboundMessage(
        user,
        "response",
        service,
        request_id=request_id,
        response_id=RequestId(device, user, counter),
        srv=service.srv,
        alert_code=alert.code,
        device=device,
    )
    return context.writer.queue(transaction, outbound)


def outcome_name(device: Eui64, srv: str, user: Eui64) -> str:
    """Name the agenda item that waits for the outcome of a held command; a later command replaces an earlier one."""
    return f"outcome {device} {srv} {user}"


_OWN_FORMS = {0x00CA: Srv("11.3"), 0x00CB: Srv("6.15.1"), 0x0124: Srv("6.15.1")}
"""RequestOutcome alerts that do not name the command's message code: firmware activated, credentials replaced."""


def _service_of(payload: bytes) -> tuple[str, str]:
    """Return SRV and service reference of the command whose outcome an alert reports."""
    group = Message.from_bytes(payload).group
    own_form = _OWN_FORMS.get(group.other.message_code)
    if own_form is not None:
        return own_form, service_requests()[own_form].service_reference
    code = str(read_alert(group.other.message_code, group.content)["FutureDatedCommandMessageCode"])
    for row in use_cases():
        if row.message_code.upper() == code.upper() and row.srv:
            return row.srv, service_requests()[Srv(row.srv)].service_reference
    raise PeerError("an outcome alert of a command no service makes", got=code)
