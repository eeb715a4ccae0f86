"""``uept summary``: a run for a pipeline's pages: Markdown, annotations, badges."""

from __future__ import annotations

import os
from pathlib import Path

import click

from harness.cli.documents import write
from harness.cli.output import json_option, print_json, say


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--github", is_flag=True, help="Annotations, and the summary into GITHUB_STEP_SUMMARY where it is set.")
@click.option("--badges", type=click.Path(path_type=Path), metavar="DIR", help="Write one SVG a role into DIR.")
@json_option
def command(run: Path, badges: Path | None, *, github: bool, as_json: bool) -> None:
    """Show RUN (a run folder, bundle.zip or result.json) as Markdown: roles, counts, failures.

    --json prints one object: run, totals (by verdict), roles (role, verdict, reason), failed (keys), badges (files).
    """
    from collections import Counter

    from harness.cli.diff import read_result
    from harness.reporting import pipeline

    result = read_result(run)
    written = []
    if badges is not None:
        badges.mkdir(parents=True, exist_ok=True)
        for role in result.roles:
            path = badges / f"{role.role}.svg"
            write(path, pipeline.badge(role).encode())
            written.append(str(path))
    if as_json:
        print_json(
            {
                "run": result.run,
                "totals": dict(Counter(one.verdict for one in result.scenarios)),
                "roles": [{"role": one.role, "verdict": one.verdict, "reason": one.reason} for one in result.roles],
                "failed": [one.key for one in result.scenarios if one.verdict == "FAIL"],
                "badges": written,
            }
        )
    elif github:
        for line in pipeline.github_annotations(result):
            say(line)
        page = os.environ.get("GITHUB_STEP_SUMMARY")
        if page:
            with Path(page).open("a", encoding="utf-8") as file:
                file.write(pipeline.summary(result))
    else:
        say(pipeline.summary(result))
