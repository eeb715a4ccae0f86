"""A campaign's folder as it is read: the two kinds of files people write, checked against each other."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.campaign.campaign_file import Campaign
from harness.campaign.issue_file import Issue
from harness.campaign.toml_files import read_toml
from harness.uep.records import StepRecord, StepStatus
from harness.uep.user_ids import EuiRange, UserIdProblem, user_id_problems
from schemas.load import Srv, UserRole, scenarios, service_requests
from schemas.process import artefacts, assessment_statuses, entry_criteria, exit_criteria, prerequisites
from stubs.wire.errors import InputError

CAMPAIGN, ISSUES, RUNS = "campaign.toml", "issues", "runs"


@dataclass(frozen=True, slots=True)
class CampaignFolder:
    """A folder's campaign and issues; runs are read by ``harness.campaign.runs``."""

    path: Path
    campaign: Campaign
    issues: tuple[Issue, ...]

    @property
    def runs(self) -> Path:
        """Where run folders land."""
        return self.path / RUNS

    def evidence(self, name: str) -> bytes | None:
        """Content of an evidence file named in the campaign; None when there is none, or it lies outside the folder."""
        root = self.path.resolve()
        file = (root / name).resolve()
        try:
            return file.read_bytes() if file.is_relative_to(root) else None
        except OSError:
            return None

    def digest(self, name: str) -> str:
        """SHA-256 of an evidence file, lower-case hex; empty when it is missing."""
        content = self.evidence(name)
        return "" if content is None else hashlib.sha256(content).hexdigest()

    @property
    def named_evidence(self) -> tuple[tuple[str, str], ...]:
        """Every evidence file that the campaign names, with what names it."""
        return tuple(dict.fromkeys(_named(self.campaign)))

    @property
    def missing_evidence(self) -> tuple[tuple[str, str], ...]:
        """Those of ``named_evidence`` that are not there."""
        return tuple((name, by) for name, by in self.named_evidence if self.evidence(name) is None)

    def steps_of(self, role: UserRole) -> dict[str, StepRecord]:
        """What is recorded for the checklist of a role, by code; what other tables of the file tell is taken in."""
        campaign, entry = self.campaign, self.campaign.roles[role]
        found: dict[str, StepRecord] = dict(campaign.prerequisites)
        acceded = campaign.party.accession_date
        if acceded and "ACCESSION" not in found:
            found["ACCESSION"] = StepRecord(status="PASSED", done_on=acceded, reference=campaign.party.signifier or "-")
        if entry.notified_on and "NOTIFIED" not in found:
            told = f"told on {entry.notified_on.isoformat()}"
            found["NOTIFIED"] = StepRecord(status="PASSED", done_on=entry.notified_on, reference=told)
        found |= {str(code): record for code, record in entry.steps.items()}
        dates = entry.dates
        if "UEPT" not in found and (dates.certificate or dates.report or dates.start):
            status: StepStatus = "PASSED" if dates.certificate else "SUBMITTED" if dates.report else "IN_PROGRESS"
            found["UEPT"] = StepRecord(status=status, done_on=dates.certificate, reference=dates.certificate_reference)
        for kind, code in (("FUSA", "SECURITY"), ("FUPA", "PRIVACY")):
            own = [one for one in campaign.assessments if one.kind == kind and one.role == role]
            if own and code not in found:
                last = own[-1]
                accepted = {row.status for row in assessment_statuses() if row.kind == kind and row.is_accepted}
                assessed: StepStatus = "PASSED" if last.status in accepted else "IN_PROGRESS"
                found[code] = StepRecord(
                    status=assessed, done_on=last.status_on, due_on=last.booked_for, reference=last.status
                )
        return found


def _named(campaign: Campaign) -> Iterator[tuple[str, str]]:
    for criterion, held in (*campaign.entry_criteria.items(), *campaign.exit_criteria.items()):
        yield from ((name, criterion) for name in held.evidence)
    for code, artefact in campaign.artefacts.items():
        yield artefact.file, code
    for code, record in campaign.prerequisites.items():
        yield from ((name, code) for name in record.evidence)
    for role, entry in campaign.roles.items():
        for step, record in entry.steps.items():
            yield from ((name, f"{role} {step}") for name in record.evidence)


def open_campaign(path: Path) -> CampaignFolder:
    """The campaign in a folder (or the folder of a ``campaign.toml``).

    Raises: InputError: no such folder, a file that cannot be used, references that lead nowhere.
    """
    folder = path.parent if path.name == CAMPAIGN else path
    file = folder / CAMPAIGN
    if not file.is_file():
        raise InputError(f"{folder} holds no {CAMPAIGN}", mend="`uept campaign init FOLDER` makes one")
    campaign = read_toml(file, Campaign)
    for key, sentence in _problems(campaign):
        raise InputError(f"{file}: {key}: {sentence}", mend="Mend that key")
    return CampaignFolder(folder, campaign, tuple(_issues(folder / ISSUES)))


def _issues(folder: Path) -> Iterator[Issue]:
    for path in sorted(folder.glob("*.toml")):
        issue = read_toml(path, Issue)
        if issue.id != path.stem:
            raise InputError(f"{path}: id: {issue.id!r} is not the file's name", mend=f"Name the file {issue.id}.toml")
        yield issue


def _problems(campaign: Campaign) -> Iterator[tuple[str, str]]:
    known_ids = set(scenarios())
    for index, deviation in enumerate(campaign.deviations):
        where = f"deviations[{index}]"
        yield from _unknown(f"{where}.services", deviation.services, service_requests(), "a service")
        yield from _unknown(f"{where}.scenarios", deviation.scenarios, known_ids, "a scenario of the catalogue")
        known_criteria = {*entry_criteria(), *exit_criteria()}
        yield from _unknown(f"{where}.criteria", deviation.criteria, known_criteria, "a criterion")
        if (deviation.kind == "service unused") != bool(deviation.services):
            yield f"{where}.services", "a deviation of kind 'service unused', and only such a one, names services"
    repeated = {one.id for one in campaign.deviations if [d.id for d in campaign.deviations].count(one.id) > 1}
    if repeated:
        yield "deviations", f"an id stands twice: {', '.join(sorted(repeated))}"
    yield from _unknown("entry_criteria", campaign.entry_criteria, entry_criteria(), "an entry criterion")
    yield from _unknown("exit_criteria", campaign.exit_criteria, exit_criteria(), "an exit criterion")
    for criterion in campaign.exit_criteria:
        if exit_criteria()[criterion].decided == "computed":
            yield f"exit_criteria.{criterion}", "is computed from runs and issues, and not decided by hand"
    yield from _unknown("artefacts", campaign.artefacts, artefacts(), "an artefact")
    yield from _unknown("prerequisites", campaign.prerequisites, prerequisites(), "a prerequisite")
    statuses = {(row.kind, row.status) for row in assessment_statuses()}
    for index, one in enumerate(campaign.assessments):
        if one.status and (one.kind, one.status) not in statuses:
            known = ", ".join(repr(status) for kind, status in sorted(statuses) if kind == one.kind)
            yield f"assessments[{index}].status", f"{one.status!r} is not known for {one.kind}: expected {known}"
    for index, text in enumerate(campaign.party.eui64_ranges):
        try:
            EuiRange.parse(text)
        except InputError as error:
            yield f"party.eui64_ranges[{index}]", str(error)
            return
    for problem in campaign_user_ids(campaign):
        if problem.is_stated:
            yield f"roles.{problem.role or '*'}.user_ids", f"{problem.user}: {problem.text}"


def campaign_user_ids(campaign: Campaign) -> Iterator[UserIdProblem]:
    """Every breach of the rule of User IDs in the campaign."""
    users = {role: entry.user_ids for role, entry in campaign.roles.items()}
    yield from user_id_problems(users, [EuiRange.parse(text) for text in campaign.party.eui64_ranges])


def _unknown(key: str, words: Iterable[str], table: Iterable[str], what: str) -> Iterator[tuple[str, str]]:
    known = set(table)
    for word in words:
        if Srv(word) not in known:
            yield key, f"{word!r} is not {what}"
