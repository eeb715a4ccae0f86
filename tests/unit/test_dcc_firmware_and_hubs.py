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
from stubs.wire.gbcs.envelope import Message
from tests.dcc_kit import (
    NETWORK_OPERATOR,
    NOW,
    OTHER_SUPPLIER,
    OTHER_USER,
    SUPPLIER,
    DccFixture,
    Party,
    a_pki,
    response_of,
)
from tests.service_trips import ABSENT, change_of_supplier, local_answer, opt_in, update_firmware

OPEN = DccSettings(eligible_roles={"8.6": ("IS",), "8.5": ("IS",)})


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return a_pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def room(pki: Pki) -> Iterator[DccFixture]:
    room = DccFixture(pki, OPEN)
    yield room
    room.valid()


def node_of(answer: Reply | bytes) -> Node:
    body = response_of(answer if isinstance(answer, bytes) else answer.body).body
    assert isinstance(body, ServiceResponse)
    assert isinstance(body.result, OtherResult), body
    return body.result.node


def told(room: DccFixture) -> list[tuple[str, str, str]]:
    """DCC alerts: User, code, structure."""
    found = []
    for message in room.messages("dcc-alert"):
        body = response_of(message.body).body
        assert isinstance(body, DccAlert)
        found.append((message.user, body.code, body.content.name))
    return found


def listed(room: DccFixture, product: dict[str, str]) -> None:
    room.keep(room.dcc.perform(lambda tester, transaction: tester.list_product(transaction, product), room.now)[1])


# --- 11.1, 11.4 ---


def test_an_image_reaches_hub_and_meter_which_tells_of_it(room: DccFixture) -> None:
    devices = room.build()
    assert update_firmware(room, devices["esme"], devices["gsme"]).response_code == "I99"
    room.pass_time(120)
    assert told(room) == [
        (NETWORK_OPERATOR, "N59", "FirmwareUpgradeRequested"),
        (NETWORK_OPERATOR, "N59", "FirmwareUpgradeRequested"),
        (SUPPLIER, "N60", "CSPFirmwareDeliveryStatus"),
        (SUPPLIER, "N60", "CSPFirmwareDeliveryStatus"),
    ]
    image = room.dcc.state.devices[devices["esme"]].image
    assert image is not None
    assert image.version == "00000A02"
    raised = [entry.event.code for entry in room.entries if isinstance(entry.event, AlertRaised)]
    assert raised.count("8F72") == 2


def test_a_hub_out_of_reach_is_a_failed_delivery(room: DccFixture) -> None:
    devices = room.build()
    room.keep(room.dcc.set_device(devices["chf"], {"reachable": False}, room.now))
    update_firmware(room, devices["esme"])
    room.pass_time(120)
    assert told(room)[-1] == (SUPPLIER, "N61", "CSPFirmwareDeliveryStatus")
    assert room.dcc.state.devices[devices["esme"]].image is None


@pytest.mark.parametrize(("effect", "code"), [("drop", "N61"), ("altered", "N60")])
def test_faults_bend_an_image_on_its_way(room: DccFixture, effect: str, code: str) -> None:
    device = room.build()["esme"]
    room.keep(room.dcc.set_fault({"point": "firmware", "effect": effect}, room.now)[1])
    update_firmware(room, device)
    room.pass_time(120)
    assert told(room)[-1][1] == code
    assert room.dcc.state.devices[device].image is None


def test_devices_that_do_not_take_the_image_are_listed_with_the_reason(room: DccFixture) -> None:
    devices = room.build()
    old = room.build({"name": "chf", "type": "CHF"}, {"name": "esme", "type": "ESME", "status": "Pending"})["esme"]
    strange = room.build()["esme"]
    newer = room.build()["esme"]
    for device, values in ((strange, {"DeviceModel": "OTHER"}), (newer, {"DeviceModel": "NEW"})):
        room.keep(room.dcc.set_inventory(device, values, room.now))
    for model, version in (("ESME-1", ""), ("NEW", "1.0")):
        product = {"manufacturer": "UEPT", "model": model, "firmware_version": "0A02", "gbcs_version": version}
        listed(room, product)
    update_firmware(room, devices["esme"])
    busy, fresh = devices["esme"], room.build()["esme"]
    answer = update_firmware(room, ABSENT, devices["ppmid"], old, strange, busy, newer, fresh)
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
    room = DccFixture(pki, DccSettings(firmware_warning=False))
    assert update_firmware(room, room.build()["esme"], ABSENT).response_code == "I99"


def test_prepayment_displays_have_a_service_of_their_own(room: DccFixture) -> None:
    devices = room.build()
    assert update_firmware(room, devices["esme"], srv="11.4").response_code == "E110402"
    assert update_firmware(room, devices["ppmid"], srv="11.4").response_code == "I99"
    room.pass_time(120)
    assert (SUPPLIER, "N60", "CSPFirmwareDeliveryStatus") in told(room)
    assert (SUPPLIER, "N30", "PPMIDAlert") in told(room)


def test_an_activated_image_is_what_the_inventory_says(room: DccFixture) -> None:
    device = room.build()["esme"]
    update_firmware(room, device)
    room.pass_time(120)
    image = room.dcc.state.devices[device].image
    assert image is not None
    assert room.critical("11.3", device, FirmwareHash=image.hash).response_code == "I99"
    room.pass_time(1)
    record = room.dcc.state.inventory.get(device)
    assert record is not None
    assert record.firmware_version == "00000A02"


def test_a_version_that_differs_from_the_inventory_is_told_and_noted(room: DccFixture) -> None:
    device = room.build()["esme"]
    room.keep(room.dcc.set_device(device, {"firmware_version": "0B000001"}, room.now))
    room.post(room.party.request("11.2", device))
    room.pass_time(1)
    assert (SUPPLIER, "N49", "FirmwareVersionMismatch") in told(room)
    room.post(room.party.request("11.2", device))
    room.pass_time(1)
    assert len(told(room)) == 1


# --- hubs ---


def installed(room: DccFixture, hub: str, **more: Any) -> str | None:
    body = {
        "DeviceID": hub,
        "CHFInstallType": "CHF Install - no SM WAN",
        "MPxN": room.premises["mpan"],
        "AerialInstall": "false",
        "CHFLocation": "Deep indoors",
        **more,
    }
    return room.post(room.party.request("8.14.2", **body)).response_code


def test_a_hub_without_wan_waits(room: DccFixture) -> None:
    devices = room.build({"name": "chf", "type": "CHF", "status": "Pending"}, {"name": "gpf", "type": "GPF"})
    checks = ("MetalObstructionCheck", "ConnectivityObstructionCheck", "SharedObstructionCheck")
    more = {"PremiseType": "Terraced", **dict.fromkeys(checks, "true")}
    assert installed(room, devices["chf"], **more) == "I99"
    assert room.status(devices["chf"]) == "InstalledNotCommissioned"


@pytest.mark.parametrize("srv", ["8.14.3", "8.14.4"])
def test_a_returned_hub_is_decommissioned_with_its_proxy(room: DccFixture, srv: str) -> None:
    devices = room.build()
    fault: dict[str, Any] = {
        "CHFFaultReturnType": "Fault identified post installation",
        "OtherDeviceID": devices["esme"],
        "CHFConnectionMethod": "Cradle",
        "CHFFaultReason": "LED Fault",
    }
    plain: dict[str, Any] = {"CHFNoFaultReturnType": "No Fault Return (general)"}
    body = fault if srv == "8.14.3" else plain
    assert room.post(room.party.request(srv, DeviceID=devices["chf"], **body)).response_code == "I99"
    assert (room.status(devices["chf"]), room.status(devices["gpf"])) == ("Decommissioned", "Decommissioned")
    assert told(room)[0][2] == "DeviceStatusChangeEvent"


def test_devices_of_a_replaced_hub_belong_to_the_new_one(room: DccFixture) -> None:
    old = room.build()
    new = room.build({"name": "chf", "type": "CHF"}, {"name": "gpf", "type": "GPF"})
    room.keep(room.dcc.set_inventory(new["chf"], {"MPxNs": [room.dcc.state.inventory.records[old["esme"]].import_mpxn]},
                                     room.now))  # fmt: skip
    answer = room.post(room.party.request("8.12.1", new["chf"], OldCHFID=old["chf"]))
    assert answer.response_code == "I99", room.refused()
    room.pass_time(1)
    record = room.dcc.state.inventory.get(old["esme"])
    assert record is not None
    assert record.hub == new["chf"]
    assert "DeviceLogRestored" in [structure for _, _, structure in told(room)]


# --- opting in and out ---


def test_a_device_that_opts_in_gets_the_brokers_certificates(room: DccFixture) -> None:
    room.build()
    answer = opt_in(room, ABSENT)
    assert answer.response_code == "I0"
    assert [child.name for child in node_of(answer).children] == [
        "DeviceID",
        "DSPBrokerSecurityCredentialsDigitalSigning",
        "DSPBrokerSecurityCredentialsKeyAgreement",
    ]
    assert room.status(ABSENT) == "InstalledNotCommissioned"


# --- coverage and registration ---


def test_coverage_is_as_set(room: DccFixture) -> None:
    def put(place: str, **values: Any) -> None:
        room.keep(
            room.dcc.perform(lambda tester, transaction: tester.set_coverage(transaction, place, values), room.now)[1]
        )

    def ask() -> Node:
        place = {"PostCode": "AB12 3CD", "AddressIdentifier": "1"}
        return node_of(room.post(room.party.request("12.1", PartialAddress=place)))

    put("ab123cd", CoverageAvailability=False, AnticipatedCoverageDate="2027-01-01", ConnectivityLikelihood="Low")
    assert ask().get("DSPWANMatrixResponse/CoverageAvailability") == "false"
    assert ask().get("DSPWANMatrixResponse/AnticipatedCoverageDate") == "2027-01-01"
    put("ab123cd")
    assert ask().get("DSPWANMatrixResponse/CoverageAvailability") == "true"
    with pytest.raises(ValueError, match="no Colour"):
        put("x", Colour="red")


def change(room: DccFixture, **values: Any) -> None:
    given: dict[str, Any] = {"since": None, "supplier": None, "network_operator": None, **values}
    mpan = room.premises["mpan"]
    room.keep(
        room.dcc.perform(
            lambda tester, transaction: tester.change_registration(transaction, mpan, **given, is_new_tenancy=False),
            room.now,
        )[1]
    )


def test_a_new_supplier_may_act_from_its_date_on(room: DccFixture) -> None:
    device = room.build()["esme"]
    new = Party(room.pki, OTHER_SUPPLIER)
    change(room, since=NOW + timedelta(days=2), supplier=OTHER_SUPPLIER)
    assert room.post(new.request("7.4", device)).response_code == "E4"
    room.pass_time(2 * 86400)
    assert room.post(new.request("7.4", device)).response_code == "I99"
    assert room.post(room.party.request("7.4", device)).response_code == "E4"


def test_a_dated_request_is_authorised_for_its_date(room: DccFixture) -> None:
    device = room.build()["esme"]
    change(room, since=NOW + timedelta(days=2), supplier=OTHER_SUPPLIER)
    late = "2026-01-18T10:00:00Z"
    assert room.post(room.party.request("4.13", device, ExecutionDateTime=late)).response_code == "E4"
    new = Party(room.pki, OTHER_SUPPLIER)
    assert room.post(new.request("4.13", device, ExecutionDateTime=late)).response_code == "I99"


def test_a_change_that_is_recorded_late_holds_at_once(room: DccFixture) -> None:
    device = room.build()["esme"]
    change(room, since=NOW - timedelta(days=2), supplier=OTHER_SUPPLIER)
    assert room.post(room.party.request("7.4", device)).response_code == "E4"


def test_of_two_changes_the_earlier_holds_until_the_later(room: DccFixture) -> None:
    room.build()
    change(room, since=NOW + timedelta(days=5), supplier=SUPPLIER)
    change(room, since=NOW + timedelta(days=2), supplier=OTHER_SUPPLIER)
    point = room.dcc.state.inventory.meter_points[room.premises["mpan"]]
    holders = [point.at(NOW + timedelta(days=day)).supplier for day in (0, 3, 6)]
    assert holders == [SUPPLIER, OTHER_SUPPLIER, SUPPLIER]


def test_a_change_of_an_unknown_meter_point_or_without_zone_is_refused(room: DccFixture) -> None:
    with pytest.raises(LookupError):
        room.dcc.perform(
            lambda tester, transaction: tester.change_registration(
                transaction, "1312345678907", None, SUPPLIER, None, is_new_tenancy=False
            ),
            room.now,
        )
    room.build()
    with pytest.raises(ValueError, match="zone"):
        change(room, since=NOW.replace(tzinfo=None), supplier=SUPPLIER)
    with pytest.raises(ValueError, match="fuel"):
        room.dcc.perform(
            lambda tester, transaction: tester.register_meter_point(transaction, {"mpxn": "1", "fuel": "oil"}), room.now
        )


def test_a_new_supplier_takes_over_the_meter_and_the_old_one_is_told(room: DccFixture) -> None:
    device = room.build(supplier=OTHER_SUPPLIER)["esme"]
    change(room, supplier=SUPPLIER)
    assert change_of_supplier(room, device).response_code == "I99", room.refused()
    room.pass_time(1)
    assert room.last_response().header.response_code == "I0"
    assert room.dcc.state.devices[device].supplier == SUPPLIER
    assert (OTHER_SUPPLIER, "N27", "ChangeOfSupplier") in told(room)
    assert (NETWORK_OPERATOR, "N42", "SecurityCredentialsUpdated") in told(room)


# --- 8.13, 9.1 ---


def test_an_answer_brought_back_is_taken_once(room: DccFixture) -> None:
    kept: list[bytes] = []

    def keep(octets: bytes) -> bytes:
        kept.append(octets)
        return octets

    assert local_answer(room, keep).response_code == "I99", room.refused()
    room.pass_time(1)
    answered = [entry.event for entry in room.entries if isinstance(entry.event, DeviceAnswered)]
    assert answered[-1].payload == kept[0]
    assert Message.from_bytes(kept[0]).group.recipient == room.pki.parties()[0].eui
    assert room.dcc.state.local == {}


def test_a_command_handed_over_to_a_device_out_of_reach_is_not_answered(room: DccFixture) -> None:
    device = room.build()["esme"]
    room.keep(room.dcc.set_device(device, {"reachable": False}, room.now))
    (response, refused), _ = room.dcc.perform(
        lambda tester, transaction: tester.hand_over(transaction, device, b"x"), room.now
    )
    assert (response, refused) == (None, "unreachable")


def test_the_customers_number_is_told_beside_the_answer(room: DccFixture) -> None:
    device = room.build()["esme"]
    assert room.post(Party(room.pki, OTHER_USER).request("9.1", device)).response_code == "I99"
    room.pass_time(1)
    node = node_of(room.messages("response")[-1].body)
    assert node.name == "CINMessage"
    number = node.get("CustomerIdentificationNumber") or ""
    assert (len(number), number.isdigit()) == (4, True)
