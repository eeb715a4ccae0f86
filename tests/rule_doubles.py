"""Requests that break two rules of one service at once."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from stubs.dcc import Reply
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.envelope import Group
from tests.dcc_kit import NETWORK_OPERATOR, OTHER_SUPPLIER, OTHER_USER, DccFixture
from tests.rule_trips import ABSENT, add_to_hub, by, pre_command, prenotify
from tests.service_trips import change_of_supplier, create, local_command_unknown, opt_in, update_firmware

UNREGISTERED = "1399999999999"
FOREIGN_POINT = "1200000000001"
NO_CERTIFICATE = {"DigitalSigningCertificate": "3wkB"}
Trip = Callable[[DccFixture], Reply]


def _hub_twice(dcc: DccFixture, model: str = "ESME-1", hub: str = "") -> Reply:
    hub = hub or dcc.build()["chf"]
    return prenotify(dcc, hub, DeviceType="CHF", DeviceModel=model, AssociatedGPFDeviceID=hub)


def _one(dcc: DccFixture, status: str, name: str = "esme") -> str:
    """A device of a home, for which parties are registered, with another status."""
    device = dcc.build()[name]
    dcc.keep(dcc.dcc.set_inventory(device, {"DeviceStatus": status}, dcc.now))
    return device


def _update(dcc: DccFixture, device: str, user: str = "", **change: Any) -> Reply:
    party = by(dcc, user) if user else dcc.party
    return dcc.post(party.request("8.4", DeviceID=device, **change))


def _faulty_hub(dcc: DccFixture, hub: str) -> Reply:
    given: dict[str, Any] = {
        "DeviceID": hub,
        "CHFFaultReturnType": "Fault identified post installation",
        "OtherDeviceID": ABSENT,
        "CHFConnectionMethod": "Cradle",
        "CHFFaultReason": "LED Fault",
    }
    return dcc.post(dcc.party.request("8.14.3", **given))


def _add_commissioned(dcc: DccFixture, name: str, mpxn: str = "") -> Reply:
    home = dcc.build()
    return add_to_hub(dcc, home[name], home["chf"], mpxn)


OTHER_SERVICE: dict[str, Any] = {"DSPScheduledServiceReference": "4.15"}
NEVER: dict[str, Any] = {"ScheduleStartDate": "99999-01-01Z"}


def _schedule(name: str = "esme", user: str = "", *, is_full: bool = False, **changes: Any) -> Trip:
    """5.1 for a device of a home, or for one that nobody knows; after as many schedules as it may have."""

    def trip(dcc: DccFixture) -> Reply:
        if is_full:
            dcc.settings = msgspec.structs.replace(dcc.settings, max_schedules=0)
            dcc.__post_init__()
        return create(dcc, dcc.build().get(name, ABSENT), user, **changes)

    return trip


def _foreign(dcc: DccFixture, *, is_own_point: bool = False, **changes: Any) -> Reply:
    """6.23 for a meter point of another supplier, which may or may not be that of the device."""
    device = dcc.build()["esme"]
    point = {"mpxn": FOREIGN_POINT, "supplier": OTHER_SUPPLIER, "fuel": "electricity"}
    dcc.keep(dcc.dcc.perform(lambda tester, transaction: tester.register_meter_point(transaction, point), dcc.now)[1])
    if is_own_point:
        dcc.keep(dcc.dcc.set_inventory(device, {"SecondaryImportMPAN": FOREIGN_POINT}, dcc.now))
    return change_of_supplier(dcc, device, ImportMPxN=FOREIGN_POINT, **changes)


def _others_certificate(dcc: DccFixture) -> dict[str, Any]:
    first = dcc.pki.certificates.of(Eui64.parse(OTHER_SUPPLIER), "DS")[0]
    return {"SupplierReplacementCertificates": {"DigitalSigningCertificate": base64.b64encode(first.der).decode()}}


def _join_absent(dcc: DccFixture) -> Reply:
    """8.7 by method C, whose command holds a certificate that nobody has."""
    meter = dcc.build()["gsme"]
    return dcc.post(dcc.party.request("8.7.1", meter, cv=4, OtherDeviceID=ABSENT, JoinMethod="C"))


def _altered_and_badly_signed(dcc: DccFixture) -> Reply:
    def flip(group: Group) -> Group:
        return msgspec.structs.replace(group, content=group.content[:-1] + bytes((group.content[-1] ^ 1,)))

    return dcc.post(dcc.party.signed_pre_command(pre_command(dcc), alter=flip, role="87"))


def _broken_and_unknown(dcc: DccFixture) -> Reply:
    return dcc.post(
        dcc.party.request("8.13", OriginalRequestID=f"{dcc.party.eui}:{ABSENT}:1", DeviceGBCSResponse="3wkB")
    )


DOUBLES: Mapping[tuple[str, str], Trip] = MappingProxyType(
    {
        ("prenotify-duplicate", "prenotify-same-identity"): _hub_twice,
        ("prenotify-duplicate", "prenotify-model"): lambda dcc: prenotify(dcc, dcc.build()["esme"], DeviceModel="x"),
        ("prenotify-same-identity", "prenotify-model"): lambda dcc: _hub_twice(dcc, "x", ABSENT),
        ("inventory-authorised", "decommission-status"): lambda dcc: dcc.post(
            by(dcc, OTHER_SUPPLIER).request("8.3", DeviceID=_one(dcc, "Decommissioned"))
        ),
        ("inventory-authorised", "update-status"): lambda dcc: _update(
            dcc, dcc.build()["esme"], OTHER_SUPPLIER, DeleteDevice=None
        ),
        ("inventory-authorised", "update-kind"): lambda dcc: _update(
            dcc, _one(dcc, "Decommissioned"), OTHER_SUPPLIER, UpdateDeviceStatusCH="Withdrawn"
        ),
        ("inventory-authorised", "update-meter-point"): lambda dcc: _update(
            dcc, dcc.build()["esme"], OTHER_SUPPLIER, UpdateMPxN={"ImportMPxN": UNREGISTERED}
        ),
        ("update-status", "update-rights"): lambda dcc: _update(
            dcc, dcc.build()["esme"], NETWORK_OPERATOR, DeleteDevice=None
        ),
        ("update-status", "update-kind"): lambda dcc: _update(
            dcc, dcc.build()["esme"], UpdateDeviceStatusCH="Withdrawn"
        ),
        ("update-rights", "update-kind"): lambda dcc: _update(
            dcc, _one(dcc, "Decommissioned"), NETWORK_OPERATOR, UpdateDeviceStatusCH="Withdrawn"
        ),
        ("update-rights", "update-meter-point"): lambda dcc: _update(
            dcc, dcc.build()["esme"], NETWORK_OPERATOR, UpdateMPxN={"ImportMPxN": UNREGISTERED}
        ),
        ("hub-unknown", "hub-other-device"): lambda dcc: _faulty_hub(dcc, dcc.build()["esme"]),
        ("hub-status", "hub-other-device"): lambda dcc: _faulty_hub(dcc, _one(dcc, "Withdrawn", "chf")),
        ("device-log-status", "device-log-type"): lambda dcc: _add_commissioned(dcc, "chf"),
        ("device-log-status", "device-log-meter-point"): lambda dcc: _add_commissioned(dcc, "esme", UNREGISTERED),
        ("pre-command-altered", "pre-command-signature"): _altered_and_badly_signed,
        ("schedule-service", "schedule-dates"): _schedule(**OTHER_SERVICE, **NEVER),
        ("schedule-service", "schedule-limit"): _schedule(is_full=True, **OTHER_SERVICE),
        ("schedule-service", "schedule-device"): _schedule("absent", **OTHER_SERVICE),
        ("schedule-service", "schedule-device-type"): _schedule("gsme", **OTHER_SERVICE),
        ("schedule-service", "schedule-role"): _schedule(user=OTHER_USER, **OTHER_SERVICE),
        ("schedule-service", "schedule-authorised"): _schedule(user=OTHER_SUPPLIER, **OTHER_SERVICE),
        ("schedule-dates", "schedule-limit"): _schedule(is_full=True, **NEVER),
        ("schedule-dates", "schedule-device"): _schedule("absent", **NEVER),
        ("schedule-dates", "schedule-device-type"): _schedule("gsme", **NEVER),
        ("schedule-dates", "schedule-role"): _schedule(user=OTHER_USER, **NEVER),
        ("schedule-dates", "schedule-authorised"): _schedule(user=OTHER_SUPPLIER, **NEVER),
        ("schedule-limit", "schedule-device"): _schedule("absent", is_full=True),
        ("schedule-limit", "schedule-device-type"): _schedule("gsme", is_full=True),
        ("schedule-limit", "schedule-role"): _schedule(user=OTHER_USER, is_full=True),
        ("schedule-limit", "schedule-authorised"): _schedule(user=OTHER_SUPPLIER, is_full=True),
        ("schedule-device-type", "schedule-role"): _schedule("gsme", OTHER_USER),
        ("schedule-device-type", "schedule-authorised"): _schedule("gsme", OTHER_SUPPLIER),
        ("supplier-meter-point", "supplier-registered"): _foreign,
        ("supplier-meter-point", "supplier-certificate"): lambda dcc: change_of_supplier(
            dcc, ImportMPxN=UNREGISTERED, **_others_certificate(dcc)
        ),
        ("supplier-registered", "supplier-certificate"): lambda dcc: _foreign(
            dcc, is_own_point=True, **_others_certificate(dcc)
        ),
        ("not-transformable", "supplier-meter-point"): lambda dcc: change_of_supplier(
            dcc, ImportMPxN=UNREGISTERED, SupplierReplacementCertificates=NO_CERTIFICATE
        ),
        ("not-transformable", "supplier-registered"): lambda dcc: _foreign(
            dcc, is_own_point=True, SupplierReplacementCertificates=NO_CERTIFICATE
        ),
        ("not-transformable", "supplier-certificate"): lambda dcc: change_of_supplier(
            dcc, SupplierReplacementCertificates=NO_CERTIFICATE
        ),
        ("opt-in-status", "opt-in-date"): lambda dcc: opt_in(dcc, dcc.build()["esme"], "2025-02-01"),
        ("opt-in-status", "opt-in-meter-point"): lambda dcc: opt_in(dcc, dcc.build()["esme"], mpxn=UNREGISTERED),
        ("opt-in-date", "opt-in-meter-point"): lambda dcc: opt_in(dcc, ABSENT, "2025-02-01", UNREGISTERED),
        ("local-command-unknown", "local-response-broken"): _broken_and_unknown,
        ("local-command-unknown", "local-response-forged"): local_command_unknown,
        ("firmware-unlisted", "firmware-devices"): lambda dcc: _unlisted(dcc, ABSENT),
    }
)
"""By the two rules, of which the first answers."""


def _unlisted(dcc: DccFixture, device: str) -> Reply:
    product = {"manufacturer": "UEPT", "model": "ESME-1", "firmware_version": "0A03"}
    dcc.keep(dcc.dcc.perform(lambda tester, transaction: tester.list_product(transaction, product), dcc.now)[1])
    return update_firmware(dcc, device)
