"""The verdict of a role from results, plan, deviations and issues: it cannot be had cheaply, and never by our fault."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.verdicts import (
    Deviation,
    Issue,
    IssueOwner,
    ItemState,
    PlannedScenario,
    Regression,
    Result,
    RoleInputs,
    RoleVerdict,
    count,
    decide,
    eligible_services,
    latest_results,
    required_items,
    tally,
)
from schemas.load import UserRole, scenarios
from stubs.findings import Verdict

ROLE = "GT"
NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
ROWS = [row for row in scenarios().values() if row.priority == "P1" and ROLE in row.roles]
SERVICES = eligible_services(ROLE)
AGREED: dict[str, Any] = {"reason": "not offered", "effect": "none", "agreed_by": "DCC", "agreed_on": "2026-01-10"}


def result(scenario: str, verdict: Verdict = Verdict.PASS, **fields: Any) -> Result:
    row = scenarios().get(scenario)
    services = tuple(str(srv) for srv in row.srvs) if row else ()
    known = {"key": f"{scenario}-{ROLE}", "role": ROLE, "services": services, "scope": row.scope if row else ""}
    return Result(**{"scenario": scenario, "verdict": verdict, **known, **fields})


WHOLE = (*(result(row.id) for row in ROWS), result("OWN-1", services=SERVICES))
"""Everything a role has to show: each row, and one scenario (of nobody's catalogue) that uses every service."""


def inputs(*results: Result, **fields: Any) -> RoleInputs:
    return RoleInputs(ROLE, results or WHOLE, **fields)


def without(scenario: str) -> tuple[Result, ...]:
    return tuple(one for one in WHOLE if one.scenario != scenario)


def instead(scenario: str, verdict: Verdict) -> tuple[Result, ...]:
    return tuple(replace(one, verdict=verdict) if one.scenario == scenario else one for one in WHOLE)


def test_the_whole_required_set_makes_ready() -> None:
    found = decide(inputs())
    assert found.verdict is RoleVerdict.READY
    assert len(found.required) == len(ROWS) + len(SERVICES)
    assert found.missing == ()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_every_row_of_the_catalogue_is_required_by_name(row: Any) -> None:
    found = decide(inputs(*without(row.id)))
    assert found.verdict is RoleVerdict.NOT_ASSESSED
    assert [item.name for item in found.missing] == [row.id]
    assert row.id in found.reason


def test_every_service_is_required_by_name() -> None:
    for srv in SERVICES:
        rows = [replace(one, services=tuple(name for name in one.services if name != srv)) for one in WHOLE]
        assert [item.name for item in decide(inputs(*rows)).missing] == [f"service {srv}"]


def test_a_refusal_shows_no_service() -> None:
    refusals = [row.id for row in scenarios().values() if row.polarity == "negative"]
    found = decide(inputs(result(refusals[0], services=SERVICES)))
    assert found.tally.pairs_shown == 0
    assert found.tally.refusals_shown == len(SERVICES)
    assert all(item.state is not ItemState.MET for item in found.required if item.name.startswith("service"))


@pytest.mark.parametrize(
    ("verdict", "concluded"),
    [
        (Verdict.FAIL, RoleVerdict.FURTHER_TESTING),
        (Verdict.BLOCKED, RoleVerdict.NOT_ASSESSED),
        (Verdict.NOT_RUN, RoleVerdict.NOT_ASSESSED),
        (Verdict.REVIEW, RoleVerdict.NOT_ASSESSED),
        (Verdict.ATTESTED, RoleVerdict.READY),
        (Verdict.WARNING, RoleVerdict.READY_WITH_DEVIATIONS),
        (Verdict.RETEST_PASS, RoleVerdict.READY),
    ],
)
def test_one_scenario_decides(verdict: Verdict, concluded: RoleVerdict) -> None:
    assert decide(inputs(*instead(ROWS[0].id, verdict))).verdict is concluded


def test_a_failure_outside_the_required_set_counts_and_a_blocked_one_does_not() -> None:
    assert decide(inputs(*WHOLE, result("OWN-2", Verdict.FAIL))).verdict is RoleVerdict.FURTHER_TESTING
    assert decide(inputs(*WHOLE, result("OWN-2", Verdict.BLOCKED))).verdict is RoleVerdict.READY
    assert decide(inputs(*WHOLE, result("OWN-2", Verdict.REVIEW))).verdict is RoleVerdict.NOT_ASSESSED


def test_attested_items_stand_in_the_sentence() -> None:
    found = decide(inputs(*instead(ROWS[0].id, Verdict.ATTESTED)))
    assert found.attested == 1
    assert "1 of" in found.reason
    assert "person's word" in found.reason


def test_one_sign_in_and_everything_declared_unused_is_never_ready() -> None:
    deviations = tuple(Deviation(service=srv, **AGREED) for srv in SERVICES) + tuple(
        Deviation(scenario=row.id, **AGREED) for row in ROWS
    )
    found = decide(inputs(result("SSI-001", services=()), deviations=deviations))
    assert found.verdict is RoleVerdict.NOT_ASSESSED
    assert "no service" in found.reason


@pytest.mark.parametrize("lacking", [{}, *({**AGREED, name: " "} for name in AGREED)])
def test_a_deviation_without_reason_effect_or_agreement_stays_open(lacking: dict[str, Any]) -> None:
    found = decide(inputs(*without(ROWS[0].id), deviations=(Deviation(scenario=ROWS[0].id, **lacking),)))
    assert found.verdict is RoleVerdict.NOT_ASSESSED
    assert found.missing[0].state is ItemState.OPEN_DEVIATION


def test_an_agreed_deviation_makes_ready_with_deviations_and_says_whose_word_it_is() -> None:
    deviation = Deviation(scenario=ROWS[0].id, **AGREED)
    found = decide(inputs(*without(ROWS[0].id), deviations=(deviation,)))
    assert found.verdict is RoleVerdict.READY_WITH_DEVIATIONS
    assert "Party's claim" in found.reason
    confirmed = Deviation(scenario=ROWS[0].id, confirmed_by="DCC reviewer", **AGREED)
    assert "claim" not in decide(inputs(*without(ROWS[0].id), deviations=(confirmed,))).reason


def test_what_was_declared_and_shown_all_the_same_is_no_deviation() -> None:
    assert decide(inputs(deviations=(Deviation(service=SERVICES[0], **AGREED),))).verdict is RoleVerdict.READY


def test_a_deviation_never_covers_a_failure() -> None:
    failed = instead(ROWS[0].id, Verdict.FAIL)
    found = decide(inputs(*failed, deviations=(Deviation(scenario=ROWS[0].id, **AGREED),)))
    assert found.verdict is RoleVerdict.FURTHER_TESTING


def test_deviations_and_issues_of_another_role_do_not_count() -> None:
    other = Deviation(scenario=ROWS[0].id, roles=(UserRole.IS,), **AGREED)
    assert decide(inputs(*without(ROWS[0].id), deviations=(other,))).missing[0].state is ItemState.NOT_IMPLEMENTED
    issue = Issue("I-1", 1, IssueOwner.PARTY, roles=("IS",))
    assert decide(inputs(issues=(issue,))).verdict is RoleVerdict.READY


@pytest.mark.parametrize(
    ("severity", "owner", "plan", "is_open", "verdict"),
    [
        (1, IssueOwner.PARTY, "by May", True, RoleVerdict.FURTHER_TESTING),
        (2, IssueOwner.PARTY, "by May", True, RoleVerdict.FURTHER_TESTING),
        (3, IssueOwner.PARTY, "by May", True, RoleVerdict.READY_WITH_DEVIATIONS),
        (5, IssueOwner.PARTY, "", True, RoleVerdict.FURTHER_TESTING),
        (1, IssueOwner.PARTY, "", False, RoleVerdict.READY),
        *((1, owner, "", True, RoleVerdict.READY) for owner in IssueOwner if owner is not IssueOwner.PARTY),
    ],
)
def test_open_issues_of_the_party_count(
    severity: int, owner: IssueOwner, plan: str, is_open: bool, verdict: RoleVerdict
) -> None:
    issue = Issue("I-1", severity, owner, is_open=is_open, work_off_plan=plan)
    assert decide(inputs(issues=(issue,))).verdict is verdict


def test_an_open_criterion_stands_in_the_way() -> None:
    found = decide(inputs(open_criteria=("bundle of run-2 does not verify",)))
    assert found.verdict is RoleVerdict.NOT_ASSESSED
    assert "run-2" in found.reason


# --- retests and builds -----------------------------------------------------------------------------------------


def test_a_retest_passes_and_the_history_stays() -> None:
    first, again = result("SR-201", Verdict.FAIL, at=NOON), result("SR-201", at=NOON + timedelta(hours=1))
    latest = latest_results((again, first))
    assert [one.verdict for one in latest.values()] == [Verdict.RETEST_PASS]
    assert count((again, first)).by_verdict == {Verdict.RETEST_PASS: 1}


def test_a_later_failure_counts_and_a_later_interruption_does_not() -> None:
    good, bad = result("SR-201", at=NOON), result("SR-201", Verdict.FAIL, at=NOON + timedelta(hours=1))
    broken = result("SR-201", Verdict.NOT_RUN, at=NOON + timedelta(hours=2))
    assert [one.verdict for one in latest_results((good, bad, broken)).values()] == [Verdict.FAIL]


def test_a_pass_on_another_build_counts_under_a_regression_statement_only() -> None:
    old = tuple(replace(one, build="1") for one in WHOLE)
    found = decide(inputs(*old, build="3"))
    assert found.verdict is RoleVerdict.NOT_ASSESSED
    assert {item.state for item in found.missing} == {ItemState.OTHER_BUILD}
    chain = (Regression("1", "2"), Regression("2", "3"))
    assert decide(inputs(*old, build="3", regressions=chain)).verdict is RoleVerdict.READY
    assert decide(inputs(*old, build="1", regressions=chain)).verdict is RoleVerdict.READY
    backwards = (Regression("3", "1"),)
    assert decide(inputs(*old, build="3", regressions=backwards)).verdict is RoleVerdict.NOT_ASSESSED


# --- what was not run counts by name -----------------------------------------------------------------------------


def test_left_out_not_run_and_not_implemented_are_told_apart() -> None:
    ids = [row.id for row in ROWS[:3]]
    plan = (
        PlannedScenario(f"{ids[0]}-{ROLE}", ids[0], ROLE, is_chosen=False, reason="left out by --select"),
        PlannedScenario(f"{ids[1]}-{ROLE}", ids[1], ROLE),
    )
    items = {item.name: item for item in required_items(RoleInputs(ROLE, plan=plan))}
    assert items[ids[0]].state is ItemState.DESELECTED
    assert "--select" in items[ids[0]].why
    assert items[ids[1]].state is ItemState.NOT_RUN
    assert items[ids[2]].state is ItemState.NOT_IMPLEMENTED


def test_a_row_with_several_scenarios_needs_them_all() -> None:
    second = PlannedScenario(f"{ROWS[0].id}-{ROLE}-2", ROWS[0].id, ROLE, is_chosen=False)
    found = decide(inputs(plan=(second,)))
    assert [item.name for item in found.missing] == [ROWS[0].id]


# --- counts ------------------------------------------------------------------------------------------------------

VERDICTS = st.sampled_from([one for one in Verdict if one is not Verdict.RETEST_PASS])
SCENARIOS = st.sampled_from([*(row.id for row in scenarios().values()), "OWN-1"])


@given(st.lists(st.tuples(SCENARIOS, VERDICTS), max_size=30))
def test_no_count_contradicts_another(made: list[tuple[str, Verdict]]) -> None:
    results = tuple(result(scenario, verdict) for scenario, verdict in made)
    found = decide(RoleInputs(ROLE, results))
    counted = tally([RoleInputs(ROLE, results)])
    assert counted == found.tally
    assert counted.scenarios.planned == len({one.key for one in results})
    assert sum(scope.planned for scope in counted.scopes.values()) == counted.scenarios.planned
    assert sum(counted.pairs_by_state.values()) == counted.pairs == len(SERVICES)
    assert counted.pairs_shown == sum(
        row.state in {"passed", "attested"} for row in counted.coverage if row.is_eligible
    )
    # A service that counts as shown and has not failed elsewhere is one whose item is filled, and the other way round.
    shown = {row.srv for row in counted.coverage if row.is_eligible and row.state in {"passed", "attested"}}
    filled = set(found.services(ItemState.MET, ItemState.ATTESTED))
    failed = {row.srv for row in counted.coverage if row.state == "failed"}
    assert shown - failed == filled - failed
    if found.verdict in {RoleVerdict.READY, RoleVerdict.READY_WITH_DEVIATIONS}:
        assert not any(one.verdict is Verdict.FAIL for one in results)


NEGATIVE = next(row.id for row in scenarios().values() if row.polarity == "negative")


@pytest.mark.parametrize(("scenario", "is_positive"), [("OWN-1", True), (ROWS[0].id, True), (NEGATIVE, False)])
def test_what_expects_a_service_to_work_is_positive(scenario: str, *, is_positive: bool) -> None:
    assert PlannedScenario(f"{scenario}-{ROLE}", scenario, ROLE).is_positive is is_positive
    assert Result(f"{scenario}-{ROLE}", scenario, ROLE, Verdict.PASS).is_positive is is_positive


@pytest.mark.parametrize(("roles", "concerned"), [((), True), ((ROLE,), True), (("IS",), False), (("IS", ROLE), True)])
def test_whom_an_issue_concerns(roles: tuple[str, ...], *, concerned: bool) -> None:
    assert Issue("1", 1, IssueOwner.PARTY, roles=roles).concerns(ROLE) is concerned


def test_a_deviation_with_a_field_of_no_name_is_refused() -> None:
    assert msgspec.convert({"service": "7.1", **AGREED}, Deviation).missing == ()
    with pytest.raises(msgspec.ValidationError, match="agreedby"):
        msgspec.convert({"service": "7.1", "agreedby": "DCC"}, Deviation)
    in_order: Any = Deviation
    with pytest.raises(TypeError):
        in_order("7.1", "SR-501")


@pytest.mark.parametrize(
    ("verdicts", "counts"),
    [
        ((Verdict.PASS,), Verdict.PASS),
        ((Verdict.FAIL, Verdict.PASS), Verdict.RETEST_PASS),
        ((Verdict.FAIL, Verdict.BLOCKED, Verdict.PASS), Verdict.RETEST_PASS),
        ((Verdict.BLOCKED, Verdict.PASS), Verdict.PASS),
        ((Verdict.PASS, Verdict.FAIL), Verdict.FAIL),
        ((Verdict.FAIL, Verdict.REVIEW), Verdict.REVIEW),
        ((Verdict.FAIL, Verdict.NOT_RUN), Verdict.FAIL),
        ((Verdict.FAIL, Verdict.PASS, Verdict.NOT_RUN), Verdict.RETEST_PASS),
        ((Verdict.NOT_RUN,), Verdict.NOT_RUN),
    ],
)
def test_which_of_several_results_counts(verdicts: tuple[Verdict, ...], counts: Verdict) -> None:
    history = [result(ROWS[0].id, one, at=NOON + timedelta(hours=hour)) for hour, one in enumerate(verdicts)]
    (latest,) = latest_results(reversed(history)).values()
    assert latest.verdict is counts


@pytest.mark.parametrize(
    ("positive", "others", "state"),
    [
        (Verdict.PASS, None, "passed"),
        (Verdict.RETEST_PASS, None, "passed"),
        (Verdict.ATTESTED, None, "attested"),
        (Verdict.FAIL, None, "failed"),
        (Verdict.BLOCKED, None, "blocked"),
        (Verdict.REVIEW, None, "review"),
        (Verdict.NOT_RUN, None, "not-covered"),
        (Verdict.PASS, Verdict.FAIL, "failed"),
        (Verdict.PASS, Verdict.ATTESTED, "passed"),
        (Verdict.PASS, Verdict.BLOCKED, "passed"),
        (Verdict.ATTESTED, Verdict.REVIEW, "attested"),
        (Verdict.BLOCKED, Verdict.REVIEW, "blocked"),
    ],
)
def test_what_results_say_of_a_service(positive: Verdict, others: Verdict | None, state: str) -> None:
    srv = SERVICES[0]
    results = [result("OWN-1", positive, services=(srv,))]
    results += [result("OWN-2", others, services=(srv,))] if others else []
    coverage = {row.srv: row for row in tally([inputs(*results)]).coverage}
    assert coverage[srv].state == state
