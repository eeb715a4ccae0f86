"""The report as data: what ``result.json`` holds and what the pages are written from. Counted from the journal only.

The JSON Schema is published as ``schemas/run/result.schema.json``; a test keeps it equal to these types.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from harness import __version__
from harness.checks import Verdict
from harness.engine.assessment import RoleAssessment, assess
from harness.engine.results import CheckRun, Run, ScenarioRun
from schemas import load
from schemas.load import Srv, UserRole
from stubs.events import Entry

FORMAT = 1
BANNER = "Rehearsal against a simulated DCC. This is not a DCC test and gives no entitlement."
SCOPES = ("I&C", "DUIS", "SSI", "Alerts & Response Codes")

LIMITS = (
    "The text of the CTSD is not public: scenarios are our own reading of its scopes, with their basis.",
    "Order of checks, many response-code meanings, time-outs and retry rules are inferred; see docs/simulated.md.",
    "Simulated devices answer with real GBCS, but they are not the devices the DCC selects for its tests.",
    "SMKI, DCCKI and network connections of the real DCC are not rehearsed; keys here are test keys.",
    "The Self-Service Interface of the real DCC is not public; pages here follow its known functions only.",
)


class Step(msgspec.Struct, frozen=True):
    """One Gherkin step."""

    keyword: str
    text: str
    status: str
    seconds: float
    detail: str = ""


class Check(msgspec.Struct, frozen=True):
    """One judged check: verdict, expected, got, rule; ``references`` are journal entries."""

    check: str
    verdict: str
    expected: str
    got: str
    rule: str
    step: int
    first: int
    last: int
    references: tuple[int, ...] = ()


class Claim(msgspec.Struct, frozen=True):
    """What the party's system was asked and what it said."""

    asked: Mapping[str, Any]
    claimed: Mapping[str, Any] | None
    asked_entry: int
    claimed_entry: int | None


class Scenario(msgspec.Struct, frozen=True):
    """One scenario run for one role; ``first`` and ``last`` are its slice of the journal."""

    key: str
    id: str
    role: str
    attempt: int
    title: str
    scope: str
    priority: str
    polarity: str
    basis: str
    services: tuple[str, ...]
    feature: str
    verdict: str
    reason: str
    started: datetime
    finished: datetime | None
    seconds: float
    first: int
    last: int
    devices: Mapping[str, str]
    steps: tuple[Step, ...]
    checks: tuple[Check, ...]
    claims: tuple[Claim, ...]


class ScopeCount(msgspec.Struct, frozen=True):
    """Counts of one scope in one role."""

    scope: str
    planned: int
    passed: int
    failed: int
    blocked: int
    not_run: int
    other: int


class Role(msgspec.Struct, frozen=True):
    """One role's verdict and what it rests on. Never averaged over roles."""

    role: str
    name: str
    user: str
    verdict: str
    reason: str
    scopes: tuple[ScopeCount, ...]
    to_repeat: tuple[str, ...]


class Coverage(msgspec.Struct, frozen=True):
    """One role and service: ``state`` is passed, failed, blocked, declared-unused, refusal-shown or not-covered.

    ``refusal-shown``: the role may not use the service, and a scenario showed that it is refused.
    """

    role: str
    srv: str
    name: str
    state: str
    positive: tuple[str, ...] = ()
    """Keys of scenario runs that exercise it and expect it to work."""
    negative: tuple[str, ...] = ()
    """Keys of scenario runs that expect a refusal or a failure."""


class SchemaDisagreement(msgspec.Struct, frozen=True):
    """One document on which two schemas disagree: its journal entry, its file, what each says."""

    entry: int
    file: str
    ours: str
    theirs: str


class SchemaComparison(msgspec.Struct, frozen=True):
    """Every DUIS document of the run under our schema and under the one at ``schema``."""

    schema: str
    documents: int
    agree: int
    disagreements: tuple[SchemaDisagreement, ...]


class Report(msgspec.Struct, frozen=True):
    """A whole run."""

    format: int
    banner: str
    run: str
    started: datetime | None
    finished: datetime | None
    complete: bool
    harness: str
    facts: Mapping[str, Any]
    evidence_digest: str
    journal_head: str
    entries: int
    totals: Mapping[str, int]
    roles: tuple[Role, ...]
    scenarios: tuple[Scenario, ...]
    not_started: tuple[str, ...]
    coverage: tuple[Coverage, ...]
    limits: tuple[str, ...] = LIMITS
    schema_comparison: SchemaComparison | None = None
    """Only when another schema was named."""


def build(
    run: Run, evidence_digest: str, journal_head: str, schema_comparison: SchemaComparison | None = None
) -> Report:
    """The report of a folded run; the two digests are printed on its cover."""
    return Report(
        format=FORMAT,
        banner=BANNER,
        run=run.id,
        started=run.started,
        finished=run.finished,
        complete=run.is_complete,
        harness=str(run.facts.get("harness", __version__)),
        facts={key: value for key, value in run.facts.items() if key != "plan"},
        evidence_digest=evidence_digest,
        journal_head=journal_head,
        entries=run.last - run.first + 1 if run.last else 0,
        totals={verdict.value: run.verdicts[verdict] for verdict in Verdict if run.verdicts.get(verdict)},
        roles=tuple(_role(run, assessment) for assessment in assess(run)),
        scenarios=tuple(_scenario(scenario) for scenario in run.scenarios),
        not_started=tuple(str(row["key"]) for row in run.not_started),
        coverage=tuple(row for role in run.roles for row in _coverage(run, role)),
        schema_comparison=schema_comparison,
    )


def encode(report: Report) -> bytes:
    """``result.json``: stable, indented JSON."""
    return msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n"


def json_schema() -> dict[str, Any]:
    """The JSON Schema of ``result.json``."""
    schema = msgspec.json.schema(Report)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "uept-harness run result", **schema}


def _scenario(scenario: ScenarioRun) -> Scenario:
    row = load.scenarios().get(scenario.id)
    return Scenario(
        key=scenario.key,
        id=scenario.id,
        role=scenario.role,
        attempt=scenario.attempt,
        title=scenario.title,
        scope=scenario.scope,
        priority=scenario.priority,
        polarity=row.polarity if row else "positive",
        basis=row.basis if row else "own",
        services=scenario.srvs,
        feature=scenario.feature,
        verdict=scenario.verdict.value,
        reason=scenario.reason,
        started=scenario.started,
        finished=scenario.finished,
        seconds=round(scenario.seconds, 3),
        first=scenario.first,
        last=scenario.last,
        devices=scenario.devices,
        steps=tuple(
            Step(step.keyword, step.text, step.status, round(step.seconds, 3), step.detail) for step in scenario.steps
        ),
        checks=tuple(_check(check) for check in scenario.checks),
        claims=tuple(
            Claim(action.asked, action.claimed, action.asked_seq, action.claimed_seq) for action in scenario.actions
        ),
    )


def _check(run: CheckRun) -> Check:
    finding = run.finding
    return Check(
        check=run.check,
        verdict=finding.verdict.value,
        expected=finding.expected,
        got=finding.got,
        rule=finding.rule,
        step=run.step,
        first=run.first,
        last=run.last,
        references=finding.references,
    )


def _role(run: Run, assessment: RoleAssessment) -> Role:
    known = UserRole(assessment.role) if assessment.role in UserRole.__members__ else None
    return Role(
        role=assessment.role,
        name=load.roles()[known].name if known else assessment.role,
        user=str(run.facts.get("users", {}).get(assessment.role, "")),
        verdict=assessment.verdict.value,
        reason=assessment.reason,
        scopes=tuple(_scope(run, assessment.role, scope) for scope in _scopes(run, assessment.role)),
        to_repeat=assessment.to_repeat,
    )


def _scopes(run: Run, role: str) -> list[str]:
    present = {scenario.scope for scenario in run.of_role(role)} | {
        str(row["scope"]) for row in run.not_started if row["role"] == role
    }
    return [scope for scope in SCOPES if scope in present] + sorted(present.difference(SCOPES))


def _scope(run: Run, role: str, scope: str) -> ScopeCount:
    counts = Counter(scenario.verdict for scenario in run.of_role(role) if scenario.scope == scope)
    counts[Verdict.NOT_RUN] += sum(row["role"] == role and row["scope"] == scope for row in run.not_started)
    planned = sum(counts.values())
    passed, failed = counts[Verdict.PASS], counts[Verdict.FAIL]
    blocked, not_run = counts[Verdict.BLOCKED], counts[Verdict.NOT_RUN]
    return ScopeCount(scope, planned, passed, failed, blocked, not_run, planned - passed - failed - blocked - not_run)


def _coverage(run: Run, role: str) -> Iterable[Coverage]:
    if role not in UserRole.__members__:
        return
    runs = run.of_role(role)
    declared = {str(srv) for srv in run.facts.get("declared_unused", ())}
    for row in load.service_requests().values():
        used = [scenario for scenario in runs if row.srv in scenario.srvs]
        if UserRole(role) not in row.eligible_roles and not used:
            continue
        is_eligible = UserRole(role) in row.eligible_roles
        yield _service(role, row.srv, row.name, used, is_declared_unused=row.srv in declared, is_eligible=is_eligible)


def _service(
    role: str, srv: Srv, name: str, used: list[ScenarioRun], *, is_declared_unused: bool, is_eligible: bool
) -> Coverage:
    rows = load.scenarios()
    negative = [scenario for scenario in used if scenario.id in rows and rows[scenario.id].polarity == "negative"]
    positive = [scenario for scenario in used if scenario not in negative]
    verdicts = {scenario.verdict for scenario in used}
    if Verdict.FAIL in verdicts:
        state = "failed"
    elif Verdict.BLOCKED in verdicts:
        state = "blocked"
    elif any(scenario.verdict is Verdict.PASS for scenario in positive):
        state = "passed"
    elif not is_eligible and Verdict.PASS in verdicts:
        state = "refusal-shown"
    elif is_declared_unused:
        state = "declared-unused"
    else:
        state = "not-covered"
    return Coverage(role, srv, name, state, tuple(s.key for s in positive), tuple(s.key for s in negative))


def entries_of(scenario: Scenario, entries: Sequence[Entry]) -> Sequence[Entry]:
    """The journal entries of one scenario's slice; ``entries`` ascend by their number."""
    start = bisect_left(entries, scenario.first, key=_seq)
    return entries[start : bisect_right(entries, scenario.last, lo=start, key=_seq)]


def _seq(entry: Entry) -> int:
    return entry.seq
