"""Gas and ASN.1 use cases, their alerts and their transform against the industry's reference data.

Origin: Reference Test Data Set (RTDS) 4.5.0, DUIS request templates and the public test PKI ZAZ1, read from
``../shared/rtds``; see its README for licence. Nothing of it is copied here. Minimum counts guard against passing
anything over in silence; what disagrees is listed by name with the disagreement.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from stubs.app import build_command, load_pki
from stubs.transform import Acb, Command, Target, check_signed, transform
from stubs.wire import duis, xml
from stubs.wire.certificates import Certificate
from stubs.wire.errors import Refusal
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import Cra, Group, Message, der, gbz, use_cases
from stubs.wire.gbcs.crypto import decrypt, encrypt, encryption_key
from stubs.wire.gbcs.use_cases.gas import GAS_CODECS
from tests.gas_samples import COMMANDS
from tests.reference_data import ABSENT, IS_THERE, KEYSTORE, RTDS, SHARED, gbcs_file, gbcs_files, octets_of

NOW = datetime(2015, 1, 1, tzinfo=UTC)
ACB = Eui64.parse("90-B3-D5-1F-30-00-00-02")
TRANS_COS = Acb(Eui64.parse("90-B3-D5-1F-30-00-00-04"), 6000)
KNOWN = frozenset(Eui64.parse(f"90-B3-D5-1F-30-0{number}-00-00") for number in (1, 2))
DEVICE_TYPES = {0xA0: "ESME", 0xA1: "GSME", 0xA2: "CHF", 0xA3: "GPF", 0xA4: "PPMID", 0xA5: "HCALCS"}
NAMES = ("GCS", "CS0", "CS1", "PCS", "CCS08")
"""Beginnings of the names of files that belong here."""
DATA_ALERTS = {0x00CA, 0x00CB, 0x00CF, 0x00F2, 0x00B2, 0x0128}

LONG_LENGTHS = "CS02"
"""How the names of messages begin whose DER lengths may be longer than needed; rebuilt with minimal ones."""

DISAGREEMENTS = {
    "CS08_11.2_SUCCESS": "the request is the broker's own, the command is a supplier's by the broker",
    "GCS61_4.17_SUCCESS": "the request is a known supplier's for eleven days, the command an unknown one's for 731",
    "GCS09_3.2_SUCCESS": "the request restricts from 2015-02-01, the command from another day",
    "GCS15c_4.4.3_SUCCESS": "the request reads from 2014-12-01 to 2015-11-01, the command another period",
}
"""Pairs whose data disagree, and how."""

REISSUED = ("CS02b", "CS02g")
"""How the names of pairs begin whose certificates were re-issued after the commands were made."""

BROKER_AHEAD = {"CS02aMAC_6.24.1_SUCCESS": 302, "CS02bACBByACB_8.5_SUCCESS": 295}
"""How far the broker's counter is ahead of the request's, where it is not 300."""
LATER = {
    "CS02bSupplierByTransCoS_6.23_IMMEDIATE_SUCCESS": 1,
    "CS02bSupplierByTransCoS_6.23_FUTURE_DATED_SUCCESS": 2,
}
"""How many commands the transitional party sent before."""

VERSIONS = {"GCS21d": "1.1", "CS02aMAC": "3.2"}
"""GBCS version of devices to which older use cases belong."""

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
    def use_case(self) -> use_cases.UseCase:
        return use_cases.use_case_of(self.group.other.message_code)

    @property
    def command(self) -> bytes | None:
        path = self.path.with_name(self.path.name.replace("_RESPONSE_", "_COMMAND_"))
        return read(path).content if path.is_file() else None


def read(path: Path) -> Group:
    return Message.from_bytes(octets_of(path)).group


@pytest.fixture(scope="module")
def references() -> tuple[Reference, ...]:
    found = [Reference(path.stem.removesuffix("_GBCS"), path, read(path)) for path in gbcs_files()]
    chosen = tuple(one for one in found if one.name.startswith(NAMES) or "ZigBee" in one.name)
    assert len(chosen) >= 330
    return chosen


def with_cra(references: tuple[Reference, ...], cra: Cra) -> list[Reference]:
    dlms = ("CS01a", "CS14")
    return [one for one in references if one.group.cra is cra and not one.name.startswith(dlms)]


def private_ka(eui: Eui64) -> EllipticCurvePrivateKey:
    key = load_pem_private_key((KEYSTORE / f"{eui.hex}-ka.key").read_bytes(), None)
    assert isinstance(key, EllipticCurvePrivateKey)
    return key


def ciphers(group: Group) -> tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]:
    device = Certificate.from_pem((KEYSTORE / f"{group.originator.hex}-ka.pem").read_bytes())
    key = encryption_key(group, private_ka(group.other.party or group.recipient), device.public_key)
    return partial(encrypt, key=key, device=group.originator), partial(decrypt, key=key, device=group.originator)


def test_every_command_is_read_and_rebuilt_byte_for_byte(references: tuple[Reference, ...]) -> None:
    commands = with_cra(references, Cra.COMMAND)
    different = []
    for one in commands:
        group, row = one.group, one.use_case
        values = use_cases.read_command(row.message_code, group.content)
        context = use_cases.CommandContext(group.counter, group.originator, group.recipient, NOW)
        if use_cases.build_command(row.name, values, context) != group.content:
            different.append((one.name, values))
    assert different == []
    assert len(commands) >= 170


def test_every_response_is_read_and_rebuilt_byte_for_byte(references: tuple[Reference, ...]) -> None:
    different = set()
    count = 0
    for one in with_cra(references, Cra.RESPONSE):
        row = one.use_case
        encipher, decipher = ciphers(one.group) if row.is_sensitive else (None, None)
        values = use_cases.read_response(row.message_code, one.group.content, decipher)
        command = one.command
        if command is None:
            assert row.name == "CS02bAnyByContingency"  # no such command is public: one of ours stands for it
            context = use_cases.CommandContext(one.group.counter, one.group.recipient, one.group.originator, NOW)
            command = use_cases.build_command(row.name, COMMANDS[row.name], context)
        count += 1
        if use_cases.build_response(row.name, command, values, encipher) != one.group.content:
            assert minimal(one.group.content), one.name
            different.add(one.name)
    assert [name for name in different if not name.startswith(LONG_LENGTHS)] == []
    assert count >= 110


def minimal(content: bytes) -> bool:
    """Whether only lengths longer than needed set the content apart from what would be written."""
    return content[0] == der.SEQUENCE and der.decode(content).to_bytes() != content


def test_every_alert_with_data_is_read_and_rebuilt(references: tuple[Reference, ...]) -> None:
    different = set()
    codes = set()
    for one in with_cra(references, Cra.ALERT):
        code = one.group.other.message_code
        if code not in DATA_ALERTS:
            continue
        codes.add(code)
        found = use_cases.read_alert(code, one.group.content)
        alert_code, when = int(found["AlertCode"], 16), found["Timestamp"]
        built = use_cases.build_data_alert(code, alert_code, when, one.group.counter, found)
        if built != one.group.content:
            assert minimal(one.group.content), one.name
            different.add(one.name)
    assert [name for name in different if not name.startswith(LONG_LENGTHS)] == []
    assert codes == DATA_ALERTS


def test_errors_of_the_reference_follow_error_results(references: tuple[Reference, ...]) -> None:
    checked = 0
    for one in with_cra(references, Cra.RESPONSE):
        # A command for later is accepted even when it fails in the end.
        if "_ERROR" not in one.name or ("FUTURE_DATED" in one.name and one.use_case.protocol == "ASN.1"):
            continue
        row = one.use_case
        decipher = ciphers(one.group)[1] if row.is_sensitive else None
        found = use_cases.read_response(row.message_code, one.group.content, decipher)
        assert not found["MessageSuccess"], one.name
        results = tuple(0 if code == 0x8B else code for code in found["results"])
        if any(results):
            position = next(index for index, code in enumerate(results) if code)
            assert one.command is not None
            assert use_cases.error_results(row.name, one.command, position) == results, one.name
            checked += 1
    assert checked >= 30


def test_a_log_without_entries_is_a_success(references: tuple[Reference, ...]) -> None:
    names = [one for one in with_cra(references, Cra.RESPONSE) if "NOT_FOUND" in one.name]
    for one in names:
        decipher = ciphers(one.group)[1] if one.use_case.is_sensitive else None
        found = use_cases.read_response(one.use_case.message_code, one.group.content, decipher)
        assert found["MessageSuccess"], one.name
    assert len(names) >= 5


def test_responses_carry_a_date_time_exactly_where_the_use_case_says(references: tuple[Reference, ...]) -> None:
    wrong = [
        one.name
        for one in with_cra(references, Cra.RESPONSE)
        if bool(one.group.date_time) != one.use_case.response_has_date_time
    ]
    assert wrong == []


def test_signed_answers_follow_signed_commands(references: tuple[Reference, ...]) -> None:
    for one in with_cra(references, Cra.RESPONSE):
        named = one.name.split("_")[0].removesuffix("Commission")
        row = use_cases.USE_CASES.get(named, one.use_case)
        if one.name == "CS04B_8.8.2_ERROR_RESPONSE":
            continue  # this one carries the message code of CS04AC
        command = one.path.with_name(one.path.name.replace("_RESPONSE_", "_COMMAND_"))
        is_signed = bool(read(command).signature) if command.is_file() else bool(row.signer)
        assert bool(one.group.signature) == (is_signed or row.is_answer_signed), one.name
        # CS02aSignature is also asked for by the broker, with a MAC alone.
        assert is_signed == bool(row.signer) or named == "CS02aSignature", one.name


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("GCS60_4.18_SUCCESS_RESPONSE", {"MeterBalance": 3500000, "MeterBalancePrepaymentMode": 2500000}),
        ("GCS13c_4.1.2_SUCCESS_RELIABLE_GPF_RESPONSE", {"TOURegister1": 1.0, "TOURegister4": 4.0, "Unit": "m3"}),
        ("GCS21a_6.2.8_SUCCESS_RESPONSE", {"CalorificValue": 567.0, "FlowMeasurementPeriod": 3600}),
        ("GCS21k_6.2.3_SUCCESS_RESPONSE", {"Periodicity": "SixMonthly"}),
        ("GCS21j_6.2.9_SUCCESS_RESPONSE", {"PaymentMode": "Prepayment", "SuspendDebtDisabled": True}),
        ("GCS31_14.1_ERROR_RESPONSE", {"MessageSuccess": False, "SampleID": 0xFFFF}),
        ("CS11_3.3_ERROR_RESPONSE", {"MessageSuccess": False, "ClearedLogs": 0}),
        ("GCS39_7.3_SUCCESS_RESPONSE", {"SupplyState": "Armed"}),
        ("CS06_11.3_IMMEDIATE_ERROR_RESPONSE", {"ActivateImageResponseCode": 1, "FirmwareVersion": "0123ABCF"}),
        ("CS03CNonCritical_8.7.2_ERROR_RESPONSE", {"JoinResponseCode": 11, "MessageSuccess": False}),
    ],
)
def test_responses_mean_what_the_guide_says(
    references: tuple[Reference, ...], name: str, values: dict[str, object]
) -> None:
    (one,) = [reference for reference in references if reference.name == name]
    decipher = ciphers(one.group)[1] if one.use_case.is_sensitive else None
    found = use_cases.read_response(one.use_case.message_code, one.group.content, decipher)
    assert {key: found.get(key) for key in values} == values


@pytest.mark.parametrize(
    ("command", "number"),
    [("GCS01a_1.1.1_FUTURE_DATED_BLOCK_SUCCESS", 5), ("GCS01b_1.2.1_FUTURE_DATED_BLOCK_SUCCESS", 2)],
)
def test_outcome_alerts_of_tariffs_follow_from_their_command(
    references: tuple[Reference, ...], command: str, number: int
) -> None:
    groups = {one.name: one.group for one in references}
    issued = groups[f"{command}_COMMAND"]
    code = issued.other.message_code
    stem = command.replace("_FUTURE", "_8F66_FUTURE")
    alerts = sorted(
        (group for name, group in groups.items() if name.startswith(f"{stem}_ALERT")), key=lambda group: group.counter
    )
    outcomes = use_cases.outcomes_of(code, issued.content)
    assert len(alerts) == len(outcomes) == number
    for alert, outcome in zip(alerts, outcomes, strict=True):
        when = use_cases.read_alert(0x00CD, alert.content)["Timestamp"]
        built = use_cases.build_outcome_alert(0x8F66, when, alert.counter, code, issued.counter, outcome)
        assert built == (0x00CD, alert.content)


def requests() -> list[Path]:
    paths = sorted((RTDS / "duis-requests").glob("*_REQUEST_DUIS.XML"))
    return [path for path in paths if path.name.startswith(("GCS", "CS0", "CS1")) and not path.name.startswith("CS01a")]


def looked_up(path: Path) -> dict[str, Any]:
    """What the DCC would know of the other device: here it is taken from the command itself."""
    found: dict[str, Any] = {"CustomerIdentificationNumber": "1234"}
    if path.name.startswith("CS03"):
        message = counterpart(path, "COMMAND")
        if message is not None:
            code = read(message).other.message_code
            values = use_cases.read_command(code, read(message).content)
            found |= {key: values[key] for key in ("OtherDeviceType", "Certificate") if key in values}
    return found


def made(path: Path) -> Command:
    request = duis.read_request(xml.parse(path.read_bytes()))
    assert isinstance(request, duis.ServiceRequest)
    asked = request.header.request_id
    device_type = DEVICE_TYPES[asked.target.octets[-1]]
    target = Target(
        asked.target,
        device_type,
        "single" if device_type == "ESME" else "",
        VERSIONS.get(path.name.split("_")[0], "4.2"),
        KNOWN if device_type in ("ESME", "GSME", "GPF") else frozenset(),
        looked_up=looked_up(path),
    )
    ahead = BROKER_AHEAD.get(stem_of(path), 300)
    trans_cos = Acb(TRANS_COS.eui, TRANS_COS.counter + LATER.get(stem_of(path), 0))
    return transform(request, target, Acb(ACB, asked.counter + ahead), NOW, trans_cos)


def stem_of(path: Path) -> str:
    return path.name.removesuffix("_REQUEST_DUIS.XML")


def counterpart(path: Path, kind: str) -> Path | None:
    use_case, variant = stem_of(path).split("_")[:2]
    message = gbcs_file(f"{variant}_{use_case}/{stem_of(path)}_{kind}_GBCS.HEX")
    return message if message.is_file() else None


def pairs(kind: str) -> list[tuple[Path, Path]]:
    found = [(path, counterpart(path, kind)) for path in requests()]
    return [(path, message) for path, message in found if message is not None]


def test_every_visible_pair_of_request_and_command_agrees_byte_for_byte() -> None:
    compared = [pair for pair in pairs("COMMAND") if not stem_of(pair[0]).startswith(REISSUED)]
    different = {stem_of(path) for path, message in compared if made(path).group.signed_part != bare(message)}
    assert different == set(DISAGREEMENTS)
    assert len(compared) >= 57


def test_every_visible_pre_command_is_made_byte_for_byte() -> None:
    different = {
        stem_of(path)
        for path, message in pairs("PRECOMMAND")
        if not stem_of(path).startswith(REISSUED) and made(path).group.to_bytes() != octets_of(message)
    }
    assert different == set()
    assert len(pairs("PRECOMMAND")) >= 18


def bare(message: Path) -> bytes:
    return read(message).signed_part


def test_commands_with_reissued_certificates_have_the_same_structure() -> None:
    reissued = [pair for pair in pairs("COMMAND") if stem_of(pair[0]).startswith(REISSUED)]
    for path, message in reissued:
        ours, theirs = made(path).group, read(message)
        code = theirs.other.message_code
        mine, other = (outline(use_cases.read_command(code, content)) for content in (ours.content, theirs.content))
        assert mine == other, stem_of(path)
        assert (ours.counter, ours.originator, ours.recipient) == (theirs.counter, theirs.originator, theirs.recipient)
    assert len(reissued) >= 8


def outline(value: Any) -> Any:
    """Named values with every certificate blanked."""
    if isinstance(value, dict):
        return {key: "…" if key == "Certificate" else outline(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple("…" if isinstance(item, str) and len(item) > 200 else outline(item) for item in value)
    return value


def test_every_request_becomes_the_use_case_its_file_names() -> None:
    found = {path.name: made(path).use_case for path in requests()}
    assert {name: name.split("_")[0].removesuffix("Commission") for name in found} == found
    assert len(found) >= 68


def test_signed_commands_pass_the_check_of_the_pre_command_they_answer() -> None:
    checked = 0
    for path, message in pairs("COMMAND"):
        command = made(path)
        if use_cases.use_case(command.use_case).is_critical and not stem_of(path).startswith(REISSUED):
            certificate = KEYSTORE / f"{command.group.originator.hex}-ds.pem"
            public = Certificate.from_pem(certificate.read_bytes()).public_key
            check_signed(command.group, read(message), public)
            checked += 1
    assert checked >= 16


def test_the_command_line_builds_every_request() -> None:
    pki = load_pki(KEYSTORE)
    for path in requests():
        request = duis.read_request(xml.parse(path.read_bytes()))
        device_type = DEVICE_TYPES[request.header.request_id.target.octets[-1]]
        version = VERSIONS.get(path.name.split("_")[0], "4.2")
        known = {name: value for name, value in looked_up(path).items() if name != "Certificate"}
        built = build_command(path.read_bytes(), device_type, "", version, known, pki)
        assert built["payload"], path.name


def test_a_request_to_a_device_that_cannot_take_it_is_refused() -> None:
    for path in requests():
        with pytest.raises(Refusal) as refused:
            build_command(path.read_bytes(), "IHD")
        assert refused.value.rule == "device-type"


OBJECT_MAP = SHARED / "reference" / "gbcs-object-map.csv"


def heads(rows: list[dict[str, str]]) -> list[str]:
    """Cluster, frame control and command of each component, neighbours of the same kind once; attributes read."""
    found: list[str] = []
    for row in rows:
        head = row["target"]
        if row["data_shape"] == "read":
            head += " " + "".join(character for character in row["sample"] if character.isalnum())
        if not found or found[-1] != head:
            found.append(head)
    return found


def our_heads(content: bytes) -> list[str]:
    found: list[str] = []
    for one in gbz.GbzMessage.from_bytes(content).components:
        head = f"cluster {one.cluster:04x} frame {one.frame_control:02x} command {one.command:02x}"
        if (one.frame_control, one.command) == (0, gbz.READ_ATTRIBUTES):
            head += " read" + "".join(f"{number:04x}" for number in gbz.read_attribute_ids(one.payload))
        if not found or found[-1] != head:
            found.append(head)
    return found


@pytest.mark.skipif(not OBJECT_MAP.is_file(), reason="../shared/reference is absent: put the object map there")
def test_every_gas_command_has_the_components_of_the_object_map() -> None:
    by_use_case: dict[str, list[dict[str, str]]] = {}
    with OBJECT_MAP.open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            if row["message"] == "command" and row["target"].startswith("cluster"):
                by_use_case.setdefault(row["directory"].partition("_")[2], []).append(row)
    compared = 0
    for name in GAS_CODECS:
        values = dict(COMMANDS.get(name, {}))
        if name in ("GCS01a", "GCS01b"):
            # The map shows block tariffs.
            values = {key: value for key, value in values.items() if key != "TOUPrices"}
            values |= {"BlockPrices": (1, 2), "BlockThresholds": (1,)}
        context = use_cases.CommandContext(1, ACB, ACB, NOW)
        assert our_heads(use_cases.build_command(name, values, context)) == heads(by_use_case[name]), name
        compared += 1
    assert compared == 44
