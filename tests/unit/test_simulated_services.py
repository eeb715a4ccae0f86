"""Which services are simulated is the catalogue's to say, and what a sound request is, the schema's."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from schemas.load import ServiceRequestRow, Srv, service_requests, simulated_services
from stubs.dcc.intake import Intake
from stubs.settings import DccSettings
from stubs.wire.certificates import CertificateIndex
from stubs.wire.duis import Node, build_request, example, write_request
from stubs.wire.duis.examples import ESME, SUPPLIER
from stubs.wire.errors import Refusal

NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)
MISSING = [row for row in service_requests().values() if row.srv not in simulated_services()]


def refused(srv: Srv, body: Node) -> str:
    """The rule that refuses an unsigned request, so at the latest the one that wants a signature."""
    request = write_request(build_request(srv, SUPPLIER, ESME, 1, 1, body))
    with pytest.raises(Refusal) as caught:
        Intake(DccSettings(), CertificateIndex()).open(request, "application/xml", NOW)
    return caught.value.rule


@pytest.mark.parametrize("row", MISSING, ids=lambda row: row.srv)
def test_a_sound_request_of_a_service_that_is_not_simulated_is_told_so(row: ServiceRequestRow) -> None:
    assert refused(row.srv, example(row.srv)) == "not-simulated"


@pytest.mark.parametrize("row", MISSING, ids=lambda row: row.srv)
def test_a_wrong_request_is_wrong_whether_or_not_its_service_is_simulated(row: ServiceRequestRow) -> None:
    assert refused(row.srv, Node(row.request_element, children=(Node("Surprise"),))) == "schema"


@pytest.mark.parametrize("srv", simulated_services())
def test_a_sound_request_of_a_simulated_service_goes_on_to_the_signature(srv: Srv) -> None:
    assert refused(srv, example(srv)) == "unsigned"


def test_simulated_services_are_services_of_the_catalogue_in_its_order() -> None:
    catalogue = list(service_requests())
    listed = list(simulated_services())
    assert listed == sorted(listed, key=catalogue.index)
    assert {row.depth for row in simulated_services().values()} <= {"full", "answered"}
