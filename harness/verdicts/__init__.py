"""The verdict of a role, and every count of a report: one function each, for run report and completion report alike.

``decide`` takes a ``RoleInputs`` (results of any number of runs, plan, issues, deviations) and gives a
``RoleAssessment``; ``tally`` counts. Both are pure. This room knows verdicts and the catalogue, and nothing of
journals, runs on disk, bundles or reports: ``harness.engine.assessment`` makes the inputs out of a folded run.
"""

from harness.verdicts.counts import Counts, ServiceCoverage, Tally, count, coverage_of, tally
from harness.verdicts.inputs import (
    Deviation,
    Issue,
    IssueOwner,
    PlannedScenario,
    Regression,
    Result,
    RoleInputs,
)
from harness.verdicts.latest import latest_results
from harness.verdicts.required import ItemState, RequiredItem, eligible_services, required_items
from harness.verdicts.role import RoleAssessment, RoleVerdict, decide

__all__ = [
    "Counts",
    "Deviation",
    "Issue",
    "IssueOwner",
    "ItemState",
    "PlannedScenario",
    "Regression",
    "RequiredItem",
    "Result",
    "RoleAssessment",
    "RoleInputs",
    "RoleVerdict",
    "ServiceCoverage",
    "Tally",
    "count",
    "coverage_of",
    "decide",
    "eligible_services",
    "latest_results",
    "required_items",
    "tally",
]
