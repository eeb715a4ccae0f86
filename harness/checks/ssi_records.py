"""Checks of what the Self-Service Interface holds against what went over the wire: audit trail, inventory, reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from harness.checks.comparing import identity, is_same, plain_name
from harness.checks.evidence import ActionRecord, Evidence
from harness.checks.registry import check
from harness.checks.requests import action_of, missing, unsaid
from harness.checks.ssi_told import requests_not_shown, unshown
from harness.checks.ssi_views import during, own_pages, rows_of, said_of, seen_of, unserved, untold
from harness.checks.verdict import Finding, Verdict, failed, passed, waiting
from schemas.ssi_tables import reports
from stubs.events import ReportRun
from stubs.wire.errors import PeerError
from stubs.wire.xml import parse


@check(
    "ssi-inventory-agrees",
    rule="The inventory of the SSI and the answer to Read Inventory name the same devices",
    clause="SEC H8.16: Smart Metering Inventory; DUIS, service 8.2",
    provenance="inferred",
)
def inventory_agrees(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """Every device on the page is in the answer to 8.2, the one asked for is in both; what only 8.2 names is listed."""
    expected = "the same devices as in the answer to 8.2"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    answers = [
        (exchange.answered[0], _device_ids(exchange.answered[1].body))
        for exchange in evidence.exchanges
        if exchange.srv == "8.2" and exchange.answered is not None and exchange.seq < action.seq
    ]
    if not answers or not answers[-1][1]:
        return waiting(expected, "the party has no answer to 8.2", amounts_to=Verdict.BLOCKED)
    answered, in_duis = answers[-1]
    pages = [(seq, event) for seq, event in own_pages(evidence, action) if event.status == 200 and event.shown]
    if not pages:
        return unserved(evidence, action, expected, "none of them shows a device")
    seq, event = pages[-1]
    on_page = {name for name in event.shown if name.count("-") == 7}
    if not on_page <= in_duis or action.target not in on_page & in_duis:
        got = f"the page shows {_list(on_page)}, 8.2 answers {_list(in_duis)}"
        return Finding(Verdict.BLOCKED, expected, got, references=(answered, seq))
    silence = said_of(action, expected, answered, seq)
    if silence is not None:
        return silence
    told = seen_of(action.outcome)
    seen = set(told or [])
    if told is not None and not on_page <= seen:
        return failed(expected, f"the party did not see {_list(on_page - seen)}", seq, action.claimed_seq)
    if told is None and untold(action.outcome, on_page):
        return failed(expected, "the party tells no device", seq, action.claimed_seq)
    invented = unshown(evidence, action)
    if invented:
        got = f"the party tells {', '.join(invented)}, which no page showed"
        return failed(expected, got, seq, action.claimed_seq, cause="not on any page")
    more = in_duis - on_page
    of_others = f"; only 8.2 names {_list(more)}, for which the party is not responsible in its role" if more else ""
    return passed(expected, f"{len(on_page)} devices in both{of_others}", answered, seq, action.claimed_seq)


_COVERAGE = {"true": "Will connect", "false": "Cannot be confirmed"}
"""Words of the page for CoverageAvailability of 12.1, unless a date is given."""


@check(
    "ssi-coverage-agrees",
    rule="The coverage page of the SSI says of a place what Request WAN Matrix answers",
    clause="SEC H8.16: SM WAN information; DUIS, service 12.1",
    provenance="inferred",
)
def coverage_agrees(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """The page shows the outcome that stands in the answer to 12.1, and the party tells it."""
    expected = "the outcome that 12.1 answers"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    answers = [
        (exchange.answered[0], _texts(exchange.answered[1].body, "CoverageAvailability"))
        for exchange in evidence.exchanges
        if exchange.srv == "12.1" and exchange.answered is not None and exchange.seq < action.seq
    ]
    if not answers or not answers[-1][1]:
        return waiting(expected, "the party has no answer to 12.1", amounts_to=Verdict.BLOCKED)
    answered, said = answers[-1]
    outcome = _COVERAGE[min(said)]
    expected = f"{outcome}, as 12.1 answers"
    pages = [(seq, event) for seq, event in own_pages(evidence, action) if event.status == 200 and event.shown]
    if not pages:
        return unserved(evidence, action, expected, "none of them shows coverage")
    seq, event = pages[-1]
    if outcome not in event.shown:
        return Finding(
            Verdict.BLOCKED, expected, f"the page shows {', '.join(event.shown)}", references=(answered, seq)
        )
    silence = said_of(action, expected, answered, seq)
    if silence is not None:
        return silence
    if untold(action.outcome, [outcome]):
        return failed(expected, f"the party does not tell {outcome}", seq, action.claimed_seq)
    said_so = str(action.outcome["values"].get("outcome") or outcome)
    if not is_same(outcome, said_so):
        return failed(expected, f"the party tells {said_so}", seq, action.claimed_seq)
    return passed(expected, f"{outcome} in both", answered, seq, action.claimed_seq)


def _list(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _device_ids(body: bytes) -> set[str]:
    return {identity(text) for text in _texts(body, "DeviceID")}


def _texts(body: bytes, name: str) -> set[str]:
    """Texts of the elements of one name in an answer; none where it cannot be read."""
    try:
        elements = parse(body).iter(f"{{*}}{name}")
        return {str(one.text).strip() for one in elements if one.text}
    except PeerError:
        return set()


def _records(evidence: Evidence, device: str, before: int) -> list[tuple[str, str, str]]:
    """Name, RequestID and code of each message about a device that went over the wire before an entry."""
    found = [
        (exchange.received.exchange, exchange.request_id or "", exchange.code or "")
        for exchange in evidence.exchanges
        if exchange.seq < before and (exchange.request_id or "").split(":")[1:2] == [device]
    ]
    found += [
        (one.queued.message, one.queued.request_id or "", one.queued.alert_code or one.queued.response_code)
        for one in evidence.messages
        if one.seq < before and one.queued.device == device
    ]
    return found


@check(
    "ssi-record-agrees",
    rule="The service audit trail holds every message of the party about a device, with its code, and the party finds "
    "each",
    clause="SEC H8.16: record of the User's own messages; CTSD scope 3",
    provenance="inferred",
)
def record_agrees(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """Check that the device's pages show what went over the wire, and that the party tells each RequestID and code."""
    expected = "every message about the device on the page, and the party finding each"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    pages = [(seq, event) for seq, event in own_pages(evidence, action) if event.status == 200 and event.query]
    if not pages:
        return unserved(evidence, action, expected, "none of them a result")
    seq, event = pages[-1]
    records = _records(evidence, action.target, seq)
    if not records:
        return waiting(expected, "the party had no message about the device", amounts_to=Verdict.BLOCKED)
    lost = [name for name, _, _ in records if name not in event.shown]
    if lost:
        return Finding(Verdict.BLOCKED, expected, f"{event.path} lacks {', '.join(lost)}", references=(seq,))
    silence = said_of(action, expected, seq)
    if silence is not None:
        return silence
    wanted = dict.fromkeys(text for _, request, code in records for text in (request, code) if text)
    lacking = untold(action.outcome, wanted)
    rows = rows_of(action.outcome)
    if 0 < len(rows) < len(records):
        lacking.append(f"{len(records) - len(rows)} of {len(records)} messages")
    if lacking:
        return failed(expected, f"the party does not tell {', '.join(lacking)}", seq, action.claimed_seq)
    invented = unshown(evidence, action) + requests_not_shown(evidence, action)
    if invented:
        got = f"the party tells {', '.join(invented)}, which no page showed"
        return failed(expected, got, seq, action.claimed_seq, cause="not on any page")
    return passed(expected, f"{len(records)} messages, on the wire and on the page", seq, action.claimed_seq)


@check(
    "ssi-report-complete",
    rule="A report holds what the inventory and the audit trail hold, whole, and the party has got all of it",
    clause="SSI Reporting Interface Specification v1.0: titles of the reports",
    provenance="inferred",
)
def report_complete(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """A run of the report is complete, the party has as many rows, and those of the scenario are among them."""
    expected = "a complete run of the report, with every row that belongs in it"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    report = str(action.asked.get("parameters", {}).get("report", ""))
    runs = _runs(evidence, action, report)
    if not runs:
        return missing(action, expected, f"{report} was not run")
    seq, run = runs[-1]
    if run.outcome != "complete":
        return failed(expected, f"{run.report} is {run.outcome}", seq)
    values = action.outcome.get("values") or {}
    silence = unsaid(action, expected, seq, data=values)
    if silence is not None:
        return silence
    count, rows = values.get("count"), values.get("rows")
    if count is None:
        return Finding(Verdict.REVIEW, expected, "the party did not say how many rows it has", references=(seq,))
    if str(count) != str(run.rows):
        return failed(expected, f"{run.rows} rows; the party has {count}", seq, action.claimed_seq, cause="rows")
    lacking = _lacking(evidence, action, report, rows, seq) if isinstance(rows, list) else []
    if lacking:
        return failed(expected, f"the party's rows lack {', '.join(lacking)}", seq, action.claimed_seq, cause="rows")
    invented = _invented(evidence, action, report)
    if invented:
        got = f"the party's rows have {', '.join(invented)}, which the report has not"
        return failed(expected, got, seq, action.claimed_seq, cause="rows")
    return passed(expected, f"{run.run} of {run.report}: {run.rows} rows", seq, action.claimed_seq)


def _runs(evidence: Evidence, action: ActionRecord, report: str) -> list[tuple[int, ReportRun]]:
    runs = during(evidence, action, ReportRun)
    return [(seq, run) for seq, run in runs if run.user == evidence.user and report in {"", run.report}]


def _lacking(evidence: Evidence, action: ActionRecord, report: str, rows: Sequence[Any], before: int) -> list[str]:
    """List the values that the rows of a report must name and do not."""
    told = [{str(name): str(value) for name, value in row.items()} for row in rows if isinstance(row, Mapping)]
    if report == "RSAT_001":
        sent = Counter(exchange.srv for exchange in evidence.exchanges if exchange.seq < before)
        by_service = Counter({row.get("SRV", ""): int(row.get("Sent") or 0) for row in told})
        return [f"{number} of {srv}" for srv, number in sent.items() if srv and by_service[srv] < number]
    if report == "RSAT_002":
        wanted = Counter(request for _, request, _ in _records(evidence, action.target, before))
        found = Counter(row.get("RequestID", "") for row in told)
        return [f"{number} of {request}" for request, number in wanted.items() if found[request] < number]
    if report == "RSMI_003":
        return [] if told else ["every model"]
    return [] if any(action.target in row.values() for row in told) else [action.target]


def _invented(evidence: Evidence, action: ActionRecord, report: str) -> list[str]:
    """List what the rows of a report name and must not."""
    found = unshown(evidence, action)
    if report == "RSAT_002":
        found += requests_not_shown(evidence, action)
    count, of_it = str((action.outcome.get("values") or {}).get("count")), _rows_of_report(action)
    if count.isdecimal() and len(of_it) > int(count):
        found.append(f"{len(of_it)} rows of {count}")
    return found


def _rows_of_report(action: ActionRecord) -> list[Mapping[str, Any]]:
    """Rows told that are of the report that was asked for: all their columns are its columns."""
    row = reports().get(str(action.asked.get("parameters", {}).get("report", "")))
    columns = {plain_name(name) for name in row.columns} if row is not None else set()
    return [one for one in rows_of(action.outcome) if one and {plain_name(name) for name in one} <= columns]


@check(
    "ssi-report-refused",
    rule="A report without data says so, one that is too large or not for the role is not given out, and no part of a "
    "report is taken for the whole",
    clause="SSI Reporting Interface Specification v1.0: common report operation",
    provenance="inferred",
)
def report_refused(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """The report was empty, too large or not offered, as ``outcome`` says, and the party has no row of it."""
    outcome = str(parameters["outcome"])
    expected = f"the report {outcome}, and the party without any row"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    runs = _runs(evidence, action, "")
    if outcome == "not offered":
        refused = [seq for seq, event in own_pages(evidence, action) if event.status in {403, 404}]
        if runs:
            return Finding(Verdict.BLOCKED, expected, f"{runs[0][1].report} was run", references=(runs[0][0],))
        if not refused:
            return unserved(evidence, action, expected, "none of them a refusal")
        seq = refused[-1]
    elif not runs:
        return missing(action, expected, "no report was run")
    elif runs[-1][1].outcome != outcome:
        return failed(expected, f"{runs[-1][1].report} is {runs[-1][1].outcome}", runs[-1][0])
    else:
        seq = runs[-1][0]
    values = action.outcome.get("values") or {}
    silence = unsaid(action, expected, seq, data=values)
    if silence is not None:
        return silence
    right = {"done", "attested"} if outcome == "empty" else {"refused", "attested"}
    rows = _rows_of_report(action)
    if str(values.get("count") or 0) != "0" or rows or action.status not in right:
        got = f"the party said {action.status!r} with {values.get('count') or len(rows) or 'no'} rows"
        return failed(expected, got, seq, action.claimed_seq)
    return passed(expected, f"{outcome}, and the party has no row", seq, action.claimed_seq)
