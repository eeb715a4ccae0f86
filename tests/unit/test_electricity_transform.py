"""Electricity bodies that cannot become commands, dispatch by variant and asker, and guards of the codecs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from schemas.load import dlms_rows, request_fields
from stubs.transform import Acb, Target, transform
from stubs.transform.calendars import applicability, index, plain_date, time_of, wildcard_date
from stubs.transform.dispatch import use_case_for
from stubs.transform.electricity import ELECTRICITY_LISTS
from stubs.wire.duis import Node, RequestHeader, ServiceRequest
from stubs.wire.errors import Misuse, PeerError, Refusal
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import GbcsError, use_cases
from stubs.wire.request_id import RequestId

NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)
SUPPLIER = Eui64.parse("A0-B1-C2-D3-E4-01-00-00")
OPERATOR = Eui64.parse("A0-B1-C2-D3-E4-02-00-00")
METER = Eui64.parse("DE-51-CE-00-00-00-00-E1")
BROKER = Acb(Eui64.parse("DC-C0-00-00-00-00-00-02"), 9001)
CONTEXT = use_cases.CommandContext(77, SUPPLIER, METER, NOW)


def leaf(name: str, text: str = "", **attributes: str) -> Node:
    return Node(name, text, attributes=tuple(attributes.items()))


def branch(name: str, *children: Node, **attributes: str) -> Node:
    return Node(name, children=children, attributes=tuple(attributes.items()))


def made(srv: str, body: Node, asker: Eui64 = SUPPLIER, **target: Any) -> tuple[str, dict[str, Any]]:
    header = RequestHeader(RequestId(asker, METER, 77), 1, srv.rpartition(".")[0] or srv, srv)
    device = Target(METER, "ESME", gbcs_version="4.2", known_parties=frozenset({SUPPLIER, OPERATOR}), **target)
    command = transform(ServiceRequest(header, body), device, BROKER, NOW)
    values = use_cases.read_command(command.message_code, command.group.content)
    return command.use_case, values


@pytest.mark.parametrize(("variant", "name"), [("polyphase", "ECS23b"), ("C", "ECS23b"), ("single", "ECS23")])
def test_polyphase_meters_have_use_cases_of_their_own(variant: str, name: str) -> None:
    period = branch(
        "ReadLogPeriod", leaf("StartDateTime", "2026-01-01T00:00:00Z"), leaf("EndDateTime", "2026-01-02T00:00:00Z")
    )
    assert made("4.10", branch("ReadNetworkData", period), variant=variant)[0] == name


def test_a_polyphase_meter_takes_the_common_use_case_where_there_is_no_other() -> None:
    assert use_case_for("7.3", "ESME", is_polyphase=True) == "ECS44"


def test_the_network_operator_reads_behaviours_of_its_own() -> None:
    body = leaf("ReadDeviceConfigurationEventAndAlertBehaviours")
    assert made("6.2.10", body, network_operator=OPERATOR)[0] == "ECS25r1"
    assert made("6.2.10", body, OPERATOR, network_operator=OPERATOR)[0] == "ECS25r2"
    assert made("7.14", leaf("ReadAuxiliaryControllerConfigurationData"), OPERATOR, network_operator=OPERATOR)[0]


@pytest.mark.parametrize(
    ("periodicity", "dates"),
    [
        (leaf("Daily"), ("*-*-*",)),
        (leaf("Weekly", "3"), ("*-*-*/3",)),
        (leaf("Monthly", "28"), ("*-*-28",)),
        (branch("SixMonthly", leaf("DayOfMonth", "1"), leaf("BillingPeriodStartMonth", "9")), ("*-03-01", "*-09-01")),
        (branch("Yearly", leaf("DayOfMonth", "2"), leaf("BillingPeriodStartMonth", "4")), ("*-04-02",)),
    ],
)
def test_every_periodicity_has_its_billing_dates(periodicity: Node, dates: tuple[str, ...]) -> None:
    calendar = branch("ElectricityBillingCalendar", leaf("BillingTime", "12:00:00.00Z"), periodicity)
    name, values = made("6.8", branch("UpdateDeviceConfigurationBillingCalendar", calendar))
    assert name == "ECS30a"
    assert values["BillingCalendar"] == tuple({"BillingTime": "12:00:00", "BillingDate": date} for date in dates)


def test_boost_functions_are_added_and_removed_one_by_one() -> None:
    add = branch("B", leaf("AddToBoostButton", "true", index="2"), leaf("AddToBoostButton", "false", index="3"))
    assert made("7.9", add)[1] == {"BoostFunctionControl2Value": True}
    remove = branch("B", leaf("RemoveFromBoostButton", index="5"))
    assert made("7.10", remove)[1] == {"BoostFunctionControl5Value": False}
    with pytest.raises(Refusal, match="optional"):
        made("7.9", branch("B"))


def test_a_daily_reset_that_is_switched_off_has_no_date() -> None:
    for text, count in (("true", 1), ("false", 0)):
        body = branch("B", leaf("DailyTariffBlockCounterMatrixReset", text))
        assert len(made("6.26", body)[1]["ResetCalendar"]) == count


def test_a_command_that_needs_a_stored_log_or_a_number_is_refused_without() -> None:
    with pytest.raises(Refusal, match="CustomerIdentificationNumber") as refused:
        made("9.1", leaf("RequestCustomerIdentificationNumber"))
    assert refused.value.rule == "not-transformable"
    number = {"CustomerIdentificationNumber": "4711"}
    assert made("9.1", leaf("RequestCustomerIdentificationNumber"), looked_up=number)[1] == number


@pytest.mark.parametrize("name", sorted(set(ELECTRICITY_LISTS) - {"ECS01b", "ECS46a", "ECS46c", "ECS46d", "ECS62"}))
def test_no_half_a_command_is_made_of_an_empty_body(name: str) -> None:
    body = leaf("Body")
    try:
        values = ELECTRICITY_LISTS[name](body)
    except PeerError:
        return
    if request_fields().get(name):
        with pytest.raises(Misuse):
            use_cases.build_command(name, values, CONTEXT)


def test_parts_of_bodies_that_cannot_be_read_are_named() -> None:
    date = branch("Date", branch("Year", leaf("NonSpecifiedYear")), branch("Month", leaf("SpecifiedMonth", "3")))
    with pytest.raises(PeerError, match="DayOfMonth"):
        wildcard_date(date)
    full = (branch("DayOfMonth", leaf("LastDayOfMonth")), branch("DayOfWeek", leaf("SpecifiedDayOfWeek", "7")))
    assert wildcard_date(branch("Date", *date.children, *full)) == "*-03-254/7"
    second = (branch("DayOfMonth", leaf("SecondLastDayOfMonth")), branch("DayOfWeek", leaf("NonSpecifiedDayOfWeek")))
    assert wildcard_date(branch("Date", *date.children, *second)) == "*-03-253"
    with pytest.raises(PeerError, match="time of day"):
        time_of(branch("B", leaf("T", "25h")), "T")
    assert time_of(branch("B", leaf("T", "06:30:15.5Z")), "T") == "06:30:15.50"
    with pytest.raises(PeerError, match="not a date"):
        plain_date(branch("B", leaf("D", "soon")), "D")
    with pytest.raises(PeerError, match="attribute"):
        index(leaf("B"), "index")
    with pytest.raises(PeerError, match="not defined"):
        applicability({3}, 2)


def test_prices_outside_the_matrix_are_refused() -> None:
    tou = branch("TOUTariff", leaf("TOUPrice", "1", index="49"))
    body = branch("B", branch("PriceElements", branch("ElectricityPriceElements", tou)))
    with pytest.raises(PeerError, match="1 to 48"):
        ELECTRICITY_LISTS["ECS01b"](body)


@pytest.mark.parametrize(
    ("name", "values", "problem"),
    [
        ("ECS47", {"AuxiliaryController": 6, "Action": "Reset"}, "1 to 5"),
        ("ECS47", {"AuxiliaryController": 1, "Action": "Explode"}, "Activate"),
        ("ECS47a", {"AuxiliaryController": 1, "CommandedStateLevel": 256}, "8 bits"),
        ("ECS39a", {"ImportMPAN": "12"}, "13 digits"),
        ("ECS25a", {"Behaviours": {"8014": "Enable"}}, "BIT_STRING"),
        ("ECS25a", {"Behaviours": {"810D": "Perhaps"}}, "BIT_STRING"),
        ("ECS81", {"SupplyTamperState": "Ajar"}, "Locked"),
        ("ECS38", {"RandomisedOffsetLimit": 70000}, "UINT16"),
        ("ECS38", {"RandomisedOffsetLimit": "many"}, "UINT16"),
        ("ECS57", {"MaxDemandActivePowerImportValue": 1}, "flag"),
        ("ECS30a", {"BillingCalendar": ({"BillingTime": "noon", "BillingDate": "*-*-*"},)}, "not a time"),
        ("ECS30a", {"BillingCalendar": ({"BillingTime": "12:00:00", "BillingDate": "daily"},)}, "not a date"),
        ("ECS30a", {"BillingCalendar": "daily"}, "no list"),
        ("ECS01b", {"StandingCharge": 1, "StandingChargeScale": 0, "TOUPrices": (), "BlockPrices": ()}, "PriceScale"),
    ],
)
def test_values_that_do_not_fit_their_shape_are_named(name: str, values: dict[str, Any], problem: str) -> None:
    with pytest.raises(Misuse, match=problem):
        use_cases.build_command(name, values, CONTEXT)


def test_settings_that_disagree_within_one_command_are_refused() -> None:
    values = {"LoadLimitSupplyState": "Disable", "LoadLimitPowerThreshold": 1, "LoadLimitPeriod": 2}
    dated = values | {"LoadLimitRestorationPeriod": 3, "ExecutionDateTime": NOW}
    command = use_cases.build_command("ECS28a", dated, CONTEXT)
    now = use_cases.build_command("ECS28a", dated | {"ExecutionDateTime": use_cases.CANCELLED}, CONTEXT)
    mixed = command[:-12] + now[-12:]
    with pytest.raises(GbcsError, match="ExecutionDateTime"):
        use_cases.read_command(0x0043, mixed)
    at_once = use_cases.build_command("ECS28a", dated | {"ExecutionDateTime": None}, CONTEXT)
    with pytest.raises(GbcsError, match="different times"):
        use_cases.read_command(0x0043, command[:-12] + at_once[-12:])


def test_every_row_of_the_tables_belongs_to_a_use_case() -> None:
    assert set(dlms_rows()) <= set(use_cases.USE_CASES)
    assert set(request_fields()) <= set(use_cases.USE_CASES)
    assert set(ELECTRICITY_LISTS) <= set(use_cases.USE_CASES)
    for name, rows in dlms_rows().items():
        assert (rows[0].access == "protected") == use_cases.use_case(name).is_sensitive, name
