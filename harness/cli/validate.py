"""``uept validate``: schema check of DUIS documents and decoded payloads, errors in words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.documents import read, schema_dir_option, schema_folder
from harness.cli.output import json_option, print_json, say, say_error
from harness.cli.read_on import read_on
from stubs.wire.errors import InputError

if TYPE_CHECKING:
    from stubs.wire.duis import SchemaFolder, SchemaProblem

MOST_ERRORS = 1000
"""For each file; more than a person reads, and an end for a file that is wrong everywhere."""


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@schema_dir_option
@click.option(
    "--version",
    metavar="VERSION",
    help="Version of DUIS whose schema decides, 5.0 to 5.4; 5.2 has that of 5.1; 'stated' goes by each document's "
    "own schemaVersion. Default: the newest.",
)
@json_option
@click.pass_context
def command(
    ctx: click.Context, files: tuple[Path, ...], schema_dir: Path | None, version: str | None, *, as_json: bool
) -> None:
    """Check DUIS requests and responses, and decoded payloads (GBCSResponse), against the schema.

    Exit code 0 when every file is valid, 1 when one is not (or when the two schemas disagree), 2 when a file or the
    folder cannot be read. --json prints one object per file: file, valid, errors (line, path, message,
    expected, found); with --version also version, with --schema-dir also other (entry, valid, errors, processors) and
    agree. Of another schema two processors are asked, libxml2 and xmlschema: valid is what both call valid.
    """
    other = schema_folder(schema_dir)
    chosen = _known(version)
    results = [_check(file, other, chosen) for file in files]
    if version is None:  # the published shape of an object has a version only where one was asked for
        for result in results:
            result.pop("version", None)
    if as_json:
        print_json(results)
    else:
        for result in results:
            if not result.get("unreadable"):
                _print(result)
    unreadable = [result["errors"][0]["message"] for result in results if result.get("unreadable")]
    if unreadable:
        say_error(read_on("; ".join(unreadable), ["validate"]))
        ctx.exit(2)
    ctx.exit(0 if all(result["valid"] and result.get("agree", True) for result in results) else 1)


STATED = "stated"


def _known(version: str | None) -> str:
    """The version asked for, checked. Raises: InputError: there is no such one."""
    from schemas.duis_versions import NEWEST, versions
    from stubs.wire.duis import version_number
    from stubs.wire.errors import PeerError

    if version is None or version == STATED:
        return version or NEWEST
    try:
        known = [one for one in versions() if version_number(one) == version_number(version)]
    except PeerError:
        known = []
    if not known:
        mend = f"Known: {', '.join(versions())}, or {STATED}."
        raise InputError(f"--version {version} is no version of DUIS with a known schema", mend=mend)
    return known[0]


def _schema_for(data: bytes, version: str) -> str:
    """The schema of the version, or of the version that the document states; the newest where it states none."""
    from schemas.duis_versions import NEWEST
    from stubs.wire.duis import schema_of
    from stubs.wire.errors import PeerError
    from stubs.wire.xml import parse

    if version != STATED:
        return schema_of(version)
    try:
        return schema_of(parse(data).get("schemaVersion") or NEWEST)
    except PeerError:  # told with the other problems of the document
        return NEWEST


def _check(file: Path, other: SchemaFolder | None, version: str) -> dict[str, Any]:
    from stubs.wire.duis import schema_problems

    try:
        data = read(file)
    except InputError as error:
        problem = {"line": 0, "path": "", "message": error.what, "expected": "", "found": ""}
        return {"file": str(file), "valid": False, "errors": [problem], "unreadable": True}
    schema = _schema_for(data, version)
    errors = _rows(schema_problems(data, MOST_ERRORS, schema))
    result: dict[str, Any] = {"file": str(file), "version": schema, "valid": not errors, "errors": errors}
    if other is not None:
        result["other"] = _others(other, data, errors)
        result["agree"] = (not errors) == result["other"]["valid"]
    return result


def _others(other: SchemaFolder, data: bytes, errors: list[dict[str, Any]]) -> dict[str, Any]:
    """The verdict of another schema by two processors: valid when both say so, and what either finds wrong."""
    from stubs.wire.errors import PeerError
    from stubs.wire.xml import parse

    try:
        document = parse(data)
    except PeerError:
        return {"entry": str(other.entry), "valid": False, "errors": errors, "processors": {}}
    first = _rows(other.problems(document, MOST_ERRORS))
    second = _rows(other.second_opinion(document, MOST_ERRORS))
    return {
        "entry": str(other.entry),
        "valid": not first and not second,
        "errors": first or second,
        "processors": {"libxml2": not first, "xmlschema": not second},
    }


def _rows(problems: tuple[SchemaProblem, ...]) -> list[dict[str, Any]]:
    return [
        {
            "line": problem.line,
            "path": problem.path,
            "message": problem.message,
            "expected": problem.expected,
            "found": problem.found,
        }
        for problem in problems
    ]


def _print(result: dict[str, Any]) -> None:
    _print_verdict(result["file"], result, "")
    if "other" in result:
        _print_verdict(result["file"], result["other"], f" by {result['other']['entry']}")
        if not result["agree"]:
            say(f"{result['file']}: the two schemas disagree")
        if len(set(result["other"]["processors"].values())) > 1:
            verdicts = ", ".join(
                f"{name} {'valid' if is_valid else 'not valid'}"
                for name, is_valid in result["other"]["processors"].items()
            )
            say(f"{result['file']}: the two processors disagree: {verdicts}")


def _print_verdict(file: str, verdict: dict[str, Any], by: str) -> None:
    if verdict["valid"]:
        say(f"{file}: valid{by}")
    for error in verdict["errors"]:
        place = f"{file}:{error['line']}" if error["line"] else file
        detail = "".join(f"; {word} {error[word]}" for word in ("expected", "found") if error[word])
        path = f" {error['path']}:" if error["path"] else ""
        say(f"{place}:{path} {error['message']}{detail}{by and f' ({by.strip()})'}")
