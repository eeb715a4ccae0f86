"""Versions of DUIS as rows: which schema each has, and what each structure or value needs at least.

Our modules are those of the newest version. An older one is the same modules without what ``changes`` says came later;
for a structure that exists in two forms the last version with the older form has a module of the same name.
Source: comparison of the public schema files of 5.0a, 5.1a, 5.3a and 5.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Literal

from schemas.tables import table_rows

NEWEST = "5.4"

Kind = Literal["code", "value", "element", "attribute", "alert-code", "alert", "form"]
Fallback = str
"""A response code, or one of: omit, omit-schedule, older-form, version-mismatch."""


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version of DUIS, and the version whose schema it has."""

    version: str
    schema: str
    provenance: str
    note: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """Something that came with a version, and what an older User gets instead."""

    item: str
    since: str
    kind: Kind
    where: frozenset[str]
    """Elements that hold it; empty: it is told by itself wherever it occurs."""
    values: tuple[str, ...]
    """Names of elements or attributes, or values."""
    fallback: Fallback
    module: str
    """Below ``schemas``."""
    remove: str
    """XPath in the module, with a place for each of ``values``; empty: an older module stands in."""
    provenance: str
    note: str

    def is_in(self, schema: str) -> bool:
        """Whether the schema of a version has it."""
        return Decimal(self.since) <= Decimal(schema)


def _rows(name: str) -> list[dict[str, str]]:
    return table_rows("duis", name)


@cache
def versions() -> Mapping[str, VersionRow]:
    """By version, in order."""
    return MappingProxyType({row["version"]: VersionRow(**row) for row in _rows("versions.csv")})


@cache
def schema_versions() -> tuple[str, ...]:
    """Versions that have a schema of their own, in order."""
    return tuple(dict.fromkeys(row.schema for row in versions().values()))


@cache
def changes() -> tuple[ChangeRow, ...]:
    """Everything that is not in every version."""
    return tuple(
        ChangeRow(
            item=row["item"],
            since=row["since"],
            kind=row["kind"],  # type: ignore[arg-type]
            where=frozenset(part for part in row["where"].split(";") if part),
            values=tuple(part for part in row["values"].split(";") if part),
            fallback=row["fallback"],
            module=row["module"],
            remove=row["remove"],
            provenance=row["provenance"],
            note=row["note"],
        )
        for row in _rows("changes.csv")
    )


@cache
def later_than(schema: str) -> tuple[ChangeRow, ...]:
    """Return the changes that the schema of a version lacks."""
    return tuple(row for row in changes() if not row.is_in(schema))


@cache
def alert_structures_since() -> Mapping[str, str]:
    """DCC alert structure to the version that brought it."""
    return MappingProxyType({name: row.since for row in changes() if row.kind == "alert" for name in row.values})
