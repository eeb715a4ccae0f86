"""Values read from a message rebuild it: every use case of the public list; commands, responses and alerts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import pytest

from schemas.load import use_cases as listed_use_cases
from stubs.wire.gbcs import dlms, use_cases
from stubs.wire.gbcs.crypto import decrypt, encryption_key
from stubs.wire.gbcs.use_cases import CommandContext, Instruction
from tests.own_messages import DEVICE, NOW, OwnMessage, bench, own_messages, sealing

OUTCOMES = {0x00CC: "DLMS", 0x00CD: "GBZ"}
OUTCOME_COUNTER = 5
"""The counter in which the samples' outcome alerts are made; nothing in what is read says it."""
GENERIC = {use_cases.CRITICAL_ALERT, use_cases.NON_CRITICAL_ALERT}


@dataclass(frozen=True)
class Case:
    """A message and, when it is a response, the content of the command it answers."""

    message: OwnMessage
    command: bytes


@cache
def cases() -> tuple[Case, ...]:
    return tuple(with_commands())


def with_commands() -> Iterator[Case]:
    command = b""
    for one in own_messages():
        if one.kind == "command":
            command = one.group.content
        yield Case(one, command)


def opening(message: OwnMessage) -> Callable[[bytes], bytes]:
    group = message.group
    reader = group.other.party or group.recipient
    device = bench().credentials(DEVICE).ka.certificate.public_key
    key = encryption_key(group, bench().keys[reader, "KA"].private_key, device, bench().agree)
    return partial(decrypt, key=key, device=DEVICE)


def rebuilt(case: Case) -> bytes:
    message, group = case.message, case.message.group
    code = group.other.message_code
    if message.kind == "alert":
        return rebuilt_alert(message)
    if message.kind == "response":
        values = use_cases.read_response(code, group.content, opening(message))
        return use_cases.build_response(message.use_case, case.command, values, sealing(group))
    context = CommandContext(group.counter, group.originator, group.recipient, NOW, group.other.party)
    return use_cases.build_command(message.use_case, use_cases.read_command(code, group.content), context)


def rebuilt_alert(message: OwnMessage) -> bytes:
    group, code = message.group, message.group.other.message_code
    found = use_cases.read_alert(code, group.content, opening(message))
    alert_code, when = int(found["AlertCode"], 16), found["Timestamp"]
    if code in GENERIC:
        protocol = "DLMS" if group.content[:1] == b"\x0f" else "GBZ"
        return use_cases.build_alert(protocol, alert_code, when, group.counter)
    if code not in OUTCOMES:
        parties = {"ProtectedFor": str(group.recipient)}
        return use_cases.build_data_alert(code, alert_code, when, group.counter, parties | found, sealing(group))
    command, counter = int(found["FutureDatedCommandMessageCode"], 16), found["FutureDatedCommandOriginatorCounter"]
    instruction = Instruction(OUTCOMES[code], target_of(found))
    made = use_cases.build_outcome_alert(alert_code, when, OUTCOME_COUNTER, command, counter, instruction)
    assert made[0] == code
    return made[1]


def target_of(found: dict[str, Any]) -> bytes:
    if "ClassID" in found:
        return bytes((*found["ClassID"].to_bytes(2, "big"), *dlms.obis(found["Instance"]), found["Attribute"]))
    return bytes((*bytes.fromhex(found["Cluster"]), found["FrameControl"], found["Command"]))


def not_rebuilt(use_case: str) -> list[str]:
    chosen = [case for case in cases() if case.message.use_case == use_case]
    assert chosen
    return [
        f"{case.message.kind} {case.message.name}" for case in chosen if rebuilt(case) != case.message.group.content
    ]


@pytest.mark.parametrize("use_case", use_cases.USE_CASES)
def test_commands_and_responses_are_rebuilt_from_what_was_read(use_case: str) -> None:
    assert not_rebuilt(use_case) == []


def test_alerts_are_rebuilt_from_what_was_read() -> None:
    assert not_rebuilt("") == []


def test_every_use_case_of_the_list_is_among_them() -> None:
    codes = {case.message.group.other.message_code for case in cases()}
    rows = listed_use_cases()
    assert len(rows) == 241
    named = {row.use_case: {int(code, 16) for code in row.message_code.split("/")} for row in rows}
    assert [name for name, known in named.items() if not known & codes] == []
