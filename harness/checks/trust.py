"""Checks that the party believes only what the DCC signed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.checks.comparing import code as canonical
from harness.checks.evidence import OF_THE_DEVICE, UNTRUSTED, Evidence
from harness.checks.registry import check
from harness.checks.requests import action_of, unable, unsaid
from harness.checks.verdict import Finding, Verdict, failed, passed, waiting
from stubs.events import FaultApplied
from stubs.wire.duis import SignedPreCommand


def _rejected(evidence: Evidence, parameters: Mapping[str, Any], effects: frozenset[str], what: str) -> Finding:
    expected = f"{what}, and nothing taken from it"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    bent = {event.subject: seq for seq, event in evidence.of(FaultApplied) if event.effect in effects}
    handed = [
        message
        for message in evidence.responses_of(action)
        if message.queued.message in bent
        and (message.deliveries or any(failure.status is not None for _, failure in message.failures))
    ]
    if not handed:
        return unable(action, expected) or waiting(expected, "no such message", amounts_to=Verdict.BLOCKED)
    references = (*bent.values(), *handed[0].references)
    open_finding = unsaid(action, expected, *references, data=action.outcome.get("values"))
    if open_finding is not None:
        return open_finding
    count = int(action.outcome.get("messages_processed", 0))
    is_counted = count > 0 and any(evidence.bent[name] - OF_THE_DEVICE for name in bent)
    believed = action.status in {"done", "attested"} or bool(action.outcome.get("values")) or is_counted
    got = f"the party says {action.status}, {count} messages processed: {action.outcome.get('detail', '')}"
    finding = failed if believed else passed
    return finding(expected, got, *references, action.claimed_seq)


@check(
    "bad-signature-rejected",
    rule="A message whose signature does not verify is not processed",
    clause="DUIS, XML signature of Responses; CTSD catalogue, PT-015",
)
def bad_signature_rejected(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """A response with an altered signature reached the party, and it took nothing from it."""
    return _rejected(
        evidence, parameters, frozenset({"wrong-signature", "unsigned"}), "a response with a bad signature"
    )


@check(
    "wrong-party-rejected",
    rule="A message validly signed by somebody who is not the DCC is not processed",
    clause="DUIS, XML signature of Responses: signed by the DCC; CTSD catalogue, PT-015",
)
def wrong_party_rejected(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """A response signed by another party reached the party, and it took nothing from it."""
    return _rejected(evidence, parameters, frozenset({"wrong-signer"}), "a response signed by a wrong party")


@check(
    "untrusted-rejected",
    rule="A message that is not the DCC's and the device's own, in whatever property, is not processed",
    clause="DUIS, XML signature of Responses; GBCS, MAC, signature, originator, recipient, counter; CTSD, PT-015",
)
def untrusted_rejected(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """Check that the party used no value of an altered response that reached it."""
    return _rejected(evidence, parameters, UNTRUSTED, "a response that cannot be trusted")


@check(
    "foreign-pre-command-refused",
    rule="A party signs no Pre-Command for a device or a command that it did not ask for",
    clause="SEC duties of a User on Pre-Commands: correlate before signing",
)
def foreign_pre_command_refused(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """Check that the party neither signed an altered Pre-Command nor reported success."""
    expected = "a foreign Pre-Command, and nothing signed"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    exchanges = evidence.exchanges_of(action)
    bent = [one for one in exchanges if "other-pre-command" in evidence.bent.get(one.received.exchange, ())]
    if not bent:
        return unable(action, expected) or waiting(expected, "no such Pre-Command", amounts_to=Verdict.BLOCKED)
    signed = [one for one in exchanges if isinstance(one.request, SignedPreCommand)]
    if signed:
        return failed(expected, "the party signed it and sent it", *bent[0].references, signed[0].seq)
    open_finding = unsaid(action, expected, bent[0].seq)
    if open_finding is not None:
        return open_finding
    finding = failed if action.status == "done" else passed
    return finding(expected, f"nothing signed; the party says {action.status}", bent[0].seq, action.claimed_seq)


@check(
    "untrusted-alert-rejected",
    rule="An alert that is not signed by the DCC is not believed",
    clause="DUIS, XML signature of alerts",
)
def untrusted_alert_rejected(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """Check that the party does not believe an altered alert: it reports no success, and no such alert as verified."""
    code = canonical(parameters["code"])
    expected = f"alert {code} that cannot be trusted, and nobody told of it"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    given = [one for one in evidence.messages if canonical(one.queued.alert_code) == code and one.handed]
    forged = [one for one in given if not evidence.is_trusted(one)]
    if not forged:
        return unable(action, expected) or waiting(expected, "no such alert", amounts_to=Verdict.BLOCKED)
    open_finding = unsaid(action, expected, forged[0].seq)
    if open_finding is not None:
        return open_finding
    told = [one for one in action.outcome.get("alerts", []) if canonical(one.get("code")) == code]
    is_believed = action.status == "done" or any(one.get("verified", True) for one in told)
    finding = failed if is_believed else passed
    return finding(expected, f"the party says {action.status}", *forged[0].references, action.claimed_seq)
