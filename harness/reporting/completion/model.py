"""The report as data: what ``completion-report.json`` holds and every other format is written from.

JSON Schema: ``schemas/campaign/completion-report.schema.json``; a test keeps it equal to these types. Sections are
numbered as in our proposal for the report (its official contents are not public).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec

FORMAT = 1
BANNER = "Rehearsal against a simulated DCC. This is not a DCC test and gives no entitlement."


class _Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the report."""


class Cover(_Part, frozen=True, kw_only=True):
    """Section 0. ``manifest_digest`` is SHA-256 over the list of all evidence (appendix B)."""

    title: str
    party: str
    category: str
    signifier: str
    report_id: str
    status: str
    classification: str
    written: datetime
    roles: tuple[str, ...]
    system: str
    version: str
    build: str
    manifest_digest: str
    harness: str


class ScopeRow(_Part, frozen=True, kw_only=True):
    """One role in one scope: required rows of the catalogue, and scenario runs by the verdict that counts."""

    scope: str
    required: int
    shown: int
    deviations: int
    planned: int
    passed: int
    failed: int
    blocked: int
    not_run: int
    other: int


class RoleSummary(_Part, frozen=True, kw_only=True):
    """One role: proposed verdict and what it rests on. Never averaged over roles."""

    role: str
    name: str
    verdict: str
    reason: str
    required: int
    filled: int
    attested: int
    services: int
    services_shown: int
    services_deviating: int
    scopes: tuple[ScopeRow, ...]
    open_issues: Mapping[str, int]
    """Open issues of the Party that concern the role, by severity (1 to 5)."""
    deviations: int
    deviations_open: int
    to_repeat: tuple[str, ...]
    missing: tuple[str, ...]
    """Required items that are not filled, in words."""
    open_criteria: tuple[str, ...]


class RoleScope(_Part, frozen=True, kw_only=True):
    """Section 2, one role: what was in and what was out, with the reason."""

    role: str
    user_ids: tuple[str, ...]
    tested_as: tuple[str, ...]
    services_in: tuple[str, ...]
    services_out: tuple[tuple[str, str], ...]
    """Service and reason."""
    user_id_notes: tuple[str, ...] = ()
    """Mismatches between the User IDs of the campaign, the Party's ranges and those tested."""


class CertificateUsed(_Part, frozen=True, kw_only=True):
    """A certificate of the runs; never a key."""

    eui: str
    usage: str
    role: str
    serial: str
    valid_to: str


class DeviceUsed(_Part, frozen=True, kw_only=True):
    """A simulated device."""

    eui: str
    device_type: str
    variant: str
    runs: int
    firmware: str = ""
    """Firmware version that the inventory had at first; empty: the device was in none."""


class RunRow(_Part, frozen=True, kw_only=True):
    """One run; ``started`` and ``finished`` are its own clock's, ``wall_clock`` the machine's at its start."""

    evidence: str
    folder: str
    build: str
    is_build_by_hand: bool
    counts: bool
    problems: tuple[str, ...]
    is_complete: bool
    started: datetime | None
    finished: datetime | None
    wall_clock: str
    scenarios: int
    harness: str
    driver: str
    seed: str
    fingerprint: str
    note: str
    system: str = ""
    """System under test as the run recorded it: name and version."""


class Attempt(_Part, frozen=True, kw_only=True):
    """One run of one scenario; a retest never replaces an earlier one."""

    run: str
    build: str
    verdict: str
    at: datetime | None
    reason: str
    counts: bool


class ResultRow(_Part, frozen=True, kw_only=True):
    """Section 6: one scenario in one role, with all of its attempts; the verdict is the one that counts."""

    role: str
    key: str
    scenario: str
    title: str
    scope: str
    priority: str
    polarity: str
    basis: str
    services: tuple[str, ...]
    verdict: str
    owner: str
    reason: str
    run: str
    build: str
    seconds: float
    attempts: tuple[Attempt, ...]
    issues: tuple[str, ...]
    feature: str
    evidence: str
    """Place in a bundle: run folder, entries of its journal."""


class RequirementRow(_Part, frozen=True, kw_only=True):
    """Appendix A: one requirement (row of the catalogue, or service) to its scenarios, runs and evidence."""

    role: str
    requirement: str
    title: str
    state: str
    why: str
    scenarios: tuple[str, ...]
    runs: tuple[str, ...]


class EvidenceRow(_Part, frozen=True, kw_only=True):
    """Appendix A, the way back: one scenario run in a bundle to the requirements it is for."""

    run: str
    role: str
    scenario: str
    verdict: str
    entries: str
    requirements: tuple[str, ...]


class CoverageRow(_Part, frozen=True, kw_only=True):
    """Section 5: one role and service."""

    role: str
    srv: str
    name: str
    state: str
    is_eligible: bool
    positive: tuple[str, ...]
    negative: tuple[str, ...]


class IssueRow(_Part, frozen=True, kw_only=True):
    """Section 7."""

    id: str
    severity: int
    owner: str
    status: str
    title: str
    roles: tuple[str, ...]
    scenarios: tuple[str, ...]
    found_on: date | None
    found_in_build: str
    fixed_in_build: str
    retest: str
    work_off: str
    age_days: int | None
    now: str = ""
    """Computed: how many of its scenarios passed since it was found, and which did not."""


class DeviationRow(_Part, frozen=True, kw_only=True):
    """Section 8: the Party's claim until a reviewer confirms it."""

    id: str
    kind: str
    roles: tuple[str, ...]
    subject: str
    reason: str
    effect: str
    agreed_by: str
    agreed_on: date | None
    confirmed_by: str
    is_agreed: bool


class CriterionRow(_Part, frozen=True, kw_only=True):
    """Sections 9 and 10. ``role`` is empty where one answer holds for all; ``decided`` is computed or by hand."""

    id: str
    role: str
    text: str
    met: bool
    on: date | None
    decided: str
    evidence: tuple[str, ...]
    missing: tuple[str, ...]
    note: str
    source: str


class ArtefactRow(_Part, frozen=True, kw_only=True):
    """Section 9: a test artefact, which DCC approves before the tests (our proposal of the list)."""

    code: str
    name: str
    file: str
    sha256: str
    approved_by: str
    approved_on: date | None
    is_missing: bool
    """Not named in the campaign, or named and not there."""


class DisputeRow(_Part, frozen=True, kw_only=True):
    """Section 12: a dispute and where it stands."""

    subject: str
    role: str
    opened_on: date
    stage: str
    outcome: str


class SignOffRow(_Part, frozen=True, kw_only=True):
    """Section 13: signatories, due days, and what the campaign knows of them already."""

    who: str
    role: str = ""
    due: str = ""
    on: date | None = None
    reference: str = ""


class Timing(_Part, frozen=True, kw_only=True):
    """Section 11: one kind of waiting; seconds of the runs' clocks."""

    what: str
    count: int
    left_out: int
    """Measured across a jump of the clock, so left out."""
    median: float
    p95: float
    longest: float
    histogram: tuple[tuple[str, int], ...]


class CodeCount(_Part, frozen=True, kw_only=True):
    """Number of times that a response code was sent to the Party."""

    code: str
    meaning: str
    count: int


class Met(_Part, frozen=True, kw_only=True):
    """Section 5: codes, alerts or Self-Service functions that the Party met in the runs, of those that are listed."""

    kind: str
    known: int
    seen: tuple[CodeCount, ...]
    not_seen: tuple[str, ...]


class Observations(_Part, frozen=True, kw_only=True):
    """Section 11."""

    timings: tuple[Timing, ...]
    codes: tuple[CodeCount, ...]
    requests: int
    repeated_requests: int
    deliveries_failed: int
    alerts: int
    by_hand: tuple[str, ...]
    met: tuple[Met, ...] = ()


class DeadlineRow(_Part, frozen=True, kw_only=True):
    """Section 12."""

    role: str
    text: str
    on: date
    bound: str
    who: str
    state: str
    reading: str
    rule: str


class TimelineMark(_Part, frozen=True, kw_only=True):
    """Something that happened (``state`` is event) or is due."""

    role: str
    text: str
    on: date
    state: str


class StepRow(_Part, frozen=True, kw_only=True):
    """Status of one of the five steps of H1.10."""

    role: str
    name: str
    state: str
    decided_by: str
    clause: str
    missing: str


class FileRow(_Part, frozen=True, kw_only=True):
    """Appendix B: one file. ``run`` is an evidence digest, or empty for a file of the campaign."""

    name: str
    size: int
    sha256: str
    run: str
    kind: str
    is_missing: bool = False
    scenario: str = ""
    """Key of the scenario run that a message belongs to."""


class Check(_Part, frozen=True, kw_only=True):
    """One of the reviewer's ten checks, with the place to look (an anchor of the HTML report)."""

    text: str
    place: str


class Difference(_Part, frozen=True, kw_only=True):
    """Changes since the last submission."""

    since: str
    build: str
    changed: tuple[tuple[str, str, str, str], ...]
    """Key, role, verdict then, verdict now."""
    newly_passed: tuple[str, ...]
    retested: tuple[str, ...]
    new: tuple[str, ...]
    gone: tuple[str, ...]
    verdicts: tuple[tuple[str, str, str], ...]
    """Role, verdict then, verdict now."""


class CompletionReport(_Part, frozen=True, kw_only=True):
    """The whole report. ``facts_by_hand`` holds every sentence a person wrote, by where it is shown."""

    format: int = FORMAT
    banner: str = BANNER
    cover: Cover
    sentences: tuple[str, ...]
    roles: tuple[RoleSummary, ...]
    scope: tuple[RoleScope, ...]
    priorities: tuple[str, ...]
    plan_reference: str
    scenario_set: str
    not_tested: tuple[str, ...]
    environment: Mapping[str, str]
    runs: tuple[RunRow, ...]
    certificates: tuple[CertificateUsed, ...]
    devices: tuple[DeviceUsed, ...]
    people: Mapping[str, Any]
    coverage: tuple[CoverageRow, ...]
    results: tuple[ResultRow, ...]
    issues: tuple[IssueRow, ...]
    deviations: tuple[DeviationRow, ...]
    regressions: tuple[tuple[str, str, str, str, date], ...]
    """From build, to build, statement, by, on."""
    entry_criteria: tuple[CriterionRow, ...]
    exit_criteria: tuple[CriterionRow, ...]
    observations: Observations
    calendar: str
    deadlines: tuple[DeadlineRow, ...]
    timeline: tuple[TimelineMark, ...]
    steps: tuple[StepRow, ...]
    requirements: tuple[RequirementRow, ...]
    traces: tuple[EvidenceRow, ...]
    files: tuple[FileRow, ...]
    limits: tuple[str, ...]
    picked: tuple[str, ...]
    pick_seed: str
    checks: tuple[Check, ...]
    summary_by_hand: str = ""
    artefacts: tuple[ArtefactRow, ...] = ()
    disputes: tuple[DisputeRow, ...] = ()
    sign_off: tuple[SignOffRow, ...] = ()
    difference: Difference | None = None


def encode(report: CompletionReport) -> bytes:
    """``completion-report.json``: stable, indented JSON."""
    return msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n"


def json_schema() -> dict[str, Any]:
    """The published JSON Schema, in a stable order."""
    schema = msgspec.json.schema(CompletionReport)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "uept-harness completion report"}
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode({**head, **schema}, order="deterministic"))
    return plain
