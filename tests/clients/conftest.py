"""One simulated DCC for all client tests, in one process; and a party's system in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness.engine import RunResult, run_rehearsal
from harness.settings import RehearsalSettings, load_settings
from stubs.app import BackgroundDcc, DccSettings, background_dcc, init_pki
from stubs.clock import VirtualClock
from tests.official_traffic import Traffic
from tests.ports import free_port

PARTY = "A0-B1-C2-D3-E4-01-00-00"
ACB = "DC-C0-00-00-00-00-00-02"
ROOT = Path(__file__).resolve().parents[2]
OPENED: dict[str, tuple[str, ...]] = {"7.16": ("IS",), "8.5": ("IS", "GS"), "8.6": ("IS", "GS")}
"""Services that the public matrix gives to nobody: their scenarios run as well."""


class Bench:
    """Runs rehearsals on one simulated DCC."""

    def __init__(self, dcc: BackgroundDcc, folder: Path) -> None:
        self.dcc = dcc
        self._folder = folder
        self._runs = 0

    def settings(self, driver: str = "reference", select: str = "", **flags: object) -> RehearsalSettings:
        self._runs += 1
        given = {"driver": driver, "select": select, "out": str(self._folder / f"run-{self._runs}"), **flags}
        always = {"deadline": 10.0, "patience": 5.0, "dcc.eligible_roles": OPENED}
        return load_settings(flags=always | given)

    def run(self, driver: str = "reference", select: str = "", **flags: object) -> RunResult:
        return run_rehearsal(self.settings(driver, select, **flags), dcc=self.dcc)


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("bench")
    init_pki(folder / "pki")
    settings = DccSettings(
        port=0,
        smki_port=0,
        ssi_port=0,
        control_port=0,
        pki=str(folder / "pki"),
        state_dir=str(folder / "state"),
        eligible_roles=OPENED,
    )
    clock = VirtualClock(datetime(2026, 1, 15, 10, tzinfo=UTC))
    said = Traffic()
    with background_dcc(settings, clock) as dcc:
        ready = Bench(dcc, folder)
        # What a process makes once, as compiled schemas, is made now: not within the deadline of a defective client.
        ready.run(select="PT-015-IS or SSI-001-IS", deadline=60.0, patience=30.0)
        yield ready
        said.note(entry.event for entry in dcc.journal.entries())
    assert said.documents
    assert said.problems() == [], "everything the DCC said in these rehearsals is valid by the official schema"


@pytest.fixture
def smki_port() -> int:
    """A port that was free a moment ago: a party is configured with its DCC's address beforehand."""
    return free_port()


@pytest.fixture
def party(tmp_path: Path, smki_port: int) -> Iterator[dict[str, str]]:
    init_pki(tmp_path / "pki")
    (tmp_path / "party").mkdir()
    program = [sys.executable, str(Path(__file__).with_name("party_server.py"))]
    with subprocess.Popen(
        [*program, str(tmp_path / "pki"), str(tmp_path / "party"), PARTY, ACB, f"http://127.0.0.1:{smki_port}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield json.loads(process.stdout.readline())
        process.stdin.close()
        process.wait(timeout=60)
