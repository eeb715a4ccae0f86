"""The control API over HTTP: JSON in, JSON out, an OpenAPI document, the journal as an event stream (SSE)."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from functools import partial
from typing import Any

import msgspec
from aiohttp import web

from stubs.control.control import Control
from stubs.control.guard import guard
from stubs.control.openapi import openapi
from stubs.control.operations import OPERATIONS, Operation
from stubs.events import Entry
from stubs.gateway.runtime import Runtime
from stubs.recording import recordable
from stubs.wire.errors import Blocked, InputError, PeerError

_KEEP_ALIVE = 15.0
_LARGEST_REQUEST = 1024 * 1024


def make_control_app(control: Control, runtime: Runtime, token: str) -> web.Application:
    """The application; it belongs on loopback. ``token`` is demanded of every call that changes something."""
    app = web.Application(client_max_size=_LARGEST_REQUEST, middlewares=[guard(token)])
    for operation in OPERATIONS:
        app.router.add_route(operation.method, operation.path, partial(_operate, control, operation))

    async def describe(_request: web.Request) -> web.Response:
        return _answer(openapi())

    app.router.add_get("/openapi.json", describe)
    app.router.add_get("/events", partial(_stream, runtime))
    return app


_LONGEST_NUMBER = 18


def _answer(value: Any, status: int = 200) -> web.Response:
    return web.Response(status=status, body=msgspec.json.encode(value), content_type="application/json")


def _problem(text: str, status: int) -> web.Response:
    return _answer({"error": recordable(text)}, status)


async def _operate(control: Control, operation: Operation, request: web.Request) -> web.Response:
    try:
        body = await _read(request) if operation.is_changing else _query(request)
        path = {name: recordable(text) for name, text in request.match_info.items()}
        result = control.begin(operation, operation.read(path, body))
        if isinstance(result, Coroutine):
            result = await result
    except LookupError as error:
        return _problem(f"not found: {error}", 404)
    except (ValueError, TypeError, OverflowError, RecursionError, PeerError, InputError) as error:
        return _problem(str(error), 400)
    except Blocked as error:
        return _problem(str(error), 409)
    return _answer({operation.result: result} if operation.result else result)


def _query(request: web.Request) -> dict[str, Any]:
    """Parameters after the question mark; a text of digits is a number."""
    return {
        recordable(name): int(text)
        if text.isascii() and text.isdigit() and len(text) < _LONGEST_NUMBER
        else recordable(text)
        for name, text in request.query.items()
    }


async def _read(request: web.Request) -> dict[str, Any]:
    data = await request.read()
    if not data:
        return {}
    body = msgspec.json.decode(data)  # a DecodeError is a ValueError
    if not isinstance(body, dict):
        raise TypeError("expected a JSON object")
    return body


async def _stream(runtime: Runtime, request: web.Request) -> web.StreamResponse:
    """Entries as they come: ``id`` is the sequence number, ``event`` the kind, ``data`` the entry as JSON."""
    given = request.headers.get("Last-Event-ID") or request.query.get("after")
    try:
        after = int(given) if given is not None else runtime.journal.last_seq
    except ValueError:
        return _problem("after is a sequence number", 400)
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    loop = asyncio.get_running_loop()
    grown = asyncio.Event()

    def wake(_entries: tuple[Entry, ...]) -> None:
        loop.call_soon_threadsafe(grown.set)

    leave = runtime.journal.subscribe(wake)
    try:
        while not runtime.stopping.is_set():
            grown.clear()
            for entry in runtime.journal.entries(after):
                await response.write(_event(entry))
                after = entry.seq
            if not grown.is_set():
                await _pause(grown, runtime.stopping, response)
    except ConnectionError:
        pass  # the listener has gone
    finally:
        leave()
    return response


async def _pause(grown: asyncio.Event, stopping: asyncio.Event, response: web.StreamResponse) -> None:
    waits = [asyncio.ensure_future(grown.wait()), asyncio.ensure_future(stopping.wait())]
    done, left = await asyncio.wait(waits, timeout=_KEEP_ALIVE, return_when=asyncio.FIRST_COMPLETED)
    for wait in left:
        wait.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    if not done:
        await response.write(b": still here\n\n")


def _event(entry: Entry) -> bytes:
    kind = type(entry.event).__name__
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (entry.seq, kind.encode(), msgspec.json.encode(entry))
