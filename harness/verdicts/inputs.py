"""Inputs of a role's verdict: results, plan, issues, deviations. Times are aware and UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from schemas.load import Srv, UserRole, scenarios
from stubs.findings import Owner, Verdict


@dataclass(frozen=True, slots=True)
class PlannedScenario:
    """One scenario of the library for one role, as a run's plan has it."""

    key: str
    """Id, role and number of the example: what a result is matched by."""
    scenario: str
    """Id of the catalogue's row."""
    role: str
    scope: str = ""
    services: tuple[str, ...] = ()
    is_chosen: bool = True
    reason: str = ""
    """Why it was left out, where it was."""

    @property
    def is_positive(self) -> bool:
        """Whether the catalogue's row expects the service to work; a row that it does not have counts as positive."""
        row = scenarios().get(self.scenario)
        return row is None or row.polarity == "positive"


@dataclass(frozen=True, slots=True)
class Result:
    """End of one run of one scenario. Several results of one key are a history: nothing is overwritten."""

    key: str
    scenario: str
    role: str
    verdict: Verdict
    owner: Owner = Owner.NONE
    reason: str = ""
    scope: str = ""
    services: tuple[str, ...] = ()
    run: str = ""
    """Names the run: its id, or the digest of its evidence."""
    build: str = ""
    """Build of the system under test; empty: not stated."""
    at: datetime | None = None
    """When it ended; results without a time are older than those with one, and keep the order they are given in."""

    @property
    def is_positive(self) -> bool:
        """Return whether its scenario is positive, like ``PlannedScenario.is_positive``."""
        row = scenarios().get(self.scenario)
        return row is None or row.polarity == "positive"


class IssueOwner(StrEnum):
    """Owner of an issue. Only the Party's own count against it."""

    PARTY = "Party system"
    SIMULATOR = "simulator"
    SCRIPT = "script or data"
    ENVIRONMENT = "environment"
    SPECIFICATION = "specification doubt"


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue of the issue list. ``severity`` is 1 (worst) to 5; ``roles`` empty: every role."""

    id: str
    severity: int
    owner: IssueOwner
    is_open: bool = True
    roles: tuple[str, ...] = ()
    work_off_plan: str = ""
    """Plan and date by which it is mended; empty: there is no plan."""

    def concerns(self, role: str) -> bool:
        """Whether it counts for a role."""
        return not self.roles or role in self.roles


class Deviation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the required set that the party does without: a service it will not use, or a scenario."""

    service: Annotated[str, Meta(description="Service the party will not use, such as 7.1.")] = ""
    scenario: Annotated[str, Meta(description="Catalogue id of a scenario that is left out, such as SR-501.")] = ""
    roles: Annotated[tuple[UserRole, ...], Meta(description="User Roles it holds for; empty: all.")] = ()
    reason: Annotated[str, Meta(description="Why.")] = ""
    effect: Annotated[str, Meta(description="What follows from it for consumers and other parties.")] = ""
    agreed_by: Annotated[str, Meta(description="Function of who agreed, such as 'DCC test manager'.")] = ""
    agreed_on: Annotated[str, Meta(description="Date of the agreement, YYYY-MM-DD.")] = ""
    confirmed_by: Annotated[
        str, Meta(description="Function of the reviewer who confirmed it; empty: it is the party's claim.")
    ] = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the fields that it lacks before it counts as agreed: their names."""
        return tuple(name for name in ("reason", "effect", "agreed_by", "agreed_on") if not getattr(self, name).strip())

    @property
    def is_agreed(self) -> bool:
        """Whether reason, effect, who agreed and when are stated."""
        return not self.missing

    def concerns(self, role: str) -> bool:
        """Whether it holds for a role."""
        return not self.roles or role in {one.value for one in self.roles}

    @property
    def subject(self) -> str:
        """Return the service or scenario that is left out, in words."""
        return f"service {self.service}" if self.service else f"scenario {self.scenario}"

    @property
    def words(self) -> str:
        """The deviation as one sentence, with whose word it is."""
        if not self.is_agreed:
            return f"{self.subject}: open, without {', '.join(self.missing)}"
        whose = f"confirmed by {self.confirmed_by}" if self.confirmed_by else "the party's claim, not confirmed"
        agreed = f"agreed by {self.agreed_by} on {self.agreed_on} ({whose})"
        return f"{self.subject}: {self.reason}; effect: {self.effect}; {agreed}"


@dataclass(frozen=True, slots=True)
class Regression:
    """A recorded statement that results of one build hold for another one too."""

    from_build: str
    to_build: str
    statement: str = ""


@dataclass(frozen=True, slots=True)
class RoleInputs:
    """Everything that decides on one role. What belongs to other roles is passed over."""

    role: str
    results: tuple[Result, ...] = ()
    plan: tuple[PlannedScenario, ...] = ()
    """Union of the plans of the runs; without it, what was not run cannot be told from what is not implemented."""
    deviations: tuple[Deviation, ...] = ()
    issues: tuple[Issue, ...] = ()
    build: str = ""
    """The build that is reported on; empty: results count whatever their build."""
    regressions: tuple[Regression, ...] = ()
    open_criteria: tuple[str, ...] = ()
    """Exit criteria that are not met, evidence that is missing or does not verify, each in words."""

    def of_role(self) -> RoleInputs:
        """The same without what belongs to other roles."""
        return RoleInputs(
            role=self.role,
            results=tuple(one for one in self.results if one.role == self.role),
            plan=tuple(one for one in self.plan if one.role == self.role),
            deviations=tuple(one for one in self.deviations if one.concerns(self.role)),
            issues=tuple(one for one in self.issues if one.concerns(self.role)),
            build=self.build,
            regressions=self.regressions,
            open_criteria=self.open_criteria,
        )

    def counts(self, result: Result) -> bool:
        """Whether a result counts for the build that is reported on."""
        return not self.build or result.build == self.build or self.build in self._reached(result.build)

    def _reached(self, build: str) -> set[str]:
        found: set[str] = set()
        open_ones = {build}
        while open_ones:
            found |= open_ones
            open_ones = {one.to_build for one in self.regressions if one.from_build in open_ones} - found
        return found


def unagreed(services: tuple[str, ...]) -> tuple[Deviation, ...]:
    """Services declared unused without more: open deviations."""
    return tuple(Deviation(service=Srv(service)) for service in services)
