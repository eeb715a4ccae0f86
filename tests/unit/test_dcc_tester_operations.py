"""Operations by which a tester moves the simulated DCC: alerts, premises, values, reset; no sockets, frozen time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from schemas.load import device_alerts
from stubs.events import AlertRaised, ItemDone, MessageQueued
from stubs.smki import Pki
from stubs.wire.duis import DccAlert, schema_problems
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64
from tests.dcc_kit import NETWORK_OPERATOR, NEW_DEVICE, SUPPLIER, DccFixture, response_of


def test_alerts_raised_by_hand_reach_the_party(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    _, events = fixture.dcc.raise_device_alert(device, "8F3F", None, fixture.now)
    fixture.keep(events)
    _, events = fixture.dcc.raise_dcc_alert("AD1", NETWORK_OPERATOR, None, fixture.now)
    fixture.keep(events)
    alert, outage = fixture.messages()
    assert (alert.message_kind, alert.alert_code, alert.user) == ("device-alert", "8F3F", SUPPLIER)
    body = response_of(outage.body).body
    assert isinstance(body, DccAlert)
    assert (body.code, body.content.name) == ("AD1", "PowerOutageEvent")
    assert schema_problems(outage.body) == ()


@pytest.mark.parametrize("code", ["AD1", "N1", "N2", "N16", "N999"])
def test_default_contents_of_dcc_alerts_are_valid(fixture: DccFixture, code: str) -> None:
    fixture.build()
    fixture.keep(fixture.dcc.raise_dcc_alert(code, SUPPLIER, None, fixture.now)[1])
    assert schema_problems(fixture.messages()[-1].body) == ()


def test_the_content_of_a_dcc_alert_may_be_given(fixture: DccFixture) -> None:
    content = {"CommandFailure": {"CommandRequestID": f"{SUPPLIER}:{NEW_DEVICE}:1", "DeviceID": NEW_DEVICE}}
    fixture.keep(fixture.dcc.raise_dcc_alert("N10", SUPPLIER, content, fixture.now)[1])
    assert schema_problems(fixture.messages()[-1].body) == ()
    with pytest.raises(ValueError, match="one member"):
        fixture.dcc.raise_dcc_alert("N10", SUPPLIER, {}, fixture.now)


def test_two_alerts_in_one_millisecond_have_different_response_ids(fixture: DccFixture) -> None:
    fixture.build()
    for _ in range(2):
        fixture.keep(fixture.dcc.raise_dcc_alert("N1", SUPPLIER, None, fixture.now)[1])
    first, second = fixture.messages()
    assert first.response_id != second.response_id


RECORDED = [("chf", code) for code, row in device_alerts().items() if row.to_broker == "recorded"]


@pytest.mark.parametrize(("name", "code"), [*RECORDED, ("gpf", "8071"), ("esme", "8F3F")])
def test_an_alert_to_the_broker_stays_with_the_dcc(fixture: DccFixture, name: str, code: str) -> None:
    device = fixture.build()[name]
    _, events = fixture.dcc.raise_device_alert(device, code, str(fixture.pki.acb), fixture.now)
    assert [type(event) for event in fixture.keep(events) if isinstance(event, AlertRaised | MessageQueued)] == [
        AlertRaised
    ]


def test_premises_of_the_same_name_get_fresh_identities(fixture: DccFixture) -> None:
    first, second = fixture.build(name="same"), fixture.build(name="same")
    assert not set(first.values()) & set(second.values())


def test_the_same_seed_gives_the_same_premises(pki: Pki) -> None:
    assert DccFixture(pki).build(name="home") == DccFixture(pki).build(name="home")


def test_an_absent_device_exists_but_the_inventory_does_not_know_it(fixture: DccFixture) -> None:
    device = fixture.build({"name": "esme", "type": "ESME", "status": "absent"})["esme"]
    assert Eui64.parse(device) in fixture.dcc.state.devices
    assert fixture.post(fixture.party.request("11.2", device)).response_code == "E19"


@pytest.mark.parametrize(
    "spec",
    [
        {"devices": []},
        {"name": "a", "devices": [{"name": "x", "type": "TOASTER"}]},
        {"name": "a", "devices": [{"name": "x", "type": "ESME"}, {"name": "x", "type": "GSME"}]},
        {"name": "a", "devices": [{"name": "x", "type": "ESME", "values": {"colour": "red"}}]},
    ],
)
def test_premises_that_cannot_be_leave_no_trace(fixture: DccFixture, spec: dict[str, Any]) -> None:
    with pytest.raises((ValueError, PeerError)):
        fixture.dcc.add_premises(spec, fixture.now)
    assert (len(fixture.dcc.state.devices), fixture.dcc.state.inventory.meter_points) == (0, {})


def test_after_a_reset_only_users_are_left(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fixture.post(fixture.party.request("11.2", device))
    fixture.keep(fixture.dcc.reset("other", fixture.now))
    state = fixture.dcc.state
    assert (len(state.devices), state.inventory.records, state.agenda.items) == (0, {}, {})
    assert Eui64.parse(SUPPLIER) in state.users
    assert fixture.pass_time(10) == []


def test_an_error_of_ours_ends_the_item_and_nothing_else(fixture: DccFixture) -> None:
    told: list[Exception] = []
    fixture.dcc.on_error = told.append
    device = fixture.build()["esme"]
    fixture.post(fixture.party.request("11.2", device))
    (item,) = fixture.dcc.state.agenda.items.values()
    item.data["group"] = "not hexadecimal"
    fixture.pass_time()
    assert [type(error) for error in told] == [ValueError]
    fixture.post(fixture.party.request("11.2", device))
    fixture.pass_time()
    assert fixture.last_response().header.response_code == "I0"


def test_values_of_devices_and_inventory_are_set_by_hand(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fixture.keep(fixture.dcc.set_device(device, {"firmware_version": "0A0B0C0D"}, fixture.now))
    fixture.keep(fixture.dcc.set_inventory(device, {"DeviceStatus": "Suspended"}, fixture.now))
    assert fixture.dcc.device(device, fixture.now)["firmware_version"] == "0A0B0C0D"
    assert fixture.post(fixture.party.request("4.1.1", device)).response_code == "E5"
    assert fixture.post(fixture.party.request("11.2", device)).response_code == "I99"
    with pytest.raises(ValueError, match="Colour"):
        fixture.dcc.set_inventory(device, {"Colour": "red"}, fixture.now)


def test_a_user_with_an_unknown_role_is_refused(fixture: DccFixture) -> None:
    with pytest.raises(ValueError, match="XX"):
        fixture.dcc.register_user(SUPPLIER, "A", ("XX",), None, "active", fixture.now)


def test_cancelled_items_are_recorded(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fixture.post(fixture.party.request("4.1.1", device, ExecutionDateTime="2026-01-15T12:00:00Z"))
    fixture.post(fixture.party.request("4.1.1", device, ExecutionDateTime="3000-12-31T00:00:00Z"))
    outcomes = [entry.event.outcome for entry in fixture.entries if isinstance(entry.event, ItemDone)]
    assert outcomes == ["cancelled"]


def test_time_passes_for_held_messages(fixture: DccFixture) -> None:
    fixture.post(fixture.party.request("11.2", fixture.build()["esme"]))
    fixture.pass_time()
    (message,) = fixture.messages()
    for attempt in range(1, 10):
        fixture.keep(fixture.dcc.delivery_failed(message.message, attempt, 500, "down", fixture.now))
    assert fixture.dcc.state.outbox.head(Eui64.parse(SUPPLIER)) is None
    fixture.keep(fixture.dcc.redeliver(Eui64.parse(SUPPLIER), fixture.now + timedelta(seconds=1)))
    assert fixture.dcc.state.outbox.head(Eui64.parse(SUPPLIER)) is not None
