"""Alerts of a device that is out of reach wait with it."""

from __future__ import annotations

from stubs.dcc import Dcc
from stubs.devices.waiting import MOST_UNSENT
from stubs.events import AlertRaised
from stubs.wire.duis import DeviceAlert
from stubs.wire.eui64 import Eui64
from tests.dcc_kit import DccFixture, response_of


def reach(fixture: DccFixture, device: str, *, is_there: bool) -> None:
    fixture.keep(fixture.dcc.set_device(device, {"reachable": is_there}, fixture.now))


def raise_alert(fixture: DccFixture, device: str, code: str) -> list[str]:
    messages, events = fixture.dcc.raise_device_alert(device, code, None, fixture.now)
    fixture.keep(events)
    return messages


def told(fixture: DccFixture) -> list[str | None]:
    return [message.alert_code for message in fixture.messages("device-alert")]


def test_alerts_of_a_device_out_of_reach_come_in_order_once_it_is_back(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    raise_alert(fixture, device, "8F74")
    reach(fixture, device, is_there=False)
    for code in ("8F3F", "8F75", "8F76"):
        assert raise_alert(fixture, device, code) == []
        fixture.pass_time(60)
    assert told(fixture) == ["8F74"]
    reach(fixture, device, is_there=True)
    assert told(fixture) == ["8F74", "8F3F", "8F75", "8F76"]
    bodies = [response_of(message.body).body for message in fixture.messages("device-alert")]
    assert [body.alert_code for body in bodies if isinstance(body, DeviceAlert)] == told(fixture)
    assert fixture.dcc.state.devices[Eui64.parse(device)].unsent == ()
    reach(fixture, device, is_there=True)
    assert len(told(fixture)) == 4


def test_what_waited_comes_before_what_is_raised_by_the_return(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fixture.keep(
        fixture.dcc.perform(
            lambda tester, transaction: tester.let_happen(transaction, Eui64.parse(device), "power lost", {}),
            fixture.now,
        )[1]
    )
    raise_alert(fixture, device, "8F3F")
    fixture.pass_time(600)
    fixture.keep(
        fixture.dcc.perform(
            lambda tester, transaction: tester.let_happen(transaction, Eui64.parse(device), "power restored", {}),
            fixture.now,
        )[1]
    )
    codes = [entry.event.code for entry in fixture.entries if isinstance(entry.event, AlertRaised)]
    assert codes == ["8F3F", "8F36"]


def test_waiting_alerts_survive_a_restart(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    reach(fixture, device, is_there=False)
    raise_alert(fixture, device, "8F3F")
    restarted = Dcc(fixture.settings, fixture.pki)
    restarted.replay(fixture.entries)
    fixture.dcc = restarted
    reach(fixture, device, is_there=True)
    assert told(fixture) == ["8F3F"]


def test_a_device_long_out_of_reach_forgets_the_oldest(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    reach(fixture, device, is_there=False)
    raise_alert(fixture, device, "8F3F")
    for _ in range(MOST_UNSENT):
        raise_alert(fixture, device, "8F75")
    reach(fixture, device, is_there=True)
    assert told(fixture) == ["8F75"] * MOST_UNSENT
