"""Tables of the Self-Service Interface: functions, job types, reports, components, incident categories, advice, help.

What the DCC's own pages look like is not public, so most rows are inferred; each says so in ``provenance``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from schemas.load import ResponseCode, UserRole, response_codes
from schemas.tables import table_rows


@dataclass(frozen=True, slots=True)
class FunctionRow:
    """Something a person may do: a page or an act, in which User Roles, and which component it needs."""

    function: str
    title: str
    path: str
    section: str
    """Section of the menu; empty: it is reached from another page."""
    roles: frozenset[str]
    component: str
    is_act: bool
    provenance: str


@dataclass(frozen=True, slots=True)
class JobTypeRow:
    """A functional role of people."""

    job_type: str
    title: str
    functions: frozenset[str]
    provenance: str


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A report, its columns and who may run it."""

    report: str
    title: str
    source: str
    """``inventory`` or ``audit``."""
    columns: tuple[str, ...]
    roles: frozenset[str]
    by_period: bool
    provenance: str


@dataclass(frozen=True, slots=True)
class ComponentRow:
    """A part of the DCC whose state the dashboard shows."""

    component: str
    what: str
    provenance: str


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A category of incidents; 1 is the worst."""

    category: int
    title: str
    target_hours: int
    provenance: str


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question and its answer on the help page."""

    question: str
    answer: str
    section: str
    provenance: str


@dataclass(frozen=True, slots=True)
class SsiActionRow:
    """Something that a scenario asks of a person of the Party on the pages (an action of every driver)."""

    kind: str
    words: str
    path: str
    """Path of the first page."""
    parameters: tuple[str, ...]
    """Names of the action's parameters, each of which may be absent; ``person`` may be given to every kind."""
    tells: tuple[str, ...]
    """Names of values that the outcome is compared by, each of which may be absent."""


def _rows(name: str) -> list[dict[str, str]]:
    return table_rows("ssi", name)


def _set(cell: str) -> frozenset[str]:
    return frozenset(part for part in cell.split(";") if part)


@cache
def functions() -> Mapping[str, FunctionRow]:
    """Functions by name, in the order of the menu."""
    return MappingProxyType(
        {
            row["function"]: FunctionRow(
                row["function"],
                row["title"],
                row["path"],
                row["section"],
                _set(row["roles"]),
                row["component"],
                row["is_act"] == "yes",
                row["provenance"],
            )
            for row in _rows("functions.csv")
        }
    )


@cache
def job_types() -> Mapping[str, JobTypeRow]:
    """Job types by name."""
    return MappingProxyType(
        {
            row["job_type"]: JobTypeRow(row["job_type"], row["title"], _set(row["functions"]), row["provenance"])
            for row in _rows("job-types.csv")
        }
    )


@cache
def reports() -> Mapping[str, ReportRow]:
    """Reports by id."""
    return MappingProxyType(
        {
            row["report"]: ReportRow(
                row["report"],
                row["title"],
                row["source"],
                tuple(row["columns"].split(";")),
                _set(row["roles"]),
                row["by_period"] == "yes",
                row["provenance"],
            )
            for row in _rows("reports.csv")
        }
    )


@cache
def components() -> Mapping[str, ComponentRow]:
    """Components by name."""
    return MappingProxyType({row["component"]: ComponentRow(**row) for row in _rows("components.csv")})


@cache
def incident_categories() -> Mapping[int, CategoryRow]:
    """The five categories by number."""
    return MappingProxyType(
        {
            int(row["category"]): CategoryRow(
                int(row["category"]), row["title"], int(row["target_hours"]), row["provenance"]
            )
            for row in _rows("incident-categories.csv")
        }
    )


@cache
def questions() -> tuple[QuestionRow, ...]:
    """Questions of the help page."""
    return tuple(QuestionRow(**row) for row in _rows("faqs.csv"))


@cache
def ssi_actions() -> Mapping[str, SsiActionRow]:
    """Actions on the pages by kind, in the order of a person's work."""
    return MappingProxyType(
        {
            row["kind"]: SsiActionRow(
                row["kind"],
                row["words"],
                row["path"],
                tuple(filter(None, row["parameters"].split(";"))),
                tuple(filter(None, row["tells"].split(";"))),
            )
            for row in _rows("actions.csv")
        }
    )


@cache
def _advice() -> Mapping[str, str]:
    return MappingProxyType({code: row["advice"] for row in _rows("code-advice.csv") for code in _set(row["codes"])})


def advice(code: str) -> str:
    """Return advice to a User about a response or alert code; by its kind where no row names it."""
    if not code:
        return ""
    row = response_codes().get(ResponseCode(code))
    kind = row.kind if row is not None else "error" if code.startswith("HTTP ") else "alert"
    return _advice().get(code) or _advice().get(kind, _advice()["error"])


def allowed(role: str, held: frozenset[str] | None) -> frozenset[str]:
    """Functions of a person: of its job types (None: all there are), as far as the User Role has them."""
    names = (
        functions().keys()
        if held is None
        else {name for job in held & job_types().keys() for name in job_types()[job].functions}
    )
    return frozenset(name for name in names if UserRole(role).value in functions()[name].roles)
