"""Use cases by name and by message code, and the functions every caller uses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any

from schemas.load import use_case_facts
from stubs.wire.errors import Misuse
from stubs.wire.gbcs import dlms
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.gbcs.use_cases.command_templates import CommandTemplates
from stubs.wire.gbcs.use_cases.model import (
    Codec,
    CommandContext,
    Decrypt,
    Encrypt,
    Instruction,
    UseCase,
    Values,
)

_SIGNERS = {"yes": "user", "acb": "acb", "party": "party"}
"""Column ``critical`` of the facts to who signs the command; ``answer`` there is no signer, but a signed answer."""

USE_CASES: Mapping[str, UseCase] = MappingProxyType(
    {
        name: UseCase(
            name=name,
            message_code=int(row.message_code, 16),
            protocol=row.protocol,
            title=row.title,
            is_critical=row.critical == "yes",
            response_has_date_time=row.response_date_time == "yes",
            is_sensitive=row.sensitive == "yes",
            provenance=row.provenance,
            signer=_SIGNERS.get(row.critical, ""),
            is_answer_signed=row.critical == "answer",
        )
        for name, row in use_case_facts().items()
    }
)
"""Every use case whose payloads can be built and read, by name."""

_BY_CODE = {row.message_code: row for row in reversed(tuple(USE_CASES.values()))}
"""Use cases that share a code carry the same content; the first in the facts stands for them."""


_TEMPLATES = CommandTemplates()


def use_case(name: str) -> UseCase:
    """The use case of that name. Raises: Misuse: none."""
    if name not in USE_CASES:
        raise Misuse(f"no use case {name}")
    return USE_CASES[name]


def use_case_of(message_code: int) -> UseCase:
    """The use case with that message code. Raises: PeerError: none that this program knows."""
    found = _BY_CODE.get(message_code)
    if found is None:
        raise GbcsError(
            "no known use case has this message code", 0, got=f"{message_code:04X}", clause="GBCS, message codes"
        )
    return found


def build_command(name: str, values: Values, context: CommandContext) -> bytes:
    """The content of a command. Raises: Misuse: no such use case, a value is missing or does not fit."""
    return _TEMPLATES.build(name, values, context, _codec(name).build_command)


def read_command(message_code: int, content: bytes) -> dict[str, Any]:
    """The named values of a command; what they are is listed in ``docs/gbcs-values.md``.

    Raises: PeerError: unknown message code, or content that is not this use case.
    """
    return _codec(use_case_of(message_code).name).read_command(content)


def build_response(name: str, command: bytes, values: Values, encrypt: Encrypt | None = None) -> bytes:
    """The content of the response to ``command``.

    Args:
        name: the use case.
        command: the command's content; invoke id, protection parameters and event ids are taken from it.
        values: named values; ``results``, one code per row, when something failed (default: all 0).
        encrypt: needed when the use case is sensitive and succeeds.
    Raises: PeerError: ``command`` is not this use case; Misuse: a value is missing.
    """
    return _codec(name).build_response(command, values, encrypt)


def read_response(message_code: int, content: bytes, decrypt: Decrypt | None = None) -> dict[str, Any]:
    """The named values of a response; always with ``MessageSuccess`` and ``results``.

    ``results`` holds a code per row: DLMS result codes, ZigBee statuses; it is empty for ASN.1. What
    :func:`build_response` is given back rebuilds the same bytes.

    Raises: PeerError: unknown message code, or content that is not this use case; Misuse: encrypted content
        and no ``decrypt``; whatever ``decrypt`` raises.
    """
    return _codec(use_case_of(message_code).name).read_response(content, decrypt)


def error_results(name: str, command: bytes, position: int = 0, code: int | None = None) -> tuple[int, ...]:
    """``results`` of a command that fails at row ``position`` (an attribute, in a ZigBee read).

    ``code`` defaults to a hardware fault (DLMS 1, ZigBee C0). Empty for ASN.1, which has status values instead.
    """
    return _codec(name).error_results(command, position, code)


def outcomes_of(message_code: int, command: bytes) -> tuple[Instruction, ...]:
    """The settings of a command that can be future dated, in the order of their outcome alerts."""
    return _codec(use_case_of(message_code).name).instructions(command)


def response_date_time(when: datetime, status: int = 0xFF) -> bytes:
    """GROUP's date-time in a response, 12 octets.

    ``status`` is FF from an ESME; in gas reads 00 (reliable, from the gas proxy), 04 (reliable, from the meter by way
    of the proxy) or 02 (unreliable).
    """
    return dlms.moment_octets(when, status)


def _codec(name: str) -> Codec:
    return _codecs()[use_case(name).name]


@cache
def _codecs() -> Mapping[str, Codec]:
    """Imported with the first message: thirty modules that no start need wait for."""
    from stubs.wire.gbcs.use_cases.codecs import CODECS  # noqa: PLC0415

    return CODECS
