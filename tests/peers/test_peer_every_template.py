"""Every public request template, built, signed, sent and answered with the public client's packages and stock keys.

Origin: npm packages of the DCC (GPL-3.0), run as programs of their own, see ``public_tools``; nothing of them is kept here.
npm lacks the client's GBCS parser and signer: our codec stands in for both, given exactly the keys that the stock
client's name filter leaves of the key store as shipped, and tshark reads every payload a second time.
"""

from __future__ import annotations

import base64
import queue
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from stubs.dcc.simulation.premises_spec import read_file
from stubs.smki import Pki
from stubs.wire.certificates import Certificate
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.crypto import sign as sign_gbcs
from stubs.wire.gbcs.envelope import Group, Message
from stubs.wire.gbcs.use_cases import read_response
from stubs.wire.gbcs.view import Check, Field, ViewKeys, describe
from tests.bench.serving import Served, served
from tests.peers import tshark
from tests.peers.pipeline import Inbox, Packages, StockKeys, post
from tests.peers.public_tools import PublicTools, Unavailable

pytestmark = [pytest.mark.peer, pytest.mark.timeout(400)]

SET = "template-identities"
ACB = Eui64.parse("90-B3-D5-1F-30-00-00-02")
SIGNED, NON_DEVICE = 5, 8
SERVICES = {
    "Transform Service": "transform",
    "Send Command Service": "send_command",
    "Non-Device Service": "non_device",
}
"""Web services as the client's packages name them, and ours."""
REPLACEMENTS = {"6.15.1", "6.21", "8.5"}
"""Services that replace certificates; 6.23 is answered, but its templates bring another party's certificates."""
SETTINGS = """
[dcc]
device_latency = 0
eligible_roles = { "8.5" = ["IS"], "8.6" = ["IS"] }
"""
LOADABLE = 269
"""Of the 297 templates of release 0.7.0, as its own loader counts."""
CANNOT_BE_SENT = {
    "90-B3-D5-1F-30-01-00-08": "the key store has no XML signing key of the load controller",
    "90-B3-D5-1F-30-03-00-00": "the key store has no XML signing key of the second supplier",
    "90-B3-D5-1F-30-00-00-02": "the DCC's own broker is no User",
}
"""Originators whose templates cannot be sent with the stock key store, and why."""


@dataclass
class Trip:
    """One template on its way: how far it came."""

    name: str
    srv: str
    code: str = ""
    """The last response code, or why there is none."""
    payloads: list[bytes] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    is_protected: bool = False
    """A MAC or signature of the answer was checked, and agrees."""


@pytest.fixture(scope="module")
def packages(public_tools: PublicTools) -> Iterator[Packages]:
    try:
        running = Packages(public_tools)
    except Unavailable as reason:
        pytest.skip(str(reason))
    yield running
    running.close()


@pytest.fixture(scope="module")
def inbox(packages: Packages) -> Iterator[Inbox]:
    running = Inbox(packages)
    yield running
    running.close()


@pytest.fixture(scope="module")
def dcc(public_tools: PublicTools, inbox: Inbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    settings = tmp_path_factory.mktemp("settings") / "uept.toml"
    settings.write_text(SETTINGS)
    flags = ("--pki", str(public_tools.keystore), "--receive-url", inbox.url, "--premises", SET)
    with served("--settings", str(settings), *flags) as running:
        yield running


class Client:
    """The stock client at work."""

    def __init__(self, packages: Packages, inbox: Inbox, dcc: Served, keys: StockKeys) -> None:
        self._packages, self._inbox, self._dcc, self._keys = packages, inbox, dcc, keys
        self._view: ViewKeys = keys.view(ACB)

    def begin_again(self) -> None:
        """The premises as they were, for the next template."""
        self._dcc.control("/reset", {})
        wanted = read_file(SET)
        for point in wanted.meter_points:
            self._dcc.control("/meter-points", msgspec.to_builtins(point))
        for one in wanted.premises:
            self._dcc.control("/premises", msgspec.to_builtins(one))
        while not self._inbox.messages.empty():
            self._inbox.messages.get_nowait()

    def send(self, trip: Trip, variant: int, service: str) -> None:
        """Send it, both steps of a critical one, and read what comes."""
        answer = self._exchange(trip, variant, "sign", service)
        if answer is None:
            return
        message = answer["body"].get("ResponseMessage", {})
        if "PreCommand" in message:
            answer = self._second_step(trip, answer, message["PreCommand"]["GBCSPayload"])
            if answer is None:
                return
        if trip.code == "I99" and variant != NON_DEVICE:
            self._callback(trip, answer["header"]["requestId"])

    def _second_step(self, trip: Trip, answer: dict[str, Any], payload: str) -> dict[str, Any] | None:
        group = Group.from_bytes(base64.b64decode(payload, validate=True))
        key = self._keys.private[group.originator, "DS"]
        signed = base64.b64encode(sign_gbcs(group, key).to_bytes()).decode()
        counter = answer["header"]["requestId"]["counter"]
        return self._exchange(trip, SIGNED, "preserve", "send_command", payload=signed, counter=counter)

    def _exchange(self, trip: Trip, variant: int, how: str, service: str, **more: str) -> dict[str, Any] | None:
        document = self._packages.ask("build", name=trip.name, variant=variant, **more)
        code, signed = self._packages.tool(how, document.encode())
        if code != "SUCCESS":
            trip.problems.append(f"not signed: {signed.decode()[-200:]}")
            return None
        status, body = post(self._dcc.urls[service], signed)
        read = self._read(trip, body) if status == 200 and body else None
        if read is None:
            trip.problems.append(f"HTTP {status}")
            return None
        trip.code = read["header"]["responseCode"]
        return read

    def _read(self, trip: Trip, document: bytes) -> dict[str, Any] | None:
        code, said = self._packages.tool("validate", document)
        if code != "SUCCESS":
            trip.problems.append(f"not valid: {said.decode()[-300:]}")
            return None
        read: dict[str, Any] = self._packages.ask("parse", xml=said.decode())
        return read

    def _callback(self, trip: Trip, asked: dict[str, str]) -> None:
        """Messages until the response to the request; alerts may come before."""
        while True:
            try:
                document = self._inbox.messages.get(timeout=60)
            except queue.Empty:
                trip.problems.append("no callback")
                return
            read = self._read(trip, document)
            if read is None:
                return
            if read["header"].get("requestId") == asked:
                trip.code = read["header"]["responseCode"]
                payload = _payload(read["body"])
                if payload is not None:
                    self._check(trip, payload)
                return

    def _check(self, trip: Trip, payload: bytes) -> None:
        trip.payloads.append(payload)
        checks = Counter(one.check for one in _flat(describe(payload, self._view)) if one.name in {"MAC", "signature"})
        trip.is_protected = checks[Check.AGREES] > 0
        if not trip.is_protected or checks[Check.DIFFERS]:
            trip.problems.append(f"protection: {dict(checks)}")


def _payload(body: Any) -> bytes | None:
    """The GBCS payload anywhere in a parsed body."""
    if isinstance(body, dict):
        if isinstance(text := body.get("GBCSPayload"), str):
            return base64.b64decode(text, validate=True)
        return next((found for inner in body.values() if (found := _payload(inner)) is not None), None)
    return None


def _flat(fields: tuple[Field, ...]) -> Iterator[Field]:
    for one in fields:
        yield one
        yield from _flat(one.children)


def test_every_template_is_answered_and_its_protection_agrees_with_the_stock_keys(
    packages: Packages, inbox: Inbox, dcc: Served, public_tools: PublicTools, public_pki: Pki,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    templates = packages.ask("load")
    keys = StockKeys.of(public_tools.keystore)
    euis = [device.eui.replace("-", "").lower() for one in read_file(SET).premises for device in one.devices]
    for der in packages.ask("certificates", address=dcc.urls["smki"], euis=euis):
        keys.add(Certificate.from_der(base64.b64decode(der)))
    client = Client(packages, inbox, dcc, keys)
    trips, left_out = [], Counter[str]()
    for template in templates:
        originator = template["originator"].upper()
        if originator in CANNOT_BE_SENT:
            left_out[f"{originator}: {CANNOT_BE_SENT[originator]}"] += 1
            continue
        trip = Trip(template["name"], template["srv"])
        client.begin_again()
        client.send(trip, template["variant"], SERVICES[template["webService"]])
        trips.append(trip)
    report(capsys, trips, left_out)
    assert len(templates) == LOADABLE
    assert sum(left_out.values()) == 6
    assert [(trip.name, trip.problems) for trip in trips if trip.problems] == []
    assert all(trip.code for trip in trips)
    outcomes = [outcome for trip in trips if trip.srv in REPLACEMENTS for outcome in _replacements(trip)]
    assert len(outcomes) > len(REPLACEMENTS)
    assert {outcome["StatusCode"] for outcome in outcomes} == {0}, outcomes
    if tshark.is_here():
        read = tshark.dissect([payload for trip in trips for payload in trip.payloads])
        assert len(read) == sum(len(trip.payloads) for trip in trips)


def _replacements(trip: Trip) -> Iterator[dict[str, Any]]:
    """What became of each certificate that the template brought."""
    for payload in trip.payloads:
        group = Message.from_bytes(payload).group
        values = read_response(group.other.message_code, group.content)
        yield from values.get("ExecutionOutcome", {}).get("ReplacementOutcome", ())


def report(capsys: pytest.CaptureFixture[str], trips: list[Trip], left_out: Counter[str]) -> None:
    """What the run found, in the output of CI."""
    answered = [trip for trip in trips if trip.code]
    codes = Counter(trip.code for trip in answered)
    with capsys.disabled():
        print(  # noqa: T201 - the count belongs to the output of CI
            f"\npublic templates: {len(trips) + sum(left_out.values())} loaded, {len(trips)} sent, "
            f"{len(answered)} answered ({', '.join(f'{code} {number}' for code, number in codes.most_common())}), "
            f"{sum(trip.is_protected for trip in trips)} of {sum(len(trip.payloads) for trip in trips)} callbacks "
            f"protected with the stock keys, {sum(bool(trip.problems) for trip in trips)} with problems; "
            f"left out: {'; '.join(f'{number} of {why}' for why, number in left_out.items())}"
        )
