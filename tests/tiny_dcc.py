"""The least that a client can be tested against: one meter, no access rules, and whatever the test tells it to do."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

from stubs.devices import DeviceKeys, DeviceState, apply, execute, manufacture, raise_alert
from stubs.smki import KeyPair, Pki, load_pki
from stubs.smki.certification import read_device_request
from stubs.smki.repository import Listed, Repository
from stubs.transform import Acb, Target, check_signed, transform
from stubs.wire import Eui64, RequestId
from stubs.wire.certificates import Certificate
from stubs.wire.duis import (
    DccAlert,
    DeviceAlert,
    GbcsPayload,
    Node,
    OtherResult,
    PreCommand,
    Request,
    Response,
    ResponseBody,
    ResponseHeader,
    Result,
    ServiceRequest,
    ServiceResponse,
    SignedPreCommand,
    read_request,
    write_response,
)
from stubs.wire.gbcs.crypto import add_mac
from stubs.wire.gbcs.envelope import Group
from stubs.wire.xmlsig import Signer, sign, verify
from tests.http_listener import Listener, QuietHandler

NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)
SUPPLIER = Eui64.parse("A0-B1-C2-D3-E4-01-00-00")
OTHER_PARTY = Eui64.parse("A0-B1-C2-D3-E4-03-00-00")
NETWORK_OPERATOR = Eui64.parse("A0-B1-C2-D3-E4-02-00-00")
DATA, COMMAND, TRANSFORM = "/d", "/s", "/t"


@dataclass(slots=True)
class Received:
    """One request, and where it was posted."""

    path: str
    request: Request
    document: bytes


Answering = Callable[["TinyDcc", Received], bytes | int | None]
"""What to answer instead of the usual: a document, an HTTP status, or None for the usual."""


@dataclass(slots=True)
class TinyDcc:
    """State of the simulation; tests read and set it directly."""

    pki: Pki
    meters: dict[Eui64, DeviceState] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    receive_url: str = ""
    statuses: list[int] = field(default_factory=list)
    """What the client's endpoint answered, in order."""
    answer: Answering = lambda _dcc, _received: None
    deliver: Callable[[TinyDcc, bytes], object] = lambda dcc, document: dcc.post(document)
    """What happens to a response on its way to the client."""
    issued: dict[RequestId, Group] = field(default_factory=dict)
    port: int = 0

    @property
    def urls(self) -> dict[str, str]:
        """As a driver is told them."""
        base = f"http://127.0.0.1:{self.port}"
        return {"transform": base + TRANSFORM, "send_command": base + COMMAND, "non_device": base + DATA, "smki": base}

    def add_meter(self, eui: str, **values: Any) -> Eui64:
        """A commissioned single-element electricity meter of the supplier."""
        identity = Eui64.parse(eui)
        known = {"supplier": str(SUPPLIER), "network_operator": str(NETWORK_OPERATOR), "acb": str(self.pki.acb)}
        self.meters[identity] = manufacture(identity, "ESME", "single", eui, NOW, commissioned=True, **known, **values)
        return identity

    # --- answering ----------------------------------------------------------------------------------------------

    def handle(self, path: str, document: bytes) -> bytes | int:
        """One POST to a DUIS service."""
        verified = verify(document, self.pki.certificates)
        received = Received(path, read_request(verified.element), document)
        self.received.append(received)
        special = self.answer(self, received)
        return self.usual(received) if special is None else special

    def usual(self, received: Received) -> bytes:
        """Do what is asked."""
        request = received.request
        if isinstance(request, SignedPreCommand):
            group = Group.from_bytes(request.gbcs_payload)
            role = self.pki.certificates.of(group.originator, "DS", "02")[0]
            check_signed(self.issued[request.header.request_id], group, role.public_key)
            return self.acknowledge_and_send(request, group)
        match request.header.command_variant:
            case 8:
                return self.document(request, self.data(request), "I0")
            case 4:
                group = self.command(request)
                self.issued[request.header.request_id] = group
                return self.document(request, PreCommand("4.2", group.to_bytes()), "I0")
        return self.acknowledge_and_send(request, self.command(request))

    def command(self, request: ServiceRequest) -> Group:
        """The device's command."""
        target = Target(request.header.request_id.target, "ESME", "single", "4.2", frozenset({SUPPLIER}))
        return transform(request, target, Acb(self.pki.acb, 77), NOW).group

    def data(self, request: ServiceRequest) -> Result:
        """What the DCC knows by itself: an inventory of one device."""
        if request.header.srv != "8.2":
            return None
        names = {"DeviceID": request.body.get("DeviceID") or "", "DeviceType": "ESME", "DeviceStatus": "Commissioned"}
        names |= {"DeviceManufacturer": "AB01", "DeviceModel": "010A030B"}
        device = Node("Device", children=tuple(Node(name, text) for name, text in names.items()))
        return OtherResult(Node("DSPInventory", children=(device,)))

    def acknowledge_and_send(self, request: Request, group: Group) -> bytes:
        """I99 now, the device's response a moment later."""
        identity = group.recipient
        credentials = self.pki.device(identity)
        message = add_mac(group, self.pki.acb_ka.private_key, credentials.ka.certificate.public_key)
        execution = execute(
            self.meters[identity], message.to_bytes(), NOW, DeviceKeys(credentials, self.pki.certificates)
        )
        self.meters[identity] = apply(self.meters[identity], execution.changes)
        assert execution.response is not None, execution.refused
        response = self.response(request, GbcsPayload(execution.response))
        Thread(target=self.deliver, args=(self, response)).start()
        return self.document(request, None, "I99")

    # --- documents ----------------------------------------------------------------------------------------------

    def document(self, request: Request, result: Result, code: str, *, signed: bool | None = None) -> bytes:
        """The answer in the HTTP exchange; a result is signed."""
        header = ResponseHeader(code, NOW, request.header.request_id)
        body = ServiceResponse(request.header.service_reference, request.header.srv, result)
        plain = write_response(Response(header, body))
        return self.signed(plain) if (result is not None if signed is None else signed) else plain

    def response(self, request: Request, result: Result, code: str = "I0") -> bytes:
        """An asynchronous response, signed."""
        identifier = request.header.request_id
        header = ResponseHeader(code, NOW, identifier, identifier.reversed())
        return self.signed(
            write_response(
                Response(header, ServiceResponse(request.header.service_reference, request.header.srv, result))
            )
        )

    def device_alert(self, device: Eui64, code: str) -> bytes:
        """An alert of a device for the supplier, signed."""
        raised = raise_alert(self.meters[device], code, NOW, DeviceKeys(self.pki.device(device), self.pki.certificates))
        self.meters[device] = apply(self.meters[device], raised.changes)
        alert = raised.alerts[0]
        return self.alert(DeviceAlert(code, alert.payload), RequestId(device, alert.recipient, 2019))

    def dcc_alert(self, code: str, content: Node, counter: int) -> bytes:
        """An alert of the DCC itself, signed."""
        return self.alert(DccAlert(code, content), RequestId(self.pki.acb, SUPPLIER, counter))

    def alert(self, body: ResponseBody, response_id: RequestId) -> bytes:
        """Any alert, signed."""
        return self.signed(write_response(Response(ResponseHeader("I0", NOW, None, response_id), body)))

    def signed(self, document: bytes, pair: KeyPair | None = None) -> bytes:
        """With the DCC's signature, or another's."""
        pair = pair or self.pki.dcc_signer
        return sign(document, Signer(pair.private_key, pair.issuer_name, pair.serial))

    def answers(self, count: int) -> list[int]:
        """What the client's endpoint answered, once there are so many: the client may know before we do."""
        until = time.monotonic() + 60
        while len(self.statuses) < count and time.monotonic() < until:
            time.sleep(0.01)
        return self.statuses

    def post(self, document: bytes) -> int:
        """Deliver one message; 0 when nobody listens."""
        request = urllib.request.Request(self.receive_url, document, {"Content-Type": "application/xml"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                status = int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                status = error.code
        except OSError:
            status = 0
        self.statuses.append(status)
        return status


class _Handler(QuietHandler):
    server: _Server

    def do_POST(self) -> None:  # noqa: N802 - http.server's name
        body = self.rfile.read(int(self.headers["Content-Length"]))
        path = self.path.partition("?")[0]
        answer: bytes | int
        if path.startswith("/services/"):
            repository = self.server.repository
            asked = {"certificatesearch": repository.search, "devicecertificate": repository.certify}
            found = asked.get(path.rpartition("/")[2], repository.retrieve)(body)
            self._send(found.status, found.body)
            return
        answer = self.server.dcc.handle(path, body)
        if answer == 0:
            self.close_connection = True
            return
        self._send(*((answer, b"") if isinstance(answer, int) else (200, answer)))

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/xml; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _listed(pki: Pki, eui: Eui64) -> tuple[Listed, ...]:
    held = pki.device(eui)
    return tuple(Listed(pair.certificate, "I") for pair in (held.ds, held.ka))


def _issued(pki: Pki, request: bytes) -> Certificate:
    wanted = read_device_request(request)
    return pki.authority.issue_device(wanted.eui, wanted.usage, wanted.public, since=NOW)


class _Server(Listener):
    def __init__(self, dcc: TinyDcc) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.dcc = dcc
        listed, issue = partial(_listed, dcc.pki), partial(_issued, dcc.pki)
        self.repository = Repository(dcc.pki, listed, issue=issue)


@contextmanager
def tiny_dcc(pki: Path) -> Iterator[TinyDcc]:
    """A running one."""
    dcc = TinyDcc(load_pki(pki))
    server = _Server(dcc)
    dcc.port = server.server_port
    server.listen("tiny DCC")
    try:
        yield dcc
    finally:
        server.stop()
