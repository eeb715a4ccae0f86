"""The inventory as folded from the journal, with the indexes that keep look-ups flat at 100,000 devices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from schemas.load import UserRole, roles
from stubs.inventory.meter_points import MeterPoint
from stubs.inventory.records import CoverageValue, InventoryRecord, Product, RecordValue
from stubs.wire.eui64 import Eui64
from stubs.wire.identifiers import like, read_mpxn, read_place, read_postcode, read_uprn

REMOVED = "Removed"
"""Value name in InventoryChanged that deletes the record."""

_INDEXED = ("import_mpxn", "secondary_import_mpan", "export_mpan", "uprn", "hub")

_PARTIES = {"supplier": "supplier", "network operator": "network_operator"}
"""Parties registered for a meter point, each with the attribute that holds it."""
ROLES_OF_FUEL: Mapping[str, Mapping[UserRole, str]] = {
    fuel: {
        role: _PARTIES[row.registered_as]
        for role, row in roles().items()
        if row.fuel == fuel and row.registered_as in _PARTIES
    }
    for fuel in ("electricity", "gas")
}
OPEN_ROLES = frozenset(role for role, row in roles().items() if row.registered_as == "anybody")
"""Roles whose right to one device the inventory cannot tell: any User of the role may ask (inferred)."""

Responsible = Mapping[UserRole, frozenset[Eui64] | None]
"""Users that may act on a device now, by role: those registered; None: any User of that role; absent: nobody."""
_MOST_REMEMBERED = 4096


def normal(text: str) -> str:
    """An address as compared: upper case, without spaces."""
    return "".join(text.split()).upper()


_READERS: Mapping[str, Callable[[str], str]] = {
    "ImportMPxN": read_mpxn,
    "SecondaryImportMPAN": read_mpxn,
    "ExportMPAN": read_mpxn,
    "UPRN": read_uprn,
    "PostCode": read_postcode,
}


def _as_values(values: Mapping[str, RecordValue]) -> dict[str, RecordValue]:
    """Fields of a record with identifiers in their one form."""
    read: dict[str, RecordValue] = {
        name: like(_READERS[name], text)
        for name, text in values.items()
        if name in _READERS and text and isinstance(text, str)
    }
    points = values.get("MPxNs")
    if isinstance(points, list | tuple):
        read["MPxNs"] = sorted({like(read_mpxn, text) for text in points})
    return {**values, **read}


@dataclass(slots=True)
class Inventory:
    """Records by device, meter points by MPxN, coverage by place, the certified products list."""

    records: dict[Eui64, InventoryRecord] = field(default_factory=dict)
    meter_points: dict[str, MeterPoint] = field(default_factory=dict)
    coverage: dict[str, dict[str, CoverageValue]] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)
    """By manufacturer, model and firmware version, joined by ``/``; empty: everything is on the list."""
    _index: dict[tuple[str, str | Eui64], dict[Eui64, None]] = field(default_factory=dict, compare=False)
    _responsible: dict[Eui64, tuple[InventoryRecord, Responsible]] = field(default_factory=dict, compare=False)
    """Results of ``responsible`` for devices asked about since the last change of anything it looks at."""

    def change(self, device: Eui64, values: Mapping[str, RecordValue]) -> None:
        """Fold of InventoryChanged: create, change or (``Removed``) delete one record.

        Raises: ValueError: a field the inventory does not have.
        """
        self._responsible.clear()
        old = self.records.get(device)
        if old is not None:
            self._unindex(old)
        if values.get(REMOVED):
            self.records.pop(device, None)
            return
        self.restore((old or InventoryRecord(device=device)).changed(_as_values(values)))

    def restore(self, record: InventoryRecord) -> None:
        """Put a whole record in; none of that device is there."""
        self._responsible.clear()
        self.records[record.device] = record
        for key in self._keys(record):
            self._index.setdefault(key, {})[record.device] = None

    def register(self, meter_point: MeterPoint) -> None:
        """Fold of MeterPointRegistered."""
        self._responsible.clear()
        mpxn = like(read_mpxn, meter_point.mpxn)
        self.meter_points[mpxn] = msgspec.structs.replace(
            meter_point,
            mpxn=mpxn,
            postcode=meter_point.postcode and like(read_postcode, meter_point.postcode),
            uprn=meter_point.uprn and like(read_uprn, meter_point.uprn),
        )

    def meter_point(self, mpxn: str) -> MeterPoint | None:
        """Return the registration of a meter point, however its number is written; None: it is not registered."""
        return self.meter_points.get(like(read_mpxn, mpxn))

    def settle(self, mpxn: str, now: datetime) -> None:
        """Let the registration that is due hold."""
        point = self.meter_point(mpxn)
        if point is not None:
            self._responsible.clear()
            self.meter_points[point.mpxn] = point.at(now)

    def cover(self, place: str, values: Mapping[str, CoverageValue]) -> None:
        """Fold of CoverageSet; empty values forget the place."""
        self.coverage.pop(like(read_place, place), None)
        if values:
            self.coverage[like(read_place, place)] = dict(values)

    def covered(self, place: str) -> Mapping[str, CoverageValue]:
        """Return the coverage set for a UPRN or post code, else for the first half of the post code; empty: none."""
        wanted = like(read_place, place)
        halves = (wanted, "".join(wanted.split())[:-3])
        return next((self.coverage[key] for key in halves if key in self.coverage), {})

    def list_product(self, product: Product) -> None:
        """Fold of ProductListed."""
        self.products[f"{product.manufacturer}/{product.model}/{product.firmware_version}"] = product

    def product(self, record: InventoryRecord, firmware_version: str) -> Product | None:
        """The entry of the certified products list for a device and a firmware version."""
        return self.products.get(f"{record.manufacturer}/{record.model}/{firmware_version}")

    def _keys(self, record: InventoryRecord) -> list[tuple[str, str | Eui64]]:
        keys: list[tuple[str, str | Eui64]] = [(name, value) for name in _INDEXED if (value := getattr(record, name))]
        if record.postcode:
            keys.append(("place", f"{like(read_postcode, record.postcode)}|{normal(record.address)}"))
        keys.extend(("meter_points", mpxn) for mpxn in record.meter_points)
        return keys

    def _unindex(self, record: InventoryRecord) -> None:
        for key in self._keys(record):
            devices = self._index.get(key, {})
            devices.pop(record.device, None)
            if not devices:
                self._index.pop(key, None)

    def _where(self, name: str, value: str | Eui64) -> list[InventoryRecord]:
        # In order of identity: the same whenever each device was last changed.
        return [self.records[device] for device in sorted(self._index.get((name, value), ()))]

    def get(self, device: Eui64 | None) -> InventoryRecord | None:
        """The record of one device; None: there is none, or no device was named."""
        return None if device is None else self.records.get(device)

    def by_meter_point(self, mpxn: str) -> list[InventoryRecord]:
        """Devices that measure or serve a meter point."""
        names = ("import_mpxn", "secondary_import_mpan", "export_mpan", "meter_points")
        wanted = like(read_mpxn, mpxn)
        return list({record.device: record for name in names for record in self._where(name, wanted)}.values())

    def by_uprn(self, uprn: str) -> list[InventoryRecord]:
        """Devices at a property reference."""
        return self._where("uprn", like(read_uprn, uprn))

    def by_place(self, postcode: str, address: str) -> list[InventoryRecord]:
        """Devices at a post code and address identifier."""
        return self._where("place", f"{like(read_postcode, postcode)}|{normal(address)}")

    def on_hub(self, hub: Eui64) -> list[InventoryRecord]:
        """The hub, then every device associated with it."""
        record = self.records.get(hub)
        return ([record] if record else []) + [found for found in self._where("hub", hub) if found.device != hub]

    def family(self, record: InventoryRecord) -> list[InventoryRecord]:
        """The hub of a device and all its devices; the device alone when it has no hub."""
        hub = record.device if record.device_type == "CHF" else record.hub
        return (self.on_hub(hub) if hub else []) or [record]

    def _points_of(self, record: InventoryRecord) -> list[MeterPoint]:
        numbers = [record.import_mpxn, record.secondary_import_mpan, *record.meter_points]
        return [self.meter_points[mpxn] for mpxn in numbers if mpxn in self.meter_points]

    def points(self, record: InventoryRecord) -> list[MeterPoint]:
        """Meter points that decide who is responsible: a meter's own; of other devices those of the premises."""
        own = self._points_of(record)
        if record.device_type in {"ESME", "GSME"}:
            return own
        if record.device_type == "GPF":
            gas = [point for member in self.family(record) for point in self._points_of(member) if point.fuel == "gas"]
            return gas or [point for point in own if point.fuel == "gas"]
        return own + [point for member in self.family(record) for point in self._points_of(member)]

    def responsible(self, record: InventoryRecord, at: datetime | None = None) -> Responsible:
        """Return the Users that may act on the device, by role; None for anybody of that role (inferred).

        A device nobody is registered for yet (a new hub, a meter without meter point) is open to every supplier.
        ``at`` asks for a later instant than now.
        """
        if at is not None:
            return self._responsible_at(record, at)
        known, found = self._responsible.get(record.device, (None, {}))
        if known is not record:
            if len(self._responsible) >= _MOST_REMEMBERED:
                self._responsible.clear()
            found = self._responsible_at(record, None)
            self._responsible[record.device] = (record, found)
        return found

    def _responsible_at(self, record: InventoryRecord, at: datetime | None) -> Responsible:
        found: dict[UserRole, set[Eui64]] = {}
        points = self.points(record)
        if at is not None:
            points = [point.at(at) for point in points]
        for point in points:
            for role, attribute in ROLES_OF_FUEL["electricity" if point.fuel == "electricity" else "gas"].items():
                if party := getattr(point, attribute):
                    found.setdefault(role, set()).add(party)
        responsible: dict[UserRole, frozenset[Eui64] | None] = {
            role: frozenset(parties) for role, parties in found.items()
        }
        export = self.meter_points.get(record.export_mpan)
        if export is not None:
            export = export if at is None else export.at(at)
            if export.supplier:
                responsible[UserRole.ES] = frozenset({export.supplier})
        if not points:
            responsible.update(dict.fromkeys(role for role, row in roles().items() if row.is_supplier))
        responsible.update(dict.fromkeys(OPEN_ROLES))
        agents = frozenset(point.agent for point in points if point.agent)
        if agents:
            responsible[UserRole.RSA] = agents
        return responsible

    def parties(self, record: InventoryRecord) -> frozenset[Eui64]:
        """Everybody registered for the device's meter points."""
        points = self.points(record)
        return frozenset(party for point in points for party in (point.supplier, point.network_operator) if party)
