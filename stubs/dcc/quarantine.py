"""Anomaly detection: which requests are held, the alert about it, and what a tester decides.

Source: DUIS 5.4 schema for the alert and its three branches; that a held request is acknowledged, what its release and
its rejection send, and which code rejection has, are inferred (DUIS guide, section 10).
"""

from __future__ import annotations

from schemas.load import Srv, UserRole, service_requests
from stubs import alerts
from stubs.access import Breach, Case
from stubs.dcc import commands
from stubs.dcc.answers import respond
from stubs.dcc.carrying import TRANSFORM_VARIANT, Outcome
from stubs.dcc.notices import tell
from stubs.dcc.parts import Parts
from stubs.dcc.turn import Turn
from stubs.events import QuarantineEnded, RequestQuarantined
from stubs.inventory import Decision
from stubs.wire.duis import Request, ServiceRequest, ServiceResponse, SignedPreCommand, write_request
from stubs.wire.errors import Misuse, PeerError
from stubs.wire.gbcs.use_cases import read_command


def breach_of(parts: Parts, turn: Turn, case: Case, planned: Decision | commands.Order) -> Breach | None:
    """The limit a request exceeds; None: it may pass. A transform commands nothing and is not looked at."""
    thresholds = turn.state.thresholds
    header = case.header
    if header.command_variant == TRANSFORM_VARIANT:
        return None
    if isinstance(planned, commands.Order) and header.srv in parts.settings.attribute_limits:
        found = thresholds.abnormal(header.srv, _values(planned))
        if found is not None:
            return found
    return thresholds.breach(case.sender, header.srv, turn.now)


def _values(order: commands.Order) -> dict[str, object]:
    try:
        return read_command(order.message_code, order.group.content)
    except (PeerError, Misuse):
        return {}


def hold(
    parts: Parts,
    turn: Turn,
    exchange: str,
    case: Case,
    role: UserRole,
    request: Request,
    planned: Decision | commands.Order,
    breach: Breach,
) -> None:
    """Hold an accepted request and tell its User."""
    header = case.header
    reference = str(turn.state.counts.quarantined + 1)
    request_id = str(header.request_id)
    device = None if case.row.is_non_device else str(header.request_id.target)
    turn.emit(
        RequestQuarantined(
            reference=reference,
            exchange=exchange,
            request_id=request_id,
            user=case.sender,
            role=str(role),
            srv=header.srv,
            device=device,
            breach=breach.kind,
            detail=breach.detail,
            document=_document(request),
            order=planned.stored() if isinstance(planned, commands.Order) else None,
            is_sequenced=bool(header.first_in_sequence or header.preceding),
        )
    )
    content = alerts.quarantined(request_id, reference, breach.kind)
    record = turn.state.inventory.get(device) if device else None
    tell(parts, turn, "request-quarantined", content, record, requester=case.sender, cause=breach.detail)


def _document(request: Request) -> bytes:
    match request:
        case ServiceRequest() | SignedPreCommand():
            return write_request(request)


def respond_late(parts: Parts, turn: Turn, held: RequestQuarantined, outcome: Outcome) -> None:
    """What the HTTP answer would have been, as a message."""
    reference = service_requests()[Srv(held.srv)].service_reference
    data = {
        "user": held.user,
        "request_id": held.request_id,
        "srv": held.srv,
        "device": held.device,
        "sequence": held.is_sequenced,
    }
    code = "I0" if outcome.code == "I99" else outcome.code
    respond(parts, turn, data, code, ServiceResponse(reference, held.srv, outcome.result))


def reject(parts: Parts, turn: Turn, held: RequestQuarantined) -> None:
    """A quarantined request will not be carried out; its User is told by a response."""
    turn.emit(QuarantineEnded(reference=held.reference, outcome="rejected"))
    respond_late(parts, turn, held, Outcome(parts.settings.quarantine_rejected))
