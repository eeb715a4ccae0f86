"""Prepayment tokens: the 20-digit UTRN that carries a top-up.

::

    PTUT (64 bits) = 0000000 | counter bits 41..32 (10) | value class (2) | value (13) | MAC (32)
    PPTD           = 7394156990786306048 + PTUT, 19 decimal digits
    UTRN           = PPTD, then a Verhoeff check digit
    head           = the upper 32 bits of PTUT
    MAC            = last 4 octets of the GCM tag over 110000000000 | supplier | device | 01 | counter(8) | head

Source: GBCS, prepayment top-up tokens; the guide's section 12.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from hmac import compare_digest

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey

from stubs.wire.errors import Misuse, PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.crypto import KeyAgreement, KeyUse, derive_key, gcm_tag, shared_secret

_OFFSET = 7394156990786306048
_LARGEST_VALUE = (1 << 13) - 1
_AAD_PREFIX = bytes.fromhex("110000000000")
_CLAUSE = "GBCS, prepayment top-up token"

_STEP = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
"""The permutation of Verhoeff's scheme; digit i goes through it (4 + i) mod 8 times."""


class ValueClass(IntEnum):
    """Worth of one unit of the token's value."""

    PENCE = 0
    POUNDS = 1


@dataclass(frozen=True, slots=True)
class Token:
    """Content of a UTRN that can be read without any key.

    Args:
        counter_bits: bits 41 to 32 of the token counter.
        value_class: pence or pounds.
        value: 0 to 8191 of that unit.
        mac: 4 octets.
    """

    counter_bits: int
    value_class: ValueClass
    value: int
    mac: bytes

    @property
    def pence(self) -> int:
        """The amount in pence."""
        return self.value * (100 if self.value_class is ValueClass.POUNDS else 1)

    @property
    def head(self) -> bytes:
        """The upper half of the token, which its MAC covers."""
        return (self.counter_bits << 15 | self.value_class << 13 | self.value).to_bytes(4, "big")


def generate(
    supplier: Eui64,
    device: Eui64,
    counter: int,
    amount: int,
    value_class: ValueClass,
    private_pp_ka: EllipticCurvePrivateKey,
    device_ka: EllipticCurvePublicKey,
    agree: KeyAgreement = shared_secret,
) -> str:
    """A UTRN of 20 digits.

    Args:
        supplier: who issues it.
        device: the meter.
        counter: 64 bits, the low 32 zero; the originator counter of the command that carries the token.
        amount: 0 to 8191 units of ``value_class``.
        value_class: pence or pounds.
        private_pp_ka: the supplier's key-agreement key for prepayment.
        device_ka: the meter's key-agreement key.
        agree: the key agreement, see ``stubs.wire.gbcs.crypto``.

    Raises: Misuse: a counter or an amount that does not fit.
    """
    if counter & 0xFFFFFFFF or not 0 < counter < 1 << 64:
        raise Misuse(f"a token counter is a multiple of 2^32 below 2^64, got {counter}")
    if not 0 <= amount <= _LARGEST_VALUE:
        raise Misuse(f"a token carries 0 to {_LARGEST_VALUE} units, got {amount}")
    token = Token(counter >> 32 & 0x3FF, value_class, amount, b"")
    mac = _mac(supplier, device, counter, token.head, agree(private_pp_ka, device_ka))
    decoder_digits = str(_OFFSET + int.from_bytes(token.head + mac, "big"))
    return decoder_digits + check_digit(decoder_digits)


def read(utrn: str) -> Token:
    """The contents of a UTRN.

    Raises: PeerError: not 20 digits, a wrong check digit, out of range, or an unknown value class.
    """
    if len(utrn) != 20 or not (utrn.isascii() and utrn.isdigit()):
        raise PeerError("not a UTRN", expected="20 digits", got=repr(utrn[:24]), clause=_CLAUSE)
    expected = check_digit(utrn[:19])
    if utrn[19] != expected:
        raise PeerError("the check digit of the UTRN is wrong", expected=expected, got=utrn[19], clause=_CLAUSE)
    token = int(utrn[:19]) - _OFFSET
    if not 0 <= token < 1 << 57:
        raise PeerError("the UTRN is out of range", got=utrn, clause=_CLAUSE)
    value_class = token >> 45 & 0x3
    if value_class not in tuple(ValueClass):
        raise PeerError("unknown value class in the UTRN", expected="0 or 1", got=str(value_class), clause=_CLAUSE)
    mac = (token & 0xFFFFFFFF).to_bytes(4, "big")
    return Token(token >> 47, ValueClass(value_class), token >> 32 & _LARGEST_VALUE, mac)


def verify(
    utrn: str,
    supplier: Eui64,
    device: Eui64,
    counter: int,
    private_ka: EllipticCurvePrivateKey,
    public_ka: EllipticCurvePublicKey,
    agree: KeyAgreement = shared_secret,
) -> Token:
    """Check a UTRN against the counter it came with; either side's private key will do.

    Args:
        utrn: 20 digits.
        supplier: who is said to have issued it.
        device: the meter.
        counter: the full token counter, the originator counter of the command.
        private_ka: the meter's key-agreement key, or the supplier's prepayment key.
        public_ka: the other side's.
        agree: the key agreement, see ``stubs.wire.gbcs.crypto``.

    Raises: PeerError: unreadable, of another counter, or not authentic.
    """
    token = read(utrn)
    if token.counter_bits != counter >> 32 & 0x3FF:
        raise PeerError(
            "the token is of another counter",
            expected=str(counter >> 32 & 0x3FF),
            got=str(token.counter_bits),
            clause=_CLAUSE,
        )
    expected = _mac(supplier, device, counter, token.head, agree(private_ka, public_ka))
    if not compare_digest(expected, token.mac):
        raise PeerError("the token is not authentic", got=token.mac.hex(), clause=_CLAUSE)
    return token


def check_digit(digits: str) -> str:
    """The digit that makes the Verhoeff product of ``digits`` and itself zero.

    Args:
        digits: 19 decimal digits.
    Raises: Misuse: another length.
    """
    if len(digits) != 19:
        raise Misuse(f"the check digit covers 19 digits, got {len(digits)}")
    product = 0
    for position, digit in enumerate(digits):
        product = _multiply(product, _permuted(int(digit), position))
    return next(str(last) for last in range(10) if _multiply(product, _permuted(last, 19)) == 0)


def _mac(supplier: Eui64, device: Eui64, counter: int, head: bytes, z: bytes) -> bytes:
    key = derive_key(z, KeyUse.COMMAND, supplier, counter, device)
    authenticated = b"".join((_AAD_PREFIX, supplier.octets, device.octets, b"\x01", counter.to_bytes(8, "big"), head))
    return gcm_tag(key, supplier, authenticated)[-4:]


def _permuted(digit: int, position: int) -> int:
    for _ in range((4 + position) % 8):
        digit = _STEP[digit]
    return digit


def _multiply(left: int, right: int) -> int:
    """The product in the dihedral group of the pentagon: 0 to 4 turn, 5 to 9 reflect."""
    if left < 5:
        return (left + right) % 5 if right < 5 else 5 + (left + right) % 5
    return 5 + (left - right) % 5 if right < 5 else (left - right) % 5
