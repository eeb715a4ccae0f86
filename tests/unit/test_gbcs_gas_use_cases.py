"""Gas and ASN.1 use cases: values to contents and back, failures, refusals."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from stubs.wire.errors import Misuse, PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import GbcsError, der, gbz, use_cases
from stubs.wire.gbcs.use_cases.gas import ASN1_CODECS, GAS_CODECS
from tests.gas_samples import (
    ALERTS,
    BEHAVIOURS,
    CALENDAR,
    CERTIFICATE,
    COMMANDS,
    DEVICE,
    NOW,
    OUTCOME,
    PREPAYMENT_DAYS,
    RESPONSES,
    START,
    TARIFF_DAYS,
    VOLUMES,
)

CONTEXT = use_cases.CommandContext(0x0102030405060708, Eui64.parse("A0-B1-C2-D3-E4-01-00-00"), Eui64.parse(DEVICE), NOW)
GAS = sorted(GAS_CODECS)
ALL = sorted({*GAS_CODECS, *ASN1_CODECS})


def mask(data: bytes) -> bytes:
    return b"\x31" + bytes(octet ^ 0x55 for octet in data)


def unmask(data: bytes) -> bytes:
    return bytes(octet ^ 0x55 for octet in data[1:])


def command(name: str) -> bytes:
    return use_cases.build_command(name, COMMANDS.get(name, {}), CONTEXT)


def answered(name: str, values: dict[str, Any]) -> dict[str, Any]:
    built = use_cases.build_response(name, command(name), values, mask)
    found = use_cases.read_response(use_cases.use_case(name).message_code, built, unmask)
    assert use_cases.build_response(name, command(name), found, mask) == built
    return found


def test_every_gas_and_asn1_use_case_is_in_the_facts() -> None:
    assert len(ALL) == 75
    assert set(ALL) <= set(use_cases.USE_CASES)


@pytest.mark.parametrize("name", ALL)
def test_a_command_is_read_as_it_was_built(name: str) -> None:
    row = use_cases.use_case(name)
    assert use_cases.read_command(row.message_code, command(name)) == COMMANDS.get(name, {})


def within(part: Any, whole: Any) -> bool:
    """Whether everything of ``part`` is in ``whole``, defaults of records aside."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(within(value, whole.get(key)) for key, value in part.items())
    if isinstance(part, tuple):
        return len(part) == len(whole) and all(within(*both) for both in zip(part, whole, strict=True))
    return bool(part == whole)


@pytest.mark.parametrize("name", ALL)
def test_a_response_is_read_as_it_was_built(name: str) -> None:
    values = RESPONSES.get(name, {})
    found = answered(name, values)
    assert within(values, found), found
    assert found["MessageSuccess"] is True
    assert set(found["results"]) <= {0, 0x8B}


@pytest.mark.parametrize("name", GAS)
def test_a_failed_command_says_so_and_rebuilds(name: str) -> None:
    last = len(use_cases.error_results(name, command(name))) - 1
    for position in {0, last // 2, last}:
        results = use_cases.error_results(name, command(name), position)
        assert results[position] == 0xC0
        found = answered(name, RESPONSES.get(name, {}) | FULL_LOGS.get(name, {}) | {"results": results})
        assert found["MessageSuccess"] is False
        assert found["results"] == results


MONEY = RESPONSES["GCS16b"]["PrepaymentLogEntries"][0]
BILLS: dict[str, Any] = {"LogEntries": (VOLUMES,) * 12, "PrepaymentLogEntries": (MONEY,) * 12}
FULL_LOGS: dict[str, dict[str, Any]] = {
    "GCS15b": BILLS,
    "GCS15c": BILLS,
    "GCS16a": {"LogEntries": (VOLUMES,) * 31},
    "GCS16b": {"PrepaymentLogEntries": (MONEY,) * 31},
}


@pytest.mark.parametrize("name", GAS)
def test_a_row_that_is_not_there_cannot_fail(name: str) -> None:
    with pytest.raises(Misuse, match="no "):
        use_cases.error_results(name, command(name), 10_000)


@pytest.mark.parametrize("name", sorted(ASN1_CODECS))
def test_asn1_has_no_rows(name: str) -> None:
    assert use_cases.error_results(name, command(name)) == ()
    assert use_cases.outcomes_of(use_cases.use_case(name).message_code, command(name)) == ()


@pytest.mark.parametrize("name", ALL)
def test_content_of_another_form_is_refused(name: str) -> None:
    code = use_cases.use_case(name).message_code
    for content in (b"", b"\x01\x09\x00", b"\x31\x00", b"\x01\x09\x01\x01\x00\x00\x00\x03\x00\x00\x00"):
        with pytest.raises(PeerError):
            use_cases.read_command(code, content)
        with pytest.raises(PeerError):
            use_cases.read_response(code, content, unmask)


@pytest.mark.parametrize("name", [name for name in GAS if use_cases.use_case(name).is_sensitive])
def test_sensitive_values_need_a_cipher_both_ways(name: str) -> None:
    values = RESPONSES[name]
    built = use_cases.build_response(name, command(name), values, mask)
    with pytest.raises(Misuse, match="decrypt"):
        use_cases.read_response(use_cases.use_case(name).message_code, built)
    with pytest.raises(Misuse, match="encrypt"):
        use_cases.build_response(name, command(name), values)


def test_a_setting_of_another_value_than_its_use_case_is_refused() -> None:
    message = gbz.GbzMessage.from_bytes(command("GCS39"))
    (component,) = message.components
    closing = gbz.GbzComponent(
        component.cluster,
        component.frame_control,
        0,
        component.command,
        component.payload[:-2] + b"\x00\x01",
    )
    with pytest.raises(GbcsError, match="use case"):
        use_cases.read_command(0x0085, gbz.GbzMessage((closing,)).to_bytes())


def test_components_out_of_order_are_refused() -> None:
    one, two = gbz.GbzMessage.from_bytes(command("GCS23")).components
    with pytest.raises(GbcsError, match="not a command"):
        use_cases.read_command(0x007C, gbz.GbzMessage((two, one)).to_bytes())
    answer = use_cases.build_response("GCS23", command("GCS23"), {})
    first, second = gbz.GbzMessage.from_bytes(answer).components
    with pytest.raises(GbcsError, match="order"):
        use_cases.read_response(0x007C, gbz.GbzMessage((second, first)).to_bytes())


def test_block_tariffs_have_thresholds_and_time_of_use_tariffs_none() -> None:
    days = {"DayProfiles": ({"DayName": 1, "BlockTariff": True},)}
    block = CALENDAR | days | {"CurrencyUnits": "ECB", "StandingCharge": 1, "BlockPrices": (1, 2, 3, 4)}
    content = use_cases.build_command("GCS01a", block | {"BlockThresholds": (10, 20, 30)}, CONTEXT)
    found = use_cases.read_command(0x006B, content)
    assert (found["BlockThresholds"], found["BlockPrices"]) == ((10, 20, 30), (1, 2, 3, 4))
    assert found["DayProfiles"] == days["DayProfiles"]
    assert len(use_cases.outcomes_of(0x006B, content)) == 5
    assert "BlockThresholds" not in use_cases.read_command(0x006B, command("GCS01a"))
    assert len(use_cases.outcomes_of(0x006B, command("GCS01a"))) == 4


def test_cancelling_has_its_own_value_in_what_is_published() -> None:
    content = command("GCS01b")
    assert content.count(b"\xfe\xff\xff\xff") == 1
    assert content.count(b"\xff\xff\xff\xff") == 1


def test_alert_behaviours_are_grouped_by_configuration_in_the_senders_order() -> None:
    same = {"WANAlert": True, "HANAlert": True, "EventLog": True, "Alarm": True}
    entries = ({"EventCode": "810E"} | BEHAVIOURS[1], *({"EventCode": code} | same for code in ("81AA", "81AB")))
    content = use_cases.build_command("GCS20", {"AlertBehaviours": entries}, CONTEXT)
    configs = [component.payload[8] for component in gbz.GbzMessage.from_bytes(content).components]
    assert configs == [0x5B, 0x08]
    with pytest.raises(Misuse, match="no event"):
        use_cases.build_command("GCS20", {"AlertBehaviours": ()}, CONTEXT)
    with pytest.raises(Misuse, match="hexadecimal"):
        use_cases.build_command("GCS20", {"AlertBehaviours": ({"EventCode": "warm"},)}, CONTEXT)


def test_a_log_with_nothing_in_it_is_not_found_and_a_success() -> None:
    for name in ("GCS15d", "GCS15e", "GCS17", "GCS18"):
        found = answered(name, {"LogEntries": ()})
        assert (found["LogEntries"], found["results"], found["MessageSuccess"]) == ((), (0x8B,), True)


def test_a_meter_that_does_not_sample_or_clear_says_so_without_a_status() -> None:
    assert answered("GCS31", {"SampleID": 0xFFFF})["MessageSuccess"] is False
    assert answered("CS11", {"ClearedLogs": 0})["MessageSuccess"] is False


def test_values_without_their_divisor_stay_raw() -> None:
    results = (0xC0, 0, 0, 0, 0, 0, 0)
    found = answered("GCS13c", RESPONSES["GCS13c"] | {"results": results})
    assert found["RawTOURegister1"] == 125
    assert "TOURegister1" not in found


def test_calendars_that_make_no_sense_are_our_own_mistake() -> None:
    wrong: list[dict[str, Any]] = [
        {"WeekProfiles": ({"WeekName": 1, "ReferencedDayNames": (1, 2)},)},
        {"DayProfiles": ({"DayName": 1},)},
        {"Seasons": ({"SeasonStartDate": {"Year": 1800}, "ReferencedWeekName": 1},)},
    ]
    for one in wrong:
        with pytest.raises(Misuse):
            use_cases.build_command("GCS01a", COMMANDS["GCS01a"] | one, CONTEXT)
    late = {"DayProfiles": ({"DayName": 1, "TimeStartActions": ({"StartTime": "24:00"},)},)}
    with pytest.raises((Misuse, LookupError)):
        use_cases.build_command("GCS05", COMMANDS["GCS05"] | late, CONTEXT)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CS02c", {"CredentialType": "Top Up"}),
        ("CS02d", {"DeviceCertificate": "00"}),
        ("CS02aMAC", {"RemotePartyRoles": ("Nobody",)}),
        ("CS03B", {"OtherDeviceID": DEVICE, "OtherDeviceType": "Toaster"}),
        ("CS06", {"FirmwareHash": "AB"}),
    ],
)
def test_words_and_sizes_beyond_the_published_ones_are_our_own_mistake(name: str, value: dict[str, Any]) -> None:
    with pytest.raises(Misuse):
        use_cases.build_command(name, value, CONTEXT)


@pytest.mark.parametrize(
    ("code", "content"),
    [
        (0x0102, der.sequence(der.sequence(der.integer(3)), der.sequence(), der.sequence())),
        (0x0102, der.sequence(der.sequence(der.integer(2), der.null()), der.sequence(), der.sequence())),
        (0x000D, der.sequence(der.integer(1), der.octet_string(bytes(8)), der.integer(1))),
        (0x000D, der.sequence(der.integer(0), der.octet_string(bytes(7)), der.integer(1))),
        (0x000D, der.sequence(der.integer(0), der.octet_string(bytes(8)), der.integer(9))),
        (0x0008, der.sequence(der.sequence(der.integer(4)), der.sequence())),
        (0x000C, der.sequence(der.Tlv(der.BIT_STRING, b"\x02\x04"))),
        (0x0012, der.sequence(der.octet_string(b"\x00"), der.integer(1))),
    ],
)
def test_der_that_is_not_the_use_case_is_refused(code: int, content: der.Tlv) -> None:
    with pytest.raises(GbcsError):
        use_cases.read_command(code, content.to_bytes())


def test_an_explicit_cell_usage_of_0_is_taken() -> None:
    asking = der.sequence(der.integer(4), der.Tlv(der.BIT_STRING, b"\x03\x08"), der.integer(0))
    content = der.sequence(asking, der.sequence(der.integer(2))).to_bytes()
    assert use_cases.read_command(0x0008, content)["AskingPartyUsage"] == "KeyAgreement"


def test_credentials_that_a_device_could_not_replace_are_no_success() -> None:
    failed = OUTCOME | {"ReplacementOutcome": (OUTCOME["ReplacementOutcome"][0] | {"StatusCode": 10},)}  # type: ignore[index]
    assert answered("CS02bNOByNO", {"ExecutionOutcome": failed})["MessageSuccess"] is False
    assert answered("CS02bNOByNO", {}) == {"MessageSuccess": True, "results": ()}


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("CS02c", {"IssueCredentialsResponseCode": 3}),
        ("CS02e", {"RetrieveDeviceSecurityCredentialsStatusCode": 2}),
        ("CS03A1", {"JoinResponseCode": 11}),
        ("CS04B", {"UnjoinResponseCode": 1}),
        ("CS06", {"ActivateImageResponseCode": 2, "FirmwareVersion": "0123ABCD"}),
        ("CS07", {"ReadLogResponseCode": 1}),
    ],
)
def test_asn1_failures_are_status_values(name: str, values: dict[str, Any]) -> None:
    found = answered(name, values)
    assert within(values, found)
    assert found["MessageSuccess"] is False


@pytest.mark.parametrize("code", sorted(ALERTS))
def test_an_alert_with_data_is_read_as_it_was_built(code: int) -> None:
    built = use_cases.build_data_alert(code, 0x8F66, NOW, 3000, ALERTS[code], mask)
    found = use_cases.read_alert(code, built, unmask)
    assert within({"AlertCode": "8F66", "Timestamp": NOW} | ALERTS[code], found)


def test_alerts_that_do_not_fit_are_refused() -> None:
    with pytest.raises(GbcsError, match="message code"):
        use_cases.read_alert(0x1000, der.sequence().to_bytes())
    with pytest.raises(GbcsError, match="members"):
        use_cases.read_alert(0x00B2, der.sequence(der.integer(1)).to_bytes())
    with pytest.raises(GbcsError, match="2 octets"):
        use_cases.read_alert(0x00F2, gbz.GbzAlert(0x81A0, 0, b"\x01").to_bytes())
    parts = (der.integer(1 << 16), der.generalized_time(NOW), der.octet_string(b""), der.integer(0))
    with pytest.raises(GbcsError, match="16 bits"):
        use_cases.read_alert(0x012B, der.sequence(*parts).to_bytes())
    with pytest.raises(Misuse, match="encrypt"):
        use_cases.build_data_alert(0x008B, 0x8F0A, NOW, 1, ALERTS[0x008B])


def test_sampled_values_are_timed_by_their_interval() -> None:
    entries = tuple({"Timestamp": START, "Value": 1.0} for _ in range(3))
    found = answered("GCS61", {"LogEntries": entries})
    assert [entry["Timestamp"].day for entry in found["LogEntries"]] == [1, 2, 3]
    found = answered("GCS17", {"LogEntries": entries})
    assert found["LogEntries"][2]["Timestamp"] == datetime(2026, 1, 1, 1, tzinfo=UTC)


def test_what_is_shaped_as_a_certificate_passes_unchanged() -> None:
    assert use_cases.read_command(0x000B, command("CS02d")) == {"DeviceCertificate": CERTIFICATE}


def test_samples_cover_both_kinds_of_days() -> None:
    assert TARIFF_DAYS["DayProfiles"] != PREPAYMENT_DAYS["DayProfiles"]
