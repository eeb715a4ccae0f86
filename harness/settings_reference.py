"""Every key of the run file with type, default, variable, flag and meaning: read from the structs that define them.

The page docs/settings.md and ``uept settings`` are readers of this; nothing about a key is written down twice.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec

from harness.settings import PREFIX, RehearsalSettings, flag_of

_FLAGGED = (
    "roles", "driver", "select", "plan", "out", "receive_url", "jobs", "cluster", "strict", "system.build",
    "dcc.pki", "dcc.port", "dcc.smki_port", "dcc.ssi_port", "dcc.control_port", "dcc.workers", "dcc.state_dir",
    "dcc.receive_url",
    "load.profile", "load.devices", "load.rate", "load.meters", "load.burst_factor", "load.growth", "load.minutes",
    "load.user", "load.connections", "load.senders", "load.cluster", "load.client_rate", "load.limits", "load.collect",
)  # fmt: skip
FLAGS: Mapping[str, str] = {key: flag_of(key) for key in _FLAGGED}
"""Key to the flag of ``uept rehearse``, ``uept serve`` or ``uept load`` that sets it; a test compares it with them."""


@dataclass(frozen=True, slots=True)
class SettingKey:
    """One key of the run file.

    ``key`` is dotted; ``type`` is in words, with its limits; ``default`` is as TOML writes it, empty where the key may
    be left out without a value; ``is_table`` when it only holds other keys.
    """

    key: str
    type: str
    default: str
    meaning: str
    variable: str
    flag: str
    is_table: bool


@cache
def setting_keys() -> tuple[SettingKey, ...]:
    """All keys, in the order of the structs."""
    return tuple(keys_of(RehearsalSettings))


def keys_of(struct: type[msgspec.Struct], prefix: str = "") -> Iterator[SettingKey]:
    """The keys of one table, and of those in it."""
    info = msgspec.inspect.type_info(struct)
    assert isinstance(info, msgspec.inspect.StructType), "settings are structs"
    meanings = _meanings(struct)
    for field in info.fields:
        kind, described = _plain(field.type)
        key = f"{prefix}{field.name}"
        table = _table_of(kind)
        meaning = described or meanings.get(field.name, "")
        if table is not None and not meaning:
            meaning = inspect.getdoc(table) or ""
        yield SettingKey(
            key=key,
            type="table" if table is not None else in_words(kind),
            default="" if table is not None else _default(field),
            meaning=" ".join(meaning.split()),
            variable=f"{PREFIX}{key.replace('.', '_').upper()}",
            flag=FLAGS.get(key, ""),
            is_table=table is not None,
        )
        if table is not None:
            yield from keys_of(table, f"{key}.")


def in_words(kind: msgspec.inspect.Type) -> str:
    """A type as a person would say it: ``whole number from 0 to 65535``, ``list of text``."""
    kind, _ = _plain(kind)
    match kind:
        case msgspec.inspect.StrType():
            return "text"
        case msgspec.inspect.BoolType():
            return "true or false"
        case msgspec.inspect.IntType():
            return f"whole number{_limits(kind)}"
        case msgspec.inspect.FloatType():
            return f"number{_limits(kind)}"
        case msgspec.inspect.LiteralType():
            return " or ".join(f"`{value}`" for value in kind.values)
        case msgspec.inspect.EnumType():
            return "one of " + ", ".join(str(one.value) for one in kind.cls)
        case msgspec.inspect.VarTupleType() | msgspec.inspect.ListType():
            return f"list of {in_words(kind.item_type)}"
        case msgspec.inspect.TupleType():
            return f"list of {len(kind.item_types)}: {', '.join(in_words(one) for one in kind.item_types)}"
        case msgspec.inspect.DictType():
            return f"table of {in_words(kind.key_type)} to {in_words(kind.value_type)}"
        case msgspec.inspect.UnionType():
            return " or ".join(in_words(one) for one in kind.types if not isinstance(one, msgspec.inspect.NoneType))
        case msgspec.inspect.StructType():
            return f"table ({kind.cls.__name__})"
        case _:
            return "any value"


def as_toml(value: Any) -> str:
    """A value as TOML writes it; empty for None."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case int() | float():
            return f"{value}"
        case str():
            return msgspec.json.encode(value).decode()
        case list() | tuple() | set() | frozenset():
            return f"[{', '.join(as_toml(one) for one in value)}]"
        case Mapping():
            return "{" + ", ".join(f"{as_toml(str(name))} = {as_toml(one)}" for name, one in value.items()) + "}"
        case msgspec.Struct():
            return as_toml(msgspec.to_builtins(value))
        case _:
            return as_toml(str(getattr(value, "value", value)))


def _plain(kind: msgspec.inspect.Type) -> tuple[msgspec.inspect.Type, str]:
    """The type without its notes, and the description they hold."""
    described = ""
    while isinstance(kind, msgspec.inspect.Metadata):
        described = described or str((kind.extra_json_schema or {}).get("description", ""))
        kind = kind.type
    return kind, described


def _table_of(kind: msgspec.inspect.Type) -> type[msgspec.Struct] | None:
    if isinstance(kind, msgspec.inspect.UnionType):
        kind = next((one for one in kind.types if isinstance(one, msgspec.inspect.StructType)), kind)
    return kind.cls if isinstance(kind, msgspec.inspect.StructType) else None


def _default(field: msgspec.inspect.Field) -> str:
    if field.default is not msgspec.NODEFAULT:
        return as_toml(field.default)
    if field.default_factory is not msgspec.NODEFAULT:
        return as_toml(field.default_factory())
    return "required"


def _limits(kind: msgspec.inspect.IntType | msgspec.inspect.FloatType) -> str:
    least = kind.ge if kind.ge is not None else kind.gt
    most = kind.le if kind.le is not None else kind.lt
    if least is None and most is None:
        return ""
    if most is None:
        return f" above {least}" if kind.ge is None else f", at least {least}"
    return f" from {least} to {most}" if least is not None else f", at most {most}"


def _meanings(struct: type[msgspec.Struct]) -> dict[str, str]:
    """Field name to the text that follows it in the class, for all bases; msgspec does not keep these."""
    found: dict[str, str] = {}
    for base in reversed(struct.__mro__[:-1]):
        if base.__module__.startswith("msgspec"):
            continue
        tree = ast.parse(textwrap.dedent(inspect.getsource(base)))
        body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
        for statement, following in zip(body, [*body[1:], None], strict=True):
            is_text = isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and is_text:
                assert isinstance(following, ast.Expr), "shown above"
                assert isinstance(following.value, ast.Constant), "shown above"
                found[statement.target.id] = str(following.value.value)
    return found
