"""Key pairs of the test PKI: derived from secrets, never drawn twice, so that a seed gives the same bytes.

Only test keys live here. P-256 throughout (SMKI certificate profile).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
)

from stubs.wire.certificates import Certificate, Usage
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_PEM_KEY = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----")


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A private key with its certificate; usable wherever an XML signer is wanted."""

    private_key: ec.EllipticCurvePrivateKey
    certificate: Certificate

    @property
    def issuer_name(self) -> str:
        """Issuer of the certificate, as an XML signature quotes it."""
        return self.certificate.issuer_name

    @property
    def serial(self) -> int:
        """Serial number of the certificate, as an XML signature quotes it."""
        return self.certificate.serial

    def __repr__(self) -> str:
        return f"KeyPair({self.certificate.eui}, {self.certificate.usage}, serial {self.serial})"


@dataclass(frozen=True, slots=True)
class Installed:
    """A certificate (DER) that a device took, and the generation of the key it is for."""

    generation: int
    der: bytes


@dataclass(frozen=True, slots=True)
class DeviceCredentials:
    """The two key pairs that a device uses, and the keys it would make.

    Generation 0 is the key of the factory; each certification request of the device makes the next one of its usage.
    """

    ds: KeyPair
    ka: KeyPair
    make_key: Callable[[Usage, int], ec.EllipticCurvePrivateKey]
    """Usage and generation (from 1) to the key, the same every time."""

    def pair(self, usage: str) -> KeyPair:
        """The pair in use for ``DS`` or ``KA``."""
        return self.ds if usage == "DS" else self.ka

    def with_installed(self, installed: Mapping[Usage, Installed]) -> DeviceCredentials:
        """Return the credentials of the device after it took certificates; generation 0 renews the factory's."""

        def now(usage: Usage, factory: KeyPair) -> KeyPair:
            one = installed.get(usage)
            if one is None:
                return factory
            key = self.make_key(usage, one.generation) if one.generation else factory.private_key
            return KeyPair(key, Certificate.from_der(one.der))

        return replace(self, ds=now("DS", self.ds), ka=now("KA", self.ka))


def derive_secret(secret: bytes, info: str, length: int = 32) -> bytes:
    """HKDF-SHA256 (RFC 5869) of ``secret`` for the purpose ``info``, no salt."""
    return HKDF(hashes.SHA256(), length, salt=None, info=info.encode()).derive(secret)


def derive_private_key(secret: bytes, info: str) -> ec.EllipticCurvePrivateKey:
    """The P-256 key of the purpose ``info``: 48 octets of HKDF reduced to 1..n-1, so without noticeable bias."""
    scalar = int.from_bytes(derive_secret(secret, info, 48), "big") % (_ORDER - 1) + 1
    return ec.derive_private_key(scalar, ec.SECP256R1())


def device_key(fleet_secret: bytes, eui: Eui64, usage: Usage, generation: int = 0) -> ec.EllipticCurvePrivateKey:
    """The key of a simulated device; ``fleet_secret`` has 32 octets."""
    suffix = f"|{generation}" if generation else ""
    return derive_private_key(fleet_secret, f"{eui.hex}|{usage}{suffix}")


def spki(key: ec.EllipticCurvePrivateKey) -> bytes:
    """DER of the public half."""
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def sign_der(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    """ECDSA with SHA-256, DER form; deterministic (RFC 6979) where the OpenSSL in use can."""
    try:
        return key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    except UnsupportedAlgorithm:  # OpenSSL before 3.2: the certificate is as valid, only its bytes differ
        return key.sign(data, ec.ECDSA(hashes.SHA256()))


def write_private_key(key: ec.EllipticCurvePrivateKey) -> bytes:
    """PKCS#8, PEM, unencrypted."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def read_private_key(data: bytes) -> ec.EllipticCurvePrivateKey:
    """Read an unencrypted P-256 key, PEM or DER. Raises: PeerError: anything else."""
    try:
        key = load_pem_private_key(data, None) if _PEM_KEY.search(data) else load_der_private_key(data, None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise PeerError("a private key cannot be read", expected="PKCS#8, PEM or DER, not encrypted") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise PeerError("a private key is not P-256", got=type(key).__name__)
    return key
