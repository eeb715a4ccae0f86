"""Pure verdicts over journal entries: each check one rule, its source, and the broken clients that trip it.

A check sees the evidence of one scenario and nothing else: no simulator, no keys, no clock, no network. What the
simulator enforces and a check judges is written twice, from the document, on purpose. PASS needs positive evidence.
"""

from harness.checks import (
    alerts,
    asked,
    clock,
    conduct,
    critical,
    device_keys,
    device_state,
    effects,
    http_errors,
    persistence,
    readings,
    reported,
    requests,
    responses,
    self_service,
    ssi_acts,
    ssi_pages,
    ssi_records,
    ssi_told,
    trust,
    volumes,
)
from harness.checks.evidence import ActionRecord, Evidence, Exchange, Message
from harness.checks.evidence_index import evidence_of
from harness.checks.implicit import implicit_checks, judge_implicit
from harness.checks.lateness import excused_by_run, told
from harness.checks.registry import Check, checks, judge
from harness.checks.rejudging import Rejudged, judge_again
from harness.checks.stored import Begun, begun, finding_of, verdict_named
from harness.checks.verdict import Finding, Owner, Verdict, usual_owner, worst

SUBJECTS = (
    requests,
    http_errors,
    critical,
    responses,
    trust,
    readings,
    effects,
    device_keys,
    alerts,
    self_service,
    ssi_pages,
    ssi_acts,
    ssi_records,
    ssi_told,
    clock,
    volumes,
    persistence,
    asked,
    device_state,
    conduct,
    reported,
)
"""The modules whose import fills the table of checks."""

__all__ = [
    "SUBJECTS",
    "ActionRecord",
    "Begun",
    "Check",
    "Evidence",
    "Exchange",
    "Finding",
    "Message",
    "Owner",
    "Rejudged",
    "Verdict",
    "begun",
    "checks",
    "evidence_of",
    "excused_by_run",
    "finding_of",
    "implicit_checks",
    "judge",
    "judge_again",
    "judge_implicit",
    "told",
    "usual_owner",
    "verdict_named",
    "worst",
]
