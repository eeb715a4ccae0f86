"""A time-out of the party's is told apart from our own lateness: who is late owns what the end of a wait decides."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from harness.checks import Finding, Owner, Verdict, evidence_of, excused_by_run, judge, judge_again, told
from harness.checks.lateness import excused_by_answer
from stubs.events import AnswerLate, CheckJudged, Entry
from tests.story import Story

OPEN = Finding(Verdict.FAIL, "an answer", "no answer", is_final=False)


def excused(story: Story, finding: Finding = OPEN, **parameters: str) -> Finding:
    evidence = evidence_of(story.entries, "SR-201", "IS", 1, len(story.entries), "")
    return excused_by_answer(finding, evidence, parameters)


def story(seconds: float, status: str = "timeout", deadline: float = 4.0, *, is_abandoned: bool = False) -> Story:
    told = Story().asked(deadline=deadline).posted()
    told.add(AnswerLate(exchange="x1", seconds=seconds, is_abandoned=is_abandoned))
    return told.claimed(status, "") if status else told


@pytest.mark.parametrize(
    ("seconds", "deadline", "status", "is_abandoned", "verdict"),
    [
        (3.0, 4.0, "timeout", False, Verdict.BLOCKED),
        (3.0, 4.0, "", False, Verdict.BLOCKED),
        (1.2, 30.0, "timeout", True, Verdict.BLOCKED),
        (1.2, 30.0, "timeout", False, Verdict.FAIL),
        (0.1, 30.0, "timeout", True, Verdict.FAIL),
        (3.0, 4.0, "done", False, Verdict.FAIL),
        (3.0, 4.0, "failed", True, Verdict.FAIL),
    ],
)
def test_an_answer_of_ours_that_took_the_partys_time_blocks(
    *, seconds: float, deadline: float, status: str, is_abandoned: bool, verdict: Verdict
) -> None:
    found = excused(story(seconds, status, deadline, is_abandoned=is_abandoned))
    assert found.verdict is verdict
    assert found.owner is (Owner.HARNESS if verdict is Verdict.BLOCKED else Owner.PARTY)


def test_the_words_say_how_late_the_answer_was_and_refer_to_it() -> None:
    found = excused(story(3.0))
    assert found.got == (
        "the simulated DCC's own answer left after 3.0 s of the 4 s of the action, so that a deadline decides nothing"
        " (and: no answer)"
    )
    assert found.references == (6,)


@pytest.mark.parametrize("finding", [replace(OPEN, is_final=True), replace(OPEN, verdict=Verdict.PASS)])
def test_what_no_deadline_decides_stays(finding: Finding) -> None:
    assert excused(story(3.0), finding) == finding
    assert excused_by_run(finding, 5.0) == finding


def test_an_answer_to_another_action_excuses_nothing() -> None:
    assert excused(story(3.0), action="a2") == OPEN


def test_a_run_that_made_up_for_its_lateness_excuses_nothing_and_one_that_could_not_blocks() -> None:
    assert excused_by_run(OPEN, 0.0) == OPEN
    found = excused_by_run(OPEN, 7.25)
    assert (found.verdict, found.owner) == (Verdict.BLOCKED, Owner.HARNESS)
    assert found.got.startswith("the run itself was 7.2 s late and could not make up for it")


@pytest.mark.parametrize(
    ("waited", "limit", "late", "words"),
    [
        (3.04, 3.0, 0.0, "(after waiting 3.0 s, 0.0 s beyond the limit of 3.0 s)"),
        (9.5, 3.0, 0.4, "(after waiting 9.5 s, 6.5 s beyond the limit of 3.0 s)"),
        (
            9.5, 9.0, 6.0,
            ("(after waiting 9.5 s, 0.5 s beyond the limit of 9.0 s;"
            " this run itself was 6.0 s late, and waited so much longer)"),
        ),
    ],
)  # fmt: skip
def test_a_verdict_of_a_deadline_says_by_how_much_it_was_missed(
    waited: float, limit: float, late: float, words: str
) -> None:
    assert told(OPEN, waited, limit, late).got == f"no answer {words}"


def test_judging_again_excuses_what_the_run_excused() -> None:
    told = Story().asked().posted()
    last = len(told.entries)
    evidence = evidence_of(told.entries, "SR-201", "IS", 1, last, "")
    finding = judge("response-received", evidence, {})
    assert (finding.verdict, finding.is_final) == (Verdict.FAIL, False)
    for late, verdict in ((0.0, Verdict.FAIL), (2.0, Verdict.BLOCKED)):
        event = CheckJudged(
            scenario="SR-201", role="IS", check="response-received", parameters={}, first=1, last=last,
            finding=excused_by_run(finding, late), late=late,
        )  # fmt: skip
        entry = Entry(seq=last + 1, at=datetime(2026, 1, 15, tzinfo=UTC), event=event, hash=b"")
        (again,) = judge_again([*told.entries, entry])
        assert again.agrees
        assert again.finding.verdict is verdict
