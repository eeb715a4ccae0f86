"""XML, DUIS and signatures: no bytes crash the reader, and what is written is what is read."""

from __future__ import annotations

import string
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from stubs.wire.certificates import Certificate, CertificateIndex
from stubs.wire.duis import (
    DccAlert,
    DeviceAlert,
    FutureDatedDeviceAlert,
    GbcsPayload,
    LocalCommand,
    Node,
    PreCommand,
    RequestHeader,
    Response,
    ResponseHeader,
    ServiceRequest,
    ServiceResponse,
    SignedPreCommand,
    build_request,
    read_request,
    read_response,
    schema_problems,
    write_request,
    write_response,
)
from stubs.wire.duis.examples import ESME, SUPPLIER
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.request_id import RequestId
from stubs.wire.xml import parse
from stubs.wire.xmlsig import Signer, sign, verify

SIGNER = Signer(ec.derive_private_key(1, ec.SECP256R1()), "CN=Z1,OU=07", 1)
NOBODY = CertificateIndex()
SOMEBODY = CertificateIndex(
    [
        Certificate(
            der=b"",
            eui=SUPPLIER,
            role="87",
            usage="DS",
            serial=1,
            issuer_name="CN=Z1,OU=07",
            subject_name="OU=87",
            subject_key_id=b"",
            not_before=datetime(2020, 1, 1, tzinfo=UTC),
            not_after=datetime(2040, 1, 1, tzinfo=UTC),
            is_device=False,
            spki=SIGNER.private_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        )
    ]
)
DOCUMENT = sign(
    write_request(build_request("8.2", SUPPLIER, ESME, 1, 8, Node("ReadInventory", children=(Node("DeviceID", "x"),)))),
    SIGNER,
)

euis = st.binary(min_size=8, max_size=8).map(Eui64)
request_ids = st.builds(RequestId, euis, euis, st.integers(0, 2**64 - 1))
texts = st.text(
    st.characters(
        min_codepoint=0x20, exclude_categories=["Cs"], exclude_characters="\ufffe\uffff", include_characters="\t\n\r"
    )
)
names = st.text(string.ascii_letters, min_size=1, max_size=12)
tokens = st.text(string.ascii_letters + string.digits + ".", min_size=1, max_size=12)
attributes = st.dictionaries(names, texts, max_size=2).map(lambda found: tuple(found.items()))
nodes = st.recursive(
    st.builds(Node, names, texts, st.just(()), attributes),
    lambda inner: st.builds(Node, names, st.just(""), st.lists(inner, min_size=1, max_size=4).map(tuple), attributes),
    max_leaves=12,
)
request_headers = st.builds(
    RequestHeader, request_ids, st.integers(1, 9), tokens, tokens, st.none() | st.booleans(), st.none() | request_ids
)
moments = st.datetimes(datetime(1900, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)
numbers = st.integers(0, 2**32 - 1)
results = (
    st.none()
    | st.builds(GbcsPayload, st.binary())
    | st.builds(PreCommand, tokens, st.binary())
    | st.builds(LocalCommand, st.binary())
    | st.builds(FutureDatedDeviceAlert, st.sampled_from(["8F66", "8F67"]), st.binary(), numbers, numbers)
)
responses = st.builds(
    Response,
    st.builds(ResponseHeader, tokens, moments, st.none() | request_ids, st.none() | request_ids),
    st.builds(ServiceResponse, tokens, tokens, results)
    | st.builds(DeviceAlert, st.just("8F3F"), st.binary(), st.none() | numbers, st.none() | numbers)
    | st.builds(DccAlert, tokens, nodes, st.none() | numbers, st.none() | numbers),
)


@given(st.builds(ServiceRequest, request_headers, nodes.filter(lambda node: node.name != "SignedPreCommand"), tokens))
def test_a_request_written_is_the_request_read(request: ServiceRequest) -> None:
    assert read_request(parse(write_request(request))) == request


@given(st.builds(SignedPreCommand, request_headers, st.binary(), st.none() | tokens, tokens))
def test_a_signed_pre_command_written_is_the_one_read(request: SignedPreCommand) -> None:
    assert read_request(parse(write_request(request))) == request


@given(responses)
def test_a_response_written_is_the_response_read(response: Response) -> None:
    assert read_response(parse(write_response(response))) == response


@given(st.builds(ServiceRequest, request_headers, nodes, tokens))
def test_a_document_is_one_line_unless_a_value_has_line_feeds(request: ServiceRequest) -> None:
    document = write_request(request)
    if b"\n" in document:
        assert any("\n" in value for value in _values(request.body))


def _values(node: Node) -> list[str]:
    values = [node.text, *(value for _, value in node.attributes)]
    return values + [value for child in node.children for value in _values(child)]


@given(responses)
def test_what_is_signed_is_the_document_and_its_signer_is_looked_up(response: Response) -> None:
    signed = sign(write_response(response), SIGNER)
    assert read_response(parse(signed)) == response
    assert read_response(verify(signed, SOMEBODY).element) == response
    with pytest.raises(PeerError, match="certificate is not known"):
        verify(signed, NOBODY)


def everything(data: bytes) -> None:
    """All that is ever done to bytes of a peer; anything but a PeerError escaping is a defect."""
    schema_problems(data)
    for read in (read_request, read_response, lambda element: verify(element, SOMEBODY)):
        with suppress(PeerError):
            read(parse(data))


@given(st.binary(max_size=200))
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    everything(data)


@given(st.integers(0, len(DOCUMENT) - 1), st.integers(0, 40), st.binary(max_size=12))
def test_no_damage_to_a_document_crashes_the_reader(at: int, length: int, patch: bytes) -> None:
    everything(DOCUMENT[:at] + patch + DOCUMENT[at + length :])


INSERTS = (
    b' xmlns:a="relative"',
    b' xmlns=""',
    b' xml:space="preserve"',
    b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xsi:x"',
    b"<!-- -->",
    b"<?a b?>",
    b"<![CDATA[&]]>",
    b"&#13;",
    b"<sr:Header/>",
    b"text",
)
BOUNDARIES = [at for at, octet in enumerate(DOCUMENT) if octet in b"<>"]


@given(st.lists(st.tuples(st.sampled_from(BOUNDARIES), st.integers(0, 1), st.sampled_from(INSERTS)), max_size=3))
def test_no_insertion_between_tags_crashes_the_reader(inserts: list[tuple[int, int, bytes]]) -> None:
    document = DOCUMENT
    for at, offset, what in sorted(inserts, reverse=True):
        document = document[: at + offset] + what + document[at + offset :]
    everything(document)


@given(
    st.lists(
        st.sampled_from([DOCUMENT[at : at + size] for size in (7, 30, 90) for at in range(0, len(DOCUMENT), size)]),
        max_size=12,
    )
)
def test_no_patchwork_of_a_document_crashes_the_reader(pieces: list[bytes]) -> None:
    everything(b"".join(pieces))
    everything(b"<sr:Request xmlns:sr='http://www.dccinterface.co.uk/ServiceUserGateway'>" + b"".join(pieces))


@given(nodes)
def test_any_tree_can_stand_in_a_dcc_alert_and_is_judged(node: Node) -> None:
    header = ResponseHeader("I0", datetime(2026, 1, 1, tzinfo=UTC))
    document = write_response(Response(header, DccAlert("N1", node)))
    for problem in schema_problems(document):
        assert problem.message
        assert problem.path.startswith("/Response")
