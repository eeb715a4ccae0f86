"""Holds requests that anomaly detection stopped, alerts their User, and releases or rejects them for a tester.

Source: DUIS 5.4 schema for the alert and its three branches; that a held request is acknowledged, what its release and
its rejection send, and which code rejection has, are inferred (DUIS guide, section 10).
"""

from __future__ import annotations

from schemas.load import Srv, service_requests
from stubs import alerts
from stubs.access import Breach
from stubs.dcc.commands.planning import PlannedCommand
from stubs.dcc.context import DccContext
from stubs.dcc.outbound.dcc_alerts import raise_dcc_alert
from stubs.dcc.outbound.messages import OutboundMessage
from stubs.dcc.outbound.responses import release_followers
from stubs.dcc.requests.request_execution import RequestOutcome
from stubs.dcc.requests.request_in_progress import AcceptedRequest
from stubs.dcc.state.transaction import Transaction
from stubs.events import QuarantineEnded, RequestQuarantined
from stubs.wire.duis import ServiceResponse, write_request
from stubs.wire.eui64 import Eui64, eui_or_none
from stubs.wire.request_id import RequestId


def hold(
    context: DccContext, transaction: Transaction, exchange: str, request: AcceptedRequest, breach: Breach
) -> None:
    """Hold an accepted request and tell its User."""
    access, planned = request.access, request.planned
    header = access.header
    reference = str(transaction.state.counts.quarantined + 1)
    request_id = str(header.request_id)
    device = None if access.row.is_non_device else header.request_id.target
    transaction.emit(
        RequestQuarantined(
            reference=reference,
            exchange=exchange,
            request_id=request_id,
            user=str(access.sender),
            role=str(request.role),
            srv=header.srv,
            device=str(device) if device is not None else None,
            breach=breach.kind,
            detail=breach.detail,
            document=write_request(request.document),
            order=planned.stored() if isinstance(planned, PlannedCommand) else None,
            is_sequenced=bool(header.first_in_sequence or header.preceding),
        )
    )
    content = alerts.quarantined(request_id, reference, breach.kind)
    record = transaction.state.inventory.get(device)
    raise_dcc_alert(
        context,
        transaction,
        "request-quarantined",
        content,
        record,
        requester=header.request_id.originator,
        cause=breach.detail,
    )


def respond_late(
    context: DccContext, transaction: Transaction, held: RequestQuarantined, outcome: RequestOutcome
) -> None:
    """Sends, as a message, the answer that the request would have had over HTTP."""
    reference = service_requests()[Srv(held.srv)].service_reference
    code = "I0" if outcome.code == "I99" else outcome.code
    asked = RequestId.parse(held.request_id)
    outbound = OutboundMessage(
        Eui64.parse(held.user),
        "response",
        ServiceResponse(reference, held.srv, outcome.result),
        response_code=code,
        request_id=asked,
        response_id=asked.reversed(),
        srv=held.srv,
        device=eui_or_none(held.device),
    )
    context.writer.queue(transaction, outbound)
    if held.is_sequenced:
        release_followers(context, transaction, asked, is_ok=code == "I0")


def reject(context: DccContext, transaction: Transaction, held: RequestQuarantined) -> None:
    """Reject a quarantined request: it is not carried out, and its User gets a response that says so."""
    transaction.emit(QuarantineEnded(reference=held.reference, outcome="rejected"))
    respond_late(context, transaction, held, RequestOutcome(context.settings.quarantine_rejected))
