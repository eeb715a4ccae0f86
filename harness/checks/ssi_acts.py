"""Checks of acts on the Self-Service Interface: what was asked for is what service management recorded."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from harness.checks.comparing import is_same
from harness.checks.evidence import ActionRecord, Evidence
from harness.checks.registry import check
from harness.checks.requests import action_of, missing, unreported, unsaid
from harness.checks.ssi_views import during, untold
from harness.checks.verdict import Finding, failed, passed
from stubs.events import (
    Event,
    FileSubmitted,
    HubForecastMade,
    HubsOrdered,
    IncidentRaised,
    IncidentUpdated,
    ManagementRequestRaised,
    PersonSet,
    QuarantineEnded,
    ThresholdSet,
)


@dataclass(frozen=True, slots=True)
class _Recorded:
    """Record that an act leaves: the event, its fields by parameter, and the reference that the page tells."""

    event: type[Event]
    fields: Mapping[str, str]
    reference: str = ""
    always: Mapping[str, str] = field(default_factory=dict)
    """Fields that have this value."""


_HUBS = {name: name for name in ("month", "region", "variant", "quantity")}
ACTS: Mapping[str, _Recorded] = MappingProxyType(
    {
        "raise-incident": _Recorded(
            IncidentRaised,
            {name: name for name in ("category", "title", "description", "component")}
            | {"DeviceID": "device", "MPxN": "mpxn", "RequestID": "request_id"},
            "reference",
        ),
        "update-incident": _Recorded(IncidentUpdated, {name: name for name in ("reference", "update", "text")}),
        "raise-management-request": _Recorded(
            ManagementRequestRaised, {"request_type": "request_type", "text": "text"}, "reference"
        ),
        "forecast-hubs": _Recorded(HubForecastMade, _HUBS),
        "order-hubs": _Recorded(HubsOrdered, {**_HUBS, "site": "site"}, "reference"),
        "create-person": _Recorded(
            PersonSet,
            {"name": "person", "job_types": "job_types", "descriptor": "descriptor"},
            always={"status": "active"},
        ),
        "remove-person": _Recorded(PersonSet, {"name": "person"}, always={"status": "removed"}),
    }
)


def _owner(event: Event) -> str:
    return str(getattr(event, "user", ""))


def _differences(row: _Recorded, asked: Mapping[str, Any], event: Event) -> list[str]:
    """Fields of the event that are not as asked, in words."""
    wanted = {name: (asked[parameter]) for parameter, name in row.fields.items() if parameter in asked}
    found = []
    for name, value in {**wanted, **row.always}.items():
        got = getattr(event, name)
        text = " ".join(got) if isinstance(got, tuple) else str(got)
        if " ".join(str(value).split()) != text:
            found.append(f"{name} {text!r} and not {value!r}")
    return found


@check(
    "ssi-act-recorded",
    rule="What the party's person does on the SSI is recorded as asked, and the person knows its reference",
    clause="Draft SSI specification 2015: transactions; DCC Threshold Anomaly Detection Procedures s3.1",
    provenance="inferred",
)
def act_recorded(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """Service management recorded the act of the action, field by field as asked; the party tells the reference."""
    action = action_of(evidence, parameters, "an act recorded as asked")
    if isinstance(action, Finding):
        return action
    kind = str(action.asked.get("kind", ""))
    expected = f"{kind} recorded as asked"
    row = ACTS.get(kind)
    if row is None:
        return missing(action, expected, f"{kind} is no act on the SSI")
    events = [(seq, event) for seq, event in during(evidence, action, row.event) if _owner(event) == evidence.user]
    if not events:
        return missing(action, expected, "nothing of it was recorded")
    wrong = [_differences(row, action.asked.get("parameters", {}), event) for _, event in events]
    if all(wrong):
        return failed(expected, f"recorded with {'; '.join(wrong[-1])}", events[-1][0], cause="recorded otherwise")
    if len(events) > 1:
        return failed(expected, f"recorded {len(events)} times", *(seq for seq, _ in events), cause="twice")
    seq, event = events[0]
    return _told(action, expected, str(getattr(event, row.reference)) if row.reference else "", seq)


def _told(action: ActionRecord, expected: str, reference: str, seq: int) -> Finding:
    """Whether the party says that it is done, and knows the reference."""
    given = action.outcome.get("values") or {}
    silence = unsaid(action, expected, seq, data=given)
    if silence is not None:
        return silence
    if action.status not in {"done", "attested"}:
        return failed(expected, f"recorded; the party said {action.status!r}", seq, action.claimed_seq)
    if not reference:
        return passed(expected, "recorded as asked", seq, action.claimed_seq)
    silence = unreported(action, expected, "the reference", given, seq)
    if silence is not None:
        return silence
    said = str(given.get("reference", "")) or ("" if untold(action.outcome, [reference]) else reference)
    if not is_same(reference, said):
        return failed(
            expected, f"recorded as {reference}; the party says {said or 'no reference'}", seq, action.claimed_seq
        )
    return passed(expected, f"recorded as {reference}, which the party knows", seq, action.claimed_seq)


@check(
    "ssi-file-accepted",
    rule="A file signed with the User's key that quotes its service management request is accepted, and takes effect",
    clause="DCC Threshold Anomaly Detection Procedures s3.1, s4, s5",
    provenance="inferred",
)
def file_accepted(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """The SSI accepted a file whose rows are those asked for, and each of its rows took effect."""
    action = action_of(evidence, parameters, "a signed file accepted")
    if isinstance(action, Finding):
        return action
    asked: Mapping[str, Any] = action.asked.get("parameters", {})
    is_thresholds = action.asked.get("kind") == "submit-thresholds"
    wanted: Mapping[str, Any] = asked.get("thresholds" if is_thresholds else "actions", {})
    rows = {str(name): str(value) for name, value in wanted.items()}
    expected = f"a signed file with {', '.join(f'{name} {value}' for name, value in rows.items())} accepted"
    files = [(seq, event) for seq, event in during(evidence, action, FileSubmitted) if event.user == evidence.user]
    if not files:
        return missing(action, expected, "no file was submitted")
    seq, event = files[-1]
    if not event.accepted:
        return failed(expected, f"refused: {event.detail}", seq)
    if _rows(event.body) != {name: value.casefold() for name, value in rows.items()}:
        return failed(expected, f"accepted with {_rows(event.body)}", seq, cause="recorded otherwise")
    effects = _thresholds(evidence, action) if is_thresholds else _ended(evidence, action)
    lacking = [name for name, value in rows.items() if effects.get(name, "") != value.casefold()]
    if lacking:
        return missing(action, expected, f"accepted, and nothing came of {', '.join(lacking)}", seq)
    return _told(action, expected, "", seq)


def _rows(body: bytes) -> dict[str, str]:
    lines = list(csv.reader(body.decode("utf-8-sig", "replace").splitlines()))[1:]
    return {line[0].strip(): line[1].strip().casefold() for line in lines if len(line) > 1}


def _thresholds(evidence: Evidence, action: ActionRecord) -> dict[str, str]:
    events = (event for _, event in during(evidence, action, ThresholdSet) if event.user == evidence.user)
    return {event.srv: str(event.limit) for event in events}


def _ended(evidence: Evidence, action: ActionRecord) -> dict[str, str]:
    words = {"released": "release", "rejected": "delete"}
    return {
        event.reference: words.get(event.outcome, event.outcome)
        for _, event in during(evidence, action, QuarantineEnded)
    }
