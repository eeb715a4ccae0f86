"""Of two rules of the HTTP edge that one POST breaks, the first of the catalogue answers: every pair, over a socket."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from itertools import combinations
from typing import NamedTuple

import pytest

from schemas.load import gateway_rules
from stubs.app import BackgroundDcc
from stubs.smki import Pki
from tests.serving_kit import WAIT, Endpoint, a_dcc, raw, rule_of

LIMIT = 4096
ORDER = [rule for rule, row in gateway_rules().items() if row.order <= gateway_rules()["xml"].order]


class Sent(NamedTuple):
    """One POST; it announces ``length`` octets, or as many as the body has when these are more."""

    path: str = ""
    method: str = "POST"
    content_type: str = "application/xml"
    headers: str = ""
    length: int = 4
    body: bytes = b"<a/>"


BROKEN: Mapping[str, Mapping[str, object]] = {
    "no-such-service": {"path": "/nowhere"},
    "method": {"method": "PUT"},
    "not-http": {"headers": "Content-Length: x\r\n"},
    "expectation": {"headers": "Expect: 200-maybe\r\n"},
    "too-large": {"length": LIMIT + 1, "body": b" " * (LIMIT + 1)},
    "too-slow": {"body": b"<"},
    "truncated": {"headers": "Content-Encoding: gzip\r\n", "body": gzip.compress(b"<a/>")[:-9]},
    "content-type": {"content_type": "text/plain"},
    "xml": {"body": b"<a>>"},
}
"""What a good POST is changed by to break a rule."""
NOT_ASKED_FOR = {
    "internal-error": "it is no property of a request (tests of the pipeline)",
    "not-recorded": "it is the disk that is full (tests of the journal)",
}
ENCODED = {"headers": "Content-Encoding: br\r\n"}
"""The other way to break ``content-type``."""


def excluded(one: str, other: str) -> str:
    """Why no POST breaks both; empty: one does."""
    pair = {one, other}
    if "no-such-service" in pair and "method" in pair:
        return "what is asked elsewhere in another way than by POST is no POST elsewhere"
    if "not-http" in pair:
        return "what cannot be read has no path, method or body: judged by the HTTP library alone"
    if pair == {"too-slow", "truncated"}:
        return "a body that ended does not keep anybody waiting"
    if pair <= {"too-slow", "truncated", "xml"}:
        return "a body that did not arrive is no document yet"
    return ""


PAIRS = [pair for pair in combinations([rule for rule in ORDER if rule not in NOT_ASKED_FOR], 2) if not excluded(*pair)]


def test_every_rule_of_the_edge_is_here() -> None:
    assert set(ORDER) == BROKEN.keys() | NOT_ASKED_FOR.keys()
    assert len(PAIRS) > 20


class Edges(NamedTuple):
    """Two simulated DCCs: one that is patient, and one of which a body that never comes is waited for shortly."""

    patient: BackgroundDcc
    hasty: BackgroundDcc

    def of(self, rule: str) -> BackgroundDcc:
        """The one on which a rule is tried."""
        return self.hasty if rule == "too-slow" else self.patient


@pytest.fixture(scope="module")
def edges(pki: Pki) -> Iterator[Edges]:
    endpoint = Endpoint()
    endpoint.up()
    with ExitStack() as stack:
        stack.callback(endpoint.down)
        patient = stack.enter_context(a_dcc(pki, endpoint, max_request_bytes=LIMIT))
        yield Edges(patient, stack.enter_context(a_dcc(pki, endpoint, max_request_bytes=LIMIT, read_timeout=0.2)))


def merged(one: str, other: str, second: Mapping[str, object]) -> Sent:
    """A POST that breaks both."""
    first = BROKEN[one]
    headers = f"{first.get('headers', '')}{second.get('headers', '')}"
    return Sent(**{**second, **first, "headers": headers})  # type: ignore[arg-type] # fields by name


def answered(dcc: BackgroundDcc, sent: Sent) -> tuple[int, str]:
    """HTTP status, and the rule of the newest refusal."""
    before = dcc.journal.last_seq
    url = dcc.urls.transform if not sent.path else dcc.urls.transform.replace("/api/v1/serviceT", sent.path)
    head = f"Content-Type: {sent.content_type}\r\n{sent.headers}"
    if "Content-Length" not in sent.headers:
        head += f"Content-Length: {max(sent.length, len(sent.body))}\r\n"
    with raw(url, head, sent.body, sent.method) as connection:
        connection.settimeout(WAIT)
        status = int(connection.recv(12).split()[1])
    return status, rule_of(dcc, before)


@pytest.mark.parametrize("rule", [rule for rule in ORDER if rule in BROKEN])
def test_each_rule_answers_alone(edges: Edges, rule: str) -> None:
    status, found = answered(edges.of(rule), Sent(**BROKEN[rule]))  # type: ignore[arg-type] # fields by name
    assert (found, status) == (rule, gateway_rules()[rule].http_status)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_the_first_of_two_rules_answers(edges: Edges, one: str, other: str) -> None:
    status, found = answered(edges.of(one), merged(one, other, BROKEN[other]))
    assert (found, status) == (one, gateway_rules()[one].http_status)


@pytest.mark.parametrize(
    "one", [rule for rule in ORDER if rule in BROKEN and rule not in {"not-http", "truncated", "content-type", "xml"}]
)
def test_an_encoding_that_is_not_understood_comes_where_the_content_type_does(edges: Edges, one: str) -> None:
    status, found = answered(edges.of(one), merged(one, "content-type", ENCODED))
    assert (found, status) == (one, gateway_rules()[one].http_status)
