"""Issues: what a run's failures propose, and the files that a person's command writes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec
import tomlkit

from harness.campaign.campaign_results import PASSED, CampaignResults
from harness.campaign.folder import ISSUES, CampaignFolder
from harness.campaign.issue_file import Issue
from harness.campaign.runs import CampaignRun
from harness.campaign.toml_files import parse_toml
from harness.engine.results import ScenarioRun
from harness.verdicts import Result
from schemas.load import Srv, scenarios, service_requests
from stubs.findings import Owner, Verdict
from stubs.wire.errors import InputError

_OWNERS = {
    Owner.PARTY: "Party system",
    Owner.SETTINGS: "environment",
    Owner.HARNESS: "simulator",
    Owner.SPECIFICATION: "specification doubt",
}
_CRITICAL, _USUAL = 2, 3
"""Proposed severities: 2 where a critical service is concerned, 3 otherwise (ours: a person decides)."""
_NAMED = 4
_FIRST_LINES = (
    "One issue. Edit it as you learn more; `uept issue close` sets the last keys.",
    "severity: 1 testing cannot go on, 2 a scope or critical function is blocked, 3 wrong with a workaround, 4 minor,",
    "5 cosmetic. owner: Party system, simulator, script or data, environment, specification doubt.",
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Failures with one cause, proposed as one issue."""

    cause: str
    title: str
    owner: str
    severity: int
    scenarios: tuple[str, ...]
    roles: tuple[str, ...]
    run: str
    build: str
    description: str
    covered_by: str = ""
    """Id of an open issue with the same cause or the same scenarios; empty: none yet."""


def proposals(campaign_results: CampaignResults) -> tuple[Proposal, ...]:
    """Propose an issue for each cause of present failures and blocks: check, kind of difference, owner."""
    by_run = {one.digest: one for one in campaign_results.runs}
    groups: dict[str, list[tuple[CampaignRun, ScenarioRun]]] = {}
    for role in campaign_results.roles:
        for history in role.histories:
            latest = history.latest
            if latest is None or latest.verdict not in {Verdict.FAIL, Verdict.BLOCKED}:
                continue
            run = by_run[latest.run]
            found = _scenario(run, history.key, history.role)
            if found is not None:
                groups.setdefault(_cause(found), []).append((run, found))
    return tuple(_proposal(cause, failures, campaign_results.folder.issues) for cause, failures in groups.items())


def _scenario(run: CampaignRun, key: str, role: str) -> ScenarioRun | None:
    scenarios = run.run.scenarios if run.run else ()
    return next((one for one in reversed(scenarios) if (one.key, one.role) == (key, role)), None)


def _cause(scenario: ScenarioRun) -> str:
    """Check, kind of difference and owner; where no check decided, the words of the reason without their values."""
    deciding = scenario.deciding
    if deciding is None:
        return f"{scenario.verdict}: {_without_values(scenario.reason)}"
    return ": ".join(filter(None, (deciding.check, deciding.finding.cause)))


def _without_values(text: str) -> str:
    """Words alone, so that the same difference with other numbers and identities is the same cause."""
    return re.sub(r"\S*\d\S*", "…", text)[:120]


def _proposal(cause: str, failures: list[tuple[CampaignRun, ScenarioRun]], issues: Iterable[Issue]) -> Proposal:
    run, first = failures[0]
    keys = tuple(dict.fromkeys(scenario.key for _, scenario in failures))
    services = tuple(dict.fromkeys(srv for _, scenario in failures for srv in scenario.srvs))
    is_critical = any(service_requests()[Srv(srv)].is_critical for srv in services if Srv(srv) in service_requests())
    deciding = first.deciding
    lines = deciding.finding.lines if deciding is not None else (first.reason,)
    covered = next(
        (one.id for one in issues if one.is_open and (one.cause == cause or set(keys) <= set(one.scenarios))), ""
    )
    title = deciding.check.replace("_", " ").replace("-", " ") if deciding is not None else first.reason
    return Proposal(
        cause=cause,
        title=f"{title or first.verdict} ({', '.join(services) or first.title})"[:160],
        owner=_OWNERS.get(first.owner, "simulator"),
        severity=_CRITICAL if is_critical else _USUAL,
        scenarios=keys,
        roles=tuple(dict.fromkeys(scenario.role for _, scenario in failures)),
        run=run.digest,
        build=run.build,
        description="\n".join(line for line in lines if line),
        covered_by=covered,
    )


def accept(folder: CampaignFolder, chosen: Iterable[Proposal], today: date) -> list[Path]:
    """Write proposals that no open issue covers as issues. The files written."""
    written = []
    for one, number in zip((one for one in chosen if not one.covered_by), _numbers(folder), strict=False):
        issue = Issue(
            id=f"I-{number:03d}",
            title=one.title,
            severity=one.severity,
            owner=one.owner,  # type: ignore[arg-type]
            roles=tuple(one.roles),  # type: ignore[arg-type]
            scenarios=one.scenarios,
            cause=one.cause,
            found_on=today,
            found_in_build=one.build,
            found_in_run=one.run,
            description=one.description,
        )
        written.append(write_new(folder, issue))
    return written


def next_id(folder: CampaignFolder) -> str:
    """The id of the next issue: I-001, then I-002."""
    return f"I-{next(_numbers(folder)):03d}"


def _numbers(folder: CampaignFolder) -> Iterator[int]:
    taken = [int(found.group(1)) for one in folder.issues if (found := re.fullmatch(r"I-(\d+)", one.id))]
    number = max(taken, default=0)
    while True:
        number += 1
        yield number


def write_new(folder: CampaignFolder, issue: Issue) -> Path:
    """Write an issue's file. Raises: InputError: there is one of that name, or it cannot be written."""
    path = folder.path / ISSUES / f"{issue.id}.toml"
    document = tomlkit.document()
    for line in _FIRST_LINES:
        document.add(tomlkit.comment(line))
    for key, value in msgspec.structs.asdict(issue).items():
        if value is not None:
            document.add(key, _item(value))
    _write(path, tomlkit.dumps(document), is_new=True)
    return path


def close(
    campaign_results: CampaignResults, name: str, today: date, *, fixed_in: str, retest: str, reject: str
) -> Issue:
    """Set an issue's status to closed, or to rejected with a reason; comments and order of its file stay.

    Raises: InputError: no such issue; closed already; no retest is stated and not all of its scenarios pass.
    """
    folder = campaign_results.folder
    issue = next((one for one in folder.issues if one.id == name), None)
    if issue is None:
        known = ", ".join(one.id for one in folder.issues) or "none"
        raise InputError(f"there is no issue {name}", mend=f"Issues are: {known}")
    if not issue.is_open:
        raise InputError(f"{name} is {issue.status} already", mend="Open it again in its file if that is wrong")
    shown, build = ("", "") if reject or retest else _retest(campaign_results, issue)
    changes: dict[str, object] = {"status": "rejected" if reject else "closed", "closed_on": today}
    changes["retest"] = reject or retest or shown
    if not reject and (fixed_in or issue.fixed_in_build or build):
        changes["fixed_in_build"] = fixed_in or issue.fixed_in_build or build
    path = folder.path / ISSUES / f"{name}.toml"
    document = tomlkit.parse(path.read_text(encoding="utf-8-sig"))
    for key, value in changes.items():
        document[key] = _item(value)
    text = tomlkit.dumps(document)
    changed = parse_toml(text, Issue, str(path))
    _write(path, text, is_new=False)
    return changed


def _retest(campaign_results: CampaignResults, issue: Issue) -> tuple[str, str]:
    """Run and build that show every scenario of the issue passing again."""
    found = []
    for key in issue.scenarios:
        latest = retest_of(campaign_results, issue, key)
        if latest is None:
            raise InputError(
                f"{key} does not pass in a later run that counts: {issue.id} stays open",
                mend="Run it again, or say what shows it: --retest TEXT, or --reject REASON",
            )
        found.append(latest)
    if not found:
        raise InputError(f"{issue.id} names no scenario", mend="Say what shows that it is mended: --retest TEXT")
    runs = ", ".join(dict.fromkeys(one.run[:12] for one in found))
    builds = tuple(dict.fromkeys(one.build for one in found))
    return f"passed in run {runs}, build {', '.join(builds) or 'not stated'}", builds[0]


def retest_of(campaign_results: CampaignResults, issue: Issue, key: str) -> Result | None:
    """The result that counts for a scenario of the issue, where it passed after the run that found the issue."""
    history = next((one for role in campaign_results.roles for one in role.histories if one.key == key), None)
    latest = history.latest if history else None
    if history is None or latest is None or latest.verdict not in PASSED or latest.run == issue.found_in_run:
        return None
    failed = [one.at for one in history.results if one.run == issue.found_in_run and one.at]
    return latest if latest.at is None or all(at < latest.at for at in failed) else None


def retest_progress(campaign_results: CampaignResults, issue: Issue) -> str:
    """Count the scenarios of an issue that passed since it was found, and name the others; empty: it names none."""
    if not issue.scenarios:
        return ""
    open_ones = [key for key in issue.scenarios if retest_of(campaign_results, issue, key) is None]
    counts = f"{len(issue.scenarios) - len(open_ones)} of {len(issue.scenarios)} passed since"
    more = f" and {len(open_ones) - _NAMED} more" if len(open_ones) > _NAMED else ""
    return f"{counts}; not {', '.join(open_ones[:_NAMED])}{more}" if open_ones else counts


def unknown_scenarios(campaign_results: CampaignResults, keys: Iterable[str]) -> list[str]:
    """Keys that neither a run nor the catalogue knows: such as SR-999-IS, or SR-201 without its role."""
    ran = {one.key for role in campaign_results.roles for one in role.histories}
    ran |= {one.key for role in campaign_results.roles for one in role.inputs.plan}
    listed = {f"{row.id}-{role}" for row in scenarios().values() for role in row.roles}
    return [
        key for key in keys if key not in ran and not any(key == one or key.startswith(f"{one}-") for one in listed)
    ]


def _item(value: object) -> object:
    if isinstance(value, tuple):
        array = tomlkit.array()
        for one in value:
            array.append(str(one))
        return array
    if isinstance(value, str) and "\n" in value:
        return tomlkit.string(value, multiline=True)
    return str(value) if isinstance(value, str) else value


def _write(path: Path, text: str, *, is_new: bool) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if is_new:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
            return
        partial = path.with_suffix(".partial")
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except FileExistsError as error:
        raise InputError(f"{path} is there already", mend="Choose another id") from error
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}", mend="Check its permissions") from error
