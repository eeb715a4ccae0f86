"""Running a part: the scenarios named, those that failed in a run, those that a run left undone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from stubs.wire.errors import InputError

_UNDONE = frozenset({"NOT_RUN", "BLOCKED"})


def narrowed(select: str, only: Sequence[str], failed: Path | None, remaining: Path | None) -> str:
    """``select`` narrowed to what is named; itself when nothing is.

    Args:
        select: the expression of flags or run file; empty: all.
        only: scenario keys or ids, such as SR-201-IS.
        failed: a run folder, bundle or result.json: those of it with verdict FAIL.
        remaining: the same: those that did not run, were BLOCKED, or were never started.

    Raises: InputError: a run holds none of what is asked for.
    """
    names = [*only]
    if failed is not None:
        names += _of(failed, failed_in(failed), "no scenario failed in it")
    if remaining is not None:
        names += _of(remaining, undone_in(remaining), "every scenario ran in it")
    if not names:
        return select
    listed = " or ".join(dict.fromkeys(names))
    return f"({select}) and ({listed})" if select else listed


def failed_in(run: Path) -> list[str]:
    """Keys of the scenarios of a run with verdict FAIL."""
    from harness.cli.diff import read_result

    return [one.key for one in read_result(run).scenarios if one.verdict == "FAIL"]


def undone_in(run: Path) -> list[str]:
    """Keys of the scenarios of a run that did not run, were BLOCKED, or were never started."""
    from harness.cli.diff import read_result

    result = read_result(run)
    return [*(one.key for one in result.scenarios if one.verdict in _UNDONE), *result.not_started]


def _of(run: Path, names: Iterable[str], nothing: str) -> list[str]:
    found = list(names)
    if not found:
        raise InputError(f"{run}: {nothing}", mend="Nothing is left to run again")
    return found
