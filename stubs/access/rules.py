"""The rules in order. Each takes a AccessRequest and returns what is wrong (expected, got), or None.

Source of the order: DUIS guide, section 18 (inferred). Source of each rule: its row in ``gateway-rules.csv``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from schemas.load import CommandVariant, UserRole, command_variants, device_status_rules
from stubs.access.access_request import AccessRequest
from stubs.wire.duis import read_date_time
from stubs.wire.errors import PeerError, Refusal

CANCELLATION_YEAR = 3000
"""A device- or DCC-held request repeated with a date in this year cancels it (DUIS guide, section 9.2)."""

Rule = Callable[[AccessRequest], str | None]


def _service_reference(access: AccessRequest) -> str | None:
    expected, got = access.row.service_reference, access.header.service_reference
    return None if expected == got else f"expected ServiceReference {expected} for {access.row.srv}, got {got}"


def _body_element(access: AccessRequest) -> str | None:
    if access.is_signed_pre_command:
        return (
            None
            if access.row.is_critical
            else f"expected {access.row.request_element}: {access.row.srv} is not critical"
        )
    expected = access.row.request_element
    return None if access.body_element == expected else f"expected body {expected}, got {access.body_element}"


def _user(access: AccessRequest) -> str | None:
    return f"{access.sender} is not a registered User" if access.user is None else None


def _role_registered(access: AccessRequest) -> str | None:
    return None if access.user and access.user.roles else f"{access.sender} holds no User Role"


def _role_eligible(access: AccessRequest) -> str | None:
    if access.eligible_roles:
        return None
    held = ", ".join(sorted(access.user.roles)) if access.user else "none"
    return (
        f"expected one of {', '.join(sorted(access.row.eligible_roles)) or 'no role'} for {access.row.srv}, got {held}"
    )


def _user_status(access: AccessRequest) -> str | None:
    if access.user is None or access.user.status == "active":
        return None
    return f"expected an active User, got {access.user.status}"


def _wrong_service(access: AccessRequest) -> str | None:
    variant = command_variants().get(CommandVariant(access.header.command_variant))
    if variant is None or variant.service is access.service:
        return None
    return f"expected {variant.service} for command variant {variant.cv}, got {access.service}"


def _command_variant(access: AccessRequest) -> str | None:
    variant = access.header.command_variant
    if variant not in access.row.command_variants:
        allowed = ", ".join(str(cv) for cv in sorted(access.row.command_variants))
        return f"expected command variant {allowed} for {access.row.srv}, got {variant}"
    is_signed = command_variants()[CommandVariant(variant)].is_signed
    if access.is_signed_pre_command != is_signed:
        kind = "a SignedPreCommand" if is_signed else "a Service Request"
        return f"expected {kind} with command variant {variant}, got {access.body_element}"
    return None


def _target(access: AccessRequest) -> str | None:
    if not access.row.is_non_device or access.header.request_id.target == access.acb:
        return None
    return f"expected the target {access.acb} for {access.row.srv}, got {access.header.request_id.target}"


def _device_exists(access: AccessRequest) -> str | None:
    if access.row.is_non_device or access.device is not None:
        return None
    return f"{access.header.request_id.target} is not in the inventory"


def _device_type(access: AccessRequest) -> str | None:
    if access.device is None or not access.row.device_types or access.device.device_type in access.row.device_types:
        return None
    return (
        f"expected {', '.join(sorted(access.row.device_types))} for {access.row.srv}, got {access.device.device_type}"
    )


def acting_role(access: AccessRequest) -> UserRole | None:
    """The role in which the User acts, eligible for the service and responsible for the device; None without one.

    For a Non-Device request the first eligible role.
    """
    if access.device is None:
        return access.eligible_roles[0] if access.eligible_roles else None
    for role in access.eligible_roles:
        if role in access.device.responsible:
            parties = access.device.responsible[role]
            if parties is None or access.sender in parties:
                return role
    return None


def _device_authorised(access: AccessRequest) -> str | None:
    if access.device is None or acting_role(access) is not None:
        return None
    roles = ", ".join(access.eligible_roles)
    return f"{access.sender} ({roles}) is not responsible for {access.header.request_id.target}"


def _device_status(access: AccessRequest) -> str | None:
    if access.device is None:
        return None
    rules = device_status_rules()
    allowed = rules.get(access.row.srv, rules["*"]).statuses
    if access.device.status in allowed:
        return None
    return f"expected {', '.join(sorted(allowed))} for {access.row.srv}, got {access.device.status}"


def _local_delivery(access: AccessRequest) -> str | None:
    if access.device is None or not access.variant.is_local:
        return None
    rule = device_status_rules()["local-delivery"]
    role = acting_role(access)
    if role in rule.roles and access.device.status in rule.statuses:
        return None
    return f"no local delivery for role {role} to a device that is {access.device.status}"


def _sequence(access: AccessRequest) -> str | None:
    preceding = access.header.preceding
    if preceding is None or access.predecessor_status in {"pending", "ok"}:
        return None
    if preceding == access.header.request_id:
        return f"{preceding} cannot precede itself"
    if access.predecessor_status is None and access.settings.sequence_missing == "hold":
        return None
    why = "failed" if access.predecessor_status == "failed" else "is not known as part of a sequence"
    return f"the preceding request {preceding} {why}"


def _execution_date(access: AccessRequest) -> str | None:
    if access.execution is None or access.is_signed_pre_command:
        return None
    if not access.variant.is_future_dated:
        return f"command variant {access.header.command_variant} cannot be future dated"
    try:
        instant = read_date_time(access.execution)
    except PeerError as error:
        return f"ExecutionDateTime: {error}"
    if instant.year >= CANCELLATION_YEAR:
        return None
    if instant <= access.now:
        return f"expected an ExecutionDateTime after {access.now.isoformat()}, got {instant.isoformat()}"
    limit = access.settings.max_future_days
    if limit is not None and instant > access.now + timedelta(days=limit):
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


OF_THE_REQUEST = frozenset({"service-reference", "body-element", "command-variant", "device-type"})
"""Rules that look at the request and the kind of its device alone, not at who asks, when, or what was before."""


def check_request(access: AccessRequest) -> None:
    """Apply the rules :data:`OF_THE_REQUEST`, in order. Raises: Refusal: the first one that says no."""
    for rule, check in RULES:
        if rule in OF_THE_REQUEST and (wrong := check(access)) is not None:
            raise Refusal(rule, wrong)


OF_THE_FACTS = frozenset(
    {
        "service-reference",
        "body-element",
        "user",
        "role-registered",
        "role-eligible",
        "user-status",
        "wrong-service",
        "command-variant",
        "target",
        "device-exists",
        "device-type",
        "device-status",
    }
)
"""Rules that look at nothing but :func:`_facts`: what passed them once passes them always."""
_OTHERS = tuple((rule, check) for rule, check in RULES if rule not in OF_THE_FACTS)
_PASSED: set[tuple[object, ...]] = set()
_MOST_PASSED = 4096


def _facts(access: AccessRequest) -> tuple[object, ...]:
    """Few values occur, since neither identities nor instants are among them."""
    header, device = access.header, access.device
    return (
        access.row.srv,
        header.service_reference,
        header.command_variant,
        access.body_element,
        access.service,
        access.user,
        access.eligible_roles,
        header.request_id.target == access.acb,
        None if device is None else (device.device_type, device.status),
    )


def authorise(access: AccessRequest) -> UserRole:
    """Apply every rule in order; the role in which the User acts.

    Raises: Refusal: the first rule that says no.
    """
    facts = _facts(access)
    is_known = facts in _PASSED
    for rule, check in _OTHERS if is_known else RULES:
        wrong = check(access)
        if wrong is not None:
            raise Refusal(rule, wrong)
    if not is_known and len(_PASSED) < _MOST_PASSED:
        _PASSED.add(facts)
    role = acting_role(access)
    assert role is not None, "role-eligible and device-authorised leave a role"
    return role
