"""Content of each version of DUIS. Source of counts and rows: comparison of the public schema files, sections 1 to 7."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from harness.cli import run
from schemas.duis_versions import NEWEST, changes, later_than, schema_versions, versions
from schemas.load import resource, response_codes, service_requests
from stubs.wire.duis import (
    DccAlert,
    OtherResult,
    Response,
    ResponseHeader,
    ServiceResponse,
    alert_needs,
    build_request,
    example_request,
    schema_of,
    schema_problems,
    told_in,
    version_number,
    write_request,
    write_response,
)
from stubs.wire.duis.examples import CHF, ESME, SUPPLIER
from stubs.wire.duis.node import Node
from stubs.wire.duis.samples import duis_grammar
from stubs.wire.duis.versions import module_bytes
from stubs.wire.errors import PeerError
from stubs.wire.grammar import elements_in
from stubs.wire.request_id import RequestId
from stubs.wire.xml import SR
from tests.duis_alerts import DCC_ALERTS
from tests.duis_nodes import branch, leaf
from tests.duis_results import RESULTS

NOW = datetime(2026, 1, 15, 10, 0, 1, tzinfo=UTC)
REQUEST_ID = RequestId(SUPPLIER, ESME, 7)
ALL = ("5.0", "5.1", "5.3", "5.4")
XS = {"xs": "http://www.w3.org/2001/XMLSchema"}


def accepting(document: bytes) -> tuple[str, ...]:
    """The versions whose schema accepts it."""
    return tuple(version for version in ALL if not schema_problems(document, schema=version))


def since(version: str) -> tuple[str, ...]:
    return ALL[ALL.index(version) :]


def answer(code: str, result: Node | None = None, srv: str = "8.2") -> bytes:
    body = ServiceResponse(srv, srv, OtherResult(result) if result else None)
    return write_response(Response(ResponseHeader(code, NOW, REQUEST_ID), body))


def alert(code: str, content: Node) -> bytes:
    return write_response(Response(ResponseHeader("I0", NOW, None, REQUEST_ID), DccAlert(code, content)))


def count(version: str, module: str, of: str) -> int:
    path = Path(str(resource(*module.split("/"))))
    found = etree.fromstring(module_bytes(path, version)).xpath(
        f"//xs:simpleType[@name='{of}']//xs:enumeration", namespaces=XS
    )
    assert isinstance(found, list)
    return len(found)


@pytest.mark.parametrize(
    ("module", "of", "counts"),
    [
        ("duis/5.4/codes.xsd", "ResponseCodeValue", (180, 189, 193, 194)),
        ("duis/5.4/codes.xsd", "DccAlertCodeValue", (63, 66, 66, 66)),
        ("duis/5.4/codes.xsd", "ScheduledReferenceCode", (9, 9, 10, 10)),
        ("duis/5.4/codes.xsd", "ScheduledVariantCode", (13, 13, 14, 14)),
        ("duis/5.4/types.xsd", "Region", (5, 5, 8, 8)),
    ],
)
def test_each_version_has_as_many_values_as_its_public_file(module: str, of: str, counts: tuple[int, ...]) -> None:
    assert tuple(count(version, module, of) for version in ALL) == counts


def test_each_version_has_as_many_alerts_bodies_and_results_as_its_public_file() -> None:
    for version, alerts in zip(ALL, (21, 24, 24, 24), strict=True):

        def children(*names: str, version: str = version) -> int:
            rule = duis_grammar(version).find([f"{{{SR}}}{name}" for name in names])
            assert rule is not None
            return len(list(elements_in(rule.children)))

        assert children("Response", "Body", "DCCAlertMessage", "DCCAlert") == alerts
        assert children("Request", "Body") == 130
        assert children("Response", "Body") == 4
        assert children("Response", "Body", "ResponseMessage") == 13 + 2, "reference and variant come first"


NEW_CODES = {
    "5.1": "E65 E66 E67 E68 E69 E70 E71 E062305 E062306",
    "5.3": "E050111 E050112 E110106 E120103",
    "5.4": "E081406",
}


@pytest.mark.parametrize(("version", "code"), [(v, code) for v, codes in NEW_CODES.items() for code in codes.split()])
def test_a_response_code_is_valid_from_its_version_on(version: str, code: str) -> None:
    assert accepting(answer(code)) == since(version)


def test_all_other_response_codes_are_valid_in_every_version() -> None:
    new = {code for codes in NEW_CODES.values() for code in codes.split()}
    assert [code for code in response_codes() if code not in new and accepting(answer(code)) != ALL] == []


COVERAGE = (
    leaf("CoverageAvailability", "true"),
    leaf("WANTechnology", "2G/3G"),
    leaf("ConnectivityLikelihood", "High"),
)


def wan_matrix(*regions: Node) -> Node:
    asked = next(result for _, result in RESULTS if result.name == "DSPWANMatrix").find("Request")
    assert asked is not None
    return branch("DSPWANMatrix", asked, *regions)


def region(name: str, *coverage: Node) -> Node:
    return branch("DSPWANMatrixResponse", leaf("CSPRegion", name), leaf("CSPRegionResponseCode", "I0"), *coverage)


@pytest.mark.parametrize(
    ("result", "valid_in"),
    [
        (wan_matrix(region("Central", *COVERAGE)), ("5.3", "5.4")),
        (wan_matrix(region("Central", *COVERAGE), region("4G Central")), ("5.3", "5.4")),
        (wan_matrix(leaf("CSPRegion", "Central"), *COVERAGE), ("5.0", "5.1")),
        (wan_matrix(leaf("CSPRegion", "4G Central"), *COVERAGE), ()),
        (wan_matrix(leaf("CSPRegion", "Central")), ()),
    ],
)
def test_the_wan_matrix_has_two_forms_and_no_version_takes_both(result: Node, valid_in: tuple[str, ...]) -> None:
    assert accepting(answer("I0", result, "12.1")) == valid_in


def inventory(*more: Node) -> Node:
    device = (
        leaf("DeviceID", CHF), leaf("DeviceType", "CHF"), leaf("DeviceManufacturer", "M"), leaf("DeviceModel", "m"), *more,
    )  # fmt: skip
    return branch("DSPInventory", branch("Device", *device))


@pytest.mark.parametrize(
    ("result", "valid_in"),
    [
        (inventory(), ALL),
        (inventory(leaf("CSPRegion", "Unknown")), ALL),
        (inventory(leaf("CSPRegion", "4G South")), ("5.3", "5.4")),
        (inventory(leaf("Connectivity", "Virtual")), ("5.4",)),
        (inventory(leaf("Connectivity", "Virtual"), leaf("CSPRegion", "South")), ()),
    ],
)
def test_the_inventory_tells_regions_and_connectivity_from_their_versions_on(
    result: Node, valid_in: tuple[str, ...]
) -> None:
    assert accepting(answer("I0", result)) == valid_in


def schedule(reference: str, variant: str, read: str) -> tuple[Node, ...]:
    return (
        leaf("ScheduleFrequency", "Daily"),
        leaf("ScheduleStartDate", "2026-02-01"),
        leaf("DSPScheduledServiceReference", reference),
        leaf("DSPScheduledServiceReferenceVariant", variant),
        leaf("DeviceID", ESME),
        Node(read),
    )


@pytest.mark.parametrize(
    ("reference", "variant", "read", "valid_in"),
    [
        ("4.10", "4.10", "DSPReadLoadLimitData", ALL),
        ("4.2", "4.10", "DSPReadLoadLimitData", ("5.3", "5.4")),
        ("4.10", "4.2", "DSPReadLoadLimitData", ("5.3", "5.4")),
        ("4.10", "4.10", "DSPReadInstantaneousExportRegisters", ("5.3", "5.4")),
        ("4.2", "4.2", "DSPReadInstantaneousExportRegisters", ("5.3", "5.4")),
    ],
)
def test_export_registers_are_scheduled_and_told_from_5_3_on(
    reference: str, variant: str, read: str, valid_in: tuple[str, ...]
) -> None:
    details = schedule(reference, variant, read)
    request = write_request(build_request("5.1", SUPPLIER, ESME, 7, 8, branch("CreateSchedule", *details)))
    told = branch("DSPSchedules", leaf("DSPScheduleID", "1"), branch("DSPScheduleDetails", *details))
    assert accepting(request) == valid_in
    assert accepting(answer("I0", branch("DSPSchedulesRead", told), "5.2")) == valid_in


NEW_ALERTS = {"ECoSAlert", "CommsHubFirmwareActivation", "CoSCertificateAlert"}


@pytest.mark.parametrize("code", ["N62", "N63", "N64", "N65", "N999"])
def test_alert_codes_and_bodies_are_valid_from_their_versions_on(code: str) -> None:
    for _, content in DCC_ALERTS:
        is_new = code in {"N63", "N64", "N65"} or content.name in NEW_ALERTS
        is_newer = bool(content.find("ChangeOfSupplier/ECoSErrorCode") or content.find("ECoSErrorCode"))
        assert accepting(alert(code, content)) == since("5.3" if is_newer else "5.1" if is_new else "5.0"), content


def test_an_error_code_of_a_change_of_supplier_is_told_from_5_3_on() -> None:
    quoted = leaf("ChangeOfSupplierServiceRequestID", str(REQUEST_ID))
    plain = branch("ChangeOfSupplier", quoted)
    assert accepting(alert("N62", plain)) == ALL
    assert accepting(alert("N62", branch("ChangeOfSupplier", quoted, leaf("ECoSErrorCode", "E01")))) == ("5.3", "5.4")


@pytest.mark.parametrize(("attribute", "value"), [("isFromGSME", "true"), ("ClockStatus", "reliable")])
def test_the_time_of_a_decoded_message_says_whose_it_is_from_5_1_on(attribute: str, value: str) -> None:
    document = f"""<ra:GBCSResponse xmlns:ra="http://www.dccinterface.co.uk/ResponseAndAlert" schemaVersion="5.4"><ra:Header>
        <ra:BusinessOriginatorID>{ESME}</ra:BusinessOriginatorID><ra:BusinessTargetID>{SUPPLIER}</ra:BusinessTargetID>
        <ra:OriginatorCounter>1</ra:OriginatorCounter><ra:Timestamp {attribute}="{value}">2026-01-15T10:00:00Z</ra:Timestamp>
        </ra:Header><ra:Body><ra:ResponseMessage><ra:SMETSData><ra:EnableSupplyRsp MessageSuccess="true"/></ra:SMETSData>
        </ra:ResponseMessage></ra:Body></ra:GBCSResponse>"""
    assert accepting(document.encode()) == since("5.1")
    assert accepting(document.replace(f' {attribute}="{value}"', "").encode()) == ALL


def test_every_service_s_example_is_valid_in_every_version() -> None:
    wrong = [srv for srv in service_requests() if accepting(write_request(example_request(srv, full=True))) != ALL]
    assert wrong == []


def test_errors_are_told_in_the_words_of_the_version() -> None:
    (problem,) = schema_problems(answer("E081406"), schema="5.3")
    assert problem.message == "the value is not in the list"
    found = schema_problems(answer("I0", inventory(leaf("Connectivity", "Virtual"))), schema="5.1")
    assert any("Connectivity" in str(one) for one in found)


@pytest.mark.parametrize(
    ("version", "schema"),
    [
        ("5.0", "5.0"), ("5", "5.0"), ("5.00", "5.0"), ("5.1", "5.1"), ("5.10", "5.1"), ("5.2", "5.1"), ("5.3", "5.3"),
        (" 5.4 ", "5.4"), ("5.40", "5.4"), ("5.35", "5.3"), ("3.1", "5.0"), ("-1", "5.0"), ("99", "5.4"), ("+5.4", "5.4"),
    ],
)  # fmt: skip
def test_versions_are_compared_as_decimals(version: str, schema: str) -> None:
    assert schema_of(version) == schema


def test_the_settings_may_say_which_schema_a_version_has() -> None:
    assert schema_of("5.20", {"5.2": "5.3"}) == "5.3"
    assert schema_of("5.1", {"5.2": "5.3"}) == "5.1"


@pytest.mark.parametrize("text", ["", "v5", "5.4.1", "1E1", "٥.٤", "NaN", "Infinity", "5" * 50])
def test_what_is_no_decimal_is_no_version(text: str) -> None:
    with pytest.raises(PeerError):
        version_number(text)


def test_every_row_takes_something_out_of_a_module_and_names_a_fallback() -> None:
    for row in changes():
        path = Path(str(resource(*row.module.split("/"))))
        older = max((one for one in schema_versions() if not row.is_in(one)), default=None)
        assert older is not None
        assert row.fallback, row.item
        assert module_bytes(path, older) != module_bytes(path, NEWEST), row.item
        tree = etree.parse(str(path))
        for value in row.values if row.remove else ():
            assert tree.xpath(row.remove.format(value), namespaces=XS), (row.item, value)
    assert later_than(NEWEST) == ()
    assert set(schema_versions()) == set(ALL) <= set(versions())


def test_validate_judges_by_the_version_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "answer.xml"
    file.write_bytes(answer("E081406").replace(b'schemaVersion="5.4"', b'schemaVersion="5.10"'))
    assert run(["validate", str(file)]) == 0
    assert run(["validate", str(file), "--version", "5.40"]) == 0
    assert run(["validate", str(file), "--version", "5.3"]) == 1
    assert run(["validate", str(file), "--version", "stated", "--json"]) == 1
    assert '"version": "5.1"' in capsys.readouterr().out


@pytest.mark.parametrize("version", ["4.0", "v5", "newest"])
def test_validate_refuses_a_version_it_has_no_schema_of(
    version: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "answer.xml"
    file.write_bytes(answer("I0"))
    assert run(["validate", str(file), "--version", version]) == 2
    assert "Known: 5.0, 5.1, 5.2, 5.3, 5.4, or stated" in capsys.readouterr().err


def told(result: Node | None, code: str = "I0", version: str = "5.1", srv: str = "8.2") -> Response:
    """What a User of a version gets; whatever it is, the version's schema accepts it."""
    body = ServiceResponse(".".join(srv.split(".")[:2]), srv, OtherResult(result) if result else None)
    found = told_in(Response(ResponseHeader(code, NOW, REQUEST_ID), body), version)
    assert schema_problems(write_response(found), schema=version) == ()
    return found


def result_of(response: Response) -> Node | None:
    assert isinstance(response.body, ServiceResponse)
    return response.body.result.node if isinstance(response.body.result, OtherResult) else None


@pytest.mark.parametrize("version", ALL)
def test_whatever_the_dcc_says_an_older_schema_accepts_what_is_told_in_its_version(version: str) -> None:
    for srv, result in RESULTS:
        told(result, version=version, srv=srv)
    for code in response_codes():
        told(None, code, version)
    for number, content in DCC_ALERTS:
        if Decimal(alert_needs(number, content.name)) <= Decimal(version):
            found = told_in(Response(ResponseHeader("I0", NOW, None, REQUEST_ID), DccAlert(number, content)), version)
            assert schema_problems(write_response(found), schema=version) == ()


def test_the_newest_version_is_told_everything_unchanged() -> None:
    response = Response(ResponseHeader("E081406", NOW, REQUEST_ID), ServiceResponse("8.2", "8.2"))
    assert told_in(response, NEWEST) is response


@pytest.mark.parametrize(
    ("regions", "code", "flat"),
    [
        ([region("Central", *COVERAGE)], "I0", "Central"),
        ([region("4G Central", *COVERAGE), region("North", *COVERAGE)], "I0", "North"),
        ([region("South"), region("North", *COVERAGE)], "I0", "North"),
        ([region("4G Central", *COVERAGE)], "E120102", None),
        ([region("Central")], "E120102", None),
        ([branch("DSPWANMatrixResponse", leaf("CSPRegion", "South"), leaf("CSPRegionResponseCode", "E120101"))],
         "E120101", None),
        ([branch("DSPWANMatrixResponse", leaf("CSPRegion", "South"), leaf("CSPRegionResponseCode", "E120103"))],
         "E120102", None),
    ],
)  # fmt: skip
def test_an_older_user_gets_the_wan_matrix_of_one_region_that_is_not_4g(
    regions: list[Node], code: str, flat: str | None
) -> None:
    for version in ("5.0", "5.1"):
        found = told(wan_matrix(*regions), version=version, srv="12.1")
        result = result_of(found)
        assert found.header.response_code == code
        assert (result.get("CSPRegion") if result else None) == flat
    newer = told(wan_matrix(*regions), version="5.3", srv="12.1")
    assert result_of(newer) == wan_matrix(*regions)


def test_an_older_user_s_inventory_leaves_out_what_is_new() -> None:
    everything = inventory(leaf("CSPRegion", "4G South"), leaf("Connectivity", "Virtual"))
    assert result_of(told(everything, version="5.1")) == inventory()
    assert result_of(told(everything, version="5.3")) == inventory(leaf("CSPRegion", "4G South"))
    assert result_of(told(everything, version="5.4")) == everything


def test_an_older_user_is_not_told_of_schedules_its_version_does_not_have() -> None:
    def one(number: int, *details: Node) -> Node:
        return branch("DSPSchedules", leaf("DSPScheduleID", str(number)), branch("DSPScheduleDetails", *details))

    new = one(1, *schedule("4.2", "4.2", "DSPReadInstantaneousExportRegisters"))
    old = one(2, *schedule("4.10", "4.10", "DSPReadLoadLimitData"))
    assert result_of(told(branch("DSPSchedulesRead", new, old), srv="5.2")) == branch("DSPSchedulesRead", old)
    none_left = told(branch("DSPSchedulesRead", new), srv="5.2")
    assert (none_left.header.response_code, result_of(none_left)) == ("E050202", None)


@pytest.mark.parametrize(
    ("code", "structure", "needs"),
    [
        ("N62", "CommsHubAlert", "5.0"), ("N63", "ECoSAlert", "5.1"), ("N64", "CommsHubAlert", "5.1"),
        ("N999", "ECoSAlert", "5.1"), ("N999", "DUISVersionMismatch", "5.0"), ("AD1", "PowerOutageEvent", "5.0"),
    ],
)  # fmt: skip
def test_an_alert_needs_the_version_of_its_code_and_of_its_structure(code: str, structure: str, needs: str) -> None:
    assert alert_needs(code, structure) == needs
    assert alert_needs(code, structure, {structure: "5.3"}) == "5.3"
