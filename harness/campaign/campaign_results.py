"""Results of several runs and builds joined per role, and what decides on a role: inputs of ``harness.verdicts``.

The latest result counts, the history stays; a result of another build counts under a regression statement only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from harness.campaign.campaign_file import Campaign, Regression
from harness.campaign.deviations import deciding_deviations
from harness.campaign.folder import CampaignFolder
from harness.campaign.issue_file import Issue
from harness.campaign.runs import CampaignRun, read_runs, unfinished_folders
from harness.engine.assessment import plan_of, results_of
from harness.engine.results import Run
from harness.verdicts import Issue as Counted
from harness.verdicts import PlannedScenario, Result, RoleAssessment, RoleInputs, decide, latest_results
from harness.verdicts.inputs import IssueOwner
from harness.verdicts.required import ACCEPTED
from schemas.load import UserRole
from schemas.process import entry_criteria
from stubs.findings import Verdict

_WORST_OF_PARTY = 3


@dataclass(frozen=True, slots=True)
class History:
    """All results of one scenario in one role, oldest first; ``latest`` is the one that counts, None: none does."""

    key: str
    role: str
    results: tuple[Result, ...]
    latest: Result | None


@dataclass(frozen=True, slots=True)
class RoleResults:
    """Results of one role, what they are judged by, and the assessment of it."""

    role: UserRole
    inputs: RoleInputs
    assessment: RoleAssessment
    histories: tuple[History, ...]


@dataclass(frozen=True, slots=True)
class CampaignResults:
    """A campaign with everything computed from its runs."""

    folder: CampaignFolder
    runs: tuple[CampaignRun, ...]
    unfinished: tuple[str, ...]
    """Run folders that hold no bundle."""
    roles: tuple[RoleResults, ...]

    @property
    def campaign(self) -> Campaign:
        """Return the content of the campaign file."""
        return self.folder.campaign

    @property
    def uncounted(self) -> tuple[CampaignRun, ...]:
        """Runs that count for nothing."""
        return tuple(one for one in self.runs if not one.counts)


def read_campaign_results(folder: CampaignFolder) -> CampaignResults:
    """Read the runs, join them, decide on every role of the campaign."""
    runs = read_runs(folder)
    unfinished = tuple(path.name for path in unfinished_folders(folder))
    counted = [one for one in runs if one.counts]
    results = tuple(result for one in counted for result in joined_results(one))
    plan = _plan(one.run for one in counted if one.run is not None)
    roles = tuple(_role_results(folder, role, runs, results, plan) for role in folder.campaign.roles)
    return CampaignResults(folder, runs, unfinished, roles)


def joined_results(run: CampaignRun) -> tuple[Result, ...]:
    """A run's results, named by its evidence digest and placed in time by the wall clock where that is known."""
    if run.run is None:
        return ()
    started = run.run.started
    offset = run.started - started if run.started and started else timedelta()
    return tuple(
        replace(result, run=run.digest, at=result.at + offset if result.at else result.at)
        for result in results_of(run.run, run.build)
    )


def reaches(build: str, reported: str, scenario: str, regressions: Iterable[Regression]) -> bool:
    """Whether results of ``build`` count for ``reported``, for one scenario: the same, or a chain of statements."""
    statements = [one for one in regressions if not one.scenarios or scenario in one.scenarios]
    found, fresh = {build}, {build}
    while fresh:
        fresh = {one.to_build for one in statements if one.from_build in fresh} - found
        found |= fresh
    return bool(build) and reported in found


def _role_results(
    folder: CampaignFolder,
    role: UserRole,
    runs: Sequence[CampaignRun],
    results: Sequence[Result],
    plan: tuple[PlannedScenario, ...],
) -> RoleResults:
    campaign = folder.campaign
    own = tuple(one for one in results if one.role == role)
    inputs = RoleInputs(
        role=role,
        # Statements may cover some scenarios only: what is covered is given as a result of the reported build.
        results=tuple(_reported(tuple(_retested(own)), campaign)),
        plan=tuple(one for one in plan if one.role == role),
        deviations=deciding_deviations(campaign.deviations),
        issues=tuple(_issue(one) for one in folder.issues),
        build=campaign.system.build,
        open_criteria=tuple(open_criteria(folder, role, runs)),
    )
    keys = dict.fromkeys((result.key, result.role) for result in own)
    latest = latest_results(one for one in inputs.results if inputs.counts(one))
    histories = tuple(
        History(
            key,
            named,
            tuple(sorted((one for one in own if one.key == key), key=_when)),
            _with_own_build(latest.get((key, named)), own),
        )
        for key, named in keys
    )
    return RoleResults(role, inputs, decide(inputs), histories)


def _when(result: Result) -> float:
    return result.at.timestamp() if result.at else 0.0


def _retested(results: Iterable[Result]) -> Iterator[Result]:
    """The results, a pass after an earlier failure being a retest, also where it failed on a build that counts not."""
    failed: set[tuple[str, str]] = set()
    for one in sorted(results, key=_when):
        known = (one.key, one.role)
        if one.verdict is Verdict.FAIL:
            failed.add(known)
        is_retest = one.verdict is Verdict.PASS and known in failed
        yield replace(one, verdict=Verdict.RETEST_PASS) if is_retest else one


def _reported(results: Sequence[Result], campaign: Campaign) -> Iterator[Result]:
    """The results, those that a statement covers as of the reported build.

    A pass on another build takes the place of no failure on the reported one: the statement is refuted by it.
    """
    build = campaign.system.build
    own = latest_results(one for one in results if one.build == build)
    for one in results:
        mine = own.get((one.key, one.role))
        is_refuted = mine is not None and mine.verdict not in ACCEPTED and one.verdict in ACCEPTED
        yield one if is_refuted else _as_reported(one, campaign)


def _as_reported(result: Result, campaign: Campaign) -> Result:
    reported = campaign.system.build
    if result.build == reported or not reaches(result.build, reported, result.scenario, campaign.regressions):
        return result
    return replace(result, build=reported)


def _with_own_build(latest: Result | None, own: Iterable[Result]) -> Result | None:
    """The result that counts, with the build it was reached on."""
    if latest is None:
        return None
    same = (one for one in own if one.key == latest.key and one.run == latest.run and one.at == latest.at)
    found = next(same, None)
    return replace(latest, build=found.build) if found else latest


def _plan(runs: Iterable[Run]) -> tuple[PlannedScenario, ...]:
    """The union of the plans; chosen in one run is chosen."""
    known: dict[tuple[str, str], PlannedScenario] = {}
    for run in runs:
        for one in plan_of(run):
            before = known.get((one.key, one.role))
            if before is None or (one.is_chosen and not before.is_chosen):
                known[one.key, one.role] = one
    return tuple(known.values())


def _issue(issue: Issue) -> Counted:
    named = dict.fromkeys(part for key in issue.scenarios for part in key.split("-") if part in UserRole.__members__)
    roles = [str(role) for role in issue.roles] or list(named)
    return Counted(
        id=issue.id,
        severity=issue.severity,
        owner=IssueOwner(issue.owner),
        is_open=issue.is_open,
        roles=tuple(roles),
        work_off_plan=issue.work_off,
    )


def open_criteria(folder: CampaignFolder, role: UserRole, runs: Sequence[CampaignRun]) -> list[str]:
    """List in words what prevents a role's verdict beside results and issues.

    Entry criteria not met and not excused by an agreed deviation, evidence that is named and missing, bundles that do
    not verify, and more open issues of severity 3 than were agreed.
    """
    campaign = folder.campaign
    excused = {
        word
        for one in campaign.deviations
        if one.kind == "criterion" and one.is_agreed and (not one.roles or role in one.roles)
        for word in one.criteria
    }
    found = [
        f"entry criterion {criterion}"
        for criterion in entry_criteria()
        if criterion not in excused and not _is_met(campaign, criterion)
    ]
    found += [f"evidence file {name} of {by} is missing" for name, by in folder.missing_evidence]
    found += [f"run {one.name} {one.problems[0]}" for one in runs if one.problems and not is_harmless(one)]
    return [*found, *over_limit(folder, role)]


def over_limit(folder: CampaignFolder, role: UserRole) -> list[str]:
    """Whether more issues of severity 3 of the Party are open for a role than were agreed, in words."""
    own = [one for one in folder.issues if one.counts_against_party and _issue(one).concerns(role)]
    severe, agreed = sum(one.severity == _WORST_OF_PARTY for one in own), folder.campaign.severity_3_limit
    return [f"{severe} open issues of severity 3, agreed were {agreed}"] if severe > agreed else []


def _is_met(campaign: Campaign, criterion: str) -> bool:
    decided = campaign.entry_criteria.get(criterion)
    return decided is not None and decided.met and decided.on is not None


def is_harmless(run: CampaignRun) -> bool:
    """Excluded with a reason, there twice, or replaced by a later revision: nothing is hidden by leaving it out."""
    return all(one.startswith(("excluded by hand", "is the same evidence", "a later revision")) for one in run.problems)


PASSED = frozenset({Verdict.PASS, Verdict.RETEST_PASS})
