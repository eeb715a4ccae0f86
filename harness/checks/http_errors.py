"""Checks of requests that get no DUIS answer at all: the service is busy, or cannot read what was posted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.checks.evidence import Evidence
from harness.checks.registry import check
from harness.checks.requests import action_of, missing, unsaid
from harness.checks.verdict import Finding, failed, passed

_ENDED_BADLY = frozenset({"failed", "refused", "timeout"})


@check(
    "http-error-noticed",
    rule="A request that the DCC's service turns away with an HTTP error is not done, and the party says so; a party "
    "that notices by itself that a request cannot be sent does better still",
    clause="CTSD catalogue, PT-011 and PT-014; HTTP statuses are inferred",
    provenance="inferred",
)
def http_error_noticed(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """Every POST of the action met the HTTP status, and the outcome is no success. None, if nothing need be sent."""
    status = int(parameters["http_status"])
    expected = f"HTTP {status}, and an outcome that is no success"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    exchanges = evidence.exchanges_of(action)
    for exchange in exchanges:
        if exchange.accepted is not None or exchange.code is not None:
            return failed(expected, f"answered {exchange.code or 'without a code'}", *exchange.references)
        if exchange.refused is not None and exchange.refused[1].http_status != status:
            return failed(expected, f"answered HTTP {exchange.refused[1].http_status}", *exchange.references)
    is_own = bool(parameters.get("or_unsent")) and not exchanges
    if not exchanges and not is_own:
        return missing(action, expected, "no request")
    references = tuple(exchange.seq for exchange in exchanges)
    open_finding = unsaid(action, expected, *references)
    if open_finding is not None:
        return open_finding
    got = "the party sent nothing" if is_own else f"{len(exchanges)} times HTTP {status}"
    finding = passed if action.status in _ENDED_BADLY else failed
    return finding(expected, f"{got}, then said {action.status!r}", *references, action.claimed_seq)
