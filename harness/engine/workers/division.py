"""Division of the plan among workers, dealt out like cards."""

from __future__ import annotations

from collections.abc import Sequence

from harness.plan import LibraryScenario


def shares(chosen: Sequence[LibraryScenario], jobs: int) -> tuple[tuple[LibraryScenario, ...], ...]:
    """One share per worker, none empty, each in the order of the plan.

    Dealt in turn: neighbours in a plan are the same scenario for other roles and take about as long, so shares do too.
    """
    return tuple(tuple(chosen[number::jobs]) for number in range(min(jobs, len(chosen))))
