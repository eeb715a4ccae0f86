"""Bending a signed document: what a fault does to the bytes."""

from __future__ import annotations

import re
from collections.abc import Callable

from stubs.faults.rules import GBCS_EFFECTS, FaultRule

BODY_EFFECTS = GBCS_EFFECTS | {
    "wrong-signature", "wrong-signer", "unsigned", "code", "malformed", "altered-content", "wrong-digest",
}  # fmt: skip
"""Effects that change the bytes of a message."""

_SIGNATURE_VALUE = re.compile(rb"(SignatureValue[^>]*>)(.)")
_DIGEST_VALUE = re.compile(rb"(DigestValue[^>]*>)(.)")
_COUNTER = re.compile(rb"(<sr:ResponseID>[^<]*)([0-9])(</sr:ResponseID>)")
_CODE = re.compile(rb"(<sr:ResponseCode>)[^<]*(</sr:ResponseCode>)")

Sign = Callable[[bytes], bytes]


def bend(rule: FaultRule, unsigned: bytes, sign: Sign | None, sign_as_other: Sign) -> bytes:
    """The bytes that leave instead of ``sign(unsigned)``.

    Args:
        rule: one with a body effect.
        unsigned: the document as the DCC would sign it.
        sign: the DCC's signature; None for a document that is sent unsigned.
        sign_as_other: the signature of ``rule.party``.
    """
    own: Sign = sign or (lambda document: document)
    match rule.effect:
        case "wrong-signer":
            return sign_as_other(unsigned)
        case "unsigned":
            return unsigned
        case "code":
            return own(_CODE.sub(rb"\g<1>" + rule.code.encode() + rb"\g<2>", unsigned, count=1))
        case "malformed":
            signed = own(unsigned)
            return signed[: len(signed) * 2 // 3]
        case "altered-content":
            return _COUNTER.sub(_next_digit, own(unsigned), count=1)
        case "wrong-digest":
            return _DIGEST_VALUE.sub(_other_first_letter, own(unsigned), count=1)
        case "wrong-signature":
            return _SIGNATURE_VALUE.sub(_other_first_letter, own(unsigned), count=1)
        case _:
            return own(unsigned)


def _next_digit(found: re.Match[bytes]) -> bytes:
    """Another last digit of the ResponseID: the schema is kept, the signed content is not."""
    return found.group(1) + str((int(found.group(2)) + 1) % 10).encode() + found.group(3)


def _other_first_letter(found: re.Match[bytes]) -> bytes:
    """Another base64 letter in the first place: still 64 octets, another number."""
    return found.group(1) + (b"B" if found.group(2) != b"B" else b"C")
