"""Values of gas equipment that are none, and units: read by one table, for every reader alike (issue 15, section 3).

Source of the invalid values: ZigBee Cluster Library, data types: all bits set for unsigned numbers, enumerations, times
and the length of strings, only the top bit for signed numbers, none for bitmaps.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from schemas.zcl_types import zcl_types
from stubs.wire.duis import schema_problems
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import Cra, Group, OtherInformation, use_cases
from stubs.wire.gbcs.gbz import AttributeRecord, GbzAlert, read_attribute_records, write_attribute_records
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.gbcs.use_cases import CommandContext
from stubs.wire.gbcs.view import describe, render_text
from stubs.wire.gbcs.view.words import seconds_words
from stubs.wire.mmc import decoded, write_document
from stubs.wire.xml import RA
from tests.gas_samples import COMMANDS as GAS

NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)
DEVICE, USER = Eui64.parse("DE-51-CE-00-00-00-00-61"), Eui64.parse("A0-B1-C2-D3-E4-01-00-00")
COMMANDS = GAS | {"CS10a": {"LogToRead": "Event", "StartDateTime": NOW, "EndDateTime": NOW}}
NUMBERS = sorted(code for code, kind in zcl_types().items() if not kind.is_string)


@pytest.mark.parametrize(
    ("code", "octets"),
    [
        (0x10, "ff"),
        (0x20, "ff"),
        (0x21, "ffff"),
        (0x22, "ffffff"),
        (0x23, "ffffffff"),
        (0x25, "ffffffffffff"),
        (0x28, "80"),
        (0x29, "0080"),
        (0x2B, "00000080"),
        (0x2D, "000000000080"),
        (0x30, "ff"),
        (0x31, "ffff"),
        (0x41, "ff"),
        (0x42, "ff"),
        (0xE2, "ffffffff"),
    ],
)
def test_the_invalid_value_of_a_type_is_no_value(code: int, octets: str) -> None:
    payload = bytes.fromhex(f"000000{code:02x}{octets}")
    assert read_attribute_records(payload) == (AttributeRecord(0, 0, code, None),)
    assert write_attribute_records((AttributeRecord(0, 0, code, None),)) == payload


@pytest.mark.parametrize("octets", ["1fffffffff", "18ff", "0bffffffff"])
def test_a_bitmap_has_none(octets: str) -> None:
    code = int(octets[:2], 16)
    size = zcl_types()[code].octets
    payload = bytes.fromhex("000000" + octets[:2] + "ff" * size)
    (record,) = read_attribute_records(payload)
    assert record.value == (1 << 8 * size) - 1


@given(st.sampled_from(NUMBERS), st.data())
def test_every_other_number_is_a_value(code: int, data: st.DataObject) -> None:
    kind = zcl_types()[code]
    bits = 8 * kind.octets
    least, most = (-(1 << bits - 1), (1 << bits - 1) - 1) if kind.is_signed else (0, (1 << bits) - 1)
    number = data.draw(st.integers(least, most))
    written = write_attribute_records((AttributeRecord(7, 0, code, number),))
    (record,) = read_attribute_records(written)
    assert record.value == (None if number == kind.no_value else number)


def answer(name: str, values: dict[str, Any]) -> tuple[Group, Callable[[bytes], bytes]]:
    """A response whose encrypted parts are left in clear: they are what stands in the blob."""
    context = CommandContext(1000, USER, DEVICE, NOW)
    command = use_cases.build_command(name, COMMANDS.get(name, {}), context)
    content = use_cases.build_response(name, command, values, lambda plain: plain)
    code = use_cases.use_case(name).message_code
    date_time = use_cases.response_date_time(NOW) if use_cases.use_case(name).response_has_date_time else b""
    return Group(Cra.RESPONSE, 1000, DEVICE, USER, date_time, OtherInformation(code), content, b""), lambda blob: blob


def texts(group: Group, opened: Callable[[bytes], bytes], name: str) -> list[str | None]:
    document = write_document(decoded(group, None, opened))
    assert schema_problems(document) == ()
    return [element.text for element in etree.fromstring(document).iter(f"{{{RA}}}{name}")]


def test_a_register_without_a_value_is_in_no_report() -> None:
    group, opened = answer("GCS13a", {"NoValue": ("summation",)})
    assert b"\xff" * 6 in group.content
    found = use_cases.read_response(group.other.message_code, group.content, opened)
    assert "ConsumptionRegister" not in found
    assert found["MessageSuccess"]
    assert found["NoValue"] == ("summation",)
    assert texts(group, opened, "Value") == []
    # The same number with its scale, for comparison.
    assert texts(*answer("GCS13a", {"ConsumptionRegister": 12.345}), "Value") == ["12.345"]


def test_balances_without_a_value_are_left_out() -> None:
    group, opened = answer("GCS60", {"MeterBalance": 5, "NoValue": ("MeterBalancePrepaymentMode",)})
    assert b"\x00\x00\x00\x80" in group.content
    found = use_cases.read_response(group.other.message_code, group.content, opened)
    assert (found["MeterBalance"], "MeterBalancePrepaymentMode" in found) == (5, False)
    text = render_text(describe(group.to_bytes()))
    assert "no value" in text
    assert "-2147483648" not in text


ENTRY = {"Timestamp": NOW, "TOURegisters": (1.0, None, 3.0, 4.0), "BlockCounters": (None,) * 4}


def test_entries_of_logs_have_what_they_have() -> None:
    group, opened = answer("GCS16a", {"LogEntries": [ENTRY | {"ActiveImportRegister": None}]})
    (entry,) = use_cases.read_response(group.other.message_code, group.content, opened)["LogEntries"]
    assert "ActiveImportRegister" not in entry
    assert entry["TOURegisters"] == (1.0, None, 3.0, 4.0)
    assert texts(group, opened, "GasActiveImportRegisterConsumption") == []
    assert texts(group, opened, "TariffTOURegisterMatrix") == ["1", "3", "4"]


def test_samples_without_a_value_are_left_out() -> None:
    group, opened = answer("GCS61", {"LogEntries": [{"Timestamp": NOW, "Value": 1.5}, {"Timestamp": NOW}]})
    entries = use_cases.read_response(group.other.message_code, group.content, opened)["LogEntries"]
    assert [entry.get("Value") for entry in entries] == [1.5, None]
    assert texts(group, opened, "Value") == ["1.5"]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ({"UnitOfMeasure": 0x00}, "UnitOfMeasure is not cubic metres.*00 kWh"),
        ({"UnitOfMeasure": 0x02}, "UnitOfMeasure is not cubic metres.*02 ft³"),
        ({"UnitOfMeasure": 0x81}, "UnitOfMeasure is not cubic metres"),
        ({"Multiplier": 0}, "a multiplier of zero"),
        ({"Divisor": 0}, "a divisor of zero"),
    ],
)
@pytest.mark.parametrize("name", ["GCS13a", "GCS13b", "GCS13c"])
def test_registers_in_other_units_are_refused(name: str, raw: dict[str, int], why: str) -> None:
    plain = {"GCS13a": ("RawConsumption",)}.get(name) or tuple(
        f"Raw{kind}{number}"
        for kind in ({"GCS13b": "BlockCounter", "GCS13c": "TOURegister"}[name],)
        for number in range(1, 5)
    )
    group, opened = answer(name, dict.fromkeys(plain, 1000) | raw)
    with pytest.raises(GbcsError, match=why):
        use_cases.read_response(group.other.message_code, group.content, opened)


@pytest.mark.parametrize("unknown", ["UnitOfMeasure", "Divisor", "Multiplier"])
def test_registers_whose_scale_is_not_known_are_no_cubic_metres(unknown: str) -> None:
    group, opened = answer("GCS13a", {"RawConsumption": 1000, "NoValue": (unknown,)})
    found = use_cases.read_response(group.other.message_code, group.content, opened)
    assert "ConsumptionRegister" not in found
    assert found["RawConsumption"] == 1000
    assert texts(group, opened, "Value") == []


def test_a_time_of_all_bits_is_no_time_everywhere() -> None:
    assert seconds_words(0xFFFFFFFF) == "no time, never, or cancel"
    with pytest.raises(GbcsError, match="no time"):
        use_cases.read_alert(0x1001, GbzAlert(0x810E, 0xFFFFFFFF, b"").to_bytes())
    group, _ = answer("CS10a", {"LogEntries": [{"Timestamp": NOW, "LogCode": "810D"}]})
    stamp = int((NOW - datetime(2000, 1, 1, tzinfo=UTC)).total_seconds()).to_bytes(4, "little")
    content = group.content.replace(stamp, b"\xff" * 4)
    assert use_cases.read_response(group.other.message_code, content)["LogEntries"] == ({"LogCode": "810D"},)
