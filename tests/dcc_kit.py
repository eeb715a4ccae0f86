"""A party for tests of the simulated DCC: builds, signs and reads; and a core without sockets to try rules on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from schemas.load import CommandVariant, Service, Srv, command_variants, service_requests
from stubs.dcc import Dcc, Reply
from stubs.events import AnyEvent, Entry, MessageQueued, RequestRefused
from stubs.settings import DccSettings
from stubs.smki import Pki, init_pki, load_pki
from stubs.wire.duis import (
    GbcsPayload,
    Node,
    OtherResult,
    PreCommand,
    RequestHeader,
    Response,
    ServiceRequest,
    ServiceResponse,
    SignedPreCommand,
    read_response,
    write_request,
)
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import crypto
from stubs.wire.gbcs.envelope import Group
from stubs.wire.request_id import RequestId
from stubs.wire.xml import parse
from stubs.wire.xmlsig import Signer, sign
from tests.official_traffic import Traffic

NOW = datetime(2026, 1, 15, 10, 0, tzinfo=UTC)
SUPPLIER = "A0-B1-C2-D3-E4-01-00-00"
OTHER_SUPPLIER = "A0-B1-C2-D3-E4-03-00-00"
NETWORK_OPERATOR = "A0-B1-C2-D3-E4-02-00-00"
OTHER_USER = "A0-B1-C2-D3-E4-04-00-00"
NEW_DEVICE = "DE-51-CE-00-00-00-00-01"

EVERYTHING = (
    {"name": "chf", "type": "CHF"},
    {"name": "gpf", "type": "GPF"},
    {"name": "esme", "type": "ESME", "variant": "single"},
    {"name": "gsme", "type": "GSME"},
    {"name": "ppmid", "type": "PPMID"},
)
HOME_WITH_NEW_METER = (
    {"name": "chf", "type": "CHF"},
    {"name": "esme", "type": "ESME", "status": "Pending"},
)


def a_pki(folder: Path) -> Pki:
    """A test PKI, the same bytes every time."""
    init_pki(folder, seed=b"tests of the simulated DCC")
    return load_pki(folder)


def node(name: str, /, **children: Any) -> Node:
    """An element from keywords: text, or a dict for an element with children, or None for an empty one."""
    built = []
    for label, value in children.items():
        if isinstance(value, dict):
            built.append(node(label, **value))
        else:
            built.append(Node(label, "" if value is None else str(value)))
    return Node(name, children=tuple(built))


@dataclass
class Party:
    """One User that signs; its counter goes up by itself."""

    pki: Pki
    eui: str = SUPPLIER
    counter: int = 1000

    def signer(self) -> Signer:
        pair = self.pki.key_pair(Eui64.parse(self.eui), "DS", "87")
        assert pair is not None
        return Signer(pair.private_key, pair.issuer_name, pair.serial)

    def header(self, srv: str, target: str, *, cv: int | None = None, **changes: Any) -> RequestHeader:
        row = service_requests()[Srv(srv)]
        self.counter += 1
        values: dict[str, Any] = {
            "request_id": RequestId(Eui64.parse(self.eui), Eui64.parse(target), self.counter),
            "command_variant": cv if cv is not None else min(row.command_variants),
            "service_reference": row.service_reference,
            "srv": srv,
        }
        return RequestHeader(**{**values, **changes})

    def request(self, srv: str, target: str = "", /, *, cv: int | None = None, header: RequestHeader | None = None,
                element: str = "", **children: Any) -> bytes:  # fmt: skip
        """A signed Service Request; the target of a Non-Device request is the broker."""
        row = service_requests()[Srv(srv)]
        head = header or self.header(srv, target or str(self.pki.acb), cv=cv)
        return self.sign(write_request(ServiceRequest(head, node(element or row.request_element, **children))))

    def sign(self, document: bytes) -> bytes:
        return sign(document, self.signer())

    def signed_pre_command(
        self, answer: bytes, *, cv: int = 5, alter: Callable[[Group], Group] = lambda group: group, role: str = "02"
    ) -> bytes:
        """What a party sends after a transform: same RequestID, the group signed."""
        response = response_of(answer)
        assert isinstance(response.body, ServiceResponse)
        assert isinstance(response.body.result, PreCommand)
        pair = self.pki.key_pair(Eui64.parse(self.eui), "DS", role)
        assert pair is not None
        assert response.header.request_id is not None
        group = alter(Group.from_bytes(response.body.result.gbcs_payload))
        header = RequestHeader(response.header.request_id, cv, response.body.service_reference, response.body.srv)
        signed = crypto.sign(group, pair.private_key)
        return self.sign(write_request(SignedPreCommand(header, signed.to_bytes())))


def response_of(document: bytes) -> Response:
    """An answer or message as a value."""
    return read_response(parse(document))


def inventory_of(answer: bytes) -> list[str]:
    """The devices that an answer lists."""
    body = response_of(answer).body
    assert isinstance(body, ServiceResponse)
    assert isinstance(body.result, OtherResult)
    return [device.get("DeviceID") or "" for device in body.result.node.all("Device")]


def of_kind(events: list[AnyEvent], kind: type) -> list[Any]:
    """The events of one kind, in order."""
    return [event for event in events if isinstance(event, kind)]


def code_of(reply: Reply) -> str:
    """The response code, or the HTTP status as text when there is no body."""
    return reply.response_code or str(reply.status)


@dataclass
class DccFixture:
    """A core with premises and one party; time stands still until told."""

    pki: Pki
    settings: DccSettings = field(default_factory=DccSettings)
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.dcc = Dcc(self.settings, self.pki)
        self.said = Traffic()
        self.party = Party(self.pki)
        self.entries: list[Entry] = []
        self.keep(self.dcc.register_parties(self.now))
        self.premises: dict[str, Any] = {}

    def keep(self, events: Any) -> list[AnyEvent]:
        """Remember events as a journal would; all that is said must be valid."""
        kept = list(events)
        self.said.note(kept)
        for event in kept:
            self.entries.append(Entry(seq=len(self.entries) + 1, at=self.now, event=event, hash=b""))
        return kept

    def build(self, *devices: dict[str, Any], **spec: Any) -> dict[str, str]:
        """Premises with these devices (all five when none is named); EUIs by name."""
        wanted = {"name": f"home{len(self.entries)}", "devices": list(devices or EVERYTHING), **spec}
        made, events = self.dcc.add_premises(wanted, self.now)
        self.premises = msgspec.to_builtins(made)
        self.keep(events)
        found: dict[str, str] = self.premises["devices"]
        return found

    def post(self, document: bytes, service: Service | None = None, content_type: str = "application/xml") -> Reply:
        """Post to a web service, by default the one of the request's command variant."""
        to = service or self._service(document)
        handled = self.dcc.handle(document, to, content_type, "127.0.0.1", self.now)
        self.keep(handled.events)
        return handled.reply

    def _service(self, document: bytes) -> Service:
        variant = document.split(b"CommandVariant>")[1].split(b"<")[0]
        return command_variants()[CommandVariant(int(variant))].service

    def pass_time(self, seconds: float = 0.1) -> list[AnyEvent]:
        """Let time pass; what falls due on the way happens at its own time."""
        end = self.now + timedelta(seconds=seconds)
        happened: list[AnyEvent] = []
        while (due := self.dcc.state.agenda.next_due()) is not None and due <= end:
            self.now = max(due, self.now)
            happened += self.keep(self.dcc.tick(self.now))
        self.now = end
        return happened

    def messages(self, kind: str = "") -> list[MessageQueued]:
        """Everything that entered an outbox."""
        queued = [entry.event for entry in self.entries if isinstance(entry.event, MessageQueued)]
        return [message for message in queued if message.message_kind == (kind or message.message_kind)]

    def last_response(self) -> Response:
        """The newest response in an outbox."""
        return response_of(self.messages("response")[-1].body)

    def payload(self) -> bytes:
        """The GBCS payload of the newest response."""
        body = self.last_response().body
        assert isinstance(body, ServiceResponse)
        assert isinstance(body.result, GbcsPayload), body
        return body.result.payload

    def valid(self) -> None:
        """Everything said so far is valid by the official schema, where ``../shared`` has it."""
        found = self.said.problems()
        assert found == [], found[0]

    def refused(self) -> str:
        """The rule of the newest refusal."""
        rules = [entry.event.rule for entry in self.entries if isinstance(entry.event, RequestRefused)]
        return rules[-1] if rules else ""

    def status(self, device: str) -> str:
        """SMI status of a device."""
        record = self.dcc.state.inventory.get(Eui64.parse(device))
        return record.status if record else ""

    def critical(self, srv: str, target: str, /, **children: Any) -> Reply:
        """Transform, sign, send; the answer to the Signed Pre-Command."""
        answer = self.post(self.party.request(srv, target, cv=4, **children))
        assert answer.response_code == "I0", (answer, self.refused(), self.entries[-2])
        return self.post(self.party.signed_pre_command(answer.body))


def dcc_alerts(fixture: DccFixture) -> list[tuple[str, str]]:
    """Recipient and code of every DCC Alert that entered an outbox."""
    return [(message.user, message.alert_code or "") for message in fixture.messages("dcc-alert")]
