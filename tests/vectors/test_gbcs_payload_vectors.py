"""Payload codecs, use cases and transform against the industry's reference data.

Origin: Reference Test Data Set (RTDS) 4.5.0, DUIS request templates and the public test PKI ZAZ1, read from
``../shared/rtds``; see its README for licence. Nothing of it is copied here. Minimum counts guard against passing
anything over in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from schemas.load import transform_rows
from stubs.transform import Acb, Target, check_signed, transform
from stubs.wire import duis, xml
from stubs.wire.certificates import Certificate
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import Cra, Group, Message, der, dlms, gbz, use_cases
from stubs.wire.gbcs.crypto import decrypt, encrypt, encryption_key
from tests.reference_data import ABSENT, FEWEST, IS_THERE, KEYSTORE, RTDS, gbcs_file, gbcs_files, octets_of

NOW = datetime(2015, 1, 1, tzinfo=UTC)
SUPPLIER = Eui64.parse("90-B3-D5-1F-30-01-00-00")
NETWORK_OPERATOR = Eui64.parse("90-B3-D5-1F-30-02-00-00")
ACB = Eui64.parse("90-B3-D5-1F-30-00-00-02")
FIRST_SERVICES = frozenset(
    "1.5 1.6 2.2 3.1 4.1.1 4.3 6.11 6.13 7.1 7.2 7.4 8.1.1 8.11 11.2".split()  # noqa: SIM905 - reads as a list
)
"""The services whose use cases are compared here; the others have files of their own."""
DISAGREEING = {"CS08_11.2_SUCCESS_REQUEST_DUIS.XML": "the request is the broker's own, the command a supplier's by it"}
"""Pairs of request and command that do not belong together, and why."""
DEVICE_TYPES = {0xA0: "ESME", 0xA1: "GSME", 0xA2: "CHF", 0xA3: "GPF", 0xA4: "PPMID"}

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not IS_THERE, reason=ABSENT),
]


@dataclass(frozen=True, slots=True)
class Reference:
    name: str
    path: Path
    group: Group

    @property
    def command(self) -> bytes:
        return read(self.path.with_name(self.path.name.replace("_RESPONSE_", "_COMMAND_"))).content


def read(path: Path) -> Group:
    return Message.from_bytes(octets_of(path)).group


@pytest.fixture(scope="module")
def references() -> tuple[Reference, ...]:
    found = tuple(Reference(path.stem.removesuffix("_GBCS"), path, read(path)) for path in gbcs_files())
    assert len(found) >= FEWEST
    return found


def of_known_use_cases(references: tuple[Reference, ...], cra: Cra) -> Iterator[tuple[Reference, use_cases.UseCase]]:
    names = {row.use_case for row in transform_rows() if row.srv in FIRST_SERVICES}
    codes = {row.message_code: row for row in use_cases.USE_CASES.values() if row.name in names}
    for one in references:
        if one.group.cra is cra and one.group.other.message_code in codes:
            yield one, codes[one.group.other.message_code]


def public_ka(eui: Eui64) -> Certificate:
    return Certificate.from_pem((KEYSTORE / f"{eui.hex}-ka.pem").read_bytes())


def private_ka(eui: Eui64) -> EllipticCurvePrivateKey:
    key = load_pem_private_key((KEYSTORE / f"{eui.hex}-ka.key").read_bytes(), None)
    assert isinstance(key, EllipticCurvePrivateKey)
    return key


def ciphers(group: Group) -> tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]:
    reader = group.other.party or group.recipient
    key = encryption_key(group, private_ka(reader), public_ka(group.originator).public_key)
    return (
        partial(encrypt, key=key, device=group.originator),
        partial(decrypt, key=key, device=group.originator),
    )


def test_every_dlms_payload_is_rebuilt_byte_for_byte(references: tuple[Reference, ...]) -> None:
    kinds: dict[int, type[dlms.AccessRequest | dlms.AccessResponse | dlms.DataNotification]] = {
        0xD9: dlms.AccessRequest,
        0xDA: dlms.AccessResponse,
        0x0F: dlms.DataNotification,
    }
    payloads = [(one.name, one.group.content) for one in references if one.group.content[0] in kinds]
    different = [name for name, data in payloads if kinds[data[0]].from_bytes(data).to_bytes() != data]
    assert different == []
    assert len(payloads) >= 491


def test_every_gbz_payload_is_rebuilt_byte_for_byte(references: tuple[Reference, ...]) -> None:
    payloads = [(one.name, one.group) for one in references if one.group.content[:2] == gbz.components.PROFILE]
    different = []
    for name, group in payloads:
        kind = gbz.GbzAlert if group.cra is Cra.ALERT else gbz.GbzMessage
        if kind.from_bytes(group.content).to_bytes() != group.content:
            different.append(name)
    assert different == []
    assert len(payloads) >= 251


def test_every_asn1_payload_is_read_and_differs_only_by_longer_lengths(references: tuple[Reference, ...]) -> None:
    payloads = [one for one in references if one.group.content[0] in (0x30, 0x02, 0x04, 0x05)]
    assert len(payloads) >= 120
    for one in payloads:
        value = der.decode(one.group.content)
        rebuilt = value.to_bytes()
        assert strip(der.decode(rebuilt)) == strip(value), one.name
        # Only credential responses and their alerts have such lengths (trap 9 of the guide).
        assert rebuilt == one.group.content or one.name.startswith("CS02"), one.name


def strip(value: der.Tlv) -> object:
    return value.tag, [strip(member) for member in value.members] if value.is_constructed else value.content


def test_every_command_is_read_and_rebuilt_byte_for_byte(references: tuple[Reference, ...]) -> None:
    different = []
    count = 0
    for one, row in of_known_use_cases(references, Cra.COMMAND):
        group = one.group
        values = use_cases.read_command(row.message_code, group.content)
        context = use_cases.CommandContext(group.counter, group.originator, group.recipient, NOW, group.other.party)
        count += 1
        if use_cases.build_command(row.name, values, context) != group.content:
            different.append((one.name, values))
    assert different == []
    assert count >= 90


def test_every_response_is_read_and_rebuilt_byte_for_byte(references: tuple[Reference, ...]) -> None:
    different = []
    count = 0
    for one, row in of_known_use_cases(references, Cra.RESPONSE):
        encipher, decipher = ciphers(one.group) if row.is_sensitive else (None, None)
        values = use_cases.read_response(row.message_code, one.group.content, decipher)
        count += 1
        if use_cases.build_response(row.name, one.command, values, encipher) != one.group.content:
            different.append((one.name, values))
    assert different == []
    assert count >= 60


def test_responses_carry_a_date_time_exactly_where_the_use_case_says(references: tuple[Reference, ...]) -> None:
    wrong = [
        one.name
        for one, row in of_known_use_cases(references, Cra.RESPONSE)
        if bool(one.group.date_time) != row.response_has_date_time
    ]
    assert wrong == []


def test_signed_answers_are_those_of_critical_use_cases(references: tuple[Reference, ...]) -> None:
    wrong = [
        one.name
        for one, row in of_known_use_cases(references, Cra.RESPONSE)
        if bool(one.group.signature) != row.is_critical
    ]
    assert wrong == []


def test_errors_of_the_reference_follow_error_results(references: tuple[Reference, ...]) -> None:
    checked = 0
    for one, row in of_known_use_cases(references, Cra.RESPONSE):
        if "_ERROR" not in one.name:
            continue
        decipher = ciphers(one.group)[1] if row.is_sensitive else None
        found = use_cases.read_response(row.message_code, one.group.content, decipher)
        assert not found["MessageSuccess"], one.name
        results = found["results"]
        if any(results):
            position = next(index for index, code in enumerate(results) if code)
            assert use_cases.error_results(row.name, one.command, position) == results, one.name
            checked += 1
    assert checked >= 20


@pytest.mark.parametrize(
    ("name", "values"),
    [
        (
            "ECS17b_4.1.1_SINGLE_SUCCESS_RESPONSE",
            {"ActiveImportRegister": 10, "ReactiveImportRegister": 10},
        ),
        (
            "ECS17b_4.1.1_TWIN_SUCCESS_RESPONSE",
            {"ActiveImportRegister": 10, "ReactiveImportRegister": 10, "SecondaryActiveImportRegister": 10},
        ),
        ("GCS13a_4.1.1_SUCCESS_RELIABLE_GPF_RESPONSE", {"ConsumptionRegister": 12.345, "Unit": "m3"}),
        ("GCS14_4.3_SUCCESS_RELIABLE_GPF_RESPONSE", {"MeterBalance": 2500000, "TimeDebtRegister2": 5000}),
        ("ECS52_11.2_SUCCESS_RESPONSE", {"FirmwareVersion": "0123ABCD"}),
        ("GCS38_11.2_SUCCESS_RESPONSE", {"FirmwareVersion": "0123ABCD"}),
        ("ECS70_6.11_SUCCESS_RESPONSE", {"DeviceTime": NOW, "TimeStatus": "reliable"}),
        ("GCS32_7.2_SUCCESS_RESPONSE", {"SupplyState": "Disabled"}),
        ("CS10a_6.13_NOT_FOUND_RESPONSE", {"LogEntries": (), "MessageSuccess": True}),
    ],
)
def test_responses_mean_what_the_guide_says(
    references: tuple[Reference, ...], name: str, values: dict[str, object]
) -> None:
    (one,) = [reference for reference in references if reference.name == name]
    row = use_cases.use_case_of(one.group.other.message_code)
    decipher = ciphers(one.group)[1] if row.is_sensitive else None
    found = use_cases.read_response(row.message_code, one.group.content, decipher)
    assert {key: found.get(key) for key in values} == values


def test_logs_of_the_reference_have_their_entries(references: tuple[Reference, ...]) -> None:
    names = {"ECS35a": 33, "ECS35d": 13, "ECS35e": 33, "CS10a": 32, "CS10b": 32}
    for one, row in of_known_use_cases(references, Cra.RESPONSE):
        if row.name in names and one.name.endswith("_SUCCESS_RESPONSE"):
            entries = use_cases.read_response(row.message_code, one.group.content)["LogEntries"]
            assert len(entries) == names[row.name], one.name
            assert entries[0]["Timestamp"] == datetime(2014, 12, 31, tzinfo=UTC)


def test_generic_and_outcome_alerts_are_rebuilt_byte_for_byte(references: tuple[Reference, ...]) -> None:
    rebuilt = 0
    for one in references:
        group, code = one.group, one.group.other.message_code
        if group.cra is not Cra.ALERT or code not in (0x1000, 0x1001, 0x00CC, 0x00CD):
            continue
        found = use_cases.read_alert(code, group.content)
        form = "DLMS" if group.content[0] == 0x0F else "GBZ"
        alert_code = int(found["AlertCode"], 16)
        if code in (0x1000, 0x1001):
            built = use_cases.build_alert(form, alert_code, found["Timestamp"], group.counter)
        else:
            if form == "DLMS":
                target = found["ClassID"].to_bytes(2, "big") + dlms.obis(found["Instance"])
                target += bytes((found["Attribute"],))
            else:
                target = bytes.fromhex(found["Cluster"]) + bytes((found["FrameControl"], found["Command"]))
            message_code, built = use_cases.build_outcome_alert(
                alert_code,
                found["Timestamp"],
                group.counter,
                int(found["FutureDatedCommandMessageCode"], 16),
                found["FutureDatedCommandOriginatorCounter"],
                use_cases.Instruction(form, target),
            )
            assert message_code == code
        assert built == group.content, one.name
        rebuilt += 1
    assert rebuilt >= 6


@pytest.mark.parametrize(
    ("command", "alerts"),
    [
        (
            "ECS03_1.6_FUTURE_DATED_TWIN_SUCCESS_COMMAND",
            (
                "ECS03_1.6_8F66_FUTURE_DATED_TWIN_SUCCESS_ALERT_DISABLEMENT_THRESHOLD",
                "ECS03_1.6_8F66_FUTURE_DATED_TWIN_SUCCESS_ALERT_PAYMENT_MODE",
            ),
        ),
        (
            "GCS03_1.6_FUTURE_DATED_SUCCESS_COMMAND",
            ("GCS03_1.6_8F66_FUTURE_DATED_SUCCESS_ALERT_CHANGE_PAYMENT_MODE",),
        ),
    ],
)
def test_outcome_alerts_follow_from_their_command(
    references: tuple[Reference, ...], command: str, alerts: tuple[str, ...]
) -> None:
    groups = {one.name: one.group for one in references}
    issued = groups[command]
    values = use_cases.read_command(issued.other.message_code, issued.content)
    outcomes = use_cases.outcomes_of(issued.other.message_code, issued.content)
    assert len(outcomes) == len(alerts)
    for name, outcome in zip(alerts, outcomes, strict=True):
        expected = groups[name]
        when = use_cases.read_alert(expected.other.message_code, expected.content)["Timestamp"]
        built = use_cases.build_outcome_alert(
            use_cases.FUTURE_DATED_DONE,
            when,
            expected.counter,
            issued.other.message_code,
            issued.counter,
            outcome,
        )
        assert built == (expected.other.message_code, expected.content)
    assert values["ExecutionDateTime"] == datetime(2030, 1, 15, 9, tzinfo=UTC) or command.startswith("GCS03")


def simulated_requests() -> list[Path]:
    paths = sorted((RTDS / "duis-requests").glob("*_REQUEST_DUIS.XML"))
    return [path for path in paths if path.name.split("_")[1] in FIRST_SERVICES]


def made(path: Path) -> tuple[Group, str]:
    request = duis.read_request(xml.parse(path.read_bytes()))
    assert isinstance(request, duis.ServiceRequest)
    asked = request.header.request_id
    device_type = DEVICE_TYPES[asked.target.octets[-1]]
    known = frozenset({SUPPLIER, NETWORK_OPERATOR}) if device_type in ("ESME", "GSME", "GPF") else frozenset[Eui64]()
    variant = "twin" if "_TWIN_" in path.name else "single" if device_type == "ESME" else ""
    target = Target(asked.target, device_type, variant, "4.2", known, NETWORK_OPERATOR)
    command = transform(request, target, Acb(ACB, asked.counter + 300), NOW)
    return command.group, command.use_case


def counterparts(kind: str) -> list[tuple[Path, Path]]:
    pairs = []
    for path in simulated_requests():
        stem = path.name.removesuffix("_REQUEST_DUIS.XML")
        use_case, variant, _ = stem.split("_", 2) if stem.count("_") > 1 else (*stem.split("_"), "")
        message = gbcs_file(f"{variant}_{use_case}/{stem}_{kind}_GBCS.HEX")
        if message.is_file():
            pairs.append((path, message))
    return pairs


def test_every_visible_pair_of_request_and_command_agrees_byte_for_byte() -> None:
    pairs = [pair for pair in counterparts("COMMAND") if pair[0].name not in DISAGREEING]
    assert [path.name for path, message in pairs if made(path)[0].signed_part != read(message).signed_part] == []
    assert len(pairs) >= 34


def test_every_visible_pre_command_is_made_byte_for_byte() -> None:
    pairs = counterparts("PRECOMMAND")
    different = [path.name for path, message in pairs if made(path)[0].to_bytes() != octets_of(message)]
    assert different == []
    assert len(pairs) >= 11


def test_every_request_of_a_simulated_service_becomes_the_use_case_its_file_names() -> None:
    paths = simulated_requests()
    found = {path.name: made(path)[1] for path in paths}
    assert {name: name.split("_")[0].removesuffix("Commission") for name in found} == found
    assert len(found) >= 39


def test_signed_commands_pass_the_check_of_the_pre_command_they_answer() -> None:
    pairs = counterparts("COMMAND")
    checked = 0
    for path, message in pairs:
        issued, name = made(path)
        if use_cases.use_case(name).is_critical:
            certificate = Certificate.from_pem((KEYSTORE / f"{issued.originator.hex}-ds.pem").read_bytes())
            check_signed(issued, read(message), certificate.public_key)
            checked += 1
    assert checked >= 11
