"""Certification requests (PKCS#10, RFC 2986) for device certificates: requesting device, use and key.

The SMKI has a web service for one such request at a time (Ad Hoc Device CSR Web Service, SMKI interface design
specification); what it checks of a request is inferred from the certificate profile.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from stubs.smki.profile import USAGE_BITS
from stubs.wire import tlv
from stubs.wire.certificates import Usage, device_eui
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64

_CLAUSE = "SMKI certificate profile (SEC Appendix A, device certificates)"
_USAGES: tuple[Usage, ...] = ("DS", "KA")
_UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""Errors that cryptography raises for octets that are no certification request."""
_PEM = re.compile(rb"-----BEGIN (NEW )?CERTIFICATE REQUEST-----")


@dataclass(frozen=True, slots=True)
class DeviceRequest:
    """A device's wish: its identity, the use, the public key (DER SubjectPublicKeyInfo)."""

    eui: Eui64
    usage: Usage
    public: bytes


def read_device_request(data: bytes) -> DeviceRequest:
    """Read and check a certification request, DER or PEM.

    Raises: PeerError: not a request, another curve than P-256, a signature that is not made with its key, no EUI-64 as
    hardwareModuleName in its alternative name, or a key usage that is neither digital signature nor key agreement.
    """
    try:
        request = x509.load_pem_x509_csr(data) if _PEM.search(data) else x509.load_der_x509_csr(data)
        public = request.public_key()
        extensions = {one.oid: one.value for one in request.extensions}
    except _UNREADABLE as error:
        raise PeerError("not a certification request", expected="PKCS#10, DER or PEM", got=str(error)[:200]) from error
    if not isinstance(public, ec.EllipticCurvePublicKey) or not isinstance(public.curve, ec.SECP256R1):
        raise PeerError("the request's key is not P-256", got=type(public).__name__, clause=_CLAUSE)
    _check_signature(request)
    name = extensions.get(x509.SubjectAlternativeName.oid)
    eui = device_eui(name.public_bytes()) if isinstance(name, x509.SubjectAlternativeName) else None
    if eui is None:
        raise PeerError(
            "the request names no device", expected="a hardwareModuleName with an EUI-64", got="none", clause=_CLAUSE
        )
    wanted = extensions.get(x509.KeyUsage.oid)
    bits = wanted.public_bytes() if isinstance(wanted, x509.KeyUsage) else b""
    usage = next((one for one in _USAGES if bits == tlv.write(tlv.BIT_STRING, USAGE_BITS[one])), None)
    if usage is None:
        raise PeerError(
            "the request's key usage is not a device's",
            expected="digitalSignature or keyAgreement, alone",
            got=bits.hex() or "none",
            clause=_CLAUSE,
        )
    return DeviceRequest(eui, usage, public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def _check_signature(request: x509.CertificateSigningRequest) -> None:
    """The requester holds the private key. Raises: PeerError."""
    try:
        is_right = isinstance(request.signature_hash_algorithm, hashes.SHA256) and request.is_signature_valid
    except _UNREADABLE:
        is_right = False
    if not is_right:
        raise PeerError(
            "the request is not signed with its own key", expected="ecdsa-with-SHA256 that agrees", clause="RFC 2986, 3"
        )
