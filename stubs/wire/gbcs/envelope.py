"""The GBCS envelope: grouping header, supplementary fields, signature field, MAC wrapper.

::

    MACed message  =  DD 00 00 00 00 00 00  len  11 00 00 00 00  GROUP  MAC(12)
    GROUP          =  DF 09 CRA(1) counter(8)  08 originator(8)  08 recipient(8)
                      date-time(00 | 0C + 12)  len other-information  len content  signature
    signature      =  nothing (bare pre-command) | 00 | 40 r(32) s(32)

Integers are big-endian, lengths in their shortest form; what is read and written again is the same bytes.
Source: GBCS, general ciphering, general signing and grouping header.
"""

from __future__ import annotations

from enum import IntEnum

import msgspec

from stubs.wire.errors import Misuse
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.octets import GbcsError, decode_length, encode_length, ends_early

CIPHERING_HEADER = bytes.fromhex("dd000000000000")
"""General-ciphering with six empty fields."""
SECURITY_HEADER = bytes.fromhex("1100000000")
"""Authenticated only, suite 1, invocation counter 0."""
MAC_LENGTH = 12
SIGNATURE_LENGTH = 64

_CLAUSE = "GBCS, grouping header"
_MAX_COUNTER = (1 << 64) - 1
_DATE_TIME_AT = 29


class Cra(IntEnum):
    """Command, response or alert: the first octet of the transaction id."""

    COMMAND = 1
    RESPONSE = 2
    ALERT = 3


class OtherInformation(msgspec.Struct, frozen=True):
    """Message code and the supplementary fields.

    Five shapes exist: code alone (2 octets), with party (10), with party and counter (18), with originator
    counter too (26), or code, party, counter and a DER certificate (more than 26).

    Args:
        message_code: 16 bits, names the use case.
        party: supplementary remote party, when the ACB stands in for it.
        counter: supplementary remote party counter, 64 bits.
        originator_counter: supplementary originator counter, 64 bits; responses with encrypted content.
        certificate: DER, key agreement certificate of ``party``; commands that ask for encrypted content.
    Raises: Misuse: a combination that has no shape.
    """

    message_code: int
    party: Eui64 | None = None
    counter: int | None = None
    originator_counter: int | None = None
    certificate: bytes | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.message_code <= 0xFFFF:
            raise Misuse(f"a message code has 16 bits, got {self.message_code}")
        if self.counter is not None and self.party is None:
            raise Misuse("a supplementary counter without a supplementary party")
        if self.originator_counter is not None and (self.counter is None or self.certificate is not None):
            raise Misuse("a supplementary originator counter follows party and counter, never with a certificate")
        if self.certificate is not None and (self.counter is None or len(self.certificate) <= 8):
            raise Misuse("a supplementary certificate follows party and counter and is longer than 8 octets")

    @classmethod
    def from_bytes(cls, data: bytes, offset: int = 0) -> OtherInformation:
        """Read the field without its length octets; ``offset`` is only for errors.

        Raises: GbcsError: a length that has no meaning.
        """
        length = len(data)
        code = int.from_bytes(data[:2], "big")
        if length == 2:
            return cls(code)
        if length not in (10, 18) and length < 26:
            raise GbcsError(
                "other information has no meaning at this length",
                offset,
                expected="2, 10, 18, 26 or more octets",
                got=str(length),
                clause=_CLAUSE,
            )
        party = Eui64(data[2:10])
        if length == 10:
            return cls(code, party)
        counter = int.from_bytes(data[10:18], "big")
        if length == 18:
            return cls(code, party, counter)
        if length == 26:
            return cls(code, party, counter, originator_counter=int.from_bytes(data[18:], "big"))
        return cls(code, party, counter, certificate=data[18:])

    def to_bytes(self) -> bytes:
        """Write the field without its length octets."""
        encoded = self.message_code.to_bytes(2, "big")
        if self.party is not None:
            encoded += self.party.octets
        if self.counter is not None:
            encoded += _counter_octets(self.counter)
        if self.originator_counter is not None:
            encoded += _counter_octets(self.originator_counter)
        return encoded + (self.certificate or b"")


class Group(msgspec.Struct, frozen=True):
    """One GROUP (general-signing structure), signed or not.

    Args:
        cra: command, response or alert.
        counter: originator counter, 64 bits; a response repeats the command's.
        originator: system title of who speaks (the business originator, also when the ACB computes the MAC).
        recipient: system title of who is addressed.
        date_time: empty, or a DLMS date-time of 12 octets.
        other: message code and supplementary fields.
        content: payload: DLMS, GBZ or DER.
        signature: None: no signature octet (bare pre-command); empty: the octet 00; else r|s, 64 octets.
    """

    cra: Cra
    counter: int
    originator: Eui64
    recipient: Eui64
    date_time: bytes
    other: OtherInformation
    content: bytes
    signature: bytes | None

    @classmethod
    def from_bytes(cls, data: bytes, offset: int = 0) -> Group:
        """Read one GROUP that fills ``data`` from ``offset`` to the end.

        Raises: GbcsError: anything that does not fit the shape, anything left over.
        """
        start = offset
        if len(data) < start + _DATE_TIME_AT + 1:
            _check_octets(data, start, b"\xdf\x09", "the general-signing tag")
            raise ends_early(data, "the grouping header", expected=f"{_DATE_TIME_AT + 1} octets")
        _check_octets(data, start, b"\xdf\x09", "the general-signing tag")
        _check_octets(data, start + 11, b"\x08", "the length of the originator")
        _check_octets(data, start + 20, b"\x08", "the length of the recipient")
        flag = data[start + 2]
        if flag not in (1, 2, 3):
            raise GbcsError("unknown CRA flag", start + 2, expected="01, 02 or 03", got=f"{flag:02X}", clause=_CLAUSE)
        date_time, offset = _part(data, start + _DATE_TIME_AT, "the date-time")
        if len(date_time) not in (0, 12):
            raise GbcsError(
                "a date-time of a wrong length",
                start + _DATE_TIME_AT,
                expected="0 or 12 octets",
                got=str(len(date_time)),
                clause=_CLAUSE,
            )
        other, offset = _part(data, offset, "the other information")
        other_at = offset - len(other)
        content, offset = _part(data, offset, "the content")
        return cls(
            Cra(flag),
            int.from_bytes(data[start + 3 : start + 11], "big"),
            Eui64(data[start + 12 : start + 20]),
            Eui64(data[start + 21 : start + 29]),
            date_time,
            OtherInformation.from_bytes(other, other_at),
            content,
            _signature(data, offset),
        )

    @property
    def signed_part(self) -> bytes:
        """Return the octets that a signature covers: GROUP without the octet DF and without the signature field.

        Source: GBCS, general signing; the guide's section 5.
        """
        other, date_time, content = self.other.to_bytes(), self.date_time, self.content
        return (
            bytes((0x09, self.cra))
            + _counter_octets(self.counter)
            + b"\x08"
            + self.originator.octets
            + b"\x08"
            + self.recipient.octets
            + bytes((len(date_time),))
            + date_time
            + encode_length(len(other))
            + other
            + encode_length(len(content))
            + content
        )

    def to_bytes(self) -> bytes:
        """Write GROUP, starting with DF.

        Raises: Misuse: a field of a wrong length.
        """
        if len(self.date_time) not in (0, 12):
            raise Misuse(f"a date-time has 0 or 12 octets, got {len(self.date_time)}")
        if self.signature is None:
            return b"\xdf" + self.signed_part
        if len(self.signature) not in (0, SIGNATURE_LENGTH):
            raise Misuse(f"a signature has 0 or 64 octets, got {len(self.signature)}")
        return b"\xdf" + self.signed_part + bytes((len(self.signature),)) + self.signature


class Message(msgspec.Struct, frozen=True):
    """A whole message as it travels: GROUP alone, or GROUP within the MAC wrapper.

    Args:
        group: the GROUP; its signature field is present whenever there is a MAC.
        mac: 12 octets, or None when the message carries no MAC (no wrapper then).
    """

    group: Group
    mac: bytes | None = None

    @classmethod
    def from_bytes(cls, data: bytes) -> Message:
        """Read a message that fills ``data``: one starting with DD, or a bare GROUP starting with DF.

        Raises: GbcsError: anything that does not fit the shape, anything left over.
        """
        if data[:1] != b"\xdd":
            if data[:1] != b"\xdf":
                raise GbcsError(
                    "not a GBCS message",
                    0,
                    expected="DD (general-ciphering) or DF (general-signing)",
                    got=data[:1].hex().upper() or "nothing",
                    clause="GBCS, message structure",
                )
            return cls(Group.from_bytes(data))
        _check_octets(data, 0, CIPHERING_HEADER, "the general-ciphering header")
        length, offset = decode_length(data, len(CIPHERING_HEADER), what="the MACed message")
        if length != len(data) - offset:
            raise GbcsError(
                "the MAC wrapper's length does not match",
                len(CIPHERING_HEADER),
                expected=f"{len(data) - offset} octets to the end",
                got=str(length),
                clause="GBCS, general ciphering",
            )
        _check_octets(data, offset, SECURITY_HEADER, "the security header")
        group_at = offset + len(SECURITY_HEADER)
        end = len(data) - MAC_LENGTH
        if end < group_at:
            raise ends_early(data, "the MACed message", expected=f"GROUP and {MAC_LENGTH} octets of MAC")
        group = Group.from_bytes(data[:end], group_at)
        if group.signature is None:
            raise GbcsError(
                "no signature field before the MAC", end, expected="00, or 40 and 64 octets", clause=_CLAUSE
            )
        return cls(group, data[end:])

    def to_bytes(self) -> bytes:
        """Write the message.

        Raises: Misuse: a MAC of a wrong length, or a MAC over a group without signature field.
        """
        if self.mac is None:
            return self.group.to_bytes()
        if len(self.mac) != MAC_LENGTH or self.group.signature is None:
            raise Misuse("a MAC has 12 octets and follows a signature field")
        inner = self.group.to_bytes()
        length = encode_length(len(SECURITY_HEADER) + len(inner) + MAC_LENGTH)
        return b"".join((CIPHERING_HEADER, length, SECURITY_HEADER, inner, self.mac))


def _counter_octets(counter: int) -> bytes:
    if not 0 <= counter <= _MAX_COUNTER:
        raise Misuse(f"a counter has 64 bits, got {counter}")
    return counter.to_bytes(8, "big")


def _check_octets(data: bytes, offset: int, wanted: bytes, what: str) -> None:
    found = data[offset : offset + len(wanted)]
    if found != wanted:
        raise GbcsError(f"{what} is wrong", offset, expected=wanted.hex(), got=found.hex() or "the end", clause=_CLAUSE)


def _part(data: bytes, offset: int, what: str) -> tuple[bytes, int]:
    length, start = decode_length(data, offset, what=what)
    end = start + length
    if end > len(data):
        raise ends_early(data, what, expected=f"{length} octets from octet {start}")
    return data[start:end], end


def _signature(data: bytes, offset: int) -> bytes | None:
    rest = len(data) - offset
    if rest == 0:
        return None
    length = data[offset]
    if length not in (0, SIGNATURE_LENGTH):
        raise GbcsError(
            "a signature of a wrong length", offset, expected="00 or 40", got=f"{length:02X}", clause=_CLAUSE
        )
    if rest < 1 + length:
        raise ends_early(data, "the signature", expected=f"{length} octets from octet {offset + 1}")
    if rest > 1 + length:
        raise GbcsError("octets after the end of the message", offset + 1 + length, expected="the end", clause=_CLAUSE)
    return data[offset + 1 :]
