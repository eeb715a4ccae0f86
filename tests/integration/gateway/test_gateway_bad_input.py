"""Bad requests over real sockets: each gets a clear answer, and the server goes on serving."""

from __future__ import annotations

import gzip
import select
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from errno import ENOSPC
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from stubs.app import BackgroundDcc
from stubs.events import RequestReceived, RequestRefused
from stubs.journal import verify_chain
from stubs.journal.write_ahead import LogFile
from stubs.smki import Pki
from stubs.wire.errors import Blocked
from tests.dcc_kit import EVERYTHING, Party
from tests.serving_kit import WAIT, Endpoint, a_dcc, connected, happened, home, post, raw, rule_of
from tests.state_picture import is_same_after_replay

# --- bad input ---


@contextmanager
def opened(url: str) -> Iterator[socket.socket]:
    """A connection, in TLS where the server has it, on which nothing was sent yet."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=WAIT) as plain:
        if parts.scheme == "http":
            yield plain
            return
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with context.wrap_socket(plain) as secured:
            yield secured


BOMB = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;">]><a>&c;</a>"""


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b"", "xml"),
        (b"no XML at all", "xml"),
        (b"<sr:Request xmlns:sr='http://www.dccinterface.co.uk/ServiceUserGateway'><sr:Hea", "xml"),
        (b"<a>" * 500 + b"</a>" * 500, "xml"),
        (BOMB, "xml"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "xml"),
        (b"\xff\xfe<\x00a\x00/\x00>\x00", "xml"),
        (b"<a/>", "schema"),
    ],
)
def test_bad_documents_are_refused_with_an_empty_400(dcc: BackgroundDcc, body: bytes, rule: str) -> None:
    status, _, answer = post(dcc.urls.non_device, body)
    assert (status, answer, rule_of(dcc)) == (400, b"", rule)


def test_a_wrong_signature_is_refused(dcc: BackgroundDcc, pki: Pki) -> None:
    request = Party(pki).request("8.2", UPRN="1").replace(b"<sr:UPRN>1<", b"<sr:UPRN>2<")
    assert (post(dcc.urls.non_device, request)[0], rule_of(dcc)) == (400, "signature")


def test_an_unknown_service_reference_variant_is_refused(dcc: BackgroundDcc, pki: Pki) -> None:
    request = Party(pki).request("8.2", UPRN="1").replace(b"Variant>8.2<", b"Variant>8.99<")
    assert (post(dcc.urls.non_device, request)[0], rule_of(dcc)) == (400, "schema")


def test_another_content_type_is_refused(dcc: BackgroundDcc, pki: Pki) -> None:
    request = Party(pki).request("8.2", UPRN="1")
    assert (post(dcc.urls.non_device, request, "text/plain")[0], rule_of(dcc)) == (415, "content-type")


def test_parameters_of_the_content_type_are_allowed(dcc: BackgroundDcc, pki: Pki) -> None:
    home(dcc)
    status, _, _ = post(dcc.urls.non_device, Party(pki).request("12.1", UPRN="1"), "application/xml; charset=utf-8")
    assert status == 200


def test_an_oversized_request_is_refused_unread(pki: Pki, endpoint: Endpoint) -> None:
    with a_dcc(pki, endpoint, max_request_bytes=2000) as dcc:
        status, _, body = post(dcc.urls.non_device, b"<a>" + b"x" * 3000 + b"</a>")
        assert (status, rule_of(dcc)) == (413, "too-large")
        assert b"2000 bytes" in body


def test_a_firmware_sized_request_is_read(dcc: BackgroundDcc) -> None:
    assert post(dcc.urls.non_device, b"<a>" + b"x" * 14_000_000 + b"</a>")[0] == 400
    assert rule_of(dcc) == "schema"


def test_a_slow_body_is_given_up(pki: Pki, endpoint: Endpoint) -> None:
    with (
        a_dcc(pki, endpoint, read_timeout=0.1) as dcc,
        raw(dcc.urls.non_device, "Content-Type: application/xml\r\nContent-Length: 100\r\n", b"<a>") as connection,
    ):
        assert connection.recv(12) == b"HTTP/1.1 408"
        assert rule_of(dcc) == "too-slow"


@pytest.mark.parametrize("server", ["non_device", "smki", "control", "ssi"])
def test_a_head_that_never_ends_is_given_up_and_recorded(pki: Pki, endpoint: Endpoint, server: str) -> None:
    with a_dcc(pki, endpoint, read_timeout=0.2) as dcc, opened(getattr(dcc.urls, server)) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nX: ")
        with suppress(OSError):  # closed while it still sends
            while not select.select([connection], [], [], 0.02)[0]:
                connection.sendall(b"y")  # each octet in time, the head never
        assert connection.recv(12) == b"HTTP/1.1 408"
        assert rule_of(dcc) == "too-slow"
        received = happened(dcc, RequestReceived).event
        assert isinstance(received, RequestReceived)
        assert received.service == ("duis" if server == "non_device" else server)


def test_a_second_head_on_a_connection_is_timed_and_an_idle_connection_is_not(pki: Pki, endpoint: Endpoint) -> None:
    with a_dcc(pki, endpoint, read_timeout=0.1) as dcc, opened(dcc.urls.smki) as connection:
        time.sleep(0.2)
        for _ in range(2):
            connection.sendall(b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n")
            assert connection.recv(4096).startswith(b"HTTP/1.1 404")
            time.sleep(0.2)
        connection.sendall(b"GET /")
        assert connection.recv(4096).startswith(b"HTTP/1.1 408")
        assert connection.recv(1) == b""


def test_a_body_that_breaks_off_leaves_the_server_serving(dcc: BackgroundDcc, pki: Pki) -> None:
    raw(dcc.urls.non_device, "Content-Type: application/xml\r\nContent-Length: 100\r\n", b"<a>").close()
    raw(dcc.urls.non_device, "Content-Length: nonsense\r\n").close()
    home(dcc)
    assert post(dcc.urls.non_device, Party(pki).request("12.1", UPRN="1"))[0] == 200


def test_another_method_is_refused_and_recorded(dcc: BackgroundDcc) -> None:
    with connected(dcc.urls.non_device) as connection:
        connection.request("PUT", urlsplit(dcc.urls.non_device).path, b"<a/>")
        response = connection.getresponse()
        assert (response.status, response.headers["Allow"]) == (405, "POST")
        assert b"expected POST, got PUT" in response.read()
    assert rule_of(dcc) == "method"


def test_another_path_is_refused_and_recorded_with_what_there_is(dcc: BackgroundDcc) -> None:
    status, _, body = post(dcc.urls.non_device + "/", b"<a/>")
    assert (status, rule_of(dcc)) == (404, "no-such-service")
    assert urlsplit(dcc.urls.transform).path.encode() in body


def test_who_only_looks_around_is_not_recorded(dcc: BackgroundDcc) -> None:
    before = dcc.journal.last_seq
    with connected(dcc.urls.non_device) as connection:
        connection.request("GET", "/favicon.ico")
        assert connection.getresponse().status == 404
    assert dcc.journal.last_seq == before


JUNK = {
    "no HTTP": b"\x16\x03\x01 hello\r\n\r\n",
    "a method nobody knows": b"FOO / HTTP/1.1\r\nHost: x\r\n\r\n",
    "another version": b"POST / HTTP/9.9\r\nHost: x\r\n\r\n",
    "a negative length": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n<a/>",
    "length and chunks": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
    "an endless header": b"POST / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20_000 + b"\r\n\r\n",
    "headers without end": b"POST / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
    "a path of control characters": b"POST /\x00\x01 HTTP/1.1\r\nHost: x\r\n\r\n",
}


@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK.keys())
def test_what_is_no_http_is_answered_400_and_leaves_the_server_serving(dcc: BackgroundDcc, junk: bytes) -> None:
    parts = urlsplit(dcc.urls.non_device)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=WAIT) as connection:
        connection.sendall(junk)
        assert connection.recv(12).endswith(b" 400")
    assert rule_of(dcc) == "not-http"
    assert post(dcc.urls.non_device, b"<a/>")[0] == 400
    last = happened(dcc, RequestRefused, 2).event
    assert isinstance(last, RequestRefused)
    assert last.rule == "schema"


def test_rubbish_behind_a_request_spoils_nothing_for_others(dcc: BackgroundDcc, pki: Pki) -> None:
    home(dcc)
    party = Party(pki)
    body = party.request("12.1", UPRN="1")
    head = f"Content-Type: application/xml\r\nContent-Length: {len(body)}\r\n"
    with raw(dcc.urls.non_device, head, body + b"RUBBISH\r\n\r\n") as connection:
        assert connection.recv(5) == b"HTTP/"
    assert post(dcc.urls.non_device, party.request("12.1", UPRN="1"))[0] == 200


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_body_that_cannot_be_unpacked_is_refused(dcc: BackgroundDcc, encoding: str) -> None:
    head = f"Content-Type: application/xml\r\nContent-Encoding: {encoding}\r\nContent-Length: 10\r\n"
    with raw(dcc.urls.non_device, head, b"0123456789") as connection:
        assert connection.recv(12) == b"HTTP/1.1 400"
        assert rule_of(dcc) == "truncated"


def test_a_small_body_that_unpacks_into_a_giant_is_refused(dcc: BackgroundDcc) -> None:
    bomb = gzip.compress(b"<a>" + b"x" * 40_000_000 + b"</a>", 1)
    head = f"Content-Type: application/xml\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n"
    with raw(dcc.urls.non_device, head, bomb) as connection:
        assert connection.recv(12) == b"HTTP/1.1 413"
        assert rule_of(dcc) == "too-large"


def test_an_announced_giant_is_refused_before_it_is_sent(dcc: BackgroundDcc) -> None:
    head = f"Content-Type: application/xml\r\nContent-Length: {10**12}\r\n"
    with raw(dcc.urls.non_device, head) as connection:
        assert connection.recv(12) == b"HTTP/1.1 413"
        assert rule_of(dcc) == "too-large"


def test_idle_connections_keep_nobody_out(dcc: BackgroundDcc, pki: Pki) -> None:
    home(dcc)
    parts = urlsplit(dcc.urls.non_device)
    with ExitStack() as stack:
        for _ in range(200):
            stack.enter_context(socket.create_connection((parts.hostname or "", parts.port or 0), timeout=WAIT))
        assert post(dcc.urls.non_device, Party(pki).request("12.1", UPRN="1"))[0] == 200


def no_room(file: LogFile, offset: int, octets: bytes) -> None:
    raise OSError(ENOSPC, f"no room for {len(octets)} octets at {offset} of {file}")


def test_a_full_disk_refuses_and_changes_nothing_until_there_is_room(
    pki: Pki, endpoint: Endpoint, tmp_path: Path
) -> None:
    with a_dcc(pki, endpoint, state_dir=str(tmp_path)) as dcc:
        devices = home(dcc)
        party = Party(pki)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(LogFile, "write", no_room)
            request = party.request("7.4", devices["esme"], cv=1)
            status, _, answer = post(dcc.urls.send_command, request)
            assert (status, b"Free some space" in answer) == (503, True)
            for _ in range(2):
                assert post(dcc.urls.send_command, party.request("7.4", devices["esme"], cv=1))[0] == 503
            with pytest.raises(Blocked):
                dcc.control.reset()
            assert dcc.control.health()["devices"] == len(EVERYTHING)
            assert is_same_after_replay(dcc)
        party.counter += 1
        assert post(dcc.urls.send_command, request)[0] == 200, "the refused request was not taken"
        rules = [entry.event.rule for entry in dcc.journal.entries() if isinstance(entry.event, RequestRefused)]
        assert rules == ["not-recorded"] * 3
        assert next(dcc.journal.entries(kinds={"JournalStalled"}), None) is not None
        verify_chain(dcc.journal.rows())
        assert is_same_after_replay(dcc)
