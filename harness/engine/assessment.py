"""Derives the inputs of ``harness.verdicts`` from a folded run: what decides on its roles."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from harness.engine.results import Run
from harness.verdicts import (
    Deviation,
    PlannedScenario,
    Result,
    RoleAssessment,
    RoleInputs,
    Tally,
    decide,
    tally,
)
from harness.verdicts.inputs import unagreed
from stubs.wire.errors import PeerError


def results_of(run: Run, build: str = "") -> tuple[Result, ...]:
    """The results of a run, in its order; one per scenario run, retests included.

    Args:
        run: folded from its entries.
        build: of the system under test, as the campaign knows it.
    """
    return tuple(
        Result(
            key=one.key,
            scenario=one.id,
            role=one.role,
            verdict=one.verdict,
            owner=one.owner,
            reason=one.reason,
            scope=one.scope,
            services=one.srvs,
            run=run.id,
            build=build,
            at=one.finished or one.started,
        )
        for one in run.scenarios
    )


def plan_of(run: Run) -> tuple[PlannedScenario, ...]:
    """The plan of a run: every scenario of its library, chosen or not."""
    return tuple(
        PlannedScenario(
            key=str(row["key"]),
            scenario=str(row.get("id", "")),
            role=str(row["role"]),
            scope=str(row.get("scope", "")),
            services=tuple(row.get("srvs", ())),
            is_chosen=bool(row["chosen"]),
            reason=str(row.get("reason", "")),
        )
        for row in run.planned
    )


def deviations_of(run: Run) -> tuple[Deviation, ...]:
    """Return the deviations that the run file declares; a service declared unused without more is an open one.

    Raises: PeerError: the run's facts hold deviations of another form.
    """
    try:
        declared = msgspec.convert(run.facts.get("deviations", ()), tuple[Deviation, ...])
    except msgspec.ValidationError as error:
        raise PeerError("not the deviations of a run", where="RunStarted", got=str(error)) from error
    named = {one.service for one in declared}
    bare = tuple(str(srv) for srv in run.facts.get("declared_unused", ()) if srv not in named)
    return (*declared, *unagreed(bare))


def inputs_of(run: Run, role: str) -> RoleInputs:
    """Return the inputs that decide on one role, from this run alone."""
    return _inputs(run, (role,))[0]


def _inputs(run: Run, roles: Iterable[str]) -> list[RoleInputs]:
    """Return the inputs that decide on each role: they share all but their name."""
    results, plan, deviations = results_of(run), plan_of(run), deviations_of(run)
    return [RoleInputs(role=role, results=results, plan=plan, deviations=deviations) for role in roles]


def assess(run: Run) -> tuple[RoleAssessment, ...]:
    """One assessment per role of the run."""
    return tuple(decide(inputs) for inputs in _inputs(run, run.roles))


def assess_role(run: Run, role: str) -> RoleAssessment:
    """The verdict of one role, from this run alone."""
    return decide(inputs_of(run, role))


def tally_of(run: Run) -> Tally:
    """The counts of a whole run."""
    return tally(_inputs(run, run.roles))


__all__ = ["assess", "assess_role", "deviations_of", "inputs_of", "plan_of", "results_of", "tally_of"]
