"""Failures a team knows of and lets pass for a while: they keep their verdict and do not change the exit code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Protocol

import msgspec
from msgspec import Meta


class AllowedFailure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One known failure that is allowed: until a day, for a reason, with an owner."""

    scenario: Annotated[str, Meta(min_length=1, description="Scenario id or key: SR-201, or SR-201-IS.")]
    check: Annotated[str, Meta(description="Only when this check decided it; empty: whichever.")] = ""
    reason: Annotated[str, Meta(min_length=1, description="Why it fails, and why that may be so for now.")]
    owner: Annotated[str, Meta(min_length=1, description="Who mends it.")]
    until: Annotated[date, Meta(description="Last day on which it is let pass.")]


class FailedScenario(Protocol):
    """A failed scenario, as far as the list of allowed failures needs it."""

    @property
    def id(self) -> str:
        """Id of the catalogue."""
        ...

    @property
    def key(self) -> str:
        """Key in the run."""
        ...

    @property
    def decided_by(self) -> str:
        """Id of the check that decided it; empty when a step broke off."""
        ...


@dataclass(frozen=True, slots=True)
class AllowedOutcome:
    """Result of applying the list: failures let pass, failures that count, and notes for the reader."""

    passed_over: tuple[str, ...]
    """Keys of failures that are let pass."""
    counted: tuple[str, ...]
    """Keys of failures that count."""
    notes: tuple[str, ...]
    """Entries out of date, and entries that no failure needed."""


def pass_over(failed: Iterable[FailedScenario], allowed: Sequence[AllowedFailure], today: date) -> AllowedOutcome:
    """Sort failures by the list of those that are let pass; an entry whose day has gone lets nothing pass."""
    used: set[int] = set()
    passed_over: list[str] = []
    counted: list[str] = []
    for one in failed:
        fitting = [index for index, entry in enumerate(allowed) if _fits(entry, one)]
        used.update(fitting)
        is_let = any(today <= allowed[index].until for index in fitting)
        (passed_over if is_let else counted).append(one.key)
    notes = []
    for index, entry in enumerate(allowed):
        if today > entry.until:
            notes.append(f"allowed failure {entry.scenario} ended on {entry.until.isoformat()} ({entry.owner})")
        elif index not in used:
            notes.append(f"allowed failure {entry.scenario} did not fail: take it off the list ({entry.owner})")
    return AllowedOutcome(tuple(passed_over), tuple(counted), tuple(notes))


def _fits(entry: AllowedFailure, failed: FailedScenario) -> bool:
    is_named = entry.scenario.lower() in {failed.id.lower(), failed.key.lower()}
    return is_named and entry.check in {"", failed.decided_by}
