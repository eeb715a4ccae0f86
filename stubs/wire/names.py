"""Distinguished names as text (RFC 4514 and its elder RFC 2253), compared by what they say.

XML signatures name the issuer of the signing certificate as text. Libraries differ in order, spacing, quoting
and the case of attribute types, so names are parsed before they are compared.
"""

from __future__ import annotations

import re
from functools import lru_cache

from stubs.wire import tlv
from stubs.wire.errors import PeerError

_SHORT_NAMES = {
    "2.5.4.3": "CN",
    "2.5.4.4": "SN",
    "2.5.4.5": "SERIALNUMBER",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.12": "T",
    "2.5.4.42": "GN",
    "2.5.4.46": "DNQ",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "E",
}
_OTHER_NAMES = {
    "S": "ST",
    "COMMONNAME": "CN",
    "SURNAME": "SN",
    "COUNTRYNAME": "C",
    "LOCALITYNAME": "L",
    "STATEORPROVINCENAME": "ST",
    "STREETADDRESS": "STREET",
    "ORGANIZATIONNAME": "O",
    "ORGANIZATIONALUNITNAME": "OU",
    "TITLE": "T",
    "GIVENNAME": "GN",
    "G": "GN",
    "DNQUALIFIER": "DNQ",
    "USERID": "UID",
    "DOMAINCOMPONENT": "DC",
    "EMAILADDRESS": "E",
    "DEVICESERIALNUMBER": "SERIALNUMBER",
}
"""Names that libraries and RFC 4519 give to the same attribute types, in capitals."""
_TYPE = re.compile(r"\A(?:[A-Za-z][A-Za-z0-9-]*|(?:[Oo][Ii][Dd]\.)?[0-9]+(?:\.[0-9]+)*)\Z")
_ESCAPED = re.compile(r"\\([0-9A-Fa-f]{2}|.)", re.DOTALL)
_STRINGS = {0x0C: "utf-8", 0x13: "ascii", 0x14: "latin-1", 0x16: "ascii", 0x1C: "utf-32-be", 0x1E: "utf-16-be"}
"""Tags of string types and how their characters are encoded."""
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


def _split(text: str) -> list[list[str]]:
    """The attributes of each relative name: cut at commas, semicolons and plus signs neither escaped nor quoted."""
    names: list[list[str]] = []
    parts: list[str] = []
    current, is_quoted, position = "", False, 0
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
            if character != "+":
                names.append(parts)
                parts = []
        else:
            current += character
        position += 1
    if is_quoted:
        raise PeerError("a distinguished name has an open quotation mark", got=text[:80], clause="RFC 4514")
    names.append([*parts, current])
    return names


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


def _value(written: str) -> str:
    """Read a value: ``#`` and hexadecimal is the BER of it (RFC 4514, 2.4), anything else its text."""
    value = written.strip() if not written.rstrip().endswith("\\") else written.lstrip()
    if value.startswith("#"):
        return _of_ber(value[1:])
    return " ".join(_unescape(value).split()).casefold()


def _of_ber(digits: str) -> str:
    try:
        encoded = tlv.read(bytes.fromhex(digits))
    except (ValueError, PeerError) as error:
        raise PeerError(
            "not a distinguished name", expected="# and the BER of a value in hexadecimal", got=f"#{digits[:40]}",
            clause="RFC 4514, 2.4",
        ) from error  # fmt: skip
    encoding = _STRINGS.get(encoded.tag)
    if encoding is None:
        return f"#{encoded.raw.hex()}"
    return " ".join(encoded.value.decode(encoding, "replace").split()).casefold()


Name = tuple[tuple[tuple[str, str], ...], ...]
"""Relative names, each with its attributes (type, value)."""


@lru_cache(maxsize=1024)
def canonical(name: str) -> Name:
    """Read ``name`` into a comparable form: its relative names, each with its attributes (type, value).

    Case and runs of white space do not count (X.520, caseIgnoreMatch), nor does order: RFC 4514 writes relative names
    from the last to the first, libraries also from the first to the last or in an order of their own.

    Raises: PeerError: ``name`` is not a distinguished name, or longer than ``MAX_LENGTH`` characters.
    """
    if len(name) > MAX_LENGTH:
        raise PeerError("a distinguished name is too long", expected=f"at most {MAX_LENGTH}", got=str(len(name)))
    if not name.strip():
        return ()
    read = tuple(tuple(sorted(_attribute(part, name) for part in parts)) for parts in _split(name))
    return tuple(sorted(read))


def _attribute(part: str, name: str) -> tuple[str, str]:
    kind, equals, value = part.partition("=")
    kind = kind.strip()
    if not equals or not _TYPE.match(kind):
        raise PeerError(
            "not a distinguished name",
            expected="attribute=value pairs such as CN=Z1,OU=07",
            got=name[:80],
            clause="RFC 4514; xmldsig X509IssuerName",
        )
    kind = short_name(kind.upper().removeprefix("OID."))
    return _OTHER_NAMES.get(kind, kind), _value(value)


def issuer_names_equal(first: str, second: str) -> bool:
    """Whether two issuer names say the same; a text that is no name equals nothing."""
    try:
        return canonical(first) == canonical(second)
    except PeerError:
        return False
