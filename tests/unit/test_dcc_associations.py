"""What the inventory knows of devices that belong together: joins, unjoins, restored lists, large homes."""

from __future__ import annotations

from collections.abc import Iterator
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
from tests.dcc_kit import DccFixture, a_pki, response_of


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return a_pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def room(pki: Pki) -> Iterator[DccFixture]:
    room = DccFixture(pki)
    yield room
    room.valid()


def joined(room: DccFixture, device: str) -> tuple[str, ...]:
    record = room.dcc.state.inventory.get(device)
    assert record is not None
    return record.joined


def apart(room: DccFixture) -> dict[str, str]:
    """A home whose meter and display know nothing of each other yet."""
    alone: dict[str, Any] = {"joined": []}
    return room.build(
        {"name": "chf", "type": "CHF"},
        {"name": "esme", "type": "ESME", "variant": "single", "values": alone},
        {"name": "gsme", "type": "GSME", "values": alone},
        {"name": "ppmid", "type": "PPMID", "values": alone},
    )


def test_the_inventory_of_new_premises_says_who_is_joined(room: DccFixture) -> None:
    devices = room.build()
    assert joined(room, devices["esme"]) == (devices["ppmid"],)
    assert joined(room, devices["gpf"]) == tuple(sorted((devices["gsme"], devices["ppmid"])))


def test_a_critical_join_and_unjoin_change_the_inventory_after_the_answer(room: DccFixture) -> None:
    devices = apart(room)
    meter, display = devices["esme"], devices["ppmid"]
    assert room.critical("8.7.1", meter, OtherDeviceID=display).response_code == "I99"
    assert joined(room, meter) == ()
    room.pass_time(1)
    assert joined(room, meter) == (display,)
    assert room.critical("8.8.1", meter, OtherDeviceID=display).response_code == "I99"
    room.pass_time(1)
    assert joined(room, meter) == ()


def test_a_display_that_joins_and_leaves_is_known(room: DccFixture) -> None:
    devices = apart(room)
    meter, display = devices["esme"], devices["ppmid"]
    for srv, after in (("8.7.2", (meter,)), ("8.8.2", ())):
        assert room.post(room.party.request(srv, display, OtherDeviceID=meter)).response_code == "I99"
        room.pass_time(1)
        assert joined(room, display) == after


@pytest.mark.parametrize(("asked", "other"), [("ppmid", "gsme"), ("gsme", "ppmid")])
def test_a_join_by_method_c_brings_the_other_devices_certificate(room: DccFixture, asked: str, other: str) -> None:
    devices = apart(room)
    if asked == "ppmid":
        room.post(room.party.request("8.7.2", devices[asked], OtherDeviceID=devices[other]))
    else:
        room.critical("8.7.1", devices[asked], OtherDeviceID=devices[other])
    room.pass_time(1)
    (command,) = [entry.event for entry in room.entries if isinstance(entry.event, CommandSent)]
    values = read_command(0x00AF, Message.from_bytes(command.payload).group.content)
    held = room.pki.device(Eui64.parse(devices[other])).ka.certificate
    assert values["Certificate"] == held.der.hex().upper()
    assert joined(room, devices[asked]) == (devices[other],)


def test_a_join_that_failed_leaves_the_inventory(room: DccFixture) -> None:
    devices = apart(room)
    room.keep(room.dcc.set_device(devices["ppmid"], {"reachable": False}, room.now))
    room.critical("8.7.1", devices["esme"], OtherDeviceID=devices["ppmid"])
    room.pass_time(1)
    assert joined(room, devices["esme"]) == ()


def test_joins_survive_a_restart_from_the_journal_and_from_a_snapshot(room: DccFixture) -> None:
    meter = room.build()["esme"]
    for replay in ("journal", "snapshot"):
        again = Dcc(room.settings, room.pki)
        if replay == "journal":
            again.replay(room.entries)
        else:
            again.restore(room.dcc.snapshot())
        record = again.state.inventory.get(meter)
        assert record is not None
        assert record.joined == joined(room, meter)


def crowded(room: DccFixture) -> dict[str, str]:
    """A hub with twenty devices."""
    displays = [{"name": f"ppmid{number}", "type": "PPMID"} for number in range(19)]
    return room.build({"name": "chf", "type": "CHF"}, {"name": "esme", "type": "ESME"}, *displays)


def test_of_more_devices_than_an_answer_holds_the_hub_and_those_asked_for_come_first(room: DccFixture) -> None:
    devices = crowded(room)
    asked_for = max(devices.values())
    body = response_of(room.post(room.party.request("8.2", DeviceID=asked_for)).body).body
    assert isinstance(body, ServiceResponse)
    assert isinstance(body.result, OtherResult)
    told = [device.get("DeviceID") for device in body.result.node.children]
    others = sorted(set(devices.values()) - {devices["chf"], asked_for})
    assert told == [devices["chf"], *others[:15], asked_for]


def test_more_devices_than_an_answer_holds_are_refused_when_settings_say_so(pki: Pki) -> None:
    room = DccFixture(pki, DccSettings(inventory_overflow="refuse"))
    devices = crowded(room)
    assert room.post(room.party.request("8.2", DeviceID=devices["esme"])).response_code == "E080201"
    assert room.refused() == "inventory-empty"
