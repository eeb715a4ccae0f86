"""The agenda worked off: commands leave, devices answer or stay silent, held things fall due."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import msgspec

from stubs import alerts
from stubs.dcc import commands, device_log, distribution, outages, schedules
from stubs.dcc.aftermath import Answered, follow, follow_firmware
from stubs.dcc.answers import release_followers, respond, respond_error, sequence_code
from stubs.dcc.changes import change_device
from stubs.dcc.device_certificates import credentials_of
from stubs.dcc.notices import end_window, outcome_name, pass_on, tell
from stubs.dcc.parts import Parts
from stubs.dcc.reach import is_in_reach
from stubs.dcc.turn import Turn
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

Worker = Callable[[Parts, Turn, Item], None]


def _facts(data: dict[str, Any]) -> dict[str, str]:
    return {key: data[key] for key in ("srv", "user", "device", "request_id")}


def _command(parts: Parts, turn: Turn, item: Item) -> None:
    """A command leaves. The device works it off in the same turn, so that it happens once or not at all."""
    data = item.data
    command = f"c{turn.state.counts.commands + 1}"
    fault = turn.fault("command", command, _facts(data))
    turn.done(item.item, "sent")
    if fault is not None and fault.effect == "delay":
        turn.schedule("command", turn.now + timedelta(seconds=fault.seconds), data)
        return
    payload = commands.protect(parts, turn.state, Group.from_bytes(bytes.fromhex(data["group"])))
    turn.emit(
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
    if data["device"] not in turn.state.fleet:
        _silence(parts, turn, data, command, NOT_REACHED, "no such physical device")
    elif fault is not None:
        code = NOT_REACHED if fault.effect == "unreachable" else NO_ANSWER
        _silence(parts, turn, data, command, code, f"fault: {fault.effect}")
    elif turn.state.fleet[data["device"]].reachable and not is_in_reach(turn.state, data["device"]):
        _silence(parts, turn, data, command, NOT_REACHED, "its hub is out of reach")
    else:
        _execute(parts, turn, data, command, payload)


def _execute(parts: Parts, turn: Turn, data: dict[str, Any], command: str, payload: bytes) -> None:
    state = turn.state.fleet[data["device"]]
    execution = execute(
        state,
        payload,
        turn.now,
        credentials_of(parts.pki, state),
        parts.pki.certificates,
        surroundings=Surroundings(turn.state.fleet),
        agree=parts.secrets,
    )
    if data["srv"] == CHANGE_OF_SUPPLIER:
        data = {**data, "former_supplier": state.supplier}
    for device, changes in ((data["device"], execution.changes), *execution.other_changes.items()):
        change_device(turn, device, changes, data["request_id"])
    _response(parts, turn, data, command, execution)
    pass_on(parts, turn, data["device"], execution.alerts)


def _response(parts: Parts, turn: Turn, data: dict[str, Any], command: str, execution: Execution) -> None:
    if execution.response is None:
        code = NOT_REACHED if execution.refused == "unreachable" else NO_ANSWER
        _silence(parts, turn, data, command, code, f"the device refused: {execution.refused}")
        return
    answered = DeviceAnswered(
        command=command,
        request_id=data["request_id"],
        device=data["device"],
        payload=execution.response,
        values=msgspec.to_builtins(execution.details.get("answer", {})),
    )
    is_done = execution.details.get("result", "success") == "success"
    fault = turn.fault("device-response", command, _facts(data))
    if fault is None:
        _answered(parts, turn, data, answered, is_done=is_done)
    elif fault.effect == "drop":
        _silence(parts, turn, data, command, NO_ANSWER, "fault: the device's response was dropped")
    elif fault.effect == "delay":
        late = {"order": data, "answer": msgspec.to_builtins(answered), "is_done": is_done}
        turn.schedule("late-answer", turn.now + timedelta(seconds=fault.seconds), late)
    else:
        altered = execution.response[:-1] + bytes((execution.response[-1] ^ 1,))
        _answered(parts, turn, data, msgspec.structs.replace(answered, payload=altered), is_done=is_done)


def _late_answer(parts: Parts, turn: Turn, item: Item) -> None:
    turn.done(item.item, "answered")
    answered = msgspec.convert(item.data["answer"], DeviceAnswered)
    _answered(parts, turn, item.data["order"], answered, is_done=item.data["is_done"])


def _answered(parts: Parts, turn: Turn, data: dict[str, Any], answered: DeviceAnswered, *, is_done: bool) -> None:
    """The device's response reached the DCC: on to the User, and what follows for the inventory."""
    turn.emit(answered)
    respond(parts, turn, data, "I0", ServiceResponse(data["service_reference"], data["srv"], _result(data, answered)))
    if is_done and data.get("execution") and read_date_time(data["execution"]) > turn.now:
        _await_outcome(parts, turn, data)
    else:
        follow(parts, turn, Answered(data, answered.values, is_done))


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


def _await_outcome(parts: Parts, turn: Turn, data: dict[str, Any]) -> None:
    """A device holds a command until its date: its outcome is due some time after it, or E30 is; what follows, then."""
    name = outcome_name(data["device"], data["srv"], data["user"])
    date = read_date_time(data["execution"])
    if date.year < commands.CANCELLATION_YEAR:
        turn.schedule("outcome", date + timedelta(seconds=parts.settings.outcome_timeout), data, name)
    elif name in turn.state.agenda.items:
        turn.done(name, "cancelled")


def _outcome_came(parts: Parts, turn: Turn, item: Item) -> None:
    """What follows a command that a device held, now that it was carried out, or failed."""
    turn.done(item.item, "followed")
    follow(parts, turn, Answered(item.data["order"], {}, item.data["is_done"]))


def _no_outcome(parts: Parts, turn: Turn, item: Item) -> None:
    turn.done(item.item, "no outcome came")
    respond_error(parts, turn, item.data, NO_OUTCOME)


def _returned(parts: Parts, turn: Turn, item: Item) -> None:
    """A User brought back what a device answered to a command delivered locally (8.13): what follows, follows."""
    data, payload = item.data["order"], bytes.fromhex(item.data["payload"])
    turn.done(item.item, "returned")
    group = Message.from_bytes(payload).group
    try:
        values = read_response(group.other.message_code, group.content)
    except (PeerError, Misuse):
        values = {}  # encrypted for the User, or of a use case nobody knows
    turn.emit(DeviceAnswered(command="", request_id=data["request_id"], device=data["device"], payload=payload))
    follow(parts, turn, Answered(data, values, is_done=bool(values.get("MessageSuccess", True))))


def _silence(parts: Parts, turn: Turn, data: dict[str, Any], command: str, code: str, reason: str) -> None:
    """No answer will come. Not reached is known at once; that nothing answers, only after the time-out."""
    wait = 0.0 if code == NOT_REACHED else parts.settings.device_timeout
    silent = {"order": data, "command": command, "code": code, "reason": reason}
    turn.schedule("silence", turn.now + timedelta(seconds=wait), silent)


def _silent(parts: Parts, turn: Turn, item: Item) -> None:
    turn.done(item.item, "told")
    data, code = item.data["order"], item.data["code"]
    is_scheduled = "schedule" in data
    is_told_by_code = parts.settings.device_silent == "response" and not is_scheduled
    turn.emit(
        DeviceSilent(
            command=item.data["command"],
            request_id=data["request_id"],
            device=data["device"],
            reason=item.data["reason"],
            response_code=code if is_told_by_code else None,
        )
    )
    if is_told_by_code:
        respond_error(parts, turn, data, code)
    elif is_scheduled:
        schedules.failed(parts, turn, data, item.data["reason"])
    else:
        record = turn.state.inventory.get(data["device"])
        content = alerts.command_failure(data["request_id"], data["device"])
        tell(parts, turn, "command-failed", content, record, requester=data["user"], cause=item.data["reason"])
        if data.get("sequence"):
            release_followers(parts, turn, data["request_id"], is_ok=False)


def _follower(parts: Parts, turn: Turn, item: Item) -> None:
    turn.done(item.item, "waited too long")
    respond_error(parts, turn, item.data, sequence_code(parts))


def _device(parts: Parts, turn: Turn, item: Item) -> None:
    """A device does something by itself: a held command, a threshold."""
    turn.done(item.item, "elapsed")
    device = item.data["device"]
    state = turn.state.fleet[device]
    elapsed = elapse(state, turn.now, credentials_of(parts.pki, state), parts.pki.certificates)
    change_device(turn, device, elapsed.changes, "time")
    pass_on(parts, turn, device, elapsed.alerts)
    record = turn.state.inventory.get(device)
    if record is not None and "firmware_version" in elapsed.changes:
        follow_firmware(turn, record, "activated on its date")


def _registration(parts: Parts, turn: Turn, item: Item) -> None:
    """A registration's date has come: it holds, and schedules that the old supplier has for the meter end."""
    mpxn = item.data["mpxn"]
    turn.done(item.item, "holds")
    point = turn.state.inventory.meter_points.get(mpxn)
    if point is None:
        return
    cause = f"registration of meter point {mpxn} changed"
    for record in turn.state.inventory.by_meter_point(mpxn):
        if record.device_type in {"ESME", "GSME"} and item.data.get("is_new_tenancy"):
            schedules.remove(parts, turn, record.device, cause, lambda data: data["role"] == "OU")


WORKERS: Mapping[str, Worker] = MappingProxyType(
    {
        "command": _command,
        "device": _device,
        "firmware": distribution.deliver,
        "follower": _follower,
        "join": device_log.join,
        "late-answer": _late_answer,
        "outage": outages.told,
        "outcome": _no_outcome,
        "outcome-came": _outcome_came,
        "registration": _registration,
        "returned": _returned,
        "schedule": schedules.run,
        "silence": _silent,
        "throttle": end_window,
    }
)
"""Who works off which kind of item."""


def work_off(parts: Parts, turn: Turn, limit: int | None, on_error: Callable[[Exception], None]) -> None:
    """What is due at the turn's time, earliest first, and what becomes due meanwhile; at most ``limit`` items."""
    worked = 0
    while (limit is None or worked < limit) and (item := turn.state.agenda.first_due(turn.now)) is not None:
        try:
            WORKERS[item.what](parts, turn, item)
        except Exception as error:  # noqa: BLE001 - a mistake of ours must not stop the DCC; it is told and recorded
            turn.done(item.item, recordable(f"internal error: {type(error).__name__}: {error}"))
            on_error(error)
        worked += 1
