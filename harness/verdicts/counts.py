"""Every number of a report: one function counts, so that card, tables, picture, CSV and JSON cannot differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from harness.verdicts.inputs import PlannedScenario, Result, RoleInputs
from harness.verdicts.latest import latest_results
from harness.verdicts.required import ACCEPTED, eligible_services
from schemas.load import Srv, service_requests
from stubs.findings import Verdict


@dataclass(frozen=True, slots=True)
class Counts:
    """Scenarios by the verdict that counts. ``planned`` is their sum: what was chosen, and what ran beside."""

    planned: int
    by_verdict: dict[Verdict, int]

    def of(self, *verdicts: Verdict) -> int:
        """Return the number of scenarios with one of these verdicts."""
        return sum(self.by_verdict.get(verdict, 0) for verdict in verdicts)

    @property
    def passed(self) -> int:
        """Passed at once or when tried again."""
        return self.of(Verdict.PASS, Verdict.RETEST_PASS)

    @property
    def failed(self) -> int:
        """Failed: the Party's."""
        return self.of(Verdict.FAIL)

    @property
    def blocked(self) -> int:
        """Blocked: never the Party's."""
        return self.of(Verdict.BLOCKED)

    @property
    def not_run(self) -> int:
        """Chosen and not run."""
        return self.of(Verdict.NOT_RUN)

    @property
    def review(self) -> int:
        """Waiting for a person to look."""
        return self.of(Verdict.REVIEW)

    @property
    def attested(self) -> int:
        """Settled by a person's word."""
        return self.of(Verdict.ATTESTED)

    @property
    def other(self) -> int:
        """Everything that is neither passed, failed, blocked nor not run."""
        return self.planned - self.passed - self.failed - self.blocked - self.not_run


@dataclass(frozen=True, slots=True)
class ServiceCoverage:
    """One role and service: ``state`` is a key of ``COVERAGE_STATES``."""

    role: str
    srv: str
    name: str
    state: str
    is_eligible: bool
    """Whether the role may use the service; one that may not is here only since a scenario tried."""
    positive: tuple[str, ...]
    """Keys of scenarios that exercise it and expect it to work."""
    negative: tuple[str, ...]
    """Keys of scenarios that expect a refusal or a failure."""
    is_refusal_shown: bool
    """Whether one of ``negative`` passed."""


COVERAGE_STATES: dict[str, str] = {
    "passed": "a positive scenario passed",
    "attested": "a positive scenario was settled by a person's word",
    "failed": "a scenario of it failed",
    "blocked": "a scenario of it was blocked: not the Party's doing",
    "review": "a person has to look",
    "declared-unused": "the Party does without it: its claim",
    "refusal-shown": "not the role's; that it is refused was shown",
    "not-covered": "nothing shows it",
}
"""Meaning of the states of a service, in words."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The counts of one role, or of all roles together; a pair is one role and one service it may use."""

    scenarios: Counts
    scopes: dict[str, Counts]
    pairs: int
    """Pairs of role and service that the role may use."""
    pairs_shown: int
    """Of these, shown to work (passed or attested)."""
    pairs_attested: int
    """Of those shown, by a person's word alone."""
    pairs_by_state: dict[str, int]
    """Of ``pairs``, by state; sums up to ``pairs``."""
    refusals_shown: int
    """Pairs, the role's own or not, for which a refusal was shown; shows no service to work."""
    coverage: tuple[ServiceCoverage, ...]


def count(results: Iterable[Result], plan: Iterable[PlannedScenario] = ()) -> Counts:
    """Scenarios by the verdict that counts; chosen ones without a result are NOT_RUN."""
    latest = latest_results(results)
    found = Counter(result.verdict for result in latest.values())
    unstarted = {(one.key, one.role) for one in plan if one.is_chosen} - latest.keys()
    found[Verdict.NOT_RUN] += len(unstarted)
    by_verdict = {verdict: found[verdict] for verdict in Verdict if found[verdict]}
    return Counts(sum(by_verdict.values()), by_verdict)


def coverage_of(inputs: RoleInputs) -> tuple[ServiceCoverage, ...]:
    """Every service the role may use, and those it may not that a scenario tried."""
    own = inputs.of_role()
    latest = tuple(latest_results(result for result in own.results if own.counts(result)).values())
    eligible = set(eligible_services(own.role))
    used = {srv for result in latest for srv in result.services}
    declared = {one.service for one in own.deviations if one.service}
    return tuple(
        _service(own.role, row.srv, row.name, latest, is_eligible=row.srv in eligible, is_declared=row.srv in declared)
        for row in service_requests().values()
        if row.srv in eligible or row.srv in used
    )


def _service(
    role: str, srv: Srv, name: str, latest: tuple[Result, ...], *, is_eligible: bool, is_declared: bool
) -> ServiceCoverage:
    of_it = [result for result in latest if srv in result.services]
    positive = [result for result in of_it if result.is_positive]
    negative = [result for result in of_it if not result.is_positive]
    is_refusal_shown = any(result.verdict in ACCEPTED for result in negative)
    return ServiceCoverage(
        role=role,
        srv=str(srv),
        name=name,
        state=_state({one.verdict for one in of_it}, {one.verdict for one in positive})
        or ("refusal-shown" if is_refusal_shown and not is_eligible else "")
        or ("declared-unused" if is_declared else "not-covered"),
        is_eligible=is_eligible,
        positive=tuple(result.key for result in positive),
        negative=tuple(result.key for result in negative),
        is_refusal_shown=is_refusal_shown,
    )


def _state(everything: set[Verdict], positive: set[Verdict]) -> str:
    """The state that results of a service lead to; empty when they show nothing."""
    if Verdict.FAIL in everything:
        return "failed"
    if positive & (ACCEPTED - {Verdict.ATTESTED}):
        return "passed"
    if Verdict.ATTESTED in positive:
        return "attested"
    if Verdict.BLOCKED in everything:
        return "blocked"
    return "review" if Verdict.REVIEW in everything else ""


def tally(roles: Iterable[RoleInputs]) -> Tally:
    """The counts of these roles taken together."""
    own = [inputs.of_role() for inputs in roles]
    results = [result for inputs in own for result in inputs.results if inputs.counts(result)]
    plan = [planned for inputs in own for planned in inputs.plan]
    coverage = tuple(row for inputs in own for row in coverage_of(inputs))
    pairs = [row for row in coverage if row.is_eligible]
    states = Counter(row.state for row in pairs)
    scopes = dict.fromkeys([one.scope for one in plan] + [one.scope for one in results])
    return Tally(
        scenarios=count(results, plan),
        scopes={
            scope: counts
            for scope in scopes
            if (
                counts := count((r for r in results if r.scope == scope), (p for p in plan if p.scope == scope))
            ).planned
        },
        pairs=len(pairs),
        pairs_shown=states["passed"] + states["attested"],
        pairs_attested=states["attested"],
        pairs_by_state={state: states[state] for state in COVERAGE_STATES},
        refusals_shown=sum(row.is_refusal_shown for row in coverage),
        coverage=coverage,
    )
