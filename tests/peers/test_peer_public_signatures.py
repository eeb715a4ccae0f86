"""XML signatures between ours and the DCC's Java signing tool, both directions, sound and tampered.

Origin: ``@smartdcc/duis-sign-wrap`` 0.1.2 (GPL-3.0, with the schema of DUIS 5.1) and the public test identities of
``@smartdcc/dccboxed-keystore`` 0.4.2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from stubs.smki import Pki
from stubs.wire.duis import (
    GbcsPayload,
    Node,
    PreCommand,
    RequestHeader,
    Response,
    ResponseHeader,
    Result,
    ServiceRequest,
    ServiceResponse,
    write_request,
    write_response,
)
from stubs.wire.eui64 import Eui64
from stubs.wire.request_id import RequestId
from stubs.wire.xmlsig import SignatureError, SignatureReason, Signer, sign, verify
from tests.peers.public_tools import PublicTools, Unavailable, install

pytestmark = [pytest.mark.peer, pytest.mark.timeout(180)]

SUPPLIER = Eui64.parse("90-B3-D5-1F-30-01-00-00")
METER = Eui64.parse("DE-51-CE-00-00-00-00-E1")
REQUEST_ID = RequestId(SUPPLIER, METER, 1768471200001)
NOW = datetime(2026, 1, 15, 10, 0, tzinfo=UTC)

READ = ("4.1", "4.1.1", 1, Node("ReadInstantaneousImportRegisters"))
MESSAGE = ("3.1", "3.1", 1, Node("DisplayMessage", children=(Node("SupplierMessage", '1 < 2 & 3 > 2, "now"'),)))

Change = Callable[[bytes], bytes]


def _request(service: tuple[str, str, int, Node]) -> bytes:
    reference, srv, variant, body = service
    return write_request(ServiceRequest(RequestHeader(REQUEST_ID, variant, reference, srv), body))


def _response(code: str, result: Result) -> bytes:
    response_id = RequestId(METER, SUPPLIER, REQUEST_ID.counter)
    header = ResponseHeader(code, NOW, REQUEST_ID, response_id)
    return write_response(Response(header, ServiceResponse("4.1", "4.1.1", result)))


def _signer(pki: Pki) -> Signer:
    pair = pki.key_pair(SUPPLIER, "DS", "87")
    assert pair is not None
    return Signer(pair.private_key, pair.certificate.issuer_name, pair.certificate.serial)


def _dcc(pki: Pki) -> Signer:
    pair = pki.dcc_signer
    return Signer(pair.private_key, pair.certificate.issuer_name, pair.certificate.serial)


def _without_signature(document: bytes) -> bytes:
    """Canonical octets of a document, signature and white space between elements left out."""
    root = etree.fromstring(document)
    for signature in root.findall("{http://www.w3.org/2000/09/xmldsig#}Signature"):
        root.remove(signature)
    canonical: bytes = etree.tostring(root, method="c14n")
    return canonical


def _swap(old: bytes, new: bytes) -> Change:
    def change(document: bytes) -> bytes:
        assert document.count(old) >= 1
        return document.replace(old, new, 1)

    return change


def _other_signature_value(document: bytes) -> bytes:
    start = document.index(b"<ds:SignatureValue>") + len(b"<ds:SignatureValue>")
    letter = b"A" if document[start : start + 1] != b"A" else b"B"
    return document[:start] + letter + document[start + 1 :]


def _other_serial(document: bytes) -> bytes:
    start = document.index(b"<ds:X509SerialNumber>") + len(b"<ds:X509SerialNumber>")
    return document[:start] + b"1" + document[start:]


# --- what we sign ---


@pytest.mark.parametrize("service", [READ, MESSAGE], ids=["a read", "characters that are escaped"])
def test_the_signing_tool_accepts_a_request_we_signed(
    service: tuple[str, str, int, Node], public_tools: PublicTools, public_pki: Pki
) -> None:
    unsigned = _request(service)
    said = public_tools.validate(sign(unsigned, _signer(public_pki)))
    assert said.is_valid, said.log
    assert "passed signature check" in said.log
    assert _without_signature(said.document) == _without_signature(unsigned)


@pytest.mark.parametrize(
    ("code", "result"),
    [("I0", GbcsPayload(bytes(range(256)))), ("I0", PreCommand("4.2", b"\xdf\x09\x01" + bytes(90))), ("E20", None)],
    ids=["a device's answer", "a Pre-Command", "an asynchronous error"],
)
def test_the_signing_tool_accepts_a_response_we_signed_as_the_dcc(
    code: str, result: Result, public_tools: PublicTools, public_pki: Pki
) -> None:
    unsigned = _response(code, result)
    said = public_tools.validate(sign(unsigned, _dcc(public_pki)))
    assert said.is_valid, said.log
    assert "passed signature check" in said.log
    assert _without_signature(said.document) == _without_signature(unsigned)


@pytest.mark.parametrize(
    "tamper",
    [_swap(b">I0<", b">E20<"), _swap(b"AAECAwQF", b"AAECAwQG"), _other_signature_value],
    ids=["another response code", "another octet of the payload", "another signature value"],
)
def test_the_signing_tool_refuses_what_was_altered_after_we_signed(
    tamper: Change, public_tools: PublicTools, public_pki: Pki
) -> None:
    signed = sign(_response("I0", GbcsPayload(bytes(range(32)))), _dcc(public_pki))
    said = public_tools.validate(tamper(signed))
    assert not said.is_valid
    assert "failed signature check" in said.log


def test_the_signing_tool_refuses_a_signature_with_a_key_that_is_not_the_certificates(
    public_tools: PublicTools, public_pki: Pki
) -> None:
    wrong_key = replace(_dcc(public_pki), private_key=_signer(public_pki).private_key)
    said = public_tools.validate(sign(_response("I0", GbcsPayload(b"\x01")), wrong_key))
    assert not said.is_valid


# --- what the tool signs ---


@pytest.fixture(scope="module")
def signed_by_the_tool(public_tools: PublicTools) -> bytes:
    return public_tools.sign(_request(READ))


def test_we_accept_what_the_signing_tool_signed(signed_by_the_tool: bytes, public_pki: Pki) -> None:
    verified = verify(signed_by_the_tool, public_pki.certificates)
    assert (verified.certificate.eui, verified.certificate.role) == (SUPPLIER, "87")
    assert _without_signature(signed_by_the_tool) == _without_signature(_request(READ))


def test_we_accept_escaped_characters_the_signing_tool_signed(public_tools: PublicTools, public_pki: Pki) -> None:
    assert verify(public_tools.sign(_request(MESSAGE)), public_pki.certificates).certificate.eui == SUPPLIER


@pytest.mark.parametrize(
    ("tamper", "reason"),
    [
        (_swap(b"1768471200001", b"1768471200002"), SignatureReason.DIGEST_DIFFERS),
        (_swap(b"ReadInstantaneousImportRegisters", b"ReadInstantaneousPrepayValues"), SignatureReason.DIGEST_DIFFERS),
        (_other_signature_value, SignatureReason.SIGNATURE_DIFFERS),
        (_other_serial, SignatureReason.UNKNOWN_SIGNER),
    ],
    ids=["another counter", "another service", "another signature value", "another serial number"],
)
def test_we_refuse_what_was_altered_after_the_signing_tool_signed(
    tamper: Change, reason: SignatureReason, signed_by_the_tool: bytes, public_pki: Pki
) -> None:
    with pytest.raises(SignatureError) as refused:
        verify(tamper(signed_by_the_tool), public_pki.certificates)
    assert refused.value.reason == reason


# --- where the tools are absent ---


def test_an_absent_tool_is_named_with_the_command_that_brings_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match=r"java, node, npm not found; .*apt-get install default-jre-headless nodejs"):
        install(tmp_path)
