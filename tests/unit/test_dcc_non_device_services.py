"""The Non-Device Services of the simulated DCC: inventory, statuses, details; no sockets, frozen time."""

from __future__ import annotations

from typing import Any

import pytest

from stubs.events import RequestAccepted
from stubs.settings import DccSettings
from stubs.smki import Pki
from stubs.wire.duis import ServiceResponse, schema_problems
from stubs.wire.eui64 import Eui64
from stubs.wire.xml import parse
from stubs.wire.xmlsig import is_signed, verify
from tests.dcc_kit import (
    HOME_WITH_NEW_METER,
    NETWORK_OPERATOR,
    NEW_DEVICE,
    DccFixture,
    dcc_alerts,
    inventory_of,
    response_of,
)


def test_every_document_that_leaves_is_valid_and_signed_where_it_must_be(fixture: DccFixture) -> None:
    devices = fixture.build()
    answers = [
        fixture.post(fixture.party.request("8.2", DeviceID=devices["esme"])),
        fixture.post(fixture.party.request("12.1", UPRN="123456789012")),
        fixture.post(fixture.party.request("11.2", devices["esme"])),
        fixture.critical("7.2", devices["esme"]),
    ]
    fixture.pass_time()
    documents = [answer.body for answer in answers] + [message.body for message in fixture.messages()]
    assert [schema_problems(document) for document in documents] == [()] * len(documents)
    for document in documents:
        response = response_of(document)
        is_plain = isinstance(response.body, ServiceResponse) and response.body.result is None
        assert is_signed(parse(document)) is not is_plain
        if not is_plain:
            verified = verify(document, fixture.pki.certificates)
            assert (verified.certificate.eui, verified.certificate.role) == (fixture.pki.acb, "89")


@pytest.mark.parametrize("criterion", ["DeviceID", "MPxN", "UPRN", "PropertyFilter"])
def test_the_inventory_is_read_by_any_criterion_and_lists_the_hub_with_all_its_devices(
    fixture: DccFixture, criterion: str
) -> None:
    devices = fixture.build()
    fixture.build()
    place = {"PostCode": fixture.premises["postcode"], "AddressIdentifier": fixture.premises["address"]}
    devices = fixture.premises["devices"]
    value = {
        "DeviceID": devices["ppmid"],
        "MPxN": fixture.premises["mpan"],
        "UPRN": fixture.premises["uprn"],
        "PropertyFilter": place,
    }[criterion]
    answer = fixture.post(fixture.party.request("8.2", **{criterion: value}))
    assert answer.response_code == "I0"
    assert sorted(inventory_of(answer.body)) == sorted(devices.values())


def test_a_pre_notified_meter_is_pending(fixture: DccFixture) -> None:
    given: dict[str, Any] = {
        "DeviceID": NEW_DEVICE,
        "DeviceManufacturer": "UEPT",
        "DeviceModel": "M",
        "DeviceType": "ESME",
    }
    answer = fixture.post(fixture.party.request("12.2", **given, ESMEVariant="A"))
    assert answer.response_code == "I99"
    assert fixture.status(NEW_DEVICE) == "Pending"
    assert inventory_of(fixture.post(fixture.party.request("8.2", DeviceID=NEW_DEVICE)).body) == [NEW_DEVICE]


def test_a_pre_notified_hub_brings_its_gas_proxy(fixture: DccFixture) -> None:
    proxy = "DE-51-CE-00-00-00-00-02"
    given: dict[str, Any] = {
        "DeviceID": NEW_DEVICE,
        "DeviceManufacturer": "UEPT",
        "DeviceModel": "M",
        "DeviceType": "CHF",
    }
    fixture.post(fixture.party.request("12.2", **given, AssociatedGPFDeviceID=proxy))
    answer = fixture.post(fixture.party.request("8.2", DeviceID=proxy))
    assert inventory_of(answer.body) == [NEW_DEVICE, proxy]


def test_coverage_is_made_up_but_always_the_same(fixture: DccFixture) -> None:
    bodies = []
    for _ in range(2):
        body = response_of(fixture.post(fixture.party.request("12.1", UPRN="123456789012")).body).body
        assert isinstance(body, ServiceResponse)
        bodies.append(body.result)
    assert bodies[0] == bodies[1]


def test_a_decommissioned_meter_is_told_to_the_network_operator(fixture: DccFixture) -> None:
    devices = fixture.build()
    answer = fixture.post(fixture.party.request("8.3", DeviceID=devices["esme"]))
    assert answer.response_code == "I99"
    assert fixture.status(devices["esme"]) == "Decommissioned"
    assert dcc_alerts(fixture) == [(NETWORK_OPERATOR, "N1")]


def test_a_user_with_several_roles_acts_in_the_one_that_is_responsible(fixture: DccFixture) -> None:
    devices = fixture.build()
    assert fixture.post(fixture.party.request("8.3", DeviceID=devices["gsme"])).response_code == "I99"
    (accepted,) = [entry.event for entry in fixture.entries if isinstance(entry.event, RequestAccepted)]
    assert accepted.role == "GS"


def test_decommissioning_a_hub_takes_its_gas_proxy_along(fixture: DccFixture) -> None:
    devices = fixture.build()
    fixture.post(fixture.party.request("8.3", DeviceID=devices["chf"]))
    assert (fixture.status(devices["chf"]), fixture.status(devices["gpf"])) == ("Decommissioned", "Decommissioned")


def test_a_deleted_device_is_gone_from_the_inventory(fixture: DccFixture) -> None:
    device = fixture.build(*HOME_WITH_NEW_METER)["esme"]
    assert fixture.post(fixture.party.request("8.4", DeviceID=device, DeleteDevice=None)).response_code == "I99"
    assert fixture.post(fixture.party.request("8.2", DeviceID=device)).response_code == "E080201"


def test_details_and_meter_points_are_updated(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fixture.post(fixture.party.request("8.4", DeviceID=device, UpdateDeviceDetails={"DeviceModel": "better"}))
    other = fixture.premises["mprn"]
    fixture.post(fixture.party.request("8.4", DeviceID=device, UpdateMPxN={"ImportMPxN": other}))
    record = fixture.dcc.state.inventory.get(Eui64.parse(device))
    assert record is not None
    assert (record.model, record.import_mpxn) == ("better", other)


def test_statuses_are_updated(fixture: DccFixture) -> None:
    devices = fixture.build(
        {"name": "chf", "type": "CHF", "status": "InstalledNotCommissioned"},
        {"name": "esme", "type": "ESME", "status": "Whitelisted"},
    )
    change: dict[str, Any] = {"UpdateDeviceStatusExceptCH": "Pending"}
    assert fixture.post(fixture.party.request("8.4", DeviceID=devices["esme"], **change)).response_code == "I99"
    change = {"UpdateDeviceStatusCH": "Commissioned"}
    assert fixture.post(fixture.party.request("8.4", DeviceID=devices["chf"], **change)).response_code == "I99"
    assert (fixture.status(devices["esme"]), fixture.status(devices["chf"])) == ("Pending", "Commissioned")


def test_an_installed_hub_is_commissioned_for_its_meter_point(fixture: DccFixture) -> None:
    hub = fixture.build({"name": "chf", "type": "CHF", "status": "InstalledNotCommissioned"})["chf"]
    given = {
        "DeviceID": hub,
        "CHFInstallType": "New CHF Install",
        "MPxN": fixture.premises["mpan"],
        "AerialInstall": "false",
        "CHFLocation": "Deep indoors",
    }
    assert fixture.post(fixture.party.request("8.14.1", **given)).response_code == "I99"
    assert fixture.status(hub) == "Commissioned"
    assert inventory_of(fixture.post(fixture.party.request("8.2", MPxN=fixture.premises["mpan"])).body) == [hub]


def test_success_without_data_is_i0_when_settings_say_so(pki: Pki) -> None:
    fixture = DccFixture(pki, DccSettings(non_device_success="I0"))
    assert fixture.post(fixture.party.request("8.3", DeviceID=fixture.build()["esme"])).response_code == "I0"
