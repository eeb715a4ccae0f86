"""Runs of several workers: the same verdicts as one after the other; workers that die; Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness.checks import Verdict, judge_again
from harness.cli import run as uept
from harness.engine import RunResult, fold_run, run_rehearsal, tally_of
from harness.settings import load_settings
from stubs.clock import SystemClock
from stubs.events import RunFinished, RunStarted
from stubs.journal import Journal, SqliteStore, verify_chain
from stubs.wire.errors import InputError

SELECTION = "SR-605 or PT-012 or RC-002 or PT-009-IS-2 or AL-001"
ROOT = Path(__file__).resolve().parents[2]

DIES = """
import os, signal
from harness.drivers.reference import ReferenceDriver

class Dies(ReferenceDriver):
    def perform(self, action):
        if (action.scenario, action.role) == ("SR-605", "GS"):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().perform(action)
"""


def rehearse(folder: Path, jobs: int, select: str = SELECTION, **flags: object) -> RunResult:
    given = {"jobs": jobs, "select": select, "out": str(folder), "deadline": 10.0, "patience": 5.0, **flags}
    return run_rehearsal(load_settings(flags=given))


def journal_of(result: RunResult) -> Journal:
    return Journal(SqliteStore(result.journal), SystemClock())


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    return rehearse(tmp_path_factory.mktemp("joined") / "run", 2)


def test_a_joined_run_has_the_verdicts_of_a_sequential_one(joined: RunResult, tmp_path: Path) -> None:
    alone = rehearse(tmp_path / "alone", 1)
    assert [(one.key, one.verdict) for one in joined.run.scenarios] == [
        (one.key, one.verdict) for one in alone.run.scenarios
    ]
    assert [[check.check for check in one.checks] for one in joined.run.scenarios] == [
        [check.check for check in one.checks] for one in alone.run.scenarios
    ]
    assert (joined.exit_code, joined.run.is_complete) == (alone.exit_code, True)
    assert joined.run.facts["plan"] == alone.run.facts["plan"]
    assert joined.run.facts["users"] == alone.run.facts["users"]


def test_the_joined_journal_is_chained_and_judged_again_alike(joined: RunResult) -> None:
    journal = journal_of(joined)
    verify_chain(journal.rows())
    entries = list(journal.entries())
    journal.close()
    kinds = [type(entry.event) for entry in entries]
    assert (kinds.count(RunStarted), kinds.count(RunFinished)) == (1, 1)
    again = list(judge_again(entries))
    assert len(again) == sum(len(one.checks) for one in joined.run.scenarios) > 20
    assert [one.judged.check for one in again if not one.agrees] == []
    assert fold_run(entries) == joined.run


def test_every_scenario_of_a_joined_run_has_devices_of_its_own(joined: RunResult) -> None:
    devices = [eui for one in joined.run.scenarios for eui in one.devices.values()]
    assert len(devices) == len(set(devices))


def test_the_workers_folders_are_gone_once_they_are_joined(joined: RunResult) -> None:
    assert not (joined.folder / "state" / "workers").exists()


def test_a_broken_client_is_caught_side_by_side_too(tmp_path: Path) -> None:
    result = rehearse(tmp_path / "run", 2, "RC-010-IS, SR-605-IS", driver="broken:ignores-error-codes")
    assert {one.key: one.verdict for one in result.run.scenarios} == {
        "SR-605-IS": Verdict.PASS,
        "RC-010-IS": Verdict.FAIL,
    }
    assert result.exit_code == 1


def test_a_worker_that_is_killed_leaves_its_scenarios_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dying_driver.py").write_text(DIES, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    result = rehearse(
        tmp_path / "run",
        2,
        "SR-605-IS or SR-605-GS or AL-001-IS or AL-001-GS",
        driver="python:dying_driver:Dies",
        roles=("IS", "GS"),
    )
    verdicts = {one.key: (one.verdict, one.reason) for one in result.run.scenarios}
    assert set(verdicts) == {"SR-605-IS", "SR-605-GS", "AL-001-IS", "AL-001-GS"}
    assert verdicts["SR-605-IS"] == verdicts["AL-001-IS"] == (Verdict.PASS, "")
    for key in ("SR-605-GS", "AL-001-GS"):
        verdict, reason = verdicts[key]
        assert verdict is Verdict.NOT_RUN
        assert reason.startswith("worker 2 ended before its work was done, by signal SIGKILL")
    lost = [share["run_again_after"] for share in result.run.facts["workers"]]
    assert (len(lost[0]), len(lost[1])) == (0, 1)  # tried once more, in another process
    assert (result.run.is_complete, result.exit_code) == (False, 3)
    journal = journal_of(result)
    verify_chain(journal.rows())
    journal.close()


def test_workers_that_cannot_begin_say_why(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be made"):
        rehearse(tmp_path / "run", 2, driver="python:no_such_module_anywhere:Driver")
    assert not (tmp_path / "run").exists()


def test_ctrl_c_stops_the_workers_and_leaves_a_valid_partial_run(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    program = "import sys; from harness.cli import main; main()"
    command = [
        sys.executable, "-c", program, "rehearse", "--jobs", "2", "--role", "IS", "--out", str(folder),
        "--select", "SR-605 or PT-008 or PT-009 or PT-015 or SR-201",
    ]  # fmt: skip
    with subprocess.Popen(
        command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=os.environ
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("PASS"):
                break
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        assert process.wait(timeout=60) == 130
    assert "the run is partial" in rest
    journal = Journal(SqliteStore(folder / "state" / "journal.db"), SystemClock())
    run = fold_run(journal.entries())
    journal.close()
    assert not run.is_complete
    assert tally_of(run).scenarios.of(Verdict.PASS) >= 1
    assert tally_of(run).scenarios.of(Verdict.NOT_RUN) >= 1
    assert {one.reason for one in run.scenarios if one.verdict is Verdict.NOT_RUN} <= {"interrupted"}
    assert uept(["verify", str(folder / "bundle.zip")]) == 0
    assert uept(["judge", str(folder / "bundle.zip")]) == 0
    capfd.readouterr()
    assert no_worker_of(folder)


def no_worker_of(folder: Path) -> bool:
    """Whether no process has a file of the run open any more; looked at for a while."""
    for _ in range(600):
        links = (link for process in Path("/proc").glob("[0-9]*/fd") for link in readable(process))
        if not any(str(folder) in link for link in links):
            return True
        time.sleep(0.1)
    return False


def readable(folder: Path) -> list[str]:
    try:
        return [str(link.readlink()) for link in folder.iterdir()]
    except OSError:
        return []
