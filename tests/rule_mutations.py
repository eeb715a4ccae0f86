"""Ways to break a rule by changing a request that is there already: what it says, how it is signed, what the DCC knows.

Each takes a ``Broken`` request and breaks one rule more, or raises ``Excluded`` with the reason why no such request can
break it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from types import MappingProxyType
from typing import Any

import msgspec
import pytest

from schemas.load import (
    CommandVariant,
    Service,
    Srv,
    UserRole,
    command_variants,
    device_status_rules,
    device_types,
    service_requests,
)
from schemas.rows import ServiceRequestRow
from stubs.dcc import Dcc, Reply
from stubs.dcc.requests import request_validation
from stubs.dcc.requests.access_facts import access_request
from stubs.dcc.simulation.operations import Operations
from stubs.dcc.state.transaction import Transaction
from stubs.events import RequestRefused
from stubs.wire.duis import (
    Node,
    Request,
    SignedPreCommand,
    read_request,
    schema_problems,
    write_request,
)
from stubs.wire.eui64 import Eui64
from stubs.wire.request_id import RequestId
from stubs.wire.xml import SR, parse
from stubs.wire.xmlsig import Signer, sign
from tests.dcc_kit import OTHER_SUPPLIER, DccFixture

ABSENT = Eui64.parse("DE-51-CE-00-00-00-00-98")
NOBODY = "90-B3-D5-1F-30-00-00-97"
Text = Callable[[bytes], bytes]


class Excluded(Exception):  # noqa: N818 - the answer to a question
    """No request can break both rules; the message says why."""


@dataclass
class Broken:
    """A request on its way to a DCC; changed by mutations, then posted."""

    dcc: DccFixture
    image: bytes
    request: Request
    service: Service
    row: ServiceRequestRow
    content_type: str = "application/xml"
    signer: str = ""
    has_wrong_role: bool = False
    serial_shift: int = 0
    is_signed: bool = True
    settings: dict[str, Any] = field(default_factory=dict)
    before: list[Text] = field(default_factory=list)
    """What is done to the document before it is signed."""
    after: list[Text] = field(default_factory=list)
    prepare: list[Callable[[Dcc], object]] = field(default_factory=list)
    """What is done to the DCC before the request comes."""
    patches: list[tuple[object, str, object]] = field(default_factory=list)
    later: timedelta = timedelta()

    @property
    def user(self) -> str:
        return str(self.request.header.request_id.originator)

    @property
    def target(self) -> str:
        return str(self.request.header.request_id.target)

    def header(self, **changes: Any) -> None:
        self.request = replaced(self.request, header=msgspec.structs.replace(self.request.header, **changes))

    def post(self) -> str:
        """The rule that refuses it; empty: it was accepted."""
        settings = msgspec.structs.replace(self.dcc.settings, **self.settings)
        core = Dcc(settings, self.dcc.pki)
        core.restore(self.image)
        for step in self.prepare:
            step(core)
        with pytest.MonkeyPatch.context() as patch:
            for module, name, value in self.patches:
                patch.setattr(module, name, value)
            handled = core.handle(
                self._document(), self.service, self.content_type, "127.0.0.1", self.dcc.now + self.later
            )
        rules = [event.rule for event in handled.events if isinstance(event, RequestRefused)]
        return rules[0] if rules else ""

    def _document(self) -> bytes:
        document = write_request(self.request)
        for text in self.before:
            document = text(document)
        if self.is_signed:
            signer = Eui64.parse(self.signer or self.user)
            roles = {certificate.role for certificate in self.dcc.pki.certificates.of(signer, "DS")} - {"87"}
            pair = self.dcc.pki.key_pair(signer, "DS", roles.pop() if self.has_wrong_role else "87")
            assert pair is not None, "every party of the test PKI has both keys"
            document = sign(document, Signer(pair.private_key, pair.issuer_name, pair.serial + self.serial_shift))
        for text in self.after:
            document = text(document)
        return document


def replaced(request: Request, **changes: Any) -> Request:
    return replace(request, **changes)


Mutation = Callable[[Broken], None]


def _too_large(one: Broken) -> None:
    one.settings["max_request_bytes"] = 100


def _content_type(one: Broken) -> None:
    one.content_type = "text/plain"


def _xml(one: Broken) -> None:
    one.after.append(lambda document: document[:-8])


def _schema(one: Broken) -> None:
    one.before.append(lambda document: document.replace(b"</sr:Header>", b"<sr:Surprise></sr:Surprise></sr:Header>"))


def _not_simulated(one: Broken) -> None:
    if isinstance(one.request, SignedPreCommand):
        raise Excluded("the element of a Signed Pre-Command is that of no single service")
    tag = f"{{{SR}}}{one.request.body.name}"
    one.patches.append((request_validation, "not_simulated", lambda: {tag: Srv(one.row.srv)}))


def _schema_version(one: Broken) -> None:
    one.request = replaced(one.request, schema_version="6.0")


def _unsigned(one: Broken) -> None:
    one.is_signed = False


def _signature(one: Broken) -> None:
    one.after.append(lambda document: document.replace(b"<sr:Header>", b"<sr:Header> "))


def _unknown_signer(one: Broken) -> None:
    one.serial_shift = 1


def _signer_role(one: Broken) -> None:
    one.has_wrong_role = True


def _signer_identity(one: Broken) -> None:
    one.signer = OTHER_SUPPLIER if one.user != OTHER_SUPPLIER else str(one.dcc.party.eui)


def _certificate_validity(one: Broken) -> None:
    one.settings["validity_checks"] = True
    one.later = timedelta(days=365 * 60)


def _service_reference(one: Broken) -> None:
    one.header(service_reference="1.5" if one.row.service_reference != "1.5" else "1.6")


def _body_element(one: Broken) -> None:
    if isinstance(one.request, SignedPreCommand):
        raise Excluded("a Signed Pre-Command has one element, whatever its service")
    other = "ReadSupplyStatus" if one.row.request_element != "ReadSupplyStatus" else "ReadFirmwareVersion"
    one.request = replaced(one.request, body=Node(other))


def _user(one: Broken) -> None:
    one.prepare.append(lambda core: core.state.users.pop(Eui64.parse(one.user), None))


def _registered(one: Broken, roles: tuple[str, ...] | None, status: str) -> Callable[[Dcc], object]:
    def register(core: Dcc) -> object:
        held = core.state.users[Eui64.parse(one.user)].roles if Eui64.parse(one.user) in core.state.users else ()
        return core.register_user(one.user, "A", held if roles is None else roles, None, status, one.dcc.now)

    return register


def _role_registered(one: Broken) -> None:
    one.prepare.append(_registered(one, (), "active"))


def _role_eligible(one: Broken) -> None:
    eligible = {*one.row.eligible_roles, *one.dcc.settings.eligible_roles.get(one.row.srv, ())}
    others = [role for role in UserRole if role not in eligible]
    if not others:
        raise Excluded("Users of every role may send this service")
    one.prepare.append(_registered(one, (str(others[0]),), "active"))


def _user_status(one: Broken) -> None:
    one.prepare.append(_registered(one, None, "suspended"))


def _wrong_service(one: Broken) -> None:
    one.service = Service.TRANSFORM if one.service is not Service.TRANSFORM else Service.NON_DEVICE


def _command_variant(one: Broken) -> None:
    """A local variant if there is one that does not fit, so that rules about local delivery may be broken too."""
    wrong = [variant for variant in command_variants() if variant not in one.row.command_variants]
    variant = min(wrong, key=lambda each: (not command_variants()[each].is_local, each))
    one.header(command_variant=int(variant))
    one.service = command_variants()[variant].service


def _for_a_device(one: Broken) -> None:
    if one.row.is_non_device:
        raise Excluded("a Non-Device request is for no device")


def _target(one: Broken) -> None:
    if not one.row.is_non_device:
        raise Excluded("a request for a device names a device")
    _retarget(one, ABSENT)


def _retarget(one: Broken, target: Eui64) -> None:
    request_id = one.request.header.request_id
    one.header(request_id=RequestId(request_id.originator, target, request_id.counter))


def _device_exists(one: Broken) -> None:
    _for_a_device(one)
    _retarget(one, ABSENT)


def _device_type(one: Broken) -> None:
    _for_a_device(one)
    if not one.row.device_types:
        raise Excluded("the service is for devices of every type")
    others = [kind for kind in device_types() if kind not in one.row.device_types]
    if not others:
        raise Excluded("the service is for devices of every type")
    wrong = others[0]
    one.prepare.append(lambda core: core.set_inventory(one.target, {"DeviceType": wrong}, one.dcc.now))


def _device_authorised(one: Broken) -> None:
    _for_a_device(one)

    def hand_over(core: Dcc) -> None:
        for mpxn in list(core.state.inventory.meter_points):
            change = {"mpxn": mpxn, "since": None, "supplier": NOBODY, "network_operator": NOBODY}
            core.perform(partial(_registration_changes, change), one.dcc.now)

    one.prepare.append(hand_over)
    one.prepare.append(lambda core: _stranger(core, one))


def _registration_changes(change: dict[str, Any], tester: Operations, transaction: Transaction) -> None:
    tester.change_registration(transaction, **change, is_new_tenancy=False)


def _stranger(core: Dcc, one: Broken) -> None:
    record = core.state.inventory.get(Eui64.parse(one.target))
    if record is None:
        raise Excluded("of a device that nobody knows nothing more is asked")
    transaction = Transaction(core.state, one.dcc.now)
    access = access_request(core._context, transaction, one.request, record, one.service)
    responsible = access.device.responsible if access.device else {}
    if any(role in responsible and responsible[role] is None for role in access.eligible_roles):
        raise Excluded("any User of the role may ask, or nobody is registered for the device")


def _device_status(one: Broken) -> None:
    _for_a_device(one)
    one.prepare.append(lambda core: core.set_inventory(one.target, {"DeviceStatus": "Withdrawn"}, one.dcc.now))


def _local_delivery(one: Broken) -> None:
    _for_a_device(one)
    local = sorted(variant for variant in one.row.command_variants if command_variants()[variant].is_local)
    is_signed = isinstance(one.request, SignedPreCommand)
    fitting = [variant for variant in local if command_variants()[variant].is_signed == is_signed]
    if not fitting:
        raise Excluded("no local variant fits")
    rules = device_status_rules()
    allowed = rules.get(one.row.srv, rules["*"]).statuses - rules["local-delivery"].statuses
    if not allowed:
        raise Excluded("every status of the service allows local delivery")
    one.header(command_variant=fitting[0])
    one.service = command_variants()[CommandVariant(fitting[0])].service
    status = min(allowed)
    one.prepare.append(lambda core: core.set_inventory(one.target, {"DeviceStatus": status}, one.dcc.now))


def _sequence(one: Broken) -> None:
    request_id = one.request.header.request_id
    one.header(preceding=RequestId(request_id.originator, request_id.target, 1), first_in_sequence=None)


def _execution_date(one: Broken) -> None:
    if isinstance(one.request, SignedPreCommand):
        raise Excluded("the date beside a Signed Pre-Command is not judged")
    body = one.request.body
    children = tuple(child for child in body.children if child.name != "ExecutionDateTime")
    for place in range(len(children) + 1):
        dated = (*children[:place], Node("ExecutionDateTime", "2020-01-01T00:00:00Z"), *children[place:])
        changed = replaced(one.request, body=Node(body.name, body.text, dated, body.attributes))
        if not schema_problems(parse(write_request(changed))):
            one.request = changed
            return
    raise Excluded("the service has no ExecutionDateTime")


def _replayed(one: Broken) -> None:
    one.prepare.append(lambda core: _highest(core, one, one.request.header.request_id.counter))


def _counter(one: Broken) -> None:
    one.prepare.append(lambda core: _highest(core, one, one.request.header.request_id.counter + 1))


def _highest(core: Dcc, one: Broken, counter: int) -> None:
    core.state.ledger.issued.pop(one.request.header.request_id, None)
    core.state.ledger.highest[one.request.header.request_id.originator,] = counter


def _pre_command_unknown(one: Broken) -> None:
    if not isinstance(one.request, SignedPreCommand):
        raise Excluded("only a Signed Pre-Command follows a Pre-Command")
    one.prepare.append(lambda core: _highest(core, one, one.request.header.request_id.counter - 1))


def _fault(one: Broken) -> None:
    one.prepare.append(lambda core: core.set_fault({"point": "answer", "effect": "code", "code": "E20"}, one.dcc.now))


def _threshold(one: Broken) -> None:
    if one.request.header.command_variant == CommandVariant(4):
        raise Excluded("a transform commands nothing and is not counted")
    one.settings |= {"thresholds": {str(one.row.srv): 0}, "thresholds_held": False}


MUTATIONS: Mapping[str, Mutation] = MappingProxyType(
    {
        "too-large": _too_large,
        "content-type": _content_type,
        "xml": _xml,
        "schema": _schema,
        "not-simulated": _not_simulated,
        "schema-version": _schema_version,
        "unsigned": _unsigned,
        "signature": _signature,
        "unknown-signer": _unknown_signer,
        "signer-role": _signer_role,
        "signer-identity": _signer_identity,
        "certificate-validity": _certificate_validity,
        "service-reference": _service_reference,
        "body-element": _body_element,
        "user": _user,
        "role-registered": _role_registered,
        "role-eligible": _role_eligible,
        "user-status": _user_status,
        "wrong-service": _wrong_service,
        "command-variant": _command_variant,
        "target": _target,
        "device-exists": _device_exists,
        "device-type": _device_type,
        "device-authorised": _device_authorised,
        "device-status": _device_status,
        "local-delivery": _local_delivery,
        "sequence": _sequence,
        "execution-date": _execution_date,
        "replayed-request": _replayed,
        "counter": _counter,
        "pre-command-unknown": _pre_command_unknown,
        "fault": _fault,
        "threshold": _threshold,
    }
)
"""By the rule that each breaks."""


class Recorder(DccFixture):
    """A DCC that remembers the request posted last, and its own state before."""

    def post(self, document: bytes, service: Service | None = None, content_type: str = "application/xml") -> Reply:
        self.last = (self.dcc.snapshot(), document, service or self._service(document))
        return super().post(document, service, content_type)


def broken_by(dcc: Recorder) -> Broken:
    """The request posted last, to be changed further."""
    image, document, service = dcc.last
    request = read_request(parse(document))
    row = service_requests()[Srv(request.header.srv)]
    return Broken(dcc, image, request, service, row)
