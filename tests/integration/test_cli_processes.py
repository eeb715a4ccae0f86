"""``uept`` as a process: interrupted, killed, without room, without a reader; what was recorded stays whole."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from harness.cli import run
from stubs.app import authorisation
from stubs.clock import SystemClock
from stubs.journal import Journal, SqliteStore, verify_chain
from stubs.smki import load_pki
from tests.cli_kit import FREE, REQUEST, WAIT, environment, ready, started, uept
from tests.dcc_kit import EVERYTHING, Party
from tests.ports import free_port
from tests.serving_kit import connected, its_end, post

SLOW = ("rehearse", "--role", "IS", "--select", "PT-* or RC-*", "--out", "run", "--json")


def one_line(stderr: bytes) -> str:
    text = stderr.decode()
    assert "Traceback" not in text
    (line,) = text.splitlines()
    return line


def control(urls: dict[str, Any], method: str, path: str, body: object = None) -> Any:
    with connected(urls["control"]) as connection:
        data = None if body is None else json.dumps(body).encode()
        connection.request(method, path, data, authorisation(urls.get("control_token", "")))
        response = connection.getresponse()
        answer = json.loads(response.read())
        assert response.status == 200, answer
        return answer


# --- serve ---


def test_serving_ends_cleanly_when_it_is_terminated(tmp_path: Path) -> None:
    with started("serve", *FREE, cwd=tmp_path) as process:
        ready(process)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=WAIT)
        assert (process.returncode, errors) == (0, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serving_by_several_processes_ends_them_all(tmp_path: Path, number: signal.Signals) -> None:
    with started("serve", *FREE, "--workers", "2", cwd=tmp_path, start_new_session=True) as process:
        fronts = ready(process)["workers"]
        assert len(fronts) == 2
        with its_end(*fronts):
            os.killpg(process.pid, number)
            _, errors = process.communicate(timeout=WAIT)
        assert (process.returncode, errors) == (0, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serving_ends_at_once_while_its_front_processes_start(tmp_path: Path, number: signal.Signals) -> None:
    starting, pid = tmp_path / "front", tmp_path / "pid"
    os.mkfifo(pid)
    starting.write_text(f"#!/bin/sh\necho $$ > {pid}\nexec sleep {WAIT:.0f}\n")
    starting.chmod(0o755)
    program = f"import sys; sys.executable = {str(starting)!r}; from harness.cli import main; main()"
    command = [sys.executable, "-c", program, "serve", *FREE, "--workers", "1", "--state", "state"]
    how: dict[str, Any] = {"stderr": subprocess.PIPE, "text": True, "start_new_session": True}
    with subprocess.Popen(command, cwd=tmp_path, env=environment(), **how) as process:
        with its_end(int(pid.read_text())):
            os.killpg(process.pid, number)  # Ctrl-C of a terminal reaches no front before it can ignore it
            _, errors = process.communicate(timeout=WAIT)
        assert (process.returncode, errors) == (0, "")
    journal = Journal(SqliteStore(tmp_path / "state" / "journal.db"), SystemClock())
    verify_chain(journal.rows())
    journal.close()


def test_serving_goes_on_after_kill_with_its_state_and_clock_and_alone(tmp_path: Path) -> None:
    with started("serve", *FREE, "--state", "state", cwd=tmp_path) as process:
        urls = ready(process)
        now = datetime.fromisoformat(control(urls, "GET", "/clock")["now"])
        assert abs(now - SystemClock().now()).total_seconds() < WAIT
        devices = control(urls, "POST", "/premises", {"name": "home", "devices": list(EVERYTHING)})["devices"]
        moved = control(urls, "POST", "/clock/advance", {"seconds": 7 * 86400})["now"]
        party = Party(load_pki(tmp_path / "state" / "pki"))
        answer = post(urls["non_device"], party.request("8.2", DeviceID=devices["esme"]))
        assert answer[0] == 200
        process.kill()
        process.wait(WAIT)
    with started("serve", *FREE, "--state", "state", cwd=tmp_path) as process:
        urls = ready(process)
        second = uept("serve", *FREE, "--state", "state", cwd=tmp_path)
        assert second.returncode == 3
        assert "another process" in one_line(second.stderr)
        assert control(urls, "GET", "/clock")["now"] >= moved
        assert control(urls, "GET", f"/devices/{devices['esme']}")["eui"] == devices["esme"]
        assert post(urls["non_device"], party.request("8.2", DeviceID=devices["esme"]))[0] == 200
        process.send_signal(signal.SIGINT)
        process.wait(WAIT)
    journal = Journal(SqliteStore(tmp_path / "state" / "journal.db"), SystemClock())
    verify_chain(journal.rows())
    instants = [row.at for row in journal.rows()]
    journal.close()
    assert instants == sorted(instants)


def test_a_client_without_http_is_one_line_and_serving_goes_on_until_ctrl_c(tmp_path: Path) -> None:
    with started("serve", *FREE, cwd=tmp_path) as process:
        urls = ready(process)
        with connected(urls["transform"]) as connection:
            connection.connect()
            connection.sock.sendall(b"POST / HTTP/9.9\r\n\r\n")
            assert b" 400 " in connection.sock.recv(100)
        assert control(urls, "GET", "/health")["status"] == "ok"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=WAIT)
        assert process.returncode == 0
        assert one_line(errors.encode()).startswith("uept: duis from 127.0.0.1: HTTP 400, rule not-http: BadStatusLine")


def test_serving_without_a_reader_goes_on(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    port = free_port()  # nobody can read which port was taken
    with started("serve", *FREE, "--control-port", str(port), cwd=tmp_path, stdout=write) as process:
        os.close(write)
        while True:
            assert process.poll() is None
            with suppress(ConnectionError):
                assert control({"control": f"http://127.0.0.1:{port}"}, "GET", "/health")["status"] == "ok"
                break
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=WAIT)
        assert (process.returncode, errors) == (0, "")


def test_a_state_folder_without_room_is_said(tmp_path: Path) -> None:
    done = uept("serve", *FREE, "--state", "state", cwd=tmp_path, preexec_fn=_small_files)
    assert done.returncode == 3
    assert "journal.db" in one_line(done.stderr)


# --- rehearse ---


def _small_files() -> None:
    """No file above 3 kB: SQLite meets what it meets on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))


def _room_for_a_few_scenarios() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))


def after_scenarios(process: subprocess.Popen[str], count: int) -> None:
    """Wait until so many scenarios have ended."""
    assert process.stderr is not None
    for line in process.stderr:
        count -= line.startswith(("PASS", "FAIL", "BLOCKED"))
        if count == 0:
            return
    raise AssertionError(process.communicate(timeout=WAIT))


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    return tmp_path / "run"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_is_partial_and_whole(tmp_path: Path, number: signal.Signals) -> None:
    with started(*SLOW, cwd=tmp_path) as process:
        after_scenarios(process, 2)
        process.send_signal(number)
        output, errors = process.communicate(timeout=WAIT)
    assert process.returncode == 130
    assert "the run is partial" in errors
    result = json.loads(output)
    assert (result["complete"], result["exit_code"]) == (False, 130)
    assert result["totals"]["NOT_RUN"] > 0
    assert run(["verify", result["bundle"]]) == 0
    assert run(["judge", result["bundle"]]) == 0


def test_of_a_killed_run_the_report_tells_what_was_recorded(
    tmp_path: Path, run_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with started(*SLOW, cwd=tmp_path) as process:
        after_scenarios(process, 2)
        process.kill()
        process.wait(WAIT)
    assert run(["rehearse", "--out", str(run_folder)]) == 2
    assert "holds a run already" in capsys.readouterr().err
    capsys.readouterr()
    assert run(["report", str(run_folder), "--json"]) == 0
    totals = json.loads(capsys.readouterr().out)["totals"]
    assert totals["PASS"] >= 2
    assert totals["NOT_RUN"] > 0
    assert run(["verify", str(run_folder / "bundle.zip")]) == 0
    assert run(["judge", str(run_folder / "bundle.zip")]) == 0


def test_a_run_that_fills_the_disk_says_so_and_can_be_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    full = uept(*SLOW, cwd=tmp_path, preexec_fn=_room_for_a_few_scenarios)
    assert full.returncode == 3
    last = full.stderr.decode().splitlines()[-1]
    assert last.startswith("uept: ")
    assert "cannot" in last
    assert b"Traceback" not in full.stderr
    capsys.readouterr()
    assert run(["report", str(tmp_path / "run"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["totals"]["PASS"] > 0


def test_what_others_want_of_pytest_does_not_disturb_a_run(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("raise SystemExit('theirs')\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --nosuch\n")
    theirs = {"PYTEST_ADDOPTS": "--nosuch", "PYTEST_PLUGINS": "nosuch", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = uept("rehearse", "--role", "IS", "--select", "IC-001", "--out", "run", cwd=tmp_path, more=theirs)
    assert done.returncode == 0, done.stderr


# --- the reader at the other end ---


@pytest.fixture
def no_reader() -> Iterator[Callable[[], int]]:
    opened: list[int] = []

    def pipe() -> int:
        read, write = os.pipe()
        os.close(read)
        opened.append(write)
        return write

    yield pipe
    for descriptor in opened:
        os.close(descriptor)


def test_a_reader_that_has_gone_changes_no_exit_code(tmp_path: Path, no_reader: Callable[[], int]) -> None:
    (tmp_path / "valid.xml").write_text(REQUEST)
    (tmp_path / "invalid.xml").write_text("<a/>")
    for arguments, code in (
        (("validate", "valid.xml"), 0),
        (("validate", "invalid.xml"), 1),
        (("catalogue", "srv"), 0),
    ):
        done = uept(*arguments, cwd=tmp_path, stdout=no_reader())
        assert (done.returncode, done.stderr) == (code, b"")


def test_closed_streams_change_no_exit_code(tmp_path: Path) -> None:
    def close_all() -> None:
        for descriptor in (0, 1, 2):
            os.close(descriptor)

    (tmp_path / "valid.xml").write_text(REQUEST)
    for arguments, code in ((("validate", "valid.xml"), 0), (("pki", "list", "absent"), 2), (("doctor",), 0)):
        done = uept(*arguments, cwd=tmp_path, preexec_fn=close_all)
        assert (done.returncode, done.stdout, done.stderr) == (code, b"", b"")


def test_output_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = uept("catalogue", "srv", cwd=tmp_path, stdout=full)
    assert done.returncode == 3
    assert "No space left on device. Free some space" in one_line(done.stderr)


def test_a_name_that_is_not_utf8_is_shown(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.xml")
    (tmp_path / name).write_text(REQUEST)
    for more in ({}, {"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C"}):
        done = uept("validate", name, "--json", cwd=tmp_path, more=more)
        assert done.returncode == 0
        assert json.loads(done.stdout)[0]["valid"] is True
    assert uept("gbcs", "decode", f"{name}x", cwd=tmp_path).returncode == 2


def test_a_terminal_that_knows_ascii_only_shows_everything(tmp_path: Path) -> None:
    done = uept("catalogue", "codes", cwd=tmp_path, more={"PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode("ascii")


def test_the_traceback_is_kept_for_those_who_ask(tmp_path: Path) -> None:
    done = uept("pki", "list", "absent", cwd=tmp_path, more={"UEPT_DEBUG": "1"})
    assert done.returncode == 2
    assert b"Traceback" in done.stderr
    assert done.stderr.decode().splitlines()[-1].startswith("uept: no PKI at absent")


def test_without_a_shell_s_folder_nothing_breaks(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    done = uept("doctor", "--json", cwd=gone, preexec_fn=lambda: shutil.rmtree(gone))
    assert done.returncode == 3
    rows = {row["what"]: row for row in json.loads(done.stdout)}
    assert rows["this folder"]["state"] == "missing"
