"""Alerts that carry data: which message code they have, and the named values of their data (``docs/gbcs-values.md``).

Hub and proxy send their lists to the access control broker when these change; meters the hash of a firmware image, the
reason of an integrity warning, the times of an outage, the billing registers at the end of a period. Source: the
reference data's CS14, GCS62, FDRA, MIIWA, ECS68, ECS80, ECS100, ECS101, GCS53. What the 8 and the 16 octets of CS14
mean is inferred: the home network's identity, and a digest of the device's key by which another hub can admit it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from types import MappingProxyType
from typing import Any

from stubs.devices.auxiliary import level
from stubs.devices.effects.electricity_logs import consumption
from stubs.devices.effects.gas_logs import volumes
from stubs.devices.effects.joining import TYPES
from stubs.devices.effects.scopes import FACTORY, setting
from stubs.devices.logs import snapshot
from stubs.devices.records import LoggedDevice
from stubs.devices.state import DeviceState, instant, seconds

Detail = Mapping[str, Any]
_GAS_METER = "GSME"


@dataclass(frozen=True, slots=True)
class Body:
    """The data of an alert.

    Args:
        message_code: of the message.
        values: state, time stamp and what the cause says, to named values.
        is_sensitive: encrypted for the recipient.
        about: trust-anchor cell of a third party that the header names, if the device knows it.
    """

    message_code: int
    values: Callable[[DeviceState, datetime, Detail], dict[str, Any]]
    is_sensitive: bool = False
    about: str = ""


def _entry(logged: LoggedDevice) -> dict[str, Any]:
    digest = blake2b(bytes.fromhex(logged.install_code), digest_size=16).digest()
    return {"DeviceID": logged.device, "DeviceSecurityDetails": digest.hex().upper()}


def _hub_list(state: DeviceState, when: datetime, _: Detail) -> dict[str, Any]:
    devices = [_entry(one) for one in state.device_log]
    return {"BackupDateTime": when, "ExtendedPanID": state.id.octets.hex().upper(), "Devices": devices}


def _proxy_list(state: DeviceState, _when: datetime, _: Detail) -> dict[str, Any]:
    joined = {one.device: TYPES[one.device_type] for one in state.joined}
    if state.mirrors:
        joined = {state.mirrors: _GAS_METER} | joined
    return {"LogEntries": [{"DeviceID": device, "DeviceType": kind} for device, kind in joined.items()]}


def _image_hash(state: DeviceState, _when: datetime, detail: Detail) -> dict[str, Any]:
    known = str(detail.get("hash") or (state.image.hash if state.image else "00" * 32)).upper()
    return {"ManufacturerImageHash": known, "FirmwareHash": known}


def _reason(_state: DeviceState, _when: datetime, detail: Detail) -> dict[str, Any]:
    reason = int(detail.get("reason", 0))
    return {"Warning": f"{reason:04X}", "IntegrityReason": reason}


def _outage(state: DeviceState, when: datetime, _: Detail) -> dict[str, Any]:
    if not state.outages:
        return {"InterruptionDateTime": when, "RestorationDateTime": when}
    last = state.outages[-1]
    return {
        "InterruptionDateTime": instant(last.started),
        "RestorationDateTime": instant(last.restored or last.started),
    }


def _unsupported(_state: DeviceState, _when: datetime, detail: Detail) -> dict[str, Any]:
    return {"MessageCode": detail.get("message_code", "0000"), "OriginatorCounter": detail.get("counter", 0)}


_OUTPUT = 1 << 4
"""The upper half of a controller's octet: 1 its output, 2 its input (ECS101)."""


def _limited(_state: DeviceState, when: datetime, detail: Detail) -> dict[str, Any]:
    return {
        "AuxiliaryController": _OUTPUT | int(detail.get("controller", 1)),
        "StartDateTime": detail.get("start", when),
        "EndDateTime": detail.get("end", when),
        "CommandedStateLevel": detail.get("level", 0),
    }


def _billing(state: DeviceState, when: datetime, _: Detail) -> dict[str, Any]:
    return {"LogEntries": [consumption(state, snapshot(state, seconds(when)))], "Device": state.eui}


def _gas_billing(state: DeviceState, when: datetime, _: Detail) -> dict[str, Any]:
    return {"LogEntries": [volumes(snapshot(state, seconds(when)))]}


def _channel(state: DeviceState, _when: datetime, _: Detail) -> dict[str, Any]:
    return {"OperatingSubGHzChannel": setting(state, "sub-ghz", "OperatingSubGHzChannel"), "ScanTrigger": 0}


def _scan(_state: DeviceState, _when: datetime, _: Detail) -> dict[str, Any]:
    return {"ScanTrigger": 0, "Outcome": 0}


def _sub_ghz(state: DeviceState, _when: datetime, _: Detail) -> dict[str, Any]:
    return {name: setting(state, "sub-ghz", name) for name in FACTORY["sub-ghz"]}


def _about(state: DeviceState, _when: datetime, detail: Detail) -> dict[str, Any]:
    return {"DeviceID": detail.get("device") or state.eui, "DiscardedMessage": str(detail.get("message", ""))}


def _version(state: DeviceState, _when: datetime, detail: Detail) -> dict[str, Any]:
    return {
        "DeviceID": detail.get("device") or state.eui,
        "FirmwareVersion": str(detail.get("version") or state.firmware_version),
        "ResultCode": int(detail.get("result", 0)),
    }


def _operation(state: DeviceState, when: datetime, detail: Detail) -> dict[str, Any]:
    switch = state.switches[0] if state.switches else None
    output = 0 if switch is None else level(switch, seconds(when))
    words = {"outputState": str(output), "inputState": "0", "other-data": str(detail.get("text", ""))}
    return {"StateAndAssociatedInformation": json.dumps(words, separators=(",", ":"))}


_BODIES: Mapping[tuple[str, str], Body] = MappingProxyType(
    {
        ("CHF", "8F12"): Body(0x0018, _hub_list),
        ("GPF", "8071"): Body(0x00B2, _proxy_list),
        ("ESME", "8F72"): Body(0x00CE, _image_hash),
        ("ESME", "8F1C"): Body(0x00CE, _image_hash),
        ("GSME", "8F72"): Body(0x00CF, _image_hash),
        ("GSME", "8F1C"): Body(0x00CF, _image_hash),
        ("ESME", "81A0"): Body(0x00F0, _reason),
        ("GSME", "81A0"): Body(0x00F2, _reason),
        ("ESME", "8F35"): Body(0x0067, _outage),
        ("ESME", "8F36"): Body(0x0067, _outage),
        ("ESME", "8F85"): Body(0x0120, _unsupported),
        ("ESME", "8F86"): Body(0x0121, _limited),
        ("SAPC", "8F86"): Body(0x0121, _limited),
        ("ESME", "8F87"): Body(0x0122, _limited),
        ("SAPC", "8F87"): Body(0x0122, _limited),
        ("ESME", "8F88"): Body(0x0123, _operation, about="load_controller"),
        ("SAPC", "8F88"): Body(0x0123, _operation, about="load_controller"),
        ("CHF", "8F20"): Body(0x0110, _about),
        ("CHF", "8F26"): Body(0x0111, _channel),
        ("CHF", "8F28"): Body(0x0112, _scan),
        ("CHF", "8F2A"): Body(0x0113, _sub_ghz),
        ("CHF", "8F2C"): Body(0x0114, _about),
        ("CHF", "8F2D"): Body(0x0115, _about),
        ("CHF", "8F89"): Body(0x0128, _version),
        ("CHF", "8F8A"): Body(0x0128, _version),
        ("PPMID", "8F8B"): Body(0x012B, _version),
        ("ESME", "8F0A"): Body(0x0061, _billing, is_sensitive=True),
        ("GSME", "8F0A"): Body(0x008B, _gas_billing, is_sensitive=True),
    }
)


def body_of(device_type: str, code: str) -> Body | None:
    """Return the builder of an alert's data; None: the alert has no data."""
    return _BODIES.get((device_type, code))
