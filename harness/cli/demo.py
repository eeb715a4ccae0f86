"""``uept demo``: a complete rehearsal with no settings."""

from __future__ import annotations

import os
from pathlib import Path

import click

from harness.cli.output import json_option

DEMO_SELECTION = (
    "IC-001 or IC-014 or IC-021 or IC-023 or SR-201 or SR-207 or SR-212 or SR-106 or SR-112 or SR-501 or RC-002 "
    "or RC-010 or (AL-001 and not AL-001-IS-2) or AL-028 or SSI-001 "
    "or ((SR-601 or SR-605 or SSI-006) and (role:IS or role:GT))"
)
"""A journey a newcomer recognises: install, commission, read, top up, disable and enable, refusals, alerts, SSI.

Every role has some; what each of the seven could show alike is shown by two, and AL-001-IS-2 only waits to see that
nothing comes, so that a demo ends within ten seconds."""


@click.command()
@click.option("--out", type=click.Path(path_type=Path), help="Folder of this run; default: a new one below uept-runs.")
@click.option("--all", "everything", is_flag=True, help="Every scenario of this version instead of the demo's choice.")
@json_option
@click.pass_context
def command(ctx: click.Context, out: Path | None, *, everything: bool, as_json: bool) -> None:
    """Simulated DCC, built-in reference client, scenarios, verdicts and a report: no settings, free loopback ports.

    Exit codes and --json are those of `uept rehearse`.
    """
    from harness.cli.rehearse import rehearse
    from harness.settings import load_settings

    # A demo shows the same on every machine: the environment's settings do not reach it.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("UEPT_")}
    flags = {"select": None if everything else DEMO_SELECTION, "out": None if out is None else str(out)}
    ctx.exit(rehearse(load_settings(None, flags, inherited), as_json=as_json))
