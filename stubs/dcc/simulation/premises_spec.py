"""A tester's specification of premises: one home as JSON, or a file of them as JSON or TOML.

Identities and numbers may be given, as those of public request templates are, or are made up. They are read here, at
the door, into their one form. JSON Schema of the file: ``schemas/run/premises.schema.json``.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from schemas.load import device_statuses, device_types, resource
from schemas.published import published_schema
from stubs.wire.errors import InputError, PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.identifiers import read_mpxn, read_postcode, read_uprn

ABSENT = "absent"
_NOT_THERE = {ABSENT, "not there", "not-there"}
READY_MADE = ("template-identities",)
"""Sets that come with the harness, by name."""


class PremisesDevice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Specification of one device."""

    name: Annotated[str, Meta(description="By which the answer names it; unlike the others.")]
    type: Annotated[str, Meta(description="ESME, GSME, GPF, CHF, HCALCS, SAPC, PPMID, IHD or CAD.")]
    variant: Annotated[
        str, Meta(description="Of an ESME an ESMEVariant of DUIS; single, twin, polyphase are A, B, C; left out: ADEF.")
    ] = ""
    status: Annotated[
        str, Meta(description="SMI status; `not there`: the device exists and the inventory does not know it.")
    ] = "Commissioned"
    eui: Annotated[str, Meta(description="Device ID; left out: a fresh one.")] = ""
    firmware: Annotated[str, Meta(description="Firmware version it runs, eight hexadecimal digits.")] = ""
    manufacturer: Annotated[str, Meta(description="As the inventory has it.")] = ""
    model: Annotated[str, Meta(description="As the inventory has it.")] = ""
    inventory: Annotated[
        dict[str, Any], Meta(description="Further fields of the inventory's record, by their DUIS names.")
    ] = {}
    values: Annotated[dict[str, Any], Meta(description="Fields of the device's state.")] = {}


class PremisesSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Specification of premises; parties not named are the first of the PKI with that role."""

    name: Annotated[str, Meta(description="For people, and to derive from what is made up.")]
    supplier: Annotated[str | None, Meta(description="EUI-64 of the import supplier.")] = None
    gas_supplier: Annotated[str | None, Meta(description="EUI-64; left out: the supplier.")] = None
    network_operator: Annotated[str | None, Meta(description="EUI-64 of the electricity distributor.")] = None
    gas_transporter: Annotated[str | None, Meta(description="EUI-64; left out: the network operator.")] = None
    agent: Annotated[str | None, Meta(description="EUI-64 of the supplier's agent; left out: any may act.")] = None
    export_supplier: Annotated[
        str | None,
        Meta(
            description="Who buys what the premises generate; left out: nobody, and no export meter point, but some "
            "homes, drawn from the seed, generate all the same; empty: nobody, and nothing is generated."
        ),
    ] = None
    mpan: Annotated[str, Meta(description="Import MPAN; left out: made up, with its check digit.")] = ""
    secondary_mpan: Annotated[str, Meta(description="Secondary import MPAN, of a twin-element meter.")] = ""
    export_mpan: Annotated[str, Meta(description="Export MPAN; left out: made up if there is an export supplier.")] = ""
    mprn: Annotated[str, Meta(description="MPRN; left out: made up, with its check digits.")] = ""
    postcode: Annotated[str, Meta(description="Post code; left out: made up.")] = ""
    address: Annotated[str, Meta(max_length=30, description="Number or name of the premises; left out: made up.")] = ""
    uprn: Annotated[str, Meta(description="UPRN; left out: made up.")] = ""
    devices: Annotated[tuple[PremisesDevice, ...], Meta(description="In any order.")] = ()
    seed: Annotated[str, Meta(description="Of what is made up; left out: that of the run.")] = ""


class MeterPointSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Specification of a meter point that belongs to no premises."""

    mpxn: Annotated[str, Meta(description="MPAN or MPRN.")]
    fuel: Annotated[str, Meta(description="electricity or gas.")] = "electricity"
    supplier: Annotated[str, Meta(description="EUI-64; left out: nobody.")] = ""
    network_operator: Annotated[str, Meta(description="EUI-64; left out: nobody.")] = ""


class PremisesFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole set."""

    premises: tuple[PremisesSpec, ...] = ()
    meter_points: tuple[MeterPointSpec, ...] = ()


_NUMBERS: dict[str, Callable[[str], str]] = {
    "mpan": read_mpxn,
    "secondary_mpan": read_mpxn,
    "export_mpan": read_mpxn,
    "mprn": read_mpxn,
    "postcode": read_postcode,
    "uprn": read_uprn,
}
_PARTIES = ("supplier", "gas_supplier", "network_operator", "gas_transporter", "export_supplier", "agent")


def read_spec(spec: dict[str, Any]) -> PremisesSpec:
    """A specification from JSON. Raises: ValueError: says which field is wrong."""
    try:
        read = msgspec.convert(spec, PremisesSpec)
    except msgspec.ValidationError as error:
        raise ValueError(f"premises: {error}") from error
    return _checked(read, "premises")


def _checked(spec: PremisesSpec, where: str) -> PremisesSpec:
    """Return the specification with canonical identifiers. Raises: ValueError: a bad one, with its place."""
    values: dict[str, str] = {}
    for name in (*_NUMBERS, *_PARTIES):
        text = getattr(spec, name)
        if text:
            values[name] = _value(f"{where}.{name}", _NUMBERS.get(name, _eui), text)
    devices = tuple(_checked_device(device, f"{where}.devices[{at}]") for at, device in enumerate(spec.devices))
    _refuse_twice((device.name for device in devices), f"{where}: two devices have the same name")
    _refuse_twice((device.eui for device in devices if device.eui), f"{where}: two devices have the same eui")
    return msgspec.structs.replace(spec, devices=devices, **values)


def _checked_device(device: PremisesDevice, where: str) -> PremisesDevice:
    if device.type not in device_types():
        known = ", ".join(device_types())
        raise ValueError(f"{where}.type: device type {device.type!r} is not one of {known}")
    status = ABSENT if device.status.lower() in _NOT_THERE else device.status
    if status != ABSENT and status not in device_statuses():
        known = ", ".join(device_statuses())
        raise ValueError(f"{where}.status: {device.status!r} is not one of {known}, not there")
    eui = _value(f"{where}.eui", _eui, device.eui) if device.eui else ""
    firmware = device.firmware.replace(" ", "").upper()
    if firmware and (len(firmware) != _FIRMWARE_DIGITS or set(firmware) - set("0123456789ABCDEF")):
        raise ValueError(f"{where}.firmware: {device.firmware!r} is not eight hexadecimal digits")
    return msgspec.structs.replace(device, status=status, eui=eui, firmware=firmware)


_FIRMWARE_DIGITS = 8


def _eui(text: str) -> str:
    return str(Eui64.parse(text))


def _value(where: str, reader: Callable[[str], str], text: str) -> str:
    try:
        return reader(text)
    except PeerError as error:
        raise ValueError(f"{where}: {error}") from error


def _refuse_twice(names: Iterable[str], problem: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"{problem}: {name}")
        seen.add(name)


def read_file(path: str) -> PremisesFile:
    """The set in a file, TOML when its name ends so, else JSON; or a ready-made one by its name.

    Raises: InputError: it cannot be read, is neither, or holds what cannot be; with file and place.
    """
    is_ready_made = path in READY_MADE
    source = resource("premises", f"{path}.toml") if is_ready_made else Path(path)
    mend = f"See `uept docs schemas/run/premises.schema.json`, or name a ready-made set: {', '.join(READY_MADE)}."
    try:
        text = source.read_text(encoding="utf-8-sig")
        values = tomllib.loads(text) if is_ready_made or path.lower().endswith(".toml") else json.loads(text)
        read = msgspec.convert(values, PremisesFile)
        premises = tuple(_checked(one, f"premises[{at}]") for at, one in enumerate(read.premises))
        return msgspec.structs.replace(read, premises=premises)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", mend=mend) from error
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError, JSON, TOML and msgspec's are ValueErrors
        raise InputError(f"{path}: {error}", mend=mend) from error


def json_schema() -> dict[str, Any]:
    """The published schema of the file, as ``schemas/run/premises.schema.json`` holds it."""
    return published_schema(PremisesFile, id_="https://uept-harness.invalid/schemas/run/premises.schema.json")
