"""Events at a device that no message brings: covers, mains, batteries, radio downloads, people at its keys.

A tester lets something happen by name; the device's state changes, its logs note it, and it raises the alert of the
cause. Source: SMETS2, events and alerts; codes from the GBCS guide, 11.3; which cause has which code is inferred.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from stubs.devices.alerts import Elapsed, Sender, raise_notices
from stubs.devices.effects.context import PendingAlert
from stubs.devices.effects.emergency import activated
from stubs.devices.network import NOMINAL, voltage
from stubs.devices.records import Image, Outage
from stubs.devices.settling import settled
from stubs.devices.state import DeviceState, apply, merged, plain, seconds
from stubs.devices.trust import DeviceKeys
from stubs.wire.errors import PeerError

METERS = frozenset({"ESME", "GSME"})
HUB = frozenset({"CHF"})
DISPLAY = frozenset({"PPMID"})
ELECTRIC = frozenset({"ESME", "SAPC"})
ANY = METERS | {"CHF", "GPF", "PPMID", "HCALCS", "SAPC"}
_SHORT = 180
"""Seconds: a shorter interruption is reported as 8F35, any other as 8F36; of a hub's own the DCC tells."""
_OUTAGES, _BOOSTS = 100, 25

Detail = Mapping[str, Any]
Happens = Callable[[DeviceState, int, Detail], tuple[dict[str, Any], tuple[PendingAlert, ...]]]


@dataclass(frozen=True, slots=True)
class PhysicalEvent:
    """An event that a tester can cause; ``details`` are the names of its parameters, with their defaults."""

    happens: Happens
    devices: frozenset[str]
    details: Mapping[str, Any] = field(default_factory=dict)


def _alert(code: str, cause: str) -> Happens:
    return lambda _state, _at, _detail: ({}, (PendingAlert(code, cause),))


def _tamper(name: str, code: str) -> Happens:
    """A cover comes off or the like; a meter set to lock on tamper disables its supply."""

    def happens(state: DeviceState, at: int, _detail: Detail) -> tuple[dict[str, Any], tuple[PendingAlert, ...]]:
        changes: dict[str, Any] = {"tampers": tuple(sorted({*state.tampers, name}))}
        if state.settings.get("SupplyTamperState") == "Locked" and state.supply == "enabled":
            changes |= settled(state, at) | {"supply": "disabled"}
        return changes, (PendingAlert(code, f"{name} detected"),)

    return happens


def _closed(_state: DeviceState, _at: int, _detail: Detail) -> tuple[dict[str, Any], tuple[PendingAlert, ...]]:
    return {"tampers": ()}, ()


def _power_lost(state: DeviceState, at: int, _detail: Detail) -> tuple[dict[str, Any], tuple[PendingAlert, ...]]:
    if state.outages and not state.outages[-1].restored:
        return {}, ()
    changes = {"outages": (*state.outages, Outage(at, 0))[-_OUTAGES:], "reachable": False}
    return settled(state, at) | changes, ()


def _power_restored(state: DeviceState, at: int, _detail: Detail) -> tuple[dict[str, Any], tuple[PendingAlert, ...]]:
    if not state.outages or state.outages[-1].restored:
        return {}, ()
    began = state.outages[-1].started
    changes = settled(state, at) | {"outages": (*state.outages[:-1], Outage(began, at)), "reachable": True}
    if state.device_type in HUB:
        return changes, ()
    code = "8F35" if at - began < _SHORT else "8F36"
    return changes, (PendingAlert(code, f"power is back after {at - began} s"),)


def _voltage(state: DeviceState, at: int, detail: Detail) -> tuple[dict[str, Any], tuple[PendingAlert, ...]]:
    """The mains move to a voltage (tenths); crossing a threshold of the meter's settings is an event."""
    changes = {"voltage_offset": int(detail["voltage"]) - NOMINAL}
    before, after = voltage(state, at), voltage(apply(state, changes), at)
    above = int(state.settings.get("AverageRMSOverVoltageThreshold", 2530))
    below = int(state.settings.get("AverageRMSUnderVoltageThreshold", 2160))
    if before <= above < after:
        return changes, (PendingAlert("8002", f"mean voltage {after / 10} V is above {above / 10} V"),)
    if before >= below > after:
        return changes, (PendingAlert("8003", f"mean voltage {after / 10} V is below {below / 10} V"),)
    return changes, ()


def _image(_state: DeviceState, _at: int, detail: Detail) -> tuple[dict[str, Any], tuple[PendingAlert, ...]]:
    """A firmware image has come over the air; the device checks it (8F72) or finds it wrong (8F1C) and drops it."""
    known = {"hash": bytes.fromhex(str(detail["hash"])).hex().upper()}
    if not detail["is_valid"]:
        return {"image": None}, (PendingAlert("8F1C", "the firmware image's hash does not agree", detail=known),)
    image = Image(known["hash"], str(detail["version"]).upper())
    return {"image": image}, (PendingAlert("8F72", "the firmware image was received and checked", detail=known),)


def _integrity(_state: DeviceState, _at: int, detail: Detail) -> tuple[dict[str, Any], tuple[PendingAlert, ...]]:
    return {}, (PendingAlert("81A0", f"integrity warning {int(detail['reason'])}", detail=detail),)


def _emergency(state: DeviceState, at: int, _detail: Detail) -> tuple[dict[str, Any], tuple[PendingAlert, ...]]:
    """The consumer takes emergency credit at the meter."""
    return activated(state, at) or ({}, (PendingAlert("8162", "emergency credit is not available"),))


def _enable(state: DeviceState, at: int, _detail: Detail) -> tuple[dict[str, Any], tuple[PendingAlert, ...]]:
    """The consumer turns an armed supply on."""
    if state.supply != "armed":
        return {}, (PendingAlert("8162", "the supply is not armed"),)
    return settled(state, at) | {"supply": "enabled"}, (PendingAlert("8161", "the consumer enabled the supply"),)


def _alert_with_detail(code: str, cause: str) -> Happens:
    """An alert that says what the tester says."""
    return lambda _state, _at, detail: ({}, (PendingAlert(code, cause, detail=detail),))


def _transferred(_state: DeviceState, _at: int, detail: Detail) -> tuple[dict[str, Any], tuple[PendingAlert, ...]]:
    """The hub has passed an image on to a device, or failed to."""
    code = "8F89" if int(detail["result"]) else "8F8A"
    return {}, (PendingAlert(code, "a firmware image was passed on", detail=detail),)


def _boost(state: DeviceState, at: int, detail: Detail) -> tuple[dict[str, Any], tuple[PendingAlert, ...]]:
    """The consumer presses the boost button."""
    return {"boost": (*state.boost, (at, at + 60 * int(detail["minutes"])))[-_BOOSTS:]}, ()


def _updated(_state: DeviceState, _at: int, detail: Detail) -> tuple[dict[str, Any], tuple[PendingAlert, ...]]:
    """A display has taken the image it was given into use."""
    version = str(detail["version"]).upper()
    return {"firmware_version": version}, (PendingAlert("8F8B", "firmware activated", detail=detail),)


def _typed_at_display(state: DeviceState, _at: int, _detail: Detail) -> tuple[dict[str, Any], tuple[PendingAlert, ...]]:
    """The consumer types something in at a display, which sends it to a meter: with a counter of its own."""
    return {"own_counter": state.own_counter + 1}, ()


PHYSICAL_EVENTS: Mapping[str, PhysicalEvent] = MappingProxyType(
    {
        "cover removed": PhysicalEvent(_tamper("cover removed", "8F74"), METERS),
        "terminal cover removed": PhysicalEvent(_tamper("terminal cover removed", "8F76"), METERS),
        "magnet": PhysicalEvent(_tamper("magnet", "8F75"), METERS),
        "tamper": PhysicalEvent(_tamper("tamper", "8F3F"), ANY),
        "covers closed": PhysicalEvent(_closed, ANY),
        "power lost": PhysicalEvent(_power_lost, ELECTRIC | HUB),
        "power restored": PhysicalEvent(_power_restored, ELECTRIC | HUB),
        "gas power lost": PhysicalEvent(_alert("8F1D", "the gas meter's supply of power failed"), frozenset({"GSME"})),
        "battery low": PhysicalEvent(_alert("8F1F", "the battery runs low"), frozenset({"GSME"})),
        "voltage": PhysicalEvent(_voltage, frozenset({"ESME"}), {"voltage": NOMINAL}),
        "image received": PhysicalEvent(_image, ANY, {"hash": "00" * 32, "version": "02000000", "is_valid": True}),
        "integrity warning": PhysicalEvent(_integrity, METERS, {"reason": 5}),
        "message not delivered": PhysicalEvent(_alert("8F84", "a message could not be delivered"), frozenset({"ESME"})),
        "clock not adjusted": PhysicalEvent(_alert("8F0C", "the clock could not be adjusted"), METERS),
        "emergency credit taken": PhysicalEvent(_emergency, METERS),
        "supply turned on": PhysicalEvent(_enable, METERS),
        "duty cycle limited": PhysicalEvent(
            _alert_with_detail("8F20", "a device's messages were limited"), HUB, {"device": ""}
        ),
        "channel changed": PhysicalEvent(_alert_with_detail("8F26", "the hub changed its channel"), HUB),
        "message discarded": PhysicalEvent(_alert_with_detail("8F2C", "a message was discarded"), HUB, {"message": ""}),
        "no more capacity": PhysicalEvent(
            _alert_with_detail("8F2D", "the hub cannot take another device"), HUB, {"device": ""}
        ),
        "image transferred": PhysicalEvent(_transferred, HUB, {"device": "", "version": "02000000", "result": 0}),
        "firmware activated": PhysicalEvent(_updated, DISPLAY, {"version": "02000000"}),
        "top-up entered": PhysicalEvent(_typed_at_display, DISPLAY, {"utrn": ""}),
        "emergency credit asked for": PhysicalEvent(_typed_at_display, DISPLAY),
        "boost": PhysicalEvent(_boost, ELECTRIC, {"minutes": 60}),
        "operational update": PhysicalEvent(
            _alert_with_detail("8F88", "an operational update"), ELECTRIC, {"text": ""}
        ),
        "network command done": PhysicalEvent(_alert("8154", "a command from the home network was done"), METERS),
        "network command failed": PhysicalEvent(_alert("8155", "a command from the home network failed"), METERS),
    }
)
"""By name, as a tester writes it."""


def occur(
    state: DeviceState,
    what: str,
    now: datetime,
    keys: DeviceKeys,
    *,
    detail: Detail | None = None,
) -> Elapsed:
    """Let something of ``PHYSICAL_EVENTS`` happen to the device at ``now``.

    Raises: PeerError: no such event for this device, or a detail it does not take.
    """
    row = PHYSICAL_EVENTS.get(what)
    if row is None or state.device_type not in row.devices:
        known = ", ".join(sorted(name for name, one in PHYSICAL_EVENTS.items() if state.device_type in one.devices))
        raise PeerError(f"nothing of that name happens to a {state.device_type}", expected=known, got=what[:40])
    strange = set(detail or {}) - set(row.details)
    if strange:
        raise PeerError(f"{what!r} takes no such detail", expected=", ".join(row.details), got=", ".join(strange))
    at = seconds(now)
    changes, notices = row.happens(state, at, {**row.details, **(detail or {})})
    further, alerts = raise_notices(apply(state, changes), notices, at, Sender(keys))
    return Elapsed(plain(merged(changes, further)), alerts)
