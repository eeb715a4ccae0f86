"""Runs scenarios: a world per scenario, asking the party's system, waiting on the journal, recording every fact.

Everything a run knows is an event of the one journal; results, reports and a second judgement are folds over it.
This room joins drivers, checks, plan and the simulated DCC; it knows nothing of reports, bundles or the command line.
Names load when they are used: who only reads results does not load the simulated DCC or pytest.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.engine.assessment import assess, assess_role, inputs_of, plan_of, results_of, tally_of
    from harness.engine.civil_time import special_day
    from harness.engine.conditions import bent, happening
    from harness.engine.homes import device_name
    from harness.engine.parts import part
    from harness.engine.progress import Progress, Silent, Terminal
    from harness.engine.rehearsal import Rehearsal
    from harness.engine.results import ActionRun, CheckRun, Run, ScenarioRun, StepRun, fold_run
    from harness.engine.run import run_rehearsal
    from harness.engine.run_control import RunControl
    from harness.engine.run_result import RunResult, exit_code_of
    from harness.engine.scenario_errors import CheckBlocked, CheckFailed, NotAsked, ScenarioStopped
    from harness.engine.ssi_words import ssi_act, ssi_page, ssi_person
    from harness.engine.world import World

_HOMES = {
    "assessment": ("assess", "assess_role", "inputs_of", "plan_of", "results_of", "tally_of"),
    "civil_time": ("special_day",),
    "conditions": ("bent", "happening"),
    "homes": ("device_name",),
    "parts": ("part",),
    "progress": ("Progress", "Silent", "Terminal"),
    "rehearsal": ("Rehearsal",),
    "results": ("ActionRun", "CheckRun", "Run", "ScenarioRun", "StepRun", "fold_run"),
    "run": ("run_rehearsal",),
    "run_control": ("RunControl",),
    "run_result": ("RunResult", "exit_code_of"),
    "scenario_errors": ("CheckBlocked", "CheckFailed", "NotAsked", "ScenarioStopped"),
    "ssi_words": ("ssi_act", "ssi_page", "ssi_person"),
    "world": ("World",),
}
_MODULES = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


__all__ = [
    "ActionRun",
    "CheckBlocked",
    "CheckFailed",
    "CheckRun",
    "NotAsked",
    "Progress",
    "Rehearsal",
    "Run",
    "RunControl",
    "RunResult",
    "ScenarioRun",
    "ScenarioStopped",
    "Silent",
    "StepRun",
    "Terminal",
    "World",
    "assess",
    "assess_role",
    "bent",
    "device_name",
    "exit_code_of",
    "fold_run",
    "happening",
    "inputs_of",
    "part",
    "plan_of",
    "results_of",
    "run_rehearsal",
    "special_day",
    "ssi_act",
    "ssi_page",
    "ssi_person",
    "tally_of",
]
