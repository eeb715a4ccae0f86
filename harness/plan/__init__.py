"""What is to be rehearsed: the library of scenarios, a selection by role, service, priority and expression, an order.

Every scenario of the library is in the plan with the reason why it runs or does not, so that nothing is left out
silently. Knows feature files and the catalogue; knows nothing of drivers, the simulator or verdicts.
"""

from harness.plan.expression import ExpressionError, parse_expression
from harness.plan.library import SCOPES, LibraryScenario, library_folder, load_library
from harness.plan.planning import Plan, Planned, Wanted, make_plan

__all__ = [
    "SCOPES",
    "ExpressionError",
    "LibraryScenario",
    "Plan",
    "Planned",
    "Wanted",
    "library_folder",
    "load_library",
    "make_plan",
    "parse_expression",
]
