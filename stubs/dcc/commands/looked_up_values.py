"""Values that the DCC adds to a command and no request holds: a made-up number, a stored device log, another device."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from types import MappingProxyType

from schemas.load import device_types
from stubs.dcc.context import DccContext
from stubs.dcc.state.dcc_state import DccState
from stubs.wire.duis import ServiceRequest
from stubs.wire.eui64 import Eui64

CUSTOMER_NUMBER = "CustomerIdentificationNumber"

LookUp = Callable[[DccContext, DccState, ServiceRequest], dict[str, object]]


def _customer_number(_context: DccContext, state: DccState, request: ServiceRequest) -> dict[str, object]:
    """9.1: make the four digits that the DCC and the consumer's display alone know."""
    digest = hashlib.sha256(f"{state.seed}|{request.header.request_id}".encode()).digest()
    return {CUSTOMER_NUMBER: f"{int.from_bytes(digest[:4], 'big') % 10_000:04d}"}


def _old_hub_log(_context: DccContext, state: DccState, request: ServiceRequest) -> dict[str, object]:
    """8.12.1: the device log of the hub that was replaced, as its alerts told the DCC of it."""
    old = Eui64.parse(request.body.get("OldCHFID") or "")
    members = [record.device for record in state.inventory.on_hub(old) if record.device_type not in {"CHF", "GPF"}]
    devices = [{"DeviceID": str(device), "DeviceSecurityDetails": _admission(state, device)} for device in members]
    return {"ExtendedPanID": old.hex.upper(), "Devices": devices}


def _admission(state: DccState, device: Eui64) -> str:
    """Return the key by which another hub admits a device: 16 octets, hexadecimal; zeros when the DCC never saw it."""
    if device not in state.devices:
        return "00" * 16
    code = bytes.fromhex(state.devices.peek(device).install_code)
    return hashlib.blake2b(code, digest_size=16).hexdigest().upper()


def _old_proxy_log(_context: DccContext, state: DccState, request: ServiceRequest) -> dict[str, object]:
    """8.12.2: return the device log of the replaced gas proxy: the devices it had joined, on any hub.

    Of a proxy no join of which is known: the devices of its hub that join proxies.
    """
    old = Eui64.parse(request.body.get("OldGPFID") or "")
    record = state.inventory.get(old)
    if record is None:
        return {"LogEntries": ()}
    joined = [state.inventory.get(device) for device in record.joined]
    entries = tuple(
        {"DeviceID": str(member.device), "DeviceType": member.device_type}
        for member in (joined or state.inventory.family(record))
        if member is not None and member.device_type in {"GSME", "PPMID"}
    )
    return {"LogEntries": entries}


def _other_device(context: DccContext, state: DccState, request: ServiceRequest) -> dict[str, object]:
    """8.7: of the device to be joined, its type and its key-agreement certificate."""
    other = Eui64.parse(request.body.get("OtherDeviceID") or "")
    record = state.inventory.get(other)
    if record is None:
        return {}
    held = context.pki.certificates_of(other, "KA") if device_types()[record.device_type].has_credentials else ()
    certificate = {"Certificate": held[0].der.hex().upper()} if held else {}
    return {"OtherDeviceType": record.told_type, **certificate}


LOOK_UPS: Mapping[str, LookUp] = MappingProxyType(
    {
        "8.7.1": _other_device,
        "8.7.2": _other_device,
        "8.12.1": _old_hub_log,
        "8.12.2": _old_proxy_log,
        "9.1": _customer_number,
    }
)
"""By service."""


def looked_up(context: DccContext, state: DccState, request: ServiceRequest) -> Mapping[str, object]:
    """Named values for the command that the request does not hold; empty for nearly every service."""
    look_up = LOOK_UPS.get(request.header.srv)
    return look_up(context, state, request) if look_up is not None else {}
