"""The schema's verdict on a document, in words: line, element path, what was expected, what was found.

libxml2 validates; two things are added. Base64 is checked strictly, since libxml2 lets foreign characters pass.
And a body the catalogue has but our schema does not yet is told apart from an error of the sender.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Literal

from lxml import etree

from schemas.load import resource, service_requests
from stubs.wire.base64text import is_base64
from stubs.wire.duis.wording import in_words, shortened
from stubs.wire.errors import PeerError
from stubs.wire.xml import DS, SR, child_elements, local_name, parse, path_of, text_of

VERSION = "5.4"
MOST_PROBLEMS = 20
"""A document gone wrong at the top can be wrong in thousands of places; the first ones say what to mend."""

_XS = "{http://www.w3.org/2001/XMLSchema}"
_BASE64_TYPES = frozenset({"xs:base64Binary", "CertificateDer"})
_STEP = re.compile(r"\A(?:(?P<prefix>[^:\[\]]+):)?(?P<name>[^:\[\]]+)(?:\[(?P<position>\d+)\])?\Z")
Kind = Literal["schema", "base64", "not-simulated", "not-xml"]


@dataclass(frozen=True, slots=True)
class SchemaProblem:
    """One thing wrong with a document.

    ``path`` has local names, such as ``/Request/Body/ReadInventory/DeviceID``. ``kind`` is ``not-simulated`` when
    the body is a service of the catalogue that our schema does not describe yet: the sender did nothing wrong.
    """

    line: int
    path: str
    message: str
    expected: str = ""
    found: str = ""
    kind: Kind = "schema"

    @property
    def is_not_simulated(self) -> bool:
        """Whether this is ours to mend and not the sender's."""
        return self.kind == "not-simulated"

    def __str__(self) -> str:
        parts = [f"line {self.line}, {self.path}: {self.message}"]
        if self.expected:
            parts.append(f"expected {self.expected}")
        if self.found:
            parts.append(f"found {self.found}")
        return "; ".join(parts)


def schema_problems(document: etree._Element | bytes) -> tuple[SchemaProblem, ...]:
    """What is wrong with a whole document, at most ``MOST_PROBLEMS``, in document order; empty when it is valid.

    Bytes that are not XML give one problem of kind ``not-xml``. Presence and correctness of the signature are not
    the schema's business.
    """
    if isinstance(document, bytes):
        try:
            document = parse(document)
        except PeerError as error:
            line = error.where.removeprefix("line ")
            return (
                SchemaProblem(
                    line=int(line) if line.isdigit() else 1,
                    path="/",
                    message=error.what,
                    expected=error.expected,
                    found=error.got,
                    kind="not-xml",
                ),
            )
    schema = _schema()
    problems = () if schema.validate(document) else tuple(_explained(document, schema))
    base64_problems = tuple(islice(_base64_problems(document, {problem.path for problem in problems}), MOST_PROBLEMS))
    if not base64_problems:
        return problems[:MOST_PROBLEMS]
    return tuple(sorted(problems + base64_problems, key=lambda problem: problem.line))[:MOST_PROBLEMS]


@cache
def simulated_bodies() -> frozenset[str]:
    """Names of the request bodies our schema describes, SignedPreCommand included."""
    declared = etree.parse(str(resource("duis", VERSION, "requests.xsd"))).getroot()
    names = {str(node.get("name")) for node in declared.iter(f"{_XS}element") if node.get("name") == "SignedPreCommand"}
    for include in declared.iter(f"{_XS}include"):
        location = str(include.get("schemaLocation"))
        if location.startswith("service-"):
            module = etree.parse(str(resource("duis", VERSION, location))).getroot()
            bodies = module.iterfind(f"{_XS}group/{_XS}choice/{_XS}element")
            names |= {str(node.get("name")) for node in bodies}
    return frozenset(names)


@cache
def _catalogue_bodies() -> frozenset[str]:
    return frozenset(row.request_element for row in service_requests().values())


@cache
def _base64_tags() -> tuple[str, ...]:
    """Elements whose content is base64 wherever they occur (a test holds that none occurs otherwise)."""
    tags = {f"{{{DS}}}SignatureValue"}
    for module in resource("duis", VERSION).iterdir():
        if module.name.endswith(".xsd"):
            schema = etree.parse(str(module)).getroot()
            tags |= {
                f"{{{schema.get('targetNamespace')}}}{node.get('name')}"
                for node in schema.iter(f"{_XS}element")
                if node.get("type") in _BASE64_TYPES
            }
    return tuple(sorted(tags))


_compiled = threading.local()


def _schema() -> etree.XMLSchema:
    """Compiled once for each thread (4 ms): the error log belongs to the schema object."""
    schema: etree.XMLSchema | None = getattr(_compiled, "schema", None)
    if schema is None:
        schema = _compiled.schema = etree.XMLSchema(file=str(resource("duis", VERSION, "duis.xsd")))
    return schema


def _base64_problems(document: etree._Element, known: set[str]) -> Iterator[SchemaProblem]:
    for element in document.iter(*_base64_tags()):
        text = text_of(element)
        if not is_base64(text) and not child_elements(element) and (path := path_of(element)) not in known:
            yield SchemaProblem(
                line=_line(element),
                path=path,
                message="the value is not base64",
                expected="base64 with padding",
                found=shortened(text),
                kind="base64",
            )


def _line(element: etree._Element) -> int:
    line: object = element.sourceline
    return line if isinstance(line, int) else 1


def _explained(document: etree._Element, schema: etree.XMLSchema) -> Iterator[SchemaProblem]:
    reported: set[tuple[str, str]] = set()
    for entry in islice(iter(schema.error_log), 2 * MOST_PROBLEMS):  # type: ignore[call-overload]
        element = _element_at(document, entry.path)
        path = entry.path or "/" if element is None else path_of(element)
        line = entry.line or 1
        if element is not None and _is_not_simulated(element):
            problem = _not_simulated(element, line, path)
        else:
            name, text = ("", "") if element is None else (local_name(element), text_of(element))
            message, expected, found = in_words(entry.message, name, text)
            problem = SchemaProblem(line, path, message, expected, found)
        # libxml2 reports a failed facet and then, of the same value, that it is not of its type.
        key = (path, problem.kind if problem.found or problem.is_not_simulated else problem.message)
        if key not in reported:
            reported.add(key)
            yield problem


def _element_at(document: etree._Element, path: str | None) -> etree._Element | None:
    """The element libxml2's path points at, such as ``/sr:Request/*[2]``.

    Its steps have the document's own prefixes, or ``*`` where an element has none.
    """
    found: etree._Element | None = None
    for step in (path or "").split("/")[1:]:
        match = _STEP.match(step)
        if match is None:
            return found
        name, prefix = match["name"], match["prefix"]
        candidates = [document.getroottree().getroot()] if found is None else found.iterchildren("{*}*")
        alike = (
            node for node in candidates if name == "*" or (local_name(node) == name and (node.prefix or None) == prefix)
        )
        if (next_found := next(islice(alike, int(match["position"] or 1) - 1, None), None)) is None:
            return found
        found = next_found
    return found


def _is_not_simulated(element: etree._Element) -> bool:
    parent = element.getparent()
    if parent is None or parent.tag != f"{{{SR}}}Body" or parent.getparent() is not element.getroottree().getroot():
        return False
    name = local_name(element)
    return (
        element.tag == f"{{{SR}}}{name}"
        and local_name(element.getroottree().getroot()) == "Request"
        and child_elements(parent)[0] is element
        and name in _catalogue_bodies() - simulated_bodies()
    )


def _not_simulated(element: etree._Element, line: int, path: str) -> SchemaProblem:
    name = local_name(element)
    srvs = ", ".join(row.srv for row in service_requests().values() if row.request_element == name)
    return SchemaProblem(
        line=line,
        path=path,
        message=f"service {srvs} ({name}) is in the catalogue but is not simulated yet",
        found=name,
        kind="not-simulated",
    )
