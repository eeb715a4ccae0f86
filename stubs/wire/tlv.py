"""ASN.1 tag-length-value in its distinguished form (DER): just enough to read and write X.509.

Definite lengths only, at most four length octets, tags below 31. Written here because the certificates of the
public test PKI include some that strict readers refuse (``ecdsa-with-SHA256`` carrying NULL parameters).
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from stubs.wire.errors import PeerError

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OID = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06
UTF8_STRING, PRINTABLE_STRING, UTC_TIME, GENERALIZED_TIME = 0x0C, 0x13, 0x17, 0x18
SEQUENCE, SET = 0x30, 0x31


class Tlv(msgspec.Struct, frozen=True, gc=False):
    """One element: ``tag`` octet, ``value`` octets, ``raw`` with tag and length; ``offset`` in the whole."""

    tag: int
    value: bytes
    raw: bytes
    offset: int

    def expect(self, tag: int, what: str) -> Tlv:
        """This element if it has ``tag``. Raises: PeerError: it has another."""
        if self.tag != tag:
            raise PeerError(
                f"{what} has the wrong tag",
                where=f"byte {self.offset}",
                expected=f"tag {tag:02x}",
                got=f"{self.tag:02x}",
                clause="X.690, DER",
            )
        return self

    def children(self) -> tuple[Tlv, ...]:
        """The elements inside a constructed element. Raises: PeerError: they are not well formed."""
        return tuple(_elements(self.value, self.offset + len(self.raw) - len(self.value)))


def _elements(data: bytes, base: int) -> Iterator[Tlv]:
    position = 0
    while position < len(data):
        element = _element(data, position, base)
        position += len(element.raw)
        yield element


def _element(data: bytes, start: int, base: int) -> Tlv:
    def broken(what: str) -> PeerError:
        return PeerError(what, where=f"byte {base + start}", clause="X.690, DER")

    if start + 2 > len(data):
        raise broken("an ASN.1 element is cut short")
    tag, length, position = data[start], data[start + 1], start + 2
    if tag & 0x1F == 0x1F:
        raise broken("an ASN.1 tag above 30 is not used here")
    if length >= 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4 or position + count > len(data):
            raise broken("an ASN.1 length is not definite or is cut short")
        length = int.from_bytes(data[position : position + count], "big")
        position += count
    end = position + length
    if end > len(data):
        raise broken(f"an ASN.1 element of {length} octets is cut short")
    return Tlv(tag, data[position:end], data[start:end], base + start)


def read(data: bytes) -> Tlv:
    """The single element ``data`` holds. Raises: PeerError: malformed, or octets follow it."""
    element = _element(data, 0, 0)
    if len(element.raw) != len(data):
        raise PeerError("octets follow the ASN.1 element", where=f"byte {len(element.raw)}", clause="X.690, DER")
    return element


def write(tag: int, *parts: bytes) -> bytes:
    """One element with the joined ``parts`` as its value."""
    value = b"".join(parts)
    length = len(value)
    if length < 0x80:
        return bytes((tag, length)) + value
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + value


def write_integer(number: int) -> bytes:
    """A non-negative INTEGER."""
    return write(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def write_oid(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER from its dotted form."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    octets = bytearray()
    for arc in (first * 40 + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(0x80 | arc & 0x7F)
        octets += bytes(reversed(groups))
    return write(OID, bytes(octets))


def oid_text(value: bytes) -> str:
    """The dotted form of an OBJECT IDENTIFIER's value octets. Raises: PeerError: empty or cut short."""
    if not value or value[-1] & 0x80:
        raise PeerError("an object identifier is empty or cut short", got=value.hex(), clause="X.690, DER")
    arcs: list[int] = []
    arc = 0
    for octet in value:
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(str(number) for number in (first, arcs[0] - first * 40, *arcs[1:]))
