"""Services on schedules that the DCC keeps: 5.1 creates one, 5.2 lists them, 5.3 deletes them.

Source: DUIS guide, section 9.3; which response code has which reason is inferred.
"""

from __future__ import annotations

from schemas.load import Srv, UserRole, service_requests
from stubs.dcc.commands.schedules import name_of, recurrence_of, schedule_in, schedules_of
from stubs.dcc.state.dcc_state import DccState
from stubs.dcc.state.transaction import item_scheduled
from stubs.events import ItemDone
from stubs.inventory import NonDeviceRequest, NonDeviceResult
from stubs.scheduler.items import ScheduleRun, schedule_key
from stubs.wire.duis import Node
from stubs.wire.errors import Refusal
from stubs.wire.eui64 import Eui64

MOST_TOLD = 99
"""DSPSchedulesRead holds 1 to 99 schedules (DUIS 5.4 schema)."""
ALSO_SCHEDULED = frozenset({"4.2"})
"""In the schema's list of schedules, though the public matrix says otherwise."""


def _may_read(state: DccState, request: NonDeviceRequest, srv: Srv, device: Eui64) -> UserRole:
    """The role in which a User may have a device read."""
    record = state.inventory.get(device)
    if record is None:
        raise Refusal("schedule-device", f"{device} is not in the inventory")
    row = service_requests()[srv]
    if row.device_types and record.device_type not in row.device_types:
        raise Refusal("schedule-device-type", f"{srv} cannot be read from a {record.device_type}")
    roles = [role for role in request.roles if role in row.eligible_roles]
    if not roles:
        raise Refusal("schedule-role", f"roles {', '.join(request.roles)} may not read {srv}")
    responsible = state.inventory.responsible(record)
    for role in roles:
        parties = responsible.get(role, frozenset())
        if parties is None or request.sender in parties:
            return role
    raise Refusal("schedule-authorised", f"{request.sender} is not responsible for {device}")


def create(state: DccState, request: NonDeviceRequest) -> NonDeviceResult:
    """5.1: a schedule and its number.

    Raises: Refusal: ``schedule-service``, ``schedule-dates``, ``schedule-limit``, ``schedule-device``,
    ``schedule-device-type``, ``schedule-role``, ``schedule-authorised``.
    """
    body = request.body
    srv = Srv((body.get("DSPScheduledServiceReferenceVariant") or "").strip())
    row = service_requests()[srv]
    element = body.children[-1].name
    if (body.get("DSPScheduledServiceReference") or "").strip() != row.service_reference:
        raise Refusal(
            "schedule-service", f"{srv} does not belong to service {body.get('DSPScheduledServiceReference')}"
        )
    if element != f"DSP{row.request_element}" or not (row.is_dcc_scheduled or srv in ALSO_SCHEDULED):
        raise Refusal("schedule-service", f"expected DSP{row.request_element} for {srv}, got {element}")
    try:
        first = recurrence_of(body, request.settings.schedule_time).after(request.now)
    except ValueError as error:
        raise Refusal("schedule-dates", str(error)) from error
    if first is None:
        raise Refusal("schedule-dates", "the schedule would never run")
    device = Eui64.parse(body.get("DeviceID") or "")
    limit = request.settings.max_schedules
    if limit is not None and state.agenda.count(schedule_key(device)) >= limit:
        raise Refusal("schedule-limit", f"{device} has {limit} schedules already")
    role = _may_read(state, request, srv, device)
    schedule = state.counts.schedules + 1
    item = ScheduleRun(schedule, request.sender, role, device, str(srv), request.request_id, body)
    event = item_scheduled(name_of(schedule), first, item)
    return NonDeviceResult(result=Node("DSPScheduleID", str(schedule)), events=(event,), role=role)


def _schedules_named(
    state: DccState, request: NonDeviceRequest, unknown: str, none: str
) -> list[tuple[str, ScheduleRun]]:
    """The User's schedules that 5.2 or 5.3 names. Raises: Refusal: ``schedule-unknown``, ``schedule-none``."""
    number = request.body.get("DSPScheduleID")
    if number is not None:
        waiting = state.agenda.items.get(name_of(int(number)))
        item = schedule_in(waiting) if waiting is not None else None
        if waiting is None or item is None or item.user != request.sender:
            why = f"{request.sender} has no schedule {number.strip()}"
            raise Refusal("schedule-unknown", why, response_code=unknown)
        return [(waiting.item, item)]
    device = Eui64.parse(request.body.get("DeviceID") or "")
    found = [(name, item) for name, item in schedules_of(state, device) if item.user == request.sender]
    if not found:
        raise Refusal("schedule-none", f"{request.sender} has no schedule for {device}", response_code=none)
    return sorted(found, key=lambda one: one[1].schedule)


def read(state: DccState, request: NonDeviceRequest) -> NonDeviceResult:
    """5.2: one of the User's schedules, or all of a device, at most 99. Raises: Refusal: as ``_schedules_named``."""
    told = []
    for _, item in _schedules_named(state, request, "E050201", "E050202")[:MOST_TOLD]:
        children = (
            Node("DSPScheduleID", str(item.schedule)),
            Node("DSPScheduleDetails", children=item.details.children),
        )
        told.append(Node("DSPSchedules", children=children))
    return NonDeviceResult(result=Node("DSPSchedulesRead", children=tuple(told)))


def delete(state: DccState, request: NonDeviceRequest) -> NonDeviceResult:
    """5.3: one of the User's schedules, or all of a device. Raises: Refusal: as ``_schedules_named``."""
    found = _schedules_named(state, request, "E050301", "E050302")
    return NonDeviceResult(events=tuple(ItemDone(item=name, outcome="deleted by its User") for name, _ in found))
