"""The plan of a run against the one that its settings and scenario set lead to, and against what was run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.engine.results import Run
from harness.judging.owed import ScenarioSet
from harness.plan import ExpressionError, make_plan


@dataclass(frozen=True, slots=True)
class _Asked:
    """Selection that the recorded settings ask of a plan."""

    roles: tuple[str, ...]
    services: tuple[str, ...]
    priorities: tuple[str, ...]
    select: str


_COMPARED = ("id", "role", "scope", "priority", "feature")
"""Not whether one was chosen: what was left out, for whatever reason, is missing by name in the role's verdict."""


def plan_problems(run: Run, scenarios: ScenarioSet) -> Iterator[str]:
    """Yield each difference of the plan, and what was not run although the run calls itself complete."""
    told: Mapping[str, Any] = run.facts.get("settings", {})
    asked = _Asked(
        tuple(told.get("roles", ())), tuple(told.get("services", ())), tuple(told.get("priorities", ())),
        str(told.get("select", "")),
    )  # fmt: skip
    try:
        rows = make_plan(scenarios.library.values(), asked).rows
    except ExpressionError as error:
        yield f"the settings hold a selection that cannot be read: {error}"
        return
    owed = {str(row["key"]): row for row in (one.row() for one in rows)}
    planned = {str(row["key"]): row for row in run.planned}
    for key in sorted(owed.keys() - planned.keys()):
        yield f"{key} belongs to the scenario set and is not in the plan"
    for key in sorted(planned.keys() - owed.keys()):
        yield f"{key} is in the plan and not in the scenario set"
    for key in sorted(owed.keys() & planned.keys()):
        different = [name for name in _COMPARED if owed[key][name] != planned[key].get(name)]
        if different or list(owed[key]["srvs"]) != list(planned[key].get("srvs", ())):
            yield f"{key} differs from the scenario set in {', '.join(different) or 'srvs'}"
    yield from _not_as_planned(run, planned)


def _not_as_planned(run: Run, planned: Mapping[str, Any]) -> Iterator[str]:
    ran = {scenario.key: scenario for scenario in run.scenarios}
    for key, scenario in ran.items():
        row = planned.get(key)
        if row is None or not row["chosen"]:
            yield f"{key} was run and not planned"
        elif (scenario.id, scenario.role, list(scenario.srvs)) != (
            row.get("id"),
            row["role"],
            list(row.get("srvs", ())),
        ):
            yield f"{key} was run as {scenario.id} in role {scenario.role}, planned otherwise"
    if run.is_complete:
        missing = [key for key, row in planned.items() if row["chosen"] and key not in ran]
        if missing:
            names = ", ".join(missing[:5])
            yield f"the run calls itself complete; {len(missing)} planned scenarios were not run: {names}"
