"""8.11: adding a device to a hub's log, and taking it away. What follows success, and what failure."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from stubs import alerts
from stubs.dcc.context import DccContext
from stubs.dcc.outbound.alerts import raise_dcc_alert
from stubs.dcc.state.transaction import Transaction
from stubs.events import InventoryChanged
from stubs.scheduler import Item
from stubs.wire.eui64 import Eui64

METER_POINTS = ("ImportMPxN", "SecondaryImportMPAN", "ExportMPAN")
_DEFAULT_JOIN_PERIOD = 3600


def succeeded(context: DccContext, transaction: Transaction, data: dict[str, Any]) -> None:
    """The hub changed its log: inventory, the DCC alert, and the time in which the device may join."""
    given, hub = data["parameters"], data["device"]
    device = str(Eui64.parse(given["DeviceID"]))
    values: dict[str, Any]
    if given["RequestType"] == "Add":
        values = {"DeviceStatus": "Whitelisted", "AssociatedCHFDeviceID": hub}
        values |= {name: given[name] for name in METER_POINTS if given.get(name)}
        point = transaction.state.inventory.meter_points.get(given.get("ImportMPxN", ""))
        if point is not None and point.postcode:
            values |= {"PostCode": point.postcode, "AddressIdentifier": point.address, "UPRN": point.uprn}
    else:
        values = {"DeviceStatus": "Pending", "AssociatedCHFDeviceID": ""}
    transaction.emit(InventoryChanged(device=device, values=values, cause=data["request_id"]))
    _tell(context, transaction, "device-log-updated", data, "the hub changed its device log")
    if given["RequestType"] == "Add":
        due = transaction.now + timedelta(seconds=context.settings.join_delay)
        until = transaction.now + timedelta(seconds=float(given.get("JoinTimePeriod", _DEFAULT_JOIN_PERIOD)))
        joining = {"device": device, "hub": hub, "until": until.isoformat(), "order": data}
        transaction.schedule("join", min(due, until), joining)


def failed(context: DccContext, transaction: Transaction, data: dict[str, Any]) -> None:
    """The hub refused the change."""
    _tell(context, transaction, "device-log-update-failed", data, "the hub did not change its device log")


def join(context: DccContext, transaction: Transaction, item: Item) -> None:
    """Whether the device has joined: now, or, for the last time, when its join period ends."""
    device, hub = item.data["device"], item.data["hub"]
    physical = transaction.state.devices.get(device)
    record = transaction.state.inventory.get(device)
    if record is None or record.status != "Whitelisted" or record.hub != hub:
        transaction.done(item.item, "overtaken")
        return
    until = transaction.now.fromisoformat(item.data["until"])
    if physical is not None and physical.hub == hub:
        transaction.done(item.item, "joined")
        values = {"DeviceStatus": "InstalledNotCommissioned"}
        transaction.emit(InventoryChanged(device=device, values=values, cause="joined the home area network"))
    elif transaction.now < until:
        transaction.done(item.item, "not joined yet")
        transaction.schedule("join", until, item.data)
    else:
        transaction.done(item.item, "never joined")
        _tell(context, transaction, "device-log-update-failed", item.data["order"], "the device did not join in time")


def _tell(context: DccContext, transaction: Transaction, occasion: str, data: dict[str, Any], cause: str) -> None:
    record = transaction.state.inventory.get(data["device"])
    content = alerts.device_log_result(data["request_id"])
    raise_dcc_alert(context, transaction, occasion, content, record, requester=data["user"], cause=cause)
