"""Executes an accepted request: builds, hands out or schedules its command, or applies a Non-Device result.

The same for a request that is answered at once and for one that comes out of quarantine.
"""

from __future__ import annotations

import msgspec

from stubs.access import AccessRequest
from stubs.dcc.commands import planning
from stubs.dcc.commands.schedules import remove
from stubs.dcc.context import DccContext
from stubs.dcc.outbound.dcc_alerts import raise_pending_alert
from stubs.dcc.requests.request_in_progress import AcceptedRequest
from stubs.dcc.state.transaction import Transaction
from stubs.events import InventoryChanged, LocalCommandIssued, PreCommandIssued
from stubs.inventory import REMOVED, InventoryRecord, NonDeviceResult
from stubs.scheduler import stored_command
from stubs.scheduler.items import FirmwareDelivery
from stubs.wire.duis import LocalCommand, OtherResult, PreCommand, RequestHeader, Result, ServiceRequest

ENDED = frozenset({"Decommissioned", "Withdrawn"})


class RequestOutcome(msgspec.Struct, frozen=True):
    """Response code and result of a request that was carried out."""

    code: str
    result: Result = None


def execute_request(context: DccContext, transaction: Transaction, request: AcceptedRequest) -> RequestOutcome:
    """Do what was planned."""
    if isinstance(request.planned, NonDeviceResult):
        return _decision(context, transaction, request.access.header, request.planned)
    assert request.record is not None, "a command is for a device"
    return _command(context, transaction, request, request.planned, request.record)


def _decision(
    context: DccContext, transaction: Transaction, header: RequestHeader, decision: NonDeviceResult
) -> RequestOutcome:
    cause = str(header.request_id)
    for device, values in decision.changes:
        transaction.emit(InventoryChanged(device=str(device), values=dict(values), cause=cause))
        if values.get("DeviceStatus") in ENDED or values.get(REMOVED):
            remove(context, transaction, device, f"the device is gone: {cause}")
    for event in decision.events:
        transaction.emit(event)
    for image in decision.images:
        delivery = FirmwareDelivery(
            header.request_id, header.request_id.originator, header.srv, image.device, image.version, image.hash
        )
        transaction.schedule(image.due, delivery, f"firmware {image.device}")
    for notice in decision.notices:
        raise_pending_alert(context, transaction, notice, header.request_id.originator)
    result: Result = OtherResult(decision.result) if decision.result is not None else None
    success = "I0" if result is not None else context.settings.non_device_success
    return RequestOutcome(decision.code or success, result)


def _command(
    context: DccContext,
    transaction: Transaction,
    request: AcceptedRequest,
    order: planning.PlannedCommand,
    record: InventoryRecord,
) -> RequestOutcome:
    access = request.access
    header = access.header
    variant = access.variant
    if variant.is_transform:
        return _pre_command(transaction, access, order, record)
    body = request.document.body if isinstance(request.document, ServiceRequest) else None
    command = planning.pending_command(access, request.role, order, body)
    if not variant.is_local:
        planning.place(context, transaction, access, command)
        return RequestOutcome("I99")
    local = LocalCommand(planning.protect(context, transaction.state, order.group))
    if variant.is_sent:
        planning.place(context, transaction, access, command)
    transaction.emit(LocalCommandIssued(request_id=str(header.request_id), data=stored_command(command)))
    if variant.is_sent and context.settings.local_command_answer == "receive":
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
            user=str(access.sender),
            device=str(record.device),
            use_case=order.use_case,
            message_code=f"{order.message_code:04X}",
            gbcs_version=version,
            payload=payload,
            execution=access.execution,
        )
    )
    return RequestOutcome("I0", PreCommand(version, payload))
