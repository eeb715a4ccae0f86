"""Versions of DUIS: comparing them, and the schema modules of each.

``schemaVersion`` is a decimal that nothing ties to a schema (5.10 is 5.1, 5 is 5.0), so versions are compared as
decimals. Our modules are those of the newest version; the rows of ``schemas.duis_versions`` say what older ones lack.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lxml import etree

from schemas.duis_versions import NEWEST, later_than, schema_versions, versions
from schemas.load import resource
from stubs.wire.errors import PeerError

_XS = {"xs": "http://www.w3.org/2001/XMLSchema"}
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)", re.ASCII)
_NOUGHTS = re.compile(r"(?<=[0-9])(\.[0-9]*?)0+$", re.ASCII)
"""Zeros at the end of a fraction: 5.40 is 5.4, however many there are."""
_LONGEST = 40

NO_OVERRIDES: Mapping[str, str] = MappingProxyType({})


def version_number(text: str) -> Decimal:
    """``schemaVersion`` as a number. Raises: PeerError: it is no decimal, or an absurdly long one."""
    stripped = _NOUGHTS.sub(r"\1", text.strip())
    if len(stripped) > _LONGEST or not _NUMBER.fullmatch(stripped):
        raise PeerError("not a version", expected="a decimal such as 5.4", got=repr(text[:_LONGEST]))
    return Decimal(stripped)


def schema_of(version: str, overrides: Mapping[str, str] = NO_OVERRIDES) -> str:
    """The version whose schema a version has, such as ``5.1`` for ``5.2``.

    A version between two known ones has the elder's schema, one below or above them all the first or the last.

    Args:
        version: as a User is registered with it, or as a document states it.
        overrides: version to schema version, before what the table says.
    Raises: PeerError: it is no decimal.
    """
    wanted = version_number(version)
    for known, schema in overrides.items():
        if version_number(known) == wanted:
            return schema
    found = schema_versions()[0]
    for row in versions().values():
        if Decimal(row.version) <= wanted:
            found = row.schema
    return found


def module_bytes(path: Path, schema: str) -> bytes:
    """A schema module as the schema of a version has it.

    Args:
        path: the module of the newest version.
        schema: one of ``schema_versions()``.
    """
    root = Path(str(resource()))
    name = path.resolve().relative_to(root.resolve()).as_posix()
    source = _older_form(root, name, schema) or path
    absent = [row for row in later_than(schema) if row.module == name and row.remove]
    if not absent:
        return source.read_bytes()
    tree = etree.parse(str(source))
    for row in absent:
        for value in row.values:
            found: list[etree._Element] = tree.xpath(row.remove.format(value), namespaces=_XS)  # type: ignore[assignment]
            for node in found:
                parent = node.getparent()
                if parent is not None:
                    parent.remove(node)
    return etree.tostring(tree, xml_declaration=True, encoding="UTF-8")


def _older_form(root: Path, name: str, schema: str) -> Path | None:
    """The module of the same name in the folder of the first version, from this one on, that has one of its own."""
    older = (one for one in schema_versions() if one != NEWEST and Decimal(one) >= Decimal(schema))
    paths = (root / name.replace(f"/{NEWEST}/", f"/{one}/", 1) for one in older)
    return next((path for path in paths if path.is_file()), None)


class _Modules(etree.Resolver):
    """Gives libxml2 the modules of one version in place of the files it asks for."""

    def __init__(self, schema: str) -> None:
        super().__init__()
        self._schema = schema

    def resolve(self, system_url: str, public_id: str, context: object = None) -> Any:  # noqa: ARG002
        path = Path(system_url.removeprefix("file://"))
        data = module_bytes(path, self._schema)
        return self.resolve_string(data, context, base_url=str(path))


def compiled(schema: str) -> etree.XMLSchema:
    """The schema of a version, compiled anew: its error log belongs to whoever asked for it."""
    entry = entry_module()
    if schema == NEWEST:
        return etree.XMLSchema(file=str(entry))
    parser = etree.XMLParser(no_network=True, load_dtd=False, resolve_entities=False)
    parser.resolvers.add(_Modules(schema))
    return etree.XMLSchema(etree.fromstring(module_bytes(entry, schema), parser, base_url=str(entry)))


@cache
def entry_module() -> Path:
    """The module that includes all others."""
    return Path(str(resource("duis", NEWEST, "duis.xsd")))
