"""Messages between a front process and the core: whole however the octets come; the core checks a front's finding."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.load import Service, Srv, service_requests
from stubs.dcc import CheckedRequest, RequestChecker
from stubs.gateway.fronts.channel import Channel
from stubs.gateway.fronts.messages import FromFront, Handle, Message, Ready, RefusedUnread, told
from stubs.gateway.fronts.session import Session
from stubs.settings import DccSettings
from stubs.smki import Pki
from stubs.wire.certificates import CertificateIndex
from stubs.wire.xml import SR
from tests.dcc_kit import Party

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
SENT: st.SearchStrategy[Message] = st.one_of(
    st.just(Ready()),
    st.builds(RefusedUnread, TEXT, TEXT, TEXT, TEXT),
    st.builds(
        Handle, st.integers(0, 2**63), st.sampled_from(Service), TEXT, TEXT, st.binary(max_size=300), st.none(),
        st.lists(st.integers(0, 9)).map(tuple),
    ),
)  # fmt: skip


@given(st.lists(SENT, max_size=8), st.data())
def test_messages_arrive_whole_and_in_order_however_the_octets_are_cut(
    sent: list[Message], data: st.DataObject
) -> None:
    async def run() -> list[Message]:
        arrived: list[Message] = []
        channel = Channel[FromFront](msgspec.msgpack.Decoder(FromFront), arrived.append, lambda: None)
        octets = b"".join(
            len(frame).to_bytes(4, "big") + frame for frame in (msgspec.msgpack.encode(message) for message in sent)
        )
        while octets:
            cut = data.draw(st.integers(1, len(octets)))
            channel.data_received(octets[:cut])
            octets = octets[cut:]
        return arrived

    assert asyncio.run(run()) == sent


@pytest.mark.parametrize("is_known", [True, False])
def test_a_finding_counts_while_the_core_knows_the_signer_as_the_front_did(pki: Pki, is_known: bool) -> None:
    body = Party(pki).request("12.1", UPRN="1")
    found = RequestChecker(DccSettings(), pki.certificates).check(body, "application/xml")
    assert found is not None
    certificates = tuple(pki.certificates)
    checked = told(found, certificates.index(found.certificate))
    taken: list[CheckedRequest | None] = []

    def handle(*given: Any) -> None:
        taken.append(given[-1])

    now_known = (
        pki.certificates if is_known else CertificateIndex(one for one in certificates if one != found.certificate)
    )
    dcc = SimpleNamespace(pki=SimpleNamespace(certificates=now_known), handle=handle)
    runtime: Any = SimpleNamespace(dcc=dcc, decide=lambda decide, _done: decide(None))

    async def run() -> None:
        session = Session(runtime, certificates, lambda _message: None)
        session.received(Handle(1, Service.NON_DEVICE, "application/xml", "peer", body, checked))

    asyncio.run(run())
    assert taken == [found if is_known else None]


def test_a_front_leaves_a_service_that_the_core_does_not_simulate_to_the_core(pki: Pki) -> None:
    body = Party(pki).request("12.1", UPRN="1")
    row = service_requests()[Srv("12.1")]
    others = {f"{{{SR}}}{row.request_element}": row.srv}
    assert RequestChecker(DccSettings(), pki.certificates, {}).check(body, "application/xml") is not None
    assert RequestChecker(DccSettings(), pki.certificates, others).check(body, "application/xml") is None


def test_a_front_loads_nothing_of_what_decides_or_carries_out() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import sys, stubs.gateway.fronts.process; print(*sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
    )
    rooms = {".".join(name.split(".")[:2]) for name in told.stdout.split() if name.startswith("stubs.")}
    assert rooms == {
        "stubs.dcc", "stubs.events", "stubs.findings", "stubs.gateway", "stubs.http_runner", "stubs.recording",
        "stubs.settings", "stubs.wire",
    }  # fmt: skip
    assert {"stubs.dcc.core", "stubs.dcc.context", "stubs.wire.gbcs", "sqlite3"}.isdisjoint(told.stdout.split())
