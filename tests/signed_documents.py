"""A signed Service Request, and ways to alter it that a verifier must notice."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from stubs.wire.certificates import Certificate, CertificateIndex
from stubs.wire.duis import Node, build_request, write_request
from stubs.wire.duis.examples import ESME, SUPPLIER
from stubs.wire.xml import DS, parse
from stubs.wire.xmlsig import SignatureError, SignatureReason, Signer, sign, verify

ISSUER = "CN=Z1,OU=07"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
KEY = ec.derive_private_key(2026, ec.SECP256R1())
OTHER_KEY = ec.derive_private_key(2027, ec.SECP256R1())
SIGNER = Signer(KEY, ISSUER, 4711)
REQUEST = build_request("4.1.1", SUPPLIER, ESME, 1768471200001, 1, Node("ReadInstantaneousImportRegisters"))
UNSIGNED = write_request(REQUEST)
SIGNED = sign(UNSIGNED, SIGNER)


def certificate(key: ec.EllipticCurvePrivateKey, serial: int, **changes: object) -> Certificate:
    made = Certificate(
        der=b"",
        eui=SUPPLIER,
        role="87",
        usage="DS",
        serial=serial,
        issuer_name=ISSUER,
        subject_name="OU=87",
        subject_key_id=b"",
        not_before=datetime(2020, 1, 1, tzinfo=UTC),
        not_after=datetime(2040, 1, 1, tzinfo=UTC),
        is_device=False,
        spki=key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


CERTIFICATE = certificate(KEY, 4711)
CERTIFICATES = CertificateIndex([CERTIFICATE, certificate(OTHER_KEY, 4712), certificate(KEY, 4713, usage="KA")])


def reason(document: bytes) -> SignatureReason:
    with pytest.raises(SignatureError) as caught:
        verify(document, CERTIFICATES)
    return caught.value.reason


def altered(old: str, new: str, document: bytes = SIGNED) -> bytes:
    assert old.encode() in document
    return document.replace(old.encode(), new.encode())


def signed_again(change: Callable[[etree._Element], None], key: ec.EllipticCurvePrivateKey = KEY) -> bytes:
    """SIGNED with a changed SignedInfo under a signature that is right for it: only the profile can refuse it."""
    root = parse(SIGNED)
    change(root)
    signed_info = next(root.iter(f"{{{DS}}}SignedInfo"))
    octets = etree.tostring(signed_info, method="c14n", exclusive=True)
    r, s = decode_dss_signature(key.sign(octets, ec.ECDSA(SHA256())))
    value = base64.b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode()
    next(root.iter(f"{{{DS}}}SignatureValue")).text = value
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def first(root: etree._Element, name: str) -> etree._Element:
    return next(root.iter(f"{{{DS}}}{name}"))
