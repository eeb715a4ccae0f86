"""Sends DCC alerts to the Users that an occasion concerns, and device alerts to the User that the device addressed."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.load import Srv, device_alerts, service_requests, use_cases
from stubs import alerts
from stubs.dcc.context import DccContext
from stubs.dcc.outbound.messages import OutboundMessage
from stubs.dcc.state.device_changes import change_device
from stubs.dcc.state.fold import throttle_key
from stubs.dcc.state.reachability import is_in_reach, released
from stubs.dcc.state.transaction import Transaction
from stubs.devices import RaisedAlert, kept_back
from stubs.events import AlertRaised
from stubs.inventory import InventoryRecord, PendingDccAlert
from stubs.scheduler import read_item
from stubs.scheduler.items import AwaitedOutcome, OutcomeCame, PendingCommand, ThrottleWindow, outcome_key
from stubs.wire.duis import DccAlert, FutureDatedDeviceAlert, Node, ServiceResponse
from stubs.wire.errors import PeerError
from stubs.wire.gbcs.envelope import Message
from stubs.wire.gbcs.use_cases import FUTURE_DATED_DONE
from stubs.wire.gbcs.use_cases.alerts import read_alert


def raise_dcc_alert(
    context: DccContext,
    transaction: Transaction,
    occasion: str,
    content: Node,
    record: InventoryRecord | None,
    *,
    requester: str | None,
    cause: str,
) -> None:
    """Raise the DCC alert of an occasion for every registered User it concerns.

    Args:
        context: settings and keys.
        transaction: where it happens.
        occasion: a row of ``dcc-alert-occasions.csv``.
        content: the alert's one element.
        record: the device; its meter points say who is concerned.
        requester: the User whose request caused it.
        cause: one sentence for the journal.
    """
    points = transaction.state.inventory.points(record) if record else []
    code = alerts.code_of(occasion, context.settings.dcc_alert_codes)
    told = alerts.recipients(
        occasion,
        requester=requester,
        suppliers=[point.supplier for point in points if point.supplier],
        network_operators=[point.network_operator for point in points if point.network_operator],
    )
    device = record.device if record else None
    for user in told:
        if user in transaction.state.users:
            dcc_alert(context, transaction, user, code, content, device, cause)


def dcc_alert(
    context: DccContext, transaction: Transaction, user: str, code: str, content: Node, device: str | None, cause: str
) -> str:
    """Raise one DCC alert for one User; the message's id.

    A User whose version of DUIS does not have the structure is told that something was withheld.
    """
    version = context.writer.versions.of(transaction.state.users[user])
    if not version.can_tell(code, content.name, context.settings.structures_since):
        content = alerts.version_mismatch(code, device or "", version.version)
        code = alerts.code_of("version-mismatch", context.settings.dcc_alert_codes)
    transaction.emit(AlertRaised(alert_kind="dcc", code=code, device=device, recipient=user, cause=cause))
    return context.writer.dcc_alert(transaction, user, DccAlert(code, content), device)


def raise_pending_alert(context: DccContext, transaction: Transaction, notice: PendingDccAlert, requester: str) -> None:
    """Raise the DCC alert that a service decided on, or that goes with a refusal."""
    record = notice.record
    if notice.content is not None:
        content = notice.content
    elif notice.occasion == "device-decommissioned":
        family = transaction.state.inventory.family(record)
        associated = [(each.device, each.device_type) for each in family if each.device_type in {"PPMID", "HCALCS"}]
        content = alerts.decommissioned(
            record.device,
            record.told_type,
            record.import_mpxn,
            record.secondary_import_mpan,
            record.export_mpan,
            associated,
        )
    else:
        content = alerts.device_removed(record.device)
    raise_dcc_alert(
        context, transaction, notice.occasion, content, record, requester=requester, cause=f"request of {requester}"
    )


def forward_device_alerts(
    context: DccContext, transaction: Transaction, device: str, raised: Iterable[RaisedAlert]
) -> list[str]:
    """Record a device's alerts and pass on those for a registered User; ids of the messages.

    A device that is out of reach, or whose hub is, keeps them, and sends them before newer ones once it is in reach
    (inferred).

    Alerts to the access control broker stay with the DCC, or become DCC alerts. The outcome of a command the device
    held until its time is a response to that command's request (DUIS guide, section 9.2).
    """
    messages = []
    for sender, alert in _alerts_in_reach(transaction, device, tuple(raised)):
        messages += _take_alert(context, transaction, sender, alert)
    return messages


def _take_alert(context: DccContext, transaction: Transaction, device: str, alert: RaisedAlert) -> list[str]:
    """One alert that came to the DCC; ids of the messages it became."""
    recipient = str(alert.recipient)
    key = throttle_key(device, alert.code, recipient)
    is_kept_back = alert.command is None and transaction.state.throttle.keeps_back(key, transaction.now)
    fault = transaction.fault("device-alert", f"{device} {alert.code}", {"device": device, "alert_code": alert.code})
    transaction.emit(
        AlertRaised(
            alert_kind="device",
            code=alert.code,
            device=device,
            recipient=recipient,
            cause=alert.cause,
            payload=alert.payload,
        )
    )
    if fault is not None and fault.effect == "drop":
        return []
    awaited = _awaited(transaction, device, alert)
    if awaited is not None:
        return [_outcome(context, transaction, *awaited, alert)]
    if recipient not in transaction.state.users:
        _raise_as_dcc_alert(context, transaction, device, alert)
        return []
    counter = Message.from_bytes(alert.payload).group.counter
    if is_kept_back:
        _start_throttle_window(transaction, key)
        return []
    if alert.command is None:
        return [context.writer.device_alert(transaction, recipient, device, alert.code, counter, alert.payload)]
    return [_outcome_nobody_awaits(context, transaction, device, recipient, alert)]


def _alerts_in_reach(
    transaction: Transaction, device: str, raised: tuple[RaisedAlert, ...]
) -> list[tuple[str, RaisedAlert]]:
    """Alerts that the device or its hub kept while out of reach, then the new ones; none while it is out of reach."""
    if not is_in_reach(transaction.state, device):
        kept = kept_back(transaction.state.devices[device], raised, transaction.now)
        change_device(transaction, device, kept, "out of reach: alerts wait")
        return []
    return [*released(transaction, device), *((device, alert) for alert in raised)]


def _start_throttle_window(transaction: Transaction, key: str) -> None:
    name = f"throttle {key}"
    if name not in transaction.state.agenda.items:
        transaction.schedule(transaction.state.throttle.windows[key].until, ThrottleWindow(key), name)


def end_throttle_window(context: DccContext, transaction: Transaction, name: str, item: ThrottleWindow) -> None:
    """A window in which alerts were kept back ends: the last of them is sent, with their number."""
    key = item.key
    window = transaction.state.throttle.windows.get(key)
    sequence = transaction.state.throttle.sequences.get(key, 0) + 1
    transaction.done(name, "the window ended")
    if window is None:
        return
    device, code, user = key.split(" ")
    counter = Message.from_bytes(window.last).group.counter
    context.writer.device_alert(transaction, user, device, code, counter, window.last, (sequence, window.kept_back))


_RECORDED, _DUAL_BAND, _ANY = "recorded", "dual-band-alert", "dcc-alert"
_ACTIVATED = {"8F66": True, "8F67": False}


def _raise_as_dcc_alert(context: DccContext, transaction: Transaction, device: str, alert: RaisedAlert) -> None:
    """Raise a DCC alert for a device alert that hubs and prepayment displays send to the broker.

    They cannot address a User. An alert that the catalogue marks as recorded raises none.
    """
    record = transaction.state.inventory.get(device)
    row = device_alerts().get(alert.code)
    becomes = row.to_broker if row is not None else _ANY
    if record is None or alert.recipient != context.pki.acb or becomes == _RECORDED:
        return
    if record.device_type == "PPMID":
        content = alerts.display_alert(
            device, alert.code, transaction.now, record.firmware_version, is_activated=_ACTIVATED.get(alert.code)
        )
        occasion = "ppmid-alert"
    elif record.device_type == "CHF" and becomes == _DUAL_BAND:
        message_code = Message.from_bytes(alert.payload).group.other.message_code
        content = alerts.dual_band_alert(device, alert.code, f"{message_code:04X}")
        occasion = "dual-band-alert"
    elif record.device_type == "CHF":
        content = alerts.hub_alert(device, alert.code, transaction.now)
        occasion = "hub-alert"
    else:
        return
    raise_dcc_alert(context, transaction, occasion, content, record, requester=None, cause=alert.cause)


def _awaited(transaction: Transaction, device: str, alert: RaisedAlert) -> tuple[str, PendingCommand] | None:
    """The item that waits for the outcome of this command, and the command; None: none does, or it is no outcome."""
    if alert.command is None:
        return None
    for waiting in transaction.state.agenda.named(outcome_key(device)):
        item = read_item(waiting.what, waiting.data)
        assert isinstance(item, AwaitedOutcome), "its key says so"
        if (item.command.group.originator, item.command.group.counter) == alert.command:
            return waiting.item, item.command
    return None


def _outcome(
    context: DccContext, transaction: Transaction, name: str, command: PendingCommand, alert: RaisedAlert
) -> str:
    """An outcome as a response to the request, whoever's name the command was sent in; what follows it is scheduled."""
    if (alert.instruction or 1) >= (alert.total or 1):
        transaction.done(name, "the outcome came")
        is_done = alert.code == f"{FUTURE_DATED_DONE:04X}"
        transaction.schedule(transaction.now, OutcomeCame(command, is_done))
    service = ServiceResponse(command.service_reference, command.srv, _outcome_result(alert))
    whose = (str(command.user), str(command.device), str(command.request_id))
    return _queue_outcome(context, transaction, whose, service, alert)


def _outcome_nobody_awaits(
    context: DccContext, transaction: Transaction, device: str, user: str, alert: RaisedAlert
) -> str:
    """An outcome after its time was up: the message tells the service, the User's own counter the request."""
    assert alert.command is not None
    originator, counter = alert.command
    srv, service_reference = _service_of(alert.payload)
    service = ServiceResponse(service_reference, srv, _outcome_result(alert))
    return _queue_outcome(context, transaction, (user, device, f"{originator}:{device}:{counter}"), service, alert)


def _outcome_result(alert: RaisedAlert) -> FutureDatedDeviceAlert:
    return FutureDatedDeviceAlert(alert.code, alert.payload, alert.instruction or 1, alert.total or 1)


def _queue_outcome(
    context: DccContext,
    transaction: Transaction,
    whose: tuple[str, str, str],
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
        response_id=f"{device}:{user}:{counter}",
        srv=service.srv,
        alert_code=alert.code,
        device=device,
    )
    return context.writer.queue(transaction, outbound)


def outcome_name(device: str, srv: str, user: str) -> str:
    """The item that waits for the outcome of a command a device holds; a later command replaces an earlier one."""
    return f"outcome {device} {srv} {user}"


_OWN_FORMS = {0x00CA: Srv("11.3"), 0x00CB: Srv("6.15.1"), 0x0124: Srv("6.15.1")}
"""RequestOutcome alerts that do not name the command's message code: firmware activated, credentials replaced."""


def _service_of(payload: bytes) -> tuple[str, str]:
    """SRV and service reference of the command an outcome alert speaks of."""
    group = Message.from_bytes(payload).group
    own_form = _OWN_FORMS.get(group.other.message_code)
    if own_form is not None:
        return own_form, service_requests()[own_form].service_reference
    code = str(read_alert(group.other.message_code, group.content)["FutureDatedCommandMessageCode"])
    for row in use_cases():
        if row.message_code.upper() == code.upper() and row.srv:
            return row.srv, service_requests()[Srv(row.srv)].service_reference
    raise PeerError("an outcome alert of a command no service makes", got=code)
