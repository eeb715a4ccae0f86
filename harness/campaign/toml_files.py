"""TOML that people edit, read into typed records; every error names file, line and key."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from harness.toml_errors import not_toml
from schemas.published import published_schema
from stubs.wire.errors import InputError

Record = TypeVar("Record", bound=msgspec.Struct)


def read_toml(path: Path, kind: type[Record]) -> Record:
    """The record in ``path``.

    Raises: InputError: not readable, not UTF-8, not TOML, an unknown key, a wrong type or value.
    """
    return parse_toml(_text(path), kind, str(path))


def parse_toml(text: str, kind: type[Record], name: str) -> Record:
    """The record in a TOML text; ``name`` stands before every error. Raises: InputError: as ``read_toml``."""
    try:
        values = tomllib.loads(text, parse_float=Decimal)
    except ValueError as error:  # TOMLDecodeError is one; a number too long is no more than one
        line, what = not_toml(error, text)
        raise InputError(f"{name}:{line}: not TOML: {what}", mend="Mend that line") from error
    except RecursionError as error:
        raise InputError(f"{name}: nested too deeply", mend="Tables of plain values are expected") from error
    try:
        return msgspec.convert(values, type=kind)
    except msgspec.ValidationError as error:
        raise _located(error, text, name, kind) from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InputError(f"{path}:{line}: not UTF-8", mend="Save the file as UTF-8") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}", mend="Check the path") from error


def _located(error: msgspec.ValidationError, text: str, name: str, kind: type[msgspec.Struct]) -> InputError:
    what, _, at = str(error).partition(" - at `")
    path = at.removeprefix("key` in `").removeprefix("key in `").rstrip("`").removeprefix("$").lstrip(".")
    unknown = re.match(r"Object contains unknown field `([^`]+)`", what)
    mend = f"Known keys: see the schema {schema_name(kind)}"
    if unknown:
        path = f"{path}.{unknown.group(1)}".lstrip(".")
        near = get_close_matches(unknown.group(1), _names(kind), n=1)
        what = "unknown key"
        mend = f"Did you mean {near[0]!r}?" if near else mend
    line = line_of(text, path)
    where = f"{name}:{line}" if line else name
    return InputError(f"{where}: {path or 'the whole'}: {what[:1].lower()}{what[1:]}", mend=mend)


def schema_name(kind: type[msgspec.Struct]) -> str:
    """File name of the published schema of a record."""
    return f"schemas/campaign/{kind.__name__.lower()}.schema.json"


def json_schema(kind: type[msgspec.Struct], title: str) -> dict[str, Any]:
    """The published JSON Schema of a record, in a stable order."""
    return published_schema(kind, title=title)


def line_of(text: str, path: str) -> int | None:
    """Line (from 1) where a path such as ``deviations[1].agreed_on`` is set, or its nearest table; None: nowhere."""
    wanted = [(part, int(index) if index else None) for part, index in re.findall(r"([^.\[\]]+)(?:\[(\d+)\])?", path)]
    names = [part for part, _ in wanted]
    place = next((index for _, index in wanted if index is not None), 0)
    best: int | None = None
    seen, table, count = 0, [""], -1
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*(\[+)\s*([^\]]+?)\s*\]+", line)
        if header and "=" not in header.group(2):
            table = [part.strip().strip("\"'") for part in header.group(2).split(".")]
            count = count + 1 if header.group(1) == "[[" and table == names[: len(table)] else count
            is_here = names[: len(table)] == table and (header.group(1) == "[" or count == place)
            if is_here and len(table) >= seen:
                best, seen = number, len(table)
            continue
        assignment = re.match(r"\s*([A-Za-z0-9_\-\"']+)\s*=", line)
        if not assignment:
            continue
        full = ([] if table == [""] else table) + [assignment.group(1).strip("\"'")]
        if names[: len(full)] == full and (count in {-1, place} or len(full) == 1) and len(full) > seen:
            best, seen = number, len(full)
    return best


def _names(kind: type[msgspec.Struct]) -> set[str]:
    _, components = msgspec.json.schema_components([kind])
    return {name for component in components.values() for name in component.get("properties", {})}
