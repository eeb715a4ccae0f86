"""The homes scenarios live in: a name a test manager understands to the devices that are in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from stubs.wire.errors import Misuse

_COMMISSIONED = "Commissioned"


@dataclass(frozen=True, slots=True)
class DeviceInHome:
    """One device: what a scenario calls it, what it is, and how far its installation has come."""

    name: str
    device_type: str
    variant: str = ""
    status: str = _COMMISSIONED
    """SMI status; ``absent``: the device exists and the inventory does not know it."""
    values: Mapping[str, Any] = field(default_factory=dict)

    def spec(self, statuses: Mapping[str, str], values: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        """As ``add_premises`` wants it."""
        row: dict[str, Any] = {
            "name": self.name,
            "type": self.device_type,
            "status": statuses.get(self.name, self.status),
            "values": {**self.values, **values.get(self.name, {})},
        }
        return row | ({"variant": self.variant} if self.variant else {})


_HUB = DeviceInHome("hub", "CHF")
_GPF = DeviceInHome("gas proxy", "GPF")
_ESME = DeviceInHome("electricity meter", "ESME", "ADEF")
"""One element, with auxiliary load switches, so that 7.5 to 7.16 find what they command."""
_TWIN = DeviceInHome("electricity meter", "ESME", "twin")
_GSME = DeviceInHome("gas meter", "GSME")
_PPMID = DeviceInHome("in-home display", "PPMID")

HOMES: Mapping[str, tuple[DeviceInHome, ...]] = MappingProxyType(
    {
        "an electricity meter": (_HUB, _GPF, _ESME),
        "a twin-element electricity meter": (_HUB, _GPF, _TWIN),
        "a gas meter": (_HUB, _GPF, _GSME),
        "both meters": (_HUB, _GPF, _ESME, _GSME),
        "both meters and an in-home display": (_HUB, _GPF, _ESME, _GSME, _PPMID),
        "two electricity meters": (_HUB, _GPF, _ESME, DeviceInHome("second electricity meter", "ESME", "single")),
    }
)

STATUSES: Mapping[str, str] = MappingProxyType(
    {
        "not pre-notified": "absent",
        "pending": "Pending",
        "whitelisted": "Whitelisted",
        "installed but not commissioned": "InstalledNotCommissioned",
        "commissioned": _COMMISSIONED,
        "suspended": "Suspended",
    }
)
"""Words of a scenario to SMI statuses (DUIS, Device Status)."""


def home_called(name: str) -> tuple[DeviceInHome, ...]:
    """The devices of a home. Raises: Misuse: no home has that name."""
    if name not in HOMES:
        raise Misuse(f"no home is called {name!r}; known: {', '.join(HOMES)}")
    return HOMES[name]


def status_called(words: str) -> str:
    """The SMI status the words mean. Raises: Misuse: unknown words."""
    if words not in STATUSES:
        raise Misuse(f"no device status is called {words!r}; known: {', '.join(STATUSES)}")
    return STATUSES[words]


def device_name(text: str) -> str:
    """Converter of steps: the name of a device of any home, and nothing else."""
    return text


def _names() -> list[str]:
    names = {device.name for devices in HOMES.values() for device in devices}
    return sorted(names, key=len, reverse=True)


device_name.pattern = "|".join(_names())  # type: ignore[attr-defined]  # how the parse library finds it
