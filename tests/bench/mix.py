"""The mix of requests: the public templates of the services simulated, re-signed and addressed to premises that exist.

The templates are industry reference data in ``../shared/rtds/duis-requests``; where that folder is absent our own
examples take their place. Every service refused in a trial is left out and named: a refusal is cheaper than an answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from schemas.load import Service, Srv, service_requests
from stubs.smki import Pki
from stubs.wire.duis import Node, RequestHeader, ServiceRequest, read_request, write_request
from stubs.wire.eui64 import Eui64
from stubs.wire.request_id import RequestId
from stubs.wire.xml import parse
from stubs.wire.xmlsig import Signer, sign
from tests.duis_requests import REQUEST_BODIES

TEMPLATES = Path(__file__).parents[2].parent / "shared/rtds/duis-requests"
SERVICES = frozenset(
    [
        "12.1",
        "12.2",
        "8.2",
        "8.4",
        "8.3",
        "8.11",
        "8.14.1",
        "8.1.1",
        "6.11",
        "11.2",
        "4.1.1",
        "4.3",
        "1.5",
        "1.6",
        "2.2",
        "3.1",
        "6.13",
        "7.1",
        "7.2",
        "7.4",
    ]
)
"""A fixed list although more services come to be simulated: figures of different days can be compared."""
SUPPLIER = Eui64.parse("A0-B1-C2-D3-E4-01-00-00")
NETWORK_OPERATOR = Eui64.parse("A0-B1-C2-D3-E4-02-00-00")
_TEMPLATE_NETWORK_OPERATOR = "90-B3-D5-1F-30-02-00-00"
_TEMPLATE_DEVICES = {"A0": "esme", "A1": "gsme", "A2": "chf", "A3": "gpf", "A4": "ppmid"}
_EXAMPLE_DEVICES = {"8.11": "chf", "7.4": "gsme"}
_SERVICE_OF_VARIANT = {1: Service.SEND_COMMAND, 4: Service.TRANSFORM}

PREMISES: tuple[dict[str, Any], ...] = (
    {
        "name": "bench-single",
        "devices": [
            {"name": "chf", "type": "CHF"},
            {"name": "gpf", "type": "GPF"},
            {"name": "esme", "type": "ESME", "variant": "single"},
            {"name": "gsme", "type": "GSME"},
            {"name": "ppmid", "type": "PPMID"},
        ],
    },
    {
        "name": "bench-twin",
        "devices": [
            {"name": "twin-chf", "type": "CHF"},
            {"name": "twin", "type": "ESME", "variant": "twin"},
        ],
    },
    {
        "name": "bench-new",
        "devices": [
            {"name": "new-chf", "type": "CHF"},
            {"name": "new-gpf", "type": "GPF"},
            {"name": "new", "type": "GSME", "status": "InstalledNotCommissioned"},
        ],
    },
)
"""What the requests are addressed to; a specification each, for ``Dcc.add_premises`` and the control API alike."""


@dataclass(frozen=True, slots=True)
class Home:
    """The premises once made: EUIs by device name, the ACB, a meter point of the supplier."""

    devices: dict[str, str]
    mpan: str
    acb: str

    @classmethod
    def of(cls, made: list[dict[str, Any]], acb: str) -> Home:
        """From what making them returned."""
        devices = {name: eui for premises in made for name, eui in premises["devices"].items()}
        return cls(devices, made[0]["mpan"], acb)


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of request: everything but RequestID and signature."""

    name: str
    srv: str
    reference: str
    variant: int
    sender: Eui64
    target: str
    """Name of the device, empty for the DCC itself."""
    body: Node

    @property
    def service(self) -> Service:
        """Which web service it is posted to."""
        return _SERVICE_OF_VARIANT.get(self.variant, Service.NON_DEVICE)

    @property
    def needs_record(self) -> bool:
        """Whether the body names a device that somebody has to have pre-notified."""
        return self.srv in {"8.3", "8.4", "8.11"}


@dataclass(frozen=True, slots=True)
class Mix:
    """Writes and signs requests of the templates, addressed to one home."""

    templates: tuple[Template, ...]
    home: Home
    signers: Mapping[Eui64, Signer]

    @classmethod
    def of(cls, templates: tuple[Template, ...], home: Home, pki: Pki) -> Mix:
        """With the senders' keys from a PKI."""
        return cls(templates, home, {eui: _signer(pki, eui) for eui in (SUPPLIER, NETWORK_OPERATOR)})

    def only(self, chosen: Callable[[Template], bool]) -> Mix:
        """The same with some of the templates."""
        return replace(self, templates=tuple(template for template in self.templates if chosen(template)))

    def device_of(self, template: Template, counter: int) -> str:
        """The device a template's body names."""
        if template.srv in {"12.2", "8.4", "8.3"}:
            return fresh_eui(counter)
        if template.srv == "8.11":
            return fresh_eui(0)
        return self.home.devices[template.target or "chf"]

    def signed(self, template: Template, counter: int) -> bytes:
        """A request with this counter; the 12.2 of each counter names another device."""
        target = Eui64.parse(self.home.devices[template.target] if template.target else self.home.acb)
        header = RequestHeader(
            RequestId(template.sender, target, counter), template.variant, template.reference, template.srv
        )
        values = {"DeviceID": self.device_of(template, counter)}
        values |= dict.fromkeys(("MPxN", "ImportMPxN"), self.home.mpan)
        body = _with(template.body, values)
        return sign(write_request(ServiceRequest(header, body)), self.signers[template.sender])

    def prenotification(self, device: str, counter: int) -> bytes:
        """A 12.2 for one device, for what has to be there before a template can be posted."""
        template = next(template for template in self.templates if template.srv == "12.2")
        header = RequestHeader(RequestId(SUPPLIER, Eui64.parse(self.home.acb), counter), 8, "12.2", "12.2")
        return sign(
            write_request(ServiceRequest(header, _with(template.body, {"DeviceID": device}))), self.signers[SUPPLIER]
        )


def fresh_eui(number: int) -> str:
    """A device nobody has."""
    return str(Eui64(bytes.fromhex("de51ce") + hashlib.sha256(f"bench-{number}".encode()).digest()[:5]))


def _signer(pki: Pki, eui: Eui64) -> Signer:
    pair = pki.key_pair(eui, "DS", "87")
    assert pair is not None, f"{eui} has no xmlSign key"
    return Signer(pair.private_key, pair.certificate.issuer_name, pair.certificate.serial)


def _with(node: Node, values: dict[str, str]) -> Node:
    """The body with other identities; a second meter point is left out."""
    children = tuple(_with(child, values) for child in node.children if child.name != "SecondaryImportMPAN")
    return msgspec.structs.replace(node, text=values.get(node.name, node.text), children=children)


def load_templates(services: frozenset[str] = SERVICES) -> tuple[tuple[Template, ...], str]:
    """The templates of some services, and where they come from."""
    public = tuple(_public(services))
    if public:
        return public, f"{len(public)} public templates"
    own = tuple(_own())
    return own, f"{len(own)} examples of our own (../shared is absent)"


def _names(node: Node) -> Iterator[str]:
    yield node.name
    for child in node.children:
        yield from _names(child)


def _public(services: frozenset[str]) -> Iterator[Template]:
    for path in sorted(TEMPLATES.glob("*.XML")):
        if services.isdisjoint(path.name.split("_")):
            continue
        request = read_request(parse(path.read_bytes()))
        if not isinstance(request, ServiceRequest):
            continue
        header = request.header
        addressed = str(header.request_id.target)[-2:]
        if header.command_variant != 8 and addressed not in _TEMPLATE_DEVICES:
            continue
        target = "" if header.command_variant == 8 else _TEMPLATE_DEVICES[addressed]
        target = {"8.1.1": "new"}.get(header.srv, target)
        is_twin = "TWIN" in path.name and target == "esme"
        is_operator = str(header.request_id.originator) == _TEMPLATE_NETWORK_OPERATOR
        yield Template(
            path.name.partition("_REQUEST")[0],
            header.srv,
            header.service_reference,
            header.command_variant,
            NETWORK_OPERATOR if is_operator else SUPPLIER,
            "twin" if is_twin else target,
            request.body,
        )


_OF_OTHER_PREMISES = frozenset(
    {"UPRN", "PropertyFilter", "UpdateDeviceStatusCH", "SecondaryImportMPAN", "AssociatedGPFDeviceID"}
)
"""Elements whose values would have to be those of the bench's premises; examples that hold one are left out."""


def _own() -> Iterator[Template]:
    for number, (srv, body) in enumerate(REQUEST_BODIES):
        if srv not in SERVICES or _OF_OTHER_PREMISES & set(_names(body)):
            continue
        row = service_requests()[Srv(srv)]
        variant = 8 if row.is_non_device else 4 if row.is_critical else 1
        target = "" if variant == 8 else {"8.1.1": "new"}.get(srv, _EXAMPLE_DEVICES.get(srv, "esme"))
        yield Template(f"{srv} {number}", srv, row.service_reference, variant, SUPPLIER, target, body)
