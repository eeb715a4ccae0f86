"""What the pages read and where they report to: small protocols, so that this room imports no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from schemas.load import UserRole
from stubs.events import AnyEvent, Entry
from stubs.ssi.settings import SsiSettings


class InventoryRecordLike(Protocol):
    """One device of the Smart Metering Inventory."""

    @property
    def device(self) -> str:
        """EUI-64, dashed, upper case."""
        ...

    def as_dict(self) -> dict[str, Any]:
        """Known fields by their DUIS names."""
        ...


class InventoryReader(Protocol):
    """Look-ups in the Smart Metering Inventory; records are opaque but for ``InventoryRecordLike``."""

    def get(self, device: str) -> Any:
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

    def responsible(self, record: Any) -> Mapping[UserRole, frozenset[str] | None]:
        """Who may act on the device, by role: EUIs, None for anybody of that role."""
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
class Sources:
    """Everything the pages need from outside."""

    inventory: InventoryReader
    entries: EntryReader
    users: Callable[[], Iterable[SsiUser]]
    record: Callable[[AnyEvent], object]
    """Called once for every page and sign-in; durable when it returns."""
    now: Callable[[], datetime]
    """The run's clock, UTC."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is looking: a person acting for a User in one of its roles."""

    session: str
    """Public name of the session; not the secret token."""
    person: str
    user: str
    role: str
    party: str
    descriptor: str

    @property
    def display_name(self) -> str:
        """``(<User ID>)<Party>/<User Role>(<descriptor>)`` (SEC Appendix AH draft, definitions)."""
        tail = f"({self.descriptor})" if self.descriptor else ""
        return f"({self.user}){self.party}/{self.role}{tail}"


def visible_records(
    inventory: InventoryReader, settings: SsiSettings, viewer: Viewer, records: Iterable[InventoryRecordLike]
) -> list[InventoryRecordLike]:
    """Those of ``records`` that exist for ``viewer``; the others do not exist for it."""
    if settings.inventory_visibility == "all":
        return list(records)
    role = UserRole(viewer.role)
    seen = []
    for record in records:
        parties = inventory.responsible(record).get(role, frozenset())
        if parties is None or viewer.user in parties:
            seen.append(record)
    return seen
