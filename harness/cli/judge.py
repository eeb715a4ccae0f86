"""``uept judge``: reach the verdicts again from a bundle alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.documents import read, reading
from harness.cli.output import json_option, one_line, print_json, print_table, say
from harness.cli.trust import Reader, trust_options

if TYPE_CHECKING:
    from harness.judging import Judgement


@click.command()
@click.argument("file", metavar="BUNDLE", type=click.Path(path_type=Path))
@click.option(
    "--scenarios",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Folder of the scenario set that was run; default: the scenarios of this version.",
)
@trust_options
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    file: Path,
    scenarios: Path | None,
    reader: Reader,
    *,
    as_json: bool,
) -> None:
    """Judge BUNDLE again, with no network, no keys, no simulator: nothing it says of verdicts is believed.

    Checks are judged again, and which ones a scenario owes comes from the scenario set, not from the bundle; scenario
    and role verdicts, counts, plan and reports are made again and compared.

    The bundle of a load rehearsal is judged from its journal in the same way: rates, times, limits, reports.

    Exit code 0 when everything is the same again, 1 when something differs, the bundle was altered or another key
    sealed it, 2 when it is no bundle of this version, 3 when the scenario set is not known, so that it cannot be
    decided what had to be judged.
    --json prints one object: file, altered (names), checks (how many), scenarios (key, title, verdict, checks),
    roles (role, verdict, reason), undecided (why, or empty), differing (entry, scenario, check, was, is, expected,
    got), problems (kind, where, detail), signer, countersignatures and time_stamps (as
    `uept verify`).
    """
    from harness.evidence.bundle import Problem, verify
    from harness.judging import ScenarioSet, judge_bundle
    from harness.load.judging import is_load_bundle

    with reading(file):
        data = read(file)
        checked = verify(data, reader.authorities)
        altered = list(checked.problems)
        if missed := reader.keys.missed(checked.fingerprint):
            altered.append(Problem("signature", "manifest.key.pem", missed))
        if is_load_bundle(data):
            ctx.exit(_load(file, data, altered, as_json=as_json))
        found = judge_bundle(data, ScenarioSet(scenarios) if scenarios else None)
    if as_json:
        print_json(
            {
                "file": str(file),
                "altered": [problem.name for problem in altered],
                **_as_json(found),
                **reader.told(checked),
            }
        )
    else:
        _print(found)
        for problem in altered:
            say(one_line(f"altered: {problem.state}: {problem.name}: {problem.detail}"))
        for line in reader.lines(checked):
            say(line)
    ctx.exit(1 if found.problems or altered else 3 if found.undecided else 0)


def _load(file: Path, data: bytes, altered: Sequence[Any], *, as_json: bool) -> int:
    """A load rehearsal: its result reached again; the exit code."""
    from harness.load.judging import judge_load_bundle

    found = judge_load_bundle(data)
    result = found.result
    if as_json:
        print_json(
            {
                "file": str(file),
                "altered": [problem.name for problem in altered],
                "verdict": result.verdict,
                "limits": result.limits,
                "problems": list(found.problems),
            }
        )
    else:
        print_table(["limit", "verdict", "measured"], [list(one.values()) for one in result.limits])
        say(f"{result.verdict}: {result.acknowledged} of {result.due} messages acknowledged")
        for problem in altered:
            say(f"altered: {problem.state}: {problem.name}: {problem.detail}")
        for text in found.problems:
            say(f"load: {text}")
    return 1 if found.problems or altered else 0


def _scenario_rows(found: Judgement) -> list[dict[str, Any]]:
    return [
        {"key": one.key, "title": one.title, "verdict": one.verdict.value, "checks": len(one.checks)}
        for one in found.run.scenarios
    ]


def _as_json(found: Judgement) -> dict[str, Any]:
    return {
        "checks": len(found.rejudged),
        "scenarios": _scenario_rows(found),
        "roles": [{"role": one.role, "verdict": one.verdict.value, "reason": one.reason} for one in found.roles],
        "undecided": found.undecided,
        "differing": [
            {
                "entry": one.seq,
                "scenario": one.judged.scenario,
                "check": one.judged.check,
                "was": one.was.verdict.value,
                "is": one.finding.verdict.value,
                "expected": one.finding.expected,
                "got": one.finding.got,
            }
            for one in found.rejudged
            if not one.agrees
        ],
        "problems": [{"kind": one.kind, "where": one.where, "detail": one.detail} for one in found.problems],
    }


def _print(found: Judgement) -> None:
    rows = _scenario_rows(found)
    print_table(
        ["scenario", "verdict", "checks", "title"], [[r["key"], r["verdict"], r["checks"], r["title"]] for r in rows]
    )
    for role in found.roles:
        say(f"{role.role}: {role.verdict}: {role.reason}")
    differing = [one for one in found.rejudged if not one.agrees]
    for one in differing:
        say(
            f"entry {one.seq}, {one.judged.scenario}, {one.judged.check}: was {one.was.verdict}, "
            f"is {one.finding.verdict}: expected {one.finding.expected}; got {one.finding.got}"
        )
    for problem in found.problems:
        if problem.kind != "check":
            say(one_line(f"{problem.kind}: {problem.where}: {problem.detail}"))
    if found.undecided:
        say(found.undecided)
    say(f"{len(found.rejudged)} checks judged again, {len(differing)} differ")
