"""Identifiers of premises and certificates as values: read once at the door, compared as what they say.

Each reader takes what a person or a document may write and gives the one form that is stored, compared and told, or
refuses, saying what it expects. EUI-64 and RequestID have modules of their own. ``like`` is for what a document may
hold although it is no such identifier: the schema lets MPxN and post code be any text.

Sources: DUIS schema (UPRN a positive integer of at most 12 digits); Master Registration Agreement (MPAN core: 13
digits, the last a check digit); Uniform Network Code (MPRN: up to 10 digits, the last two check digits); Royal Mail's
Programmers' Guide (post code).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from stubs.wire.errors import PeerError

_DIGITS = re.compile(r"[0-9]+", re.ASCII)
_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?|[A-Z]{3})([0-9][A-Z]{2})", re.ASCII)
_OUTWARD = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?", re.ASCII)
_HEX = re.compile(r"[0-9A-F]+", re.ASCII)
_LONGEST = 80
_KEPT = 4096
MOST_UPRN_DIGITS, MPAN_DIGITS, MOST_MPRN_DIGITS, LEAST_MPRN_DIGITS = 12, 13, 10, 6
MOST_SERIAL_BITS = 160
"""20 octets (RFC 5280, 4.1.2.2)."""

PRIMES = (3, 5, 7, 13, 17, 19, 23, 29, 31, 37, 41, 43)
INWARD_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
"""Letters of the second half of a post code: none that looks like a digit or another letter (no C, I, K, M, O, V)."""


def _refused(what: str, expected: str, text: str) -> PeerError:
    return PeerError(f"not {what}", expected=expected, got=repr(text[:_LONGEST]))


@lru_cache(maxsize=_KEPT)
def read_uprn(text: str) -> str:
    """A unique property reference number: a positive integer, whatever its leading zeros; given without them.

    Raises: PeerError: anything else.
    """
    digits = text.strip().removeprefix("+")
    number = digits.lstrip("0")
    if not _DIGITS.fullmatch(digits) or not 1 <= len(number) <= MOST_UPRN_DIGITS:
        raise _refused("a UPRN", f"a positive number of at most {MOST_UPRN_DIGITS} digits", text)
    return number


@lru_cache(maxsize=_KEPT)
def read_mpxn(text: str) -> str:
    """A meter point: an MPAN core (13 digits) or an MPRN (6 to 10 digits, a number: given without leading zeros).

    White space and hyphens, as printed on bills, do not count. Check digits are not asked for: test data lack them.

    Raises: PeerError: anything else.
    """
    digits = re.sub(r"[\s-]", "", text)
    if _DIGITS.fullmatch(digits):
        if len(digits) == MPAN_DIGITS:
            return digits
        number = digits.lstrip("0")
        if LEAST_MPRN_DIGITS <= len(digits) <= MOST_MPRN_DIGITS and number:
            return number
    expected = f"an MPAN of {MPAN_DIGITS} digits or an MPRN of {LEAST_MPRN_DIGITS} to {MOST_MPRN_DIGITS}"
    raise _refused("a meter point number", expected, text)


@lru_cache(maxsize=_KEPT)
def read_postcode(text: str) -> str:
    """A full post code, in capitals with one space. Raises: PeerError: anything else."""
    found = _POSTCODE.fullmatch("".join(text.split()).upper()) if text.isascii() else None
    if found is None:
        raise _refused("a full post code", "such as SW1A 1AA", text)
    return f"{found.group(1)} {found.group(2)}"


def read_place(text: str) -> str:
    """A UPRN, a full post code or its first half. Raises: PeerError: none of them."""
    first_half = text.strip().upper()
    if _OUTWARD.fullmatch(first_half):
        return first_half
    return read_uprn(text) if first_half.isdigit() else read_postcode(text)


def read_serial_hex(text: str) -> int:
    """A certificate's serial number in hexadecimal, as the repository writes it; colons, case and zeros do not count.

    Raises: PeerError: anything else, or more than 20 octets.
    """
    digits = re.sub(r"[\s:]", "", text).upper().removeprefix("0X")
    if len(text) > _LONGEST or not _HEX.fullmatch(digits) or int(digits, 16).bit_length() > MOST_SERIAL_BITS:
        raise _refused("a serial number", "hexadecimal digits, at most 20 octets", text)
    return int(digits, 16)


@lru_cache(maxsize=_KEPT)
def like(reader: Callable[[str], str], text: str) -> str:
    """Return what ``reader`` makes of the text; if it refuses the text, the text in capitals without white space."""
    try:
        return reader(text)
    except PeerError:
        return "".join(text.split()).upper()


def mpan_of(digits: str) -> str:
    """12 digits with their check digit: products with primes, modulo 11, modulo 10."""
    total = sum(int(digit) * prime for digit, prime in zip(digits, PRIMES, strict=True))
    return f"{digits}{total % 11 % 10}"


def mprn_of(digits: str) -> str:
    """8 digits with their two check digits: products with 8 down to 1, modulo 11."""
    total = sum(int(digit) * (len(digits) - at) for at, digit in enumerate(digits))
    return f"{digits}{total % 11:02d}"


def made_up_postcode(octets: bytes) -> str:
    """A post code that obeys the rules of the form A9 9AA or AA9 9AA, from six octets; what is there is chance."""
    first = "ABCDEFGHIJKLMNOPRSTUWYZ"
    second = "ABCDEFGHKLMNOPQRSTUVWXY"
    area = first[octets[0] % len(first)] + (second[octets[1] % len(second)] if octets[0] % 4 else "")
    inward = "".join(INWARD_LETTERS[octet % len(INWARD_LETTERS)] for octet in octets[4:6])
    return f"{area}{octets[2] % 9 + 1} {octets[3] % 10}{inward}"
