"""Output of commands: JSON for machines (one stable shape), aligned columns for people."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import click

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")


def settings_option(text: str) -> Callable[[Any], Any]:
    """``--settings FILE``, or the variable ``UEPT_SETTINGS``."""
    return click.option(
        "--settings", type=click.Path(path_type=Path), envvar="UEPT_SETTINGS", show_envvar=True, help=text
    )


def say(text: str | bytes = "") -> None:
    """One line on standard output. A reader that has gone (``| head``) changes nothing: the exit code still counts."""
    try:
        click.echo(text)
    except BrokenPipeError:
        forget_output()


def say_error(text: str) -> None:
    """One line on standard error, as every command's last word on what went wrong."""
    click.echo(f"uept: {one_line(text)}", err=True)


def forget_output() -> None:
    """Let further output, and what is still in the buffer, go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def one_line(text: str) -> str:
    """``text`` in one line, white space as single blanks, control characters as escapes."""
    words = " ".join(text.split())
    return "".join(character if character.isprintable() else f"\\x{ord(character):02x}" for character in words)


def print_json(value: Any) -> None:
    """One JSON document on standard output, UTF-8, keys in the order given."""
    # Names that are no UTF-8 hold lone surrogates: JSON has an escape for them.
    say(json.dumps(value, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace"))


def print_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Columns as wide as their widest cell; no lines, so that grep and cut work."""
    table = [tuple(headings), *[tuple(str(cell) for cell in row) for row in rows]]
    widths = [max(len(row[column]) for row in table) for column in range(len(headings))]
    for row in table:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        say("  ".join(cells).rstrip())
