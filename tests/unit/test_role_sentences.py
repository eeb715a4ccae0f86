"""The sentence a role's verdict gives, the states of its items and their reasons, and every count, number by number."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

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
    coverage_of,
    decide,
    eligible_services,
    latest_results,
    required_items,
    tally,
)
from harness.verdicts.inputs import unagreed
from schemas.load import UserRole, scenarios, service_requests
from stubs.findings import Verdict
from tests.unit.test_role_verdicts import AGREED, NOON, ROLE, ROWS, SERVICES, WHOLE, inputs, instead, result, without

ALL = len(ROWS) + len(SERVICES)
FIRST = ROWS[0].id
KEY = f"{FIRST}-{ROLE}"
READY, WITH, FURTHER, OPEN = (
    RoleVerdict.READY, RoleVerdict.READY_WITH_DEVIATIONS, RoleVerdict.FURTHER_TESTING, RoleVerdict.NOT_ASSESSED,
)  # fmt: skip
CLAIM = "(1 of 1 deviations are the Party's claim)"


def issue(name: str, severity: int, plan: str = "by May") -> Issue:
    return Issue(name, severity, IssueOwner.PARTY, work_off_plan=plan)


def own(number: int, verdict: Verdict, **fields: Any) -> Result:
    return result(f"OWN-{number}", verdict, **{"services": (), **fields})


def many(number: int, verdict: Verdict) -> tuple[Result, ...]:
    return (*WHOLE, *(own(at, verdict) for at in range(10, 10 + number)))


@pytest.mark.parametrize(
    ("given", "verdict", "reason"),
    [
        (inputs(), READY, f"all {ALL} required items are shown"),
        (inputs(*instead(FIRST, Verdict.FAIL)), FURTHER, f"1 failed: repeat {KEY}"),
        (inputs(*many(8, Verdict.FAIL)), FURTHER, f"8 failed: repeat {', '.join(f'OWN-{n}-GT' for n in range(10, 18))}"),
        (inputs(*many(9, Verdict.FAIL)), FURTHER,
         f"9 failed: repeat {', '.join(f'OWN-{n}-GT' for n in range(10, 18))} and 1 more"),
        (inputs(issues=(issue("I-1", 2), issue("I-2", 1), issue("I-3", 3))), FURTHER, "2 open issues of severity 1 or 2: I-1, I-2"),
        (inputs(issues=(issue("I-1", 3, " "), issue("I-2", 4))), FURTHER, "1 open issues without a work-off plan: I-1"),
        (inputs(issues=(issue("I-1", 3), issue("I-2", 5))), WITH, "2 open issues with a work-off plan: I-1, I-2"),
        (inputs(*many(2, Verdict.WARNING)), WITH, "2 warnings: OWN-10-GT, OWN-11-GT"),
        (inputs(*many(1, Verdict.WARNING), issues=(issue("I-1", 3),)), WITH,
         "1 open issues with a work-off plan: I-1; 1 warnings: OWN-10-GT"),
        (inputs(*many(2, Verdict.REVIEW)), OPEN, "2 wait for a person's review: OWN-10-GT, OWN-11-GT"),
        (inputs(open_criteria=("a", "b")), OPEN, "2 criteria not met: a, b"),
        (inputs(*instead(FIRST, Verdict.ATTESTED)), READY,
         f"all {ALL} required items are shown; 1 of {ALL} required items rest on a person's word"),
        (inputs(*without(FIRST)), OPEN, f"1 of {ALL} required items are not shown (1 not implemented): {FIRST}"),
        (inputs(*instead(FIRST, Verdict.BLOCKED)), OPEN, f"1 of {ALL} required items are not shown (1 blocked): {FIRST}"),
        (inputs(*without(FIRST), deviations=(Deviation(scenario=FIRST, **AGREED),)), WITH,
         f"1 of {ALL} required items by agreed deviation {CLAIM}: {FIRST}"),
        (inputs(*without(FIRST), deviations=(Deviation(scenario=FIRST, confirmed_by="R", **AGREED),)), WITH,
         f"1 of {ALL} required items by agreed deviation: {FIRST}"),
        (inputs(*without(FIRST), deviations=(Deviation(scenario=FIRST, **AGREED), Deviation(scenario="x"))), WITH,
         f"1 of {ALL} required items by agreed deviation (1 of 2 deviations are the Party's claim): {FIRST}"),
        (RoleInputs(ROLE), OPEN, "no scenario ran"),
        (RoleInputs(ROLE, (own(1, Verdict.NOT_RUN),)), OPEN, "no scenario ran"),
        (RoleInputs(ROLE, (own(1, Verdict.NOT_RUN, build="1"),), build="2"), OPEN, "no scenario ran"),
        (RoleInputs(ROLE, (own(1, Verdict.PASS, build="1"), own(2, Verdict.FAIL), own(3, Verdict.NOT_RUN, build="0")),
                    build="2"),
         OPEN, "no scenario ran on build 2: 2 results are of another build (1, not stated)"),
    ],
)  # fmt: skip
def test_the_sentence_says_what_decides(given: RoleInputs, verdict: RoleVerdict, reason: str) -> None:
    found = decide(given)
    assert (found.verdict, found.reason) == (verdict, reason)


def test_what_is_missing_is_counted_by_kind_and_the_urgent_named_first() -> None:
    ids = [row.id for row in ROWS[:6]]
    results = [one for one in WHOLE if one.scenario not in ids]
    for scenario, verdict in zip(ids[3:], (Verdict.NOT_RUN, Verdict.REVIEW, Verdict.BLOCKED), strict=True):
        results.append(result(scenario, verdict))
    results.append(result(ids[2], build="0"))
    given = replace(
        inputs(*(one if one.build else replace(one, build="1") for one in results)),
        build="1",
        deviations=(Deviation(scenario=ids[1]),),
    )
    found = decide(given)
    assert found.reason == (
        f"6 of {ALL} required items are not shown (1 open deviation, 1 blocked, 1 review open, 1 not run, "
        "1 passed on another build only, 1 not implemented): "
        + ", ".join([ids[5], ids[4], ids[1], ids[2], ids[3], ids[0]])
    )


def test_what_has_to_be_repeated_and_which_services_are_in_which_state() -> None:
    found = decide(inputs(*WHOLE, own(1, Verdict.FAIL), own(2, Verdict.BLOCKED), own(3, Verdict.REVIEW)))
    assert found.to_repeat == ("OWN-1-GT", "OWN-2-GT")
    assert found.services(ItemState.MET) == SERVICES
    assert found.services(ItemState.BLOCKED, ItemState.FAILED) == ()
    assert found.missing == ()


# --- items and their reasons ----------------------------------------------------------------------------------------


def item(name: str, given: RoleInputs) -> tuple[ItemState, str]:
    found = next(one for one in required_items(given) if one.name == name)
    return found.state, found.why


SRV = SERVICES[0]


@pytest.mark.parametrize(
    ("given", "state", "why"),
    [
        (inputs(), ItemState.MET, ""),
        (inputs(*without(FIRST)), ItemState.NOT_IMPLEMENTED, "no scenario of this version shows it"),
        (inputs(*instead(FIRST, Verdict.ATTESTED)), ItemState.ATTESTED, ""),
        (inputs(*without(FIRST), result(FIRST, Verdict.FAIL, reason="wrong")), ItemState.FAILED, f"{KEY}: wrong"),
        (inputs(*without(FIRST), result(FIRST, Verdict.BLOCKED)), ItemState.BLOCKED, f"{KEY} blocked"),
        (inputs(*WHOLE, result(FIRST, Verdict.REVIEW, key="k2")), ItemState.REVIEW, "k2 review open"),
        (inputs(*WHOLE, result(FIRST, Verdict.REVIEW, key="k2"), result(FIRST, Verdict.FAIL, key="k3")), ItemState.FAILED, "k3 failed"),
        (inputs(*WHOLE, result(FIRST, Verdict.ATTESTED, key="k2")), ItemState.ATTESTED, ""),
        (RoleInputs(ROLE, (result(FIRST, build="1"),), build="2"), ItemState.OTHER_BUILD,
         f"{KEY} passed on build 1, no regression statement covers 2"),
        (RoleInputs(ROLE, (result(FIRST),), build="2"), ItemState.OTHER_BUILD,
         f"{KEY} passed on build unknown, no regression statement covers 2"),
        (RoleInputs(ROLE, (result(FIRST, Verdict.FAIL, build="1"),), build="2"), ItemState.NOT_RUN, f"{KEY} not run"),
        (RoleInputs(ROLE, (result(FIRST, build="1"), result(FIRST, Verdict.NOT_RUN, build="2")), build="2"),
         ItemState.OTHER_BUILD, f"{KEY} passed on build 1, no regression statement covers 2"),
        (RoleInputs(ROLE, (result(FIRST, Verdict.NOT_RUN, reason="stopped"),)), ItemState.NOT_RUN, f"{KEY}: stopped"),
        (RoleInputs(ROLE, plan=(PlannedScenario(KEY, FIRST, ROLE),)), ItemState.NOT_RUN, f"{KEY} not run"),
        (RoleInputs(ROLE, plan=(PlannedScenario(KEY, FIRST, ROLE, is_chosen=False, reason="left out"),)),
         ItemState.DESELECTED, f"{KEY}: left out"),
        (RoleInputs(ROLE, (result(FIRST, Verdict.NOT_RUN),), (PlannedScenario(KEY, FIRST, ROLE, is_chosen=False),)),
         ItemState.NOT_RUN, f"{KEY} not run"),
        (RoleInputs("GT", (result(FIRST, role="IS"),)), ItemState.NOT_IMPLEMENTED, "no scenario of this version shows it"),
    ],
)  # fmt: skip
def test_the_state_of_a_row_and_why(given: RoleInputs, state: ItemState, why: str) -> None:
    assert item(FIRST, given) == (state, why)


@pytest.mark.parametrize(
    ("results", "deviations", "state"),
    [
        ((own(1, Verdict.PASS, services=(SRV,)),), (), ItemState.MET),
        ((own(1, Verdict.ATTESTED, services=(SRV,)),), (), ItemState.ATTESTED),
        ((own(1, Verdict.ATTESTED, services=(SRV,)), own(2, Verdict.PASS, services=(SRV,))), (), ItemState.MET),
        ((own(1, Verdict.PASS, services=(SRV,)), own(2, Verdict.FAIL, services=(SRV,))), (), ItemState.MET),
        ((own(1, Verdict.BLOCKED, services=(SRV,)), own(2, Verdict.FAIL, services=(SRV,))), (), ItemState.FAILED),
        ((own(1, Verdict.BLOCKED, services=(SRV,)),), (Deviation(service=SRV, **AGREED),), ItemState.DEVIATION),
        ((own(1, Verdict.FAIL, services=(SRV,)),), (Deviation(service=SRV, **AGREED),), ItemState.FAILED),
        ((), (Deviation(service=SRV),), ItemState.OPEN_DEVIATION),
        ((), (Deviation(service="1.1.1", **AGREED),), ItemState.NOT_IMPLEMENTED),
    ],
)  # fmt: skip
def test_the_state_of_a_service(
    results: tuple[Result, ...], deviations: tuple[Deviation, ...], state: ItemState
) -> None:
    given = RoleInputs(ROLE, results, deviations=deviations)
    assert item(f"service {SRV}", given)[0] is state


def test_a_row_is_declared_with_every_service_of_it() -> None:
    row = next(one for one in scenarios().values() if one.priority == "P1" and len(one.srvs) > 1)
    role = str(row.roles[0])
    services = [str(srv) for srv in row.srvs]
    agreed = [Deviation(service=srv, **AGREED) for srv in services]
    assert item(row.id, RoleInputs(role, deviations=tuple(agreed)))[0] is ItemState.DEVIATION
    assert item(row.id, RoleInputs(role, deviations=tuple(agreed[1:])))[0] is ItemState.NOT_IMPLEMENTED
    for at in range(len(services)):
        some = [*agreed[:at], Deviation(service=services[at]), *agreed[at + 1 :]]
        state, why = item(row.id, RoleInputs(role, deviations=tuple(some)))
        assert (state, why.partition(":")[0]) == (ItemState.OPEN_DEVIATION, f"service {services[at]}")
    named = Deviation(scenario=row.id)
    assert item(row.id, RoleInputs(role, deviations=(*agreed, named)))[0] is ItemState.OPEN_DEVIATION


def test_what_a_deviation_says_of_itself() -> None:
    whole = Deviation(service="7.1", **AGREED)
    words = "service 7.1: not offered; effect: none; agreed by DCC on 2026-01-10"
    assert whole.words == f"{words} (the party's claim, not confirmed)"
    assert Deviation(service="7.1", confirmed_by="R", **AGREED).words == f"{words} (confirmed by R)"
    assert Deviation(scenario="S").words == "scenario S: open, without reason, effect, agreed_by, agreed_on"
    assert [one.service for one in unagreed(("1.5", "7.1"))] == ["1.5", "7.1"]
    assert not any(one.is_agreed for one in unagreed(("1.5",)))


def test_a_role_that_is_not_known_has_no_services_and_nothing_to_show() -> None:
    assert eligible_services("XX") == ()
    assert required_items(RoleInputs("XX")) == ()
    of_suppliers = {str(row.srv) for row in service_requests().values() if UserRole.IS in row.eligible_roles}
    assert set(eligible_services("IS")) == of_suppliers


def test_of_statements_in_a_circle_each_build_covers_the_others_once() -> None:
    given = RoleInputs(ROLE, build="3", regressions=(Regression("1", "2"), Regression("2", "1"), Regression("2", "3")))
    assert [given.counts(own(1, Verdict.PASS, build=build)) for build in ("1", "2", "3", "4", "")] == [
        True, True, True, False, False,
    ]  # fmt: skip
    assert RoleInputs(ROLE).counts(own(1, Verdict.PASS, build="9"))


def test_results_without_a_time_are_older_and_keep_their_order() -> None:
    timed, untimed = own(1, Verdict.FAIL, at=NOON), own(1, Verdict.PASS)
    assert next(iter(latest_results((timed, untimed)).values())).verdict is Verdict.FAIL
    assert next(iter(latest_results((own(1, Verdict.BLOCKED), untimed)).values())).verdict is Verdict.PASS
    assert next(iter(latest_results((untimed, own(1, Verdict.BLOCKED))).values())).verdict is Verdict.BLOCKED
    later = own(1, Verdict.PASS, at=NOON + timedelta(days=1), role="IS")
    assert len(latest_results((timed, later))) == 2


# --- counts ---------------------------------------------------------------------------------------------------------


def test_every_verdict_has_its_own_number() -> None:
    numbers = {verdict: at for at, verdict in enumerate(Verdict, 1)}
    results = [own(100 * at + n, verdict) for verdict, at in numbers.items() for n in range(at)]
    counted = count(results)
    assert counted.planned == sum(numbers.values())
    assert counted.by_verdict == numbers
    assert counted.passed == numbers[Verdict.PASS] + numbers[Verdict.RETEST_PASS]
    assert (counted.failed, counted.blocked, counted.not_run) == (
        numbers[Verdict.FAIL], numbers[Verdict.BLOCKED], numbers[Verdict.NOT_RUN],
    )  # fmt: skip
    assert (counted.review, counted.attested) == (numbers[Verdict.REVIEW], numbers[Verdict.ATTESTED])
    assert counted.other == sum(
        numbers[one] for one in (Verdict.WARNING, Verdict.REVIEW, Verdict.ATTESTED, Verdict.NOT_APPLICABLE)
    )


def test_what_was_chosen_and_did_not_run_is_counted_and_what_was_left_out_is_not() -> None:
    plan = (
        PlannedScenario("a", "A", ROLE),
        PlannedScenario("b", "B", ROLE),
        PlannedScenario("c", "C", ROLE, is_chosen=False),
        PlannedScenario("a", "A", "IS"),
    )
    counted = count([own(1, Verdict.PASS, key="a"), own(2, Verdict.NOT_RUN, key="d")], plan)
    assert (counted.planned, counted.not_run, counted.passed) == (4, 3, 1)
    assert count([]).by_verdict == {}


@pytest.mark.parametrize(
    ("results", "declared", "state", "is_refusal_shown"),
    [
        ((), False, "not-covered", False),
        ((), True, "declared-unused", False),
        ((("OWN-1", Verdict.PASS),), True, "passed", False),
        ((("OWN-1", Verdict.WARNING),), False, "passed", False),
        ((("OWN-1", Verdict.ATTESTED),), False, "attested", False),
        ((("OWN-1", Verdict.ATTESTED), ("OWN-2", Verdict.RETEST_PASS)), False, "passed", False),
        ((("OWN-1", Verdict.PASS), ("OWN-2", Verdict.FAIL)), False, "failed", False),
        ((("OWN-1", Verdict.BLOCKED),), True, "blocked", False),
        ((("OWN-1", Verdict.BLOCKED), ("OWN-2", Verdict.REVIEW)), False, "blocked", False),
        ((("OWN-1", Verdict.REVIEW),), False, "review", False),
        ((("OWN-1", Verdict.NOT_RUN),), False, "not-covered", False),
        ((("RC-001", Verdict.PASS),), False, "not-covered", True),
        ((("RC-001", Verdict.PASS),), True, "declared-unused", True),
        ((("RC-001", Verdict.FAIL),), False, "failed", False),
        ((("RC-001", Verdict.BLOCKED),), False, "blocked", False),
        ((("RC-001", Verdict.ATTESTED),), False, "not-covered", True),
    ],
)
def test_the_state_of_a_pair_of_role_and_service(
    results: tuple[tuple[str, Verdict], ...], state: str, *, declared: bool, is_refusal_shown: bool
) -> None:
    made = tuple(result(scenario, verdict, services=(SRV,)) for scenario, verdict in results)
    deviations = (Deviation(service=SRV),) if declared else ()
    rows = {row.srv: row for row in coverage_of(RoleInputs(ROLE, made, deviations=deviations))}
    assert (rows[SRV].state, rows[SRV].is_refusal_shown, rows[SRV].is_eligible) == (state, is_refusal_shown, True)
    assert rows[SRV].positive == tuple(one.key for one in made if one.scenario != "RC-001")
    assert rows[SRV].negative == tuple(one.key for one in made if one.scenario == "RC-001")


def test_a_service_of_others_is_listed_where_a_scenario_tried_it() -> None:
    other = next(str(row.srv) for row in service_requests().values() if str(row.srv) not in SERVICES)
    assert other not in {row.srv for row in coverage_of(RoleInputs(ROLE))}
    refused = result("RC-001", services=(other,))
    row = next(one for one in coverage_of(RoleInputs(ROLE, (refused,))) if one.srv == other)
    assert (row.state, row.is_eligible, row.is_refusal_shown) == ("refusal-shown", False, True)
    counted = tally([RoleInputs(ROLE, (refused,))])
    assert (counted.pairs, counted.pairs_shown, counted.refusals_shown) == (len(SERVICES), 0, 1)


def test_the_numbers_of_several_roles_taken_together() -> None:
    first = own(1, Verdict.PASS, services=(SRV,), scope="DUIS")
    second = own(2, Verdict.ATTESTED, services=(SERVICES[1],), scope="SSI")
    foreign = own(3, Verdict.FAIL, build="1", scope="DUIS")
    plan = (PlannedScenario("p", "P", ROLE, "CH"), PlannedScenario("q", "Q", ROLE, "XX", is_chosen=False))
    one = RoleInputs(ROLE, (replace(first, build="2"), replace(second, build="2"), foreign), plan, build="2")
    counted = tally([one, RoleInputs("IS")])
    assert counted.pairs == len(SERVICES) + len(eligible_services("IS"))
    assert (counted.pairs_shown, counted.pairs_attested, counted.refusals_shown) == (2, 1, 0)
    assert {scope: (of.planned, of.passed, of.not_run) for scope, of in counted.scopes.items()} == {
        "CH": (1, 0, 1), "DUIS": (1, 1, 0), "SSI": (1, 0, 0),
    }  # fmt: skip
    assert (counted.scenarios.planned, counted.scenarios.failed) == (3, 0)
    assert counted.pairs_by_state["passed"] == counted.pairs_by_state["attested"] == 1
    assert counted.pairs_by_state["not-covered"] == counted.pairs - 2
