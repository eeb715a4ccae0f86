"""Joins and unjoins between devices, and the lists they leave (8.7, 8.8, 8.9, 8.12)."""

from __future__ import annotations

from typing import Any

from stubs.devices.effects.context import Effect, EffectContext, EffectResult, PendingAlert
from stubs.devices.effects.hub import former_devices
from stubs.devices.records import Joined, LoggedDevice
from stubs.devices.state import instant
from stubs.wire.certificates import Certificate
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64

TYPES = ("GSME", "ESME", "CHF", "GPF", "HCALCS", "PPMID", "Type2")
"""By number (GBCS guide, section 1)."""
_CAPACITY = 16
_FULL, _BAD_CERTIFICATE, _NO_ANSWER, _NOT_LISTED = 4, 11, 13, 1
_METHOD_C = 3
_GAS_PROXY = "GPF"


def _list_changed(context: EffectContext) -> tuple[PendingAlert, ...]:
    return (PendingAlert("8071", "the proxy's list changed"),) if context.state.device_type == _GAS_PROXY else ()


def join(method: int) -> Effect:
    """8.7: agree on a key with another device of the home network, which must be there to answer."""

    def effect(context: EffectContext) -> EffectResult:
        other = str(context.values["OtherDeviceID"])
        certificate = bytes.fromhex(str(context.values.get("Certificate", "")))
        entry = Joined(other, TYPES.index(str(context.values["OtherDeviceType"])), method, certificate)
        others = tuple(one for one in context.state.joined if one.device != other)
        neighbour = context.surroundings.devices.get(Eui64.parse(other))
        if (certificate or method == _METHOD_C) and not _is_of(certificate, other):
            return _failed(_BAD_CERTIFICATE, other)
        if len(others) >= _CAPACITY:
            return _failed(_FULL, other)
        if neighbour is not None and not neighbour.reachable:
            return _failed(_NO_ANSWER, other)
        notices = (PendingAlert("8F49", f"joined {other}", context.party), *_list_changed(context))
        return EffectResult({"JoinResponseCode": 0}, {"joined": (*others, entry)}, notices)

    return effect


def _is_of(certificate: bytes, device: str) -> bool:
    """Whether it is a key-agreement certificate of that device."""
    try:
        found = Certificate.from_der(certificate)
    except PeerError:
        return False
    return found.usage == "KA" and str(found.eui) == device


def _failed(code: int, other: str) -> EffectResult:
    return EffectResult(
        {"JoinResponseCode": code}, notices=(PendingAlert("8F48", f"joining {other} failed"),), result="refused"
    )


def unjoin(context: EffectContext) -> EffectResult:
    """8.8: forget the other device."""
    other = str(context.values["OtherDeviceID"])
    left = tuple(one for one in context.state.joined if one.device != other)
    if len(left) == len(context.state.joined):
        notice = PendingAlert("8F4A", f"{other} is not in the list", context.party)
        return EffectResult({"UnjoinResponseCode": _NOT_LISTED}, notices=(notice,), result="refused")
    notices = (PendingAlert("8F4B", f"unjoined {other}", context.party), *_list_changed(context))
    return EffectResult({"UnjoinResponseCode": 0}, {"joined": left}, notices)


def read_joined(context: EffectContext) -> EffectResult:
    """8.9 on any device but a hub: return the devices that it has joined."""
    entries = [{"DeviceID": one.device, "DeviceType": TYPES[one.device_type]} for one in context.state.joined]
    return EffectResult({"ReadLogResponseCode": 0, "LogEntries": entries})


def restore_joined(context: EffectContext) -> EffectResult:
    """8.12.2: the proxy takes back the list it had before it was exchanged, and mirrors the gas meter on it."""
    listed = [dict(one) for one in context.values["LogEntries"]]
    joined = tuple(Joined(one["DeviceID"], TYPES.index(one["DeviceType"]), 0) for one in listed)
    outcome = [one | {"JoinResponseCode": 0} for one in listed]
    mirrored = [one.device for one in joined if TYPES[one.device_type] == "GSME"]
    changes: dict[str, Any] = {"joined": joined} | ({"mirrors": mirrored[0]} if mirrored else {})
    return EffectResult({"RestoreDeviceLogOutcome": outcome}, changes, _list_changed(context))


def read_hub(context: EffectContext) -> EffectResult:
    """8.9 on a hub: the devices of its log, and how well it hears them."""
    return EffectResult({"CHFDeviceLog": [_heard(context, one) for one in context.state.device_log]})


def _heard(context: EffectContext, entry: LoggedDevice) -> dict[str, Any]:
    neighbour = context.surroundings.devices.get(entry.id)
    is_there = entry.joined and (neighbour is None or neighbour.reachable)
    number = entry.id.octets[7]
    return {
        "DeviceID": entry.device,
        "Status": "11001000" if is_there else "10000000",
        "MaximumRSSI": -30 - number % 10,
        "AverageRSSI": -45 - number % 10,
        "MinimumRSSI": -75 - number % 10,
        "MaximumLQI": 250,
        "AverageLQI": 200,
        "MinimumLQI": 100,
        "LastCommunicationsDateTime": instant(context.at if is_there else entry.added),
        "NumberOfHops": 1,
        "TransmissionFailures": 0 if is_there else 5,
        "TransmissionSuccesses": 100 if is_there else 0,
        "ApplicationVersion": 1,
        "StackVersion": 1,
    }


def _backup(context: EffectContext, entries: tuple[LoggedDevice, ...], at: int) -> dict[str, Any]:
    devices = [
        {"DeviceID": one.device, "DeviceSecurityDetails": one.install_code.upper().ljust(32, "0")[:32]}
        for one in entries
    ]
    network = context.state.id.octets.hex().upper()
    return {"BackupDateTime": instant(at + context.state.clock_offset), "ExtendedPanID": network, "Devices": devices}


def read_hub_backup(context: EffectContext) -> EffectResult:
    """8.9: the current list as another hub would take it over, and the devices that have left it.

    The second list is of the time when the last of them left, or of when the hub was made (inferred).
    """
    gone = context.state.former_devices
    left = max((one.removed for one in gone), default=context.state.made)
    return EffectResult(
        {
            "CurrentDeviceLog": _backup(context, context.state.device_log, context.at),
            "HistoricDeviceLog": _backup(context, gone, left),
        }
    )


def restore_hub(context: EffectContext) -> EffectResult:
    """8.12.1: take over another hub's list; devices that are there join at once."""
    entries, others = [], {}
    for one in context.values["Devices"]:
        device = str(one["DeviceID"])
        neighbour = context.surroundings.devices.get(Eui64.parse(device))
        is_there = neighbour is not None and neighbour.reachable
        entries.append(
            LoggedDevice(device, str(one["DeviceSecurityDetails"]).lower(), context.at, context.at, joined=is_there)
        )
        if neighbour is not None and is_there:
            others[neighbour.id] = {"hub": context.state.eui}
    notice = PendingAlert("8F12", "the device log was restored")
    log = tuple(entries)
    changes = {"device_log": log, "former_devices": former_devices(context.state, log, context.at)}
    return EffectResult(changes=changes, notices=(notice,), other_changes=others)
