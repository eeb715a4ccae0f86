"""The party's own program beside a run: found, awaited, stopped, and every way it cannot be is said."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from harness.engine import party_program as module
from harness.engine.party_program import party_program
from stubs.wire.errors import Blocked, InputError
from tests.ports import free_port

LISTENS = """
import socket, sys
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    server.accept()[0].close()
"""


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_it_listens_while_the_run_goes_and_not_after(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "receiver.py").write_text(LISTENS)
    with party_program(f"{sys.executable} {tmp_path / 'receiver.py'} {port}", f"http://127.0.0.1:{port}/x"):
        assert is_listening(port)
    assert not is_listening(port)


def test_a_program_that_ends_is_told_with_its_last_words(tmp_path: Path) -> None:
    (tmp_path / "receiver.py").write_text("import sys; sys.exit('no room on this host')")
    with (
        pytest.raises(Blocked, match="status 1: no room on this host"),
        party_program(f"{sys.executable} {tmp_path / 'receiver.py'}", f"http://127.0.0.1:{free_port()}/x"),
    ):
        pass


def test_a_program_that_listens_elsewhere_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "START_SECONDS", 0.2)
    (tmp_path / "receiver.py").write_text("import signal; signal.pause()")
    with (
        pytest.raises(Blocked, match="nobody listens at receive_url"),
        party_program(f"{sys.executable} {tmp_path / 'receiver.py'}", f"http://127.0.0.1:{free_port()}/x"),
    ):
        pass


@pytest.mark.parametrize("command", ["./no-such-receiver", "python3 'unclosed", "   "])
def test_a_program_that_cannot_be_found_is_an_error_of_the_settings(command: str) -> None:
    with pytest.raises(InputError, match="party_program"), party_program(command, ""):
        pass
