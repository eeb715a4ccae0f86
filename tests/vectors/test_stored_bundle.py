"""An evidence bundle of an earlier version verifies today, and judging it again leads to the findings that it holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.checks import Verdict
from harness.evidence import archive
from harness.evidence.bundle import read_journal, verify
from harness.judging import Judgement, judge_bundle
from stubs.events import CheckJudged, ScenarioFinished, ScenarioStarted

STORED = (Path(__file__).parent / "stored" / "bundle.zip").read_bytes()
VERDICTS = {
    "IC-006-IS": Verdict.PASS,
    "SR-201-IS-2": Verdict.FAIL,
    "SR-501-IS": Verdict.PASS,
    "SR-605-IS": Verdict.PASS,
}
CAUGHT = {"reading-agrees", "values-as-received"}
"""The checks that found what the client did wrong."""


@pytest.fixture(scope="module")
def judged() -> Judgement:
    return judge_bundle(STORED)


def test_a_stored_bundle_verifies() -> None:
    found = verify(STORED)
    assert (found.problems, bool(found.fingerprint)) == ((), True)


def test_it_is_judged_again_with_the_same_findings(judged: Judgement) -> None:
    stored = [entry for entry in read_journal(STORED) if isinstance(entry.event, CheckJudged)]
    assert [one.seq for one in judged.rejudged] == [entry.seq for entry in stored]
    assert [(one.seq, one.judged.check) for one in judged.rejudged if not one.agrees] == []
    failed = {one.judged.check for one in judged.rejudged if one.finding.verdict is Verdict.FAIL}
    assert failed == CAUGHT


def test_its_verdicts_follow_from_them(judged: Judgement) -> None:
    events = [entry.event for entry in read_journal(STORED)]
    assert sum(isinstance(event, ScenarioStarted) for event in events) == len(VERDICTS)
    assert [event.verdict for event in events if isinstance(event, ScenarioFinished)] == [
        one.verdict for one in judged.run.scenarios
    ]
    assert {one.key: one.verdict for one in judged.run.scenarios} == VERDICTS


def test_nothing_in_it_contradicts_it(judged: Judgement) -> None:
    """Wording of reports may have changed since; nothing else."""
    assert [one for one in judged.problems if one.kind != "report"] == []
    told = json.loads(archive.unpack(STORED)["result.json"])
    assert {one["key"]: one["verdict"] for one in told["scenarios"]} == VERDICTS
