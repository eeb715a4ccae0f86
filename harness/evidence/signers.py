"""Owners of signing keys: the keys a reader knows, by fingerprint, and the worth of a signature by one of them.

A seal by a key that nobody named proves only that nothing changed since sealing: anybody can seal again with a new key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from harness.evidence.manifest import fingerprint
from stubs.wire.errors import PeerError

_DIGITS = re.compile(r"[0-9a-f]{2,}")
_WHOLE = 64
"""Hexadecimal digits of a fingerprint."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Signer: a key, and the reader's name for it; ``name`` is empty of a key that the reader did not name."""

    fingerprint: str
    """SHA-256 of the public key's DER, lower-case hex; empty when the signature is bad."""
    name: str = ""

    @property
    def is_known(self) -> bool:
        """Whether the reader named this key."""
        return bool(self.name)

    def sealed(self) -> str:
        """Return one line that names the sealer, or says that nobody can tell."""
        if not self.fingerprint:
            return "not sealed: the signature does not fit"
        if self.name:
            return f"sealed by {self.name}, key {self.fingerprint}"
        return f"sealed by an unknown key: only proof that nothing changed since sealing; key {self.fingerprint}"


@dataclass(frozen=True, slots=True)
class KnownKeys:
    """The keys a reader knows: fingerprint to what the reader calls its holder.

    ``is_demanded`` says that the reader named keys for this very bundle: a seal by another one is then a problem.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    demanded: frozenset[str] = frozenset()

    def signer(self, key: str) -> Signer:
        """Return the holder of a key."""
        return Signer(key, self.names.get(key, ""))

    def missed(self, key: str) -> str:
        """Return why a seal by ``key`` is not the one the reader asked for; empty when it is, or none was asked for."""
        if not self.demanded or key in self.demanded:
            return ""
        return f"sealed by {key or 'nobody'}, not by {' or '.join(sorted(self.demanded))}"


def known_keys(
    *,
    fingerprints: Iterable[str] = (),
    trusted: Mapping[str, bytes] | None = None,
    listed: Mapping[str, str] | None = None,
) -> KnownKeys:
    """Gather the keys that a reader names.

    Args:
        fingerprints: of keys, hexadecimal, colons allowed.
        trusted: file name to PEM of a public key, a certificate or a private key.
        listed: from ``read_known_keys``.
    Raises: PeerError: a fingerprint that is none; a file that holds no such key.
    """
    demanded = {_digits(text): "the key of this fingerprint" for text in fingerprints}
    demanded |= {fingerprint(public_key(data, name)): f"the key of {name}" for name, data in (trusted or {}).items()}
    return KnownKeys({**demanded, **(listed or {})}, frozenset(demanded))


def read_known_keys(data: bytes, where: str) -> dict[str, str]:
    """A file of known keys: on each line a fingerprint and whose key it is; ``#`` begins a comment.

    Raises: PeerError: a line that is not so; says which.
    """
    return dict(_lines(data, where))


def _lines(data: bytes, where: str) -> Iterator[tuple[str, str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PeerError("not UTF-8", where=where, expected="lines of fingerprint and name") from error
    for number, line in enumerate(text.splitlines(), start=1):
        digits, _, name = line.partition("#")[0].strip().partition(" ")
        if not digits:
            continue
        try:
            yield _digits(digits, _WHOLE), name.strip() or f"the key on line {number} of {where}"
        except PeerError as error:
            raise PeerError(error.what, where=f"{where} line {number}", expected=error.expected) from error


def _digits(text: str, length: int = 0) -> str:
    digits = text.strip().lower().replace(":", "")
    if not _DIGITS.fullmatch(digits) or (length and len(digits) != length):
        raise PeerError(
            "not a fingerprint", expected="64 hexadecimal digits: SHA-256 of the public key's DER", got=repr(text[:80])
        )
    return digits


def public_key(data: bytes, where: str) -> ec.EllipticCurvePublicKey:
    """The P-256 key in a PEM file: a public key, a certificate, or a private key without a pass phrase.

    Raises: PeerError: it holds none.
    """
    if not data.lstrip().startswith(b"-----BEGIN"):  # a bundle holds its own key somewhere: that must not count
        raise PeerError("no key or certificate in PEM", where=where, expected="a file that begins with -----BEGIN")
    try:
        if b"BEGIN CERTIFICATE" in data:
            key: object = x509.load_pem_x509_certificate(data).public_key()
        elif b"PRIVATE KEY" in data:
            key = serialization.load_pem_private_key(data, password=None).public_key()
        else:
            key = serialization.load_pem_public_key(data)
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise PeerError("no key or certificate in PEM", where=where, got=str(error)) from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise PeerError("not a P-256 key", where=where)
    return key
