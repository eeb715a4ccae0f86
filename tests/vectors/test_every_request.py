"""Every service of the interface end to end, without sockets: accepted, and answered with the pattern its row says.

Twice: with our own minimal and full examples of all 129 service reference variants, for every kind of device that
takes them; and with the request templates of the Reference Test Data Set, read from ``../shared/rtds`` (see its README
for origin and licence; nothing of it is copied here), addressed to premises that exist and signed with our test keys.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from schemas.load import Srv, service_requests
from stubs.dcc.requests.simulated_services import device_types_of
from stubs.smki import Pki
from stubs.wire import xml
from stubs.wire.duis import ServiceRequest, example, read_request
from stubs.wire.eui64 import Eui64
from tests.dcc_kit import a_pki
from tests.every_request import (
    DEVICES,
    PREPARED,
    VALUES,
    Course,
    Home,
    converse,
    expected_steps,
    fitted,
    header_of,
    home_for,
    texts_for,
    user_for,
)

TEMPLATES = Path(__file__).resolve().parents[2].parent / "shared" / "rtds" / "duis-requests"
PATHS = sorted(TEMPLATES.glob("*.XML")) if TEMPLATES.is_dir() else []

SECONDARY = frozenset({"1.1.2", "1.2.2"})
"""Services about the second element of a meter."""
POLYPHASE = frozenset({"ECS23b", "ECS26k", "ECS29b", "ECS29d", "ECS29f"})
"""Use cases of meters with three phases."""
TYPES = {0xA0: "ESME", 0xA1: "GSME", 0xA2: "CHF", 0xA3: "GPF", 0xA4: "PPMID", 0xA6: "SAPC"}
"""Devices of the templates, by the last octet of their identity."""
NO_LOCAL_DELIVERY = {("9.1", 2), ("9.1", 3)}
"""Only Other Users may send 9.1, and none of them may have a command delivered locally: variants never accepted."""
LOCAL = frozenset({2, 3})
IMPOSSIBLE: dict[str, str] = {}
"""Templates that cannot be sent, by name, and why."""


class Case(NamedTuple):
    """One of our own requests."""

    srv: Srv
    kind: str
    variant: int
    is_full: bool


def cases() -> list[Case]:
    """Minimal and full to every kind of device; the variants of local delivery with the minimal one, to one kind."""
    return [
        Case(srv, kind, variant, is_full)
        for srv, row in service_requests().items()
        for variant in sorted(row.command_variants & {1, 2, 3, 4, 8})
        if (srv, variant) not in NO_LOCAL_DELIVERY
        for kind in kinds_of(srv)[: 1 if variant in LOCAL else None]
        for is_full in ((False,) if variant in LOCAL else (False, True))
    ]


def kinds_of(srv: Srv) -> list[str]:
    """Kinds of device that take a service; one without a name for a Non-Device service."""
    return [kind for kind in DEVICES if kind in device_types_of()[srv]] or [""]


def named(case: Case) -> str:
    return f"{case.srv}-{case.kind or 'DCC'}-cv{case.variant}-{'full' if case.is_full else 'minimal'}"


def a_home(pki: Pki, srv: str, kind: str, user: str, variant: str, *, is_added: bool = True) -> Home:
    values: dict[str, Any] = VALUES.get(srv, {}) if kind else {}
    return home_for(pki, srv, kind, user, variant=variant if kind == "ESME" else "", is_added=is_added, **values)


def carried(home: Home, request: ServiceRequest, *, signed_variant: int = 5) -> Course:
    """What comes of a request whose devices and certificates are replaced by those of the home."""
    texts = texts_for(home, request.body)
    if home.srv in PREPARED:
        texts |= PREPARED[home.srv](home)
    course = converse(home, replace(request, body=fitted(request.body, texts)), signed_variant=signed_variant)
    home.fixture.valid()
    return course


def own(pki: Pki, case: Case, *, signed_variant: int = 5) -> Course:
    variant = "twin" if case.srv in SECONDARY else ""
    home = a_home(pki, case.srv, case.kind, user_for(case.srv, case.kind), variant, is_added=case.is_full)
    body = example(case.srv, full=case.is_full, device_type=case.kind)
    request = ServiceRequest(header_of(case.srv, case.variant, home), body)
    return carried(home, request, signed_variant=signed_variant)


def of_template(pki: Pki, path: Path) -> tuple[Course, tuple[str, ...]]:
    """How a template was answered, and how its row says it is."""
    request = read_request(xml.parse(path.read_bytes()))
    assert isinstance(request, ServiceRequest)
    header, stem = request.header, path.name.removesuffix("_REQUEST_DUIS.XML")
    asked = header.request_id
    kind = TYPES[asked.target.octets[-1]] if asked.target.octets[0] == 0 else ""
    is_twin = "_TWIN" in stem or header.srv in SECONDARY
    variant = "polyphase" if stem.split("_")[0] in POLYPHASE else "twin" if is_twin else ""
    is_operator = asked.originator == Eui64.parse("90-B3-D5-1F-30-02-00-00")
    user = user_for(header.srv, kind, is_operator=is_operator, is_stranger="_URP_" in stem)
    course = carried(a_home(pki, header.srv, kind, user, variant), request)
    return course, expected_steps(header.srv, header.command_variant)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return a_pki(tmp_path_factory.mktemp("pki"))


@pytest.mark.parametrize("case", cases(), ids=named)
def test_our_own_request_is_answered_as_its_row_says(pki: Pki, case: Case) -> None:
    course = own(pki, case)
    assert (course.steps, course.detail) == (expected_steps(case.srv, case.variant), "")
    assert course.values.get("MessageSuccess", True), course.values


@pytest.mark.parametrize("srv", [srv for srv, row in service_requests().items() if 7 in row.command_variants])
@pytest.mark.parametrize("variant", [6, 7])
def test_a_signed_command_is_handed_out_for_local_delivery(pki: Pki, srv: Srv, variant: int) -> None:
    course = own(pki, Case(srv, kinds_of(srv)[0], 4, is_full=False), signed_variant=variant)
    assert (course.steps, course.detail) == (("PreCommand", *expected_steps(srv, variant)), "")


def test_our_own_requests_are_of_every_service() -> None:
    assert {case.srv for case in cases()} == set(service_requests())
    assert {srv for srv, _ in NO_LOCAL_DELIVERY} <= {case.srv for case in cases()}


@pytest.mark.shared
@pytest.mark.skipif(not PATHS, reason="../shared/rtds is absent: put the reference data set there")
def test_every_template_of_the_reference_data_is_answered_as_its_row_says(pki: Pki) -> None:
    wrong = {}
    for path in PATHS:
        course, expected = of_template(pki, path)
        if course.steps != expected or course.detail or not course.values.get("MessageSuccess", True):
            wrong[path.name] = (course, expected)
    assert {name: why for name, why in wrong.items() if name not in IMPOSSIBLE} == {}
    assert wrong.keys() == IMPOSSIBLE.keys()
    assert len(PATHS) > 190
