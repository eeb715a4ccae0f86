"""Checks of critical requests: transform, sign what was issued, send it signed with the right key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from harness.checks.evidence import ActionRecord, Evidence, Exchange
from harness.checks.registry import check
from harness.checks.requests import action_of, missing
from harness.checks.verdict import Finding, Verdict, failed, passed, waiting
from schemas.load import Service
from stubs.events import PreCommandIssued
from stubs.wire.duis import ServiceRequest, SignedPreCommand
from stubs.wire.errors import PeerError
from stubs.wire.gbcs.crypto import check_signature
from stubs.wire.gbcs.envelope import Group, Message

_SIGNATURE = 64
"""Octets of r and s (ECDSA on P-256)."""
_XML_SIGNERS = frozenset({"87", "89"})
"""Certificate roles that sign DUIS documents and never a Command."""


def _sent(evidence: Evidence, action: ActionRecord) -> list[Exchange]:
    return [
        exchange
        for exchange in evidence.exchanges_of(action)
        if exchange.received.service == Service.SEND_COMMAND.value
    ]


def _signed_group(exchange: Exchange) -> Group | None:
    if not isinstance(exchange.request, SignedPreCommand):
        return None
    try:
        return Message.from_bytes(exchange.request.gbcs_payload).group
    except PeerError:
        return None


@check(
    "critical-signed",
    rule="A critical request reaches a device only as a Signed Pre-Command: 64 octets of signature in the GBCS payload",
    clause="DUIS, Signed Pre-Command; GBCS, command signature",
)
def critical_signed(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """Check that the party's message for execution carries a signature."""
    expected = "a Signed Pre-Command with 64 octets of signature"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    for exchange in _sent(evidence, action):
        if isinstance(exchange.request, ServiceRequest):
            variant = exchange.request.header.command_variant
            return failed(expected, f"an unsigned Service Request, command variant {variant}", *exchange.references)
        group = _signed_group(exchange)
        if group is None:
            return failed(expected, "a payload that is no GBCS message", *exchange.references)
        length = len(group.signature or b"")
        finding = passed if length == _SIGNATURE else failed
        return finding(expected, f"a Signed Pre-Command with {length} octets of signature", *exchange.references)
    return missing(action, expected, "nothing was sent for execution")


@check(
    "signed-pre-command-as-issued",
    rule="The party signs the Pre-Command it was issued: nothing but the counter and the signature may differ",
    clause="SEC duties of a User on Pre-Commands; GBCS, message structure",
)
def signed_as_issued(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """Every octet of the signed payload is the issued one, counter and signature apart."""
    expected = "the issued Pre-Command, octet for octet, apart from counter and signature"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    issued = evidence.pre_commands_of(action)
    sent = [(exchange, group) for exchange in _sent(evidence, action) if (group := _signed_group(exchange))]
    if not issued or not sent:
        return missing(action, expected, "no Pre-Command" if not issued else "no Signed Pre-Command")
    exchange, group = sent[0]
    original = Message.from_bytes(issued[-1][1].payload).group
    difference = _difference(original, group)
    finding = failed if difference else passed
    return finding(expected, difference or "the same octets", issued[-1][0], *exchange.references)


def altered(evidence: Evidence, exchange: Exchange) -> str:
    """Describe how a Signed Pre-Command differs from each Pre-Command issued under its RequestID; empty: in nothing."""
    group = _signed_group(exchange)
    if group is None:
        return "a payload that is no GBCS message"
    wanted = (exchange.request_id or "").upper()
    issued = [event for _, event in evidence.of(PreCommandIssued) if event.request_id.upper() == wanted]
    if not issued:
        return f"no Pre-Command was issued under RequestID {exchange.request_id}"
    found = [_difference(Message.from_bytes(event.payload).group, group) for event in issued]
    return "" if "" in found else found[-1]


def own_signature_problem(evidence: Evidence, exchange: Exchange) -> str:
    """Describe the error in a Signed Pre-Command's signature; empty: none, or it cannot be told."""
    group = _signed_group(exchange)
    if group is None:
        return "a payload that is no GBCS message"
    if len(group.signature or b"") != _SIGNATURE:
        return f"{len(group.signature or b'')} octets of signature, not {_SIGNATURE}"
    own = [one for one in evidence.certificates if str(one.eui) == evidence.user and one.usage == "DS"]
    if not any(one.role not in _XML_SIGNERS for one in own):
        return ""
    signer = next((one for one in own if _agrees(group, one.public_key)), None)
    if signer is None:
        return "a signature of no certificate of the party"
    return f"a signature of the certificate with role {signer.role}" if signer.role in _XML_SIGNERS else ""


def _difference(issued: Group, signed: Group) -> str:
    same = replace(signed, counter=issued.counter, signature=issued.signature)
    if same == issued:
        return ""
    if signed.content != issued.content:
        pairs = enumerate(zip(issued.content, signed.content, strict=False))
        at = next((index for index, (one, other) in pairs if one != other), None)
        where = (
            "length" if at is None else f"octet {at}: issued {issued.content[at]:02X}, sent {signed.content[at]:02X}"
        )
        return f"the content differs at {where}"
    names = ("cra", "originator", "recipient", "date_time", "other")
    return "different " + ", ".join(name for name in names if getattr(same, name) != getattr(issued, name))


@check(
    "signed-pre-command-signature",
    rule="A Signed Pre-Command is signed with the party's own digital signing key, not its XML signing key",
    clause="GBCS, command signature; SMKI, certificate roles",
)
def signed_with_own_key(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """The signature in the payload agrees with a digital signing certificate of the party."""
    expected = "a signature that agrees with the party's digital signing certificate"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    groups = [(exchange, group) for exchange in _sent(evidence, action) if (group := _signed_group(exchange))]
    if not groups:
        return missing(action, expected, "no Signed Pre-Command")
    exchange, group = groups[0]
    certificates = [
        certificate
        for certificate in evidence.certificates
        if str(certificate.eui) == evidence.user and certificate.usage == "DS"
    ]
    if not any(certificate.role not in _XML_SIGNERS for certificate in certificates):
        return waiting(expected, "the journal holds no certificate of the party", amounts_to=Verdict.BLOCKED)
    signer = next((certificate for certificate in certificates if _agrees(group, certificate.public_key)), None)
    if signer is None:
        return failed(expected, "a signature of no certificate of the party", *exchange.references)
    finding = failed if signer.role in _XML_SIGNERS else passed
    got = f"a signature of the certificate with role {signer.role}, serial {signer.serial}"
    return finding(expected, got, *exchange.references)


def _agrees(group: Group, public_key: Any) -> bool:
    try:
        check_signature(group, public_key)
    except PeerError:
        return False
    return True
