"""Schedules kept by the DCC: run by the clock, ended with their reasons. 5.1 to 5.3: ``requests.schedule_services``.

A schedule is an item of the agenda that is due at its next run. Its read goes out in the name of the access control
broker, with the User in the supplementary fields; the device encrypts for the certificate the schedule names, or else
for the User's own. Source: DUIS guide, section 9.3; limits and what ends a schedule are inferred.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from schemas.load import CommandVariant, Srv, service_requests
from stubs import alerts
from stubs.dcc.commands import planning
from stubs.dcc.context import DccContext
from stubs.dcc.outbound.alerts import raise_dcc_alert
from stubs.dcc.state.element_trees import node_from_tree
from stubs.dcc.state.fold import next_acb_counter
from stubs.dcc.state.transaction import Transaction
from stubs.events import ItemScheduled
from stubs.scheduler import Item, Recurrence, day_of, time_of
from stubs.wire.duis import Node, RequestHeader, ServiceRequest, write_date_time
from stubs.wire.errors import Refusal
from stubs.wire.eui64 import Eui64
from stubs.wire.request_id import RequestId


def name_of(schedule: int) -> str:
    """The item of the agenda that is a schedule."""
    return f"schedule {schedule}"


def recurrence_of(details: Node, default_time: str) -> Recurrence:
    """When a schedule runs. Raises: ValueError: dates or a time that cannot be."""
    end = details.get("ScheduleEndDate")
    return Recurrence(
        (details.get("ScheduleFrequency") or "").strip(),
        day_of(details.get("ScheduleStartDate") or ""),
        time_of(details.get("ScheduleExecutionStartTime") or default_time),
        day_of(end) if end is not None else None,
    )


# --- running ---


def run(context: DccContext, transaction: Transaction, item: Item) -> None:
    """A schedule is due: its read leaves, and the next run is put on the agenda."""
    data = item.data
    details = node_from_tree(data["details"])
    following = recurrence_of(details, context.settings.schedule_time).after(transaction.now)
    if following is None:
        transaction.done(item.item, "ran for the last time")
    else:
        transaction.emit(ItemScheduled(item=item.item, what="schedule", due=following, data=data))
    record = transaction.state.inventory.get(data["device"])
    request = _request(context, transaction, data, details)
    try:
        if record is None:
            raise Refusal("schedule-device", f"{data['device']} is not in the inventory")
        order = planning.plan_command(context, transaction, request, record, is_by_broker=True)
    except Refusal as refusal:
        failed(context, transaction, data, f"the read could not be made: {refusal.detail}")
        return
    transaction.schedule("command", transaction.now, _command(data, request, order))


def _command(data: Mapping[str, Any], request: ServiceRequest, order: planning.PlannedCommand) -> dict[str, Any]:
    return {
        "request_id": str(request.header.request_id),
        "srv": data["srv"],
        "service_reference": request.header.service_reference,
        "user": data["user"],
        "role": data["role"],
        "device": data["device"],
        "use_case": order.use_case,
        "message_code": f"{order.message_code:04X}",
        "group": order.group.to_bytes().hex(),
        "schedule": data["schedule"],
        "schedule_request": data["request_id"],
    }


def _request(context: DccContext, transaction: Transaction, data: Mapping[str, Any], details: Node) -> ServiceRequest:
    """The read as if the User had asked for it; its counter is the broker's."""
    row = service_requests()[Srv(data["srv"])]
    user, device = Eui64.parse(data["user"]), Eui64.parse(data["device"])
    header = RequestHeader(
        RequestId(user, device, next_acb_counter(transaction.state, transaction.now)),
        CommandVariant(1),
        row.service_reference,
        str(row.srv),
    )
    children = list(_period(details.children[-1], transaction.now))
    certificate = details.get("KAPublicSecurityCredential") or _own_certificate(context, user)
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


def failed(context: DccContext, transaction: Transaction, data: Mapping[str, Any], cause: str) -> None:
    """A run gave nothing: a CommandFailure alert, since there is no request that a response could answer."""
    content = alerts.command_failure(
        data.get("schedule_request") or data["request_id"], data["device"], data["schedule"]
    )
    record = transaction.state.inventory.get(data["device"])
    raise_dcc_alert(
        context, transaction, "scheduled-command-failed", content, record, requester=data["user"], cause=cause
    )


def remove(
    context: DccContext,
    transaction: Transaction,
    device: str,
    cause: str,
    of: Callable[[Mapping[str, Any]], bool] = lambda _: True,
) -> None:
    """End the schedules of a device, those of which ``of`` says so, and tell the Users who had them."""
    for item in transaction.state.agenda.named(f"schedule|{device}"):
        data = item.data
        if of(data):
            transaction.done(item.item, cause)
            content = alerts.schedule_removal(device, data["schedule"])
            record = transaction.state.inventory.get(device)
            raise_dcc_alert(
                context, transaction, "schedule-removed", content, record, requester=data["user"], cause=cause
            )
