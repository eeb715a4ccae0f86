"""A campaign's folder as it is read: the two kinds of files people write, checked against each other."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.campaign.campaign_file import FILE_NAME, Campaign
from harness.campaign.checking import campaign_problems, value_problems
from harness.campaign.issue_file import Issue
from harness.campaign.toml_files import line_of, read_toml
from harness.uep.records import StepRecord, StepStatus
from schemas.load import UserRole
from schemas.process import assessment_statuses
from stubs.wire.errors import InputError

CAMPAIGN, ISSUES, RUNS = FILE_NAME, "issues", "runs"


@dataclass(frozen=True, slots=True)
class CampaignFolder:
    """A folder's campaign and issues; runs are read by ``harness.campaign.runs``."""

    path: Path
    campaign: Campaign
    issues: tuple[Issue, ...]

    @property
    def runs(self) -> Path:
        """Return the folder that holds run folders."""
        return self.path / RUNS

    def evidence(self, name: str) -> bytes | None:
        """Content of an evidence file named in the campaign; None when there is none, or it lies outside the folder."""
        root = self.path.resolve()
        try:
            file = (root / name).resolve()
            return file.read_bytes() if file.is_relative_to(root) else None
        except (OSError, ValueError):  # a name that no file can have
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
        """Return those of ``named_evidence`` that are missing."""
        return tuple((name, by) for name, by in self.named_evidence if self.evidence(name) is None)

    def steps_of(self, role: UserRole) -> dict[str, StepRecord]:
        """Return the checklist records of a role, by code; facts from other tables of the file are included."""
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
    _refuse(file, campaign_problems(campaign))
    return CampaignFolder(folder, campaign, tuple(_issues(folder / ISSUES)))


def _issues(folder: Path) -> Iterator[Issue]:
    for path in sorted(folder.glob("*.toml")):
        issue = read_toml(path, Issue)
        _refuse(path, value_problems(issue))
        if issue.id != path.stem:
            raise InputError(f"{path}: id: {issue.id!r} is not the file's name", mend=f"Name the file {issue.id}.toml")
        yield issue


def _refuse(file: Path, problems: Iterable[tuple[str, str]]) -> None:
    for key, sentence in problems:
        line = line_of(file.read_text(encoding="utf-8-sig"), key)
        raise InputError(f"{file}{f':{line}' if line else ''}: {key}: {sentence}", mend="Mend that key")
