"""Use cases without reference data, their guards, and the tables behind them."""

from __future__ import annotations

import pytest

from schemas.load import service_requests, transform_rows, use_case_facts
from schemas.load import use_cases as use_case_rows
from stubs.wire.errors import Misuse, PeerError
from stubs.wire.gbcs import GbcsError, der, dlms, gbz, use_cases
from stubs.wire.gbcs.use_cases import alerts
from stubs.wire.gbcs.use_cases.codecs import CODECS
from tests.first_samples import (
    COMMANDS,
    CONTEXT,
    NOW,
    RESPONSES,
)

ALL = sorted({*COMMANDS, *RESPONSES, "ECS42", "ECS43"})
"""The use cases of the first services; the others have tests of their own."""


def mask(data: bytes) -> bytes:
    return b"\x31" + bytes(octet ^ 0x55 for octet in data)


def unmask(data: bytes) -> bytes:
    return bytes(octet ^ 0x55 for octet in data[1:])


def command(name: str) -> bytes:
    return use_cases.build_command(name, COMMANDS.get(name, {}), CONTEXT)


@pytest.mark.parametrize("name", ALL)
def test_a_command_is_read_as_it_was_built(name: str) -> None:
    row = use_cases.use_case(name)
    assert use_cases.read_command(row.message_code, command(name)) == COMMANDS.get(name, {})


@pytest.mark.parametrize("name", ALL)
def test_a_response_is_read_as_it_was_built(name: str) -> None:
    row = use_cases.use_case(name)
    values = RESPONSES.get(name, {})
    built = use_cases.build_response(name, command(name), values, mask)
    found = use_cases.read_response(row.message_code, built, unmask)
    assert {key: found[key] for key in values} == values
    assert found["MessageSuccess"] is True
    assert not any(found["results"])
    assert use_cases.build_response(name, command(name), found, mask) == built


@pytest.mark.parametrize("name", ALL)
def test_a_failed_command_says_so_and_rebuilds(name: str) -> None:
    row = use_cases.use_case(name)
    results = use_cases.error_results(name, command(name))
    if row.protocol == "ASN.1":
        assert results == ()
        return
    values = RESPONSES.get(name, {}) | {"results": results}
    built = use_cases.build_response(name, command(name), values, mask)
    found = use_cases.read_response(row.message_code, built, unmask)
    assert found["MessageSuccess"] is False
    assert found["results"] == results
    assert use_cases.build_response(name, command(name), found, mask) == built


def test_rows_after_the_failing_one_get_other_reason() -> None:
    assert use_cases.error_results("ECS70", command("ECS70"), 3) == (0, 0, 0, 1, 250)
    assert use_cases.error_results("ECS04b", command("ECS04b"), 1, 3) == (0, 3, 250)
    assert use_cases.error_results("GCS14", command("GCS14"), 1) == (0, 0xC0, 1, 1, 1, 1, 1, 1)
    assert use_cases.error_results("GCS14", command("GCS14"), 4) == (0, 0, 0, 0, 0xC0, 0, 0, 0)


@pytest.mark.parametrize("name", ["ECS70", "GCS14", "CCS02", "GCS32", "ECS17b", "ECS35a"])
def test_a_row_that_is_not_there_cannot_fail(name: str) -> None:
    with pytest.raises(Misuse, match="no "):
        use_cases.error_results(name, command(name), 8)


@pytest.mark.parametrize("name", ALL)
def test_the_command_of_another_use_case_is_refused(name: str) -> None:
    stranger = command("ECS52" if name != "ECS52" else "ECS42")
    with pytest.raises(GbcsError):
        use_cases.read_command(use_cases.use_case(name).message_code, stranger)


@pytest.mark.parametrize(
    ("name", "other"),
    [("GCS40a", "GCS40b"), ("GCS02", "GCS03"), ("GCS03", "GCS02"), ("CS10a", "CS10b"), ("ECS17b", "ECS19")],
)
def test_a_sister_use_case_is_told_apart(name: str, other: str) -> None:
    with pytest.raises(GbcsError):
        use_cases.read_command(use_cases.use_case(name).message_code, command(other))


@pytest.mark.parametrize("name", [name for name in ALL if use_cases.use_case(name).is_sensitive])
def test_sensitive_values_need_a_cipher_both_ways(name: str) -> None:
    row = use_cases.use_case(name)
    with pytest.raises(Misuse, match="encrypt"):
        use_cases.build_response(name, command(name), RESPONSES[name])
    built = use_cases.build_response(name, command(name), RESPONSES[name], mask)
    with pytest.raises(Misuse, match="decrypt"):
        use_cases.read_response(row.message_code, built)


def test_results_must_be_one_per_row() -> None:
    with pytest.raises(Misuse, match="5 rows need 5 results"):
        use_cases.build_response("ECS70", command("ECS70"), {"results": (0,)})


def test_missing_values_are_our_own_mistake() -> None:
    with pytest.raises(Misuse, match="CurrentDateTime"):
        use_cases.build_command("ECS70", {}, CONTEXT)
    with pytest.raises(Misuse, match="FirmwareVersion"):
        use_cases.build_response("ECS52", command("ECS52"), {})
    with pytest.raises(Misuse, match="battery"):
        use_cases.build_response("GCS33", command("GCS33"), {"SupplyState": "Enabled"})


def test_unknown_use_cases_are_told_apart_from_unknown_codes() -> None:
    with pytest.raises(Misuse, match="no use case"):
        use_cases.use_case("ECS999")
    with pytest.raises(PeerError, match="message code"):
        use_cases.use_case_of(0x7777)


def test_a_response_of_the_wrong_length_is_refused() -> None:
    row = use_cases.use_case("ECS70")
    short = use_cases.build_response("ECS42", command("ECS42"), {})
    with pytest.raises(GbcsError, match="5 rows"):
        use_cases.read_response(row.message_code, short)


def test_a_gbz_response_of_another_use_case_is_refused() -> None:
    reset = use_cases.build_response("CS01b", command("CS01b"), RESPONSES["CS01b"])
    with pytest.raises(GbcsError, match="not the response"):
        use_cases.read_response(use_cases.use_case("GCS02").message_code, reset)
    with pytest.raises(GbcsError, match="component"):
        use_cases.read_response(use_cases.use_case("GCS14").message_code, reset)
    version = use_cases.build_response("GCS38", command("GCS38"), RESPONSES["GCS38"])
    with pytest.raises(GbcsError, match="attributes"):
        use_cases.read_response(use_cases.use_case("GCS33").message_code, version)
    broken = gbz.GbzMessage((gbz.GbzComponent(0x0702, 8, 0, 0x0B, b"\x0b"),)).to_bytes()
    with pytest.raises(GbcsError, match="default response"):
        use_cases.read_response(use_cases.use_case("GCS32").message_code, broken)


def test_states_and_statuses_beyond_the_published_ones_are_refused() -> None:
    unknown = dlms.AccessResponse(0, (dlms.enum(9),), (dlms.AccessResult(dlms.Access.GET, 0),)).to_bytes()
    with pytest.raises(GbcsError, match="supply state"):
        use_cases.read_response(use_cases.use_case("ECS45").message_code, unknown)
    time = der.sequence(der.generalized_time(NOW), der.integer(9)).to_bytes()
    with pytest.raises(GbcsError, match="time status"):
        use_cases.read_response(use_cases.use_case("GCS28").message_code, time)


def test_a_register_with_a_scaler_is_given_in_its_unit() -> None:
    values = {"ActiveImportRegister": 123000, "ReactiveImportRegister": 7, "ActiveImportRegisterScaler": 3}
    built = use_cases.build_response("ECS17b", command("ECS17b"), values, mask)
    found = use_cases.read_response(0x0027, built, unmask)
    assert found["ActiveImportRegister"] == 123000
    assert found["ActiveImportRegisterScaler"] == 3
    assert "SecondaryActiveImportRegister" not in found


def test_registers_of_another_unit_or_number_are_refused() -> None:
    def answered(plain: dlms.Data) -> bytes:
        names = dlms.structure(dlms.null())
        value = dlms.structure(names, dlms.octets(mask(dlms.encode_value(plain))))
        return dlms.AccessResponse(0, (value,), (dlms.AccessResult(dlms.Access.ACTION, 0),)).to_bytes()

    scale = dlms.structure(dlms.int8(0), dlms.enum(27))
    member = dlms.uint32(1)
    with pytest.raises(GbcsError, match="unit"):
        use_cases.read_response(0x0027, answered(dlms.structure(dlms.structure(member, scale, member, scale))), unmask)
    with pytest.raises(GbcsError, match="4 or 5"):
        use_cases.read_response(0x0027, answered(dlms.structure(dlms.structure(member))), unmask)


def test_gas_without_its_divisor_is_not_cubic_metres() -> None:
    values = {"RawConsumption": 5, "results": (0xC0, 0, 0, 0)}
    built = use_cases.build_response("GCS13a", command("GCS13a"), values, mask)
    found = use_cases.read_response(0x0074, built, unmask)
    assert "ConsumptionRegister" not in found
    assert found["RawConsumption"] == 5


def test_a_cut_log_entry_and_a_cut_token_are_refused() -> None:
    built = use_cases.build_response("CS10a", command("CS10a"), RESPONSES["CS10a"])
    component = gbz.GbzMessage.from_bytes(built).components[0]
    cut = gbz.GbzComponent(0x0709, 0x19, 0, 0x01, component.payload[:-1])
    with pytest.raises(GbcsError, match="cut short"):
        use_cases.read_response(0x0014, gbz.GbzMessage((cut,)).to_bytes())
    short = use_cases.build_command("CS01a", {"UTRN": "123"}, CONTEXT)
    with pytest.raises(GbcsError, match="UTRN"):
        use_cases.read_command(0x0007, short)


def test_text_that_is_no_text_is_refused() -> None:
    content = command("ECS10").replace(b"Top up soon", b"Top up so\xff\xff")
    with pytest.raises(GbcsError, match="not text"):
        use_cases.read_command(0x0021, content)


def test_an_empty_gas_log_is_a_success() -> None:
    built = use_cases.build_response("CS10b", command("CS10b"), {"results": (0x8B,)})
    found = use_cases.read_response(0x00A1, built)
    assert found == {"MessageSuccess": True, "results": (0x8B,), "LogEntries": ()}


def test_all_four_suspension_settings_survive_on_both_fuels() -> None:
    for name in ("ECS03", "GCS03"):
        for disabled in (False, True):
            for emergency in (False, True):
                values = {
                    **COMMANDS[name],
                    "SuspendDebtDisabled": disabled,
                    "SuspendDebtEmergency": emergency,
                }
                built = use_cases.build_command(name, values, CONTEXT)
                assert use_cases.read_command(use_cases.use_case(name).message_code, built) == values


def test_future_dated_commands_have_an_outcome_per_setting() -> None:
    electricity = use_cases.outcomes_of(0x001B, command("ECS03"))
    assert [one.target.hex() for one in electricity] == ["232800005e2c80160" + "6", "006f0001130000ff0d"]
    (gas,) = use_cases.outcomes_of(0x006D, command("GCS03"))
    assert gas.target.hex() == "07050106"
    for name in ALL:
        if name not in ("ECS02", "ECS03", "GCS02", "GCS03"):
            assert use_cases.outcomes_of(use_cases.use_case(name).message_code, command(name)) == (), name


def test_an_outcome_alert_names_its_command() -> None:
    for name in ("ECS03", "GCS03"):
        code = use_cases.use_case(name).message_code
        instruction = use_cases.outcomes_of(code, command(name))[0]
        message_code, content = use_cases.build_outcome_alert(
            alerts.FUTURE_DATED_FAILED, NOW, 5, code, 1005, instruction
        )
        found = use_cases.read_alert(message_code, content)
        assert found["AlertCode"] == "8F67"
        assert found["Timestamp"] == NOW
        assert found["FutureDatedCommandMessageCode"] == f"{code:04X}"
        assert found["FutureDatedCommandOriginatorCounter"] == 1005


def test_alerts_take_the_form_of_their_device() -> None:
    assert use_cases.protocol_of("GSME") == use_cases.protocol_of("GPF") == "GBZ"
    assert use_cases.protocol_of("ESME") == use_cases.protocol_of("CHF") == "DLMS"
    with pytest.raises(Misuse, match="ASN"):
        use_cases.build_alert("ASN.1", 0x8F30, NOW, 1)


def test_alerts_that_do_not_fit_are_refused() -> None:
    bare = dlms.DataNotification(0, dlms.structure(dlms.uint16(1))).to_bytes()
    with pytest.raises(GbcsError, match="2 members"):
        use_cases.read_alert(0x1000, bare)
    short = gbz.GbzAlert(0x8F66, 0, b"\x01\x00").to_bytes()
    with pytest.raises(GbcsError, match="14 octets"):
        use_cases.read_alert(0x00CD, short)
    wrong = gbz.GbzAlert(0x8F66, 0, b"\x05\x00").to_bytes()
    with pytest.raises(GbcsError, match="length"):
        use_cases.read_alert(0x00CD, wrong)


def test_other_alerts_show_their_body() -> None:
    body = dlms.structure(dlms.uint16(0x8F72), dlms.octets(dlms.moment_octets(NOW)), dlms.octets(b"\x01"))
    assert use_cases.read_alert(0x00CE, dlms.DataNotification(0, body).to_bytes())["Body"] == ["01"]
    assert use_cases.read_alert(0x00CF, gbz.GbzAlert(0x8F72, 1, b"\x01\xaa").to_bytes())["Body"] == "01AA"


def test_every_use_case_of_the_table_has_a_codec_and_the_other_way_round() -> None:
    assert set(use_case_facts()) == set(CODECS) == set(use_cases.USE_CASES)


def test_use_cases_that_share_a_message_code_differ_in_who_signs_or_in_the_role_named() -> None:
    by_code: dict[int, set[str]] = {}
    for row in use_cases.USE_CASES.values():
        by_code.setdefault(row.message_code, set()).add(row.name)
    shared = sorted(sorted(names) for names in by_code.values() if len(names) > 1)
    assert shared == [
        ["CS02aMAC", "CS02aSignature"],
        ["CS02bNOByNO", "CS02bNOByNOHandover"],
        ["CS02bSupplierBySupplier", "CS02bSupplierBySupplierHandover"],
        ["CS02fMAC", "CS02fSignature"],
        ["CS03A2Critical", "CS03A2NonCritical"],
        ["CS03CCritical", "CS03CNonCritical"],
        ["CS04ACCritical", "CS04ACNonCritical"],
    ]


def test_facts_agree_with_the_catalogue_wherever_it_knows() -> None:
    facts = use_case_facts()
    compared = 0
    for row in use_case_rows():
        fact = facts.get(row.use_case)
        if fact is None:
            continue
        assert fact.message_code in row.message_code.upper(), row.use_case
        assert row.protocol == fact.protocol, row.use_case
        if row.critical:
            assert (row.critical == "yes") == (fact.critical == "yes"), row.use_case
            assert row.response_date_time == fact.response_date_time, row.use_case
            assert (row.response_kind == "encrypted values") == (fact.sensitive == "yes"), row.use_case
            assert fact.provenance == "reference-data", row.use_case
        else:
            assert fact.provenance == "inferred", row.use_case
        compared += 1
    assert compared >= 39


def test_every_row_of_the_dispatch_table_leads_somewhere() -> None:
    rows = transform_rows()
    assert {row.use_case for row in rows} <= set(use_cases.USE_CASES)
    assert {row.srv for row in rows} <= set(service_requests())
    keys = [(row.srv, row.device_type, row.content, row.gbcs_from) for row in rows]
    assert len(keys) == len(set(keys))
    for row in rows:
        assert service_requests()[row.srv].is_critical == use_cases.use_case(row.use_case).is_critical, row
