"""A hub out of reach takes its devices with it: commands do not arrive, alerts wait and come in order."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from stubs.dcc import Dcc
from stubs.events import AlertRaised, DeviceAnswered, DeviceSilent
from stubs.inventory import REMOVED
from stubs.smki import Pki
from tests.dcc_kit import NETWORK_OPERATOR, DccFixture, a_pki


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


def happens(room: DccFixture, device: str, what: str) -> None:
    room.keep(
        room.dcc.perform(lambda tester, transaction: tester.let_happen(transaction, device, what, {}), room.now)[1]
    )


def raise_alert(room: DccFixture, device: str, code: str) -> list[str]:
    messages, events = room.dcc.raise_device_alert(device, code, None, room.now)
    room.keep(events)
    return messages


def told(room: DccFixture) -> list[tuple[str | None, str | None]]:
    return [(message.device, message.alert_code) for message in room.messages("device-alert")]


def outcomes(room: DccFixture) -> list[type]:
    kinds = (DeviceAnswered, DeviceSilent)
    return [type(entry.event) for entry in room.entries if isinstance(entry.event, kinds)]


@pytest.mark.parametrize("what", ["out of reach", "without power"])
def test_no_command_reaches_a_device_behind_a_hub_that_is_not_there(room: DccFixture, what: str) -> None:
    home = room.build()
    if what == "out of reach":
        reach(room, home["chf"], is_there=False)
    else:
        happens(room, home["chf"], "power lost")
    room.post(room.party.request("4.1.1", home["esme"]))
    room.pass_time(10)
    assert outcomes(room) == [DeviceSilent]
    (silent,) = [entry.event for entry in room.entries if isinstance(entry.event, DeviceSilent)]
    assert silent.reason == "its hub is out of reach"
    if what == "out of reach":
        reach(room, home["chf"], is_there=True)
    else:
        happens(room, home["chf"], "power restored")
    room.post(room.party.request("4.1.1", home["esme"]))
    room.pass_time(10)
    assert outcomes(room)[1:] == [DeviceAnswered]


def test_devices_of_other_hubs_are_reached_all_the_same(room: DccFixture) -> None:
    home, other = room.build(), room.build()
    reach(room, home["chf"], is_there=False)
    room.post(room.party.request("4.1.1", other["esme"]))
    room.pass_time(10)
    assert outcomes(room) == [DeviceAnswered]


def test_alerts_of_all_devices_behind_a_hub_wait_and_come_in_the_order_they_were_raised(room: DccFixture) -> None:
    home = room.build()
    reach(room, home["chf"], is_there=False)
    raised = [("gsme", "8F3F"), ("esme", "8F74"), ("gsme", "8F75"), ("esme", "8F3F")]
    for name, code in raised:
        assert raise_alert(room, home[name], code) == []
        room.pass_time(60)
    assert told(room) == []
    reach(room, home["chf"], is_there=True)
    assert told(room) == [(home[name], code) for name, code in raised]
    assert all(room.dcc.state.devices[home[name]].unsent == () for name in ("esme", "gsme"))
    reach(room, home["chf"], is_there=True)
    assert len(told(room)) == len(raised)


def test_a_device_that_is_itself_out_of_reach_keeps_its_alerts_when_its_hub_returns(room: DccFixture) -> None:
    home = room.build()
    reach(room, home["chf"], is_there=False)
    reach(room, home["esme"], is_there=False)
    for name in ("esme", "gsme"):
        raise_alert(room, home[name], "8F3F")
    reach(room, home["chf"], is_there=True)
    assert told(room) == [(home["gsme"], "8F3F")]
    reach(room, home["esme"], is_there=True)
    assert told(room) == [(home["gsme"], "8F3F"), (home["esme"], "8F3F")]


def test_what_falls_due_behind_a_hub_that_is_not_there_is_told_of_later(room: DccFixture) -> None:
    home = room.build()
    values = {"payment_mode": "prepayment", "balance": 100, "price": 0, "standing_charge": 86_400}
    room.keep(room.dcc.set_device(home["esme"], values, room.now))
    reach(room, home["chf"], is_there=False)
    room.pass_time(600)
    assert room.dcc.state.devices[home["esme"]].supply == "disabled"
    assert told(room) == []
    reach(room, home["chf"], is_there=True)
    assert (home["esme"], "8F0F") in told(room)


def test_alerts_that_wait_behind_a_hub_survive_a_restart(room: DccFixture) -> None:
    home = room.build()
    reach(room, home["chf"], is_there=False)
    raise_alert(room, home["esme"], "8F3F")
    restarted = Dcc(room.settings, room.pki)
    restarted.replay(room.entries)
    room.dcc = restarted
    reach(room, home["chf"], is_there=True)
    assert told(room) == [(home["esme"], "8F3F")]


def test_a_device_the_inventory_forgot_is_still_behind_its_hub(room: DccFixture) -> None:
    home = room.build()
    reach(room, home["chf"], is_there=False)
    raise_alert(room, home["esme"], "8F3F")
    room.keep(room.dcc.set_inventory(home["esme"], {REMOVED: True}, room.now))
    reach(room, home["chf"], is_there=True)
    raised = [entry.event.code for entry in room.entries if isinstance(entry.event, AlertRaised)]
    assert "8F3F" in raised


@pytest.mark.parametrize(("minutes", "expected"), [(2, []), (4, [(NETWORK_OPERATOR, "AD1")])])
def test_an_outage_of_a_hub_that_lasts_is_told_to_the_network_operator(
    room: DccFixture, minutes: int, expected: list[tuple[str, str]]
) -> None:
    home = room.build()
    happens(room, home["chf"], "power lost")
    room.pass_time(60 * minutes)
    happens(room, home["chf"], "tamper")
    happens(room, home["chf"], "power lost")
    room.pass_time(30)
    happens(room, home["chf"], "power restored")
    room.pass_time(600)
    found = [(message.user, message.alert_code) for message in room.messages("dcc-alert")]
    assert [one for one in found if one[1] == "AD1"] == expected


def test_a_hand_held_terminal_finds_no_network_without_a_hub_that_has_power(room: DccFixture) -> None:
    home = room.build()

    def hand_over() -> tuple[bytes | None, str | None]:
        done, events = room.dcc.perform(
            lambda tester, transaction: tester.hand_over(transaction, home["esme"], b"\0"), room.now
        )
        room.keep(events)
        return done

    reach(room, home["chf"], is_there=False)
    assert hand_over() == (None, "malformed")
    happens(room, home["chf"], "power lost")
    assert hand_over() == (None, "unreachable")
