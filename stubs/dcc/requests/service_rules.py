"""Rules of single services, in two groups: one before the command is planned, one after.

The first group comes before the RequestID is looked at, the last group after everything else. A Non-Device service
decides in the last group, or in the first when all its rules are there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from schemas.load import Srv
from stubs.access import AccessRequest
from stubs.dcc.context import DccContext
from stubs.dcc.requests.device_service_rules import DEVICE_SERVICE_RULES, DeviceServiceRules
from stubs.dcc.requests.non_device_services import NON_DEVICE_SERVICES, NonDeviceService
from stubs.dcc.requests.request_in_progress import RequestInProgress
from stubs.dcc.state.transaction import Transaction
from stubs.inventory import NonDeviceRequest, NonDeviceResult
from stubs.wire.duis import Node, ServiceRequest

Apply = Callable[[DccContext, RequestInProgress, Node], None]


class RuleGroup(NamedTuple):
    """Rules in the order of the catalogue, and by SRV what applies those of a service."""

    rules: tuple[str, ...]
    by_srv: Mapping[Srv, Apply]


def apply(group: RuleGroup, context: DccContext, request: RequestInProgress) -> None:
    """Apply a service's own rules to a Service Request. Raises: Refusal: the first that says no."""
    document = request.document
    if isinstance(document, ServiceRequest):
        applied = group.by_srv.get(request.access.row.srv)
        if applied is not None:
            applied(context, request, document.body)


def decide(context: DccContext, transaction: Transaction, access: AccessRequest, body: Node) -> NonDeviceResult:
    """The answer and the changes of a Non-Device service. Raises: Refusal: the service's own rules."""
    asked = non_device_request(context, transaction, access, body)
    return NON_DEVICE_SERVICES[access.row.srv].decide(context, transaction.state, asked)


def non_device_request(
    context: DccContext, transaction: Transaction, access: AccessRequest, body: Node
) -> NonDeviceRequest:
    """The request as services see it."""
    agenda = transaction.state.agenda
    return NonDeviceRequest(
        access.header.request_id.originator,
        access.eligible_roles,
        body,
        transaction.now,
        context.settings,
        access.header.request_id,
        lambda device: bool(agenda.count(f"firmware|{device}")),
    )


_FIRST = (
    "prenotify-duplicate",
    "prenotify-same-identity",
    "prenotify-model",
    "inventory-empty",
    "inventory-device",
    "inventory-authorised",
    "decommission-status",
    "update-status",
    "update-rights",
    "update-kind",
    "update-meter-point",
    "hub-unknown",
    "hub-status",
    "device-log-unknown",
    "device-log-status",
    "device-log-type",
    "device-log-meter-point",
)
_LAST = (
    "schedule-service",
    "schedule-dates",
    "schedule-limit",
    "schedule-device",
    "schedule-device-type",
    "schedule-role",
    "schedule-authorised",
    "schedule-unknown",
    "schedule-none",
    "supplier-meter-point",
    "supplier-registered",
    "supplier-certificate",
    "join-unknown",
    "join-hub",
    "restore-unknown",
    "restore-same",
    "opt-in-status",
    "opt-in-date",
    "opt-in-meter-point",
    "local-command-unknown",
    "local-response-broken",
    "local-response-forged",
    "hub-other-device",
    "firmware-unlisted",
    "firmware-devices",
)


def _check(rules: DeviceServiceRules) -> Apply:
    def applied(context: DccContext, request: RequestInProgress, body: Node) -> None:
        assert request.record is not None, "device-exists came before"
        rules.check(context, request, body, request.record)

    return applied


def _decide(context: DccContext, request: RequestInProgress, body: Node) -> None:
    request.planned = decide(context, request.transaction, request.access, body)


def _check_before(service: NonDeviceService) -> Apply:
    check = service.check
    assert check is not None, "there are rules that are checked before"

    def applied(context: DccContext, request: RequestInProgress, body: Node) -> None:
        asked = non_device_request(context, request.transaction, request.access, body)
        check(context, request.transaction.state, asked)

    return applied


def _is_first(rules: tuple[str, ...]) -> bool:
    return bool(rules) and set(rules) <= set(_FIRST)


FIRST = RuleGroup(
    _FIRST,
    MappingProxyType(
        {srv: _check(rules) for srv, rules in DEVICE_SERVICE_RULES.items() if _is_first(rules.rules)}
        | {srv: _check_before(service) for srv, service in NON_DEVICE_SERVICES.items() if service.checked_before}
        | {srv: _decide for srv, service in NON_DEVICE_SERVICES.items() if _is_first(service.rules)}
    ),
)
LAST = RuleGroup(
    _LAST,
    MappingProxyType(
        {srv: _check(rules) for srv, rules in DEVICE_SERVICE_RULES.items() if not _is_first(rules.rules)}
        | {srv: _decide for srv, service in NON_DEVICE_SERVICES.items() if not _is_first(service.rules)}
    ),
)
