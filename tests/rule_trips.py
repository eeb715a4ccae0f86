"""Requests that trip every rule of the gateway, one each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from schemas.load import Service, Srv
from stubs.dcc import Reply
from stubs.dcc.requests import request_validation
from stubs.settings import DccSettings
from stubs.wire.duis import Node, ServiceRequest, write_request
from stubs.wire.eui64 import Eui64
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


def by(fixture: DccFixture, eui: str) -> Party:
    return Party(fixture.pki, eui)


def document(fixture: DccFixture, srv: str, target: str, body: Node, **header: Any) -> bytes:
    """A signed request whose body need not belong to its SRV."""
    return fixture.party.sign(write_request(ServiceRequest(fixture.party.header(srv, target, **header), body)))


def firmware(fixture: DccFixture, **given: Any) -> bytes:
    return fixture.party.request("11.2", fixture.build()["esme"], **given)


def too_large(fixture: DccFixture) -> Reply:
    return fixture.post(b"<" + b"x" * 100_000, Service.NON_DEVICE)


def content_type(fixture: DccFixture) -> Reply:
    return fixture.post(firmware(fixture), content_type="text/plain")


def xml(fixture: DccFixture) -> Reply:
    return fixture.post(b"<sr:Request", Service.NON_DEVICE)


def schema(fixture: DccFixture) -> Reply:
    header = msgspec.structs.replace(fixture.party.header("11.2", ABSENT), srv="99.9")
    return fixture.post(
        fixture.party.sign(write_request(ServiceRequest(header, Node("ReadFirmwareVersion")))), Service.SEND_COMMAND
    )


def not_simulated(fixture: DccFixture) -> Reply:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(request_validation, "not_simulated", lambda: {f"{{{SR}}}ReadFirmwareVersion": Srv("11.2")})
        return fixture.post(firmware(fixture))


def schema_version(fixture: DccFixture) -> Reply:
    request = ServiceRequest(fixture.party.header("11.2", ABSENT), Node("ReadFirmwareVersion"), "6.0")
    return fixture.post(fixture.party.sign(write_request(request)))


def unsigned(fixture: DccFixture) -> Reply:
    return fixture.post(
        write_request(ServiceRequest(fixture.party.header("11.2", ABSENT), Node("ReadFirmwareVersion")))
    )


def signature(fixture: DccFixture) -> Reply:
    return fixture.post(firmware(fixture).replace(b"CommandVariant>1<", b"CommandVariant>2<"))


def unknown_signer(fixture: DccFixture) -> Reply:
    own = fixture.party.signer()
    request = ServiceRequest(fixture.party.header("11.2", ABSENT), Node("ReadFirmwareVersion"))
    return fixture.post(sign(write_request(request), Signer(own.private_key, own.issuer_name, own.serial + 1)))


def signer_role(fixture: DccFixture) -> Reply:
    pair = fixture.pki.key_pair(RequestId.parse(f"{fixture.party.eui}:{ABSENT}:1").originator, "DS", "02")
    assert pair is not None
    request = ServiceRequest(fixture.party.header("11.2", ABSENT), Node("ReadFirmwareVersion"))
    return fixture.post(sign(write_request(request), Signer(pair.private_key, pair.issuer_name, pair.serial)))


def signer_identity(fixture: DccFixture) -> Reply:
    request = ServiceRequest(fixture.party.header("11.2", ABSENT), Node("ReadFirmwareVersion"))
    return fixture.post(by(fixture, OTHER_SUPPLIER).sign(write_request(request)))


def certificate_validity(fixture: DccFixture) -> Reply:
    fixture.settings = msgspec.structs.replace(fixture.settings, validity_checks=True)
    fixture.__post_init__()
    request = firmware(fixture)
    fixture.now += timedelta(days=365 * 60)
    return fixture.post(request)


def service_reference(fixture: DccFixture) -> Reply:
    header = msgspec.structs.replace(fixture.party.header("11.2", fixture.build()["esme"]), service_reference="11.1")
    return fixture.post(fixture.party.sign(write_request(ServiceRequest(header, Node("ReadFirmwareVersion")))))


def body_element(fixture: DccFixture) -> Reply:
    return fixture.post(document(fixture, "11.2", fixture.build()["esme"], Node("ReadSupplyStatus")))


def user(fixture: DccFixture) -> Reply:
    fixture.dcc.state.users.pop(Eui64.parse(fixture.party.eui))
    return fixture.post(firmware(fixture))


def role_registered(fixture: DccFixture) -> Reply:
    fixture.keep(fixture.dcc.register_user(fixture.party.eui, "A", (), None, "active", fixture.now))
    return fixture.post(firmware(fixture))


def role_eligible(fixture: DccFixture) -> Reply:
    return fixture.post(by(fixture, OTHER_USER).request("4.1.1", fixture.build()["esme"]))


def user_status(fixture: DccFixture) -> Reply:
    fixture.keep(fixture.dcc.register_user(fixture.party.eui, "A", ("IS",), None, "suspended", fixture.now))
    return fixture.post(firmware(fixture))


def wrong_service(fixture: DccFixture) -> Reply:
    return fixture.post(fixture.party.request("8.2", UPRN="1"), Service.TRANSFORM)


def command_variant(fixture: DccFixture) -> Reply:
    return fixture.post(firmware(fixture, cv=4))


def target(fixture: DccFixture) -> Reply:
    return fixture.post(fixture.party.request("8.2", fixture.build()["esme"], UPRN="1"))


def device_exists(fixture: DccFixture) -> Reply:
    return fixture.post(fixture.party.request("11.2", ABSENT))


def device_type(fixture: DccFixture) -> Reply:
    return fixture.post(fixture.party.request("4.3", fixture.build()["chf"]))


def device_authorised(fixture: DccFixture) -> Reply:
    return fixture.post(by(fixture, OTHER_SUPPLIER).request("11.2", fixture.build()["esme"]))


def device_status(fixture: DccFixture) -> Reply:
    device = fixture.build({"name": "esme", "type": "ESME", "status": "Pending"})["esme"]
    request = fixture.party.request("8.1.1", device, CurrentDateTime="2026-01-15T10:00:00Z", TolerancePeriod=10)
    return fixture.post(request)


def local_delivery(fixture: DccFixture) -> Reply:
    return fixture.post(by(fixture, OTHER_USER).request("11.2", fixture.build()["esme"], cv=2))


def sequence(fixture: DccFixture) -> Reply:
    device = fixture.build()["esme"]
    header = fixture.party.header("11.2", device)
    earlier = RequestId(header.request_id.originator, header.request_id.target, 1)
    return fixture.post(fixture.party.request("11.2", header=msgspec.structs.replace(header, preceding=earlier)))


def execution_date(fixture: DccFixture) -> Reply:
    return fixture.post(firmware(fixture, ExecutionDateTime="2020-01-01T00:00:00Z"))


def not_transformable(fixture: DccFixture) -> Reply:
    device = fixture.build({"name": "esme", "type": "ESME"})["esme"]
    # A log that meters of this kind do not keep.
    period = {"StartDateTime": "2026-01-01T00:00:00Z", "EndDateTime": "2026-01-02T00:00:00Z"}
    return fixture.post(fixture.party.request("6.13", device, ReadLogPeriod=period, LogToRead="GSMEEvent"))


def prenotify(fixture: DccFixture, device: str, **more: Any) -> Reply:
    given = {"DeviceID": device, "DeviceManufacturer": "UEPT", "DeviceModel": "ESME-1", "DeviceType": "ESME", **more}
    return fixture.post(fixture.party.request("12.2", **given))


def prenotify_duplicate(fixture: DccFixture) -> Reply:
    return prenotify(fixture, fixture.build()["esme"])


def prenotify_same_identity(fixture: DccFixture) -> Reply:
    return prenotify(fixture, ABSENT, DeviceType="CHF", AssociatedGPFDeviceID=ABSENT)


def prenotify_model(fixture: DccFixture) -> Reply:
    return prenotify(fixture, ABSENT, DeviceModel="other")


def inventory_empty(fixture: DccFixture) -> Reply:
    return fixture.post(fixture.party.request("8.2", DeviceID=ABSENT))


def inventory_device(fixture: DccFixture) -> Reply:
    return fixture.post(fixture.party.request("8.3", DeviceID=ABSENT))


def inventory_authorised(fixture: DccFixture) -> Reply:
    return fixture.post(by(fixture, OTHER_SUPPLIER).request("8.3", DeviceID=fixture.build()["esme"]))


def decommission_status(fixture: DccFixture) -> Reply:
    device = fixture.build({"name": "esme", "type": "ESME", "status": "Decommissioned"})["esme"]
    return fixture.post(fixture.party.request("8.3", DeviceID=device))


def update_status(fixture: DccFixture) -> Reply:
    return fixture.post(fixture.party.request("8.4", DeviceID=fixture.build()["esme"], DeleteDevice=None))


def update_rights(fixture: DccFixture) -> Reply:
    change = {"ImportMPxN": "1399999999999"}
    return fixture.post(
        by(fixture, NETWORK_OPERATOR).request("8.4", DeviceID=fixture.build()["esme"], UpdateMPxN=change)
    )


def update_kind(fixture: DccFixture) -> Reply:
    device = fixture.build({"name": "esme", "type": "ESME", "status": "Decommissioned"})["esme"]
    return fixture.post(fixture.party.request("8.4", DeviceID=device, UpdateDeviceStatusCH="Withdrawn"))


def update_meter_point(fixture: DccFixture) -> Reply:
    change = {"ImportMPxN": "1399999999999"}
    return fixture.post(fixture.party.request("8.4", DeviceID=fixture.build()["esme"], UpdateMPxN=change))


def hub_notice(fixture: DccFixture, device: str) -> Reply:
    given = {
        "DeviceID": device,
        "CHFInstallType": "New CHF Install",
        "MPxN": fixture.premises["mpan"],
        "AerialInstall": "false",
        "CHFLocation": "Deep indoors",
    }
    return fixture.post(fixture.party.request("8.14.1", **given))


def hub_unknown(fixture: DccFixture) -> Reply:
    return hub_notice(fixture, fixture.build()["esme"])


def hub_status(fixture: DccFixture) -> Reply:
    return hub_notice(fixture, fixture.build({"name": "chf", "type": "CHF", "status": "Withdrawn"})["chf"])


def add_to_hub(fixture: DccFixture, device: str, hub: str, mpxn: str = "", user: str = "") -> Reply:
    log: dict[str, Any] = {"JoinTimePeriod": 60, "InstallCode": "00" * 16}
    log |= {"ImportMPxN": mpxn} if mpxn else {}
    party = by(fixture, user) if user else fixture.party
    return fixture.post(party.request("8.11", hub, DeviceID=device, RequestType="Add", AddDeviceToCHFWhitelist=log))


def device_log_unknown(fixture: DccFixture) -> Reply:
    return add_to_hub(fixture, ABSENT, fixture.build()["chf"])


def device_log_status(fixture: DccFixture) -> Reply:
    devices = fixture.build()
    return add_to_hub(fixture, devices["esme"], devices["chf"])


def device_log_type(fixture: DccFixture) -> Reply:
    devices = fixture.build({"name": "chf", "type": "CHF"}, {"name": "other", "type": "CHF", "status": "Pending"})
    return add_to_hub(fixture, devices["other"], devices["chf"])


def device_log_meter_point(fixture: DccFixture) -> Reply:
    devices = fixture.build({"name": "chf", "type": "CHF"}, {"name": "esme", "type": "ESME", "status": "Pending"})
    return add_to_hub(fixture, devices["esme"], devices["chf"], mpxn="1399999999999")


def replayed_request(fixture: DccFixture) -> Reply:
    request = firmware(fixture)
    assert fixture.post(request).response_code == "I99"
    return fixture.post(request)


def counter(fixture: DccFixture) -> Reply:
    earlier, later = firmware(fixture), fixture.party.request("11.2", fixture.premises["devices"]["gsme"])
    assert fixture.post(later).response_code == "I99"
    return fixture.post(earlier)


def pre_command(fixture: DccFixture) -> bytes:
    return fixture.post(fixture.party.request("7.2", fixture.build()["esme"], cv=4)).body


def signed_pre_command_unknown(fixture: DccFixture) -> Reply:
    answer = pre_command(fixture)
    fixture.dcc.state.ledger.issued.clear()
    fixture.dcc.state.ledger.highest.clear()
    return fixture.post(fixture.party.signed_pre_command(answer))


def signed_pre_command_altered(fixture: DccFixture) -> Reply:
    def flip(group: Group) -> Group:
        return msgspec.structs.replace(group, content=group.content[:-1] + bytes((group.content[-1] ^ 1,)))

    return fixture.post(fixture.party.signed_pre_command(pre_command(fixture), alter=flip))


def signed_pre_command_signature(fixture: DccFixture) -> Reply:
    return fixture.post(fixture.party.signed_pre_command(pre_command(fixture), role="87"))


def fault(fixture: DccFixture) -> Reply:
    fixture.keep(fixture.dcc.set_fault({"point": "answer", "effect": "code", "code": "E20"}, fixture.now)[1])
    return fixture.post(firmware(fixture))


def threshold(fixture: DccFixture) -> Reply:
    device = fixture.build()["esme"]
    assert fixture.post(fixture.party.request("7.4", device)).response_code == "I99"
    return fixture.post(fixture.party.request("7.4", device))


def transport(rule: str) -> Callable[[DccFixture], Reply]:
    def refuse(fixture: DccFixture) -> Reply:
        handled = fixture.dcc.refuse_transport(rule, "as the edge found", Service.TRANSFORM, "127.0.0.1", fixture.now)
        fixture.keep(handled.events)
        return handled.reply

    return refuse


def internal_error(fixture: DccFixture) -> Reply:
    told: list[Exception] = []
    fixture.dcc.on_error = told.append
    fixture.dcc.state.users = None  # type: ignore[assignment]
    reply = fixture.post(firmware(fixture))
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
