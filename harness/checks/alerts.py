"""Checks of alerts: raised, acknowledged, understood."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.checks.comparing import code as canonical
from harness.checks.comparing import identity
from harness.checks.evidence import Evidence, Message
from harness.checks.registry import check
from harness.checks.requests import action_of, without_claim
from harness.checks.verdict import Finding, Verdict, failed, passed, review, waiting


def _alerts(evidence: Evidence, code: str) -> list[Message]:
    return [message for message in evidence.messages if message.queued.alert_code == code]


def _names(messages: list[Message], device: str) -> bool:
    """Whether a message names the device somewhere in its content, as alerts about several devices do."""
    return any(device.encode() in message.queued.body.upper() for message in messages)


@check(
    "alert-acknowledged",
    rule="The party acknowledges an alert with an HTTP status of the 200 family",
    clause="DUIS, receive response service; CTSD scope 3: process Alerts",
)
def alert_acknowledged(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """The alert was posted to the party and taken at the first attempt that reached it."""
    code, count = str(parameters["code"]), int(parameters.get("count", 1))
    expected = f"alert {code} acknowledged with a 2xx" + (f", all {count}" if count > 1 else "")
    expected += f" {note}" if (note := str(parameters.get("note", ""))) else ""
    messages = _alerts(evidence, code)
    taken = [message for message in messages if message.deliveries]
    for message in messages:
        refusal = next((event for _, event in message.failures if event.status is not None), None)
        if refusal is not None:
            return failed(expected, f"HTTP {refusal.status}", *message.references)
        if message.deliveries and len(taken) >= count:
            return passed(expected, f"HTTP {message.deliveries[0][1].status}", *message.references)
    if len(taken) < len(messages) or (taken and count > 1):
        open_one = next((message for message in messages if not message.deliveries), None)
        got = f"{len(taken)} of {len(messages)}" if count > 1 or open_one is None else open_one.why_open
        return waiting(expected, got, *(seq for message in messages for seq in message.references))
    return waiting(expected, "the DCC has sent no such alert", amounts_to=Verdict.BLOCKED)


@check(
    "alert-understood",
    rule="The party names the alert it received, and the device it came from",
    clause="CTSD scope 3: process Alerts",
    provenance="inferred",
)
def alert_understood(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """The outcome of the waiting action lists the alert, verified."""
    code = str(parameters["code"])
    expected = f"the party reports alert {code}, its signature verified"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    messages = _alerts(evidence, code)
    if not messages:
        return waiting(expected, "the DCC has sent no such alert", amounts_to=Verdict.BLOCKED)
    silence = without_claim(
        action, expected, "which alerts came", action.outcome.get("alerts") or None, messages[0].seq
    )
    if silence is not None:
        return silence
    reported = [alert for alert in action.outcome.get("alerts", []) if canonical(alert.get("code")) == canonical(code)]
    sources = {identity(message.queued.device) for message in messages}
    got = (
        ", ".join(f"{alert.get('code')} from {alert.get('device') or 'the DCC'}" for alert in reported) or action.status
    )
    is_known = any(
        alert.get("verified", True)
        and (
            not alert.get("device")
            or identity(alert["device"]) in sources
            or _names(messages, identity(alert["device"]))
        )
        for alert in reported
    )
    if not is_known or any(not alert.get("verified", True) for alert in reported):
        return failed(expected, got, messages[0].seq, action.claimed_seq)
    given = [message for message in messages if any(seq < action.claimed_seq for seq, _ in message.deliveries)]
    if action.asked.get("options", {}).get("wait_for_outcome") and len(reported) < len(given):
        # One alert for each instruction of the command: a party may sum them up, which only a person can tell.
        return review(f"{expected}, all {len(given)}", got, *(one.seq for one in given), action.claimed_seq)
    return passed(expected, got, messages[0].seq, action.claimed_seq)
