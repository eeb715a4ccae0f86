"""Checks a Signed Pre-Command against the Pre-Command that was issued."""

from __future__ import annotations

from contextlib import suppress

from msgspec.structs import replace

from stubs.dcc.commands.planning import PlannedCommand
from stubs.dcc.context import DccContext
from stubs.dcc.state.dcc_state import DccState
from stubs.transform import check_signed, check_unaltered
from stubs.wire.duis import SignedPreCommand
from stubs.wire.errors import PeerError, Refusal
from stubs.wire.gbcs.envelope import Cra, Group

_XML_ONLY = frozenset({"87", "89"})
"""Roles whose keys sign XML and never a command."""


def plan_signed_command(context: DccContext, state: DccState, request: SignedPreCommand) -> PlannedCommand:
    """Check what came back signed against what was issued.

    Raises: Refusal: ``pre-command-altered``, ``pre-command-signature``.
    """
    header = request.header
    try:
        signed = Group.from_bytes(request.gbcs_payload)
    except PeerError as error:
        raise Refusal("pre-command-altered", f"not a GBCS command: {error}") from error
    if signed.cra is not Cra.COMMAND or (signed.originator, signed.recipient, signed.counter) != (
        header.request_id.originator,
        header.request_id.target,
        header.request_id.counter,
    ):
        raise Refusal("pre-command-altered", "originator, target or counter differ from the RequestID")
    issued = state.ledger.issued.get(header.request_id)
    known = Group.from_bytes(issued.payload) if issued else replace(signed, signature=None)
    if issued and issued.srv != header.srv:
        raise Refusal("pre-command-altered", f"the Pre-Command is one of {issued.srv}, not of {header.srv}")
    _check_signature(context, known, signed)
    use_case_name = issued.use_case if issued else ""
    execution = issued.execution if issued else request.execution_date_time
    return PlannedCommand(use_case_name, signed.other.message_code, signed, execution=execution)


def notes_on_date(request: SignedPreCommand, order: PlannedCommand) -> tuple[str, ...]:
    """A date beside a signed command is not used; one that differs from the transformed request's is noted."""
    given = request.execution_date_time
    if given is None or given == order.execution:
        return ()
    return (f"ExecutionDateTime {given} is not that of the transformed request ({order.execution or 'none'})",)


def _check_signature(context: DccContext, issued: Group, signed: Group) -> None:
    """One of the originator's keys fits; that the rest is as issued is checked first, whatever keys there are."""
    check_unaltered(issued, signed)
    certificates = [
        certificate
        for certificate in context.pki.certificates.of(signed.originator, "DS")
        if certificate.role not in _XML_ONLY
    ]
    if not certificates:
        raise Refusal("pre-command-signature", f"no digital-signing certificate of {signed.originator} is known")
    for certificate in certificates[:-1]:
        with suppress(Refusal):
            return check_signed(issued, signed, certificate.public_key)
    return check_signed(issued, signed, certificates[-1].public_key)
