"""One POST from bytes to answer: received, taken through the stages, then refused or accepted, executed, answered."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from schemas.load import CommandVariant, GatewayRuleRow, Service, UserRole, command_variants, gateway_rules
from stubs.dcc.commands.planning import planned_from
from stubs.dcc.context import DccContext
from stubs.dcc.outbound.dcc_alerts import raise_pending_alert
from stubs.dcc.outbound.reply import XML, Cut, Reply
from stubs.dcc.requests import quarantine
from stubs.dcc.requests.access_facts import access_request
from stubs.dcc.requests.checked_request import CheckedRequest
from stubs.dcc.requests.request_execution import RequestOutcome, execute_request
from stubs.dcc.requests.request_in_progress import AcceptedRequest, Planned, RefusalWithAlert, RequestInProgress
from stubs.dcc.requests.service_rules import decide
from stubs.dcc.requests.stages import run_stages
from stubs.dcc.state.transaction import Transaction
from stubs.events import (
    QuarantineEnded,
    RequestAccepted,
    RequestAnswered,
    RequestQuarantined,
    RequestReceived,
    RequestRefused,
    ThresholdWarned,
)
from stubs.recording import recordable
from stubs.settings import DccSettings
from stubs.wire.duis import ServiceRequest, read_request
from stubs.wire.errors import Refusal
from stubs.wire.eui64 import Eui64
from stubs.wire.xml import parse


class RequestPipeline:
    """Answers POSTs to the three web services."""

    def __init__(self, context: DccContext) -> None:
        self._context = context

    def handle(
        self,
        transaction: Transaction,
        body: bytes,
        service: Service,
        content_type: str,
        peer: str,
        on_error: Callable[[Exception], None],
        checked: CheckedRequest | None = None,
    ) -> Reply:
        """One request: received, checked, executed and answered."""
        exchange = _receive(transaction, body, str(service), content_type, peer)
        request = RequestInProgress(transaction, exchange, body, content_type, service, checked)
        try:
            run_stages(self._context, request)
            reply = self._execute(transaction, request)
        except Refusal as refusal:
            reply = self._refuse(transaction, request, refusal)
        except Exception as error:  # noqa: BLE001 - a mistake of ours must not stop the DCC; it is told and recorded
            on_error(error)
            ours = Refusal("internal-error", recordable(f"{type(error).__name__}: {error}"))
            reply = self._refusal(transaction, exchange, ours, request)
        return _answer(transaction, exchange, reply)

    def refuse_unread(self, transaction: Transaction, refusal: Refusal, service: str, peer: str) -> Reply:
        """A request whose body was not read, so that there is nothing to check; ``service`` may be another path."""
        exchange = _receive(transaction, b"", str(service), "", peer)
        reply = self._refusal(transaction, exchange, refusal, None)
        return _answer(transaction, exchange, reply)

    # --- saying no ---

    def _refuse(self, transaction: Transaction, request: RequestInProgress, refusal: Refusal) -> Reply:
        """The answer for a rule that said no, and what goes with it: a DCC alert, a fault rule that is counted."""
        if isinstance(refusal, RefusalWithAlert):
            raise_pending_alert(self._context, transaction, refusal.alert, request.access.header.request_id.originator)
        if refusal.rule == "fault":
            transaction.record_fault(request.faults, request.exchange)
        return self._refusal(transaction, request.exchange, refusal, request)

    def _refusal(
        self, transaction: Transaction, exchange: str, refusal: Refusal, request: RequestInProgress | None
    ) -> Reply:
        """A response code when the header is known to be the sender's, else a bare HTTP status."""
        answer, row = _code_of(self._context.settings, refusal)
        header = request.authentic if request is not None else None
        if answer.isdigit():
            reply = Reply(int(answer), XML, b"")
        elif answer and request is not None and header is not None:
            reply = self._context.writer.answer(header, transaction.now, answer, version=request.version)
        else:
            reply = Reply(row.http_status if row.http_status != 200 else 400, XML, b"")
        is_for_a_device = header is not None and header.request_id.target != self._context.pki.acb
        transaction.emit(
            RequestRefused(
                exchange=exchange,
                rule=refusal.rule,
                response_code=reply.response_code,
                http_status=reply.status,
                detail=refusal.detail,
                request_id=str(header.request_id) if header else None,
                user=str(header.request_id.originator) if header else None,
                srv=header.srv if header else None,
                device=str(header.request_id.target) if header and is_for_a_device else None,
            )
        )
        return reply

    # --- saying yes ---

    def _execute(self, transaction: Transaction, request: RequestInProgress) -> Reply:
        """Accept what passed every stage, carry it out or hold it, and write the answer."""
        rule = request.faults.rule
        if rule is not None and rule.before and rule.effect in {"drop", "reset"}:
            transaction.record_fault(request.faults, request.exchange)
            return Reply(0, XML, b"", cut=Cut(rule.effect))
        assert request.planned is not None, "a stage made a command or a decision"
        accepted = AcceptedRequest(request.access, request.role, request.document, request.planned, request.record)
        _accept(transaction, request)
        if request.breach is not None:
            quarantine.hold(self._context, transaction, request.exchange, accepted, request.breach)
            outcome = RequestOutcome("I99")
        else:
            outcome = execute_request(self._context, transaction, accepted)
        header = request.access.header
        reply = self._context.writer.answer(
            header, transaction.now, outcome.code, outcome.result, rule, request.version
        )
        transaction.record_fault(request.faults, request.exchange)
        return reply

    # --- what was held ---

    def release(self, transaction: Transaction, held: RequestQuarantined) -> None:
        """Carry out a request that was quarantined; what would have been the answer goes to Receive Response."""
        document = read_request(parse(held.document))
        header = document.header
        record = transaction.state.inventory.get(Eui64.parse(held.device)) if held.device else None
        service = command_variants()[CommandVariant(header.command_variant)].service
        access = access_request(self._context, transaction, document, record, service)
        transaction.emit(QuarantineEnded(reference=held.reference, outcome="released"))
        try:
            planned: Planned
            if held.order is not None:
                planned = planned_from(held.order)
            else:
                assert isinstance(document, ServiceRequest), "a Non-Device request has a body"
                planned = decide(self._context, transaction, access, document.body)
            accepted = AcceptedRequest(access, UserRole(held.role), document, planned, record)
            outcome = execute_request(self._context, transaction, accepted)
        except Refusal as refusal:
            outcome = RequestOutcome(message_code_of(self._context.settings, refusal))
        if outcome.code != "I99" or access.variant.is_non_device:
            quarantine.respond_late(self._context, transaction, held, outcome)


def _receive(transaction: Transaction, body: bytes, service: str, content_type: str, peer: str) -> str:
    """Record what came; the id of the exchange."""
    exchange = f"x{transaction.state.counts.exchanges + 1}"
    transaction.emit(
        RequestReceived(exchange=exchange, service=service, peer=peer, content_type=content_type, body=body)
    )
    return exchange


def _accept(transaction: Transaction, request: RequestInProgress) -> None:
    header, breach = request.access.header, request.breach
    held = (f"quarantined: {breach.detail}",) if breach is not None else ()
    transaction.emit(
        RequestAccepted(
            exchange=request.exchange,
            request_id=str(header.request_id),
            user=str(request.access.sender),
            role=str(request.role),
            srv=header.srv,
            command_variant=header.command_variant,
            device=str(request.record.device) if request.record else None,
            signed_by=str(request.certificate.serial),
            schema_version=request.document.schema_version,
            notes=(*request.notes, *held),
        )
    )
    if request.access.variant.is_transform:  # it commands nothing, and is not counted
        return
    passed = transaction.state.thresholds.warned(request.access.sender, header.srv)
    if passed is not None:
        name, limit = passed
        transaction.emit(
            ThresholdWarned(user=str(request.access.sender), srv=name, limit=limit, request_id=str(header.request_id))
        )


def _answer(transaction: Transaction, exchange: str, reply: Reply) -> Reply:
    """Record what leaves; the reply, with the exchange that it ends."""
    is_cut = reply.cut is not Cut.NONE
    transaction.emit(
        RequestAnswered(
            exchange=exchange,
            status=0 if is_cut else reply.status,
            content_type=reply.content_type,
            body=b"" if is_cut else reply.body,
            response_code=None if is_cut else reply.response_code,
        )
    )
    return msgspec.structs.replace(reply, exchange=exchange)


def _code_of(settings: DccSettings, refusal: Refusal) -> tuple[str, GatewayRuleRow]:
    """Response code or HTTP status: the settings' before the refusal's own, and that before the catalogue's."""
    rows = gateway_rules()
    row = rows.get(refusal.rule) or rows["not-transformable"]
    return settings.rules.get(refusal.rule) or refusal.response_code or row.response_code, row


def message_code_of(settings: DccSettings, refusal: Refusal) -> str:
    """A refusal as the response code of a message; the placeholder of ``not-transformable`` for a bare HTTP status."""
    code, _ = _code_of(settings, refusal)
    return code if code and not code.isdigit() else gateway_rules()["not-transformable"].response_code
