"""8.11: adds a device to a hub's log or removes it, and applies what follows success or failure."""

from __future__ import annotations

from datetime import timedelta

from stubs import alerts
from stubs.dcc.context import DccContext
from stubs.dcc.outbound.dcc_alerts import raise_dcc_alert
from stubs.dcc.state.transaction import Transaction
from stubs.events import InventoryChanged
from stubs.inventory import RecordValue
from stubs.scheduler.items import JoinCheck, PendingCommand
from stubs.wire.eui64 import Eui64

METER_POINTS = ("ImportMPxN", "SecondaryImportMPAN", "ExportMPAN")
_DEFAULT_JOIN_PERIOD = 3600


def succeeded(context: DccContext, transaction: Transaction, command: PendingCommand) -> None:
    """The hub changed its log: inventory, the DCC alert, and the time in which the device may join."""
    given, hub = command.parameters, command.device
    device = Eui64.parse(given["DeviceID"])
    values: dict[str, RecordValue]
    if given["RequestType"] == "Add":
        values = {"DeviceStatus": "Whitelisted", "AssociatedCHFDeviceID": str(hub)}
        values |= {name: given[name] for name in METER_POINTS if given.get(name)}
        point = transaction.state.inventory.meter_point(given.get("ImportMPxN", ""))
        if point is not None and point.postcode:
            values |= {"PostCode": point.postcode, "AddressIdentifier": point.address, "UPRN": point.uprn}
    else:
        values = {"DeviceStatus": "Pending", "AssociatedCHFDeviceID": ""}
    transaction.emit(InventoryChanged(device=str(device), values=values, cause=str(command.request_id)))
    _raise_alert(context, transaction, "device-log-updated", command, "the hub changed its device log")
    if given["RequestType"] == "Add":
        due = transaction.now + timedelta(seconds=context.settings.join_delay)
        until = transaction.now + timedelta(seconds=float(given.get("JoinTimePeriod", _DEFAULT_JOIN_PERIOD)))
        transaction.schedule(min(due, until), JoinCheck(device, hub, until, command))


def failed(context: DccContext, transaction: Transaction, command: PendingCommand) -> None:
    """The hub refused the change."""
    _raise_alert(context, transaction, "device-log-update-failed", command, "the hub did not change its device log")


def check_joined(context: DccContext, transaction: Transaction, name: str, item: JoinCheck) -> None:
    """Whether the device has joined: now, or, for the last time, when its join period ends."""
    device, hub = item.device, item.hub
    physical = transaction.state.devices.get(device)
    record = transaction.state.inventory.get(device)
    if record is None or record.status != "Whitelisted" or record.hub != hub:
        transaction.done(name, "overtaken")
    elif physical is not None and physical.hub_id == hub:
        transaction.done(name, "joined")
        values = {"DeviceStatus": "InstalledNotCommissioned"}
        transaction.emit(InventoryChanged(device=str(device), values=values, cause="joined the home area network"))
    elif transaction.now < item.until:
        transaction.done(name, "not joined yet")
        transaction.schedule(item.until, item)
    else:
        transaction.done(name, "never joined")
        _raise_alert(context, transaction, "device-log-update-failed", item.command, "the device did not join in time")


def _raise_alert(
    context: DccContext, transaction: Transaction, occasion: str, command: PendingCommand, cause: str
) -> None:
    record = transaction.state.inventory.get(command.device)
    content = alerts.device_log_result(str(command.request_id))
    raise_dcc_alert(context, transaction, occasion, content, record, requester=command.user, cause=cause)
