"""Devices that belong together in the inventory: joins, unjoins, restored lists, large homes."""

from __future__ import annotations

from typing import Any

import pytest

from stubs.dcc.core import Dcc
from stubs.events import CommandSent
from stubs.settings import DccSettings
from stubs.smki import Pki
from stubs.wire.duis import OtherResult, ServiceResponse
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.envelope import Message
from stubs.wire.gbcs.use_cases import read_command
from tests.dcc_kit import DccFixture, response_of


def joined(fixture: DccFixture, device: str) -> tuple[str, ...]:
    record = fixture.dcc.state.inventory.get(Eui64.parse(device))
    assert record is not None
    return tuple(str(other) for other in record.joined)


def apart(fixture: DccFixture) -> dict[str, str]:
    """A home whose meter and display know nothing of each other yet."""
    alone: dict[str, Any] = {"joined": []}
    return fixture.build(
        {"name": "chf", "type": "CHF"},
        {"name": "esme", "type": "ESME", "variant": "single", "values": alone},
        {"name": "gsme", "type": "GSME", "values": alone},
        {"name": "ppmid", "type": "PPMID", "values": alone},
    )


def test_the_inventory_of_new_premises_says_who_is_joined(fixture: DccFixture) -> None:
    devices = fixture.build()
    assert joined(fixture, devices["esme"]) == (devices["ppmid"],)
    assert joined(fixture, devices["gpf"]) == tuple(sorted((devices["gsme"], devices["ppmid"])))


def test_a_critical_join_and_unjoin_change_the_inventory_after_the_answer(fixture: DccFixture) -> None:
    devices = apart(fixture)
    meter, display = devices["esme"], devices["ppmid"]
    assert fixture.critical("8.7.1", meter, OtherDeviceID=display).response_code == "I99"
    assert joined(fixture, meter) == ()
    fixture.pass_time(1)
    assert joined(fixture, meter) == (display,)
    assert fixture.critical("8.8.1", meter, OtherDeviceID=display).response_code == "I99"
    fixture.pass_time(1)
    assert joined(fixture, meter) == ()


def test_a_display_that_joins_and_leaves_is_known(fixture: DccFixture) -> None:
    devices = apart(fixture)
    meter, display = devices["esme"], devices["ppmid"]
    for srv, after in (("8.7.2", (meter,)), ("8.8.2", ())):
        assert fixture.post(fixture.party.request(srv, display, OtherDeviceID=meter)).response_code == "I99"
        fixture.pass_time(1)
        assert joined(fixture, display) == after


@pytest.mark.parametrize(("asked", "other"), [("ppmid", "gsme"), ("gsme", "ppmid")])
def test_a_join_by_method_c_brings_the_other_devices_certificate(fixture: DccFixture, asked: str, other: str) -> None:
    devices = apart(fixture)
    if asked == "ppmid":
        fixture.post(fixture.party.request("8.7.2", devices[asked], OtherDeviceID=devices[other]))
    else:
        fixture.critical("8.7.1", devices[asked], OtherDeviceID=devices[other])
    fixture.pass_time(1)
    (command,) = [entry.event for entry in fixture.entries if isinstance(entry.event, CommandSent)]
    values = read_command(0x00AF, Message.from_bytes(command.payload).group.content)
    held = fixture.pki.device(Eui64.parse(devices[other])).ka.certificate
    assert values["Certificate"] == held.der.hex().upper()
    assert joined(fixture, devices[asked]) == (devices[other],)


def test_a_join_that_failed_leaves_the_inventory(fixture: DccFixture) -> None:
    devices = apart(fixture)
    fixture.keep(fixture.dcc.set_device(devices["ppmid"], {"reachable": False}, fixture.now))
    fixture.critical("8.7.1", devices["esme"], OtherDeviceID=devices["ppmid"])
    fixture.pass_time(1)
    assert joined(fixture, devices["esme"]) == ()


def test_joins_survive_a_restart_from_the_journal_and_from_a_snapshot(fixture: DccFixture) -> None:
    meter = fixture.build()["esme"]
    for replay in ("journal", "snapshot"):
        again = Dcc(fixture.settings, fixture.pki)
        if replay == "journal":
            again.replay(fixture.entries)
        else:
            again.restore(fixture.dcc.snapshot())
        record = again.state.inventory.get(Eui64.parse(meter))
        assert record is not None
        assert tuple(str(other) for other in record.joined) == joined(fixture, meter)


def crowded(fixture: DccFixture) -> dict[str, str]:
    """A hub with twenty devices."""
    displays = [{"name": f"ppmid{number}", "type": "PPMID"} for number in range(19)]
    return fixture.build({"name": "chf", "type": "CHF"}, {"name": "esme", "type": "ESME"}, *displays)


def test_of_more_devices_than_an_answer_holds_the_hub_and_those_asked_for_come_first(fixture: DccFixture) -> None:
    devices = crowded(fixture)
    asked_for = max(devices.values())
    body = response_of(fixture.post(fixture.party.request("8.2", DeviceID=asked_for)).body).body
    assert isinstance(body, ServiceResponse)
    assert isinstance(body.result, OtherResult)
    told = [device.get("DeviceID") for device in body.result.node.children]
    others = sorted(set(devices.values()) - {devices["chf"], asked_for})
    assert told == [devices["chf"], *others[:15], asked_for]


def test_more_devices_than_an_answer_holds_are_refused_when_settings_say_so(pki: Pki) -> None:
    fixture = DccFixture(pki, DccSettings(inventory_overflow="refuse"))
    devices = crowded(fixture)
    assert fixture.post(fixture.party.request("8.2", DeviceID=devices["esme"])).response_code == "E080201"
    assert fixture.refused() == "inventory-empty"
