"""``uept judge``: reach the verdicts again from a bundle alone."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.documents import read, reading
from harness.cli.output import json_option, print_json, print_table, say


@click.command()
@click.argument("file", metavar="BUNDLE", type=click.Path(path_type=Path))
@json_option
@click.pass_context
def command(ctx: click.Context, file: Path, *, as_json: bool) -> None:
    """Judge BUNDLE again: every check runs over the journal inside it, with no network, no keys, no simulator.

    Exit code 0 when every verdict is the same again, 1 when one differs or the bundle was altered, 2 when it is no
    bundle of this version. --json prints one object: file, altered (names), checks (how many), scenarios (key,
    title, verdict, checks), differing (entry, scenario, check, was, is, expected, got).
    """
    from harness.checks import judge_again
    from harness.engine.results import fold_run
    from harness.evidence.bundle import read_journal, verify
    from stubs.wire.errors import PeerError

    with reading(file):
        data = read(file)
        altered = verify(data).problems
        entries = read_journal(data)
        again = list(judge_again(entries))
        run = fold_run(entries)
        if not run.id:
            raise PeerError("the bundle's journal tells of no run", expected="an entry RunStarted")
    differing = [found for found in again if not found.agrees]
    rows = [
        {
            "key": scenario.key,
            "title": scenario.title,
            "verdict": scenario.verdict.value,
            "checks": len(scenario.checks),
        }
        for scenario in run.scenarios
    ]
    if as_json:
        print_json(
            {
                "file": str(file),
                "altered": [problem.name for problem in altered],
                "checks": len(again),
                "scenarios": rows,
                "differing": [
                    {
                        "entry": found.seq,
                        "scenario": found.judged.scenario,
                        "check": found.judged.check,
                        "was": found.was.verdict.value,
                        "is": found.finding.verdict.value,
                        "expected": found.finding.expected,
                        "got": found.finding.got,
                    }
                    for found in differing
                ],
            }
        )
    else:
        print_table(
            ["scenario", "verdict", "checks", "title"],
            [[r["key"], r["verdict"], r["checks"], r["title"]] for r in rows],
        )
        for found in differing:
            say(
                f"entry {found.seq}, {found.judged.scenario}, {found.judged.check}: was {found.was.verdict}, "
                f"is {found.finding.verdict}: expected {found.finding.expected}; got {found.finding.got}"
            )
        for problem in altered:
            say(f"altered: {problem.state}: {problem.name}: {problem.detail}")
        say(f"{len(again)} checks judged again, {len(differing)} differ")
    ctx.exit(1 if differing or altered else 0)
