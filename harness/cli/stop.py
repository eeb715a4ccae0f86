"""``uept stop``: end a simulated DCC that runs on a state folder."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.output import say, say_error


@click.command()
@click.argument("state", type=click.Path(path_type=Path))
def command(state: Path) -> None:
    """End the simulated DCC that runs on the folder STATE, and wait until its journal is closed.

    Exit codes: 0 ended, or none ran; 2 no such folder; 3 it does not end.
    """
    from harness.cli.background import stop

    if stop(state):
        say(f"{state}: ended")
    else:
        say_error(f"note: no simulated DCC runs on {state}")
