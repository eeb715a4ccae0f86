"""The stages of a request, in order, with the rules that each applies: this list is the order of checks in force.

The first rule that says no answers the request. The rules of all stages, read from top to bottom, are the rows of
``schemas/catalogue/gateway-rules.csv`` in the order of its column ``order``; a test holds it. A stage decides and emits
nothing: what goes with a refusal (a DCC alert, fault rules to be counted) is returned with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from stubs.access import RULES, authorise
from stubs.dcc.commands import planning
from stubs.dcc.context import DccContext
from stubs.dcc.requests import access_facts, anomaly_detection, answer_faults, request_validation, service_rules
from stubs.dcc.requests.request_in_progress import RequestInProgress
from stubs.dcc.requests.signed_pre_commands import notes_on_date, plan_signed_command
from stubs.inventory import NonDeviceResult
from stubs.wire.duis import ServiceRequest, SignedPreCommand
from stubs.wire.errors import Refusal

Run = Callable[[DccContext, RequestInProgress], None]


class Stage(NamedTuple):
    """One stage: its name, its rules in order, and what runs them. Raises: Refusal: the first rule that says no."""

    name: str
    rules: tuple[str, ...]
    run: Run


def receive(context: DccContext, request: RequestInProgress) -> None:
    """Refuses a body that is too long. ``stubs.gateway`` checks the rest of the HTTP request before."""
    request_validation.check_size(request.body, context.settings.max_request_bytes)


def read(context: DccContext, request: RequestInProgress) -> None:
    """Read a typed request: content type, XML, schema, a service and a version that are simulated."""
    checked = request.checked
    if checked is not None:
        request.document = checked.document
        request.version = access_facts.version_of(context, request.transaction, request.document)
        if request.version.schema not in checked.schemas:
            received = request_validation.parse_body(request.body, context.settings.max_request_bytes)
            request_validation.check_structures(received, request.version.schema)
    else:
        request_validation.check_content_type(request.content_type)
        request.received, request.document = request_validation.read_body(
            request.body, context.settings.max_request_bytes, context.forms
        )
        request.version = access_facts.version_of(context, request.transaction, request.document)
        request_validation.check_structures(request.received, request.version.schema)
        request_validation.check_simulated(request.document)
    request_validation.check_version(context, request.document)


def verify(context: DccContext, request: RequestInProgress) -> None:
    """The XML signature, and whose it is."""
    if request.checked is not None:
        request.certificate = request.checked.certificate
    else:
        request.certificate = request_validation.verify_signature(request.received, context.pki.certificates)
    request.notes = request_validation.check_signer(
        context, request.document, request.certificate, request.transaction.now
    )
    request.authentic = request.document.header


def authorise_request(context: DccContext, request: RequestInProgress) -> None:
    """Authorises the request: the rules of ``stubs.access`` on the current facts of User, service and device."""
    access_facts.gather(context, request)
    request.role = authorise(request.access)


def plan(context: DccContext, request: RequestInProgress) -> None:
    """Plans the request, with the rules of services that come before the check of the RequestID."""
    document = request.document
    if isinstance(document, ServiceRequest) and not request.access.row.is_non_device:
        assert request.record is not None, "device-exists came before"
        request.planned = planning.plan_command(context, request.transaction, document, request.record)
    service_rules.apply(service_rules.FIRST, context, request)


def match(context: DccContext, request: RequestInProgress) -> None:
    """The RequestID was not used before; what comes back signed is the Pre-Command that was issued."""
    document = request.document
    request.transaction.state.ledger.check(
        document.header.request_id,
        is_signed=request.access.is_signed_pre_command,
        require_transform=context.settings.require_transform,
    )
    if isinstance(document, SignedPreCommand):
        planned = plan_signed_command(context, request.transaction.state, document)
        request.planned = planned
        request.notes = (*request.notes, *notes_on_date(document, planned))


def hold_back(context: DccContext, request: RequestInProgress) -> None:
    """Fault rules that a tester armed, and anomaly detection."""
    request.faults = answer_faults.matching(request.transaction, request.access)
    answer_faults.check(request.faults)
    request.breach = anomaly_detection.breach_of(context, request.transaction, request.access, request.planned)
    if request.breach is not None and not context.settings.thresholds_held:
        raise Refusal("threshold", request.breach.detail)


def conclude(context: DccContext, request: RequestInProgress) -> None:
    """The remaining rules of services; the role in which a Non-Device service found the User to act."""
    service_rules.apply(service_rules.LAST, context, request)
    if isinstance(request.planned, NonDeviceResult) and request.planned.role is not None:
        request.role = request.planned.role


STAGES: tuple[Stage, ...] = (
    Stage(
        "receive",
        (
            "no-such-service",
            "method",
            "not-http",
            "expectation",
            "internal-error",
            "not-recorded",
            "too-large",
            "too-slow",
            "truncated",
        ),
        receive,
    ),
    Stage("read", ("content-type", "xml", "schema", "not-simulated", "schema-version"), read),
    Stage(
        "verify",
        ("unsigned", "signature", "unknown-signer", "signer-role", "signer-identity", "certificate-validity"),
        verify,
    ),
    Stage("authorise", tuple(rule for rule, _ in RULES), authorise_request),
    Stage("plan", ("not-transformable", *service_rules.FIRST.rules), plan),
    Stage(
        "match",
        ("replayed-request", "counter", "pre-command-unknown", "pre-command-altered", "pre-command-signature"),
        match,
    ),
    Stage("hold back", ("fault", "threshold"), hold_back),
    Stage("conclude", service_rules.LAST.rules, conclude),
)
"""All stages, in order."""


def run_stages(context: DccContext, request: RequestInProgress) -> None:
    """Take a request through every stage. Raises: Refusal: the first rule that says no."""
    for stage in STAGES:
        stage.run(context, request)
