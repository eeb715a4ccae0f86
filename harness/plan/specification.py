"""The test specification of chosen roles: one script per scenario, made from the library and the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from harness.plan.departures import departures_of
from harness.plan.library import LibraryScenario, library_folder
from harness.plan.test_data import data_for, load_test_data
from schemas.load import scenarios, service_requests
from schemas.rows import Srv

EVIDENCE = "Signed DUIS messages both ways, device messages, the party's own report, in the run's bundle"


@dataclass(frozen=True, slots=True)
class ScriptedScenario:
    """One row of a test specification."""

    scenario: str
    catalogue_row: str
    role: str
    priority: str
    polarity: str
    services: str
    title: str
    purpose: str
    preconditions: str
    steps: str
    test_data: str
    """Test data that its steps name: parameter, value and source."""
    expected: str
    catalogue_expects: str
    evidence: str
    basis: str
    provenance: str
    departures: str
    """Departures from its catalogue row, with the reasons."""


COLUMNS = tuple(field.name for field in fields(ScriptedScenario))


def specification(
    library: Iterable[LibraryScenario], roles: Iterable[str] = (), folder: Path | None = None
) -> list[ScriptedScenario]:
    """A script per scenario of the roles (empty: all), in the library's order; ``folder``: the library's."""
    wanted, base = frozenset(roles), folder or library_folder()
    return [_script(scenario, base) for scenario in library if not wanted or scenario.role in wanted]


_WITH_TEST_DATA = re.compile(r"send (?P<srv>\S+) to the (?P<device>.+?)(?: as command variant \d)? with its test data")


def _test_data(scenario: LibraryScenario, folder: Path) -> Iterator[str]:
    for text in _texts(scenario, "when"):
        found = _WITH_TEST_DATA.search(text)
        if found is None:
            continue
        given = data_for(load_test_data(folder), found["srv"], scenario.role, found["device"])
        told = "; ".join(f"{one.parameter} = {one.value} ({one.provenance})" for one in given)
        yield f"{found['srv']} to the {found['device']}: {told or 'no parameters'}"


def _script(scenario: LibraryScenario, folder: Path) -> ScriptedScenario:
    row = scenarios().get(scenario.id)
    given, when, then = (_texts(scenario, kind) for kind in ("given", "when", "then"))
    return ScriptedScenario(
        scenario=scenario.key,
        catalogue_row=scenario.id,
        role=scenario.role,
        priority=scenario.priority,
        polarity=row.polarity if row else "",
        services="; ".join(_service(srv) for srv in scenario.srvs),
        title=scenario.title,
        purpose=row.title if row else scenario.title,
        preconditions="\n".join(given),
        steps="\n".join(f"{number}. {text}" for number, text in enumerate(when, start=1)),
        test_data="\n".join(dict.fromkeys(_test_data(scenario, folder))),
        expected="\n".join(then),
        catalogue_expects=row.expected_outcomes if row else "",
        evidence=EVIDENCE,
        basis=row.basis if row else "own",
        provenance=f"{row.provenance} ({row.confidence})" if row else "",
        departures="\n".join(departures_of(folder, scenario.id, scenario.role)),
    )


def _texts(scenario: LibraryScenario, kind: str) -> Iterator[str]:
    return (step.text for step in scenario.steps if step.kind == kind)


def _service(srv: str) -> str:
    row = service_requests().get(Srv(srv))
    return f"{srv} {row.name}" if row else srv


def as_markdown(rows: Iterable[ScriptedScenario]) -> str:
    """A document with a chapter per scenario."""
    head = "# Test specification\n\nA rehearsal; what is inferred about the DCC's own scenarios is said of each.\n"
    return head + "".join(_chapter(row) for row in rows)


def _chapter(row: ScriptedScenario) -> str:
    return (
        f"\n## {row.scenario}: {row.title}\n\n"
        f"| | |\n|---|---|\n| Catalogue row | {row.catalogue_row}: {row.purpose} |\n| Role | {row.role} |\n"
        f"| Services | {row.services or 'none'} |\n| Priority, polarity | {row.priority}, {row.polarity} |\n"
        f"| Basis | {row.basis}; {row.provenance} |\n\n"
        f"**Preconditions**\n\n{_listed(row.preconditions)}\n**Steps**\n\n{row.steps}\n\n"
        f"{_chapter_part('Test data', row.test_data)}"
        f"{_chapter_part('Departures from the catalogue row', row.departures)}"
        f"**Expected**\n\n{_listed(row.expected)}\n**The catalogue expects**\n\n{row.catalogue_expects}\n\n"
        f"**Evidence**\n\n{row.evidence}.\n"
    )


def _chapter_part(title: str, text: str) -> str:
    return f"**{title}**\n\n{_listed(text)}\n" if text else ""


def _listed(text: str) -> str:
    return "".join(f"- {line}\n" for line in text.splitlines())
