"""Requests that trip the rules of single services: schedules, firmware, hubs, change of supplier, local answers."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from stubs.dcc import Reply
from stubs.wire.duis import LocalCommand, ServiceResponse
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.envelope import Message
from tests.dcc_kit import NETWORK_OPERATOR, OTHER_SUPPLIER, SUPPLIER, DccFixture, Party, response_of

ABSENT = "DE-51-CE-00-00-00-00-99"
IMAGE = base64.b64encode(b"a firmware image").decode()
FROM_NOBODY = "90-B3-D5-1F-30-00-00-99"


def by(fixture: DccFixture, eui: str) -> Party:
    return Party(fixture.pki, eui)


def schedule_body(device: str, **changes: Any) -> dict[str, Any]:
    """A daily read of active power."""
    return {
        "ScheduleFrequency": "Daily",
        "ScheduleStartDate": "2026-01-16Z",
        "DSPScheduledServiceReference": "4.16",
        "DSPScheduledServiceReferenceVariant": "4.16",
        "DeviceID": device,
        "DSPReadActivePowerImport": None,
        **changes,
    }


def create(fixture: DccFixture, device: str, user: str = "", **changes: Any) -> Reply:
    party = by(fixture, user) if user else fixture.party
    body = schedule_body(device, **changes)
    last = body.pop("DSPReadActivePowerImport")
    name = body.pop("element", "DSPReadActivePowerImport")
    return fixture.post(party.request("5.1", **body, **{name: last}))


def schedule_service(fixture: DccFixture) -> Reply:
    return create(fixture, fixture.build()["esme"], DSPScheduledServiceReference="4.15")


def schedule_dates(fixture: DccFixture) -> Reply:
    return create(fixture, fixture.build()["esme"], ScheduleStartDate="99999-01-01Z")


def schedule_limit(fixture: DccFixture) -> Reply:
    device = fixture.build()["esme"]
    assert create(fixture, device).response_code == "I0"
    return create(fixture, device)


def schedule_device(fixture: DccFixture) -> Reply:
    return create(fixture, ABSENT)


def schedule_device_type(fixture: DccFixture) -> Reply:
    return create(fixture, fixture.build()["gsme"])


def schedule_role(fixture: DccFixture) -> Reply:
    offsets = {"StartDateOffset": -1, "StartTime": "00:00:00Z", "EndDateOffset": 0, "EndTime": "00:00:00Z"}
    return create(
        fixture,
        fixture.build()["esme"],
        NETWORK_OPERATOR,
        DSPScheduledServiceReference="4.6",
        DSPScheduledServiceReferenceVariant="4.6.1",
        element="DSPRetrieveImportDailyReadLog",
        DSPReadActivePowerImport=offsets,
    )


def schedule_authorised(fixture: DccFixture) -> Reply:
    return create(fixture, fixture.build()["esme"], OTHER_SUPPLIER)


def schedule_unknown(fixture: DccFixture) -> Reply:
    assert create(fixture, fixture.build()["esme"]).response_code == "I0"
    return fixture.post(by(fixture, OTHER_SUPPLIER).request("5.2", DSPScheduleID=1))


def schedule_none(fixture: DccFixture) -> Reply:
    return fixture.post(fixture.party.request("5.2", DeviceID=fixture.build()["esme"]))


def change_of_supplier(fixture: DccFixture, device: str = "", **changes: Any) -> Reply:
    device = device or fixture.build()["esme"]
    certificates = fixture.pki.certificates.of(fixture.pki.acb, "DS")
    own = {one.role: one for one in fixture.pki.certificates.of(fixture.pki.parties()[0].eui, "DS")}
    signing = own.get("02") or certificates[0]
    body: dict[str, Any] = {
        "SupplierFloorSeqNumber": 1,
        "SupplierReplacementCertificates": {"DigitalSigningCertificate": _base64(signing.der)},
        "CertificationPathCertificates": {"Certificate": _base64(certificates[0].der)},
        "ApplyTimeBasedCPVChecks": "false",
        "ImportMPxN": fixture.premises["mpan"],
    }
    return fixture.post(fixture.party.request("6.23", device, **(body | changes)))


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def supplier_meter_point(fixture: DccFixture) -> Reply:
    return change_of_supplier(fixture, ImportMPxN="1399999999999")


def supplier_registered(fixture: DccFixture) -> Reply:
    device = fixture.build()["esme"]
    point = fixture.premises["mpan"]
    fixture.keep(
        fixture.dcc.perform(
            lambda tester, transaction: tester.register_meter_point(
                transaction, {"mpxn": "1200000000001", "supplier": SUPPLIER, "fuel": "electricity"}
            ),
            fixture.now,
        )[1]
    )
    # A meter with two elements, of which the sender supplies the second only.
    fixture.keep(fixture.dcc.set_inventory(device, {"SecondaryImportMPAN": "1200000000001"}, fixture.now))
    change = {"mpxn": point, "since": None, "supplier": OTHER_SUPPLIER, "network_operator": None}
    fixture.keep(
        fixture.dcc.perform(
            lambda tester, transaction: tester.change_registration(transaction, **change, is_new_tenancy=False),
            fixture.now,
        )[1]
    )
    return change_of_supplier(fixture, device, ImportMPxN=point)


def supplier_certificate(fixture: DccFixture) -> Reply:
    other = fixture.pki.certificates.of(Eui64.parse(OTHER_SUPPLIER), "DS")[0]
    return change_of_supplier(
        fixture, SupplierReplacementCertificates={"DigitalSigningCertificate": _base64(other.der)}
    )


def join_unknown(fixture: DccFixture) -> Reply:
    return fixture.post(fixture.party.request("8.7.2", fixture.build()["ppmid"], OtherDeviceID=ABSENT))


def join_hub(fixture: DccFixture) -> Reply:
    first = fixture.build()["ppmid"]
    return fixture.post(fixture.party.request("8.7.2", first, OtherDeviceID=fixture.build()["gsme"]))


def restore_unknown(fixture: DccFixture) -> Reply:
    return fixture.post(fixture.party.request("8.12.1", fixture.build()["chf"], OldCHFID=ABSENT))


def restore_same(fixture: DccFixture) -> Reply:
    hub = fixture.build()["chf"]
    return fixture.post(fixture.party.request("8.12.1", hub, OldCHFID=hub))


def opt_in(fixture: DccFixture, device: str, date: str = "2026-02-01", mpxn: str = "") -> Reply:
    point = mpxn or fixture.premises.get("mpan") or "1399999999999"
    body: dict[str, Any] = {"DeviceID": device, "DeviceType": "ESME", "MPxNs": {"ImportMPxN": point}, "OptInDate": date}
    return fixture.post(fixture.party.request("8.6", **body))


def opt_in_status(fixture: DccFixture) -> Reply:
    return opt_in(fixture, fixture.build()["esme"])


def opt_in_date(fixture: DccFixture) -> Reply:
    return opt_in(fixture, ABSENT, "2025-02-01")


def opt_in_meter_point(fixture: DccFixture) -> Reply:
    return opt_in(fixture, ABSENT, mpxn="1399999999999")


def local_answer(
    fixture: DccFixture, alter: Callable[[bytes], bytes] = lambda octets: octets, srv: str = "7.4"
) -> Reply:
    """A local command carried to the meter, and the meter's answer brought back."""
    device = fixture.build()["chf" if srv == "6.13" else "esme"]
    body: dict[str, Any] = {} if srv == "7.4" else {"ReadLogPeriod": PERIOD, "LogToRead": "Event"}
    answer = fixture.post(fixture.party.request(srv, device, cv=2, **body))
    response = response_of(answer.body).body
    assert isinstance(response, ServiceResponse)
    assert isinstance(response.result, LocalCommand)
    command = response.result.gbcs_payload
    (payload, refused), events = fixture.dcc.perform(
        lambda tester, transaction: tester.hand_over(transaction, Eui64.parse(device), command), fixture.now
    )
    fixture.keep(events)
    assert payload is not None, refused
    return fixture.post(fixture.party.request("8.13", DeviceGBCSResponse=_base64(alter(payload))))


PERIOD = {"StartDateTime": "2026-01-01T00:00:00Z", "EndDateTime": "2026-01-15T00:00:00Z"}


def local_command_unknown(fixture: DccFixture) -> Reply:
    def other_counter(octets: bytes) -> bytes:
        message = Message.from_bytes(octets)
        return replace(message, group=replace(message.group, counter=7)).to_bytes()

    return local_answer(fixture, other_counter)


def local_response_broken(fixture: DccFixture) -> Reply:
    return fixture.post(fixture.party.request("8.13", DeviceGBCSResponse="3wkB"))


def local_response_forged(fixture: DccFixture) -> Reply:
    return local_answer(fixture, lambda octets: octets[:-1] + bytes((octets[-1] ^ 1,)), "6.13")


def hub_other_device(fixture: DccFixture) -> Reply:
    body: dict[str, Any] = {
        "DeviceID": fixture.build()["chf"],
        "CHFFaultReturnType": "Fault identified post installation",
        "OtherDeviceID": ABSENT,
        "CHFConnectionMethod": "Cradle",
        "CHFFaultReason": "LED Fault",
    }
    return fixture.post(fixture.party.request("8.14.3", **body))


def update_firmware(fixture: DccFixture, *devices: str, srv: str = "11.1") -> Reply:
    body: dict[str, Any] = {"FirmwareImage": IMAGE, "FirmwareVersion": "0A02", "DeviceIDList": ",".join(devices)}
    return fixture.post(fixture.party.request(srv, **body))


def firmware_unlisted(fixture: DccFixture) -> Reply:
    product = {"manufacturer": "UEPT", "model": "ESME-1", "firmware_version": "0A03"}
    fixture.keep(
        fixture.dcc.perform(lambda tester, transaction: tester.list_product(transaction, product), fixture.now)[1]
    )
    return update_firmware(fixture, fixture.build()["esme"])


def firmware_devices(fixture: DccFixture) -> Reply:
    return update_firmware(fixture, ABSENT)


SERVICE_TRIPS: dict[str, Callable[[DccFixture], Reply]] = {
    "schedule-service": schedule_service,
    "schedule-dates": schedule_dates,
    "schedule-limit": schedule_limit,
    "schedule-device": schedule_device,
    "schedule-device-type": schedule_device_type,
    "schedule-role": schedule_role,
    "schedule-authorised": schedule_authorised,
    "schedule-unknown": schedule_unknown,
    "schedule-none": schedule_none,
    "supplier-meter-point": supplier_meter_point,
    "supplier-registered": supplier_registered,
    "supplier-certificate": supplier_certificate,
    "join-unknown": join_unknown,
    "join-hub": join_hub,
    "restore-unknown": restore_unknown,
    "restore-same": restore_same,
    "opt-in-status": opt_in_status,
    "opt-in-date": opt_in_date,
    "opt-in-meter-point": opt_in_meter_point,
    "local-command-unknown": local_command_unknown,
    "local-response-broken": local_response_broken,
    "local-response-forged": local_response_forged,
    "hub-other-device": hub_other_device,
    "firmware-unlisted": firmware_unlisted,
    "firmware-devices": firmware_devices,
}
