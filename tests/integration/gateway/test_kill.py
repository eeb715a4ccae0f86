"""kill -9 in the middle of the work: nothing acknowledged is lost, nothing is executed twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from stubs.app import DccSettings, background_dcc
from stubs.clock import SystemClock
from stubs.events import CommandSent, DeviceChanged, MessageDelivered, MessageQueued, RequestAccepted
from stubs.journal import Journal, SqliteStore, verify_chain
from stubs.smki import Pki, load_pki
from tests.dcc_kit import EVERYTHING, Party, response_of
from tests.serving_kit import WAIT, Endpoint, post

SERVE = """
import asyncio, json, sys
import msgspec
from stubs.app import DccSettings, SimulatedDcc

async def main():
    dcc = await SimulatedDcc.start(msgspec.convert(json.loads(sys.argv[1]), DccSettings))
    home = dcc.control.add_premises({"name": "home", "devices": json.loads(sys.argv[2])})
    print(json.dumps({"urls": msgspec.to_builtins(dcc.urls), "devices": home["devices"]}), flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""
REQUESTS = 25


def test_a_killed_dcc_forgets_nothing_and_repeats_nothing(tmp_path: Path, endpoint: Endpoint) -> None:
    settings = {
        "port": 0, "smki_port": 0, "ssi_port": 0, "control_port": 0, "state_dir": str(tmp_path), "receive_url": endpoint.url,
        "device_latency": 0.01, "counter_rule": "unique",
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, json.dumps(settings), json.dumps(EVERYTHING)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    try:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        acknowledged = _work(tmp_path, ready)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()

    with background_dcc(DccSettings(**settings)) as dcc:  # type: ignore[arg-type]
        for request_id in acknowledged:
            answered = dcc.journal.wait(
                lambda entry: isinstance(entry.event, MessageQueued) and entry.event.request_id == request_id,  # noqa: B023
                timeout=WAIT,
            )
            assert answered is not None, f"{request_id} was acknowledged and never answered"
        events = [entry.event for entry in dcc.journal.entries()]
        verify_chain(dcc.journal.rows())
    accepted = {event.request_id for event in events if isinstance(event, RequestAccepted)}
    sent = Counter(event.request_id for event in events if isinstance(event, CommandSent))
    changed = Counter(event.cause for event in events if isinstance(event, DeviceChanged))
    assert set(acknowledged) <= accepted
    assert set(sent.values()) == {1}
    assert [count for cause, count in changed.items() if cause in acknowledged] == [1] * len(
        [cause for cause in changed if cause in acknowledged]
    )
    delivered = [event.message for event in events if isinstance(event, MessageDelivered)]
    assert len(set(delivered)) == len(delivered)


def _work(state: Path, ready: dict[str, dict[str, str]]) -> list[str]:
    """Send reads and messages to be shown as fast as they are acknowledged; the RequestIDs acknowledged."""
    party = Party(_pki(state))
    acknowledged = []
    for number in range(REQUESTS):
        body: dict[str, Any]
        srv, body = ("3.1", {"SupplierMessage": f"number {number}"}) if number % 2 else ("4.1.1", {})
        request = party.request(srv, ready["devices"]["esme"], **body)
        _, _, answer = post(ready["urls"]["send_command"], request)
        response = response_of(answer)
        assert response.header.response_code == "I99"
        acknowledged.append(str(response.header.request_id))
    return acknowledged


def _pki(state: Path) -> Pki:
    return load_pki(state / "pki")


def test_the_lock_of_a_killed_dcc_is_gone(tmp_path: Path) -> None:
    script = (
        "import sys; from stubs.journal import *; from stubs.clock import SystemClock; from stubs.events import ItemDone;"
        "j = Journal(SqliteStore(sys.argv[1]), SystemClock()); j.record(ItemDone(item='a', outcome='b'));"
        "print('ready', flush=True); input()"
    )
    path = str(tmp_path / "journal.db")
    process = subprocess.Popen(
        [sys.executable, "-c", script, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    assert process.stdout is not None
    process.stdout.readline()
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    journal = Journal(SqliteStore(path), SystemClock())
    assert journal.last_seq == 1
    journal.close()
