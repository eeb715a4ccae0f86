"""Another schema of the same interface, such as the official files, beside our own.

Two traps are taken care of, in memory; the files stay as they are. libxml2 drops an import whose ``schemaLocation`` has
spaces in it without a word, and fails later on a type that is missing: the spaces become ``%20``. And the W3C's
signature schema begins with a DOCTYPE that points at a file on the web: nothing is loaded from there.
"""

from __future__ import annotations

from pathlib import Path
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

    def problems(self, document: etree._Element, most: int) -> tuple[SchemaProblem, ...]:
        """What this schema finds wrong, in the words our own schema would use; base64 is checked strictly."""
        return problems_by(self._schema, document, most)


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
