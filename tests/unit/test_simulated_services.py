"""Which services are simulated is told by the tables that carry them out; what a sound request is, by the schema."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from schemas.load import Srv, device_types, service_requests, transform_rows
from stubs.dcc.commands.planning import works_off
from stubs.dcc.requests.request_validation import RequestValidation
from stubs.dcc.requests.simulated_services import device_types_of, is_simulated
from stubs.settings import DccSettings
from stubs.wire.certificates import CertificateIndex
from stubs.wire.duis import Node, build_request, example, write_request
from stubs.wire.duis.examples import ESME, SUPPLIER
from stubs.wire.errors import Refusal

NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)


def refused(srv: Srv, body: Node, *, is_known: bool) -> str:
    """The rule that refuses an unsigned request, so at the latest the one that wants a signature."""
    request = write_request(build_request(srv, SUPPLIER, ESME, 1, 1, body))
    intake = RequestValidation(DccSettings(), CertificateIndex(), lambda _: is_known)
    with pytest.raises(Refusal) as caught:
        intake.open(request, "application/xml", NOW)
    return caught.value.rule


@pytest.mark.parametrize("srv", service_requests())
def test_a_sound_request_of_a_service_that_is_not_simulated_is_told_so(srv: Srv) -> None:
    assert refused(srv, example(srv), is_known=False) == "not-simulated"


@pytest.mark.parametrize("srv", service_requests())
def test_a_wrong_request_is_wrong_whether_or_not_its_service_is_simulated(srv: Srv) -> None:
    element = service_requests()[srv].request_element
    assert refused(srv, Node(element, children=(Node("Surprise"),)), is_known=False) == "schema"


@pytest.mark.parametrize("srv", service_requests())
def test_a_sound_request_of_a_simulated_service_goes_on_to_the_signature(srv: Srv) -> None:
    assert refused(srv, example(srv), is_known=True) == "unsigned"


def test_simulated_services_are_services_of_the_catalogue_in_its_order() -> None:
    assert list(device_types_of()) == [srv for srv in service_requests() if is_simulated(srv)]


def test_a_service_for_devices_is_simulated_for_types_that_work_its_command_off() -> None:
    for srv, types in device_types_of().items():
        assert types <= device_types().keys()
        assert bool(types) is not service_requests()[srv].is_non_device
    assert not works_off("ECS42", "PPMID")
    assert not works_off("no such use case", "ESME")


def test_every_row_of_the_transform_is_for_a_service_of_the_catalogue() -> None:
    assert {row.srv for row in transform_rows()} <= set(service_requests())
