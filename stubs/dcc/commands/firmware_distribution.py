"""Distributes a firmware image: to the hub, reported by a DCC alert, then to the device, reported by a device alert."""

from __future__ import annotations

from stubs import alerts
from stubs.dcc.context import DccContext
from stubs.dcc.outbound.dcc_alerts import raise_dcc_alert
from stubs.dcc.outbound.device_alerts import forward_device_alerts
from stubs.dcc.state.device_changes import change_device
from stubs.dcc.state.reachability import is_in_reach
from stubs.dcc.state.transaction import Transaction
from stubs.devices import occur
from stubs.inventory import InventoryRecord
from stubs.scheduler.items import FirmwareDelivery
from stubs.wire.eui64 import Eui64


def deliver(context: DccContext, transaction: Transaction, name: str, item: FirmwareDelivery) -> None:
    """The image has had its time: it is at hub and device, or it is not."""
    device, request_id, user = item.device, str(item.request_id), item.user
    record = transaction.state.inventory.get(device)
    facts = {"srv": item.srv, "user": str(user), "device": str(device), "request_id": request_id}
    fault = transaction.fault("firmware", str(device), facts)
    effect = fault.effect if fault is not None else ""
    transaction.done(name, "delivered or not")
    if record is None or not record.hub:
        content = alerts.distribution_failure(request_id, (device,))
        cause = "no hub to send the image to"
        raise_dcc_alert(
            context, transaction, "firmware-distribution-failed", content, record, requester=user, cause=cause
        )
        return
    is_delivered = effect != "drop" and is_in_reach(transaction.state, record.hub)
    _raise_delivery_alert(context, transaction, record, record.hub, item, is_delivered=is_delivered)
    if is_delivered and is_in_reach(transaction.state, device):
        _received(context, transaction, item, is_valid=effect != "altered")


def _raise_delivery_alert(
    context: DccContext,
    transaction: Transaction,
    record: InventoryRecord,
    hub: Eui64,
    item: FirmwareDelivery,
    *,
    is_delivered: bool,
) -> None:
    content = alerts.firmware_delivery(
        str(item.request_id), hub, record.device, item.version, transaction.now, is_delivered=is_delivered
    )
    occasion = "firmware-delivered" if is_delivered else "firmware-delivery-failed"
    cause = "the image reached the hub" if is_delivered else "the image did not reach the hub"
    raise_dcc_alert(context, transaction, occasion, content, record, requester=item.user, cause=cause)


def _received(context: DccContext, transaction: Transaction, item: FirmwareDelivery, *, is_valid: bool) -> None:
    """The device takes the image, checks it and raises its own alert (8F72, or 8F1C when it is broken)."""
    device = item.device
    state = transaction.state.devices[device]
    happened = occur(
        state,
        "image received",
        transaction.now,
        context.keys_of(state),
        detail={"hash": item.hash, "version": item.version, "is_valid": is_valid},
    )
    change_device(transaction, device, happened.changes, str(item.request_id))
    forward_device_alerts(context, transaction, device, happened.alerts)
