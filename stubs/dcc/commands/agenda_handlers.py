"""Handlers of agenda items, one for each kind of item, and the loop that runs the items that are due."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from stubs.dcc.commands import command_dispatch, device_log, device_responses, firmware_distribution, schedules
from stubs.dcc.commands.response_effects import follow_firmware
from stubs.dcc.context import DccContext
from stubs.dcc.outbound import power_outages
from stubs.dcc.outbound.device_alerts import end_throttle_window, forward_device_alerts
from stubs.dcc.outbound.responses import respond_error, sequence_code
from stubs.dcc.state.device_changes import change_device
from stubs.dcc.state.transaction import Transaction
from stubs.devices import elapse
from stubs.recording import recordable
from stubs.scheduler import read_item
from stubs.scheduler.items import (
    AgendaItem,
    AwaitedOutcome,
    DeviceActivity,
    DueCommand,
    FirmwareDelivery,
    JoinCheck,
    LateAnswer,
    OutcomeCame,
    PowerOutage,
    RegistrationDate,
    ResponseTimeout,
    ReturnedAnswer,
    ScheduleRun,
    ThrottleWindow,
    WaitingFollower,
)

AgendaHandler = Callable[[DccContext, Transaction, str, Any], None]
"""Takes the context, the transaction, the item's id and the item; takes it off the agenda."""


def follower_timed_out(context: DccContext, transaction: Transaction, name: str, item: WaitingFollower) -> None:
    """The predecessor of a request came neither to success nor to failure in time."""
    transaction.done(name, "waited too long")
    respond_error(context, transaction, item.command, sequence_code(context))


def let_device_act(context: DccContext, transaction: Transaction, name: str, item: DeviceActivity) -> None:
    """A device does something by itself: a held command, a threshold."""
    transaction.done(name, "elapsed")
    device = item.device
    state = transaction.state.devices[device]
    elapsed = elapse(state, transaction.now, context.keys_of(state))
    change_device(transaction, device, elapsed.changes, "time")
    forward_device_alerts(context, transaction, device, elapsed.alerts)
    record = transaction.state.inventory.get(device)
    if record is not None and "firmware_version" in elapsed.changes:
        follow_firmware(transaction, record, "activated on its date")


def registration_holds(context: DccContext, transaction: Transaction, name: str, item: RegistrationDate) -> None:
    """A registration's date has come: it holds, and schedules that Other Users have for the meter end."""
    transaction.done(name, "holds")
    if not item.is_new_tenancy:
        return
    cause = f"registration of meter point {item.mpxn} changed"
    for record in transaction.state.inventory.by_meter_point(item.mpxn):
        if record.device_type in {"ESME", "GSME"}:
            schedules.remove(context, transaction, record.device, cause, schedules.is_of_other_user)


AGENDA_HANDLERS: Mapping[type[AgendaItem], AgendaHandler] = MappingProxyType(
    {
        DueCommand: command_dispatch.send,
        WaitingFollower: follower_timed_out,
        LateAnswer: device_responses.take_late,
        AwaitedOutcome: device_responses.no_outcome,
        OutcomeCame: device_responses.follow_outcome,
        ReturnedAnswer: device_responses.take_returned,
        ResponseTimeout: device_responses.timed_out,
        ScheduleRun: schedules.run,
        FirmwareDelivery: firmware_distribution.deliver,
        JoinCheck: device_log.check_joined,
        DeviceActivity: let_device_act,
        RegistrationDate: registration_holds,
        PowerOutage: power_outages.report_outage,
        ThrottleWindow: end_throttle_window,
    }
)
"""The handler of each kind of item."""


def run_due_items(
    context: DccContext, transaction: Transaction, limit: int | None, on_error: Callable[[Exception], None]
) -> None:
    """Handle the items due now, earliest first, and those that become due meanwhile; at most ``limit`` items."""
    handled = 0
    while (limit is None or handled < limit) and (
        waiting := transaction.state.agenda.first_due(transaction.now)
    ) is not None:
        try:
            item = read_item(waiting.what, waiting.data)
            AGENDA_HANDLERS[type(item)](context, transaction, waiting.item, item)
        except Exception as error:  # noqa: BLE001 - a mistake of ours must not stop the DCC; it is told and recorded
            transaction.done(waiting.item, recordable(f"internal error: {type(error).__name__}: {error}"))
            on_error(error)
        handled += 1
