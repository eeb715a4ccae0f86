"""The signature lens: each kind of mistake that clients make when they sign is named, and proven where it can be."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from schemas.load import signature_causes
from stubs.wire.certificates import Certificate, CertificateIndex
from stubs.wire.duis import Node, build_request, write_request
from stubs.wire.duis.examples import ESME, SUPPLIER
from stubs.wire.errors import PeerError
from stubs.wire.xml import DS, SR, XmlError
from stubs.wire.xmlsig import SignatureReason, Signer, sign, verify
from stubs.wire.xmlsig.errors import SignatureError
from stubs.wire.xmlsig.lens import Lens, explain, first_difference

ISSUER = "CN=Z1,OU=07"
SERIAL = 0xF123456789ABCDEF0123456789ABCDEF
KEY = ec.derive_private_key(2026, ec.SECP256R1())
OTHER_KEY = ec.derive_private_key(2027, ec.SECP256R1())
AGREEMENT_KEY = ec.derive_private_key(2028, ec.SECP256R1())
STRANGE_KEY = ec.derive_private_key(2029, ec.SECP256R1())
UNSIGNED = write_request(
    build_request("4.1.1", SUPPLIER, ESME, 1768471200001, 1, Node("ReadInstantaneousImportRegisters"))
)
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"


def certificate(key: ec.EllipticCurvePrivateKey, serial: int, usage: str = "DS") -> Certificate:
    return Certificate(
        der=b"",
        eui=SUPPLIER,
        role="87",
        usage=usage,  # type: ignore[arg-type]
        serial=serial,
        issuer_name=ISSUER,
        subject_name="CN=Supplier,OU=87",
        subject_key_id=b"",
        not_before=datetime(2020, 1, 1, tzinfo=UTC),
        not_after=datetime(2040, 1, 1, tzinfo=UTC),
        is_device=False,
        spki=key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    )


KNOWN = (certificate(KEY, SERIAL), certificate(OTHER_KEY, 4712), certificate(AGREEMENT_KEY, 4713, "KA"))
CERTIFICATES = CertificateIndex(KNOWN)


def c14n(document: bytes, *, exclusive: bool = False, comments: bool = False) -> bytes:
    return etree.tostring(etree.fromstring(document), method="c14n", exclusive=exclusive, with_comments=comments)


def indented(document: bytes, space: str) -> bytes:
    root = etree.fromstring(document)
    etree.indent(root, space=space)
    return etree.tostring(root)


@dataclass(frozen=True, kw_only=True)
class Client:
    """A client that signs in a way of its own. The defaults are the profile's."""

    digest: Callable[[bytes], bytes] = lambda octets: hashlib.sha256(octets).digest()
    digest_text: Callable[[bytes], str] = lambda digest: base64.b64encode(digest).decode()
    signed: Callable[[bytes], bytes] = lambda signed_info: c14n(signed_info, exclusive=True)
    algorithm: HashAlgorithm = field(default_factory=SHA256)
    pre: Callable[[bytes], bytes] = lambda octets: octets
    value: Callable[[bytes], str] = lambda der: base64.b64encode(plain(der)).decode()
    key: ec.EllipticCurvePrivateKey = KEY
    issuer: str = ISSUER
    serial: str = str(SERIAL)
    prefix: str = "ds"
    transforms: tuple[str, ...] = ("http://www.w3.org/2000/09/xmldsig#enveloped-signature",)
    before: bytes = b""
    """White space put before the signature."""

    def sign(self, document: bytes, digested: bytes | None = None) -> bytes:
        """``document`` with a signature over ``digested``, by default the canonical document."""
        p = f"{self.prefix}:" if self.prefix else ""
        digest = self.digest_text(self.digest(c14n(document) if digested is None else digested))
        transforms = "".join(f'<{p}Transform Algorithm="{name}"/>' for name in self.transforms)
        body = (
            f'<{p}CanonicalizationMethod Algorithm="{EXC}"/>'
            f'<{p}SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"/>'
            f'<{p}Reference URI=""><{p}Transforms>{transforms}</{p}Transforms>'
            f'<{p}DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
            f"<{p}DigestValue>{digest}</{p}DigestValue></{p}Reference></{p}SignedInfo>"
        )
        declaration = f'xmlns{":" if self.prefix else ""}{self.prefix}="{DS}"'
        alone = f"<{p}SignedInfo {declaration}>{body}".encode()
        der = self.key.sign(self.pre(self.signed(alone)), ec.ECDSA(self.algorithm))
        signature = (
            f"<{p}Signature {declaration}><{p}SignedInfo>{body}<{p}SignatureValue>{self.value(der)}</{p}SignatureValue>"
            f"<{p}KeyInfo><{p}X509Data><{p}X509IssuerSerial><{p}X509IssuerName>{self.issuer}</{p}X509IssuerName>"
            f"<{p}X509SerialNumber>{self.serial}</{p}X509SerialNumber></{p}X509IssuerSerial></{p}X509Data></{p}KeyInfo>"
            f"</{p}Signature>"
        ).encode()
        end = document.rindex(b"</")
        return document[:end] + self.before + signature + document[end:]


def plain(der: bytes) -> bytes:
    r, s = decode_dss_signature(der)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def swapped(der: bytes) -> bytes:
    return plain(der)[32:] + plain(der)[:32]


def with_declaration(document: bytes, text: str) -> bytes:
    at = document.index(b" xmlns")
    return document[:at] + f" {text}".encode() + document[at:]


def hashed(algorithm: HashAlgorithm) -> Client:
    return Client(algorithm=algorithm)


def b64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


SIGNER = Signer(KEY, ISSUER, SERIAL)
SIGNED = Client().sign(UNSIGNED)
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
DEFAULT = UNSIGNED.replace(b"xmlns:sr=", b"xmlns=").replace(b"<sr:", b"<").replace(b"</sr:", b"</")
COMMENTED = UNSIGNED.replace(b"<sr:Body>", b"<!-- reads --><sr:Body>")
CRLF = indented(UNSIGNED, "  ").replace(b"\n", b"\r\n")
HEADER = etree.tostring(next(etree.fromstring(UNSIGNED).iter(f"{{{SR}}}Body")), method="c14n")

KEPT = c14n(SIGNED.replace(SIGNED[SIGNED.index(b"<ds:DigestValue>") + 16 : SIGNED.index(b"</ds:DigestValue>")], b"").replace(
    SIGNED[SIGNED.index(b"<ds:SignatureValue>") + 19 : SIGNED.index(b"</ds:SignatureValue>")], b""))  # fmt: skip
"""Digested with the signature in it, its values not filled in yet."""
_NESTED = UNSIGNED.replace(b"<sr:Body>", b'<sr:Body xmlns:app="urn:app">')
EXCLUSIVE = Client().sign(_NESTED, c14n(_NESTED, exclusive=True))

MISTAKES: dict[str, tuple[bytes, str]] = {
    # white space
    "signed indented, sent compact": (Client().sign(UNSIGNED, c14n(indented(UNSIGNED, "  "))), "indented-when-signed"),
    "signed with tabs": (Client().sign(UNSIGNED, c14n(indented(UNSIGNED, "\t"))), "indented-when-signed"),
    "laid out after signing": (indented(SIGNED.replace(b"\n", b""), "  "), "indented-after-signing"),
    "signature on a line of its own": (replace(Client(), before=b"\n    ").sign(UNSIGNED, c14n(UNSIGNED)), "space-at-signature"),
    "values trimmed after digesting no": (
        Client().sign(UNSIGNED.replace(b"<sr:CommandVariant>1", b"<sr:CommandVariant> 1"), c14n(UNSIGNED)),
        "space-in-values",
    ),
    "CR LF digested": (Client().sign(CRLF, c14n(CRLF).replace(b"\n", b"\r\n")), "line-ends"),
    # prefixes
    "default namespace digested": (Client().sign(UNSIGNED, c14n(DEFAULT)), "other-prefix"),
    "prefix digested, default sent": (Client().sign(DEFAULT, c14n(UNSIGNED)), "other-prefix"),
    "xsi dropped": (Client().sign(UNSIGNED, c14n(with_declaration(UNSIGNED, XSI))), "unused-declarations"),
    "xsi added": (Client().sign(with_declaration(UNSIGNED, XSI), c14n(UNSIGNED)), "exclusive-form"),
    "schema location added": (
        Client().sign(with_declaration(UNSIGNED, f'{XSI} xsi:schemaLocation="a b"'), c14n(UNSIGNED)), "schema-location",
    ),
    # transforms
    "exclusive form": (EXCLUSIVE, "exclusive-form"),
    "signature not taken out": (Client().sign(UNSIGNED, KEPT), "signature-kept"),
    "comments digested": (Client().sign(COMMENTED, c14n(COMMENTED, comments=True)), "with-comments"),
    "text as written": (Client().sign(UNSIGNED, UNSIGNED), "not-canonicalised"),
    "UTF-16": (Client().sign(UNSIGNED, c14n(UNSIGNED).decode().encode("utf-16-le")), "other-encoding"),
    "only the body": (Client().sign(UNSIGNED, HEADER), "part-signed"),
    # digest algorithms
    "SHA-1": (Client(digest=lambda octets: hashlib.sha1(octets).digest()).sign(UNSIGNED), "other-digest"),
    "SHA-512": (Client(digest=lambda octets: hashlib.sha512(octets).digest()).sign(UNSIGNED), "other-digest"),
    "digest of the digest": (
        Client(digest=lambda octets: hashlib.sha256(hashlib.sha256(octets).digest()).digest()).sign(UNSIGNED),
        "digest-of-digest",
    ),
    "hexadecimal digest": (Client(digest_text=lambda digest: digest.hex()).sign(UNSIGNED), "digest-in-hex"),
    "base64 of hexadecimal": (Client(digest_text=lambda digest: b64(digest.hex().encode())).sign(UNSIGNED), "digest-in-hex"),
    # changed
    "identifiers put in lower case": (
        Client().sign(UNSIGNED).replace(str(SUPPLIER).encode(), str(SUPPLIER).lower().encode()), "value-changed",
    ),
    "another command variant": (SIGNED.replace(b"CommandVariant>1<", b"CommandVariant>4<"), "value-changed"),
    "any value": (SIGNED.replace(b"1768471200001", b"1768471200002"), "digest-differs"),
    # the signature's value
    "inclusive SignedInfo": (
        Client(signed=lambda info: c14n(info.replace(b" xmlns:ds", f' xmlns:sr="{SR}" xmlns:ds'.encode(), 1))).sign(UNSIGNED),
        "signed-info-inclusive",
    ),
    "SignedInfo as written": (
        Client(signed=lambda info: info.replace(f' xmlns:ds="{DS}"'.encode(), b"")).sign(UNSIGNED), "signed-info-as-written",
    ),
    "SignedInfo laid out": (
        Client(signed=lambda info: c14n(indented(info, "  "), exclusive=True)).sign(UNSIGNED), "signed-info-white-space",
    ),
    "SignedInfo with another prefix": (
        Client(signed=lambda info: c14n(info.replace(b"ds:", b"dsig:").replace(b":ds=", b":dsig="), exclusive=True)).sign(UNSIGNED),
        "signed-info-prefix",
    ),
    "the digest was signed": (Client(signed=lambda _: hashlib.sha256(c14n(UNSIGNED)).digest()).sign(UNSIGNED), "signed-the-digest"),
    "the document was signed": (Client(signed=lambda _: c14n(UNSIGNED)).sign(UNSIGNED), "signed-the-digest"),
    "hashed twice": (Client(pre=lambda octets: hashlib.sha256(octets).digest()).sign(UNSIGNED), "hashed-twice"),
    "SHA-1 of SignedInfo": (hashed(SHA1()).sign(UNSIGNED), "signature-hash"),
    "SHA-384 of SignedInfo": (hashed(SHA384()).sign(UNSIGNED), "signature-hash"),
    "SHA-512 of SignedInfo": (hashed(SHA512()).sign(UNSIGNED), "signature-hash"),
    "DER": (Client(value=b64).sign(UNSIGNED), "signature-in-der"),
    "hexadecimal value": (Client(value=lambda der: plain(der).hex()).sign(UNSIGNED), "signature-in-hex"),
    "r and s swapped": (Client(value=lambda der: b64(swapped(der))).sign(UNSIGNED), "signature-order"),
    "little-endian": (
        Client(value=lambda der: b64(plain(der)[:32][::-1] + plain(der)[32:][::-1])).sign(UNSIGNED), "signature-order",
    ),
    "value changed": (Client(value=lambda der: b64(bytes([plain(der)[0] ^ 1]) + plain(der)[1:])).sign(UNSIGNED), "signature-differs"),
    # keys and certificates
    "key of another certificate": (Client(key=OTHER_KEY).sign(UNSIGNED), "other-key"),
    "key agreement key": (Client(key=AGREEMENT_KEY).sign(UNSIGNED), "agreement-key"),
    "strange key": (Client(key=STRANGE_KEY).sign(UNSIGNED), "signature-differs"),
    "certificate for agreement": (Client(key=AGREEMENT_KEY, serial="4713").sign(UNSIGNED), "not-a-signing-certificate"),
    "serial in hexadecimal": (Client(serial=f"{SERIAL:X}").sign(UNSIGNED), "serial-in-hex"),
    "serial with colons": (Client(serial=":".join(f"{byte:02x}" for byte in SERIAL.to_bytes(16, "big"))).sign(UNSIGNED), "serial-in-hex"),
    "serial as a signed number": (Client(serial=str(SERIAL - 2**128)).sign(UNSIGNED), "serial-as-signed-number"),
    "no serial": (Client(serial="").sign(UNSIGNED), "serial-missing"),
    "subject in place of issuer": (Client(issuer="CN=Supplier,OU=87").sign(UNSIGNED), "issuer-is-subject"),
    "another issuer": (Client(issuer="CN=Z2,OU=07").sign(UNSIGNED), "other-issuer"),
    "no such certificate": (Client(serial="1").sign(UNSIGNED), "unknown-signer"),
    # structure
    "unsigned": (UNSIGNED, "unsigned"),
    "another transform": (Client(transforms=(EXC,)).sign(UNSIGNED), "other-transforms"),
    "twice": (Client().sign(SIGNED), "several-signatures"),
}  # fmt: skip


def look(document: bytes, theirs: bytes | None = None) -> Lens:
    return explain(document, CERTIFICATES, KNOWN, theirs)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named(name: str) -> None:
    document, cause = MISTAKES[name]
    with pytest.raises(SignatureError) as refused:
        verify(document, CERTIFICATES)
    lens = look(document)
    assert lens.reason == refused.value.reason
    assert cause in [found.id for found in lens.causes], [(found.id, found.detail) for found in lens.causes]


@pytest.mark.parametrize("name", [name for name, (_, cause) in MISTAKES.items() if cause not in set(SignatureReason)])
def test_a_mistake_that_is_more_than_a_reason_is_proven_and_comes_first(name: str) -> None:
    document, cause = MISTAKES[name]
    first = look(document).causes[0]
    if cause not in {"issuer-is-subject", "other-issuer"}:
        assert first.is_proven
    assert first.row.mend


def test_the_other_sides_octets_give_the_digest_sent() -> None:
    for document, cause in MISTAKES.values():
        lens = look(document)
        if lens.document is None or lens.document.theirs is None or cause in {"other-digest", "digest-of-digest"}:
            continue
        assert hashlib.sha256(lens.document.theirs).digest() == lens.stated_digest


def test_the_first_difference_is_where_the_octets_part() -> None:
    document, _ = MISTAKES["signed indented, sent compact"]
    lens = look(document)
    assert lens.document is not None
    found = lens.document.difference
    assert found is not None
    assert lens.document.ours[found.offset :].startswith(b"<sr:Header>")
    assert lens.document.theirs is not None
    assert lens.document.theirs[found.offset :].startswith(b"\n  <sr:Header>")
    assert found.ours[found.common :].startswith(b"<sr:Header>")


def test_a_good_signature_has_no_causes_and_no_difference() -> None:
    for document in (SIGNED, sign(UNSIGNED, SIGNER)):
        lens = look(document)
        assert lens.is_good
        assert lens.causes == ()
        assert lens.is_value_good is True
        assert lens.document is not None
        assert lens.document.difference is None
        assert lens.digest == lens.stated_digest


def test_octets_that_the_other_side_prints_are_compared() -> None:
    theirs = c14n(UNSIGNED).replace(b"1768471200001", b"1768471200009")
    lens = look(Client().sign(UNSIGNED, theirs), theirs)
    assert lens.document is not None
    assert lens.document.theirs == theirs
    found = lens.document.difference
    assert found is not None
    assert found.ours[found.common : found.common + 1] == b"1"
    assert found.theirs[found.common : found.common + 1] == b"9"


def test_two_mistakes_at_once_are_both_named() -> None:
    document = Client(value=b64).sign(UNSIGNED, c14n(indented(DEFAULT, "  ")))
    causes = {found.id for found in look(document).causes if found.is_proven}
    assert causes >= {"indented-when-signed", "other-prefix", "signature-in-der"}


def test_every_reason_of_the_verifier_is_in_the_table() -> None:
    assert set(SignatureReason) <= set(signature_causes())


def test_every_cause_of_the_table_is_one_that_a_test_meets() -> None:
    met = {found.id for document, _ in MISTAKES.values() for found in look(document).causes}
    assert set(signature_causes()) - set(SignatureReason) - met == set()


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_the_first_difference_is_the_first(ours: bytes, theirs: bytes) -> None:
    found = first_difference(ours, theirs)
    if found is None:
        assert ours == theirs
        return
    assert ours[: found.offset] == theirs[: found.offset]
    assert ours[found.offset : found.offset + 1] != theirs[found.offset : found.offset + 1]


@given(st.integers(0, len(SIGNED) - 1), st.binary(min_size=0, max_size=3))
def test_whatever_is_altered_the_lens_agrees_with_the_verifier_or_says_it_is_no_xml(at: int, put: bytes) -> None:
    document = SIGNED[:at] + put + SIGNED[at + 1 :]
    try:
        lens = look(document)
    except XmlError:
        with pytest.raises(XmlError):
            verify(document, CERTIFICATES)
        return
    try:
        verify(document, CERTIFICATES)
    except PeerError:
        assert not lens.is_good
        assert lens.causes
    else:
        assert lens.is_good
