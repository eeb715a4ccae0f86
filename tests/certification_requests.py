"""Certification requests (PKCS#10) with whatever is wanted in them."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ObjectIdentifier

from stubs.smki.keys import derive_private_key
from stubs.wire import tlv
from stubs.wire.eui64 import Eui64

DEVICE = Eui64.parse("00-DB-12-34-56-78-00-01")
KEY = derive_private_key(bytes(32), "a test's key")


def key_usage(*, signs: bool = True, agrees: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=agrees, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def name(octets: bytes = DEVICE.octets, oid: str = "1.3.6.1.5.5.7.8.4") -> x509.SubjectAlternativeName:
    kind = tlv.write(tlv.SEQUENCE, tlv.write_oid("1.2.3"), tlv.write(tlv.OCTET_STRING, octets))
    return x509.SubjectAlternativeName([x509.OtherName(ObjectIdentifier(oid), kind)])


def made(
    *extensions: x509.ExtensionType,
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey = KEY,
    digest: hashes.SHA256 | hashes.SHA384 | None = None,
) -> bytes:
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    for one in extensions:
        builder = builder.add_extension(one, critical=True)
    return builder.sign(key, digest or hashes.SHA256()).public_bytes(Encoding.DER)
