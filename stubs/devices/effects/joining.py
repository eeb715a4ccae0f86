"""Joins and unjoins between devices, and the lists they leave (8.7, 8.8, 8.9, 8.12)."""

from __future__ import annotations

from typing import Any

from stubs.devices.effects.call import Call, Done, Effect, Notice
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


def _list_changed(call: Call) -> tuple[Notice, ...]:
    return (Notice("8071", "the proxy's list changed"),) if call.state.device_type == _GAS_PROXY else ()


def join(method: int) -> Effect:
    """8.7: agree on a key with another device of the home network, which must be there to answer."""

    def effect(call: Call) -> Done:
        other = str(call.values["OtherDeviceID"])
        certificate = bytes.fromhex(str(call.values.get("Certificate", "")))
        entry = Joined(other, TYPES.index(str(call.values["OtherDeviceType"])), method, certificate)
        others = tuple(one for one in call.state.joined if one.device != other)
        neighbour = call.surroundings.devices.get(other)
        if (certificate or method == _METHOD_C) and not _is_of(certificate, other):
            return _failed(_BAD_CERTIFICATE, other)
        if len(others) >= _CAPACITY:
            return _failed(_FULL, other)
        if neighbour is not None and not neighbour.reachable:
            return _failed(_NO_ANSWER, other)
        notices = (Notice("8F49", f"joined {other}", call.party), *_list_changed(call))
        return Done({"JoinResponseCode": 0}, {"joined": (*others, entry)}, notices)

    return effect


def _is_of(certificate: bytes, device: str) -> bool:
    """Whether it is a key-agreement certificate of that device."""
    try:
        found = Certificate.from_der(certificate)
    except PeerError:
        return False
    return found.usage == "KA" and str(found.eui) == device


def _failed(code: int, other: str) -> Done:
    return Done({"JoinResponseCode": code}, notices=(Notice("8F48", f"joining {other} failed"),), result="refused")


def unjoin(call: Call) -> Done:
    """8.8: forget the other device."""
    other = str(call.values["OtherDeviceID"])
    left = tuple(one for one in call.state.joined if one.device != other)
    if len(left) == len(call.state.joined):
        notice = Notice("8F4A", f"{other} is not in the list", call.party)
        return Done({"UnjoinResponseCode": _NOT_LISTED}, notices=(notice,), result="refused")
    notices = (Notice("8F4B", f"unjoined {other}", call.party), *_list_changed(call))
    return Done({"UnjoinResponseCode": 0}, {"joined": left}, notices)


def read_joined(call: Call) -> Done:
    """8.9 on any device but a hub: whom it has joined."""
    entries = [{"DeviceID": one.device, "DeviceType": TYPES[one.device_type]} for one in call.state.joined]
    return Done({"ReadLogResponseCode": 0, "LogEntries": entries})


def restore_joined(call: Call) -> Done:
    """8.12.2: the proxy takes back the list it had before it was exchanged, and mirrors the gas meter on it."""
    listed = [dict(one) for one in call.values["LogEntries"]]
    joined = tuple(Joined(one["DeviceID"], TYPES.index(one["DeviceType"]), 0) for one in listed)
    outcome = [one | {"JoinResponseCode": 0} for one in listed]
    mirrored = [one.device for one in joined if TYPES[one.device_type] == "GSME"]
    changes: dict[str, Any] = {"joined": joined} | ({"mirrors": mirrored[0]} if mirrored else {})
    return Done({"RestoreDeviceLogOutcome": outcome}, changes, _list_changed(call))


def read_hub(call: Call) -> Done:
    """8.9 on a hub: the devices of its log, and how well it hears them."""
    return Done({"CHFDeviceLog": [_heard(call, one) for one in call.state.device_log]})


def _heard(call: Call, entry: LoggedDevice) -> dict[str, Any]:
    neighbour = call.surroundings.devices.get(entry.device)
    is_there = entry.joined and (neighbour is None or neighbour.reachable)
    number = Eui64.parse(entry.device).octets[7]
    return {
        "DeviceID": entry.device,
        "Status": "11001000" if is_there else "10000000",
        "MaximumRSSI": -30 - number % 10,
        "AverageRSSI": -45 - number % 10,
        "MinimumRSSI": -75 - number % 10,
        "MaximumLQI": 250,
        "AverageLQI": 200,
        "MinimumLQI": 100,
        "LastCommunicationsDateTime": instant(call.at if is_there else entry.added),
        "NumberOfHops": 1,
        "TransmissionFailures": 0 if is_there else 5,
        "TransmissionSuccesses": 100 if is_there else 0,
        "ApplicationVersion": 1,
        "StackVersion": 1,
    }


def _backup(call: Call, entries: tuple[LoggedDevice, ...], at: int) -> dict[str, Any]:
    devices = [
        {"DeviceID": one.device, "DeviceSecurityDetails": one.install_code.upper().ljust(32, "0")[:32]}
        for one in entries
    ]
    network = call.state.id.octets.hex().upper()
    return {"BackupDateTime": instant(at + call.state.clock_offset), "ExtendedPanID": network, "Devices": devices}


def read_hub_backup(call: Call) -> Done:
    """8.9: the current list as another hub would take it over, and the devices that have left it.

    The second list is of the time when the last of them left, or of when the hub was made (inferred).
    """
    gone = call.state.former_devices
    left = max((one.removed for one in gone), default=call.state.made)
    return Done(
        {
            "CurrentDeviceLog": _backup(call, call.state.device_log, call.at),
            "HistoricDeviceLog": _backup(call, gone, left),
        }
    )


def restore_hub(call: Call) -> Done:
    """8.12.1: take over another hub's list; devices that are there join at once."""
    entries, others = [], {}
    for one in call.values["Devices"]:
        device = str(one["DeviceID"])
        neighbour = call.surroundings.devices.get(device)
        is_there = neighbour is not None and neighbour.reachable
        entries.append(
            LoggedDevice(device, str(one["DeviceSecurityDetails"]).lower(), call.at, call.at, joined=is_there)
        )
        if is_there:
            others[device] = {"hub": call.state.eui}
    notice = Notice("8F12", "the device log was restored")
    log = tuple(entries)
    changes = {"device_log": log, "former_devices": former_devices(call.state, log, call.at)}
    return Done(changes=changes, notices=(notice,), other_changes=others)
