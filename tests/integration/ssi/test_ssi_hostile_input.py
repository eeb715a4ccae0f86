"""The self-service pages against any octets, guesses at pass phrases, and rights that end."""

from __future__ import annotations

import socket
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from stubs.events import SignInLocked
from stubs.ssi.guesses import FREE, LOCK, LOCKED_AFTER, Guesses
from stubs.ssi.sessions import Sessions
from stubs.ssi.settings import SsiSettings
from stubs.ssi.sources import SsiUser
from tests.integration.ssi.conftest import START, SUPPLIER, client_context

WITHOUT_LINE_ENDS = st.binary(max_size=30).map(lambda octets: octets.translate(None, b"\r\n"))


def status(url: str, method: bytes, path: bytes, headers: bytes, body: bytes) -> int:
    parts = urlsplit(url)
    with (
        socket.create_connection((parts.hostname or "", parts.port or 0), timeout=30) as plain,
        client_context().wrap_socket(plain, server_hostname=parts.hostname) as connection,
    ):
        connection.sendall(
            b"%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%sContent-Length: %d\r\n\r\n%s"
            % (method, path, headers, len(body), body)
        )
        return int(connection.recv(65536).split(b" ")[1])


FORM = b"application/x-www-form-urlencoded"


@given(
    path=st.sampled_from([b"/", b"/sign-in", b"/sign-out", b"/inventory", b"/audit", b"/audit/x1", b"/inventory/%FF", b"/%00"]),
    query=WITHOUT_LINE_ENDS.map(lambda octets: octets.translate(None, b" #")),
    content_type=st.one_of(st.just(FORM), WITHOUT_LINE_ENDS, WITHOUT_LINE_ENDS.map(lambda text: FORM + b"; charset=" + text)),
    cookie=WITHOUT_LINE_ENDS,
    body=st.binary(max_size=60) | st.binary(max_size=20).map(lambda octets: b"person=a&csrf=" + octets),
    is_posted=st.booleans(),
)  # fmt: skip
@example(b"/sign-in", b"", FORM, b"ssi_form=" + b"a" * 32, b"csrf=%C3%A9&person=a&pass_phrase=b&role=IS", True)
@example(b"/sign-in", b"", FORM + b"; charset=bogus", b"", b"csrf=a", True)
@example(b"/sign-in", b"", FORM + b"; charset=utf-16", b"", b"csrf=a", True)
@example(b"/sign-in", b"", FORM, b"", b"csrf=%ED%B3%BF&\xff=\xff", True)
@example(b"/inventory", b"UPRN=%ED%B3%BF&%FF=\xff", FORM, b"ssi_session=\xff", b"", False)
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_octets_end_in_an_error_of_ours(
    world: Any, path: bytes, query: bytes, content_type: bytes, cookie: bytes, body: bytes, is_posted: bool
) -> None:
    headers = b"Content-Type: " + content_type + b"\r\nCookie: " + cookie + b"\r\n"
    answered = status(world.url, b"POST" if is_posted else b"GET", path + b"?" + query, headers, body)
    assert answered < 500


@given(query=st.text(max_size=20), octets=st.binary(min_size=1, max_size=6))
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_whoever_is_signed_in_may_ask_for_anything(supplier: Any, query: str, octets: bytes) -> None:
    for page in ("inventory", "audit"):
        assert supplier.get(f"/{page}", q=query, UPRN=query, **{"from": query}).status < 500
        assert supplier.get(f"/{page}/{quote(octets, safe='')}").status < 500


def test_guesses_are_slowed_then_locked_for_a_while_and_recorded(world: Any, visitor: Any) -> None:
    world.clock.set_rate(0)
    for guess in range(FREE + 1):
        assert "is not right" in visitor.sign_in(pass_phrase=f"guess {guess}").text
    assert "too many wrong guesses" in visitor.sign_in().text, "the right one has to wait too"
    assert visitor.sign_in(user="A0-B1-C2-D3-E4-03-00-00").status == 303, "other names do not"
    for guess in range(FREE + 1, LOCKED_AFTER):
        world.clock.advance(timedelta(seconds=2 ** (guess - FREE)))
        assert "is not right" in visitor.sign_in(pass_phrase=f"guess {guess}").text
    (locked,) = [entry.event for entry in world.journal.entries() if isinstance(entry.event, SignInLocked)]
    assert locked.until == world.clock.now() + LOCK
    assert "too many wrong guesses" in visitor.sign_in().text
    world.clock.advance(LOCK)
    assert visitor.sign_in().status == 303


def test_a_name_that_nobody_has_is_slowed_like_any_other() -> None:
    guesses = Guesses()
    found = [guesses.wrong("nobody", START) for _ in range(LOCKED_AFTER)]
    assert [each is not None for each in found] == [False] * (LOCKED_AFTER - 1) + [True]
    assert guesses.wait_until(" NOBODY ", START) == START + LOCK


def test_a_session_ends_when_its_right_ends() -> None:
    sessions = Sessions(SsiSettings(), b"s" * 32)
    users = [SsiUser(SUPPLIER, "A", ("IS", "GS"))]
    for remaining in ([], [SsiUser(SUPPLIER, "A", ("GS",))]):
        signed = sessions.sign_in(users, "tester-a0b1c2d3e4010000", "uept rehearsal", "IS", START)
        assert isinstance(signed, tuple)
        sessions.end_without_right(signed[0], users)
        assert sessions.viewer(signed[0], START) is not None
        sessions.end_without_right(signed[0], remaining)
        assert sessions.viewer(signed[0], START) is None
