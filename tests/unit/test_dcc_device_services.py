"""The device services of the simulated DCC, from request to response, and installing; no sockets, frozen time."""

from __future__ import annotations

from typing import Any

import pytest

from stubs.events import CommandSent, DeviceAnswered
from stubs.settings import DccSettings
from stubs.smki import Pki
from stubs.wire.duis import DeviceAlert
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.envelope import Message
from tests.dcc_kit import (
    HOME_WITH_NEW_METER,
    NETWORK_OPERATOR,
    OTHER_USER,
    SUPPLIER,
    DccFixture,
    Party,
    dcc_alerts,
    inventory_of,
    of_kind,
    response_of,
)

CLOCK = {"CurrentDateTime": "2026-01-15T10:00:00Z", "TolerancePeriod": 10}


# --- device services ---


def test_a_read_is_acknowledged_and_answered_later(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    answer = fixture.post(fixture.party.request("4.1.1", device))
    assert (answer.response_code, fixture.messages()) == ("I99", [])
    fixture.pass_time()
    response = fixture.last_response()
    assert response.header.response_code == "I0"
    assert response.header.request_id is not None
    assert response.header.response_id == response.header.request_id.reversed()
    answered = of_kind([entry.event for entry in fixture.entries], DeviceAnswered)
    assert answered[0].values["ActiveImportRegister"] > 0
    assert Message.from_bytes(fixture.payload()).mac is not None


READS = [
    ("4.1.1", "esme"),
    ("4.1.1", "gsme"),
    ("4.1.1", "gpf"),
    ("4.3", "esme"),
    ("4.3", "gsme"),
    ("7.4", "esme"),
    ("7.4", "gsme"),
    ("11.2", "esme"),
    ("11.2", "gsme"),
    ("11.2", "ppmid"),
]


@pytest.mark.parametrize(("srv", "device"), READS)
def test_reads_are_answered_by_each_kind_of_device(fixture: DccFixture, srv: str, device: str) -> None:
    target = fixture.build()[device]
    assert fixture.post(fixture.party.request(srv, target)).response_code == "I99"
    happened = fixture.pass_time()
    assert len(of_kind(happened, DeviceAnswered)) == 1
    assert fixture.last_response().header.response_code == "I0"


LOGS = [("esme", "Event"), ("gsme", "Event"), ("chf", "Event")]


@pytest.mark.parametrize(("device", "log"), LOGS)
def test_event_logs_are_read(fixture: DccFixture, device: str, log: str) -> None:
    target = fixture.build()[device]
    period = {"StartDateTime": "2026-01-01T00:00:00Z", "EndDateTime": "2026-01-16T00:00:00Z"}
    request = fixture.party.request("6.13", target, ReadLogPeriod=period, LogToRead=log)
    assert fixture.post(request).response_code == "I99", fixture.entries[-2]
    assert len(of_kind(fixture.pass_time(), DeviceAnswered)) == 1


def test_a_message_is_shown(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fixture.post(fixture.party.request("3.1", device, SupplierMessage="Good morning"))
    fixture.pass_time()
    assert fixture.dcc.state.devices[Eui64.parse(device)].display_message == "Good morning"


CRITICAL: list[tuple[str, str, dict[str, Any]]] = [
    ("1.5", "esme", {"PrepaymentMode": {"AdjustMeterBalance": 100}}),
    ("1.5", "gsme", {"CreditMode": {"ResetMeterBalance": None}}),
    ("1.6", "esme", {"Credit": None}),
    ("1.6", "gsme", {"Credit": None}),
    ("6.11", "esme", CLOCK),
    ("6.11", "gsme", CLOCK),
    ("7.1", "esme", {}),
    ("7.2", "esme", {}),
    ("7.2", "gsme", {}),
]


@pytest.mark.parametrize(("srv", "device", "body"), CRITICAL)
def test_critical_services_go_through_a_pre_command(
    fixture: DccFixture, srv: str, device: str, body: dict[str, Any]
) -> None:
    target = fixture.build()[device]
    assert fixture.critical(srv, target, **body).response_code == "I99"
    happened = fixture.pass_time()
    assert len(of_kind(happened, DeviceAnswered)) == 1
    assert Message.from_bytes(fixture.payload()).group.signature
    assert [message.response_code for message in fixture.messages("response")] == ["I0"]


def test_a_disabled_supply_changes_the_meter_and_is_reported(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fixture.critical("7.2", device)
    fixture.pass_time()
    assert fixture.dcc.state.devices[Eui64.parse(device)].supply == "disabled"
    alerts = fixture.messages("device-alert")
    assert [alert.alert_code for alert in alerts] == ["8F57"]
    body = response_of(alerts[0].body).body
    assert isinstance(body, DeviceAlert)
    assert Message.from_bytes(body.gbcs_payload).group.cra == 3


def test_a_signed_pre_command_is_taken_once(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    answer = fixture.post(fixture.party.request("7.2", device))
    signed = fixture.party.signed_pre_command(answer.body)
    assert fixture.post(signed).response_code == "I99"
    assert fixture.post(signed).response_code == "E100"
    assert fixture.refused() == "replayed-request"


def test_a_signed_pre_command_is_taken_although_later_requests_came_between(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    answer = fixture.post(fixture.party.request("7.2", device))
    fixture.post(fixture.party.request("11.2", device))
    assert fixture.post(fixture.party.signed_pre_command(answer.body)).response_code == "I99"


def test_without_memory_of_the_transform_a_signed_pre_command_is_taken_when_settings_say_so(pki: Pki) -> None:
    fixture = DccFixture(pki, DccSettings(require_transform=False))
    device = fixture.build()["esme"]
    answer = fixture.post(fixture.party.request("7.2", device))
    fixture.dcc.state.ledger.issued.clear()
    fixture.dcc.state.ledger.highest.clear()
    assert fixture.post(fixture.party.signed_pre_command(answer.body)).response_code == "I99"
    fixture.pass_time()
    assert fixture.dcc.state.devices[Eui64.parse(device)].supply == "disabled"


def test_an_other_user_reads_through_the_broker(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fixture.party = Party(fixture.pki, OTHER_USER)
    assert fixture.post(fixture.party.request("11.2", device)).response_code == "I99"
    happened = fixture.pass_time()
    (sent,) = of_kind(happened, CommandSent)
    group = Message.from_bytes(sent.payload).group
    assert (group.originator, str(group.other.party)) == (fixture.pki.acb, OTHER_USER)
    assert fixture.messages()[-1].user == OTHER_USER


# --- installing ---


def add_to_hub(fixture: DccFixture, device: str, hub: str, code: str, period: int = 60) -> Any:
    log = {"JoinTimePeriod": period, "InstallCode": code, "ImportMPxN": fixture.premises["mpan"]}
    return fixture.post(
        fixture.party.request("8.11", hub, DeviceID=device, RequestType="Add", AddDeviceToCHFWhitelist=log)
    )


def test_a_meter_is_added_joins_and_is_commissioned(fixture: DccFixture) -> None:
    devices = fixture.build(*HOME_WITH_NEW_METER)
    meter = devices["esme"]
    code = fixture.premises["install_codes"]["esme"]
    assert add_to_hub(fixture, meter, devices["chf"], code).response_code == "I99"
    fixture.pass_time(0.1)
    assert fixture.status(meter) == "Whitelisted"
    assert (SUPPLIER, "N24") in dcc_alerts(fixture)
    fixture.pass_time(1)
    assert fixture.status(meter) == "InstalledNotCommissioned"
    assert fixture.critical("8.1.1", meter, **CLOCK).response_code == "I99"
    fixture.pass_time(1)
    assert fixture.status(meter) == "Commissioned"
    assert (NETWORK_OPERATOR, "N16") in dcc_alerts(fixture)
    assert "8F69" in [message.alert_code for message in fixture.messages("device-alert")]
    family = inventory_of(fixture.post(fixture.party.request("8.2", MPxN=fixture.premises["mpan"])).body)
    assert sorted(family) == sorted(devices.values())


def test_a_wrong_install_code_leaves_the_meter_whitelisted_and_is_reported(fixture: DccFixture) -> None:
    devices = fixture.build(*HOME_WITH_NEW_METER)
    add_to_hub(fixture, devices["esme"], devices["chf"], "00" * 16, period=60)
    fixture.pass_time(30)
    assert (fixture.status(devices["esme"]), dcc_alerts(fixture)) == ("Whitelisted", [(SUPPLIER, "N24")])
    fixture.pass_time(40)
    assert dcc_alerts(fixture) == [(SUPPLIER, "N24"), (SUPPLIER, "N25")]


def test_a_device_is_taken_from_the_hub(fixture: DccFixture) -> None:
    devices = fixture.build()
    request = fixture.party.request("8.11", devices["chf"], DeviceID=devices["ppmid"], RequestType="Remove")
    assert fixture.post(request).response_code == "I99"
    fixture.pass_time()
    assert fixture.status(devices["ppmid"]) == "Pending"
    assert fixture.dcc.state.devices[Eui64.parse(devices["ppmid"])].hub == ""
