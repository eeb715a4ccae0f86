"""One inventory record, and one entry of the certified products list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypedDict

import msgspec

from stubs.inventory.stored_fields import IDENTITIES, StoredFields, euis, texts
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64, eui_or_none

RecordValue = str | bool | list[str]
"""A field of a record as the journal has it: text, texts, or whether the record is removed."""


CoverageValue = str | bool | int | float
"""An element of SM WAN coverage as a tester sets it."""


class InventoryRecord(msgspec.Struct, frozen=True, gc=False):
    """The inventory's record of one device; field names on the outside are those of DUIS.

    Empty and None mean unknown. ``hub`` and ``proxy`` are the associated CHF and GPF, ``meter_points`` the MPxNs of the
    premises a hub was installed for, ``joined`` the devices it was told to share keys with; these four are not shown
    by 8.2. Outside (``as_dict``, ``stored``, ``changed``) identities are text, and empty where there is none.
    """

    device: Eui64 = msgspec.field(name="DeviceID")
    device_type: str = msgspec.field(name="DeviceType", default="")
    status: str = msgspec.field(name="DeviceStatus", default="Pending")
    manufacturer: str = msgspec.field(name="DeviceManufacturer", default="")
    model: str = msgspec.field(name="DeviceModel", default="")
    smets_version: str = msgspec.field(name="SMETSCHTSVersion", default="")
    firmware_version: str = msgspec.field(name="DeviceFirmwareVersion", default="")
    firmware_status: str = msgspec.field(name="DeviceFirmwareVersionStatus", default="")
    cpl_status: str = msgspec.field(name="CPLStatus", default="")
    date_commissioned: str = msgspec.field(name="DateCommissioned", default="")
    import_mpxn: str = msgspec.field(name="ImportMPxN", default="")
    secondary_import_mpan: str = msgspec.field(name="SecondaryImportMPAN", default="")
    export_mpan: str = msgspec.field(name="ExportMPAN", default="")
    esme_variant: str = msgspec.field(name="ESMEVariant", default="")
    uprn: str = msgspec.field(name="UPRN", default="")
    postcode: str = msgspec.field(name="PostCode", default="")
    address: str = msgspec.field(name="AddressIdentifier", default="")
    csp_region: str = msgspec.field(name="CSPRegion", default="")
    gbcs_version: str = msgspec.field(name="DeviceGBCSVersion", default="")
    han_variant: str = msgspec.field(name="HANVariant", default="")
    connectivity: str = msgspec.field(name="Connectivity", default="")
    hub: Eui64 | None = msgspec.field(name="AssociatedCHFDeviceID", default=None)
    proxy: Eui64 | None = msgspec.field(name="AssociatedGPFDeviceID", default=None)
    meter_points: tuple[str, ...] = msgspec.field(name="MPxNs", default=())
    joined: tuple[Eui64, ...] = msgspec.field(name="JoinedDeviceIDs", default=())
    prenotified_by: Eui64 | None = msgspec.field(name="PrenotifiedBy", default=None)

    @property
    def told_type(self) -> str:
        """The type as DUIS tells it: its schema has no standalone proportional controller (inferred: ESME)."""
        return "ESME" if self.device_type == "SAPC" else self.device_type

    def changed(self, values: Mapping[str, RecordValue]) -> InventoryRecord:
        """This record with some fields, by their DUIS names, set to new values.

        Raises: ValueError: a name or value that no field takes.
        """
        unknown = values.keys() - _ATTRIBUTES.keys()
        if unknown:
            raise ValueError(
                f"the inventory has no field {', '.join(sorted(unknown))}; it has {', '.join(sorted(_ATTRIBUTES))}"
            )
        try:
            return msgspec.structs.replace(self, **_read(values))
        except (msgspec.ValidationError, PeerError) as error:
            raise ValueError(f"inventory record of {self.device}: {error}") from error

    def as_dict(self) -> dict[str, RecordValue]:
        """Fields that are known, by their DUIS names, identities as text."""
        return _as_text({name: value for name, value in zip(_ATTRIBUTES, _ALL_VALUES(self), strict=True) if value})

    def stored(self) -> StoredRecord:
        """The record as a snapshot has it."""
        return _RECORD.stored(self)

    @staticmethod
    def from_stored(stored: StoredRecord) -> InventoryRecord:
        """The inverse of ``stored``. Raises: PeerError: an identity that is none."""
        return _RECORD.record(stored)


_ATTRIBUTES = {field.encode_name: field.name for field in msgspec.structs.fields(InventoryRecord)}
_ALL_VALUES = attrgetter(*_ATTRIBUTES.values())
_IDENTITIES = ("DeviceID", "AssociatedCHFDeviceID", "AssociatedGPFDeviceID", "PrenotifiedBy")
_JOINED = "JoinedDeviceIDs"
_LISTS = frozenset({"MPxNs", _JOINED})


_FROM_TEXT: Mapping[str, Callable[[Any], Any]] = {**dict.fromkeys(_IDENTITIES, eui_or_none), _JOINED: euis}
_TO_TEXT: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(_IDENTITIES, str),
    _JOINED: texts,
    "MPxNs": list,
}
_STORED_AS = {Eui64: str, Eui64 | None: str, tuple[Eui64, ...]: list[str]}
_STORED_DEFAULT = {None: ""}

if TYPE_CHECKING:

    class StoredRecord(msgspec.Struct):
        """A record with its identities as text, empty where there is none: made from ``InventoryRecord``."""

        def __init__(self, *values: Any) -> None: ...
else:
    StoredRecord = msgspec.defstruct(
        "StoredRecord",
        [
            (
                field.name,
                _STORED_AS.get(field.type, field.type),
                msgspec.field(name=field.encode_name)
                if field.required
                else msgspec.field(name=field.encode_name, default=_STORED_DEFAULT.get(field.default, field.default)),
            )
            for field in msgspec.structs.fields(InventoryRecord)
        ],
        frozen=True,
        gc=False,
        omit_defaults=True,
    )

_RECORD = StoredFields(InventoryRecord, StoredRecord, IDENTITIES)

_Values: Any = TypedDict(  # type: ignore[misc]
    "_Values",
    {name: tuple[str, ...] if name in _LISTS else str for name in _ATTRIBUTES},
    total=False,
)
"""Fields of a record as text, by their DUIS names: what ``msgspec`` checks the types of."""


def _as_text(known: dict[str, Any]) -> dict[str, RecordValue]:
    """Values by name with their identities as text."""
    for name in _TO_TEXT.keys() & known.keys():
        known[name] = _TO_TEXT[name](known[name])
    return known


def _read(values: Mapping[str, RecordValue]) -> dict[str, Any]:
    """Values by attribute. Raises: msgspec.ValidationError, PeerError: one that its field does not take."""
    others = {name: value for name, value in values.items() if type(value) is not str or name in _LISTS}
    checked: dict[str, Any] = {**values, **msgspec.convert(others, _Values)} if others else dict(values)
    for name in checked.keys() & _FROM_TEXT.keys():
        checked[name] = _FROM_TEXT[name](checked[name])
    return {_ATTRIBUTES[name]: value for name, value in checked.items()}


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the certified products list: one firmware version of one model."""

    manufacturer: str
    """DeviceManufacturer as the inventory has it."""
    model: str
    """DeviceModel as the inventory has it."""
    firmware_version: str
    """Firmware version, hexadecimal digits."""
    device_type: str = ""
    """Device type; empty: not told."""
    gbcs_version: str = ""
    """GBCS version that the firmware supports; empty: not told."""
    hash: str = ""
    """SHA-256 of the image, hexadecimal; empty: any image goes by this version."""
    status: str = "Active"
    """Status on the list; only an Active version is distributed."""
