"""Record of a Party on one step or prerequisite; part of the campaign file and its published schema."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

StepStatus = Literal["NOT_STARTED", "IN_PROGRESS", "SUBMITTED", "PASSED", "FAILED", "DISPUTED"]


class StepRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Status of one step. PASSED counts only with a date and a reference or an evidence file."""

    status: Annotated[StepStatus, Meta(description="Where the step stands.")] = "NOT_STARTED"
    due_on: Annotated[date | None, Meta(description="When it is wanted.")] = None
    done_on: Annotated[date | None, Meta(description="When it was decided.")] = None
    reference: Annotated[str, Meta(description="Of the decision: a letter, a certificate.")] = ""
    evidence: Annotated[tuple[str, ...], Meta(description="Files, below the campaign's folder.")] = ()
    note: Annotated[str, Meta(description="Anything a reader should know.")] = ""


NOTHING = StepRecord()
