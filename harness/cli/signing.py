"""The key that signs a bundle."""

from __future__ import annotations

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from harness.cli.documents import read
from stubs.wire.errors import InputError


def load_signing_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """The P-256 private key in a PEM file.

    Raises: InputError: not readable, protected by a pass phrase, or of another kind.
    """
    mend = "Make one with `openssl ecparam -name prime256v1 -genkey -noout -out key.pem`"
    try:
        key = serialization.load_pem_private_key(read(path), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise InputError(f"{path} is no PEM key without a pass phrase: {error}", mend=mend) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise InputError(f"{path} is no P-256 key", mend=mend)
    return key
