"""Every pair of User Role and service reference variant, allowed or refused: 7 roles, 129 variants, 903 pairs."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from schemas.load import CommandVariant, ServiceRequestRow, UserRole, command_variants, service_requests
from stubs.access import AccessRequest, DeviceFacts, RequestLedger, UserFacts, acting_role, authorise
from stubs.settings import DccSettings
from stubs.wire.duis import RequestHeader
from stubs.wire.errors import Refusal
from stubs.wire.eui64 import Eui64
from stubs.wire.request_id import RequestId

NOW = datetime(2026, 1, 15, 10, 0, tzinfo=UTC)
USER = Eui64.parse("A0-B1-C2-D3-E4-01-00-00")
DEVICE = Eui64.parse("DE-51-CE-00-00-00-00-E1")
ACB = Eui64.parse("DC-C0-00-00-00-00-00-02")
PAIRS = [(role, row) for row in service_requests().values() for role in UserRole]
STATUSES = ("Commissioned", "InstalledNotCommissioned")


def a_case(
    row: ServiceRequestRow, role: UserRole, settings: DccSettings | None = None, status: str = ""
) -> AccessRequest:
    """A request that nothing but its role could make wrong."""
    variant = min(row.command_variants)
    facts = None
    if not row.is_non_device:
        device_type = min(row.device_types, default="ESME")
        facts = DeviceFacts(device_type, status or STATUSES[row.srv == "8.1.1"], {role: frozenset({USER})})
    return AccessRequest(
        header=RequestHeader(
            RequestId(USER, ACB if row.is_non_device else DEVICE, 1), variant, row.service_reference, str(row.srv)
        ),
        row=row,
        body_element=row.request_element,
        service=command_variants()[CommandVariant(variant)].service,
        user=UserFacts(frozenset({role}), "active"),
        device=facts,
        acb=ACB,
        execution=None,
        predecessor_status=None,
        ledger=RequestLedger(),
        settings=settings or DccSettings(),
        now=NOW,
    )


def test_there_are_903_pairs() -> None:
    assert len(PAIRS) == 903


@pytest.mark.parametrize(("role", "row"), PAIRS, ids=lambda value: value if isinstance(value, str) else value.srv)
def test_a_role_may_send_what_the_matrix_says_and_nothing_else(role: UserRole, row: ServiceRequestRow) -> None:
    case = a_case(row, role)
    if role in row.eligible_roles:
        assert authorise(case) is role
    else:
        with pytest.raises(Refusal, match=r"^role-eligible") as caught:
            authorise(case)
        assert caught.value.rule == "role-eligible"


@pytest.mark.parametrize("srv", ["7.16", "8.5", "8.6"])
def test_settings_open_a_service_that_the_matrix_gives_to_nobody(srv: str) -> None:
    row = next(row for row in service_requests().values() if row.srv == srv)
    settings = msgspec.structs.replace(DccSettings(), eligible_roles={srv: ("OU",)})
    assert authorise(a_case(row, UserRole.OU, settings)) is UserRole.OU
    with pytest.raises(Refusal):
        authorise(a_case(row, UserRole.IS, settings))


@pytest.mark.parametrize("role", UserRole)
def test_an_eligible_role_that_is_not_responsible_for_the_device_is_refused(role: UserRole) -> None:
    row = next(row for row in service_requests().values() if role in row.eligible_roles and not row.is_non_device)
    case = a_case(row, role)
    assert case.device is not None
    nobody = DeviceFacts(case.device.device_type, case.device.status, {})
    assert acting_role(case) is role
    with pytest.raises(Refusal) as caught:
        authorise(msgspec.structs.replace(case, device=nobody))
    assert caught.value.rule == "device-authorised"
