"""docs/drivers.md says what the code does, and its example client runs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from harness.drivers import DEFECTS, Action, DriverContext, Outcome, make_driver, running
from harness.drivers.action import KINDS
from schemas.load import request_bodies

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "drivers.md").read_text(encoding="utf-8")
CLIENT = DOCS / "examples" / "command_client.py"
REQUEST_ID = "A0-B1-C2-D3-E4-01-00-00:DE-51-CE-00-00-00-00-E1:1768471200001"


class HeadEnd(BaseHTTPRequestHandler):
    """The party's own system of the example: takes orders, and has done them the second time it is asked."""

    asked: int

    def do_POST(self) -> None:
        order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert set(order) == {"user", "role", "service", "target", "parameters"}
        type(self).asked = 0
        self._answer({"number": 7})

    def do_GET(self) -> None:
        assert self.path == "/orders/7"
        type(self).asked += 1
        state = "done" if type(self).asked > 1 else "open"
        values = {"ActiveImportRegister": 1234567}
        self._answer({"state": state, "code": "I0", "request_id": REQUEST_ID, "values": values, "messages": 1})

    def _answer(self, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None: ...


@contextmanager
def head_end() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), HeadEnd)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def ask(action: Action, tmp_path: Path) -> Outcome:
    context = DriverContext(
        pki=tmp_path, users=(), urls={}, state_dir=tmp_path, now=lambda: datetime(2026, 1, 15, tzinfo=UTC)
    )
    with running(make_driver(f"command:{sys.executable} {CLIENT}"), context) as driver:
        return driver.perform(action)


READ = Action(id="a1", service="4.1.1", target="DE-51-CE-00-00-00-00-E1", user="A0-B1-C2-D3-E4-01-00-00", role="IS")


def test_the_example_client_has_an_order_done_and_reports_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with head_end() as address:
        monkeypatch.setenv("HEAD_END", address)
        outcome = ask(READ, tmp_path)
    assert (outcome.status, outcome.response_code, outcome.request_id) == ("done", "I0", REQUEST_ID)
    assert outcome.values == {"ActiveImportRegister": 1234567}


def test_the_example_client_says_what_it_cannot_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEAD_END", "http://127.0.0.1:9")
    assert ask(Action(id="a1", kind="sign-in-ssi"), tmp_path).status == "unsupported"


def test_the_example_client_without_its_head_end_blocks_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with head_end() as address:
        monkeypatch.setenv("HEAD_END", address)
    outcome = ask(READ, tmp_path)
    assert outcome.status == "blocked"
    assert "cannot be reached" in outcome.detail


def test_the_example_client_has_the_40_lines_the_page_promises() -> None:
    assert len(CLIENT.read_text().splitlines()) == 40


def test_the_page_names_every_kind_service_and_defect_as_the_code_has_them() -> None:
    listed = (DOCS / "defects.md").read_text(encoding="utf-8")
    assert [name for name in DEFECTS if f"| `{name}` |" not in listed] == []
    assert [kind for kind in KINDS if f"`{kind}`" not in PAGE] == []
    assert [srv for srv in request_bodies() if srv not in PAGE] == []


def test_the_page_names_every_file_of_the_examples() -> None:
    assert [path.name for path in (DOCS / "examples").iterdir() if path.name not in PAGE] == []


def test_the_page_on_defects_is_what_the_code_says(tmp_path: Path) -> None:
    script = DOCS.parent / ".ci" / "defects_page.py"
    subprocess.run([sys.executable, str(script), str(tmp_path / "page")], check=True)
    assert (tmp_path / "page").read_text() == (DOCS / "defects.md").read_text(encoding="utf-8"), "run `make docs`"
