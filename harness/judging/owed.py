"""Checks that a scenario owes, and their parameters: read from the scenario set by walking through its steps.

Each step function is called with a world that does nothing but note what is expected. So the same files that ran are
what says what had to be judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from inspect import signature
from pathlib import Path
from typing import Any

from harness.plan import LibraryScenario, library_folder, load_library, scenario_digest, step_modules
from stubs.wire.errors import Blocked


@dataclass(frozen=True, slots=True)
class Owed:
    """One step, and what it expects: checks with their parameters, and how many actions were asked before."""

    keyword: str
    text: str
    checks: tuple[tuple[str, Mapping[str, Any], int], ...]


_ANYTHING = "\ue000"
"""Stands in a text for what only the run knew; a character for private use, which no text of ours holds."""


class Unknown:
    """A value that only the run knew, such as an identity made up for it: equal to whatever the journal says."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return _ANYTHING

    def __format__(self, _how: str) -> str:
        return _ANYTHING

    def __getattr__(self, _name: str) -> Unknown:
        return self

    def __getitem__(self, _key: object) -> Unknown:
        return self

    def __call__(self, *_args: object, **_named: object) -> Unknown:
        """Return unknown, whatever is called on it."""
        return self

    def __iter__(self) -> Iterator[Unknown]:
        return iter((self,))

    def _unknown_result(self, *_others: object) -> Unknown:
        """Return unknown, whatever is computed from it."""
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _unknown_result
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __neg__ = __abs__ = _unknown_result


UNKNOWN = Unknown()


def is_same_text(owed: str, told: str) -> bool:
    """Whether a text is the owed one, with anything in the places that only the run could fill."""
    if _ANYTHING not in owed:
        return owed == told
    return re.fullmatch(".*".join(map(re.escape, owed.split(_ANYTHING))), told, re.DOTALL) is not None


class _NotingWorld:
    """Stands in for the world of a scenario: notes what is expected and how much was asked."""

    def __init__(self, devices: Mapping[str, str]) -> None:
        self._devices = devices
        self.noted: list[tuple[str, Mapping[str, Any], int]] = []
        self.asked = 0

    def ask(self, *_args: object, **_named: object) -> None:
        self.asked += 1

    ask_on_ssi = sign_in_to_ssi = ask
    """Other words in which the world asks: they ask all the same."""

    def expect(self, check: str, **parameters: Any) -> None:
        self.noted.append((check, parameters, self.asked))

    def device(self, name: str) -> object:
        return self._devices.get(name, UNKNOWN)

    @property
    def hidden(self) -> object:
        return UNKNOWN

    def __getattr__(self, _name: str) -> Unknown:
        return UNKNOWN


class ScenarioSet:
    """The scenarios of one folder.

    Args:
        folder: of features; None: the scenarios that come with this version.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = (folder or library_folder()).resolve()

    @cached_property
    def digest(self) -> str:
        """SHA-256, as hex, over names and contents of features, steps and data."""
        return scenario_digest(self.folder)

    @property
    def is_of_this_version(self) -> bool:
        """Whether it is the set that comes with this version, so that this version's checks judged what it ran."""
        usual = library_folder().resolve()
        return self.folder == usual or self.digest == scenario_digest(usual)

    @cached_property
    def library(self) -> Mapping[str, LibraryScenario]:
        """Its scenarios by key."""
        return {one.key: one for one in load_library(self.folder)}

    def owed(self, key: str, devices: Mapping[str, str]) -> tuple[Owed, ...]:
        """The steps of a scenario with what each expects.

        Args:
            key: of the scenario.
            devices: names of the home's devices to their EUIs.
        Raises: KeyError: the set has no such scenario. Blocked: a step that no function fits.
        """
        scenario = self.library[key]
        world = _NotingWorld(devices)
        found = []
        for step in self._steps(scenario):
            before = len(world.noted)
            _walk(step, world)
            found.append(Owed(step.keyword, step.name, tuple(world.noted[before:])))
        return tuple(found)

    @cached_property
    def _features(self) -> Mapping[str, Any]:
        from pytest_bdd.feature import get_features  # noqa: PLC0415 - pytest and its parser take 0.3 s

        found = get_features([str(self.folder / "features")])
        return {Path(one.filename).resolve().relative_to(self.folder).as_posix(): one for one in found}

    def _steps(self, scenario: LibraryScenario) -> tuple[Any, ...]:
        template = self._features[scenario.feature].scenarios[scenario.name]
        return tuple(template.render(scenario.example).steps)


@cache
def _contexts() -> tuple[Any, ...]:
    """The step functions of the scenario set, in the order in which pytest-bdd looks at them."""
    from pytest_bdd.steps import step_function_context_registry  # noqa: PLC0415

    ours = {module.__name__ for module in step_modules()}
    return tuple(one for one in step_function_context_registry.values() if one.step_func.__module__ in ours)


@lru_cache(maxsize=4096)
def _function_of(kind: str, text: str) -> tuple[Any, Mapping[str, Any]] | None:
    """The step function that fits a step, and the words that its pattern cuts out of the text; None: none fits.

    Remembered: a search tries some hundred patterns, and most steps of a rehearsal stand in many scenarios.
    """
    for context in _contexts():
        if context.type in {None, kind} and context.parser.is_matching(text):
            return context, context.parser.parse_arguments(text)
    return None


def _walk(step: Any, world: _NotingWorld) -> None:
    found = _function_of(step.type, step.name)
    if found is None:
        raise Blocked(f"no step of this version fits {step.keyword} {step.name!r}")
    context, given = found
    wanted = signature(context.step_func).parameters
    values = {name: context.converters.get(name, _same)(value) for name, value in given.items() if name in wanted}
    if "datatable" in wanted and step.datatable is not None:
        values["datatable"] = step.datatable.raw()
    if "world" in wanted:
        values["world"] = world
    try:
        context.step_func(**values) if "world" in wanted else context.step_func(world, **values)
    except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
        raise Blocked(f"{step.name!r} cannot be walked through without a run: {error}") from error


def _same(value: object) -> object:
    return value
