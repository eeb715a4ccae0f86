"""From an action's parameters to a request body that fits the schema."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from harness.drivers.reference.bodies import UnsupportedRequestError, build_body
from schemas.load import Srv, request_bodies, service_requests
from stubs.wire import RequestId
from stubs.wire.duis import Node, RequestHeader, ServiceRequest, schema_problems, write_request

DEVICE = "DE-51-CE-00-00-00-00-E1"
NOW = datetime(2026, 1, 15, 10, 0, 0, tzinfo=UTC)
OFFICIAL = Path(__file__).parents[3] / "shared" / "official-schemas" / "DUIS Schema V5.4.xsd"

EXAMPLES: list[tuple[str, dict[str, Any]]] = [
    ("12.1", {"UPRN": "123456789012"}),
    ("12.1", {"PostCode": "AB1 2CD", "AddressIdentifier": "10"}),
    ("12.2", {"DeviceType": "ESME", "SMETSCHTSVersion": "SMETS2 V5.1", "FirmwareVersion": "0102", "ESMEVariant": "AD"}),
    ("12.2", {"DeviceType": "PPMID"}),
    ("8.2", {}),
    ("8.2", {"ImportMPxN": "1312345678111"}),
    ("8.2", {"PostCode": "AB1 2CD", "AddressIdentifier": "10"}),
    ("8.3", {}),
    ("8.4", {"UpdateDeviceStatusExceptCH": "InstalledNotCommissioned"}),
    ("8.4", {"DeleteDevice": True}),
    ("8.4", {"ImportMPxN": "1312345678111"}),
    ("8.4", {"FirmwareVersion": "0103"}),
    ("8.11", {"DeviceID": DEVICE.lower(), "InstallCode": "30313233343536373839414243444546"}),
    ("8.11", {"DeviceID": DEVICE, "action": "add", "InstallCode": "303132333435", "ImportMPxN": "1312345678111"}),
    ("8.11", {"DeviceID": DEVICE, "action": "remove"}),
    ("8.14.1", {"MPxN": "1312345678111"}),
    ("8.14.1", {"ImportMPxN": "1312345678111", "AerialInstall": True, "CHFLocation": "Basement or Cellar"}),
    ("8.1.1", {}),
    ("6.11", {"TolerancePeriod": 60}),
    ("11.2", {}),
    ("4.1.1", {}),
    ("4.1.1", {"ExecutionDateTime": datetime(2026, 2, 1, tzinfo=UTC)}),
    ("4.3", {}),
    ("1.5", {"AdjustMeterBalance": 500}),
    ("1.5", {"mode": "credit", "AdjustMeterBalance": -500}),
    ("1.5", {"ResetMeterBalance": True}),
    ("1.6", {}),
    ("1.6", {"mode": "prepayment", "SuspendDebtEmergency": True, "DisablementThreshold": -100}),
    ("1.6", {"PaymentMode": "Credit", "ExecutionDateTime": "3000-12-31T00:00:00Z"}),
    ("2.2", {"UTRN": "73946144332040217315"}),
    ("3.1", {"SupplierMessage": "Please call us"}),
    ("6.13", {}),
    ("6.13", {"LogToRead": "Security", "StartDateTime": "2026-01-01T00:00:00Z"}),
    ("7.1", {}),
    ("7.2", {}),
    ("7.4", {}),
]
IDS = [f"{srv} {' '.join(parameters) or 'defaults'}" for srv, parameters in EXAMPLES]


def document(srv: str, parameters: dict[str, Any]) -> bytes:
    row = service_requests()[Srv(srv)]
    variant = 4 if row.is_critical else 8 if row.is_non_device else 1
    request_id = RequestId.parse(f"A0-B1-C2-D3-E4-01-00-00:{DEVICE}:1")
    header = RequestHeader(request_id, variant, row.service_reference, srv)
    return write_request(ServiceRequest(header, build_body(Srv(srv), parameters, DEVICE, NOW)))


@pytest.fixture(scope="module")
def official() -> etree.XMLSchema:
    if not OFFICIAL.exists():
        pytest.skip(f"the DCC's own schema is not at {OFFICIAL}")
    text = OFFICIAL.read_bytes().replace(b"MMC Schema V5.4.xsd", b"MMC%20Schema%20V5.4.xsd")
    parser = etree.XMLParser(no_network=True, load_dtd=False)
    return etree.XMLSchema(etree.fromstring(text, parser, base_url=str(OFFICIAL)))


@pytest.mark.parametrize(("srv", "parameters"), EXAMPLES, ids=IDS)
def test_each_body_fits_our_schema(srv: str, parameters: dict[str, Any]) -> None:
    assert schema_problems(document(srv, parameters)) == ()


@pytest.mark.shared
@pytest.mark.parametrize(("srv", "parameters"), EXAMPLES, ids=IDS)
def test_each_body_fits_the_official_schema(srv: str, parameters: dict[str, Any], official: etree.XMLSchema) -> None:
    official.assertValid(etree.fromstring(document(srv, parameters)))


def test_every_service_laid_out_has_an_example_here() -> None:
    assert set(request_bodies()) == {srv for srv, _ in EXAMPLES}


def test_every_row_names_a_service_of_the_catalogue_and_a_known_kind() -> None:
    kinds = {"text", "eui", "instant", "boolean", "flag", "mark", "choice", "none"}
    for srv, rows in request_bodies().items():
        assert srv in service_requests()
        assert {row.kind for row in rows} <= kinds
        assert all(row.provenance for row in rows)


def body(srv: str, parameters: dict[str, Any], target: str = DEVICE) -> Node:
    return build_body(Srv(srv), parameters, target, NOW)


def test_the_target_stands_for_the_device_unless_something_else_is_looked_up() -> None:
    assert body("8.2", {}).get("DeviceID") == DEVICE
    assert body("8.2", {"MPxN": "1312345678111"}).get("DeviceID") is None


def test_the_clock_stands_for_the_time_of_a_synchronisation() -> None:
    assert body("6.11", {}).get("CurrentDateTime") == "2026-01-15T10:00:00.00Z"


def test_values_keep_the_order_of_the_schema_whatever_order_they_come_in() -> None:
    made = body("8.11", {"JoinTimePeriod": 60, "InstallCode": "303132333435", "DeviceID": DEVICE})
    assert [child.name for child in made.children] == ["DeviceID", "RequestType", "AddDeviceToCHFWhitelist"]


@pytest.mark.parametrize(
    ("srv", "parameters", "said"),
    [
        ("9.9", {}, "is not one of"),
        ("7.2", {"Reason": "x"}, "no parameters"),
        ("8.2", {"Device": DEVICE}, "DeviceID"),
        ("1.6", {"mode": "Debit"}, "Credit, Prepayment"),
        ("8.11", {"DeviceID": "not an EUI"}, "EUI-64"),
        ("3.1", {"SupplierMessage": ["a"]}, "not list"),
    ],
)
def test_what_cannot_be_asked_is_said_with_what_can(srv: str, parameters: dict[str, Any], said: str) -> None:
    with pytest.raises(UnsupportedRequestError) as caught:
        body(srv, parameters)
    assert said in str(caught.value)
