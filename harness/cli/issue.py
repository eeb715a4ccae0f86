"""``uept issue``: writes, lists, accepts and closes the issues of a campaign."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from harness.cli.output import json_option, print_json, print_table, say
from harness.cli.uep import campaign_option, chosen_roles, need_folder, today_of, today_option

_OWNERS = ["Party system", "simulator", "script or data", "environment", "specification doubt"]


@click.group()
def command() -> None:
    """Issues of a campaign: one TOML file each below issues/."""


@command.command()
@click.argument("title")
@click.option("--severity", type=click.IntRange(1, 5), required=True, help="1 (testing cannot go on) to 5 (cosmetic).")
@click.option("--owner", type=click.Choice(_OWNERS), default="Party system", help="Whose it is.")
@click.option("--role", "names", multiple=True, help="User Role it concerns; repeatable.")
@click.option("--scenario", "scenarios", multiple=True, help="Key such as SR-201-IS; repeatable.")
@click.option("--id", "name", help="Default: the next of I-001, I-002, …")
@click.option("--work-off", default="", help="Plan and date for what stays open.")
@campaign_option
@today_option
@json_option
def new(
    title: str, names: tuple[str, ...], scenarios: tuple[str, ...], name: str | None, campaign: Path | None,
    today: date | None, *, as_json: bool, **facts: Any,
) -> None:  # fmt: skip
    """Write a new issue.

    --json prints a list: the files written.
    """
    from msgspec import ValidationError, convert, to_builtins

    from harness.campaign.campaign_results import read_campaign_results
    from harness.campaign.issue_file import Issue
    from harness.campaign.issues import next_id, unknown_scenarios, write_new
    from stubs.wire.errors import InputError

    folder = need_folder(campaign)
    if scenarios and (unknown := unknown_scenarios(read_campaign_results(folder), scenarios)):
        raise InputError(
            f"{unknown[0]} is no scenario of the catalogue or of a run",
            mend="Write the key that `uept campaign status` or the report shows, such as SR-201-IS",
        )
    issue = Issue(
        id=name or next_id(folder), title=title, severity=facts["severity"], owner=facts["owner"],
        roles=tuple(chosen_roles(folder, names)) if names else (), scenarios=scenarios, found_on=today_of(today),
        found_in_build=folder.campaign.system.build, work_off=facts["work_off"],
    )  # fmt: skip
    try:
        convert(to_builtins(issue), Issue)
    except ValidationError as error:
        raise InputError(f"not an issue: {error}", mend="An id has letters, digits, dots, hyphens") from error
    _written([write_new(folder, issue)], as_json=as_json)


@command.command(name="list")
@click.option("--all", "is_all", is_flag=True, help="Closed ones too.")
@click.option("--proposed", is_flag=True, help="What the runs' failures propose, grouped by cause.")
@campaign_option
@json_option
def list_(campaign: Path | None, *, is_all: bool, proposed: bool, as_json: bool) -> None:
    """List issues, or what the failures of the runs propose.

    --json prints a list: issues with every key of their files, or proposals (cause, title, owner, severity, scenarios,
    roles, run, build, description, covered_by).
    """
    from msgspec import structs, to_builtins

    folder = need_folder(campaign)
    if proposed:
        from dataclasses import asdict

        from harness.campaign.campaign_results import read_campaign_results
        from harness.campaign.issues import proposals

        found = proposals(read_campaign_results(folder))
        if as_json:
            print_json([asdict(one) for one in found])
            return
        print_table(
            ["", "severity", "owner", "covered by", "title", "scenarios"],
            [[number, one.severity, one.owner, one.covered_by or "-", one.title, ", ".join(one.scenarios)]
             for number, one in enumerate(found, start=1)],
        )  # fmt: skip
        say("`uept issue accept` writes those that no issue covers")
        return
    shown = [one for one in folder.issues if is_all or one.is_open]
    if as_json:
        print_json([to_builtins(structs.asdict(one)) for one in shown])
        return
    print_table(
        ["id", "severity", "owner", "status", "found in", "fixed in", "title", "scenarios"],
        [[one.id, one.severity, one.owner, one.status, one.found_in_build or "-", one.fixed_in_build or "-", one.title,
          ", ".join(one.scenarios)] for one in shown],
    )  # fmt: skip


@command.command()
@click.argument("numbers", nargs=-1, type=int)
@campaign_option
@today_option
@json_option
def accept(numbers: tuple[int, ...], campaign: Path | None, today: date | None, *, as_json: bool) -> None:
    """Write proposed issues: all that no open issue covers, or those with these NUMBERS of `list --proposed`.

    --json prints a list: the files written.
    """
    from harness.campaign.campaign_results import read_campaign_results
    from harness.campaign.issues import accept as write
    from harness.campaign.issues import proposals
    from stubs.wire.errors import InputError

    folder = need_folder(campaign)
    found = proposals(read_campaign_results(folder))
    wrong = [number for number in numbers if not 1 <= number <= len(found)]
    if wrong:
        raise InputError(
            f"there is no proposal {wrong[0]}", mend=f"There are {len(found)}: `uept issue list --proposed`"
        )
    chosen = [one for number, one in enumerate(found, start=1) if not numbers or number in numbers]
    _written(write(folder, chosen, today_of(today)), as_json=as_json)


@command.command()
@click.argument("name", metavar="ID")
@click.option("--fixed-in", default="", help="Build that mends it; default: the build whose run shows it.")
@click.option("--retest", default="", help="What shows that it is mended; default: a later run that passes.")
@click.option("--reject", default="", help="Close it as no issue, with the reason.")
@campaign_option
@today_option
@json_option
def close(
    name: str, fixed_in: str, retest: str, reject: str, campaign: Path | None, today: date | None, *, as_json: bool
) -> None:
    """Close issue ID. Without --retest all of its scenarios have to pass in a later run that counts.

    --json prints one object: id, status, fixed_in_build, retest.
    """
    from harness.campaign.campaign_results import read_campaign_results
    from harness.campaign.issues import close as close_issue

    campaign_results = read_campaign_results(need_folder(campaign))
    issue = close_issue(campaign_results, name, today_of(today), fixed_in=fixed_in, retest=retest, reject=reject)
    if as_json:
        print_json({"id": issue.id, "status": issue.status, "fixed_in_build": issue.fixed_in_build,
                    "retest": issue.retest})  # fmt: skip
    else:
        say(f"{issue.id} is {issue.status}: {issue.retest}")


def _written(paths: list[Path], *, as_json: bool) -> None:
    if as_json:
        print_json([str(path) for path in paths])
        return
    for path in paths:
        say(str(path))
    if not paths:
        say("nothing to write: no failure without an issue")
