"""The HTTP library's own answers leave an entry with peer and reason; and the parts of the library we depend on."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from stubs.app import BackgroundDcc
from stubs.events import RequestReceived, RequestRefused
from stubs.gateway.heads import waits_for_head
from tests.serving_kit import WAIT, happened, raw

XML = "Content-Type: application/xml\r\n"


@pytest.mark.parametrize(
    ("head", "body", "status", "rule"),
    [
        (f"{XML}Transfer-Encoding: chunked\r\n", b"zz\r\n<a/>\r\n0\r\n\r\n", b"400", "not-http"),
        (f"{XML}Content-Length: 4\r\nContent-Length: 5\r\n", b"<a/>", b"400", "not-http"),
        (f"{XML}Content-Length: x\r\n", b"<a/>", b"400", "not-http"),
        (f"{XML}X: {'y' * 20_000}\r\n", b"", b"400", "not-http"),
        (f"{XML}Expect: 200-maybe\r\nContent-Length: 4\r\n", b"", b"417", "expectation"),
    ],
)
def test_what_is_no_http_is_recorded(dcc: BackgroundDcc, head: str, body: bytes, status: bytes, rule: str) -> None:
    with raw(dcc.urls.transform, head, body) as connection:
        connection.settimeout(WAIT)
        assert connection.recv(12).endswith(status)
    refused, received = happened(dcc, RequestRefused).event, happened(dcc, RequestReceived).event
    assert isinstance(refused, RequestRefused)
    assert isinstance(received, RequestReceived)
    assert (refused.rule in {rule, "truncated"}, refused.http_status) == (True, int(status))
    assert refused.detail
    assert received.peer == "127.0.0.1"


def test_tls_on_the_plain_port_is_recorded(dcc: BackgroundDcc) -> None:
    parts = urlsplit(dcc.urls.transform)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=WAIT) as plain:
        plain.sendall(bytes.fromhex("16030100c8010000c40303") + bytes(190))
        with suppress(OSError):
            plain.recv(100)
    refused = happened(dcc, RequestRefused).event
    assert isinstance(refused, RequestRefused)
    assert refused.rule == "not-http"
    assert refused.detail


def test_a_body_waits_for_leave_when_it_asks(dcc: BackgroundDcc) -> None:
    with raw(dcc.urls.transform, f"{XML}Expect: 100-continue\r\nContent-Length: 4\r\n") as connection:
        connection.settimeout(WAIT)
        assert connection.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"<a/>")
        assert connection.recv(12) == b"HTTP/1.1 400"


def test_the_private_names_that_we_lean_on_are_there() -> None:
    """When this fails, aiohttp changed them: look at ``waits_for_head`` before its range is widened."""
    assert {"_waiter", "_request_count"} <= set(web.RequestHandler.__slots__)
    assert waits_for_head.__doc__


@pytest.mark.parametrize("path", ["/", "/elsewhere"])
def test_an_expectation_of_any_octets_is_refused_by_every_server(dcc: BackgroundDcc, path: str) -> None:
    for url in map(str, (dcc.urls.send_command, dcc.urls.smki, dcc.urls.control, dcc.urls.ssi)):
        parts = urlsplit(url)
        connection: socket.socket = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=WAIT)
        if parts.scheme == "https":
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            connection = context.wrap_socket(connection)
        with connection:
            head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{parts.port}\r\nConnection: close\r\n"
            connection.sendall(head.encode() + b"Expect: 100-continue\xa3\r\n\r\n")
            answer = connection.recv(12)
        assert answer.split()[1] in {b"417", b"404", b"405"}, (url, answer)
