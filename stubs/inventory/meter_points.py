"""One meter point: who is registered for it now and later, and how that is stored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from stubs.events import MeterPointRegistered
from stubs.inventory.stored_fields import IDENTITIES, StoredFields
from stubs.wire.eui64 import Eui64, eui_or_none, text_or_empty


class Term(msgspec.Struct, frozen=True, gc=False):
    """Parties registered for a meter point from an instant on; None: nobody, UNSET: as before."""

    since: datetime
    supplier: Eui64 | UnsetType | None = UNSET
    network_operator: Eui64 | UnsetType | None = UNSET


class StoredTerm(msgspec.Struct, frozen=True, gc=False):
    """``Term`` as snapshots and the control API have it."""

    since: datetime
    """When it begins, UTC."""
    supplier: str | None = None
    """EUI-64 of the supplier, dashed; empty: nobody, null: who was before."""
    network_operator: str | None = None
    """EUI-64 of the network operator, dashed; empty: nobody, null: who was before."""


def party_of(text: str | None) -> Eui64 | UnsetType | None:
    """A party of a change of registration, from text: empty is nobody, None who was before. Raises: PeerError."""
    return UNSET if text is None else eui_or_none(text)


def _told(party: Eui64 | UnsetType | None) -> str | None:
    return None if party is UNSET else text_or_empty(party)


_TERM = StoredFields(Term, StoredTerm, {Eui64 | UnsetType | None: (_told, party_of)})


class MeterPoint(msgspec.Struct, frozen=True):
    """Registration data of one meter point.

    ``supplier`` and ``network_operator`` hold until the first of ``coming``, later ones in order of time.
    """

    mpxn: str
    """MPAN or MPRN, digits."""
    fuel: str
    """``electricity`` or ``gas``."""
    supplier: Eui64 | None = None
    """The registered supplier; None: nobody."""
    network_operator: Eui64 | None = None
    """The registered network operator or gas transporter; None: nobody."""
    postcode: str = ""
    address: str = ""
    uprn: str = ""
    agent: Eui64 | None = None
    """The registered supplier agent; None: any may act (inferred)."""
    since: datetime | None = None
    """When this registration began; None: before anything was recorded."""
    coming: tuple[Term, ...] = ()
    """Registrations that begin later, in order of time."""
    tenancies: tuple[datetime, ...] = ()
    """Changes of tenancy, in order of time, future ones included."""

    def at(self, instant: datetime) -> MeterPoint:
        """Return the registration at an instant not before now."""
        if not self.coming or self.coming[0].since > instant:
            return self
        supplier, operator, since = self.supplier, self.network_operator, self.since
        for term in self.coming:
            if term.since <= instant:
                supplier = supplier if term.supplier is UNSET else term.supplier
                operator = operator if term.network_operator is UNSET else term.network_operator
                since = term.since
        return msgspec.structs.replace(
            self,
            supplier=supplier,
            network_operator=operator,
            since=since,
            coming=tuple(later for later in self.coming if later.since > instant),
        )

    def changed(
        self,
        since: datetime,
        supplier: Eui64 | UnsetType | None,
        network_operator: Eui64 | UnsetType | None,
        *,
        is_new_tenancy: bool,
    ) -> MeterPoint:
        """Return the meter point with a dated change of the parties that are set; later changes stay."""
        coming = self.coming
        if supplier is not UNSET or network_operator is not UNSET:
            term = Term(since, supplier, network_operator)
            coming = tuple(sorted((*coming, term), key=lambda term: term.since))
        tenancies = tuple(sorted({*self.tenancies, since})) if is_new_tenancy else self.tenancies
        return msgspec.structs.replace(self, coming=coming, tenancies=tenancies)


class StoredMeterPoint(msgspec.Struct, frozen=True):
    """``MeterPoint`` as snapshots and the control API have it: EUIs dashed, empty when nobody is registered."""

    mpxn: str
    """MPAN or MPRN, digits."""
    fuel: str
    """``electricity`` or ``gas``."""
    supplier: str = ""
    """EUI-64 of the registered supplier, dashed; empty: nobody."""
    network_operator: str = ""
    """EUI-64 of the registered network operator, dashed; empty: nobody."""
    postcode: str = ""
    """Post code of the premises; empty: not known."""
    address: str = ""
    """Address identifier of the premises; empty: not known."""
    uprn: str = ""
    """Unique property reference number; empty: not known."""
    agent: str = ""
    """EUI-64 of the registered supplier agent, dashed; empty: any may act (inferred)."""
    since: datetime | None = None
    """When this registration began; None: before anything was recorded."""
    coming: tuple[StoredTerm, ...] = ()
    """Registrations that begin later, in order of time."""
    tenancies: tuple[datetime, ...] = ()
    """Changes of tenancy, in order of time, future ones included."""

    @staticmethod
    def of(point: MeterPoint) -> StoredMeterPoint:
        """A meter point with its parties as text."""
        return _POINT.stored(point)

    def meter_point(self) -> MeterPoint:
        """The inverse of ``of``. Raises: PeerError: an identity that is none."""
        return _POINT.record(self)


def _stored_terms(terms: Iterable[Term]) -> tuple[StoredTerm, ...]:
    return tuple(_TERM.stored(term) for term in terms)


def _read_terms(stored: Iterable[StoredTerm]) -> tuple[Term, ...]:
    return tuple(_TERM.record(term) for term in stored)


_POINT = StoredFields(MeterPoint, StoredMeterPoint, {**IDENTITIES, tuple[Term, ...]: (_stored_terms, _read_terms)})
_REGISTERED = StoredFields(MeterPoint, MeterPointRegistered, IDENTITIES)


def point_of(event: MeterPointRegistered) -> MeterPoint:
    """The meter point as an event registers it. Raises: PeerError: an identity that is none."""
    return _REGISTERED.record(event)
