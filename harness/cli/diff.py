"""``uept diff``: two runs, bundles or results side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.documents import read, reading
from harness.cli.output import json_option, print_json, print_table, say

if TYPE_CHECKING:
    from harness.reporting.difference import Difference, ResultFile


@click.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option(
    "--fail-on",
    type=click.Choice(["regression", "change", "nothing"]),
    default="regression",
    show_default=True,
    help="What ends with exit code 1.",
)
@click.option("--markdown", is_flag=True, help="A comment for a merge request.")
@json_option
@click.pass_context
def command(ctx: click.Context, old: Path, new: Path, fail_on: str, *, markdown: bool, as_json: bool) -> None:
    """Compare OLD with NEW: what got worse, was mended, is new or gone, or fails for another reason.

    Each is a run folder, a bundle.zip or a result.json. Verdicts are taken as they stand there: `uept judge` decides
    whether they hold. Exit code 0 when nothing of --fail-on is found, 1 when something is, 2 when one cannot be read.
    --json prints one object: old, new, counts (by kind), changes (key, title, change, was, now, why), same, roles.
    """
    from harness.reporting.difference import Change, as_markdown, as_plain, as_rows, compare

    difference = compare(read_result(old), read_result(new))
    if as_json:
        print_json(as_plain(difference))
    elif markdown:
        say(as_markdown(difference))
    else:
        _print(difference, as_rows(difference.changes))
    counted = {"regression": (Change.REGRESSION,), "change": tuple(Change), "nothing": ()}[fail_on]
    ctx.exit(1 if difference.of(*counted) else 0)


def _print(difference: Difference, rows: list[Sequence[str]]) -> None:
    if rows:
        print_table(["change", "scenario", "before", "now", "why"], rows)
        say("")
    for role, was, now in difference.roles:
        say(f"{role}: {was or 'not run'}, now {now or 'not run'}")
    say(", ".join(f"{number} {kind}" for kind, number in difference.counts.items()))


def read_result(path: Path) -> ResultFile:
    """The result of a run folder, a bundle or a result.json. Raises: PeerError: it is none."""
    import msgspec

    from harness.evidence import archive
    from harness.reporting.difference import ResultFile
    from stubs.wire.errors import PeerError

    file = path / "result.json" if path.is_dir() else path
    with reading(file):
        data = read(file)
        if data.startswith(b"PK"):
            data = archive.unpack(data).get("result.json", b"")
        try:
            return msgspec.json.decode(data, type=ResultFile)
        except (ValueError, RecursionError) as error:  # msgspec's errors and octets that are no UTF-8 are ValueErrors
            expected = "a run folder, bundle.zip or result.json"
            raise PeerError(f"this is no result of a run: {error}", expected=expected) from error
