"""Journals of workers joined into one: order, numbers inside events, what a dead worker leaves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from harness.checks import Finding, Verdict
from harness.engine import Run, exit_code_of, fold_run
from harness.engine.workers.division import shares
from harness.engine.workers.journal_merge import Record, join, taken_over
from harness.plan import LibraryScenario
from stubs.events import (
    AnyEvent,
    CertificateIssued,
    CheckJudged,
    Entry,
    RunFinished,
    RunStarted,
    ScenarioFinished,
    ScenarioStarted,
)

NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)
CERTIFICATE = CertificateIssued(eui="E", usage="DS", role="02", der=b"x")


def scenario(number: int) -> LibraryScenario:
    return LibraryScenario(
        key=f"SR-{number}-IS", id=f"SR-{number}", role="IS", title="t", feature="f", name="n", example={},
        scope="DUIS", priority="P1", srvs=(),
    )  # fmt: skip


PLAN = tuple(scenario(number) for number in (1, 2, 3))
ROWS = [{"key": one.key, "role": "IS", "chosen": True} for one in PLAN]


def begun(one: LibraryScenario, first: int) -> ScenarioStarted:
    return ScenarioStarted(
        scenario=one.id, attempt=1, role="IS", title="t", scope="DUIS", priority="P1", srvs=(), feature="f",
        premises={"devices": {}}, key=one.key, first=first,
    )  # fmt: skip


def judged(one: LibraryScenario, first: int, last: int, *references: int) -> CheckJudged:
    return CheckJudged(
        scenario=one.id, role="IS", check="c", parameters={}, first=first, last=last,
        finding=Finding(Verdict.PASS, "e", "g", "r", references=references),
    )  # fmt: skip


def ended(one: LibraryScenario) -> ScenarioFinished:
    return ScenarioFinished(scenario=one.id, attempt=1, role="IS", verdict="PASS")


def record(share: tuple[LibraryScenario, ...], *events: AnyEvent, fate: str = "", later: float = 0) -> Record:
    at = NOW + timedelta(seconds=later)
    entries = (Entry(seq=seq, at=at, event=event, hash=b"") for seq, event in enumerate(events, start=1))
    return Record(share, tuple(entries), fate)


def started(**facts: Any) -> RunStarted:
    return RunStarted(run="share", facts={"driver_facts": {"driver": "x"}, "plan": [], **facts})


FIRST = record(
    (PLAN[0], PLAN[2]),
    CERTIFICATE,
    started(),
    begun(PLAN[0], 3), judged(PLAN[0], 3, 4, 1, 4), ended(PLAN[0]),
    begun(PLAN[2], 6), judged(PLAN[2], 6, 6, 6), ended(PLAN[2]),
    RunFinished(run="share", complete=True),
)  # fmt: skip
SECOND = record(
    (PLAN[1],),
    started(), CERTIFICATE,
    begun(PLAN[1], 3), judged(PLAN[1], 3, 3, 2, 3), ended(PLAN[1]),
    RunFinished(run="share", complete=True),
    later=60,
)  # fmt: skip


def joined(*records: Record, is_interrupted: bool = False) -> tuple[list[Entry], Run]:
    facts = {"run": "whole", "plan": ROWS, "roles": ["IS"]}
    events = join(records, PLAN, facts, is_interrupted=is_interrupted)
    entries = [Entry(seq=seq, at=at, event=event, hash=b"") for seq, (at, event) in enumerate(events, start=1)]
    return entries, fold_run(entries)


def test_the_plan_is_dealt_in_turn_and_no_share_is_empty() -> None:
    assert shares(PLAN, 2) == ((PLAN[0], PLAN[2]), (PLAN[1],))
    assert [len(share) for share in shares(PLAN, 9)] == [1, 1, 1]


def test_the_joined_run_has_one_beginning_one_end_and_the_order_of_the_plan() -> None:
    entries, run = joined(FIRST, SECOND)
    kinds = [type(entry.event) for entry in entries]
    assert (kinds.count(RunStarted), kinds.count(RunFinished)) == (1, 1)
    assert [one.key for one in run.scenarios] == [one.key for one in PLAN]
    assert run.is_complete
    assert (run.facts["plan"], run.facts["driver_facts"]) == (ROWS, {"driver": "x"})
    assert run.finished == NOW + timedelta(seconds=60)


def test_numbers_inside_events_move_with_their_entries() -> None:
    entries, run = joined(FIRST, SECOND)
    for one in run.scenarios:
        (check,) = one.checks
        assert check.first == one.first
        assert isinstance(entries[one.first - 1].event, ScenarioStarted)
        assert check.last in range(one.first, one.last + 1)
        assert check.finding.references[-1] in range(check.first, check.last + 1)


def test_a_certificate_of_all_workers_is_entered_once_and_referred_to_there() -> None:
    entries, run = joined(FIRST, SECOND)
    numbers = [entry.seq for entry in entries if isinstance(entry.event, CertificateIssued)]
    assert len(numbers) == 1
    assert run.scenarios[0].checks[0].finding.references[0] == numbers[0]
    assert run.scenarios[1].checks[0].finding.references[0] == numbers[0]


def test_an_entry_keeps_its_instant() -> None:
    entries, run = joined(FIRST, SECOND)
    assert entries[run.scenarios[1].first - 1].at == NOW + timedelta(seconds=60)
    assert entries[run.scenarios[2].first - 1].at == NOW


def test_what_a_dead_worker_left_unfinished_is_not_run_with_the_reason() -> None:
    dead = record((PLAN[0], PLAN[2]), started(), begun(PLAN[0], 2), judged(PLAN[0], 2, 2, 2), fate="worker 1 ended")
    _, run = joined(dead, SECOND)
    assert [(one.key, one.verdict, one.reason) for one in run.scenarios] == [
        ("SR-1-IS", Verdict.NOT_RUN, "worker 1 ended"),
        ("SR-2-IS", Verdict.PASS, ""),
        ("SR-3-IS", Verdict.NOT_RUN, "worker 1 ended"),
    ]
    assert not run.is_complete
    assert exit_code_of(run, is_interrupted=False) == 3


def test_a_worker_that_never_began_takes_its_scenarios_with_it() -> None:
    _, run = joined(Record((PLAN[0], PLAN[2]), (), "worker 1 ended"), SECOND)
    assert [one.verdict for one in run.scenarios] == [Verdict.NOT_RUN, Verdict.PASS, Verdict.NOT_RUN]
    assert not run.is_complete


def test_an_interrupted_run_leaves_what_never_began_not_started() -> None:
    cut = record((PLAN[0], PLAN[2]), started(), begun(PLAN[0], 2), fate="worker 1 ended")
    _, run = joined(cut, SECOND, is_interrupted=True)
    assert [(one.key, one.reason) for one in run.scenarios] == [("SR-1-IS", "interrupted"), ("SR-2-IS", "")]
    assert [row["key"] for row in run.not_started] == ["SR-3-IS"]
    assert exit_code_of(run) == 130


def test_a_number_of_no_entry_is_an_error_of_ours() -> None:
    odd = record((PLAN[1],), started(), begun(PLAN[1], 2), judged(PLAN[1], 2, 2, 99), ended(PLAN[1]))
    with pytest.raises(KeyError):
        joined(FIRST, odd)


def test_what_a_journal_takes_from_another_names_its_entries_by_their_new_numbers() -> None:
    theirs = record(PLAN, CERTIFICATE, begun(PLAN[0], 2), judged(PLAN[0], 2, 3, 1, 2), ended(PLAN[0])).entries
    known = [Entry(seq=5, at=NOW, event=CERTIFICATE, hash=b"")]
    events = [event for _, event in taken_over(theirs, 2, known, 41)]
    assert events == [begun(PLAN[0], 41), judged(PLAN[0], 41, 42, 5, 41), ended(PLAN[0])]


def test_a_certificate_that_only_the_other_journal_holds_is_taken_too() -> None:
    theirs = record(PLAN, CERTIFICATE, ended(PLAN[0])).entries
    assert [event for _, event in taken_over(theirs, 2, (), 7)] == [CERTIFICATE, ended(PLAN[0])]
