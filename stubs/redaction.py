"""Settings as they may be shown to anybody: secrets, credentials and the layout of the machine left out.

What a value is, its type says: ``Secret``, ``FilePath``, ``Address`` or ``DriverText`` of ``stubs.settings``. A secret
is shown as ``redacted``, without a digest, which would invite guessing.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import msgspec
from msgspec import inspect

REDACTED = "redacted"
_URL = re.compile(r"\b[A-Za-z][A-Za-z0-9+.\-]*://[^\s'\"<>]+")
_ABSOLUTE = re.compile(r"(?<![\w.:/~\-])(?:~?/|[A-Za-z]:\\)[^\s'\"<>|;,]+")


def redacted(value: msgspec.Struct, *, tables: Mapping[str, type[msgspec.Struct]] | None = None) -> dict[str, Any]:
    """A settings record in JSON's types, fit for the evidence.

    Args:
        value: the record.
        tables: for a field that holds a table as it was written: the struct that describes it, by field name.
    """
    return _struct(value, tables or {})


def _struct(value: msgspec.Struct, tables: Mapping[str, type[msgspec.Struct]]) -> dict[str, Any]:
    info = inspect.type_info(type(value))
    assert isinstance(info, inspect.StructType), "a struct is one"
    found: dict[str, Any] = {}
    for field in info.fields:
        inner = getattr(value, field.name)
        if field.name in tables and isinstance(inner, dict):
            found[field.encode_name] = _table(inner, tables[field.name])
        else:
            found[field.encode_name] = _value(inner, field.type, "", tables)
    return found


def _table(value: dict[str, Any], kind: type[msgspec.Struct]) -> Any:
    try:
        read = msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return REDACTED if value else {}
    shown = _struct(read, {})
    return {name: shown[name] for name in value}


def _value(value: Any, kind: inspect.Type, mark: str, tables: Mapping[str, type[msgspec.Struct]]) -> Any:
    while isinstance(kind, inspect.Metadata):
        mark = (kind.extra or {}).get("shown", mark)
        kind = kind.type
    if isinstance(kind, inspect.UnionType):
        marked = [each for each in kind.types if isinstance(each, inspect.Metadata)]
        if isinstance(value, str) and marked:
            return _value(value, marked[0], mark, tables)
    if isinstance(value, msgspec.Struct):
        return _struct(value, tables)
    if isinstance(value, dict):
        inner = kind.value_type if isinstance(kind, inspect.DictType) else kind
        return {msgspec.to_builtins(name): _value(each, inner, mark, tables) for name, each in value.items()}
    if isinstance(value, list | tuple):
        item = getattr(kind, "item_type", kind)
        return [_value(each, item if isinstance(item, inspect.Type) else kind, mark, tables) for each in value]
    if isinstance(value, str) and value:
        return _TEXTS[mark](value) if mark else value
    return msgspec.to_builtins(value)


def shown_address(text: str) -> str:
    """A URL without user name, password, query and fragment."""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        return REDACTED
    user = f"{REDACTED}@" if parts.username is not None or parts.password is not None else ""
    name = f"[{host}]" if ":" in host else host
    return urlunsplit((parts.scheme, f"{user}{name}{port}", parts.path, REDACTED if parts.query else "", ""))


def shown_addresses(value: msgspec.Struct, members: dict[str, Any]) -> dict[str, Any]:
    """Members of a record, the addresses among them as ``shown_address``.

    Args:
        value: the record.
        members: the same in JSON's types.
    """
    return {
        name: shown_address(inner) if isinstance(inner, str) and name in _addresses_of(type(value)) else inner
        for name, inner in members.items()
    }


@cache
def _addresses_of(kind: type[msgspec.Struct]) -> frozenset[str]:
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType), "a struct is one"
    return frozenset(field.encode_name for field in info.fields if _is_address(field.type))


def _is_address(kind: inspect.Type) -> bool:
    if isinstance(kind, inspect.UnionType):
        return any(map(_is_address, kind.types))
    return isinstance(kind, inspect.Metadata) and (
        (kind.extra or {}).get("shown") == "address" or _is_address(kind.type)
    )


def shown_path(text: str) -> str:
    """A file's name; of an absolute path only the last part."""
    path = PurePath(text)
    is_absolute = path.is_absolute() or text.startswith("~") or bool(re.match(r"[A-Za-z]:\\", text))
    last = re.split(r"[/\\]", text.rstrip("/"))[-1]
    return f"…/{last}" if is_absolute else text


def shown_text(text: str) -> str:
    """Any text: addresses in it without credentials, absolute paths as names."""
    said = _URL.sub(lambda found: shown_address(found.group()), text)
    return _ABSOLUTE.sub(lambda found: shown_path(found.group()), said)


def shown_command(text: str) -> str:
    """The program of a command line."""
    try:
        words = shlex.split(text)
    except ValueError:
        words = []
    program = shown_path(words[0]) if words else REDACTED
    return program + (f" {REDACTED}" if len(words) > 1 else "")


def shown_driver(text: str) -> str:
    """Return a driver's address as it may be shown: of a command line only the program, of a URL no credentials."""
    kind, colon, rest = text.partition(":")
    if kind == "command":
        return f"command:{shown_command(rest)}"
    if kind in {"http", "https"}:
        address = f"{kind}:{rest}" if rest.startswith("//") else rest
        return shown_address(address) if rest.startswith("//") else f"{kind}{colon}{shown_address(address)}"
    return text


def shown_driver_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return a driver's facts as they may be shown, in JSON's types: of a command line only the program.

    Texts are shown as by ``shown_text``.
    """
    found: dict[str, Any] = {}
    for name, value in facts.items():
        if name == "command" and isinstance(value, list | tuple):
            found[name] = [shown_path(str(word)) if not at else REDACTED for at, word in enumerate(value)]
        else:
            found[str(name)] = _shown(value)
    return found


def _shown(value: Any) -> Any:
    if isinstance(value, str):
        return shown_text(value)
    if isinstance(value, Mapping):
        return {str(name): _shown(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(each) for each in value]
    return value


def _nothing(_text: str) -> str:
    return REDACTED


_TEXTS: Mapping[str, Callable[[str], str]] = {
    "secret": _nothing,
    "path": shown_path,
    "address": shown_address,
    "driver": shown_driver,
    "command": shown_command,
}
