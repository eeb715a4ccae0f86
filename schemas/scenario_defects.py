"""Which broken clients fail which scenario: how we know that a scenario can fail."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from schemas.tables import table_rows

_OF_ACCEPTED_REQUESTS = "signs-documents-with-wrong-key"
"""Fails every scenario that begins with a request which must be accepted: those that the table names for no other."""


@cache
def scenario_defects() -> Mapping[str, tuple[str, ...]]:
    """Broken clients by the id of a scenario that each of them fails, in one of its roles; a test runs every pair."""
    found: dict[str, tuple[str, ...]] = {}
    for row in table_rows("catalogue", "scenario-defects.csv"):
        found[row["scenario"]] = (*found.get(row["scenario"], ()), row["defect"])
    return MappingProxyType(found)


def defects_failed_by(scenario: str) -> tuple[str, ...]:
    """The broken clients that show of a scenario that it can fail: one at least."""
    return scenario_defects().get(scenario, (_OF_ACCEPTED_REQUESTS,))
