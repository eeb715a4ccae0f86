"""One simulated DCC for all client tests, in one process."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness.engine import RunResult, run_rehearsal
from harness.settings import RehearsalSettings, load_settings
from stubs.app import BackgroundDcc, DccSettings, background_dcc, init_pki
from stubs.clock import VirtualClock


class Bench:
    """Runs rehearsals on one simulated DCC."""

    def __init__(self, dcc: BackgroundDcc, folder: Path) -> None:
        self.dcc = dcc
        self._folder = folder
        self._runs = 0

    def settings(self, driver: str = "reference", select: str = "", **flags: object) -> RehearsalSettings:
        self._runs += 1
        given = {"driver": driver, "select": select, "out": str(self._folder / f"run-{self._runs}"), **flags}
        return load_settings(flags={"deadline": 10.0, "patience": 5.0} | given)

    def run(self, driver: str = "reference", select: str = "", **flags: object) -> RunResult:
        return run_rehearsal(self.settings(driver, select, **flags), dcc=self.dcc)


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("bench")
    init_pki(folder / "pki")
    settings = DccSettings(
        port=0, smki_port=0, ssi_port=0, control_port=0, pki=str(folder / "pki"), state_dir=str(folder / "state")
    )
    with background_dcc(settings, VirtualClock(datetime(2026, 1, 15, 10, tzinfo=UTC))) as dcc:
        yield Bench(dcc, folder)
