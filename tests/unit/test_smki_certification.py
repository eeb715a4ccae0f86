"""Which certification requests the SMKI certifies for a device, and why it refuses others."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from stubs.smki.authority import device_of_serial, make_hierarchy
from stubs.smki.certification import read_device_request
from stubs.smki.keys import derive_private_key, spki
from stubs.wire.certificates import is_issued_by
from stubs.wire.errors import PeerError
from tests.certification_requests import DEVICE, KEY, key_usage, made, name
from tests.dcc_kit import NOW


@pytest.mark.parametrize(("signs", "usage"), [(True, "DS"), (False, "KA")])
def test_a_request_says_who_for_what_and_which_key(signs: bool, usage: str) -> None:
    read = read_device_request(made(key_usage(signs=signs, agrees=not signs), name()))
    assert (read.eui, read.usage, read.public) == (DEVICE, usage, spki(KEY))


def test_a_request_may_be_pem() -> None:
    request = x509.load_der_x509_csr(made(key_usage(), name()))
    assert read_device_request(request.public_bytes(Encoding.PEM)).eui == DEVICE


def forged() -> bytes:
    """Another key than the one that signed."""
    other = derive_private_key(bytes(32), "another").public_key()
    octets = made(key_usage(), name())
    return octets.replace(spki(KEY), other.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


@pytest.mark.parametrize(
    ("request_of", "said"),
    [
        (lambda: b"0\x00", "not a certification request"),
        (
            lambda: b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----",
            "not a certification",
        ),
        (lambda: made(name(), key_usage(), key=ec.derive_private_key(7, ec.SECP384R1())), "not P-256"),
        (forged, "not signed with its own key"),
        (lambda: made(name(), key_usage(), digest=hashes.SHA384()), "not signed with its own key"),
        (lambda: made(key_usage()), "names no device"),
        (lambda: made(name(oid="1.2.3.4"), key_usage()), "names no device"),
        (lambda: made(name(bytes(7)), key_usage()), "not an EUI-64"),
        (lambda: made(name()), "key usage"),
        (lambda: made(name(), key_usage(signs=True, agrees=True)), "key usage"),
        (lambda: made(name(), key_usage(signs=False)), "key usage"),
    ],
)
def test_another_request_is_refused_with_the_reason(request_of: Callable[[], bytes], said: str) -> None:
    with pytest.raises(PeerError, match=said):
        read_device_request(request_of())


def test_the_certificate_is_of_the_device_and_begins_now() -> None:
    authority = make_hierarchy(bytes(32)).issuing
    certificate = authority.issue_device(DEVICE, "DS", spki(KEY), since=NOW)
    assert is_issued_by(certificate, authority.key_pair.certificate)
    assert (certificate.eui, certificate.usage, certificate.spki, certificate.is_device) == (
        DEVICE,
        "DS",
        spki(KEY),
        True,
    )
    assert certificate.not_before == NOW
    assert device_of_serial(certificate.serial) == (DEVICE, "DS")
    other = spki(derive_private_key(bytes(32), "another"))
    serials = {authority.issue_device(DEVICE, "DS", public, since=NOW).serial for public in (spki(KEY), other)}
    assert len(serials | {authority.issue_device(DEVICE, "DS", spki(KEY)).serial}) == 3


def test_a_request_of_another_version_is_refused() -> None:
    """cryptography raises ``InvalidVersion`` for it, which is no ``ValueError``."""
    good = made(name(), key_usage())
    at = good.index(bytes.fromhex("020100"))
    for version in (1, 2, 5, 127):
        bent = good[: at + 2] + bytes([version]) + good[at + 3 :]
        with pytest.raises(PeerError, match="not a certification request"):
            read_device_request(bent)
