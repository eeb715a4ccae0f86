"""Requests by example: for every service a minimal and a full one, and one for each alternative."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from schemas.load import BranchRow, Srv, request_branches, service_requests
from stubs.wire.duis import (
    Node,
    Response,
    ResponseHeader,
    build_request,
    every_example,
    example,
    example_request,
    read_request,
    schema_problems,
    write_request,
)
from stubs.wire.duis.examples import ESME, SUPPLIER
from stubs.wire.duis.responses import DccAlert, OtherResult, ServiceResponse
from stubs.wire.duis.samples import alternatives_of, decoded_answer, duis_grammar, sample
from stubs.wire.duis.write import write_response
from stubs.wire.errors import Misuse
from stubs.wire.grammar import Text, elements_in, in_words
from stubs.wire.xml import RA, SR, parse

SRVS = list(service_requests())


def count(node: Node) -> int:
    return 1 + sum(count(child) for child in node.children)


def problems(srv: str, body: Node) -> list[str]:
    document = write_request(build_request(srv, SUPPLIER, ESME, 7, 1, body))
    return [str(problem) for problem in schema_problems(document)]


@pytest.mark.parametrize("srv", SRVS)
def test_every_example_of_a_service_is_valid(srv: Srv) -> None:
    assert [said for body in every_example(srv) for said in problems(srv, body)] == []


@pytest.mark.parametrize("srv", SRVS)
def test_an_example_request_is_whole_and_has_a_variant_the_service_allows(srv: Srv) -> None:
    request = example_request(srv)
    assert request.header.command_variant in service_requests()[srv].command_variants
    assert read_request(parse(write_request(request))) == request
    assert schema_problems(write_request(example_request(srv, full=True))) == ()


def test_minimal_examples_leave_out_what_full_ones_have() -> None:
    assert example("4.1.1") == Node("ReadInstantaneousImportRegisters")
    assert example("4.1.1", full=True).get("ExecutionDateTime")
    assert all(count(example(srv)) <= count(example(srv, full=True)) for srv in SRVS)
    assert sum(count(example(srv)) < count(example(srv, full=True)) for srv in SRVS) > 50


def test_rows_of_an_example_are_numbered() -> None:
    days = example("1.1.1").all("ElecTariffElements/SwitchingTable/WeekProfiles/WeekProfile/ReferencedDayName")
    assert [day.attribute("index") for day in days] == list("1234567")


def test_the_caller_s_values_come_first() -> None:
    assert example("8.3", values={"DeviceID": str(SUPPLIER)}).get("DeviceID") == str(SUPPLIER)


def test_an_unknown_service_is_our_own_mistake() -> None:
    with pytest.raises(Misuse, match=r"99\.9"):
        example("99.9")


def test_every_alternative_of_a_body_has_an_example() -> None:
    shown = {child.name for body in every_example("8.4") for child in body.children}
    body = duis_grammar().find([f"{{{SR}}}Request", f"{{{SR}}}Body", f"{{{SR}}}UpdateInventory"])
    assert body is not None
    assert shown == {element.name for element in elements_in(body.children)}


def decoded(content: Node) -> bytes:
    header = "".join(
        f"<ra:{name}>{value}</ra:{name}>"
        for name, value in (("BusinessOriginatorID", ESME), ("BusinessTargetID", SUPPLIER), ("OriginatorCounter", 1))
    )
    return (
        f'<ra:GBCSResponse xmlns:ra="{RA}" schemaVersion="5.4"><ra:Header>{header}</ra:Header><ra:Body>'
        f"{as_text(content)}</ra:Body></ra:GBCSResponse>"
    ).encode()


def as_text(node: Node) -> str:
    attributes = "".join(f' {name}="{value}"' for name, value in node.attributes)
    inside = "".join(as_text(child) for child in node.children) or node.text
    return f"<{node.name}{attributes}>{inside}</{node.name}>"


@pytest.mark.parametrize("srv", SRVS)
def test_every_decoded_answer_has_examples(srv: Srv) -> None:
    answer = decoded_answer(srv)
    if answer is None:
        assert service_requests()[srv].is_non_device or srv in {"6.14.3", "8.13"}
        return
    nodes = [sample(answer), sample(answer, full=True)]
    nodes += [sample(answer, full=True, through=path) for path in alternatives_of(answer)]
    for node in nodes:
        message = Node("ra:ResponseMessage", children=(Node("ra:SMETSData", children=(node,)),))
        assert [str(problem) for problem in schema_problems(decoded(message))] == []


def test_decoded_alerts_and_debug_information_have_examples() -> None:
    for tags in ("ResponseMessage", "DeviceAlertMessage"):
        rule = duis_grammar().find([f"{{{RA}}}GBCSResponse", f"{{{RA}}}Body", f"{{{RA}}}{tags}"])
        assert rule is not None
        for path in alternatives_of(rule):
            content = sample(rule, full=True, through=path)
            assert [str(problem) for problem in schema_problems(decoded(content))] == [], path


@pytest.mark.parametrize("kind", ["ResponseMessage", "DCCAlertMessage"])
def test_every_result_and_dcc_alert_has_examples(kind: str) -> None:
    rule = duis_grammar().find([f"{{{SR}}}Response", f"{{{SR}}}Body", f"{{{SR}}}{kind}"])
    assert rule is not None
    paths = [(), *alternatives_of(rule)]
    assert len(paths) > 13
    for path in paths:
        node = sample(rule, full=True, through=path)
        header = ResponseHeader("I0", datetime(2026, 1, 15, tzinfo=UTC))
        if kind == "ResponseMessage":
            content = ServiceResponse("4.1", "4.1.1", OtherResult(node.children[-1]))
            document = write_response(Response(header, content))
        else:
            document = write_response(Response(header, DccAlert("N1", node.children[-1].children[0])))
        assert [str(problem) for problem in schema_problems(document)] == [], path


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (Text("unsignedShort"), "a whole number from 0 to 65535"),
        (Text("positiveInteger", digits=12), "a whole number from 1 to 999999999999"),
        (Text("positiveInteger"), "a whole number of at least 1"),
        (Text("integer"), "a whole number"),
        (Text("nonPositiveInteger"), "a whole number of at most 0"),
        (Text("string", shortest=13, longest=13), "text, 13 characters"),
        (Text("string", longest=30), "text, 0 to 30 characters"),
        (Text("hexBinary", shortest=6), "an even number of hexadecimal digits, at least 6 octets"),
        (Text("string", values=("Add", "Remove")), "one of Add, Remove"),
        (Text("string", values=tuple("abcdefghijklmno")), "one of a, b, c, d, e, f, g, h, i, j, k, l and 3 more"),
        (Text("string", patterns=("[0-9]{20}",)), "20 digits"),
    ],
)
def test_what_a_value_may_be_in_words(text: Text, words: str) -> None:
    assert in_words(text) == words


def test_an_example_suits_the_device_it_is_for() -> None:
    assert example("2.1").find("UpdatePrepayConfigElectricity") is not None
    gas = example("1.1.1", device_type="GSME")
    assert gas.find("GasTariffElements") is not None
    assert gas.find("PriceElements/GasPriceElements") is not None
    assert gas.find("ElecTariffElements") is None
    assert example("3.3", full=True, device_type="GSME").children == ()
    assert example("3.3", device_type="ESME").get("ESMEEventLogType") == "ESME"


@pytest.mark.parametrize("row", request_branches(), ids=lambda row: f"{row.srv} {'|'.join(sorted(row.device_types))}")
def test_every_alternative_for_a_device_is_one_of_the_schema(row: BranchRow) -> None:
    for device_type in row.device_types or {""}:
        for full in (False, True):
            body = example(row.srv, full=full, device_type=device_type)
            assert problems(row.srv, body) == []
            assert all(body.find("/".join(path)) is not None for path in row.through)
