"""Images for devices, notices about hubs, opting in, coverage, registrations, answers brought back from the meter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from stubs.dcc import Reply
from stubs.events import AlertRaised, DeviceAnswered
from stubs.settings import DccSettings
from stubs.smki import Pki
from stubs.wire.duis import DccAlert, Node, OtherResult, ServiceResponse
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.envelope import Message
from tests.dcc_kit import (
    NETWORK_OPERATOR,
    NOW,
    OTHER_SUPPLIER,
    OTHER_USER,
    SUPPLIER,
    DccFixture,
    Party,
    response_of,
)
from tests.service_trips import ABSENT, change_of_supplier, local_answer, opt_in, update_firmware

OPEN = DccSettings(eligible_roles={"8.6": ("IS",), "8.5": ("IS",)})


@pytest.fixture
def fixture(pki: Pki) -> Iterator[DccFixture]:
    fixture = DccFixture(pki, OPEN)
    yield fixture
    fixture.valid()


def node_of(answer: Reply | bytes) -> Node:
    body = response_of(answer if isinstance(answer, bytes) else answer.body).body
    assert isinstance(body, ServiceResponse)
    assert isinstance(body.result, OtherResult), body
    return body.result.node


def told(fixture: DccFixture) -> list[tuple[str, str, str]]:
    """DCC alerts: User, code, structure."""
    found = []
    for message in fixture.messages("dcc-alert"):
        body = response_of(message.body).body
        assert isinstance(body, DccAlert)
        found.append((message.user, body.code, body.content.name))
    return found


def listed(fixture: DccFixture, product: dict[str, str]) -> None:
    fixture.keep(
        fixture.dcc.perform(lambda tester, transaction: tester.list_product(transaction, product), fixture.now)[1]
    )


# --- 11.1, 11.4 ---


def test_an_image_reaches_hub_and_meter_which_tells_of_it(fixture: DccFixture) -> None:
    devices = fixture.build()
    assert update_firmware(fixture, devices["esme"], devices["gsme"]).response_code == "I99"
    fixture.pass_time(120)
    assert told(fixture) == [
        (NETWORK_OPERATOR, "N59", "FirmwareUpgradeRequested"),
        (NETWORK_OPERATOR, "N59", "FirmwareUpgradeRequested"),
        (SUPPLIER, "N60", "CSPFirmwareDeliveryStatus"),
        (SUPPLIER, "N60", "CSPFirmwareDeliveryStatus"),
    ]
    image = fixture.dcc.state.devices[Eui64.parse(devices["esme"])].image
    assert image is not None
    assert image.version == "00000A02"
    raised = [entry.event.code for entry in fixture.entries if isinstance(entry.event, AlertRaised)]
    assert raised.count("8F72") == 2


def test_a_hub_out_of_reach_is_a_failed_delivery(fixture: DccFixture) -> None:
    devices = fixture.build()
    fixture.keep(fixture.dcc.set_device(devices["chf"], {"reachable": False}, fixture.now))
    update_firmware(fixture, devices["esme"])
    fixture.pass_time(120)
    assert told(fixture)[-1] == (SUPPLIER, "N61", "CSPFirmwareDeliveryStatus")
    assert fixture.dcc.state.devices[Eui64.parse(devices["esme"])].image is None


@pytest.mark.parametrize(("effect", "code"), [("drop", "N61"), ("altered", "N60")])
def test_faults_bend_an_image_on_its_way(fixture: DccFixture, effect: str, code: str) -> None:
    device = fixture.build()["esme"]
    fixture.keep(fixture.dcc.set_fault({"point": "firmware", "effect": effect}, fixture.now)[1])
    update_firmware(fixture, device)
    fixture.pass_time(120)
    assert told(fixture)[-1][1] == code
    assert fixture.dcc.state.devices[Eui64.parse(device)].image is None


def test_devices_that_do_not_take_the_image_are_listed_with_the_reason(fixture: DccFixture) -> None:
    devices = fixture.build()
    old = fixture.build({"name": "chf", "type": "CHF"}, {"name": "esme", "type": "ESME", "status": "Pending"})["esme"]
    strange = fixture.build()["esme"]
    newer = fixture.build()["esme"]
    for device, values in ((strange, {"DeviceModel": "OTHER"}), (newer, {"DeviceModel": "NEW"})):
        fixture.keep(fixture.dcc.set_inventory(device, values, fixture.now))
    for model, version in (("ESME-1", ""), ("NEW", "1.0")):
        product = {"manufacturer": "UEPT", "model": model, "firmware_version": "0A02", "gbcs_version": version}
        listed(fixture, product)
    update_firmware(fixture, devices["esme"])
    busy, fresh = devices["esme"], fixture.build()["esme"]
    answer = update_firmware(fixture, ABSENT, devices["ppmid"], old, strange, busy, newer, fresh)
    assert answer.response_code == "W110101"
    lists = {child.name: child.text for child in node_of(answer).children}
    assert lists == {
        "InvalidDeviceIDList": f"{ABSENT},{devices['ppmid']}",
        "NotCommissionedDeviceIDList": old,
        "NotApplicableFirmwareDeviceIDList": strange,
        "OtherRequestInProgressList": busy,
        "InvalidGBCSVersionList": newer,
    }


def test_a_warning_may_be_left_out(pki: Pki) -> None:
    fixture = DccFixture(pki, DccSettings(firmware_warning=False))
    assert update_firmware(fixture, fixture.build()["esme"], ABSENT).response_code == "I99"


def test_prepayment_displays_have_a_service_of_their_own(fixture: DccFixture) -> None:
    devices = fixture.build()
    assert update_firmware(fixture, devices["esme"], srv="11.4").response_code == "E110402"
    assert update_firmware(fixture, devices["ppmid"], srv="11.4").response_code == "I99"
    fixture.pass_time(120)
    assert (SUPPLIER, "N60", "CSPFirmwareDeliveryStatus") in told(fixture)
    assert (SUPPLIER, "N30", "PPMIDAlert") in told(fixture)


def test_an_activated_image_is_what_the_inventory_says(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    update_firmware(fixture, device)
    fixture.pass_time(120)
    image = fixture.dcc.state.devices[Eui64.parse(device)].image
    assert image is not None
    assert fixture.critical("11.3", device, FirmwareHash=image.hash).response_code == "I99"
    fixture.pass_time(1)
    record = fixture.dcc.state.inventory.get(Eui64.parse(device))
    assert record is not None
    assert record.firmware_version == "00000A02"


def test_a_version_that_differs_from_the_inventory_is_told_and_noted(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fixture.keep(fixture.dcc.set_device(device, {"firmware_version": "0B000001"}, fixture.now))
    fixture.post(fixture.party.request("11.2", device))
    fixture.pass_time(1)
    assert (SUPPLIER, "N49", "FirmwareVersionMismatch") in told(fixture)
    fixture.post(fixture.party.request("11.2", device))
    fixture.pass_time(1)
    assert len(told(fixture)) == 1


# --- hubs ---


def installed(fixture: DccFixture, hub: str, **more: Any) -> str | None:
    body = {
        "DeviceID": hub,
        "CHFInstallType": "CHF Install - no SM WAN",
        "MPxN": fixture.premises["mpan"],
        "AerialInstall": "false",
        "CHFLocation": "Deep indoors",
        **more,
    }
    return fixture.post(fixture.party.request("8.14.2", **body)).response_code


def test_a_hub_without_wan_waits(fixture: DccFixture) -> None:
    devices = fixture.build({"name": "chf", "type": "CHF", "status": "Pending"}, {"name": "gpf", "type": "GPF"})
    checks = ("MetalObstructionCheck", "ConnectivityObstructionCheck", "SharedObstructionCheck")
    more = {"PremiseType": "Terraced", **dict.fromkeys(checks, "true")}
    assert installed(fixture, devices["chf"], **more) == "I99"
    assert fixture.status(devices["chf"]) == "InstalledNotCommissioned"


@pytest.mark.parametrize("srv", ["8.14.3", "8.14.4"])
def test_a_returned_hub_is_decommissioned_with_its_proxy(fixture: DccFixture, srv: str) -> None:
    devices = fixture.build()
    fault: dict[str, Any] = {
        "CHFFaultReturnType": "Fault identified post installation",
        "OtherDeviceID": devices["esme"],
        "CHFConnectionMethod": "Cradle",
        "CHFFaultReason": "LED Fault",
    }
    plain: dict[str, Any] = {"CHFNoFaultReturnType": "No Fault Return (general)"}
    body = fault if srv == "8.14.3" else plain
    assert fixture.post(fixture.party.request(srv, DeviceID=devices["chf"], **body)).response_code == "I99"
    assert (fixture.status(devices["chf"]), fixture.status(devices["gpf"])) == ("Decommissioned", "Decommissioned")
    assert told(fixture)[0][2] == "DeviceStatusChangeEvent"


def test_devices_of_a_replaced_hub_belong_to_the_new_one(fixture: DccFixture) -> None:
    old = fixture.build()
    new = fixture.build({"name": "chf", "type": "CHF"}, {"name": "gpf", "type": "GPF"})
    fixture.keep(fixture.dcc.set_inventory(new["chf"], {"MPxNs": [fixture.dcc.state.inventory.records[Eui64.parse(old["esme"])].import_mpxn]},
                                     fixture.now))  # fmt: skip
    answer = fixture.post(fixture.party.request("8.12.1", new["chf"], OldCHFID=old["chf"]))
    assert answer.response_code == "I99", fixture.refused()
    fixture.pass_time(1)
    record = fixture.dcc.state.inventory.get(Eui64.parse(old["esme"]))
    assert record is not None
    assert record.hub == Eui64.parse(new["chf"])
    assert "DeviceLogRestored" in [structure for _, _, structure in told(fixture)]


# --- opting in and out ---


def test_a_device_that_opts_in_gets_the_brokers_certificates(fixture: DccFixture) -> None:
    fixture.build()
    answer = opt_in(fixture, ABSENT)
    assert answer.response_code == "I0"
    assert [child.name for child in node_of(answer).children] == [
        "DeviceID",
        "DSPBrokerSecurityCredentialsDigitalSigning",
        "DSPBrokerSecurityCredentialsKeyAgreement",
    ]
    assert fixture.status(ABSENT) == "InstalledNotCommissioned"


# --- coverage and registration ---


def test_coverage_is_as_set(fixture: DccFixture) -> None:
    def put(place: str, **values: Any) -> None:
        fixture.keep(
            fixture.dcc.perform(
                lambda tester, transaction: tester.set_coverage(transaction, place, values), fixture.now
            )[1]
        )

    def ask() -> Node:
        place = {"PostCode": "AB12 3CD", "AddressIdentifier": "1"}
        return node_of(fixture.post(fixture.party.request("12.1", PartialAddress=place)))

    put("ab123cd", CoverageAvailability=False, AnticipatedCoverageDate="2027-01-01", ConnectivityLikelihood="Low")
    assert ask().get("DSPWANMatrixResponse/CoverageAvailability") == "false"
    assert ask().get("DSPWANMatrixResponse/AnticipatedCoverageDate") == "2027-01-01"
    put("ab123cd")
    assert ask().get("DSPWANMatrixResponse/CoverageAvailability") == "true"
    with pytest.raises(ValueError, match="no Colour"):
        put("x", Colour="red")


def change(fixture: DccFixture, **values: Any) -> None:
    given: dict[str, Any] = {"since": None, "supplier": None, "network_operator": None, **values}
    mpan = fixture.premises["mpan"]
    fixture.keep(
        fixture.dcc.perform(
            lambda tester, transaction: tester.change_registration(transaction, mpan, **given, is_new_tenancy=False),
            fixture.now,
        )[1]
    )


def test_a_new_supplier_may_act_from_its_date_on(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    new = Party(fixture.pki, OTHER_SUPPLIER)
    change(fixture, since=NOW + timedelta(days=2), supplier=OTHER_SUPPLIER)
    assert fixture.post(new.request("7.4", device)).response_code == "E4"
    fixture.pass_time(2 * 86400)
    assert fixture.post(new.request("7.4", device)).response_code == "I99"
    assert fixture.post(fixture.party.request("7.4", device)).response_code == "E4"


def test_a_dated_request_is_authorised_for_its_date(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    change(fixture, since=NOW + timedelta(days=2), supplier=OTHER_SUPPLIER)
    late = "2026-01-18T10:00:00Z"
    assert fixture.post(fixture.party.request("4.13", device, ExecutionDateTime=late)).response_code == "E4"
    new = Party(fixture.pki, OTHER_SUPPLIER)
    assert fixture.post(new.request("4.13", device, ExecutionDateTime=late)).response_code == "I99"


def test_a_change_that_is_recorded_late_holds_at_once(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    change(fixture, since=NOW - timedelta(days=2), supplier=OTHER_SUPPLIER)
    assert fixture.post(fixture.party.request("7.4", device)).response_code == "E4"


def test_of_two_changes_the_earlier_holds_until_the_later(fixture: DccFixture) -> None:
    fixture.build()
    change(fixture, since=NOW + timedelta(days=5), supplier=SUPPLIER)
    change(fixture, since=NOW + timedelta(days=2), supplier=OTHER_SUPPLIER)
    point = fixture.dcc.state.inventory.meter_points[fixture.premises["mpan"]]
    holders = [str(point.at(NOW + timedelta(days=day)).supplier) for day in (0, 3, 6)]
    assert holders == [SUPPLIER, OTHER_SUPPLIER, SUPPLIER]


def test_a_change_of_an_unknown_meter_point_or_without_zone_is_refused(fixture: DccFixture) -> None:
    with pytest.raises(LookupError):
        fixture.dcc.perform(
            lambda tester, transaction: tester.change_registration(
                transaction, "1312345678907", None, SUPPLIER, None, is_new_tenancy=False
            ),
            fixture.now,
        )
    fixture.build()
    with pytest.raises(ValueError, match="zone"):
        change(fixture, since=NOW.replace(tzinfo=None), supplier=SUPPLIER)
    with pytest.raises(ValueError, match="fuel"):
        fixture.dcc.perform(
            lambda tester, transaction: tester.register_meter_point(transaction, {"mpxn": "1", "fuel": "oil"}),
            fixture.now,
        )


def test_a_new_supplier_takes_over_the_meter_and_the_old_one_is_told(fixture: DccFixture) -> None:
    device = fixture.build(supplier=OTHER_SUPPLIER)["esme"]
    change(fixture, supplier=SUPPLIER)
    assert change_of_supplier(fixture, device).response_code == "I99", fixture.refused()
    fixture.pass_time(1)
    assert fixture.last_response().header.response_code == "I0"
    assert fixture.dcc.state.devices[Eui64.parse(device)].supplier == SUPPLIER
    assert (OTHER_SUPPLIER, "N27", "ChangeOfSupplier") in told(fixture)
    assert (NETWORK_OPERATOR, "N42", "SecurityCredentialsUpdated") in told(fixture)


# --- 8.13, 9.1 ---


def test_an_answer_brought_back_is_taken_once(fixture: DccFixture) -> None:
    kept: list[bytes] = []

    def keep(octets: bytes) -> bytes:
        kept.append(octets)
        return octets

    assert local_answer(fixture, keep).response_code == "I99", fixture.refused()
    fixture.pass_time(1)
    answered = [entry.event for entry in fixture.entries if isinstance(entry.event, DeviceAnswered)]
    assert answered[-1].payload == kept[0]
    assert Message.from_bytes(kept[0]).group.recipient == fixture.pki.parties()[0].eui
    assert fixture.dcc.state.local == {}


def test_a_command_handed_over_to_a_device_out_of_reach_is_not_answered(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fixture.keep(fixture.dcc.set_device(device, {"reachable": False}, fixture.now))
    (response, refused), _ = fixture.dcc.perform(
        lambda tester, transaction: tester.hand_over(transaction, Eui64.parse(device), b"x"), fixture.now
    )
    assert (response, refused) == (None, "unreachable")


def test_the_customers_number_is_told_beside_the_answer(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    assert fixture.post(Party(fixture.pki, OTHER_USER).request("9.1", device)).response_code == "I99"
    fixture.pass_time(1)
    node = node_of(fixture.messages("response")[-1].body)
    assert node.name == "CINMessage"
    number = node.get("CustomerIdentificationNumber") or ""
    assert (len(number), number.isdigit()) == (4, True)
