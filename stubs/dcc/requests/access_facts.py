"""The facts on which a request is authorised: what state and inventory know of its User and its device now."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from schemas.load import Service, Srv, UserRole, service_requests
from stubs.access import AccessRequest, DeviceFacts, UserFacts
from stubs.access.rules import CANCELLATION_YEAR
from stubs.dcc.context import DccContext
from stubs.dcc.outbound.duis_version import UserVersion
from stubs.dcc.requests.request_in_progress import RequestInProgress
from stubs.dcc.requests.request_validation import body_element
from stubs.dcc.state.transaction import Transaction
from stubs.inventory import InventoryRecord
from stubs.wire.duis import Request, ServiceRequest, read_date_time
from stubs.wire.errors import PeerError, Refusal


def gather(context: DccContext, request: RequestInProgress) -> None:
    """Find the device's record, and the facts."""
    target = request.document.header.request_id.target
    if target != context.pki.acb:
        request.record = request.transaction.state.inventory.get(target)
    request.access = access_request(context, request.transaction, request.document, request.record, request.service)


def version_of(context: DccContext, transaction: Transaction, request: Request) -> UserVersion:
    """In which version of DUIS the sender of a request is answered.

    Raises: Refusal: it states none that could be one: a decimal by the schema, but of absurd length.
    """
    user = transaction.state.users.get(request.header.request_id.originator)
    try:
        return context.writer.versions.of(user, request.schema_version)
    except PeerError as error:
        raise Refusal("schema-version", str(error)) from error


def access_request(
    context: DccContext, transaction: Transaction, request: Request, record: InventoryRecord | None, service: Service
) -> AccessRequest:
    """The facts about one request. A future-dated one is judged by the registrations of its date."""
    header, state = request.header, transaction.state
    user = state.users.get(header.request_id.originator)
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
        acb=context.pki.acb,
        execution=execution,
        predecessor_status=state.sequences.get(header.preceding) if header.preceding else None,
        ledger=state.ledger,
        settings=context.settings,
        now=transaction.now,
    )


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
