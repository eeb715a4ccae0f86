"""Bodies that the reference client makes from our examples: what is given is there, what it knows stands in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from harness.drivers.reference.bodies import UnsupportedRequestError
from harness.drivers.reference.decoding import message_codes
from harness.drivers.reference.samples import sample_body
from schemas.load import Srv, service_requests
from stubs.wire.duis import Node, build_request, schema_problems, write_request
from stubs.wire.duis.examples import ESME, SUPPLIER

METER = "DE-51-CE-00-00-00-00-61"


def body(srv: str, parameters: dict[str, Any] | None = None, **how: Any) -> Node:
    made = sample_body(Srv(srv), parameters or {}, {"DeviceID": METER}, **how)
    document = write_request(build_request(srv, SUPPLIER, ESME, 7, 1, made))
    assert [str(problem) for problem in schema_problems(document)] == []
    return made


def test_an_optional_element_that_is_given_is_there() -> None:
    assert body("4.2").find("ExecutionDateTime") is None
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    assert body("4.2", {"ExecutionDateTime": moment}).get("ExecutionDateTime") == "2026-03-01T00:00:00.00Z"


def test_an_element_in_several_places_is_named_by_its_path() -> None:
    made = body("4.8.1", {"ReadLogPeriod/StartDateTime": "2026-01-01T00:00:00Z"})
    assert made.get("ReadLogPeriod/StartDateTime") == "2026-01-01T00:00:00Z"


def test_the_alternative_that_holds_a_given_element_is_taken() -> None:
    assert body("6.20.1", {"ImportMPRN": "7412345678"}).get("ImportMPRN") == "7412345678"
    assert body("6.20.1", device_type="GSME").find("ImportMPRN") is not None


def test_what_the_client_knows_stands_where_the_example_has_it() -> None:
    assert body("8.14.2").get("DeviceID") == METER
    assert body("8.14.2", {"DeviceID": str(ESME)}).get("DeviceID") == str(ESME)


def test_a_full_body_holds_more() -> None:
    assert len(body("6.18.2", is_full=True).children) > len(body("6.18.2").children)


def test_numbers_and_truth_are_written_as_the_schema_has_them() -> None:
    assert body("6.15.1", {"RemotePartyFloorSeqNumber": 60}).get("RemotePartyFloorSeqNumber") == "60"
    assert body("8.14.2", {"AerialInstall": True}).get("AerialInstall") == "true"


@pytest.mark.parametrize(
    ("parameters", "said"),
    [({"Surprise": "1"}, "no parameter 'Surprise'"), ({"ExecutionDateTime": ["now"]}, "a text or a number, not list")],
)
def test_a_parameter_that_cannot_be_is_refused(parameters: dict[str, Any], said: str) -> None:
    with pytest.raises(UnsupportedRequestError, match=said):
        body("4.2", parameters)


def test_every_service_for_devices_is_known_by_its_message_codes() -> None:
    for srv, row in service_requests().items():
        assert bool(message_codes(srv)) is not row.is_non_device, srv
