"""Requests that trip the rules of single services: schedules, firmware, hubs, change of supplier, local answers."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from stubs.dcc import Reply
from stubs.wire.duis import LocalCommand, ServiceResponse
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.envelope import Message
from tests.dcc_kit import NETWORK_OPERATOR, OTHER_SUPPLIER, SUPPLIER, DccFixture, Party, response_of

ABSENT = "DE-51-CE-00-00-00-00-99"
IMAGE = base64.b64encode(b"a firmware image").decode()
FROM_NOBODY = "90-B3-D5-1F-30-00-00-99"


def by(room: DccFixture, eui: str) -> Party:
    return Party(room.pki, eui)


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


def create(room: DccFixture, device: str, user: str = "", **changes: Any) -> Reply:
    party = by(room, user) if user else room.party
    body = schedule_body(device, **changes)
    last = body.pop("DSPReadActivePowerImport")
    name = body.pop("element", "DSPReadActivePowerImport")
    return room.post(party.request("5.1", **body, **{name: last}))


def schedule_service(room: DccFixture) -> Reply:
    return create(room, room.build()["esme"], DSPScheduledServiceReference="4.15")


def schedule_dates(room: DccFixture) -> Reply:
    return create(room, room.build()["esme"], ScheduleStartDate="99999-01-01Z")


def schedule_limit(room: DccFixture) -> Reply:
    device = room.build()["esme"]
    assert create(room, device).response_code == "I0"
    return create(room, device)


def schedule_device(room: DccFixture) -> Reply:
    return create(room, ABSENT)


def schedule_device_type(room: DccFixture) -> Reply:
    return create(room, room.build()["gsme"])


def schedule_role(room: DccFixture) -> Reply:
    offsets = {"StartDateOffset": -1, "StartTime": "00:00:00Z", "EndDateOffset": 0, "EndTime": "00:00:00Z"}
    return create(
        room,
        room.build()["esme"],
        NETWORK_OPERATOR,
        DSPScheduledServiceReference="4.6",
        DSPScheduledServiceReferenceVariant="4.6.1",
        element="DSPRetrieveImportDailyReadLog",
        DSPReadActivePowerImport=offsets,
    )


def schedule_authorised(room: DccFixture) -> Reply:
    return create(room, room.build()["esme"], OTHER_SUPPLIER)


def schedule_unknown(room: DccFixture) -> Reply:
    assert create(room, room.build()["esme"]).response_code == "I0"
    return room.post(by(room, OTHER_SUPPLIER).request("5.2", DSPScheduleID=1))


def schedule_none(room: DccFixture) -> Reply:
    return room.post(room.party.request("5.2", DeviceID=room.build()["esme"]))


def change_of_supplier(room: DccFixture, device: str = "", **changes: Any) -> Reply:
    device = device or room.build()["esme"]
    certificates = room.pki.certificates.of(room.pki.acb, "DS")
    own = {one.role: one for one in room.pki.certificates.of(room.pki.parties()[0].eui, "DS")}
    signing = own.get("02") or certificates[0]
    body: dict[str, Any] = {
        "SupplierFloorSeqNumber": 1,
        "SupplierReplacementCertificates": {"DigitalSigningCertificate": _base64(signing.der)},
        "CertificationPathCertificates": {"Certificate": _base64(certificates[0].der)},
        "ApplyTimeBasedCPVChecks": "false",
        "ImportMPxN": room.premises["mpan"],
    }
    return room.post(room.party.request("6.23", device, **(body | changes)))


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def supplier_meter_point(room: DccFixture) -> Reply:
    return change_of_supplier(room, ImportMPxN="1399999999999")


def supplier_registered(room: DccFixture) -> Reply:
    device = room.build()["esme"]
    point = room.premises["mpan"]
    room.keep(
        room.dcc.perform(
            lambda tester, transaction: tester.register_meter_point(
                transaction, {"mpxn": "1200000000001", "supplier": SUPPLIER, "fuel": "electricity"}
            ),
            room.now,
        )[1]
    )
    # A meter with two elements, of which the sender supplies the second only.
    room.keep(room.dcc.set_inventory(device, {"SecondaryImportMPAN": "1200000000001"}, room.now))
    change = {"mpxn": point, "since": None, "supplier": OTHER_SUPPLIER, "network_operator": None}
    room.keep(
        room.dcc.perform(
            lambda tester, transaction: tester.change_registration(transaction, **change, is_new_tenancy=False),
            room.now,
        )[1]
    )
    return change_of_supplier(room, device, ImportMPxN=point)


def supplier_certificate(room: DccFixture) -> Reply:
    other = room.pki.certificates.of(Eui64.parse(OTHER_SUPPLIER), "DS")[0]
    return change_of_supplier(room, SupplierReplacementCertificates={"DigitalSigningCertificate": _base64(other.der)})


def join_unknown(room: DccFixture) -> Reply:
    return room.post(room.party.request("8.7.2", room.build()["ppmid"], OtherDeviceID=ABSENT))


def join_hub(room: DccFixture) -> Reply:
    first = room.build()["ppmid"]
    return room.post(room.party.request("8.7.2", first, OtherDeviceID=room.build()["gsme"]))


def restore_unknown(room: DccFixture) -> Reply:
    return room.post(room.party.request("8.12.1", room.build()["chf"], OldCHFID=ABSENT))


def restore_same(room: DccFixture) -> Reply:
    hub = room.build()["chf"]
    return room.post(room.party.request("8.12.1", hub, OldCHFID=hub))


def opt_in(room: DccFixture, device: str, date: str = "2026-02-01", mpxn: str = "") -> Reply:
    point = mpxn or room.premises.get("mpan") or "1399999999999"
    body: dict[str, Any] = {"DeviceID": device, "DeviceType": "ESME", "MPxNs": {"ImportMPxN": point}, "OptInDate": date}
    return room.post(room.party.request("8.6", **body))


def opt_in_status(room: DccFixture) -> Reply:
    return opt_in(room, room.build()["esme"])


def opt_in_date(room: DccFixture) -> Reply:
    return opt_in(room, ABSENT, "2025-02-01")


def opt_in_meter_point(room: DccFixture) -> Reply:
    return opt_in(room, ABSENT, mpxn="1399999999999")


def local_answer(room: DccFixture, alter: Callable[[bytes], bytes] = lambda octets: octets, srv: str = "7.4") -> Reply:
    """A local command carried to the meter, and the meter's answer brought back."""
    device = room.build()["chf" if srv == "6.13" else "esme"]
    body: dict[str, Any] = {} if srv == "7.4" else {"ReadLogPeriod": PERIOD, "LogToRead": "Event"}
    answer = room.post(room.party.request(srv, device, cv=2, **body))
    response = response_of(answer.body).body
    assert isinstance(response, ServiceResponse)
    assert isinstance(response.result, LocalCommand)
    command = response.result.gbcs_payload
    (payload, refused), events = room.dcc.perform(
        lambda tester, transaction: tester.hand_over(transaction, device, command), room.now
    )
    room.keep(events)
    assert payload is not None, refused
    return room.post(room.party.request("8.13", DeviceGBCSResponse=_base64(alter(payload))))


PERIOD = {"StartDateTime": "2026-01-01T00:00:00Z", "EndDateTime": "2026-01-15T00:00:00Z"}


def local_command_unknown(room: DccFixture) -> Reply:
    def other_counter(octets: bytes) -> bytes:
        message = Message.from_bytes(octets)
        return replace(message, group=replace(message.group, counter=7)).to_bytes()

    return local_answer(room, other_counter)


def local_response_broken(room: DccFixture) -> Reply:
    return room.post(room.party.request("8.13", DeviceGBCSResponse="3wkB"))


def local_response_forged(room: DccFixture) -> Reply:
    return local_answer(room, lambda octets: octets[:-1] + bytes((octets[-1] ^ 1,)), "6.13")


def hub_other_device(room: DccFixture) -> Reply:
    body: dict[str, Any] = {
        "DeviceID": room.build()["chf"],
        "CHFFaultReturnType": "Fault identified post installation",
        "OtherDeviceID": ABSENT,
        "CHFConnectionMethod": "Cradle",
        "CHFFaultReason": "LED Fault",
    }
    return room.post(room.party.request("8.14.3", **body))


def update_firmware(room: DccFixture, *devices: str, srv: str = "11.1") -> Reply:
    body: dict[str, Any] = {"FirmwareImage": IMAGE, "FirmwareVersion": "0A02", "DeviceIDList": ",".join(devices)}
    return room.post(room.party.request(srv, **body))


def firmware_unlisted(room: DccFixture) -> Reply:
    product = {"manufacturer": "UEPT", "model": "ESME-1", "firmware_version": "0A03"}
    room.keep(room.dcc.perform(lambda tester, transaction: tester.list_product(transaction, product), room.now)[1])
    return update_firmware(room, room.build()["esme"])


def firmware_devices(room: DccFixture) -> Reply:
    return update_firmware(room, ABSENT)


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
