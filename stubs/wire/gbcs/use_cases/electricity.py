"""The codecs of the electricity meter, the auxiliary controllers and the hub: tables, and three computed frames."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from schemas.load import DlmsRow, dlms_rows
from stubs.wire.errors import Misuse
from stubs.wire.gbcs import dlms
from stubs.wire.gbcs.dlms import Access, AccessSpecification
from stubs.wire.gbcs.use_cases.dlms_tables import DlmsTable, ProtectedObject, ProtectedTable, TableRow
from stubs.wire.gbcs.use_cases.electricity_auxiliary import ECS47, ECS47A, ECS47E
from stubs.wire.gbcs.use_cases.model import Codec
from stubs.wire.gbcs.use_cases.shape_language import member_of
from stubs.wire.gbcs.use_cases.shapes import Record

_ACCESS = {
    "set": (Access.SET, False),
    "action": (Access.ACTION, False),
    "get": (Access.GET, True),
    "call": (Access.ACTION, True),
    "log": (Access.GET_WITH_SELECTION, True),
}
"""Access of a row, and whether its member is the response's."""


def _table(rows: tuple[DlmsRow, ...]) -> DlmsTable:
    made = []
    for row in rows:
        access, is_answer = _ACCESS[row.access]
        target = AccessSpecification(access, row.class_id, dlms.obis(row.instance), row.index)
        made.append(TableRow(target, member_of(row.member), is_answer))
    return DlmsTable(tuple(made))


def _protected(rows: tuple[DlmsRow, ...]) -> ProtectedTable:
    first, *others = rows
    return ProtectedTable(
        AccessSpecification(Access.ACTION, first.class_id, dlms.obis(first.instance), first.index),
        tuple(
            ProtectedObject(row.class_id, dlms.obis(row.instance), row.index, row.access == "range") for row in others
        ),
        Record(tuple(member_of(row.member) for row in others)),
    )


def _codec(name: str, rows: tuple[DlmsRow, ...]) -> Codec:
    try:
        return _protected(rows) if rows[0].access == "protected" else _table(rows)
    except (KeyError, ValueError, Misuse) as broken:
        raise Misuse(f"rows of {name}: {broken}") from broken


ELECTRICITY_CODECS: Mapping[str, Codec] = MappingProxyType(
    {name: _codec(name, rows) for name, rows in dlms_rows().items()}
    | {"ECS47": ECS47, "ECS47a": ECS47A, "ECS47e": ECS47E}
)
"""By use case; added to the registry."""
