"""One thing the doctor looked at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """State of a condition. Only ``missing`` keeps a rehearsal from running."""

    OK = "ok"
    NOTE = "note"
    """Works, with a remark for the reader."""
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: its subject, its state, the details, and how to mend it (empty when it is well)."""

    what: str
    state: State
    detail: str = ""
    mend: str = ""
