"""The pytest plugin: a scenario gets its world, every step and its end are recorded, whether it passed or not.

Works for plain ``pytest scenarios/`` (settings from ``uept.toml`` and the environment) and inside ``uept rehearse``
(which puts its own ``Rehearsal`` into the configuration). Leaves tests that are no scenarios of the library alone.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Generator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pytest_bdd.scenario import scenario_wrapper_template_registry

from harness.engine.scenario_errors import NotAsked, ScenarioStopped
from harness.engine.world import World
from harness.plan import LibraryScenario
from harness.settings import load_settings
from stubs.wire.errors import Blocked, Misuse

if TYPE_CHECKING:
    from harness.engine.rehearsal import Rehearsal

REHEARSAL = pytest.StashKey["Rehearsal"]()
PLANNED = pytest.StashKey[LibraryScenario]()
WORLD = pytest.StashKey[World]()
_EXAMPLE = "_pytest_bdd_example"


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker that tags with a value become."""
    config.addinivalue_line(
        "markers", "field(name, value): a tag of a feature file such as @id:SR-201, read as a field"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_bdd_apply_tag(tag: str, function: Callable[..., object]) -> bool:
    """Tags such as ``srv:4.1.1`` are fields, and plain ones are named to the plan, not to pytest."""
    name, _, value = tag.partition(":")
    pytest.mark.field(name, value)(function)
    return True


# --- collection: the plan decides ----------------------------------------------------------------------------------


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the scenarios of the plan, in its order; say why the others are left out."""
    ours = [(item, where) for item in items if (where := _place(item)) is not None]
    if not ours:
        return
    rehearsal = config.stash.get(REHEARSAL, None)
    if rehearsal is None:
        rehearsal = _from_surroundings()
        config.stash[REHEARSAL] = rehearsal
    base = rehearsal.scenarios_folder.resolve()
    chosen = {
        (str(base / row.feature), row.name, tuple(sorted(row.example.items()))): (position, row)
        for position, row in enumerate(rehearsal.plan.chosen)
    }
    mine = {id(item) for item, _ in ours}
    kept: list[tuple[int, pytest.Item]] = []
    left_out: list[pytest.Item] = []
    for item, where in ours:
        if where in chosen:
            position, item.stash[PLANNED] = chosen[where]
            kept.append((position, item))
        else:
            left_out.append(item)
    items[:] = [item for item in items if id(item) not in mine]
    items += [item for _, item in sorted(kept, key=lambda pair: pair[0])]
    if left_out:
        config.hook.pytest_deselected(items=left_out)


def _place(item: pytest.Item) -> tuple[str, str, tuple[tuple[str, str], ...]] | None:
    function = getattr(item, "function", None)
    template = scenario_wrapper_template_registry.get(function) if function is not None else None
    if template is None:
        return None
    callspec = getattr(item, "callspec", None)
    example = callspec.params.get(_EXAMPLE, {}) if callspec is not None else {}
    return _resolved(template.feature.filename), template.name, tuple(sorted(example.items()))


@cache
def _resolved(filename: str) -> str:
    return str(Path(filename).resolve())


def _from_surroundings() -> Rehearsal:
    from harness.engine.rehearsal import Rehearsal  # noqa: PLC0415 - only now: it loads the simulated DCC

    file = Path("uept.toml")
    try:
        return Rehearsal(load_settings(file if file.is_file() else None, {}, os.environ))
    except Blocked as error:
        raise pytest.UsageError(str(error)) from error


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Keep what could not be collected for ``pytest_sessionfinish``."""
    if report.failed:
        _COLLECT_PROBLEMS.append(f"{report.nodeid}: {report.longreprtext}")


_COLLECT_PROBLEMS: list[str] = []


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:  # noqa: ARG001 - pytest's signature
    """Forget problems of an earlier session in this process."""
    _COLLECT_PROBLEMS.clear()


# --- running -------------------------------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Begin no further scenario once a person has ended the run; after the plan's last, run again what one chose."""
    if PLANNED not in item.stash:
        return (yield)
    rehearsal = item.config.stash[REHEARSAL]
    if rehearsal.control.stops:
        raise KeyboardInterrupt
    result = yield
    items = item.session.items
    if item is items[-1]:
        by_key = {each.stash[PLANNED].key: each for each in items if PLANNED in each.stash}
        # The session walks along this list, so what is added is run too.
        items += [by_key[key] for key in rehearsal.steering.next_round() if key in by_key]
    return result


@pytest.fixture
def world(request: pytest.FixtureRequest) -> World:
    """The scenario's world."""
    made = _world(request)
    if made is None:
        raise Misuse("only a scenario of the library has a world")
    return made


def _world(request: pytest.FixtureRequest) -> World | None:
    node: pytest.Item = request.node
    return node.stash.get(WORLD, None)


def pytest_bdd_before_scenario(request: pytest.FixtureRequest) -> None:
    """Give the scenario its world."""
    row = request.node.stash.get(PLANNED, None)
    if row is not None:
        request.node.stash[WORLD] = request.config.stash[REHEARSAL].begin(row)


def pytest_bdd_before_step(request: pytest.FixtureRequest, scenario: Any, step: Any) -> None:
    """Note the step's beginning."""
    made = _world(request)
    if made is not None:
        made.step_begins((scenario.steps.index(step), step.keyword.strip(), step.name))


def pytest_bdd_before_step_call(request: pytest.FixtureRequest, step_func: Callable[..., object]) -> None:
    """Do what a person asks of the run; refuse what would not run."""
    made = _world(request)
    if made is not None:
        made.heed()
    refuse_async(step_func)


def refuse_async(step_func: Callable[..., object]) -> None:
    """Raises: Misuse: an ``async def`` step; pytest-bdd never awaits, so it would pass without running."""
    if inspect.iscoroutinefunction(step_func) or inspect.isasyncgenfunction(step_func):
        raise Misuse(f"step {step_func.__qualname__} is async and would pass without running: make it a plain def")


def pytest_bdd_after_step(request: pytest.FixtureRequest) -> None:
    """Record a step that passed."""
    made = _world(request)
    if made is not None:
        made.step_ends()


def pytest_bdd_step_error(request: pytest.FixtureRequest, exception: Exception) -> None:
    """Record a step that did not (``pytest_bdd_after_step`` is not called then)."""
    made = _world(request)
    if made is not None:
        made.step_ends(exception)


def pytest_bdd_step_func_lookup_error(
    request: pytest.FixtureRequest, scenario: Any, step: Any, exception: Exception
) -> None:
    """Record a step that no function knows: an error of ours."""
    pytest_bdd_before_step(request, scenario, step)
    pytest_bdd_step_error(request, exception)


def pytest_bdd_after_scenario(request: pytest.FixtureRequest) -> None:
    """End the scenario, however it went."""
    made = _world(request)
    if made is None:
        return
    rehearsal = request.config.stash[REHEARSAL]
    if made.is_in_a_step:  # neither passed nor failed: Ctrl-C
        rehearsal.interrupted = True
    rehearsal.finish(made)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
    """Show a failed check as its three lines, and a scenario that could not be asked as skipped."""
    result = yield
    report = result.get_result()
    if call.excinfo is None or PLANNED not in item.stash:
        return
    error = call.excinfo.value
    if isinstance(error, NotAsked):
        report.outcome = "skipped"
        report.longrepr = (str(item.path), 0, f"Skipped: {error.finding.got}")
    elif isinstance(error, ScenarioStopped):
        report.longrepr = f"{error.finding.verdict.value}\n{error}"


def pytest_keyboard_interrupt(excinfo: pytest.ExceptionInfo[BaseException]) -> None:
    """Ctrl-C ends the run; what happened so far is kept by ``pytest_sessionfinish``."""


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Close the record, complete or partial."""
    rehearsal = session.config.stash.get(REHEARSAL, None)
    if rehearsal is None:
        return
    rehearsal.problems += _COLLECT_PROBLEMS
    if exitstatus == pytest.ExitCode.INTERRUPTED and not _COLLECT_PROBLEMS:
        rehearsal.interrupted = True
    rehearsal.result = rehearsal.close() or rehearsal.result
