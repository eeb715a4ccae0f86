"""Sources that the pages read and report to: small protocols, so that this room imports no other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from schemas.load import UserRole
from stubs.events import AnyEvent, Entry
from stubs.service_desk import ServiceDesk
from stubs.service_desk.files import Action, Threshold
from stubs.ssi.settings import SsiSettings
from stubs.wire.eui64 import Eui64


class InventoryRecordLike(Protocol):
    """One device of the Smart Metering Inventory."""

    @property
    def device(self) -> Eui64:
        """Its identity."""
        ...

    def as_dict(self) -> dict[str, Any]:
        """Known fields by their DUIS names."""
        ...


class InventoryReader(Protocol):
    """Look-ups in the Smart Metering Inventory; records are opaque but for ``InventoryRecordLike``."""

    @property
    def records(self) -> Mapping[Eui64, Any]:
        """All records by device."""
        ...

    def get(self, device: Eui64) -> Any:
        """The record of a device, or None."""
        ...

    def by_meter_point(self, mpxn: str) -> Sequence[Any]:
        """Records of a meter point."""
        ...

    def by_uprn(self, uprn: str) -> Sequence[Any]:
        """Records at a property reference."""
        ...

    def by_place(self, postcode: str, address: str) -> Sequence[Any]:
        """Records at a post code and address."""
        ...

    def family(self, record: Any) -> Sequence[Any]:
        """The record's hub and everything on it."""
        ...

    def responsible(self, record: Any) -> Mapping[UserRole, frozenset[Eui64] | None]:
        """Return the Users that may act on the device, by role; None for anybody of that role."""
        ...


@dataclass(frozen=True, slots=True)
class SsiUser:
    """A registered User: EUI-64 (dashed), the party's name, its User Roles."""

    eui: str
    party: str
    roles: tuple[str, ...]


class EntryReader(Protocol):
    """Reading the journal."""

    def __call__(self, after: int = 0, until: int | None = None) -> Iterator[Entry]:
        """Entries with ``after < seq <= until``, ascending."""
        ...


@dataclass(frozen=True, slots=True)
class HeldRequest:
    """A communication that anomaly detection holds."""

    reference: str
    request_id: str
    srv: str
    device: str
    breach: str
    detail: str


@dataclass(frozen=True, slots=True)
class PageFault:
    """A fault that bends a page: the effect of its rule, seconds and component."""

    effect: str
    seconds: float = 0.0
    component: str = ""


class BackOffice(Protocol):
    """The DCC as the pages see it beyond inventory and journal: what they read of it, and what they do to it.

    Acts are durable when they return. Raises (acts): Blocked: nothing can be recorded, and nothing was done.
    """

    def desk(self) -> ServiceDesk:
        """Service management as it stands; to be read only."""
        ...

    def perform(self, decide: Callable[[ServiceDesk, datetime], Sequence[AnyEvent]]) -> Sequence[AnyEvent]:
        """Let what ``decide`` returns happen, in one transaction. Raises: what ``decide`` raises."""
        ...

    def thresholds(self, user: str) -> Mapping[str, int]:
        """A User's own anomaly-detection thresholds by service."""
        ...

    def held(self, user: str) -> Sequence[HeldRequest]:
        """A User's quarantined communications."""
        ...

    def set_thresholds(self, user: str, rows: Sequence[Threshold], submitted: AnyEvent) -> None:
        """Set a User's own thresholds and record the file they came in."""
        ...

    def end_quarantine(self, user: str, rows: Sequence[Action], submitted: AnyEvent) -> None:
        """Release or delete quarantined communications of a User and record the file that said so."""
        ...

    def signer(self, user: str, octets: bytes, signature: bytes) -> str:
        """Serial number (decimal) of the User's certificate that a signature holds by; empty: none."""
        ...

    def coverage(self, place: str) -> Mapping[str, str]:
        """SM WAN coverage of a post code or UPRN by the elements of 12.1's answer."""
        ...

    def hub(self, device: Eui64) -> Mapping[str, str]:
        """Return the facts that the DCC has about a hub's connection: see ``stubs.ssi_back_office``."""
        ...

    def fault(self, point: str, facts: Mapping[str, str], subject: str) -> PageFault | None:
        """The armed fault that bends this, recorded as applied."""
        ...

    def components_down(self) -> frozenset[str]:
        """Components that armed faults take away."""
        ...

    def fresh_secret(self, purpose: str) -> str:
        """32 hexadecimal digits that nobody can guess, different each time."""
        ...

    def sleep(self, seconds: float) -> Awaitable[None]:
        """Let so much of the run's time pass."""
        ...


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything the pages need from outside."""

    inventory: InventoryReader
    entries: EntryReader
    users: Callable[[], Iterable[SsiUser]]
    record: Callable[[AnyEvent], object]
    """Called once for every page and sign-in; durable when it returns."""
    now: Callable[[], datetime]
    """The run's clock, UTC."""
    back: BackOffice
    """Service management, anomaly detection, hubs, faults."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person who views the pages, acting for a User in one of its roles."""

    session: str
    """Public name of the session; not the secret token."""
    person: str
    user: str
    role: str
    party: str
    descriptor: str
    functions: frozenset[str] = frozenset()
    """Functions that the person may use (``schemas/ssi/functions.csv``)."""

    @property
    def display_name(self) -> str:
        """``(<User ID>)<Party>/<User Role>(<descriptor>)`` (SEC Appendix AH draft, definitions)."""
        tail = f"({self.descriptor})" if self.descriptor else ""
        return f"({self.user}){self.party}/{self.role}{tail}"


def visible_records(
    inventory: InventoryReader, settings: SsiSettings, viewer: Viewer, records: Iterable[InventoryRecordLike]
) -> list[InventoryRecordLike]:
    """Return those of ``records`` that exist for ``viewer``; the others do not exist for it."""
    if settings.inventory_visibility == "all":
        return list(records)
    role, user = UserRole(viewer.role), Eui64.parse(viewer.user)
    seen = []
    for record in records:
        parties = inventory.responsible(record).get(role, frozenset())
        if parties is None or user in parties:
            seen.append(record)
    return seen
