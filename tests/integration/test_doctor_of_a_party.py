"""``uept doctor --settings``: what is wrong on the party's side is found before a run, each with its mend."""

from __future__ import annotations

import json
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from harness.cli import run
from harness.doctor import State, look_at_party, look_at_trial
from harness.settings import SettingsError, load_settings
from stubs.smki import init_pki

SUPPLIER = "A0-B1-C2-D3-E4-01-00-00"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("doctor") / "keys"
    init_pki(folder, seed=b"doctor")
    return folder


@contextmanager
def receiver(status: int) -> Iterator[str]:
    """An endpoint that answers every POST so."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/x"
        server.shutdown()


def states(keys: Path, **flags: Any) -> dict[str, tuple[State, str, str]]:
    settings = load_settings(None, {"dcc.pki": str(keys), "roles": ("IS",), **flags})
    found = [*look_at_party(settings), *look_at_trial(settings)]
    return {one.what: (one.state, one.detail, one.mend) for one in found}


def test_a_party_that_is_ready_is_told_so(keys: Path) -> None:
    with receiver(202) as url:
        found = states(keys, users={"IS": SUPPLIER.lower()}, receive_url=url)
    assert {state for state, _, _ in found.values()} == {State.OK}
    assert found["trial: a signed request"][1].endswith("I0 (Request completed with a successful outcome)")
    assert "HTTP 202" in found["trial: a delivery"][1]


def test_a_receiver_that_refuses_is_named_with_its_answer(keys: Path) -> None:
    with receiver(503) as url:
        state, detail, mend = states(keys, receive_url=url)["trial: a delivery"]
    assert (state, "HTTP 503" in detail, "2xx" in mend) == (State.MISSING, True, True)


def test_a_receiver_that_is_not_there_is_named(keys: Path) -> None:
    with socket.socket() as taken:  # bound and not listening: nobody else can answer there
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/x"
        assert states(keys, receive_url=url)["trial: a delivery"][0] is State.MISSING


def test_a_key_that_is_not_the_certificates_is_found(keys: Path, tmp_path: Path) -> None:
    mixed = shutil.copytree(keys, tmp_path / "keys")
    private = sorted(mixed.rglob("*ds*key*")) or sorted(mixed.rglob("*-ds.pem"))
    ours = next(path for path in private if SUPPLIER.replace("-", "").lower() in path.name and "key" in str(path))
    other = next(path for path in private if path != ours and path.parent == ours.parent)
    ours.write_bytes(other.read_bytes())
    state, detail, _ = states(mixed, users={"IS": SUPPLIER})[f"keys of {SUPPLIER} (IS)"]
    assert state is State.MISSING
    assert "digital signing key belongs to none" in detail


def test_a_user_who_has_no_keys_or_another_role_is_found(keys: Path) -> None:
    found = states(keys, users={"IS": "90-B3-D5-1F-30-01-00-00"})
    assert "is not in the keys" in found["User of role IS"][1]
    found = states(keys, users={"IS": "A0-B1-C2-D3-E4-02-00-00"})
    assert found["User of role IS"][0] is State.MISSING


def test_one_user_id_for_roles_that_may_not_share_one_is_said(keys: Path) -> None:
    with pytest.raises(SettingsError, match="one User ID serves one role"):
        states(keys, roles=("IS", "ED"), users={"IS": SUPPLIER, "ED": SUPPLIER})


def test_a_client_without_a_receive_url_is_told_where_messages_would_go(keys: Path) -> None:
    found = states(keys, driver="command:cat")
    assert found["receive_url"][0] is State.MISSING
    assert found["trial: the driver"][0] is State.MISSING, "cat answers with the action itself"


def test_a_port_in_use_names_its_flag(keys: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        state, _, mend = states(keys, **{"dcc.smki_port": port})[f"smki_port {port}"]
    assert state is State.MISSING
    assert "--smki-port" in mend


def test_keys_that_are_not_there_end_the_trial_with_advice(tmp_path: Path) -> None:
    found = states(tmp_path / "none")
    assert found["keys"][0] is State.MISSING
    assert found["trial"][0] is State.MISSING


def test_the_command_prints_the_findings_and_ends_with_3_when_something_is_missing(
    keys: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "uept.toml"
    path.write_text(f'roles = ["IS"]\ndriver = "reference"\n[dcc]\npki = "{keys}"\n')
    assert run(["doctor", "--settings", str(path), "--json"]) == 0
    rows = {row["what"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["trial: a signed request"]["state"] == "ok"
    path.write_text('roles = ["IS"]\n[users]\nIS = "90-B3-D5-1F-30-01-00-00"\n')
    assert run(["doctor", "--settings", str(path)]) == 3
