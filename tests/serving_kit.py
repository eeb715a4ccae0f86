"""A simulated DCC on real sockets for tests, a receive endpoint that can go down, and small HTTP clients."""

from __future__ import annotations

import http.client
import os
import select
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import msgspec

from stubs.app import BackgroundDcc, DccSettings, background_dcc
from stubs.clock import VirtualClock
from stubs.events import (
    Entry,
    RequestRefused,
)
from stubs.smki import Pki
from tests.dcc_kit import EVERYTHING, NOW

WORKERS = int(os.environ.get("UEPT_TEST_WORKERS", "0"))
"""Front processes of the simulated DCC in tests over sockets: the same tests hold for both forms (``make fronts``)."""
FREE = DccSettings(
    port=0,
    workers=WORKERS,
    smki_port=0,
    ssi_port=0,
    control_port=0,
    device_latency=0.0,
    join_delay=0.0,
    delivery_retries=(0.02, 0.02, 0.05),
)
WAIT = 500.0
"""Seconds until something that should happen counts as not happening: many times what it takes."""


class Endpoint:
    """A party's receive endpoint that can go down and come back on the same port."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.types: list[str] = []
        self.status = 204
        self.port = 0
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/smartdcc/duis"

    def up(self) -> None:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                endpoint.received.append(self.rfile.read(int(self.headers["Content-Length"])))
                endpoint.types.append(self.headers["Content-Type"])
                self.send_response(endpoint.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def down(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


@contextmanager
def a_dcc(pki: Pki, endpoint: Endpoint, **changes: Any) -> Iterator[BackgroundDcc]:
    settings = msgspec.structs.replace(FREE, receive_url=endpoint.url, **changes)
    with background_dcc(settings, VirtualClock(NOW), pki) as running:
        yield running


@contextmanager
def connected(url: str, context: ssl.SSLContext | None = None) -> Iterator[http.client.HTTPConnection]:
    parts = urlsplit(url)
    assert parts.hostname is not None
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=WAIT, context=context)
    else:
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=WAIT)
    try:
        yield connection
    finally:
        connection.close()


def post(
    url: str, body: bytes, content_type: str = "application/xml", context: ssl.SSLContext | None = None
) -> tuple[int, str, bytes]:
    with connected(url, context) as connection:
        connection.request("POST", urlsplit(url).path, body, {"Content-Type": content_type})
        response = connection.getresponse()
        return response.status, response.headers.get("Content-Type", ""), response.read()


def happened(dcc: BackgroundDcc, kind: type, count: int = 1) -> Entry:
    """The ``count``-th event of a kind, waited for."""
    found: list[Entry] = []
    while len(found) < count:
        after = found[-1].seq if found else 0
        entry = dcc.journal.wait(lambda entry: isinstance(entry.event, kind), after=after, timeout=WAIT)
        assert entry is not None, f"no {kind.__name__} within {WAIT} s"
        found.append(entry)
    return found[-1]


@contextmanager
def its_end(*pids: int) -> Iterator[None]:
    """Wait after the block until these processes have ended; they are there before."""
    descriptors = [os.pidfd_open(pid) for pid in pids]
    try:
        yield
        for descriptor in descriptors:
            assert select.select([descriptor], [], [], WAIT)[0], f"one of {pids} has not ended within {WAIT} s"
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def rule_of(dcc: BackgroundDcc, after: int = 0) -> str:
    """The rule of the first refusal beyond an entry, waited for."""
    entry = dcc.journal.wait(lambda entry: isinstance(entry.event, RequestRefused), after=after, timeout=WAIT)
    assert entry is not None, f"no refusal within {WAIT} s"
    assert isinstance(entry.event, RequestRefused)
    return entry.event.rule


def home(dcc: BackgroundDcc) -> dict[str, str]:
    devices: dict[str, str] = dcc.control.add_premises({"name": "home", "devices": list(EVERYTHING)})["devices"]
    return devices


def raw(url: str, head: str, body: bytes = b"", method: str = "POST") -> socket.socket:
    parts = urlsplit(url)
    connection = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=WAIT)
    connection.sendall(f"{method} {parts.path} HTTP/1.1\r\nHost: x\r\n{head}\r\n".encode() + body)
    return connection
