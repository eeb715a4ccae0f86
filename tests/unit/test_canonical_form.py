from __future__ import annotations

from datetime import UTC, datetime

import pytest

from stubs.wire.duis import (
    GbcsPayload,
    Node,
    OtherResult,
    PreCommand,
    Response,
    ResponseHeader,
    Result,
    ServiceResponse,
    write_response,
)
from stubs.wire.duis.examples import ESME, SUPPLIER
from stubs.wire.duis.write import canonical_form
from stubs.wire.request_id import RequestId
from stubs.wire.xml import parse
from stubs.wire.xmlsig.profile import canonical


def written(result: Result) -> bytes:
    header = ResponseHeader("I0", datetime(2026, 1, 15, tzinfo=UTC), RequestId(SUPPLIER, ESME, 1))
    return write_response(Response(header, ServiceResponse("4.1", "4.1.1", result)))


@pytest.mark.parametrize("result", [None, GbcsPayload(bytes(300)), PreCommand("4.2", b"\x01")])
def test_what_the_dcc_usually_writes_is_canonical_already(result: Result) -> None:
    document = written(result)
    assert canonical_form(document) == canonical(parse(document))


@pytest.mark.parametrize(
    "node",
    [
        Node("DSPInventory"),
        Node("DSPInventory", "a & b"),
        Node("DSPInventory", "a\rb"),
        Node("DSPInventory", "x", attributes=(("b", "1"), ("a", "2"))),
        Node("ra:Header", "x"),
    ],
    ids=["an empty element", "a reference", "a carriage return", "attributes", "another namespace"],
)
def test_what_canonical_xml_writes_otherwise_is_left_to_the_library(node: Node) -> None:
    assert canonical_form(written(OtherResult(node))) is None


def test_a_document_of_somebody_else_is_left_to_the_library() -> None:
    assert canonical_form(b'<a b="1" c="2" d="3" e="4" f="5">x</a>') is None
