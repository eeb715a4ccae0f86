"""What is done with a request that passed: the command made, handed out or placed; the decision carried out.

The same for a request that is answered at once and for one that comes out of quarantine.
"""

from __future__ import annotations

import msgspec

from schemas.load import Srv, UserRole
from stubs.access import Case
from stubs.access.rules import LOCAL_VARIANTS
from stubs.dcc import commands, device_log
from stubs.dcc.checks import check_service
from stubs.dcc.notices import tell_notice
from stubs.dcc.parts import Parts
from stubs.dcc.schedules import SCHEDULE_SERVICES, remove
from stubs.dcc.standing import STANDING_SERVICES
from stubs.dcc.turn import Turn
from stubs.events import InventoryChanged, LocalCommandIssued, PreCommandIssued
from stubs.inventory import REMOVED, SERVICES, Decision, InventoryRecord, Question
from stubs.wire.duis import LocalCommand, Node, OtherResult, PreCommand, Request, RequestHeader, Result, ServiceRequest
from stubs.wire.errors import Refusal

BOTH_VARIANTS = frozenset({3, 7})
TRANSFORM_VARIANT = 4
ENDED = frozenset({"Decommissioned", "Withdrawn"})


class Outcome(msgspec.Struct, frozen=True):
    """Response code and result of a request that was carried out."""

    code: str
    result: Result = None


def decide(parts: Parts, turn: Turn, case: Case, body: Node) -> Decision:
    """What a Non-Device service answers and changes. Raises: Refusal: the service's own rules."""
    srv = Srv(case.header.srv)
    state = turn.state
    question = Question(
        case.sender,
        case.eligible_roles,
        body,
        turn.now,
        parts.settings,
        str(case.header.request_id),
        lambda device: bool(state.agenda.count(f"firmware|{device}")),
    )
    if srv in SERVICES:
        return SERVICES[srv](state.inventory, question)
    if srv in SCHEDULE_SERVICES:
        return SCHEDULE_SERVICES[srv](state, question)
    if srv in STANDING_SERVICES:
        return STANDING_SERVICES[srv](parts, state, question)
    raise Refusal("not-simulated", f"service {srv} is one of DUIS, but not simulated here")


def plan(
    parts: Parts, turn: Turn, request: Request, case: Case, role: UserRole, record: InventoryRecord | None
) -> Decision | commands.Order | None:
    """Service-specific validation: what would be done, decided but not yet done; None for a signed command."""
    if not isinstance(request, ServiceRequest):
        return None
    if case.row.is_non_device:
        return decide(parts, turn, case, request.body)
    assert record is not None, "device-exists came before"
    if case.row.srv == device_log.SRV:
        device_log.check(turn.state.inventory, case.sender, role, request.body)
    check_service(parts, turn, case, request.body, record)
    if not commands.has_credentials(record):
        raise Refusal("not-transformable", f"a {record.device_type} takes no commands of the DCC")
    return commands.order_of_request(parts, turn, request, record)


def carry_out(
    parts: Parts,
    turn: Turn,
    case: Case,
    role: UserRole,
    request: Request,
    planned: Decision | commands.Order,
    record: InventoryRecord | None,
) -> Outcome:
    """Do what was planned."""
    if isinstance(planned, Decision):
        return _decision(parts, turn, case.header, planned)
    assert record is not None, "an order is for a device"
    return _command(parts, turn, case, role, request, planned, record)


def _decision(parts: Parts, turn: Turn, header: RequestHeader, decision: Decision) -> Outcome:
    cause = str(header.request_id)
    for device, values in decision.changes:
        turn.emit(InventoryChanged(device=device, values=values, cause=cause))
        if values.get("DeviceStatus") in ENDED or values.get(REMOVED):
            remove(parts, turn, device, f"the device is gone: {cause}")
    for event in decision.events:
        turn.emit(event)
    for notice in decision.notices:
        tell_notice(parts, turn, notice, str(header.request_id.originator))
    result: Result = OtherResult(decision.result) if decision.result is not None else None
    success = "I0" if result is not None else parts.settings.non_device_success
    return Outcome(decision.code or success, result)


def _command(
    parts: Parts,
    turn: Turn,
    case: Case,
    role: UserRole,
    request: Request,
    order: commands.Order,
    record: InventoryRecord,
) -> Outcome:
    header = case.header
    variant = header.command_variant
    if variant == TRANSFORM_VARIANT:
        return _pre_command(turn, case, order, record)
    body: Node | None = request.body if isinstance(request, ServiceRequest) else None
    data = commands.order_data(case, role, order, body)
    if variant not in LOCAL_VARIANTS:
        commands.place(parts, turn, case, data)
        return Outcome("I99")
    local = LocalCommand(commands.protect(parts, turn.state, order.group))
    if variant in BOTH_VARIANTS:
        commands.place(parts, turn, case, dict(data))
    turn.emit(LocalCommandIssued(request_id=str(header.request_id), data=data))
    if variant in BOTH_VARIANTS and parts.settings.local_command_answer == "receive":
        commands.queue_local(parts, turn, header, local)
        return Outcome("I99")
    return Outcome("I0", local)


def _pre_command(turn: Turn, case: Case, order: commands.Order, record: InventoryRecord) -> Outcome:
    payload = order.group.to_bytes()
    version = record.gbcs_version or "4.2"
    turn.emit(
        PreCommandIssued(
            request_id=str(case.header.request_id),
            srv=case.header.srv,
            user=case.sender,
            device=record.device,
            use_case=order.use_case,
            message_code=f"{order.message_code:04X}",
            gbcs_version=version,
            payload=payload,
            execution=case.execution,
        )
    )
    return Outcome("I0", PreCommand(version, payload))
