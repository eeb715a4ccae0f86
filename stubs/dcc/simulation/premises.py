"""Makes premises to order: meter points, physical devices with new identities, inventory records."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from schemas.load import device_types
from stubs.dcc.context import DccContext
from stubs.dcc.simulation.made_premises import MadePremises
from stubs.dcc.simulation.premises_spec import ABSENT, PremisesDevice, PremisesSpec
from stubs.dcc.state.transaction import Transaction
from stubs.devices import DeviceState, variant_code
from stubs.devices.generation import drawn_peak, typical_peak
from stubs.events import DeviceManufactured, InventoryChanged, MeterPointRegistered
from stubs.inventory import RecordValue
from stubs.wire.eui64 import Eui64
from stubs.wire.identifiers import made_up_postcode, mpan_of, mprn_of

EUI_PREFIX = bytes.fromhex("de51ce")
"""Made-up first octets of every simulated device."""

_ON_HAN = frozenset({"InstalledNotCommissioned", "Commissioned", "Suspended", "Recovery", "Recovered"})
_WHITELISTED = "Whitelisted"
_MOST_ATTEMPTS = 1000
_VERSIONS = {"CHF": "CHTS V1.4", "GPF": "CHTS V1.4"}
_ELSEWHERE = "SMETS2 V5.1"
USUAL_VARIANT = "ADEF"
"""Defaults of an electricity meter: one element, load switches, boost, proportional controllers."""
_SUPPLIED_WITH = {"ESME": "electricity", "HCALCS": "electricity", "SAPC": "electricity", "GSME": "gas", "GPF": "gas"}
"""Types that hold anchors of a supplier and a network operator, and whose: the premises' for electricity or for gas."""
_ANCHORS = {
    "electricity": {"supplier": "supplier", "network_operator": "network_operator"},
    "gas": {"supplier": "gas_supplier", "network_operator": "gas_transporter"},
}
"""By fuel: cells of trust anchors, and whose they are."""
_JOINS = {
    "PPMID": ("ESME", "GSME"),
    "ESME": ("PPMID", "HCALCS", "SAPC"),
    "GSME": ("PPMID",),
    "GPF": ("GSME", "PPMID"),
    "HCALCS": ("ESME",),
    "SAPC": ("ESME",),
}
"""Types of device that share keys once both are on the home area network; inferred."""


@dataclass(slots=True)
class Place:
    """The premises: meter points, address, responsible parties, and the identity of each device."""

    mpan: str
    secondary_mpan: str
    """Empty unless it was given."""
    mprn: str
    export_mpan: str
    """Empty without an export supplier, unless it was given."""
    postcode: str
    address: str
    uprn: str
    parties: dict[str, str]
    euis: dict[str, Eui64]


def add_premises(context: DccContext, transaction: Transaction, spec: PremisesSpec) -> MadePremises:
    """Make the premises; their identities, fresh, derived from the seed. Raises: ValueError, PeerError: bad values."""
    place = _place(context, transaction, spec)
    _register(transaction, spec, place)
    for device in spec.devices:
        _manufacture(context, transaction, spec, place, device)
    codes = {}
    for device in spec.devices:
        physical = transaction.state.devices.peek(place.euis[device.name])
        codes[device.name] = physical.install_code
        if device.status != ABSENT:
            _add_to_inventory(transaction, spec, place, device, physical)
    return MadePremises(
        name=spec.name,
        mpan=place.mpan,
        mprn=place.mprn,
        secondary_mpan=place.secondary_mpan,
        export_mpan=place.export_mpan,
        postcode=place.postcode,
        address=place.address,
        uprn=place.uprn,
        **place.parties,
        devices={name: str(eui) for name, eui in place.euis.items()},
        install_codes=codes,
    )


def _place(context: DccContext, transaction: Transaction, spec: PremisesSpec) -> Place:
    state = transaction.state
    attempt = 0
    while True:
        digest = hashlib.sha256(f"{spec.seed or state.seed}|{spec.name}|{attempt}".encode()).digest()
        number = int.from_bytes(digest, "big")
        mpan = spec.mpan or mpan_of(f"1{number % 10**11:011d}")
        mprn = spec.mprn or mprn_of(f"74{number // 7 % 10**6:06d}")
        is_free = all(state.inventory.meter_point(each) is None for each in (mpan, mprn))
        if is_free or (spec.mpan and spec.mprn) or attempt >= _MOST_ATTEMPTS:
            break
        attempt += 1
    made_up_export = mpan_of(f"2{mpan[1:12]}") if spec.export_supplier else ""
    return Place(
        mpan=mpan,
        secondary_mpan=spec.secondary_mpan,
        mprn=mprn,
        export_mpan=spec.export_mpan or made_up_export,
        postcode=spec.postcode or made_up_postcode(digest[1:7]),
        address=spec.address or str(digest[7] + 1),
        uprn=spec.uprn or str(10**11 + number % (9 * 10**11)),
        parties=_parties(context, spec),
        euis={
            device.name: _given_identity(transaction, device.eui)
            or _new_identity(transaction, f"{spec.seed or state.seed}|{spec.name}|{attempt}|{device.name}")
            for device in spec.devices
        },
    )


def _given_identity(transaction: Transaction, text: str) -> Eui64 | None:
    """The identity given, if any. Raises: ValueError: a device has it already."""
    if not text:
        return None
    eui = Eui64.parse(text)
    if eui in transaction.state.devices or transaction.state.inventory.get(eui) is not None:
        raise ValueError(f"premises: {eui} is there already")
    return eui


def _new_identity(transaction: Transaction, text: str) -> Eui64:
    attempt = 0
    while True:
        eui = Eui64(EUI_PREFIX + hashlib.sha256(f"{text}|{attempt}".encode()).digest()[:5])
        if eui not in transaction.state.devices and transaction.state.inventory.get(eui) is None:
            return eui
        attempt += 1


def _parties(context: DccContext, spec: PremisesSpec) -> dict[str, str]:
    def first(role: str) -> str:
        return next((str(party.eui) for party in context.pki.parties() if role in party.roles), "")

    supplier = spec.supplier or first("IS")
    network_operator = spec.network_operator or first("ED")
    return {
        "supplier": supplier,
        "gas_supplier": spec.gas_supplier or spec.supplier or first("GS"),
        "network_operator": network_operator,
        "gas_transporter": spec.gas_transporter or spec.network_operator or first("GT"),
    }


def _register(transaction: Transaction, spec: PremisesSpec, place: Place) -> None:
    parties = place.parties
    operator = parties["network_operator"]
    export = (place.export_mpan, "electricity", spec.export_supplier or "", operator)
    secondary = (place.secondary_mpan, "electricity", parties["supplier"], operator)
    for mpxn, fuel, supplier, operator in (
        (place.mpan, "electricity", parties["supplier"], parties["network_operator"]),
        (place.mprn, "gas", parties["gas_supplier"], parties["gas_transporter"]),
        *(point for point in (secondary, export) if point[0]),
    ):
        transaction.emit(
            MeterPointRegistered(
                mpxn=mpxn,
                fuel=fuel,
                supplier=supplier or None,
                network_operator=operator or None,
                postcode=place.postcode,
                address=place.address,
                uprn=place.uprn,
                agent=spec.agent or "",
            )
        )


def _of_type(spec: PremisesSpec, place: Place, kind: str) -> Eui64 | None:
    """The first device of a type."""
    return next((place.euis[device.name] for device in spec.devices if device.type == kind), None)


def _text(eui: Eui64 | None) -> str:
    """An identity as records hold it: empty where there is none."""
    return str(eui) if eui is not None else ""


def _partner(spec: PremisesSpec, place: Place, device: PremisesDevice, kind: str) -> Eui64 | None:
    """Return the hub of a gas proxy, or a hub's gas proxy: they are one unit, the second hub has the second proxy."""
    own = [one.name for one in spec.devices if one.type == device.type]
    others = [place.euis[one.name] for one in spec.devices if one.type == kind]
    number = own.index(device.name)
    return others[number] if number < len(others) else _of_type(spec, place, kind)


def _hub_of(spec: PremisesSpec, place: Place, device: PremisesDevice) -> Eui64 | None:
    """The hub whose network a device is on: of several the first, but for their own gas proxies."""
    return _partner(spec, place, device, "CHF") if device.type == "GPF" else _of_type(spec, place, "CHF")


def _manufacture(
    context: DccContext, transaction: Transaction, spec: PremisesSpec, place: Place, device: PremisesDevice
) -> None:
    values: dict[str, object] = {}
    if device_types()[device.type].has_credentials:
        values = {"acb": str(context.pki.acb), "transitional_cos": str(context.trans_cos.certificate.eui)}
        values |= {cell: str(eui) for cell, eui in context.pki.trusted.items()}
        values |= _anchors(place, _SUPPLIED_WITH.get(device.type, ""))
    if device.status in _ON_HAN:
        values["joined"] = _joined(spec, place, device)
    if device.type == "ESME" and (generation := _generation(spec, str(place.euis[device.name]))):
        values["generation"] = generation
    if device.type == "GPF":
        values["mirrors"] = _text(_of_type(spec, place, "GSME"))
    if device.status in _ON_HAN and device.type != "CHF":
        values["hub"] = _text(_hub_of(spec, place, device))
    if device.status not in {ABSENT, "Pending", _WHITELISTED, "InstalledNotCommissioned"}:
        values["commissioned"] = True
    if device.type == "CHF":
        values["device_log"] = [
            {"device": str(place.euis[other.name]), "joined": other.status in _ON_HAN}
            for other in spec.devices
            if other.type != "CHF" and other.status in _ON_HAN | {_WHITELISTED}
            if _hub_of(spec, place, other) == place.euis[device.name]
        ]
    transaction.emit(
        DeviceManufactured(
            device=str(place.euis[device.name]),
            device_type=device.type,
            variant=_variant(device),
            seed=spec.seed or transaction.state.seed,
            values=values | ({"firmware_version": device.firmware} if device.firmware else {}) | device.values,
        )
    )


def _variant(device: PremisesDevice) -> str:
    return device.variant or (USUAL_VARIANT if device.type == "ESME" else "")


def _generation(spec: PremisesSpec, eui: str) -> int:
    """Peak power, W, of what an electricity meter's home generates."""
    if spec.export_supplier is None:
        return drawn_peak(eui)
    return typical_peak(eui) if spec.export_supplier else 0


def _anchors(place: Place, fuel: str) -> dict[str, str]:
    return {cell: place.parties[party] for cell, party in _ANCHORS.get(fuel, {}).items()}


def _joined(spec: PremisesSpec, place: Place, device: PremisesDevice) -> list[tuple[str, int, int]]:
    """The devices that a device shares keys with: EUI, type number, method of the join."""
    others = [other for other in spec.devices if other.type in _JOINS.get(device.type, ()) and other.status in _ON_HAN]
    return [(str(place.euis[other.name]), device_types()[other.type].der_number, 0) for other in others]


def _add_to_inventory(
    transaction: Transaction, spec: PremisesSpec, place: Place, device: PremisesDevice, physical: DeviceState
) -> None:
    eui = place.euis[device.name]
    values: dict[str, RecordValue] = {
        "DeviceType": device.type,
        "DeviceStatus": device.status,
        "DeviceManufacturer": device.manufacturer or "UEPT",
        "DeviceModel": device.model or f"{device.type}-1",
        "CPLStatus": "Active",
    }
    if device_types()[device.type].has_credentials:
        values |= {
            "SMETSCHTSVersion": _VERSIONS.get(device.type, _ELSEWHERE),
            "DeviceFirmwareVersion": physical.firmware_version,
            "DeviceFirmwareVersionStatus": "Active",
            "DeviceGBCSVersion": "4.2",
        }
    if device.type == "ESME":
        values["ESMEVariant"] = variant_code(_variant(device))
    if device.status in _ON_HAN | {_WHITELISTED}:
        values |= {"PostCode": place.postcode, "AddressIdentifier": place.address, "UPRN": place.uprn}
        meter_point = {"ESME": place.mpan, "GSME": place.mprn}.get(device.type)
        if meter_point:
            values["ImportMPxN"] = meter_point
        if device.type == "ESME" and place.export_mpan:
            values["ExportMPAN"] = place.export_mpan
        if device.type == "ESME" and place.secondary_mpan:
            values["SecondaryImportMPAN"] = place.secondary_mpan
        if device.type != "CHF":
            values["AssociatedCHFDeviceID"] = _text(_hub_of(spec, place, device))
    if device.type == "CHF":
        # No Connectivity: it is new in DUIS 5.4, and the public client's tool (schema 5.1) refuses the whole answer.
        values |= {"CSPRegion": "Central", "HANVariant": "Single Band"}
        values["AssociatedGPFDeviceID"] = _text(_partner(spec, place, device, "GPF"))
        if device.status in _ON_HAN:
            values["MPxNs"] = [place.mpan, place.mprn]
    if physical.joined:
        values["JoinedDeviceIDs"] = sorted(other.device for other in physical.joined)
    if physical.commissioned:
        values["DateCommissioned"] = f"{transaction.now.date().isoformat()}Z"
    values |= device.inventory
    transaction.emit(InventoryChanged(device=str(eui), values=values, cause="premises"))
