"""Runs the schedules that the DCC keeps and ends them with a reason. 5.1 to 5.3: ``requests.schedule_services``.

A schedule is an item of the agenda that is due at its next run. Its read goes out in the name of the access control
broker, with the User in the supplementary fields; the device encrypts for the certificate the schedule names, or else
for the User's own. Source: DUIS guide, section 9.3; limits and what ends a schedule are inferred.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from schemas.load import CommandVariant, Srv, UserRole, service_requests
from stubs import alerts
from stubs.dcc.commands import planning
from stubs.dcc.context import DccContext
from stubs.dcc.outbound.dcc_alerts import raise_dcc_alert
from stubs.dcc.state.dcc_state import DccState
from stubs.dcc.state.fold import next_acb_counter
from stubs.dcc.state.transaction import Transaction
from stubs.scheduler import Item, Recurrence, day_of, read_item, time_of
from stubs.scheduler.items import DueCommand, PendingCommand, ScheduleRun, schedule_key
from stubs.wire.duis import Node, RequestHeader, ServiceRequest, write_date_time
from stubs.wire.errors import Refusal
from stubs.wire.eui64 import Eui64
from stubs.wire.request_id import RequestId


def name_of(schedule: int) -> str:
    """The item of the agenda that is a schedule."""
    return f"schedule {schedule}"


def recurrence_of(details: Node, default_time: str) -> Recurrence:
    """Return the recurrence of a schedule. Raises: ValueError: dates or a time that cannot be."""
    end = details.get("ScheduleEndDate")
    return Recurrence(
        (details.get("ScheduleFrequency") or "").strip(),
        day_of(details.get("ScheduleStartDate") or ""),
        time_of(details.get("ScheduleExecutionStartTime") or default_time),
        day_of(end) if end is not None else None,
    )


def schedules_of(state: DccState, device: Eui64) -> list[tuple[str, ScheduleRun]]:
    """The schedules of a device, oldest first: items of the agenda and what they say."""
    return [(item.item, schedule_in(item)) for item in state.agenda.named(schedule_key(device))]


def schedule_in(waiting: Item) -> ScheduleRun:
    """The members of an agenda item that is a schedule."""
    item = read_item(waiting.what, waiting.data)
    assert isinstance(item, ScheduleRun), "its name or key says so"
    return item


# --- running ---


def run(context: DccContext, transaction: Transaction, name: str, item: ScheduleRun) -> None:
    """A schedule is due: its read leaves, and the next run is put on the agenda."""
    following = recurrence_of(item.details, context.settings.schedule_time).after(transaction.now)
    if following is None:
        transaction.done(name, "ran for the last time")
    else:
        transaction.schedule(following, item, name)
    record = transaction.state.inventory.get(item.device)
    request = _request(context, transaction, item)
    try:
        if record is None:
            raise Refusal("schedule-device", f"{item.device} is not in the inventory")
        order = planning.plan_command(context, transaction, request, record, is_by_broker=True)
    except Refusal as refusal:
        cause = f"the read could not be made: {refusal.detail}"
        failed(context, transaction, item.request_id, item.device, item.schedule, item.user, cause)
        return
    transaction.schedule(transaction.now, DueCommand(_command(item, request, order)))


def _command(item: ScheduleRun, request: ServiceRequest, order: planning.PlannedCommand) -> PendingCommand:
    return PendingCommand(
        request_id=request.header.request_id,
        srv=item.srv,
        service_reference=request.header.service_reference,
        user=item.user,
        role=item.role,
        device=item.device,
        use_case=order.use_case,
        message_code=f"{order.message_code:04X}",
        group=order.group,
        schedule=item.schedule,
        schedule_request=item.request_id,
    )


def _request(context: DccContext, transaction: Transaction, item: ScheduleRun) -> ServiceRequest:
    """The read as if the User had asked for it; its counter is the broker's."""
    row = service_requests()[Srv(item.srv)]
    header = RequestHeader(
        RequestId(item.user, item.device, next_acb_counter(transaction.state, transaction.now)),
        CommandVariant(1),
        row.service_reference,
        str(row.srv),
    )
    children = list(_period(item.details.children[-1], transaction.now))
    certificate = item.details.get("KAPublicSecurityCredential") or _own_certificate(context, item.user)
    if certificate:
        children.append(Node("KAPublicSecurityCredentials", certificate))
    return ServiceRequest(header, Node(row.request_element, children=tuple(children)))


def _period(read_of: Node, now: datetime) -> Iterable[Node]:
    """``ReadLogPeriod`` from the offsets in days of a log read; nothing for a read of registers."""
    if read_of.find("StartDateOffset") is None:
        return ()
    ends = []
    for name in ("Start", "End"):
        day = now.date() + timedelta(days=int(read_of.get(f"{name}DateOffset") or 0))
        instant = datetime.combine(day, time_of(read_of.get(f"{name}Time") or ""))
        ends.append(Node(f"{name}DateTime", write_date_time(instant)))
    return (Node("ReadLogPeriod", children=tuple(ends)),)


def _own_certificate(context: DccContext, user: Eui64) -> str:
    known = context.pki.certificates.of(user, "KA")
    return base64.b64encode(known[0].der).decode() if known else ""


# --- failing and ending ---


def failed(
    context: DccContext,
    transaction: Transaction,
    request_id: RequestId,
    device: Eui64,
    schedule: int,
    user: Eui64,
    cause: str,
) -> None:
    """A run gave nothing: a CommandFailure alert, since there is no request that a response could answer."""
    content = alerts.command_failure(str(request_id), device, schedule)
    record = transaction.state.inventory.get(device)
    raise_dcc_alert(context, transaction, "scheduled-command-failed", content, record, requester=user, cause=cause)


def is_of_other_user(item: ScheduleRun) -> bool:
    """Whether a schedule ends with the tenancy."""
    return item.role is UserRole.OU


def remove(
    context: DccContext,
    transaction: Transaction,
    device: Eui64,
    cause: str,
    of: Callable[[ScheduleRun], bool] = lambda _: True,
) -> None:
    """End the schedules of a device that ``of`` selects, and alert the Users that own them."""
    for name, item in schedules_of(transaction.state, device):
        if of(item):
            transaction.done(name, cause)
            content = alerts.schedule_removal(device, item.schedule)
            record = transaction.state.inventory.get(device)
            raise_dcc_alert(context, transaction, "schedule-removed", content, record, requester=item.user, cause=cause)
