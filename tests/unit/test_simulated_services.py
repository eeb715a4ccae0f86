"""Which services are simulated is told by the tables that carry them out; what a sound request is, by the schema."""

from __future__ import annotations

import pytest

from schemas.load import Srv, device_types, service_requests, transform_rows
from stubs.dcc.commands.planning import works_off
from stubs.dcc.context import DccContext, make_context
from stubs.dcc.requests import request_validation
from stubs.dcc.requests.simulated_services import device_types_of, is_simulated
from stubs.settings import DccSettings
from stubs.wire.duis import Node, build_request, example, write_request
from stubs.wire.duis.examples import ESME, SUPPLIER
from stubs.wire.errors import Refusal
from stubs.wire.xml import SR, parse
from stubs.wire.xmlsig import ReceivedDocument
from tests.dcc_kit import a_pki


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> DccContext:
    return make_context(DccSettings(), a_pki(tmp_path_factory.mktemp("pki")))


def refused(context: DccContext, srv: Srv, body: Node) -> str:
    """The rule that refuses an unsigned request, so at the latest the one that wants a signature."""
    document = write_request(build_request(srv, SUPPLIER, ESME, 1, 1, body))
    received = ReceivedDocument(parse(document), document)
    try:
        request_validation.check_simulated(request_validation.read_valid(received))
        request_validation.verify_signature(received, context.pki.certificates)
    except Refusal as refusal:
        return refusal.rule
    return ""


def without(srv: Srv, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a service not be simulated."""
    tag = f"{{{SR}}}{service_requests()[srv].request_element}"
    monkeypatch.setattr(request_validation, "not_simulated", lambda: {tag: srv})


@pytest.mark.parametrize("srv", service_requests())
def test_a_sound_request_of_a_service_that_is_not_simulated_is_told_so(
    context: DccContext, srv: Srv, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(srv, monkeypatch)
    assert refused(context, srv, example(srv)) == "not-simulated"


@pytest.mark.parametrize("srv", service_requests())
def test_a_wrong_request_is_wrong_whether_or_not_its_service_is_simulated(
    context: DccContext, srv: Srv, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(srv, monkeypatch)
    element = service_requests()[srv].request_element
    assert refused(context, srv, Node(element, children=(Node("Surprise"),))) == "schema"


@pytest.mark.parametrize("srv", service_requests())
def test_a_sound_request_of_a_simulated_service_goes_on_to_the_signature(context: DccContext, srv: Srv) -> None:
    assert refused(context, srv, example(srv)) == "unsigned"


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
