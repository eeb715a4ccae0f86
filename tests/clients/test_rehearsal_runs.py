"""Runs that do not go smoothly: drivers that hang or lie, Ctrl-C, errors of ours. None of them is the party's FAIL."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from harness.checks import Verdict
from harness.drivers import Action, DriverContext, Outcome
from harness.engine import Run, RunResult, Silent, run_rehearsal
from harness.settings import SettingsError
from stubs.events import RunFinished
from stubs.journal import Journal, verify_chain
from stubs.wire.errors import InputError

if TYPE_CHECKING:
    from tests.clients.conftest import Bench

Behaviour = Callable[[Action], Outcome]


class Scripted:
    """A party's system that does what it is told to."""

    receive_url = None

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour

    def describe(self) -> dict[str, Any]:
        return {"driver": "scripted"}

    def start(self, context: DriverContext) -> None:
        """Nothing."""

    def perform(self, action: Action) -> Outcome:
        return self._behaviour(action)

    def close(self) -> None:
        """Nothing."""


def run(bench: Bench, behaviour: Behaviour, select: str = "SR-605-IS", **flags: object) -> RunResult:
    settings = bench.settings("reference", select, **{"deadline": 0.3, "grace": 0.1, "patience": 0.3, **flags})
    return run_rehearsal(settings, dcc=bench.dcc, driver=Scripted(behaviour))


def saying(status: Any, **fields: Any) -> Behaviour:
    return lambda action: Outcome(action=action.id, status=status, **fields)


def test_a_party_that_says_done_and_does_nothing_fails(bench: Bench) -> None:
    result = run(bench, saying("done", response_code="I0"))
    (scenario,) = result.run.scenarios
    assert (scenario.verdict, result.exit_code) == (Verdict.FAIL, 1)
    assert scenario.deciding is not None
    assert scenario.deciding.check == "request-accepted"
    assert scenario.steps[-1].status == "failed"


def test_a_driver_that_hangs_is_blocked_and_the_run_goes_on(bench: Bench) -> None:
    release = Event()

    def hang_once(action: Action) -> Outcome:
        release.wait(2)
        return Outcome(action=action.id, status="done")

    result = run(bench, hang_once, "SR-605-IS, SR-605-OU")
    release.set()
    assert [scenario.verdict for scenario in result.run.scenarios] == [Verdict.BLOCKED, Verdict.BLOCKED]
    assert "gave no outcome within" in result.run.scenarios[0].reason
    assert (result.exit_code, result.run.is_complete) == (3, True)


def test_a_driver_that_dies_is_blocked(bench: Bench) -> None:
    def die(_action: Action) -> Outcome:
        raise BrokenPipeError("the program ended")

    result = run(bench, die)
    assert (result.run.scenarios[0].verdict, result.exit_code) == (Verdict.BLOCKED, 3)
    assert "the driver broke: BrokenPipeError" in result.run.scenarios[0].reason


def test_an_unsupported_action_was_not_run(bench: Bench) -> None:
    result = run(bench, saying("unsupported", detail="no such service"))
    assert (result.run.scenarios[0].verdict, result.exit_code) == (Verdict.NOT_RUN, 3)


def test_an_attested_action_that_the_wire_does_not_show_fails(bench: Bench) -> None:
    result = run(bench, saying("attested"))
    assert result.run.scenarios[0].verdict is Verdict.FAIL


def test_ctrl_c_leaves_a_valid_partial_run(bench: Bench) -> None:
    class Interrupting(Silent):
        def scenario_started(self, key: str, title: str, number: int, count: int) -> None:
            self.is_second = number == 2

        def step_started(self, text: str) -> None:
            if self.is_second and text.startswith("When"):
                raise KeyboardInterrupt

    settings = bench.settings("reference", "SR-605-*")
    result = run_rehearsal(settings, dcc=bench.dcc, progress=Interrupting())
    verdicts = [scenario.verdict for scenario in result.run.scenarios]
    assert verdicts == [Verdict.PASS, Verdict.NOT_RUN], result.run.scenarios[0].reason
    assert result.run.scenarios[1].reason == "interrupted"
    assert len(result.run.not_started) == _chosen(result.run) - 2 > 0
    assert (result.run.is_complete, result.exit_code) == (False, 130)
    last = list(bench.dcc.journal.entries(after=result.run.last - 1))[-1]
    assert isinstance(last.event, RunFinished)
    verify_chain(bench.dcc.journal.rows())


def _chosen(run: Run) -> int:
    return sum(1 for row in run.facts["plan"] if row["chosen"])


WITH_A_FIELD_NO_DEVICE_HAS = """\
    Given a home with an electricity meter
    And the electricity meter holds no_such_field x
    When the party is asked to send 11.2 to the electricity meter
"""


def write_feature(folder: Path, steps: str) -> str:
    (folder / "features").mkdir(parents=True)
    text = "Feature: One\n\n  @id:SR-605 @role:IS @srv:11.2 @scope:service-requests @priority:P1\n  Scenario: Two\n"
    (folder / "features" / "one.feature").write_text(text + steps, encoding="utf-8")
    return str(folder)


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ("    Given a step that nobody wrote\n", "Step definition is not found"),
        ("    Given a home with three swimming pools\n", "no home is called 'three swimming pools'"),
        ("    Given a party acting as GS\n", "runs for IS, its step says GS"),
        (WITH_A_FIELD_NO_DEVICE_HAS, "no_such_field"),
    ],
)
def test_an_error_of_ours_is_blocked_and_never_fail(bench: Bench, tmp_path: Path, steps: str, reason: str) -> None:
    folder = write_feature(tmp_path / "own", steps)
    result = run(bench, saying("done"), "", scenarios=folder)
    (scenario,) = result.run.scenarios
    assert (scenario.verdict, result.exit_code) == (Verdict.BLOCKED, 3)
    assert reason in scenario.reason
    assert scenario.steps[-1].status == "blocked"


def test_a_scenario_without_checks_was_not_run(bench: Bench, tmp_path: Path) -> None:
    folder = write_feature(tmp_path / "own", "    Given a party acting as IS\n")
    result = run(bench, saying("done"), "", scenarios=folder)
    assert (result.run.scenarios[0].verdict, result.exit_code) == (Verdict.NOT_RUN, 3)


def test_nothing_chosen_is_a_settings_error(bench: Bench) -> None:
    with pytest.raises(InputError, match="no scenario is chosen"):
        run(bench, saying("done"), "XX-*")


def test_a_folder_that_holds_a_run_is_refused(bench: Bench, tmp_path: Path) -> None:
    run(bench, saying("done"), out=str(tmp_path / "run"))
    with pytest.raises(SettingsError, match="holds a run already"):
        run(bench, saying("done"), out=str(tmp_path / "run"))


def test_a_run_of_one_scenario_binds_and_reads_nothing_of_others(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the rest of the library nor the runs before it in the same journal: each costs more than itself."""
    bench.run("reference", "SR-201-IS")
    journal, before, read_from = bench.dcc.journal, bench.dcc.journal.last_seq, []
    entries = Journal.entries

    def noted(self: Journal, after: int = 0, *args: Any, **how: Any) -> Any:
        if self is journal:
            read_from.append(after)
        return entries(self, after, *args, **how)

    monkeypatch.setattr(Journal, "entries", noted)
    result = bench.run("reference", "SR-201-IS")
    assert [one.verdict for one in result.run.scenarios] == [Verdict.PASS]
    assert min(read_from) >= before
    (module,) = (result.folder / "state").glob("test_scenarios_*.py")
    assert module.read_text(encoding="utf-8").count(".feature'") == 1
