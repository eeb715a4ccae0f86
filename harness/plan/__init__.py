"""What is to be rehearsed: the library of scenarios, a selection by role, service, priority and expression, an order.

Every scenario of the library is in the plan with the reason why it runs or does not, so that nothing is left out
silently. Knows feature files and the catalogue; knows nothing of drivers, the simulator or verdicts.
"""

from harness.plan.expression import ExpressionError, parse_expression
from harness.plan.library import SCOPES, LibraryScenario, library_folder, load_library, scenario_digest
from harness.plan.planning import Plan, Planned, Wanted, make_plan
from harness.plan.test_data import TestDatum, load_test_data, test_data_for

__all__ = [
    "SCOPES",
    "ExpressionError",
    "LibraryScenario",
    "Plan",
    "Planned",
    "TestDatum",
    "Wanted",
    "library_folder",
    "load_library",
    "load_test_data",
    "make_plan",
    "parse_expression",
    "scenario_digest",
    "test_data_for",
]
