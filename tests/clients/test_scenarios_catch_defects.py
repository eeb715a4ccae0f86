"""Every scenario is there for a reason: at least one broken client fails it, in at least one of its roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.checks import Verdict
from harness.drivers import DEFECTS
from harness.plan import load_library

if TYPE_CHECKING:
    from tests.clients.conftest import Bench

CATCHES = {
    "accepts-duplicates": ["PT-009"],
    "alters-pre-command": ["IC-022"],
    "answers-500-to-alerts": ["AL-005", "AL-021"],
    "answers-500-to-responses": ["PT-009"],
    "correlates-by-order": ["PT-009"],
    "does-not-verify-signatures": ["PT-015"],
    "forgets-alerts": [
        "AL-001", "AL-002", "AL-003", "AL-004", "AL-006", "AL-007", "AL-008", "AL-009", "AL-010", "AL-022", "AL-023",
        "AL-024", "AL-025", "AL-026", "AL-027", "AL-028", "AL-029", "AL-030", "AL-031", "AL-032", "AL-033", "AL-034",
        "AL-035",
    ],
    "ignores-error-codes": [
        "IC-023", "RC-002", "RC-003", "RC-004", "RC-006", "RC-007", "RC-008", "RC-009", "RC-010", "RC-011", "RC-012",
        "RC-014", "SR-218",
    ],
    "leaves-old-certificate": ["IC-031"],
    "mis-scales-reading": ["PT-008", "SR-202", "SR-207", "SR-208", "SR-212"],
    "overlooks-devices": ["SR-601"],
    "retries-forever": ["RC-002"],
    "reuses-counter": ["PT-012"],
    "sends-critical-unsigned": ["IC-021", "PT-002", "SR-105", "SR-106", "SR-501"],
    "sends-to-wrong-service": ["SR-502"],
    "signs-any-pre-command": ["PT-006"],
    "signs-documents-with-wrong-key": [
        "IC-001", "IC-002", "IC-004", "IC-005", "IC-008", "IC-009", "IC-014", "IC-015", "IC-016", "IC-018", "IC-042",
        "PT-001", "PT-010", "SR-112", "SR-113", "SR-114", "SR-121", "SR-417", "SR-421", "SR-503", "SR-605",
    ],
    "signs-with-wrong-key": ["IC-021"],
    "takes-http-errors-for-success": ["PT-011", "PT-013", "PT-014"],
    "treats-acknowledgement-as-done": ["SR-201"],
    "trusts-wrong-party": ["PT-015"],
    "believes-every-sign-in": ["SSI-002"],
    "claims-every-function": ["SSI-001", "SSI-004", "SSI-005"],
    "claims-to-see-others-messages": ["SSI-009"],
    "decides-the-opposite-on-quarantine": ["SSI-020"],
    "files-incidents-under-another-category": ["SSI-013"],
    "ignores-what-is-wrong-with-fields": ["SSI-007"],
    "loses-updates-of-incidents": ["SSI-014"],
    "mixes-up-codes-of-messages": ["SSI-008"],
    "orders-ten-times-the-hubs": ["SSI-021"],
    "reads-no-tables-on-pages": [
        "SSI-010", "SSI-011", "SSI-012", "SSI-015", "SSI-016", "SSI-017", "SSI-018", "SSI-026",
    ],
    "runs-another-report": ["SSI-022", "SSI-023", "SSI-024"],
    "sees-nothing-on-pages": ["SSI-006"],
    "shows-pages-after-sign-out": ["SSI-003"],
    "signs-files-with-wrong-key": ["SSI-019"],
    "takes-part-of-a-report-for-the-whole": ["SSI-025"],
    "uses-one-browser-only": ["SSI-027"],
}  # fmt: skip
"""Defect to the scenarios that have to catch it."""
OF_ACCEPTED_REQUESTS = "signs-documents-with-wrong-key"
"""Caught by every scenario that begins with a request that must be accepted: those named for no other defect."""


def test_the_table_names_scenarios_and_defects_that_are_there() -> None:
    assert set(CATCHES) <= set(DEFECTS)
    assert {one for scenarios in CATCHES.values() for one in scenarios} <= {one.id for one in load_library()}


def further() -> list[str]:
    """Ids of scenarios that the table does not name."""
    named = {one for scenarios in CATCHES.values() for one in scenarios}
    return sorted({one.id for one in load_library()} - named)


def caught_by(bench: Bench, defect: str, wanted: list[str], select: str) -> None:
    result = bench.run(f"broken:{defect}", select, deadline=4.0, patience=2.0)
    caught = {run.id for run in result.run.scenarios if run.verdict is Verdict.FAIL}
    told = [f"{run.key} {run.verdict.value} {run.reason}" for run in result.run.scenarios if run.id not in caught]
    assert sorted(caught) == sorted(wanted), told
    assert not {run.key for run in result.run.scenarios if run.verdict is Verdict.BLOCKED}, told


def test_each_further_scenario_fails_a_client_whose_requests_cannot_be_accepted(bench: Bench) -> None:
    first = {one.id: one.key for one in reversed(load_library())}
    wanted = further()
    caught_by(bench, OF_ACCEPTED_REQUESTS, wanted, " or ".join(first[one] for one in wanted))


@pytest.mark.parametrize("defect", sorted(CATCHES))
def test_the_scenarios_catch_the_defect(bench: Bench, defect: str) -> None:
    role_of = {one.id: one.role for one in reversed(load_library())}
    wanted = CATCHES[defect]
    caught_by(bench, defect, wanted, " or ".join(f"({one} and role:{role_of[one]})" for one in wanted))
