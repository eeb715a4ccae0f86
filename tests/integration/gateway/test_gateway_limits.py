"""Limits at the edges: compressed bodies, what receive endpoints answer, where messages may be posted."""

from __future__ import annotations

import asyncio
import gzip
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from stubs.app import background_dcc
from stubs.events import DeliveryFailed, MessageDelivered
from stubs.gateway.bodies import FREE, MOST_RATIO, RefusedBody, _inflated
from stubs.smki import Pki
from stubs.urls import why_unusable
from stubs.wire.errors import InputError
from tests.dcc_kit import SUPPLIER, Party
from tests.serving_kit import FREE as SETTINGS
from tests.serving_kit import Endpoint, a_dcc, happened, home, raw, rule_of

RAW = zlib.compressobj(wbits=-zlib.MAX_WBITS)


def packed(body: bytes, encoding: str) -> bytes:
    match encoding:
        case "gzip" | "x-gzip":
            return gzip.compress(body)
        case "deflate":
            return zlib.compress(body)
        case _:
            packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
            return packer.compress(body) + packer.flush()


def posted(url: str, body: bytes, encoding: str) -> bytes:
    head = f"Content-Type: application/xml\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n"
    with raw(url, head, body) as connection:
        return connection.recv(12)


@pytest.mark.parametrize(
    ("encoding", "how"), [("gzip", "gzip"), ("X-GZIP", "gzip"), ("deflate", "deflate"), ("deflate", "")]
)
def test_a_compressed_request_is_carried_out(pki: Pki, endpoint: Endpoint, encoding: str, how: str) -> None:
    with a_dcc(pki, endpoint) as dcc:
        home(dcc)
        request = Party(pki).request("12.1", UPRN="1")
        assert posted(dcc.urls.non_device, packed(request, how), encoding) == b"HTTP/1.1 200"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, gzip", "\u00ff"])
def test_what_is_not_understood_or_not_wanted_is_refused(pki: Pki, endpoint: Endpoint, encoding: str) -> None:
    with a_dcc(pki, endpoint, compressed_bodies=False) as dcc:
        assert posted(dcc.urls.non_device, b"x", encoding) == b"HTTP/1.1 415"
        assert rule_of(dcc) == "content-type"
        assert posted(f"{dcc.urls.smki}/services/certificatesearch", b"x", encoding) == b"HTTP/1.1 415"
        assert posted(f"{dcc.urls.control}/reset", b"x", encoding) == b"HTTP/1.1 415"


def test_a_body_that_grows_beyond_the_ratio_is_refused(pki: Pki, endpoint: Endpoint) -> None:
    with a_dcc(pki, endpoint) as dcc:
        bomb = gzip.compress(b"<a>" + b" " * (4 * FREE) + b"</a>")
        assert len(bomb) * MOST_RATIO < 4 * FREE
        assert posted(dcc.urls.non_device, bomb, "gzip") == b"HTTP/1.1 413"
        assert posted(dcc.urls.non_device, gzip.compress(b"<a/>")[:-9], "gzip") == b"HTTP/1.1 400"
        assert rule_of(dcc) == "too-large"


def test_others_have_their_turn_while_a_body_is_inflated() -> None:
    turns = [0]

    async def count() -> None:
        while True:
            turns[0] += 1
            await asyncio.sleep(0)

    async def run() -> None:
        other = asyncio.ensure_future(count())
        with pytest.raises(RefusedBody, match="16777216 bytes"):
            await _inflated(gzip.compress(bytes(32 * FREE), 1) * 50, "gzip", 16 * FREE)
        other.cancel()
        with suppress(asyncio.CancelledError):
            await other

    asyncio.run(run())
    assert turns[0] > 200, "one turn for every 64 KiB"


@contextmanager
def answering(respond: Any) -> Iterator[tuple[str, list[str]]]:
    """A receive endpoint that answers as it likes; its URL, and the paths that were asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.rfile.read(int(self.headers["Content-Length"]))
            with suppress(OSError):
                respond(self)

        do_GET = do_POST  # noqa: N815 - http.server's name

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/in", asked
    finally:
        server.shutdown()
        server.server_close()


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    while True:
        handler.wfile.write(bytes(65536))


def packed_giant(handler: BaseHTTPRequestHandler) -> None:
    body = gzip.compress(bytes(64 * FREE))
    handler.send_response(200)
    handler.send_header("Content-Encoding", "gzip")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def elsewhere(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(307)
    handler.send_header("Location", "/elsewhere")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


@pytest.mark.parametrize(("respond", "says"), [(endless, "longer than"), (elsewhere, "got 307"), (packed_giant, "")])
def test_an_endpoints_answer_is_read_to_a_limit_and_never_followed(pki: Pki, respond: Any, says: str) -> None:
    with answering(respond) as (url, asked), background_dcc(SETTINGS, None, pki) as dcc:
        dcc.control.register_user(SUPPLIER, "A", ["IS"], url)
        dcc.control.raise_dcc_alert("N1", SUPPLIER)
        if says:
            failed = happened(dcc, DeliveryFailed).event
            assert isinstance(failed, DeliveryFailed)
            assert says in failed.reason
        else:
            happened(dcc, MessageDelivered)
        assert set(asked) == {"/in"}


@pytest.mark.parametrize(
    ("url", "allowed", "is_allowed"),
    [
        ("http://127.0.0.1:1/", ("127.0.0.0/8",), True),
        ("http://[::1]/", ("127.0.0.0/8",), False),
        ("http://[::1]/", ("::1",), True),
        ("https://a.Example.org/", ("*.example.org",), True),
        ("https://example.org.evil/", ("*.example.org",), False),
        ("http://169.254.169.254/", ("10.0.0.0/8", "party.local"), False),
        ("http://party.local/", ("10.0.0.0/8", "party.local"), True),
        ("ftp://127.0.0.1/", (), False),
        ("http://u:p@h/", (), False),
        ("http://h:0/", (), False),
        ("http://h\r\n/", (), False),
        ("http:///x", (), False),
        ("http://h/\udcff", (), False),
        ("5", (), False),
    ],
)
def test_where_messages_may_be_posted(url: str, allowed: tuple[str, ...], is_allowed: bool) -> None:
    assert (why_unusable(url, allowed) == "") is is_allowed


def test_an_address_that_is_not_allowed_is_refused_where_it_enters(pki: Pki, endpoint: Endpoint) -> None:
    with pytest.raises(InputError, match="receive_url_allow"), a_dcc(pki, endpoint, receive_url_allow=("10.0.0.0/8",)):
        pass
    with a_dcc(pki, endpoint, receive_url_allow=("127.0.0.1",)) as dcc:
        with pytest.raises(ValueError, match="receive_url_allow"):
            dcc.control.register_user(SUPPLIER, "A", ["IS"], "http://169.254.169.254/latest")
        dcc.control.register_user(SUPPLIER, "A", ["IS"], endpoint.url)
