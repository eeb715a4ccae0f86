"""The User Entry Process as rows: steps, prerequisites, criteria, periods, calendars, routes of a dispute.

Every row carries ``provenance`` and ``confidence`` as the catalogue's rows do. Most come from guidance of 2018: the
numbers are to be checked against the Code before anything is decided by them, and every output says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from schemas.rows import UserRole
from schemas.tables import table_rows

CHECK = "2018 guidance, check"
"""Mark of every clause and period of the process when it is shown."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One number of the process with its unit and its source."""

    key: str
    value: str
    unit: str
    meaning: str
    clause: str
    provenance: str
    confidence: str


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """Which bank holidays count: one or more subdivisions of the United Kingdom, joined."""

    code: str
    name: str
    subdivisions: tuple[str, ...]
    provenance: str
    confidence: str


@dataclass(frozen=True, slots=True)
class StepRow:
    """One of the five steps of SEC H1.10, by which a Party becomes a User in a role."""

    code: str
    letter: str
    name: str
    roles: frozenset[UserRole]
    evidence: str
    decided_by: str
    clause: str
    dispute: str
    """Subject of the dispute when it goes wrong, a key of ``disputes()``; empty when none is known."""
    provenance: str
    confidence: str


@dataclass(frozen=True, slots=True)
class PrerequisiteRow:
    """Something that has to stand before or beside the five steps."""

    code: str
    name: str
    evidence: str
    decided_by: str
    clause: str
    provenance: str
    confidence: str


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """One of the four party categories, and the roles it usually seeks."""

    code: str
    name: str
    roles: tuple[UserRole, ...]
    licence: str
    note: str
    provenance: str
    confidence: str


@dataclass(frozen=True, slots=True)
class EntryCriterionRow:
    """One of the six entry criteria of UEPT."""

    id: str
    text: str
    evidence: str
    clause: str
    provenance: str
    confidence: str


@dataclass(frozen=True, slots=True)
class ExitCriterionRow:
    """One exit criterion; ``decided`` is ``computed`` (from the runs and issues) or ``by hand``."""

    id: str
    text: str
    decided: str
    provenance: str
    confidence: str


@dataclass(frozen=True, slots=True)
class ArtefactRow:
    """A document the Party produces before the tests."""

    code: str
    name: str
    contents: str
    provenance: str
    confidence: str


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """First route of a dispute about one subject; afterwards the Panel, then the Authority."""

    subject: str
    name: str
    clause: str
    first_route: str
    provenance: str
    confidence: str


@dataclass(frozen=True, slots=True)
class AssessmentStatusRow:
    """A status of an assessment, and whether it meets the step."""

    kind: str
    status: str
    is_accepted: bool
    provenance: str
    confidence: str


def _rows(name: str) -> list[dict[str, str]]:
    return table_rows("uep", name)


def _roles(text: str) -> tuple[UserRole, ...]:
    return tuple(UserRole(role) for role in text.split(";"))


@cache
def facts() -> Mapping[str, Fact]:
    """Every number of the process by its key."""
    return MappingProxyType({row["key"]: Fact(**row) for row in _rows("facts.csv")})


def number(key: str) -> int:
    """The value of a fact that is a whole number."""
    return int(facts()[key].value)


@cache
def calendars() -> Mapping[str, CalendarRow]:
    """The calendars a Working Day may be counted by; the first is the default."""
    rows = {
        row["code"]: CalendarRow(**{**row, "subdivisions": tuple(row["subdivisions"].split(";"))})  # type: ignore[arg-type]
        for row in _rows("calendars.csv")
    }
    return MappingProxyType(rows)


@cache
def steps() -> Mapping[str, StepRow]:
    """The five steps by code, in the order of the clause."""
    return MappingProxyType(
        {
            row["code"]: StepRow(**{**row, "roles": frozenset(_roles(row["roles"]))})  # type: ignore[arg-type]
            for row in _rows("steps.csv")
        }
    )


@cache
def prerequisites() -> Mapping[str, PrerequisiteRow]:
    """Return the prerequisites of the steps, by code."""
    return MappingProxyType({row["code"]: PrerequisiteRow(**row) for row in _rows("prerequisites.csv")})


@cache
def categories() -> Mapping[str, CategoryRow]:
    """The four party categories by code."""
    return MappingProxyType(
        {
            row["code"]: CategoryRow(**{**row, "roles": _roles(row["roles"])})  # type: ignore[arg-type]
            for row in _rows("categories.csv")
        }
    )


@cache
def entry_criteria() -> Mapping[str, EntryCriterionRow]:
    """The six entry criteria by id."""
    return MappingProxyType({row["id"]: EntryCriterionRow(**row) for row in _rows("entry-criteria.csv")})


@cache
def exit_criteria() -> Mapping[str, ExitCriterionRow]:
    """The exit criteria by id."""
    return MappingProxyType({row["id"]: ExitCriterionRow(**row) for row in _rows("exit-criteria.csv")})


@cache
def artefacts() -> Mapping[str, ArtefactRow]:
    """The test artefacts by code."""
    return MappingProxyType({row["code"]: ArtefactRow(**row) for row in _rows("artefacts.csv")})


@cache
def disputes() -> Mapping[str, DisputeRow]:
    """Routes of a dispute by subject."""
    return MappingProxyType({row["subject"]: DisputeRow(**row) for row in _rows("disputes.csv")})


@cache
def assessment_statuses() -> tuple[AssessmentStatusRow, ...]:
    """Statuses of assessments, by kind."""
    return tuple(
        AssessmentStatusRow(
            kind=row["kind"],
            status=row["status"],
            is_accepted=row["accepted"] == "yes",
            provenance=row["provenance"],
            confidence=row["confidence"],
        )
        for row in _rows("assessment-statuses.csv")
    )
