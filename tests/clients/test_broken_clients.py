"""Each broken client fails exactly by the check that names its defect, and passes where the defect does not matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.checks import Verdict, checks
from harness.drivers import DEFECTS

if TYPE_CHECKING:
    from tests.clients.conftest import Bench

FAILS_AND_PASSES = {
    "does-not-verify-signatures": ("PT-015-IS", "SR-605-IS"),
    "trusts-wrong-party": ("PT-015-IS-2", "PT-015-IS"),
    "accepts-duplicates": ("PT-009-IS", "SR-605-IS"),
    "correlates-by-order": ("PT-009-IS-2", "SR-605-IS"),
    "reuses-counter": ("PT-012-IS", "SR-605-IS"),
    "sends-critical-unsigned": ("IC-021-IS", "SR-605-IS"),
    "sends-to-wrong-service": ("IC-021-IS", "SR-605-IS"),
    "signs-with-wrong-key": ("IC-021-IS", "SR-605-IS"),
    "alters-pre-command": ("IC-021-IS", "SR-605-IS"),
    "treats-acknowledgement-as-done": ("SR-201-IS", "SR-601-IS"),
    "ignores-error-codes": ("RC-010-IS", "SR-605-IS"),
    "retries-forever": ("RC-010-IS", "SR-605-IS"),
    "leaves-old-certificate": ("IC-031-IS", "SR-605-IS"),
    "mis-scales-reading": ("SR-201-IS-2", "SR-605-IS"),
    "answers-500-to-alerts": ("AL-001-IS", "SR-605-IS"),
    "forgets-alerts": ("AL-001-IS", "SR-605-IS"),
    "answers-500-to-responses": ("PT-009-IS", "AL-001-IS"),
    "signs-documents-with-wrong-key": ("SR-605-IS", "AL-001-IS"),
    "takes-http-errors-for-success": ("PT-011-IS", "SR-605-IS"),
    "overlooks-devices": ("SR-601-IS", "SR-605-IS"),
    "uses-wrong-pass-phrase": ("SSI-001-IS", "SR-605-IS"),
}
"""Defect to the key of the scenario run that has to catch it, and of one it has to get through."""


def test_every_defect_is_here_and_there_are_at_least_twelve() -> None:
    assert set(FAILS_AND_PASSES) == set(DEFECTS)
    assert len(DEFECTS) >= 12


@pytest.mark.parametrize("defect", sorted(DEFECTS))
def test_the_defect_and_its_check_name_each_other(defect: str) -> None:
    named = [check.id for check in checks().values() if defect in check.caught_by]
    assert named == list(DEFECTS[defect].caught_by)


@pytest.mark.parametrize("defect", sorted(FAILS_AND_PASSES))
def test_a_broken_client_fails_exactly_by_the_check_that_names_it(bench: Bench, defect: str) -> None:
    failing, passing = FAILS_AND_PASSES[defect]
    result = bench.run(f"broken:{defect}", f"{failing}, {passing}", deadline=4.0)
    runs = {scenario.key: scenario for scenario in result.run.scenarios}
    caught = runs[failing]
    failed = {check.check for check in caught.checks if check.finding.verdict is Verdict.FAIL}
    assert failed == set(DEFECTS[defect].caught_by), caught.reason
    assert caught.verdict is Verdict.FAIL
    assert runs[passing].verdict is Verdict.PASS, runs[passing].reason
    assert result.exit_code == 1
