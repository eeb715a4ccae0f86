"""A rehearsal in British Summer Time: local time is an hour ahead of UTC, and nothing else is different."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from harness.checks import Verdict
from stubs.app import DccSettings, background_dcc, init_pki
from stubs.clock import VirtualClock
from tests.clients.conftest import Bench

JULY = datetime(2026, 7, 15, 22, 40, tzinfo=UTC)
"""Twenty minutes before midnight, as people in Great Britain see it."""
OF_TIME = "SR-203-IS-4.6.1 or SR-204-IS or SR-209-GS-4.4.3-2 or SR-210-GS or SR-416 or SR-417 or PT-002 or JY-005"
"""Logs by day and by half hour, billing periods, the clock, commands dated ahead, a change of tenancy."""
OF_SUMMER = "SR-207-GS-4.1.4 or SR-210-GS-4.10 or SR-211-ES-4.8.3"
"""Logs of what a home uses less of, or more, in summer."""


@pytest.fixture(scope="module")
def july(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("july")
    init_pki(folder / "pki")
    settings = DccSettings(
        port=0, smki_port=0, ssi_port=0, control_port=0, pki=str(folder / "pki"), state_dir=str(folder / "state")
    )
    with background_dcc(settings, VirtualClock(JULY)) as dcc:
        yield Bench(dcc, folder)


def test_a_good_client_passes_in_summer_what_it_passes_in_winter(july: Bench) -> None:
    result = july.run("reference", f"({OF_TIME} or {OF_SUMMER}) and not role:ED", deadline=60.0, patience=30.0)
    told = {one.key: one.reason for one in result.run.scenarios if one.verdict is not Verdict.PASS}
    assert told == {}
    assert {"SR-416-IS", "SR-416-GS", "JY-005-IS", "SR-204-IS"} <= {one.key for one in result.run.scenarios}


@pytest.mark.parametrize(
    ("defect", "scenario"),
    [
        ("tells-times-an-hour-late", "SR-203-IS-4.6.1"),
        ("sets-clocks-to-local-time", "SR-417-IS"),
        ("dates-an-hour-late", "PT-002-IS"),
    ],
)
def test_a_client_that_takes_local_time_for_utc_fails(july: Bench, defect: str, scenario: str) -> None:
    result = july.run(f"broken:{defect}", scenario, deadline=4.0, patience=2.0)
    assert [(one.key, one.verdict) for one in result.run.scenarios] == [(scenario, Verdict.FAIL)]
