"""Each broken client fails the scenario that its row names, by the checks that name it, and as the Party's fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.checks import Owner, Verdict, checks
from harness.drivers import DEFECTS

if TYPE_CHECKING:
    from tests.clients.conftest import Bench

_OURS = "a check of what the simulated DCC or its devices do, whatever the client does"
_SOONER = "an implicit check, or an earlier step, explains sooner what a client did that trips it"
WITHOUT_A_DEFECT = {
    "clock-followed": "what the settings declare decides, before anything is asked: NOT_RUN and never FAIL",
    "device-took-what-was-sent": _OURS,
    "moved-by-scenario-only": _OURS,
    "request-quarantined": _OURS,
    "volume-warned": _OURS,
    "delivered-after-retry": _SOONER,
    "device-never-answered-reported": _SOONER,
    "device-still-has": _SOONER,
    "device-untouched": _SOONER,
    "entries-read": _SOONER,
    "nothing-changed": _SOONER,
    "reading-shows": _SOONER,
    "request-refused": _SOONER,
    "ssi-request-seen": _SOONER,
}
"""Checks that no defect is named for, with the reason."""


def test_there_are_at_least_ninety_defects() -> None:
    assert len(DEFECTS) >= 90


def test_every_check_is_named_by_a_defect_that_trips_it_and_every_name_is_a_check() -> None:
    named = {check for row in DEFECTS.values() for check in row.caught_by}
    assert named <= set(checks())
    assert set(checks()) - named - set(WITHOUT_A_DEFECT) == set(), "name a defect for each of these in defects.csv"


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_broken_client_fails_by_the_checks_that_name_it(bench: Bench, defect: str) -> None:
    row = DEFECTS[defect]
    result = bench.run(f"broken:{defect}", row.scenario, deadline=3.0, patience=1.5)
    (caught,) = result.run.scenarios
    failed = {check.check for check in caught.checks if check.finding.verdict is Verdict.FAIL}
    assert set(row.caught_by) <= failed, caught.reason
    assert (caught.verdict, caught.owner) == (Verdict.FAIL, Owner.PARTY)
    assert result.exit_code == 1
