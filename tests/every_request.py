"""Any request carried to its end on a core without sockets: a home that suits it, the conversation, what came of it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from schemas.load import Srv, UserRole, service_requests
from stubs.settings import DccSettings
from stubs.smki import Pki
from stubs.wire.certificates import Certificate
from stubs.wire.duis import (
    FutureDatedDeviceAlert,
    GbcsPayload,
    LocalCommand,
    Node,
    OtherResult,
    PreCommand,
    RequestHeader,
    ServiceRequest,
    ServiceResponse,
    read_date_time,
    write_request,
)
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import crypto
from stubs.wire.gbcs.envelope import Group, Message
from stubs.wire.gbcs.use_cases import read_response
from stubs.wire.request_id import RequestId
from stubs.wire.utrn import ValueClass, generate
from tests.dcc_kit import NETWORK_OPERATOR, OTHER_USER, SUPPLIER, DccFixture, Party, response_of

ELIGIBLE: dict[str, tuple[str, ...]] = {"7.16": ("IS",), "8.5": ("IS", "GS"), "8.6": ("IS", "GS")}
"""Services for which the public matrix names no role."""
DEVICES = ("CHF", "GPF", "ESME", "GSME", "PPMID", "HCALCS", "SAPC", "IHD", "CAD")
TOKEN_STEP = 2**32
TOMORROW = "2026-01-16T00:00:00.00Z"
_USERS = {
    UserRole.IS: SUPPLIER,
    UserRole.GS: SUPPLIER,
    UserRole.ES: SUPPLIER,
    UserRole.ED: NETWORK_OPERATOR,
    UserRole.GT: NETWORK_OPERATOR,
    UserRole.OU: OTHER_USER,
    UserRole.RSA: OTHER_USER,
}
SIGNING_ROLES = {SUPPLIER: "02", NETWORK_OPERATOR: "03", OTHER_USER: "7F"}
_STATUS = {("8.1.1", "target"): "InstalledNotCommissioned", ("12.2", "other"): "absent", ("8.6", "other"): "absent"}
IMAGE = "A1" * 32
"""Hash of the image a device has received."""
_SWITCHED = {"switches": [{"number": number, "kind": "APC" if number == 3 else "ALCS"} for number in range(1, 6)]}


@dataclass
class Home:
    """Premises with one device of every type, the target among them, and whoever asks."""

    fixture: DccFixture
    srv: str
    kind: str
    user: str
    devices: dict[str, str]
    party: Party

    @property
    def pki(self) -> Pki:
        return self.fixture.pki

    @property
    def target(self) -> str:
        """Device of the type asked for, or the broker."""
        return self.devices[self.kind] if self.kind else str(self.pki.acb)

    def certificate(self, usage: str, eui: str = "") -> str:
        """Base64 of an organisation's certificate."""
        of = Eui64.parse(eui or self.user)
        found = [one for one in self.pki.certificates.of(of, usage) if one.role not in {"87", "89"}]
        return _base64(found[0])


def _base64(certificate: Certificate) -> str:
    return base64.b64encode(certificate.der).decode()


def home_for(
    pki: Pki, srv: str, kind: str, user: str, *, variant: str = "", is_added: bool = True, **values: Any
) -> Home:
    """A fresh core with premises in which ``srv`` to a device of type ``kind`` makes sense.

    ``values`` are for the target; ``is_added``: 8.11 is to add a device, not to remove one.
    """
    fixture = DccFixture(pki, DccSettings(eligible_roles=ELIGIBLE, counter_rule="unique"))
    specs: list[dict[str, Any]] = []
    for one in DEVICES:
        spec: dict[str, Any] = {"name": one, "type": one, "values": {}}
        if one == "ESME" and variant:
            spec["variant"] = variant
        if one == kind:
            spec["status"] = _STATUS.get((srv, "target"), "Commissioned")
            spec["values"] = dict(values)
        specs.append(spec)
    status = _STATUS.get((srv, "other")) or (
        "Pending" if srv == "8.4" or (srv == "8.11" and is_added) else "Commissioned"
    )
    specs.append({"name": "other", "type": "PPMID" if srv != "8.6" else "ESME", "status": status})
    devices = fixture.build(*specs, seed=f"{srv} {kind} {variant}", export_supplier=SUPPLIER)
    premises = fixture.premises
    devices["old CHF"] = fixture.build({"name": "CHF", "type": "CHF"}, {"name": "GPF", "type": "GPF"})["CHF"]
    devices["old GPF"] = fixture.premises["devices"]["GPF"]
    fixture.premises = premises
    return Home(fixture, srv, kind, user, devices, Party(pki, user))


def user_for(srv: str, kind: str, *, is_operator: bool = False, is_stranger: bool = False) -> str:
    """A User that may send ``srv`` to a device of that type."""
    row = service_requests()[Srv(srv)]
    allowed = row.eligible_roles | {UserRole(role) for role in ELIGIBLE.get(srv, ())}
    fuel = {"GSME": UserRole.GS, "GPF": UserRole.GS}.get(kind, UserRole.IS)
    order = [fuel, *UserRole]
    if is_operator:
        order = [UserRole.ED, UserRole.GT, *order]
    if is_stranger:
        order = [UserRole.OU, *order]
    return next(_USERS[role] for role in order if role in allowed)


# --- bodies -------------------------------------------------------------------------------------------------------


def fitted(body: Node, texts: Mapping[str, str], at: str = "") -> Node:
    """``body`` with other texts, by element name, or by the end of its path (``Parent/Name``)."""
    path = f"{at}/{body.name}"
    if not body.children:
        found = [name for name in texts if path.endswith(f"/{name}")]
        return msgspec.structs.replace(body, text=texts[max(found, key=len)]) if found else body
    return msgspec.structs.replace(body, children=tuple(fitted(child, texts, path) for child in body.children))


def texts_for(home: Home, body: Node) -> dict[str, str]:
    """What a request says of devices, meter points and certificates, where they are those of the home."""
    devices, premises = home.devices, home.fixture.premises
    is_gas = home.kind in {"GSME", "GPF"}
    point = premises["mprn"] if is_gas else premises["mpan"]
    partner = {"PPMID": "GSME", "HCALCS": "ESME", "SAPC": "ESME"}.get(home.kind, "PPMID")
    device = _device_named(home)
    texts = {
        "DeviceID": device,
        "OtherDeviceID": devices[partner],
        "OldCHFID": devices["old CHF"],
        "OldGPFID": devices["old GPF"],
        "DeviceIDList": devices["PPMID" if home.srv == "11.4" else "ESME"],
        "ImportMPxN": point,
        "MPxN": point,
        "SecondaryImportMPAN": premises["mpan"],
        "ExportMPAN": premises["export_mpan"],
        "PostCode": premises["postcode"],
        "AddressIdentifier": premises["address"],
        "UPRN": premises["uprn"],
        "FirmwareHash": IMAGE,
        "CurrentDateTime": "2026-01-15T10:00:00.00Z",
        "KAPublicSecurityCredentials": home.certificate("KA"),
        "KAPublicSecurityCredential": home.certificate("KA"),
        "Certificate": _base64(home.pki.authority.key_pair.certificate),
        "HCALCS": devices["HCALCS"],
        "InstallCode": home.fixture.premises["install_codes"]["other"].upper(),
    }
    if home.kind:
        own = home.pki.device(Eui64.parse(home.target))
        texts["DeviceCertificate"] = _base64(own.ds.certificate)
    if home.srv in {"7.13", "7.16"}:
        texts |= {"StartDateTime": "2026-01-15T11:00:00.00Z", "EndDateTime": "2026-01-15T12:00:00.00Z"}
    if home.srv == "8.5":
        texts["ExecutionDateTime"] = TOMORROW
    holder = _holder(home, body)
    texts |= {
        "DigitalSigningCertificate": home.certificate("DS", holder),
        "KeyAgreementCertificate": home.certificate("KA", holder),
    }
    if body.get("RemotePartyRole") == "LoadController":
        issue = home.pki.authority.organisation
        texts["DigitalSigningCertificate"] = _base64(issue(Eui64.parse(holder), "08", "DS").certificate)
        texts["KeyAgreementCertificate"] = _base64(issue(Eui64.parse(holder), "08", "KA").certificate)
    top_up = home.pki.prepayment_key(Eui64.parse(holder))
    if top_up is not None:
        texts["KeyAgreementTopUpCertificate"] = _base64(top_up.certificate)
    return texts


def _device_named(home: Home) -> str:
    """The device a body names, when it is not the target."""
    devices = home.devices
    if home.srv.startswith("8.14") or home.srv == "8.3":
        return devices["CHF"]
    return devices["other"] if home.srv in {"8.11", "12.2", "8.6", "8.4"} else devices["ESME"]


def _holder(home: Home, body: Node) -> str:
    """Whose certificates are to be put into the device."""
    if home.srv == "8.5":
        return str(home.pki.acb)
    role = body.get("RemotePartyRole") or ""
    return {"NetworkOperator": NETWORK_OPERATOR, "LoadController": OTHER_USER}.get(role, home.user)


# --- the conversation ---------------------------------------------------------------------------------------------


@dataclass
class Course:
    """How a conversation went: what came in which order, and what the device said."""

    steps: tuple[str, ...]
    detail: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


_CODES = {"ack": "I99", "none": "I99"}


def expected_steps(srv: str, variant: int) -> tuple[str, ...]:
    """The pattern the catalogue's row gives a command variant; after variant 4 the signed command is sent over 5."""
    choices = dict(part.strip().split(":", 1) for part in service_requests()[Srv(srv)].response_choice.split(" ; "))
    steps = tuple(_CODES.get(one, one) for one in choices[f"CV{variant}"].split("|")[0].split(">"))
    return (*steps, *expected_steps(srv, 5)) if variant == 4 else steps


def converse(home: Home, request: ServiceRequest, *, signed_variant: int = 5) -> Course:
    """Send a request, sign and send back what is to be signed, wait for what comes."""
    fixture, header = home.fixture, request.header
    counter = TOKEN_STEP * 411 if header.srv == "2.2" else header.request_id.counter
    header = msgspec.structs.replace(
        header, request_id=RequestId(Eui64.parse(home.user), Eui64.parse(home.target), counter), srv=home.srv
    )
    request = replace(request, header=header)
    seen = len(fixture.messages())
    reply = fixture.post(home.party.sign(write_request(request)))
    steps = [_step(reply.body, reply.response_code or str(reply.status))]
    if steps[-1] == "PreCommand":
        role = SIGNING_ROLES[home.user]
        reply = fixture.post(home.party.signed_pre_command(reply.body, cv=signed_variant, role=role))
        steps.append(_step(reply.body, reply.response_code or str(reply.status)))
    if not reply.response_code or not reply.response_code.startswith("I"):
        return Course(tuple(steps), f"{fixture.refused()}: {_detail(fixture)}")
    fixture.pass_time(_until(fixture, request))
    values: dict[str, Any] = {}
    for message in fixture.messages("response")[seen:]:
        response = response_of(message.body)
        steps.append(_step(message.body, response.header.response_code))
        assert isinstance(response.body, ServiceResponse)
        if isinstance(response.body.result, GbcsPayload):
            values = _values(home, response.body.result.payload)
    return Course(tuple(steps), _silence(fixture), values)


def _values(home: Home, payload: bytes) -> dict[str, Any]:
    """What a device answered, read with the User's key."""
    group = Message.from_bytes(payload).group if payload[:1] == b"\xdd" else Group.from_bytes(payload)
    key = home.pki.key_pair(Eui64.parse(home.user), "KA")
    assert key is not None
    public = home.pki.device(group.originator).ka.certificate.public_key
    secret = crypto.encryption_key(group, key.private_key, public)
    return read_response(
        group.other.message_code, group.content, lambda blob: crypto.decrypt(blob, secret, group.originator)
    )


def _until(fixture: DccFixture, request: ServiceRequest) -> float:
    """Seconds after which the answer must be there: one, or until after the date to which the DCC holds the request."""
    date = request.body.get("ExecutionDateTime")
    is_held = service_requests()[Srv(request.header.srv)].future_dated_pattern == "DSP"
    if not date or not is_held or date.startswith("3000"):
        return 1
    return (read_date_time(date) - fixture.now).total_seconds() + 1


def _step(body: bytes, code: str) -> str:
    if not body:
        return code
    answer = response_of(body).body
    assert isinstance(answer, ServiceResponse)
    match answer.result:
        case None:
            return code
        case GbcsPayload():
            return "GBCSPayload"
        case PreCommand():
            return "PreCommand"
        case LocalCommand():
            return "LocalCommand"
        case FutureDatedDeviceAlert():
            return "FutureDatedDeviceAlertMessage"
        case OtherResult(node=node):
            return node.name


def _events(fixture: DccFixture, *names: str) -> Iterable[Any]:
    return [entry.event for entry in fixture.entries if type(entry.event).__name__ in names]


def _detail(fixture: DccFixture) -> str:
    return next((event.detail for event in reversed(list(_events(fixture, "RequestRefused")))), "")


def _silence(fixture: DccFixture) -> str:
    return "; ".join(event.reason for event in _events(fixture, "DeviceSilent"))


# --- what has to be before ----------------------------------------------------------------------------------------

Prepared = Callable[[Home], dict[str, str]]


def token_for(home: Home) -> dict[str, str]:
    """2.2: a token the meter takes."""
    key = home.pki.prepayment_key(Eui64.parse(home.user))
    assert key is not None
    device = Eui64.parse(home.target)
    public = home.pki.device(device).ka.certificate.public_key
    supplier = Eui64.parse(home.user)
    return {"UTRN": generate(supplier, device, TOKEN_STEP * 411, 500, ValueClass.PENCE, key.private_key, public)}


def schedule_for(home: Home) -> dict[str, str]:
    """5.2 and 5.3: a schedule to read or to delete."""
    body = Node(
        "CreateSchedule",
        children=(
            Node("ScheduleFrequency", "Daily"),
            Node("ScheduleStartDate", "2026-01-16"),
            Node("DSPScheduledServiceReference", "4.16"),
            Node("DSPScheduledServiceReferenceVariant", "4.16"),
            Node("DeviceID", home.devices["ESME"]),
            Node("DSPReadActivePowerImport"),
        ),
    )
    header = home.party.header("5.1", str(home.pki.acb))
    reply = home.fixture.post(home.party.sign(write_request(ServiceRequest(header, body))))
    assert reply.response_code == "I0", home.fixture.refused()
    return {"DSPScheduleID": "1"}


def local_answer_for(home: Home) -> dict[str, str]:
    """8.13: what a meter answered to a command that was carried to it."""
    fixture, meter = home.fixture, home.devices["ESME"]
    header = home.party.header("7.4", meter, cv=2)
    reply = fixture.post(home.party.sign(write_request(ServiceRequest(header, Node("ReadSupplyStatus")))))
    answer = response_of(reply.body).body
    assert isinstance(answer, ServiceResponse)
    assert isinstance(answer.result, LocalCommand), fixture.refused()
    command = answer.result.gbcs_payload
    (payload, refused), events = fixture.dcc.perform(
        lambda tester, transaction: tester.hand_over(transaction, Eui64.parse(meter), command), fixture.now
    )
    fixture.keep(events)
    assert payload is not None, refused
    return {
        "OriginalRequestID": str(header.request_id),
        "DeviceGBCSResponse": base64.b64encode(payload).decode(),
    }


PREPARED: Mapping[str, Prepared] = {
    "2.2": token_for,
    "5.2": schedule_for,
    "5.3": schedule_for,
    "8.13": local_answer_for,
}
VALUES: Mapping[str, dict[str, Any]] = {
    "2.2": {"payment_mode": "prepayment"},
    "2.3": {"payment_mode": "prepayment"},
    "2.5": {
        "payment_mode": "prepayment",
        "balance": 100_000,
        "emergency_credit_limit": 500_000,
        "emergency_credit_threshold": 200_000,
    },
    "6.15.2": {"requested": ["DS"]},
    "7.3": {"supply": "disabled"},
    "7.5": _SWITCHED,
    "7.6": _SWITCHED,
    "7.8": _SWITCHED,
    "7.13": _SWITCHED,
    "7.16": _SWITCHED,
    "11.3": {"image": {"hash": IMAGE, "version": "0A02", "is_verified": True}},
}
"""How a target must be for a service to make sense; by service."""


def header_of(srv: str, variant: int, home: Home) -> RequestHeader:
    """A header for one of our own bodies."""
    row = service_requests()[Srv(srv)]
    request_id = RequestId(Eui64.parse(home.user), Eui64.parse(home.target), home.party.counter + 1)
    home.party.counter += 1
    return RequestHeader(request_id, variant, row.service_reference, srv)
