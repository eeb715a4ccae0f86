"""Messages of ours for every use case: commands, Pre-Commands, responses of every outcome, alerts; with real keys.

Values are those of the sample modules; who speaks to whom, and what protects a message, follows the use case's row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

from msgspec.structs import replace

from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import Cra, Group, Message, OtherInformation, use_cases
from stubs.wire.gbcs.crypto import add_mac, encrypt, encryption_key, sign
from stubs.wire.gbcs.use_cases import CommandContext, Encrypt, UseCase
from tests import electricity_samples, first_samples, gas_samples
from tests.device_bench import DeviceBench, make_device_bench

NOW = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)
DEVICE = Eui64.parse("DE-51-CE-00-00-00-00-E1")
COUNTER = 1768471200001
COMMANDS: dict[str, dict[str, Any]] = {
    **electricity_samples.COMMANDS,
    **gas_samples.COMMANDS,
    **first_samples.COMMANDS,
}
RESPONSES: dict[str, dict[str, Any]] = {
    **electricity_samples.RESPONSES,
    **gas_samples.RESPONSES,
    **first_samples.RESPONSES,
    "GCS15c": gas_samples.RESPONSES["GCS15b"],
}
REFUSED: dict[str, dict[str, Any]] = {
    **{
        key: {"JoinResponseCode": 3}
        for key in ("CS03A1", "CS03A2Critical", "CS03A2NonCritical", "CS03B", "CS03CCritical", "CS03CNonCritical")
    },
    **{key: {"UnjoinResponseCode": 1} for key in ("CS04ACCritical", "CS04ACNonCritical", "CS04B")},
    "CS02c": {"IssueCredentialsResponseCode": 2},
    "CS02d": {"UpdateSecurityCredentialsResponseCode": 5},
    "CS02e": {"RetrieveDeviceSecurityCredentialsStatusCode": 3},
    "CS06": {"ActivateImageResponseCode": 2, "FirmwareVersion": "0123ABCD"},
    "CS07": {"ReadLogResponseCode": 1},
}
"""Values of ASN.1 responses that say no."""
CANCELS = {"ExecutionDateTime": use_cases.CANCELLED}
MOST_OUTCOMES = 3


@dataclass(frozen=True, slots=True)
class OwnMessage:
    """One message of ours.

    Args:
        name: use case and outcome.
        kind: ``pre-command``, ``command``, ``response`` or ``alert``.
        use_case: its name; empty for alerts.
        group: GROUP.
        data: the whole message.
    """

    name: str
    kind: str
    use_case: str
    group: Group
    data: bytes


@cache
def bench() -> DeviceBench:
    return make_device_bench(now=NOW)


@cache
def own_messages() -> tuple[OwnMessage, ...]:
    """All of them, the same every time but for signatures."""
    return (*(one for row in use_cases.USE_CASES.values() for one in of_use_case(row)), *alerts())


def of_use_case(row: UseCase) -> Iterator[OwnMessage]:
    values = COMMANDS.get(row.name, {})
    forms = {"": values, " at once": {name: value for name, value in values.items() if name != "ExecutionDateTime"}}
    if "ExecutionDateTime" in values:
        forms[" cancelled"] = values | CANCELS
    else:
        del forms[" at once"]
    for form, chosen in forms.items():
        yield from _conversation(row, form, chosen)
    if not row.is_critical and row.protocol != "ASN.1":
        yield from _conversation(row, " by the ACB", values, bench().stranger)


def _conversation(row: UseCase, form: str, values: dict[str, Any], user: Eui64 | None = None) -> Iterator[OwnMessage]:
    keys = bench().keys
    speaker = bench().acb if user else bench().supplier
    context = CommandContext(COUNTER, speaker, DEVICE, NOW, user)
    certificate = keys[user, "KA"].certificate.der if user and row.is_sensitive else None
    other = OtherInformation(row.message_code, user, COUNTER + 300 if user else None, certificate=certificate)
    content = use_cases.build_command(row.name, values, context)
    bare = Group(Cra.COMMAND, COUNTER, speaker, DEVICE, b"", other, content, None)
    name = f"{row.name}{form}"
    if row.is_critical:
        yield OwnMessage(name, "pre-command", row.name, bare, Message(bare).to_bytes())
    signed = sign(bare, keys[speaker, "DS"].private_key) if row.signer else replace(bare, signature=b"")
    device = bench().credentials(DEVICE)
    command = add_mac(signed, keys[bench().acb, "KA"].private_key, device.ka.certificate.public_key, bench().agree)
    yield OwnMessage(name, "command", row.name, command.group, command.to_bytes())
    for outcome, answer in _answers(row, content).items():
        yield _response(row, f"{name}{outcome}", signed, answer)


def _answers(row: UseCase, content: bytes) -> dict[str, dict[str, Any]]:
    values = RESPONSES.get(row.name, {})
    found = {" done": values}
    if row.name in REFUSED:
        found[" refused"] = REFUSED[row.name]
    rows = len(use_cases.error_results(row.name, content)) if row.protocol != "ASN.1" else 0
    for position in sorted({0, rows // 2, rows - 1})[:MOST_OUTCOMES] if rows else ():
        results = use_cases.error_results(row.name, content, position)
        full = _long_enough(values) if row.protocol == "GBZ" else values
        found[f" failed at {position}"] = full | {"results": results}
    return found


def _long_enough(values: dict[str, Any]) -> dict[str, Any]:
    """With the fullest logs: a failing row needs values for all before it."""
    logs = {name: found[:1] * 31 for name, found in values.items() if name.endswith("LogEntries") and found}
    return values | logs


def _response(row: UseCase, name: str, command: Group, values: dict[str, Any]) -> OwnMessage:
    user = command.other.party
    sealed = user is not None and row.is_sensitive
    other = OtherInformation(
        row.message_code, user, command.other.counter if user else None, originator_counter=77 if sealed else None
    )
    moment = use_cases.response_date_time(NOW) if row.response_has_date_time else b""
    shell = Group(Cra.RESPONSE, COUNTER, DEVICE, command.originator, moment, other, b"", b"")
    content = use_cases.build_response(row.name, command.content, values, sealing(shell))
    return _protected(
        name, "response", row.name, replace(shell, content=content), is_signed=bool(row.signer) or row.is_answer_signed
    )


def sealing(shell: Group) -> Encrypt:
    """Encrypts for whoever may read the message."""
    reader = shell.other.party or shell.recipient
    public = bench().keys[reader, "KA"].certificate.public_key
    key = encryption_key(shell, bench().credentials(DEVICE).ka.private_key, public, bench().agree)
    return partial(encrypt, key=key, device=DEVICE)


def _protected(name: str, kind: str, use_case: str, group: Group, *, is_signed: bool) -> OwnMessage:
    device = bench().credentials(DEVICE)
    if is_signed:
        message = Message(sign(group, device.ds.private_key))
    else:
        public = bench().keys[group.recipient, "KA"].certificate.public_key
        message = add_mac(group, device.ka.private_key, public, bench().agree)
    return OwnMessage(name, kind, use_case, message.group, message.to_bytes())


def alerts() -> Iterator[OwnMessage]:
    """Generic alerts of both forms, outcomes of future-dated commands, alerts with data."""
    for protocol in ("DLMS", "GBZ"):
        for code, alert_code in ((use_cases.CRITICAL_ALERT, 0x8F3F), (use_cases.NON_CRITICAL_ALERT, 0x810E)):
            content = use_cases.build_alert(protocol, alert_code, NOW, COUNTER)
            yield _alert(f"{protocol} {alert_code:04X}", code, content)
    for row in use_cases.USE_CASES.values():
        if "ExecutionDateTime" not in COMMANDS.get(row.name, {}) or row.protocol == "ASN.1":
            continue
        context = CommandContext(COUNTER, bench().supplier, DEVICE, NOW)
        command = use_cases.build_command(row.name, COMMANDS[row.name], context)
        for instruction in use_cases.outcomes_of(row.message_code, command):
            for done in (use_cases.FUTURE_DATED_DONE, use_cases.FUTURE_DATED_FAILED):
                code, content = use_cases.build_outcome_alert(done, NOW, 5, row.message_code, COUNTER, instruction)
                yield _alert(f"{row.protocol} outcome {done:04X} of {row.name}", code, content)
    named = {**{code: dict(values) for code, values in electricity_samples.ALERTS.items()}, **gas_samples.ALERTS}
    for code, values in named.items():
        parties = {"Device": str(DEVICE), "ProtectedFor": str(bench().supplier)}
        alert_code = ALERT_CODES.get(code, 0x8F12)
        other = OtherInformation(code)
        shell = Group(Cra.ALERT, COUNTER, DEVICE, bench().supplier, b"", other, b"", b"")
        content = use_cases.build_data_alert(code, alert_code, NOW, COUNTER, parties | values, sealing(shell))
        yield _alert(f"data {code:04X}", code, content)


ALERT_CODES = {
    **dict.fromkeys((0x00CA, 0x00CB, 0x0124), 0x8F66),
    **dict.fromkeys((0x00CE, 0x00CF), 0x8F72),
    **dict.fromkeys((0x0061, 0x008B), 0x8F0A),
    **dict.fromkeys((0x00F0, 0x00F2), 0x81A0),
    **dict.fromkeys((0x0128, 0x012B), 0x8F8A),
    0x0067: 0x8F35,
    0x00B2: 0x8071,
    **{0x0120 + place: 0x8F85 + place for place in range(4)},
}
UNSIGNED_ALERTS = frozenset({0x0018, 0x00B2, 0x00F0, 0x00F2, 0x1001, 0x0128, 0x012B, *range(0x0110, 0x0116)})


def _alert(name: str, code: int, content: bytes) -> OwnMessage:
    group = Group(Cra.ALERT, COUNTER, DEVICE, bench().supplier, b"", OtherInformation(code), content, b"")
    return _protected(name, "alert", "", group, is_signed=code not in UNSIGNED_ALERTS)
