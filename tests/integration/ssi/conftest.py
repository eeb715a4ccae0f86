"""A self-service interface over real HTTPS, with a real journal and inventory, and visitors with cookies."""

from __future__ import annotations

import asyncio
import re
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from http.client import HTTPSConnection, RemoteDisconnected
from http.cookiejar import CookieJar
from ssl import Purpose, SSLContext, create_default_context

import pytest
from aiohttp import web

from stubs.clock import VirtualClock
from stubs.events import (
    AnyEvent,
    DeliveryFailed,
    InventoryChanged,
    MessageDelivered,
    MessageQueued,
    PageViewed,
    PersonSignedIn,
    RequestAccepted,
    RequestAnswered,
    RequestReceived,
    RequestRefused,
)
from stubs.http_runner import close_runner
from stubs.inventory import Inventory, MeterPoint
from stubs.journal import Journal, SqliteStore
from stubs.smki.authority import make_hierarchy
from stubs.smki.tls import server_identity, trust_only
from stubs.ssi import Sources, SsiSettings, SsiUser, make_ssi_app
from stubs.wire.errors import Blocked
from stubs.wire.eui64 import Eui64
from tests.integration.ssi.back_office import FakeBackOffice

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
SUPPLIER, OTHER, OPERATOR, ANYBODY, AGENT = (f"A0-B1-C2-D3-E4-0{number}-00-00" for number in (1, 3, 2, 4, 5))
HUB, METER, FOREIGN = (f"00-DB-12-34-56-78-90-{number}" for number in ("A2", "A0", "B0"))
REQUEST_ID = f"{SUPPLIER}:{METER}:1000"
REFUSED_ID = f"{SUPPLIER}:{METER}:1001"
OTHERS_ID = f"{OTHER}:{FOREIGN}:77"
ANSWER = b'<?xml version="1.0"?><Response><Code>I99</Code></Response>'
HIERARCHY = make_hierarchy(b"ssi".ljust(32, b"."))


def inventory_events() -> list[InventoryChanged]:
    """One home of the supplier, one of the other supplier."""

    def device(name: str, kind: str, **values: object) -> InventoryChanged:
        fields = {"DeviceID": name, "DeviceType": kind, "DeviceManufacturer": "0001", "DeviceModel": "0002", **values}
        return InventoryChanged(device=name, values=fields, cause="premises")

    place = {"PostCode": "AB1 2CD", "AddressIdentifier": "7", "UPRN": "100012345678"}
    return [
        device(HUB, "CHF", DeviceStatus="Commissioned", MPxNs=("1234567890123",), AssociatedCHFDeviceID=HUB, **place),
        device(
            METER, "ESME", DeviceStatus="Whitelisted", ImportMPxN="1234567890123", AssociatedCHFDeviceID=HUB, **place
        ),
        InventoryChanged(device=METER, values={"DeviceStatus": "Commissioned"}, cause="8.1.1"),
        device(FOREIGN, "ESME", DeviceStatus="Commissioned", ImportMPxN="9999999999999", **place),
    ]


def exchange(name: str, user: str, request_id: str, srv: str, device: str, *, refused: str = "") -> list[AnyEvent]:
    """A request as the gateway records it."""
    body = f"<Request><RequestID>{request_id}</RequestID></Request>".encode()
    received = RequestReceived(
        exchange=name, service="send-command", peer="127.0.0.1", content_type="application/xml", body=body
    )
    if refused:
        verdict: AnyEvent = RequestRefused(
            exchange=name, rule="role-eligible", response_code=refused, http_status=200, detail="IS may not send this",
            request_id=request_id, user=user, srv=srv, device=device,
        )  # fmt: skip
    else:
        verdict = RequestAccepted(
            exchange=name, request_id=request_id, user=user, role="IS", srv=srv, command_variant=1, device=device,
            signed_by="1",
        )  # fmt: skip
    answered = RequestAnswered(
        exchange=name, status=200, content_type="application/xml", body=ANSWER, response_code=refused or "I99"
    )
    return [received, verdict, answered]


def message(name: str, user: str, request_id: str | None, code: str, **values: str) -> MessageQueued:
    """A message to a User."""
    return MessageQueued(
        message=name, user=user, message_kind=values.get("kind", "response"), request_id=request_id, response_id=None,
        response_code=code, srv=values.get("srv"), alert_code=values.get("alert"), device=values.get("device"),
        body=b"<Response>\xc2\xa3 &lt;b&gt;</Response>", due=START,
    )  # fmt: skip


def traffic() -> list[AnyEvent]:
    """Something of everything, of two Users."""
    return [
        *exchange("x1", SUPPLIER, REQUEST_ID, "4.1.1", METER),
        message("m1", SUPPLIER, REQUEST_ID, "I0", srv="4.1.1", device=METER),
        MessageDelivered(message="m1", attempt=1, status=204),
        *exchange("x2", SUPPLIER, REFUSED_ID, "7.1", METER, refused="E2"),
        message("m2", SUPPLIER, None, "I0", kind="device-alert", alert="8F66", device=METER),
        DeliveryFailed(message="m2", attempt=9, status=500, reason="HTTP 500", next_attempt=None),
        *exchange("x3", OTHER, OTHERS_ID, "4.1.1", FOREIGN),
        message("m3", OTHER, OTHERS_ID, "I0", srv="4.1.1", device=FOREIGN),
    ]


@dataclass(slots=True)
class Seen:
    """An answer: status, headers by lower-case name, text and octets."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The page."""
        return self.body.decode()

    @property
    def csrf(self) -> str:
        """The hidden value of the page's form."""
        match = re.search(r'name="csrf" value="([0-9a-f]+)"', self.text)
        assert match is not None
        return match.group(1)

    def attributes(self, name: str) -> list[str]:
        """Values of one attribute, in order."""
        return [unescape(value) for value in re.findall(rf'{name}="([^"]*)"', self.text)]


_OPEN: list[HTTPSConnection] = []
"""Connections of visitors, closed with their world."""


class Visitor:
    """Somebody with a browser: cookies kept, redirects not followed, certificate verified, one connection kept open."""

    def __init__(self, url: str, context: SSLContext | None = None) -> None:
        self.url = url
        self.cookies = CookieJar()
        host = urllib.parse.urlsplit(url).netloc
        self._connection = HTTPSConnection(host, timeout=60, context=context or client_context())
        _OPEN.append(self._connection)

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def get(self, path: str, **query: str) -> Seen:
        """GET a page."""
        return self._open(path + ("?" + urllib.parse.urlencode(query) if query else ""), None)

    def post(self, path: str, **fields: str) -> Seen:
        """POST a form."""
        return self._open(path, urllib.parse.urlencode(fields).encode())

    def upload(self, path: str, files: dict[str, bytes], **fields: str) -> Seen:
        """POST a form with files."""
        mark = "----------------boundary"
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        parts += [
            f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}.csv"\r\n'
            f"Content-Type: text/csv\r\n\r\n".encode()
            + octets
            + b"\r\n"
            for name, octets in files.items()
        ]
        body = b"".join(parts) + f"--{mark}--\r\n".encode()
        return self._open(path, body, {"Content-Type": f"multipart/form-data; boundary={mark}"})

    def submit(self, form_path: str, action: str, **fields: str) -> Seen:
        """Open a page and send one of its forms."""
        return self.post(action, csrf=self.get(form_path).csrf, **fields)

    def _open(self, path: str, data: bytes | None, headers: dict[str, str] | None = None) -> Seen:
        request = urllib.request.Request(self.url + path, data, headers or {})
        if data is not None:
            request.add_unredirected_header("Content-Type", "application/x-www-form-urlencoded")
        self.cookies.add_cookie_header(request)
        method = "GET" if data is None else "POST"
        try:
            self._connection.request(method, path, data, {**request.unredirected_hdrs, **request.headers})
            answer = self._connection.getresponse()
        except (RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self._connection.close()  # it was closed after the last answer
            self._connection.request(method, path, data, {**request.unredirected_hdrs, **request.headers})
            answer = self._connection.getresponse()
        self.cookies.extract_cookies(answer, request)
        return Seen(answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read())

    def sign_in(self, user: str = SUPPLIER, role: str = "IS", **changes: str) -> Seen:
        """Fill in and send the sign-in form."""
        fields = {"person": f"tester-{user.replace('-', '').lower()}", "pass_phrase": "uept rehearsal", "role": role}
        return self.post("/sign-in", **{"csrf": self.get("/sign-in").csrf, **fields, **changes})


def client_context() -> SSLContext:
    """A client that trusts the run's own authority and nobody else."""
    return trust_only(create_default_context(Purpose.SERVER_AUTH), HIERARCHY.issuing.key_pair.certificate.pem)


@dataclass(slots=True)
class World:
    """The running interface and what stands behind it."""

    url: str
    journal: Journal
    clock: VirtualClock
    inventory: Inventory
    is_disc_full: list[bool] = field(default_factory=list)
    back: FakeBackOffice = field(init=False)

    def __post_init__(self) -> None:
        self.back = FakeBackOffice(self.record, self.clock.now)

    def add(self, *events: AnyEvent) -> None:
        """Let things happen."""
        for event in events:
            if isinstance(event, InventoryChanged):
                self.inventory.change(Eui64.parse(event.device), event.values)
        self.journal.record(*events)

    def record(self, event: AnyEvent) -> None:
        """What the pages report to."""
        if self.is_disc_full:
            raise Blocked("the journal cannot be written", mend="Free some space.")
        self.journal.record(event)

    def views(self) -> list[PageViewed]:
        """Recorded page views."""
        return [entry.event for entry in self.journal.entries() if isinstance(entry.event, PageViewed)]

    def sign_ins(self) -> list[PersonSignedIn]:
        """Recorded sign-ins."""
        return [entry.event for entry in self.journal.entries() if isinstance(entry.event, PersonSignedIn)]

    def wait(self, minutes: float) -> None:
        """Let time pass."""
        self.clock.advance(timedelta(minutes=minutes))


def _serve(world: World, settings: SsiSettings) -> tuple[threading.Thread, asyncio.AbstractEventLoop, asyncio.Event]:
    users = [
        SsiUser(SUPPLIER, "Supplier A", ("IS", "GS")),
        SsiUser(OTHER, "Supplier B", ("IS", "GS")),
        SsiUser(OPERATOR, "Network Operator", ("ED", "GT")),
        SsiUser(ANYBODY, "Other User", ("OU",)),
        SsiUser(AGENT, "Agent", ("ES", "RSA")),
    ]
    sources = Sources(world.inventory, world.journal.entries, lambda: users, world.record, world.clock.now, world.back)
    loop = asyncio.new_event_loop()
    ready, stop = threading.Event(), asyncio.Event()

    async def run() -> None:
        runner = web.AppRunner(make_ssi_app(sources, settings, b"s" * 32))
        await runner.setup()
        context = server_identity(HIERARCHY.issuing).context()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        world.url = f"https://127.0.0.1:{runner.addresses[0][1]}"
        ready.set()
        await stop.wait()
        await close_runner(runner)

    def main() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as running:
            running.run(run())

    thread = threading.Thread(target=main, daemon=True)
    thread.start()
    assert ready.wait(500)
    return thread, loop, stop


@pytest.fixture
def ssi_settings() -> SsiSettings:
    """Overridden by tests that want others."""
    return SsiSettings(rows_per_page=3)


@pytest.fixture
def world(ssi_settings: SsiSettings) -> Iterator[World]:
    """An interface with one home, another's meter and some traffic."""
    clock = VirtualClock(START, rate=0)
    world = World("", Journal(SqliteStore(), clock), clock, Inventory())
    world.inventory.register(
        MeterPoint(
            mpxn="1234567890123",
            fuel="electricity",
            supplier=Eui64.parse(SUPPLIER),
            network_operator=Eui64.parse(OPERATOR),
        )
    )
    world.inventory.register(MeterPoint(mpxn="9999999999999", fuel="electricity", supplier=Eui64.parse(OTHER)))
    world.add(*inventory_events(), *traffic())
    thread, loop, stop = _serve(world, ssi_settings)
    yield world
    while _OPEN:
        _OPEN.pop().close()
    loop.call_soon_threadsafe(stop.set)
    thread.join(10)
    world.journal.close()


@pytest.fixture
def visitor(world: World) -> Visitor:
    """Nobody yet."""
    return Visitor(world.url)


@pytest.fixture
def supplier(visitor: Visitor) -> Visitor:
    """The supplier's tester, signed in."""
    assert visitor.sign_in().status == 303
    return visitor
