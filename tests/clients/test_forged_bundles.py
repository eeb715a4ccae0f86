"""A bundle whose verdicts were bent, chained again and sealed with a fresh key is found out by judging it again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec.structs import replace

from harness.checks import Verdict, implicit_checks
from harness.cli import run as uept
from harness.evidence import archive, bundle
from harness.evidence.bundle import read_journal, verify
from harness.judging import ScenarioSet, judge_bundle
from harness.plan import library_folder
from harness.reporting.write import write_reports
from stubs.clock import VirtualClock
from stubs.events import (
    AnyEvent,
    CheckJudged,
    ControlUsed,
    RunFinished,
    RunStarted,
    ScenarioFinished,
    StepFinished,
)
from stubs.journal import Journal, SqliteStore
from tests.sealing_kit import renumbered

if TYPE_CHECKING:
    from tests.clients.conftest import Bench

NOTHING = ControlUsed(origin="scenario", operation="nothing", parameters={})
"""Stands where an entry was taken away, so that the numbers of the others stay."""


@dataclass(frozen=True)
class Made:
    """A true run of a broken client: one scenario failed, one passed."""

    events: tuple[AnyEvent, ...]
    times: tuple[datetime, ...]
    sealed: bytes
    folder: Path

    def sealed_again(self, events: Sequence[AnyEvent], name: str) -> bytes:
        """The events as a bundle of their own, with reports that agree, under a fresh key."""
        journal = Journal(SqliteStore(), VirtualClock(datetime(2026, 1, 15, tzinfo=UTC), rate=0))
        try:
            for at, event in zip(self.times, events, strict=True):
                journal.append(event, at=at)
            journal.commit()
            return write_reports(self.folder / name, journal.rows()).bundle.read_bytes()
        finally:
            journal.close()


@pytest.fixture(scope="module")
def made(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> Made:
    result = bench.run("broken:mis-scales-reading", "SR-201-IS-2 or SR-605-IS", deadline=4.0)
    entries = list(bench.dcc.journal.entries(after=result.run.first - 1))
    folder = tmp_path_factory.mktemp("bundles")
    kept = [entry for entry in entries if entry.seq <= result.run.last]
    events = tuple(renumbered(entry.event, result.run.first - 1) for entry in kept)
    times = tuple(entry.at for entry in kept)
    return Made(events, times, Made(events, times, b"", folder).sealed_again(events, "true"), folder)


def test_the_true_bundle_is_judged_the_same_again(made: Made, tmp_path: Path) -> None:
    found = judge_bundle(made.sealed)
    assert found.problems == ()
    assert found.undecided == ""
    assert {one.verdict for one in found.run.scenarios} == {Verdict.FAIL, Verdict.PASS}
    (tmp_path / "true.zip").write_bytes(made.sealed)
    assert uept(["judge", str(tmp_path / "true.zip")]) == 0


def _each(kind: type, edit: Callable[[Any], AnyEvent]) -> Callable[[Sequence[AnyEvent]], list[AnyEvent]]:
    return lambda events: [edit(event) if isinstance(event, kind) else event for event in events]


def _passed(event: CheckJudged) -> CheckJudged:
    assert event.finding is not None
    return replace(event, finding=replace(event.finding, verdict=Verdict.PASS))


def _all_passed(events: Sequence[AnyEvent]) -> list[AnyEvent]:
    events = _each(CheckJudged, _passed)(events)
    events = _each(StepFinished, lambda event: replace(event, status="passed"))(events)
    return _each(ScenarioFinished, lambda event: replace(event, verdict="PASS", reason="", owner=""))(events)


def _without(drop: Callable[[CheckJudged], bool]) -> Callable[[Sequence[AnyEvent]], list[AnyEvent]]:
    return lambda events: [
        NOTHING if isinstance(event, CheckJudged) and drop(event) else event for event in _all_passed(events)
    ]


def _is_failed(event: CheckJudged) -> bool:
    return event.check in {"reading-agrees", "values-as-received"}


def _other_plan(event: RunStarted) -> RunStarted:
    plan = [row for row in event.facts["plan"] if not row["chosen"] or row["key"] == "SR-605-IS"]
    return replace(event, facts={**event.facts, "plan": plan})


FORGERIES: dict[str, tuple[Callable[[Sequence[AnyEvent]], list[AnyEvent]], str]] = {
    "a scenario said to have passed over a failed check": (
        _each(ScenarioFinished, lambda event: replace(event, verdict="PASS", reason="")),
        "scenario verdict",
    ),
    "a failure said to be our error": (
        _each(ScenarioFinished, lambda event: replace(event, verdict="BLOCKED", owner="harness")),
        "scenario verdict",
    ),
    "every check and scenario said to have passed": (_all_passed, "check"),
    "the failed checks taken away": (_without(_is_failed), "missing check"),
    "the implicit checks taken away": (_without(lambda event: event.check in implicit_checks()), "missing check"),
    "every check taken away": (_without(lambda _event: True), "missing check"),
    "a check with other parameters": (
        _each(CheckJudged, lambda event: replace(event, parameters={**event.parameters, "names": ["unit"]})),
        "parameters",
    ),
    "a check that no step asks for": (
        _each(CheckJudged, lambda event: replace(event, check="request-accepted")),
        "missing check",
    ),
    "steps of another scenario": (_each(StepFinished, lambda event: replace(event, text="all is well")), "steps"),
    "a plan without the failed scenario": (_each(RunStarted, _other_plan), "plan"),
    "a run said to be complete without a scenario": (
        lambda events: [
            NOTHING if getattr(event, "scenario", "") == "SR-605" else event
            for event in _each(RunFinished, lambda event: replace(event, complete=True))(events)
        ],
        "plan",
    ),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forgery_that_is_chained_and_sealed_again_is_found(made: Made, forgery: str) -> None:
    forge, kind = FORGERIES[forgery]
    data = made.sealed_again(forge(made.events), f"forged-{list(FORGERIES).index(forgery)}")
    assert verify(data).problems == (), "nothing shows on the outside"
    found = judge_bundle(data)
    assert kind in {problem.kind for problem in found.problems}, found.problems


@pytest.mark.parametrize("is_of_this_version", [True, False])
@pytest.mark.parametrize(("taken_away", "is_failed"), [("counters-never-fall", False), ("values-as-received", True)])
def test_an_implicit_check_that_came_later_contradicts_only_if_it_finds_something_wrong(
    made: Made, tmp_path: Path, taken_away: str, is_failed: bool, is_of_this_version: bool
) -> None:
    folder = tmp_path / "scenarios"
    shutil.copytree(library_folder(), folder)
    if not is_of_this_version:
        feature = next(folder.rglob("*.feature"))
        feature.write_text(feature.read_text(encoding="utf-8") + "\n# of an earlier version\n", encoding="utf-8")
    scenarios = ScenarioSet(folder)

    def ran_them(event: RunStarted) -> RunStarted:
        return replace(event, facts={**event.facts, "scenario_set": {"version": "1", "digest": scenarios.digest}})

    kept = [
        NOTHING if isinstance(event, CheckJudged) and event.check == taken_away else event
        for event in _each(RunStarted, ran_them)(made.events)
    ]
    name = f"later-{taken_away}-{is_of_this_version}"
    found = judge_bundle(made.sealed_again(kept, name), scenarios)
    missing = [problem.detail for problem in found.problems if problem.kind == "missing check"]
    assert found.undecided == ""
    assert bool(missing) is (is_failed or is_of_this_version), found.problems


@pytest.mark.parametrize("name", ["result.json", "report.html", "junit.xml", "coverage.csv"])
def test_a_forged_report_is_found(made: Made, name: str, tmp_path: Path) -> None:
    files = archive.unpack(made.sealed)
    reports = {one: files[one] for one in ("result.json", "report.html", "junit.xml", "coverage.csv")}
    if name == "result.json":
        content = json.loads(reports[name])
        content["totals"] = {"PASS": 2}
        reports[name] = json.dumps(content).encode()
    else:
        reports[name] = reports[name].replace(b"FAIL", b"PASS").replace(b"failed", b"passed")
    rows = bundle.rows_of(made.sealed)
    data = bundle.seal(bundle.gather(rows), reports, ec.generate_private_key(ec.SECP256R1()))
    assert verify(data).problems == ()
    assert [(one.kind, one.where) for one in judge_bundle(data).problems] == [("report", name)]
    (tmp_path / "forged.zip").write_bytes(data)
    assert uept(["judge", str(tmp_path / "forged.zip")]) == 1


def test_a_page_beside_the_report_that_the_journal_does_not_lead_to_is_found(made: Made) -> None:
    files = archive.unpack(made.sealed)
    reports = {one: files[one] for one in ("result.json", "report.html", "junit.xml", "coverage.csv")}
    reports["scenarios/SR-201-IS.html"] = b"<p>all is well</p>"
    data = bundle.seal(bundle.gather(bundle.rows_of(made.sealed)), reports, ec.generate_private_key(ec.SECP256R1()))
    assert verify(data).problems == ()
    assert [(one.kind, one.where) for one in judge_bundle(data).problems] == [("report", "scenarios/SR-201-IS.html")]


def test_of_an_unknown_scenario_set_it_cannot_be_decided(made: Made, tmp_path: Path) -> None:
    events = _each(RunStarted, lambda event: replace(event, facts={**event.facts, "scenario_set": {"digest": "00"}}))
    data = made.sealed_again(events(made.events), "unknown")
    assert "cannot be decided" in judge_bundle(data).undecided
    (tmp_path / "unknown.zip").write_bytes(data)
    assert uept(["judge", str(tmp_path / "unknown.zip")]) == 3


def test_a_hand_from_outside_makes_a_matter_of_review_of_it(made: Made) -> None:
    at = next(index for index, event in enumerate(made.events) if isinstance(event, ScenarioFinished))
    events = [*made.events]
    before = next(index for index in range(at, 0, -1) if isinstance(events[index], StepFinished))
    events[before] = ControlUsed(origin="live-page", operation="set-device", parameters={})
    data = made.sealed_again(events, "moved")
    assert any("moved-by-scenario-only" in one.detail or one.kind == "steps" for one in judge_bundle(data).problems)
    assert read_journal(data)
