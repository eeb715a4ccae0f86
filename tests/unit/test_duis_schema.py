"""Our own schema of DUIS: what it accepts, how it words what it does not."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from datetime import UTC, datetime

import msgspec
import pytest
from lxml import etree

from schemas.load import dcc_alerts, resource, response_codes, service_requests
from stubs.wire.duis import (
    DccAlert,
    DeviceAlert,
    Node,
    OtherResult,
    Response,
    ResponseHeader,
    SchemaProblem,
    ServiceResponse,
    Smets1Response,
    build_request,
    build_signed_pre_command,
    schema_problems,
    write_request,
    write_response,
)
from stubs.wire.duis.examples import ESME, SUPPLIER
from stubs.wire.duis.samples import duis_grammar
from stubs.wire.duis.schema import BASE64_NAMES, MARKS, MOST_PROBLEMS
from stubs.wire.grammar import Element, elements_in
from stubs.wire.request_id import RequestId
from stubs.wire.xml import SR, parse
from tests.duis_alerts import DCC_ALERTS
from tests.duis_nodes import branch, leaf
from tests.duis_requests import REQUEST_BODIES
from tests.duis_results import RESULTS, SMETS1_RESPONSE

XS = "{http://www.w3.org/2001/XMLSchema}"
NOW = datetime(2026, 1, 15, 10, 0, 1, 250_000, tzinfo=UTC)
REQUEST_ID = RequestId(SUPPLIER, ESME, 1768471200001)
READ = write_request(build_request("8.2", SUPPLIER, ESME, 1, 8, branch("ReadInventory", leaf("DeviceID", ESME))))


def only(document: bytes) -> SchemaProblem:
    problems = schema_problems(document)
    assert len(problems) == 1, [str(problem) for problem in problems]
    return problems[0]


def altered(old: str, new: str, document: bytes = READ) -> bytes:
    assert old.encode() in document
    return document.replace(old.encode(), new.encode(), 1)


def response(code: str = "I0", **values: object) -> Response:
    header = ResponseHeader(code, NOW, REQUEST_ID, REQUEST_ID.reversed())
    return msgspec.structs.replace(Response(header, ServiceResponse("4.1", "4.1.1")), **values)


@pytest.mark.parametrize(("srv", "body"), REQUEST_BODIES)
def test_every_example_request_is_valid(srv: str, body: Node) -> None:
    assert schema_problems(write_request(build_request(srv, SUPPLIER, ESME, 7, 1, body))) == ()


@pytest.mark.parametrize(("srv", "result"), RESULTS)
def test_every_example_result_is_valid(srv: str, result: Node) -> None:
    reference = service_requests()[srv].service_reference  # type: ignore[index]
    body = ServiceResponse(reference, srv, OtherResult(result))
    assert schema_problems(write_response(response(body=body))) == ()


@pytest.mark.parametrize(("code", "content"), DCC_ALERTS)
def test_every_example_dcc_alert_is_valid(code: str, content: Node) -> None:
    assert schema_problems(write_response(response(body=DccAlert(code, content, 1, 2)))) == ()


def test_acknowledgements_alerts_and_signed_pre_commands_are_valid() -> None:
    assert schema_problems(write_response(response("I99"))) == ()
    assert schema_problems(write_response(response(body=DeviceAlert("8F3F", b"\xdf")))) == ()
    assert schema_problems(write_response(response(body=Smets1Response(SMETS1_RESPONSE)))) == ()
    assert schema_problems(write_request(build_signed_pre_command("7.2", SUPPLIER, ESME, 7, 5, b""))) == ()


def test_there_is_an_example_of_everything_the_schema_describes() -> None:
    assert {node.name for _, node in RESULTS} == set(_names("results.xsd", "AnyResult"))
    assert {node.name for _, node in DCC_ALERTS} == set(_names("dcc-alerts.xsd", "AnyDccAlert"))
    assert len(set(_names("results.xsd", "AnyResult"))) == 13
    assert len(set(_names("dcc-alerts.xsd", "AnyDccAlert"))) == 24


def _names(module: str, group: str) -> list[str]:
    root = etree.parse(str(resource("duis", "5.4", module))).getroot()
    return [str(node.get("name")) for node in root.iterfind(f"{XS}group[@name='{group}']/{XS}choice/{XS}element")]


def test_the_schema_has_the_bodies_of_the_catalogue_and_the_signed_pre_command() -> None:
    body = duis_grammar().find([f"{{{SR}}}Request", f"{{{SR}}}Body"])
    assert body is not None
    names = [element.name for element in elements_in(body.children)]
    catalogue = {row.request_element for row in service_requests().values()}
    assert len(names) == len(set(names)) == 130
    assert set(names) == catalogue | {"SignedPreCommand"}


@pytest.mark.parametrize(
    ("simple_type", "codes"),
    [
        ("ServiceReferenceVariantCode", list(service_requests())),
        ("ServiceReferenceCode", [row.service_reference for row in service_requests().values()]),
        ("ResponseCodeValue", list(response_codes())),
        ("DccAlertCodeValue", [code for code in dcc_alerts() if code != "N32"]),
    ],
)
def test_code_lists_of_schema_and_catalogue_agree(simple_type: str, codes: list[str]) -> None:
    home = "vocabulary" if simple_type.startswith("Service") else "duis"
    root = etree.parse(str(resource(home, "5.4", "codes.xsd"))).getroot()
    values = [
        str(node.get("value"))
        for node in root.iterfind(f"{XS}simpleType[@name='{simple_type}']/{XS}restriction/{XS}enumeration")
    ]
    assert len(values) == len(set(values))
    assert set(values) == set(codes)


def test_an_element_is_base64_everywhere_or_nowhere_and_all_are_known() -> None:
    kinds: defaultdict[tuple[str, str], set[bool]] = defaultdict(set)
    for element in every_element():
        space, name = element.tag[1:].split("}")
        kinds[space, name].add(element.text is not None and element.text.base == "base64Binary")
    assert [key for key, found in kinds.items() if len(found) > 1] == []
    known = {(space, name) for space, names in BASE64_NAMES.items() for name in names.split()}
    assert {key for key, found in kinds.items() if found == {True}} == known


def every_element() -> list[Element]:
    found: dict[tuple[str, int], Element] = {}
    waiting = list(duis_grammar().documents.values())
    while waiting:
        element = waiting.pop()
        if (key := (element.tag, id(element.type))) not in found:
            found[key] = element
            waiting.extend(elements_in(element.children))
    return list(found.values())


@pytest.mark.parametrize(
    ("old", "new", "path", "expected", "found"),
    [
        (f">{ESME}<", ">DE:51<", "/Request/Body/ReadInventory/DeviceID", "an EUI-64", "'DE:51'"),
        (f"{SUPPLIER}:{ESME}:1<", "1<", "/Request/Header/RequestID", "originator:target:counter", "'1'"),
        (":1<", ":01<", "/Request/Header/RequestID", "originator:target:counter", ":01'"),
        (":1<", ":18446744073709551616<", "/Request/Header/RequestID", "2^64-1", "616'"),
        (">8<", ">10<", "/Request/Header/CommandVariant", "from 1 to 9", "'10'"),
        (">8<", ">eight<", "/Request/Header/CommandVariant", "a whole number from 1 to 9", "'eight'"),
        (">8.2</sr:ServiceReferenceVariant", ">8.99</sr:ServiceReferenceVariant", "/Request/Header/ServiceReferenceVariant", "1.1.1", "'8.99'"),
        ("<sr:CommandVariant>8</sr:CommandVariant>", "", "/Request/Header/ServiceReference", "CommandVariant", "ServiceReference"),
        ("sr:ReadInventory>", "sr:ReadInventary>", "", "", ""),
        (f"<sr:DeviceID>{ESME}</sr:DeviceID>", "", "/Request/Body/ReadInventory", "DeviceID or MPxN or PropertyFilter or UPRN", ""),
        (f"<sr:DeviceID>{ESME}</sr:DeviceID>", "<sr:UPRN>x</sr:UPRN>", "/Request/Body/ReadInventory/UPRN", "from 1 to 999999999999", "'x'"),
        (f"<sr:DeviceID>{ESME}</sr:DeviceID>", "<sr:UPRN>1234567890123</sr:UPRN>", "/Request/Body/ReadInventory/UPRN", "from 1 to 999999999999", "'1234567890123'"),
        (f"<sr:DeviceID>{ESME}</sr:DeviceID>", "<sr:MPxN>12345678901234</sr:MPxN>", "/Request/Body/ReadInventory/MPxN", "1 to 13 characters", "'12345678901234'"),
        ("</sr:Header>", "</sr:Header>text", "/Request", "elements only", ""),
        (' schemaVersion="5.4"', "", "/Request", "", ""),
    ],
)  # fmt: skip
def test_a_problem_says_where_what_was_expected_and_what_was_found(
    old: str, new: str, path: str, expected: str, found: str
) -> None:
    document = READ.decode().replace(old, new).encode()
    assert document != READ
    problems = schema_problems(document)
    assert problems
    if path:
        assert problems[0].path == path
        assert expected in problems[0].expected
        assert found in problems[0].found
    assert all("{http" not in str(problem) and "xs:" not in str(problem) for problem in problems)


def test_a_line_number_is_the_line() -> None:
    document = altered(f">{ESME}<", ">x<").replace(b"><", b">\n<")
    assert only(document).line == document[: document.index(b">x<")].count(b"\n") + 1


def test_a_problem_in_a_document_without_prefixes_is_found_all_the_same() -> None:
    document = altered(f">{ESME}<", ">x<").replace(b"sr:", b"").replace(b"xmlns:sr", b"xmlns")
    assert only(document).path == "/Request/Body/ReadInventory/DeviceID"


def test_a_body_that_no_catalogue_knows_is_the_sender_s_mistake() -> None:
    problem = only(write_request(build_request("8.2", SUPPLIER, ESME, 1, 8, branch("ReadMinds"))))
    assert problem.path == "/Request/Body/ReadMinds"


def test_what_a_value_may_be_is_told_for_attributes_too() -> None:
    body = Node("ResetAuxiliaryLoad", children=(Node("ResetALCSHCALCS", attributes=(("index", "6"),)),))
    problem = only(write_request(build_request("7.8", SUPPLIER, ESME, 1, 4, body)))
    assert problem.path == "/Request/Body/ResetAuxiliaryLoad/ResetALCSHCALCS"
    assert problem.message == "the attribute index: the value is out of range"
    assert (problem.expected, problem.found) == ("a whole number from 1 to 5", "'6'")


def test_decoded_payloads_are_checked_as_documents_and_inside_responses() -> None:
    inside = write_response(response(body=Smets1Response(SMETS1_RESPONSE)))
    problem = only(altered(">Wh<", ">kWh<", inside))
    assert problem.path.endswith("/Electricity/ActiveImportRegister/ActiveEnergyUnit")
    assert (problem.expected, problem.found) == ("Wh", "'kWh'")
    document = '<ra:GBCSResponse xmlns:ra="http://www.dccinterface.co.uk/ResponseAndAlert" schemaVersion="5.4"/>'
    assert only(document.encode()).expected == "Header"


def test_what_a_signature_lets_pass_unseen_is_not_looked_at() -> None:
    signature = (
        '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>'
        '<ds:CanonicalizationMethod Algorithm="a"/><ds:SignatureMethod Algorithm="a"/><ds:Reference>'
        '<ds:DigestMethod Algorithm="a"/><ds:DigestValue>AAAA</ds:DigestValue></ds:Reference></ds:SignedInfo>'
        "<ds:SignatureValue>AAAA</ds:SignatureValue>"
        "<ds:Object><sr:GBCSPayload>!</sr:GBCSPayload><ds:P>!</ds:P></ds:Object></ds:Signature></sr:Request>"
    )
    signed = altered("</sr:Request>", signature)
    assert schema_problems(signed) == ()
    assert schema_problems(signed.replace(b"ds:P>", b"ds:DigestValue>")) != ()


@pytest.mark.parametrize("payload", ["3Q!A", "3Q", "3R==", "A===", "\u0663AAA"])
def test_base64_is_checked_strictly(payload: str) -> None:
    request = write_request(build_signed_pre_command("7.2", SUPPLIER, ESME, 7, 5, b"\xdf\x09\x01"))
    problem = only(altered("3wkB", payload, request))
    assert problem.path == "/Request/Body/SignedPreCommand/GBCSPayload"
    assert payload in problem.found


@pytest.mark.parametrize("name", ["DigestValue", "SignatureValue"])
def test_base64_of_a_signature_is_checked_strictly(name: str) -> None:
    signature = (
        '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>'
        '<ds:CanonicalizationMethod Algorithm="a"/><ds:SignatureMethod Algorithm="a"/><ds:Reference>'
        '<ds:DigestMethod Algorithm="a"/><ds:DigestValue>AAAA</ds:DigestValue></ds:Reference></ds:SignedInfo>'
        "<ds:SignatureValue>AAAA</ds:SignatureValue></ds:Signature></sr:Request>"
    )
    signed = altered("</sr:Request>", signature)
    assert schema_problems(signed) == ()
    problem = only(altered(f"<ds:{name}>AAAA", f"<ds:{name}>AA*AA", signed))
    assert problem.path.endswith(f"/{name}")


def test_bytes_that_are_not_xml_give_one_problem() -> None:
    problem = only(b"<a>\n<b></a>")
    assert (problem.kind, problem.line) == ("not-xml", 2)


def test_a_document_wrong_in_thousands_of_places_gives_the_first_few() -> None:
    document = altered(f"<sr:DeviceID>{ESME}</sr:DeviceID>", "<sr:GBCSPayload>!</sr:GBCSPayload>" * 5000)
    assert len(schema_problems(document)) <= MOST_PROBLEMS


def test_the_schema_may_be_used_from_several_threads() -> None:
    wrong = altered(f">{ESME}<", ">x<")
    right = parse(READ)
    failures: list[SchemaProblem] = []

    def work() -> None:
        for _ in range(50):
            failures.extend(schema_problems(right))
            failures.extend(schema_problems(wrong)[1:])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_compiling_the_schema_adds_little_to_the_start_of_a_command() -> None:
    def compiled() -> float:
        start = time.process_time()
        etree.XMLSchema(file=str(resource("duis", "5.4", "duis.xsd")))
        return time.process_time() - start

    assert min(compiled() for _ in range(3)) < 0.1


def test_base64_that_has_no_mark_stands_in_every_signature_or_within_an_element_that_has_one() -> None:
    within_key_value = {"Exponent", "G", "J", "Modulus", "P", "PgenCounter", "Q", "Seed", "Y"}
    names = set(" ".join(BASE64_NAMES.values()).split())
    unmarked = {name for name in names if not any(mark in name.encode() for mark in MARKS)}
    assert unmarked == {"DigestValue", "SignatureValue"} | within_key_value
