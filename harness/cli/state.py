"""``uept state``: a state folder checked, copied and repaired."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from harness.cli.output import json_option, print_json, say
from stubs.wire.errors import Blocked, InputError


@click.group()
def command() -> None:
    """Check, copy and repair the state folder of a simulated DCC."""


_FOLDER = click.argument("folder", type=click.Path(path_type=Path))


def _show(report: Any, *, as_json: bool, words: str) -> None:
    import msgspec

    if as_json:
        print_json(msgspec.to_builtins(report))
    else:
        say(words)


@command.command()
@_FOLDER
@json_option
def check(folder: Path, *, as_json: bool) -> None:
    """Recompute the whole hash chain of the journal in FOLDER.

    --json prints entries, head (hash of the last good entry) and finding (seq, what; null: none).
    Exit code 0 when every entry is good, 1 when one is not, 2 when FOLDER holds no journal, 3 when it is in use.
    """
    from stubs.journal import maintenance

    report = maintenance.check(folder)
    finding = report.finding
    words = f"{folder}: {report.entries} entries, every hash holds; head {report.head}"
    if finding is not None:
        words = (
            f"{folder}: {finding.sentence}; the {report.entries} entries before it are good. "
            f"`uept state repair {folder} --cut-at {report.entries + 1}` keeps those, and puts the rest aside."
        )
    _show(report, as_json=as_json, words=words)
    if finding is not None:
        raise click.exceptions.Exit(1)


@command.command()
@_FOLDER
@click.argument("to", type=click.Path(path_type=Path))
@json_option
def backup(folder: Path, to: Path, *, as_json: bool) -> None:
    """Copy the state in FOLDER to the new folder TO, consistently even while a simulated DCC runs on it.

    --json prints entries, head and finding of the copy. Exit code 0 when it was made and checked, 2 when TO exists.
    """
    from stubs.journal import maintenance

    is_copied = _is_copied_by_the_one_that_runs(folder, to)
    report = maintenance.check(to) if is_copied else maintenance.backup(folder, to)
    _show(report, as_json=as_json, words=f"{to}: {report.entries} entries, every hash holds; head {report.head}")


def _is_copied_by_the_one_that_runs(folder: Path, to: Path) -> bool:
    """Ask a running simulated DCC to copy its state; False: none runs."""
    from harness.cli.control import ask_running
    from stubs.app import read_access

    try:
        access = read_access(folder)
    except InputError:
        return False
    try:
        ask_running(f"{access.url}/backup", "POST", {"to": str(to.resolve())}, access.token)
    except InputError:
        raise
    except Blocked:
        return False  # it was killed: its journal is free
    return True


@command.command()
@_FOLDER
@click.option("--from-backup", "source", type=click.Path(path_type=Path), help="A folder that `backup` made.")
@click.option("--cut-at", "at", type=int, help="Keep the entries before this one.")
@json_option
def repair(folder: Path, source: Path | None, at: int | None, *, as_json: bool) -> None:
    """Bring the journal in FOLDER back from a backup, or cut it before a damaged entry.

    What was there is kept in FOLDER/damaged-N. --json prints entries, head and finding of what is there now.
    """
    from stubs.journal import maintenance

    if (source is None) is (at is None):
        raise InputError("name one of --from-backup and --cut-at", mend="`uept state check` says which entry is bad.")
    report = maintenance.restore(folder, source) if source is not None else maintenance.cut(folder, at or 0)
    _show(report, as_json=as_json, words=f"{folder}: {report.entries} entries, every hash holds; head {report.head}")
