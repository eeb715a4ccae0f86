"""``uept uep``: the User Entry Process around the tests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.documents import write
from harness.cli.output import json_option, print_json, print_table, say
from stubs.wire.errors import InputError

if TYPE_CHECKING:
    from harness.campaign.folder import CampaignFolder
    from harness.uep.dates import Deadline

NOTE = "Periods and clauses come from guidance of 2018: check them against the Code before you rely on them."


def a_day(text: str) -> date:
    """A calendar day as ISO 8601 writes it."""
    from harness.campaign.checking import year_problem

    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is no date: write it as 2026-09-07") from error
    if problem := year_problem(day):
        raise click.BadParameter(problem)
    return day


def an_amount(text: str) -> Decimal:
    """An exact decimal number."""
    try:
        return Decimal(text.replace(",", "").removeprefix("£"))
    except InvalidOperation as error:
        raise click.BadParameter(f"{text!r} is no number: write it as 18000 or 18000.50") from error


today_option = click.option(
    "--today", type=a_day, metavar="YYYY-MM-DD", help="Count from this day; default: the machine's date."
)
campaign_option = click.option(
    "--campaign", type=click.Path(path_type=Path), help="Folder of the campaign; default: here, if one is here."
)
calendar_option = click.option(
    "--calendar", "calendar_code", help="EW (England and Wales), SCO or UK_ALL; default: the campaign's, else EW."
)


def today_of(today: date | None) -> date:
    """The day asked for, or the machine's."""
    if today is not None:
        return today
    from stubs.clock import SystemClock

    return SystemClock().now().date()


def open_folder(path: Path | None) -> CampaignFolder | None:
    """The campaign named, or the one in the working folder, or none."""
    from harness.campaign.folder import CAMPAIGN, open_campaign

    if path is None and not Path(CAMPAIGN).is_file():
        return None
    return open_campaign(path or Path())


def need_folder(path: Path | None) -> CampaignFolder:
    """Open the folder like ``open_folder``. Raises: InputError: there is none."""
    folder = open_folder(path)
    if folder is None:
        raise InputError(
            "there is no campaign.toml here", mend="`uept campaign init FOLDER` makes one; or --campaign FOLDER"
        )
    return folder


def chosen_roles(folder: CampaignFolder | None, names: tuple[str, ...]) -> list[Any]:
    """The roles named, or the campaign's. Raises: InputError: not a role, or not one of the campaign's."""
    from schemas.load import UserRole

    for name in names:
        if name not in UserRole.__members__:
            raise InputError(f"{name!r} is no User Role", mend=f"Choose one of {', '.join(UserRole)}")
        if folder is not None and UserRole(name) not in folder.campaign.roles:
            raise InputError(f"the campaign has no role {name}", mend=f"Add [roles.{name}] to campaign.toml")
    return [UserRole(name) for name in names] or (list(folder.campaign.roles) if folder else list(UserRole))


@click.group()
def command() -> None:
    """Steps, dates, User IDs, credit, evidence and disputes of the User Entry Process.

    Facts are rows with their source; what comes from guidance of 2018 says so. Nothing here is legal advice.
    """


@command.command()
@click.option("--role", "names", multiple=True, help="Only this User Role; repeatable.")
@click.option("--category", help="Roles of a party category: LARGE_SUPPLIER, SMALL_SUPPLIER, NETWORK or OTHER.")
@campaign_option
@today_option
@json_option
def checklist(
    names: tuple[str, ...], category: str | None, campaign: Path | None, today: date | None, *, as_json: bool
) -> None:
    """Prerequisites and the five steps of H1.10 by role: evidence, who decides, done or due.

    --json prints an object by role: complete, lines (kind, code, name, state, decided_by, clause, evidence …).
    """
    from harness.uep.checklist import category_of, is_complete
    from harness.uep.checklist import checklist as lines_of
    from schemas.process import categories

    folder, day = open_folder(campaign), today_of(today)
    roles = list(category_of(category)) if category else chosen_roles(folder, names)
    lists = {}
    for role in roles:
        recorded = folder.steps_of(role) if folder and role in folder.campaign.roles else {}
        missing = [name for name, _ in folder.missing_evidence] if folder else []
        lists[role] = lines_of(role, day, recorded, missing)
    if as_json:
        print_json(
            {role: {"complete": is_complete(lines), "lines": [_line(one) for one in lines]}
             for role, lines in lists.items()}
        )  # fmt: skip
        return
    if kind := category or (folder.campaign.party.category if folder else ""):
        row = categories()[kind]
        say(f"{row.name} ({row.licence}): {row.note}; usually seeks {', '.join(row.roles)}\n")
    for role, lines in lists.items():
        print_table(
            ["role", "what", "state", "on", "decided by", "clause", "wanted"],
            [[role, one.name, one.state, one.record.done_on or one.record.due_on or "-", one.decided_by, one.clause,
              one.missing] for one in lines],
        )  # fmt: skip
        say(f"{role}: {'every step is done' if is_complete(lines) else 'not complete'}\n")
    say(NOTE)


def _line(line: Any) -> dict[str, Any]:
    return {
        "kind": line.kind,
        "code": line.code,
        "name": line.name,
        "state": line.state,
        "decided_by": line.decided_by,
        "clause": line.clause,
        "evidence": line.evidence,
        "reference": line.record.reference,
        "missing": line.missing,
        "source": line.source,
    }


@command.command()
@click.option("--notice", type=a_day, metavar="YYYY-MM-DD", help="Notice given to DCC.")
@click.option("--start", type=a_day, metavar="YYYY-MM-DD", help="Planned start of the tests.")
@click.option("--report", type=a_day, metavar="YYYY-MM-DD", help="Test Completion Report sent.")
@click.option("--receipt", type=a_day, metavar="YYYY-MM-DD", help="Receipt confirmed by DCC.")
@click.option("--quality-gate", type=a_day, metavar="YYYY-MM-DD", help="Exit quality gate passed.")
@click.option("--assessment-applied", type=a_day, metavar="YYYY-MM-DD", help="Assessment applied for.")
@click.option("--assessment-booked", type=a_day, metavar="YYYY-MM-DD", help="Date of the assessment.")
@click.option("--role", "names", multiple=True, help="Only this role of the campaign; repeatable.")
@calendar_option
@campaign_option
@today_option
@click.option("--ics", type=click.Path(path_type=Path), help="Write the dates as an iCalendar file.")
@json_option
def dates(
    names: tuple[str, ...],
    calendar_code: str | None,
    campaign: Path | None,
    today: date | None,
    ics: Path | None,
    *,
    as_json: bool,
    **given: date | None,
) -> None:
    """Deadlines by Working Days: notice, receipt, review (strict and lenient), certificate, assessments.

    From the dates given here, or from the campaign's. The calendar used is always named.

    --json prints one object: calendar, calendar_name, deadlines.
    """
    from harness.campaign.dates import deadlines_of
    from harness.uep.calendar_file import ics as encode_ics
    from harness.uep.dates import Given, deadlines
    from harness.uep.working_days import WorkingCalendar
    from stubs.clock import SystemClock

    is_told = any(given.values())
    folder = None if is_told and campaign is None else open_folder(campaign)
    calendar = WorkingCalendar(calendar_code or (folder.campaign.calendar if folder else "EW"))
    if is_told or folder is None:
        if not is_told:
            raise InputError("no date is given", mend="Give --notice, --start, --report …, or --campaign FOLDER")
        sets = {"": deadlines(Given(**given), calendar)}
    else:
        sets = {str(role): deadlines_of(folder.campaign, role, calendar) for role in chosen_roles(folder, names)}
    day = today_of(today)
    if ics is not None:
        rows = [row for role, found in sets.items() for row in _titled(role, found)]
        write(ics, encode_ics(rows, calendar.name, SystemClock().now()))
    if as_json:
        print_json({
            "calendar": calendar.code, "calendar_name": calendar.name,
            "deadlines": [{"role": role, **_deadline(one, day)} for role, found in sets.items() for one in found],
        })  # fmt: skip
        return
    print_table(
        ["role", "date", "bound", "state", "who", "what", "rule"],
        [[role or "-", f"{one.on:%a %d %b %Y}", one.bound, one.state(day), one.who, one.text, one.rule]
         for role, found in sets.items() for one in found],
    )  # fmt: skip
    say(f"Working Days by the calendar of {calendar.name}. {NOTE}")


def _titled(role: str, found: tuple[Deadline, ...]) -> Iterator[Deadline]:
    from dataclasses import replace

    for one in found:
        yield replace(one, text=f"{role}: {one.text}") if role else one


def _deadline(one: Deadline, day: date) -> dict[str, Any]:
    return {
        "key": one.key,
        "text": one.text,
        "on": one.on.isoformat(),
        "bound": one.bound,
        "state": one.state(day),
        "who": one.who,
        "reading": one.reading,
        "rule": one.rule,
    }


@command.command(name="user-ids")
@click.option("--user", "users", multiple=True, metavar="ROLE=EUI", help="A User ID and its role; repeatable.")
@click.option("--range", "ranges", multiple=True, help="EUI-64 range of the Party, such as 90-B3-D5-1F-30; repeatable.")
@click.option("--device", "devices", multiple=True, help="A device's identity; repeatable.")
@campaign_option
@json_option
@click.pass_context
def user_ids(
    ctx: click.Context,
    users: tuple[str, ...],
    ranges: tuple[str, ...],
    devices: tuple[str, ...],
    campaign: Path | None,
    *,
    as_json: bool,
) -> None:
    """Check User IDs: EUI-64, one role each (save IS, ES, GS together), in the Party's range, no device.

    Exit code 0 when all is well, 1 when a rule is broken.

    --json prints one object: checked, problems.
    """
    from harness.campaign.checking import campaign_user_ids
    from harness.uep.user_ids import EuiRange, user_id_problems

    if users:
        named: dict[Any, list[str]] = {}
        for text in users:
            role, equals, eui = text.partition("=")
            if not equals:
                raise InputError(f"{text!r} is not ROLE=EUI", mend="Write --user IS=90-B3-D5-1F-30-01-00-00")
            named.setdefault(chosen_roles(None, (role,))[0], []).append(eui)
        problems = list(user_id_problems(named, [EuiRange.parse(one) for one in ranges], (), devices))
        count = len(users)
    else:
        folder = need_folder(campaign)
        problems = list(campaign_user_ids(folder.campaign))
        count = sum(len(entry.user_ids) for entry in folder.campaign.roles.values())
    if as_json:
        rows = [{"user": one.user, "role": one.role, "text": one.text, "stated": one.is_stated} for one in problems]
        print_json({"checked": count, "problems": rows})
    else:
        for one in problems:
            role_named = f" ({one.role})" if one.role else ""
            say(f"{one.user}{role_named}: {one.text}{'' if one.is_stated else ' [rule inferred]'}")
        say(f"{count} User IDs checked, {len(problems)} problems")
    ctx.exit(1 if problems else 0)


@command.command(name="credit-cover")
@click.option("--unpaid", type=an_amount, metavar="NUMBER", help="Unpaid DCC invoices, pounds.")
@click.option("--estimate", type=an_amount, metavar="NUMBER", help="Costs likely before the next invoice, pounds.")
@click.option("--factor", type=an_amount, metavar="NUMBER", default="1", help="Working capital adjustment.")
@click.option("--apply-to", type=click.Choice(["both", "estimate"]), default="both", help="Reading of the adjustment.")
@click.option("--mcv", type=an_amount, metavar="NUMBER", default="0", help="Maximum Credit Value, pounds.")
@click.option("--ucf", type=an_amount, metavar="NUMBER", default="0", help="Unsecured Credit Factor, a fraction: 0.2.")
@click.option(
    "--cpi", type=an_amount, metavar="NUMBER", default="100", help="Index of the October before the Regulatory Year."
)
@click.option("--base-cpi", type=an_amount, metavar="NUMBER", default="100", help="Index of October 2014.")
@campaign_option
@today_option
@json_option
def credit_cover(campaign: Path | None, today: date | None, *, as_json: bool, **flags: Any) -> None:
    """Compute the Credit Support that DCC may ask for, line by line; instruments expiring within a month do not count.

    --json prints one object: the amounts by name, as_of, reading, not_counted.
    """
    from harness.uep import credit_cover as cover

    if flags["unpaid"] is None and flags["estimate"] is None:
        from harness.campaign.dates import exposure_of

        exposure = exposure_of(need_folder(campaign).campaign, today)
    else:
        exposure = cover.Exposure(
            as_of=today_of(today), unpaid=flags["unpaid"] or cover.ZERO, estimate=flags["estimate"] or cover.ZERO,
            maximum_credit_value=flags["mcv"], unsecured_factor=flags["ucf"], factor=flags["factor"],
            apply_to=flags["apply_to"], cpi=flags["cpi"], base_cpi=flags["base_cpi"],
        )  # fmt: skip
    found = cover.credit_cover(exposure)
    rows = {
        "value at risk": found.value_at_risk,
        "unsecured limit": found.unsecured_limit,
        "requirement": found.requirement,
        "threshold": found.threshold,
        "support needed": found.support_needed,
        "support provided": found.provided,
        "shortfall": found.shortfall,
    }
    if as_json:
        print_json({
            **{key.replace(" ", "_"): str(value) for key, value in rows.items()},
            "as_of": exposure.as_of.isoformat(), "reading": exposure.apply_to,
            "not_counted": [{"kind": one.kind, "amount": str(one.amount), "expiry": str(one.expiry)}
                            for one in found.not_counted],
        })  # fmt: skip
        return
    print_table(["line", "pounds"], [[key, f"{value:,}"] for key, value in rows.items()])
    for one in found.not_counted:
        say(f"not counted: {one.kind} of {one.amount:,}, expires {one.expiry}: less than one month is left")
    say(f"As of {exposure.as_of}; the adjustment applies to {exposure.apply_to} (the guidance is unclear). {NOTE}")


@command.command(name="evidence-form")
@click.option("--role", "names", multiple=True, help="Only this role; repeatable.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to write; new or empty.")
@campaign_option
@today_option
@json_option
@click.pass_context
def evidence_form(
    ctx: click.Context,
    names: tuple[str, ...],
    out: Path,
    campaign: Path | None,
    today: date | None,
    *,
    as_json: bool,
) -> None:
    """Gather what goes with the UEP Evidence Form: files, an index with digests, and what is missing.

    Exit code 0 when nothing is missing, 1 when something is.

    --json prints one object: folder, missing, files (name, sha256).
    """
    from harness.uep import evidence_form as form
    from harness.uep.checklist import checklist as lines_of

    folder, day = need_folder(campaign), today_of(today)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(f"{out} is there already and not empty", mend="Name a new folder")
    absent = [name for name, _ in folder.missing_evidence]
    lines = [
        line for role in chosen_roles(folder, names) for line in lines_of(role, day, folder.steps_of(role), absent)
    ]
    gathered = form.evidence_form(lines, folder.evidence)
    out.mkdir(parents=True, exist_ok=True)
    for file in gathered.files:
        write(out / file.name, file.content)
    write(out / "index.csv", gathered.index())
    write(out / "MISSING.txt", "".join(f"{line}\n" for line in gathered.missing).encode() or b"nothing\n")
    if as_json:
        print_json({"folder": str(out), "missing": list(gathered.missing),
                    "files": [{"name": one.name, "sha256": one.sha256} for one in gathered.files]})  # fmt: skip
    else:
        for one in gathered.files:
            say(f"{one.sha256[:16]}…  {one.name}")
        for text in gathered.missing:
            say(f"missing: {text}")
        say(f"{out / 'index.csv'}: {len(gathered.files)} files, {len(gathered.missing)} pieces missing")
    ctx.exit(1 if gathered.missing else 0)


@command.command()
@click.argument("word", required=False)
@json_option
def facts(word: str | None, *, as_json: bool) -> None:
    """Every number the process is computed with, and where it comes from; those that hold WORD.

    --json prints a list: key, value, unit, meaning, clause, provenance, confidence.
    """
    from dataclasses import asdict

    from schemas.process import facts as known

    rows = [asdict(one) for one in known().values()]
    rows = [row for row in rows if not word or word.lower() in " ".join(row.values()).lower()]
    if as_json:
        print_json(rows)
        return
    print_table(
        ["key", "value", "unit", "meaning", "confidence", "source"],
        [[r["key"], r["value"], r["unit"], r["meaning"], r["confidence"], r["provenance"]] for r in rows],
    )


@command.command()
@click.argument("subject", required=False)
@campaign_option
@json_option
def dispute(subject: str | None, campaign: Path | None, *, as_json: bool) -> None:
    """The route of a dispute about SUBJECT: uept, security, privacy or credit; all when none is named.

    Disputes that a campaign records are listed below.

    --json prints an object by subject: a list of stages (order, name, clause, note).
    """
    from harness.uep.disputes import route
    from schemas.process import disputes

    routes = {one: route(one) for one in ([subject] if subject else disputes())}
    if as_json:
        print_json({
            one: [{"order": s.order, "name": s.name, "clause": s.clause, "note": s.note} for s in stages]
            for one, stages in routes.items()
        })  # fmt: skip
        return
    print_table(
        ["subject", "stage", "clause", "where", "note"],
        [[one, s.order, s.clause, s.name, s.note] for one, stages in routes.items() for s in stages],
    )
    folder = open_folder(campaign)
    for held in folder.campaign.disputes if folder else ():
        if held.subject in routes:
            outcome = held.outcome or "open"
            say(f"recorded: {held.subject}, {held.role or 'every role'}, {held.opened_on}: {held.stage}; {outcome}")


@command.command()
@click.option("--role", "names", multiple=True, help="This role; default: the campaign's first.")
@click.option("--out", type=click.Path(path_type=Path), help="SVG file; default: standard output.")
@campaign_option
@today_option
def timeline(names: tuple[str, ...], out: Path | None, campaign: Path | None, today: date | None) -> None:
    """The process of a role as a picture (SVG): notice, tests, report, reviews, assessments, what is late."""
    from harness.campaign.dates import timeline_of

    folder = need_folder(campaign)
    role = chosen_roles(folder, names)[0]
    write(out, (timeline_of(folder.campaign, role, today_of(today)) + "\n").encode())
