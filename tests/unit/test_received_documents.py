"""The usual form of a received document: what is read and checked in it is what a walk over its elements finds."""

from __future__ import annotations

from functools import partial
from itertools import product

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree

from schemas.load import service_requests
from stubs.wire.duis import Node, ServiceRequest, build_request, every_example, read_request, write_request
from stubs.wire.duis.canonical_read import read_canonical_request
from stubs.wire.duis.examples import ESME, SUPPLIER
from stubs.wire.duis.schema import schema_problems
from stubs.wire.xml import parse
from stubs.wire.xmlsig import ReceivedDocument, Signer, sign
from tests.duis_requests import REQUEST_BODIES

SIGNER = Signer(ec.derive_private_key(1, ec.SECP256R1()), "CN=Z1,OU=07", 77)
SIGNED = sign(
    write_request(build_request("8.2", SUPPLIER, ESME, 1, 8, Node("ReadInventory", children=(Node("DeviceID", "x"),)))),
    SIGNER,
).decode()
_DS = "http://www.w3.org/2000/09/xmldsig#"


def received(document: bytes) -> ReceivedDocument:
    return ReceivedDocument(parse(document), document)


def unsigned_octets(document: ReceivedDocument) -> bytes | None:
    return None if document.usual is None else document.usual.unsigned


def requests_of(srv: str) -> list[ServiceRequest]:
    bodies = [*every_example(srv), *(body for of, body in REQUEST_BODIES if of == srv)]
    return [build_request(srv, SUPPLIER, ESME, 7, 1, body) for body in bodies]


@pytest.mark.parametrize("srv", service_requests())
def test_a_request_reads_the_same_from_its_canonical_octets_and_from_its_elements(srv: str) -> None:
    for request in requests_of(srv):
        document = received(sign(write_request(request), SIGNER))
        usual = document.usual
        assert usual is not None
        assert read_request(document.element, usual.unsigned) == read_request(document.element)


@pytest.mark.parametrize("srv", service_requests())
def test_only_a_body_with_attributes_or_references_goes_the_long_way(srv: str) -> None:
    for request in requests_of(srv):
        usual = received(sign(write_request(request), SIGNER)).usual
        assert usual is not None
        body = usual.unsigned.partition(b"<sr:Body>")[2]
        assert (read_canonical_request(usual.unsigned) is None) == (b'="' in body or b"&" in body)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<sr:DeviceID>x", "<sr:DeviceID> x&amp;y "),
        ("<sr:DeviceID>x", "<sr:DeviceID>&#13;"),
        ("<sr:DeviceID>x", "<sr:DeviceID>é&#x20AC;"),
        ("<sr:DeviceID>x", '<sr:DeviceID ID="1">x'),
        ("<sr:DeviceID>x", '<sr:DeviceID xmlns:sr="urn:other">x'),
        ("<sr:DeviceID>x", '<sr:DeviceID>="x"'),
        ("<sr:DeviceID>x", "<sr:DeviceID>a>b"),
        ("<sr:DeviceID>x</sr:DeviceID>", '<x:DeviceID xmlns:x="http://www.dccinterface.co.uk/ServiceUserGateway"/>'),
        ("<sr:DeviceID>x</sr:DeviceID>", '<ra:A xmlns:ra="http://www.dccinterface.co.uk/ResponseAndAlert"/>'),
        ("<sr:DeviceID>x</sr:DeviceID>", " \n"),
        ("<sr:Body>", "<sr:Body>\n  "),
        ("<sr:ReadInventory>", "<sr:ReadInventory>\n\t"),
        ("</sr:ReadInventory>", "\n</sr:ReadInventory>\n"),
        ("<sr:CommandVariant>8", "<sr:CommandVariant> +08 "),
        ("<sr:CommandVariant>8", "<sr:FirstInSequence>true</sr:FirstInSequence><sr:CommandVariant>8"),
        ("<sr:ServiceReference>8.2", "<sr:ServiceReference>\n8.2 "),
        ('schemaVersion="', 'schemaVersion=" '),
        ("<sr:Request ", '<sr:Request xmlns:ra="http://www.dccinterface.co.uk/ResponseAndAlert" '),
        ("<sr:Request ", '<sr:Request xmlns:ra="urn:other" '),
    ],
)  # fmt: skip
def test_whatever_stands_in_a_request_it_reads_the_same(old: str, new: str) -> None:
    assert old in SIGNED
    element = parse(SIGNED.replace(old, new, 1).encode())
    unsigned = parse(etree.tostring(element))
    unsigned.remove(unsigned[-1])
    octets = etree.tostring(unsigned, method="c14n", with_comments=False)
    assert read_request(element, octets) == read_request(element)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<sr:Body>", "<!-- x --><sr:Body>"),
        ("<sr:Body>", "<?x y?><sr:Body>"),
        ("<sr:DeviceID>x", "<sr:DeviceID><![CDATA[x]]>"),
        ("<sr:DeviceID>x", "<sr:DeviceID>Signature x"),
        ("<sr:DeviceID>x</sr:DeviceID>", "<sr:Signature>x</sr:Signature>"),
        ("<sr:DeviceID>x", f'<x:Signature xmlns:x="{_DS}"/><sr:DeviceID>x'),
        ("<sr:DeviceID>x", f'<sr:DeviceID xmlns:ds="{_DS}"><ds:Signature/>x'),
        ("</ds:Signature>", "</ds:Signature><sr:DeviceID>x</sr:DeviceID>"),
        ("<sr:Request ", f'<sr:Request xmlns:ds="{_DS}" '),
        ("<sr:Request ", '<sr:Request xmlns:x="relative" '),
        ("<sr:CommandVariant>8", "<sr:CommandVariant>1"),  # not what was signed
    ],
)
def test_what_needs_a_closer_look_has_no_usual_form(old: str, new: str) -> None:
    assert received(SIGNED.encode()).usual is not None
    assert old in SIGNED
    assert received(SIGNED.replace(old, new, 1).encode()).usual is None


def test_a_signature_that_is_not_a_child_of_the_document_element_has_no_usual_form() -> None:
    start, end = SIGNED.index("<ds:Signature "), SIGNED.index("</ds:Signature>") + len("</ds:Signature>")
    for place, wrapped in product(("</sr:Body>", "</sr:ReadInventory>", "</sr:DeviceID>"), (False, True)):
        signature = f"<sr:X>{SIGNED[start:end]}</sr:X>" if wrapped else SIGNED[start:end]
        moved = (SIGNED[:start] + SIGNED[end:]).replace(place, signature + place)
        assert received(moved.encode()).usual is None
    last = SIGNED.replace(SIGNED[start:end], f"<sr:X>{SIGNED[start:end]}</sr:X>")
    assert received(last.encode()).usual is None


@pytest.mark.parametrize("text", ["AAAA", "AAA", "A===", "AB==", "=", "&#65;AAA", "AA AA", "é"])
@pytest.mark.parametrize("srv", ["8.5", "8.6", "6.15.1"])
def test_base64_is_judged_the_same_with_the_octets_at_hand(srv: str, text: str) -> None:
    for request in requests_of(srv):
        unsigned = write_request(request)
        document = received(sign(unsigned, SIGNER))
        for element in document.element.iter("{*}*"):
            if "Certificate" in str(element.tag) and not len(element):
                element.text = text
        changed = received(etree.tostring(document.element))
        assert schema_problems(changed.element, unsigned=partial(unsigned_octets, changed)) == schema_problems(
            changed.element
        )
