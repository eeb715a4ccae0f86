"""The one loader of the catalogue: typed rows, read once, read only.

Every row carries ``provenance`` (where the fact comes from) and ``confidence``. Rows marked ``inferred`` or
``unknown`` are our own reading and may be overridden by settings; see ``docs/simulated.md``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from schemas.rows import (
    BodyRow,
    BranchRow,
    CertificateRoleRow,
    CommandVariant,
    CommandVariantRow,
    DccAlertOccasionRow,
    DccAlertRow,
    DefectRow,
    DeviceAlertRow,
    DeviceBehaviourRow,
    DeviceFaultResponseRow,
    DeviceStatusRuleRow,
    DeviceTypeRow,
    DlmsAlertRow,
    DlmsRow,
    EsmeVariantRow,
    GatewayRuleRow,
    RequestFieldRow,
    ResponseCode,
    ResponseCodeRow,
    RoleRow,
    ScenarioRow,
    Service,
    ServiceRequestRow,
    SignatureCauseRow,
    Srv,
    StateEffectRow,
    TransformRow,
    UseCaseFactsRow,
    UseCaseRow,
    UserRole,
)
from schemas.tables import resource, table_rows

__all__ = [
    "BodyRow",
    "BranchRow",
    "CertificateRoleRow",
    "CommandVariant",
    "CommandVariantRow",
    "DccAlertOccasionRow",
    "DccAlertRow",
    "DefectRow",
    "DeviceAlertRow",
    "DeviceStatusRuleRow",
    "DeviceTypeRow",
    "DlmsAlertRow",
    "DlmsRow",
    "EsmeVariantRow",
    "GatewayRuleRow",
    "RequestFieldRow",
    "ResponseCode",
    "ResponseCodeRow",
    "RoleRow",
    "ScenarioRow",
    "Service",
    "ServiceRequestRow",
    "SignatureCauseRow",
    "Srv",
    "TransformRow",
    "UseCaseFactsRow",
    "UseCaseRow",
    "UserRole",
    "certificate_roles",
    "command_variants",
    "dcc_alert_occasions",
    "dcc_alerts",
    "defects",
    "device_alerts",
    "device_status_rules",
    "device_statuses",
    "device_types",
    "dlms_alerts",
    "dlms_rows",
    "dlms_shapes",
    "esme_variants",
    "gateway_rules",
    "request_bodies",
    "request_branches",
    "request_fields",
    "resource",
    "response_codes",
    "roles",
    "scenarios",
    "service_requests",
    "signature_causes",
    "transform_rows",
    "use_case_facts",
    "use_cases",
]


def _rows(name: str) -> list[dict[str, str]]:
    return table_rows("catalogue", name)


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
                provenance=row["provenance"],
                confidence=row["confidence"],
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
                delivery=row["delivery"],
                is_future_dated=row["future_dated"] == "yes",
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
def esme_variants() -> Mapping[str, EsmeVariantRow]:
    """The variants of an electricity meter by DUIS code (ESMEVariant): elements, phases, auxiliary controllers."""
    return MappingProxyType(
        {
            row["code"]: EsmeVariantRow(
                code=row["code"],
                word=row["word"],
                controllers=tuple(row["controllers"].split()),
                has_boost=row["boost"] == "yes",
                meaning=row["meaning"],
                provenance=row["provenance"],
                confidence=row["confidence"],
            )
            for row in _rows("esme-variants.csv")
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
                to_broker=row["to_broker"],
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
def advice() -> Mapping[str, tuple[str, str]]:
    """By rule or response code: why it comes here, and what to do, in one sentence each. Our own words."""
    return MappingProxyType({row["subject"]: (row["why"], row["mend"]) for row in _rows("advice.csv")})


@cache
def defects() -> Mapping[str, DefectRow]:
    """The broken clients by name."""
    return MappingProxyType(
        {row["name"]: DefectRow(**_with(row, caught_by=_split(row["caught_by"]))) for row in _rows("defects.csv")}
    )


@cache
def state_effects() -> Mapping[str, tuple[StateEffectRow, ...]]:
    """Return the effects of requests on the device's state, by service."""
    found: dict[str, tuple[StateEffectRow, ...]] = {}
    for row in _rows("state-effects.csv"):
        found[row["srv"]] = (*found.get(row["srv"], ()), StateEffectRow(**row))
    return MappingProxyType(found)


@cache
def signature_causes() -> Mapping[str, SignatureCauseRow]:
    """Why signatures are bad, by cause: the first rows are the verifier's reasons. Our own words."""
    return MappingProxyType({row["cause"]: SignatureCauseRow(**row) for row in _rows("signature-causes.csv")})


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
    """Return the services that a device's inventory status allows, by SRV.

    ``*`` holds for SRVs not listed, ``local-delivery`` too.
    """
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
def device_behaviours() -> tuple[DeviceBehaviourRow, ...]:
    """Return the behaviour of the simulated devices where no public document states it, in reading order."""
    return tuple(DeviceBehaviourRow(**row) for row in _rows("device-behaviours.csv"))


@cache
def device_fault_responses() -> Mapping[str, DeviceFaultResponseRow]:
    """Return the answers in which a hardware fault shows, by use case."""
    return MappingProxyType({row["use_case"]: _fault_response(row) for row in _rows("device-fault-responses.csv")})


def _fault_response(row: dict[str, str]) -> DeviceFaultResponseRow:
    is_row = row["shows_as"] == "row"
    return DeviceFaultResponseRow(
        use_case=row["use_case"],
        shows_as=row["shows_as"],
        values=MappingProxyType({} if is_row else json.loads(row["value"])),
        row=int(row["value"]) if is_row else None,
        provenance=row["provenance"],
        confidence=row["confidence"],
        note=row["note"],
    )


@cache
def dcc_alert_occasions() -> Mapping[str, DccAlertOccasionRow]:
    """When the simulated DCC raises which DCC alert, by occasion."""
    return MappingProxyType({row["occasion"]: DccAlertOccasionRow(**row) for row in _rows("dcc-alert-occasions.csv")})


@cache
def request_bodies() -> Mapping[Srv, tuple[BodyRow, ...]]:
    """Return the permitted content of request bodies, by SRV, for the services whose bodies are laid out so far."""
    bodies: dict[Srv, tuple[BodyRow, ...]] = {}
    for row in _rows("request-bodies.csv"):
        srv = Srv(row["srv"])
        bodies[srv] = (*bodies.get(srv, ()), BodyRow(**_with(row, srv=srv)))
    return MappingProxyType(bodies)


@cache
def request_branches() -> tuple[BranchRow, ...]:
    """Which alternatives of a body a kind of device takes; the first row that fits holds."""
    return tuple(
        BranchRow(
            srv=Srv(row["srv"]),
            device_types=frozenset(_split(row["device_types"])),
            through=tuple(tuple(path.split("/")) for path in _split(row["through"])),
            without=frozenset(_split(row["without"])),
            values=MappingProxyType(dict(pair.split("=", 1) for pair in _split(row["values"]))),
            provenance=row["provenance"],
        )
        for row in _rows("request-branches.csv")
    )


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


@cache
def dlms_rows() -> Mapping[str, tuple[DlmsRow, ...]]:
    """The rows of each use case that is a table, in order."""
    rows: dict[str, tuple[DlmsRow, ...]] = {}
    for row in _rows("gbcs-dlms-rows.csv"):
        made = DlmsRow(
            use_case=row["use_case"],
            access=row["access"],
            class_id=int(row["class"]),
            instance=row["instance"],
            index=int(row["index"]),
            member=row["member"],
        )
        rows[made.use_case] = (*rows.get(made.use_case, ()), made)
    return MappingProxyType(rows)


@cache
def dlms_shapes() -> Mapping[str, str]:
    """Shapes with a name of their own, as text; see :mod:`stubs.wire.gbcs.use_cases.shape_language`."""
    return MappingProxyType({row["name"]: row["shape"] for row in _rows("gbcs-dlms-shapes.csv")})


@cache
def dlms_alerts() -> Mapping[str, DlmsAlertRow]:
    """Alerts in DLMS form with data, by use case."""
    return MappingProxyType({row["use_case"]: DlmsAlertRow(**row) for row in _rows("gbcs-dlms-alerts.csv")})


@cache
def request_fields() -> Mapping[str, tuple[RequestFieldRow, ...]]:
    """Return the parts of a request body that enter the command, by use case."""
    fields: dict[str, tuple[RequestFieldRow, ...]] = {}
    for row in _rows("gbcs-request-fields.csv"):
        made = RequestFieldRow(**_with(row, required=row["required"] == "yes"))
        fields[made.use_case] = (*fields.get(made.use_case, ()), made)
    return MappingProxyType(fields)
