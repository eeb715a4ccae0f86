"""Homes of scenarios: a name a test manager understands, and the devices of that home."""

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
    inventory: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the inventory's record, by their DUIS names."""

    def spec(self, statuses: Mapping[str, str], values: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        """Return the device as ``add_premises`` takes it."""
        row: dict[str, Any] = {
            "name": self.name,
            "type": self.device_type,
            "status": statuses.get(self.name, self.status),
            "values": {**self.values, **values.get(self.name, {})},
        }
        row |= {"inventory": dict(self.inventory)} if self.inventory else {}
        return row | ({"variant": self.variant} if self.variant else {})


_HUB = DeviceInHome("hub", "CHF")
_HUB_WITHOUT_WAN = DeviceInHome("hub", "CHF", "", "InstalledNotCommissioned", {"sm_wan": False})
_DUAL_BAND_HUB = DeviceInHome("hub", "CHF", inventory={"HANVariant": "Dual Band"})
GAS_METER, GAS_PROXY = "gas meter", "gas proxy"
_GPF = DeviceInHome(GAS_PROXY, "GPF")
_ESME = DeviceInHome("electricity meter", "ESME", "ADEF")
"""One element, with auxiliary load switches, so that 7.5 to 7.16 find what they command."""
_GENERATING = DeviceInHome("electricity meter", "ESME", "ADEF", values={"generation": 9_000})
"""A roof large enough that something leaves the home on the shortest day, too."""
_TWIN = DeviceInHome("electricity meter", "ESME", "twin")
_POLYPHASE = DeviceInHome("electricity meter", "ESME", "polyphase")
_GSME = DeviceInHome(GAS_METER, "GSME")
_PPMID = DeviceInHome("in-home display", "PPMID")
_IHD = DeviceInHome("in-home display without keys", "IHD")
_CAD = DeviceInHome("consumer access device", "CAD")
_HCALCS = DeviceInHome("HAN-connected load switch", "HCALCS")
_SAPC = DeviceInHome("stand-alone controller", "SAPC")
_OLD_HUB = DeviceInHome("old hub", "CHF")
_OLD_GPF = DeviceInHome("old gas proxy", "GPF")
_NEW_HUB = DeviceInHome("hub", "CHF", values={"device_log": []})
_NEW_GPF = DeviceInHome(GAS_PROXY, "GPF", values={"joined": []})
NO_COVERAGE: Mapping[str, str] = MappingProxyType(
    {"CoverageAvailability": "false", "ConnectivityLikelihood": "Low", "AnticipatedCoverageDate": "2030-06-01"}
)
"""Answer of 12.1 for a home whose hub has no SM WAN (DUIS, DSPWANMatrixResponse)."""
SWITCHES: tuple[Mapping[str, Any], ...] = tuple(
    {"number": number, "kind": "APC" if number == 3 else "ALCS", "description": description}
    for number, description in enumerate(
        ("Immersion heater", "Storage heaters", "Battery", "Car charger", "Heat pump"), start=1
    )
)
"""Auxiliary controllers of the meters that have them; no two alike."""
_SWITCHED = DeviceInHome("electricity meter", "ESME", "single", values={"switches": SWITCHES})


@dataclass(frozen=True, slots=True)
class Home:
    """The devices of a home, and whether somebody buys what it generates."""

    devices: tuple[DeviceInHome, ...]
    has_export_supplier: bool = False


HOMES: Mapping[str, Home] = MappingProxyType(
    {
        "an electricity meter": Home((_HUB, _GPF, _ESME)),
        "a twin-element electricity meter": Home((_HUB, _GPF, _TWIN)),
        "an electricity meter and an in-home display": Home((_HUB, _GPF, _ESME, _PPMID)),
        "a polyphase electricity meter": Home((_HUB, _GPF, _POLYPHASE)),
        "an electricity meter and generation": Home((_HUB, _GPF, _GENERATING), has_export_supplier=True),
        "an electricity meter and auxiliary load switches": Home((_HUB, _GPF, _SWITCHED, _HCALCS, _SAPC, _PPMID)),
        "a gas meter": Home((_HUB, _GPF, _GSME)),
        "both meters": Home((_HUB, _GPF, _ESME, _GSME)),
        "both meters and an in-home display": Home((_HUB, _GPF, _ESME, _GSME, _PPMID)),
        "both meters and a consumer's own devices": Home((_HUB, _GPF, _ESME, _GSME, _PPMID, _IHD, _CAD)),
        "devices of every kind": Home(
            (_HUB, _GPF, _SWITCHED, _GSME, _PPMID, _HCALCS, _SAPC, _IHD, _CAD), has_export_supplier=True
        ),
        "both meters and a hub to be exchanged": Home((_OLD_HUB, _OLD_GPF, _ESME, _GSME, _PPMID, _NEW_HUB, _NEW_GPF)),
        "both meters and a hub without SM WAN": Home((_HUB_WITHOUT_WAN, _GPF, _ESME, _GSME)),
        "both meters and a dual-band hub": Home((_DUAL_BAND_HUB, _GPF, _ESME, _GSME)),
        "a hub that nobody has told of": Home(
            (DeviceInHome("hub", "CHF", status="absent"), DeviceInHome(GAS_PROXY, "GPF", status="absent"))
        ),
        "two electricity meters": Home((_HUB, _GPF, _ESME, DeviceInHome("second electricity meter", "ESME", "single"))),
        "two gas meters": Home((_HUB, _GPF, _GSME, DeviceInHome("second gas meter", "GSME"))),
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
        "decommissioned": "Decommissioned",
    }
)
"""Words of a scenario to SMI statuses (DUIS, Device Status)."""


def home_called(name: str) -> Home:
    """The home of that name. Raises: Misuse: there is none."""
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


NEIGHBOUR = "neighbour's "
"""Before the name of a device of a second home, which is another supplier's."""


def _names() -> list[str]:
    names = {device.name for home in HOMES.values() for device in home.devices}
    return sorted(names | {f"{NEIGHBOUR}{name}" for name in names}, key=len, reverse=True)


device_name.pattern = "|".join(_names())  # type: ignore[attr-defined]  # how the parse library finds it
