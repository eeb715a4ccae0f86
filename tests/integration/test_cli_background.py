"""A simulated DCC in the background: ready when the command comes back, ended by its state folder."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest

from harness.cli import run
from stubs.clock import SystemClock
from stubs.journal import Journal, SqliteStore, verify_chain
from tests.cli_kit import FREE, uept
from tests.ports import free_port
from tests.serving_kit import connected, its_end, post


def test_it_is_ready_when_the_command_comes_back_and_whole_when_it_is_stopped(tmp_path: Path) -> None:
    begun = uept("serve", *FREE, "--state", "dcc", "--detach", cwd=tmp_path)
    assert begun.returncode == 0, begun.stderr
    ready = json.loads(begun.stdout)
    try:
        with connected(ready["control"]) as connection:
            connection.request("GET", "/health")
            answer = connection.getresponse()
            assert (answer.status, json.load(answer)["status"]) == (200, "ok")
        second = uept("serve", *FREE, "--state", "dcc", "--detach", cwd=tmp_path)
        assert (second.returncode, second.stdout) == (3, b"")
        assert b"another process" in second.stderr
    finally:
        ended = uept("stop", "dcc", cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (0, b"dcc: ended\n")
    journal = Journal(SqliteStore(tmp_path / "dcc" / "journal.db"), SystemClock())
    verify_chain(journal.rows())
    journal.close()
    again = uept("stop", "dcc", cwd=tmp_path)
    assert again.returncode == 0
    assert b"no simulated DCC runs on dcc" in again.stderr


def test_its_workers_end_with_it(tmp_path: Path) -> None:
    begun = uept("serve", *FREE, "--state", "dcc", "--workers", "2", "--detach", cwd=tmp_path)
    assert begun.returncode == 0, begun.stderr
    ready = json.loads(begun.stdout)
    assert len(ready["workers"]) == 2
    with its_end(*ready["workers"]):
        assert post(ready["non_device"], b"<a/>")[0] == 400
        ended = uept("stop", "dcc", cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (0, b"dcc: ended\n")


@pytest.mark.parametrize("workers", ["-1", "65", "many"])
def test_a_number_of_workers_that_cannot_be_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], workers: str
) -> None:
    assert run(["serve", "--state", str(tmp_path), "--workers", workers]) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert "workers" in said[0]


def test_workers_where_ports_cannot_be_shared_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(socket, "SO_REUSEPORT")
    assert run(["serve", "--state", str(tmp_path), "--workers", "2"]) == 2
    assert "set workers = 0" in capsys.readouterr().err


def test_what_a_killed_one_left_behind_ends_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The process number may be another's by now: here it is ours."""
    left = {"url": f"http://127.0.0.1:{free_port()}", "token": "t", "pid": os.getpid()}
    (tmp_path / "control.json").write_text(json.dumps(left))
    assert run(["stop", str(tmp_path)]) == 0
    assert "no simulated DCC runs on" in capsys.readouterr().err


def test_what_keeps_it_from_starting_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["serve", "--detach"]) == 2
    assert "--detach needs --state" in capsys.readouterr().err
    failed = uept("serve", *FREE, "--state", "dcc", "--pki", "absent", "--detach", cwd=tmp_path)
    assert (failed.returncode, failed.stdout) == (2, b"")
    assert len(failed.stderr.splitlines()) == 1
    assert run(["stop", str(tmp_path / "absent")]) == 2
    assert "no state folder" in capsys.readouterr().err
