"""The Self-Service Interface: people, incidents, service alerts, requests, hub orders, reports."""

from __future__ import annotations

from datetime import datetime

from stubs.events.base import Event


class ActRefused(Event, frozen=True, kw_only=True, tag=True):
    """A signed-in person asked the SSI for a function that the User Role or the person's job types do not have."""

    session: str
    person: str
    user: str
    role: str
    path: str
    function: str
    reason: str


class PersonSet(Event, frozen=True, kw_only=True, tag=True):
    """An administrator of a Party created, changed or removed somebody who may sign in."""

    person: str
    user: str
    roles: tuple[str, ...]
    job_types: tuple[str, ...]
    status: str
    """``active``, ``disabled`` or ``removed``."""
    descriptor: str
    secret_digest: str
    """Of the first pass phrase (scrypt, hexadecimal, with its salt before a colon)."""
    by: str


class IncidentRaised(Event, frozen=True, kw_only=True, tag=True):
    """An incident entered the Incident Management Log."""

    reference: str
    user: str
    """EUI-64 of the raiser."""
    party: str
    person: str
    category: int
    title: str
    description: str
    target: datetime
    """When it should be resolved."""
    device: str = ""
    mpxn: str = ""
    request_id: str = ""
    component: str = ""
    interested: tuple[str, ...] = ()
    """EUIs of Users that may see it too."""


class IncidentUpdated(Event, frozen=True, kw_only=True, tag=True):
    """Something was added to an incident; ``status`` is empty when it stays."""

    reference: str
    user: str
    """Empty: the DCC."""
    person: str
    update: str
    """``comment``, ``evidence``, ``escalation``, ``resolved``, ``closed`` or ``reopened``."""
    text: str
    status: str = ""
    interested: tuple[str, ...] = ()
    """Users that became interested parties."""


class ServiceAlertSet(Event, frozen=True, kw_only=True, tag=True):
    """The DCC published a service alert, or changed it."""

    alert: str
    title: str
    components: tuple[str, ...]
    state: str
    """``degraded``, ``unavailable`` or ``information``."""
    impact: str
    """Geographic impact."""
    update: str
    is_major: bool = False
    """Whether it belongs to a Major Incident."""
    expected: datetime | None = None
    """Expected resolution."""
    is_closed: bool = False


class MaintenanceSet(Event, frozen=True, kw_only=True, tag=True):
    """The DCC published maintenance, or changed it."""

    maintenance: str
    title: str
    services: tuple[str, ...]
    starts: datetime
    ends: datetime
    detail: str = ""
    is_planned: bool = True
    is_cancelled: bool = False


class ManagementRequestRaised(Event, frozen=True, kw_only=True, tag=True):
    """A service management service request (SMSR)."""

    reference: str
    user: str
    person: str
    request_type: str
    text: str


class ManagementRequestUpdated(Event, frozen=True, kw_only=True, tag=True):
    """A service management service request changed its status."""

    reference: str
    status: str
    text: str


class FileSubmitted(Event, frozen=True, kw_only=True, tag=True):
    """A signed file was submitted on the SSI; ``accepted`` says whether it was carried out."""

    reference: str
    user: str
    person: str
    file_kind: str
    """``thresholds`` or ``actions``."""
    name: str
    request: str
    """The service management request it belongs to; empty: none."""
    body: bytes
    signature: bytes
    signed_by: str
    """Serial number (decimal) of the signing certificate; empty: no valid signature."""
    accepted: bool
    detail: str


class HubForecastMade(Event, frozen=True, kw_only=True, tag=True):
    """A forecast of Communications Hubs for a month, region and variant; a later one replaces it."""

    user: str
    person: str
    month: str
    region: str
    variant: str
    quantity: int


class HubsOrdered(Event, frozen=True, kw_only=True, tag=True):
    """An order of Communications Hubs."""

    reference: str
    user: str
    person: str
    month: str
    region: str
    variant: str
    quantity: int
    site: str


class HubOrderChanged(Event, frozen=True, kw_only=True, tag=True):
    """An order of Communications Hubs changed its status."""

    reference: str
    status: str
    detail: str
    """Such as the number of the delivery note."""


class ReportRun(Event, frozen=True, kw_only=True, tag=True):
    """A report was run on the SSI."""

    run: str
    report: str
    user: str
    person: str
    role: str
    parameters: dict[str, str]
    rows: int
    outcome: str
    """``complete``, ``empty`` or ``too-large``: then nothing was given out."""
