"""Entry criteria as people decided them, exit criteria as runs and issues decide them."""

from __future__ import annotations

from harness.campaign.campaign_results import CampaignResults, RoleResults, is_harmless, over_limit
from harness.campaign.folder import CampaignFolder
from harness.reporting.completion import model
from harness.verdicts import ItemState
from schemas.process import artefacts, entry_criteria, exit_criteria

_WORST = 2
_RAN = {ItemState.NOT_RUN, ItemState.DESELECTED, ItemState.NOT_IMPLEMENTED, ItemState.OTHER_BUILD}


def entry_rows(folder: CampaignFolder) -> tuple[model.CriterionRow, ...]:
    """The six entry criteria; met only with a date."""
    rows = []
    for row in entry_criteria().values():
        decided = folder.campaign.entry_criteria.get(row.id)
        evidence = decided.evidence if decided else ()
        missing = tuple(name for name in evidence if folder.evidence(name) is None)
        approved = f"approved by {decided.approved_by}" if decided and decided.approved_by else ""
        note = "; ".join(filter(None, (decided.note, approved))) if decided else "not decided yet"
        rows.append(
            model.CriterionRow(
                id=row.id,
                role="",
                text=row.text,
                met=bool(decided and decided.met and decided.on and not missing),
                on=decided.on if decided else None,
                decided="by hand",
                evidence=evidence,
                missing=missing,
                note=note,
                source=f"{row.clause}; {row.provenance}; {row.confidence}",
            )
        )
    return tuple(rows)


def artefact_rows(folder: CampaignFolder) -> tuple[model.ArtefactRow, ...]:
    """Every artefact of the list: its file, digest and approval, or that it is missing."""
    rows = []
    for code, row in artefacts().items():
        held = folder.campaign.artefacts.get(code)
        digest = folder.digest(held.file) if held else ""
        rows.append(
            model.ArtefactRow(
                code=code,
                name=row.name,
                file=held.file if held else "",
                sha256=digest,
                approved_by=held.approved_by if held else "",
                approved_on=held.approved_on if held else None,
                is_missing=not digest,
            )
        )
    return tuple(rows)


def exit_rows(campaign_results: CampaignResults, role: RoleResults) -> tuple[model.CriterionRow, ...]:
    """The exit criteria of a role."""
    found = {
        "EX-1": _not_run(role),
        "EX-2": _not_passed(role),
        "EX-3": [one.id for one in role.assessment.issues if one.severity <= _WORST],
        "EX-4": [
            *(one.id for one in role.assessment.issues if one.severity > _WORST and not one.work_off_plan.strip()),
            *over_limit(campaign_results.folder, role.role),
        ],
        "EX-5": _evidence(campaign_results),
    }
    rows = []
    for row in exit_criteria().values():
        by_hand = campaign_results.campaign.exit_criteria.get(row.id)
        open_ones = found.get(row.id)
        evidence = by_hand.evidence if by_hand else ()
        missing = tuple(name for name in evidence if campaign_results.folder.evidence(name) is None)
        is_met_by_hand = bool(by_hand and by_hand.met and by_hand.on and not missing)
        met = not open_ones if open_ones is not None else is_met_by_hand
        rows.append(
            model.CriterionRow(
                id=row.id,
                role=role.role,
                text=row.text,
                met=met,
                on=by_hand.on if by_hand else None,
                decided=row.decided,
                evidence=evidence,
                missing=missing,
                note=_shortened_list(open_ones or [])
                if open_ones is not None
                else (by_hand.note if by_hand else "after review"),
                source=f"{row.provenance}; {row.confidence}",
            )
        )
    return tuple(rows)


def _not_run(role: RoleResults) -> list[str]:
    return [item.name for item in role.assessment.required if item.state in _RAN]


def _not_passed(role: RoleResults) -> list[str]:
    return [item.name for item in role.assessment.missing if item.state not in _RAN]


def _evidence(campaign_results: CampaignResults) -> list[str]:
    runs = [one.name for one in campaign_results.runs if one.problems and not is_harmless(one)]
    return [*runs, *(name for name, _ in campaign_results.folder.missing_evidence)]


def _shortened_list(names: list[str], most: int = 6) -> str:
    if not names:
        return "nothing is open"
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{len(names)} open: {', '.join(names[:most])}{more}"
