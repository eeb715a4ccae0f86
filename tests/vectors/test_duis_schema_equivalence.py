"""Our schema against the official one: the same verdict on requests, responses, alerts and on mutants of them.

Origin: the official DUIS 5.4 schema and the public request templates, read from ``../shared``; see the READMEs
there for licence. Nothing of them is copied here. The mutants are made here, deterministically.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from schemas.load import Srv, service_requests
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
    example,
    read_request,
    schema_problems,
    write_request,
    write_response,
)
from stubs.wire.duis.examples import ESME, SUPPLIER
from stubs.wire.duis.samples import decoded_answer
from stubs.wire.request_id import RequestId
from stubs.wire.xml import DS, child_elements, local_name, parse
from tests.duis_alerts import DCC_ALERTS
from tests.duis_requests import REQUEST_BODIES
from tests.duis_results import RESULTS, SMETS1_RESPONSE
from tests.official_schema import IS_FULL, TEMPLATES, disagreement, libxml2_schema, needs_official
from tests.schema_cases import document_with
from tests.schema_mutants import mutants

pytestmark = needs_official

NOW = datetime(2026, 1, 15, 10, 0, 1, 250_000, tzinfo=UTC)
REQUEST_ID = RequestId(SUPPLIER, ESME, 18446744073709551615)
STEP = 1 if IS_FULL else 11
"""One mutant in so many is compared; which ones differs from document to document."""
BOTH = 1 if IS_FULL else 13
"""Of one accepted mutant in so many the second validator is asked too."""


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


EXAMPLES = dict(examples())


def body_of(root: etree._Element) -> str:
    return local_name(child_elements(child_elements(root)[1])[0])


def disagreements(root: etree._Element, first: int, step: int = STEP) -> list[str]:
    """``first`` says with which mutant to begin, so that not always the same ones are left out."""
    found = []
    for number, (what, mutant) in enumerate(mutants(root, step, first)):
        why = disagreement(mutant, ask_both=number % BOTH == 0)
        found += [f"{what}: {why}"] if why else []
    return found


@pytest.mark.parametrize("name", EXAMPLES)
def test_official_schema_accepts_our_examples_and_judges_their_mutants_as_we_do(name: str) -> None:
    root = parse(EXAMPLES[name])
    assert libxml2_schema().validate(root), str(libxml2_schema().error_log)
    assert disagreements(root, len(name)) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem.removesuffix("_REQUEST_DUIS"))
def test_templates_are_valid_survive_the_wire_and_their_mutants_get_the_official_verdict(path: Path) -> None:
    root = parse(path.read_bytes())
    assert schema_problems(root) == ()
    request = read_request(root)
    assert read_request(parse(write_request(request))) == request
    assert libxml2_schema().validate(parse(write_request(request)))
    for signature in root.iter(f"{{{DS}}}Signature"):
        # The signature is the same in every template; its mutants are judged once, below.
        root.remove(signature)
    assert disagreements(root, len(path.stem)) == []


@pytest.mark.parametrize("srv", service_requests())
def test_documents_made_from_the_grammar_and_their_mutants_get_the_official_verdict(srv: Srv) -> None:
    request = write_request(build_request(srv, SUPPLIER, ESME, 7, 1, example(srv, full=True)))
    documents = [parse(request)]
    if answer := decoded_answer(srv):
        documents.append(document_with(answer.name)[0])
    for root in documents:
        assert disagreement(root, ask_both=True) == ""
        assert disagreements(root, len(srv), step=STEP * 4) == []


@pytest.mark.parametrize(
    "attributes",
    [
        {"nil": "true"},
        {"nil": "false"},
        {"schemaLocation": "urn:x nowhere.xsd"},
        {"noNamespaceSchemaLocation": "nowhere.xsd"},
        {"type": "xs:token"},
        {"type": "xs:anyType"},
        {"type": "xs:int"},
        {"type": "xs:string"},
        {"other": "1"},
    ],
)
def test_words_to_the_validator_get_the_official_verdict(attributes: dict[str, str]) -> None:
    instance = "http://www.w3.org/2001/XMLSchema-instance"
    root = parse(
        EXAMPLES["acknowledgement"].replace(
            b" schemaVersion", b' xmlns:xs="http://www.w3.org/2001/XMLSchema" schemaVersion'
        )
    )
    for element in root.iter("{*}*"):
        for name, value in attributes.items():
            element.set(f"{{{instance}}}{name}", value)
        assert disagreement(parse(etree.tostring(root)), ask_both=True) == "", element.tag
        for name in attributes:
            del element.attrib[f"{{{instance}}}{name}"]


def test_mutants_of_a_signature_get_the_official_verdict() -> None:
    root = parse(TEMPLATES[0].read_bytes())
    signed = [(what, mutant) for what, mutant in mutants(root) if "/Signature" in what]
    assert len(signed) > 150
    assert [f"{what}: {why}" for what, mutant in signed if (why := disagreement(mutant, ask_both=True))] == []


def test_mutants_are_many_and_of_both_kinds() -> None:
    verdicts = [libxml2_schema().validate(mutant) for data in EXAMPLES.values() for _, mutant in mutants(parse(data))]
    assert len(verdicts) > 15_000
    assert 1_000 < sum(verdicts) < len(verdicts) - 5_000


def test_the_templates_send_most_bodies() -> None:
    seen = {body_of(parse(path.read_bytes())) for path in TEMPLATES}
    assert len(TEMPLATES) >= 150
    assert len(seen) >= 100
