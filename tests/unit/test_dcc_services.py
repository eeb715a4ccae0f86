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
from stubs.wire.eui64 import Eui64
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
def fixture(pki: Pki) -> Iterator[DccFixture]:
    fixture = DccFixture(pki)
    yield fixture
    fixture.valid()


def inventory_of(answer: bytes) -> list[str]:
    body = response_of(answer).body
    assert isinstance(body, ServiceResponse)
    assert isinstance(body.result, OtherResult)
    return [device.get("DeviceID") or "" for device in body.result.node.all("Device")]


def of_kind(events: list[AnyEvent], kind: type) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def dcc_alerts(fixture: DccFixture) -> list[tuple[str, str]]:
    return [(message.user, message.alert_code or "") for message in fixture.messages("dcc-alert")]


# --- Non-Device services ---


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
    given: dict[str, Any] = {"DeviceID": NEW, "DeviceManufacturer": "UEPT", "DeviceModel": "M", "DeviceType": "ESME"}
    answer = fixture.post(fixture.party.request("12.2", **given, ESMEVariant="A"))
    assert answer.response_code == "I99"
    assert fixture.status(NEW) == "Pending"
    assert inventory_of(fixture.post(fixture.party.request("8.2", DeviceID=NEW)).body) == [NEW]


def test_a_pre_notified_hub_brings_its_gas_proxy(fixture: DccFixture) -> None:
    proxy = "DE-51-CE-00-00-00-00-02"
    given: dict[str, Any] = {"DeviceID": NEW, "DeviceManufacturer": "UEPT", "DeviceModel": "M", "DeviceType": "CHF"}
    fixture.post(fixture.party.request("12.2", **given, AssociatedGPFDeviceID=proxy))
    answer = fixture.post(fixture.party.request("8.2", DeviceID=proxy))
    assert inventory_of(answer.body) == [NEW, proxy]


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


# --- command variants, dates, sequences ---


@pytest.mark.parametrize(("srv", "cv"), [("11.2", 2), ("7.2", 6)])
def test_a_local_command_comes_in_the_answer_and_is_not_sent(fixture: DccFixture, srv: str, cv: int) -> None:
    device = fixture.build()["esme"]
    if cv == 2:
        answer = fixture.post(fixture.party.request(srv, device, cv=2))
    else:
        issued = fixture.post(fixture.party.request(srv, device))
        answer = fixture.post(fixture.party.signed_pre_command(issued.body, cv=6))
    body = response_of(answer.body).body
    assert isinstance(body, ServiceResponse)
    assert isinstance(body.result, LocalCommand)
    assert Message.from_bytes(body.result.gbcs_payload).mac is not None
    assert of_kind(fixture.pass_time(), CommandSent) == []


@pytest.mark.parametrize(("srv", "cv"), [("11.2", 3), ("7.2", 7)])
def test_both_at_once_gives_the_local_command_and_later_the_response(fixture: DccFixture, srv: str, cv: int) -> None:
    device = fixture.build()["esme"]
    if cv == 3:
        answer = fixture.post(fixture.party.request(srv, device, cv=3))
    else:
        issued = fixture.post(fixture.party.request(srv, device))
        answer = fixture.post(fixture.party.signed_pre_command(issued.body, cv=7))
    assert answer.response_code == "I0"
    assert len(of_kind(fixture.pass_time(), DeviceAnswered)) == 1


def test_the_local_command_of_variant_3_comes_later_when_settings_say_so(pki: Pki) -> None:
    fixture = DccFixture(pki, DccSettings(local_command_answer="receive"))
    answer = fixture.post(fixture.party.request("11.2", fixture.build()["esme"], cv=3))
    assert answer.response_code == "I99"
    fixture.pass_time()
    bodies = [response_of(message.body).body for message in fixture.messages()]
    results = [type(body.result).__name__ for body in bodies if isinstance(body, ServiceResponse)]
    assert results == ["LocalCommand", "GbcsPayload"]
    assert len({message.response_id for message in fixture.messages()}) == 2


def test_a_dated_read_is_held_by_the_dcc_until_its_date(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    request = fixture.party.request("4.1.1", device, ExecutionDateTime="2026-01-15T12:00:00Z")
    assert fixture.post(request).response_code == "I99"
    assert fixture.pass_time(7100) == []
    assert len(of_kind(fixture.pass_time(200), DeviceAnswered)) == 1


def test_a_dated_read_is_cancelled_by_a_date_in_the_year_3000(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fixture.post(fixture.party.request("4.1.1", device, ExecutionDateTime="2026-01-15T12:00:00Z"))
    cancel = fixture.party.request("4.1.1", device, ExecutionDateTime="3000-12-31T00:00:00.00Z")
    assert fixture.post(cancel).response_code == "I99"
    assert of_kind(fixture.pass_time(8000), CommandSent) == []


def test_a_dated_payment_mode_is_held_by_the_meter_which_reports_its_outcome(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fixture.critical("1.6", device, ExecutionDateTime="2026-01-15T12:00:00Z", Prepayment={
        "SuspendDebtDisabled": "true", "SuspendDebtEmergency": "true", "DisablementThreshold": 0,
    })  # fmt: skip
    fixture.pass_time(1)
    assert [message.response_code for message in fixture.messages("response")] == ["I0"]
    assert fixture.dcc.state.devices[Eui64.parse(device)].payment_mode == "credit"
    fixture.pass_time(7300)
    assert fixture.dcc.state.devices[Eui64.parse(device)].payment_mode == "prepayment"
    first, *outcomes = [response_of(message.body) for message in fixture.messages("response")]
    results = [response.body.result for response in outcomes if isinstance(response.body, ServiceResponse)]
    assert results
    assert all(isinstance(result, FutureDatedDeviceAlert) and result.code == "8F66" for result in results)
    assert {response.header.request_id for response in outcomes} == {first.header.request_id}
    assert len({response.header.response_id for response in (first, *outcomes)}) == len(outcomes) + 1


def sequenced(fixture: DccFixture, device: str, **header: Any) -> Any:
    head = fixture.party.header("11.2", device, **header)
    return head.request_id, fixture.post(fixture.party.request("11.2", header=head))


def test_a_follower_waits_for_its_predecessor(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    first, _ = sequenced(fixture, device, first_in_sequence=True)
    _, answer = sequenced(fixture, device, preceding=first)
    assert answer.response_code == "I99"
    fixture.pass_time()
    assert len(fixture.messages("response")) == 2


def test_a_follower_fails_with_its_predecessor(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fixture.keep(fixture.dcc.set_device(device, {"reachable": False}, fixture.now))
    first, _ = sequenced(fixture, device, first_in_sequence=True)
    sequenced(fixture, device, preceding=first)
    fixture.pass_time(1)
    assert [message.response_code for message in fixture.messages("response")] == ["E20", "E100"]
    _, late = sequenced(fixture, device, preceding=first)
    assert late.response_code == "E100"


def test_a_follower_of_a_request_that_succeeded_goes_at_once(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    first, _ = sequenced(fixture, device, first_in_sequence=True)
    fixture.pass_time()
    sequenced(fixture, device, preceding=first)
    fixture.pass_time()
    assert [message.response_code for message in fixture.messages("response")] == ["I0", "I0"]


# --- silence, thresholds, faults ---


def test_a_device_out_of_reach_is_e20(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fixture.keep(fixture.dcc.set_device(device, {"reachable": False}, fixture.now))
    fixture.post(fixture.party.request("11.2", device))
    fixture.pass_time(1)
    assert [message.response_code for message in fixture.messages()] == ["E20"]


def test_a_device_that_never_answers_is_e21_after_the_time_out(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fault(fixture, point="command", effect="never-answer", device=device)
    fixture.post(fixture.party.request("11.2", device))
    fixture.pass_time(29)
    assert fixture.messages() == []
    fixture.pass_time(2)
    assert [message.response_code for message in fixture.messages()] == ["E21"]


def test_silence_is_an_alert_when_settings_say_so(pki: Pki) -> None:
    fixture = DccFixture(pki, DccSettings(device_silent="alert"))
    device = fixture.build()["esme"]
    fixture.keep(fixture.dcc.set_device(device, {"reachable": False}, fixture.now))
    fixture.post(fixture.party.request("11.2", device))
    (silent,) = of_kind(fixture.pass_time(1), DeviceSilent)
    assert silent.response_code is None
    assert dcc_alerts(fixture) == [(SUPPLIER, "N10")]


def test_too_many_requests_are_held_and_reported(pki: Pki) -> None:
    fixture = DccFixture(pki, DccSettings(thresholds={"*": 1}))
    device = fixture.build()["esme"]
    fixture.post(fixture.party.request("11.2", device))
    assert fixture.post(fixture.party.request("11.2", device)).response_code == "I99"
    fixture.pass_time(1)
    assert len(fixture.messages("response")) == 1
    assert dcc_alerts(fixture) == [(SUPPLIER, "N46")]
    fixture.pass_time(3600)
    fixture.post(fixture.party.request("11.2", device))
    fixture.pass_time(1)
    assert len(fixture.messages("response")) == 2


def fault(fixture: DccFixture, **rule: Any) -> str:
    identity, events = fixture.dcc.set_fault(rule, fixture.now)
    fixture.keep(events)
    return identity


def test_a_bad_signature_on_a_response_is_bad(fixture: DccFixture) -> None:
    fault(fixture, point="delivery", effect="wrong-signature")
    fixture.post(fixture.party.request("11.2", fixture.build()["esme"]))
    fixture.pass_time()
    with pytest.raises(SignatureError, match="signature"):
        verify(fixture.messages()[-1].body, fixture.pki.certificates)


def test_a_response_of_another_party_verifies_but_is_not_the_dccs(fixture: DccFixture) -> None:
    fault(fixture, point="delivery", effect="wrong-signer", party=OTHER_SUPPLIER)
    fixture.post(fixture.party.request("11.2", fixture.build()["esme"]))
    fixture.pass_time()
    assert str(verify(fixture.messages()[-1].body, fixture.pki.certificates).certificate.eui) == OTHER_SUPPLIER


def test_a_duplicate_is_delivered_twice_with_one_response_id(fixture: DccFixture) -> None:
    fault(fixture, point="delivery", effect="duplicate")
    fixture.post(fixture.party.request("11.2", fixture.build()["esme"]))
    fixture.pass_time()
    first, second = fixture.messages()
    assert (first.response_id, first.body) == (second.response_id, second.body)
    assert first.message != second.message


def test_a_message_held_until_the_next_is_overtaken(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fault(fixture, point="delivery", effect="hold-until-next")
    fixture.post(fixture.party.request("11.2", device))
    fixture.pass_time()
    assert fixture.dcc.state.outbox.ready(fixture.now) == []
    fixture.post(fixture.party.request("11.2", device))
    fixture.pass_time()
    assert [message.message for message in fixture.dcc.state.outbox.of(Eui64.parse(SUPPLIER))] == ["m2", "m1"]


def test_a_dropped_message_is_never_posted(fixture: DccFixture) -> None:
    fault(fixture, point="delivery", effect="drop")
    fixture.post(fixture.party.request("11.2", fixture.build()["esme"]))
    fixture.pass_time()
    assert fixture.dcc.state.outbox.of(Eui64.parse(SUPPLIER)) == []
    assert len(fixture.messages()) == 1


def test_another_code_is_written_and_signed(fixture: DccFixture) -> None:
    fault(fixture, point="delivery", effect="code", code="E1011", srv="11.2")
    fixture.post(fixture.party.request("11.2", fixture.build()["esme"]))
    fixture.pass_time()
    verify(fixture.messages()[-1].body, fixture.pki.certificates)
    assert fixture.last_response().header.response_code == "E1011"


def test_unsigned_and_malformed_messages(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    for effect in ("unsigned", "malformed"):
        fault(fixture, point="delivery", effect=effect)
        fixture.post(fixture.party.request("11.2", device))
        fixture.pass_time()
    unsigned, malformed = fixture.messages()
    assert not is_signed(parse(unsigned.body))
    with pytest.raises(PeerError):
        parse(malformed.body)


def test_a_late_and_an_altered_device_response(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fault(fixture, point="device-response", effect="delay", seconds=100)
    fixture.post(fixture.party.request("11.2", device))
    fixture.pass_time(90)
    assert fixture.messages() == []
    fixture.pass_time(20)
    assert fixture.last_response().header.response_code == "I0"
    fault(fixture, point="device-response", effect="altered")
    fixture.post(fixture.party.request("11.2", device))
    assert of_kind(fixture.pass_time(), DeviceAnswered)[0].payload == fixture.payload()


def test_a_dropped_device_response_is_e21_although_the_device_acted(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fault(fixture, point="device-response", effect="drop")
    fixture.critical("7.2", device)
    fixture.pass_time(40)
    assert fixture.dcc.state.devices[Eui64.parse(device)].supply == "disabled"
    assert fixture.messages("response")[-1].response_code == "E21"


def test_a_delayed_command_leaves_later(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fault(fixture, point="command", effect="delay", seconds=50)
    fixture.post(fixture.party.request("11.2", device))
    assert of_kind(fixture.pass_time(40), CommandSent) == []
    assert len(of_kind(fixture.pass_time(20), CommandSent)) == 1


def test_the_nth_match_is_bent_and_only_so_often(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fault(fixture, point="answer", effect="code", code="E20", nth=2, times=1)
    codes = [fixture.post(fixture.party.request("11.2", device)).response_code for _ in range(3)]
    assert codes == ["I99", "E20", "I99"]
    effects = [entry.event.effect for entry in fixture.entries if isinstance(entry.event, FaultApplied)]
    assert effects == ["passed", "code"]


def test_a_lost_request_may_be_sent_again(fixture: DccFixture) -> None:
    fault(fixture, point="answer", effect="drop", before=True)
    request = fixture.party.request("11.2", fixture.build()["esme"])
    assert fixture.post(request).cut == "drop"
    assert fixture.post(request).response_code == "I99"


def test_a_lost_answer_does_not_undo_the_request(fixture: DccFixture) -> None:
    fault(fixture, point="answer", effect="reset")
    assert fixture.post(fixture.party.request("11.2", fixture.build()["esme"])).cut == "reset"
    fixture.pass_time()
    assert fixture.last_response().header.response_code == "I0"


def test_a_cleared_fault_bends_nothing(fixture: DccFixture) -> None:
    identity = fault(fixture, point="answer", effect="http-status", status=500, times=0)
    device = fixture.build()["esme"]
    assert fixture.post(fixture.party.request("11.2", device)).status == 500
    fixture.keep(fixture.dcc.clear_fault(identity, fixture.now))
    assert fixture.post(fixture.party.request("11.2", device)).response_code == "I99"


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
def test_a_wrong_fault_rule_is_refused_with_a_reason(fixture: DccFixture, rule: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        fixture.dcc.set_fault(rule, fixture.now)


def test_a_fault_cannot_sign_for_a_party_without_keys(fixture: DccFixture) -> None:
    with pytest.raises(Blocked, match="no xmlSign key"):
        fault(fixture, point="delivery", effect="wrong-signer", party="DE-51-CE-00-00-00-00-77")


# --- a tester's operations ---


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
    content = {"CommandFailure": {"CommandRequestID": f"{SUPPLIER}:{NEW}:1", "DeviceID": NEW}}
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
