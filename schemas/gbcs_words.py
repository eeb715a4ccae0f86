"""Words for the reader of a GBCS message: names of codes, layouts of ZigBee commands, shapes of ASN.1 payloads.

They serve the field-by-field view only; codecs and checks do not depend on them. A name that is missing costs the
reader a word, never a field.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

from schemas.load import use_cases
from schemas.tables import resource, table_rows

MessageKind = Literal["command", "response", "alert"]


@dataclass(frozen=True, slots=True)
class LayoutField:
    """One field of a ZigBee cluster command.

    ``type`` is ``u8`` to ``u48``, ``i32``, ``hex16``, ``time``, ``date``, ``text``, ``currency`` or ``supply``;
    ``repeat`` is empty, ``*`` (to the end), ``*4`` (that often) or ``*low`` (as often as the low four bits of the
    field before say).
    """

    name: str
    type: str
    repeat: str = ""


@dataclass(frozen=True, slots=True)
class ZclLayout:
    """The payload of one cluster command: ``fixed`` fields, then ``repeated`` ones as a group to the end."""

    name: str
    fixed: tuple[LayoutField, ...]
    repeated: tuple[LayoutField, ...]


@dataclass(frozen=True, slots=True)
class DerShape:
    """Names for one ASN.1 node and the nodes in it; ``der-shapes.json`` says what each part means."""

    name: str
    tag: int | None = None
    kind: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    members: tuple[DerShape, ...] = ()
    each: DerShape | None = None


def _rows(name: str) -> list[dict[str, str]]:
    return table_rows("catalogue", name)


@cache
def gbcs_names() -> Mapping[tuple[str, str], str]:
    """Names of codes by (kind, key); hexadecimal keys are upper case."""
    return MappingProxyType({(row["kind"], row["key"]): row["name"] for row in _rows("gbcs-names.csv")})


def gbcs_name(kind: str, key: str) -> str:
    """The name of one code, empty when none is written down."""
    return gbcs_names().get((kind, key), "")


@cache
def alert_meanings() -> Mapping[str, str]:
    """Meaning of device alert codes by code, four upper-case hexadecimal digits."""
    return MappingProxyType({row["code"].upper(): row["meaning"] for row in _rows("device-alerts.csv")})


@cache
def message_titles() -> Mapping[int, str]:
    """Use case and title by message code; several use cases of one code are joined by `` / ``."""
    titles: dict[int, dict[str, None]] = {}
    for row in use_cases():
        for code in row.message_code.split("/"):
            try:
                number = int(code, 16)
            except ValueError:
                continue
            titles.setdefault(number, {})[row.title.split(" - variant")[0]] = None
    named = {number: " / ".join(found) for number, found in titles.items()}
    for (kind, key), name in gbcs_names().items():
        if kind == "message-code":
            named[int(key, 16)] = name
    return MappingProxyType(named)


@cache
def zcl_layouts() -> Mapping[tuple[int, int, bool], ZclLayout]:
    """Layouts by (cluster, command, whether the server sends it)."""
    layouts = {}
    for row in _rows("zcl-layouts.csv"):
        fixed, _, repeated = row["fields"].partition("repeat ")
        key = (int(row["cluster"], 16), int(row["command"], 16), row["sent_by"] == "server")
        layouts[key] = ZclLayout(row["name"], _fields(fixed), _fields(repeated))
    return MappingProxyType(layouts)


def _fields(text: str) -> tuple[LayoutField, ...]:
    fields = []
    for word in text.split():
        name, _, described = word.partition(":")
        kind, star, count = described.partition("*")
        fields.append(LayoutField(name, kind, star + count))
    return tuple(fields)


@cache
def der_shapes() -> Mapping[tuple[int, MessageKind], DerShape]:
    """Shapes of ASN.1 payloads by (message code, kind of message)."""
    document = json.loads(resource("catalogue", "der-shapes.json").read_text(encoding="utf-8"))
    named: dict[str, Any] = document["shapes"]
    kinds: tuple[MessageKind, ...] = ("command", "response", "alert")
    return MappingProxyType(
        {
            (int(code, 16), kind): _shape(row[kind], named)
            for row in document["messages"]
            for code in row["codes"]
            for kind in kinds
            if kind in row
        }
    )


def _shape(raw: dict[str, Any], named: dict[str, Any]) -> DerShape:
    if "use" in raw:
        return _shape(named[raw["use"]], named)
    return DerShape(
        name=raw["name"],
        tag=int(raw["tag"], 16) if "tag" in raw else None,
        kind=raw.get("kind", ""),
        words=MappingProxyType(raw.get("words", {})),
        members=tuple(_shape(member, named) for member in raw.get("members", ())),
        each=_shape(raw["each"], named) if "each" in raw else None,
    )
