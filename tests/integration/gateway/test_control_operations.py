"""Registrations, coverage, products, limits, held requests and hand-held terminals, over the control API."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stubs.app import BackgroundDcc, authorisation
from stubs.events import MessageDelivered
from stubs.wire.duis import LocalCommand, ServiceResponse
from stubs.wire.eui64 import Eui64
from tests.dcc_kit import OTHER_SUPPLIER, SUPPLIER, Party, response_of
from tests.serving_kit import Endpoint, a_dcc, connected, happened, post


def ask(dcc: BackgroundDcc, method: str, path: str, body: Any = None) -> Any:
    """A successful operation's answer."""
    with connected(dcc.urls.control) as connection:
        data = json.dumps(body).encode() if body is not None else None
        connection.request(method, path, data, authorisation(dcc.control_token))
        response = connection.getresponse()
        answer = json.loads(response.read())
        assert response.status == 200, answer
        return answer


def made(dcc: BackgroundDcc) -> dict[str, Any]:
    devices = [{"name": "chf", "type": "CHF"}, {"name": "esme", "type": "ESME"}, {"name": "ppmid", "type": "PPMID"}]
    found: dict[str, Any] = ask(dcc, "POST", "/premises", {"name": "home", "devices": devices})
    return found


def test_registrations_change_now_and_later(dcc: BackgroundDcc) -> None:
    mpan = made(dcc)["mpan"]
    later = "2026-02-01T00:00:00+00:00"
    changed = ask(dcc, "PATCH", f"/meter-points/{mpan}", {"since": later, "supplier": OTHER_SUPPLIER})
    assert (changed["supplier"], changed["coming"][0]["supplier"]) == (SUPPLIER, OTHER_SUPPLIER)
    assert ask(dcc, "PATCH", f"/meter-points/{mpan}", {"new_tenancy": True})["tenancies"]
    new = ask(dcc, "POST", "/meter-points", {"mpxn": "1200000000001", "supplier": SUPPLIER, "uprn": "1"})
    assert ask(dcc, "GET", "/meter-points/1200000000001") == new


def test_coverage_and_products_are_set(dcc: BackgroundDcc) -> None:
    ask(dcc, "PUT", "/coverage/AB123CD", {"CoverageAvailability": False})
    assert dcc.control.inventory(SUPPLIER) is None
    product = {"manufacturer": "UEPT", "model": "ESME-1", "firmware_version": "0A02", "hash": "00" * 32}
    ask(dcc, "POST", "/products", product)
    assert ask(dcc, "GET", "/products")[0]["hash"] == "00" * 32


@pytest.mark.parametrize("verb", ["release", "reject"])
def test_a_held_request_is_released_or_rejected(dcc: BackgroundDcc, verb: str) -> None:
    meter = made(dcc)["devices"]["esme"]
    ask(dcc, "POST", "/thresholds", {"user": SUPPLIER, "srv": "7.4", "limit": 0})
    assert post(dcc.urls.send_command, Party(dcc.pki).request("7.4", meter))[0] == 200
    (held,) = ask(dcc, "GET", "/quarantine")
    assert (held["srv"], ask(dcc, "GET", "/health")["quarantine"]) == ("7.4", 1)
    ask(dcc, "POST", f"/quarantine/{held['reference']}/{verb}")
    happened(dcc, MessageDelivered, 2)
    assert ask(dcc, "GET", "/quarantine") == []


def test_a_hand_held_terminal_takes_a_local_command_to_the_meter(dcc: BackgroundDcc) -> None:
    meter = made(dcc)["devices"]["esme"]
    body = response_of(post(dcc.urls.non_device, Party(dcc.pki).request("7.4", meter, cv=2))[2]).body
    assert isinstance(body, ServiceResponse)
    assert isinstance(body.result, LocalCommand)
    command = body.result.gbcs_payload.hex()
    answer = ask(dcc, "POST", f"/devices/{meter}/commands", {"command": command})
    assert answer["refused"] is None
    assert answer["response"].startswith("DD")


def test_things_happen_to_devices_and_alerts_take_any_shape(dcc: BackgroundDcc) -> None:
    devices = made(dcc)["devices"]
    assert ask(dcc, "POST", f"/devices/{devices['esme']}/occurrences", {"what": "tamper"})["messages"]
    smets1 = {"user": SUPPLIER, "device": devices["esme"], "srv": "4.1.1"}
    assert ask(dcc, "POST", "/alerts/smets1", smets1)["message"]
    shaped = {"code": "N43", "user": SUPPLIER, "structure": "PPMIDRemoval"}
    assert ask(dcc, "POST", "/alerts/dcc", shaped)["message"]
    assert ask(dcc, "GET", f"/devices/{devices['esme']}/schedules") == []


def test_bodies_beyond_the_limit_are_read_from_the_journal_when_delivered(dcc: BackgroundDcc) -> None:
    endpoint = Endpoint()  # down: nothing is delivered yet
    endpoint.up()
    endpoint.down()
    with a_dcc(dcc.pki, endpoint, outbox_bytes=0, delivery_retries=(0.01,) * 500) as small:
        sent = [small.control.raise_dcc_alert("N1", SUPPLIER) for _ in range(3)]
        waiting = small.control._dcc.state.outbox.waiting.get(Eui64.parse(SUPPLIER), {})
        assert [message.body for message in waiting.values()] == [None] * len(sent)
        endpoint.up()
        happened(small, MessageDelivered, 3)
        endpoint.down()
    assert len(endpoint.received) == 3
    assert all(b"DCCAlertMessage" in body for body in endpoint.received)
