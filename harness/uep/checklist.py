"""The checklist of a role: prerequisites and the five steps of H1.10, who decides each, done or due."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from harness.uep.records import NOTHING, StepRecord
from schemas.load import UserRole
from schemas.process import CHECK, categories, prerequisites, steps
from stubs.wire.errors import InputError


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the checklist.

    ``state`` is done, due, late, failed, disputed, in progress, incomplete (said to be passed, but without a date,
    a reference or a named file) or not applicable. ``missing`` says what is wanted before the line is done.
    """

    role: str
    kind: str
    """``prerequisite`` or ``step``."""
    code: str
    name: str
    state: str
    evidence: str
    decided_by: str
    clause: str
    source: str
    record: StepRecord
    missing: str = ""


def checklist(
    role: UserRole,
    today: date,
    done: Mapping[str, StepRecord],
    missing_files: Collection[str] = (),
) -> tuple[Line, ...]:
    """Prerequisites first, then the five steps; privacy applies to Other User alone.

    Args:
        role: the role sought.
        today: to tell late from due.
        done: what is recorded, by code of the step or prerequisite.
        missing_files: evidence files that are recorded and do not exist.
    """
    return tuple(_lines(role, today, done, frozenset(missing_files)))


def _lines(
    role: UserRole, today: date, done: Mapping[str, StepRecord], missing_files: frozenset[str]
) -> Iterator[Line]:
    for row in prerequisites().values():
        record = done.get(row.code, NOTHING)
        missing = _missing(row.code, record, row.evidence, missing_files)
        state = _state(record, today, missing)
        source = f"{row.provenance}; {row.confidence}"
        yield Line(
            role, "prerequisite", row.code, row.name, state, row.evidence, row.decided_by, row.clause, source, record,
            missing,
        )  # fmt: skip
    for step in steps().values():
        record = done.get(step.code, NOTHING)
        applies = role in step.roles
        missing = _missing(step.code, record, step.evidence, missing_files) if applies else ""
        state = _state(record, today, missing) if applies else "not applicable"
        clause = f"{step.clause} ({CHECK})"
        source = f"{step.provenance}; {step.confidence}"
        yield Line(
            role, "step", step.code, f"({step.letter}) {step.name}", state, step.evidence, step.decided_by, clause,
            source, record, missing,
        )  # fmt: skip


def is_complete(lines: Collection[Line]) -> bool:
    """Whether every applicable step is done: what H1.11 calls completion (prerequisites are shown, not counted)."""
    return all(line.state in {"done", "not applicable"} for line in lines if line.kind == "step")


def category_of(code: str) -> tuple[UserRole, ...]:
    """Roles that a party category usually seeks. Raises: InputError: no such category."""
    row = categories().get(code)
    if row is None:
        raise InputError(f"{code!r} is no party category", mend=f"Choose one of {', '.join(categories())}")
    return row.roles


def _missing(code: str, record: StepRecord, evidence: str, missing_files: frozenset[str]) -> str:
    if record.status != "PASSED":
        return evidence
    absent = [name for name in record.evidence if name in missing_files]
    if absent:
        return f"file not found: {', '.join(absent)}"
    if record.done_on is None:
        return "the date of the decision"
    if code == "UEPT" and not record.reference:
        return "the reference of the Test Completion Certificate"
    return "" if record.reference or record.evidence else "a reference or an evidence file"


def _state(record: StepRecord, today: date, missing: str) -> str:
    match record.status:
        case "PASSED":
            return "incomplete" if missing else "done"
        case "FAILED" | "DISPUTED":
            return record.status.lower()
        case _:
            if record.due_on and record.due_on < today:
                return "late"
            return "due" if record.status == "NOT_STARTED" else "in progress"
