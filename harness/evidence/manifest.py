"""The manifest: every file of a bundle with size and SHA-256, and a signature over the whole.

Two tiers, so that the report can print a digest: ``evidence.json`` lists the journal and the messages, and its digest
stands on the report's cover; ``manifest.json`` lists everything, report included, and is what is signed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from harness.evidence.archive import Held
from stubs.wire.errors import PeerError

FORMAT = 1
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class FileDigest(msgspec.Struct, frozen=True, omit_defaults=True):
    """One file: its path inside the bundle, size in bytes, SHA-256 as lower-case hex."""

    name: str
    size: int
    sha256: str
    deflated: str = ""
    """SHA-256 of the DEFLATE stream that holds it in the archive; empty when it is stored."""


class Manifest(msgspec.Struct, frozen=True):
    """The files of a bundle, in the order of their names."""

    format: int
    files: tuple[FileDigest, ...]

    def encode(self) -> bytes:
        """Stable JSON: same content, same bytes."""
        return msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n"


def describe(files: Mapping[str, bytes]) -> Manifest:
    """The manifest of ``files`` (name to content)."""
    return Manifest(FORMAT, tuple(FileDigest(name, len(data), digest(data)) for name, data in sorted(files.items())))


def listing(held: Mapping[str, Held], digests: Mapping[str, str]) -> Manifest:
    """The manifest of files as an archive holds them; ``digests`` are those of their contents."""
    return Manifest(
        FORMAT,
        tuple(
            FileDigest(name, file.size, digests[name], digest(file.octets) if file.is_deflated else "")
            for name, file in sorted(held.items())
        ),
    )


def decode(data: bytes) -> Manifest:
    """Read a manifest. Raises: PeerError: not one, or of a format this version does not know."""
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
    except (ValueError, RecursionError) as error:  # of msgspec, too; and octets that are no UTF-8
        raise PeerError("not a manifest", where="manifest.json", got=str(error)) from error
    if manifest.format != FORMAT:
        raise PeerError(
            "unknown manifest format", where="manifest.json", expected=str(FORMAT), got=str(manifest.format)
        )
    return manifest


def digest(data: bytes) -> str:
    """SHA-256, lower-case hex."""
    return hashlib.sha256(data).hexdigest()


def sign(data: bytes, key: ec.EllipticCurvePrivateKey) -> bytes:
    """Detached signature, ECDSA P-256 with SHA-256, DER with the low s, so that each signature has one spelling."""
    r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
    return encode_dss_signature(r, min(s, _ORDER - s))


def check(data: bytes, signature: bytes, public_pem: bytes) -> str:
    """Check a detached signature and return the key's fingerprint.

    Raises: PeerError: the key cannot be read, the signature is wrong or not in its one spelling.
    """
    try:
        key = serialization.load_pem_public_key(public_pem)
        r, s = decode_dss_signature(signature)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise PeerError("the bundle's key or signature cannot be read", got=str(error)) from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or encode_public(key) != public_pem:
        raise PeerError("the bundle's key is not a P-256 key in its plain form", where="manifest.key.pem")
    if s > _ORDER // 2 or encode_dss_signature(r, s) != signature:
        raise PeerError("the signature is not in its one spelling", where="manifest.sig")
    try:
        key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise PeerError("the signature does not fit the manifest", where="manifest.sig") from error
    return fingerprint(key)


def encode_public(key: ec.EllipticCurvePublicKey) -> bytes:
    """PEM of a public key."""
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def fingerprint(key: ec.EllipticCurvePublicKey) -> str:
    """SHA-256 over the key's DER, lower-case hex: what a signer tells a reviewer out of band."""
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return digest(der)
