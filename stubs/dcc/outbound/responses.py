"""Sends responses to requests that were acknowledged before, and starts the next request of a sequence."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from schemas.load import gateway_rules
from stubs.dcc.context import DccContext
from stubs.dcc.outbound.messages import OutboundMessage
from stubs.dcc.state.transaction import Transaction
from stubs.scheduler import read_item
from stubs.scheduler.items import DueCommand, PendingCommand, WaitingFollower, follower_key
from stubs.wire.duis import ServiceResponse
from stubs.wire.request_id import RequestId


def respond(
    context: DccContext, transaction: Transaction, command: PendingCommand, code: str, body: ServiceResponse
) -> None:
    """Queue the response to the request of a command, and release those that wait for it."""
    request_id: RequestId | None = command.request_id
    if command.schedule is not None:
        # Nobody sent this request: whether the one that created the schedule is quoted is a setting.
        request_id = command.schedule_request if context.settings.scheduled_request_id else None
    outbound = OutboundMessage(
        command.user,
        "response",
        body,
        response_code=code,
        request_id=request_id,
        response_id=command.request_id.reversed(),
        srv=command.srv,
        device=command.device,
    )
    context.writer.queue(transaction, outbound)
    if command.sequence:
        release_followers(context, transaction, command.request_id, is_ok=code == "I0")


def respond_error(context: DccContext, transaction: Transaction, command: PendingCommand, code: str) -> None:
    """Queue a response that has nothing but a code."""
    respond(context, transaction, command, code, ServiceResponse(command.service_reference, command.srv))


def release_followers(context: DccContext, transaction: Transaction, request_id: RequestId, *, is_ok: bool) -> None:
    """Release, or fail, the requests that wait for this one."""
    for waiting in transaction.state.agenda.named(follower_key(request_id)):
        transaction.done(waiting.item, "released" if is_ok else "predecessor failed")
        follower = read_item(waiting.what, waiting.data)
        assert isinstance(follower, WaitingFollower), "its key says so"
        if is_ok:
            due = transaction.now + timedelta(seconds=context.settings.device_latency)
            transaction.schedule(due, DueCommand(replace(follower.command, preceding=None)))
        else:
            respond_error(context, transaction, follower.command, sequence_code(context))


def sequence_code(context: DccContext) -> str:
    """The code of a request whose predecessor failed or never came: that of the rule, never a bare HTTP status."""
    code = context.settings.rules.get("sequence") or gateway_rules()["sequence"].response_code
    return code if not code.isdigit() else gateway_rules()["sequence"].response_code
