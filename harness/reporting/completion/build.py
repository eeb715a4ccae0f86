"""Builds the report's model from the present campaign; verdicts and counts come from ``harness.verdicts``."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from random import Random

import msgspec

from harness import __version__
from harness.campaign.campaign_results import CampaignResults, RoleResults
from harness.campaign.checking import user_id_notes
from harness.campaign.issue_file import PARTY
from harness.campaign.issues import retest_progress
from harness.reporting.completion import model
from harness.reporting.completion.criteria import artefact_rows, entry_rows, exit_rows
from harness.reporting.completion.observations import observe
from harness.reporting.completion.process import deadline_rows, dispute_rows, sign_off_rows, step_rows, timeline_marks
from harness.reporting.completion.results import Located, evidence_rows, locate, requirement_rows, result_rows, slices
from harness.reporting.completion.surroundings import certificates, devices, run_row
from harness.reporting.model import LIMITS
from harness.uep.working_days import WorkingCalendar
from harness.verdicts import ItemState
from schemas import load
from schemas.process import CHECK, categories

SCOPES = ("I&C", "DUIS", "SSI", "Alerts & Response Codes")
_PICKED = 3
_CHECKS = (
    ("Cover: is this the Party, the build and the report you were told about? Compare the manifest digest.", "cover"),
    ("Summary: the proposed verdict of each role, never averaged; BLOCKED and NOT RUN are no passes.", "summary"),
    ("Scope: are roles, User IDs and services those of the approved plan?", "scope"),
    ("Environment: one build, or regression statements; each run verifies and went to its end.", "environment"),
    ("Coverage: gaps in the role's matrix, and items that are not implemented or were left out.", "coverage"),
    ("Results: what failed or was blocked, and what a person attested.", "results"),
    ("Issues: open ones of severity 1 and 2; work-off plans of the rest.", "issues"),
    ("Deviations: agreed by whom, when; each is the Party's claim until you confirm it.", "deviations"),
    ("Entry and exit criteria: each met, with a date and evidence that is there.", "criteria"),
    (
        "Three runs drawn by the seed below: follow each to its messages; `uept review` does all of this again.",
        "picked",
    ),
)


def build(
    campaign_results: CampaignResults, written: datetime, difference: model.Difference | None = None
) -> model.CompletionReport:
    """The report.

    Args:
        campaign_results: the campaign with its runs joined.
        written: when the report is written (wall clock, UTC).
        difference: to the last submission, if one was named.
    """
    campaign, today = campaign_results.campaign, written.date()
    counted = [one for one in campaign_results.runs if one.counts]
    located = locate(counted)
    results = tuple(
        row for role in campaign_results.roles for row in result_rows(role, located, campaign_results.folder.issues)
    )
    files = tuple(_files(campaign_results))
    digest = manifest_digest(files)
    keys = sorted({f"{row.key} in run {row.run[:12]}" for row in results if row.run})
    scopes = tuple(_scope(campaign_results, role) for role in campaign_results.roles)
    report = model.CompletionReport(
        cover=_cover(campaign_results, written, digest),
        sentences=(),
        roles=tuple(_summary(campaign_results, role) for role in campaign_results.roles),
        scope=scopes,
        priorities=campaign.plan.priorities,
        plan_reference=campaign.plan.reference,
        scenario_set=campaign.plan.scenario_set or f"uept-harness {__version__}",
        not_tested=campaign.words.not_tested,
        environment={
            "name": campaign.environment.name,
            "interface version": campaign.environment.interface_version,
            "time source": campaign.environment.time_source,
            "note": campaign.environment.note,
        },
        runs=tuple(run_row(one) for one in campaign_results.runs),
        certificates=certificates(counted, {user for one in scopes for user in one.tested_as}),
        devices=devices(counted),
        people={
            "test manager": campaign.people.test_manager,
            "testers": list(campaign.people.testers),
            "approver": campaign.people.approver,
            "contact": campaign.people.contact,
        },
        coverage=tuple(row for role in campaign_results.roles for row in _coverage(role)),
        results=results,
        issues=tuple(_issues(campaign_results, today)),
        deviations=tuple(_deviations(campaign_results)),
        regressions=tuple(
            (one.from_build, one.to_build, one.statement, one.by, one.on) for one in campaign.regressions
        ),
        entry_criteria=entry_rows(campaign_results.folder),
        exit_criteria=tuple(row for role in campaign_results.roles for row in exit_rows(campaign_results, role)),
        observations=observe((one.entries() for one in counted), campaign.words.observations),
        calendar=WorkingCalendar(campaign.calendar).name,
        deadlines=tuple(row for role in campaign_results.roles for row in deadline_rows(campaign, role.role, today)),
        artefacts=artefact_rows(campaign_results.folder),
        disputes=tuple(dispute_rows(campaign)),
        sign_off=tuple(sign_off_rows(campaign)),
        timeline=tuple(row for role in campaign_results.roles for row in timeline_marks(campaign, role.role, today)),
        steps=tuple(
            row for role in campaign_results.roles for row in step_rows(campaign_results.folder, role.role, today)
        ),
        requirements=tuple(row for role in campaign_results.roles for row in requirement_rows(role)),
        traces=tuple(row for role in campaign_results.roles for row in evidence_rows(role, located)),
        files=files,
        limits=(*LIMITS, f"Clauses and periods of the process come from guidance of 2018 ({CHECK})."),
        picked=tuple(sorted(Random(digest).sample(keys, min(_PICKED, len(keys))))),  # noqa: S311 - a pick, no secret
        pick_seed=digest[:16],
        checks=tuple(model.Check(text=text, place=place) for text, place in _CHECKS),
        summary_by_hand=campaign.words.summary,
        difference=difference,
    )
    return msgspec.structs.replace(report, sentences=tuple(_sentences(report)))


def manifest_digest(files: Sequence[model.FileRow]) -> str:
    """SHA-256 over one line per file: digest, two blanks, run, slash, name; lines in order. Lower-case hex."""
    lines = sorted(f"{one.sha256}  {one.run}/{one.name}\n" for one in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _cover(campaign_results: CampaignResults, written: datetime, digest: str) -> model.Cover:
    campaign = campaign_results.campaign
    return model.Cover(
        title=campaign.title,
        party=campaign.party.name,
        category=categories()[campaign.party.category].name,
        signifier=campaign.party.signifier,
        report_id=campaign.report_id,
        status=campaign.status,
        classification=campaign.classification,
        written=written,
        roles=tuple(f"{one.role} {load.roles()[one.role].name}" for one in campaign_results.roles),
        system=campaign.system.name,
        version=campaign.system.version,
        build=campaign.system.build,
        manifest_digest=digest,
        harness=__version__,
    )


def _sentences(report: model.CompletionReport) -> Iterator[str]:
    """Three sentences, computed: what ran, what is open, what follows."""
    counted, whole = sum(one.counts for one in report.runs), len(report.runs)
    if not report.results:
        yield f"No scenario was run: of {whole} runs in the campaign {counted} count. There is nothing to decide from."
    else:
        passed = sum(row.verdict in {"PASS", "RETEST_PASS"} for row in report.results)
        yield (
            f"{passed} of {len(report.results)} scenarios that ran passed for build {report.cover.build}, "
            f"joined from {counted} of {whole} runs."
        )
    of_party = [one for one in report.issues if one.status in {"open", "fixed"} and one.owner == PARTY]
    agreed = sum(one.is_agreed for one in report.deviations)
    yield (
        f"{len(of_party)} of {len(report.issues)} issues are open and the Party's; "
        f"{agreed} of {len(report.deviations)} deviations are agreed."
    )
    yield "; ".join(f"{one.role}: {one.verdict}" for one in report.roles) + " is what the Party proposes."


def _summary(campaign_results: CampaignResults, role: RoleResults) -> model.RoleSummary:
    assessed = role.assessment
    tally = assessed.tally
    states = {item.name.removeprefix("service "): item.state for item in assessed.required if _is_service(item.name)}
    own = [one for one in campaign_results.campaign.deviations if not one.roles or role.role in one.roles]
    severities = Counter(str(one.severity) for one in assessed.issues)
    return model.RoleSummary(
        role=role.role,
        name=load.roles()[role.role].name,
        verdict=assessed.verdict.value,
        reason=assessed.reason,
        required=len(assessed.required),
        filled=len(assessed.required) - len(assessed.missing),
        attested=assessed.attested,
        services=tally.pairs,
        services_shown=tally.pairs_shown,
        services_deviating=sum(state is ItemState.DEVIATION for state in states.values()),
        scopes=tuple(_scope_rows(role)),
        open_issues={str(severity): severities[str(severity)] for severity in range(1, 6)},
        deviations=len(own),
        deviations_open=sum(not one.is_agreed for one in own),
        to_repeat=assessed.to_repeat,
        missing=tuple(f"{item.name} {item.title}: {item.state}. {item.why}".strip() for item in assessed.missing),
        open_criteria=role.inputs.open_criteria,
    )


def _is_service(name: str) -> bool:
    return name.startswith("service ")


def _scope_rows(role: RoleResults) -> Iterator[model.ScopeRow]:
    rows = load.scenarios()
    counted = role.assessment.tally.scopes
    items = [item for item in role.assessment.required if not _is_service(item.name)]
    by_scope = {scope: [item for item in items if rows[item.name].scope == scope] for scope in SCOPES}
    for scope in (*SCOPES, *(other for other in counted if other not in SCOPES)):
        own, counts = by_scope.get(scope, []), counted.get(scope)
        if not own and counts is None:
            continue
        yield model.ScopeRow(
            scope=scope,
            required=len(own),
            shown=sum(item.state in {ItemState.MET, ItemState.ATTESTED} for item in own),
            deviations=sum(item.state is ItemState.DEVIATION for item in own),
            planned=counts.planned if counts else 0,
            passed=counts.passed if counts else 0,
            failed=counts.failed if counts else 0,
            blocked=counts.blocked if counts else 0,
            not_run=counts.not_run if counts else 0,
            other=counts.other if counts else 0,
        )


def _scope(campaign_results: CampaignResults, role: RoleResults) -> model.RoleScope:
    tested = {
        str(dict(one.run.facts.get("users") or {}).get(role.role, ""))
        for one in campaign_results.runs
        if one.counts and one.run
    }
    shown = {row.srv for row in role.assessment.tally.coverage if row.state in {"passed", "attested"}}
    services = {item.name.removeprefix("service "): item for item in role.assessment.required if _is_service(item.name)}
    return model.RoleScope(
        role=role.role,
        user_ids=campaign_results.campaign.roles[role.role].user_ids,
        tested_as=tuple(sorted(tested - {""})),
        services_in=tuple(srv for srv in services if srv in shown),
        services_out=tuple(
            (srv, f"{item.state}: {item.why}".rstrip(": ")) for srv, item in services.items() if srv not in shown
        ),
        user_id_notes=tuple(user_id_notes(campaign_results.campaign, role.role, tested - {""})),
    )


def _coverage(role: RoleResults) -> Iterator[model.CoverageRow]:
    for row in role.assessment.tally.coverage:
        yield model.CoverageRow(
            role=row.role,
            srv=row.srv,
            name=row.name,
            state=row.state,
            is_eligible=row.is_eligible,
            positive=row.positive,
            negative=row.negative,
        )


def _issues(campaign_results: CampaignResults, today: date) -> Iterator[model.IssueRow]:
    for one in sorted(campaign_results.folder.issues, key=lambda issue: (not issue.is_open, issue.severity, issue.id)):
        until = one.closed_on or today
        yield model.IssueRow(
            id=one.id,
            severity=one.severity,
            owner=one.owner,
            status=one.status,
            title=one.title,
            roles=tuple(one.roles),
            scenarios=one.scenarios,
            found_on=one.found_on,
            found_in_build=one.found_in_build,
            fixed_in_build=one.fixed_in_build,
            retest=one.retest,
            work_off=one.work_off,
            age_days=(until - one.found_on).days if one.found_on else None,
            now=retest_progress(campaign_results, one),
        )


def _deviations(campaign_results: CampaignResults) -> Iterator[model.DeviationRow]:
    for one in campaign_results.campaign.deviations:
        subjects = (*(f"service {srv}" for srv in one.services), *one.scenarios, *one.criteria)
        yield model.DeviationRow(
            id=one.id,
            kind=one.kind,
            roles=tuple(one.roles),
            subject="; ".join(filter(None, (one.text, ", ".join(subjects)))),
            reason=one.reason,
            effect=one.effect,
            agreed_by=one.agreed_by,
            agreed_on=one.agreed_on,
            confirmed_by=one.confirmed_by,
            is_agreed=one.is_agreed,
        )


def _files(campaign_results: CampaignResults) -> Iterator[model.FileRow]:
    """Every file of every bundle, and the campaign's own: what people wrote and the evidence they named."""
    folder = campaign_results.folder
    own = [("campaign.toml", "campaign"), *((f"issues/{one.id}.toml", "issue") for one in folder.issues)]
    named = [(name, f"evidence of {by}") for name, by in folder.named_evidence]
    for name, kind in (*own, *named):
        content = folder.evidence(name)
        yield model.FileRow(
            name=name,
            size=len(content or b""),
            sha256=folder.digest(name),
            run="",
            kind=kind,
            is_missing=content is None,
        )
    for run in campaign_results.runs:
        scenario_at = slices(run)
        for file in run.files:
            kind = "message" if file.name.startswith("messages/") else "evidence"
            yield model.FileRow(
                name=file.name,
                size=file.size,
                sha256=file.sha256,
                run=run.digest,
                kind=kind,
                scenario=scenario_at(file.name),
            )


__all__ = ["Located", "build", "manifest_digest"]
