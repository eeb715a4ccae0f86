"""What the party's system could not do yet: the services, or kinds of action, that most scenarios wait for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from harness.reporting.model import Scenario

_SHOWN = 8


def waiting_for(scenarios: Sequence[Scenario]) -> list[tuple[str, int]]:
    """Service or kind of action, and how many scenarios did not run for want of it; the most wanted first."""
    wanted: Counter[str] = Counter()
    for scenario in scenarios:
        refused = next((one for one in scenario.claims if (one.claimed or {}).get("status") == "unsupported"), None)
        if scenario.verdict == "NOT_RUN" and refused is not None:
            wanted[str(refused.asked.get("service") or refused.asked.get("kind", ""))] += 1
    return sorted(wanted.items(), key=lambda item: (-item[1], item[0]))


def next_step(scenarios: Sequence[Scenario]) -> str:
    """One line for the terminal; empty when nothing waits for the party's system."""
    wanted = waiting_for(scenarios)
    if not wanted:
        return ""
    listed = ", ".join(f"{what} ({count})" for what, count in wanted[:_SHOWN])
    more = f" and {len(wanted) - _SHOWN} more" if len(wanted) > _SHOWN else ""
    return f"your system answered 'unsupported' (scenarios that wait for it): {listed}{more}; build {wanted[0][0]} next"
