"""Decoded payloads: every answer and alert of ours becomes a valid document that holds what the message said."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from lxml import etree

from schemas.load import service_requests, transform_rows
from schemas.mmc_words import mmc_alert_payloads, mmc_answers, mmc_words
from stubs.wire.duis import schema_problems
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import Cra, Group, OtherInformation, use_cases
from stubs.wire.gbcs.crypto import decrypt, encryption_key
from stubs.wire.gbcs.use_cases import Decrypt
from stubs.wire.mmc import answer_element, blocks, decoded, plain_parts, services_of, write_document
from stubs.wire.mmc.dates import billing_calendar, electricity_date, gas_date, plain_date, whole_time
from stubs.wire.mmc.forms import FORMS
from stubs.wire.mmc.template import fill, text_of_value
from stubs.wire.xml import RA
from tests.own_messages import COUNTER, DEVICE, RESPONSES, OwnMessage, bench, own_messages

ANSWERED = tuple(one for one in own_messages() if one.group.cra is not Cra.COMMAND)
UNSAID = {
    "ActiveExportRegisterUnit ReactiveExportRegisterUnit": "the schema has fixed units",
    "ActiveEnergyUnit ReactiveEnergyUnit Unit Divisor": "the schema has fixed units",
    "Currency TrailingDigit": "the schema has fixed units in balances",
    "Status SupplyState Source TopUpResult TopUpValue CreditRemaining": "the schema has nothing but the outcome",
    "FriendlyCredit FriendlyCreditCalendar EmergencyCreditLimit": "the schema has nothing but the outcome",
    "ClearedLogs": "the schema has nothing but the outcome",
    "HardwareVersion": "the schema has no place",
    "PaymentModeStatus DebtRecoveryRateCapPeriod": "the schema has no place",
    "LoadLimitCounterScaler": "a count has no unit",
    "PrimaryActiveTariffPriceScale SecondaryActiveTariffPriceScale": "the schema has no place",
    "MeasurementPeriod": "the schema has no place for phases",
}
"""Values that a document does not show, and why."""


def opener(one: OwnMessage) -> Decrypt:
    reader = one.group.other.party or one.group.recipient
    private = bench().keys[reader, "KA"].private_key
    key = encryption_key(one.group, private, bench().credentials(DEVICE).ka.certificate.public_key, bench().agree)
    return partial(decrypt, key=key, device=DEVICE)


def own(name: str) -> OwnMessage:
    return next(one for one in ANSWERED if one.name == name and one.kind != "command")


def document(one: OwnMessage, srv: str | None = None, key: Decrypt | None = None) -> etree._Element:
    return etree.fromstring(write_document(decoded(one.group, srv, key)))


def texts(root: etree._Element, name: str) -> list[str]:
    return [element.text or "" for element in root.iter(f"{{{RA}}}{name}")]


@pytest.mark.parametrize("is_opened", [True, False], ids=["opened", "first pass"])
def test_every_response_and_alert_of_ours_becomes_a_valid_document(*, is_opened: bool) -> None:
    wrong = []
    for one in ANSWERED:
        for srv in services_of(one.use_case) or (None,):
            problems = schema_problems(document(one, srv, opener(one) if is_opened else None))
            wrong += [f"{one.name} {srv}: {problem}" for problem in problems]
    assert wrong == []
    assert len(ANSWERED) > 1000


def test_every_service_of_a_device_has_its_answer_element() -> None:
    without = {row.srv for row in transform_rows() if answer_element(row.srv) is None}
    assert without == {"6.14.3"}
    assert answer_element("6.2.3") == "ReadDeviceConfigurationDataBillingCalendarRsp"
    assert answer_element("no such service") is None


def sources(template: Any) -> Iterator[str]:
    """The names of values that a template reads, patterns cut to their constant part."""
    for key, source in template.items():
        if not isinstance(source, str):
            yield from sources(source)
        elif key and not source.startswith("="):
            path, _, form = source.partition("|")
            yield from (part.strip("#*.") for step in path.split(",") for part in step.split("."))
            yield from form.split()[1:]


def test_every_value_of_a_response_stands_in_the_document_or_is_left_out_for_a_reason() -> None:
    left_out = {name for names in UNSAID for name in names.split()}
    missing = [
        (name, value)
        for name, values in RESPONSES.items()
        if services_of(name)
        for value in set(values) - left_out
        if not {value, re.sub(r"\d$", "", value), re.sub(r"^Phase\d", "", value)}
        & set(sources(mmc_answers().get(name, {})))
    ]
    assert missing == []


def test_templates_belong_to_use_cases_and_name_known_forms() -> None:
    assert set(mmc_answers()) <= set(use_cases.USE_CASES)
    forms = set()

    def collect(template: Any) -> None:
        for key, source in template.items():
            if isinstance(source, str):
                forms.update({source.partition("|")[2].split(" ")[0]} if key else set())
            else:
                collect(source)

    for template in (*mmc_answers().values(), *mmc_alert_payloads().values()):
        collect(template)
    assert forms - {""} == set(FORMS)
    assert all(word or key == ("answer", "6.14.3") for key, word in mmc_words().items())


def test_two_passes_give_what_one_pass_with_the_key_gives() -> None:
    for name in ("ECS17b done", "ECS17b by the ACB done", "GCS13a done", "GCS16a done", "data 0061", "data 008B"):
        one = own(name)
        first = document(one)
        parts = list(first.iter(f"{{{RA}}}GBCSData"))
        assert len(parts) == len(blocks(one.group)) >= 1
        assert not texts(first, "SMETSData")
        for part, block in zip(parts, blocks(one.group), strict=True):
            assert part.get("format") == "encrypted"
            part.set("format", "plain")
            part.text = b64encode(opener(one)(block.octets)).decode("ascii")
        second = document(one, None, plain_parts(etree.tostring(first), one.group))
        assert etree.tostring(second) == etree.tostring(document(one, None, opener(one)))


def test_a_part_without_its_plain_form_is_refused() -> None:
    one = own("ECS17b done")
    with pytest.raises(PeerError, match="without a plain one"):
        document(one, None, plain_parts(etree.tostring(document(one)), one.group))


def test_the_header_names_the_user_behind_the_broker() -> None:
    root = document(own("ECS17b by the ACB done"), "4.1.1")
    assert texts(root, "BusinessTargetID") == [str(bench().acb)]
    assert texts(root, "SupplementaryRemotePartyID") == [str(bench().stranger)]
    assert texts(root, "SupplementaryRemotePartyCounter") == [str(COUNTER + 300)]
    assert texts(root, "SupplementaryOriginatorCounter") == ["77"]
    assert texts(root, "ServiceReferenceVariant") == ["4.1.1"]
    assert texts(root, "GBCSHexadecimalMessageCode") == ["0027"]


@pytest.mark.parametrize(
    ("status", "attributes"),
    [
        (0xFF, {}),
        (0x00, {"isFromGSME": "false", "ClockStatus": "reliable"}),
        (0x04, {"isFromGSME": "true", "ClockStatus": "reliable"}),
        (0x02, {"isFromGSME": "false", "ClockStatus": "unreliable"}),
        (0x01, {"isFromGSME": "false", "ClockStatus": "invalid"}),
    ],
)
def test_the_time_stamp_tells_the_state_of_the_clock(status: int, attributes: dict[str, str]) -> None:
    when = use_cases.response_date_time(datetime(2026, 1, 15, 10, tzinfo=UTC), status)
    content = bytes.fromhex("da200003e8000001090400020000010100")
    group = Group(Cra.RESPONSE, 1000, DEVICE, bench().supplier, when, OtherInformation(0x0059), content, b"")
    (stamp,) = etree.fromstring(write_document(decoded(group))).iter(f"{{{RA}}}Timestamp")
    assert stamp.text == "2026-01-15T10:00:00Z"
    assert {str(name): str(value) for name, value in stamp.attrib.items()} == attributes


def test_a_service_is_named_only_when_the_use_case_leaves_no_doubt() -> None:
    assert texts(document(own("ECS52 done")), "ServiceReferenceVariant") == ["11.2"]
    unsure = document(own("ECS70 done"))
    assert texts(unsure, "ServiceReferenceVariant") == []
    assert texts(document(own("ECS70 done"), "8.1.1"), "ServiceReferenceVariant") == ["8.1.1"]


def test_statuses_stand_beside_the_data_as_the_protocol_names_them() -> None:
    failed = document(own("ECS70 failed at 2"))
    assert texts(failed, "DataAccessResult") + texts(failed, "ActionResult")
    assert [one.get("ResponseCode") for one in failed.iter(f"{{{RA}}}COSEMResponse")] == ["0", "0", "1", "250", "250"]
    assert [one.get("Position") for one in failed.iter(f"{{{RA}}}COSEMResponse")] == ["1", "2", "3", "4", "5"]
    one = own("GCS13a failed at 0")
    assert texts(document(one, None, opener(one)), "ZCLStatus") == [
        "HARDWARE_FAILURE",
        *["SUCCESS"] * 3,
    ]
    assert texts(document(own("CS03B refused")), "ASN1Status") == ["incompatibleWithExistingEntry"]


def test_alerts_are_described_and_carry_their_payload() -> None:
    root = document(own("DLMS 8F3F"))
    assert texts(root, "GBCSHexAlertCode") == ["8F3F"]
    assert texts(root, "AlertDescription")[0]
    assert texts(root, "Payload") == []
    outcome = document(own("DLMS outcome 8F66 of ECS02"))
    assert texts(outcome, "FutureDatedCommandMessageCode") == ["001A"]
    assert texts(outcome, "FutureDatedCommandOriginatorCounter") == [str(COUNTER)]
    assert len(texts(outcome, "InstanceId")[0]) == 12
    assert texts(document(own("data 00CE")), "ManufacturerImageHash") == ["AB" * 32]
    assert texts(document(own("data 00F2")), "Warning") == ["Error Unexpected Hardware Reset"]


def test_a_command_and_an_unknown_use_case_have_no_document() -> None:
    command = next(one for one in own_messages() if one.kind == "command")
    with pytest.raises(PeerError, match="no decoded form"):
        decoded(command.group)
    group = Group(Cra.RESPONSE, 1, DEVICE, bench().supplier, b"", OtherInformation(0xEEEE), b"\x02\x01\x00", b"")
    with pytest.raises(PeerError, match="message code"):
        decoded(group)


def test_values_that_xml_cannot_carry_are_the_devices_mistake() -> None:
    values = {"StateAndAssociatedInformation": "a\0b"}
    content = use_cases.build_data_alert(0x0123, 0x8F88, datetime(2026, 1, 1, tzinfo=UTC), 1, values)
    group = Group(Cra.ALERT, 1, DEVICE, bench().supplier, b"", OtherInformation(0x0123), content, b"")
    with pytest.raises(PeerError, match="XML cannot carry"):
        write_document(decoded(group))


def test_templates_leave_out_what_has_no_value_and_keep_what_must_stand() -> None:
    made = fill({"A": {"B": "Gone", "Unit": "=m"}, "C!": {"D": "Gone"}, "E": {"@at": "One", "F": "One"}}, {"One": 1})
    assert [(node.name, node.attributes) for node in made] == [("C", ()), ("E", (("at", "1"),))]
    assert fill({"X*": "N#"}, {"N1": 0, "N2": 5, "N4": 7})[1].text == "5"
    assert fill({"A": {"~": "Missing", "B": "One"}}, {"One": 1}) == ()
    assert fill({"A": "List.1.Name"}, {"List": ({}, {"Name": "x"})})[0].text == "x"
    assert fill({"A": "List.9.Name"}, {"List": ({},)}) == ()


def test_values_are_written_as_xml_schema_wants_them() -> None:
    assert text_of_value(value=True) == "true"
    assert text_of_value(1e-7) == "0.0000001"
    assert text_of_value(12000.0) == "12000"
    assert text_of_value(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00Z"


def names(nodes: Any) -> list[str]:
    return [f"{node.name}/{node.children[0].name}={node.children[0].text}" for node in nodes]


def test_dates_say_which_parts_are_open() -> None:
    assert names(electricity_date("*-12-254/3")) == [
        "Year/NonSpecifiedYear=",
        "Month/SpecifiedMonth=12",
        "DayOfMonth/LastDayOfMonth=",
        "DayOfWeek/SpecifiedDayOfWeek=3",
    ]
    assert names(gas_date({"Year": 2026, "Month": None, "DayOfMonth": None}))[:3] == [
        "GasYearWithWildcards/SpecifiedYear=2026",
        "GasMonthWithWildcards/NonSpecifiedMonth=",
        "GasDayOfMonthWithWildcards/GasNonSpecifiedDayOfMonth=",
    ]
    assert plain_date("2026-01-15") == "2026-01-15"
    assert plain_date("*-01-15") is None
    assert whole_time("06:00") == "06:00:00"
    assert whole_time("*:00:00") is None


@pytest.mark.parametrize(
    ("dates", "period"),
    [
        (["*-*-*"], "Daily"),
        (["*-*-*/5"], "Weekly"),
        (["*-*-28"], "Monthly"),
        (["*-01-01", "*-04-01", "*-07-01", "*-10-01"], "Quarterly"),
        (["*-02-01", "*-08-01"], "SixMonthly"),
        (["*-02-01"], "Yearly"),
    ],
)
def test_billing_dates_are_named_by_their_period(dates: list[str], period: str) -> None:
    made = billing_calendar([{"BillingTime": "00:00:00", "BillingDate": date} for date in dates])
    assert made is not None
    assert made[1].name == period


def test_what_is_no_billing_calendar_is_left_out() -> None:
    assert billing_calendar([]) is None
    assert billing_calendar([{"BillingTime": "*:00:00", "BillingDate": "*-*-01"}]) is None


def form(name: str, value: Any, argument: str = "", **beside: Any) -> Any:
    return FORMS[name](value, argument, beside)


def test_forms_leave_out_what_the_schema_cannot_say() -> None:
    assert form("operating-channel", {"Page": 3, "Channels": (1,)}) is None
    assert form("operating-channel", {"Page": 31, "Channels": (26,)})[0].name == "OperatingUpperBandSubGHzChannel"
    assert form("json", "no json", "outputState") is None
    assert form("json", json.dumps({"outputState": 101}), "outputState") is None
    assert form("word", "WANProvider", "remote-party") is None
    assert form("ratio", 5, "A B", A=1, B=0) is None
    assert form("ratio", 5, "A B", A=1, B=10) == 0.5
    assert form("scaled", 5, "S", S=2) == 500
    assert form("scaled", 5, "S", S=-1) == 0.5
    assert form("within", 148, "101 148") == 48
    assert form("within", 8, "1 8") == 8
    assert form("within", 9, "1 8") is None
    assert form("switch", str(Eui64(bytes(8))))[0].name == "HCALCS"
    assert form("integrity", 99) == "Other"
    assert [node.name for node in form("phase-settings", ("8003",), "8002/8003")] == ["NetworkOperatorESMEPolyPhase"]
    assert form("phase-settings", (), "8002/8003") == ()
    assert service_requests()
