"""Requests that trip every rule of the gateway, one each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from schemas.load import Service, Srv
from stubs.dcc import Reply
from stubs.dcc.requests import request_validation
from stubs.settings import DccSettings
from stubs.wire.duis import Node, ServiceRequest, write_request
from stubs.wire.gbcs.envelope import Group
from stubs.wire.request_id import RequestId
from stubs.wire.xml import SR
from stubs.wire.xmlsig import Signer, sign
from tests.dcc_kit import NETWORK_OPERATOR, OTHER_SUPPLIER, OTHER_USER, DccFixture, Party
from tests.service_trips import SERVICE_TRIPS

ABSENT = "DE-51-CE-00-00-00-00-99"
STRICT = DccSettings(
    max_request_bytes=100_000,
    approved_models=("UEPT/ESME-1",),
    max_future_days=30,
    thresholds={"7.4": 1},
    thresholds_held=False,
    max_schedules=1,
    eligible_roles={"8.6": ("IS",)},
)


def by(room: DccFixture, eui: str) -> Party:
    return Party(room.pki, eui)


def document(room: DccFixture, srv: str, target: str, body: Node, **header: Any) -> bytes:
    """A signed request whose body need not belong to its SRV."""
    return room.party.sign(write_request(ServiceRequest(room.party.header(srv, target, **header), body)))


def firmware(room: DccFixture, **given: Any) -> bytes:
    return room.party.request("11.2", room.build()["esme"], **given)


def too_large(room: DccFixture) -> Reply:
    return room.post(b"<" + b"x" * 100_000, Service.NON_DEVICE)


def content_type(room: DccFixture) -> Reply:
    return room.post(firmware(room), content_type="text/plain")


def xml(room: DccFixture) -> Reply:
    return room.post(b"<sr:Request", Service.NON_DEVICE)


def schema(room: DccFixture) -> Reply:
    header = msgspec.structs.replace(room.party.header("11.2", ABSENT), srv="99.9")
    return room.post(
        room.party.sign(write_request(ServiceRequest(header, Node("ReadFirmwareVersion")))), Service.SEND_COMMAND
    )


def not_simulated(room: DccFixture) -> Reply:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(request_validation, "not_simulated", lambda: {f"{{{SR}}}ReadFirmwareVersion": Srv("11.2")})
        return room.post(firmware(room))


def schema_version(room: DccFixture) -> Reply:
    request = ServiceRequest(room.party.header("11.2", ABSENT), Node("ReadFirmwareVersion"), "6.0")
    return room.post(room.party.sign(write_request(request)))


def unsigned(room: DccFixture) -> Reply:
    return room.post(write_request(ServiceRequest(room.party.header("11.2", ABSENT), Node("ReadFirmwareVersion"))))


def signature(room: DccFixture) -> Reply:
    return room.post(firmware(room).replace(b"CommandVariant>1<", b"CommandVariant>2<"))


def unknown_signer(room: DccFixture) -> Reply:
    own = room.party.signer()
    request = ServiceRequest(room.party.header("11.2", ABSENT), Node("ReadFirmwareVersion"))
    return room.post(sign(write_request(request), Signer(own.private_key, own.issuer_name, own.serial + 1)))


def signer_role(room: DccFixture) -> Reply:
    pair = room.pki.key_pair(RequestId.parse(f"{room.party.eui}:{ABSENT}:1").originator, "DS", "02")
    assert pair is not None
    request = ServiceRequest(room.party.header("11.2", ABSENT), Node("ReadFirmwareVersion"))
    return room.post(sign(write_request(request), Signer(pair.private_key, pair.issuer_name, pair.serial)))


def signer_identity(room: DccFixture) -> Reply:
    request = ServiceRequest(room.party.header("11.2", ABSENT), Node("ReadFirmwareVersion"))
    return room.post(by(room, OTHER_SUPPLIER).sign(write_request(request)))


def certificate_validity(room: DccFixture) -> Reply:
    room.settings = msgspec.structs.replace(room.settings, validity_checks=True)
    room.__post_init__()
    request = firmware(room)
    room.now += timedelta(days=365 * 60)
    return room.post(request)


def service_reference(room: DccFixture) -> Reply:
    header = msgspec.structs.replace(room.party.header("11.2", room.build()["esme"]), service_reference="11.1")
    return room.post(room.party.sign(write_request(ServiceRequest(header, Node("ReadFirmwareVersion")))))


def body_element(room: DccFixture) -> Reply:
    return room.post(document(room, "11.2", room.build()["esme"], Node("ReadSupplyStatus")))


def user(room: DccFixture) -> Reply:
    room.dcc.state.users.pop(room.party.eui)
    return room.post(firmware(room))


def role_registered(room: DccFixture) -> Reply:
    room.keep(room.dcc.register_user(room.party.eui, "A", (), None, "active", room.now))
    return room.post(firmware(room))


def role_eligible(room: DccFixture) -> Reply:
    return room.post(by(room, OTHER_USER).request("4.1.1", room.build()["esme"]))


def user_status(room: DccFixture) -> Reply:
    room.keep(room.dcc.register_user(room.party.eui, "A", ("IS",), None, "suspended", room.now))
    return room.post(firmware(room))


def wrong_service(room: DccFixture) -> Reply:
    return room.post(room.party.request("8.2", UPRN="1"), Service.TRANSFORM)


def command_variant(room: DccFixture) -> Reply:
    return room.post(firmware(room, cv=4))


def target(room: DccFixture) -> Reply:
    return room.post(room.party.request("8.2", room.build()["esme"], UPRN="1"))


def device_exists(room: DccFixture) -> Reply:
    return room.post(room.party.request("11.2", ABSENT))


def device_type(room: DccFixture) -> Reply:
    return room.post(room.party.request("4.3", room.build()["chf"]))


def device_authorised(room: DccFixture) -> Reply:
    return room.post(by(room, OTHER_SUPPLIER).request("11.2", room.build()["esme"]))


def device_status(room: DccFixture) -> Reply:
    device = room.build({"name": "esme", "type": "ESME", "status": "Pending"})["esme"]
    request = room.party.request("8.1.1", device, CurrentDateTime="2026-01-15T10:00:00Z", TolerancePeriod=10)
    return room.post(request)


def local_delivery(room: DccFixture) -> Reply:
    return room.post(by(room, OTHER_USER).request("11.2", room.build()["esme"], cv=2))


def sequence(room: DccFixture) -> Reply:
    device = room.build()["esme"]
    header = room.party.header("11.2", device)
    earlier = RequestId(header.request_id.originator, header.request_id.target, 1)
    return room.post(room.party.request("11.2", header=msgspec.structs.replace(header, preceding=earlier)))


def execution_date(room: DccFixture) -> Reply:
    return room.post(firmware(room, ExecutionDateTime="2020-01-01T00:00:00Z"))


def not_transformable(room: DccFixture) -> Reply:
    device = room.build({"name": "esme", "type": "ESME"})["esme"]
    # A log that meters of this kind do not keep.
    period = {"StartDateTime": "2026-01-01T00:00:00Z", "EndDateTime": "2026-01-02T00:00:00Z"}
    return room.post(room.party.request("6.13", device, ReadLogPeriod=period, LogToRead="GSMEEvent"))


def prenotify(room: DccFixture, device: str, **more: Any) -> Reply:
    given = {"DeviceID": device, "DeviceManufacturer": "UEPT", "DeviceModel": "ESME-1", "DeviceType": "ESME", **more}
    return room.post(room.party.request("12.2", **given))


def prenotify_duplicate(room: DccFixture) -> Reply:
    return prenotify(room, room.build()["esme"])


def prenotify_same_identity(room: DccFixture) -> Reply:
    return prenotify(room, ABSENT, DeviceType="CHF", AssociatedGPFDeviceID=ABSENT)


def prenotify_model(room: DccFixture) -> Reply:
    return prenotify(room, ABSENT, DeviceModel="other")


def inventory_empty(room: DccFixture) -> Reply:
    return room.post(room.party.request("8.2", DeviceID=ABSENT))


def inventory_device(room: DccFixture) -> Reply:
    return room.post(room.party.request("8.3", DeviceID=ABSENT))


def inventory_authorised(room: DccFixture) -> Reply:
    return room.post(by(room, OTHER_SUPPLIER).request("8.3", DeviceID=room.build()["esme"]))


def decommission_status(room: DccFixture) -> Reply:
    device = room.build({"name": "esme", "type": "ESME", "status": "Decommissioned"})["esme"]
    return room.post(room.party.request("8.3", DeviceID=device))


def update_status(room: DccFixture) -> Reply:
    return room.post(room.party.request("8.4", DeviceID=room.build()["esme"], DeleteDevice=None))


def update_rights(room: DccFixture) -> Reply:
    change = {"ImportMPxN": "1399999999999"}
    return room.post(by(room, NETWORK_OPERATOR).request("8.4", DeviceID=room.build()["esme"], UpdateMPxN=change))


def update_kind(room: DccFixture) -> Reply:
    device = room.build({"name": "esme", "type": "ESME", "status": "Decommissioned"})["esme"]
    return room.post(room.party.request("8.4", DeviceID=device, UpdateDeviceStatusCH="Withdrawn"))


def update_meter_point(room: DccFixture) -> Reply:
    change = {"ImportMPxN": "1399999999999"}
    return room.post(room.party.request("8.4", DeviceID=room.build()["esme"], UpdateMPxN=change))


def hub_notice(room: DccFixture, device: str) -> Reply:
    given = {
        "DeviceID": device,
        "CHFInstallType": "New CHF Install",
        "MPxN": room.premises["mpan"],
        "AerialInstall": "false",
        "CHFLocation": "Deep indoors",
    }
    return room.post(room.party.request("8.14.1", **given))


def hub_unknown(room: DccFixture) -> Reply:
    return hub_notice(room, room.build()["esme"])


def hub_status(room: DccFixture) -> Reply:
    return hub_notice(room, room.build({"name": "chf", "type": "CHF", "status": "Withdrawn"})["chf"])


def add_to_hub(room: DccFixture, device: str, hub: str, mpxn: str = "", user: str = "") -> Reply:
    log: dict[str, Any] = {"JoinTimePeriod": 60, "InstallCode": "00" * 16}
    log |= {"ImportMPxN": mpxn} if mpxn else {}
    party = by(room, user) if user else room.party
    return room.post(party.request("8.11", hub, DeviceID=device, RequestType="Add", AddDeviceToCHFWhitelist=log))


def device_log_unknown(room: DccFixture) -> Reply:
    return add_to_hub(room, ABSENT, room.build()["chf"])


def device_log_status(room: DccFixture) -> Reply:
    devices = room.build()
    return add_to_hub(room, devices["esme"], devices["chf"])


def device_log_type(room: DccFixture) -> Reply:
    devices = room.build({"name": "chf", "type": "CHF"}, {"name": "other", "type": "CHF", "status": "Pending"})
    return add_to_hub(room, devices["other"], devices["chf"])


def device_log_meter_point(room: DccFixture) -> Reply:
    devices = room.build({"name": "chf", "type": "CHF"}, {"name": "esme", "type": "ESME", "status": "Pending"})
    return add_to_hub(room, devices["esme"], devices["chf"], mpxn="1399999999999")


def replayed_request(room: DccFixture) -> Reply:
    request = firmware(room)
    assert room.post(request).response_code == "I99"
    return room.post(request)


def counter(room: DccFixture) -> Reply:
    earlier, later = firmware(room), room.party.request("11.2", room.premises["devices"]["gsme"])
    assert room.post(later).response_code == "I99"
    return room.post(earlier)


def pre_command(room: DccFixture) -> bytes:
    return room.post(room.party.request("7.2", room.build()["esme"], cv=4)).body


def signed_pre_command_unknown(room: DccFixture) -> Reply:
    answer = pre_command(room)
    room.dcc.state.ledger.issued.clear()
    room.dcc.state.ledger.highest.clear()
    return room.post(room.party.signed_pre_command(answer))


def signed_pre_command_altered(room: DccFixture) -> Reply:
    def flip(group: Group) -> Group:
        return replace(group, content=group.content[:-1] + bytes((group.content[-1] ^ 1,)))

    return room.post(room.party.signed_pre_command(pre_command(room), alter=flip))


def signed_pre_command_signature(room: DccFixture) -> Reply:
    return room.post(room.party.signed_pre_command(pre_command(room), role="87"))


def fault(room: DccFixture) -> Reply:
    room.keep(room.dcc.set_fault({"point": "answer", "effect": "code", "code": "E20"}, room.now)[1])
    return room.post(firmware(room))


def threshold(room: DccFixture) -> Reply:
    device = room.build()["esme"]
    assert room.post(room.party.request("7.4", device)).response_code == "I99"
    return room.post(room.party.request("7.4", device))


def transport(rule: str) -> Callable[[DccFixture], Reply]:
    def refuse(room: DccFixture) -> Reply:
        handled = room.dcc.refuse_transport(rule, "as the edge found", Service.TRANSFORM, "127.0.0.1", room.now)
        room.keep(handled.events)
        return handled.reply

    return refuse


def internal_error(room: DccFixture) -> Reply:
    told: list[Exception] = []
    room.dcc.on_error = told.append
    room.dcc.state.users = None  # type: ignore[assignment]
    reply = room.post(firmware(room))
    assert len(told) == 1
    return reply


TRIPS: dict[str, Callable[[DccFixture], Reply]] = {
    "internal-error": internal_error,
    "not-recorded": transport("not-recorded"),
    "too-large": too_large,
    "too-slow": transport("too-slow"),
    "no-such-service": transport("no-such-service"),
    "method": transport("method"),
    "not-http": transport("not-http"),
    "expectation": transport("expectation"),
    "truncated": transport("truncated"),
    "content-type": content_type,
    "xml": xml,
    "schema": schema,
    "not-simulated": not_simulated,
    "schema-version": schema_version,
    "unsigned": unsigned,
    "signature": signature,
    "unknown-signer": unknown_signer,
    "signer-role": signer_role,
    "signer-identity": signer_identity,
    "certificate-validity": certificate_validity,
    "service-reference": service_reference,
    "body-element": body_element,
    "user": user,
    "role-registered": role_registered,
    "role-eligible": role_eligible,
    "user-status": user_status,
    "wrong-service": wrong_service,
    "command-variant": command_variant,
    "target": target,
    "device-exists": device_exists,
    "device-type": device_type,
    "device-authorised": device_authorised,
    "device-status": device_status,
    "local-delivery": local_delivery,
    "sequence": sequence,
    "execution-date": execution_date,
    "not-transformable": not_transformable,
    "prenotify-duplicate": prenotify_duplicate,
    "prenotify-same-identity": prenotify_same_identity,
    "prenotify-model": prenotify_model,
    "inventory-empty": inventory_empty,
    "inventory-device": inventory_device,
    "inventory-authorised": inventory_authorised,
    "decommission-status": decommission_status,
    "update-status": update_status,
    "update-rights": update_rights,
    "update-kind": update_kind,
    "update-meter-point": update_meter_point,
    "hub-unknown": hub_unknown,
    "hub-status": hub_status,
    "device-log-unknown": device_log_unknown,
    "device-log-status": device_log_status,
    "device-log-type": device_log_type,
    "device-log-meter-point": device_log_meter_point,
    "replayed-request": replayed_request,
    "counter": counter,
    "pre-command-unknown": signed_pre_command_unknown,
    "pre-command-altered": signed_pre_command_altered,
    "pre-command-signature": signed_pre_command_signature,
    "fault": fault,
    "threshold": threshold,
    **SERVICE_TRIPS,
}
