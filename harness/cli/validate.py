"""``uept validate``: schema check of DUIS documents, errors in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from harness.cli.output import json_option, print_json


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
@click.pass_context
def command(ctx: click.Context, files: tuple[Path, ...], *, as_json: bool) -> None:
    """Check DUIS requests and responses against the schema.

    Exit code 0 when every file is valid, 1 when one is not, 2 when one cannot be read. ``--json`` prints one object
    per file: file, valid, errors (line, path, message, expected, found).
    """
    results = [_check(file) for file in files]
    if as_json:
        print_json(results)
    else:
        for result in results:
            _print(result)
    if any(result.get("unreadable") for result in results):
        ctx.exit(2)
    ctx.exit(0 if all(result["valid"] for result in results) else 1)


def _check(file: Path) -> dict[str, Any]:
    from stubs.wire.duis import schema_problems
    from stubs.wire.errors import PeerError

    try:
        data = file.read_bytes()
    except OSError as error:
        return {"file": str(file), "valid": False, "unreadable": True,
                "errors": [{"line": 0, "path": "", "message": f"cannot be read: {error.strerror}"}]}  # fmt: skip
    try:
        problems = schema_problems(data)
    except PeerError as error:
        return {"file": str(file), "valid": False,
                "errors": [{"line": _line(error.where), "path": "", "message": error.what,
                            "expected": error.expected, "found": error.got}]}  # fmt: skip
    errors = [
        {"line": problem.line, "path": problem.path, "message": problem.message, "expected": problem.expected,
         "found": problem.found}
        for problem in problems
    ]  # fmt: skip
    return {"file": str(file), "valid": not errors, "errors": errors}


def _line(where: str) -> int:
    digits = "".join(character for character in where if character.isdigit())
    return int(digits) if digits else 0


def _print(result: dict[str, Any]) -> None:
    if result["valid"]:
        click.echo(f"{result['file']}: valid")
    for error in result["errors"]:
        place = f"{result['file']}:{error['line']}" if error["line"] else result["file"]
        detail = "; ".join(
            f"{word} {error[key]}" for word, key in (("expected", "expected"), ("found", "found")) if error.get(key)
        )
        path = f" {error['path']}:" if error["path"] else ""
        click.echo(f"{place}:{path} {error['message']}{'; ' + detail if detail else ''}")
