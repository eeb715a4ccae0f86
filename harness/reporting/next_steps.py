"""Gaps of the party's system: the services, or kinds of action, that most scenarios wait for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from harness.reporting.model import Scenario

_SHOWN = 8


def waiting_for(scenarios: Sequence[Scenario]) -> list[tuple[str, int]]:
    """Count by service or kind of action the scenarios that did not run for lack of it; the most wanted first."""
    wanted: Counter[str] = Counter()
    for scenario in scenarios:
        refused = next((one for one in scenario.claims if (one.claimed or {}).get("status") == "unsupported"), None)
        if scenario.verdict == "NOT_RUN" and refused is not None:
            wanted[str(refused.asked.get("service") or refused.asked.get("kind", ""))] += 1
    return _most_wanted(wanted)


def left_out(planned: Iterable[Mapping[str, Any]], roles: Sequence[str]) -> tuple[int, list[tuple[str, int]]]:
    """Count the scenarios of the roles that the plan left out; list the services they need that no chosen one has.

    Args:
        planned: rows of the plan: role, srvs, chosen.
        roles: of the run; what is left out of others is no matter.

    A service counts once for each scenario that it alone is missing from, so that building the first makes most run.
    """
    rows = [row for row in planned if row["role"] in roles]
    known = {srv for row in rows if row["chosen"] for srv in row["srvs"]}
    out = [row for row in rows if not row["chosen"]]
    missing = [set(row["srvs"]) - known for row in out]
    return len(out), _most_wanted(Counter(srv for each in missing if len(each) == 1 for srv in each))


def next_step(scenarios: Sequence[Scenario]) -> str:
    """One line for the terminal; empty when nothing waits for the party's system."""
    wanted = waiting_for(scenarios)
    if not wanted:
        return ""
    return (
        f"your system answered 'unsupported' (scenarios that wait for it): {_listed(wanted)}; build {wanted[0][0]} next"
    )


def beyond_the_plan(planned: Iterable[Mapping[str, Any]], roles: Sequence[str], *, is_done: bool) -> str:
    """One line on what the run left out; empty when it left out nothing. ``is_done``: all that was chosen passed."""
    count, wanted = left_out(planned, roles)
    if not count:
        return ""
    said = f"{count} more scenarios of {', '.join(roles)} are left out by `select` and count as NOT_RUN"
    if not is_done or not wanted:
        return said
    first = wanted[0][0]
    return (
        f"{said}; most lack one service: {_listed(wanted)}; build {first} next "
        f"(`uept catalogue srv {first} --example`), try it with --select srv:{first}, add it to `select`"
    )


def _listed(wanted: Sequence[tuple[str, int]]) -> str:
    more = f" and {len(wanted) - _SHOWN} more" if len(wanted) > _SHOWN else ""
    return ", ".join(f"{what} ({count})" for what, count in wanted[:_SHOWN]) + more


def _most_wanted(wanted: Counter[str]) -> list[tuple[str, int]]:
    return sorted(wanted.items(), key=lambda item: (-item[1], item[0]))
