"""Reading octets with their place kept, and lengths as the envelope writes them."""

from __future__ import annotations

from stubs.wire.errors import Misuse, PeerError


class GbcsError(PeerError):
    """GBCS bytes that break a rule. ``offset`` counts octets from the start of what was handed in."""

    def __init__(self, what: str, offset: int, *, expected: str = "", got: str = "", clause: str = "") -> None:
        super().__init__(what, where=f"octet {offset}", expected=expected, got=got, clause=clause)
        self.offset = offset


def encode_length(length: int) -> bytes:
    """The shortest form: one octet below 128, else 81 nn, 82 nn nn and so on up to four octets.

    Raises: Misuse: a length that is negative or needs more than 32 bits.
    Source: GBCS, message structure (A-XDR and BER lengths agree in this range).
    """
    if 0 <= length < 0x80:
        return bytes((length,))
    if not 0 <= length <= 0xFFFFFFFF:
        raise Misuse(f"no length octets for {length}")
    count = (length.bit_length() + 7) // 8
    return bytes((0x80 | count,)) + length.to_bytes(count, "big")


def decode_length(data: bytes, offset: int, *, what: str) -> tuple[int, int]:
    """The length at ``offset`` and the offset of the octet after it; only the shortest form is taken.

    One form only, so that what is read and written again is the same bytes: a MAC covers them.

    Raises: GbcsError: the data end, more than four length octets, a longer form than needed.
    """
    first = _octet(data, offset, what)
    if first < 0x80:
        return first, offset + 1
    count = first & 0x7F
    if not 1 <= count <= 4:
        raise GbcsError(f"unusable length of {what}", offset, expected="00 to 7F, or 81 to 84", got=f"{first:02X}")
    end = offset + 1 + count
    if end > len(data):
        raise ends_early(data, what, expected=f"{count} length octets")
    length = int.from_bytes(data[offset + 1 : end], "big")
    if length < 0x80 or length >> (8 * (count - 1)) == 0:
        found = data[offset:end].hex()
        raise GbcsError(
            f"length of {what} is not in its shortest form",
            offset,
            expected=encode_length(length).hex(),
            got=found,
        )
    return length, end


def ends_early(data: bytes, what: str, *, expected: str) -> GbcsError:
    """The error for data that end inside ``what``; its offset is the end of the data."""
    return GbcsError(f"the data end inside {what}", len(data), expected=expected, got="the end")


def _octet(data: bytes, offset: int, what: str) -> int:
    if offset >= len(data):
        raise ends_early(data, what, expected="one octet")
    return data[offset]
