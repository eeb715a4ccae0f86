"""JSON Schemas of structs with the meaning of every member: the docstring that follows a field.

``msgspec`` knows types and constraints; docstrings of fields are read from the source.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

import msgspec

Schema = dict[str, Any]
"""A JSON Schema, or another part of an OpenAPI document."""
REF = "#/components/schemas/{name}"


@cache
def field_texts(struct: type) -> Mapping[str, str]:
    """Field name to its docstring on one line; of base classes too."""
    found: dict[str, str] = {}
    for one in reversed(struct.__mro__):
        if not (isinstance(one, type) and issubclass(one, msgspec.Struct)) or one is msgspec.Struct:
            continue
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(one)))
        except (OSError, TypeError, SyntaxError):
            continue
        found |= _texts(tree.body[0])
    return MappingProxyType(found)


def _texts(node: ast.stmt) -> dict[str, str]:
    found: dict[str, str] = {}
    if not isinstance(node, ast.ClassDef):
        return found
    for field, text in zip(node.body, node.body[1:], strict=False):
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
            continue
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str):
            found[field.target.id] = " ".join(text.value.value.split())
    return found


def schemas(types: Iterable[Any], sources: Mapping[str, Sequence[type]]) -> Schema:
    """The components of an OpenAPI document.

    Args:
        types: those to describe, with all they refer to: structs, and what holds some.
        sources: for a record made by a program, by its name: the structs whose docstrings describe its fields, of
            which a later one takes precedence.
    """
    wanted = list(dict.fromkeys(types))
    _, components = schema_components(wanted)
    classes: dict[str, Sequence[type]] = {one.__name__: (one,) for one in _all(wanted)} | dict(sources)
    for name, schema in components.items():
        _describe(schema.get("properties", {}), classes.get(name, ()))
        if "prefixItems" in schema:
            _describe_places(schema["prefixItems"], classes.get(name, ()))
    return components


def schema_components(types: Iterable[Any]) -> tuple[tuple[Schema, ...], Schema]:
    """The schema of each type, and the components that they refer to."""
    return msgspec.json.schema_components(types, schema_hook=_any_value, ref_template=REF)


def _any_value(kind: type) -> Schema:
    if kind is object:
        return {"description": "any value of JSON"}
    raise NotImplementedError(kind)


def _texts_of(structs: Sequence[type]) -> dict[str, str]:
    """Return the descriptions of some structs' fields from their docstrings, by their names outside."""
    said_of: dict[str, str] = {}
    for struct in structs:
        names = {field.name: field.encode_name for field in msgspec.structs.fields(struct)}
        said_of |= {names.get(name, name): text for name, text in field_texts(struct).items()}
    return said_of


def _describe_places(places: list[Schema], structs: Sequence[type]) -> None:
    """Name and describe the places of a record that is an array outside."""
    members = {
        field.encode_name: schema
        for one in structs
        for field, schema in zip(msgspec.structs.fields(one), places, strict=True)
    }
    _describe(members, structs)
    for place, (name, schema) in enumerate(members.items()):
        places[place] = {"title": name} | schema


def _describe(properties: Schema, structs: Sequence[type]) -> None:
    said_of = _texts_of(structs)
    for name, schema in properties.items():
        text = said_of.get(name, "")
        if not text:
            continue
        kind = schema.get("description") or next((each["description"] for each in _kinds(schema)), "")
        said = text if not kind or kind in text else f"{text} ({kind})"
        if "$ref" in schema:
            properties[name] = {"allOf": [dict(schema)], "description": said}
        else:
            schema["description"] = said


def _kinds(schema: Schema) -> list[Schema]:
    return [each for each in schema.get("anyOf", ()) if "description" in each]


def _all(types: Iterable[Any]) -> list[type[msgspec.Struct]]:
    """Every struct that the types are or hold."""
    found: dict[type[msgspec.Struct], None] = {}
    waiting: list[Any] = [msgspec.inspect.type_info(one) for one in types]
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, msgspec.inspect.StructType):
            if kind.cls in found:
                continue
            found[kind.cls] = None
        if isinstance(kind, msgspec.inspect.StructType | msgspec.inspect.TypedDictType):
            waiting += [field.type for field in kind.fields]
            continue
        for name in ("type", "item_type", "key_type", "value_type"):
            inner = getattr(kind, name, None)
            if isinstance(inner, msgspec.inspect.Type):
                waiting.append(inner)
        waiting += list(getattr(kind, "types", ()) or ()) + list(getattr(kind, "item_types", ()) or ())
    return list(found)
