"""Electricity use cases and their transform against the industry's reference data.

Origin: Reference Test Data Set (RTDS) 4.5.0, DUIS request templates and the public test PKI ZAZ1, read from
``../shared/rtds``; see its README for licence. Nothing of it is copied here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from msgspec.structs import replace

from stubs.app import build_command
from stubs.transform import Acb, Command, Target, transform
from stubs.wire import duis, xml
from stubs.wire.certificates import Certificate
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import Cra, Group, Message, use_cases
from stubs.wire.gbcs.crypto import decrypt, encrypt, encryption_key
from stubs.wire.gbcs.use_cases.electricity import ELECTRICITY_CODECS
from stubs.wire.gbcs.use_cases.electricity_alerts import DATA_ALERTS
from tests.reference_data import ABSENT, IS_THERE, KEYSTORE, RTDS, gbcs_file, gbcs_files, octets_of

NOW = datetime(2015, 1, 1, tzinfo=UTC)
SUPPLIER = Eui64.parse("90-B3-D5-1F-30-01-00-00")
NETWORK_OPERATOR = Eui64.parse("90-B3-D5-1F-30-02-00-00")
ACB = Eui64.parse("90-B3-D5-1F-30-00-00-02")
DEVICE_TYPES = {0xA0: "ESME", 0xA2: "CHF", 0xA6: "SAPC"}
KNOWING_USERS = ("ESME", "SAPC")
POLYPHASE = frozenset({"ECS23b", "ECS26k", "ECS29b", "ECS29d", "ECS29f"})
OLDER = {
    "ECS08": "1.0",
    "ECS26d": "1.0",
    "ECS26e": "1.0",
    "ECS26i": "1.0",
    "ECS30": "1.0",
    "CCS05CCS04": "1.0",
    "CCS06": "2.0",
}
"""Use cases that later GBCS versions replaced for the same request."""
BY_THE_BROKER = ("4.6.2", "6.20.2", "7.14", "9.1")
"""Services whose reference request comes from a supplier that the meter does not know."""
DISAGREEING = {
    "ECS25a_6.22_SUCCESS": "the request names event 81B7, the command 81C4 and 81C5",
}
"""Pairs of request and command whose data differ, and in what."""

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not IS_THERE, reason=ABSENT),
]


@dataclass(frozen=True, slots=True)
class Reference:
    name: str
    path: Path
    group: Group
    row: use_cases.UseCase

    @property
    def command(self) -> bytes:
        return read(self.path.with_name(self.path.name.replace("_RESPONSE_", "_COMMAND_"))).content


def read(path: Path) -> Group:
    return Message.from_bytes(octets_of(path)).group


def references(cra: Cra) -> Iterator[Reference]:
    rows = {use_cases.use_case(name).message_code: use_cases.use_case(name) for name in ELECTRICITY_CODECS}
    for path in gbcs_files():
        group = read(path)
        if group.cra is cra and group.other.message_code in rows and group.content[:1] in (b"\xd9", b"\xda"):
            yield Reference(path.stem.removesuffix("_GBCS"), path, group, rows[group.other.message_code])


def ciphers(group: Group) -> tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]:
    reader = group.other.party or group.recipient
    private = load_pem_private_key((KEYSTORE / f"{reader.hex}-ka.key").read_bytes(), None)
    assert isinstance(private, EllipticCurvePrivateKey)
    device = Certificate.from_pem((KEYSTORE / f"{group.originator.hex}-ka.pem").read_bytes())
    key = encryption_key(group, private, device.public_key)
    return partial(encrypt, key=key, device=group.originator), partial(decrypt, key=key, device=group.originator)


def test_every_command_is_read_and_rebuilt_byte_for_byte() -> None:
    different, count = [], 0
    for one in references(Cra.COMMAND):
        group = one.group
        values = use_cases.read_command(one.row.message_code, group.content)
        context = use_cases.CommandContext(group.counter, group.originator, group.recipient, NOW, group.other.party)
        count += 1
        if use_cases.build_command(one.row.name, values, context) != group.content:
            different.append(one.name)
    assert different == []
    assert count >= 210


def test_every_response_is_read_and_rebuilt_byte_for_byte() -> None:
    different, count = [], 0
    for one in references(Cra.RESPONSE):
        encipher, decipher = ciphers(one.group) if one.row.is_sensitive else (None, None)
        values = use_cases.read_response(one.row.message_code, one.group.content, decipher)
        count += 1
        if use_cases.build_response(one.row.name, one.command, values, encipher) != one.group.content:
            different.append(one.name)
    assert different == []
    assert count >= 160


def test_responses_are_dated_signed_and_fail_as_their_use_case_says() -> None:
    wrong = []
    for one in references(Cra.RESPONSE):
        if bool(one.group.date_time) != one.row.response_has_date_time or bool(one.group.signature) != (
            one.row.is_critical
        ):
            wrong.append(one.name)
        if "_ERROR" in one.name:
            results = use_cases.read_response(one.row.message_code, one.group.content)["results"]
            position = next(at for at, code in enumerate(results) if code)
            assert use_cases.error_results(one.row.name, one.command, position) == results, one.name
    assert wrong == []


def test_every_alert_with_data_is_read_and_rebuilt_byte_for_byte() -> None:
    rebuilt = set()
    for path in gbcs_files("*/*_ALERT*.HEX"):
        group = read(path)
        code = group.other.message_code
        if code not in DATA_ALERTS or group.content[:1] != b"\x0f":
            continue
        encipher, decipher = ciphers(group) if code == 0x0061 else (None, None)
        values = use_cases.read_alert(code, group.content, decipher)
        alert_code = int(values["AlertCode"], 16)
        built = use_cases.build_data_alert(code, alert_code, values["Timestamp"], group.counter, values, encipher)
        assert built == group.content, path.name
        rebuilt.add(code)
    assert len(rebuilt) >= 10


def requests() -> list[Path]:
    names = {*ELECTRICITY_CODECS, *(f"ECS47{kind}" for kind in ("Activate", "Deactivate", "Reset")), "ECS62Add"}
    paths = sorted((RTDS / "duis-requests").glob("*_REQUEST_DUIS.XML"))
    return [path for path in paths if path.name.split("_")[0] in names and "_5.1." not in path.name]


def parts(path: Path) -> tuple[str, str, str]:
    stem = path.name.removesuffix("_REQUEST_DUIS.XML")
    use_case, srv = stem.split("_")[:2]
    return stem, use_case, srv


def command_of(path: Path) -> Path:
    stem, use_case, srv = parts(path)
    return gbcs_file(f"{srv}_{use_case}/{stem}_COMMAND_GBCS.HEX")


def made(path: Path) -> Command:
    stem, use_case, srv = parts(path)
    request = duis.read_request(xml.parse(path.read_bytes()))
    assert isinstance(request, duis.ServiceRequest)
    asked = request.header.request_id
    device_type = DEVICE_TYPES[asked.target.octets[-1]]
    is_stranger = device_type not in KNOWING_USERS or srv in BY_THE_BROKER or "_URP_" in stem
    looked_up: dict[str, Any] = {"CustomerIdentificationNumber": "1234"}
    if use_case == "CCS03":
        looked_up = use_cases.read_command(0x0003, read(command_of(path)).content)
    variant = "polyphase" if use_case in POLYPHASE else "twin" if "_TWIN_" in stem else ""
    target = Target(
        asked.target,
        device_type,
        variant,
        OLDER.get(use_case, "4.2"),
        frozenset() if is_stranger else frozenset({SUPPLIER, NETWORK_OPERATOR}),
        NETWORK_OPERATOR,
        looked_up,
    )
    # The broker's counters lie 300 above the request's, but for the read by an unknown party.
    counter = asked.counter + (298 if "_URP_" in stem else 300)
    return transform(request, target, Acb(ACB, counter), NOW)


def test_every_visible_pair_of_request_and_command_agrees_byte_for_byte() -> None:
    different, count = [], 0
    for path in requests():
        if not command_of(path).is_file():
            continue
        group, expected = made(path).group, read(command_of(path))
        if group.other.certificate is not None:
            # Organisation certificates were issued again since: all but their bytes must agree.
            group = replace(group, other=replace(group.other, certificate=expected.other.certificate))
        count += 1
        if group.signed_part != expected.signed_part:
            different.append(parts(path)[0])
    assert different == list(DISAGREEING)
    assert count >= 55


def test_every_visible_pre_command_is_made_byte_for_byte() -> None:
    count = 0
    for path in requests():
        message = command_of(path).with_name(command_of(path).name.replace("_COMMAND_", "_PRECOMMAND_"))
        if message.is_file():
            assert made(path).group.to_bytes() == octets_of(message), path.name
            count += 1
    assert count >= 17


def test_every_request_becomes_the_use_case_that_its_file_names() -> None:
    suffixes = ("Activate", "Deactivate", "Reset", "Add", "Remove")
    wrong = {}
    for path in requests():
        _, use_case, srv = parts(path)
        if use_case == "CCS03" and not command_of(path).is_file():
            continue
        found = made(path).use_case
        if use_case != found and use_case not in {found + suffix for suffix in suffixes}:
            wrong[path.name] = found
        assert srv
    assert wrong == {}
    assert len(requests()) >= 90


def test_the_command_line_builds_the_same_but_for_older_meters_and_logs_it_cannot_know() -> None:
    for path in requests():
        _, use_case, _ = parts(path)
        if use_case in OLDER or use_case == "CCS03" or "_URP_" in path.name:
            continue
        command = made(path)
        device_type = DEVICE_TYPES[command.group.recipient.octets[-1]]
        variant = "polyphase" if use_case in POLYPHASE else "twin" if "_TWIN_" in path.name else "single"
        built = build_command(path.read_bytes(), device_type, variant)
        assert built["group"] == command.group.to_bytes().hex().upper(), path.name


@pytest.mark.parametrize(
    ("command", "alerts"),
    [
        ("1.1.2_ECS01c/ECS01c_1.1.2_{}_COMMAND", ("SWITCHING_TABLE", "PRICE_MATRIX", "SPECIAL_DAYS")),
        ("1.2.1_ECS01b/ECS01b_1.2.1_{}_COMMAND", ("STANDING_CHARGE", "PRICE_MATRIX")),
        ("6.14.2_ECS46c/ECS46c_6.14.2_{}_COMMAND", ("CALENDAR", "SPECIAL_DAYS")),
        (
            "2.1_ECS08a/ECS08a_2.1_{}_COMMAND",
            (
                "SPECIAL_DAYS",
                "MAX_METER_BALANCE",
                "MAX_CREDIT_THRESHOLD",
                "DEBT_RECOVERY_RATE_CAP_AMOUNT",
                "DEBT_RECOVERY_RATE_CAP_PERIOD",
                "LOW_CREDIT_THRESHOLD",
                "EMERGENCY_CREDIT_LIMIT",
                "EMERGENCY_CREDIT_THRESHOLD",
                "CALENDAR",
            ),
        ),
    ],
)
def test_outcome_alerts_follow_from_their_command_in_order(command: str, alerts: tuple[str, ...]) -> None:
    (path,) = gbcs_files(f"{command.format('FUTURE_DATED*SUCCESS')}_GBCS.HEX")
    issued = read(path)
    outcomes = use_cases.outcomes_of(issued.other.message_code, issued.content)
    assert len(outcomes) == len(alerts)
    for detail, outcome in zip(alerts, outcomes, strict=True):
        (found,) = path.parent.glob(f"*_8F66_*_ALERT_{detail}_GBCS.HEX")
        expected = read(found)
        when = use_cases.read_alert(expected.other.message_code, expected.content)["Timestamp"]
        built = use_cases.build_outcome_alert(
            use_cases.FUTURE_DATED_DONE, when, expected.counter, issued.other.message_code, issued.counter, outcome
        )
        assert built == (expected.other.message_code, expected.content)
