"""Records of service management: frozen, plain, stored in snapshots as they are. Instants are aware, UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

import msgspec

Record = TypeVar("Record", bound=msgspec.Struct)


def with_fields_of(source: msgspec.Struct, kind: type[Record], **also: Any) -> Record:
    """A record of ``kind`` with the fields that it shares with ``source``, and those given.

    A record of service management follows so from the event that begins it, an event from what an operation was given.
    """
    shared = set(source.__struct_fields__).intersection(kind.__struct_fields__) - also.keys()
    return kind(**{name: getattr(source, name) for name in shared}, **also)


class FieldError(Exception):
    """A field of a form cannot be: its name, what is wrong, how to put it right."""

    def __init__(self, field: str, message: str, suggestion: str) -> None:
        super().__init__(f"{field}: {message} {suggestion}")
        self.field = field
        self.message = message
        self.suggestion = suggestion


class IncidentNote(msgspec.Struct, frozen=True):
    """One update of an incident; ``by`` is a Party's display text, or ``DCC``."""

    at: datetime
    by: str
    update: str
    text: str
    status: str


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the Incident Management Log."""

    reference: str
    user: str
    party: str
    category: int
    title: str
    description: str
    raised: datetime
    target: datetime
    status: str = "open"
    device: str = ""
    mpxn: str = ""
    request_id: str = ""
    component: str = ""
    interested: tuple[str, ...] = ()
    notes: tuple[IncidentNote, ...] = ()
    closed: datetime | None = None

    def is_visible_to(self, user: str) -> bool:
        """Raiser and interested parties only (draft SSI specification 2015, UC_ViewSMI_001)."""
        return user == self.user or user in self.interested


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """A service alert: fields of UC_ServiceAlerts_001 (draft SSI specification 2015)."""

    alert: str
    title: str
    components: tuple[str, ...]
    state: str
    impact: str
    created: datetime
    expected: datetime | None = None
    closed: datetime | None = None
    updates: tuple[tuple[datetime, str], ...] = ()
    is_major: bool = False


class Maintenance(msgspec.Struct, frozen=True, kw_only=True):
    """Maintenance of services within a span of time."""

    maintenance: str
    title: str
    services: tuple[str, ...]
    starts: datetime
    ends: datetime
    detail: str = ""
    is_planned: bool = True


class ManagementRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A service management service request (SMSR)."""

    reference: str
    user: str
    person: str
    request_type: str
    text: str
    raised: datetime
    status: str = "open"
    notes: tuple[tuple[datetime, str], ...] = ()


class SubmittedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A signed file; its octets stay in the journal."""

    reference: str
    user: str
    person: str
    file_kind: str
    name: str
    request: str
    at: datetime
    signed_by: str
    accepted: bool
    detail: str


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """Hubs a User expects to need in a month."""

    user: str
    month: str
    region: str
    variant: str
    quantity: int
    at: datetime


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order of Communications Hubs; ``history`` has instant, status, detail."""

    reference: str
    user: str
    person: str
    month: str
    region: str
    variant: str
    quantity: int
    site: str
    status: str = "placed"
    history: tuple[tuple[datetime, str, str], ...] = ()


class PersonRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A person that an administrator created."""

    person: str
    user: str
    roles: tuple[str, ...]
    job_types: tuple[str, ...]
    status: str
    descriptor: str
    secret_digest: str
    since: datetime


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A report that was run."""

    run: str
    report: str
    user: str
    role: str
    parameters: dict[str, str]
    rows: int
    outcome: str
    at: datetime
