"""Control operations on service management: what the DCC's own people do on the other side of the SSI."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from schemas.ssi_tables import components
from stubs.control import parameters as p
from stubs.control.access import Access
from stubs.control.results import SsiCredential
from stubs.dcc.simulation.operations import Operations
from stubs.dcc.state.transaction import Transaction
from stubs.events import (
    AnyEvent,
    HubOrderChanged,
    IncidentRaised,
    MaintenanceSet,
    ManagementRequestUpdated,
    ServiceAlertSet,
)
from stubs.recording import RecordedEvents
from stubs.service_desk import FieldError, ServiceDesk
from stubs.service_desk import incidents as decide
from stubs.service_desk.records import with_fields_of
from stubs.smki.tls import client_identity
from stubs.wire.eui64 import Eui64


def _perform(on: Access, action: Callable[[ServiceDesk, datetime], Sequence[AnyEvent]]) -> Sequence[AnyEvent]:
    def act(_: Operations, transaction: Transaction) -> Sequence[AnyEvent]:
        try:
            events = action(transaction.state.desk, transaction.now)
        except FieldError as error:
            raise ValueError(str(error)) from error
        for event in events:
            transaction.emit(event)
        return events

    return on.tester(act)


def publish_alert(on: Access, to: p.PublishServiceAlert) -> str:
    """Its reference."""
    unknown = sorted(set(to.components) - components().keys())
    if unknown:
        raise ValueError(f"components: there is no {unknown[0]!r}; there are {', '.join(components())}")

    def action(desk: ServiceDesk, _: datetime) -> Sequence[AnyEvent]:
        if to.alert and to.alert not in desk.alerts:
            raise LookupError(f"there is no service alert {to.alert}")
        return [with_fields_of(to, ServiceAlertSet, alert=to.alert or desk.next_reference("SA"))]

    (event,) = _perform(on, action)
    assert isinstance(event, ServiceAlertSet), "it was one before"
    return event.alert


def publish_maintenance(on: Access, to: p.PublishMaintenance) -> str:
    """Its reference."""
    if to.starts.tzinfo is None or to.ends.tzinfo is None:
        raise ValueError("starts and ends have a zone, such as 2026-05-01T22:00:00Z")
    if to.ends <= to.starts:
        raise ValueError("ends lies before starts")

    def action(desk: ServiceDesk, _: datetime) -> Sequence[AnyEvent]:
        return [with_fields_of(to, MaintenanceSet, maintenance=desk.next_reference("MNT"))]

    (event,) = _perform(on, action)
    assert isinstance(event, MaintenanceSet), "it was one before"
    return event.maintenance


def raise_incident(on: Access, to: p.RaiseIncident) -> str:
    """Its reference."""
    users = on.dcc.state.users
    user = Eui64.parse(to.user)
    if user not in users:
        raise ValueError(f"user: {user} is not registered")
    by = decide.Reporter(str(user), users[user].party, "control")
    told = decide.NewIncident(
        category=to.category,
        title=to.title,
        description=to.description,
        device=to.device,
        interested=tuple(str(Eui64.parse(other)) for other in to.interested),
    )
    (event,) = _perform(on, lambda desk, now: decide.raise_incident(desk, by, told, map(str, users), now))
    assert isinstance(event, IncidentRaised), "it was one before"
    return event.reference


def answer_incident(on: Access, to: p.AnswerIncident) -> None:
    """Added to its history."""
    interested = [str(Eui64.parse(user)) for user in to.interested]
    _perform(on, lambda desk, _: decide.answer_incident(desk, to.reference, to.text, to.status, interested))


def answer_request(on: Access, to: p.AnswerManagementRequest) -> None:
    """Added to its answers."""

    def action(desk: ServiceDesk, _: datetime) -> Sequence[AnyEvent]:
        if to.reference not in desk.requests:
            raise LookupError(f"there is no request {to.reference}")
        return [ManagementRequestUpdated(reference=to.reference, status=to.status, text=to.text)]

    _perform(on, action)


def change_order(on: Access, to: p.ChangeHubOrder) -> None:
    """Added to its history."""

    def action(desk: ServiceDesk, _: datetime) -> Sequence[AnyEvent]:
        if to.reference not in desk.orders:
            raise LookupError(f"there is no order {to.reference}")
        return [HubOrderChanged(reference=to.reference, status=to.status, detail=to.detail)]

    _perform(on, action)


def issue_credential(on: Access, to: p.IssueSsiCredential) -> SsiCredential:
    """Certificate chain and private key as PEM: for tests only, as everything of this authority."""
    identity = client_identity(on.dcc.pki.authority, to.person)
    on.perform(lambda _: (None, RecordedEvents()))
    return SsiCredential(certificate=identity.chain, key=identity.key.decode())
