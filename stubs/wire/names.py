"""Distinguished names as text (RFC 4514 and its elder RFC 2253), compared by what they say.

XML signatures name the issuer of the signing certificate as text. Libraries differ in order, spacing, quoting
and the case of attribute types, so names are parsed before they are compared.
"""

from __future__ import annotations

import re
from functools import lru_cache

from stubs.wire.errors import PeerError

_SHORT_NAMES = {
    "2.5.4.3": "CN",
    "2.5.4.5": "SERIALNUMBER",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "0.9.2342.19200300.100.1.25": "DC",
}
_TYPE = re.compile(r"\A(?:[A-Za-z][A-Za-z0-9-]*|(?:[Oo][Ii][Dd]\.)?[0-9]+(?:\.[0-9]+)*)\Z")
_ESCAPED = re.compile(r"\\([0-9A-Fa-f]{2}|.)", re.DOTALL)
MAX_LENGTH = 1024
"""Longest name read, in characters; longer ones are refused unparsed."""


def short_name(oid: str) -> str:
    """The short name of an attribute type, or its dotted form when it has none."""
    return _SHORT_NAMES.get(oid, oid)


def escape(value: str) -> str:
    """``value`` as RFC 4514 writes it."""
    text = re.sub(r'([,+"\\<>;])', r"\\\1", value).replace("\x00", "\\00")
    if text[:1] in {" ", "#"}:
        text = "\\" + text
    if text.endswith(" ") and not text.endswith("\\ "):
        text = text[:-1] + "\\ "
    return text


def _split(text: str) -> list[str]:
    """Cut at commas, semicolons and plus signs that are neither escaped nor quoted."""
    parts, current, is_quoted, position = [], "", False, 0
    while position < len(text):
        character = text[position]
        if character == "\\" and position + 1 < len(text):
            current += text[position : position + 2]
            position += 2
            continue
        if character == '"':
            is_quoted = not is_quoted
        if character in ",;+" and not is_quoted:
            parts.append(current)
            current = ""
        else:
            current += character
        position += 1
    if is_quoted:
        raise PeerError("a distinguished name has an open quotation mark", got=text[:80], clause="RFC 4514")
    parts.append(current)
    return parts


def _unescape(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] == '"':
        value = value[1:-1]
    octets = bytearray()
    position = 0
    for match in _ESCAPED.finditer(value):
        octets += value[position : match.start()].encode("utf-8", "surrogatepass")
        token = match.group(1)
        octets += bytes.fromhex(token) if len(token) == 2 else token.encode("utf-8", "surrogatepass")
        position = match.end()
    octets += value[position:].encode("utf-8", "surrogatepass")
    return octets.decode("utf-8", "replace")


@lru_cache(maxsize=1024)
def canonical(name: str) -> tuple[tuple[str, str], ...]:
    """What ``name`` says: its attributes (type, value), sorted.

    Case, order and runs of white space do not count (X.520, caseIgnoreMatch).

    Raises: PeerError: ``name`` is not a distinguished name, or longer than ``MAX_LENGTH`` characters.
    """
    if len(name) > MAX_LENGTH:
        raise PeerError("a distinguished name is too long", expected=f"at most {MAX_LENGTH}", got=str(len(name)))
    if not name.strip():
        return ()
    attributes = []
    for part in _split(name):
        kind, equals, value = part.partition("=")
        kind = kind.strip()
        if not equals or not _TYPE.match(kind):
            raise PeerError(
                "not a distinguished name",
                expected="attribute=value pairs such as CN=Z1,OU=07",
                got=name[:80],
                clause="RFC 4514; xmldsig X509IssuerName",
            )
        kind = kind.upper().removeprefix("OID.")
        value = value.strip() if not value.rstrip().endswith("\\") else value.lstrip()
        attributes.append((short_name(kind), " ".join(_unescape(value).split()).casefold()))
    return tuple(sorted(attributes))


def issuer_names_equal(first: str, second: str) -> bool:
    """Whether two issuer names say the same; a text that is no name equals nothing."""
    try:
        return canonical(first) == canonical(second)
    except PeerError:
        return False
