"""One issue per file below ``issues/``: what went wrong, whose it is, where it was found and fixed."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from schemas.load import UserRole

OWNERS = ("Party system", "simulator", "script or data", "environment", "specification doubt")
PARTY = OWNERS[0]
"""The one owner whose issues count against the Party."""
SEVERITIES = {
    1: "testing cannot go on, no workaround",
    2: "a scope or a critical function is blocked",
    3: "a function is wrong, a workaround exists",
    4: "minor",
    5: "cosmetic or documentation",
}
"""Five levels, 1 the worst; the words are our proposal (inferred)."""


class Issue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One issue."""

    id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]*$", description="The file's name without .toml.")]
    title: Annotated[str, Meta(min_length=1, description="One line.")]
    severity: Annotated[int, Meta(ge=1, le=5, description="1 (worst) to 5.")]
    owner: Annotated[
        Literal["Party system", "simulator", "script or data", "environment", "specification doubt"],
        Meta(description="Only Party system counts against the Party."),
    ]
    status: Annotated[Literal["open", "fixed", "closed", "rejected"], Meta(description="Where it stands.")] = "open"
    roles: Annotated[tuple[UserRole, ...], Meta(description="Roles it concerns; empty: those of its scenarios.")] = ()
    scenarios: Annotated[tuple[str, ...], Meta(description="Keys of scenario runs, such as SR-201-IS.")] = ()
    cause: Annotated[str, Meta(description="Set when accepted from a proposal: check, kind of difference.")] = ""
    found_on: date | None = None
    found_in_build: str = ""
    found_in_run: Annotated[str, Meta(description="Evidence digest of the run.")] = ""
    fixed_in_build: str = ""
    closed_on: date | None = None
    retest: Annotated[str, Meta(description="What the retest showed, or the run that shows it.")] = ""
    work_off: Annotated[str, Meta(description="Plan and date for what stays open.")] = ""
    description: str = ""

    @property
    def is_open(self) -> bool:
        """Fixed is still open: a retest has to show it, then a person closes it."""
        return self.status in {"open", "fixed"}

    @property
    def counts_against_party(self) -> bool:
        """Open and the Party's."""
        return self.is_open and self.owner == PARTY
