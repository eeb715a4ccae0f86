"""Takes a device's response to a command, or its time-out: sends it to the User and applies its effects.

A device that holds a command until its date answers twice: at once that it took it, and on the day by an outcome.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec

from stubs import alerts
from stubs.dcc.commands import schedules
from stubs.dcc.commands.planning import CANCELLATION_YEAR
from stubs.dcc.commands.response_effects import AnsweredCommand, apply_response_effects
from stubs.dcc.context import DccContext
from stubs.dcc.outbound.command_outcomes import outcome_name
from stubs.dcc.outbound.dcc_alerts import raise_dcc_alert
from stubs.dcc.outbound.responses import release_followers, respond, respond_error
from stubs.dcc.state.transaction import Transaction
from stubs.devices import Execution
from stubs.events import DeviceAnswered, DeviceSilent
from stubs.scheduler.items import (
    AwaitedOutcome,
    LateAnswer,
    OutcomeCame,
    PendingCommand,
    ResponseTimeout,
    ReturnedAnswer,
)
from stubs.wire.base64text import write_base64
from stubs.wire.duis import GbcsPayload, Node, OtherResult, Result, ServiceResponse, read_date_time
from stubs.wire.errors import Misuse, PeerError
from stubs.wire.gbcs.envelope import Message
from stubs.wire.gbcs.use_cases import read_response

NOT_REACHED, NO_ANSWER, NO_OUTCOME = "E20", "E21", "E30"


def facts_of(command: PendingCommand) -> dict[str, str]:
    """The facts that fault rules match on."""
    return {
        "srv": command.srv,
        "user": str(command.user),
        "device": str(command.device),
        "request_id": str(command.request_id),
    }


def take(
    context: DccContext, transaction: Transaction, command: PendingCommand, sent: str, execution: Execution
) -> None:
    """Take a device's result of a command; a fault rule may drop, delay or alter its response."""
    if execution.response is None:
        code = NOT_REACHED if execution.refused == "unreachable" else NO_ANSWER
        time_out(context, transaction, command, sent, code, f"the device refused: {execution.refused}")
        return
    answered = DeviceAnswered(
        command=sent,
        request_id=str(command.request_id),
        device=str(command.device),
        payload=execution.response,
        values=msgspec.to_builtins(execution.details.get("answer", {})),
    )
    is_done = execution.details.get("result", "success") == "success"
    fault = transaction.fault("device-response", sent, facts_of(command))
    if fault is None:
        _answered(context, transaction, command, answered, is_done=is_done)
    elif fault.effect == "drop":
        time_out(context, transaction, command, sent, NO_ANSWER, "fault: the device's response was dropped")
    elif fault.effect == "delay":
        due = transaction.now + timedelta(seconds=fault.seconds)
        transaction.schedule(due, LateAnswer(command, answered, is_done))
    else:
        altered = execution.response[:-1] + bytes((execution.response[-1] ^ 1,))
        _answered(context, transaction, command, msgspec.structs.replace(answered, payload=altered), is_done=is_done)


def take_late(context: DccContext, transaction: Transaction, name: str, item: LateAnswer) -> None:
    """A response that a fault rule delayed."""
    transaction.done(name, "answered")
    _answered(context, transaction, item.command, item.answer, is_done=item.is_done)


def _answered(
    context: DccContext, transaction: Transaction, command: PendingCommand, answered: DeviceAnswered, *, is_done: bool
) -> None:
    """The device's response reached the DCC: on to the User, and what follows for the inventory."""
    transaction.emit(answered)
    body = ServiceResponse(command.service_reference, command.srv, _result(command, answered))
    respond(context, transaction, command, "I0", body)
    if is_done and command.execution and read_date_time(command.execution) > transaction.now:
        _await_outcome(context, transaction, command)
    else:
        apply_response_effects(context, transaction, AnsweredCommand(command, answered.values, is_done))


def _result(command: PendingCommand, answered: DeviceAnswered) -> Result:
    """The device's answer as the service tells it: scheduled, with the number made up for 9.1, or plain."""
    payload = Node("GBCSPayload", write_base64(answered.payload))
    if command.schedule is not None:
        schedule = Node("DSPScheduleID", str(command.schedule))
        return OtherResult(Node("DSPScheduledMessage", children=(payload, schedule)))
    if command.customer_number:
        number = Node("CustomerIdentificationNumber", command.customer_number)
        return OtherResult(Node("CINMessage", children=(payload, number)))
    return GbcsPayload(answered.payload)


# --- outcomes of commands that a device held ---


def _await_outcome(context: DccContext, transaction: Transaction, command: PendingCommand) -> None:
    """A device holds a command until its date: its outcome is due some time after it, or E30 is; what follows, then."""
    name = outcome_name(command.device, command.srv, command.user)
    date = read_date_time(command.execution)
    if date.year < CANCELLATION_YEAR:
        due = date + timedelta(seconds=context.settings.outcome_timeout)
        transaction.schedule(due, AwaitedOutcome(command), name)
    elif name in transaction.state.agenda.items:
        transaction.done(name, "cancelled")


def follow_outcome(context: DccContext, transaction: Transaction, name: str, item: OutcomeCame) -> None:
    """Applies the effects of a command that a device held, once the device carried it out or failed."""
    transaction.done(name, "followed")
    apply_response_effects(context, transaction, AnsweredCommand(item.command, {}, item.is_done))


def no_outcome(context: DccContext, transaction: Transaction, name: str, item: AwaitedOutcome) -> None:
    """The outcome of a held command never came."""
    transaction.done(name, "no outcome came")
    respond_error(context, transaction, item.command, NO_OUTCOME)


# --- answers brought back ---


def take_returned(context: DccContext, transaction: Transaction, name: str, item: ReturnedAnswer) -> None:
    """A User brought back what a device answered to a command delivered locally (8.13): what follows, follows."""
    transaction.done(name, "returned")
    command, group = item.command, Message.from_bytes(item.payload).group
    try:
        values = read_response(group.other.message_code, group.content)
    except (PeerError, Misuse):
        values = {}  # encrypted for the User, or of a use case nobody knows
    transaction.emit(
        DeviceAnswered(command="", request_id=str(command.request_id), device=str(command.device), payload=item.payload)
    )
    is_done = bool(values.get("MessageSuccess", True))
    apply_response_effects(context, transaction, AnsweredCommand(command, values, is_done))


# --- silence ---


def time_out(
    context: DccContext, transaction: Transaction, command: PendingCommand, sent: str, code: str, reason: str
) -> None:
    """No answer will come. Not reached is known at once; that nothing answers, only after the time-out."""
    wait = 0.0 if code == NOT_REACHED else context.settings.device_timeout
    due = transaction.now + timedelta(seconds=wait)
    transaction.schedule(due, ResponseTimeout(command, sent, code, reason))


def timed_out(context: DccContext, transaction: Transaction, name: str, item: ResponseTimeout) -> None:
    """Tell the User that a device did not answer: by a response code or an alert, as the settings say."""
    transaction.done(name, "told")
    command = item.command
    is_scheduled = command.schedule is not None
    is_told_by_code = context.settings.device_silent == "response" and not is_scheduled
    transaction.emit(
        DeviceSilent(
            command=item.sent,
            request_id=str(command.request_id),
            device=str(command.device),
            reason=item.reason,
            response_code=item.code if is_told_by_code else None,
        )
    )
    if is_told_by_code:
        respond_error(context, transaction, command, item.code)
    elif command.schedule is not None:
        request = command.schedule_request or command.request_id
        schedules.failed(context, transaction, request, command.device, command.schedule, command.user, item.reason)
    else:
        record = transaction.state.inventory.get(command.device)
        content = alerts.command_failure(str(command.request_id), command.device)
        raise_dcc_alert(
            context,
            transaction,
            "command-failed",
            content,
            record,
            requester=command.user,
            cause=item.reason,
        )
        if command.sequence:
            release_followers(context, transaction, command.request_id, is_ok=False)
