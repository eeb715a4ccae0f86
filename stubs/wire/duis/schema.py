"""The schema's verdict on a document, in words: line, element path, what was expected, what was found.

libxml2 validates against our own modules, which hold DUIS, the decoded payloads (MMC) and signatures, in the form that
they have in one version of DUIS. Base64 is
checked strictly on top of it, since libxml2 lets foreign characters pass.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from lxml import etree

from schemas.duis_versions import NEWEST
from stubs.wire.base64text import is_base64
from stubs.wire.duis.samples import duis_grammar
from stubs.wire.duis.versions import compiled
from stubs.wire.duis.whitespace import collapsed
from stubs.wire.duis.wording import shortened, words_of
from stubs.wire.errors import PeerError
from stubs.wire.grammar import Element
from stubs.wire.xml import DS, RA, SR, child_elements, local_name, parse, path_of, text_of

MOST_PROBLEMS = 20
"""A document gone wrong at the top can be wrong in thousands of places; the first ones say what to mend."""

BASE64_NAMES = {
    SR: """CertificateHash Certificate DSPBrokerSecurityCredentialsDigitalSigning
        DSPBrokerSecurityCredentialsKeyAgreement DeviceCertificate DeviceGBCSResponse DigitalSigningCertificate
        FirmwareImage GBCSPayload KAPublicSecurityCredential KAPublicSecurityCredentials KeyAgreementCertificate
        KeyAgreementTopUpCertificate""",
    RA: "Certificate CertificationRequest ExistingCertificateHash GBCSData NewCertificateHash",
    DS: """DigestValue Exponent G J Modulus P PGPKeyID PGPKeyPacket PgenCounter Q SPKISexp Seed SignatureValue X509CRL
        X509Certificate X509SKI Y""",
}
"""Elements whose content is base64 wherever they occur. Written down to spare the start a walk; a test compares."""

_BASE64_TAGS = frozenset(f"{{{space}}}{name}" for space, names in BASE64_NAMES.items() for name in names.split())
MARKS = (
    b"Certificat",
    b"Credential",
    b"GBCS",
    b"FirmwareImage",
    b"KeyValue",
    b"PGP",
    b"SPKI",
    b"X509SKI",
    b"X509CRL",
    b"Object",
)
"""Octets without one of these have no base64 but that of every signature: names hold one, or stand within one."""
OctetsToLookAt = Callable[[], bytes | None]
_STEP = re.compile(r"\A(?:(?P<prefix>[^:\[\]]+):)?(?P<name>[^:\[\]]+)(?:\[(?P<position>\d+)\])?\Z")
Kind = Literal["schema", "base64", "not-xml"]


@dataclass(frozen=True, slots=True)
class SchemaProblem:
    """One thing wrong with a document.

    ``path`` has local names, such as ``/Request/Body/ReadInventory/DeviceID``.
    """

    line: int
    path: str
    message: str
    expected: str = ""
    found: str = ""
    kind: Kind = "schema"

    def __str__(self) -> str:
        parts = [f"line {self.line}, {self.path}: {self.message}"]
        if self.expected:
            parts.append(f"expected {self.expected}")
        if self.found:
            parts.append(f"found {self.found}")
        return "; ".join(parts)


def schema_problems(
    document: etree._Element | bytes,
    most: int = MOST_PROBLEMS,
    schema: str = NEWEST,
    unsigned: OctetsToLookAt | None = None,
) -> tuple[SchemaProblem, ...]:
    """Return the errors of a whole document, in document order; empty when it is valid.

    Args:
        document: a Request or Response of DUIS, a GBCSResponse (MMC), or the bytes of one.
        most: how many problems to tell at most.
        schema: the version whose schema decides, see ``versions.schema_of``.
        unsigned: gives the canonical octets of the document without its signature, if the base64 in that was checked
            already; else None. Asked only of a document that is otherwise valid.

    Bytes that are not XML give one problem of kind ``not-xml``. Presence and correctness of the signature are not
    the schema's business.
    """
    if isinstance(document, bytes):
        try:
            document = parse(document)
        except PeerError as error:
            return (_not_xml(error),)
    return problems_by(_schema(schema), document, most, schema, unsigned)


def problems_by(
    schema: etree.XMLSchema,
    document: etree._Element,
    most: int,
    version: str = NEWEST,
    unsigned: OctetsToLookAt | None = None,
) -> tuple[SchemaProblem, ...]:
    """The same with another schema of the same interface, such as the official one; words are those of ``version``."""
    is_valid = schema.validate(document)
    if not is_valid and (trimmed := collapsed(document, lambda element: _base_of(element, version))) is not None:
        document, is_valid = trimmed, schema.validate(trimmed)
    if is_valid and unsigned is not None and _is_without_base64(unsigned()):
        return ()
    problems = () if is_valid else tuple(_explained(document, schema, most, version))
    known = {problem.path for problem in problems}
    base64_problems = tuple(islice(_base64_problems(document, known), most))
    if not base64_problems:
        return problems[:most]
    return tuple(sorted(problems + base64_problems, key=lambda problem: problem.line))[:most]


def _not_xml(error: PeerError) -> SchemaProblem:
    line = error.where.removeprefix("line ")
    return SchemaProblem(
        line=int(line) if line.isdigit() else 1,
        path="/",
        message=error.what,
        expected=error.expected,
        found=error.got,
        kind="not-xml",
    )


_compiled = threading.local()


def _schema(version: str) -> etree.XMLSchema:
    """Compiled once for each thread and version (14 to 40 ms): the error log belongs to the schema object."""
    schemas: dict[str, etree.XMLSchema] | None = getattr(_compiled, "schemas", None)
    if schemas is None:
        schemas = _compiled.schemas = {}
    if version not in schemas:
        schemas[version] = compiled(version)
    return schemas[version]


def _is_without_base64(octets: bytes | None) -> bool:
    """Whether they name no element with base64. Measured: ``in`` takes twice as long as ``find``."""
    return octets is not None and all(octets.find(mark) < 0 for mark in MARKS)


def _base64_problems(document: etree._Element, known: set[str]) -> Iterator[SchemaProblem]:
    # Measured: half the time of letting lxml look for the forty names.
    for element in document.iter("{*}*"):
        if element.tag not in _BASE64_TAGS:
            continue
        text = text_of(element)
        if is_base64(text) or child_elements(element) or _is_foreign(element):
            continue
        if (path := path_of(element)) not in known:
            yield SchemaProblem(
                line=_line(element),
                path=path,
                message="the value is not base64",
                expected="base64 with padding",
                found=shortened(text),
                kind="base64",
            )


def _is_foreign(element: etree._Element) -> bool:
    """Whether it stands where a signature lets anything pass unseen, such as inside ds:Object."""
    child, parent = element, element.getparent()
    while parent is not None and child.tag not in duis_grammar().documents:
        if str(parent.tag).startswith(f"{{{DS}}}") and (
            parent.tag == f"{{{DS}}}Object" or not str(child.tag).startswith(f"{{{DS}}}")
        ):
            return True
        child, parent = parent, parent.getparent()
    return False


def _line(element: etree._Element) -> int:
    line: object = element.sourceline
    return line if isinstance(line, int) else 1


def _explained(document: etree._Element, schema: etree.XMLSchema, most: int, version: str) -> Iterator[SchemaProblem]:
    reported: set[tuple[str, str, str]] = set()
    for entry in islice(iter(schema.error_log), 2 * most):  # type: ignore[call-overload]
        element = _element_at(document, entry.path)
        path = entry.path or "/" if element is None else path_of(element)
        name, text = ("", "") if element is None else (local_name(element), text_of(element))
        rule = None if element is None else _rule_of(element, version)
        message, expected, found = words_of(entry.message, name, text, rule)
        # libxml2 reports a failed facet and then, of the same value, that it is not of its type.
        attribute = message.partition(":")[0] if message.startswith("the attribute") else ""
        key = (path, attribute, found or message)
        if key not in reported:
            reported.add(key)
            yield SchemaProblem(entry.line or 1, path, message, expected, found)


def _rule_of(element: etree._Element, version: str) -> Element | None:
    tags = [str(element.tag), *(str(parent.tag) for parent in element.iterancestors())]
    return duis_grammar(version).find(tags[::-1])


def _base_of(element: etree._Element, version: str) -> str:
    rule = _rule_of(element, version)
    return "" if rule is None or rule.text is None else rule.text.base


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
