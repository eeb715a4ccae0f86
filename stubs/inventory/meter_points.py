"""One meter point: who is registered for it now and later, and how that is stored."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

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

    @classmethod
    def of(cls, term: Term) -> StoredTerm:
        """A term with its parties as text."""
        return cls(term.since, _told(term.supplier), _told(term.network_operator))

    def term(self) -> Term:
        """The inverse of ``of``. Raises: PeerError: an identity that is none."""
        return Term(self.since, party_of(self.supplier), party_of(self.network_operator))


def party_of(text: str | None) -> Eui64 | UnsetType | None:
    """A party of a change of registration, from text: empty is nobody, None who was before. Raises: PeerError."""
    return UNSET if text is None else eui_or_none(text)


def _told(party: Eui64 | UnsetType | None) -> str | None:
    return None if party is UNSET else text_or_empty(party)


class MeterPoint(msgspec.Struct, frozen=True, kw_only=True):
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


class StoredMeterPoint(msgspec.Struct, frozen=True, kw_only=True):
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

    @classmethod
    def of(cls, point: MeterPoint) -> StoredMeterPoint:
        """A meter point with its parties as text."""
        return cls(
            mpxn=point.mpxn,
            fuel=point.fuel,
            supplier=text_or_empty(point.supplier),
            network_operator=text_or_empty(point.network_operator),
            postcode=point.postcode,
            address=point.address,
            uprn=point.uprn,
            agent=text_or_empty(point.agent),
            since=point.since,
            coming=tuple(StoredTerm.of(term) for term in point.coming),
            tenancies=point.tenancies,
        )

    def meter_point(self) -> MeterPoint:
        """The inverse of ``of``. Raises: PeerError: an identity that is none."""
        return MeterPoint(
            mpxn=self.mpxn,
            fuel=self.fuel,
            supplier=eui_or_none(self.supplier),
            network_operator=eui_or_none(self.network_operator),
            postcode=self.postcode,
            address=self.address,
            uprn=self.uprn,
            agent=eui_or_none(self.agent),
            since=self.since,
            coming=tuple(term.term() for term in self.coming),
            tenancies=self.tenancies,
        )
