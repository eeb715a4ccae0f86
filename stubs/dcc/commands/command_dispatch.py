"""Dispatches a command to its device: protects it, records it, and lets the device execute it if it can be reached.

The device executes it in the transaction in which it leaves, so that it happens once or not at all.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec

from stubs.dcc.commands import device_responses
from stubs.dcc.commands.device_responses import NO_ANSWER, NOT_REACHED, time_out
from stubs.dcc.commands.planning import protect
from stubs.dcc.context import DccContext
from stubs.dcc.outbound.device_alerts import forward_device_alerts
from stubs.dcc.state.device_changes import change_device
from stubs.dcc.state.reachability import is_in_reach
from stubs.dcc.state.transaction import Transaction
from stubs.devices import Surroundings, execute
from stubs.events import CommandSent
from stubs.scheduler.items import DueCommand, PendingCommand

CHANGE_OF_SUPPLIER = "6.23"


def send(context: DccContext, transaction: Transaction, name: str, item: DueCommand) -> None:
    """Dispatch a command that is due, unless a fault rule delays it."""
    command = item.command
    sent = f"c{transaction.state.counts.commands + 1}"
    fault = transaction.fault("command", sent, device_responses.facts_of(command))
    transaction.done(name, "sent")
    if fault is not None and fault.effect == "delay":
        transaction.schedule(transaction.now + timedelta(seconds=fault.seconds), item)
        return
    payload = protect(context, transaction.state, command.group)
    device = command.device
    transaction.emit(
        CommandSent(
            command=sent,
            request_id=str(command.request_id),
            srv=command.srv,
            device=str(device),
            use_case=command.use_case,
            message_code=command.message_code,
            payload=payload,
        )
    )
    if device not in transaction.state.devices:
        time_out(context, transaction, command, sent, NOT_REACHED, "no such physical device")
    elif fault is not None:
        code = NOT_REACHED if fault.effect == "unreachable" else NO_ANSWER
        time_out(context, transaction, command, sent, code, f"fault: {fault.effect}")
    elif transaction.state.devices[device].reachable and not is_in_reach(transaction.state, device):
        time_out(context, transaction, command, sent, NOT_REACHED, "its hub is out of reach")
    else:
        _execute(context, transaction, command, sent, payload)


def _execute(context: DccContext, transaction: Transaction, command: PendingCommand, sent: str, payload: bytes) -> None:
    device = command.device
    state = transaction.state.devices[device]
    execution = execute(
        state,
        payload,
        transaction.now,
        context.keys_of(state),
        surroundings=Surroundings(transaction.state.devices),
    )
    if command.srv == CHANGE_OF_SUPPLIER:
        command = msgspec.structs.replace(command, former_supplier=state.party_in("supplier"))
    for changed, changes in ((device, execution.changes), *execution.other_changes.items()):
        change_device(transaction, changed, changes, str(command.request_id))
    device_responses.take(context, transaction, command, sent, execution)
    forward_device_alerts(context, transaction, device, execution.alerts)
