"""Base64 as XML documents carry it: strict when read, one line when written."""

from __future__ import annotations

import base64
import binascii

from stubs.wire.errors import PeerError

_XML_SPACE = b" \t\r\n"


def is_base64(text: str) -> bool:
    """Strict ``xs:base64Binary``: alphabet, padding and unused bits; white space between digits is allowed.

    libxml2 lets foreign characters pass, other validators of DUIS do not (public-client.md, last section).
    """
    return decoded(_digits(text)) is not None


def decoded(digits: bytes) -> bytes | None:
    """The octets of strict base64 without white space; None for anything else."""
    # Decoding loosely and encoding again returns the same text only if it was strict base64: two passes in C.
    try:
        octets = binascii.a2b_base64(digits)
    except binascii.Error:
        return None
    return octets if binascii.b2a_base64(octets, newline=False) == digits else None


def _digits(text: str) -> bytes:
    """Without white space; what is not ASCII becomes ``?``, which is no digit either."""
    return text.encode("ascii", "replace").translate(None, _XML_SPACE)


def read_base64(text: str) -> bytes:
    """The octets of an ``xs:base64Binary``. Raises: PeerError: not strict base64."""
    octets = decoded(_digits(text))
    if octets is None:
        raise PeerError("not base64", expected="base64 with padding", got=repr(text[:40]))
    return octets


def write_base64(octets: bytes) -> str:
    """Base64 on one line: the public client refuses payloads broken into lines (public-client.md)."""
    return base64.b64encode(octets).decode("ascii")
