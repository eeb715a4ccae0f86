"""Checks that the party believes only what the DCC signed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.checks.evidence import Evidence
from harness.checks.registry import check
from harness.checks.requests import action_of, unable, unsaid
from harness.checks.verdict import Finding, Verdict, failed, passed, waiting
from stubs.events import FaultApplied


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
    believed = action.status in {"done", "attested"} or bool(action.outcome.get("values")) or count > 0
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
