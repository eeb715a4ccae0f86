"""Facts about the message around a payload that the payload walkers need."""

from __future__ import annotations

from dataclasses import dataclass

from stubs.wire.gbcs.crypto import ENCRYPTED_HEADER
from stubs.wire.gbcs.envelope import MAC_LENGTH, Group
from stubs.wire.gbcs.view.field import Check, Field, Scanner
from stubs.wire.gbcs.view.keys import ViewKeys, open_part


@dataclass(frozen=True, slots=True)
class Context:
    """The message a payload belongs to.

    Args:
        group: its GROUP.
        keys: what opens its encrypted parts.
        command: the command it answers, when the reader has it: names the values of a response.
    """

    group: Group
    keys: ViewKeys | None
    command: Group | None

    def identity(self, octets: bytes) -> str:
        """The part an EUI plays in this message, empty for any other octets."""
        group = self.group
        if octets == group.originator.octets:
            return "originator"
        if octets == group.recipient.octets:
            return "recipient"
        if group.other.party is not None and octets == group.other.party.octets:
            return "supplementary party"
        return ""


def is_encrypted(octets: bytes) -> bool:
    """Whether octets have the shape of an encrypted part."""
    return octets.startswith(ENCRYPTED_HEADER) and len(octets) > len(ENCRYPTED_HEADER) + MAC_LENGTH


def encrypted_part(scanner: Scanner, context: Context) -> tuple[tuple[Field, ...], Scanner | None, Field]:
    """Cut an encrypted part that fills ``scanner``.

    Returns: the security header; a scanner over the plaintext, lying where the ciphertext lies, or None when no
    key opens it; the field of the plaintext or ciphertext (without children) and, last in the first tuple, the tag.
    """
    start = scanner.at
    plaintext, check, remark = open_part(context.group, scanner.data[start : scanner.end], context.keys)
    header = scanner.leaf(len(ENCRYPTED_HEADER), "security header", "authenticated and encrypted, suite 1, counter 0")
    body_at = scanner.at
    scanner.take(scanner.left - MAC_LENGTH)
    if plaintext is None:
        body = scanner.field(body_at, "ciphertext", remark, check=Check.NOT_CHECKED)
    else:
        body = Field(scanner.base + body_at, len(plaintext), plaintext, "plaintext", "decrypted")
    tag_at = scanner.at
    scanner.take(MAC_LENGTH)
    tag = scanner.field(tag_at, "authentication tag", remark, check=check)
    inner = None if plaintext is None else Scanner.over(plaintext, body.offset)
    return (header, tag), inner, body
