"""Sources of settings: the parsed run file, environment and flags; the place of each key for error messages."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec

from harness.settings.model import fields
from harness.toml_errors import not_toml
from stubs.wire.errors import InputError

PREFIX = "UEPT_"
_IGNORED = frozenset({"UEPT_CHROMIUM", "UEPT_DEBUG", "UEPT_KNOWN_KEYS", "UEPT_LIVE_PORT", "UEPT_SETTINGS"})
"""Variables of the command line itself."""


class SettingsError(InputError):
    """The settings cannot be used."""

    page = "settings"


def _mend_of(text: str, line: int) -> str:
    """Return advice on a line that is no TOML; a path of Windows is what people write into double quotes."""
    if "\\" in "".join(text.splitlines()[line - 1 : line]):
        return "In double quotes \\ begins an escape: write C:/keys, or 'C:\\keys' in single quotes."
    return "Mend that line."


class Source:
    """The parsed run file, and where each key came from."""

    def __init__(self, path: Path | None, text: str) -> None:
        self.path = path
        self.text = text
        self.origins: dict[str, str] = {}
        try:
            self.values: dict[str, Any] = tomllib.loads(text)
        except ValueError as error:  # TOMLDecodeError is one; a number too long is no more than one
            line, what = not_toml(error, text)
            raise SettingsError(f"{path}:{line}: not TOML: {what}", mend=_mend_of(text, int(line))) from error
        except RecursionError as error:
            raise SettingsError(f"{path}: nested too deeply", mend="Settings are tables of plain values.") from error

    def place(self, key: str) -> str:
        """``file:line: key``, or the flag or variable that set it."""
        for name in _with_parents(key):
            if name in self.origins:
                return self.origins[name] if self.origins[name].startswith("--") else f"{self.origins[name]} ({key})"
        line = next((found for name in _with_parents(key) if (found := line_of(self.text, name))), None)
        if self.path is None or line is None:
            return key
        return f"{self.path}:{line}: {key}"

    def error_of(self, error: msgspec.ValidationError) -> SettingsError:
        """Turn msgspec's error into ours, with its place and the nearest known key."""
        what, _, at = str(error).partition(" - at `")
        at = at.removeprefix("key` in `").rstrip("`").removeprefix("$").lstrip(".")
        key = re.sub(r"\[[^\]]*\]", "", at)
        unknown = re.match(r"Object contains unknown field `([^`]+)`", what)
        if unknown:
            key = f"{key}.{unknown.group(1)}".lstrip(".")
            near = get_close_matches(key, fields(), n=1)
            mend = f"Did you mean {near[0]!r}?" if near else "`uept settings keys` lists the known ones."
            return SettingsError(f"{self.place(key)}: unknown key", mend=mend)
        return SettingsError(f"{self.place(key)}: {what[:1].lower()}{what[1:]}{_choice(key)}")


def line_of(text: str, key: str) -> int | None:
    """Line (from 1) of a dotted key or table in a TOML text; None when it is not there."""
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line)
        if header:
            table = header.group(1).replace('"', "")
            if table == key:
                return number
            continue
        assignment = re.match(r"\s*([A-Za-z0-9_\-.\"']+)\s*=", line)
        if assignment:
            name = assignment.group(1).replace('"', "").replace("'", "")
            if (f"{table}.{name}" if table else name) == key:
                return number
    return None


def read_text(path: Path | None) -> str:
    """The run file's text; empty without one. Raises: SettingsError: not readable, or not UTF-8."""
    if path is None:
        return ""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SettingsError(f"{path}:{line}: not UTF-8", mend="Save the file as UTF-8.") from error
    except OSError as error:
        mend = "Give --settings an existing file."
        raise SettingsError(f"{path}: cannot be read: {error.strerror or error}", mend=mend) from error


def from_environment(environment: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """Dotted key and value of each variable. Raises: SettingsError: one that no key has."""
    known = {f"{PREFIX}{key.replace('.', '_').upper()}": (key, kind) for key, kind in fields().items()}
    for name, text in sorted(environment.items()):
        if not name.startswith(PREFIX) or name in _IGNORED:
            continue
        if name not in known:
            near = get_close_matches(name, known, n=1)
            raise SettingsError(f"{name}: unknown variable", mend=f"Did you mean {near[0]}?" if near else "Unset it.")
        key, kind = known[name]
        yield key, _value(text, kind)


def _value(text: str, kind: msgspec.inspect.Type) -> Any:
    if isinstance(kind, msgspec.inspect.StrType):
        return text
    if isinstance(kind, msgspec.inspect.VarTupleType | msgspec.inspect.ListType):
        return [part.strip() for part in text.split(",") if part.strip()]
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        return text  # a type error then names the variable


def _choice(key: str) -> str:
    """Return the permitted values of a key, when they are a few words."""
    kind = fields().get(key)
    if isinstance(kind, msgspec.inspect.VarTupleType | msgspec.inspect.ListType):
        kind = kind.item_type
    elif isinstance(kind, msgspec.inspect.DictType):
        kind = kind.key_type
    if isinstance(kind, msgspec.inspect.EnumType):
        return f"; expected one of {', '.join(str(one.value) for one in kind.cls)}"
    if isinstance(kind, msgspec.inspect.LiteralType):
        return f"; expected one of {', '.join(str(value) for value in kind.values)}"
    return ""


def put(values: dict[str, Any], key: str, value: Any) -> None:
    """Set a dotted key in nested tables."""
    *parents, name = key.split(".")
    for parent in parents:
        inner = values.setdefault(parent, {})
        if not isinstance(inner, dict):
            return  # the file has something else there: its type error is the better message
        values = inner
    values[name] = list(value) if isinstance(value, tuple) else value


def _with_parents(key: str) -> Iterator[str]:
    while key:
        yield key
        key = key.rpartition(".")[0]


def keys_of(values: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """The dotted keys a parsed run file sets; a table of free names, such as ``users``, is one key."""
    known = fields()
    for name, value in values.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict) and any(other.startswith(f"{key}.") for other in known):
            yield from keys_of(value, f"{key}.")
        else:
            yield key
