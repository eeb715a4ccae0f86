"""A request in the form of an earlier one: what is remembered of it is what a parser and the schema find."""

from __future__ import annotations

import re
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.load import service_requests
from stubs.dcc.requests.request_validation import parse_body, read_valid
from stubs.smki import Pki
from stubs.wire import request_forms
from stubs.wire.duis import Node, Request, ServiceRequest, build_request, build_signed_pre_command, write_request
from stubs.wire.duis.examples import ESME, SUPPLIER
from stubs.wire.errors import Refusal
from stubs.wire.eui64 import Eui64
from stubs.wire.request_forms import RequestForms
from stubs.wire.request_id import COUNTER_MAX, RequestId
from stubs.wire.xmlsig import UsualForm, sign
from tests.dcc_kit import DccFixture, a_pki
from tests.rule_trips import STRICT, TRIPS
from tests.unit.test_checked_requests import recorded
from tests.unit.test_received_documents import SIGNER, requests_of

LIMIT = 1 << 24
READ = build_request("8.2", SUPPLIER, ESME, 7, 8, Node("ReadInventory", children=(Node("DeviceID", str(ESME)),)))
SIGNED = sign(write_request(READ), SIGNER)
EUIS = st.binary(min_size=8, max_size=8).map(Eui64)


def long_way(document: bytes) -> tuple[Request, UsualForm | None] | None:
    """The request and its usual form, as a parser and the schema find; None: refused."""
    try:
        received = parse_body(document, LIMIT)
        return read_valid(received), received.usual
    except Refusal:
        return None


def forms_with(*documents: bytes) -> RequestForms:
    forms = RequestForms()
    for document in documents:
        received = parse_body(document, LIMIT)
        forms.remember(received, read_valid(received))
    return forms


def with_id(request: ServiceRequest, request_id: RequestId) -> ServiceRequest:
    return replace(request, header=msgspec.structs.replace(request.header, request_id=request_id))


def of_number(request: ServiceRequest, counter: int) -> bytes:
    return sign(write_request(with_id(request, RequestId(SUPPLIER, ESME, counter))), SIGNER)


@pytest.mark.parametrize("srv", service_requests())
def test_the_next_request_of_a_form_is_read_as_if_it_were_the_first(srv: str) -> None:
    for request in requests_of(srv):
        forms, following = forms_with(of_number(request, 7)), of_number(request, 1234567)
        assert forms.find(following) == long_way(following)
        assert forms.find(following) is not None


@given(EUIS, EUIS, st.integers(0, 2**63 - 1) | st.integers(10**18, COUNTER_MAX))
def test_any_request_id_reads_the_same(originator: Eui64, target: Eui64, counter: int) -> None:
    document = sign(write_request(with_id(READ, RequestId(originator, target, counter))), SIGNER)
    found = forms_with(SIGNED).find(document)
    assert found == (long_way(document) if counter < 10**19 else None)


@pytest.mark.parametrize(
    "text", ["", " ", "{0} ", "&#{1};", "{0}<!-- -->", "{0}:1", "0{0}", "+{0}", "{0}é", "99999999999999999999", "٣"]
)  # fmt: skip
def test_a_request_id_that_is_none_is_left_to_the_schema(text: str) -> None:
    forms = forms_with(SIGNED)
    for counter in ("7", "18446744073709551616"):
        document = SIGNED.replace(b":7<", b":" + text.format(counter, ord("7")).encode() + b"<")
        assert forms.find(document) is None


@pytest.mark.parametrize(
    "end", ["", "\n", "&#13;\n", "&#xD;\n", "\r\n", "&#13;", " ", "\t", "=", "&#10;", "\n\n", "<!---->"]
)
def test_however_the_value_is_broken_it_reads_the_same(end: str) -> None:
    document = SIGNED.replace(b"&#13;\n", end.encode())
    found = forms_with(SIGNED).find(document)
    assert found is None or found == long_way(document)
    assert found is not None or end not in {"", "\n", "&#13;\n", "&#xD;\n"}


def test_a_signature_or_digest_that_is_none_is_left_to_those_who_refuse_it() -> None:
    forms = forms_with(SIGNED)
    for name in (b"SignatureValue", b"DigestValue"):
        for text in (b"", b"AAAA", b"?", b"&amp;", b"A" * 300):
            assert forms.find(re.sub(name + b">[^<]*<", name + b">" + text + b"<", SIGNED, count=1)) is None
    assert forms.find(SIGNED.replace(b":7<", b":8<")) is None  # not what was signed


@given(st.integers(0, len(SIGNED) - 1), st.integers(0, 3), st.sampled_from([b"", b"<", b">", b"&", b" ", b"A", b"1"]))
def test_whatever_is_changed_is_no_longer_of_the_form_or_reads_the_same(at: int, length: int, put: bytes) -> None:
    document = SIGNED[:at] + put + SIGNED[at + length :]
    found = forms_with(SIGNED).find(document)
    assert found is None or found == long_way(document)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<sr:Header>", "<sr:Header><!-- <sr:RequestID>90-B3-D5-1F-30-01-00-00:90-B3-D5-1F-30-01-00-00:1< -->"),
        ("<sr:Header>", "<sr:Header>\n"),
        ("<sr:RequestID>", "<sr:RequestID >"),
        ("</sr:RequestID>", "<!-- --></sr:RequestID>"),
        ("<ds:DigestValue>", "<ds:DigestValue >"),
        ("<ds:SignatureValue>", "<ds:SignatureValue >"),
        ("<ds:Signature ", "<!-- <ds:DigestValue>x< --><ds:Signature "),
        ("<sr:Request ", "<sr:Request " + " ".join(f'xmlns:a{n}="urn:a{n}"' for n in range(16)) + " "),
    ],
)  # fmt: skip
def test_a_form_in_which_a_place_may_not_be_what_it_seems_is_not_kept(old: str, new: str) -> None:
    unsigned = write_request(READ)
    changed = unsigned.replace(old.encode(), new.encode())
    is_signed_part = changed != unsigned and b"<!--" not in changed
    document = sign(changed, SIGNER) if is_signed_part else SIGNED.replace(old.encode(), new.encode(), 1)
    assert document != SIGNED
    assert long_way(document) is not None
    assert forms_with(document).find(document) is None


def test_a_second_request_id_or_another_signature_in_the_body_is_not_taken_for_the_first() -> None:
    for name in ("RequestID", "ds:DigestValue", "ds:SignatureValue"):
        body = Node("ReadInventory", children=(Node(name, "x"),))
        document = sign(write_request(replace(READ, body=body)), SIGNER)
        received = parse_body(document, LIMIT)
        forms = RequestForms()
        forms.remember(received, READ)
        assert forms.find(document) is None


def test_neither_a_signed_pre_command_nor_a_long_document_is_kept() -> None:
    signed = sign(write_request(build_signed_pre_command("7.2", SUPPLIER, ESME, 7, 5, b"payload")), SIGNER)
    long = sign(write_request(replace(READ, body=Node("ReadInventory", "x" * 9000))), SIGNER)
    for document in (signed, long):
        forms, received = RequestForms(), parse_body(document, LIMIT)
        forms.remember(received, READ if document is long else read_valid(received))
        assert forms.find(document) is None


def test_the_oldest_form_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_forms, "_MOST", 2)
    documents = [of_number(requests_of(srv)[0], 1) for srv in ("4.1.1", "8.2", "11.2")]
    forms = forms_with(documents[0], documents[1], documents[0], documents[2])
    assert [forms.find(document) is not None for document in documents] == [False, True, True]


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return a_pki(tmp_path_factory.mktemp("pki"))


class Experienced(DccFixture):
    """A core that knows the forms of another."""

    def __init__(self, other: DccFixture) -> None:
        super().__init__(other.pki, other.settings)
        self.dcc._context.forms = other.dcc._context.forms


@pytest.mark.parametrize("rule", TRIPS)
def test_a_refusal_is_the_same_whatever_forms_are_known(pki: Pki, rule: str) -> None:
    first = DccFixture(pki, STRICT)
    reply = TRIPS[rule](first)
    second = Experienced(first)
    assert TRIPS[rule](second) == reply
    assert second.refused() == rule
    assert recorded(second) == recorded(first)
