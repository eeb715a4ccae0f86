"""Responses to requests that were acknowledged before, and what waits for them: the next ones of a sequence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from schemas.load import gateway_rules
from stubs.dcc.context import DccContext
from stubs.dcc.outbound.messages import OutboundMessage
from stubs.dcc.state.transaction import Transaction
from stubs.scheduler import key_of
from stubs.wire.duis import ServiceResponse
from stubs.wire.request_id import RequestId


def respond(
    context: DccContext, transaction: Transaction, data: Mapping[str, Any], code: str, body: ServiceResponse
) -> None:
    """Queue the response to a request; ``data`` is what the agenda knows of it."""
    request_id: str | None = data["request_id"]
    asked = RequestId.parse(data["request_id"])
    if "schedule" in data:
        # Nobody sent this request: whether the one that created the schedule is quoted is a setting.
        request_id = data["schedule_request"] if context.settings.scheduled_request_id else None
    message_out = OutboundMessage(
        data["user"],
        "response",
        body,
        response_code=code,
        request_id=request_id,
        response_id=str(asked.reversed()),
        srv=data["srv"],
        device=data["device"],
    )
    context.writer.queue(transaction, message_out)
    if data.get("sequence"):
        release_followers(context, transaction, data["request_id"], is_ok=code == "I0")


def respond_error(context: DccContext, transaction: Transaction, data: Mapping[str, Any], code: str) -> None:
    """Queue a response that has nothing but a code."""
    respond(context, transaction, data, code, ServiceResponse(data["service_reference"], data["srv"]))


def release_followers(context: DccContext, transaction: Transaction, request_id: str, *, is_ok: bool) -> None:
    """Release, or fail, the requests that wait for this one."""
    for item in transaction.state.agenda.named(key_of("follower", {"preceding": request_id})):
        transaction.done(item.item, "released" if is_ok else "predecessor failed")
        if is_ok:
            due = transaction.now + timedelta(seconds=context.settings.device_latency)
            transaction.schedule("command", due, {key: value for key, value in item.data.items() if key != "preceding"})
        else:
            respond_error(context, transaction, item.data, sequence_code(context))


def sequence_code(context: DccContext) -> str:
    """The code of a request whose predecessor failed or never came: that of the rule, never a bare HTTP status."""
    code = context.settings.rules.get("sequence") or gateway_rules()["sequence"].response_code
    return code if not code.isdigit() else gateway_rules()["sequence"].response_code
