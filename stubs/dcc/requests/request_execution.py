"""What is done with a request that passed: the command made, handed out or placed; the decision carried out.

The same for a request that is answered at once and for one that comes out of quarantine.
"""

from __future__ import annotations

import msgspec

from schemas.load import Srv, UserRole
from stubs.access import AccessRequest
from stubs.access.rules import LOCAL_VARIANTS
from stubs.dcc.commands import device_log, planning
from stubs.dcc.commands.schedules import SCHEDULE_SERVICES, remove
from stubs.dcc.context import DccContext
from stubs.dcc.outbound.alerts import raise_inventory_alert
from stubs.dcc.requests.non_device_services import STANDING_SERVICES
from stubs.dcc.requests.service_checks import check_service
from stubs.dcc.state.transaction import Transaction
from stubs.events import InventoryChanged, LocalCommandIssued, PreCommandIssued
from stubs.inventory import REMOVED, SERVICES, InventoryRecord, NonDeviceRequest, NonDeviceResult
from stubs.wire.duis import LocalCommand, Node, OtherResult, PreCommand, Request, RequestHeader, Result, ServiceRequest
from stubs.wire.errors import Refusal

BOTH_VARIANTS = frozenset({3, 7})
TRANSFORM_VARIANT = 4
ENDED = frozenset({"Decommissioned", "Withdrawn"})


class RequestOutcome(msgspec.Struct, frozen=True):
    """Response code and result of a request that was carried out."""

    code: str
    result: Result = None


def decide(context: DccContext, transaction: Transaction, access: AccessRequest, body: Node) -> NonDeviceResult:
    """What a Non-Device service answers and changes. Raises: Refusal: the service's own rules."""
    srv = Srv(access.header.srv)
    state = transaction.state
    asked = NonDeviceRequest(
        access.sender,
        access.eligible_roles,
        body,
        transaction.now,
        context.settings,
        str(access.header.request_id),
        lambda device: bool(state.agenda.count(f"firmware|{device}")),
    )
    if srv in SERVICES:
        return SERVICES[srv](state.inventory, asked)
    if srv in SCHEDULE_SERVICES:
        return SCHEDULE_SERVICES[srv](state, asked)
    if srv in STANDING_SERVICES:
        return STANDING_SERVICES[srv](context, state, asked)
    raise Refusal("not-simulated", f"service {srv} is one of DUIS, but not simulated here")


def plan(
    context: DccContext,
    transaction: Transaction,
    request: Request,
    access: AccessRequest,
    role: UserRole,
    record: InventoryRecord | None,
) -> NonDeviceResult | planning.PlannedCommand | None:
    """Service-specific validation: what would be done, decided but not yet done; None for a signed command."""
    if not isinstance(request, ServiceRequest):
        return None
    if access.row.is_non_device:
        return decide(context, transaction, access, request.body)
    assert record is not None, "device-exists came before"
    if access.row.srv == device_log.SRV:
        device_log.check(transaction.state.inventory, access.sender, role, request.body)
    check_service(context, transaction, access, request.body, record)
    if not planning.has_credentials(record):
        raise Refusal("not-transformable", f"a {record.device_type} takes no commands of the DCC")
    return planning.plan_command(context, transaction, request, record)


def execute_request(
    context: DccContext,
    transaction: Transaction,
    access: AccessRequest,
    role: UserRole,
    request: Request,
    planned: NonDeviceResult | planning.PlannedCommand,
    record: InventoryRecord | None,
) -> RequestOutcome:
    """Do what was planned."""
    if isinstance(planned, NonDeviceResult):
        return _decision(context, transaction, access.header, planned)
    assert record is not None, "an order is for a device"
    return _command(context, transaction, access, role, request, planned, record)


def _decision(
    context: DccContext, transaction: Transaction, header: RequestHeader, decision: NonDeviceResult
) -> RequestOutcome:
    cause = str(header.request_id)
    for device, values in decision.changes:
        transaction.emit(InventoryChanged(device=device, values=values, cause=cause))
        if values.get("DeviceStatus") in ENDED or values.get(REMOVED):
            remove(context, transaction, device, f"the device is gone: {cause}")
    for event in decision.events:
        transaction.emit(event)
    for notice in decision.notices:
        raise_inventory_alert(context, transaction, notice, str(header.request_id.originator))
    result: Result = OtherResult(decision.result) if decision.result is not None else None
    success = "I0" if result is not None else context.settings.non_device_success
    return RequestOutcome(decision.code or success, result)


def _command(
    context: DccContext,
    transaction: Transaction,
    access: AccessRequest,
    role: UserRole,
    request: Request,
    order: planning.PlannedCommand,
    record: InventoryRecord,
) -> RequestOutcome:
    header = access.header
    variant = header.command_variant
    if variant == TRANSFORM_VARIANT:
        return _pre_command(transaction, access, order, record)
    body: Node | None = request.body if isinstance(request, ServiceRequest) else None
    data = planning.order_data(access, role, order, body)
    if variant not in LOCAL_VARIANTS:
        planning.place(context, transaction, access, data)
        return RequestOutcome("I99")
    local = LocalCommand(planning.protect(context, transaction.state, order.group))
    if variant in BOTH_VARIANTS:
        planning.place(context, transaction, access, dict(data))
    transaction.emit(LocalCommandIssued(request_id=str(header.request_id), data=data))
    if variant in BOTH_VARIANTS and context.settings.local_command_answer == "receive":
        planning.queue_local(context, transaction, header, local)
        return RequestOutcome("I99")
    return RequestOutcome("I0", local)


def _pre_command(
    transaction: Transaction, access: AccessRequest, order: planning.PlannedCommand, record: InventoryRecord
) -> RequestOutcome:
    payload = order.group.to_bytes()
    version = record.gbcs_version or "4.2"
    transaction.emit(
        PreCommandIssued(
            request_id=str(access.header.request_id),
            srv=access.header.srv,
            user=access.sender,
            device=record.device,
            use_case=order.use_case,
            message_code=f"{order.message_code:04X}",
            gbcs_version=version,
            payload=payload,
            execution=access.execution,
        )
    )
    return RequestOutcome("I0", PreCommand(version, payload))
