"""The agenda worked off: commands leave, devices answer or stay silent, held things fall due."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import msgspec

from schemas.load import gateway_rules
from stubs import alerts
from stubs.dcc import commands, device_log
from stubs.dcc.correspondence import Letter
from stubs.dcc.notices import pass_on, tell
from stubs.dcc.parts import Parts
from stubs.dcc.turn import Turn
from stubs.devices import Execution, Surroundings, elapse, execute, next_due
from stubs.events import CommandSent, DeviceAnswered, DeviceChanged, DeviceSilent, InventoryChanged
from stubs.scheduler import Item
from stubs.wire.duis import GbcsPayload, ServiceResponse
from stubs.wire.gbcs.envelope import Group
from stubs.wire.request_id import RequestId

NOT_REACHED, NO_ANSWER = "E20", "E21"

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
    payload = commands.protect(parts, Group.from_bytes(bytes.fromhex(data["group"])))
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
    else:
        _execute(parts, turn, data, command, payload)


def _execute(parts: Parts, turn: Turn, data: dict[str, Any], command: str, payload: bytes) -> None:
    state = turn.state.fleet[data["device"]]
    execution = execute(
        state,
        payload,
        turn.now,
        parts.pki.device(state.id),
        parts.pki.certificates,
        surroundings=Surroundings(turn.state.fleet),
        agree=parts.secrets,
    )
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


def change_device(turn: Turn, device: str, changes: dict[str, Any], cause: str) -> None:
    """Change a device's state, and put on the agenda what will happen to it by itself."""
    if not changes:
        return
    turn.emit(DeviceChanged(device=device, values=changes, cause=cause))
    due = next_due(turn.state.fleet[device], turn.now)
    name = f"device {device}"
    waiting = turn.state.agenda.items.get(name)
    if due is not None and (waiting is None or waiting.due != due):
        turn.schedule("device", due, {"device": device}, name)
    elif due is None and waiting is not None:
        turn.done(name, "nothing due")


def _late_answer(parts: Parts, turn: Turn, item: Item) -> None:
    turn.done(item.item, "answered")
    answered = msgspec.convert(item.data["answer"], DeviceAnswered)
    _answered(parts, turn, item.data["order"], answered, is_done=item.data["is_done"])


def _answered(parts: Parts, turn: Turn, data: dict[str, Any], answered: DeviceAnswered, *, is_done: bool) -> None:
    """The device's response reached the DCC: on to the User, and what follows for the inventory."""
    turn.emit(answered)
    result = GbcsPayload(answered.payload)
    _respond(parts, turn, data, "I0", ServiceResponse(data["service_reference"], data["srv"], result))
    follow = AFTER.get(data["srv"])
    if follow is not None:
        follow(parts, turn, data, is_done)


def _respond(parts: Parts, turn: Turn, data: dict[str, Any], code: str, body: ServiceResponse) -> None:
    letter = Letter(
        data["user"],
        "response",
        body,
        response_code=code,
        request_id=data["request_id"],
        response_id=str(RequestId.parse(data["request_id"]).reversed()),
        srv=data["srv"],
        device=data["device"],
    )
    parts.correspondence.queue(turn, letter)
    if data.get("sequence"):
        _follow(parts, turn, data["request_id"], is_ok=code == "I0")


def _error(parts: Parts, turn: Turn, data: dict[str, Any], code: str) -> None:
    _respond(parts, turn, data, code, ServiceResponse(data["service_reference"], data["srv"]))


def _silence(parts: Parts, turn: Turn, data: dict[str, Any], command: str, code: str, reason: str) -> None:
    """No answer will come. Not reached is known at once; that nothing answers, only after the time-out."""
    wait = 0.0 if code == NOT_REACHED else parts.settings.device_timeout
    silent = {"order": data, "command": command, "code": code, "reason": reason}
    turn.schedule("silence", turn.now + timedelta(seconds=wait), silent)


def _silent(parts: Parts, turn: Turn, item: Item) -> None:
    turn.done(item.item, "told")
    data, code = item.data["order"], item.data["code"]
    is_told_by_code = parts.settings.device_silent == "response"
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
        _error(parts, turn, data, code)
    else:
        record = turn.state.inventory.get(data["device"])
        content = alerts.command_failure(data["request_id"], data["device"])
        tell(parts, turn, "command-failed", content, record, requester=data["user"], cause=item.data["reason"])
        if data.get("sequence"):
            _follow(parts, turn, data["request_id"], is_ok=False)


def _follow(parts: Parts, turn: Turn, request_id: str, *, is_ok: bool) -> None:
    """Release, or fail, the requests that wait for this one."""
    for item in turn.state.agenda.of("follower"):
        if item.data["preceding"] == request_id:
            turn.done(item.item, "released" if is_ok else "predecessor failed")
            if is_ok:
                due = turn.now + timedelta(seconds=parts.settings.device_latency)
                turn.schedule("command", due, {key: item.data[key] for key in item.data if key != "preceding"})
            else:
                _error(parts, turn, item.data, _sequence_code(parts))


def _sequence_code(parts: Parts) -> str:
    code = parts.settings.rules.get("sequence") or gateway_rules()["sequence"].response_code
    return code if not code.isdigit() else gateway_rules()["sequence"].response_code


def _follower(parts: Parts, turn: Turn, item: Item) -> None:
    turn.done(item.item, "waited too long")
    _error(parts, turn, item.data, _sequence_code(parts))


def _device(parts: Parts, turn: Turn, item: Item) -> None:
    """A device does something by itself: a held command, a threshold."""
    turn.done(item.item, "elapsed")
    device = item.data["device"]
    state = turn.state.fleet[device]
    elapsed = elapse(state, turn.now, parts.pki.device(state.id), parts.pki.certificates)
    change_device(turn, device, elapsed.changes, "time")
    pass_on(parts, turn, device, elapsed.alerts)


def _commissioned(parts: Parts, turn: Turn, data: dict[str, Any], is_done: bool) -> None:  # noqa: FBT001
    record = turn.state.inventory.get(data["device"])
    if not is_done or record is None or record.status == "Commissioned":
        return
    values = {"DeviceStatus": "Commissioned", "DateCommissioned": f"{turn.now.date().isoformat()}Z"}
    turn.emit(InventoryChanged(device=record.device, values=values, cause=data["request_id"]))
    if record.import_mpxn:
        content = alerts.meter_identity(
            record.device, record.import_mpxn, record.esme_variant, record.secondary_import_mpan, record.export_mpan
        )
        cause = f"commissioned by {data['request_id']}"
        tell(parts, turn, "meter-commissioned", content, record, requester=data["user"], cause=cause)


def _device_log(parts: Parts, turn: Turn, data: dict[str, Any], is_done: bool) -> None:  # noqa: FBT001
    (device_log.succeeded if is_done else device_log.failed)(parts, turn, data)


AFTER: Mapping[str, Callable[[Parts, Turn, dict[str, Any], bool], None]] = MappingProxyType(
    {"8.1.1": _commissioned, "8.11": _device_log}
)
"""What follows a device's answer to a service, for the inventory and in alerts."""

WORKERS: Mapping[str, Worker] = MappingProxyType(
    {
        "command": _command,
        "device": _device,
        "follower": _follower,
        "join": device_log.join,
        "late-answer": _late_answer,
        "silence": _silent,
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
            turn.done(item.item, f"internal error: {type(error).__name__}: {error}")
            on_error(error)
        worked += 1
