"""Incidents: raised, updated and re-opened by people, and answered by the DCC."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas.ssi_tables import components, incident_categories
from stubs.events import AnyEvent, IncidentRaised, IncidentUpdated
from stubs.service_desk.desk import ServiceDesk
from stubs.service_desk.records import FieldError, Incident

UPDATES = {
    "comment": "Comment",
    "evidence": "Evidence",
    "escalation": "Escalation",
    "closed": "Close the incident",
    "reopened": "Re-open the incident",
}
"""Updates that the raiser and interested parties may add; only the raiser closes and re-opens (inferred)."""

_STATUS_AFTER = {"closed": "closed", "reopened": "open"}


@dataclass(frozen=True, slots=True)
class Reporter:
    """Person who acts, with the User and the name of its party."""

    user: str
    party: str
    person: str


@dataclass(frozen=True, slots=True)
class NewIncident:
    """Details of a new incident; texts are not empty, identities canonical or empty."""

    category: int
    title: str
    description: str
    device: str = ""
    mpxn: str = ""
    request_id: str = ""
    component: str = ""
    interested: tuple[str, ...] = ()


def raise_incident(
    desk: ServiceDesk, by: Reporter, told: NewIncident, users: Iterable[str], now: datetime
) -> list[AnyEvent]:
    """An incident. Raises: FieldError."""
    categories = incident_categories()
    if told.category not in categories:
        raise FieldError("category", "There is no such category.", "Choose 1 (the worst) to 5.")
    if told.component and told.component not in components():
        raise FieldError("component", "There is no such component.", "Choose one of the list, or none.")
    _check_interested(told.interested, by.user, users)
    target = now + timedelta(hours=categories[told.category].target_hours)
    return [
        IncidentRaised(
            reference=desk.next_reference("INC"),
            user=by.user,
            party=by.party,
            person=by.person,
            category=told.category,
            title=told.title,
            description=told.description,
            target=target,
            device=told.device,
            mpxn=told.mpxn,
            request_id=told.request_id,
            component=told.component,
            interested=tuple(user for user in dict.fromkeys(told.interested) if user != by.user),
        )
    ]


def _check_interested(interested: Iterable[str], own: str, users: Iterable[str]) -> None:
    known = {*users, own}
    for user in interested:
        if user not in known:
            raise FieldError("interested", f"{user} is not a registered User.", "Name User IDs, separated by spaces.")


def update_incident(incident: Incident, by: Reporter, update: str, text: str) -> list[AnyEvent]:
    """An update by somebody who sees the incident. Raises: FieldError."""
    if update not in UPDATES:
        raise FieldError("update", "There is no such update.", f"Choose one of: {', '.join(UPDATES)}.")
    if update in _STATUS_AFTER and by.user != incident.user:
        raise FieldError("update", "Only the raiser closes or re-opens an incident.", "Add a comment instead.")
    if update == "reopened" and incident.status == "open":
        raise FieldError("update", "The incident is open.", "Add a comment or evidence instead.")
    if incident.status == "closed" and update != "reopened":
        raise FieldError("update", "The incident is closed.", "Re-open it first.")
    return [
        IncidentUpdated(
            reference=incident.reference,
            user=by.user,
            person=by.person,
            update=update,
            text=text,
            status=_STATUS_AFTER.get(update, ""),
        )
    ]


def answer_incident(
    desk: ServiceDesk, reference: str, text: str, status: str, interested: Iterable[str]
) -> list[AnyEvent]:
    """Record the DCC's answer to an incident. Raises: LookupError: no such incident; ValueError: no such status."""
    if reference not in desk.incidents:
        raise LookupError(f"there is no incident {reference}")
    if status not in {"", "open", "in progress", "resolved", "closed"}:
        raise ValueError(f"an incident is open, in progress, resolved or closed, not {status!r}")
    return [
        IncidentUpdated(
            reference=reference,
            user="",
            person="",
            update=status or "comment",
            text=text,
            status=status,
            interested=tuple(interested),
        )
    ]
