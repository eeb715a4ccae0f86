"""One POST from bytes to answer: the order of checks, the refusal, the processing."""

from __future__ import annotations

from collections.abc import Callable

from schemas.load import Service, Srv, UserRole, gateway_rules, service_requests
from stubs import alerts
from stubs.access import Case, DeviceFacts, UserFacts, authorise
from stubs.access.rules import LOCAL_VARIANTS
from stubs.dcc import commands, device_log
from stubs.dcc.intake import Arrived, Intake, body_element
from stubs.dcc.notices import tell, tell_notice
from stubs.dcc.parts import Parts
from stubs.dcc.reply import XML, Cut, Reply
from stubs.dcc.turn import Found, Turn
from stubs.events import (
    InventoryChanged,
    PreCommandIssued,
    RequestAccepted,
    RequestAnswered,
    RequestReceived,
    RequestRefused,
)
from stubs.faults import FaultRule
from stubs.inventory import SERVICES, InventoryRecord
from stubs.inventory.services import Decision, Question
from stubs.wire.duis import (
    LocalCommand,
    Node,
    OtherResult,
    PreCommand,
    Request,
    RequestHeader,
    Result,
    ServiceRequest,
    SignedPreCommand,
)
from stubs.wire.errors import Refusal

BOTH_VARIANTS = frozenset({3, 7})
TRANSFORM_VARIANT = 4


class Handling:
    """Answers POSTs to the three web services."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._intake = Intake(parts.settings, parts.pki.certificates)

    def handle(
        self,
        turn: Turn,
        body: bytes,
        service: Service,
        content_type: str,
        peer: str,
        on_error: Callable[[Exception], None],
    ) -> Reply:
        """One request, checked, processed and answered."""
        exchange = f"x{turn.state.counts.exchanges + 1}"
        turn.emit(
            RequestReceived(exchange=exchange, service=str(service), peer=peer, content_type=content_type, body=body)
        )
        request: Request | None = None
        try:
            arrived = self._intake.open(body, content_type, turn.now)
            request = arrived.request
            reply = self._process(turn, exchange, arrived, service)
        except Refusal as refusal:
            reply = self.refuse(turn, exchange, refusal, request)
        except Exception as error:  # noqa: BLE001 - a mistake of ours must not stop the DCC; it is told and recorded
            on_error(error)
            reply = self.refuse(turn, exchange, Refusal("internal-error", f"{type(error).__name__}: {error}"), request)
        self._answered(turn, exchange, reply)
        return reply

    def _answered(self, turn: Turn, exchange: str, reply: Reply) -> None:
        is_cut = reply.cut is not Cut.NONE
        turn.emit(
            RequestAnswered(
                exchange=exchange,
                status=0 if is_cut else reply.status,
                content_type=reply.content_type,
                body=b"" if is_cut else reply.body,
                response_code=None if is_cut else reply.response_code,
            )
        )

    # --- saying no ---

    def refuse_unread(self, turn: Turn, refusal: Refusal, service: Service, peer: str) -> Reply:
        """A POST whose body never became whole, so that there is nothing to check."""
        exchange = f"x{turn.state.counts.exchanges + 1}"
        turn.emit(RequestReceived(exchange=exchange, service=str(service), peer=peer, content_type="", body=b""))
        reply = self.refuse(turn, exchange, refusal, None)
        self._answered(turn, exchange, reply)
        return reply

    def refuse(self, turn: Turn, exchange: str, refusal: Refusal, request: Request | None) -> Reply:
        """The answer for a rule that said no: a response code, or a bare HTTP status.

        Settings win over the refusal's own code, and that over the catalogue's.
        """
        rows = gateway_rules()
        row = rows.get(refusal.rule) or rows["not-transformable"]
        answer = self._parts.settings.rules.get(refusal.rule) or refusal.response_code or row.response_code
        header = request.header if request else None
        if answer.isdigit():
            reply = Reply(int(answer), XML, b"")
        elif answer and header is not None:
            reply = self._parts.correspondence.answer(header, turn.now, answer)
        else:
            reply = Reply(row.http_status if row.http_status != 200 else 400, XML, b"")
        turn.emit(
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

    def _is_for_a_device(self, header: RequestHeader) -> bool:
        return header.request_id.target != self._parts.pki.acb

    # --- deciding ---

    def _process(self, turn: Turn, exchange: str, arrived: Arrived, service: Service) -> Reply:
        request, state = arrived.request, turn.state
        header = request.header
        record = None if not self._is_for_a_device(header) else state.inventory.get(str(header.request_id.target))
        case = self._case(turn, request, record, service)
        role = authorise(case)
        plan = self._plan(turn, request, case, role, record)
        if isinstance(plan, Decision) and plan.role is not None:
            role = plan.role
        state.ledger.check(
            header.request_id,
            is_signed=case.is_signed_pre_command,
            require_transform=self._parts.settings.require_transform,
        )
        if isinstance(request, SignedPreCommand):
            plan = commands.order_of_signed(self._parts, turn, request)
        breach = state.thresholds.breach(case.sender, header.srv, turn.now)
        if breach and not self._parts.settings.thresholds_held:
            raise Refusal("threshold", breach)
        found = self._fault(turn, exchange, case)
        if found.rule is not None and found.rule.before and found.rule.effect in {"drop", "reset"}:
            turn.record_fault(found, exchange)
            return Reply(0, XML, b"", cut=Cut(found.rule.effect))
        turn.emit(
            RequestAccepted(
                exchange=exchange,
                request_id=str(header.request_id),
                user=case.sender,
                role=str(role),
                srv=header.srv,
                command_variant=header.command_variant,
                device=record.device if record else None,
                signed_by=str(arrived.certificate.serial),
                notes=(*arrived.notes, *((f"quarantined: {breach}",) if breach else ())),
            )
        )
        if breach:
            reply = self._quarantine(turn, header, record, breach)
        elif isinstance(plan, Decision):
            reply = self._answer_decision(turn, header, plan, found.rule)
        else:
            reply = self._command(turn, case, role, request, plan, record, found.rule)
        turn.record_fault(found, exchange)
        return reply

    def _fault(self, turn: Turn, exchange: str, case: Case) -> Found:
        facts = {
            "srv": case.header.srv,
            "user": case.sender,
            "device": str(case.header.request_id.target),
            "request_id": str(case.header.request_id),
        }
        found = turn.find_fault("answer", facts)
        rule = found.rule
        if rule is not None and rule.effect in {"code", "http-status"}:
            turn.record_fault(found, exchange)
            code = rule.code if rule.effect == "code" else str(rule.status)
            raise Refusal("fault", f"a fault rule answers {code}", response_code=code)
        return found

    def _case(self, turn: Turn, request: Request, record: InventoryRecord | None, service: Service) -> Case:
        header, state = request.header, turn.state
        user = state.users.get(str(header.request_id.originator))
        facts = None
        if record is not None:
            facts = DeviceFacts(record.device_type, record.status, state.inventory.responsible(record))
        body = request.body if isinstance(request, ServiceRequest) else None
        return Case(
            header=header,
            row=service_requests()[Srv(header.srv)],
            body_element=body_element(request),
            service=service,
            user=UserFacts(frozenset(UserRole(role) for role in user.roles), user.status) if user else None,
            device=facts,
            acb=self._parts.acb,
            execution=body.get("ExecutionDateTime") if body else None,
            predecessor_status=state.sequences.get(str(header.preceding)) if header.preceding else None,
            ledger=state.ledger,
            settings=self._parts.settings,
            now=turn.now,
        )

    def _plan(
        self, turn: Turn, request: Request, case: Case, role: UserRole, record: InventoryRecord | None
    ) -> Decision | commands.Order | None:
        """Service-specific validation: what would be done, decided but not yet done."""
        if not isinstance(request, ServiceRequest):
            return None
        if case.row.is_non_device:
            decide = SERVICES.get(case.row.srv)
            if decide is None:
                raise Refusal("not-simulated", f"service {case.row.srv} is one of DUIS, but not simulated here")
            question = Question(case.sender, case.eligible_roles, request.body, turn.now, self._parts.settings)
            return decide(turn.state.inventory, question)
        assert record is not None, "device-exists came before"
        if case.row.srv == device_log.SRV:
            device_log.check(turn.state.inventory, case.sender, role, request.body)
        if not commands.has_credentials(record):
            raise Refusal("not-transformable", f"a {record.device_type} takes no commands of the DCC")
        return commands.order_of_request(self._parts, turn, request, record)

    # --- doing ---

    def _quarantine(self, turn: Turn, header: RequestHeader, record: InventoryRecord | None, breach: str) -> Reply:
        user = str(header.request_id.originator)
        content = alerts.quarantined(str(header.request_id), turn.state.counts.exchanges)
        tell(self._parts, turn, "request-quarantined", content, record, requester=user, cause=breach)
        return self._parts.correspondence.answer(header, turn.now, "I99")

    def _answer_decision(self, turn: Turn, header: RequestHeader, decision: Decision, fault: FaultRule | None) -> Reply:
        cause = str(header.request_id)
        for device, values in decision.changes:
            turn.emit(InventoryChanged(device=device, values=values, cause=cause))
        for notice in decision.notices:
            tell_notice(self._parts, turn, notice, str(header.request_id.originator))
        result: Result = OtherResult(decision.result) if decision.result is not None else None
        code = "I0" if result is not None else self._parts.settings.non_device_success
        return self._parts.correspondence.answer(header, turn.now, code, result, fault)

    def _command(
        self,
        turn: Turn,
        case: Case,
        role: UserRole,
        request: Request,
        order: commands.Order | None,
        record: InventoryRecord | None,
        fault: FaultRule | None,
    ) -> Reply:
        assert order is not None, "a request that is no decision is an order"
        assert record is not None, "an order is for a device"
        header = case.header
        answer = self._parts.correspondence.answer
        variant = header.command_variant
        if variant == TRANSFORM_VARIANT:
            payload = order.group.to_bytes()
            version = record.gbcs_version or "4.2"
            turn.emit(
                PreCommandIssued(
                    request_id=str(header.request_id),
                    srv=header.srv,
                    user=case.sender,
                    device=record.device,
                    use_case=order.use_case,
                    message_code=f"{order.message_code:04X}",
                    gbcs_version=version,
                    payload=payload,
                )
            )
            return answer(header, turn.now, "I0", PreCommand(version, payload), fault)
        body: Node | None = request.body if isinstance(request, ServiceRequest) else None
        if variant not in LOCAL_VARIANTS or variant in BOTH_VARIANTS:
            commands.place(self._parts, turn, case, role, order, body)
        if variant not in LOCAL_VARIANTS:
            return answer(header, turn.now, "I99", None, fault)
        local = LocalCommand(commands.protect(self._parts, order.group))
        if variant in BOTH_VARIANTS and self._parts.settings.local_command_answer == "receive":
            commands.queue_local(self._parts, turn, header, local)
            return answer(header, turn.now, "I99", None, fault)
        return answer(header, turn.now, "I0", local, fault)
