"""``uept plan``: what a rehearsal will run, in which order, why, how long it takes, and what needs a person."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.output import json_option, print_json, print_table, say, settings_option

if TYPE_CHECKING:
    from harness.plan import LibraryScenario, Plan, Planned


@click.command()
@click.option("--role", "roles", multiple=True, help="User Role: IS, ES, GS, RSA, ED, GT or OU; repeatable.")
@click.option(
    "--services",
    multiple=True,
    metavar="SRV",
    help="Only scenarios of these services: the additional tests of a User that takes them up; repeatable.",
)
@click.option("--declared-unused", multiple=True, metavar="SRV", help="A service the party will not use; repeatable.")
@click.option("--driver", help="How the party's system is asked; decides what needs a person.")
@click.option("--select", "-k", help="Which scenarios, e.g. 'SR-* and not role:GS'; default: all of the roles.")
@click.option("--write", type=click.Path(path_type=Path), metavar="FILE", help="Save the plan for rehearse --plan.")
@settings_option("TOML run file.")
@json_option
def command(settings: Path | None, write: Path | None, *, as_json: bool, **flags: Any) -> None:
    """Show what a rehearsal will run, in order, and why each scenario is in or out.

    --json prints one object: scenarios (key, id, role, title, services, chosen, reason, actions, seconds, person),
    not_in_library (role to catalogue rows that this version cannot run), seconds, and written.
    """
    from harness.plan import make_plan
    from harness.plan.library import load_library
    from harness.plan.plan_file import PlanFile
    from harness.settings import load_settings

    chosen = load_settings(settings, {**flags, "driver": flags["driver"]}, os.environ)
    library = load_library(Path(chosen.scenarios) if chosen.scenarios else None)
    plan = make_plan(library, chosen, opened=chosen.dcc.eligible_roles).without(chosen.declared_unused)
    if write is not None:
        plan.require_scenarios()
        out = {row.scenario.key: row.reason for row in plan.rows if not row.is_chosen}
        _write(write, PlanFile(tuple(one.key for one in plan.chosen), out).text())
    if as_json:
        print_json(_facts(plan, chosen.driver, write))
    else:
        _show(plan, chosen.driver, write)
        if chosen.declared_unused and write is None:
            say("what is declared unused is left out by rehearse --plan alone: --write the plan")


def _write(path: Path, text: str) -> None:
    from stubs.wire.errors import InputError

    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"--write: {path}: {error.strerror}", mend="Name a file that can be written.") from error


def _facts(plan: Plan, driver: str, written: Path | None) -> dict[str, Any]:
    rows = [{**row.row(), "services": list(row.scenario.srvs), **_effort(row.scenario, driver)} for row in plan.rows]
    return {
        "roles": list(plan.roles),
        "scenarios": rows,
        "not_in_library": plan.not_in_library,
        "seconds": round(sum(row["seconds"] for row in rows if row["chosen"]), 1),
        "written": None if written is None else str(written),
    }


def _show(plan: Plan, driver: str, written: Path | None) -> None:
    rows = [(row, _effort(row.scenario, driver)) for row in plan.rows if row.is_chosen]
    print_table(
        ["scenario", "services", "takes", "person", "title", "why"],
        [
            [row.scenario.key, ", ".join(row.scenario.srvs), f"{effort['seconds']:.1f} s",
             "yes" if effort["person"] else "", row.scenario.title, row.reason]
            for row, effort in rows
        ],
    )  # fmt: skip
    seconds = sum(effort["seconds"] for _, effort in rows)
    people = sum(bool(effort["person"]) for _, effort in rows)
    say(f"\n{len(rows)} scenarios, about {_duration(seconds)}; {people} need a person (estimated)")
    for reason, count in _reasons(plan).items():
        say(f"left out: {count}, {reason}")
    for role, missing in plan.not_in_library.items():
        if missing:
            say(f"{role}: this version has no scenario for {', '.join(missing)}")
    if written is not None:
        say(f"\nplan  {written}\nnext  uept rehearse --plan {written}")


def _reasons(plan: Plan) -> dict[str, int]:
    counts: dict[str, int] = {}
    left_out: list[Planned] = [row for row in plan.rows if not row.is_chosen]
    for row in left_out:
        counts[row.reason] = counts.get(row.reason, 0) + 1
    return counts


_SECONDS = 0.2
"""Real seconds of one action of a program (measured with the reference client on two cores, rounded up)."""
_PERSON_SECONDS = 180.0
"""Real seconds of one action of a person (inferred)."""


def _effort(scenario: LibraryScenario, driver: str) -> dict[str, Any]:
    from harness.drivers.traits import driver_traits

    needs_person = driver_traits(driver).is_manual
    each = _PERSON_SECONDS if needs_person else _SECONDS
    return {
        "actions": scenario.actions,
        "seconds": round(scenario.actions * each, 1),
        "person": needs_person and scenario.actions > 0,
    }


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
