"""Every scenario is there for a reason: at least one broken client fails it, in at least one of its roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.checks import Verdict
from harness.drivers import DEFECTS
from harness.plan import load_library
from schemas.scenario_defects import defects_failed_by, scenario_defects

if TYPE_CHECKING:
    from tests.clients.conftest import Bench

FIRST = {one.id: one for one in reversed(load_library())}
CATCHES = {defect: [one for one in sorted(FIRST) if defect in defects_failed_by(one)] for defect in DEFECTS}
"""Defect to the scenarios that have to catch it, those that the table does not name among them."""


def test_the_table_names_scenarios_and_defects_that_are_there() -> None:
    assert set(scenario_defects()) <= set(FIRST)
    assert {name for one in FIRST for name in defects_failed_by(one)} <= set(DEFECTS)


def selected(scenario: str) -> str:
    """A scenario in its first role: with all of its examples where the table names it, since one of them fails."""
    first = FIRST[scenario]
    return f"({scenario} and role:{first.role})" if scenario in scenario_defects() else first.key


@pytest.mark.parametrize("defect", sorted(defect for defect, scenarios in CATCHES.items() if scenarios))
def test_the_scenarios_catch_the_defect(bench: Bench, defect: str) -> None:
    wanted = CATCHES[defect]
    result = bench.run(f"broken:{defect}", " or ".join(map(selected, wanted)), deadline=4.0, patience=2.0)
    caught = {run.id for run in result.run.scenarios if run.verdict is Verdict.FAIL}
    told = [f"{run.key} {run.verdict.value} {run.reason}" for run in result.run.scenarios if run.id not in caught]
    assert sorted(caught) == sorted(wanted), told
    assert not {run.key for run in result.run.scenarios if run.verdict is Verdict.BLOCKED}, told
