"""A hub out of reach takes its devices with it: commands do not arrive, alerts wait and come in order."""

from __future__ import annotations

import pytest

from stubs.dcc import Dcc
from stubs.events import AlertRaised, DeviceAnswered, DeviceSilent
from stubs.inventory import REMOVED
from stubs.wire.eui64 import Eui64
from tests.dcc_kit import NETWORK_OPERATOR, DccFixture


def reach(fixture: DccFixture, device: str, *, is_there: bool) -> None:
    fixture.keep(fixture.dcc.set_device(device, {"reachable": is_there}, fixture.now))


def happens(fixture: DccFixture, device: str, what: str) -> None:
    fixture.keep(
        fixture.dcc.perform(
            lambda tester, transaction: tester.let_happen(transaction, Eui64.parse(device), what, {}), fixture.now
        )[1]
    )


def raise_alert(fixture: DccFixture, device: str, code: str) -> list[str]:
    messages, events = fixture.dcc.raise_device_alert(device, code, None, fixture.now)
    fixture.keep(events)
    return messages


def told(fixture: DccFixture) -> list[tuple[str | None, str | None]]:
    return [(message.device, message.alert_code) for message in fixture.messages("device-alert")]


def outcomes(fixture: DccFixture) -> list[type]:
    kinds = (DeviceAnswered, DeviceSilent)
    return [type(entry.event) for entry in fixture.entries if isinstance(entry.event, kinds)]


@pytest.mark.parametrize("what", ["out of reach", "without power"])
def test_no_command_reaches_a_device_behind_a_hub_that_is_not_there(fixture: DccFixture, what: str) -> None:
    home = fixture.build()
    if what == "out of reach":
        reach(fixture, home["chf"], is_there=False)
    else:
        happens(fixture, home["chf"], "power lost")
    fixture.post(fixture.party.request("4.1.1", home["esme"]))
    fixture.pass_time(10)
    assert outcomes(fixture) == [DeviceSilent]
    (silent,) = [entry.event for entry in fixture.entries if isinstance(entry.event, DeviceSilent)]
    assert silent.reason == "its hub is out of reach"
    if what == "out of reach":
        reach(fixture, home["chf"], is_there=True)
    else:
        happens(fixture, home["chf"], "power restored")
    fixture.post(fixture.party.request("4.1.1", home["esme"]))
    fixture.pass_time(10)
    assert outcomes(fixture)[1:] == [DeviceAnswered]


def test_devices_of_other_hubs_are_reached_all_the_same(fixture: DccFixture) -> None:
    home, other = fixture.build(), fixture.build()
    reach(fixture, home["chf"], is_there=False)
    fixture.post(fixture.party.request("4.1.1", other["esme"]))
    fixture.pass_time(10)
    assert outcomes(fixture) == [DeviceAnswered]


def test_alerts_of_all_devices_behind_a_hub_wait_and_come_in_the_order_they_were_raised(fixture: DccFixture) -> None:
    home = fixture.build()
    reach(fixture, home["chf"], is_there=False)
    raised = [("gsme", "8F3F"), ("esme", "8F74"), ("gsme", "8F75"), ("esme", "8F3F")]
    for name, code in raised:
        assert raise_alert(fixture, home[name], code) == []
        fixture.pass_time(60)
    assert told(fixture) == []
    reach(fixture, home["chf"], is_there=True)
    assert told(fixture) == [(home[name], code) for name, code in raised]
    assert all(fixture.dcc.state.devices[Eui64.parse(home[name])].unsent == () for name in ("esme", "gsme"))
    reach(fixture, home["chf"], is_there=True)
    assert len(told(fixture)) == len(raised)


def test_a_device_that_is_itself_out_of_reach_keeps_its_alerts_when_its_hub_returns(fixture: DccFixture) -> None:
    home = fixture.build()
    reach(fixture, home["chf"], is_there=False)
    reach(fixture, home["esme"], is_there=False)
    for name in ("esme", "gsme"):
        raise_alert(fixture, home[name], "8F3F")
    reach(fixture, home["chf"], is_there=True)
    assert told(fixture) == [(home["gsme"], "8F3F")]
    reach(fixture, home["esme"], is_there=True)
    assert told(fixture) == [(home["gsme"], "8F3F"), (home["esme"], "8F3F")]


def test_what_falls_due_behind_a_hub_that_is_not_there_is_told_of_later(fixture: DccFixture) -> None:
    home = fixture.build()
    values = {"payment_mode": "prepayment", "balance": 100, "price": 0, "standing_charge": 86_400}
    fixture.keep(fixture.dcc.set_device(home["esme"], values, fixture.now))
    reach(fixture, home["chf"], is_there=False)
    fixture.pass_time(600)
    assert fixture.dcc.state.devices[Eui64.parse(home["esme"])].supply == "disabled"
    assert told(fixture) == []
    reach(fixture, home["chf"], is_there=True)
    assert (home["esme"], "8F0F") in told(fixture)


def test_alerts_that_wait_behind_a_hub_survive_a_restart(fixture: DccFixture) -> None:
    home = fixture.build()
    reach(fixture, home["chf"], is_there=False)
    raise_alert(fixture, home["esme"], "8F3F")
    restarted = Dcc(fixture.settings, fixture.pki)
    restarted.replay(fixture.entries)
    fixture.dcc = restarted
    reach(fixture, home["chf"], is_there=True)
    assert told(fixture) == [(home["esme"], "8F3F")]


def test_a_device_the_inventory_forgot_is_still_behind_its_hub(fixture: DccFixture) -> None:
    home = fixture.build()
    reach(fixture, home["chf"], is_there=False)
    raise_alert(fixture, home["esme"], "8F3F")
    fixture.keep(fixture.dcc.set_inventory(home["esme"], {REMOVED: True}, fixture.now))
    reach(fixture, home["chf"], is_there=True)
    raised = [entry.event.code for entry in fixture.entries if isinstance(entry.event, AlertRaised)]
    assert "8F3F" in raised


@pytest.mark.parametrize(("minutes", "expected"), [(2, []), (4, [(NETWORK_OPERATOR, "AD1")])])
def test_an_outage_of_a_hub_that_lasts_is_told_to_the_network_operator(
    fixture: DccFixture, minutes: int, expected: list[tuple[str, str]]
) -> None:
    home = fixture.build()
    happens(fixture, home["chf"], "power lost")
    fixture.pass_time(60 * minutes)
    happens(fixture, home["chf"], "tamper")
    happens(fixture, home["chf"], "power lost")
    fixture.pass_time(30)
    happens(fixture, home["chf"], "power restored")
    fixture.pass_time(600)
    found = [(message.user, message.alert_code) for message in fixture.messages("dcc-alert")]
    assert [one for one in found if one[1] == "AD1"] == expected


def test_a_hand_held_terminal_finds_no_network_without_a_hub_that_has_power(fixture: DccFixture) -> None:
    home = fixture.build()

    def hand_over() -> tuple[bytes | None, str | None]:
        done, events = fixture.dcc.perform(
            lambda tester, transaction: tester.hand_over(transaction, Eui64.parse(home["esme"]), b"\0"), fixture.now
        )
        fixture.keep(events)
        return done

    reach(fixture, home["chf"], is_there=False)
    assert hand_over() == (None, "malformed")
    happens(fixture, home["chf"], "power lost")
    assert hand_over() == (None, "unreachable")
