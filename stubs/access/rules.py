"""The rules in order. Each takes a Case and returns what is wrong (expected, got), or None.

Source of the order: DUIS guide, section 18 (inferred). Source of each rule: its row in ``gateway-rules.csv``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from schemas.load import CommandVariant, UserRole, command_variants, device_status_rules
from stubs.access.case import Case
from stubs.wire.duis import read_date_time
from stubs.wire.errors import PeerError, Refusal

LOCAL_VARIANTS = frozenset({2, 3, 6, 7})
SIGNED_VARIANTS = frozenset({5, 6, 7})
FUTURE_DATED_VARIANTS = frozenset({1, 4, 5})
"""1 and 5 by the schema's table; 4 since a device-held date is part of the transform request."""
CANCELLATION_YEAR = 3000
"""A device- or DCC-held request repeated with a date in this year cancels it (DUIS guide, section 9.2)."""

Rule = Callable[[Case], str | None]


def _service_reference(case: Case) -> str | None:
    expected, got = case.row.service_reference, case.header.service_reference
    return None if expected == got else f"expected ServiceReference {expected} for {case.row.srv}, got {got}"


def _body_element(case: Case) -> str | None:
    if case.is_signed_pre_command:
        return None if case.row.is_critical else f"expected {case.row.request_element}: {case.row.srv} is not critical"
    expected = case.row.request_element
    return None if case.body_element == expected else f"expected body {expected}, got {case.body_element}"


def _user(case: Case) -> str | None:
    return f"{case.sender} is not a registered User" if case.user is None else None


def _role_registered(case: Case) -> str | None:
    return None if case.user and case.user.roles else f"{case.sender} holds no User Role"


def _role_eligible(case: Case) -> str | None:
    if case.eligible_roles:
        return None
    held = ", ".join(sorted(case.user.roles)) if case.user else "none"
    return f"expected one of {', '.join(sorted(case.row.eligible_roles)) or 'no role'} for {case.row.srv}, got {held}"


def _user_status(case: Case) -> str | None:
    if case.user is None or case.user.status == "active":
        return None
    return f"expected an active User, got {case.user.status}"


def _wrong_service(case: Case) -> str | None:
    variant = command_variants().get(CommandVariant(case.header.command_variant))
    if variant is None or variant.service is case.service:
        return None
    return f"expected {variant.service} for command variant {variant.cv}, got {case.service}"


def _command_variant(case: Case) -> str | None:
    variant = case.header.command_variant
    if variant not in case.row.command_variants:
        allowed = ", ".join(str(cv) for cv in sorted(case.row.command_variants))
        return f"expected command variant {allowed} for {case.row.srv}, got {variant}"
    if case.is_signed_pre_command != (variant in SIGNED_VARIANTS):
        kind = "a SignedPreCommand" if variant in SIGNED_VARIANTS else "a Service Request"
        return f"expected {kind} with command variant {variant}, got {case.body_element}"
    return None


def _target(case: Case) -> str | None:
    if not case.row.is_non_device or str(case.header.request_id.target) == case.acb:
        return None
    return f"expected the target {case.acb} for {case.row.srv}, got {case.header.request_id.target}"


def _device_exists(case: Case) -> str | None:
    if case.row.is_non_device or case.device is not None:
        return None
    return f"{case.header.request_id.target} is not in the inventory"


def _device_type(case: Case) -> str | None:
    if case.device is None or not case.row.device_types or case.device.device_type in case.row.device_types:
        return None
    return f"expected {', '.join(sorted(case.row.device_types))} for {case.row.srv}, got {case.device.device_type}"


def acting_role(case: Case) -> UserRole | None:
    """The role in which the User acts, eligible for the service and responsible for the device; None without one.

    For a Non-Device request the first eligible role.
    """
    if case.device is None:
        return case.eligible_roles[0] if case.eligible_roles else None
    for role in case.eligible_roles:
        if role in case.device.responsible:
            parties = case.device.responsible[role]
            if parties is None or case.sender in parties:
                return role
    return None


def _device_authorised(case: Case) -> str | None:
    if case.device is None or acting_role(case) is not None:
        return None
    roles = ", ".join(case.eligible_roles)
    return f"{case.sender} ({roles}) is not responsible for {case.header.request_id.target}"


def _device_status(case: Case) -> str | None:
    if case.device is None:
        return None
    rules = device_status_rules()
    allowed = rules.get(case.row.srv, rules["*"]).statuses
    if case.device.status in allowed:
        return None
    return f"expected {', '.join(sorted(allowed))} for {case.row.srv}, got {case.device.status}"


def _local_delivery(case: Case) -> str | None:
    if case.device is None or case.header.command_variant not in LOCAL_VARIANTS:
        return None
    rule = device_status_rules()["local-delivery"]
    role = acting_role(case)
    if role in rule.roles and case.device.status in rule.statuses:
        return None
    return f"no local delivery for role {role} to a device that is {case.device.status}"


def _sequence(case: Case) -> str | None:
    preceding = case.header.preceding
    if preceding is None or case.predecessor_status in {"pending", "ok"}:
        return None
    if preceding == case.header.request_id:
        return f"{preceding} cannot precede itself"
    if case.predecessor_status is None and case.settings.sequence_missing == "hold":
        return None
    why = "failed" if case.predecessor_status == "failed" else "is not known as part of a sequence"
    return f"the preceding request {preceding} {why}"


def _execution_date(case: Case) -> str | None:
    if case.execution is None or case.is_signed_pre_command:
        return None
    if case.header.command_variant not in FUTURE_DATED_VARIANTS:
        return f"command variant {case.header.command_variant} cannot be future dated"
    try:
        instant = read_date_time(case.execution)
    except PeerError as error:
        return f"ExecutionDateTime: {error}"
    if instant.year >= CANCELLATION_YEAR:
        return None
    if instant <= case.now:
        return f"expected an ExecutionDateTime after {case.now.isoformat()}, got {instant.isoformat()}"
    limit = case.settings.max_future_days
    if limit is not None and instant > case.now + timedelta(days=limit):
        return f"expected an ExecutionDateTime within {limit} days, got {instant.isoformat()}"
    return None


RULES: tuple[tuple[str, Rule], ...] = (
    ("service-reference", _service_reference),
    ("body-element", _body_element),
    ("user", _user),
    ("role-registered", _role_registered),
    ("role-eligible", _role_eligible),
    ("user-status", _user_status),
    ("wrong-service", _wrong_service),
    ("command-variant", _command_variant),
    ("target", _target),
    ("device-exists", _device_exists),
    ("device-type", _device_type),
    ("device-authorised", _device_authorised),
    ("device-status", _device_status),
    ("local-delivery", _local_delivery),
    ("sequence", _sequence),
    ("execution-date", _execution_date),
)


def authorise(case: Case) -> UserRole:
    """Apply every rule in order; the role in which the User acts.

    Raises: Refusal: the first rule that says no.
    """
    for rule, check in RULES:
        wrong = check(case)
        if wrong is not None:
            raise Refusal(rule, wrong)
    role = acting_role(case)
    assert role is not None, "role-eligible and device-authorised leave a role"
    return role
