"""Base64 as XML documents carry it: strict when read, one line when written."""

from __future__ import annotations

import base64
import binascii
import re

from stubs.wire.errors import PeerError

_BASE64 = re.compile(rb"\A(?:[A-Za-z0-9+/]{4})*+(?:[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=|[A-Za-z0-9+/][AQgw]==)?\Z")
_XML_SPACE = b" \t\r\n"


def is_base64(text: str) -> bool:
    """Strict ``xs:base64Binary``: alphabet, padding and unused bits; white space between digits is allowed.

    libxml2 lets foreign characters pass, other validators of DUIS do not (public-client.md, last section).
    """
    return _BASE64.match(_digits(text)) is not None


def _digits(text: str) -> bytes:
    """Without white space; what is not ASCII becomes ``?``, which is no digit either."""
    return text.encode("ascii", "replace").translate(None, _XML_SPACE)


def read_base64(text: str) -> bytes:
    """The octets of an ``xs:base64Binary``. Raises: PeerError: not strict base64."""
    digits = _digits(text)
    if _BASE64.match(digits) is None:
        raise PeerError("not base64", expected="base64 with padding", got=repr(text[:40]))
    try:
        return base64.b64decode(digits, validate=True)
    except binascii.Error as error:  # pragma: no cover - the pattern above is stricter
        raise PeerError("not base64", got=repr(text[:40])) from error


def write_base64(octets: bytes) -> str:
    """Base64 on one line: the public client refuses payloads broken into lines (public-client.md)."""
    return base64.b64encode(octets).decode("ascii")
