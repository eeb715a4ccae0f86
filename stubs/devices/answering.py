"""The response to an accepted command: payload, header fields, encryption, signature or MAC (GBCS guide, 11.1)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from msgspec.structs import replace

from schemas.load import device_fault_responses
from stubs.devices.acceptance import Accepted, Rejected
from stubs.devices.effects.context import EffectResult, Result
from stubs.devices.state import DeviceState, instant
from stubs.devices.trust import DeviceKeys, key_agreement
from stubs.wire.certificates import Certificate, CertificateStore
from stubs.wire.errors import PeerError
from stubs.wire.gbcs.crypto import add_mac, encrypt, encryption_key, sign
from stubs.wire.gbcs.envelope import Cra, Group, Message, OtherInformation
from stubs.wire.gbcs.use_cases import UseCase, build_response, error_results, read_response, response_date_time

_CODES: dict[tuple[Result, str], int] = {
    ("hardware-fault", "DLMS"): 1,
    ("hardware-fault", "GBZ"): 0xC0,
    ("refused", "DLMS"): 250,
    ("refused", "GBZ"): 0x01,
    ("no-entries", "GBZ"): 0x8B,
}
"""Result codes by protocol; ``refused`` is "other reason" and "failure" (inferred)."""
_SNAPSHOTS: dict[str, tuple[tuple[str, int], ...]] = {
    "GCS15b": (("PrepaymentLogEntries", 12), ("LogEntries", 12)),
    "GCS15c": (("LogEntries", 12), ("PrepaymentLogEntries", 12)),
    "GCS16a": (("LogEntries", 31),),
    "GCS16b": (("PrepaymentLogEntries", 31),),
}
"""Reads that ask for each entry of a log by itself: what is asked for, how often."""
_NOT_FOUND = 0x8B
_SAYS_SO_ITSELF = frozenset(
    {
        ("refused", "CS01b"),
        ("refused", "PCS01"),
        ("hardware-fault", "CS01b"),
        ("hardware-fault", "PCS01"),
        ("hardware-fault", "GCS31"),
        ("hardware-fault", "CS11"),
    }
)
"""Use cases whose answer has a field of its own for a result."""
_NO_FRESH_COUNTER = frozenset({"GCS15d", "GCS61"})
"""Sensitive reads whose answer for an unknown party does without a counter of its own, as in the reference data; the
encryption then goes by GROUP's (GBCS guide, section 6)."""
_SURE = frozenset({"GCS60a"})
"""Reads that are not sensitive and say all the same how sure their time is."""
_NOT_GIVEN, _RELIABLE, _UNRELIABLE, _FROM_METER = 0xFF, 0x00, 0x02, 0x04
"""Status octet of a date-time: DLMS clock status bits 02 doubtful, 04 other clock base (GBCS guide, 11.1)."""


_OF_THE_MESSAGE = frozenset({"results", "MessageSuccess"})
"""Members that reading a response adds to its values."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The bytes of a response; ``takes_counter``: it used up one value of the device's own counter.

    ``values`` are those that the message holds, by name, as its reader finds them: what the device knows beside and
    the use case has no place for is not among them.
    """

    message: bytes
    takes_counter: bool
    values: dict[str, Any]


def answer(
    state: DeviceState,
    mirrored: DeviceState,
    accepted: Accepted,
    done: EffectResult,
    at: int,
    keys: DeviceKeys,
) -> Answer:
    """Build and protect the response; ``mirrored`` is the meter a proxy answers for, else the device itself.

    Raises: Rejected: the party the response is for, or for whom its content is encrypted, has no known key.
    """
    command, use_case = accepted.group, accepted.use_case
    other, takes_counter = _other_information(state, accepted)
    shell = Group(
        cra=Cra.RESPONSE,
        counter=command.counter,
        originator=command.recipient,
        recipient=command.originator,
        date_time=_date_time(state, mirrored, use_case, at) if use_case.response_has_date_time else b"",
        other=other,
        content=b"",
        signature=b"",
    )
    seal = None
    if use_case.is_sensitive:
        party_key = _party_key(state, accepted, keys.certificates)
        key = encryption_key(shell, keys.credentials.ka.private_key, party_key, keys.agree)
        seal = partial(encrypt, key=key, device=state.id)
    sealed: dict[bytes, bytes] = {}

    def noted(blob: bytes) -> bytes:
        assert seal is not None
        hidden = seal(blob)
        sealed[hidden] = blob
        return hidden

    values = dict(done.values)
    fault = device_fault_responses().get(use_case.name) if done.result == "hardware-fault" else None
    if fault is not None:
        values = (values if fault.shows_as == "field" else {}) | dict(fault.values) if fault.values else values
    code = _CODES.get((done.result, use_case.protocol))
    if code is not None and (done.result, use_case.name) not in _SAYS_SO_ITSELF:
        values["results"] = _results(use_case, command.content, done, code)
    group = replace(shell, content=build_response(use_case.name, command.content, values, noted if seal else None))
    said = read_response(other.message_code, group.content, sealed.__getitem__)
    said = {name: value for name, value in said.items() if name not in _OF_THE_MESSAGE}
    if command.signature or use_case.is_answer_signed:
        return Answer(Message(sign(group, keys.credentials.ds.private_key), None).to_bytes(), takes_counter, said)
    recipient_key = key_agreement(state, keys.certificates, group.recipient)
    if recipient_key is None:
        raise Rejected("recipient-key", f"no key agreement certificate of {group.recipient}")
    return Answer(
        add_mac(group, keys.credentials.ka.private_key, recipient_key, keys.agree).to_bytes(), takes_counter, said
    )


def _other_information(state: DeviceState, accepted: Accepted) -> tuple[OtherInformation, bool]:
    """Code and supplementary fields echoed; a fresh counter when content is encrypted for an unknown party."""
    asked = accepted.group.other
    if asked.party is None or asked.counter is None:
        return OtherInformation(asked.message_code, asked.party), False
    if not accepted.use_case.is_sensitive or accepted.use_case.name in _NO_FRESH_COUNTER:
        return OtherInformation(asked.message_code, asked.party, asked.counter), False
    fresh = state.own_counter + 1
    return OtherInformation(asked.message_code, asked.party, asked.counter, originator_counter=fresh), True


def _party_key(state: DeviceState, accepted: Accepted, certificates: CertificateStore) -> EllipticCurvePublicKey:
    embedded = accepted.group.other.certificate
    if embedded is not None:
        try:
            return Certificate.from_der(embedded).public_key
        except PeerError as broken:
            raise Rejected("certificate", str(broken)) from broken
    key = key_agreement(state, certificates, accepted.party)
    if key is None:
        raise Rejected("recipient-key", f"no key agreement certificate of {accepted.party}")
    return key


def _results(use_case: UseCase, content: bytes, done: EffectResult, code: int) -> tuple[int, ...]:
    """One code per row. A fault shows in the last DLMS row but one, as in the reference data."""
    rows = len(error_results(use_case.name, content))
    position = done.failing_row
    if done.result == "hardware-fault":
        usual = max(0, rows - 2) if use_case.protocol == "DLMS" else done.failing_row
        fault = device_fault_responses().get(use_case.name)
        position = fault.row if fault is not None and fault.row is not None else usual
    position = min(position, rows - 1)
    results = error_results(use_case.name, content, position, code)
    if use_case.name not in _SNAPSHOTS:
        return results
    found = [
        offset < len(done.values.get(name, ())) for name, count in _SNAPSHOTS[use_case.name] for offset in range(count)
    ]
    return tuple(
        one if is_found or place >= position else _NOT_FOUND
        for place, (one, is_found) in enumerate(zip(results, found, strict=True))
    )


def _date_time(state: DeviceState, mirrored: DeviceState, use_case: UseCase, at: int) -> bytes:
    """The time of the response. Gas register reads say how sure it is, everything else does not.

    Inferred: a proxy whose own clock is not reliable uses that of a meter whose clock is.
    """
    if not (use_case.protocol == "GBZ" and (use_case.is_sensitive or use_case.name in _SURE)):
        return response_date_time(instant(at + state.clock_offset), _NOT_GIVEN)
    if state.clock_status == "reliable":
        return response_date_time(instant(at + state.clock_offset), _RELIABLE)
    status = _FROM_METER if mirrored.clock_status == "reliable" else _UNRELIABLE
    return response_date_time(instant(at + mirrored.clock_offset), status)
