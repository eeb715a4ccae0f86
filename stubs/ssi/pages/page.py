"""Input and answer of a page; no input or output of its own beyond the sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from stubs.events import AnyEvent
from stubs.service_desk import FieldError, ServiceDesk
from stubs.service_desk.incidents import Reporter
from stubs.ssi.audit import AuditRecord, AuditTrail
from stubs.ssi.blocks import Block, Link
from stubs.ssi.fields import FieldProblem, Form
from stubs.ssi.settings import SsiSettings
from stubs.ssi.sources import InventoryRecordLike, Sources, Viewer, visible_records
from stubs.wire.eui64 import Eui64


@dataclass(frozen=True, slots=True)
class Page:
    """A page to be rendered: template, title, HTTP status, variables, and the identities it displays."""

    template: str
    title: str
    context: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    shown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Download:
    """A file given out, recorded like a page."""

    name: str
    content_type: str
    body: bytes
    title: str
    shown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Redirect:
    """A form was carried out; the browser goes on to a page of this site."""

    to: str


Answer = Page | Download | Redirect


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a form."""

    name: str
    octets: bytes


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of a signed-in viewer: parts of the path, query, fields and files of a form."""

    viewer: Viewer
    path: Mapping[str, str]
    query: Mapping[str, str]
    fields: Mapping[str, str] = field(default_factory=dict)
    """Several values of one name are joined by spaces."""
    files: Mapping[str, Upload] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Site:
    """Data that all pages read."""

    sources: Sources
    settings: SsiSettings
    trail: AuditTrail
    drafts: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """Reports that can be downloaded: run to User and octets, the newest ``_MOST_DRAFTS``."""

    @property
    def now(self) -> datetime:
        """The run's time."""
        return self.sources.now()

    @property
    def desk(self) -> ServiceDesk:
        """Service management as it stands; to be read only."""
        return self.sources.back.desk()

    def records(self, viewer: Viewer) -> list[AuditRecord]:
        """The viewer's own messages within the time they are kept, newest first."""
        oldest = self.now - timedelta(days=self.settings.retention_days)
        return [record for record in self.trail.of(viewer.user) if record.at >= oldest]

    def record(self, viewer: Viewer, name: str) -> AuditRecord | None:
        """One of the viewer's own messages, while it is kept."""
        found = self.trail.find(viewer.user, name)
        oldest = self.now - timedelta(days=self.settings.retention_days)
        return found if found is not None and found.at >= oldest else None

    def profile_reads(self, device: str) -> list[AuditRecord]:
        """Reads of profile data of a device by anybody, while they are kept, newest first."""
        oldest = self.now - timedelta(days=self.settings.retention_days)
        return [read for read in reversed(self.trail.profile_reads(device)) if read.at >= oldest]

    def visible(self, viewer: Viewer, records: Sequence[InventoryRecordLike]) -> list[InventoryRecordLike]:
        """Return the devices that exist for the viewer."""
        return visible_records(self.sources.inventory, self.settings, viewer, records)

    def device(self, viewer: Viewer, device: Eui64) -> InventoryRecordLike | None:
        """A device that exists for the viewer."""
        record = self.sources.inventory.get(device)
        return record if record is not None and self.visible(viewer, [record]) else None

    def party_of(self, user: str) -> str:
        """The name of a User's party."""
        return next((known.party for known in self.sources.users() if known.eui == user), user)

    def act(
        self, form: Form, decide: Callable[[ServiceDesk, datetime], Sequence[AnyEvent]]
    ) -> Sequence[AnyEvent] | None:
        """Let something happen; None, with the problem in the form, when a field says it cannot."""
        try:
            return self.sources.back.perform(decide)
        except FieldError as error:
            form.problems.append(FieldProblem(error.field, error.message, error.suggestion))
            return None


def reporter(viewer: Viewer) -> Reporter:
    """The viewer as service management knows it."""
    return Reporter(viewer.user, viewer.party, viewer.person)


def sheet(
    title: str,
    blocks: Sequence[Block],
    *,
    key: str = "",
    notice: str = "",
    crumbs: Sequence[Link] = (),
    status: int = 200,
    shown: Sequence[str] = (),
) -> Page:
    """A page of blocks; ``key`` is what it shows, for scripts of testers."""
    context = {"blocks": blocks, "key": key, "notice": notice, "crumbs": crumbs}
    return Page("sheet.html", title, context, status, tuple(dict.fromkeys(item for item in shown if item)))


def not_found() -> Page:
    """The same page for what does not exist and for what is not this User's to see."""
    return Page("problem.html", "Not found", {"text": "There is nothing here that you can see."}, status=404)


def problem(title: str, text: str, status: int) -> Page:
    """A page that says what is wrong."""
    return Page("problem.html", title, {"text": text}, status=status)


def instant_text(instant: datetime) -> str:
    """``2026-03-01 12:00:00 UTC``."""
    return instant.strftime("%Y-%m-%d %H:%M:%S UTC")
