"""Alerts of a device that is out of reach wait with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from stubs.dcc import Dcc
from stubs.devices.waiting import MOST_UNSENT
from stubs.events import AlertRaised
from stubs.smki import Pki
from stubs.wire.duis import DeviceAlert
from tests.dcc_kit import DccFixture, a_pki, response_of


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return a_pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def room(pki: Pki) -> Iterator[DccFixture]:
    room = DccFixture(pki)
    yield room
    room.valid()


def reach(room: DccFixture, device: str, *, is_there: bool) -> None:
    room.keep(room.dcc.set_device(device, {"reachable": is_there}, room.now))


def raise_alert(room: DccFixture, device: str, code: str) -> list[str]:
    messages, events = room.dcc.raise_device_alert(device, code, None, room.now)
    room.keep(events)
    return messages


def told(room: DccFixture) -> list[str | None]:
    return [message.alert_code for message in room.messages("device-alert")]


def test_alerts_of_a_device_out_of_reach_come_in_order_once_it_is_back(room: DccFixture) -> None:
    device = room.build()["esme"]
    raise_alert(room, device, "8F74")
    reach(room, device, is_there=False)
    for code in ("8F3F", "8F75", "8F76"):
        assert raise_alert(room, device, code) == []
        room.pass_time(60)
    assert told(room) == ["8F74"]
    reach(room, device, is_there=True)
    assert told(room) == ["8F74", "8F3F", "8F75", "8F76"]
    bodies = [response_of(message.body).body for message in room.messages("device-alert")]
    assert [body.alert_code for body in bodies if isinstance(body, DeviceAlert)] == told(room)
    assert room.dcc.state.devices[device].unsent == ()
    reach(room, device, is_there=True)
    assert len(told(room)) == 4


def test_what_waited_comes_before_what_is_raised_by_the_return(room: DccFixture) -> None:
    device = room.build()["esme"]
    room.keep(
        room.dcc.perform(
            lambda tester, transaction: tester.let_happen(transaction, device, "power lost", {}), room.now
        )[1]
    )
    raise_alert(room, device, "8F3F")
    room.pass_time(600)
    room.keep(
        room.dcc.perform(
            lambda tester, transaction: tester.let_happen(transaction, device, "power restored", {}), room.now
        )[1]
    )
    codes = [entry.event.code for entry in room.entries if isinstance(entry.event, AlertRaised)]
    assert codes == ["8F3F", "8F36"]


def test_waiting_alerts_survive_a_restart(room: DccFixture) -> None:
    device = room.build()["esme"]
    reach(room, device, is_there=False)
    raise_alert(room, device, "8F3F")
    restarted = Dcc(room.settings, room.pki)
    restarted.replay(room.entries)
    room.dcc = restarted
    reach(room, device, is_there=True)
    assert told(room) == ["8F3F"]


def test_a_device_long_out_of_reach_forgets_the_oldest(room: DccFixture) -> None:
    device = room.build()["esme"]
    reach(room, device, is_there=False)
    raise_alert(room, device, "8F3F")
    for _ in range(MOST_UNSENT):
        raise_alert(room, device, "8F75")
    reach(room, device, is_there=True)
    assert told(room) == ["8F75"] * MOST_UNSENT
