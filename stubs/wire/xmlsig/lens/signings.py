"""Other ways in which SignedInfo may have been signed: each is tried until one verifies with a known key."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, product
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA384, SHA512, HashAlgorithm
from lxml import etree

from stubs.wire.certificates import Certificate
from stubs.wire.errors import PeerError
from stubs.wire.xml import DS
from stubs.wire.xmlsig.lens.reading import Named, Read, with_namespaces
from stubs.wire.xmlsig.profile import COORDINATE, canonical

_MOST_CERTIFICATES = 4000
_PREFIXES: Final = (None, "ds", "dsig", "ns0", "ns1", "ns2")


@dataclass(frozen=True, slots=True)
class Signing:
    """The signed octets, the signer's certificate, and the departures from the profile."""

    octets: bytes
    certificate: Certificate
    ways: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class _Hash:
    algorithm: HashAlgorithm
    digest: Callable[[bytes], bytes]


_HASHES: Final[tuple[tuple[Named | None, _Hash], ...]] = (
    (None, _Hash(SHA256(), lambda octets: hashlib.sha256(octets).digest())),
    (
        Named("hashed-twice"),
        _Hash(SHA256(), lambda octets: hashlib.sha256(hashlib.sha256(octets).digest()).digest()),
    ),
    (
        Named("signature-hash", "SHA-1"),
        _Hash(SHA1(), lambda octets: hashlib.sha1(octets, usedforsecurity=False).digest()),  # noqa: S303 - to recognise it
    ),
    (Named("signature-hash", "SHA-384"), _Hash(SHA384(), lambda octets: hashlib.sha384(octets).digest())),
    (Named("signature-hash", "SHA-512"), _Hash(SHA512(), lambda octets: hashlib.sha512(octets).digest())),
)


def _numbers(value: bytes, *, is_hex: bool) -> Iterator[tuple[tuple[Named, ...], int, int]]:
    """The pair r, s in each way it may have been written."""
    hexadecimal = (Named("signature-in-hex"),) if is_hex else ()
    if len(value) == 2 * COORDINATE:
        first, second = value[:COORDINATE], value[COORDINATE:]
        yield hexadecimal, int.from_bytes(first, "big"), int.from_bytes(second, "big")
        swapped = Named("signature-order", "s before r")
        yield (*hexadecimal, swapped), int.from_bytes(second, "big"), int.from_bytes(first, "big")
        little = Named("signature-order", "least significant octet first")
        yield (*hexadecimal, little), int.from_bytes(first, "little"), int.from_bytes(second, "little")
        both = Named("signature-order", "s before r, least significant octet first")
        yield (*hexadecimal, both), int.from_bytes(second, "little"), int.from_bytes(first, "little")
        return
    try:
        r, s = decode_dss_signature(value)
    except ValueError:
        return
    yield (*hexadecimal, Named("signature-in-der")), r, s


def _with_prefix(signed_info: etree._Element, prefix: str | None) -> bytes:
    declared: dict[Any, str] = {prefix: DS}

    return canonical(with_namespaces(signed_info, declared), exclusive=True)


def _relaid(signed_info: etree._Element, space: str | None) -> bytes:
    made = etree.fromstring(canonical(signed_info, exclusive=True))
    for element in made.iter("*"):
        if len(element):
            element.text = None
        element.tail = None
    if space is not None:
        etree.indent(made, space=space)
    return canonical(made, exclusive=True)


def _contents(data: bytes, document: bytes, read: Read) -> Iterator[tuple[Named | None, bytes]]:
    """Yield the octets that may have been signed; the profile's own first."""
    signed_info = read.signed_info
    if signed_info is not None:
        yield None, canonical(signed_info, exclusive=True)
        yield Named("signed-info-inclusive"), canonical(signed_info)
        yield Named("signed-info-white-space", "without white space"), _relaid(signed_info, None)
        for space, detail in (("  ", "indented by 2 blanks"), ("    ", "by 4 blanks"), ("", "with line ends only")):
            yield Named("signed-info-white-space", detail), _relaid(signed_info, space)
        for prefix in _PREFIXES:
            detail = f"with the prefix {prefix}" if prefix else "with the default namespace"
            yield Named("signed-info-prefix", detail), _with_prefix(signed_info, prefix)
        written = _written(data)
        if written:
            yield Named("signed-info-as-written"), written
    yield Named("signed-the-digest", "the digest's octets"), read.digest
    yield Named("signed-the-digest", "the digest in base64"), base64.b64encode(read.digest)
    yield Named("signed-the-digest", "the document"), document


def _written(data: bytes) -> bytes:
    """SignedInfo as it stands in the octets received; empty: not found by its text."""
    end = data.rfind(b"SignedInfo>")
    start = data.rfind(b"SignedInfo", 0, max(end, 0))
    opening, closing = data.rfind(b"<", 0, max(start, 0)), end + len(b"SignedInfo>")
    return data[opening:closing] if 0 <= opening < start < end else b""


def _is_made(certificate: Certificate, r: int, s: int, hashed: _Hash, octets: bytes) -> bool:
    try:
        certificate.public_key.verify(
            encode_dss_signature(r, s), hashed.digest(octets), ECDSA(Prehashed(hashed.algorithm))
        )
    except (InvalidSignature, PeerError):
        return False
    return True


def find_signing(
    data: bytes, document: bytes, read: Read, named: Certificate | None, known: Iterable[Certificate]
) -> Signing | None:
    """Find out how the signature value was made, the fewest changes first; None: no known way and key gives it.

    Args:
        data: the octets received.
        document: the canonical form of the document without its signature.
        read: the signature.
        named: the certificate that it names, where known.
        known: every certificate.
    """
    numbers = list(_numbers(read.value, is_hex=read.is_value_hex))
    contents = list(_contents(data, document, read))
    if named is not None:
        tries = sorted(
            product(numbers, contents, _HASHES),
            key=lambda one: len(one[0][0]) + (one[1][0] is not None) + (one[2][0] is not None),
        )
        for (ways, r, s), (content, octets), (hashing, hashed) in tries:
            if _is_made(named, r, s, hashed, octets):
                return Signing(octets, named, tuple(way for way in (*ways, content, hashing) if way is not None))
    usual = contents[0] if contents[0][0] is None else None
    if usual is None or not numbers:
        return None
    ways, r, s = numbers[0]
    for certificate in islice((one for one in known if one.usage != "CS"), _MOST_CERTIFICATES):
        if _is_made(certificate, r, s, _HASHES[0][1], usual[1]):
            return Signing(usual[1], certificate, ways)
    return None
