"""Front processes: they come back when they die, take nothing acknowledged with them, and end with their core."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from stubs.app import BackgroundDcc
from stubs.events import AnswerLate, RequestAccepted, RequestAnswered
from stubs.smki import Pki
from stubs.wire.errors import Blocked
from tests.cli_kit import environment
from tests.dcc_kit import Party, response_of
from tests.ports import free_port
from tests.serving_kit import WAIT, Endpoint, a_dcc, happened, home, its_end, post

SERVE = """
import asyncio, json
from stubs.app import DccSettings, SimulatedDcc

async def main():
    dcc = await SimulatedDcc.start(DccSettings(port=0, smki_port=0, ssi_port=0, control_port=0, workers=2))
    print(json.dumps(dcc.fronts.pids), flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def only_front(dcc: BackgroundDcc) -> int:
    assert dcc.fronts is not None
    (pid,) = dcc.fronts.pids
    return pid


def kill(dcc: BackgroundDcc) -> int:
    """Kill the only front, and wait until it has ended."""
    pid = only_front(dcc)
    with its_end(pid):
        os.kill(pid, signal.SIGKILL)
    return pid


def test_a_front_that_dies_is_started_again_and_what_was_acknowledged_stays(pki: Pki, endpoint: Endpoint) -> None:
    with a_dcc(pki, endpoint, workers=1) as dcc:
        party, device = Party(pki), home(dcc)["esme"]
        request = party.request("4.1.1", device)
        acknowledged = response_of(post(dcc.urls.send_command, request)[2])
        assert acknowledged.header.response_code == "I99"
        killed = kill(dcc)
        # Whoever connects meanwhile waits: the listening socket is the core's too.
        assert response_of(post(dcc.urls.send_command, request)[2]).header.response_code == "E100"
        assert response_of(post(dcc.urls.send_command, party.request("4.1.1", device))[2]).header.response_code == "I99"
        assert only_front(dcc) != killed
        accepted = [entry.event for entry in dcc.journal.entries() if isinstance(entry.event, RequestAccepted)]
    assert accepted[0].request_id == str(acknowledged.header.request_id)
    assert len(accepted) == 2


def test_an_answer_that_dies_with_its_front_is_recorded_as_abandoned(pki: Pki, endpoint: Endpoint) -> None:
    with a_dcc(pki, endpoint, workers=1) as dcc:
        home(dcc)
        dcc.control.set_fault({"point": "answer", "effect": "delay", "seconds": 3600})
        failures: list[Exception] = []

        def ask() -> None:
            try:
                post(dcc.urls.non_device, Party(pki).request("12.1", UPRN="1"))
            except OSError as error:
                failures.append(error)

        client = threading.Thread(target=ask)
        client.start()
        answered = happened(dcc, RequestAnswered).event
        kill(dcc)
        late = happened(dcc, AnswerLate).event
        client.join(WAIT)
    assert isinstance(answered, RequestAnswered)
    assert isinstance(late, AnswerLate)
    assert (late.exchange, late.is_abandoned) == (answered.exchange, True)
    assert len(failures) == 1


def test_fronts_end_with_a_core_that_is_killed() -> None:
    core = subprocess.Popen([sys.executable, "-c", SERVE], stdout=subprocess.PIPE, cwd=Path(__file__).parents[3])
    try:
        assert core.stdout is not None
        with its_end(*json.loads(core.stdout.readline())):
            os.kill(core.pid, signal.SIGKILL)
    finally:
        core.communicate()


HELD = """#!/bin/sh
echo $$ > started
read go < begin
exec {python} "$@"
"""
"""In place of the interpreter of a front: tells its process id, and starts to work when it is told to."""


def test_a_front_that_starts_holds_no_port_of_its_core_and_ends_with_it(tmp_path: Path) -> None:
    held, port = tmp_path / "held", free_port()
    held.write_text(HELD.format(python=sys.executable))
    held.chmod(0o755)
    os.mkfifo(tmp_path / "started")
    os.mkfifo(tmp_path / "begin")
    served = SERVE.replace("port=0", f"port={port}", 1).replace("workers=2", "workers=1")
    program = f"import sys\nsys.executable = {str(held)!r}\n{served}"
    with subprocess.Popen([sys.executable, "-c", program], cwd=tmp_path, env=environment()) as core:
        front = int((tmp_path / "started").read_text())
        core.kill()
        core.wait(WAIT)
        with its_end(front):
            socket.create_server(("127.0.0.1", port)).close()  # a restart has its port at once
            (tmp_path / "begin").write_text("now\n")


def test_a_front_leaves_signals_of_a_terminal_to_its_core(pki: Pki, endpoint: Endpoint) -> None:
    with a_dcc(pki, endpoint, workers=1) as dcc:
        pid = only_front(dcc)
        os.kill(pid, signal.SIGINT)
        os.kill(pid, signal.SIGTERM)
        assert post(dcc.urls.non_device, Party(pki).request("12.1", UPRN="1"))[0] == 200
        assert only_front(dcc) == pid


def test_a_front_that_cannot_start_is_said_at_the_start(
    pki: Pki, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(Blocked, match="a front process ended before it was ready"), a_dcc(pki, endpoint, workers=1):
        pass


def test_a_front_that_cannot_start_again_is_told_and_tried_again(
    pki: Pki, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = threading.Event()

    class Listening(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if "cannot be started" in record.getMessage():
                told.set()

    handler = Listening()
    logging.getLogger("stubs.gateway.fronts").addHandler(handler)
    try:
        with a_dcc(pki, endpoint, workers=1) as dcc:
            with monkeypatch.context() as patch:
                patch.setattr(sys, "executable", "/bin/false")
                kill(dcc)
                assert told.wait(WAIT)
            assert post(dcc.urls.non_device, Party(pki).request("12.1", UPRN="1"))[0] == 200
    finally:
        logging.getLogger("stubs.gateway.fronts").removeHandler(handler)


def test_two_simulated_dccs_do_not_share_a_port(pki: Pki, endpoint: Endpoint) -> None:
    with a_dcc(pki, endpoint, workers=1) as dcc:
        port = int(dcc.urls.non_device.split(":")[2].split("/")[0])
        with (
            pytest.raises(Blocked, match=rf"cannot listen on 127\.0\.0\.1:{port}: .*set port"),
            a_dcc(pki, endpoint, workers=1, port=port),
        ):
            pass


def test_a_port_of_somebody_else_is_said_clearly(pki: Pki, endpoint: Endpoint) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(Blocked, match="cannot listen on"),
        a_dcc(pki, endpoint, workers=2, port=taken.getsockname()[1]),
    ):
        pass
