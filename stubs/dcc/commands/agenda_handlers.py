"""The agenda worked off: commands leave, devices answer or stay silent, held things fall due."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import msgspec

from stubs import alerts
from stubs.dcc.commands import device_log, firmware_distribution, planning, schedules
from stubs.dcc.commands.response_effects import AnsweredCommand, apply_response_effects, follow_firmware
from stubs.dcc.context import DccContext
from stubs.dcc.outbound import power_outages
from stubs.dcc.outbound.alerts import end_throttle_window, forward_device_alerts, outcome_name, raise_dcc_alert
from stubs.dcc.outbound.responses import release_followers, respond, respond_error, sequence_code
from stubs.dcc.state.device_certificates import credentials_of
from stubs.dcc.state.device_changes import change_device
from stubs.dcc.state.reachability import is_in_reach
from stubs.dcc.state.transaction import Transaction
from stubs.devices import Execution, Surroundings, elapse, execute
from stubs.events import CommandSent, DeviceAnswered, DeviceSilent
from stubs.recording import recordable
from stubs.scheduler import Item
from stubs.wire.base64text import write_base64
from stubs.wire.duis import GbcsPayload, Node, OtherResult, Result, ServiceResponse, read_date_time
from stubs.wire.errors import Misuse, PeerError
from stubs.wire.gbcs.envelope import Group, Message
from stubs.wire.gbcs.use_cases import read_response

CHANGE_OF_SUPPLIER = "6.23"
NOT_REACHED, NO_ANSWER, NO_OUTCOME = "E20", "E21", "E30"

AgendaHandler = Callable[[DccContext, Transaction, Item], None]


def _facts(data: dict[str, Any]) -> dict[str, str]:
    return {key: data[key] for key in ("srv", "user", "device", "request_id")}


def _command(context: DccContext, transaction: Transaction, item: Item) -> None:
    """A command leaves. The device works it off in the same transaction, so that it happens once or not at all."""
    data = item.data
    command = f"c{transaction.state.counts.commands + 1}"
    fault = transaction.fault("command", command, _facts(data))
    transaction.done(item.item, "sent")
    if fault is not None and fault.effect == "delay":
        transaction.schedule("command", transaction.now + timedelta(seconds=fault.seconds), data)
        return
    payload = planning.protect(context, transaction.state, Group.from_bytes(bytes.fromhex(data["group"])))
    transaction.emit(
        CommandSent(
            command=command,
            request_id=data["request_id"],
            srv=data["srv"],
            device=data["device"],
            use_case=data["use_case"],
            message_code=data["message_code"],
            payload=payload,
        )
    )
    if data["device"] not in transaction.state.devices:
        _silence(context, transaction, data, command, NOT_REACHED, "no such physical device")
    elif fault is not None:
        code = NOT_REACHED if fault.effect == "unreachable" else NO_ANSWER
        _silence(context, transaction, data, command, code, f"fault: {fault.effect}")
    elif transaction.state.devices[data["device"]].reachable and not is_in_reach(transaction.state, data["device"]):
        _silence(context, transaction, data, command, NOT_REACHED, "its hub is out of reach")
    else:
        _execute(context, transaction, data, command, payload)


def _execute(context: DccContext, transaction: Transaction, data: dict[str, Any], command: str, payload: bytes) -> None:
    state = transaction.state.devices[data["device"]]
    execution = execute(
        state,
        payload,
        transaction.now,
        credentials_of(context.pki, state),
        context.pki.certificates,
        surroundings=Surroundings(transaction.state.devices),
        agree=context.secrets,
    )
    if data["srv"] == CHANGE_OF_SUPPLIER:
        data = {**data, "former_supplier": state.supplier}
    for device, changes in ((data["device"], execution.changes), *execution.other_changes.items()):
        change_device(transaction, device, changes, data["request_id"])
    _response(context, transaction, data, command, execution)
    forward_device_alerts(context, transaction, data["device"], execution.alerts)


def _response(
    context: DccContext, transaction: Transaction, data: dict[str, Any], command: str, execution: Execution
) -> None:
    if execution.response is None:
        code = NOT_REACHED if execution.refused == "unreachable" else NO_ANSWER
        _silence(context, transaction, data, command, code, f"the device refused: {execution.refused}")
        return
    answered = DeviceAnswered(
        command=command,
        request_id=data["request_id"],
        device=data["device"],
        payload=execution.response,
        values=msgspec.to_builtins(execution.details.get("answer", {})),
    )
    is_done = execution.details.get("result", "success") == "success"
    fault = transaction.fault("device-response", command, _facts(data))
    if fault is None:
        _answered(context, transaction, data, answered, is_done=is_done)
    elif fault.effect == "drop":
        _silence(context, transaction, data, command, NO_ANSWER, "fault: the device's response was dropped")
    elif fault.effect == "delay":
        late = {"order": data, "answer": msgspec.to_builtins(answered), "is_done": is_done}
        transaction.schedule("late-answer", transaction.now + timedelta(seconds=fault.seconds), late)
    else:
        altered = execution.response[:-1] + bytes((execution.response[-1] ^ 1,))
        _answered(context, transaction, data, msgspec.structs.replace(answered, payload=altered), is_done=is_done)


def _late_answer(context: DccContext, transaction: Transaction, item: Item) -> None:
    transaction.done(item.item, "answered")
    answered = msgspec.convert(item.data["answer"], DeviceAnswered)
    _answered(context, transaction, item.data["order"], answered, is_done=item.data["is_done"])


def _answered(
    context: DccContext, transaction: Transaction, data: dict[str, Any], answered: DeviceAnswered, *, is_done: bool
) -> None:
    """The device's response reached the DCC: on to the User, and what follows for the inventory."""
    transaction.emit(answered)
    respond(
        context,
        transaction,
        data,
        "I0",
        ServiceResponse(data["service_reference"], data["srv"], _result(data, answered)),
    )
    if is_done and data.get("execution") and read_date_time(data["execution"]) > transaction.now:
        _await_outcome(context, transaction, data)
    else:
        apply_response_effects(context, transaction, AnsweredCommand(data, answered.values, is_done))


def _result(data: dict[str, Any], answered: DeviceAnswered) -> Result:
    """The device's answer as the service tells it: scheduled, with the number made up for 9.1, or plain."""
    payload = Node("GBCSPayload", write_base64(answered.payload))
    if "schedule" in data:
        schedule = Node("DSPScheduleID", str(data["schedule"]))
        return OtherResult(Node("DSPScheduledMessage", children=(payload, schedule)))
    if "customer_number" in data:
        number = Node("CustomerIdentificationNumber", data["customer_number"])
        return OtherResult(Node("CINMessage", children=(payload, number)))
    return GbcsPayload(answered.payload)


def _await_outcome(context: DccContext, transaction: Transaction, data: dict[str, Any]) -> None:
    """A device holds a command until its date: its outcome is due some time after it, or E30 is; what follows, then."""
    name = outcome_name(data["device"], data["srv"], data["user"])
    date = read_date_time(data["execution"])
    if date.year < planning.CANCELLATION_YEAR:
        transaction.schedule("outcome", date + timedelta(seconds=context.settings.outcome_timeout), data, name)
    elif name in transaction.state.agenda.items:
        transaction.done(name, "cancelled")


def _outcome_came(context: DccContext, transaction: Transaction, item: Item) -> None:
    """What follows a command that a device held, now that it was carried out, or failed."""
    transaction.done(item.item, "followed")
    apply_response_effects(context, transaction, AnsweredCommand(item.data["order"], {}, item.data["is_done"]))


def _no_outcome(context: DccContext, transaction: Transaction, item: Item) -> None:
    transaction.done(item.item, "no outcome came")
    respond_error(context, transaction, item.data, NO_OUTCOME)


def _returned(context: DccContext, transaction: Transaction, item: Item) -> None:
    """A User brought back what a device answered to a command delivered locally (8.13): what follows, follows."""
    data, payload = item.data["order"], bytes.fromhex(item.data["payload"])
    transaction.done(item.item, "returned")
    group = Message.from_bytes(payload).group
    try:
        values = read_response(group.other.message_code, group.content)
    except (PeerError, Misuse):
        values = {}  # encrypted for the User, or of a use case nobody knows
    transaction.emit(DeviceAnswered(command="", request_id=data["request_id"], device=data["device"], payload=payload))
    apply_response_effects(
        context, transaction, AnsweredCommand(data, values, is_done=bool(values.get("MessageSuccess", True)))
    )


def _silence(
    context: DccContext, transaction: Transaction, data: dict[str, Any], command: str, code: str, reason: str
) -> None:
    """No answer will come. Not reached is known at once; that nothing answers, only after the time-out."""
    wait = 0.0 if code == NOT_REACHED else context.settings.device_timeout
    silent = {"order": data, "command": command, "code": code, "reason": reason}
    transaction.schedule("silence", transaction.now + timedelta(seconds=wait), silent)


def _silent(context: DccContext, transaction: Transaction, item: Item) -> None:
    transaction.done(item.item, "told")
    data, code = item.data["order"], item.data["code"]
    is_scheduled = "schedule" in data
    is_told_by_code = context.settings.device_silent == "response" and not is_scheduled
    transaction.emit(
        DeviceSilent(
            command=item.data["command"],
            request_id=data["request_id"],
            device=data["device"],
            reason=item.data["reason"],
            response_code=code if is_told_by_code else None,
        )
    )
    if is_told_by_code:
        respond_error(context, transaction, data, code)
    elif is_scheduled:
        schedules.failed(context, transaction, data, item.data["reason"])
    else:
        record = transaction.state.inventory.get(data["device"])
        content = alerts.command_failure(data["request_id"], data["device"])
        raise_dcc_alert(
            context, transaction, "command-failed", content, record, requester=data["user"], cause=item.data["reason"]
        )
        if data.get("sequence"):
            release_followers(context, transaction, data["request_id"], is_ok=False)


def _follower(context: DccContext, transaction: Transaction, item: Item) -> None:
    transaction.done(item.item, "waited too long")
    respond_error(context, transaction, item.data, sequence_code(context))


def _device(context: DccContext, transaction: Transaction, item: Item) -> None:
    """A device does something by itself: a held command, a threshold."""
    transaction.done(item.item, "elapsed")
    device = item.data["device"]
    state = transaction.state.devices[device]
    elapsed = elapse(state, transaction.now, credentials_of(context.pki, state), context.pki.certificates)
    change_device(transaction, device, elapsed.changes, "time")
    forward_device_alerts(context, transaction, device, elapsed.alerts)
    record = transaction.state.inventory.get(device)
    if record is not None and "firmware_version" in elapsed.changes:
        follow_firmware(transaction, record, "activated on its date")


def _registration(context: DccContext, transaction: Transaction, item: Item) -> None:
    """A registration's date has come: it holds, and schedules that the old supplier has for the meter end."""
    mpxn = item.data["mpxn"]
    transaction.done(item.item, "holds")
    point = transaction.state.inventory.meter_points.get(mpxn)
    if point is None:
        return
    cause = f"registration of meter point {mpxn} changed"
    for record in transaction.state.inventory.by_meter_point(mpxn):
        if record.device_type in {"ESME", "GSME"} and item.data.get("is_new_tenancy"):
            schedules.remove(context, transaction, record.device, cause, lambda data: data["role"] == "OU")


AGENDA_HANDLERS: Mapping[str, AgendaHandler] = MappingProxyType(
    {
        "command": _command,
        "device": _device,
        "firmware": firmware_distribution.deliver,
        "follower": _follower,
        "join": device_log.join,
        "late-answer": _late_answer,
        "outage": power_outages.told,
        "outcome": _no_outcome,
        "outcome-came": _outcome_came,
        "registration": _registration,
        "returned": _returned,
        "schedule": schedules.run,
        "silence": _silent,
        "throttle": end_throttle_window,
    }
)
"""Who works off which kind of item."""


def run_due_items(
    context: DccContext, transaction: Transaction, limit: int | None, on_error: Callable[[Exception], None]
) -> None:
    """Handle what is due now, earliest first, and what becomes due meanwhile; at most ``limit`` items."""
    worked = 0
    while (limit is None or worked < limit) and (
        item := transaction.state.agenda.first_due(transaction.now)
    ) is not None:
        try:
            AGENDA_HANDLERS[item.what](context, transaction, item)
        except Exception as error:  # noqa: BLE001 - a mistake of ours must not stop the DCC; it is told and recorded
            transaction.done(item.item, recordable(f"internal error: {type(error).__name__}: {error}"))
            on_error(error)
        worked += 1
