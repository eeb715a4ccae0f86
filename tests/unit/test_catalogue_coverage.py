"""The library against the catalogue and the service matrix: every pair of role and service is shown by a scenario."""

from __future__ import annotations

from harness.plan import load_library
from schemas.load import scenarios, service_requests

LIBRARY = [one for one in load_library() if one.id in scenarios()]


def test_every_pair_of_role_and_service_has_a_positive_scenario() -> None:
    shown = {(one.role, srv) for one in LIBRARY if scenarios()[one.id].polarity == "positive" for srv in one.srvs}
    pairs = {(role.value, str(srv)) for srv, row in service_requests().items() for role in row.eligible_roles}
    assert len(pairs) == 312
    assert sorted(pairs - shown) == []


def test_every_row_of_the_catalogue_has_a_scenario_in_every_role_it_names() -> None:
    have = {(one.id, one.role) for one in LIBRARY}
    assert [(row.id, role) for row in scenarios().values() for role in row.roles if (row.id, role) not in have] == []


def test_every_row_says_where_it_comes_from() -> None:
    assert all(row.provenance and row.confidence and row.basis for row in scenarios().values())
