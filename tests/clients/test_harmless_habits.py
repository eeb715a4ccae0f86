"""Whatever harmless habits a correct client has, it passes: in writing, posting, answering and reporting."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from harness.checks import Verdict
from harness.drivers.defective.habits import HABITS, chosen, combined
from harness.engine import run_rehearsal

if TYPE_CHECKING:
    from tests.clients.conftest import Bench

SCENARIOS = "SR-201-IS-2 or SR-503-IS or SR-601-IS or SR-112-IS or IC-008-IS or IC-021-IS or AL-001-IS or RC-010-IS"
"""Reading, a list, a token, an answer of the DCC, a critical request, an alert, a refusal; `make habits` tries all."""

SEEDS = ("one", "two", "three")


def test_the_seeds_try_nearly_every_habit() -> None:
    tried = {name for seed in SEEDS for name in chosen(Random(seed))}
    assert len(tried) > len(HABITS) * 0.6


@pytest.mark.parametrize("seed", SEEDS)
def test_a_client_with_any_harmless_habits_passes(bench: Bench, seed: str) -> None:
    names = chosen(Random(seed))
    run = run_rehearsal(bench.settings(select=SCENARIOS), dcc=bench.dcc, driver=combined(names)).run
    told = {one.key: one.reason for one in run.scenarios if one.verdict is not Verdict.PASS}
    assert told == {}, f"habits: {', '.join(names)}"
    assert len(run.scenarios) == SCENARIOS.count(" or ") + 1
