"""The services of the simulated DCC, from request to inventory, response and alert; no sockets, frozen time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from schemas.load import device_alerts
from stubs.events import (
    AlertRaised,
    AnyEvent,
    CommandSent,
    DeviceAnswered,
    DeviceSilent,
    FaultApplied,
    ItemDone,
    MessageQueued,
    RequestAccepted,
)
from stubs.settings import DccSettings
from stubs.smki import Pki
from stubs.wire.duis import (
    DccAlert,
    DeviceAlert,
    FutureDatedDeviceAlert,
    LocalCommand,
    OtherResult,
    ServiceResponse,
    schema_problems,
)
from stubs.wire.errors import Blocked, PeerError
from stubs.wire.gbcs.envelope import Message
from stubs.wire.xml import parse
from stubs.wire.xmlsig import SignatureError, is_signed, verify
from tests.dcc_kit import NETWORK_OPERATOR, OTHER_SUPPLIER, OTHER_USER, SUPPLIER, DccFixture, Party, a_pki, response_of

NEW = "DE-51-CE-00-00-00-00-01"
HOME_WITH_NEW_METER = (
    {"name": "chf", "type": "CHF"},
    {"name": "esme", "type": "ESME", "status": "Pending"},
)
CLOCK = {"CurrentDateTime": "2026-01-15T10:00:00Z", "TolerancePeriod": 10}


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return a_pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def room(pki: Pki) -> Iterator[DccFixture]:
    room = DccFixture(pki)
    yield room
    room.valid()


def inventory_of(answer: bytes) -> list[str]:
    body = response_of(answer).body
    assert isinstance(body, ServiceResponse)
    assert isinstance(body.result, OtherResult)
    return [device.get("DeviceID") or "" for device in body.result.node.all("Device")]


def of_kind(events: list[AnyEvent], kind: type) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def dcc_alerts(room: DccFixture) -> list[tuple[str, str]]:
    return [(message.user, message.alert_code or "") for message in room.messages("dcc-alert")]


# --- Non-Device services ---


def test_every_document_that_leaves_is_valid_and_signed_where_it_must_be(room: DccFixture) -> None:
    devices = room.build()
    answers = [
        room.post(room.party.request("8.2", DeviceID=devices["esme"])),
        room.post(room.party.request("12.1", UPRN="123456789012")),
        room.post(room.party.request("11.2", devices["esme"])),
        room.critical("7.2", devices["esme"]),
    ]
    room.pass_time()
    documents = [answer.body for answer in answers] + [message.body for message in room.messages()]
    assert [schema_problems(document) for document in documents] == [()] * len(documents)
    for document in documents:
        response = response_of(document)
        is_plain = isinstance(response.body, ServiceResponse) and response.body.result is None
        assert is_signed(parse(document)) is not is_plain
        if not is_plain:
            verified = verify(document, room.pki.certificates)
            assert (verified.certificate.eui, verified.certificate.role) == (room.pki.acb, "89")


@pytest.mark.parametrize("criterion", ["DeviceID", "MPxN", "UPRN", "PropertyFilter"])
def test_the_inventory_is_read_by_any_criterion_and_lists_the_hub_with_all_its_devices(
    room: DccFixture, criterion: str
) -> None:
    devices = room.build()
    room.build()
    place = {"PostCode": room.premises["postcode"], "AddressIdentifier": room.premises["address"]}
    devices = room.premises["devices"]
    value = {
        "DeviceID": devices["ppmid"],
        "MPxN": room.premises["mpan"],
        "UPRN": room.premises["uprn"],
        "PropertyFilter": place,
    }[criterion]
    answer = room.post(room.party.request("8.2", **{criterion: value}))
    assert answer.response_code == "I0"
    assert sorted(inventory_of(answer.body)) == sorted(devices.values())


def test_a_pre_notified_meter_is_pending(room: DccFixture) -> None:
    given: dict[str, Any] = {"DeviceID": NEW, "DeviceManufacturer": "UEPT", "DeviceModel": "M", "DeviceType": "ESME"}
    answer = room.post(room.party.request("12.2", **given, ESMEVariant="A"))
    assert answer.response_code == "I99"
    assert room.status(NEW) == "Pending"
    assert inventory_of(room.post(room.party.request("8.2", DeviceID=NEW)).body) == [NEW]


def test_a_pre_notified_hub_brings_its_gas_proxy(room: DccFixture) -> None:
    proxy = "DE-51-CE-00-00-00-00-02"
    given: dict[str, Any] = {"DeviceID": NEW, "DeviceManufacturer": "UEPT", "DeviceModel": "M", "DeviceType": "CHF"}
    room.post(room.party.request("12.2", **given, AssociatedGPFDeviceID=proxy))
    answer = room.post(room.party.request("8.2", DeviceID=proxy))
    assert inventory_of(answer.body) == [NEW, proxy]


def test_coverage_is_made_up_but_always_the_same(room: DccFixture) -> None:
    bodies = []
    for _ in range(2):
        body = response_of(room.post(room.party.request("12.1", UPRN="123456789012")).body).body
        assert isinstance(body, ServiceResponse)
        bodies.append(body.result)
    assert bodies[0] == bodies[1]


def test_a_decommissioned_meter_is_told_to_the_network_operator(room: DccFixture) -> None:
    devices = room.build()
    answer = room.post(room.party.request("8.3", DeviceID=devices["esme"]))
    assert answer.response_code == "I99"
    assert room.status(devices["esme"]) == "Decommissioned"
    assert dcc_alerts(room) == [(NETWORK_OPERATOR, "N1")]


def test_a_user_with_several_roles_acts_in_the_one_that_is_responsible(room: DccFixture) -> None:
    devices = room.build()
    assert room.post(room.party.request("8.3", DeviceID=devices["gsme"])).response_code == "I99"
    (accepted,) = [entry.event for entry in room.entries if isinstance(entry.event, RequestAccepted)]
    assert accepted.role == "GS"


def test_decommissioning_a_hub_takes_its_gas_proxy_along(room: DccFixture) -> None:
    devices = room.build()
    room.post(room.party.request("8.3", DeviceID=devices["chf"]))
    assert (room.status(devices["chf"]), room.status(devices["gpf"])) == ("Decommissioned", "Decommissioned")


def test_a_deleted_device_is_gone_from_the_inventory(room: DccFixture) -> None:
    device = room.build(*HOME_WITH_NEW_METER)["esme"]
    assert room.post(room.party.request("8.4", DeviceID=device, DeleteDevice=None)).response_code == "I99"
    assert room.post(room.party.request("8.2", DeviceID=device)).response_code == "E080201"


def test_details_and_meter_points_are_updated(room: DccFixture) -> None:
    device = room.build()["esme"]
    room.post(room.party.request("8.4", DeviceID=device, UpdateDeviceDetails={"DeviceModel": "better"}))
    other = room.premises["mprn"]
    room.post(room.party.request("8.4", DeviceID=device, UpdateMPxN={"ImportMPxN": other}))
    record = room.dcc.state.inventory.get(device)
    assert record is not None
    assert (record.model, record.import_mpxn) == ("better", other)


def test_statuses_are_updated(room: DccFixture) -> None:
    devices = room.build(
        {"name": "chf", "type": "CHF", "status": "InstalledNotCommissioned"},
        {"name": "esme", "type": "ESME", "status": "Whitelisted"},
    )
    change: dict[str, Any] = {"UpdateDeviceStatusExceptCH": "Pending"}
    assert room.post(room.party.request("8.4", DeviceID=devices["esme"], **change)).response_code == "I99"
    change = {"UpdateDeviceStatusCH": "Commissioned"}
    assert room.post(room.party.request("8.4", DeviceID=devices["chf"], **change)).response_code == "I99"
    assert (room.status(devices["esme"]), room.status(devices["chf"])) == ("Pending", "Commissioned")


def test_an_installed_hub_is_commissioned_for_its_meter_point(room: DccFixture) -> None:
    hub = room.build({"name": "chf", "type": "CHF", "status": "InstalledNotCommissioned"})["chf"]
    given = {
        "DeviceID": hub,
        "CHFInstallType": "New CHF Install",
        "MPxN": room.premises["mpan"],
        "AerialInstall": "false",
        "CHFLocation": "Deep indoors",
    }
    assert room.post(room.party.request("8.14.1", **given)).response_code == "I99"
    assert room.status(hub) == "Commissioned"
    assert inventory_of(room.post(room.party.request("8.2", MPxN=room.premises["mpan"])).body) == [hub]


def test_success_without_data_is_i0_when_settings_say_so(pki: Pki) -> None:
    room = DccFixture(pki, DccSettings(non_device_success="I0"))
    assert room.post(room.party.request("8.3", DeviceID=room.build()["esme"])).response_code == "I0"


# --- device services ---


def test_a_read_is_acknowledged_and_answered_later(room: DccFixture) -> None:
    device = room.build()["esme"]
    answer = room.post(room.party.request("4.1.1", device))
    assert (answer.response_code, room.messages()) == ("I99", [])
    room.pass_time()
    response = room.last_response()
    assert response.header.response_code == "I0"
    assert response.header.request_id is not None
    assert response.header.response_id == response.header.request_id.reversed()
    answered = of_kind([entry.event for entry in room.entries], DeviceAnswered)
    assert answered[0].values["ActiveImportRegister"] > 0
    assert Message.from_bytes(room.payload()).mac is not None


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
def test_reads_are_answered_by_each_kind_of_device(room: DccFixture, srv: str, device: str) -> None:
    target = room.build()[device]
    assert room.post(room.party.request(srv, target)).response_code == "I99"
    happened = room.pass_time()
    assert len(of_kind(happened, DeviceAnswered)) == 1
    assert room.last_response().header.response_code == "I0"


LOGS = [("esme", "Event"), ("gsme", "Event"), ("chf", "Event")]


@pytest.mark.parametrize(("device", "log"), LOGS)
def test_event_logs_are_read(room: DccFixture, device: str, log: str) -> None:
    target = room.build()[device]
    period = {"StartDateTime": "2026-01-01T00:00:00Z", "EndDateTime": "2026-01-16T00:00:00Z"}
    request = room.party.request("6.13", target, ReadLogPeriod=period, LogToRead=log)
    assert room.post(request).response_code == "I99", room.entries[-2]
    assert len(of_kind(room.pass_time(), DeviceAnswered)) == 1


def test_a_message_is_shown(room: DccFixture) -> None:
    device = room.build()["esme"]
    room.post(room.party.request("3.1", device, SupplierMessage="Good morning"))
    room.pass_time()
    assert room.dcc.state.devices[device].display_message == "Good morning"


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
    room: DccFixture, srv: str, device: str, body: dict[str, Any]
) -> None:
    target = room.build()[device]
    assert room.critical(srv, target, **body).response_code == "I99"
    happened = room.pass_time()
    assert len(of_kind(happened, DeviceAnswered)) == 1
    assert Message.from_bytes(room.payload()).group.signature
    assert [message.response_code for message in room.messages("response")] == ["I0"]


def test_a_disabled_supply_changes_the_meter_and_is_reported(room: DccFixture) -> None:
    device = room.build()["esme"]
    room.critical("7.2", device)
    room.pass_time()
    assert room.dcc.state.devices[device].supply == "disabled"
    alerts = room.messages("device-alert")
    assert [alert.alert_code for alert in alerts] == ["8F57"]
    body = response_of(alerts[0].body).body
    assert isinstance(body, DeviceAlert)
    assert Message.from_bytes(body.gbcs_payload).group.cra == 3


def test_a_signed_pre_command_is_taken_once(room: DccFixture) -> None:
    device = room.build()["esme"]
    answer = room.post(room.party.request("7.2", device))
    signed = room.party.signed_pre_command(answer.body)
    assert room.post(signed).response_code == "I99"
    assert room.post(signed).response_code == "E100"
    assert room.refused() == "replayed-request"


def test_a_signed_pre_command_is_taken_although_later_requests_came_between(room: DccFixture) -> None:
    device = room.build()["esme"]
    answer = room.post(room.party.request("7.2", device))
    room.post(room.party.request("11.2", device))
    assert room.post(room.party.signed_pre_command(answer.body)).response_code == "I99"


def test_without_memory_of_the_transform_a_signed_pre_command_is_taken_when_settings_say_so(pki: Pki) -> None:
    room = DccFixture(pki, DccSettings(require_transform=False))
    device = room.build()["esme"]
    answer = room.post(room.party.request("7.2", device))
    room.dcc.state.ledger.issued.clear()
    room.dcc.state.ledger.highest.clear()
    assert room.post(room.party.signed_pre_command(answer.body)).response_code == "I99"
    room.pass_time()
    assert room.dcc.state.devices[device].supply == "disabled"


def test_an_other_user_reads_through_the_broker(room: DccFixture) -> None:
    device = room.build()["esme"]
    room.party = Party(room.pki, OTHER_USER)
    assert room.post(room.party.request("11.2", device)).response_code == "I99"
    happened = room.pass_time()
    (sent,) = of_kind(happened, CommandSent)
    group = Message.from_bytes(sent.payload).group
    assert (group.originator, str(group.other.party)) == (room.pki.acb, OTHER_USER)
    assert room.messages()[-1].user == OTHER_USER


# --- installing ---


def add_to_hub(room: DccFixture, device: str, hub: str, code: str, period: int = 60) -> Any:
    log = {"JoinTimePeriod": period, "InstallCode": code, "ImportMPxN": room.premises["mpan"]}
    return room.post(room.party.request("8.11", hub, DeviceID=device, RequestType="Add", AddDeviceToCHFWhitelist=log))


def test_a_meter_is_added_joins_and_is_commissioned(room: DccFixture) -> None:
    devices = room.build(*HOME_WITH_NEW_METER)
    meter = devices["esme"]
    code = room.premises["install_codes"]["esme"]
    assert add_to_hub(room, meter, devices["chf"], code).response_code == "I99"
    room.pass_time(0.1)
    assert room.status(meter) == "Whitelisted"
    assert (SUPPLIER, "N24") in dcc_alerts(room)
    room.pass_time(1)
    assert room.status(meter) == "InstalledNotCommissioned"
    assert room.critical("8.1.1", meter, **CLOCK).response_code == "I99"
    room.pass_time(1)
    assert room.status(meter) == "Commissioned"
    assert (NETWORK_OPERATOR, "N16") in dcc_alerts(room)
    assert "8F69" in [message.alert_code for message in room.messages("device-alert")]
    family = inventory_of(room.post(room.party.request("8.2", MPxN=room.premises["mpan"])).body)
    assert sorted(family) == sorted(devices.values())


def test_a_wrong_install_code_leaves_the_meter_whitelisted_and_is_reported(room: DccFixture) -> None:
    devices = room.build(*HOME_WITH_NEW_METER)
    add_to_hub(room, devices["esme"], devices["chf"], "00" * 16, period=60)
    room.pass_time(30)
    assert (room.status(devices["esme"]), dcc_alerts(room)) == ("Whitelisted", [(SUPPLIER, "N24")])
    room.pass_time(40)
    assert dcc_alerts(room) == [(SUPPLIER, "N24"), (SUPPLIER, "N25")]


def test_a_device_is_taken_from_the_hub(room: DccFixture) -> None:
    devices = room.build()
    request = room.party.request("8.11", devices["chf"], DeviceID=devices["ppmid"], RequestType="Remove")
    assert room.post(request).response_code == "I99"
    room.pass_time()
    assert room.status(devices["ppmid"]) == "Pending"
    assert room.dcc.state.devices[devices["ppmid"]].hub == ""


# --- command variants, dates, sequences ---


@pytest.mark.parametrize(("srv", "cv"), [("11.2", 2), ("7.2", 6)])
def test_a_local_command_comes_in_the_answer_and_is_not_sent(room: DccFixture, srv: str, cv: int) -> None:
    device = room.build()["esme"]
    if cv == 2:
        answer = room.post(room.party.request(srv, device, cv=2))
    else:
        issued = room.post(room.party.request(srv, device))
        answer = room.post(room.party.signed_pre_command(issued.body, cv=6))
    body = response_of(answer.body).body
    assert isinstance(body, ServiceResponse)
    assert isinstance(body.result, LocalCommand)
    assert Message.from_bytes(body.result.gbcs_payload).mac is not None
    assert of_kind(room.pass_time(), CommandSent) == []


@pytest.mark.parametrize(("srv", "cv"), [("11.2", 3), ("7.2", 7)])
def test_both_at_once_gives_the_local_command_and_later_the_response(room: DccFixture, srv: str, cv: int) -> None:
    device = room.build()["esme"]
    if cv == 3:
        answer = room.post(room.party.request(srv, device, cv=3))
    else:
        issued = room.post(room.party.request(srv, device))
        answer = room.post(room.party.signed_pre_command(issued.body, cv=7))
    assert answer.response_code == "I0"
    assert len(of_kind(room.pass_time(), DeviceAnswered)) == 1


def test_the_local_command_of_variant_3_comes_later_when_settings_say_so(pki: Pki) -> None:
    room = DccFixture(pki, DccSettings(local_command_answer="receive"))
    answer = room.post(room.party.request("11.2", room.build()["esme"], cv=3))
    assert answer.response_code == "I99"
    room.pass_time()
    bodies = [response_of(message.body).body for message in room.messages()]
    results = [type(body.result).__name__ for body in bodies if isinstance(body, ServiceResponse)]
    assert results == ["LocalCommand", "GbcsPayload"]
    assert len({message.response_id for message in room.messages()}) == 2


def test_a_dated_read_is_held_by_the_dcc_until_its_date(room: DccFixture) -> None:
    device = room.build()["esme"]
    request = room.party.request("4.1.1", device, ExecutionDateTime="2026-01-15T12:00:00Z")
    assert room.post(request).response_code == "I99"
    assert room.pass_time(7100) == []
    assert len(of_kind(room.pass_time(200), DeviceAnswered)) == 1


def test_a_dated_read_is_cancelled_by_a_date_in_the_year_3000(room: DccFixture) -> None:
    device = room.build()["esme"]
    room.post(room.party.request("4.1.1", device, ExecutionDateTime="2026-01-15T12:00:00Z"))
    cancel = room.party.request("4.1.1", device, ExecutionDateTime="3000-12-31T00:00:00.00Z")
    assert room.post(cancel).response_code == "I99"
    assert of_kind(room.pass_time(8000), CommandSent) == []


def test_a_dated_payment_mode_is_held_by_the_meter_which_reports_its_outcome(room: DccFixture) -> None:
    device = room.build()["esme"]
    room.critical("1.6", device, ExecutionDateTime="2026-01-15T12:00:00Z", Prepayment={
        "SuspendDebtDisabled": "true", "SuspendDebtEmergency": "true", "DisablementThreshold": 0,
    })  # fmt: skip
    room.pass_time(1)
    assert [message.response_code for message in room.messages("response")] == ["I0"]
    assert room.dcc.state.devices[device].payment_mode == "credit"
    room.pass_time(7300)
    assert room.dcc.state.devices[device].payment_mode == "prepayment"
    first, *outcomes = [response_of(message.body) for message in room.messages("response")]
    results = [response.body.result for response in outcomes if isinstance(response.body, ServiceResponse)]
    assert results
    assert all(isinstance(result, FutureDatedDeviceAlert) and result.code == "8F66" for result in results)
    assert {response.header.request_id for response in outcomes} == {first.header.request_id}
    assert len({response.header.response_id for response in (first, *outcomes)}) == len(outcomes) + 1


def sequenced(room: DccFixture, device: str, **header: Any) -> Any:
    head = room.party.header("11.2", device, **header)
    return head.request_id, room.post(room.party.request("11.2", header=head))


def test_a_follower_waits_for_its_predecessor(room: DccFixture) -> None:
    device = room.build()["esme"]
    first, _ = sequenced(room, device, first_in_sequence=True)
    _, answer = sequenced(room, device, preceding=first)
    assert answer.response_code == "I99"
    room.pass_time()
    assert len(room.messages("response")) == 2


def test_a_follower_fails_with_its_predecessor(room: DccFixture) -> None:
    device = room.build()["esme"]
    room.keep(room.dcc.set_device(device, {"reachable": False}, room.now))
    first, _ = sequenced(room, device, first_in_sequence=True)
    sequenced(room, device, preceding=first)
    room.pass_time(1)
    assert [message.response_code for message in room.messages("response")] == ["E20", "E100"]
    _, late = sequenced(room, device, preceding=first)
    assert late.response_code == "E100"


def test_a_follower_of_a_request_that_succeeded_goes_at_once(room: DccFixture) -> None:
    device = room.build()["esme"]
    first, _ = sequenced(room, device, first_in_sequence=True)
    room.pass_time()
    sequenced(room, device, preceding=first)
    room.pass_time()
    assert [message.response_code for message in room.messages("response")] == ["I0", "I0"]


# --- silence, thresholds, faults ---


def test_a_device_out_of_reach_is_e20(room: DccFixture) -> None:
    device = room.build()["esme"]
    room.keep(room.dcc.set_device(device, {"reachable": False}, room.now))
    room.post(room.party.request("11.2", device))
    room.pass_time(1)
    assert [message.response_code for message in room.messages()] == ["E20"]


def test_a_device_that_never_answers_is_e21_after_the_time_out(room: DccFixture) -> None:
    device = room.build()["esme"]
    fault(room, point="command", effect="never-answer", device=device)
    room.post(room.party.request("11.2", device))
    room.pass_time(29)
    assert room.messages() == []
    room.pass_time(2)
    assert [message.response_code for message in room.messages()] == ["E21"]


def test_silence_is_an_alert_when_settings_say_so(pki: Pki) -> None:
    room = DccFixture(pki, DccSettings(device_silent="alert"))
    device = room.build()["esme"]
    room.keep(room.dcc.set_device(device, {"reachable": False}, room.now))
    room.post(room.party.request("11.2", device))
    (silent,) = of_kind(room.pass_time(1), DeviceSilent)
    assert silent.response_code is None
    assert dcc_alerts(room) == [(SUPPLIER, "N10")]


def test_too_many_requests_are_held_and_reported(pki: Pki) -> None:
    room = DccFixture(pki, DccSettings(thresholds={"*": 1}))
    device = room.build()["esme"]
    room.post(room.party.request("11.2", device))
    assert room.post(room.party.request("11.2", device)).response_code == "I99"
    room.pass_time(1)
    assert len(room.messages("response")) == 1
    assert dcc_alerts(room) == [(SUPPLIER, "N46")]
    room.pass_time(3600)
    room.post(room.party.request("11.2", device))
    room.pass_time(1)
    assert len(room.messages("response")) == 2


def fault(room: DccFixture, **rule: Any) -> str:
    identity, events = room.dcc.set_fault(rule, room.now)
    room.keep(events)
    return identity


def test_a_bad_signature_on_a_response_is_bad(room: DccFixture) -> None:
    fault(room, point="delivery", effect="wrong-signature")
    room.post(room.party.request("11.2", room.build()["esme"]))
    room.pass_time()
    with pytest.raises(SignatureError, match="signature"):
        verify(room.messages()[-1].body, room.pki.certificates)


def test_a_response_of_another_party_verifies_but_is_not_the_dccs(room: DccFixture) -> None:
    fault(room, point="delivery", effect="wrong-signer", party=OTHER_SUPPLIER)
    room.post(room.party.request("11.2", room.build()["esme"]))
    room.pass_time()
    assert str(verify(room.messages()[-1].body, room.pki.certificates).certificate.eui) == OTHER_SUPPLIER


def test_a_duplicate_is_delivered_twice_with_one_response_id(room: DccFixture) -> None:
    fault(room, point="delivery", effect="duplicate")
    room.post(room.party.request("11.2", room.build()["esme"]))
    room.pass_time()
    first, second = room.messages()
    assert (first.response_id, first.body) == (second.response_id, second.body)
    assert first.message != second.message


def test_a_message_held_until_the_next_is_overtaken(room: DccFixture) -> None:
    device = room.build()["esme"]
    fault(room, point="delivery", effect="hold-until-next")
    room.post(room.party.request("11.2", device))
    room.pass_time()
    assert room.dcc.state.outbox.ready(room.now) == []
    room.post(room.party.request("11.2", device))
    room.pass_time()
    assert [message.message for message in room.dcc.state.outbox.of(SUPPLIER)] == ["m2", "m1"]


def test_a_dropped_message_is_never_posted(room: DccFixture) -> None:
    fault(room, point="delivery", effect="drop")
    room.post(room.party.request("11.2", room.build()["esme"]))
    room.pass_time()
    assert room.dcc.state.outbox.of(SUPPLIER) == []
    assert len(room.messages()) == 1


def test_another_code_is_written_and_signed(room: DccFixture) -> None:
    fault(room, point="delivery", effect="code", code="E1011", srv="11.2")
    room.post(room.party.request("11.2", room.build()["esme"]))
    room.pass_time()
    verify(room.messages()[-1].body, room.pki.certificates)
    assert room.last_response().header.response_code == "E1011"


def test_unsigned_and_malformed_messages(room: DccFixture) -> None:
    device = room.build()["esme"]
    for effect in ("unsigned", "malformed"):
        fault(room, point="delivery", effect=effect)
        room.post(room.party.request("11.2", device))
        room.pass_time()
    unsigned, malformed = room.messages()
    assert not is_signed(parse(unsigned.body))
    with pytest.raises(PeerError):
        parse(malformed.body)


def test_a_late_and_an_altered_device_response(room: DccFixture) -> None:
    device = room.build()["esme"]
    fault(room, point="device-response", effect="delay", seconds=100)
    room.post(room.party.request("11.2", device))
    room.pass_time(90)
    assert room.messages() == []
    room.pass_time(20)
    assert room.last_response().header.response_code == "I0"
    fault(room, point="device-response", effect="altered")
    room.post(room.party.request("11.2", device))
    assert of_kind(room.pass_time(), DeviceAnswered)[0].payload == room.payload()


def test_a_dropped_device_response_is_e21_although_the_device_acted(room: DccFixture) -> None:
    device = room.build()["esme"]
    fault(room, point="device-response", effect="drop")
    room.critical("7.2", device)
    room.pass_time(40)
    assert room.dcc.state.devices[device].supply == "disabled"
    assert room.messages("response")[-1].response_code == "E21"


def test_a_delayed_command_leaves_later(room: DccFixture) -> None:
    device = room.build()["esme"]
    fault(room, point="command", effect="delay", seconds=50)
    room.post(room.party.request("11.2", device))
    assert of_kind(room.pass_time(40), CommandSent) == []
    assert len(of_kind(room.pass_time(20), CommandSent)) == 1


def test_the_nth_match_is_bent_and_only_so_often(room: DccFixture) -> None:
    device = room.build()["esme"]
    fault(room, point="answer", effect="code", code="E20", nth=2, times=1)
    codes = [room.post(room.party.request("11.2", device)).response_code for _ in range(3)]
    assert codes == ["I99", "E20", "I99"]
    effects = [entry.event.effect for entry in room.entries if isinstance(entry.event, FaultApplied)]
    assert effects == ["passed", "code"]


def test_a_lost_request_may_be_sent_again(room: DccFixture) -> None:
    fault(room, point="answer", effect="drop", before=True)
    request = room.party.request("11.2", room.build()["esme"])
    assert room.post(request).cut == "drop"
    assert room.post(request).response_code == "I99"


def test_a_lost_answer_does_not_undo_the_request(room: DccFixture) -> None:
    fault(room, point="answer", effect="reset")
    assert room.post(room.party.request("11.2", room.build()["esme"])).cut == "reset"
    room.pass_time()
    assert room.last_response().header.response_code == "I0"


def test_a_cleared_fault_bends_nothing(room: DccFixture) -> None:
    identity = fault(room, point="answer", effect="http-status", status=500, times=0)
    device = room.build()["esme"]
    assert room.post(room.party.request("11.2", device)).status == 500
    room.keep(room.dcc.clear_fault(identity, room.now))
    assert room.post(room.party.request("11.2", device)).response_code == "I99"


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"point": "nowhere", "effect": "drop"}, "nowhere"),
        ({"point": "answer", "effect": "explode"}, "explode"),
        ({"point": "answer", "effect": "code"}, "needs 'code'"),
        ({"point": "answer", "effect": "delay"}, "needs 'seconds'"),
        ({"point": "answer", "effect": "drop", "nth": 0}, "nth"),
        ({"point": "answer", "effect": "drop", "colour": "red"}, "colour"),
    ],
)
def test_a_wrong_fault_rule_is_refused_with_a_reason(room: DccFixture, rule: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        room.dcc.set_fault(rule, room.now)


def test_a_fault_cannot_sign_for_a_party_without_keys(room: DccFixture) -> None:
    with pytest.raises(Blocked, match="no xmlSign key"):
        fault(room, point="delivery", effect="wrong-signer", party="DE-51-CE-00-00-00-00-77")


# --- a tester's operations ---


def test_alerts_raised_by_hand_reach_the_party(room: DccFixture) -> None:
    device = room.build()["esme"]
    _, events = room.dcc.raise_device_alert(device, "8F3F", None, room.now)
    room.keep(events)
    _, events = room.dcc.raise_dcc_alert("AD1", NETWORK_OPERATOR, None, room.now)
    room.keep(events)
    alert, outage = room.messages()
    assert (alert.message_kind, alert.alert_code, alert.user) == ("device-alert", "8F3F", SUPPLIER)
    body = response_of(outage.body).body
    assert isinstance(body, DccAlert)
    assert (body.code, body.content.name) == ("AD1", "PowerOutageEvent")
    assert schema_problems(outage.body) == ()


@pytest.mark.parametrize("code", ["AD1", "N1", "N2", "N16", "N999"])
def test_default_contents_of_dcc_alerts_are_valid(room: DccFixture, code: str) -> None:
    room.build()
    room.keep(room.dcc.raise_dcc_alert(code, SUPPLIER, None, room.now)[1])
    assert schema_problems(room.messages()[-1].body) == ()


def test_the_content_of_a_dcc_alert_may_be_given(room: DccFixture) -> None:
    content = {"CommandFailure": {"CommandRequestID": f"{SUPPLIER}:{NEW}:1", "DeviceID": NEW}}
    room.keep(room.dcc.raise_dcc_alert("N10", SUPPLIER, content, room.now)[1])
    assert schema_problems(room.messages()[-1].body) == ()
    with pytest.raises(ValueError, match="one member"):
        room.dcc.raise_dcc_alert("N10", SUPPLIER, {}, room.now)


def test_two_alerts_in_one_millisecond_have_different_response_ids(room: DccFixture) -> None:
    room.build()
    for _ in range(2):
        room.keep(room.dcc.raise_dcc_alert("N1", SUPPLIER, None, room.now)[1])
    first, second = room.messages()
    assert first.response_id != second.response_id


RECORDED = [("chf", code) for code, row in device_alerts().items() if row.to_broker == "recorded"]


@pytest.mark.parametrize(("name", "code"), [*RECORDED, ("gpf", "8071"), ("esme", "8F3F")])
def test_an_alert_to_the_broker_stays_with_the_dcc(room: DccFixture, name: str, code: str) -> None:
    device = room.build()[name]
    _, events = room.dcc.raise_device_alert(device, code, str(room.pki.acb), room.now)
    assert [type(event) for event in room.keep(events) if isinstance(event, AlertRaised | MessageQueued)] == [
        AlertRaised
    ]


def test_premises_of_the_same_name_get_fresh_identities(room: DccFixture) -> None:
    first, second = room.build(name="same"), room.build(name="same")
    assert not set(first.values()) & set(second.values())


def test_the_same_seed_gives_the_same_premises(pki: Pki) -> None:
    assert DccFixture(pki).build(name="home") == DccFixture(pki).build(name="home")


def test_an_absent_device_exists_but_the_inventory_does_not_know_it(room: DccFixture) -> None:
    device = room.build({"name": "esme", "type": "ESME", "status": "absent"})["esme"]
    assert device in room.dcc.state.devices
    assert room.post(room.party.request("11.2", device)).response_code == "E19"


@pytest.mark.parametrize(
    "spec",
    [
        {"devices": []},
        {"name": "a", "devices": [{"name": "x", "type": "TOASTER"}]},
        {"name": "a", "devices": [{"name": "x", "type": "ESME"}, {"name": "x", "type": "GSME"}]},
        {"name": "a", "devices": [{"name": "x", "type": "ESME", "values": {"colour": "red"}}]},
    ],
)
def test_premises_that_cannot_be_leave_no_trace(room: DccFixture, spec: dict[str, Any]) -> None:
    with pytest.raises((ValueError, PeerError)):
        room.dcc.add_premises(spec, room.now)
    assert (len(room.dcc.state.devices), room.dcc.state.inventory.meter_points) == (0, {})


def test_after_a_reset_only_users_are_left(room: DccFixture) -> None:
    device = room.build()["esme"]
    room.post(room.party.request("11.2", device))
    room.keep(room.dcc.reset("other", room.now))
    state = room.dcc.state
    assert (len(state.devices), state.inventory.records, state.agenda.items) == (0, {}, {})
    assert SUPPLIER in state.users
    assert room.pass_time(10) == []


def test_an_error_of_ours_ends_the_item_and_nothing_else(room: DccFixture) -> None:
    told: list[Exception] = []
    room.dcc.on_error = told.append
    device = room.build()["esme"]
    room.post(room.party.request("11.2", device))
    (item,) = room.dcc.state.agenda.items.values()
    item.data["group"] = "not hexadecimal"
    room.pass_time()
    assert [type(error) for error in told] == [ValueError]
    room.post(room.party.request("11.2", device))
    room.pass_time()
    assert room.last_response().header.response_code == "I0"


def test_values_of_devices_and_inventory_are_set_by_hand(room: DccFixture) -> None:
    device = room.build()["esme"]
    room.keep(room.dcc.set_device(device, {"firmware_version": "0A0B0C0D"}, room.now))
    room.keep(room.dcc.set_inventory(device, {"DeviceStatus": "Suspended"}, room.now))
    assert room.dcc.device(device, room.now)["firmware_version"] == "0A0B0C0D"
    assert room.post(room.party.request("4.1.1", device)).response_code == "E5"
    assert room.post(room.party.request("11.2", device)).response_code == "I99"
    with pytest.raises(ValueError, match="Colour"):
        room.dcc.set_inventory(device, {"Colour": "red"}, room.now)


def test_a_user_with_an_unknown_role_is_refused(room: DccFixture) -> None:
    with pytest.raises(ValueError, match="XX"):
        room.dcc.register_user(SUPPLIER, "A", ("XX",), None, "active", room.now)


def test_cancelled_items_are_recorded(room: DccFixture) -> None:
    device = room.build()["esme"]
    room.post(room.party.request("4.1.1", device, ExecutionDateTime="2026-01-15T12:00:00Z"))
    room.post(room.party.request("4.1.1", device, ExecutionDateTime="3000-12-31T00:00:00Z"))
    outcomes = [entry.event.outcome for entry in room.entries if isinstance(entry.event, ItemDone)]
    assert outcomes == ["cancelled"]


def test_time_passes_for_held_messages(room: DccFixture) -> None:
    room.post(room.party.request("11.2", room.build()["esme"]))
    room.pass_time()
    (message,) = room.messages()
    for attempt in range(1, 10):
        room.keep(room.dcc.delivery_failed(message.message, attempt, 500, "down", room.now))
    assert room.dcc.state.outbox.head(SUPPLIER) is None
    room.keep(room.dcc.redeliver(SUPPLIER, room.now + timedelta(seconds=1)))
    assert room.dcc.state.outbox.head(SUPPLIER) is not None
