"""Sends the network operator a DCC alert (AD1) when a hub stays without power."""

from __future__ import annotations

from datetime import timedelta

from stubs import alerts
from stubs.dcc.context import DccContext
from stubs.dcc.outbound.dcc_alerts import raise_dcc_alert
from stubs.dcc.state.transaction import Transaction
from stubs.devices.records import Outage
from stubs.devices.state import instant, seconds
from stubs.scheduler.items import PowerOutage
from stubs.wire.eui64 import Eui64

_LASTING = timedelta(minutes=3)
"""A longer loss of supply is reported by an alert (public page on AD1)."""
_METER = "ESME"


def schedule_outage_check(transaction: Transaction, device: Eui64) -> None:
    """Schedules a check of the outage for three minutes later, if a hub has just lost its power."""
    physical = transaction.state.devices[device]
    is_now = bool(physical.outages) and physical.outages[-1] == Outage(seconds(transaction.now), 0)
    if physical.device_type == "CHF" and is_now:
        outage = PowerOutage(device, seconds(transaction.now))
        transaction.schedule(transaction.now + _LASTING, outage, f"outage {device}")


def report_outage(context: DccContext, transaction: Transaction, name: str, item: PowerOutage) -> None:
    """Sends AD1 to the network operator of the hub's electricity meter, if the power is still off."""
    device, started = item.device, item.started
    physical = transaction.state.devices.get(device)
    lasts = physical is not None and any(one.started == started and not one.restored for one in physical.outages)
    transaction.done(name, "told" if lasts else "power is back")
    meters = [
        one for one in transaction.state.inventory.on_hub(device) if one.device_type == _METER and one.import_mpxn
    ]
    if lasts and meters:
        content = alerts.power_outage(device, instant(started), meters[0].import_mpxn)
        raise_dcc_alert(
            context, transaction, "power-outage", content, meters[0], requester=None, cause="the hub lost its power"
        )
