"""The homes of scenarios: which there are, and what is particular about them on the simulated DCC."""

from __future__ import annotations

from typing import Any

import pytest

from harness.engine.homes import HOMES, home_called
from stubs.dcc.state.reachability import is_in_reach
from stubs.wire.eui64 import Eui64
from tests.dcc_kit import DccFixture

WANTED = {
    "electricity only": ("an electricity meter", {"CHF", "ESME"}),
    "gas only": ("a gas meter", {"GSME", "GPF"}),
    "dual fuel": ("both meters", {"ESME", "GSME"}),
    "twin element": ("a twin-element electricity meter", {"ESME"}),
    "polyphase": ("a polyphase electricity meter", {"ESME"}),
    "auxiliary load switches, HCALCS, SAPC": (
        "an electricity meter and auxiliary load switches",
        {"HCALCS", "SAPC"},
    ),
    "display": ("both meters and an in-home display", {"PPMID"}),
    "IHD, CAD": ("both meters and a consumer's own devices", {"IHD", "CAD"}),
    "export": ("an electricity meter and generation", {"ESME"}),
    "hub without SM WAN": ("both meters and a hub without SM WAN", {"CHF", "ESME", "GSME"}),
    "hub to be exchanged": ("both meters and a hub to be exchanged", {"CHF", "GPF"}),
    "dual-band hub": ("both meters and a dual-band hub", {"CHF"}),
}
"""What issue and catalogue ask for, the home that it is, and device types in it."""


def build(fixture: DccFixture, home: str) -> dict[str, str]:
    devices: list[dict[str, Any]] = [one.spec({}, {}) for one in home_called(home).devices]
    return fixture.build(*devices)


@pytest.mark.parametrize("wanted", WANTED)
def test_there_is_a_home_of_each_kind(wanted: str) -> None:
    name, kinds = WANTED[wanted]
    assert kinds <= {device.device_type for device in HOMES[name].devices}


def test_without_sm_wan_nothing_is_in_reach_and_the_home_network_works(fixture: DccFixture) -> None:
    devices = build(fixture, "both meters and a hub without SM WAN")
    state = fixture.dcc.state
    assert not any(is_in_reach(state, Eui64.parse(eui)) for eui in devices.values())
    assert all(state.devices[Eui64.parse(eui)].reachable for eui in devices.values())
    fixture.keep(fixture.dcc.set_device(devices["hub"], {"sm_wan": True}, fixture.now))
    assert all(is_in_reach(state, Eui64.parse(eui)) for eui in devices.values())


def test_a_dual_band_hub_is_one_in_the_inventory(fixture: DccFixture) -> None:
    devices = build(fixture, "both meters and a dual-band hub")
    record = fixture.dcc.state.inventory.get(Eui64.parse(devices["hub"]))
    assert record is not None
    assert record.han_variant == "Dual Band"


def test_the_gas_proxy_of_a_second_hub_is_reached_through_that_hub(fixture: DccFixture) -> None:
    devices = build(fixture, "both meters and a hub to be exchanged")
    state = fixture.dcc.state
    assert state.devices[Eui64.parse(devices["old gas proxy"])].hub == devices["old hub"]
    assert state.devices[Eui64.parse(devices["gas proxy"])].hub == devices["hub"]
    assert state.devices[Eui64.parse(devices["electricity meter"])].hub == devices["old hub"]
    record = state.inventory.get(Eui64.parse(devices["hub"]))
    assert record is not None
    assert record.as_dict()["AssociatedGPFDeviceID"] == devices["gas proxy"]
