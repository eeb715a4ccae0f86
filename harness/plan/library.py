"""The library of scenarios: feature files read as rows, one per scenario, role and example."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from stubs.wire.errors import Blocked

_FIELDS = ("id", "role", "srv", "scope", "priority", "req")
"""Tags that carry a field: ``@id:SR-201``."""

_ASKED = "the party is asked to "
SCOPES: Mapping[str, str] = {
    "install-and-commission": "I&C",
    "service-requests": "DUIS",
    "alerts-and-codes": "Alerts & Response Codes",
    "ssi": "SSI",
}
"""Scope as a tag to scope as the catalogue names it, in the order of a rehearsal (CTSD, Test Sequence: inferred)."""


@dataclass(frozen=True, slots=True)
class ScenarioStep:
    """One step as a reader sees it: ``given``, ``when`` or ``then``, and its text with the rows of its table."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class LibraryScenario:
    """One executable scenario for one role."""

    key: str
    """Unique: id, role and the example's service, numbered where these have several scenarios or examples."""
    id: str
    role: str
    title: str
    feature: str
    """Path of the feature file below the library's folder."""
    name: str
    """Name as written in the feature file, before an example is filled in."""
    example: Mapping[str, str]
    scope: str
    priority: str
    srvs: tuple[str, ...]
    tags: frozenset[str] = field(default_factory=frozenset)
    steps: tuple[ScenarioStep, ...] = ()

    @property
    def moves_clock(self) -> bool:
        """Whether it moves the clock by more than a party's system overlooks: tag ``@clock``."""
        return "clock" in self.tags

    @property
    def actions(self) -> int:
        """Return how many times the party's system is asked to do something."""
        return sum(_ASKED in step.text for step in self.steps)

    @property
    def names(self) -> frozenset[str]:
        """Return the names that an expression may match."""
        scope = {f"scope:{slug}" for slug, scope in SCOPES.items() if scope == self.scope}
        plain = {tag for tag in self.tags if ":" not in tag}
        services = {f"srv:{srv}" for srv in self.srvs}
        return frozenset(
            {self.key, self.id, f"role:{self.role}", f"priority:{self.priority}"} | scope | services | plain
        )


def library_folder() -> Path:
    """The folder of the scenarios that come with this version. Raises: Blocked: not installed."""
    spec = find_spec("scenarios")
    if spec is None or not spec.submodule_search_locations:
        raise Blocked("the scenarios are not installed", mend="Install the distribution uept-harness as a whole.")
    return Path(next(iter(spec.submodule_search_locations)))


def step_modules() -> list[ModuleType]:
    """The modules of step functions that come with this version, by name; importing them registers the steps."""
    names = sorted(path.stem for path in (library_folder() / "steps").glob("*.py") if path.stem != "__init__")
    return [import_module(f"scenarios.steps.{name}") for name in names]


def scenario_digest(folder: Path) -> str:
    """SHA-256, as hex, over names and contents of everything below ``folder`` that decides what is judged."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name.startswith(("features/", "steps/", "data/")) and path.suffix != ".pyc":
            content = path.read_bytes()
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def load_library(folder: Path | None = None) -> tuple[LibraryScenario, ...]:
    """Every scenario below ``folder``/features, in the order of files and lines, one row per role and example.

    Raises: Blocked: a feature file cannot be read, or a scenario lacks a tag; with file and line.
    """
    base = (folder or library_folder()).resolve()
    return _library(base, scenario_digest(base))


@lru_cache(maxsize=8)
def _library(base: Path, _digest: str) -> tuple[LibraryScenario, ...]:
    """Load the library once for as long as the files have the same content."""
    # Imported here: pytest and its parser take 0.3 s, and every command that reads settings comes through this package.
    from pytest_bdd.exceptions import GherkinParseError  # noqa: PLC0415
    from pytest_bdd.feature import get_features  # noqa: PLC0415

    try:
        features = get_features([str(base / "features")])
    except GherkinParseError as error:
        raise Blocked(f"a feature file cannot be read: {error}", mend="Mend the feature file.") from error
    keys: Counter[str] = Counter()
    rows = [row for feature in sorted(features, key=lambda one: one.filename) for row in _rows(feature, base)]
    return tuple(_with_key(row, keys) for row in rows)


def _with_key(row: LibraryScenario, keys: Counter[str]) -> LibraryScenario:
    parts = (row.id, row.role, row.example.get("srv", ""))
    base = "-".join(part for part in parts if part)
    keys[base] += 1
    return replace(row, key=base if keys[base] == 1 else f"{base}-{keys[base]}")


def _rows(feature: Any, base: Path) -> Iterator[LibraryScenario]:
    path = Path(feature.filename).resolve().relative_to(base).as_posix()
    for template in feature.scenarios.values():
        where = f"{path}:{template.line_number}"
        tags = frozenset(feature.tags | template.tags)
        fields = fields_of(tags)
        examples = [example for table in template.examples for example in table.as_contexts()] or [{}]
        for example in examples:
            rendered = template.render(example)
            yield LibraryScenario(
                key="",
                id=_cell(example, fields, "id", where),
                role=_cell(example, fields, "role", where),
                title=rendered.name,
                feature=path,
                name=template.name,
                example=example,
                scope=SCOPES.get(_one(fields, "scope", where), ""),
                priority=_cell(example, fields, "priority", where),
                srvs=(example["srv"],) if "srv" in example else tuple(fields.get("srv", ())),
                tags=tags,
                steps=tuple(_step(step) for step in rendered.steps),
            )


def _step(step: Any) -> ScenarioStep:
    rows = step.datatable.rows if step.datatable else ()
    table = "; ".join(" = ".join(cell.value for cell in row.cells) for row in rows)
    return ScenarioStep(step.type, f"{step.name}: {table}" if table else step.name)


def fields_of(tags: Iterable[str]) -> dict[str, list[str]]:
    """Tags such as ``srv:4.1.1`` as fields; plain tags are left out; values in order."""
    found: dict[str, list[str]] = {}
    for tag in sorted(tags):
        name, colon, value = tag.partition(":")
        if colon and name in _FIELDS:
            found.setdefault(name, []).append(value)
    return found


def _cell(example: Mapping[str, str], fields: Mapping[str, list[str]], name: str, where: str) -> str:
    """A field of a scenario: what its example says, else its one tag."""
    return example[name] if name in example else _one(fields, name, where)


def _one(fields: Mapping[str, list[str]], name: str, where: str) -> str:
    values = fields.get(name, [])
    if len(values) != 1:
        got = ", ".join(values) or "none"
        raise Blocked(f"{where}: expected one tag @{name}:…, found {got}", mend="Tag the scenario.")
    return values[0]
