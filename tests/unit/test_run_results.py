"""Folding a run from its entries, and concluding on a role."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from harness.checks import Finding, Owner, Verdict
from harness.engine import assess_role, fold_run, tally_of
from harness.engine.results import Run
from harness.verdicts import ItemState, RoleVerdict
from stubs.events import (
    ActionAsked,
    AnyEvent,
    CheckJudged,
    Entry,
    OutcomeClaimed,
    RunFinished,
    RunStarted,
    ScenarioFinished,
    ScenarioStarted,
    StepFinished,
)

NOW = datetime(2026, 1, 15, tzinfo=UTC)


def entries(*events: AnyEvent) -> list[Entry]:
    return [Entry(seq=seq, at=NOW, event=event, hash=b"") for seq, event in enumerate(events, start=1)]


def begun(scenario: str = "SR-201", role: str = "IS", srvs: tuple[str, ...] = (), **premises: Any) -> ScenarioStarted:
    return ScenarioStarted(
        scenario=scenario, attempt=1, role=role, title="t", scope="DUIS", priority="P1", srvs=srvs, feature="f",
        premises=premises,
    )  # fmt: skip


def ended(verdict: str = "PASS", scenario: str = "SR-201", role: str = "IS") -> ScenarioFinished:
    return ScenarioFinished(scenario=scenario, attempt=1, role=role, verdict=verdict)


def step(status: str = "passed") -> StepFinished:
    return StepFinished(
        scenario="SR-201", attempt=1, role="IS", index=0, keyword="Given", text="x", status=status, seconds=0.5
    )


def judged(verdict: str = "PASS") -> CheckJudged:
    return CheckJudged(
        scenario="SR-201", role="IS", check="reading-agrees", parameters={}, first=1, last=2, verdict=verdict,
        expected="e", got="g", rule="r", references=(2,),
    )  # fmt: skip


def run_of(*scenarios: AnyEvent, complete: bool = True, **facts: Any) -> Run:
    started = RunStarted(run="r1", facts={"roles": ["IS"], **facts})
    return fold_run(entries(started, *scenarios, RunFinished(run="r1", complete=complete)))


def test_a_run_is_folded_with_steps_checks_and_actions() -> None:
    asked = ActionAsked(scenario="SR-201", action="a1", content={"service": "4.1.1"})
    claimed = OutcomeClaimed(scenario="SR-201", action="a1", content={"status": "done"})
    run = run_of(begun(key="SR-201-IS", first=2, devices={"meter": "E"}), step(), asked, claimed, judged(), ended())
    (scenario,) = run.scenarios
    assert (scenario.key, scenario.verdict, scenario.first, scenario.last) == ("SR-201-IS", Verdict.PASS, 2, 7)
    assert scenario.seconds == 0.5
    assert scenario.devices == {"meter": "E"}
    assert scenario.steps[0].status == "passed"
    assert scenario.checks[0].finding.lines[0] == "expected  e"
    assert scenario.checks[0].caught_by[0] == "mis-scales-reading"
    assert scenario.actions[0].claimed == {"status": "done"}
    assert run.is_complete


def test_a_scenario_without_an_end_is_not_run() -> None:
    run = fold_run(entries(RunStarted(run="r1", facts={}), begun(), step()))
    assert run.scenarios[0].verdict is Verdict.NOT_RUN
    assert run.scenarios[0].reason == "broken off"
    assert not run.is_complete


def test_the_latest_run_of_a_journal_counts() -> None:
    first = RunStarted(run="r1", facts={})
    second = RunStarted(run="r2", facts={})
    run = fold_run(entries(first, begun(), ended("FAIL"), second, begun(), ended()))
    assert (run.id, [scenario.verdict for scenario in run.scenarios]) == ("r2", [Verdict.PASS])


def test_an_empty_journal_is_an_empty_run() -> None:
    run = fold_run([])
    assert (run.scenarios, run.is_complete, run.roles) == ((), False, ())


def test_a_second_run_of_the_same_row_gets_a_key_of_its_own() -> None:
    run = run_of(begun(), ended(), begun(), ended())
    assert [scenario.key for scenario in run.scenarios] == ["SR-201-IS", "SR-201-IS-2"]


def test_planned_scenarios_that_never_began_count_as_not_run() -> None:
    plan = [
        {"key": "SR-201-IS", "role": "IS", "chosen": True},
        {"key": "SR-202-IS", "role": "IS", "chosen": True},
        {"key": "SR-207-GS", "role": "GS", "chosen": False},
    ]
    run = run_of(begun(key="SR-201-IS"), ended(), complete=False, plan=plan)
    assert [row["key"] for row in run.not_started] == ["SR-202-IS"]
    assert tally_of(run).scenarios.not_run == 1


def test_the_deciding_check_is_the_one_with_the_verdict() -> None:
    run = run_of(begun(), judged(), judged("FAIL"), ended("FAIL"))
    assert run.scenarios[0].deciding is run.scenarios[0].checks[1]


def test_an_interrupted_run_assesses_nothing() -> None:
    assessment = assess_role(run_of(begun(srvs=("4.1.1",)), ended(), complete=False), "IS")
    assert assessment.verdict is RoleVerdict.NOT_ASSESSED


def test_what_failed_is_named_for_repetition() -> None:
    assessment = assess_role(run_of(begun(key="SR-201-IS"), ended("FAIL")), "IS")
    assert assessment.verdict is RoleVerdict.FURTHER_TESTING
    assert assessment.to_repeat == ("SR-201-IS",)
    assert "SR-201-IS" in assessment.reason


def test_deviations_of_the_run_file_and_bare_declarations_reach_the_verdict() -> None:
    agreed = {"service": "7.1", "reason": "r", "effect": "e", "agreed_by": "DCC", "agreed_on": "2026-01-10"}
    run = run_of(begun(srvs=("4.1.1",)), ended(), declared_unused=["7.1", "7.2"], deviations=[agreed])
    states = {item.name: item.state for item in assess_role(run, "IS").required}
    assert states["service 7.1"] is ItemState.DEVIATION
    assert states["service 7.2"] is ItemState.OPEN_DEVIATION


def test_a_verdict_names_its_owner_also_in_journals_that_did_not() -> None:
    new = ScenarioFinished(scenario="SR-201", attempt=1, role="IS", verdict="BLOCKED", owner="settings")
    run = run_of(begun(), ended("FAIL"), begun(), ended("BLOCKED"), begun(), new, begun(), ended())
    assert [one.owner for one in run.scenarios] == [Owner.PARTY, Owner.HARNESS, Owner.SETTINGS, Owner.NONE]


def test_a_finding_is_stored_whole_and_one_of_an_earlier_journal_is_read() -> None:
    finding = Finding(Verdict.FAIL, "e", "g", "r", references=(2,), cause="c")
    new = CheckJudged(scenario="SR-201", role="IS", check="x", parameters={}, first=1, last=2, finding=finding)
    old = judged("FAIL")
    run = run_of(begun(), new, old, ended("FAIL"))
    stored, read = (one.finding for one in run.scenarios[0].checks)
    assert stored == finding
    assert (read.verdict, read.expected, read.references, read.owner) == (Verdict.FAIL, "e", (2,), Owner.PARTY)


@pytest.mark.parametrize("first", [-5, 0, 1, 2, 99, "1", None, 2.5])
def test_whatever_a_scenario_says_of_its_beginning_no_entry_is_shown_twice(first: object) -> None:
    run = run_of(begun(first=2), ended(), begun(first=first), step(), ended(), begun(first=first), ended())
    slices = [range(scenario.first, scenario.last + 1) for scenario in run.scenarios]
    assert [len(one) > 0 for one in slices] == [True] * 3
    assert all(earlier.stop <= later.start for earlier, later in pairwise(slices))
