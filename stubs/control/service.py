"""The control API over HTTP: JSON in, JSON out, an OpenAPI document, the journal as an event stream (SSE)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec
from aiohttp import web

from stubs.control.control import Control
from stubs.events import Entry
from stubs.gateway.runtime import Runtime
from stubs.wire.errors import Blocked, PeerError

_KEEP_ALIVE = 15.0
_LARGEST_REQUEST = 1024 * 1024

Operation = Callable[[Control, Mapping[str, str], dict[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation: method and path, what it does, which JSON members it takes, how it is called."""

    method: str
    path: str
    summary: str
    run: Operation
    members: Mapping[str, str] = field(default_factory=dict)
    """Member name to JSON type; a trailing ``?`` marks it optional, ``*`` alone: any members."""


ROUTES: tuple[Route, ...] = (
    Route("GET", "/health", "Time, newest journal entry, what waits", lambda c, _p, _b: c.health()),
    Route(
        "POST", "/premises", "Make premises with fresh identities",
        lambda c, _p, b: c.add_premises(b), {"name": "string", "devices": "array", "*": "any"},
    ),
    Route("GET", "/users", "Registered Users", lambda c, _p, _b: c.users()),
    Route(
        "POST", "/users", "Register a User or change its registration",
        lambda c, _p, b: c.register_user(**b),
        {
            "user": "string", "party": "string", "roles": "array", "receive_url": "string?", "status": "string?",
            "duis_version": "string?",
        },
    ),
    Route("GET", "/faults", "Armed fault rules", lambda c, _p, _b: c.faults()),
    Route(
        "POST", "/faults", "Arm a fault rule", lambda c, _p, b: {"fault": c.set_fault(b)},
        {"point": "string", "effect": "string", "*": "any"},
    ),
    Route("DELETE", "/faults/{fault}", "Disarm a fault rule", lambda c, p, _b: c.clear_fault(p["fault"])),
    Route("GET", "/clock", "The run's time", lambda c, _p, _b: {"now": c.now()}),
    Route(
        "POST", "/clock/advance", "Let time pass at once",
        lambda c, _p, b: {"now": c.advance_clock(**b)}, {"seconds": "number"},
    ),
    Route(
        "POST", "/clock/jump", "Go to the next thing that is due", lambda c, _p, _b: {"now": c.jump_to_next_event()},
    ),
    Route(
        "POST", "/clock/rate", "Run seconds per real second; 0 freezes",
        lambda c, _p, b: {"now": c.set_rate(**b)}, {"rate": "number"},
    ),
    Route(
        "POST", "/alerts/device", "Let a device raise an alert",
        lambda c, _p, b: {"message": c.raise_device_alert(**b)},
        {"device": "string", "code": "string", "recipient": "string?"},
    ),
    Route(
        "POST", "/alerts/dcc", "Raise a DCC alert for one User",
        lambda c, _p, b: {"message": c.raise_dcc_alert(**b)},
        {"code": "string", "user": "string", "content": "object?", "structure": "string?"},
    ),
    Route(
        "POST", "/alerts/smets1", "Send a SMETS1 message: the answer to a service, or an alert",
        lambda c, _p, b: {"message": c.raise_smets1(**b)},
        {"user": "string", "device": "string", "srv": "string?", "alert_code": "string?", "request_id": "string?"},
    ),
    Route("GET", "/devices/{device}", "A physical device as it stands", lambda c, p, _b: c.device(p["device"])),
    Route(
        "PATCH", "/devices/{device}", "Give fields of a device new values",
        lambda c, p, b: c.set_device(p["device"], **b), {"*": "any"},
    ),
    Route(
        "POST", "/devices/{device}/occurrences", "Let something happen to a device",
        lambda c, p, b: {"messages": c.let_happen(p["device"], **b)}, {"what": "string", "*": "any"},
    ),
    Route(
        "POST", "/devices/{device}/commands", "Give a device a command as a hand-held terminal does",
        lambda c, p, b: c.hand_over(p["device"], **b), {"command": "string"},
    ),
    Route(
        "GET", "/devices/{device}/schedules", "Schedules the DCC keeps for a device",
        lambda c, p, _b: c.schedules(p["device"]),
    ),
    Route(
        "POST", "/meter-points", "Register a meter point", lambda c, _p, b: c.register_meter_point(**b),
        {"mpxn": "string", "fuel": "string?", "*": "any"},
    ),
    Route("GET", "/meter-points/{mpxn}", "What is registered", lambda c, p, _b: c.meter_point(p["mpxn"])),
    Route(
        "PATCH", "/meter-points/{mpxn}", "Change of supplier, network operator or tenancy",
        lambda c, p, b: c.change_registration(p["mpxn"], **b),
        {"since": "string?", "supplier": "string?", "network_operator": "string?", "new_tenancy": "boolean?"},
    ),
    Route(
        "PUT", "/coverage/{place}", "SM WAN coverage of a UPRN or post code",
        lambda c, p, b: c.set_coverage(p["place"], **b), {"*": "any"},
    ),
    Route("GET", "/products", "The certified products list", lambda c, _p, _b: c.products()),
    Route(
        "POST", "/products", "Put firmware on the certified products list", lambda c, _p, b: c.list_product(**b),
        {"manufacturer": "string", "model": "string", "firmware_version": "string", "*": "any"},
    ),
    Route(
        "POST", "/thresholds", "A User's own anomaly-detection threshold", lambda c, _p, b: c.set_threshold(**b),
        {"user": "string", "srv": "string", "limit": "integer"},
    ),
    Route("GET", "/quarantine", "Requests that anomaly detection holds", lambda c, _p, _b: c.quarantine()),
    Route(
        "POST", "/quarantine/{reference}/release", "Let a held request be carried out",
        lambda c, p, _b: c.release(p["reference"]),
    ),
    Route(
        "POST", "/quarantine/{reference}/reject", "End a held request with an error",
        lambda c, p, _b: c.reject(p["reference"]),
    ),
    Route(
        "GET", "/inventory/{device}", "The inventory's record of a device",
        lambda c, p, _b: _found(c.inventory(p["device"]), p["device"]),
    ),
    Route(
        "PATCH", "/inventory/{device}", "Give fields of an inventory record new values",
        lambda c, p, b: c.set_inventory(p["device"], **b), {"*": "any"},
    ),
    Route("GET", "/outbox/{user}", "Messages not received yet", lambda c, p, _b: c.outbox(p["user"])),
    Route(
        "POST", "/outbox/{user}/redeliver", "Make held messages due again",
        lambda c, p, _b: {"messages": c.redeliver(p["user"])},
    ),
    Route("POST", "/reset", "Back to the beginning; Users stay", lambda c, _p, b: c.reset(**b), {"seed": "string?"}),
)  # fmt: skip


def _found(record: dict[str, Any] | None, device: str) -> dict[str, Any]:
    if record is None:
        raise LookupError(f"{device} is not in the inventory")
    return record


def openapi() -> dict[str, Any]:
    """The OpenAPI 3.1 document of the control API."""
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        operation: dict[str, Any] = {"summary": route.summary, "responses": {"200": {"description": "done"}}}
        names = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
        if names:
            operation["parameters"] = [
                {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
            ]
        if route.members:
            operation["requestBody"] = {"content": {"application/json": {"schema": _schema(route.members)}}}
            operation["responses"]["400"] = {"description": "an argument cannot be; the answer says why"}
        paths.setdefault(route.path, {})[route.method.lower()] = operation
    paths["/events"] = {
        "get": {
            "summary": "Journal entries as server-sent events, from ?after= (default: new ones only)",
            "responses": {"200": {"description": "a stream", "content": {"text/event-stream": {}}}},
        }
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "uept-harness: control of the simulated DCC", "version": "1"},
        "paths": paths,
    }


def _schema(members: Mapping[str, str]) -> dict[str, Any]:
    named = {name: kind for name, kind in members.items() if name != "*"}
    return {
        "type": "object",
        "properties": {name: {"type": kind.rstrip("?")} for name, kind in named.items()},
        "required": [name for name, kind in named.items() if not kind.endswith("?")],
        "additionalProperties": "*" in members,
    }


def _answer(value: Any, status: int = 200) -> web.Response:
    return web.Response(status=status, body=msgspec.json.encode(value), content_type="application/json")


def make_control_app(control: Control, runtime: Runtime) -> web.Application:
    """The application; it belongs on loopback, since it asks nobody who they are."""
    app = web.Application(client_max_size=_LARGEST_REQUEST)
    for route in ROUTES:
        app.router.add_route(route.method, route.path, partial(_operate, control, route))
    document = openapi()

    async def describe(_request: web.Request) -> web.Response:
        return _answer(document)

    app.router.add_get("/openapi.json", describe)
    app.router.add_get("/events", partial(_stream, runtime))
    return app


async def _operate(control: Control, route: Route, request: web.Request) -> web.Response:
    try:
        body = await _read(request)
        missing = [
            name for name, kind in route.members.items() if name != "*" and not kind.endswith("?") and name not in body
        ]
        unknown = [] if "*" in route.members else sorted(body.keys() - route.members.keys())
        if missing or unknown:
            raise ValueError(
                "; ".join((*(f"{n} is missing" for n in missing), *(f"{n} is not known" for n in unknown)))
            )
        return _answer(route.run(control, request.match_info, body))
    except LookupError as error:
        return _answer({"error": f"not found: {error}"}, 404)
    except (ValueError, TypeError, OverflowError, RecursionError, PeerError) as error:
        return _answer({"error": str(error)}, 400)
    except Blocked as error:
        return _answer({"error": str(error)}, 409)


async def _read(request: web.Request) -> dict[str, Any]:
    data = await request.read()
    if not data:
        return {}
    if request.content_type != "application/json":
        # A web page can make a browser post text to loopback, but not JSON without asking first.
        raise ValueError(f"expected content type application/json, got {request.content_type}")
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
        return _answer({"error": "after is a sequence number"}, 400)
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    loop = asyncio.get_running_loop()
    grown = asyncio.Event()

    def tell(_entries: tuple[Entry, ...]) -> None:
        loop.call_soon_threadsafe(grown.set)

    leave = runtime.journal.subscribe(tell)
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
