"""Another schema of the same interface, such as the official files, beside our own.

Two traps are taken care of, in memory; the files stay as they are. libxml2 drops an import whose ``schemaLocation`` has
spaces in it without a word, and fails later on a type that is missing: the spaces become ``%20``. And the W3C's
signature schema begins with a DOCTYPE that points at a file on the web: nothing is loaded from there.

Two processors are asked, libxml2 and the xmlschema library, since each has a leniency of its own: libxml2 lets foreign
characters pass in base64 (which is checked on top of it), xmlschema takes digits of other scripts.
"""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lxml import etree

from stubs.wire.duis.schema import SchemaProblem, problems_by
from stubs.wire.errors import Blocked
from stubs.wire.xml import RA, SR

_XS = "{http://www.w3.org/2001/XMLSchema}"
_MEND = "Give the folder that holds the DUIS schema and the two files it imports, under their own names"


class SchemaFolder:
    """The schema a folder holds: its module for the DUIS namespace, or for decoded payloads alone.

    Raises: Blocked: no such folder, no such schema in it, or one that libxml2 cannot compile.
    """

    def __init__(self, folder: Path) -> None:
        self.entry = _entry(folder)
        tree = _read(self.entry)
        for link in _links(tree):
            location = link.get("schemaLocation")
            if location is not None:
                link.set("schemaLocation", quote(location, safe="/:%#?&=~"))
        try:
            self._schema = etree.XMLSchema(tree)
        except etree.XMLSchemaParseError as error:
            raise Blocked(
                f"{self.entry} is not a schema libxml2 can compile: {str(error)[:200]}", mend=_MEND
            ) from error
        self._second: Any = None

    def problems(self, document: etree._Element, most: int) -> tuple[SchemaProblem, ...]:
        """Return the errors that this schema finds, in the words of our own schema; base64 is checked strictly."""
        return problems_by(self._schema, document, most)

    def second_opinion(self, document: etree._Element, most: int) -> tuple[SchemaProblem, ...]:
        """Return the errors that the second processor finds, in its own words.

        Raises: Blocked: it cannot compile the schema.
        """
        if self._second is None:
            self._second = _compiled(self.entry)
        # As text: given lxml's elements, the library takes a comment inside a value for its end.
        errors = self._second.iter_errors(etree.tostring(document, encoding="unicode"))
        return tuple(_problem_of(error, document) for error in islice(errors, most))


def _compiled(entry: Path) -> Any:
    """The same schema by the xmlschema library; imported here, since it takes longer than most commands."""
    import xmlschema  # noqa: PLC0415

    try:
        return xmlschema.XMLSchema(str(entry), allow="local")
    except (xmlschema.XMLSchemaException, OSError) as error:
        text = " ".join(str(error).split())
        raise Blocked(f"{entry} is not a schema xmlschema can compile: {text[:200]}", mend=_MEND) from error


def _problem_of(error: Any, document: etree._Element) -> SchemaProblem:
    path = re.sub(r"[^/:]+:", "", str(error.path or "/"))
    found: Any = error.path and document.getroottree().xpath(error.path, namespaces=dict(error.namespaces or {}))
    line: Any = found[0].sourceline if found else 1
    return SchemaProblem(int(line or 1), path, " ".join(str(error.reason).split())[:400])


def _read(file: Path) -> etree._Element:
    parser = etree.XMLParser(no_network=True, load_dtd=False, resolve_entities=False)
    return etree.fromstring(file.read_bytes(), parser, base_url=file.resolve().as_uri())


def _entry(folder: Path) -> Path:
    """The module that no other one in the folder links to; for DUIS rather than for decoded payloads alone."""
    if not folder.is_dir():
        raise Blocked(f"{folder} is not a folder", mend=_MEND)
    modules: dict[Path, str] = {}
    linked: set[Path] = set()
    for file in sorted(folder.glob("*.xsd")):
        try:
            tree = _read(file)
        except etree.XMLSyntaxError as error:
            raise Blocked(f"{file} is not XML: {error.msg}", mend=_MEND) from error
        modules[file.resolve()] = tree.get("targetNamespace", "")
        linked |= {(folder / location).resolve() for link in _links(tree) if (location := link.get("schemaLocation"))}
    for space in (SR, RA):
        for file, target in modules.items():
            if target == space and file not in linked:
                return file
    raise Blocked(f"{folder} holds no schema of DUIS or of decoded payloads", mend=_MEND)


def _links(tree: etree._Element) -> list[etree._Element]:
    return [*tree.iterchildren(f"{_XS}import"), *tree.iterchildren(f"{_XS}include")]
