"""Each broken client fails the scenario that its row names, by the checks that name it, and as the Party's fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.checks import Owner, Verdict
from harness.drivers import DEFECTS

if TYPE_CHECKING:
    from tests.clients.conftest import Bench


def test_there_are_at_least_ninety_defects() -> None:
    assert len(DEFECTS) >= 90


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_broken_client_fails_by_the_checks_that_name_it(bench: Bench, defect: str) -> None:
    row = DEFECTS[defect]
    result = bench.run(f"broken:{defect}", row.scenario, deadline=3.0, patience=1.5)
    (caught,) = result.run.scenarios
    failed = {check.check for check in caught.checks if check.finding.verdict is Verdict.FAIL}
    assert set(row.caught_by) <= failed, caught.reason
    assert (caught.verdict, caught.owner) == (Verdict.FAIL, Owner.PARTY)
    assert result.exit_code == 1
