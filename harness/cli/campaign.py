"""``uept campaign``: one folder for weeks of work; where each role stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.output import json_option, print_json, print_table, say
from harness.cli.uep import campaign_option, need_folder, today_of, today_option

_SHOWN = 8

if TYPE_CHECKING:
    from harness.campaign.campaign_results import CampaignResults
    from harness.campaign.status import RoleStatus


@click.group()
def command() -> None:
    """A campaign: Party, roles, builds, runs, issues, deviations, criteria and dates in one folder."""


@command.command()
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
@click.option("--party", default="Our Party", help="Name of the Party.")
@click.option("--category", default="OTHER", help="LARGE_SUPPLIER, SMALL_SUPPLIER, NETWORK or OTHER.")
@click.option("--role", "names", multiple=True, help="User Role that is sought; repeatable; default: the category's.")
@click.option("--system", default="our client", help="Name of the system under test.")
@click.option("--build", default="1", help="Its build that will be reported.")
@click.option("--driver", default="reference", help="How the system is asked; goes into uept.toml.")
@json_option
def init(folder: Path, names: tuple[str, ...], driver: str, *, as_json: bool, **facts: str) -> None:
    """Make a campaign in FOLDER: campaign.toml with comments, uept.toml, issues/ and runs/.

    --json prints one object: folder, files (written).
    """
    from harness.campaign.starting import campaign_text, start
    from harness.cli.uep import chosen_roles
    from harness.uep.checklist import category_of

    roles = chosen_roles(None, names) if names else list(category_of(facts["category"]))
    text = campaign_text(facts["party"], facts["category"], facts["system"], facts["build"], dict.fromkeys(roles, ()))
    written = start(folder, text, driver, roles)
    if as_json:
        print_json({"folder": str(folder), "files": [str(path) for path in written]})
        return
    for path in written:
        say(str(path))
    say(f"Next: edit {folder / 'campaign.toml'}, then `uept rehearse --settings {folder / 'uept.toml'}`")


@command.command()
@campaign_option
@today_option
@json_option
def status(campaign: Path | None, today: date | None, *, as_json: bool) -> None:
    """Show where each role stands, what is missing, what is due next. Nothing is written.

    --json prints one object: campaign, build, roles (verdict, reason, counts, missing, due), runs (path, evidence,
    build, counts, problems), unfinished, open_issues, open_issues_of_party, proposed_issues, open_deviations.
    """
    from harness.campaign.campaign_results import read_campaign_results
    from harness.campaign.status import status_of

    day = today_of(today)
    campaign_results = read_campaign_results(need_folder(campaign))
    found = status_of(campaign_results, day)
    if as_json:
        print_json({
            "campaign": str(campaign_results.folder.path), "build": campaign_results.campaign.system.build,
            "roles": [_role(one, day) for one in found.roles],
            "runs": [_run(one) for one in campaign_results.runs], "unfinished": list(campaign_results.unfinished),
            "open_issues": found.open_issues, "open_issues_of_party": found.open_issues_of_party,
            "proposed_issues": found.proposed_issues, "open_deviations": list(found.open_deviations),
        })  # fmt: skip
        return
    system = campaign_results.campaign.system
    say(f"{campaign_results.campaign.party.name}: {system.name}, build {system.build}\n")
    print_table(
        ["role", "verdict", "required shown", "passed", "failed", "blocked", "not run", "H1.10 steps"],
        [[one.role, one.verdict, f"{one.filled} of {one.required}", one.passed, one.failed, one.blocked, one.not_run,
          f"{one.steps_done} of {one.steps}"] for one in found.roles],
    )  # fmt: skip
    say()
    _tell_runs(campaign_results)
    shared = shared_by_all(found.roles)
    _tell_missing("every role", shared)
    for one in found.roles:
        say(f"{one.role}: {one.reason}")
        _tell_missing("", [text for text in one.missing if text not in shared])
        for due in one.due:
            say(f"  {due.state(day)}: {due.on:%a %d %b %Y} {due.text} ({due.who})")
    say(
        f"issues: {found.open_issues} open, {found.open_issues_of_party} of them the Party's; "
        f"{found.proposed_issues} proposed (`uept issue list --proposed`)"
    )
    if found.open_deviations:
        say(f"deviations not agreed: {', '.join(found.open_deviations)}")


def shared_by_all(roles: Sequence[RoleStatus]) -> list[str]:
    """Return what every role lacks: told once, so that several roles stand on one screen."""
    first, *others = (one.missing for one in roles)
    return [text for text in first if others and all(text in one for one in others)]


def _tell_missing(whose: str, texts: Sequence[str]) -> None:
    if whose and texts:
        say(f"{whose}:")
    for text in texts[:_SHOWN]:
        say(f"  missing: {text}")
    if len(texts) > _SHOWN:
        say(f"  … and {len(texts) - _SHOWN} more (--json)")


def _tell_runs(campaign_results: CampaignResults) -> None:
    if campaign_results.runs:
        print_table(
            ["run", "evidence", "build", "counts", "why not"],
            [[one.path.parent.name, one.digest[:12], one.build or "not stated", "yes" if one.counts else "no",
              "; ".join(one.problems)] for one in campaign_results.runs],
        )  # fmt: skip
        say()
    for name in campaign_results.unfinished:
        say(f"runs/{name} holds no bundle: `uept report {campaign_results.folder.runs / name}` writes it")


def _role(one: RoleStatus, day: date) -> dict[str, Any]:
    return {
        "role": one.role,
        "verdict": one.verdict,
        "reason": one.reason,
        "required": one.required,
        "filled": one.filled,
        "attested": one.attested,
        "planned": one.planned,
        "passed": one.passed,
        "failed": one.failed,
        "blocked": one.blocked,
        "not_run": one.not_run,
        "steps": one.steps,
        "steps_done": one.steps_done,
        "missing": list(one.missing),
        "due": [
            {"on": due.on.isoformat(), "text": due.text, "who": due.who, "state": due.state(day)} for due in one.due
        ],
    }


def _run(one: Any) -> dict[str, Any]:
    return {
        "path": str(one.path),
        "evidence": one.digest,
        "build": one.build,
        "build_by_hand": one.is_build_by_hand,
        "counts": one.counts,
        "problems": list(one.problems),
    }
