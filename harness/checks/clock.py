"""Checks of what scenarios need that move the clock, and of what is read across its changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.checks.comparing import named
from harness.checks.evidence import Evidence
from harness.checks.registry import check
from harness.checks.requests import action_of, unable, without_claim
from harness.checks.verdict import Finding, Verdict, failed, not_run, passed, waiting


@check(
    "clock-followed",
    rule="A scenario that moves the clock is for a system that takes its time from each action",
    clause="uept docs drivers, time",
    provenance="inferred",
)
def clock_followed(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:  # noqa: ARG001 - a declaration decides
    """Asked only where the driver declares that its system does not: NOT_RUN, with what to do."""
    got = (
        f"the driver {str(parameters['driver'])!r} does not declare it; if your system does, "
        "set follows_clock = true in the run file"
    )
    return not_run("a system that takes time and addresses from each action", got)


@check(
    "entries-read",
    rule="A log that is read for a period has one entry for every interval of it, and the party reports each",
    clause="GBCS use case of the service; SMETS, half-hourly and daily logs are kept in UTC",
    provenance="inferred",
)
def entries_read(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """The device sent, and the party reports, so many entries of a log."""
    name, count = str(parameters["name"]), int(parameters["count"])
    expected = f"{count} entries of {name}"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    answers = evidence.answers_of(action)
    if not answers:
        return unable(action, expected) or waiting(expected, "the device has not answered")
    seq, answer = answers[-1]
    sent = answer.values.get(name)
    if not isinstance(sent, list | tuple) or len(sent) != count:  # the simulated device's doing, not the party's
        return waiting(expected, f"the device sent {_length(sent)}", seq, amounts_to=Verdict.BLOCKED)
    reported = action.outcome.get("values")
    silence = without_claim(action, expected, "what it read", reported, seq)
    if silence is not None:
        return silence
    said = named(reported or {}, name)
    finding = passed if isinstance(said, list | tuple) and len(said) == count else failed
    return finding(expected, f"the party reports {_length(said)}", seq, action.claimed_seq)


def _length(entries: object) -> str:
    return f"{len(entries)} entries" if isinstance(entries, list | tuple) else "none"
