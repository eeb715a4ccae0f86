"""One POST from bytes to answer: the order of checks, the refusal, the processing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

from schemas.load import (
    CommandVariant,
    Service,
    Srv,
    UserRole,
    command_variants,
    gateway_rules,
    service_requests,
)
from stubs.access import AccessRequest, DeviceFacts, UserFacts, authorise
from stubs.access.rules import CANCELLATION_YEAR
from stubs.dcc.commands import planning
from stubs.dcc.context import DccContext
from stubs.dcc.outbound.duis_version import UserVersion
from stubs.dcc.outbound.reply import XML, Cut, Reply
from stubs.dcc.requests import quarantine
from stubs.dcc.requests.request_execution import RequestOutcome, decide, execute_request, plan
from stubs.dcc.requests.request_validation import RequestValidation, ValidatedRequest, body_element
from stubs.dcc.state.transaction import NO_FAULT, MatchedFaults, Transaction
from stubs.events import (
    QuarantineEnded,
    RequestAccepted,
    RequestAnswered,
    RequestQuarantined,
    RequestReceived,
    RequestRefused,
)
from stubs.inventory import InventoryRecord, NonDeviceResult
from stubs.recording import recordable
from stubs.settings import DccSettings
from stubs.wire.duis import (
    Request,
    RequestHeader,
    ServiceRequest,
    SignedPreCommand,
    read_date_time,
    read_request,
)
from stubs.wire.errors import PeerError, Refusal
from stubs.wire.xml import parse

NON_DEVICE_VARIANT = 8


class RequestPipeline:
    """Answers POSTs to the three web services."""

    def __init__(self, context: DccContext) -> None:
        self._context = context
        self._validation = RequestValidation(context.settings, context.pki.certificates)

    def handle(
        self,
        transaction: Transaction,
        body: bytes,
        service: Service,
        content_type: str,
        peer: str,
        on_error: Callable[[Exception], None],
    ) -> Reply:
        """One request, checked, processed and answered."""
        exchange = f"x{transaction.state.counts.exchanges + 1}"
        transaction.emit(
            RequestReceived(exchange=exchange, service=str(service), peer=peer, content_type=content_type, body=body)
        )
        request: Request | None = None
        try:
            arrived = self._validation.open(
                body, content_type, transaction.now, lambda sound: self._version(transaction, sound).schema
            )
            request = arrived.request
            reply = self._process(transaction, exchange, arrived, service)
        except Refusal as refusal:
            reply = self.refuse(transaction, exchange, refusal, request)
        except Exception as error:  # noqa: BLE001 - a mistake of ours must not stop the DCC; it is told and recorded
            on_error(error)
            reply = self.refuse(
                transaction,
                exchange,
                Refusal("internal-error", recordable(f"{type(error).__name__}: {error}")),
                request,
            )
        self._answered(transaction, exchange, reply)
        return reply

    def _answered(self, transaction: Transaction, exchange: str, reply: Reply) -> None:
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

    # --- saying no ---

    def refuse_unread(self, transaction: Transaction, refusal: Refusal, service: str, peer: str) -> Reply:
        """A request whose body was not read, so that there is nothing to check; ``service`` may be another path."""
        exchange = f"x{transaction.state.counts.exchanges + 1}"
        transaction.emit(RequestReceived(exchange=exchange, service=str(service), peer=peer, content_type="", body=b""))
        reply = self.refuse(transaction, exchange, refusal, None)
        self._answered(transaction, exchange, reply)
        return reply

    def refuse(self, transaction: Transaction, exchange: str, refusal: Refusal, request: Request | None) -> Reply:
        """The answer for a rule that said no: a response code, or a bare HTTP status.

        Settings win over the refusal's own code, and that over the catalogue's.
        """
        rows = gateway_rules()
        row = rows.get(refusal.rule) or rows["not-transformable"]
        answer = self._context.settings.rules.get(refusal.rule) or refusal.response_code or row.response_code
        header = request.header if request else None
        if answer.isdigit():
            reply = Reply(int(answer), XML, b"")
        elif answer and request is not None and header is not None:
            version = self._version(transaction, request)
            reply = self._context.writer.answer(header, transaction.now, answer, version=version)
        else:
            reply = Reply(row.http_status if row.http_status != 200 else 400, XML, b"")
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
                device=str(header.request_id.target) if header and self._is_for_a_device(header) else None,
            )
        )
        return reply

    def _version(self, transaction: Transaction, request: Request) -> UserVersion:
        """In which version of DUIS the sender of a request is answered, and its request is judged."""
        user = transaction.state.users.get(str(request.header.request_id.originator))
        return self._context.writer.versions.of(user, request.schema_version)

    def _is_for_a_device(self, header: RequestHeader) -> bool:
        return header.request_id.target != self._context.pki.acb

    # --- deciding ---

    def _process(self, transaction: Transaction, exchange: str, arrived: ValidatedRequest, service: Service) -> Reply:
        request, state, context = arrived.request, transaction.state, self._context
        header = request.header
        record = None if not self._is_for_a_device(header) else state.inventory.get(str(header.request_id.target))
        access = self._access(transaction, request, record, service)
        role = authorise(access)
        planned = plan(context, transaction, request, access, role, record)
        if isinstance(planned, NonDeviceResult) and planned.role is not None:
            role = planned.role
        state.ledger.check(
            header.request_id,
            is_signed=access.is_signed_pre_command,
            require_transform=context.settings.require_transform,
        )
        notes = arrived.notes
        if isinstance(request, SignedPreCommand):
            planned = planning.plan_signed_command(context, transaction, request)
            notes = (*notes, *planning.notes_on_date(request, planned))
        assert planned is not None, "a request is a decision or an order"
        breach = quarantine.breach_of(context, transaction, access, planned)
        if breach and not context.settings.thresholds_held:
            raise Refusal("threshold", breach.detail)
        found = self._fault(transaction, exchange, access)
        if found.rule is not None and found.rule.before and found.rule.effect in {"drop", "reset"}:
            transaction.record_fault(found, exchange)
            return Reply(0, XML, b"", cut=Cut(found.rule.effect))
        transaction.emit(
            RequestAccepted(
                exchange=exchange,
                request_id=str(header.request_id),
                user=access.sender,
                role=str(role),
                srv=header.srv,
                command_variant=header.command_variant,
                device=record.device if record else None,
                signed_by=str(arrived.certificate.serial),
                schema_version=request.schema_version,
                notes=(*notes, *((f"quarantined: {breach.detail}",) if breach else ())),
            )
        )
        if breach:
            quarantine.hold(context, transaction, exchange, access, role, request, planned, breach)
            outcome = RequestOutcome("I99")
        else:
            outcome = execute_request(context, transaction, access, role, request, planned, record)
        reply = context.writer.answer(
            header,
            transaction.now,
            outcome.code,
            outcome.result,
            found.rule,
            self._version(transaction, request),
        )
        transaction.record_fault(found, exchange)
        return reply

    def _fault(self, transaction: Transaction, exchange: str, access: AccessRequest) -> MatchedFaults:
        if not transaction.state.faults.rules:
            return NO_FAULT
        facts = {
            "srv": access.header.srv,
            "user": access.sender,
            "device": str(access.header.request_id.target),
            "request_id": str(access.header.request_id),
        }
        found = transaction.find_fault("answer", facts)
        rule = found.rule
        if rule is not None and rule.effect in {"code", "http-status"}:
            transaction.record_fault(found, exchange)
            code = rule.code if rule.effect == "code" else str(rule.status)
            raise Refusal("fault", f"a fault rule answers {code}", response_code=code)
        return found

    def _access(
        self, transaction: Transaction, request: Request, record: InventoryRecord | None, service: Service
    ) -> AccessRequest:
        header, state = request.header, transaction.state
        user = state.users.get(str(header.request_id.originator))
        body = request.body if isinstance(request, ServiceRequest) else None
        execution = body.get("ExecutionDateTime") if body else None
        facts = None
        if record is not None:
            responsible = state.inventory.responsible(record, _later(execution, transaction.now) if execution else None)
            facts = DeviceFacts(record.device_type, record.status, responsible)
        return AccessRequest(
            header=header,
            row=service_requests()[Srv(header.srv)],
            body_element=body_element(request),
            service=service,
            user=UserFacts(_roles(user.roles), user.status) if user else None,
            device=facts,
            acb=self._context.acb,
            execution=execution,
            predecessor_status=state.sequences.get(str(header.preceding)) if header.preceding else None,
            ledger=state.ledger,
            settings=self._context.settings,
            now=transaction.now,
        )

    # --- what was held ---

    def release(self, transaction: Transaction, held: RequestQuarantined) -> None:
        """Carry out a request that was quarantined; what would have been the answer goes to Receive Response."""
        request = read_request(parse(held.document))
        header = request.header
        record = transaction.state.inventory.get(held.device) if held.device else None
        service = command_variants()[CommandVariant(header.command_variant)].service
        access = self._access(transaction, request, record, service)
        transaction.emit(QuarantineEnded(reference=held.reference, outcome="released"))
        role = UserRole(held.role)
        try:
            planned: NonDeviceResult | planning.PlannedCommand
            if held.order is not None:
                planned = planning.planned_from(held.order)
            else:
                assert isinstance(request, ServiceRequest), "a Non-Device request has a body"
                planned = decide(self._context, transaction, access, request.body)
            outcome = execute_request(self._context, transaction, access, role, request, planned, record)
        except Refusal as refusal:
            outcome = RequestOutcome(refusal_code(self._context.settings, refusal))
        if outcome.code != "I99" or header.command_variant == NON_DEVICE_VARIANT:
            quarantine.respond_late(self._context, transaction, held, outcome)


@lru_cache(maxsize=64)
def _roles(names: tuple[str, ...]) -> frozenset[UserRole]:
    return frozenset(UserRole(name) for name in names)


def _later(text: str, now: datetime) -> datetime | None:
    """The instant for which a future-dated request must be authorised; None: now will do."""
    try:
        instant = read_date_time(text)
    except PeerError:
        return None  # the rule on dates says what is wrong with it
    return instant if instant > now and instant.year < CANCELLATION_YEAR else None


def refusal_code(settings: DccSettings, refusal: Refusal) -> str:
    """A refusal as the response code of a message; the placeholder of ``not-transformable`` for a bare HTTP status."""
    rows = gateway_rules()
    row = rows.get(refusal.rule) or rows["not-transformable"]
    code = settings.rules.get(refusal.rule) or refusal.response_code or row.response_code
    return code if code and not code.isdigit() else rows["not-transformable"].response_code
