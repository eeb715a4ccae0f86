"""Plan of a rehearsal: the library of scenarios, a selection by role, service, priority and expression, an order.

Every scenario of the library is in the plan with the reason why it runs or does not, so that nothing is left out
silently. Knows feature files and the catalogue; knows nothing of drivers, the simulator or verdicts.
"""

from harness.plan.expression import ExpressionError, parse_expression
from harness.plan.library import (
    SCOPES,
    LibraryScenario,
    ScenarioStep,
    library_folder,
    load_library,
    scenario_digest,
    step_modules,
)
from harness.plan.plan_file import PlanFile, read_plan_file
from harness.plan.planning import Plan, Planned, Wanted, make_plan
from harness.plan.specification import ScriptedScenario, as_markdown, specification
from harness.plan.test_data import TestDatum, load_test_data, test_data_for

__all__ = [
    "SCOPES",
    "ExpressionError",
    "LibraryScenario",
    "Plan",
    "PlanFile",
    "Planned",
    "ScenarioStep",
    "ScriptedScenario",
    "TestDatum",
    "Wanted",
    "as_markdown",
    "library_folder",
    "load_library",
    "load_test_data",
    "make_plan",
    "parse_expression",
    "read_plan_file",
    "scenario_digest",
    "specification",
    "step_modules",
    "test_data_for",
]
