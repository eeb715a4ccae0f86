"""Devices that leave the DCC (8.5), and a gas proxy that is exchanged (8.12.2), from the request to what follows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from stubs.dcc import Reply
from stubs.events import CommandSent, DeviceAnswered, DeviceSilent
from stubs.smki import Pki
from stubs.wire.duis import DccAlert, ServiceRequest, example, write_request
from stubs.wire.eui64 import Eui64
from tests.dcc_kit import DccFixture, code_of, response_of
from tests.every_request import TOMORROW, Home, fitted, home_for, texts_for, user_for
from tests.service_trips import create

DAY = 86400


@pytest.fixture(params=["ESME", "GSME"])
def home(pki: Pki, request: pytest.FixtureRequest) -> Iterator[Home]:
    home = home_for(pki, "8.5", request.param, user_for("8.5", request.param))
    yield home
    home.fixture.valid()


def opt_out(home: Home, at: str = TOMORROW) -> Reply:
    body = example("8.5", device_type=home.kind)
    texts = texts_for(home, body) | {"ExecutionDateTime": at}
    request = ServiceRequest(home.party.header("8.5", home.target), fitted(body, texts))
    return home.fixture.post(home.party.sign(write_request(request)))


def events(fixture: DccFixture, kind: type) -> list[Any]:
    return [entry.event for entry in fixture.entries if isinstance(entry.event, kind)]


def structures(fixture: DccFixture) -> list[str]:
    bodies = [response_of(message.body).body for message in fixture.messages("dcc-alert")]
    return [body.content.name for body in bodies if isinstance(body, DccAlert)]


# --- 8.5 ---


def test_a_device_opts_out_on_its_date_and_no_earlier(home: Home) -> None:
    fixture = home.fixture
    assert opt_out(home).response_code == "I99", fixture.refused()
    fixture.pass_time(600)
    assert (events(fixture, CommandSent), fixture.status(home.target)) == ([], "Commissioned")
    fixture.pass_time(DAY)
    (answered,) = events(fixture, DeviceAnswered)
    assert answered.device == home.target
    assert fixture.last_response().header.response_code == "I0"
    assert fixture.status(home.target) == "Withdrawn"
    assert fixture.dcc.state.devices[Eui64.parse(home.target)].anchors, "the broker's certificates were replaced"


def test_who_opted_out_takes_no_more_requests_and_no_schedule_runs_for_it(pki: Pki) -> None:
    home = home_for(pki, "8.5", "ESME", user_for("8.5", "ESME"))
    fixture = home.fixture
    assert create(fixture, home.target).response_code == "I0"
    opt_out(home)
    fixture.pass_time(DAY)
    assert fixture.status(home.target) == "Withdrawn"
    assert "DSPScheduleRemoval" in structures(fixture)
    sent = len(events(fixture, CommandSent))
    fixture.pass_time(3 * DAY)
    assert len(events(fixture, CommandSent)) == sent
    assert code_of(fixture.post(home.party.request("7.4", home.target))) == "E5"
    fixture.valid()


def test_an_opt_out_is_cancelled_by_the_year_3000(home: Home) -> None:
    opt_out(home)
    assert opt_out(home, "3000-12-31T00:00:00.00Z").response_code == "I99"
    home.fixture.pass_time(2 * DAY)
    assert events(home.fixture, CommandSent) == []
    assert home.fixture.status(home.target) == "Commissioned"


def test_a_device_that_is_out_of_reach_on_the_date_stays(home: Home) -> None:
    fixture = home.fixture
    opt_out(home)
    fixture.keep(fixture.dcc.set_device(home.target, {"reachable": False}, fixture.now))
    fixture.pass_time(DAY)
    assert events(fixture, DeviceSilent)[0].response_code == "E20"
    assert fixture.last_response().header.response_code == "E20"
    assert fixture.status(home.target) == "Commissioned"


# --- 8.12.2 ---


def exchanged(fixture: DccFixture) -> tuple[dict[str, str], dict[str, str]]:
    """A home, and the hub and gas proxy that come into it."""
    old = fixture.build()
    points = [fixture.premises["mpan"], fixture.premises["mprn"]]
    new = fixture.build({"name": "chf", "type": "CHF"}, {"name": "gpf", "type": "GPF"})
    fixture.keep(fixture.dcc.set_inventory(new["chf"], {"MPxNs": points}, fixture.now))
    return old, new


@pytest.mark.parametrize("order", [("8.12.1", "8.12.2"), ("8.12.2", "8.12.1")])
def test_an_exchanged_hub_and_proxy_know_the_devices_of_the_old_ones(pki: Pki, order: tuple[str, str]) -> None:
    fixture = DccFixture(pki)
    old, new = exchanged(fixture)
    services = {"8.12.1": ("chf", "OldCHFID"), "8.12.2": ("gpf", "OldGPFID")}
    for srv in order:
        name, element = services[srv]
        body: dict[str, Any] = {element: old[name]}
        answer = fixture.post(fixture.party.request(srv, new[name], **body))
        assert answer.response_code == "I99", fixture.refused()
        fixture.pass_time(1)
        assert fixture.last_response().header.response_code == "I0"
    proxy = fixture.dcc.state.devices[Eui64.parse(new["gpf"])]
    assert {one.device for one in proxy.joined} == {old["gsme"], old["ppmid"]}
    assert proxy.mirrors == old["gsme"]
    record = fixture.dcc.state.inventory.get(Eui64.parse(new["gpf"]))
    assert record is not None
    assert record.joined == tuple(sorted(Eui64.parse(old[name]) for name in ("gsme", "ppmid")))
    assert structures(fixture).count("DeviceLogRestored") >= 2
    fixture.valid()


def test_a_restored_proxy_answers_for_the_meter(pki: Pki) -> None:
    fixture = DccFixture(pki)
    old, new = exchanged(fixture)
    fixture.post(fixture.party.request("8.12.1", new["chf"], OldCHFID=old["chf"]))
    fixture.post(fixture.party.request("8.12.2", new["gpf"], OldGPFID=old["gpf"]))
    fixture.pass_time(1)
    readings = []
    for device in (old["gsme"], new["gpf"]):
        assert fixture.post(fixture.party.request("4.1.1", device)).response_code == "I99", fixture.refused()
        fixture.pass_time(1)
        readings.append(events(fixture, DeviceAnswered)[-1].values)
    assert readings[0] == readings[1] != {}


@pytest.mark.parametrize(
    ("wrong", "rule"), [("chf", "restore-unknown"), ("gpf", "restore-same"), ("absent", "restore-unknown")]
)
def test_a_proxy_takes_only_the_log_of_another_proxy(pki: Pki, wrong: str, rule: str) -> None:
    fixture = DccFixture(pki)
    devices = fixture.build() | {"absent": "DE-51-CE-00-00-00-00-99"}
    fixture.post(fixture.party.request("8.12.2", devices["gpf"], OldGPFID=devices[wrong]))
    assert fixture.refused() == rule
