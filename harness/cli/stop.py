"""``uept stop``: end a simulated DCC that runs on a state folder."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.output import json_option, print_json, say, say_error


@click.command()
@click.argument("state", type=click.Path(path_type=Path))
@json_option
def command(state: Path, *, as_json: bool) -> None:
    """End the simulated DCC that runs on the folder STATE, and wait until its journal is closed.

    --json prints one object: state (the folder), ended (false: none ran).
    Exit codes: 0 ended, or none ran; 2 no such folder; 3 it does not end.
    """
    from harness.cli.background import stop

    has_ended = stop(state)
    if as_json:
        print_json({"state": str(state), "ended": has_ended})
    elif has_ended:
        say(f"{state}: ended")
    else:
        say_error(f"note: no simulated DCC runs on {state}")
