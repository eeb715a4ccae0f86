"""DUIS documents: read, written, and read again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest

from stubs.wire.base64text import is_base64, read_base64
from stubs.wire.duis import (
    DccAlert,
    DeviceAlert,
    DuisError,
    FutureDatedDeviceAlert,
    GbcsPayload,
    LocalCommand,
    Node,
    OtherResult,
    PreCommand,
    Response,
    ResponseBody,
    ResponseHeader,
    ServiceResponse,
    Smets1Response,
    build_request,
    build_signed_pre_command,
    read_boolean,
    read_date_time,
    read_request,
    read_response,
    write_date_time,
    write_request,
    write_response,
)
from stubs.wire.duis.examples import ESME, SUPPLIER
from stubs.wire.errors import Misuse, PeerError
from stubs.wire.request_id import RequestId
from stubs.wire.xml import parse
from tests.duis_alerts import DCC_ALERTS
from tests.duis_nodes import branch, leaf
from tests.duis_requests import REQUEST_BODIES
from tests.duis_results import RESULTS

NOW = datetime(2026, 1, 15, 10, 0, 1, 250_000, tzinfo=UTC)
REQUEST_ID = RequestId(SUPPLIER, ESME, 1768471200001)
READ = build_request("4.1.1", SUPPLIER, ESME, 1768471200001, 1, Node("ReadInstantaneousImportRegisters"))


def response(body: ResponseBody, code: str = "I0") -> Response:
    return Response(ResponseHeader(code, NOW, REQUEST_ID, REQUEST_ID.reversed()), body)


def replaced(old: str, new: str) -> bytes:
    document = write_request(READ).decode()
    assert old in document
    return document.replace(old, new).encode()


@pytest.mark.parametrize(("srv", "body"), REQUEST_BODIES)
def test_every_request_survives_the_wire(srv: str, body: Node) -> None:
    request = build_request(srv, SUPPLIER, ESME, 7, 1, body)
    assert read_request(parse(write_request(request))) == request


@pytest.mark.parametrize(
    "body",
    [
        ServiceResponse("4.1", "4.1.1"),
        ServiceResponse("4.1", "4.1.1", GbcsPayload(b"\xdd\x00")),
        ServiceResponse("7.2", "7.2", PreCommand("4.2", b"\xdf\x09\x01")),
        ServiceResponse("7.2", "7.2", LocalCommand(b"\xdd")),
        ServiceResponse("1.6", "1.6", FutureDatedDeviceAlert("8F66", b"\xdf", 2, 6)),
        DeviceAlert("8F3F", b"\xdf"),
        DeviceAlert("8F3F", b"\xdf", 4294967295, 0),
        Smets1Response(Node("SMETS1ResponseMessage", children=(leaf("ServiceReference", "4.1"), Node("ra:X", "1")))),
    ],
)
def test_every_response_survives_the_wire(body: ResponseBody) -> None:
    assert read_response(parse(write_response(response(body)))) == response(body)


@pytest.mark.parametrize(("srv", "result"), [pair for pair in RESULTS if pair[1].name.startswith(("DSP", "CIN"))])
def test_every_result_of_the_dcc_survives_the_wire(srv: str, result: Node) -> None:
    sent = response(ServiceResponse(srv, srv, OtherResult(result)))
    assert read_response(parse(write_response(sent))) == sent


@pytest.mark.parametrize(("code", "content"), DCC_ALERTS)
def test_every_dcc_alert_survives_the_wire(code: str, content: Node) -> None:
    sent = Response(ResponseHeader("I0", NOW, response_id=REQUEST_ID), DccAlert(code, content, 1, 2))
    assert read_response(parse(write_response(sent))) == sent


def test_a_signed_pre_command_survives_the_wire() -> None:
    request = build_signed_pre_command("7.2", SUPPLIER, ESME, 7, 5, b"\xdf\x09\x01")
    dated = replace(request, execution_date_time="2026-01-15T10:00:00Z")
    assert read_request(parse(write_request(request))) == request
    assert read_request(parse(write_request(dated))) == dated


def test_sequencing_fields_survive_the_wire() -> None:
    header = msgspec.structs.replace(READ.header, first_in_sequence=False, preceding=REQUEST_ID)
    request = replace(READ, header=header, schema_version="5.1")
    assert read_request(parse(write_request(request))) == request


def test_documents_are_one_line_with_unbroken_base64_and_no_padding() -> None:
    document = write_response(response(ServiceResponse("4.1", "4.1.1", GbcsPayload(bytes(500)))))
    assert b"\n" not in document
    assert b"> " not in document
    assert b" <" not in document


def test_an_identifier_in_lower_case_is_the_same_identifier() -> None:
    document = replaced(str(REQUEST_ID), str(REQUEST_ID).lower())
    assert read_request(parse(document)) == READ


def test_another_prefix_or_none_makes_no_difference() -> None:
    document = write_request(READ)
    assert read_request(parse(document.replace(b"sr:", b"x:").replace(b":sr=", b":x="))) == READ
    assert read_request(parse(document.replace(b"sr:", b"").replace(b"xmlns:sr=", b"xmlns="))) == READ


def test_indentation_and_comments_make_no_difference() -> None:
    document = write_request(READ).replace(b"><", b">\n  <!-- note -->\n<")
    assert read_request(parse(document)) == READ


def test_a_comment_inside_a_request_id_does_not_cut_it_short() -> None:
    document = replaced("1768471200001<", "1768471<!-- -->200001<")
    assert read_request(parse(document)).header.request_id == REQUEST_ID


def test_attributes_for_validators_are_not_content() -> None:
    document = replaced(
        "<sr:ReadInstantaneousImportRegisters/>",
        '<sr:ReadInstantaneousImportRegisters xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="x"/>',
    )
    assert read_request(parse(document)) == READ


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("sr:Request", "sr:Other", ""),
        (' schemaVersion="5.4"', "", "/Request"),
        ("<sr:Body><sr:ReadInstantaneousImportRegisters/></sr:Body>", "<sr:Body/>", "/Request/Body"),
        ("<sr:Body><sr:ReadInstantaneousImportRegisters/></sr:Body>", "", "/Request"),
        ("<sr:CommandVariant>1</sr:CommandVariant>", "", "/Request/Header"),
        ("<sr:CommandVariant>1<", "<sr:CommandVariant>one<", "/Request/Header/CommandVariant"),
        ("<sr:CommandVariant>1<", "<sr:CommandVariant>\u0661<", "/Request/Header/CommandVariant"),
        (str(REQUEST_ID), str(REQUEST_ID)[:-13], "/Request/Header/RequestID"),
        (f"<sr:RequestID>{REQUEST_ID}</sr:RequestID>", "", "/Request/Header"),
        (
            "<sr:CommandVariant>",
            "<sr:FirstInSequence>x</sr:FirstInSequence><sr:CommandVariant>",
            "/Request/Header/FirstInSequence",
        ),
        (
            "<sr:CommandVariant>",
            "<sr:ServiceReference>1</sr:ServiceReference><sr:CommandVariant>",
            "/Request/Header/ServiceReference[2]",
        ),
    ],
)
def test_a_request_that_cannot_be_read_is_refused_with_its_place(old: str, new: str, path: str) -> None:
    with pytest.raises(DuisError) as caught:
        read_request(parse(replaced(old, new)))
    assert caught.value.where == path


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("I0<", "I0</sr:ResponseCode><sr:ResponseCode>I0<", "/Response/Header/ResponseCode[2]"),
        ("2026-01-15T", "15/01/2026 ", "/Response/Header/ResponseDateTime"),
        ("ResponseMessage", "Postcard", "/Response/Body/Postcard"),
        ("3QA=", "3Q!=", "/Response/Body/ResponseMessage/GBCSPayload"),
        ("</sr:GBCSPayload>", "</sr:GBCSPayload><sr:X/>", "/Response/Body/ResponseMessage/X"),
    ],
)
def test_a_response_that_cannot_be_read_is_refused_with_its_place(old: str, new: str, path: str) -> None:
    document = write_response(response(ServiceResponse("4.1", "4.1.1", GbcsPayload(b"\xdd\x00"))))
    with pytest.raises(DuisError) as caught:
        read_response(parse(document.replace(old.encode(), new.encode())))
    assert caught.value.where == path


def test_a_value_xml_cannot_carry_is_not_written() -> None:
    with pytest.raises(PeerError, match=r"U\+0000"):
        write_request(replace(READ, body=leaf("DisplayMessage", "a\0")))


def test_a_name_that_is_none_is_a_mistake_of_ours() -> None:
    with pytest.raises(Misuse):
        write_request(replace(READ, body=Node("a><b")))
    with pytest.raises(Misuse):
        write_request(replace(READ, body=Node("A", "text", (Node("B"),))))


def test_an_unknown_service_cannot_be_built() -> None:
    with pytest.raises(Misuse, match=r"99\.9"):
        build_request("99.9", SUPPLIER, ESME, 1, 1, Node("A"))


def test_a_carriage_return_in_a_value_survives() -> None:
    body = leaf("DisplayMessage", 'a\r\n\t&<>"')
    assert read_request(parse(write_request(replace(READ, body=body)))) == replace(READ, body=body)


def test_a_tree_is_searched_by_path() -> None:
    tree = branch(
        "A", branch("B", leaf("C", " 1 ")), branch("B", leaf("C", 2), Node("D", attributes=(("index", "3"),)))
    )
    assert tree.get("B/C") == " 1 "
    assert tree.get("B/X") is None
    assert [node.text for node in tree.all("B/C")] == [" 1 ", "2"]
    assert (found := tree.find("B/D")) is not None
    assert found.attribute("index") == "3"
    assert found.attribute("other") is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-15T10:00:01.25Z", NOW),
        (" 2026-01-15T10:00:01.2500000009Z\n", NOW),
        ("2026-01-15T10:00:01.250", NOW),
        ("2026-01-15T11:00:01.25+01:00", NOW),
        ("2026-01-14T24:00:00Z", datetime(2026, 1, 15, tzinfo=UTC)),
        ("2026-01-15T00:00:00-05:30", datetime(2026, 1, 15, tzinfo=timezone(-timedelta(hours=5, minutes=30)))),
    ],
)
def test_a_date_and_time_is_read(text: str, moment: datetime) -> None:
    assert read_date_time(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-01-15",
        "2026-02-30T00:00:00Z",
        "65535-02-29T00:00:00Z",
        "2026-01-15T24:00:01Z",
        "02026-01-15T00:00:00Z",
    ],
)
def test_a_date_and_time_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(PeerError, match="date and time"):
        read_date_time(text)


def test_a_date_and_time_is_written_in_utc_with_milliseconds() -> None:
    assert write_date_time(NOW.astimezone(timezone(timedelta(hours=1)))) == "2026-01-15T10:00:01.250Z"


@pytest.mark.parametrize(("text", "value"), [("true", True), ("1", True), (" false ", False), ("0", False)])
def test_a_boolean_is_read(text: str, value: bool) -> None:
    assert read_boolean(text) is value


def test_a_boolean_that_is_none_is_refused() -> None:
    with pytest.raises(PeerError, match="boolean"):
        read_boolean("TRUE")


@pytest.mark.parametrize("text", ["", "AA==", "AAE=", "AAEC", "A A\n= ="])
def test_base64_is_accepted(text: str) -> None:
    assert is_base64(text)
    read_base64(text)


@pytest.mark.parametrize("text", ["A", "AA", "AAA", "AB==", "AAF=", "A!A=", "AA==AA==", "=", "AAEC\u00a0", "AA-_"])
def test_base64_with_other_characters_padding_or_bits_is_refused(text: str) -> None:
    assert not is_base64(text)
    with pytest.raises(PeerError, match="base64"):
        read_base64(text)
