"""Checks of a restart: what a party's system had acknowledged, or asked for, is not lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.checks.evidence import ActionRecord, Evidence
from harness.checks.registry import check
from harness.checks.requests import action_of, unable, unsaid
from harness.checks.verdict import Finding, Verdict, failed, passed, waiting


def _restart(evidence: Evidence) -> ActionRecord | None:
    return next((one for one in reversed(evidence.actions) if one.asked.get("kind") == "restart"), None)


@check(
    "system-restarted",
    rule="A party's system can be ended and begun again while requests are open",
    clause="CTSD catalogue, PT-020 and PT-021: no document asks for it",
    provenance="inferred",
)
def system_restarted(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """The party says that its system was restarted; a driver that cannot restart it says so: NOT_RUN."""
    expected = "the system stopped and started again"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    open_finding = unsaid(action, expected, action.seq)
    if open_finding is not None:
        return open_finding
    finding = passed if action.status == "done" else failed
    return finding(expected, f"the party says {action.status}", action.seq, action.claimed_seq)


@check(
    "nothing-lost-by-restart",
    rule="A restart loses nothing that was acknowledged: neither a response that came before it, nor one that comes "
    "after it to a request sent before",
    clause="DUIS, receive response service: what is acknowledged is not sent again; CTSD catalogue, PT-020 and PT-021",
    provenance="inferred",
)
def nothing_lost(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """After the restart the party tells what became of the request; the response came when the scenario means it to."""
    when = str(parameters.get("when", "after"))
    expected = f"a restart {when} the response, and the request's end told after it"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    restart = _restart(evidence)
    if restart is None or restart.claimed is None:
        return unable(action, expected) or waiting(expected, "no restart", amounts_to=Verdict.BLOCKED)
    taken = [seq for one in evidence.responses_of(action) for seq, _ in one.deliveries]
    if not taken:
        return unable(action, expected) or waiting(expected, "no response was acknowledged", restart.seq)
    is_in_time = taken[0] > restart.claimed_seq if when == "before" else taken[0] < restart.seq
    references = (restart.seq, restart.claimed_seq, taken[0])
    if not is_in_time:
        return waiting(expected, "the response came at another time", *references, amounts_to=Verdict.BLOCKED)
    open_finding = unsaid(action, expected, *references)
    if open_finding is not None:
        return open_finding
    finding = passed if action.status == "done" else failed
    return finding(expected, f"after it the party says {action.status}", *references, action.claimed_seq)
