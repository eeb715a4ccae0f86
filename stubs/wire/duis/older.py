"""An answer or alert as an older version of DUIS can tell it.

What came later is left out, replaced, or told in the older form, as ``schemas/duis/changes.csv`` says; what cannot be
told at all becomes a DUISVersionMismatch alert, which whoever raises alerts decides (``alert_needs``). What a SMETS1
provider signed is not touched. Source of the rows: comparison of public schema files; the fallbacks are inferred.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import msgspec

from schemas.duis_versions import NEWEST, ChangeRow, changes, later_than
from schemas.load import gateway_rules
from stubs.wire.duis.node import Node
from stubs.wire.duis.responses import DccAlert, OtherResult, Response, ResponseBody, ServiceResponse

_MATRIX, _REGION_ANSWER = "DSPWANMatrix", "DSPWANMatrixResponse"
_SCHEDULES_READ = "DSPSchedulesRead"
_NEWER_REGION = "4G"

Rows = tuple[ChangeRow, ...]


def alert_needs(code: str, structure: str, overrides: Mapping[str, str] | None = None) -> str:
    """The least version that can tell a DCC alert by its code and structure.

    Args:
        code: such as ``N63``.
        structure: the one element in ``DCCAlert``.
        overrides: structure to version, before what the table says.
    """
    needed = ["5.0", *(row.since for row in changes() if row.kind == "alert-code" and code in row.values)]
    named = (overrides or {}).get(structure)
    needed += [named] if named else [row.since for row in changes() if row.kind == "alert" and structure in row.values]
    return max(needed, key=Decimal)


def told_in(response: Response, schema: str) -> Response:
    """The response in the structures and codes of a version.

    Args:
        response: as the newest version tells it.
        schema: one of ``schema_versions()``.
    """
    if schema == NEWEST:
        return response
    lacking = later_than(schema)
    code, body = _body_in(response.header.response_code, response.body, lacking)
    header = msgspec.structs.replace(response.header, response_code=_code_in(code, lacking))
    return msgspec.structs.replace(response, header=header, body=body)


def _body_in(code: str, body: ResponseBody, lacking: Rows) -> tuple[str, ResponseBody]:
    if isinstance(body, DccAlert):
        return code, replace(body, content=_without(body.content, lacking))
    if not isinstance(body, ServiceResponse) or not isinstance(body.result, OtherResult):
        return code, body
    element = body.result.node
    if element.name == _MATRIX and any(row.kind == "form" and _MATRIX in row.where for row in lacking):
        code, told = _one_region(code, element)
    elif element.name == _SCHEDULES_READ:
        code, told = _fewer_schedules(code, element, lacking)
    else:
        told = _without(element, lacking)
    return code, msgspec.structs.replace(body, result=OtherResult(told) if told is not None else None)


def _code_in(code: str, lacking: Rows) -> str:
    return next((row.fallback for row in lacking if row.kind == "code" and code in row.values), code)


def _is_lacking(parent: str, node: Node, lacking: Rows, fallback: str) -> bool:
    for row in lacking:
        if row.fallback != fallback:
            continue
        if row.kind == "element" and parent in row.where and node.name in row.values:
            return True
        if row.kind == "value" and node.name in row.where and node.text in row.values:
            return True
    return False


def _without(node: Node, lacking: Rows) -> Node:
    """The element without the parts that may be left out."""
    kept = tuple(
        _without(child, lacking) for child in node.children if not _is_lacking(node.name, child, lacking, "omit")
    )
    return node if kept == node.children else msgspec.structs.replace(node, children=kept)


def _one_region(code: str, matrix: Node) -> tuple[str, Node | None]:
    """12.1 in the flat form: the first region that is not 4G and has coverage; without one, its code and no result."""
    question = tuple(child for child in matrix.children if child.name == "Request")
    regions = [child for child in matrix.children if child.name == _REGION_ANSWER]
    known = [one for one in regions if not (one.get("CSPRegion") or "").startswith(_NEWER_REGION)]
    for one in known:
        told = tuple(child for child in one.children if child.name != "CSPRegionResponseCode")
        if len(told) > 1:
            return code, Node(_MATRIX, children=(*question, *told))
    codes = [one.get("CSPRegionResponseCode") or "" for one in (*known, *regions)]
    unknown = next(row.fallback for row in changes() if row.item == "code-12.1-5.3")
    return next((each for each in codes if each and not each.startswith("I")), unknown), None


def _fewer_schedules(code: str, read: Node, lacking: Rows) -> tuple[str, Node | None]:
    """5.2 without schedules that cannot be told; with none left, the code of a device without schedules."""
    kept = tuple(one for one in read.children if not _holds_lacking(one, lacking))
    if not kept:
        return gateway_rules()["schedule-none"].response_code, None
    return code, _without(msgspec.structs.replace(read, children=kept), lacking)


def _holds_lacking(node: Node, lacking: Rows) -> bool:
    return any(
        _is_lacking(node.name, child, lacking, "omit-schedule") or _holds_lacking(child, lacking)
        for child in node.children
    )
