"""The party's own endpoint: the outcome comes in the answer, or is posted later."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from harness.drivers import Action, DriverContext, Outcome, make_driver, running

Answering = Callable[[dict[str, Any]], tuple[int, bytes]]


@contextmanager
def party(answering: Answering) -> Iterator[str]:
    """A party's endpoint that answers as told."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, body = answering(received)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/act"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def ask(address: str, tmp_path: Path, deadline: float = 5) -> Outcome:
    context = DriverContext(
        pki=tmp_path,
        users=(),
        urls={"smki": "http://127.0.0.1:1"},
        state_dir=tmp_path,
        now=lambda: datetime.now(UTC),  # noqa: TID251
    )
    with running(make_driver(f"http:{address}"), context) as driver:
        assert driver.receive_url is None
        return driver.perform(Action(id="a 1/ü", service="8.2", deadline=deadline))


def post(address: str, body: bytes) -> int:
    request = urllib.request.Request(address, body)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_an_outcome_in_the_answer_is_believed(tmp_path: Path) -> None:
    def answering(received: dict[str, Any]) -> tuple[int, bytes]:
        assert received["action"]["service"] == "8.2"
        assert received["action"]["urls"]["smki"] == "http://127.0.0.1:1"
        return 200, b'{"status": "done", "response_code": "I0"}'

    with party(answering) as address:
        assert ask(address, tmp_path) == Outcome(action="a 1/ü", status="done", response_code="I0")


def test_an_outcome_that_is_posted_later_is_believed(tmp_path: Path) -> None:
    statuses: list[int] = []

    def answering(received: dict[str, Any]) -> tuple[int, bytes]:
        def later() -> None:
            statuses.append(post(received["answer_uri"] + "x", b'{"status": "failed"}'))
            statuses.append(post(received["answer_uri"], b'{"status": "timeout"}'))

        Thread(target=later).start()
        return 202, b""

    with party(answering) as address:
        assert ask(address, tmp_path).status == "timeout"
    assert statuses[0] == 404


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((500, b"oops"), "HTTP 500"),
        ((200, b"<html>"), "not an outcome"),
        ((202, b""), "no outcome within 0.3 s"),
        ((200, b'{"action": "other", "status": "done"}'), "another action"),
    ],
)
def test_an_endpoint_that_gives_no_outcome_blocks_with_the_reason(
    tmp_path: Path, answer: tuple[int, bytes], said: str
) -> None:
    with party(lambda _received: answer) as address:
        outcome = ask(address, tmp_path, deadline=0.3)
    assert outcome.status == "blocked"
    assert said in outcome.detail


def test_an_endpoint_that_is_not_there_blocks_with_its_address(tmp_path: Path) -> None:
    with party(lambda _received: (200, b"")) as address:
        pass
    outcome = ask(address, tmp_path)
    assert outcome.status == "blocked"
    assert address in outcome.detail
