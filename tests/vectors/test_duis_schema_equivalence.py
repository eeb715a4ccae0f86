"""Our schema against the official one: the same verdict on requests, responses, alerts and on mutants of them.

Origin: the official DUIS 5.4 schema and the public request templates, read from ``../shared``; see the READMEs
there for licence. Nothing of them is copied here. The mutants are made here, deterministically.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
import xmlschema
from lxml import etree

from stubs.wire.duis import (
    DccAlert,
    DeviceAlert,
    OtherResult,
    Response,
    ResponseHeader,
    ServiceResponse,
    Smets1Response,
    build_request,
    build_signed_pre_command,
    read_request,
    schema_problems,
    simulated_bodies,
    write_request,
    write_response,
)
from stubs.wire.duis.examples import DCC_ALERTS, ESME, REQUEST_BODIES, RESULTS, SMETS1_RESPONSE, SUPPLIER
from stubs.wire.request_id import RequestId
from stubs.wire.xml import DS, RA, SR, child_elements, local_name, parse, path_of

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
OFFICIAL = SHARED / "official-schemas"
TEMPLATES = sorted((SHARED / "rtds" / "duis-requests").glob("*.XML"))

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(
        not OFFICIAL.is_dir() or not TEMPLATES, reason="../shared is absent: put the industry's reference data there"
    ),
]

NOW = datetime(2026, 1, 15, 10, 0, 1, 250_000, tzinfo=UTC)
REQUEST_ID = RequestId(SUPPLIER, ESME, 18446744073709551615)
VALUES = (
    "",
    " ",
    "0",
    "1",
    "-1",
    "+7",
    "007",
    "10",
    "3600",
    "3601",
    "86401",
    "256",
    "65536",
    "2147483648",
    "4294967296",
    "1000000000001",
    "18446744073709551616",
    "1.5",
    "0.55",
    "1e3",
    "\u0661",
    "true",
    "TRUE",
    "x",
    "N1",
    "N32",
    "I0",
    "E6",
    "4.1",
    "6.20",
    "A",
    "AA",
    "AAA=",
    "AB==",
    "8f66",
    "8F67",
    "0AB",
    "Supplier",
    "2026-01-15",
    "2026-02-30",
    "2026-01-15T10:00:00",
    "2026-01-15T24:00:00Z",
    "3000-12-31T00:00:00.00Z",
    "10:00:00Z",
    "x" * 14,
    "x" * 31,
    "x" * 251,
    "DE-51-CE-00-00-00-00-E1",
    "de-51-ce-00-00-00-00-e1,DE-51-CE-00-00-00-00-E1",
    "DE:51:CE:00:00:00:00:E1",
)
BASE64_VALUES = ("AA!A", "A===", "AAAA AAAA", "AA==AA==", "A-_A", "AB==", "AAF=", "\u00c4AAA")


@cache
def official() -> etree.XMLSchema:
    source = (OFFICIAL / "DUIS Schema V5.4.xsd").read_bytes()
    # libxml2 cannot resolve a location with spaces; see the README beside the schemas.
    source = source.replace(b"MMC Schema V5.4.xsd", b"MMC%20Schema%20V5.4.xsd")
    parser = etree.XMLParser(no_network=True, load_dtd=False)
    return etree.XMLSchema(etree.fromstring(source, parser, base_url=f"{OFFICIAL}/duis.xsd"))


@cache
def second_opinion() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(OFFICIAL / "DUIS Schema V5.4.xsd"))


def examples() -> Iterator[tuple[str, bytes]]:
    for number, (srv, body) in enumerate(REQUEST_BODIES):
        yield f"{number} {body.name}", write_request(build_request(srv, SUPPLIER, ESME, 7, 1, body))
    yield "SignedPreCommand", write_request(build_signed_pre_command("7.2", SUPPLIER, ESME, 7, 5, b"\xdf\x09"))
    header = ResponseHeader("I0", NOW, REQUEST_ID, REQUEST_ID.reversed())
    for srv, result in RESULTS:
        yield result.name, write_response(Response(header, ServiceResponse("4.1", srv, OtherResult(result))))
    for number, (code, content) in enumerate(DCC_ALERTS):
        yield f"{number} {content.name}", write_response(Response(header, DccAlert(code, content, 1, 2)))
    yield "DeviceAlert", write_response(Response(header, DeviceAlert("8F3F", b"\xdf", 1, 2)))
    yield "acknowledgement", write_response(Response(header, ServiceResponse("4.1", "4.1.1")))
    yield "SMETS1", write_response(Response(header, Smets1Response(SMETS1_RESPONSE)))


def body_of(root: etree._Element) -> str:
    return local_name(child_elements(child_elements(root)[1])[0])


def templates() -> Iterator[tuple[str, bytes]]:
    for path in TEMPLATES:
        data = path.read_bytes()
        if body_of(parse(data)) in simulated_bodies():
            yield path.stem.removesuffix("_REQUEST_DUIS"), data


EXAMPLES = dict(examples())
SIMULATED = dict(templates()) if OFFICIAL.is_dir() else {}


def mutants(root: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    """One change each, everywhere, except inside decoded payloads, which our schema does not describe."""
    for number, original in enumerate(root.iter()):
        if not isinstance(original.tag, str) or original.tag.startswith(f"{{{RA}}}"):
            continue
        is_leaf = not child_elements(original)
        for name, change in changes(is_leaf=is_leaf, is_signature=original.tag.startswith(f"{{{DS}}}")):
            mutant = copy.deepcopy(root)
            element = next(node for at, node in enumerate(mutant.iter()) if at == number)
            if change(element):
                yield f"{name} at {path_of(original)}", mutant


Change = Callable[[etree._Element], bool]


def changes(*, is_leaf: bool, is_signature: bool) -> Iterator[tuple[str, Change]]:
    yield "removed", remove
    yield "repeated", repeat
    yield "renamed", rename
    yield "moved", swap
    yield "attribute added", add_attribute
    yield "child added", lambda element: etree.SubElement(element, f"{{{SR}}}Extra") is not None
    yield "comment added", add_comment
    if not is_signature:
        yield "text added", lambda element: set_text(element, "text")
        yield "other namespace", other_namespace
    if is_leaf:
        for value in ("AAAA", *BASE64_VALUES) if is_signature else VALUES:
            yield f"{value[:60]!r}", lambda element, value=value: set_text(element, value)  # type: ignore[misc]
        yield "padded", lambda element: set_text(element, f"\n {element.text or ''}\t")
        yield "longer", lambda element: set_text(element, f"{element.text or ''}0")
        yield "lower case", lambda element: set_text(element, (element.text or "").lower())
        yield "split by a comment", split


def remove(element: etree._Element) -> bool:
    parent = element.getparent()
    if parent is None:
        return False
    parent.remove(element)
    return True


def repeat(element: etree._Element) -> bool:
    if element.getparent() is None:
        return False
    element.addnext(copy.deepcopy(element))
    return True


def rename(element: etree._Element) -> bool:
    element.tag = f"{element.tag}X"
    return True


def other_namespace(element: etree._Element) -> bool:
    element.tag = f"{{urn:other}}{local_name(element)}"
    return True


def add_attribute(element: etree._Element) -> bool:
    element.set("extra", "1")
    return True


def add_comment(element: etree._Element) -> bool:
    element.insert(0, etree.Comment("x"))
    return True


def swap(element: etree._Element) -> bool:
    following = element.getnext()
    if following is None or following.tag == element.tag:
        return False
    following.addnext(element)
    return True


def set_text(element: etree._Element, text: str) -> bool:
    element.text = text
    return True


def split(element: etree._Element) -> bool:
    text = element.text or ""
    if len(text) < 2:
        return False
    comment = etree.Comment("x")
    element.text, comment.tail = text[:1], text[1:]
    element.append(comment)
    return True


def disagreement(document: etree._Element) -> str:
    """Empty when both say the same, or when we are stricter about base64 and another validator says so too."""
    ours, theirs = schema_problems(document), official().validate(document)
    if bool(ours) != theirs:
        return ""
    if all(problem.kind == "base64" for problem in ours) and ours and not second_opinion().is_valid(document):
        return ""
    if theirs:
        return f"we refuse what the official schema accepts: {ours[0]}"
    return f"we accept what the official schema refuses: {official().error_log!s}"


@pytest.mark.parametrize("name", EXAMPLES)
def test_official_schema_accepts_our_examples_and_judges_their_mutants_as_we_do(name: str) -> None:
    root = parse(EXAMPLES[name])
    assert official().validate(root), str(official().error_log)
    found = [f"{what}: {why}" for what, mutant in mutants(root) if (why := disagreement(mutant))]
    assert found == []


@pytest.mark.parametrize("name", SIMULATED)
def test_templates_and_their_mutants_get_the_official_verdict(name: str) -> None:
    root = parse(SIMULATED[name])
    assert schema_problems(root) == ()
    for signature in root.iter(f"{{{DS}}}Signature"):
        # The signature is the same in every template; its mutants are judged once, below.
        remove(signature)
    found = [f"{what}: {why}" for what, mutant in mutants(root) if (why := disagreement(mutant))]
    assert found == []


def test_mutants_of_a_signature_get_the_official_verdict() -> None:
    root = parse(next(iter(SIMULATED.values())))
    signed = [(what, mutant) for what, mutant in mutants(root) if "/Signature" in what]
    assert len(signed) > 150
    assert [f"{what}: {why}" for what, mutant in signed if (why := disagreement(mutant))] == []


def test_mutants_are_many_and_of_both_kinds() -> None:
    verdicts = [official().validate(mutant) for data in EXAMPLES.values() for _, mutant in mutants(parse(data))]
    assert len(verdicts) > 15_000
    assert 1_000 < sum(verdicts) < len(verdicts) - 5_000


def test_every_simulated_service_has_a_template_of_the_industry() -> None:
    seen = {body_of(parse(data)) for data in SIMULATED.values()}
    # No template sends a signed pre-command; a few services have none among the visible ones.
    missing = simulated_bodies() - seen - {"SignedPreCommand"}
    assert len(SIMULATED) >= 30, len(SIMULATED)
    assert len(missing) <= 6, sorted(missing)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem.removesuffix("_REQUEST_DUIS"))
def test_a_template_is_valid_or_a_service_not_simulated_and_survives_the_wire(path: Path) -> None:
    root = parse(path.read_bytes())
    assert all(problem.is_not_simulated for problem in schema_problems(root))
    request = read_request(root)
    assert read_request(parse(write_request(request))) == request
    assert official().validate(parse(write_request(request)))
