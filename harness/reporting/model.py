"""The report as data: what ``result.json`` holds and what the pages are written from. Counted from the journal only.

The JSON Schema is published as ``schemas/run/result.schema.json``; a test keeps it equal to these types.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from harness import __version__
from harness.checks import Verdict, worst
from harness.checks.apart import apart
from harness.engine.assessment import assess, tally_of
from harness.engine.results import CheckRun, Run, ScenarioRun
from harness.evidence.stored_entries import between
from harness.verdicts import Counts, RoleAssessment, ServiceCoverage
from schemas import load
from schemas.load import UserRole
from stubs.events import Entry

FORMAT = 1
BANNER = "Rehearsal against a simulated DCC. This is not a DCC test and gives no entitlement."
SCOPES = ("I&C", "DUIS", "SSI", "Alerts & Response Codes")

LIMITS = (
    "The text of the CTSD is not public: scenarios are our own reading of its scopes, with their basis.",
    "Order of checks, many response-code meanings, time-outs and retry rules are inferred; see `uept docs simulated`.",
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
    owner: str = ""
    cause: str = ""


class Claim(msgspec.Struct, frozen=True):
    """One action of the party's system: what it was asked, and the outcome it claimed."""

    asked: Mapping[str, Any]
    claimed: Mapping[str, Any] | None
    asked_entry: int
    claimed_entry: int | None


class OtherParty(msgspec.Struct, frozen=True):
    """A further party of the run: what was judged of it, apart from the party under test, in which scenarios."""

    user: str
    verdict: str
    checks: Mapping[str, int]
    """Verdict to number of checks."""
    scenarios: tuple[str, ...]
    open: tuple[str, ...] = ()
    """Checks that did not pass: check, expected and got."""


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
    owner: str
    """Owner of a verdict other than PASS, who has to act on it; empty for PASS."""
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


class Required(msgspec.Struct, frozen=True):
    """One item of a role's required set; ``state`` is a value of ``harness.verdicts.ItemState``."""

    name: str
    title: str
    state: str
    why: str
    keys: tuple[str, ...] = ()


class Role(msgspec.Struct, frozen=True):
    """One role's verdict and what it rests on. Never averaged over roles."""

    role: str
    name: str
    user: str
    verdict: str
    reason: str
    scopes: tuple[ScopeCount, ...]
    to_repeat: tuple[str, ...]
    required: tuple[Required, ...]
    """The required set: the catalogue's P1 rows for the role, then its services."""
    attested: int
    """Required items that rest on a person's word."""
    pairs: int
    """Services the role may use."""
    pairs_shown: int
    """Of these, shown to work."""
    refusals_shown: int
    """Services whose refusal was shown; shows none to work."""
    deviations: tuple[str, ...]
    """Declared deviations in words, each with whose word it is."""


class Coverage(msgspec.Struct, frozen=True):
    """One role and service: ``state`` is a key of ``harness.verdicts.counts.COVERAGE_STATES``."""

    role: str
    srv: str
    name: str
    state: str
    positive: tuple[str, ...] = ()
    """Keys of scenario runs that exercise it and expect it to work."""
    negative: tuple[str, ...] = ()
    """Keys of scenario runs that expect a refusal or a failure."""
    eligible: bool = True
    """Whether the role may use the service: only such pairs count."""
    refusal_shown: bool = False


class AttestedCheck(msgspec.Struct, frozen=True):
    """A person's word for what waited for one: of which check, by whom, when, and the file that shows it."""

    scenario: str
    check: str
    by: str
    said_at: str
    note: str
    file_name: str
    file_sha256: str
    previous: str
    """Digest of the manifest of the revision that it was said of."""
    entry: int


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
    pairs: int
    """Pairs of role and service that the roles may use."""
    pairs_shown: int
    refusals_shown: int
    roles: tuple[Role, ...]
    scenarios: tuple[Scenario, ...]
    not_started: tuple[str, ...]
    coverage: tuple[Coverage, ...]
    limits: tuple[str, ...] = LIMITS
    schema_comparison: SchemaComparison | None = None
    """Only when another schema was named."""
    attestations: tuple[AttestedCheck, ...] = ()
    other_parties: tuple[OtherParty, ...] | msgspec.UnsetType = msgspec.UNSET
    """Further parties of scenarios with several; only where there were some."""


def build(
    run: Run, evidence_digest: str, journal_head: str, schema_comparison: SchemaComparison | None = None
) -> Report:
    """The report of a folded run; the two digests are printed on its cover."""
    counted, assessed = tally_of(run), assess(run)
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
        totals={verdict.value: number for verdict, number in counted.scenarios.by_verdict.items()},
        pairs=counted.pairs,
        pairs_shown=counted.pairs_shown,
        refusals_shown=counted.refusals_shown,
        roles=tuple(_role(run, assessment) for assessment in assessed),
        scenarios=tuple(_scenario(scenario) for scenario in run.scenarios),
        not_started=tuple(str(row["key"]) for row in run.not_started),
        coverage=tuple(_coverage(row) for row in counted.coverage),
        schema_comparison=schema_comparison,
        attestations=tuple(
            AttestedCheck(
                scenario=one.said.scenario,
                check=one.said.check,
                by=one.said.by,
                said_at=one.said.said_at,
                note=one.said.note,
                file_name=one.said.file_name,
                file_sha256=one.said.file_sha256,
                previous=one.said.previous,
                entry=one.seq,
            )
            for one in run.attestations
        ),
        other_parties=tuple(_other_parties(run)) or msgspec.UNSET,
    )


def _other_parties(run: Run) -> Iterator[OtherParty]:
    judged = [(scenario.key, check) for scenario in run.scenarios for check in scenario.others]
    for user in dict.fromkeys(check.user for _, check in judged):
        own = [(key, check) for key, check in judged if check.user == user]
        findings = [check.finding for _, check in own]
        yield OtherParty(
            user=user,
            verdict=worst(tuple(finding.verdict for finding in findings)).value,
            checks=dict(Counter(finding.verdict.value for finding in findings)),
            scenarios=tuple(dict.fromkeys(key for key, _ in own)),
            open=tuple(
                f"{key}, {check.check}: expected {check.finding.expected}, got {check.finding.got}"
                for key, check in own
                if check.finding.verdict is not Verdict.PASS
            ),
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
        owner=scenario.owner.value,
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
        owner=finding.owner.value,
        cause=finding.cause,
    )


def _role(run: Run, assessment: RoleAssessment) -> Role:
    known = UserRole(assessment.role) if assessment.role in UserRole.__members__ else None
    return Role(
        role=assessment.role,
        name=load.roles()[known].name if known else assessment.role,
        user=str(run.facts.get("users", {}).get(assessment.role, "")),
        verdict=assessment.verdict.value,
        reason=assessment.reason,
        scopes=_scopes(assessment.tally.scopes),
        to_repeat=assessment.to_repeat,
        required=tuple(
            Required(item.name, item.title, item.state.value, item.why, item.keys) for item in assessment.required
        ),
        attested=assessment.attested,
        pairs=assessment.tally.pairs,
        pairs_shown=assessment.tally.pairs_shown,
        refusals_shown=assessment.tally.refusals_shown,
        deviations=tuple(one.words for one in assessment.deviations),
    )


def _scopes(counted: Mapping[str, Counts]) -> tuple[ScopeCount, ...]:
    names = [scope for scope in SCOPES if scope in counted] + sorted(set(counted).difference(SCOPES))
    return tuple(
        ScopeCount(name, of.planned, of.passed, of.failed, of.blocked, of.not_run, of.other)
        for name, of in ((name, counted[name]) for name in names)
    )


def _coverage(row: ServiceCoverage) -> Coverage:
    return Coverage(
        role=row.role,
        srv=row.srv,
        name=row.name,
        state=row.state,
        positive=row.positive,
        negative=row.negative,
        eligible=row.is_eligible,
        refusal_shown=row.is_refusal_shown,
    )


def entries_of(scenario: Scenario, entries: Sequence[Entry]) -> Sequence[Entry]:
    """The journal entries of one scenario's slice, other parties' left out; ``entries`` ascend by their number."""
    return apart(between(entries, scenario.first, scenario.last))
