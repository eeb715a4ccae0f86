"""The one loader of the catalogue: typed rows, read once, read only.

Every row carries ``provenance`` (where the fact comes from) and ``confidence``. Rows marked ``inferred`` or
``unknown`` are our own reading and may be overridden by settings; see ``docs/simulated.md``.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any, NewType

Srv = NewType("Srv", str)
"""Service reference variant, such as ``4.1.1``. Never a float: 4.1 and 4.10 differ."""

CommandVariant = NewType("CommandVariant", int)
"""1 to 8; how a request is handled (DUIS, Command Variant table)."""

ResponseCode = NewType("ResponseCode", str)
"""I0, I99, E… or W…: one of the 194 codes of the DUIS enumeration."""


class UserRole(StrEnum):
    """The seven capacities in which a User acts (SEC; DUIS eligibility matrix)."""

    IS = "IS"
    ES = "ES"
    GS = "GS"
    RSA = "RSA"
    ED = "ED"
    GT = "GT"
    OU = "OU"


class Service(StrEnum):
    """The three DCC web services a User posts to."""

    TRANSFORM = "transform"
    SEND_COMMAND = "send-command"
    NON_DEVICE = "non-device"


@dataclass(frozen=True, slots=True)
class ServiceRequestRow:
    """One of the 129 service reference variants."""

    srv: Srv
    service_reference: str
    name: str
    request_element: str
    is_critical: bool
    is_non_device: bool
    is_on_demand: bool
    future_dated_pattern: str
    """``none``, ``DSP`` (the DCC holds it), ``Device`` (the device holds it) or ``DSP & Device``."""
    is_dcc_scheduled: bool
    eligible_roles: frozenset[UserRole]
    command_variants: frozenset[CommandVariant]
    device_types: frozenset[str]
    """Device types seen as targets in public data: inferred, not exhaustive."""
    use_cases: tuple[str, ...]
    sensitive: str
    response_choice: str
    notes: str


@dataclass(frozen=True, slots=True)
class ResponseCodeRow:
    """One of the 194 response codes; ``meaning`` is empty where none is public."""

    code: ResponseCode
    kind: str
    scope: str
    service_reference: str
    meaning: str
    provenance: str
    confidence: str


@dataclass(frozen=True, slots=True)
class DccAlertRow:
    """One DCC alert code and the structures it may carry."""

    code: str
    structures: tuple[str, ...]
    meaning: str
    provenance: str
    confidence: str


@dataclass(frozen=True, slots=True)
class CommandVariantRow:
    """One command variant: what is posted, where, and how the answer comes."""

    cv: CommandVariant
    input: str
    service: Service
    is_critical: bool
    pattern: str
    result: str
    provenance: str
    confidence: str


@dataclass(frozen=True, slots=True)
class RoleRow:
    """One User Role; ``certificate_role`` is the OU of its organisation certificates (two hex digits)."""

    code: UserRole
    name: str
    certificate_role: str
    provenance: str
    confidence: str


@dataclass(frozen=True, slots=True)
class CertificateRoleRow:
    """One role of an organisation certificate; ``repository_role`` is how the SMKI repository writes it."""

    ou: str
    """Two upper-case hexadecimal digits."""
    name: str
    repository_role: int
    provenance: str
    confidence: str


@dataclass(frozen=True, slots=True)
class DeviceTypeRow:
    """One device type of the inventory; ``der_number`` is its number in GBCS ASN.1 payloads."""

    code: str
    name: str
    is_smart_meter: bool
    has_credentials: bool
    der_number: int
    provenance: str
    confidence: str


@dataclass(frozen=True, slots=True)
class DeviceAlertRow:
    """One device alert code; ``recipient`` is a trust-anchor cell, or ``originator`` of the command it reports on."""

    code: str
    meaning: str
    is_critical: bool
    recipient: str
    provenance: str
    confidence: str


@dataclass(frozen=True, slots=True)
class UseCaseRow:
    """One GBCS use case of one service reference variant."""

    use_case: str
    srv: str
    title: str
    message_code: str
    protocol: str
    critical: str
    command_protection: str
    answer_protection: str
    response_date_time: str
    response_kind: str


@dataclass(frozen=True, slots=True)
class BodyRow:
    """One value of a service-specific request body, in the order of the DUIS schema.

    ``path`` is below the request's element (``A/B``), empty for a parameter that only chooses a branch. ``kind`` is
    ``text``, ``eui``, ``instant``, ``boolean``, ``flag`` (empty element when true), ``mark`` (empty element when the
    condition holds), ``choice`` or ``none`` (the service has no content). ``default`` may be ``@now``,
    ``@yesterday`` or ``@target``. ``when`` is ``Parameter=Value``, or ``alone``: the default holds only while no
    parameter is given.
    """

    srv: Srv
    path: str
    parameter: str
    kind: str
    default: str
    when: str
    provenance: str


@dataclass(frozen=True, slots=True)
class ScenarioRow:
    """One proposed Common Test Scenario."""

    id: str
    title: str
    scope: str
    priority: str
    roles: tuple[str, ...]
    srvs: tuple[str, ...]
    target_devices: str
    polarity: str
    preconditions: str
    steps: str
    expected_outcomes: str
    response_codes: str
    alerts: str
    basis: str
    provenance: str
    confidence: str


@dataclass(frozen=True, slots=True)
class GatewayRuleRow:
    """One check on a request, in the order the gateway makes them.

    ``response_code`` is empty where the answer is a bare ``http_status``; settings may override either.
    """

    rule: str
    order: int
    checks: str
    response_code: str
    http_status: int
    provenance: str
    confidence: str
    note: str


@dataclass(frozen=True, slots=True)
class DeviceStatusRuleRow:
    """Inventory statuses in which a device may be sent a service, and by which roles (empty: any eligible)."""

    srv: str
    statuses: frozenset[str]
    roles: frozenset[UserRole]
    provenance: str
    confidence: str
    note: str


@dataclass(frozen=True, slots=True)
class DccAlertOccasionRow:
    """An occasion on which the simulated DCC raises a DCC alert, and for whom.

    ``recipients`` is ``requester``, ``network-operator`` or ``others`` (responsible parties except the requester).
    """

    occasion: str
    code: str
    structure: str
    recipients: str
    provenance: str
    confidence: str
    note: str


def resource(*parts: str) -> Traversable:
    """A packaged data file below ``schemas/``, e.g. ``resource("duis", "5.4", "duis.xsd")``."""
    return files("schemas").joinpath(*parts)


def _rows(name: str) -> list[dict[str, str]]:
    text = resource("catalogue", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _with(row: dict[str, str], **typed: Any) -> dict[str, Any]:
    """A row's cells, some of them replaced by typed values."""
    return {**row, **typed}


def _split(value: str) -> tuple[str, ...]:
    return tuple(part for part in value.split(";") if part)


@cache
def service_requests() -> Mapping[Srv, ServiceRequestRow]:
    """The 129 service reference variants by SRV, in catalogue order."""
    return MappingProxyType(
        {
            Srv(row["srv"]): ServiceRequestRow(
                srv=Srv(row["srv"]),
                service_reference=row["service_reference"],
                name=row["name"],
                request_element=row["request_element"],
                is_critical=row["critical"] == "yes",
                is_non_device=row["non_device"] == "yes",
                is_on_demand=row["on_demand"] == "yes",
                future_dated_pattern=row["future_dated_pattern"],
                is_dcc_scheduled=row["dcc_scheduled"] == "yes",
                eligible_roles=frozenset(UserRole(role) for role in _split(row["eligible_roles"])),
                command_variants=frozenset(CommandVariant(int(cv)) for cv in _split(row["command_variants"])),
                device_types=frozenset(_split(row["device_types"])),
                use_cases=_split(row["use_cases"]),
                sensitive=row["sensitive"],
                response_choice=row["response_choice"],
                notes=row["notes"],
            )
            for row in _rows("service-requests.csv")
        }
    )


@cache
def response_codes() -> Mapping[ResponseCode, ResponseCodeRow]:
    """The 194 response codes by code."""
    return MappingProxyType(
        {
            ResponseCode(row["code"]): ResponseCodeRow(**_with(row, code=ResponseCode(row["code"])))
            for row in _rows("response-codes.csv")
        }
    )


@cache
def dcc_alerts() -> Mapping[str, DccAlertRow]:
    """DCC alert codes by code."""
    return MappingProxyType(
        {
            row["code"]: DccAlertRow(
                code=row["code"],
                structures=_split(row["structures"]),
                meaning=row["meaning"],
                provenance=row["provenance"],
                confidence=row["confidence"],
            )
            for row in _rows("dcc-alerts.csv")
        }
    )


@cache
def command_variants() -> Mapping[CommandVariant, CommandVariantRow]:
    """The eight command variants a User may send."""
    return MappingProxyType(
        {
            CommandVariant(int(row["cv"])): CommandVariantRow(
                cv=CommandVariant(int(row["cv"])),
                input=row["input"],
                service=Service(row["service"]),
                is_critical=row["critical"] == "yes",
                pattern=row["pattern"],
                result=row["result"],
                provenance=row["provenance"],
                confidence=row["confidence"],
            )
            for row in _rows("command-variants.csv")
        }
    )


@cache
def roles() -> Mapping[UserRole, RoleRow]:
    """The seven User Roles."""
    return MappingProxyType(
        {UserRole(row["code"]): RoleRow(**_with(row, code=UserRole(row["code"]))) for row in _rows("roles.csv")}
    )


@cache
def certificate_roles() -> Mapping[str, CertificateRoleRow]:
    """The twelve roles of organisation certificates by OU."""
    return MappingProxyType(
        {
            row["ou"]: CertificateRoleRow(
                ou=row["ou"],
                name=row["name"],
                repository_role=int(row["repository_role"]),
                provenance=row["provenance"],
                confidence=row["confidence"],
            )
            for row in _rows("certificate-roles.csv")
        }
    )


@cache
def device_types() -> Mapping[str, DeviceTypeRow]:
    """The eight device types of the Smart Metering Inventory."""
    return MappingProxyType(
        {
            row["code"]: DeviceTypeRow(
                code=row["code"],
                name=row["name"],
                is_smart_meter=row["is_smart_meter"] == "yes",
                has_credentials=row["has_credentials"] == "yes",
                der_number=int(row["der_number"]),
                provenance=row["provenance"],
                confidence=row["confidence"],
            )
            for row in _rows("device-types.csv")
        }
    )


@cache
def device_alerts() -> Mapping[str, DeviceAlertRow]:
    """Device alerts by code (four upper-case hexadecimal digits): criticality and recipient."""
    return MappingProxyType(
        {
            row["code"]: DeviceAlertRow(
                code=row["code"],
                meaning=row["meaning"],
                is_critical=row["critical"] == "yes",
                recipient=row["recipient"],
                provenance=row["provenance"],
                confidence=row["confidence"],
            )
            for row in _rows("device-alerts.csv")
        }
    )


@cache
def device_statuses() -> tuple[str, ...]:
    """The SMI statuses, in the order of the DUIS enumeration."""
    return tuple(row["code"] for row in _rows("device-statuses.csv"))


@cache
def use_cases() -> tuple[UseCaseRow, ...]:
    """GBCS use cases, one row per (use case, SRV)."""
    return tuple(UseCaseRow(**row) for row in _rows("use-cases.csv"))


@cache
def scenarios() -> Mapping[str, ScenarioRow]:
    """The catalogue of proposed Common Test Scenarios by id."""
    return MappingProxyType(
        {
            row["id"]: ScenarioRow(**_with(row, roles=_split(row["roles"]), srvs=_split(row["srvs"])))
            for row in _rows("scenarios.csv")
        }
    )


@cache
def gateway_rules() -> Mapping[str, GatewayRuleRow]:
    """The checks on a request by rule id, in their order."""
    rows = sorted(_rows("gateway-rules.csv"), key=lambda row: int(row["order"]))
    return MappingProxyType(
        {
            row["rule"]: GatewayRuleRow(
                rule=row["rule"],
                order=int(row["order"]),
                checks=row["checks"],
                response_code=row["response_code"],
                http_status=int(row["http_status"]),
                provenance=row["provenance"],
                confidence=row["confidence"],
                note=row["note"],
            )
            for row in rows
        }
    )


@cache
def device_status_rules() -> Mapping[str, DeviceStatusRuleRow]:
    """What the inventory status of a device allows, by SRV; ``*`` holds for SRVs not listed, ``local-delivery`` too."""
    return MappingProxyType(
        {
            row["srv"]: DeviceStatusRuleRow(
                srv=row["srv"],
                statuses=frozenset(_split(row["statuses"])),
                roles=frozenset(UserRole(role) for role in _split(row["roles"])),
                provenance=row["provenance"],
                confidence=row["confidence"],
                note=row["note"],
            )
            for row in _rows("device-status-rules.csv")
        }
    )


@cache
def dcc_alert_occasions() -> Mapping[str, DccAlertOccasionRow]:
    """When the simulated DCC raises which DCC alert, by occasion."""
    return MappingProxyType({row["occasion"]: DccAlertOccasionRow(**row) for row in _rows("dcc-alert-occasions.csv")})


@cache
def request_bodies() -> Mapping[Srv, tuple[BodyRow, ...]]:
    """What a request body may hold, by SRV, for the services whose bodies are laid out so far."""
    bodies: dict[Srv, tuple[BodyRow, ...]] = {}
    for row in _rows("request-bodies.csv"):
        srv = Srv(row["srv"])
        bodies[srv] = (*bodies.get(srv, ()), BodyRow(**_with(row, srv=srv)))
    return MappingProxyType(bodies)


@dataclass(frozen=True, slots=True)
class UseCaseFactsRow:
    """What the GBCS codec needs to know of a use case; complete where ``use-cases.csv`` has gaps."""

    use_case: str
    message_code: str
    protocol: str
    title: str
    critical: str
    response_date_time: str
    sensitive: str
    provenance: str
    confidence: str


@dataclass(frozen=True, slots=True)
class TransformRow:
    """Which use case a request becomes: by SRV, device type, content of the body, and least GBCS version.

    ``content`` is empty, a value in the body (8.11, 6.13) or the path of the element that is there (1.5, 1.6).
    """

    srv: Srv
    device_type: str
    content: str
    gbcs_from: str
    use_case: str
    provenance: str
    confidence: str
    note: str


@cache
def use_case_facts() -> Mapping[str, UseCaseFactsRow]:
    """The use cases whose payloads can be built and read, by name."""
    return MappingProxyType({row["use_case"]: UseCaseFactsRow(**row) for row in _rows("gbcs-use-case-facts.csv")})


@cache
def transform_rows() -> tuple[TransformRow, ...]:
    """The dispatch table from request to use case."""
    return tuple(
        TransformRow(
            srv=Srv(row["srv"]),
            device_type=row["device_type"],
            content=row["content"],
            gbcs_from=row["gbcs_from"],
            use_case=row["use_case"],
            provenance=row["provenance"],
            confidence=row["confidence"],
            note=row["note"],
        )
        for row in _rows("gbcs-transform.csv")
    )
