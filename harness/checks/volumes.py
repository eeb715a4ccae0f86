"""Checks of anomaly detection: a User is warned of its volumes, or a request is held; and the User notices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.checks.comparing import request_id, texts
from harness.checks.evidence import Evidence
from harness.checks.registry import check
from harness.checks.requests import action_of, missing, unable, without_claim
from harness.checks.verdict import Finding, failed, passed, waiting
from stubs.events import PageViewed, RequestQuarantined, ThresholdWarned

_SOURCE = "DCC, Threshold Anomaly Detection Procedures: user warning threshold, quarantine"


def _warnings(evidence: Evidence) -> list[tuple[int, ThresholdWarned]]:
    return [(seq, event) for seq, event in evidence.of(ThresholdWarned) if event.user == evidence.user]


@check(
    "volume-warned",
    rule="A User that passes its warning threshold is warned, and none of its requests is held",
    clause=_SOURCE,
    provenance="inferred",
)
def volume_warned(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """The DCC recorded the warning, and held no request of the User."""
    expected = "a warning, and no request held"
    held = [seq for seq, event in evidence.of(RequestQuarantined) if event.user == evidence.user]
    found = _warnings(evidence)
    if held:
        return failed(expected, "a request was held", *held)
    if found:
        return passed(expected, f"warned above {found[-1][1].limit} requests of {found[-1][1].srv}", found[-1][0])
    action = evidence.action(parameters.get("action"))
    cannot = unable(action, expected) if action else None
    return cannot or waiting(expected, "no threshold was passed")


@check(
    "volume-warning-seen",
    rule="The User reviews its volumes: it sees which threshold it passed, and by which request",
    clause=_SOURCE,
    provenance="inferred",
)
def volume_warning_seen(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """A page with the warning was served, and what the party tells of the page names it."""
    expected = "the warning on a page, and in what the party tells of it"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    known = {event.request_id for _, event in _warnings(evidence)}
    pages = {
        seq: known & set(event.shown)
        for seq, event in evidence.of(PageViewed)
        if seq > action.seq and event.user == evidence.user and known & set(event.shown)
    }
    if not pages:
        return missing(action, expected, "no page that shows it was served")
    seq = max(pages)
    told = action.outcome.get("values", {}).get("rows")
    silence = without_claim(action, expected, "what it saw", told, seq)
    if silence is not None:
        return silence
    named = {request_id(text) for text in texts(told)}
    finding = passed if {request_id(one) for one in pages[seq]} <= named else failed
    got = "the party tells of it" if finding is passed else "the party does not tell of it"
    return finding(expected, got, seq, action.claimed_seq)


@check(
    "request-quarantined",
    rule="A request above the threshold is held, and reaches no device before it is released",
    clause=_SOURCE,
    provenance="inferred",
)
def request_quarantined(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """The DCC recorded that it holds a request of the action."""
    expected = "the request is held"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    held = [seq for seq, event in evidence.of(RequestQuarantined) if event.user == evidence.user and seq > action.seq]
    if held:
        return passed(expected, "held", held[-1])
    got = "nothing was held" if evidence.exchanges_of(action) else "no request came"
    return unable(action, expected) or waiting(expected, got)
