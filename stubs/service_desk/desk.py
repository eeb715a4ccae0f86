"""The state of service management and its fold: one function per kind of event, nothing else changes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec.structs import replace

from stubs import events
from stubs.service_desk.records import (
    Alert,
    Forecast,
    Incident,
    IncidentNote,
    Maintenance,
    ManagementRequest,
    Order,
    PersonRecord,
    Run,
    SubmittedFile,
    with_fields_of,
)

MOST_RUNS = 1000
"""Reports whose runs are remembered."""


class ServiceDesk(msgspec.Struct):
    """State of service management. Plain data: a snapshot holds it unchanged."""

    incidents: dict[str, Incident] = {}
    alerts: dict[str, Alert] = {}
    maintenance: dict[str, Maintenance] = {}
    requests: dict[str, ManagementRequest] = {}
    files: dict[str, SubmittedFile] = {}
    forecasts: dict[str, Forecast] = {}
    orders: dict[str, Order] = {}
    people: dict[str, PersonRecord] = {}
    """By name, case folded."""
    runs: dict[str, Run] = {}
    given: dict[str, int] = {}
    """Number of references of each letter given out; never put back, so that references do not repeat."""
    resets: int = 0
    """Number of times that a tester has reset the DCC."""

    def next_reference(self, letters: str) -> str:
        """The reference that the next record of a kind gets, such as ``INC0000001``."""
        return f"{letters}{self.given.get(letters, 0) + 1:07d}"


Folder = Callable[[ServiceDesk, Any, datetime], None]


def _count(desk: ServiceDesk, reference: str) -> None:
    letters = reference.rstrip("0123456789")
    number = int(reference[len(letters) :] or 0)
    desk.given[letters] = max(desk.given.get(letters, 0), number)


def _incident_raised(desk: ServiceDesk, event: events.IncidentRaised, at: datetime) -> None:
    _count(desk, event.reference)
    desk.incidents[event.reference] = with_fields_of(event, Incident, raised=at)


def _incident_updated(desk: ServiceDesk, event: events.IncidentUpdated, at: datetime) -> None:
    incident = desk.incidents.get(event.reference)
    if incident is None:
        return
    note = IncidentNote(at, event.person or "DCC", event.update, event.text, event.status)
    status = event.status or incident.status
    desk.incidents[event.reference] = replace(
        incident,
        status=status,
        notes=(*incident.notes, note),
        interested=tuple(dict.fromkeys((*incident.interested, *event.interested))),
        closed=at if status == "closed" else None,
    )


def _alert(desk: ServiceDesk, event: events.ServiceAlertSet, at: datetime) -> None:
    _count(desk, event.alert)
    before = desk.alerts.get(event.alert)
    desk.alerts[event.alert] = with_fields_of(
        event,
        Alert,
        created=before.created if before else at,
        closed=at if event.is_closed else None,
        updates=(*(before.updates if before else ()), (at, event.update)),
    )


def _maintenance(desk: ServiceDesk, event: events.MaintenanceSet, _: datetime) -> None:
    _count(desk, event.maintenance)
    if event.is_cancelled:
        desk.maintenance.pop(event.maintenance, None)
        return
    desk.maintenance[event.maintenance] = with_fields_of(event, Maintenance)


def _request_raised(desk: ServiceDesk, event: events.ManagementRequestRaised, at: datetime) -> None:
    _count(desk, event.reference)
    desk.requests[event.reference] = with_fields_of(event, ManagementRequest, raised=at)


def _request_updated(desk: ServiceDesk, event: events.ManagementRequestUpdated, at: datetime) -> None:
    request = desk.requests.get(event.reference)
    if request is not None:
        notes = (*request.notes, (at, event.text))
        desk.requests[event.reference] = replace(request, status=event.status or request.status, notes=notes)


def _file(desk: ServiceDesk, event: events.FileSubmitted, at: datetime) -> None:
    _count(desk, event.reference)
    desk.files[event.reference] = with_fields_of(event, SubmittedFile, at=at)


def _forecast(desk: ServiceDesk, event: events.HubForecastMade, at: datetime) -> None:
    key = f"{event.user} {event.month} {event.region} {event.variant}"
    desk.forecasts[key] = with_fields_of(event, Forecast, at=at)


def _ordered(desk: ServiceDesk, event: events.HubsOrdered, at: datetime) -> None:
    _count(desk, event.reference)
    desk.orders[event.reference] = with_fields_of(event, Order, history=((at, "placed", ""),))


def _order_changed(desk: ServiceDesk, event: events.HubOrderChanged, at: datetime) -> None:
    order = desk.orders.get(event.reference)
    if order is not None:
        history = (*order.history, (at, event.status, event.detail))
        desk.orders[event.reference] = replace(order, status=event.status, history=history)


def _person(desk: ServiceDesk, event: events.PersonSet, at: datetime) -> None:
    key = event.person.casefold()
    if event.status == "removed":
        desk.people.pop(key, None)
        return
    desk.people[key] = with_fields_of(event, PersonRecord, since=at)


def _run(desk: ServiceDesk, event: events.ReportRun, at: datetime) -> None:
    _count(desk, event.run)
    desk.runs[event.run] = with_fields_of(event, Run, at=at)
    if len(desk.runs) > MOST_RUNS:
        del desk.runs[next(iter(desk.runs))]


def reset(desk: ServiceDesk) -> None:
    """Fold of DccReset: people stay, as Users do, and references go on counting."""
    for records in (
        desk.incidents,
        desk.alerts,
        desk.maintenance,
        desk.requests,
        desk.files,
        desk.forecasts,
        desk.orders,
        desk.runs,
    ):
        records.clear()
    desk.resets += 1


FOLDS: Mapping[type[events.Event], Folder] = MappingProxyType(
    {
        events.IncidentRaised: _incident_raised,
        events.IncidentUpdated: _incident_updated,
        events.ServiceAlertSet: _alert,
        events.MaintenanceSet: _maintenance,
        events.ManagementRequestRaised: _request_raised,
        events.ManagementRequestUpdated: _request_updated,
        events.FileSubmitted: _file,
        events.HubForecastMade: _forecast,
        events.HubsOrdered: _ordered,
        events.HubOrderChanged: _order_changed,
        events.PersonSet: _person,
        events.ReportRun: _run,
    }
)
