"""The control API over real sockets."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from stubs.app import BackgroundDcc, authorisation, background_dcc
from stubs.clock import SystemClock
from stubs.events import (
    Entry,
    MessageQueued,
)
from stubs.smki import Pki
from stubs.wire.duis import GbcsPayload, ServiceResponse
from stubs.wire.errors import Blocked
from stubs.wire.gbcs.envelope import Message
from tests.dcc_kit import EVERYTHING, SUPPLIER, Party, response_of
from tests.serving_kit import FREE, connected, happened, home, post

# --- the control API ---


def ask(dcc: BackgroundDcc, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    with connected(dcc.urls.control) as connection:
        data = json.dumps(body).encode() if body is not None else None
        connection.request(method, path, data, authorisation(dcc.control_token))
        response = connection.getresponse()
        return response.status, json.loads(response.read())


def test_everything_can_be_done_over_http(dcc: BackgroundDcc) -> None:
    status, premises = ask(dcc, "POST", "/premises", {"name": "home", "devices": list(EVERYTHING)})
    assert status == 200
    meter = premises["devices"]["esme"]
    assert ask(dcc, "GET", f"/devices/{meter}")[1]["device_type"] == "ESME"
    assert ask(dcc, "PATCH", f"/devices/{meter}", {"reachable": False})[1]["reachable"] is False
    assert ask(dcc, "PATCH", f"/inventory/{meter}", {"DeviceStatus": "Suspended"})[0] == 200
    assert ask(dcc, "GET", f"/inventory/{meter}")[1]["DeviceStatus"] == "Suspended"
    user = {"user": SUPPLIER, "party": "A", "roles": ["IS"], "receive_url": "http://127.0.0.1:1/"}
    assert ask(dcc, "POST", "/users", user)[1]["roles"] == ["IS"]
    assert len(ask(dcc, "GET", "/users")[1]) == 4
    fault = ask(dcc, "POST", "/faults", {"point": "answer", "effect": "drop"})[1]["fault"]
    assert len(ask(dcc, "GET", "/faults")[1]) == 1
    assert ask(dcc, "DELETE", f"/faults/{fault}")[0] == 200
    alert = {"device": meter, "code": "8F3F"}
    assert ask(dcc, "POST", "/alerts/device", alert)[1]["message"] == ""  # it waits with the device
    assert ask(dcc, "PATCH", f"/devices/{meter}", {"reachable": True})[1]["unsent"] == []
    assert ask(dcc, "POST", "/alerts/device", alert)[1]["message"]
    assert ask(dcc, "POST", "/alerts/dcc", {"code": "N999", "user": SUPPLIER})[1]["message"]
    assert ask(dcc, "POST", "/clock/rate", {"rate": 0})[0] == 200
    before = ask(dcc, "GET", "/clock")[1]["now"]
    assert ask(dcc, "POST", "/clock/advance", {"seconds": 60})[1]["now"] > before
    assert ask(dcc, "POST", "/clock/jump")[0] == 200
    assert ask(dcc, "GET", f"/outbox/{SUPPLIER}")[0] == 200
    assert ask(dcc, "POST", f"/outbox/{SUPPLIER}/redeliver")[0] == 200
    assert ask(dcc, "POST", "/reset", {"seed": "other"})[0] == 200
    assert ask(dcc, "GET", "/health")[1]["devices"] == 0


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "says"),
    [
        ("POST", "/faults", {"point": "answer"}, 400, "effect is missing"),
        ("POST", "/users", {"user": "x", "party": "", "roles": []}, 400, "EUI-64"),
        ("POST", "/clock/advance", {"seconds": -1}, 400, "forward"),
        ("POST", "/clock/advance", {"minutes": 1, "seconds": 1}, 400, "minutes is not known"),
        ("GET", "/devices/DE-51-CE-00-00-00-00-01", None, 404, "DE-51-CE"),
        ("GET", "/inventory/DE-51-CE-00-00-00-00-01", None, 404, "not in the inventory"),
        ("POST", "/reset", [], 400, "object"),
        ("POST", "/clock/advance", {"seconds": 1e308}, 400, "int too large"),
        ("POST", "/clock/advance", {"seconds": 1e10}, 400, "2100"),
        ("POST", "/clock/rate", {"rate": 1e300}, 400, "rate must be"),
    ],
)
def test_wrong_operations_are_refused_with_a_reason(
    dcc: BackgroundDcc, method: str, path: str, body: Any, status: int, says: str
) -> None:
    found, answer = ask(dcc, method, path, body)
    assert (found, says in answer["error"]) == (status, True), answer


def test_a_body_nested_without_end_is_refused(dcc: BackgroundDcc) -> None:
    with connected(dcc.urls.control) as connection:
        connection.request("POST", "/premises", b"[" * 100_000, authorisation(dcc.control_token))
        assert connection.getresponse().status == 400
    assert ask(dcc, "GET", "/health")[0] == 200


def test_a_web_page_cannot_operate_it_with_a_plain_form(dcc: BackgroundDcc) -> None:
    status, _, body = post(f"{dcc.urls.control}/reset", b"{}", "text/plain")
    assert (status, b"application/json" in body) == (400, True)


def test_the_machines_clock_cannot_be_moved(pki: Pki) -> None:
    with background_dcc(FREE, SystemClock(), pki) as dcc, pytest.raises(Blocked, match="virtual clock"):
        dcc.control.advance_clock(1)


def test_without_a_clock_of_ones_own_there_is_one_that_can_be_moved(pki: Pki) -> None:
    now = SystemClock().now()
    with background_dcc(FREE, None, pki) as dcc:
        assert abs(datetime.fromisoformat(dcc.control.now()) - now) < timedelta(seconds=30)
        assert datetime.fromisoformat(dcc.control.advance_clock(86400)) - now > timedelta(hours=23)


def test_a_restart_goes_on_where_the_clock_was(pki: Pki, tmp_path: Path) -> None:
    settings = msgspec.structs.replace(FREE, state_dir=str(tmp_path))
    with background_dcc(settings, None, pki) as dcc:
        then = dcc.control.advance_clock(30 * 86400)
    with background_dcc(settings, None, pki) as dcc:
        assert dcc.control.now() >= then
        assert dcc.journal.last_at is not None


def test_the_openapi_document_names_every_operation(dcc: BackgroundDcc) -> None:
    _, document = ask(dcc, "GET", "/openapi.json")
    assert document["openapi"].startswith("3.1")
    assert {"/premises", "/faults/{fault}", "/events", "/health"} <= document["paths"].keys()


def test_events_are_streamed_as_they_happen(dcc: BackgroundDcc) -> None:
    with connected(dcc.urls.control) as connection:
        connection.request("GET", "/events?after=0")
        response = connection.getresponse()
        lines = [response.readline() for _ in range(3)]
        assert lines[0] == b"id: 1\n"
        assert lines[1] == b"event: UserRegistered\n"
        entry = msgspec.json.decode(lines[2].removeprefix(b"data: "), type=Entry)
        assert entry.seq == 1
        dcc.control.set_fault({"point": "answer", "effect": "drop"})
        while (line := response.readline()) != b"event: FaultSet\n":
            assert line


def test_time_passes_step_by_step_when_it_is_moved(dcc: BackgroundDcc, pki: Pki) -> None:
    device = home(dcc)["esme"]
    dcc.control.set_rate(0)
    later = "2026-01-15T12:00:00Z"
    post(dcc.urls.send_command, Party(pki).request("4.1.1", device, ExecutionDateTime=later))
    dcc.control.advance_clock(3 * 3600)
    queued = happened(dcc, MessageQueued)
    assert queued.at.isoformat().startswith("2026-01-15T12:00:00")
    assert isinstance(queued.event, MessageQueued)
    body = response_of(queued.event.body).body
    assert isinstance(body, ServiceResponse)
    assert isinstance(body.result, GbcsPayload)
    assert Message.from_bytes(body.result.payload).mac is not None
