"""Definition of a use case, and the interface of its codec."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import msgspec

from stubs.wire.errors import Misuse
from stubs.wire.eui64 import Eui64

Values = Mapping[str, Any]
"""Named values of a command or a response: plain JSON types and aware UTC times. EUI-64s are dashed text, octets are
upper-case hexadecimal text. Names are those of DUIS (commands) and MMC (responses)."""

Encrypt = Callable[[bytes], bytes]
"""Plaintext to the ciphered part (31 00000000, ciphertext, tag); keys and identities are bound by the caller."""
Decrypt = Callable[[bytes], bytes]
"""The ciphered part to its plaintext."""


@dataclass(frozen=True, slots=True)
class UseCase:
    """One GBCS use case, a row of ``schemas/catalogue/gbcs-use-case-facts.csv``.

    Args:
        name: published name, such as ``ECS17b``.
        message_code: 16 bits, in other information.
        protocol: ``DLMS``, ``GBZ`` or ``ASN.1``.
        title: published title.
        is_critical: the User signs the command, the device signs the response.
        response_has_date_time: GROUP of the response carries a date-time.
        is_sensitive: the response holds encrypted parts.
        provenance: ``reference-data`` or ``inferred``.
        signer: who signs the command: ``user`` (critical), ``acb``, ``party`` (transitional CoS, recovery…), or empty.
        is_answer_signed: the device signs the answer to a command that nobody signs (8.5).
    """

    name: str
    message_code: int
    protocol: str
    title: str
    is_critical: bool
    response_has_date_time: bool
    is_sensitive: bool
    provenance: str
    signer: str = ""
    is_answer_signed: bool = False


class CommandContext(msgspec.Struct, frozen=True):
    """Values that a command's content takes from its envelope and from the clock.

    Args:
        counter: GROUP's originator counter (the ACB's when the ACB speaks).
        originator: GROUP's originator.
        recipient: the device.
        now: UTC; issuer event ids are its seconds since 2000.
        user: whom the ACB speaks for; None when GROUP's originator speaks for itself. Protection parameters name it.
    """

    counter: int
    originator: Eui64
    recipient: Eui64
    now: datetime
    user: Eui64 | None = None

    @property
    def asker(self) -> Eui64:
        """Return the User that asks, whether or not the ACB speaks for it."""
        return self.user or self.originator


@dataclass(frozen=True, slots=True)
class Instruction:
    """One setting of a command that can be future dated; each has its own outcome alert.

    ``target`` is what the alert quotes: class(2) instance(6) attribute(1) for DLMS; cluster(2) frame control(1)
    command(1) for GBZ.
    """

    protocol: str
    target: bytes


class Codec(Protocol):
    """Builds and reads what one use case carries; every method is pure.

    Reading raises PeerError on anything that is not this use case; building raises Misuse on missing values.
    """

    def build_command(self, values: Values, context: CommandContext) -> bytes:
        """The command's content."""
        ...

    def read_command(self, content: bytes) -> dict[str, Any]:
        """The named values of a command's content."""
        ...

    def build_response(self, command: bytes, values: Values, encrypt: Encrypt | None) -> bytes:
        """The content that answers ``command``."""
        ...

    def read_response(self, content: bytes, decrypt: Decrypt | None) -> dict[str, Any]:
        """The named values of a response's content, ``MessageSuccess`` and ``results`` among them."""
        ...

    def error_results(self, command: bytes, position: int, code: int | None) -> tuple[int, ...]:
        """``results`` of a command that failed at row ``position``."""
        ...

    def instructions(self, command: bytes) -> tuple[Instruction, ...]:
        """The settings of ``command`` that can be future dated."""
        ...


def given(values: Values, key: str, default: Any = None) -> Any:
    """A value, or its default. Raises: Misuse: there is neither."""
    found = values.get(key, default)
    if found is None:
        raise Misuse(f"no value for {key}")
    return found
