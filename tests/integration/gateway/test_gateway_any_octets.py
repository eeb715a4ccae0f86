"""Any octets in head, path and body: nothing happens outside the journal, and the journal replays to the same state."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from stubs.app import BackgroundDcc
from stubs.events import RequestAccepted, RequestReceived, RequestRefused
from stubs.smki import Pki
from tests.dcc_kit import Party
from tests.serving_kit import WAIT, happened, home
from tests.state_picture import is_same_after_replay

SURROGATE = b"application/xml; x=\xff"


def exchange(dcc: BackgroundDcc, head: bytes, body: bytes, path: bytes = b"", method: bytes = b"POST") -> bytes:
    """The answer to octets sent as they are; the client ends its side, so that the server never waits."""
    parts = urlsplit(dcc.urls.send_command)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=WAIT) as connection:
        connection.sendall(
            b"%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\nContent-Length: %d\r\n\r\n%s"
            % (method, path or parts.path.encode(), head, len(body), body)
        )
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_a_valid_request_with_octets_that_are_no_text_is_recorded_and_executed_once(
    dcc: BackgroundDcc, pki: Pki
) -> None:
    devices = home(dcc)
    request = Party(pki).request("7.4", devices["esme"], cv=1)
    answers = [exchange(dcc, b"Content-Type: " + SURROGATE, request) for _ in range(2)]
    assert answers[0].startswith(b"HTTP/1.1 200")
    received = happened(dcc, RequestReceived).event
    assert isinstance(received, RequestReceived)
    assert (received.content_type, received.body) == ("application/xml; x=\\xff", request)
    accepted = list(dcc.journal.entries(kinds={"RequestAccepted"}))
    refused = [entry.event for entry in dcc.journal.entries(kinds={"RequestRefused"})]
    assert len(accepted) == 1
    assert [one.rule for one in refused if isinstance(one, RequestRefused)] == ["replayed-request"]
    assert is_same_after_replay(dcc)


NO_LINE_END = st.binary(max_size=30).map(lambda octets: octets.translate(None, b"\r\n"))


@given(
    name=st.sampled_from([b"Content-Type", b"User-Agent", b"Content-Encoding", b"X"]),
    value=NO_LINE_END,
    path=st.one_of(st.just(b""), NO_LINE_END.map(lambda octets: b"/" + octets.translate(None, b" "))),
    method=st.sampled_from([b"POST", b"PUT", b"P\xffST"]),
    body=st.binary(max_size=60),
    is_sound=st.booleans(),
)
@example(name=b"Content-Type", value=SURROGATE, path=b"", method=b"POST", body=b"\xff", is_sound=True)
@example(name=b"X", value=b"", path=b"/\xff\xed\xa0\x80", method=b"POST", body=b"", is_sound=False)
@example(name=b"X", value=b"", path=b"/%FF%ED%A0%80?\xff", method=b"POST", body=b"", is_sound=False)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_octets_are_answered_and_what_was_folded_is_recorded(
    dcc: BackgroundDcc, pki: Pki, name: bytes, value: bytes, path: bytes, method: bytes, body: bytes, is_sound: bool
) -> None:
    document = Party(pki, counter=dcc.journal.last_seq + 10_000).request("12.1", UPRN="1") if is_sound else body
    before = dcc.journal.last_seq
    answer = exchange(dcc, name + b": " + value, document, path, method)
    assert answer.startswith(b"HTTP/1.")
    assert not answer.startswith(b"HTTP/1.1 500"), answer
    kinds = [type(entry.event) for entry in dcc.journal.entries(before)]
    assert kinds.count(RequestReceived) >= kinds.count(RequestAccepted)
    assert is_same_after_replay(dcc)
