"""Forwards device alerts to the User that the device addressed."""

from __future__ import annotations

from collections.abc import Iterable

from stubs.dcc.context import DccContext
from stubs.dcc.outbound.command_outcomes import awaited_by, respond_unawaited, respond_with_outcome
from stubs.dcc.outbound.dcc_alerts import raise_as_dcc_alert
from stubs.dcc.state.device_changes import change_device
from stubs.dcc.state.fold import throttle_key
from stubs.dcc.state.reachability import is_in_reach, released
from stubs.dcc.state.transaction import Transaction
from stubs.devices import RaisedAlert, kept_back
from stubs.events import AlertRaised
from stubs.scheduler.items import ThrottleWindow
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.envelope import Message


def forward_device_alerts(
    context: DccContext, transaction: Transaction, device: Eui64, raised: Iterable[RaisedAlert]
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


def _take_alert(context: DccContext, transaction: Transaction, device: Eui64, alert: RaisedAlert) -> list[str]:
    """One alert that came to the DCC; ids of the messages it became."""
    recipient = alert.recipient
    key = throttle_key(device, alert.code, str(recipient))
    is_kept_back = alert.command is None and transaction.state.throttle.keeps_back(key, transaction.now)
    fault = transaction.fault(
        "device-alert", f"{device} {alert.code}", {"device": str(device), "alert_code": alert.code}
    )
    transaction.emit(
        AlertRaised(
            alert_kind="device",
            code=alert.code,
            device=str(device),
            recipient=str(recipient),
            cause=alert.cause,
            payload=alert.payload,
        )
    )
    if fault is not None and fault.effect == "drop":
        return []
    awaited = awaited_by(transaction, device, alert)
    if awaited is not None:
        return [respond_with_outcome(context, transaction, *awaited, alert)]
    if recipient not in transaction.state.users:
        raise_as_dcc_alert(context, transaction, device, alert)
        return []
    counter = Message.from_bytes(alert.payload).group.counter
    if is_kept_back:
        _start_throttle_window(transaction, key)
        return []
    if alert.command is None:
        return [context.writer.device_alert(transaction, recipient, device, alert.code, counter, alert.payload)]
    return [respond_unawaited(context, transaction, device, recipient, alert)]


def _alerts_in_reach(
    transaction: Transaction, device: Eui64, raised: tuple[RaisedAlert, ...]
) -> list[tuple[Eui64, RaisedAlert]]:
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
    """End a window in which alerts were withheld: send the last of them, with their number."""
    key = item.key
    window = transaction.state.throttle.windows.get(key)
    sequence = transaction.state.throttle.sequences.get(key, 0) + 1
    transaction.done(name, "the window ended")
    if window is None:
        return
    device, code, user = key.split(" ")
    counter = Message.from_bytes(window.last).group.counter
    context.writer.device_alert(
        transaction, Eui64.parse(user), Eui64.parse(device), code, counter, window.last, (sequence, window.kept_back)
    )
