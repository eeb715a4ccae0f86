"""The three DUIS web services over HTTP(S)."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable

from aiohttp import ClientPayloadError, HttpVersion11, web

from schemas.load import Service
from stubs.dcc import Cut, Reply
from stubs.events import AnswerLate
from stubs.gateway.bodies import RefusedBody, read_body
from stubs.gateway.decider import Decider
from stubs.recording import recordable
from stubs.settings import DccSettings
from stubs.wire.errors import Blocked

_HANG_SECONDS = 600.0
_LATE = 1.0
"""Seconds after which an answer is late: the DCC's public client waits three, the way there and back included."""
_HANG_POLL = 0.02
_SHOWN = 200
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER on, zero seconds: closing sends RST."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_app(decider: Decider, settings: DccSettings) -> web.Application:
    """The application; whoever runs it chooses address, port and TLS."""
    app = web.Application(client_max_size=settings.max_request_bytes)
    paths = settings.paths
    for path, service in (
        (paths.transform, Service.TRANSFORM),
        (paths.send_command, Service.SEND_COMMAND),
        (paths.non_device, Service.NON_DEVICE),
    ):
        app.router.add_post(path, _handler(decider, settings, service), expect_handler=_expectation(decider, service))
    app.router.add_route("*", "/{path:.*}", _elsewhere(decider, settings), expect_handler=_whatever_is_expected)
    return app


def _expectation(decider: Decider, service: Service) -> Callable[[web.Request], Awaitable[web.StreamResponse | None]]:
    """Handle a header ``Expect``: leave to send the body; anything else is refused (RFC 9110, 10.1.1)."""

    async def expected(request: web.Request) -> web.StreamResponse | None:
        wanted = request.headers.get("Expect", "")
        if request.version != HttpVersion11:
            return None
        if wanted.lower() != "100-continue":
            return await _refused(
                decider, request, "expectation", f"expected 100-continue, got {wanted[:_SHOWN]}", service
            )
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0
        return None

    return expected


async def _whatever_is_expected(_: web.Request) -> None:
    """Path and method are judged first, and their refusal needs no body."""


def _elsewhere(decider: Decider, settings: DccSettings) -> Handler:
    """Refuse a method other than POST and an unknown path: a client that is set up wrongly sees its mistake here."""
    paths = settings.paths
    ours = (paths.transform, paths.send_command, paths.non_device)

    async def handle(request: web.Request) -> web.StreamResponse:
        if request.path in ours:
            response = await _refused(decider, request, "method", f"expected POST, got {request.method}", request.path)
            response.headers["Allow"] = "POST"
            return response
        if request.method == "POST":
            why = f"expected one of {', '.join(ours)}, got {request.path[:_SHOWN]}"
            return await _refused(decider, request, "no-such-service", why, request.path[:_SHOWN])
        raise web.HTTPNotFound  # a browser or a probe that looks around

    return handle


def _handler(decider: Decider, settings: DccSettings, service: Service) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        peer, began = peer_of(request), asyncio.get_running_loop().time()
        if (request.content_length or 0) > settings.max_request_bytes:
            announced = f"expected at most {settings.max_request_bytes} bytes, {request.content_length} are announced"
            return await _refused(decider, request, "too-large", announced, service)
        try:
            body = await read_body(
                request,
                settings.max_request_bytes,
                settings.read_timeout,
                takes_compressed=settings.compressed_bodies,
            )
        except RefusedBody as refused:
            return await _refused(decider, request, refused.rule, refused.why, service)
        except TimeoutError:
            late = f"the body did not arrive within {settings.read_timeout:g} s"
            return await _refused(decider, request, "too-slow", late, service)
        except web.HTTPRequestEntityTooLarge:
            long = f"expected at most {settings.max_request_bytes} bytes"
            return await _refused(decider, request, "too-large", long, service)
        except (web.RequestPayloadError, ClientPayloadError, ConnectionError, asyncio.IncompleteReadError) as error:
            return await _refused(decider, request, "truncated", f"the body cannot be read: {error}", service)
        content_type = recordable(request.headers.get("Content-Type", ""))
        try:
            reply = await decider.handle(body, service, content_type, peer)
        except Blocked as blocked:
            return _unavailable(decider, blocked, service, peer)
        _note_if_late(decider, request, reply, asyncio.get_running_loop().time() - began)
        return await _leave(decider, request, reply)

    return handle


def _note_if_late(decider: Decider, request: web.Request, reply: Reply, seconds: float) -> None:
    """Record an answer that a client with the usual patience does not see, so that its next post is no blind retry."""
    is_abandoned = request.transport is None or request.transport.is_closing()
    if is_abandoned or seconds >= _LATE:
        late = AnswerLate(exchange=reply.exchange, seconds=round(seconds, 3), is_abandoned=is_abandoned)
        decider.note(late)


async def _refused(decider: Decider, request: web.Request, rule: str, why: str, service: str) -> web.Response:
    """Refuse what was not read to its end: the connection closes, since the rest of the body may still come."""
    peer = peer_of(request)
    why = recordable(why)
    try:
        reply = await decider.refuse(rule, why, recordable(service), peer)
    except Blocked as blocked:
        return _unavailable(decider, blocked, recordable(service), peer)
    response = web.Response(status=reply.status, text=f"{rule}: {why}\n")
    response.force_close()
    return response


def _unavailable(decider: Decider, blocked: Blocked, service: str, peer: str) -> web.Response:
    decider.not_recorded(str(blocked), service, peer)
    return web.Response(status=503, text=f"{blocked}\n", headers={"Retry-After": "5"})


async def _leave(decider: Decider, request: web.Request, reply: Reply) -> web.StreamResponse:
    if reply.leaves is not None:
        await decider.sleep_until(reply.leaves)
    if reply.cut is not Cut.NONE:
        await _cut(decider, request, reply.cut)
        return web.Response(status=503)  # never seen: the connection is gone
    return web.Response(status=reply.status, body=reply.body, content_type=reply.content_type)


async def _cut(decider: Decider, request: web.Request, cut: Cut) -> None:
    if cut is Cut.HANG:
        deadline = asyncio.get_running_loop().time() + _HANG_SECONDS
        while request.transport is not None and not request.transport.is_closing():
            if decider.stopping.is_set() or asyncio.get_running_loop().time() > deadline:
                break
            await asyncio.sleep(_HANG_POLL)
    transport = request.transport
    if transport is None:
        return
    if cut is Cut.RESET:
        connection = transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        transport.abort()
    else:
        transport.close()


def peer_of(request: web.Request) -> str:
    """Address of the client, and the common name of its TLS certificate when it showed one; recordable."""
    address = request.remote or "unknown"
    transport = request.transport
    certificate = transport.get_extra_info("peercert") if transport is not None else None
    names = [value for part in (certificate or {}).get("subject", ()) for key, value in part if key == "commonName"]
    return recordable(f"{address} {names[0]}" if names else address)
