"""Premises made to order: meter points, physical devices with fresh identities, inventory records."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import msgspec

from schemas.load import device_types
from stubs.dcc.context import DccContext
from stubs.dcc.state.transaction import Transaction
from stubs.devices import variant_code
from stubs.devices.generation import drawn_peak, typical_peak
from stubs.events import DeviceManufactured, InventoryChanged, MeterPointRegistered

EUI_PREFIX = bytes.fromhex("de51ce")
"""Made-up first octets of every simulated device."""

_ON_HAN = frozenset({"InstalledNotCommissioned", "Commissioned", "Suspended", "Recovery", "Recovered"})
_WHITELISTED = "Whitelisted"
_ABSENT = "absent"
_PRIMES = (3, 5, 7, 13, 17, 19, 23, 29, 31, 37, 41, 43)
_VERSIONS = {"CHF": "CHTS V1.4", "GPF": "CHTS V1.4"}
_ELSEWHERE = "SMETS2 V5.1"
USUAL_VARIANT = "ADEF"
"""Of an electricity meter of which nothing is said: one element, load switches, boost, proportional controllers."""
_SUPPLIED_WITH = {"ESME": "electricity", "HCALCS": "electricity", "SAPC": "electricity", "GSME": "gas", "GPF": "gas"}
"""Types that hold anchors of a supplier and a network operator, and whose: the premises' for electricity or for gas."""
_JOINS = {
    "PPMID": ("ESME", "GSME"),
    "ESME": ("PPMID", "HCALCS", "SAPC"),
    "GSME": ("PPMID",),
    "GPF": ("GSME", "PPMID"),
    "HCALCS": ("ESME",),
    "SAPC": ("ESME",),
}
"""Which types of device share keys once both are on the home area network; inferred."""


class PremisesDevice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One device wanted; ``values`` are fields of the device's state."""

    name: str
    """What the answer calls it; unique in the premises."""
    type: str
    """Device type, such as ``ESME``."""
    variant: str = ""
    """Of an ESME a DUIS ESMEVariant; ``single``, ``twin``, ``polyphase`` are A, B, C; empty: ADEF."""
    status: str = "Commissioned"
    """An inventory status, or ``absent``: it exists, but the inventory does not know it."""
    values: dict[str, Any] = {}


class PremisesSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Premises wanted; parties not named are the first of the PKI with that role."""

    name: str
    """What identities are derived from, with the seed."""
    supplier: str | None = None
    """Electricity supplier (EUI-64); null: the first party of the PKI with that role."""
    gas_supplier: str | None = None
    """Gas supplier (EUI-64); null: the first party of the PKI with that role."""
    network_operator: str | None = None
    """Network operator (EUI-64); null: the first party of the PKI with that role."""
    gas_transporter: str | None = None
    """Gas transporter (EUI-64); null: the first party of the PKI with that role."""
    export_supplier: str | None = None
    """Who buys what the premises generate; left out: nobody, and no export meter point, but some homes, drawn from the
    seed, generate all the same; empty: nobody, and nothing is generated."""
    devices: tuple[PremisesDevice, ...] = ()
    """Devices of the premises."""
    seed: str = ""
    """Seed of identities and first registers; empty: that of the DCC."""


@dataclass(slots=True)
class Place:
    """Where and whose the premises are."""

    mpan: str
    mprn: str
    export_mpan: str
    """Empty without an export supplier."""
    postcode: str
    address: str
    uprn: str
    parties: dict[str, str]
    euis: dict[str, str]


def read_spec(spec: dict[str, Any]) -> PremisesSpec:
    """A specification from JSON. Raises: ValueError: says which field is wrong."""
    try:
        read = msgspec.convert(spec, PremisesSpec)
    except msgspec.ValidationError as error:
        raise ValueError(f"premises: {error}") from error
    for device in read.devices:
        if device.type not in device_types():
            raise ValueError(f"premises: device type {device.type!r} is not one of {', '.join(device_types())}")
    names = [device.name for device in read.devices]
    if len(set(names)) != len(names):
        raise ValueError("premises: two devices have the same name")
    return read


def add_premises(context: DccContext, transaction: Transaction, spec: PremisesSpec) -> dict[str, Any]:
    """Make the premises; their identities, fresh, derived from the seed. Raises: ValueError, PeerError: bad values."""
    place = _place(context, transaction, spec)
    _register(transaction, spec, place)
    for device in spec.devices:
        _manufacture(context, transaction, spec, place, device)
    for device in spec.devices:
        if device.status != _ABSENT:
            _enter(transaction, spec, place, device)
    codes = {
        device.name: transaction.state.devices.peek(place.euis[device.name]).install_code for device in spec.devices
    }
    return {
        "name": spec.name,
        "mpan": place.mpan,
        "mprn": place.mprn,
        **({"export_mpan": place.export_mpan} if place.export_mpan else {}),
        "postcode": place.postcode,
        "address": place.address,
        "uprn": place.uprn,
        **place.parties,
        "devices": dict(place.euis),
        "install_codes": codes,
    }


def mpan_of(digits: str) -> str:
    """A 13-digit MPAN core: 12 digits and their check digit (MRA: products with primes, modulo 11, modulo 10)."""
    total = sum(int(digit) * prime for digit, prime in zip(digits, _PRIMES, strict=True))
    return f"{digits}{total % 11 % 10}"


def _place(context: DccContext, transaction: Transaction, spec: PremisesSpec) -> Place:
    state = transaction.state
    attempt = 0
    while True:
        digest = hashlib.sha256(f"{spec.seed or state.seed}|{spec.name}|{attempt}".encode()).digest()
        number = int.from_bytes(digest, "big")
        mpan = mpan_of(f"1{number % 10**11:011d}")
        if mpan not in state.inventory.meter_points:
            break
        attempt += 1
    letters = "".join(chr(65 + digest[at] % 26) for at in range(4))
    return Place(
        mpan=mpan,
        mprn=f"74{number % 10**8:08d}",
        export_mpan=mpan_of(f"2{mpan[1:12]}") if spec.export_supplier else "",
        postcode=f"{letters[:2]}{digest[5] % 90 + 10} {digest[6] % 10}{letters[2:]}",
        address=str(digest[7] + 1),
        uprn=f"{number % 10**12:012d}",
        parties=_parties(context, spec),
        euis={
            device.name: _fresh(transaction, f"{spec.seed or state.seed}|{spec.name}|{attempt}|{device.name}")
            for device in spec.devices
        },
    )


def _fresh(transaction: Transaction, text: str) -> str:
    attempt = 0
    while True:
        octets = EUI_PREFIX + hashlib.sha256(f"{text}|{attempt}".encode()).digest()[:5]
        eui = octets.hex("-").upper()
        if eui not in transaction.state.devices and transaction.state.inventory.get(eui) is None:
            return eui
        attempt += 1


def _parties(context: DccContext, spec: PremisesSpec) -> dict[str, str]:
    def first(role: str) -> str:
        return next((str(party.eui) for party in context.pki.parties() if role in party.roles), "")

    supplier = spec.supplier or first("IS")
    network_operator = spec.network_operator or first("ED")
    return {
        "supplier": supplier.upper(),
        "gas_supplier": (spec.gas_supplier or spec.supplier or first("GS")).upper(),
        "network_operator": network_operator.upper(),
        "gas_transporter": (spec.gas_transporter or spec.network_operator or first("GT")).upper(),
    }


def _register(transaction: Transaction, spec: PremisesSpec, place: Place) -> None:
    parties = place.parties
    export = (place.export_mpan, "electricity", (spec.export_supplier or "").upper(), parties["network_operator"])
    for mpxn, fuel, supplier, operator in (
        (place.mpan, "electricity", parties["supplier"], parties["network_operator"]),
        (place.mprn, "gas", parties["gas_supplier"], parties["gas_transporter"]),
        *([export] if place.export_mpan else []),
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
            )
        )


def _of_type(spec: PremisesSpec, place: Place, kind: str) -> str:
    return next((place.euis[device.name] for device in spec.devices if device.type == kind), "")


def _manufacture(
    context: DccContext, transaction: Transaction, spec: PremisesSpec, place: Place, device: PremisesDevice
) -> None:
    values: dict[str, Any] = {}
    if device_types()[device.type].has_credentials:
        values = {"acb": context.acb, "transitional_cos": str(context.trans_cos.certificate.eui)}
        values |= {cell: str(eui) for cell, eui in context.pki.trusted.items()}
        values |= _anchors(place, _SUPPLIED_WITH.get(device.type, ""))
    if device.status in _ON_HAN:
        values["joined"] = _joined(spec, place, device)
    if device.type == "ESME" and (generation := _generation(spec, place.euis[device.name])):
        values["generation"] = generation
    if device.type == "GPF":
        values["mirrors"] = _of_type(spec, place, "GSME")
    if device.status in _ON_HAN and device.type != "CHF":
        values["hub"] = _of_type(spec, place, "CHF")
    if device.status not in {_ABSENT, "Pending", _WHITELISTED, "InstalledNotCommissioned"}:
        values["commissioned"] = True
    if device.type == "CHF":
        values["device_log"] = [
            {"device": place.euis[other.name], "joined": other.status in _ON_HAN}
            for other in spec.devices
            if other.type != "CHF" and other.status in _ON_HAN | {_WHITELISTED}
        ]
    transaction.emit(
        DeviceManufactured(
            device=place.euis[device.name],
            device_type=device.type,
            variant=_variant(device),
            seed=spec.seed or transaction.state.seed,
            values=values | device.values,
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
    parties = place.parties
    return {
        "electricity": {"supplier": parties["supplier"], "network_operator": parties["network_operator"]},
        "gas": {"supplier": parties["gas_supplier"], "network_operator": parties["gas_transporter"]},
    }.get(fuel, {})


def _joined(spec: PremisesSpec, place: Place, device: PremisesDevice) -> list[list[Any]]:
    """Whom a device shares keys with: EUI, type number, method of the join."""
    others = [other for other in spec.devices if other.type in _JOINS.get(device.type, ()) and other.status in _ON_HAN]
    return [[place.euis[other.name], device_types()[other.type].der_number, 0] for other in others]


def _enter(transaction: Transaction, spec: PremisesSpec, place: Place, device: PremisesDevice) -> None:
    eui = place.euis[device.name]
    physical = transaction.state.devices.peek(eui)
    values: dict[str, Any] = {
        "DeviceType": device.type,
        "DeviceStatus": device.status,
        "DeviceManufacturer": "UEPT",
        "DeviceModel": f"{device.type}-1",
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
        if device.type != "CHF":
            values["AssociatedCHFDeviceID"] = _of_type(spec, place, "CHF")
    if device.type == "CHF":
        # No Connectivity: it is new in DUIS 5.4, and the public client's tool (schema 5.1) refuses the whole answer.
        values |= {"CSPRegion": "Central", "HANVariant": "Single Band"}
        values["AssociatedGPFDeviceID"] = _of_type(spec, place, "GPF")
        if device.status in _ON_HAN:
            values["MPxNs"] = [place.mpan, place.mprn]
    if physical.joined:
        values["JoinedDeviceIDs"] = sorted(other.device for other in physical.joined)
    if physical.commissioned:
        values["DateCommissioned"] = f"{transaction.now.date().isoformat()}Z"
    transaction.emit(InventoryChanged(device=eui, values=values, cause="premises"))
