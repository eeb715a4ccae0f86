"""The short way through a signature sees what the long way sees, and takes nothing unusual."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from stubs.wire.duis import Node, build_request, write_request
from stubs.wire.duis.examples import ESME, SUPPLIER
from stubs.wire.xml import parse
from stubs.wire.xmlsig import STRICT, Signer, sign
from stubs.wire.xmlsig.profile import canonical
from stubs.wire.xmlsig.structure import (
    Parts,
    cut_usual_signature,
    only_signature,
    read_signature,
    read_usual_signature,
)

SIGNED = sign(
    write_request(build_request("8.2", SUPPLIER, ESME, 1, 8, Node("ReadInventory", children=(Node("DeviceID", "x"),)))),
    Signer(ec.derive_private_key(1, ec.SECP256R1()), "CN=Z1,OU=07", 77),
).decode()
DIGEST = read_signature(only_signature(parse(SIGNED.encode()), STRICT), STRICT).digest


def usual(document: str, digest: bytes = DIGEST) -> Parts | None:
    signature = only_signature(parse(document.encode()), STRICT)
    return read_usual_signature(canonical(signature, exclusive=True), digest)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("<ds:KeyInfo>", "<ds:KeyInfo><!-- ours -->"),
        ("<ds:SignedInfo>", "<!-- first --><ds:SignedInfo>"),
        ("<ds:X509IssuerName>CN=Z1,OU=07", "<ds:X509IssuerName> CN=Z1,OU=07\n"),
        ("<ds:X509SerialNumber>77", "<ds:X509SerialNumber>077"),
        ("&#13;\n", "\n"),
        ("&#13;\n", ""),
    ],
)
def test_the_short_way_reads_what_the_long_way_reads(old: str, new: str) -> None:
    document = SIGNED.replace(old, new, 1)
    parts, careful = usual(document), read_signature(only_signature(parse(document.encode()), STRICT), STRICT)
    assert parts is not None
    assert (parts.digest, parts.value, parts.issuer_name, parts.serial) == (
        careful.digest, careful.value, careful.issuer_name, careful.serial,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("xmldsig-more#ecdsa-sha256", "xmldsig-more#hmac-sha256"),
        ("xmlenc#sha256", "xmldsig#sha1"),
        ('<ds:Reference URI="">', '<ds:Reference URI="#x">'),
        ('<ds:Reference URI="">', '<ds:Reference URI="" Type="x">'),
        ("<ds:Transforms>", '<ds:Transforms><ds:Transform Algorithm="x"/>'),
        ("<ds:KeyInfo>", "<ds:KeyInfo><ds:KeyName>x</ds:KeyName>"),
        ("<ds:KeyInfo>", '<ds:KeyInfo Id="x">'),
        ("</ds:KeyInfo>", "</ds:KeyInfo><ds:Object/>"),
        ("<ds:X509SerialNumber>77", "<ds:X509SerialNumber>"),
        ("<ds:X509SerialNumber>77", "<ds:X509SerialNumber>-77"),
        ("CN=Z1", "CN=&lt;Z1"),
        ("<ds:SignatureValue>", "<ds:SignatureValue>AAAA"),
        ("<ds:SignatureValue>", "<ds:SignatureValue>="),
        ("<ds:SignatureValue>", "<ds:SignatureValue>é"),
        ("<ds:SignatureValue>", "<ds:SignatureValue>" + " " * 200),
        ("CN=Z1", f"CN={'Z' * 201}"),
        ("CN=Z1", f"CN={'Z' * 501}"),
        ("<ds:SignedInfo>", "<ds:SignedInfo> "),
        ("xmlns:ds=", 'Id="x" xmlns:ds='),
    ],
)
def test_the_short_way_takes_nothing_unusual(old: str, new: str) -> None:
    assert old in SIGNED
    assert usual(SIGNED.replace(old, new, 1)) is None


def test_the_short_way_takes_no_value_with_unused_bits() -> None:
    at = SIGNED.index("==</ds:SignatureValue>")
    following = {"A": "B", "Q": "R", "g": "h", "w": "x"}[SIGNED[at - 1]]
    assert usual(SIGNED) is not None
    assert usual(f"{SIGNED[: at - 1]}{following}{SIGNED[at:]}") is None


def test_the_short_way_takes_no_digest_but_the_computed_one() -> None:
    assert usual(SIGNED, bytes(32)) is None


def test_another_prefix_goes_the_long_way() -> None:
    assert usual(SIGNED.replace("<ds:", "<d:").replace("</ds:", "</d:").replace("xmlns:ds", "xmlns:d")) is None


def test_what_is_cut_out_and_what_is_left_are_the_canonical_forms_of_both() -> None:
    root = parse(SIGNED.replace("</ds:Signature>", "</ds:Signature>\n ").encode())
    rest, octets = cut_usual_signature(canonical(root))
    signature = only_signature(root, STRICT)
    assert octets == canonical(signature, exclusive=True)
    root.remove(signature)  # with the white space behind it
    root[-1].tail = "\n "
    assert rest == canonical(root)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<sr:DeviceID>x", '<sr:DeviceID>&lt;ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"&gt;'),
        ("<sr:DeviceID>x", '<sr:DeviceID><![CDATA[<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">]]>'),
        ("<sr:Body>", '<!--<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">--><sr:Body>'),
    ],
)
def test_a_start_tag_that_is_only_text_is_not_where_the_signature_is_cut(old: str, new: str) -> None:
    assert old in SIGNED
    root = parse(SIGNED.replace(old, new, 1).encode())
    assert cut_usual_signature(canonical(root))[1] == canonical(only_signature(root, STRICT), exclusive=True)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<sr:Body>", '<sr:Body><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"></ds:Signature>'),
        ("<sr:Request ", '<sr:Request xmlns:ds="http://www.w3.org/2000/09/xmldsig#" '),
        ("<ds:Signature ", '<ds:Signature xmlns:a="urn:a" '),
    ],
)
def test_two_signatures_or_another_start_tag_are_not_cut(old: str, new: str) -> None:
    assert old in SIGNED
    octets = canonical(parse(SIGNED.replace(old, new, 1).encode()))
    assert cut_usual_signature(octets) == (octets, b"")
